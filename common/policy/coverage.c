/*
 * coverage.c: which duties may begin in which cell, under which chain of desks.
 *
 * 1. Rules that give no duty and no desk are left alone; categories that no other rule
 *    tells apart are one class.
 * 2. For each cell, each point of the world (coverage_world.h) and each rule that gives a
 *    duty, an input that meets all three is looked for and decided. The decision says
 *    which chain answers: no rule on chains tells the inputs of one point apart.
 * 3. The hours of the duty under that chain are walked once for all cells with the same
 *    chain, duty, language group and zone (coverage_hours.c).
 * A rule that begins or ends inside the weeks is decided at each of those instants.
 */
#include "common/policy/coverage.h"

#include "common/base/clock.h"
#include "common/event/marketplace.h"
#include "common/policy/condition.h"
#include "common/policy/coverage_world.h"
#include "common/policy/deadline.h"
#include "common/policy/decide.h"
#include "common/policy/duration.h"
#include "common/policy/witness.h"

#include <stdlib.h>

enum { PROMISES_MAX = 512, PROFILES = 4096, SEGMENTS_MAX = 32 };

struct profile {
    const struct chain *chain;
    const struct duty_spec *duty;
    const struct zone *zone;
    uint32_t speakers; /* bit per step of the chain */
    struct coverage_hours *hours;
};

struct proof {
    struct arena *a;
    const struct policy *p;
    const struct coverage_query *q;
    struct coverage *out;
    struct coverage_world world;
    struct profile profiles[PROFILES]; /* open addressing */
    int n_profiles;
    int64_t segments[SEGMENTS_MAX]; /* instants at which what holds may change */
    int n_segments;
    struct zone *zones[64];
    int n_zones;
    /* the cell that is being looked at */
    struct condition *cell[POLICY_FACT_COUNT];
    struct condition marketplace, lang, category;
    const struct zone *zone;
    struct coverage_promise promises[PROMISES_MAX];
    int n_promises;
    const struct chain *route;
};

/* ---- zones ---- */

static const struct zone *zone_named(struct proof *x, const char *name) {
    struct error err;
    for (int i = 0; i < x->n_zones; i++)
        if (strcmp(x->zones[i]->name, name) == 0)
            return x->zones[i];
    struct zone *z;
    if (x->n_zones == (int)COUNT_OF(x->zones) ||
        zone_load(x->a, NULL, name, &z, &err) != ST_OK)
        return NULL;
    x->zones[x->n_zones++] = z;
    return z;
}

static const struct zone *zone_of(struct proof *x, int marketplace) {
    const struct attribute *at = &x->p->domain.facts[FACT_MARKETPLACE];
    const struct marketplace *m =
        at->is_listed ? marketplace_find(span_of(at->words[marketplace])) : NULL;
    const struct zone *z = x->q->zone ? x->q->zone : zone_named(x, m ? m->zone : "UTC");
    return z ? z : zone_named(x, "UTC");
}

/* ---- when rules begin and end ---- */

static void add_segment(struct proof *x, int64_t at_us, int64_t from, int64_t to) {
    if (at_us <= from || at_us >= to || x->n_segments == SEGMENTS_MAX)
        return;
    for (int i = 0; i < x->n_segments; i++)
        if (x->segments[i] == at_us)
            return;
    x->segments[x->n_segments++] = at_us;
}

static void find_segments(struct proof *x) {
    int64_t from = x->q->first_day * US_PER_DAY;
    int64_t to = from + x->q->weeks * 7 * US_PER_DAY;
    x->segments[x->n_segments++] = from;
    for (int r = 0; r < x->p->n_rules; r++) {
        add_segment(x, x->p->rules[r]->from_us, from, to);
        add_segment(x, x->p->rules[r]->until_us, from, to);
    }
}

/* ---- profiles ---- */

static uint32_t speakers_of(const struct chain *c, int64_t lang) {
    uint32_t bits = 0;
    for (int i = 0; c && i < c->n; i++) {
        const struct desk *d = c->steps[i].desk;
        bool speaks = d->speaks_any || lang < 0 || word_set_has(&d->langs, (int)lang);
        bits |= speaks ? UINT32_C(1) << i : 0;
    }
    return bits;
}

static bool same_instants(const struct duty_spec *a, const struct duty_spec *b) {
    return a == b || (duration_equal(&a->due, &b->due) && a->reserve_us == b->reserve_us);
}

