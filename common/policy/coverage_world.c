/* coverage_world.c: see coverage_world.h. */
#include "common/policy/coverage_world.h"

#include "common/policy/condition.h"

enum { SET_MEMBERS_MAX = 8 };

/* ---- what chains depend on ---- */

static bool gives_needed(const struct table *giver, const struct table *t) {
    for (int i = 0; i < t->n_needs; i++)
        if (giver->gives >> t->needs[i].slot & 1)
            return true;
    return false;
}

static bool decides_chain(const struct policy *p, const struct table *t) {
    if (t->gives >> SLOT_CHAIN & 1)
        return true;
    for (int i = 0; i < p->n_tables; i++)
        if (p->tables[i].gives >> SLOT_CHAIN & 1 && gives_needed(t, &p->tables[i]))
            return true;
    return false;
}

typedef void visit_condition(void *context, const struct condition *c);

/* Each condition on `fact` in the tables that decide on chains, or in those too that give
 * duties. */
static void each_condition(const struct policy *p, int fact, bool with_duties,
                           visit_condition *visit, void *context) {
    for (int i = 0; i < p->n_tables; i++) {
        const struct table *t = &p->tables[i];
        bool matters = decides_chain(p, t) || (with_duties && t->gives >> SLOT_DUTY & 1);
        if (matters && t->guard[fact])
            visit(context, t->guard[fact]);
        for (int r = 0; matters && r < t->n_rules; r++)
            if (t->rules[r].conditions[fact])
                visit(context, t->rules[r].conditions[fact]);
    }
}

/* ---- values that no condition tells apart ---- */

struct classes {
    const struct attribute *at;
    int n;
    int of[DOMAIN_MAX_WORDS + 1]; /* class of each word; the last is "missing" */
};

/* Splits each class by whether the condition admits its words. */
static void split(void *context, const struct condition *c) {
    struct classes *x = context;
    int twin[DOMAIN_MAX_WORDS + 1], n = x->n;
    bool is_out[DOMAIN_MAX_WORDS + 1] = {false}, is_in[DOMAIN_MAX_WORDS + 1] = {false};
    for (int v = 0; v <= x->at->n_words; v++) {
        int64_t value = v == x->at->n_words ? FACT_MISSING : v;
        bool holds = condition_holds(c, x->at, value);
        is_in[x->of[v]] = is_in[x->of[v]] || holds;
        is_out[x->of[v]] = is_out[x->of[v]] || !holds;
    }
    for (int k = 0; k < n; k++)
        twin[k] = is_in[k] && is_out[k] ? x->n++ : k;
    for (int v = 0; v <= x->at->n_words; v++) {
        int64_t value = v == x->at->n_words ? FACT_MISSING : v;
        if (!condition_holds(c, x->at, value))
            x->of[v] = twin[x->of[v]];
    }
}

static void classes_init(struct classes *x, const struct attribute *at) {
    *x = (struct classes){.at = at, .n = 1};
    if (!at->is_optional) { /* "missing" is no value: a class of its own, left out later */
        x->of[at->n_words] = 1;
        x->n = 2;
    }
}

struct coverage_class *coverage_world_classes(struct arena *a, const struct policy *p,
                                              int *n) {
    const struct attribute *at = &p->domain.facts[FACT_CATEGORY];
    struct classes x;
    struct coverage_class all[DOMAIN_MAX_WORDS + 2] = {0};
    classes_init(&x, at);
    each_condition(p, FACT_CATEGORY, true, split, &x);
    for (int i = 0; p->coverage && i < p->coverage->n_gaps; i++)
        if (p->coverage->gaps[i].conditions[FACT_CATEGORY])
            split(&x, p->coverage->gaps[i].conditions[FACT_CATEGORY]);
    for (int v = 0; v <= at->n_words; v++) {
        if (v < at->n_words)
            word_set_add(&all[x.of[v]].words, v);
        else if (at->is_optional || !at->is_listed)
            all[x.of[v]].has_missing = true;
        else
            continue;
        all[x.of[v]].n++;
    }
    struct coverage_class *out = arena_array(a, (size_t)x.n + 1, sizeof *out);
    *n = 0;
    for (int k = 0; k < x.n; k++)
        if (all[k].n > 0)
            out[(*n)++] = all[k];
    return out;
}

/* ---- atoms ---- */

static void word_atoms(struct arena *a, const struct policy *p,
                       struct coverage_atoms *x) {
    const struct attribute *at = &p->domain.facts[x->fact];
    struct classes k;
    classes_init(&k, at);
    each_condition(p, x->fact, false, split, &k);
    x->items = arena_zalloc(a, (size_t)k.n * sizeof *x->items);
    x->n = k.n;
    for (int v = 0; v <= at->n_words; v++) {
        struct condition *c = &x->items[k.of[v]];
        c->fact = x->fact;
        if (v < at->n_words)
            word_set_add(&c->words, v);
        else
            c->allows_missing = at->is_optional;
    }
}

struct bounds {
    int64_t at[512];
    int n;
};

static void collect_bounds(void *context, const struct condition *c) {
    struct bounds *b = context;
    for (int i = 0; i < c->n && b->n + 2 <= 512; i++) {
        b->at[b->n++] = c->ranges[i].low;
        b->at[b->n++] =
            c->ranges[i].high == INT64_MAX ? INT64_MAX : c->ranges[i].high + 1;
    }
}

