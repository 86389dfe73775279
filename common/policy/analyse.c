/*
 * analyse.c: what two rules do to each other, and what all rules of a table leave open.
 *
 * An input that two rules claim where only one may (overlap), that none claims where one
 * must (gap), a rule that can never win (dead), that says what another says already
 * (duplicate, redundant), a condition that excludes nothing (no-effect), a hole between
 * two versions of a rule (time-gap). Each finding carries an input that shows it. Rules
 * in the shadow are compared among themselves only: they cannot take anything from an
 * active one.
 */
#include "common/policy/analyse.h"

#include "common/policy/condition.h"
#include "common/policy/cover.h"
#include "common/policy/outcome.h"

#include <stdio.h>

enum { PAIR_FINDINGS_MAX = 200 };

/* ---- regions ---- */

/* The rule of an earlier table that makes a table with `needs` run: its conditions bound
 * the table's world. NULL when the table needs no slot, or several rules may give it. */
static const struct rule *only_giver(const struct policy *p, const struct table *t) {
    const struct rule *found = NULL;
    for (int i = 0; t->n_needs > 0 && i < p->n_tables; i++) {
        const struct table *other = &p->tables[i];
        for (int r = 0; r < other->n_rules; r++) {
            const struct rule *rule = &other->rules[r];
            const char *word = t->needs[0].slot == SLOT_HANDLE ? rule->then.handle
                               : t->needs[0].slot == SLOT_CODE ? rule->then.code
                                                               : rule->then.remedy;
            for (int k = 0; word && k < t->needs[0].n; k++) {
                if (strcmp(word, t->needs[0].words[k]) == 0) {
                    if (found) {
                        return NULL;
                    }
                    found = rule;
                }
            }
        }
    }
    return found;
}

static void region_of_table(const struct policy *p, const struct table *t,
                            struct region *r) {
    const struct rule *giver = only_giver(p, t);
    region_init(r);
    (void)region_add(r, t->guard);
    if (giver) {
        (void)region_add_rule(r, giver);
    }
}

/* A cheap no before the exact answer. */
static bool may_meet(const struct policy *p, const struct rule *a, const struct rule *b) {
    if (a->by == b->by && (a->from_us >= b->until_us || b->from_us >= a->until_us)) {
        return false;
    }
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct condition *x = a->conditions[fact], *y = b->conditions[fact];
        if (!x || !y || (x->allows_missing && y->allows_missing)) {
            continue;
        }
        const struct attribute *at = &p->domain.facts[fact];
        if (at->kind == KIND_WORD && !word_set_meets(&x->words, &y->words)) {
            return false;
        }
        if (at->kind == KIND_NUMBER && x->n == 1 && y->n == 1 &&
            (x->ranges[0].high < y->ranges[0].low ||
             y->ranges[0].high < x->ranges[0].low)) {
            return false;
        }
    }
    return true;
}

static bool find_common(const struct policy *p, const struct table *t,
                        const struct table *u, const struct rule *a, const struct rule *b,
                        struct policy_facts *out) {
    struct region r;
    if (!may_meet(p, a, b)) {
        return false;
    }
    region_of_table(p, t, &r);
    if (u != t) {
        (void)region_add(&r, u->guard);
    }
    return region_add_rule(&r, a) && region_add_rule(&r, b) &&
           region_find(&p->domain, &r, out);
}

/* ---- pairs ---- */

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

/* Why the two may not both hit; an empty text when they may. */
static void conflict(const struct table *t, const struct table *u, const struct rule *a,
                     const struct rule *b, char *why, size_t size) {
    const char *duty = NULL;
    why[0] = '\0';
    if (t == u && t->hit == HIT_UNIQUE) {
        snprintf(why, size, "only one rule of \"%s\" may hit", t->name);
        return;
    }
    if (duty_in_both(&a->then, &b->then, &duty)) {
        snprintf(why, size, "both give the duty \"%s\"", duty);
        return;
    }
    if (t == u && t->hit == HIT_PRIORITY && a->priority != b->priority) {
        return;
    }
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        bool is_one = slot != SLOT_DUTY && slot != SLOT_BLOCKER;
        if (is_one && a->then.gives >> slot & 1 && b->then.gives >> slot & 1 &&
            !outcome_equal(&a->then, &b->then, slot)) {
            snprintf(why, size, "both give \"%s\"%s", slot_name(slot),
                     t == u && t->hit == HIT_PRIORITY ? " with the same priority" : "");
            return;
        }
    }
}

static void compare_pair(struct loader *l, const struct table *t, const struct table *u,
                         const struct rule *a, const struct rule *b) {
    char why[200], expect[300], witness[WITNESS_TEXT];
    struct policy_facts f;
    if (a->is_shadow != b->is_shadow) {
        return;
    }
    conflict(t, u, a, b, why, sizeof why);
    if (!why[0] || !find_common(l->p, t, u, a, b, &f)) {
        return;
    }
    snprintf(expect, sizeof expect, "hits: [%s, %s]", a->id, b->id);
    witness_write(l->p, &f, "two rules for one input", expect, witness);
    finding_tell(l->fs, POLICY_ERROR, "overlap", b->at, witness,
                 "the rules \"%s\" and \"%s\" can both hit, but %s", a->id, b->id, why);
}

