/*
 * world.h: the inputs that reach a table.
 *
 * `needs` bounds a table: by facts, and by slots that earlier tables must have given one
 * of some words. A world is one way to get there: the table's own conditions, those of a
 * rule that gives the word, and those of its table, back to the first one; less what
 * rules that displace the giver take away. A table that needs no slot has one world.
 */
#ifndef COMMON_POLICY_WORLD_H
#define COMMON_POLICY_WORLD_H

#include "common/policy/region.h"

struct world {
    struct region region;
    const struct rule *
        *takers; /* an input that one of them meets does not come this way */
    int n_takers;
};

struct worlds {
    struct world *items;
    int n;         /* 0: nothing reaches the table */
    bool is_rough; /* too many ways: one world that is wider than the truth */
};

/* One element per table of the policy, in its order. Lives in `a`. */
struct worlds *worlds_of(struct arena *a, const struct policy *p);

#endif
