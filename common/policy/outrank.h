/* outrank.h: where two rules of a table with priorities hit one input, which of them wins. */
#ifndef COMMON_POLICY_OUTRANK_H
#define COMMON_POLICY_OUTRANK_H

#include "common/policy/model.h"

/* The rules of the table that take a slot from `r` for some input that both admit: the
 * highest priority first. At most `max`; gives how many. Conditions, validity and the
 * table's facts are looked at, not which slots earlier tables give: a rule may be told
 * that never meets `r`, never is one left out. Empty where nothing ranks. */
int outranking_rules(const struct policy *p, const struct table *t, const struct rule *r,
                     const struct rule **out, int max);

#endif
