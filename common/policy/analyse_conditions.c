/* analyse_conditions.c: conditions that exclude nothing (no-effect), and holes between
 * two versions of a rule (time-gap). */
#include "common/policy/analysis.h"

#include "common/policy/same.h"
#include "common/policy/witness.h"

#include <string.h>

/* ---- no-effect ---- */

/* A cheap yes: some word reaches the table that the condition does not admit. Only where
 * each fact is on its own: nothing else takes inputs away, and the rule hits. */
static bool excludes_word(const struct analysis *x, const struct world *w,
                          const struct condition *c, int fact) {
    const struct attribute *at = &x->p->domain.facts[fact];
    if (at->is_optional && !c->allows_missing &&
        region_admits(&w->region, at, fact, FACT_MISSING))
        return true;
    for (int v = 0; at->kind == KIND_WORD && v < at->n_words; v++)
        if (!word_set_has(&c->words, v) && region_admits(&w->region, at, fact, v))
            return true;
    return false;
}

/* Whether the rule would hit something more without its condition on `fact`. */
static bool excludes_something(struct analysis *x, const struct world *w,
                               const struct rule *r, int fact) {
    struct policy_facts f;
    struct rule alone = {.by = TIME_EVENT, .from_us = INT64_MIN, .until_us = INT64_MAX};
    struct rule without = *r;
    struct region region = w->region;
    without.conditions[fact] = NULL;
    alone.conditions[fact] = r->conditions[fact];
    if (!region_add_rule(&region, &without) || !region_find(&x->p->domain, &region, &f))
        return false;
    if (w->n_takers == 0 && excludes_word(x, w, r->conditions[fact], fact))
        return true;
    const struct rule **rules =
        arena_array(x->l->scratch, (size_t)w->n_takers + 1, sizeof *rules);
    rules[0] = &alone;
    for (int i = 0; i < w->n_takers; i++)
        rules[i + 1] = w->takers[i];
    return analysis_find(x, &region, rules, w->n_takers + 1, &f) != COVER_WHOLE;
}

static const struct node *condition_node(const struct rule *r, int fact) {
    const struct node *n = node_get(node_get(r->at, "when"), fact_name(fact));
    return n ? n->key : r->at;
}

static void look_for_no_effect(struct analysis *x, const struct table *t,
                               const struct rule *r) {
    const struct worlds *ws = worlds_of_table(x, t);
    struct policy_facts f;
    struct region region;
    bool is_hit = false;
    for (int i = 0; i < ws->n && !is_hit; i++) {
        region = ws->items[i].region;
        is_hit = region_add_rule(&region, r) &&
                 analysis_find(x, &region, ws->items[i].takers, ws->items[i].n_takers,
                               &f) == COVER_GAP;
    }
    for (int fact = 0; fact < POLICY_FACT_COUNT && is_hit; fact++) {
        bool is_idle = r->conditions[fact] != NULL;
        for (int i = 0; i < ws->n && is_idle; i++)
            is_idle = !excludes_something(x, &ws->items[i], r, fact);
        if (is_idle) {
            finding_tell(
                x->l->fs, POLICY_WARNING, "no-effect", condition_node(r, fact),
                witness_show(x->l, &f, "the condition excludes nothing", r, NULL),
                "the condition on \"%s\" of the rule \"%s\" admits every value "
                "that reaches the table \"%s\": drop it",
                fact_name(fact), r->id, t->name);
        }
    }
}

/* ---- time-gap ---- */

/* The version that begins next after this one has ended. */
static const struct rule *next_version(const struct table *t, const struct rule *r) {
    const struct rule *next = NULL;
    for (int i = 0; r->until_us != INT64_MAX && i < t->n_rules; i++) {
        const struct rule *other = &t->rules[i];
        if (other != r && other->by == r->by && other->from_us != INT64_MIN &&
            other->from_us >= r->until_us && same_conditions(other, r) &&
            (!next || other->from_us < next->from_us))
            next = other;
    }
    return next;
}

static bool has_name(const struct outcome *o, const char *duty, const char *blocker) {
    for (int i = 0; duty && i < o->n_duties; i++)
        if (o->duties[i].name && strcmp(o->duties[i].name, duty) == 0)
            return true;
    for (int i = 0; blocker && i < o->n_blockers; i++)
        if (strcmp(o->blockers[i].name, blocker) == 0)
            return true;
    return false;
}

/* Whether `other` holds where `r` would have: gives the same slots, and duties and
 * blockers of the same names. */
static bool stands_in(const struct rule *other, const struct rule *r) {
    if (other == r || other->is_shadow != r->is_shadow ||
        (other->then.gives & r->then.gives) != r->then.gives)
        return false;
    for (int i = 0; i < r->then.n_duties; i++)
        if (r->then.duties[i].name &&
            !has_name(&other->then, r->then.duties[i].name, NULL))
            return false;
    for (int i = 0; i < r->then.n_blockers; i++)
        if (!has_name(&other->then, NULL, r->then.blockers[i].name))
            return false;
    return true;
}

static void look_for_time_gap(struct analysis *x, const struct table *t,
                              const struct rule *r) {
    const struct rule *next = next_version(t, r);
    const struct worlds *ws = worlds_of_table(x, t);
    if (!next || next->from_us == r->until_us)
        return;
    struct rule hole = *r;
    hole.from_us = r->until_us;
    hole.until_us = next->from_us;
    for (int i = 0; i < ws->n; i++) {
        const struct world *w = &ws->items[i];
        struct region region = w->region;
        struct policy_facts f;
        int n = 0;
        const struct rule **rules = arena_array(
            x->l->scratch, (size_t)(t->n_rules + w->n_takers) + 1, sizeof *rules);
        for (int k = 0; k < t->n_rules; k++)
            if (stands_in(&t->rules[k], r) && may_meet(x->p, &hole, &t->rules[k]))
                rules[n++] = &t->rules[k];
        for (int k = 0; k < w->n_takers; k++)
            rules[n++] = w->takers[k];
        if (region_add_rule(&region, &hole) &&
            analysis_find(x, &region, rules, n, &f) == COVER_GAP) {
            finding_tell(
                x->l->fs, POLICY_WARNING, "time-gap", next->at,
                witness_show(x->l, &f, "between two versions of a rule", NULL, NULL),
                "between the end of \"%s\" and the beginning of \"%s\" nothing "
                "holds: let the one begin when the other ends",
                r->id, next->id);
            return;
        }
    }
}

void analyse_conditions(struct analysis *x) {
    for (int i = 0; i < x->p->n_tables; i++) {
        const struct table *t = &x->p->tables[i];
        for (int k = 0; k < t->n_rules; k++) {
            look_for_time_gap(x, t, &t->rules[k]);
            look_for_no_effect(x, t, &t->rules[k]);
        }
    }
}
