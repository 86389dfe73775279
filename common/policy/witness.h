/*
 * witness.h: one input that satisfies several conditions at once, and how it reads as a
 * test.
 *
 * Facts are independent of each other, so a common input exists when each fact has a
 * common value; looking for it among the values named in the conditions is exact. The
 * same search decides whether two rules overlap.
 */
#ifndef COMMON_POLICY_WITNESS_H
#define COMMON_POLICY_WITNESS_H

#include "common/policy/model.h"

enum { REGION_MAX = 6, WITNESS_TEXT = 2048 };

/* An intersection: sets of conditions (per fact, NULL: any) that must all hold, and
 * validities. */
struct region {
    struct condition *const *conditions[REGION_MAX];
    int n;
    int64_t from_us[POLICY_TIME_COUNT], until_us[POLICY_TIME_COUNT];
};

void region_init(struct region *r);
/* Adds what must hold; false when the validities already exclude each other. */
bool region_add(struct region *r, struct condition *const *conditions);
bool region_add_rule(struct region *r, const struct rule *rule);

/* Finds an input; false when there is none. Facts that nobody constrains are left
 * missing. */
bool region_find(const struct domain *d, const struct region *r,
                 struct policy_facts *out);

/* The input as a test stub that names the rules it hits. */
void witness_write(const struct policy *p, const struct policy_facts *f,
                   const char *title, const char *expect, char out[WITNESS_TEXT]);

#endif
