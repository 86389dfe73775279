/* cover.c: the search of cover.h. */
#include "common/policy/cover.h"

#include "common/policy/condition.h"
#include "common/policy/index.h"

enum {
    COVER_BUDGET = 40000,
    COVER_BUDGET_MIN = 2000,
    SET_MEMBERS_MAX = 12,
    AXES_MAX = POLICY_FACT_COUNT + POLICY_TIME_COUNT
};

struct atom {
    int64_t value;
    uint64_t *row; /* rules that admit it */
};

struct axis {
    bool is_time;
    int source;
    struct atom *atoms;
    int n_atoms;
    uint64_t *free_after; /* rules that no axis after this one constrains */
};

struct search {
    struct arena *a;
    const struct policy *p;
    const struct table *t;
    const uint64_t *wanted;
    const struct region *within;
    int n_words;
    struct axis axes[AXES_MAX];
    int n_axes;
    int steps, budget;
    struct proved {
        uint64_t hash;
        int axis;
        uint64_t *row;
    } * proved; /* open addressing, n_proved a power of two */
    uint32_t proved_mask;
    struct policy_facts *out;
};

/* ---- atoms ---- */

static bool is_within(const struct search *s, int fact, int64_t value) {
    for (int i = 0; i < s->within->n; i++) {
        if (!condition_holds(s->within->conditions[i][fact], &s->p->domain.facts[fact],
                             value)) {
            return false;
        }
    }
    return true;
}

static void add_atom(struct search *s, struct axis *x, int64_t value,
                     const uint64_t *row) {
    for (int i = 0; i < x->n_atoms; i++) {
        if (memcmp(x->atoms[i].row, row, (size_t)s->n_words * sizeof *row) == 0) {
            return; /* no rule tells them apart */
        }
    }
    uint64_t *copy = arena_array(s->a, (size_t)s->n_words, sizeof *copy);
    memcpy(copy, row, (size_t)s->n_words * sizeof *row);
    x->atoms[x->n_atoms++] = (struct atom){value, copy};
}

static void add_fact_atom(struct search *s, struct axis *x, int64_t value) {
    if (!is_within(s, x->source, value)) {
        return;
    }
    const struct attribute *at = &s->p->domain.facts[x->source];
    uint64_t *row = arena_zalloc(s->a, (size_t)s->n_words * sizeof *row);
    for (int r = 0; r < s->t->n_rules; r++) {
        if (condition_holds(s->t->rules[r].conditions[x->source], at, value)) {
            row[r >> 6] |= UINT64_C(1) << (r & 63);
        }
    }
    add_atom(s, x, value, row);
}

static void add_number_atoms(struct search *s, struct axis *x,
                             const struct attribute *at) {
    add_fact_atom(s, x, at->min);
    for (int r = -s->within->n; r < s->t->n_rules; r++) {
        const struct condition *c = r < 0 ? s->within->conditions[-r - 1][x->source]
                                          : s->t->rules[r].conditions[x->source];
        for (int i = 0; c && i < c->n; i++) {
            add_fact_atom(s, x, c->ranges[i].low);
            if (c->ranges[i].high < at->max) {
                add_fact_atom(s, x, c->ranges[i].high + 1);
            }
        }
    }
}

static uint64_t members_used(const struct search *s, int fact) {
    uint64_t used = 0;
    for (int r = -s->within->n; r < s->t->n_rules; r++) {
        const struct condition *c =
            r < 0 ? s->within->conditions[-r - 1][fact] : s->t->rules[r].conditions[fact];
        for (int i = 0; c && i < c->n; i++) {
            used |= c->clauses[i].all | c->clauses[i].none;
        }
    }
    return used;
}

/* All combinations of the members in use; false when there are too many. */
static bool add_set_atoms(struct search *s, struct axis *x) {
    uint64_t used = members_used(s, x->source), value = 0;
    if (__builtin_popcountll(used) > SET_MEMBERS_MAX) {
        return false;
    }
    do {
        add_fact_atom(s, x, (int64_t)value);
        value = (value - used) & used; /* the next subset */
    } while (value != 0);
    return true;
}