/* Rules of other tables only matter when they fill a slot of which there is one. */
static bool tables_compete(const struct table *t, const struct table *u) {
    unsigned shared = t->gives & u->gives & ~(1U << SLOT_BLOCKER);
    return t == u || shared != 0;
}

static void compare_all(struct loader *l) {
    const struct policy *p = l->p;
    int before = l->fs->n_errors;
    for (int i = 0; i < p->n_tables; i++) {
        for (int k = i; k < p->n_tables; k++) {
            const struct table *t = &p->tables[i], *u = &p->tables[k];
            if (!tables_compete(t, u)) {
                continue;
            }
            for (int a = 0; a < t->n_rules; a++) {
                for (int b = t == u ? a + 1 : 0; b < u->n_rules; b++) {
                    compare_pair(l, t, u, &t->rules[a], &u->rules[b]);
                    if (l->fs->n_errors - before >= PAIR_FINDINGS_MAX) {
                        finding_error(l->fs, "not-finished", t->at,
                                      "more than %d overlaps: the rest is not looked for",
                                      (int)PAIR_FINDINGS_MAX);
                        return;
                    }
                }
            }
        }
    }
}

/* ---- gaps ---- */

static uint64_t *row_of(struct loader *l, const struct table *t) {
    return arena_zalloc(l->scratch,
                        (size_t)((t->n_rules + 63) / 64 + 1) * sizeof(uint64_t));
}

static void look_for_gap(struct loader *l, const struct table *t) {
    struct policy_facts f;
    struct region r;
    char witness[WITNESS_TEXT];
    uint64_t *wanted = row_of(l, t);
    for (int i = 0; i < t->n_rules; i++) {
        if (!t->rules[i].is_shadow) {
            wanted[i >> 6] |= UINT64_C(1) << (i & 63);
        }
    }
    region_of_table(l->p, t, &r);
    enum cover_answer answer = cover_search(l->p, t, wanted, &r, &f);
    if (answer == COVER_NOT_FINISHED) {
        finding_warning(
            l->fs, "not-finished", t->at,
            "whether \"%s\" has a gap was not found out in time: give it an \"else\"",
            t->name);
    } else if (answer == COVER_GAP) {
        if (f.time_us[TIME_EVENT] < 0) {
            f.time_us[TIME_EVENT] = 0;
        }
        witness_write(l->p, &f, "no rule for this input", "rules: none", witness);
        finding_tell(l->fs, POLICY_ERROR, "gap", t->at, witness,
                     "the table \"%s\" says nothing about some inputs: add a rule, or "
                     "an \"else\" (\"else: none\" when silence is meant)",
                     t->name);
    }
}

/* ---- rules that do nothing ---- */

static bool gives_all_of(const struct rule *a, const struct rule *b) {
    return (a->then.gives & b->then.gives) == b->then.gives;
}

/* The rules of higher priority that could take something from this one, as a table of
 * their own. */
static struct table rivals_of(struct loader *l, const struct table *t,
                              const struct rule *rule) {
    struct table rivals = {.name = t->name};
    for (int pass = 0; pass < 2; pass++) {
        rivals.n_rules = 0;
        for (int i = 0; i < t->n_rules; i++) {
            const struct rule *other = &t->rules[i];
            if (other->is_shadow != rule->is_shadow ||
                other->priority <= rule->priority || !gives_all_of(other, rule) ||
                !may_meet(l->p, rule, other)) {
                continue;
            }
            if (pass == 1) {
                rivals.rules[rivals.n_rules] = *other;
                for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
                    rivals.rule_facts |=
                        other->conditions[fact] ? UINT32_C(1) << fact : 0;
                }
            }
            rivals.n_rules++;
        }
        if (pass == 0) {
            rivals.rules =
                arena_array(l->scratch, (size_t)rivals.n_rules + 1, sizeof *rivals.rules);
        }
    }
    return rivals;
}

static void look_for_dead(struct loader *l, const struct table *t,
                          const struct rule *rule) {
    struct policy_facts f;
    struct region r;
    region_of_table(l->p, t, &r);
    if (!region_add_rule(&r, rule) || !region_find(&l->p->domain, &r, &f)) {
        finding_tell(l->fs, POLICY_WARNING, "dead", rule->at, NULL,
                     "the rule \"%s\" can never hit: what the table needs excludes it",
                     rule->id);
        return;
    }
    if (t->hit != HIT_PRIORITY) {
        return;
    }
    struct table rivals = rivals_of(l, t, rule);
    uint64_t *wanted = row_of(l, &rivals);
    for (int i = 0; i < rivals.n_rules; i++) {
        wanted[i >> 6] |= UINT64_C(1) << (i & 63);
    }
    if (rivals.n_rules > 0 &&
        cover_search(l->p, &rivals, wanted, &r, &f) == COVER_WHOLE) {
        finding_tell(
            l->fs, POLICY_WARNING, "dead", rule->at, NULL,
            "the rule \"%s\" can never win: rules of higher priority take all its inputs",
            rule->id);
    }
}

