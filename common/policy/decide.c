/*
 * decide.c: policy_decide: from facts to a decision, by following the compiled tables.
 *
 * 1. Tables run in order of need. A table that needs a slot or a fact it does not find is
 * passed over.
 * 2. A fact that the table's rules look at and that is missing or outside the domain
 * stops the decision: POLICY_NOT_EVALUATED with its cause, never a guess. A rule in the
 * shadow stops nothing: it is passed over where it would.
 * 3. The index gives the rules that hit; the hit policy says which of them fill which
 * slot.
 * 4. When all tables have run, duties get their instants and their desk from the chain
 * that was chosen.
 */
#include "common/policy/decide_fill.h"

#include "common/policy/condition.h"
#include "common/policy/deadline.h"
#include "common/policy/index.h"

#define FIRST_INSTANT_US (INT64_C(-62135596800) * 1000000)
#define LAST_INSTANT_US (INT64_C(253402300799) * 1000000)

static void decision_clear(struct policy_decision *d) {
    d->outcome = POLICY_DECIDED;
    d->cause = d->handler = NULL;
    d->n_duties = d->n_blockers = d->n_rules = 0;
    disposition_clear(&d->disposition);
    memset(d->near_misses, 0, sizeof d->near_misses);
}

/* ---- is the table reached? ---- */

static const char *slot_word(const struct policy_decision *d, enum slot slot) {
    return slot == SLOT_HANDLE ? d->handler
           : slot == SLOT_CODE ? d->disposition.code
                               : d->disposition.remedy;
}

static bool need_is_met(const struct slot_need *need, const struct policy_decision *d) {
    const char *word = slot_word(d, need->slot);
    for (int i = 0; word && i < need->n; i++)
        if (word == need->words[i]) /* made one text at load */
            return true;
    return false;
}

/* The facts that no rule may look at: outside the domain, or required and missing. Found
 * once for all tables. */
static uint32_t find_unusable(const struct policy *p, const struct policy_facts *f) {
    uint32_t bad = f->outside & p->listed;
    for (uint32_t facts = p->required; facts; facts &= facts - 1) {
        int fact = __builtin_ctz(facts);
        bad |= f->value[fact] == FACT_MISSING ? UINT32_C(1) << fact : 0;
    }
    for (uint32_t facts = p->numbers; facts; facts &= facts - 1) {
        int fact = __builtin_ctz(facts);
        const struct attribute *at = &p->domain.facts[fact];
        int64_t value = f->value[fact];
        if (UNLIKELY(value != FACT_MISSING && (value < at->min || value > at->max)))
            bad |= UINT32_C(1) << fact;
    }
    return bad;
}

/* The cause when one of `facts` cannot be looked at, else NULL. */
static const char *cannot_look_at(const struct evaluation *e, uint32_t facts) {
    if (LIKELY((facts & e->unusable) == 0))
        return NULL;
    int fact = __builtin_ctz(facts & e->unusable);
    const struct attribute *at = &e->p->domain.facts[fact];
    bool is_outside = e->f->outside >> fact & 1 || e->f->value[fact] != FACT_MISSING;
    return is_outside ? at->cause_outside : at->cause_missing;
}

static bool guard_holds(const struct evaluation *e, const struct table *t, int fact) {
    const struct condition *c = t->guard[fact];
    int64_t value = e->f->value[fact];
    if (LIKELY(e->p->domain.facts[fact].kind == KIND_WORD && value >= 0))
        return word_set_has(&c->words, (int)value);
    return condition_holds(c, &e->p->domain.facts[fact], value);
}

static bool lacks_time(const struct policy_facts *f, const struct rule *r) {
    return f->time_us[r->by] == POLICY_NO_INSTANT &&
           (r->from_us != INT64_MIN || r->until_us != INT64_MAX);
}