static const struct coverage_hours *hours_of(struct proof *x, const struct chain *chain,
                                             const struct duty_spec *duty, int64_t lang) {
    uint32_t speakers = speakers_of(chain, lang);
    uint64_t h = ((uint64_t)(uintptr_t)chain >> 4) * UINT64_C(0x9e3779b97f4a7c15);
    h ^= ((uint64_t)duty->due.amount + (uint64_t)duty->reserve_us * 31) *
         UINT64_C(0xff51afd7ed558ccd);
    h ^= ((uint64_t)(uintptr_t)x->zone >> 4) * UINT64_C(0xc4ceb9fe1a85ec53) + speakers;
    h ^= h >> 29;
    uint32_t i = (uint32_t)h & (PROFILES - 1);
    for (; x->profiles[i].hours; i = (i + 1) & (PROFILES - 1)) {
        const struct profile *have = &x->profiles[i];
        if (have->chain == chain && have->zone == x->zone && have->speakers == speakers &&
            same_instants(have->duty, duty))
            return have->hours;
    }
    struct coverage_hours *hours = arena_alloc(x->a, sizeof *hours);
    struct deadline_request r = {chain, x->p->triage, lang};
    coverage_hours_fill(hours, x->p, &r, duty, x->zone, x->q->first_day, x->q->weeks);
    if (x->n_profiles <
        PROFILES / 2) { /* beyond, hours are walked again: slow, not wrong */
        x->n_profiles++;
        x->profiles[i] = (struct profile){chain, duty, x->zone, speakers, hours};
    }
    return hours;
}

/* ---- one input ---- */

/* A new promise, whose facts its caller sets; NULL: the cell has it already. */
static struct coverage_promise *add_promise(struct proof *x, const struct rule *rule,
                                            const struct duty_spec *duty,
                                            const struct chain *chain, int64_t lang) {
    const struct coverage_hours *hours = hours_of(x, chain, duty, lang);
    for (int i = 0; i < x->n_promises; i++)
        if (x->promises[i].rule == rule && x->promises[i].duty == duty &&
            x->promises[i].chain == chain)
            return NULL;
    if (x->n_promises == PROMISES_MAX)
        BUG("more than %d duties may begin in one cell", PROMISES_MAX);
    struct coverage_promise *new = &x->promises[x->n_promises++];
    *new = (struct coverage_promise){
        .rule = rule, .duty = duty, .chain = chain, .hours = hours};
    return new;
}

static const struct policy_facts *keep_facts(struct proof *x,
                                             const struct policy_facts *f) {
    struct policy_facts *kept = arena_alloc(x->a, sizeof *kept);
    *kept = *f;
    return kept;
}

static int64_t lang_fact(int lang) {
    return lang < 0 ? FACT_MISSING : lang;
}

struct policy_facts coverage_input(const struct coverage_promise *promise) {
    struct policy_facts f = *promise->facts;
    f.value[FACT_LANG] = lang_fact(promise->lang);
    f.value[FACT_MARKETPLACE] = promise->marketplace;
    return f;
}

static void set_times(struct policy_facts *f, int64_t at_us) {
    for (int t = 0; t < POLICY_TIME_COUNT; t++)
        f->time_us[t] = at_us;
}

/* Decides an input at an instant; whether the rule's duty came of it. */
static bool decide_input(struct proof *x, struct policy_facts *f, const struct rule *rule,
                         int64_t at_us) {
    struct policy_decision d;
    struct decide_trace trace;
    bool is_found = false;
    set_times(f, at_us);
    decide_traced(x->p, f, &d, &trace);
    for (int i = 0; d.outcome == POLICY_DECIDED && i < d.n_duties; i++) {
        if (d.duties[i].rule_id == rule->id && !d.duties[i].is_shadow) {
            struct coverage_promise *new =
                add_promise(x, rule, trace.duties[i], trace.chain, f->value[FACT_LANG]);
            if (new)
                new->facts = keep_facts(x, f);
            is_found = true;
        }
    }
    return is_found;
}

/* ---- one cell ---- */

/* The rules that give what the table needs, one after the other; a table that needs
 * nothing has one world. Gives false when there is no next. */
static bool next_giver(const struct policy *p, const struct table *t, int *at,
                       const struct rule **out) {
    *out = NULL;
    if (t->n_needs == 0)
        return (*at)++ == 0;
    for (int k = 0, i = 0; i < p->n_tables; i++) {
        for (int r = 0; r < p->tables[i].n_rules; r++, k++) {
            const struct rule *rule = &p->tables[i].rules[r];
            const struct slot_need *need = &t->needs[0];
            const char *word = need->slot == SLOT_HANDLE ? rule->then.handle
                               : need->slot == SLOT_CODE ? rule->then.code
                                                         : rule->then.remedy;
            for (int n = 0; k >= *at && word && n < need->n; n++) {
                if (strcmp(word, need->words[n]) == 0) {
                    *at = k + 1;
                    *out = rule;
                    return true;
                }
            }
        }
    }
    return false;
}

