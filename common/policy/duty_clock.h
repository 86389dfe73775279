/*
 * duty_clock.h: the clock of one duty, folded from what happened.
 *
 * Start, elapsed and held time are properties of the events and of nothing else: no desk,
 * no priority, no earlier computation takes part. A due instant that is stored is a cache
 * of this fold; under another rule the same events give another due instant, and nothing
 * is forgotten. Time is counted on the duration's own clock (duration_counted): a pause of
 * a duty in business hours gives back open time, not the nights and the weekend.
 *
 *     waiting --start--> running --pause--> held --resume--> running --stop--> stopped
 *                           \___________________stop_______________________/
 *
 * Events count in the order of their own times, whatever order they were read in; at one
 * instant in the order of the kinds below. What does not fit the state changes nothing: a
 * second start, a stop of what happened before (its time is before the start), a resume of
 * what runs.
 */
#ifndef COMMON_POLICY_DUTY_CLOCK_H
#define COMMON_POLICY_DUTY_CLOCK_H

#include "common/policy/case.h"
#include "common/policy/model.h"

enum clock_event_kind {
    CLOCK_START,
    CLOCK_REOPEN,
    CLOCK_RESUME,
    CLOCK_PAUSE,
    CLOCK_STOP,
};

struct clock_event {
    int64_t at_us;
    enum clock_event_kind kind;
};

enum clock_reopen {
    CLOCK_RESTARTS, /* a new instance: its time begins at the reopening */
    CLOCK_RESUMES,  /* the same instance: what was left is left; closed time is held */
    CLOCK_CLOSED,   /* what was stopped stays so */
};

/* What the rule says about its clock. */
struct clock_rule {
    const struct duration *due;
    bool may_pause; /* false: the marketplace's clock; pauses are not heard */
    enum clock_reopen reopen;
    bool has_breach; /* stopped late is breached; without it, it just ends */
};

enum clock_state { CLOCK_WAITING, CLOCK_RUNNING, CLOCK_HELD, CLOCK_STOPPED };

struct duty_clock {
    enum clock_state state;
    int instance;       /* from 1; 0 while waiting */
    int64_t start_us;   /* POLICY_NO_INSTANT while waiting */
    int64_t stopped_us; /* POLICY_NO_INSTANT while not stopped */
    int64_t due_us;     /* POLICY_NO_INSTANT while waiting, while held in time, and beyond
                           the calendar's years */
    int64_t elapsed_us; /* counted up to `now`, the pause or the stop */
    int64_t left_us;    /* what remains to the nominal due; negative: overdue by it */
    int64_t held_us;    /* time on the line of instants in pauses (and while closed, when
                           it resumes) */
    bool is_late;       /* running beyond due, or stopped after it, or held after it: what
                           is held in time is never late */
};

struct clock_rule clock_rule_of(const struct duty_spec *spec);

/* The clock as it stands at `now_us`: later events are not heard. Total, allocates
 * nothing; n*n in the number of events. */
struct duty_clock duty_clock_fold(const struct clock_rule *r,
                                  const struct clock_event *events, size_t n,
                                  int64_t now_us);

/* The instant at which so much was or will be counted of the instance that is current at
 * `now_us`; POLICY_NO_INSTANT when it is held or stopped before. */
int64_t duty_clock_reaches(const struct clock_rule *r, const struct clock_event *events,
                           size_t n, int64_t now_us, int64_t counted_us);

/* The warnings of the current instance, pauses included: shares of its own time, or fixed
 * offsets before due; they wait for the desk to open (deadline_notice). Those that cannot
 * be told yet, because it is held, are left out. Gives how many. */
int duty_clock_warnings(const struct duty_spec *spec, const struct clock_event *events,
                        size_t n, int64_t now_us, const struct calendar *hours,
                        int64_t act_by_us, int64_t out[POLICY_MAX_WARNINGS]);

/* open, met, breached ... as henpin.duty has them: a stop decides, and lateness where it
 * costs something. */
enum duty_state duty_clock_state(const struct clock_rule *r, const struct duty_clock *c);

/* The history of a case as events of one duty's clock: words in `stop` stop it, words in
 * `pause` hold it until the next event of another word, words that end in "_reopened"
 * reopen it. `start_us`: as the decision gave it, POLICY_NO_INSTANT while it waits for
 * `spec->waits_for`, whose first event is then the start. Writes at most `room` events,
 * gives how many: 1 + history->n are always enough. */
size_t duty_clock_of_history(const struct duty_spec *spec, int64_t start_us,
                             const struct case_history *history, struct clock_event *out,
                             size_t room);

#endif