static bool same_conditions(const struct rule *a, const struct rule *b) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (!condition_equal(a->conditions[fact], b->conditions[fact])) {
            return false;
        }
    }
    return a->is_shadow == b->is_shadow;
}

/* The next version of a rule must begin where this one ends. */
static void look_for_time_gap(struct loader *l, const struct table *t,
                              const struct rule *rule) {
    const struct rule *next = NULL;
    for (int i = 0; rule->until_us != INT64_MAX && i < t->n_rules; i++) {
        const struct rule *other = &t->rules[i];
        if (other != rule && other->by == rule->by && other->from_us != INT64_MIN &&
            other->from_us >= rule->until_us && same_conditions(other, rule) &&
            (!next || other->from_us < next->from_us)) {
            next = other;
        }
    }
    if (next && next->from_us > rule->until_us) {
        finding_warning(
            l->fs, "time-gap", next->at,
            "between the end of \"%s\" and the beginning of \"%s\" nothing holds",
            rule->id, next->id);
    }
}

static void look_for_no_effect(struct loader *l, const struct rule *rule) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct condition *c = rule->conditions[fact];
        const struct attribute *at = &l->p->domain.facts[fact];
        bool admits_all =
            c && at->kind == KIND_WORD && (c->allows_missing || !at->is_optional);
        for (int v = 0; admits_all && v < at->n_words; v++) {
            admits_all = word_set_has(&c->words, v);
        }
        if (admits_all) {
            finding_warning(
                l->fs, "no-effect", rule->at,
                "the condition on \"%s\" of the rule \"%s\" admits every value: drop it",
                fact_name(fact), rule->id);
        }
    }
}

static bool blocker_in_both(const struct rule *a, const struct rule *b) {
    for (int i = 0; i < a->then.n_blockers; i++) {
        for (int k = 0; k < b->then.n_blockers; k++) {
            if (strcmp(a->then.blockers[i].name, b->then.blockers[k].name) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* A rule that says at a higher priority what a wider rule below says anyway, with nothing
 * between them. */
static bool is_redundant(const struct policy *p, const struct table *t,
                         const struct rule *rule, const struct rule *wider) {
    struct policy_facts f;
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        if (rule->then.gives >> slot & 1 &&
            !outcome_equal(&rule->then, &wider->then, slot)) {
            return false;
        }
    }
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (wider->conditions[fact] &&
            !condition_equal(wider->conditions[fact], rule->conditions[fact])) {
            return false;
        }
    }
    if (wider->from_us != INT64_MIN || wider->until_us != INT64_MAX) {
        return false;
    }
    for (int i = 0; i < t->n_rules; i++) {
        const struct rule *between = &t->rules[i];
        if (between != rule && between != wider &&
            between->is_shadow == rule->is_shadow &&
            between->priority >= wider->priority && between->priority <= rule->priority &&
            find_common(p, t, t, rule, between, &f)) {
            return false;
        }
    }
    return true;
}

static void look_for_repetition(struct loader *l, const struct table *t,
                                const struct rule *rule) {
    for (int i = 0; i < t->n_rules; i++) {
        const struct rule *other = &t->rules[i];
        if (other->is_shadow != rule->is_shadow) {
            continue;
        }
        if (other < rule && t->hit == HIT_COLLECT && blocker_in_both(rule, other) &&
            same_conditions(rule, other) && rule->from_us == other->from_us &&
            rule->until_us == other->until_us) {
            finding_warning(l->fs, "duplicate", rule->at,
                            "the rules \"%s\" and \"%s\" say the same", other->id,
                            rule->id);
        }
        if (t->hit == HIT_PRIORITY && other->priority < rule->priority &&
            is_redundant(l->p, t, rule, other)) {
            finding_warning(l->fs, "redundant", rule->at,
                            "the rule \"%s\" says what \"%s\" says anyway: drop it",
                            rule->id, other->id);
            return;
        }
    }
}

void analyse(struct loader *l) {
    compare_all(l);
    for (int i = 0; i < l->p->n_tables; i++) {
        const struct table *t = &l->p->tables[i];
        if (!t->has_else) {
            look_for_gap(l, t);
        }
        for (int k = 0; k < t->n_rules; k++) {
            look_for_dead(l, t, &t->rules[k]);
            look_for_time_gap(l, t, &t->rules[k]);
            look_for_no_effect(l, &t->rules[k]);
            look_for_repetition(l, t, &t->rules[k]);
        }
    }
}