/* A cheap no: the words of the cell exclude the rule. */
static bool cell_excludes(const struct proof *x, const struct rule *rule) {
    static const int facts[] = {FACT_MARKETPLACE, FACT_CATEGORY, FACT_LANG};
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        const struct condition *c = rule->conditions[facts[i]], *cell = x->cell[facts[i]];
        if (c && cell && !word_set_meets(&c->words, &cell->words) &&
            !(c->allows_missing && cell->allows_missing))
            return true;
    }
    return false;
}

/* The same for the facts of a point. */
static bool point_excludes(const struct proof *x, const struct table *t,
                           const struct rule *rule) {
    for (int i = 0; i < x->world.n_axes; i++) {
        int fact = x->world.axes[i].fact;
        const struct condition *point = x->cell[fact],
                               *asked[] = {rule->conditions[fact], t->guard[fact]};
        for (int k = 0; k < 2 && x->p->domain.facts[fact].kind == KIND_WORD; k++)
            if (asked[k] && !word_set_meets(&asked[k]->words, &point->words) &&
                !(asked[k]->allows_missing && point->allows_missing))
                return true;
    }
    return false;
}

static void take_point(struct proof *x, const struct table *t, const struct rule *rule,
                       int64_t at_us) {
    const struct rule *giver;
    bool is_met = false, is_possible = false;
    for (int at = 0; !is_met && next_giver(x->p, t, &at, &giver);) {
        struct region r;
        struct policy_facts f;
        region_init(&r);
        if (region_add(&r, x->cell) && region_add(&r, t->guard) &&
            region_add(&r, rule->conditions) &&
            (!giver || region_add(&r, giver->conditions)) &&
            region_find(&x->p->domain, &r, &f)) {
            is_possible = true;
            is_met = decide_input(x, &f, rule, at_us);
        }
    }
    if (is_possible && !is_met && x->out->n_undecided++ == 0)
        x->out->undecided_rule = rule->id;
}

static void take_rule(struct proof *x, const struct table *t, const struct rule *rule) {
    if (rule->is_shadow || rule->then.n_duties == 0 || cell_excludes(x, rule))
        return;
    for (int s = 0; s < x->n_segments; s++) {
        int64_t at_us = x->segments[s];
        if (at_us < rule->from_us || at_us >= rule->until_us)
            continue;
        for (int i = 0; i < x->world.n_points; i++) {
            coverage_world_point(&x->world, i, x->cell);
            if (!point_excludes(x, t, rule))
                take_point(x, t, rule, at_us);
        }
        memset(x->cell, 0, sizeof x->cell);
        x->cell[FACT_MARKETPLACE] = &x->marketplace;
        x->cell[FACT_LANG] = &x->lang;
        x->cell[FACT_CATEGORY] = &x->category;
    }
}

/* Where something without a duty goes: the chain of the first event that reaches one. */
static void find_route(struct proof *x) {
    x->route = NULL;
    for (int i = 0; !x->route && i < x->world.n_points; i++) {
        struct region r;
        struct policy_facts f;
        struct policy_decision d;
        struct decide_trace trace;
        coverage_world_point(&x->world, i, x->cell);
        region_init(&r);
        if (region_add(&r, x->cell) && region_find(&x->p->domain, &r, &f)) {
            set_times(&f, x->segments[0]);
            decide_traced(x->p, &f, &d, &trace);
            x->route = trace.chain;
        }
    }
}

static int compare_promises(const void *a, const void *b) {
    const struct coverage_promise *x = a, *y = b;
    return x->rule->number != y->rule->number
               ? x->rule->number - y->rule->number
               : (x->chain > y->chain) - (x->chain < y->chain);
}

static void finish_cell(struct proof *x, struct coverage_cell *cell) {
    qsort(x->promises, (size_t)x->n_promises, sizeof *x->promises, compare_promises);
    cell->promises = arena_array(x->a, (size_t)x->n_promises + 1, sizeof *cell->promises);
    memcpy(cell->promises, x->promises, (size_t)x->n_promises * sizeof *x->promises);
    cell->n_promises = x->n_promises;
    cell->route = x->route;
    for (int i = 0; i < x->n_promises; i++) {
        cell->promises[i].marketplace = cell->marketplace;
        cell->promises[i].lang = cell->lang;
    }
}

