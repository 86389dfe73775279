/* rule.h: one rule: when, then, validity, and who says so. */
#ifndef COMMON_POLICY_RULE_H
#define COMMON_POLICY_RULE_H

#include "common/policy/model.h"

void rule_read(struct loader *l, const struct node *n, const struct table *t,
               struct rule *out);

/* The rule of this id; NULL when there is none. */
const struct rule *rule_find(const struct policy *p, struct span id);

#endif
