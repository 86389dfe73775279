/*
 * redate.h: the dates of a duty, under the revision that is live now.
 *
 * A duty keeps the terms under which it started. Its dates move all the same when a
 * calendar behind them changes (a holiday that the law moved), or when the rule says
 * `applies_to: open`. And a duty that waited for its start, was held, or goes on after its
 * case was reopened gets its dates from what happened to its clock. Instants are
 * microseconds UTC.
 */
#ifndef COMMON_POLICY_REDATE_H
#define COMMON_POLICY_REDATE_H

#include "common/policy/policy.h"

/* What the rule says about its duty of this name; opaque, borrowed from the policy. */
struct duty_spec;

/* NULL: the live rules have no such rule, no such duty of it, or only in the shadow. */
const struct duty_spec *redate_terms(const struct policy *p, struct span rule_id,
                                     struct span duty_name, bool *applies_to_open);

/* How often a clock is held at most, twice: from, until, from ... Later pauses are not
 * heard. */
enum { REDATE_MAX_HELD = 16 };

/* What happened to a clock that runs, in the order of time. */
struct clock_course {
    int64_t start_us;
    int64_t held_us[REDATE_MAX_HELD];
    int n_held;       /* odd: it is held now */
    int64_t ended_us; /* EVENT_ABSENT: it has not ended */
};

/* Fills start, due, aim, act-by and warnings of a duty whose clock took this course and
 * that belongs to `desk`, which keeps it. What is held in time has no due instant, nor any
 * other but its start. False: an instant lies beyond the years of the calendars, nothing
 * can be said.
 *
 * `turns` is its plan; NULL: that desk has it to the end. What has been stays. A turn to
 * come lasts as long as it was planned, but ends with its desk's last open instant by then
 * and by act-by, as in a plan; a chain that was changed is for new duties. */
bool redate_duty(const struct policy *p, const struct duty_spec *terms, struct span desk,
                 const struct policy_turns *turns, const struct clock_course *course,
                 struct policy_duty *out);

/* The plan of a duty that just begins, as a row has it. */
static inline struct policy_turns redate_plan(const struct policy_duty *d) {
    struct policy_turns t = {.n = d->n_turns > 1 ? d->n_turns : 0};
    for (int i = 0; i < t.n; i++) {
        t.desk[i] = span_of(d->turns[i].desk);
        t.from_us[i] = d->turns[i].from_us;
        t.act_by_us[i] = d->turns[i].act_by_us;
        t.skips |= d->turns[i].skips_full ? 1U << i : 0;
    }
    return t;
}

/* Gives `d` the dates of another, and nothing else. One that is held keeps its plan for
 * when it goes on. */
void redate_take(struct policy_duty *d, const struct policy_duty *dates);

#endif
