/*
 * analysis.h: what the parts of the analysis share: the ways into each table, the budget,
 * and the questions that several of them ask.
 */
#ifndef COMMON_POLICY_ANALYSIS_H
#define COMMON_POLICY_ANALYSIS_H

#include "common/policy/cover.h"
#include "common/policy/world.h"

struct analysis {
    struct loader *l;
    const struct policy *p;
    struct worlds *worlds; /* one element per table */
    int64_t work_left;     /* of the whole load; see cover.h */
};

static inline const struct worlds *worlds_of_table(const struct analysis *x,
                                                   const struct table *t) {
    return &x->worlds[t - x->p->tables];
}

/* A row of bits, one per rule of the table, and the first rule from `i` on whose bit is
 * set; n_rules when there is none. */
uint64_t *rule_bits(struct analysis *x, const struct table *t);
int next_bit(const struct table *t, const uint64_t *bits, int i);

/* Whether two rules can hit one input at all: a cheap no before the exact answer. */
bool may_meet(const struct policy *p, const struct rule *a, const struct rule *b);
/* The same for a rule and a region. */
bool may_reach(const struct policy *p, const struct region *region, const struct rule *r);

/* Looks for an input of `region` that none of `rules` meets. */
enum cover_answer analysis_find(struct analysis *x, const struct region *region,
                                const struct rule *const *rules, int n,
                                struct policy_facts *out);

/* The parts, one file each. */
void analyse_overlaps(struct analysis *x);
void analyse_gaps(struct analysis *x);
void analyse_idle(struct analysis *x);       /* dead, duplicate, redundant */
void analyse_conditions(struct analysis *x); /* no-effect, time-gap */

#endif