static bool add_fact_axis(struct search *s, int fact) {
    const struct attribute *at = &s->p->domain.facts[fact];
    struct axis *x = &s->axes[s->n_axes++];
    *x = (struct axis){.source = fact};
    size_t most = (size_t)at->n_words + 2;
    if (at->kind == KIND_NUMBER) {
        for (int r = -s->within->n; r < s->t->n_rules; r++) {
            const struct condition *c = r < 0 ? s->within->conditions[-r - 1][fact]
                                              : s->t->rules[r].conditions[fact];
            most += c ? (size_t)c->n * 2 : 0;
        }
    } else if (at->kind == KIND_SET) {
        most = (1U << SET_MEMBERS_MAX) + 2;
    }
    x->atoms = arena_array(s->a, most, sizeof *x->atoms);
    bool is_good = true;
    if (at->kind == KIND_WORD) {
        for (int v = 0; v < at->n_words; v++) {
            add_fact_atom(s, x, v);
        }
    } else if (at->kind == KIND_NUMBER) {
        add_number_atoms(s, x, at);
    } else {
        is_good = add_set_atoms(s, x);
    }
    if (at->is_optional) {
        add_fact_atom(s, x, FACT_MISSING);
    }
    return is_good;
}

static void add_time_atom(struct search *s, struct axis *x, int64_t at_us) {
    int t = x->source;
    if (at_us < s->within->from_us[t] || at_us >= s->within->until_us[t]) {
        return;
    }
    uint64_t *row = arena_zalloc(s->a, (size_t)s->n_words * sizeof *row);
    for (int r = 0; r < s->t->n_rules; r++) {
        const struct rule *rule = &s->t->rules[r];
        if (rule->by != t || (at_us >= rule->from_us && at_us < rule->until_us)) {
            row[r >> 6] |= UINT64_C(1) << (r & 63);
        }
    }
    add_atom(s, x, at_us, row);
}

static void add_time_axis(struct search *s, int t) {
    struct axis *x = &s->axes[s->n_axes++];
    *x = (struct axis){.is_time = true, .source = t};
    x->atoms = arena_array(s->a, (size_t)s->t->n_rules * 2 + 2, sizeof *x->atoms);
    add_time_atom(
        s, x, s->within->from_us[t] == INT64_MIN ? INT64_MIN + 1 : s->within->from_us[t]);
    for (int r = 0; r < s->t->n_rules; r++) {
        const struct rule *rule = &s->t->rules[r];
        if (rule->by == t && rule->from_us != INT64_MIN) {
            add_time_atom(s, x, rule->from_us);
        }
        if (rule->by == t && rule->until_us != INT64_MAX) {
            add_time_atom(s, x, rule->until_us);
        }
    }
}

static bool time_is_used(const struct table *t, int time) {
    for (int r = 0; r < t->n_rules; r++) {
        const struct rule *rule = &t->rules[r];
        if (rule->by == time &&
            (rule->from_us != INT64_MIN || rule->until_us != INT64_MAX)) {
            return true;
        }
    }
    return false;
}

/* Rules whose row is full on every axis behind: one of them alone covers what is left. */
static void find_free_rules(struct search *s) {
    uint64_t *row = arena_array(s->a, (size_t)s->n_words, sizeof *row);
    memset(row, 0xff, (size_t)s->n_words * sizeof *row);
    for (int i = s->n_axes - 1; i >= 0; i--) {
        struct axis *x = &s->axes[i];
        x->free_after = arena_array(s->a, (size_t)s->n_words, sizeof *row);
        memcpy(x->free_after, row, (size_t)s->n_words * sizeof *row);
        for (int k = 0; k < x->n_atoms; k++) {
            for (int w = 0; w < s->n_words; w++) {
                row[w] &= x->atoms[k].row[w];
            }
        }
    }
}

/* ---- remembering ---- */

