/* cover_atoms.c: cuts facts and times into atoms; see cover.h. */
#include "common/policy/cover_private.h"

#include "common/base/clock.h"
#include "common/policy/condition.h"

#include <stdlib.h>

enum { SET_MEMBERS_MAX = 14 };

static uint64_t hash_row(const uint64_t *row, int n_words) {
    uint64_t h = 1;
    for (int w = 0; w < n_words; w++) {
        h = (h ^ row[w]) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return h;
}

/* Values that the same rules admit are one atom. */
static void add_atom(struct cover_search *s, struct axis *x, int64_t value, int64_t low,
                     int64_t high, const uint64_t *row) {
    size_t bytes = (size_t)s->n_words * sizeof *row;
    uint64_t hash = hash_row(row, s->n_words);
    struct cover_piece *piece = arena_alloc(s->a, sizeof *piece);
    *piece = (struct cover_piece){low, high, NULL};
    for (int i = 0; i < x->n_atoms; i++) {
        struct atom *atom = &x->atoms[i];
        if (atom->hash == hash && memcmp(atom->row, row, bytes) == 0) {
            piece->next = atom->pieces;
            atom->pieces = piece;
            return;
        }
    }
    uint64_t *copy = arena_alloc(s->a, bytes);
    memcpy(copy, row, bytes);
    x->atoms[x->n_atoms++] = (struct atom){value, hash, copy, piece};
    s->work_left -= x->n_atoms / 4;
}

static void add_fact_atom(struct cover_search *s, struct axis *x, int64_t low,
                          int64_t high) {
    const struct attribute *at = &s->q->p->domain.facts[x->source];
    if (s->work_left < 0 || !region_admits(s->q->within, at, x->source, low))
        return;
    uint64_t row[POLICY_MAX_RULES / 64 + 1];
    memset(row, 0, (size_t)s->n_words * sizeof *row);
    for (int r = 0; r < s->q->n_rules; r++)
        if (condition_holds(s->q->rules[r]->conditions[x->source], at, low))
            row[r >> 6] |= UINT64_C(1) << (r & 63);
    s->work_left -= s->q->n_rules * 2;
    add_atom(s, x, low, low, high, row);
}

/* The i-th condition on a fact, those of the region first; NULL: none there. */
static const struct condition *condition_at(const struct cover_search *s, int i,
                                            int fact) {
    int n = s->q->within->n;
    return i < n ? s->q->within->conditions[i][fact]
                 : s->q->rules[i - n]->conditions[fact];
}

static int n_conditions(const struct cover_search *s) {
    return s->q->within->n + s->q->n_rules;
}

static int compare_bounds(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sorts, and drops what stands twice. */
static int sort_bounds(int64_t *bounds, int n) {
    int kept = 0;
    qsort(bounds, (size_t)n, sizeof *bounds, compare_bounds);
    for (int i = 0; i < n; i++)
        if (kept == 0 || bounds[kept - 1] != bounds[i])
            bounds[kept++] = bounds[i];
    return kept;
}

static void cut_number(struct cover_search *s, struct axis *x,
                       const struct attribute *at) {
    size_t most = 1;
    for (int i = 0; i < n_conditions(s); i++) {
        const struct condition *c = condition_at(s, i, x->source);
        most += c ? (size_t)c->n * 2 : 0;
    }
    int64_t *bounds = arena_array(s->a, most, sizeof *bounds);
    int n = 0;
    bounds[n++] = at->min;
    for (int i = 0; i < n_conditions(s); i++) {
        const struct condition *c = condition_at(s, i, x->source);
        for (int k = 0; c && k < c->n; k++) {
            bounds[n++] = c->ranges[k].low;
            if (c->ranges[k].high < at->max)
                bounds[n++] = c->ranges[k].high + 1;
        }
    }
    n = sort_bounds(bounds, n);
    x->atoms = arena_array(s->a, (size_t)n + 1, sizeof *x->atoms);
    for (int i = 0; i < n; i++)
        add_fact_atom(s, x, bounds[i], i + 1 < n ? bounds[i + 1] - 1 : at->max);
}

/* All combinations of the members in use. */
static void cut_set(struct cover_search *s, struct axis *x) {
    for (int i = 0; i < n_conditions(s); i++) {
        const struct condition *c = condition_at(s, i, x->source);
        for (int k = 0; c && k < c->n; k++)
            x->members |= c->clauses[k].all | c->clauses[k].none;
    }
    int n = __builtin_popcountll(x->members);
    x->atoms = arena_array(s->a, (size_t)1 << (n > SET_MEMBERS_MAX ? 1 : n + 1),
                           sizeof *x->atoms);
    if (n > SET_MEMBERS_MAX) {
        s->is_too_big = true;
        s->big_sets |= UINT32_C(1) << x->source;
        return;
    }
    uint64_t value = 0;
    do {
        add_fact_atom(s, x, (int64_t)value, (int64_t)value);
        value = (value - x->members) & x->members; /* the next subset */
    } while (value != 0);
}

bool cover_looks_at_big_set(const struct cover_search *s, const struct rule *r) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
        if (r->conditions[fact] && s->big_sets >> fact & 1)
            return true;
    return false;
}

static void cut_fact(struct cover_search *s, int fact) {
    const struct attribute *at = &s->q->p->domain.facts[fact];
    struct axis *x = &s->axes[s->n_axes++];
    *x = (struct axis){.source = fact};
    if (at->kind == KIND_WORD) {
        x->atoms = arena_array(s->a, (size_t)at->n_words + 1, sizeof *x->atoms);
        for (int v = 0; v < at->n_words; v++)
            add_fact_atom(s, x, v, v);
    } else if (at->kind == KIND_NUMBER) {
        cut_number(s, x, at);
    } else {
        cut_set(s, x);
    }
    if (at->is_optional && !s->is_too_big)
        add_fact_atom(s, x, FACT_MISSING, FACT_MISSING);
}

static void add_time_atom(struct cover_search *s, struct axis *x, int64_t low,
                          int64_t high) {
    uint64_t row[POLICY_MAX_RULES / 64 + 1];
    memset(row, 0, (size_t)s->n_words * sizeof *row);
    for (int r = 0; r < s->q->n_rules; r++) {
        const struct rule *rule = s->q->rules[r];
        if (rule->by != x->source || (low >= rule->from_us && low < rule->until_us))
            row[r >> 6] |= UINT64_C(1) << (r & 63);
    }
    s->work_left -= s->q->n_rules;
    /* people understand "the day before" better than the year 1 */
    int64_t shown =
        low == REGION_FIRST_US && high - US_PER_DAY > low ? high + 1 - US_PER_DAY : low;
    add_atom(s, x, shown, low, high, row);
}

static void cut_time(struct cover_search *s, int t) {
    struct axis *x = &s->axes[s->n_axes++];
    *x = (struct axis){.is_time = true, .source = t};
    int64_t from = s->q->within->from_us[t], until = s->q->within->until_us[t];
    from = from < REGION_FIRST_US ? REGION_FIRST_US : from;
    until = until > REGION_LAST_US ? REGION_LAST_US + 1 : until;
    int64_t *bounds = arena_array(s->a, (size_t)s->q->n_rules * 2 + 1, sizeof *bounds);
    int n = 0;
    bounds[n++] = from;
    for (int r = 0; r < s->q->n_rules; r++) {
        const struct rule *rule = s->q->rules[r];
        int64_t ends[2] = {rule->from_us, rule->until_us};
        for (int i = 0; i < 2 && rule->by == t; i++)
            if (ends[i] > from && ends[i] < until)
                bounds[n++] = ends[i];
    }
    n = sort_bounds(bounds, n);
    x->atoms = arena_array(s->a, (size_t)n, sizeof *x->atoms);
    for (int i = 0; i < n && s->work_left > 0; i++)
        add_time_atom(s, x, bounds[i], i + 1 < n ? bounds[i + 1] - 1 : until - 1);
}

void cover_cut_axes(struct cover_search *s) {
    uint32_t facts = 0, times = 0;
    for (int r = 0; r < s->q->n_rules; r++) {
        const struct rule *rule = s->q->rules[r];
        for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
            facts |= rule->conditions[fact] ? UINT32_C(1) << fact : 0;
        if (rule->from_us != INT64_MIN || rule->until_us != INT64_MAX)
            times |= UINT32_C(1) << rule->by;
    }
    for (; facts; facts &= facts - 1)
        cut_fact(s, __builtin_ctz(facts));
    for (; times; times &= times - 1)
        cut_time(s, __builtin_ctz(times));
}