bool decide_can_ask(const struct policy_facts *f, uint32_t unusable,
                    const struct rule *r) {
    if (!r->is_shadow)
        return true; /* what it cannot look at stops the decision */
    for (; unusable; unusable &= unusable - 1)
        if (r->conditions[__builtin_ctz(unusable)])
            return false;
    return !lacks_time(f, r);
}

/* ---- one table ---- */

/* Rules that hit but whose validity asks for a time that nobody stated stop the decision;
 * those in the shadow that cannot be asked leave `hits`. Gives whether an active rule hit.
 */
static bool note_hits(struct evaluation *e, const struct table *t, uint16_t *hits,
                      int *n) {
    bool has_active = false;
    int n_kept = 0;
    for (int i = 0; i < *n; i++) {
        const struct rule *r = &t->rules[hits[i]];
        if (UNLIKELY(r->is_shadow) && !decide_can_ask(e->f, e->unusable, r))
            continue;
        if (UNLIKELY(lacks_time(e->f, r)))
            e->cause = e->p->domain.time_missing[r->by];
        hits[n_kept++] = hits[i];
        has_active = has_active || !r->is_shadow;
        if (e->d->n_rules < POLICY_MAX_RULES_HIT)
            e->d->rules[e->d->n_rules++] = r->id;
    }
    *n = n_kept;
    return has_active;
}

static int count_active(const struct table *t, const uint16_t *hits, int n) {
    int active = 0;
    for (int i = 0; i < n; i++)
        active += !t->rules[hits[i]].is_shadow;
    return active;
}

static void run_table(struct evaluation *e, const struct table *t) {
    uint16_t hits[INDEX_MAX_HITS];
    int first = t->n_rules > 0 ? t->rules[0].number : 0;
    int n =
        index_match(t->index, e->f, hits, first < 256 ? e->d->near_misses : NULL, first);
    if (UNLIKELY(n > INDEX_MAX_HITS)) {
        e->cause = "more than 256 rules of one table hit";
        return;
    }
    bool has_active = note_hits(e, t, hits, &n);
    if (e->cause)
        return;
    if (t->hit == HIT_COLLECT) {
        for (int i = 0; i < n && !e->cause; i++)
            fill_all(e, &t->rules[hits[i]]);
    } else if (t->hit == HIT_UNIQUE && UNLIKELY(n > 1) && count_active(t, hits, n) > 1) {
        e->cause = "two rules of a table that allows one";
        return;
    } else {
        fill_winners(e, t, hits, n);
    }
    if (!has_active && t->has_else)
        fill_all(e, &t->otherwise);
}

/* ---- all tables ---- */

/* Slots first: what is not ours needs no facts. A table that one fact of its `needs` rules
 * out is not reached, and then it does not matter that another cannot be looked at. */
static bool is_reached(struct evaluation *e, const struct table *t) {
    for (int i = 0; i < t->n_needs; i++)
        if (!need_is_met(&t->needs[i], e->d))
            return false;
    e->facts_read |= t->facts;
    for (uint32_t facts = t->facts & ~e->unusable; facts; facts &= facts - 1)
        if (!guard_holds(e, t, __builtin_ctz(facts)))
            return false;
    const char *cause = cannot_look_at(e, t->facts);
    if (UNLIKELY(cause) && t->is_shadow)
        return false;
    e->facts_read |= t->rule_facts;
    e->cause = cause ? cause : cannot_look_at(e, t->active_facts);
    return e->cause == NULL;
}

static void ask_table(struct evaluation *e, const struct table *t,
                      struct decide_trace *trace) {
    if (is_reached(e, t)) {
        if (trace) {
            ptrdiff_t i = t - e->p->tables;
            trace->reached[i >> 6] |= UINT64_C(1) << (i & 63);
        }
        run_table(e, t);
    }
}

