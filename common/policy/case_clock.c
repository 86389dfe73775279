/*
 * case_clock.c: see case_clock.h.
 *
 * Most clocks run from their start to their answer; these take the short way. One that
 * waits for its start, may be held, or goes on when its case is reopened walks through
 * what happened since its call, in the order of time, into a clock_course, from which
 * redate.c gives the dates.
 */
#include "common/policy/case_clock.h"

#include "common/event/event.h"

static bool is_among(const struct span *words, int n, struct span word) {
    for (int i = 0; i < n; i++)
        if (span_equal(words[i], word))
            return true;
    return false;
}

static bool reopens(struct span word) {
    const struct span end = SPAN("_reopened");
    return word.len > end.len &&
           memcmp(word.ptr + word.len - end.len, end.ptr, end.len) == 0;
}

int64_t case_clock_called(const struct case_duty *d) {
    return d->called_us != EVENT_ABSENT ? d->called_us : d->start_us;
}

bool case_clock_hears(const struct case_duty *d, struct span word) {
    return d->n_pauses > 0 || is_among(d->stop, d->n_stops, word) ||
           (d->waits_for.ptr && span_equal(d->waits_for, word)) ||
           (d->reopen == REOPEN_RESUMES && reopens(word));
}

/* The first event of these words at or after an instant. */
static int64_t first_of(const struct case_view *v, const struct span *words, int n,
                        int64_t from_us) {
    int64_t first = EVENT_ABSENT;
    for (size_t i = 0; i < case_view_count(v); i++) {
        int64_t at = case_view_at(v, i);
        if (at >= from_us && (first == EVENT_ABSENT || at < first) &&
            is_among(words, n, case_view_word(v, i)))
            first = at;
    }
    return first;
}

int64_t case_clock_answered(const struct case_view *v, const struct case_duty *d) {
    return first_of(v, d->stop, d->n_stops, case_clock_called(d));
}

/* Answered late is breached, where a breach costs something: the marketplace has already
 * acted. */
static enum duty_state ended(const struct case_duty *d, int64_t due_us, int64_t at_us) {
    bool is_late = due_us != EVENT_ABSENT && at_us > due_us;
    return is_late && d->has_breach ? DUTY_BREACHED : DUTY_MET;
}

/* ---- the long way ---- */

enum moment_kind { MOMENT_OTHER, MOMENT_PAUSE, MOMENT_REOPEN, MOMENT_STOP };

static enum moment_kind kind_of(const struct case_duty *d, struct span word) {
    if (is_among(d->stop, d->n_stops, word))
        return MOMENT_STOP;
    if (is_among(d->pause, d->n_pauses, word))
        return MOMENT_PAUSE;
    return reopens(word) ? MOMENT_REOPEN : MOMENT_OTHER;
}

/* Of one instant, in the order of the kinds above; of those that are alike it does not
 * matter which comes first. Gives false behind the last. */
static bool next_moment(const struct case_view *v, const struct case_duty *d,
                        int64_t *at_us, int *kind) {
    int64_t best_us = INT64_MAX;
    int best = MOMENT_STOP + 1;
    for (size_t i = 0; i < case_view_count(v); i++) {
        int64_t at = case_view_at(v, i);
        if (at < *at_us || at > best_us)
            continue;
        int k = kind_of(d, case_view_word(v, i));
        bool is_behind = at > *at_us || k > *kind;
        if (is_behind && (at < best_us || k < best)) {
            best_us = at;
            best = k;
        }
    }
    *at_us = best_us;
    *kind = best;
    return best <= MOMENT_STOP;
}

static bool is_held(const struct clock_course *c) {
    return c->n_held % 2 == 1;
}

/* Held from here, or until here; what finds no room is not heard. */
static void note(struct clock_course *c, int64_t at_us) {
    if (c->n_held < REDATE_MAX_HELD)
        c->held_us[c->n_held++] = at_us;
}

/* Closed time is a hold. */
static void go_on(struct clock_course *c, int64_t at_us) {
    if (!is_held(c))
        note(c, c->ended_us);
    note(c, at_us);
    c->ended_us = EVENT_ABSENT;
}

static void take(struct clock_course *c, const struct case_duty *d, int64_t at_us,
                 enum moment_kind kind) {
    if (c->ended_us != EVENT_ABSENT) {
        if (kind == MOMENT_REOPEN && d->reopen == REOPEN_RESUMES)
            go_on(c, at_us);
    } else if (kind == MOMENT_STOP) {
        c->ended_us = at_us;
    } else if (is_held(c) != (kind == MOMENT_PAUSE)) {
        if (is_held(c) || c->n_held + 1 < REDATE_MAX_HELD)
            note(c, at_us);
    }
}