static void find_cell(struct proof *x, struct coverage_cell *cell) {
    const struct coverage_class *c = &x->out->classes[cell->category_class];
    x->marketplace = (struct condition){.fact = FACT_MARKETPLACE};
    word_set_add(&x->marketplace.words, cell->marketplace);
    x->lang = (struct condition){.fact = FACT_LANG, .allows_missing = cell->lang < 0};
    if (cell->lang >= 0)
        word_set_add(&x->lang.words, cell->lang);
    x->category = (struct condition){
        .fact = FACT_CATEGORY, .words = c->words, .allows_missing = c->has_missing};
    memset(x->cell, 0, sizeof x->cell);
    x->cell[FACT_MARKETPLACE] = &x->marketplace;
    x->cell[FACT_LANG] = &x->lang;
    x->cell[FACT_CATEGORY] = &x->category;
    x->zone = zone_of(x, cell->marketplace);
    x->n_promises = 0;
    for (int i = 0; i < x->p->n_tables; i++) {
        const struct table *t = &x->p->tables[i];
        for (int r = 0; t->gives >> SLOT_DUTY & 1 && r < t->n_rules; r++)
            take_rule(x, t, &t->rules[r]);
    }
    find_route(x);
    finish_cell(x, cell);
}

/* The same cell in another language or store, which no rule tells apart: only the desks
 * and the clock on the wall may differ. The facts are shared: two thousand cells have some
 * forty promises each, and a copy for each was more memory than a worker needs later. */
static void translate_cell(struct proof *x, const struct coverage_cell *from,
                           struct coverage_cell *cell) {
    x->n_promises = 0;
    x->route = from->route;
    x->zone = zone_of(x, cell->marketplace);
    for (int i = 0; i < from->n_promises; i++) {
        const struct coverage_promise *known = &from->promises[i];
        struct coverage_promise *new =
            add_promise(x, known->rule, known->duty, known->chain, lang_fact(cell->lang));
        if (new)
            new->facts = known->facts;
    }
    finish_cell(x, cell);
}

static bool is_wanted(const struct proof *x, int market, int lang, int class) {
    const struct coverage_class *k = &x->out->classes[class];
    bool is_category =
        x->q->category == COVERAGE_ALL ||
        (x->q->category < 0 ? k->has_missing : word_set_has(&k->words, x->q->category));
    return is_category &&
           (x->q->marketplace == COVERAGE_ALL || x->q->marketplace == market) &&
           (x->q->lang == COVERAGE_ALL || x->q->lang == lang);
}

/* A cell that was found already and that no rule tells from this one. */
static const struct coverage_cell *find_twin(const struct proof *x,
                                             const struct coverage_cell *cell) {
    int n_langs = x->p->domain.facts[FACT_LANG].n_words;
    const int *markets = x->world.market_class, *langs = x->world.lang_class;
    for (int i = 0; i + 1 < x->out->n_cells; i++) {
        const struct coverage_cell *other = &x->out->cells[i];
        if (other->category_class == cell->category_class &&
            markets[other->marketplace] == markets[cell->marketplace] &&
            langs[other->lang < 0 ? n_langs : other->lang] ==
                langs[cell->lang < 0 ? n_langs : cell->lang])
            return other;
    }
    return NULL;
}

static void add_cell(struct proof *x, int market, int lang, int class) {
    struct coverage_cell *cell = &x->out->cells[x->out->n_cells++];
    *cell = (struct coverage_cell){market, lang, class, NULL, 0, NULL};
    const struct coverage_cell *twin = find_twin(x, cell);
    if (twin)
        translate_cell(x, twin, cell);
    else
        find_cell(x, cell);
}

static void find_cells(struct proof *x) {
    const struct attribute *markets = &x->p->domain.facts[FACT_MARKETPLACE],
                           *langs = &x->p->domain.facts[FACT_LANG];
    int first_lang = langs->is_optional || !langs->is_listed ? -1 : 0;
    size_t most = (size_t)markets->n_words * ((size_t)langs->n_words + 1) *
                  (size_t)x->out->n_classes;
    x->out->cells = arena_zalloc(x->a, (most + 1) * sizeof *x->out->cells);
    for (int m = 0; m < markets->n_words; m++) {
        for (int l = first_lang; l < langs->n_words; l++) {
            for (int c = 0; c < x->out->n_classes; c++)
                if (is_wanted(x, m, l, c))
                    add_cell(x, m, l, c);
        }
    }
}

struct coverage *coverage_find(struct arena *a, const struct policy *p,
                               const struct coverage_query *q) {
    struct coverage *out = arena_zalloc(a, sizeof *out);
    struct proof *x = xcalloc(1, sizeof *x);
    *x = (struct proof){.a = a, .p = p, .q = q, .out = out};
    out->first_day = q->first_day;
    out->weeks = q->weeks;
    out->classes = coverage_world_classes(a, p, &out->n_classes);
    coverage_world_build(&x->world, a, p);
    find_segments(x);
    out->is_finished = x->world.n_points > 0 && x->n_segments < SEGMENTS_MAX;
    if (out->is_finished)
        find_cells(x);
    free(x);
    return out;
}
