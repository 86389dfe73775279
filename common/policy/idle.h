/*
 * idle.h: what the files about rules that change nothing share; see analyse_idle.c.
 */
#ifndef COMMON_POLICY_IDLE_H
#define COMMON_POLICY_IDLE_H

#include "common/policy/analysis.h"

enum { PAIR_WORK = 24 }; /* of looking at one other rule; see cover.h */

struct rule_list {
    const struct rule **items;
    int n;
};

/* About one table. */
struct idle {
    struct analysis *a;
    const struct table *t;
    bool *is_dead, *is_idle; /* by position; idle: dead, or found redundant so far */
    struct rule_list list;   /* of the question at hand; room for all rules and takers */
    uint64_t *meets;         /* rules that the rule at hand may meet: bit per position */
    bool is_reached;         /* some input hits the rule at hand */
    int n_open;              /* questions that were not finished */
};

/* What examples have shown of a rule. */
struct use {
    bool is_hit;    /* it hits */
    bool wins_any;  /* and wins a slot */
    bool is_needed; /* which would hold something else without it */
};

/* Tries some inputs until one shows what is asked for: that the rule wins (or hits, where
 * nothing is to be won), or with `for_need` that it is needed. `is_last`: the exact
 * question was not answered in time, so it may take longer. */
void idle_try_examples(struct idle *x, const struct rule *r, bool for_need, bool is_last,
                       struct use *use);
/* Whether `a` wins a slot that both give: the order in which a decision fills slots. */
bool idle_is_above(const struct rule *a, const struct rule *b);
/* Whether `other` counts beside `r`: in the same mode, and not idle itself. */
bool idle_competes(const struct idle *x, const struct rule *r, const struct rule *other);
/* The next rule from position *i on that counts beside `r`, may be hit together with it
 * and gives all of `slots`; NULL: no more. Start with *i = 0. x->meets is of `r`. */
const struct rule *idle_next_rival(struct idle *x, const struct rule *r, unsigned slots,
                                   int *i);
/* The list of a new question: what takes inputs from this world. */
void idle_list_begin(struct rule_list *list, const struct world *w);

/* Tell what they find and mark it. */
void idle_look_for_dead(struct idle *x, const struct rule *r);
void idle_look_for_redundant(struct idle *x, const struct rule *r);

#endif
