/*
 * case_clock.h: one clock of one duty, read off the history of its case.
 *
 * The history is a set: every function here answers by the events' own times, so the
 * order in which they were read does not matter. Pure, allocates nothing. Instants are
 * microseconds UTC.
 */
#ifndef COMMON_POLICY_CASE_CLOCK_H
#define COMMON_POLICY_CASE_CLOCK_H

#include "common/policy/case.h"

/* A history with the event that is just read; `e` may be NULL. */
struct case_view {
    const struct case_state *c;
    const struct case_event *e;
};

static inline size_t case_view_count(const struct case_view *v) {
    return v->c->history.n + (v->e ? 1 : 0);
}
static inline struct span case_view_word(const struct case_view *v, size_t i) {
    if (i < v->c->history.n)
        return v->c->history.events[i];
    return span_of(v->e->is_watched ? v->e->noted : v->e->word ? v->e->word : "unknown");
}
static inline int64_t case_view_at(const struct case_view *v, size_t i) {
    return i < v->c->history.n ? v->c->history.at_us[i] : v->e->occurred_us;
}

/* When the duty was called for: its start, unless it had to wait for that. */
int64_t case_clock_called(const struct case_duty *d);

/* Whether an event of this word may move the duty's clock. */
bool case_clock_hears(const struct case_duty *d, struct span word);

/* The first event at or after the call that fulfils it; EVENT_ABSENT: none. */
int64_t case_clock_answered(const struct case_view *v, const struct case_duty *d);

/* How the clock of `d` stands: of a row, or of a duty that just begins (a row to be).
 * `instance` is left 0. `p` dates what waited, was held or goes on; a duty whose rule it
 * no longer has keeps the dates it had; where it had none
 * it waits on, undated, and case_fold() tells a person.
 *
 * What was held in time has its plan put off by so long: the turn it stands in lasts that
 * much longer, those to come begin later (redate.h says how they end). Turns that were
 * handed over already stay. Dates that did not move leave the plan as it was. A duty that
 * waits for its start has no plan: when it is dated at last, the desk that was chosen when
 * it was called for keeps it. */
struct duty_reading case_clock_read(const struct case_view *v, const struct case_duty *d,
                                    const struct policy *p);

#endif
