/*
 * condition.h: `when: {event: return_requested, has: not branch.jp, value: 1000..5000}`.
 *
 * Keys are and-ed, a list is or-ed. A word fact takes values, groups, `not X`, `missing`,
 * `present`, and
 * `{not: [..]}` for "none of these". A number takes numbers and ranges low..high, both
 * ends included. A set takes `X` (contained), `not X`, and `{all: [..], any: [..], none:
 * [..]}`. A test on a missing fact is false; only `missing` is true of it.
 */
#ifndef COMMON_POLICY_CONDITION_H
#define COMMON_POLICY_CONDITION_H

#include "common/policy/model.h"

/* Fills `out[fact]` for each key; keys that are no fact are told. */
void conditions_read(struct loader *l, const struct node *map, struct condition **out);
/* Whether a stated value satisfies the condition: the slow reading, for explain and
 * tests. */
bool condition_holds(const struct condition *c, const struct attribute *at,
                     int64_t value);
/* The same of what is stated of `fact`: what lies outside the domain satisfies none. */
bool condition_met(const struct condition *c, const struct policy *p,
                   const struct policy_facts *f, int fact);
/* Same content. */
bool condition_equal(const struct condition *a, const struct condition *b);

#endif