static struct clock_course walk(const struct case_view *v, const struct case_duty *d,
                                int64_t start_us) {
    struct clock_course c = {.start_us = start_us, .ended_us = EVENT_ABSENT};
    int64_t at = start_us;
    int kind = MOMENT_OTHER - 1;
    while (next_moment(v, d, &at, &kind))
        take(&c, d, at, (enum moment_kind)kind);
    return c;
}

/* Its start has not come: nothing runs, and an answer leaves nothing to do. */
static struct duty_reading read_waiting(int64_t answered_us) {
    return (struct duty_reading){
        .state = answered_us == EVENT_ABSENT ? DUTY_WAITING : DUTY_MET,
        .closed_us = answered_us,
        .is_dated = true,
        .course = {.start_us = EVENT_ABSENT, .ended_us = answered_us},
        .dates = {.start_us = EVENT_ABSENT,
                  .due_us = EVENT_ABSENT,
                  .aim_us = EVENT_ABSENT,
                  .owner = {.act_by_us = EVENT_ABSENT}},
    };
}

/* `at_us` as it was before these holds, and with them. An instant within a hold counts as
 * its beginning. */
static int64_t unheld(const int64_t *held_us, int n_held, int64_t at_us) {
    for (int i = n_held / 2 * 2 - 2; i >= 0; i -= 2)
        if (at_us > held_us[i])
            at_us = at_us > held_us[i + 1] ? at_us - (held_us[i + 1] - held_us[i])
                                           : held_us[i];
    return at_us;
}

static int64_t held(const int64_t *held_us, int n_held, int64_t at_us) {
    for (int i = 0; i + 1 < n_held; i += 2)
        if (at_us > held_us[i])
            at_us += held_us[i + 1] - held_us[i];
    return at_us;
}

static bool is_same_course(const struct case_duty *d, const struct clock_course *c) {
    return d->n_held == c->n_held &&
           (c->n_held == 0 ||
            memcmp(d->held_us, c->held_us, (size_t)c->n_held * sizeof *d->held_us) == 0);
}

/* The plan of the row, which knows of other holds than the course does. */
static struct policy_turns put_off(const struct case_duty *d,
                                   const struct clock_course *c) {
    struct policy_turns t = d->turns ? *d->turns : (struct policy_turns){0};
    for (int i = t.present + 1; i < t.n && !is_same_course(d, c); i++)
        t.from_us[i] =
            held(c->held_us, c->n_held, unheld(d->held_us, d->n_held, t.from_us[i]));
    return t;
}

/* The same due instant leaves act-by as it was found, with language and licences. */
static void keep_plan(struct policy_duty *to, const struct case_duty *d,
                      const struct policy_turns *plan) {
    to->owner.act_by_us = d->act_by_us;
    for (int i = 0; i < plan->n; i++) {
        to->turns[i].from_us = plan->from_us[i];
        to->turns[i].act_by_us = plan->act_by_us[i];
    }
}

static struct duty_reading read_course(const struct case_view *v,
                                       const struct case_duty *d, const struct policy *p,
                                       int64_t start_us) {
    struct duty_reading r = {.course = walk(v, d, start_us)};
    bool applies_to_open;
    const struct duty_spec *terms =
        redate_terms(p, d->rule_id, d->name, &applies_to_open);
    const struct policy_turns plan = put_off(d, &r.course);
    r.is_dated = terms && redate_duty(p, terms, d->desk, &plan, &r.course, &r.dates);
    if (r.is_dated && r.dates.start_us == d->start_us && r.dates.due_us == d->due_us &&
        d->due_us != EVENT_ABSENT)
        keep_plan(&r.dates, d, &plan);
    int64_t due = r.is_dated ? r.dates.due_us : d->due_us;
    /* Its clock stood still since the hold. */
    int64_t ran_until =
        is_held(&r.course) ? r.course.held_us[r.course.n_held - 1] : r.course.ended_us;
    r.closed_us = r.course.ended_us;
    r.state = r.closed_us != EVENT_ABSENT ? ended(d, due, ran_until)
              : due == EVENT_ABSENT       ? DUTY_WAITING
                                          : DUTY_OPEN;
    return r;
}

struct duty_reading case_clock_read(const struct case_view *v, const struct case_duty *d,
                                    const struct policy *p) {
    int64_t called = case_clock_called(d), start = d->start_us;
    int64_t answered = case_clock_answered(v, d);
    if (d->waits_for.ptr) {
        start = first_of(v, &d->waits_for, 1, called);
        if (start == EVENT_ABSENT || (answered != EVENT_ABSENT && answered < start))
            return read_waiting(answered);
    }
    if (d->waits_for.ptr || d->n_pauses > 0 || d->reopen == REOPEN_RESUMES)
        return read_course(v, d, p, start);
    bool stands = answered == EVENT_ABSENT;
    return (struct duty_reading){
        .state = stands ? DUTY_OPEN : ended(d, d->due_us, answered),
        .closed_us = answered,
    };
}