static void ask_tables(struct evaluation *e, struct decide_trace *trace) {
    const struct policy *p = e->p;
    int64_t event = e->f->value[FACT_EVENT];
    if (UNLIKELY(event < 0 || e->unusable >> FACT_EVENT & 1)) {
        for (int i = 0; i < p->n_tables && !e->cause; i++)
            ask_table(e, &p->tables[i], trace);
        return;
    }
    e->facts_read |= UINT32_C(1) << FACT_EVENT;
    const struct table_list *list = &p->tables_of_event[event];
    for (int i = 0; i < list->n && !e->cause; i++)
        ask_table(e, list->items[i], trace);
}

/* A duty in the shadow whose instants cannot be told is left out. */
static void finish(struct evaluation *e) {
    struct deadline_request q = {e->chain, e->p->triage, e->f->value[FACT_LANG]};
    struct policy_decision *d = e->d;
    int n = d->n_duties;
    d->n_duties = 0;
    for (int i = 0; i < n && !e->cause; i++) {
        const char *cause = deadline_fill(e->p, e->f, &q, e->duties[i], &d->duties[i]);
        if (UNLIKELY(cause) && d->duties[i].is_shadow)
            continue;
        e->cause = cause;
        if (UNLIKELY(i != d->n_duties)) {
            d->duties[d->n_duties] = d->duties[i];
            e->duties[d->n_duties] = e->duties[i];
        }
        d->n_duties++;
    }
    e->d->route = deadline_route(&q, e->f->time_us[TIME_EVENT]);
}

static void give_up(struct evaluation *e) {
    struct policy_decision *d = e->d;
    d->outcome = POLICY_NOT_EVALUATED;
    d->cause = e->cause;
    d->n_duties = d->n_blockers = 0;
    disposition_clear(&d->disposition);
    d->route = policy_triage(e->p, e->f->time_us[TIME_EVENT]);
}

/* Instants outside the years 1 to 9999 are nobody's, and adding to them could overflow.
 */
static const char *cannot_take_times(const struct policy *p,
                                     const struct policy_facts *f) {
    for (int t = 0; t < POLICY_TIME_COUNT; t++) {
        int64_t us = f->time_us[t];
        if (UNLIKELY(us != POLICY_NO_INSTANT &&
                     (us < FIRST_INSTANT_US || us > LAST_INSTANT_US)))
            return "an instant lies beyond the years 1 to 9999";
    }
    return f->time_us[TIME_EVENT] == POLICY_NO_INSTANT
               ? p->domain.time_missing[TIME_EVENT]
               : NULL;
}

void decide_traced(const struct policy *p, const struct policy_facts *f,
                   struct policy_decision *out, struct decide_trace *trace) {
    struct evaluation e = {.p = p, .f = f, .d = out};
    decision_clear(out);
    if (trace)
        *trace = (struct decide_trace){0};
    e.cause = cannot_take_times(p, f);
    e.unusable = find_unusable(p, f);
    if (!e.cause)
        ask_tables(&e, trace);
    if (!e.cause)
        finish(&e);
    if (e.cause)
        give_up(&e);
    else if (out->handler && strcmp(out->handler, "none") == 0)
        out->outcome = POLICY_NOT_OURS;
    if (trace) {
        trace->chain = e.chain;
        trace->facts_read = e.facts_read;
        trace->unusable = e.unusable;
        memcpy(trace->duties, e.duties, sizeof e.duties);
    }
}

void policy_decide(const struct policy *p, const struct policy_facts *f,
                   struct policy_decision *out) {
    decide_traced(p, f, out, NULL);
}

struct policy_desk_choice policy_triage(const struct policy *p, int64_t at_us) {
    return (struct policy_desk_choice){p->triage->name, at_us, true};
}

bool policy_disposes(const struct policy *p, const char *event) {
    const struct attribute *at = &p->domain.facts[FACT_EVENT];
    int word = at->is_listed ? attribute_find(at, span_of(event)) : -1;
    const struct table_list *list = word < 0 ? NULL : &p->tables_of_event[word];
    for (int i = 0; list && i < list->n; i++)
        if (list->items[i]->gives & (1U << SLOT_CODE | 1U << SLOT_STEPS))
            return true;
    return false;
}
