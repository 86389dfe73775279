/*
 * decide_fill.c: what rules that hit put into a decision: duties, blockers, who handles
 * it, the chain of desks, and what becomes of the goods.
 *
 * What runs in the shadow fills the same slots, marked; it displaces nothing, makes room
 * for what is in force, and never stops the decision.
 */
#include "common/policy/decide_fill.h"

#include "common/policy/outcome.h"
#include "common/policy/terms.h"

/* The place of one more duty: where all are taken, an active one takes that of one in the
 * shadow. Negative: there is none. */
static int duty_place(const struct policy_decision *d, bool is_shadow) {
    int i = d->n_duties;
    if (i == POLICY_MAX_DUTIES)
        do {
            i--;
        } while (i >= 0 && (is_shadow || !d->duties[i].is_shadow));
    return i;
}

static int blocker_place(const struct policy_decision *d, bool is_shadow) {
    int i = d->n_blockers;
    if (i == POLICY_MAX_BLOCKERS)
        do {
            i--;
        } while (i >= 0 && (is_shadow || !d->blockers[i].is_shadow));
    return i;
}

static void add_duty(struct evaluation *e, const struct rule *r,
                     const struct duty_spec *spec) {
    struct policy_decision *d = e->d;
    for (int i = 0; i < d->n_duties; i++)
        if (d->duties[i].is_shadow == r->is_shadow &&
            strcmp(d->duties[i].name, spec->name) == 0)
            return; /* proved at load to agree or not to happen */
    int place = duty_place(d, r->is_shadow);
    if (place < 0) {
        e->cause = r->is_shadow ? NULL : "more than 8 duties at once";
        return;
    }
    struct policy_duty *out = &d->duties[place];
    out->name = spec->name;
    out->rule_id = r->id;
    out->title = r->title;
    out->breach = spec->breach;
    out->breach_cost = spec->cost;
    out->severity = spec->severity;
    out->is_shadow = r->is_shadow;
    out->follows_messages = spec->start_time == TIME_OLDEST_UNANSWERED;
    out->pause = spec->pauses;
    out->n_pauses = spec->n_pauses;
    out->reopen = spec->reopen;
    out->n_stops = spec->n_stops;
    out->stop_id = spec->stop_id;
    memcpy(out->stop, spec->stops, (size_t)spec->n_stops * sizeof *spec->stops);
    e->duties[place] = spec;
    d->n_duties += place == d->n_duties;
}

static void add_blocker(struct evaluation *e, const struct rule *r,
                        const struct blocker_spec *b) {
    struct policy_decision *d = e->d;
    for (int i = 0; i < d->n_blockers; i++)
        if (d->blockers[i].is_shadow == r->is_shadow &&
            strcmp(d->blockers[i].name, b->name) == 0)
            return;
    int place = blocker_place(d, r->is_shadow);
    if (place < 0) {
        e->cause = r->is_shadow ? NULL : "more than 8 blockers at once";
        return;
    }
    d->blockers[place] =
        (struct policy_blocker){b->name, r->id, r->title, b->severity, r->is_shadow};
    d->n_blockers += place == d->n_blockers;
}

static void fill_steps(struct evaluation *e, const struct outcome *o) {
    struct policy_disposition *out = &e->d->disposition;
    int64_t at = e->f->time_us[TIME_EVENT];
    for (int i = 0; i < o->n_steps; i++) {
        struct policy_step *step = &out->steps[i];
        *step = o->steps[i];
        if (step->by_kind)
            step->licence = term_licence(step->by_kind, e->f->value[FACT_TRAITS]);
        int64_t due = policy_step_due(step, at);
        if (due == POLICY_NO_INSTANT)
            continue;
        if (step->after < 0)
            step->due_us = due;
        else
            step->due_after_us = due - at;
    }
    out->n_steps = o->n_steps;
}

void disposition_clear(struct policy_disposition *d) {
    d->code = d->rule_id = d->title = NULL;
    d->remedy = d->remedy_rule_id = NULL;
    d->destination = d->destination_rule_id = NULL;
    d->n_steps = 0;
    d->is_shadow = false;
}

/* What decides on the goods: an active rule displaces one that only runs in the shadow.
 */
static void fill_disposition(struct evaluation *e, const struct rule *r, int slot) {
    struct policy_disposition *out = &e->d->disposition;
    bool displaces = out->is_shadow && !r->is_shadow;
    if (displaces)
        disposition_clear(out);
    else if (r->is_shadow && out->rule_id && !out->is_shadow)
        return;
    bool is_new = false;
    if (slot == SLOT_CODE && !out->code) {
        out->code = r->then.code;
        is_new = true;
    } else if (slot == SLOT_REMEDY && !out->remedy) {
        out->remedy = r->then.remedy;
        out->remedy_rule_id = r->id;
        is_new = out->rule_id == NULL;
    } else if (slot == SLOT_DESTINATION && !out->destination) {
        out->destination = r->then.destination;
        out->destination_rule_id = r->id;
        is_new = out->rule_id == NULL;
    } else if (slot == SLOT_STEPS && out->n_steps == 0) {
        fill_steps(e, &r->then);
        is_new = out->rule_id == NULL;
    }
    if (is_new) {
        out->rule_id = r->id;
        out->title = r->title;
        out->is_shadow = r->is_shadow;
    }
}

static void fill_slot(struct evaluation *e, const struct rule *r, int slot) {
    switch ((enum slot)slot) {
    case SLOT_DUTY:
        for (int i = 0; i < r->then.n_duties; i++)
            add_duty(e, r, &r->then.duties[i]);
        break;
    case SLOT_BLOCKER:
        for (int i = 0; i < r->then.n_blockers; i++)
            add_blocker(e, r, &r->then.blockers[i]);
        break;
    case SLOT_HANDLE:
        if (!r->is_shadow && !e->d->handler)
            e->d->handler = r->then.handle;
        break;
    case SLOT_CHAIN:
        if (!r->is_shadow && !e->chain)
            e->chain = r->then.chain;
        break;
    case SLOT_CODE:
    case SLOT_REMEDY:
    case SLOT_DESTINATION:
    case SLOT_STEPS:
        fill_disposition(e, r, slot);
        break;
    case SLOT_COUNT:
        break;
    }
}

void fill_all(struct evaluation *e, const struct rule *r) {
    for (unsigned slots = r->then.gives; slots; slots &= slots - 1)
        fill_slot(e, r, __builtin_ctz(slots));
}

void fill_winners(struct evaluation *e, const struct table *t, const uint16_t *hits,
                  int n) {
    for (unsigned slots = t->gives; slots; slots &= slots - 1) {
        int slot = __builtin_ctz(slots);
        const struct rule *best = NULL;
        for (int i = 0; i < n; i++) {
            const struct rule *r = &t->rules[hits[i]];
            if (r->then.gives >> slot & 1 &&
                (!best || (best->is_shadow && !r->is_shadow) ||
                 (best->is_shadow == r->is_shadow && r->priority > best->priority)))
                best = r;
        }
        if (best)
            fill_slot(e, best, slot);
    }
}
