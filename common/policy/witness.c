/* witness.c: see witness.h. */
#include "common/policy/witness.h"

#include "common/policy/condition.h"

#include "common/base/clock.h"

#define DEFAULT_TIME_US                                                                  \
    (INT64_C(1790000000) * US_PER_S) /* in 2026: any instant will do */

void region_init(struct region *r) {
    r->n = 0;
    for (int t = 0; t < POLICY_TIME_COUNT; t++) {
        r->from_us[t] = INT64_MIN;
        r->until_us[t] = INT64_MAX;
    }
}

bool region_add(struct region *r, struct condition *const *conditions) {
    if (r->n == REGION_MAX) {
        BUG("more than %d sets of conditions in a region", REGION_MAX);
    }
    r->conditions[r->n++] = conditions;
    return true;
}

bool region_add_rule(struct region *r, const struct rule *rule) {
    int t = rule->by;
    r->from_us[t] = rule->from_us > r->from_us[t] ? rule->from_us : r->from_us[t];
    r->until_us[t] = rule->until_us < r->until_us[t] ? rule->until_us : r->until_us[t];
    return region_add(r, rule->conditions) && r->from_us[t] < r->until_us[t];
}

static bool all_hold(const struct region *r, const struct attribute *at, int fact,
                     int64_t value) {
    for (int i = 0; i < r->n; i++) {
        if (!condition_holds(r->conditions[i][fact], at, value)) {
            return false;
        }
    }
    return true;
}

static bool find_word(const struct region *r, const struct attribute *at, int fact,
                      int64_t *out) {
    for (int v = 0; v < at->n_words; v++) {
        if (all_hold(r, at, fact, v)) {
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
    if (all_hold(r, at, fact, *out)) {
        return true;
    }
    for (int i = 0; i < r->n; i++) {
        const struct condition *c = r->conditions[i][fact];
        for (int k = 0; c && k < c->n; k++) {
            *out = c->ranges[k].low;
            if (all_hold(r, at, fact, *out)) {
                return true;
            }
        }
    }
    return false;
}

/* One clause of each condition; together they want the union of their members. */
static bool find_members(const struct region *r, const struct attribute *at, int fact,
                         int i, uint64_t all, int64_t *out) {
    if (i == r->n) {
        *out = (int64_t)all;
        return all_hold(r, at, fact, *out);
    }
    const struct condition *c = r->conditions[i][fact];
    if (!c) {
        return find_members(r, at, fact, i + 1, all, out);
    }
    for (int k = 0; k < c->n; k++) {
        if (find_members(r, at, fact, i + 1, all | c->clauses[k].all, out)) {
            return true;
        }
    }
    return false;
}

static bool find_value(const struct region *r, const struct attribute *at, int fact,
                       int64_t *out) {
    bool is_found = at->kind == KIND_WORD     ? find_word(r, at, fact, out)
                    : at->kind == KIND_NUMBER ? find_number(r, at, fact, out)
                                              : find_members(r, at, fact, 0, 0, out);
    if (!is_found && at->is_optional && all_hold(r, at, fact, FACT_MISSING)) {
        *out = FACT_MISSING;
        return true;
    }
    return is_found;
}

bool region_find(const struct domain *d, const struct region *r,
                 struct policy_facts *out) {
    policy_facts_init(NULL, out);
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        bool is_constrained = false;
        for (int i = 0; i < r->n; i++) {
            is_constrained = is_constrained || r->conditions[i][fact];
        }
        if (d->facts[fact].is_listed && (is_constrained || !d->facts[fact].is_optional) &&
            !find_value(r, &d->facts[fact], fact, &out->value[fact])) {
            return false;
        }
    }
    for (int t = 0; t < POLICY_TIME_COUNT; t++) {
        bool is_open = r->from_us[t] == INT64_MIN && r->until_us[t] == INT64_MAX;
        if (r->from_us[t] >= r->until_us[t]) {
            return false;
        }
        if (r->from_us[t] != INT64_MIN) {
            out->time_us[t] = r->from_us[t];
        } else if (r->until_us[t] != INT64_MAX) {
            out->time_us[t] = r->until_us[t] - US_PER_S;
        } else if (is_open && t == TIME_EVENT) {
            out->time_us[t] = DEFAULT_TIME_US;
        }
    }
    return true;
}

static void write_set(struct builder *b, const struct attribute *at, int64_t bits) {
    build_text(b, bits ? "[" : "none");
    const char *comma = "";
    for (int i = 0; i < at->n_words; i++) {
        if (bits >> i & 1) {
            build_text(b, comma);
            build_text(b, at->words[i]);
            comma = ", ";
        }
    }
    build_text(b, bits ? "]" : "");
}

void witness_write(const struct policy *p, const struct policy_facts *f,
                   const char *title, const char *expect, char out[WITNESS_TEXT]) {
    struct builder b = builder_over(out, WITNESS_TEXT - 1);
    build_format(&b, "- test: %s\n  given: {", title);
    const char *comma = "";
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct attribute *at = &p->domain.facts[fact];
        int64_t v = f->value[fact];
        if (v == FACT_MISSING || !at->is_listed) {
            continue;
        }
        build_format(&b, "%s%s: ", comma, fact_name(fact));
        comma = ", ";
        if (at->kind == KIND_WORD) {
            build_text(&b, at->words[v]);
        } else if (at->kind == KIND_NUMBER) {
            build_i64(&b, v);
        } else {
            write_set(&b, at, v);
        }
    }
    for (int t = 0; t < POLICY_TIME_COUNT; t++) {
        char text[CLOCK_TEXT_SIZE];
        if (f->time_us[t] != POLICY_NO_INSTANT) {
            clock_text(f->time_us[t], text);
            build_format(&b, "%s%s: %s", comma, time_name(t), text);
            comma = ", ";
        }
    }
    build_format(&b, "}\n  expect: {%s}\n", expect);
    out[b.len] = '\0';
}
