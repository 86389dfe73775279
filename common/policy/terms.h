/*
 * terms.h: the closed list of words that steps and destinations are written with, and
 * what they mean.
 *
 *     terms:
 *       licence:
 *         IW_TRANSPORT: {title: Carry industrial waste, ja: 産業廃棄物収集運搬業, valid: 5 years, source: K-007}
 *
 * As soon as any file lists words of a kind, every step's word of that kind must be
 * listed: a licence that nobody can hold, by a slip of the pen, would stop the goods for
 * ever. Without a list the words of that kind are free.
 *
 * A licence may be one of several by the goods' kind, each given by itself:
 *
 *         MD_REPAIR: {title: Repair, by_trait: {repair_category_1: MD_REPAIR_1, ...}}
 */
#ifndef COMMON_POLICY_TERMS_H
#define COMMON_POLICY_TERMS_H

#include "common/policy/model.h"

/* Reads `terms:` of one file, adding to what other files said. terms_finish() once when
 * all were read. */
void terms_read(struct loader *l, const struct node *node);
void terms_finish(struct loader *l);
/* The scalar as a word of that kind; NULL after telling. `what` names it in findings. */
const char *term_word(struct loader *l, const struct node *n, enum policy_term_kind kind,
                      const char *what);
/* Which licence of a kind goods with these traits need: the word itself when their kind is
 * not known, or two are said to be. `traits`: value of the fact. */
const char *term_licence(const struct policy_term *t, int64_t traits);
/* "5 years", 1 to 100; false after telling. */
MUST_USE bool years_read(struct loader *l, const struct node *n, int *out);

#endif
