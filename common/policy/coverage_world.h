/*
 * coverage_world.h: the inputs that a coverage proof must look at.
 *
 * Facts that may change which chain of desks answers are cut into atoms: values that no
 * such rule tells apart are one. The product of the atoms, together with a rule that gives
 * a duty, bounds a region; an input in it is made into a decision.
 */
#ifndef COMMON_POLICY_COVERAGE_WORLD_H
#define COMMON_POLICY_COVERAGE_WORLD_H

#include "common/policy/coverage.h"

enum { WORLD_MAX_POINTS = 20000 };

struct coverage_atoms {
    int fact;
    struct condition *items;
    int n;
};

struct coverage_world {
    const struct policy *p;
    struct coverage_atoms axes[POLICY_FACT_COUNT]; /* but marketplace, lang, category */
    int n_axes;
    int n_points; /* of the product; 0: more than WORLD_MAX_POINTS */
    int market_class[DOMAIN_MAX_WORDS + 1], lang_class[DOMAIN_MAX_WORDS + 1];
    /* words that no rule tells apart have one number; the last is "missing" */
    uint32_t facts; /* bit per fact: what chains depend on */
};

void coverage_world_build(struct coverage_world *w, struct arena *a,
                          const struct policy *p);
/* The conditions of point `i`, one per fact, into `out` (others are left alone). */
void coverage_world_point(const struct coverage_world *w, int i, struct condition **out);

/* The categories that no rule tells apart. */
struct coverage_class *coverage_world_classes(struct arena *a, const struct policy *p,
                                              int *n);

#endif