static struct condition *add_missing(struct coverage_atoms *x, bool is_optional) {
    struct condition *c = &x->items[x->n];
    *c = (struct condition){.fact = x->fact, .allows_missing = true};
    x->n += is_optional;
    return c;
}

static void number_atoms(struct arena *a, const struct policy *p,
                         struct coverage_atoms *x) {
    const struct attribute *at = &p->domain.facts[x->fact];
    struct bounds b = {.at = {at->min}, .n = 1};
    each_condition(p, x->fact, false, collect_bounds, &b);
    x->items = arena_zalloc(a, ((size_t)b.n + 1) * sizeof *x->items);
    for (int i = 0; i < b.n; i++) {
        int64_t low = b.at[i], high = at->max;
        bool is_known = low < at->min || low > at->max;
        for (int k = 0; k < b.n; k++) {
            high = b.at[k] > low && b.at[k] - 1 < high ? b.at[k] - 1 : high;
            is_known = is_known || (k < i && b.at[k] == low);
        }
        if (!is_known) {
            struct number_range *r = arena_alloc(a, sizeof *r);
            *r = (struct number_range){low, high};
            x->items[x->n++] = (struct condition){.fact = x->fact, .ranges = r, .n = 1};
        }
    }
    (void)add_missing(x, at->is_optional);
}

static void collect_members(void *context, const struct condition *c) {
    uint64_t *used = context;
    for (int i = 0; i < c->n; i++)
        *used |= c->clauses[i].all | c->clauses[i].none;
}

struct subset {
    const struct attribute *at;
    int64_t value;
    uint64_t answers; /* bit per condition; of more than 64 each subset is its own */
    int n;
};

static void ask_subset(void *context, const struct condition *c) {
    struct subset *s = context;
    uint64_t bit = UINT64_C(1) << (s->n++ & 63);
    s->answers |= condition_holds(c, s->at, s->value) ? bit : 0;
}

/* Subsets of the members in use that every condition answers alike are one atom, with a
 * clause for each of them. */
static bool set_atoms(struct arena *a, const struct policy *p, struct coverage_atoms *x) {
    const struct attribute *at = &p->domain.facts[x->fact];
    uint64_t used = 0, some = 0, answers[1U << SET_MEMBERS_MAX];
    each_condition(p, x->fact, false, collect_members, &used);
    if (__builtin_popcountll(used) > SET_MEMBERS_MAX)
        return false;
    size_t n_all = (size_t)1 << __builtin_popcountll(used);
    x->items = arena_zalloc(a, (n_all + 1) * sizeof *x->items);
    do {
        struct subset s = {.at = at, .value = (int64_t)some};
        each_condition(p, x->fact, false, ask_subset, &s);
        int k = 0;
        while (k < x->n && (answers[k] != s.answers || s.n > 64))
            k++;
        struct condition *c = &x->items[k];
        if (k == x->n) {
            answers[x->n++] = s.answers;
            *c = (struct condition){.fact = x->fact};
            c->clauses = arena_array(a, n_all, sizeof *c->clauses);
        }
        c->clauses[c->n++] = (struct set_clause){.all = some, .none = used & ~some};
        some = (some - used) & used; /* the next subset */
    } while (some != 0);
    (void)add_missing(x, at->is_optional);
    return true;
}

static void note_fact(void *context, const struct condition *c) {
    uint32_t *facts = context;
    *facts |= UINT32_C(1) << c->fact;
}

static void number_classes(const struct policy *p, int fact, int *out) {
    struct classes x;
    classes_init(&x, &p->domain.facts[fact]);
    each_condition(p, fact, true, split, &x);
    memcpy(out, x.of, sizeof x.of);
}

void coverage_world_build(struct coverage_world *w, struct arena *a,
                          const struct policy *p) {
    *w = (struct coverage_world){.p = p, .n_points = 1};
    bool is_small = true;
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
        each_condition(p, fact, false, note_fact, &w->facts);
    number_classes(p, FACT_MARKETPLACE, w->market_class);
    number_classes(p, FACT_LANG, w->lang_class);
    for (int fact = 0; fact < POLICY_FACT_COUNT && is_small; fact++) {
        if (!(w->facts >> fact & 1) || fact == FACT_MARKETPLACE || fact == FACT_LANG ||
            fact == FACT_CATEGORY)
            continue;
        struct coverage_atoms *x = &w->axes[w->n_axes++];
        x->fact = fact;
        enum fact_kind kind = p->domain.facts[fact].kind;
        if (kind == KIND_WORD)
            word_atoms(a, p, x);
        else if (kind == KIND_NUMBER)
            number_atoms(a, p, x);
        else
            is_small = set_atoms(a, p, x);
        is_small = is_small && x->n > 0 && w->n_points <= WORLD_MAX_POINTS / x->n;
        w->n_points = is_small ? w->n_points * x->n : 0;
    }
}

void coverage_world_point(const struct coverage_world *w, int i, struct condition **out) {
    for (int k = 0; k < w->n_axes; k++) {
        const struct coverage_atoms *x = &w->axes[k];
        out[x->fact] = &x->items[i % x->n];
        i /= x->n;
    }
}
