/* region.c: see region.h. */
#include "common/policy/region.h"

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/policy/condition.h"

#define DEFAULT_TIME_US                                                                  \
    (INT64_C(1790000000) * US_PER_S) /* in 2026: any instant will do */

enum { SAMPLE_TRIES = 8 };

void region_init(struct region *r) {
    r->n = 0;
    for (int t = 0; t < POLICY_TIME_COUNT; t++) {
        r->from_us[t] = INT64_MIN;
        r->until_us[t] = INT64_MAX;
    }
}

bool region_add(struct region *r, struct condition *const *conditions) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (!conditions[fact])
            continue;
        if (r->n == REGION_MAX)
            return false;
        r->conditions[r->n++] = conditions;
        return true;
    }
    return true;
}

static bool bound_time(struct region *r, int t, int64_t from_us, int64_t until_us) {
    r->from_us[t] = from_us > r->from_us[t] ? from_us : r->from_us[t];
    r->until_us[t] = until_us < r->until_us[t] ? until_us : r->until_us[t];
    return r->from_us[t] < r->until_us[t];
}

bool region_add_rule(struct region *r, const struct rule *rule) {
    return bound_time(r, rule->by, rule->from_us, rule->until_us) &&
           region_add(r, rule->conditions);
}

bool region_add_region(struct region *r, const struct region *other) {
    bool is_good = true;
    for (int t = 0; t < POLICY_TIME_COUNT; t++)
        is_good = bound_time(r, t, other->from_us[t], other->until_us[t]) && is_good;
    for (int i = 0; i < other->n; i++)
        is_good = is_good && region_add(r, other->conditions[i]);
    return is_good;
}

bool region_admits(const struct region *r, const struct attribute *at, int fact,
                   int64_t value) {
    for (int i = 0; i < r->n; i++)
        if (!condition_holds(r->conditions[i][fact], at, value))
            return false;
    return true;
}

/* Whether any condition of the region looks at the fact. */
static bool region_looks_at(const struct region *r, int fact) {
    for (int i = 0; i < r->n; i++)
        if (r->conditions[i][fact])
            return true;
    return false;
}

/* ---- one input ---- */

static bool find_word(const struct region *r, const struct attribute *at, int fact,
                      int64_t *out) {
    for (int v = 0; v < at->n_words; v++) {
        if (region_admits(r, at, fact, v)) {
            *out = v;
            return true;
        }
    }
    return false;
}

/* A common range begins where one of the ranges begins. */
static bool find_number(const struct region *r, const struct attribute *at, int fact,
                        int64_t *out) {
    *out = at->min;
    if (region_admits(r, at, fact, *out))
        return true;
    for (int i = 0; i < r->n; i++) {
        const struct condition *c = r->conditions[i][fact];
        for (int k = 0; c && k < c->n; k++) {
            *out = c->ranges[k].low;
            if (region_admits(r, at, fact, *out))
                return true;
        }
    }
    return false;
}

/* One clause of each condition; together they want the union of their members. */
static bool find_members(const struct region *r, const struct attribute *at, int fact,
                         int i, uint64_t all, int64_t *out) {
    if (i == r->n) {
        *out = (int64_t)all;
        return region_admits(r, at, fact, *out);
    }
    const struct condition *c = r->conditions[i][fact];
    if (!c)
        return find_members(r, at, fact, i + 1, all, out);
    for (int k = 0; k < c->n; k++)
        if (find_members(r, at, fact, i + 1, all | c->clauses[k].all, out))
            return true;
    return false;
}

static bool find_value(const struct region *r, const struct attribute *at, int fact,
                       int64_t *out) {
    bool is_found = at->kind == KIND_WORD     ? find_word(r, at, fact, out)
                    : at->kind == KIND_NUMBER ? find_number(r, at, fact, out)
                                              : find_members(r, at, fact, 0, 0, out);
    if (!is_found && at->is_optional && region_admits(r, at, fact, FACT_MISSING)) {
        *out = FACT_MISSING;
        return true;
    }
    return is_found;
}

static bool find_instant(const struct region *r, int t, int64_t *out) {
    int64_t from = r->from_us[t], until = r->until_us[t];
    from = from < REGION_FIRST_US ? REGION_FIRST_US : from;
    until = until > REGION_LAST_US ? REGION_LAST_US + 1 : until;
    if (from >= until)
        return false;
    if (r->from_us[t] != INT64_MIN)
        *out = from;
    else if (r->until_us[t] != INT64_MAX)
        *out = until - US_PER_S < from ? from : until - US_PER_S;
    else if (t == TIME_EVENT)
        *out = DEFAULT_TIME_US;
    return true;
}

