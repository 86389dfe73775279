/* check.h: what is wrong with typed rules before any two are compared. */
#ifndef COMMON_POLICY_CHECK_H
#define COMMON_POLICY_CHECK_H

#include "common/policy/model.h"

void check_rules(struct loader *l);

#endif
