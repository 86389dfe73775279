/* analyse_overlaps.c: two rules for one input where only one may be. */
#include "common/policy/analysis.h"

#include "common/policy/index.h"
#include "common/policy/outcome.h"
#include "common/policy/same.h"
#include "common/policy/witness.h"

#include <stdio.h>

enum { OVERLAPS_MAX = 200, WHY_TEXT = 256 };

static bool duty_in_both(const struct outcome *a, const struct outcome *b,
                         const char **name) {
    for (int i = 0; i < a->n_duties; i++) {
        for (int k = 0; k < b->n_duties; k++) {
            if (a->duties[i].name && b->duties[k].name &&
                strcmp(a->duties[i].name, b->duties[k].name) == 0) {
                *name = a->duties[i].name;
                return true;
            }
        }
    }
    return false;
}

/* In a priority table one rule wins a slot, whatever the slot holds: two of the same
 * priority must not give it differently. */
static bool equal_priority_conflict(const struct rule *a, const struct rule *b,
                                    char why[WHY_TEXT]) {
    for (int slot = 0; a->priority == b->priority && slot < SLOT_COUNT; slot++) {
        if (a->then.gives & b->then.gives & 1U << slot &&
            !same_slot(&a->then, &b->then, slot)) {
            snprintf(why, WHY_TEXT,
                     "both give \"%s\" with the same priority: let one have the higher",
                     slot_name(slot));
            return true;
        }
    }
    return false;
}

/* Why the two may not both hit; false when they may. */
static bool conflict(const struct table *t, const struct table *u, const struct rule *a,
                     const struct rule *b, char why[WHY_TEXT]) {
    const char *duty = NULL;
    if (t == u && t->hit == HIT_UNIQUE) {
        snprintf(why, WHY_TEXT,
                 "only one rule of \"%s\" may hit: exclude the input from one of them",
                 t->name);
        return true;
    }
    if (t == u && t->hit == HIT_PRIORITY)
        return equal_priority_conflict(a, b, why);
    if (duty_in_both(&a->then, &b->then, &duty)) {
        snprintf(why, WHY_TEXT,
                 "both give the duty \"%s\": exclude the input from one of them", duty);
        return true;
    }
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        bool is_one = slot != SLOT_DUTY && slot != SLOT_BLOCKER;
        if (is_one && a->then.gives & b->then.gives & 1U << slot &&
            !same_slot(&a->then, &b->then, slot)) {
            snprintf(why, WHY_TEXT,
                     "both give \"%s\": exclude the input from one of them",
                     slot_name(slot));
            return true;
        }
    }
    return false;
}

/* An input that reaches both tables, where both rules hit. */
static bool meet_in(struct analysis *x, const struct world *w, const struct world *v,
                    const struct rule *a, const struct rule *b,
                    struct policy_facts *out) {
    struct region r = w->region;
    if (!region_add_rule(&r, a) || !region_add_rule(&r, b) ||
        (v != w && !region_add_region(&r, &v->region)) ||
        !region_find(&x->p->domain, &r, out))
        return false;
    if (w->n_takers == 0 && v->n_takers == 0)
        return true;
    const struct rule **takers =
        arena_array(x->l->scratch, (size_t)(w->n_takers + v->n_takers), sizeof *takers);
    int n = 0;
    for (int i = 0; i < w->n_takers; i++)
        takers[n++] = w->takers[i];
    for (int i = 0; v != w && i < v->n_takers; i++)
        takers[n++] = v->takers[i];
    /* what cannot be decided in time is told as if it were: a conflict must not slip by */
    return analysis_find(x, &r, takers, n, out) != COVER_WHOLE;
}

static bool meet(struct analysis *x, const struct table *t, const struct table *u,
                 const struct rule *a, const struct rule *b, struct policy_facts *out) {
    const struct worlds *ws = worlds_of_table(x, t), *vs = worlds_of_table(x, u);
    for (int i = 0; i < ws->n; i++) {
        for (int k = t == u ? i : 0; k < (t == u ? i + 1 : vs->n); k++)
            if (meet_in(x, &ws->items[i], &vs->items[k], a, b, out))
                return true;
    }
    return false;
}

static bool compare_pair(struct analysis *x, const struct table *t, const struct table *u,
                         const struct rule *a, const struct rule *b) {
    char why[WHY_TEXT];
    struct policy_facts f;
    bool is_ranked = t == u && t->hit == HIT_PRIORITY && a->priority != b->priority;
    if (a->is_shadow != b->is_shadow || is_ranked || !may_meet(x->p, a, b) ||
        !conflict(t, u, a, b, why) || !meet(x, t, u, a, b, &f))
        return false;
    finding_tell(x->l->fs, POLICY_ERROR, "overlap", b->at,
                 witness_show(x->l, &f, "two rules for one input", a, b),
                 "the rules \"%s\" and \"%s\" can both hit, but %s (\"%s\" stands in %s, "
                 "line %d)",
                 a->id, b->id, why, a->id, a->file, a->line);
    return true;
}

/* Rules of other tables only matter when they fill a slot of which there is one. */
static bool tables_compete(const struct table *t, const struct table *u) {
    unsigned shared = t->gives & u->gives & ~(1U << SLOT_BLOCKER);
    return t == u || shared != 0;
}

/* How many overlaps were found; stops beyond OVERLAPS_MAX. */
static int compare_tables(struct analysis *x, const struct table *t,
                          const struct table *u, int n_found) {
    uint64_t *meets = rule_bits(x, u);
    for (int a = 0; a < t->n_rules; a++) {
        index_meeting(u->index, &t->rules[a], meets);
        for (int b = next_bit(u, meets, t == u ? a + 1 : 0); b < u->n_rules;
             b = next_bit(u, meets, b + 1)) {
            n_found += compare_pair(x, t, u, &t->rules[a], &u->rules[b]);
            if (n_found >= OVERLAPS_MAX) {
                finding_error(x->l->fs, "not-finished", t->at,
                              "%d overlaps: the rest is not looked for; of \"%s\" the "
                              "first %d of %d rules were compared with all behind them",
                              n_found, t->name, a, t->n_rules);
                return n_found;
            }
        }
    }
    return n_found;
}

void analyse_overlaps(struct analysis *x) {
    int n_found = 0;
    for (int i = 0; i < x->p->n_tables; i++) {
        for (int k = i; k < x->p->n_tables && n_found < OVERLAPS_MAX; k++) {
            const struct table *t = &x->p->tables[i], *u = &x->p->tables[k];
            if (tables_compete(t, u))
                n_found = compare_tables(x, t, u, n_found);
        }
    }
}
