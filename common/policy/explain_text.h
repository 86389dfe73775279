/* explain_text.h: what the two halves of the text share. Private to explain_text.c and
 * explain_duty.c. */
#ifndef COMMON_POLICY_EXPLAIN_TEXT_H
#define COMMON_POLICY_EXPLAIN_TEXT_H

#include "common/policy/explain.h"
#include "common/policy/explain_rule.h"

struct telling {
    const struct explanation *x;
    const struct words *w;
    struct arena *a;
    struct builder *b; /* of the caller; texts made on the way live in `a` */
};

/* A phrase with its values; an indented line; both. */
const char *telling_say(const struct telling *t, enum phrase phrase, const char *v0,
                        const char *v1, const char *v2);
void telling_line(struct telling *t, int indent, const char *text);
void telling_phrase(struct telling *t, int indent, enum phrase phrase, const char *v0,
                    const char *v1);
/* A line of its own, with an empty one before. */
void telling_heading(struct telling *t, enum phrase phrase);
/* `zone` NULL: the reader's. */
const char *telling_instant(const struct telling *t, int64_t us, const struct zone *zone);
const char *telling_number(const struct telling *t, int64_t n);
/* Words of a kind, with commas; "none" when there is none. */
const char *telling_list(const struct telling *t, const char *kind,
                         const char *const *words, int n);

/* ---- explain_money.c ---- */

/* The money of each way, where the decision is about goods. */
void tell_money(struct telling *t);

/* ---- explain_duty.c ---- */

void tell_duty(struct telling *t, const struct explain_duty *e);
/* Why a desk takes it or is passed over. */
void tell_desk(struct telling *t, int indent, const struct explain_desk *e,
               bool has_deadline);

#endif
