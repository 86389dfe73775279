/* same.h: whether two rules say the same, in words that people may have written apart. */
#ifndef COMMON_POLICY_SAME_H
#define COMMON_POLICY_SAME_H

#include "common/policy/model.h"

/* What both give for the slot is the same, titles and sources apart. */
bool same_slot(const struct outcome *a, const struct outcome *b, int slot);
/* A duty, blocker or other single thing that `a` gives for the slot is among what `b`
 * gives: position i of a's duties or blockers; 0 for the other slots. */
bool same_item(const struct outcome *a, int i, const struct outcome *b, int slot);
/* How many things a gives for the slot. */
int same_count(const struct outcome *a, int slot);
/* Both admit the same inputs as written, and run in the same mode; same_conditions does
 * not look at the validity. */
bool same_conditions(const struct rule *a, const struct rule *b);
bool same_inputs(const struct rule *a, const struct rule *b);

#endif