static uint64_t hash_row(const struct search *s, int axis, const uint64_t *row) {
    uint64_t h = (uint64_t)axis * UINT64_C(0x9e3779b97f4a7c15) + 1;
    for (int w = 0; w < s->n_words; w++) {
        h = (h ^ row[w]) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return h;
}

/* True when it was proved before; else notes it, to be proved by the caller (who gives up
 * altogether when it fails). */
static bool note_proved(struct search *s, int axis, const uint64_t *row) {
    uint64_t h = hash_row(s, axis, row);
    uint32_t i = (uint32_t)h & s->proved_mask;
    for (; s->proved[i].row; i = (i + 1) & s->proved_mask) {
        if (s->proved[i].hash == h && s->proved[i].axis == axis &&
            memcmp(s->proved[i].row, row, (size_t)s->n_words * sizeof *row) == 0) {
            return true;
        }
    }
    uint64_t *copy = arena_array(s->a, (size_t)s->n_words, sizeof *copy);
    memcpy(copy, row, (size_t)s->n_words * sizeof *row);
    s->proved[i] = (struct proved){h, axis, copy};
    return false;
}

static enum cover_answer walk(struct search *s, int axis, const uint64_t *row) {
    bool is_empty = true, is_whole = false;
    for (int w = 0; w < s->n_words; w++) {
        is_empty = is_empty && row[w] == 0;
        is_whole =
            is_whole || (axis > 0 && (row[w] & s->axes[axis - 1].free_after[w]) != 0);
    }
    if (is_whole || (axis == s->n_axes && !is_empty)) {
        return COVER_WHOLE;
    }
    if (axis == s->n_axes) {
        return COVER_GAP;
    }
    if (note_proved(s, axis, row)) {
        return COVER_WHOLE;
    }
    if (++s->steps > s->budget) {
        return COVER_NOT_FINISHED;
    }
    struct axis *x = &s->axes[axis];
    uint64_t *next = arena_array(s->a, (size_t)s->n_words, sizeof *next);
    for (int k = 0; k < x->n_atoms; k++) {
        for (int w = 0; w < s->n_words; w++) {
            next[w] = row[w] & x->atoms[k].row[w];
        }
        if (x->is_time) {
            s->out->time_us[x->source] = x->atoms[k].value;
        } else {
            s->out->value[x->source] = x->atoms[k].value;
        }
        enum cover_answer answer = walk(s, axis + 1, next);
        if (answer != COVER_WHOLE) {
            return answer;
        }
    }
    return COVER_WHOLE;
}

static enum cover_answer search(struct arena *a, const struct policy *p,
                                const struct table *t, const uint64_t *wanted,
                                const struct region *within, struct policy_facts *out) {
    struct search s = {
        .a = a, .p = p, .t = t, .wanted = wanted, .within = within, .out = out};
    s.n_words = t->n_rules > 0 ? (t->n_rules + 63) / 64 : 1;
    if (!region_find(&p->domain, within, out)) {
        return COVER_WHOLE; /* nothing is there to be covered */
    }
    bool is_good = true;
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (t->rule_facts >> fact & 1) {
            is_good = add_fact_axis(&s, fact) && is_good;
        }
    }
    for (int time = 0; time < POLICY_TIME_COUNT; time++) {
        if (time_is_used(t, time)) {
            add_time_axis(&s, time);
        }
    }
    if (!is_good) {
        return COVER_NOT_FINISHED;
    }
    find_free_rules(&s);
    s.budget = COVER_BUDGET / s.n_words > COVER_BUDGET_MIN ? COVER_BUDGET / s.n_words
                                                           : COVER_BUDGET_MIN;
    s.proved_mask = 1;
    while (s.proved_mask < (uint32_t)s.budget * 2) {
        s.proved_mask = s.proved_mask * 2 + 1;
    }
    s.proved = arena_zalloc(s.a, (s.proved_mask + (size_t)1) * sizeof *s.proved);
    return walk(&s, 0, wanted);
}

enum cover_answer cover_search(const struct policy *p, const struct table *t,
                               const uint64_t *wanted, const struct region *within,
                               struct policy_facts *out) {
    struct arena *a = arena_new((size_t)1 << 30);
    enum cover_answer answer = search(a, p, t, wanted, within, out);
    arena_free(a);
    return answer;
}