bool region_find(const struct domain *d, const struct region *r,
                 struct policy_facts *out) {
    policy_facts_init(NULL, out);
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct attribute *at = &d->facts[fact];
        if (at->is_listed && (!at->is_optional || region_looks_at(r, fact)) &&
            !find_value(r, at, fact, &out->value[fact]))
            return false;
    }
    for (int t = 0; t < POLICY_TIME_COUNT; t++)
        if (!find_instant(r, t, &out->time_us[t]))
            return false;
    return true;
}

/* ---- some input ---- */

static int64_t sample_number(const struct region *r, const struct attribute *at, int fact,
                             uint64_t roll) {
    const struct condition *c = NULL;
    for (int i = 0; i < r->n; i++) {
        const struct condition *x = r->conditions[i][fact];
        if (x && x->n > 0 && (!c || roll >> (8 + i) & 1))
            c = x;
    }
    struct number_range range = {at->min, at->max};
    if (c)
        range = c->ranges[(roll >> 24) % (uint64_t)c->n];
    uint64_t width = (uint64_t)range.high - (uint64_t)range.low;
    uint64_t step = roll % 4 == 0         ? 0
                    : roll % 4 == 1       ? width
                    : width == UINT64_MAX ? roll >> 2
                                          : (roll >> 2) % (width + 1);
    return (int64_t)((uint64_t)range.low + step);
}

/* Few members, mostly: one clause of each condition, and now and then one more. Rules
 * that ask for a member win over those that do not, so a set of many hides most rules. */
static int64_t sample_members(const struct region *r, const struct attribute *at,
                              int fact, uint64_t *seed) {
    uint64_t roll = random_next(seed), members = 0;
    uint64_t all = (UINT64_C(1) << at->n_words) - 1;
    if (roll % 4 == 0)
        return (int64_t)(random_next(seed) & random_next(seed) & all);
    for (int i = 0; i < r->n; i++) {
        const struct condition *c = r->conditions[i][fact];
        if (c && c->n > 0) {
            members |= c->clauses[(roll >> 8) % (uint64_t)c->n].all;
            roll = random_next(seed);
        }
    }
    if (roll % 4 == 1)
        members |= UINT64_C(1) << (roll >> 8) % (uint64_t)at->n_words;
    return (int64_t)members;
}

static bool sample_value(const struct region *r, const struct attribute *at, int fact,
                         uint64_t *seed, int64_t *out) {
    for (int i = 0; i < SAMPLE_TRIES; i++) {
        uint64_t roll = random_next(seed);
        *out = FACT_MISSING;
        if (at->is_optional && roll % 5 == 0) {
            /* missing */
        } else if (at->kind == KIND_WORD) {
            *out = (int64_t)(roll % (uint64_t)at->n_words);
        } else if (at->kind == KIND_NUMBER) {
            *out = sample_number(r, at, fact, roll);
        } else {
            *out = sample_members(r, at, fact, seed);
        }
        if (region_admits(r, at, fact, *out))
            return true;
    }
    return find_value(r, at, fact, out);
}

bool region_sample(const struct domain *d, const struct region *r, uint64_t *seed,
                   struct policy_facts *out) {
    policy_facts_init(NULL, out);
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct attribute *at = &d->facts[fact];
        if (at->is_listed && !sample_value(r, at, fact, seed, &out->value[fact]))
            return false;
    }
    for (int t = 0; t < POLICY_TIME_COUNT; t++) {
        out->time_us[t] = DEFAULT_TIME_US;
        if ((DEFAULT_TIME_US < r->from_us[t] || DEFAULT_TIME_US >= r->until_us[t] ||
             random_next(seed) % 2) &&
            !find_instant(r, t, &out->time_us[t]))
            return false;
    }
    return true;
}

bool rule_holds(const struct domain *d, const struct rule *r,
                const struct policy_facts *f) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
        if (!condition_holds(r->conditions[fact], &d->facts[fact], f->value[fact]))
            return false;
    return f->time_us[r->by] >= r->from_us && f->time_us[r->by] < r->until_us;
}
