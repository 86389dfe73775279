/*
 * witness.h: an input that shows a finding, as a test to paste under `tests:`.
 *
 * A witness says of the rules as they are what they do with one input, so it passes as
 * long as the finding is there, and fails as soon as it was mended: then it says what the
 * author must decide.
 */
#ifndef COMMON_POLICY_WITNESS_H
#define COMMON_POLICY_WITNESS_H

#include "common/policy/region.h"

enum { WITNESS_TEXT = 2048 };

/* An input as a test stub; `expect` is what stands between its braces. */
void witness_write(const struct policy *p, const struct policy_facts *f,
                   const char *title, const char *expect, char out[WITNESS_TEXT]);

/* The same, where what is expected follows from the rules: that these hit, or with none
 * given exactly those that do. Where a rule is not reached (an earlier table stops the decision) the exact list
 * stands. Before the rules are compiled (l->is_compiled) the given ones are believed.
 * Lives in the loading arena. */
const char *witness_show(struct loader *l, const struct policy_facts *f,
                         const char *title, const struct rule *a, const struct rule *b);

/* An input that the rule's own conditions and those of its table's `needs` admit; NULL
 * when there is none. */
const char *witness_of_rule(struct loader *l, const struct table *t, const struct rule *r,
                            const char *title);
/* The same for a rule by its number. */
const char *witness_of_number(struct loader *l, int number, const char *title);
/* The same for the rule that is being read; NULL when none is. */
const char *witness_here(struct loader *l, const char *title);

#endif
