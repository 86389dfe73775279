/*
 * folding.h: a case in memory that events are folded into one after the other, and fakes
 * in place of the rules. Whoever includes it writes policy_decide(), by rules of the
 * test's own.
 */
#ifndef TESTS_COMMON_POLICY_FOLDING_H
#define TESTS_COMMON_POLICY_FOLDING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/policy/case.h"

/* ---- fakes in place of facts.c, redate.c and chain.c ---- */

static struct span folding_word; /* of the event that is decided */

void policy_state(const struct policy *p, struct policy_facts *f, enum policy_fact fact,
                  struct span word) {
    (void)p;
    (void)f;
    if (fact == FACT_EVENT)
        folding_word = word;
}

/* No rule here waits, pauses or resumes. */
const struct duty_spec *redate_terms(const struct policy *p, struct span rule_id,
                                     struct span duty_name, bool *applies_to_open) {
    (void)p, (void)rule_id, (void)duty_name, (void)applies_to_open;
    fail();
    return NULL;
}

bool redate_duty(const struct policy *p, const struct duty_spec *terms, struct span desk,
                 const struct policy_turns *turns, const struct clock_course *course,
                 struct policy_duty *out) {
    (void)p, (void)terms, (void)desk, (void)turns, (void)course, (void)out;
    fail();
    return false;
}

void redate_take(struct policy_duty *d, const struct policy_duty *dates) {
    (void)d, (void)dates;
    fail();
}

struct policy_desk_choice policy_triage(const struct policy *p, int64_t at_us) {
    (void)p;
    (void)at_us;
    return (struct policy_desk_choice){.desk = "triage"};
}

/* ---- a case in memory ---- */

/* A day, and the hours after its first instant. */
static inline int64_t folding_us(int hour) {
    return INT64_C(1795143600000000) + hour * US_PER_HOUR;
}

struct folded {
    struct case_state state;
    struct case_duty duties[CASE_MAX_DUTIES];
    struct span stops[CASE_MAX_DUTIES][POLICY_MAX_STOPS];
    struct span triaged[CASE_MAX_TRIAGED];
    struct span events[CASE_MAX_HISTORY];
    int64_t at[CASE_MAX_HISTORY], ids[CASE_MAX_HISTORY];
    struct case_decision last;
    int n_revived; /* duties that were cancelled and came back */
};

static inline struct folded *folding_begin(void) {
    static struct folded f;
    f.state = (struct case_state){.case_id = {{7}}, .opened_us = EVENT_ABSENT};
    f.n_revived = 0;
    f.state.duties = f.duties;
    f.state.triaged = f.triaged;
    f.state.history = (struct case_history){f.events, f.at, f.ids, 0};
    return &f;
}

/* What the worker keeps of `last`. */
static inline void folding_keep(struct folded *f, const struct case_event *e) {
    const struct case_decision *d = &f->last;
    struct case_state *s = &f->state;
    for (int i = 0; i < d->n_changes; i++) {
        const struct duty_change *change = &d->changes[i];
        struct case_duty *duty = &f->duties[change->index];
        f->n_revived += change->is_revived;
        duty->state = change->now.state;
        duty->closed_us = change->now.closed_us;
        duty->instance = change->now.instance;
    }
    for (int i = 0; i < d->n_starts; i++) {
        const struct policy_duty *p = &d->starts[i].policy;
        int n = s->n_duties++;
        f->duties[n] = (struct case_duty){.duty_id = d->starts[i].duty_id,
                                          .name = span_of(p->name),
                                          .instance = d->starts[i].now.instance,
                                          .state = d->starts[i].now.state,
                                          .called_us = d->starts[i].called_us,
                                          .closed_us = d->starts[i].now.closed_us,
                                          .start_us = p->start_us,
                                          .due_us = p->due_us,
                                          .act_by_us = p->owner.act_by_us,
                                          .has_breach = p->breach != NULL,
                                          .stop = f->stops[n],
                                          .n_stops = p->n_stops,
                                          .reopen = p->reopen};
        for (int k = 0; k < p->n_stops; k++)
            f->stops[n][k] = span_of(p->stop[k]);
    }
    for (int i = 0; i < d->n_triages; i++)
        f->triaged[s->n_triaged++] = span_of(d->triages[i]);
    f->events[s->history.n] = span_of(e->word ? e->word : "unknown");
    f->at[s->history.n] = e->occurred_us;
    f->ids[s->history.n++] = identity_hash64(e->event_id);
}

/* The duty of this name that began at this hour and is not cancelled; NULL: none. */
static inline const struct case_duty *folding_since(const struct folded *f,
                                                    const char *name, int hour) {
    const struct case_duty *found = NULL;
    for (int i = 0; i < f->state.n_duties; i++) {
        const struct case_duty *d = &f->duties[i];
        if (d->state == DUTY_CANCELLED || !span_is(d->name, name) ||
            d->start_us != folding_us(hour))
            continue;
        assert_null(found); /* never two */
        found = d;
    }
    return found;
}

static inline int folding_standing(const struct folded *f, const char *name) {
    int n = 0;
    for (int i = 0; i < f->state.n_duties; i++)
        n += f->duties[i].state != DUTY_CANCELLED && span_is(f->duties[i].name, name);
    return n;
}

/* ---- any order ---- */

static inline void folding_shuffle(uint64_t *random, int *order, int n) {
    for (int i = n - 1; i > 0; i--) {
        int k = (int)(random_next(random) % (uint64_t)(i + 1)), kept = order[i];
        order[i] = order[k];
        order[k] = kept;
    }
}

#endif
