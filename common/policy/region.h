/*
 * region.h: the inputs that several sets of conditions and validities admit at once.
 *
 * Facts are independent of each other, so a common input exists when each fact has a
 * common value; looking for it among the values named in the conditions is exact.
 */
#ifndef COMMON_POLICY_REGION_H
#define COMMON_POLICY_REGION_H

#include "common/policy/model.h"

enum { REGION_MAX = 16 };

/* Instants that somebody may state: the years 1 to 9999. */
#define REGION_FIRST_US (INT64_C(-62135596800) * 1000000)
#define REGION_LAST_US (INT64_C(253402300799) * 1000000)

/* An intersection: sets of conditions (per fact, NULL: any) that must all hold, and
 * validities [from, until). Borrows the conditions. */
struct region {
    struct condition *const *conditions[REGION_MAX];
    int n;
    int64_t from_us[POLICY_TIME_COUNT], until_us[POLICY_TIME_COUNT];
};

void region_init(struct region *r);
/* Adds what must hold; false when there is no room, or the validities already exclude
 * each other. Conditions that all are NULL take no room. */
bool region_add(struct region *r, struct condition *const *conditions);
bool region_add_rule(struct region *r, const struct rule *rule);
bool region_add_region(struct region *r, const struct region *other);

/* Finds an input; false when there is none. Facts that nobody constrains are left
 * missing, or get their first word where they are required; times that nobody constrains
 * are not stated, but for the event's own. */
bool region_find(const struct domain *d, const struct region *r,
                 struct policy_facts *out);

/* Whether the region admits a value of one fact, whatever the others are. */
bool region_admits(const struct region *r, const struct attribute *at, int fact,
                   int64_t value);

/* Some input of the region, another for each seed; false when none was found (there may
 * be some). Every fact and every time is stated or missing as may be. */
bool region_sample(const struct domain *d, const struct region *r, uint64_t *seed,
                   struct policy_facts *out);

/* Whether a rule's conditions and validity hold, one by one: the slow reading. */
bool rule_holds(const struct domain *d, const struct rule *r,
                const struct policy_facts *f);

#endif
