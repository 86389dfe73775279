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
 */
#ifndef COMMON_POLICY_TERMS_H
#define COMMON_POLICY_TERMS_H

#include "common/policy/model.h"

/* Reads `terms:` of one file, adding to what other files said. */
void terms_read(struct loader *l, const struct node *node);
/* The scalar as a word of that kind; NULL after telling. `what` names it in findings. */
const char *term_word(struct loader *l, const struct node *n, enum policy_term_kind kind,
                      const char *what);
/* "5 years", 1 to 100; false after telling. */
MUST_USE bool years_read(struct loader *l, const struct node *n, int *out);

#endif
