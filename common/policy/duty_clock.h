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
 * Which events of a case start, hold and stop it is case_clock.h's to say; a duty that
 * goes on after its case was reopened was held meanwhile.
 *
 * Events count in the order of their own times, whatever order they were read in; at one
 * instant in the order of the kinds below. What does not fit the state changes nothing: a
 * second start, a stop of what happened before (its time is before the start), a resume of
 * what runs.
 */
#ifndef COMMON_POLICY_DUTY_CLOCK_H
#define COMMON_POLICY_DUTY_CLOCK_H

#include "common/policy/deadline.h"

enum clock_event_kind {
    CLOCK_START,
    CLOCK_RESUME,
    CLOCK_PAUSE,
    CLOCK_STOP,
};

struct clock_event {
    int64_t at_us;
    enum clock_event_kind kind;
};

enum clock_state { CLOCK_WAITING, CLOCK_RUNNING, CLOCK_HELD, CLOCK_STOPPED };

struct duty_clock {
    enum clock_state state;
    int64_t start_us;   /* POLICY_NO_INSTANT while waiting */
    int64_t stopped_us; /* POLICY_NO_INSTANT while not stopped */
    int64_t due_us;     /* POLICY_NO_INSTANT while waiting, while held in time, and beyond
                           the calendar's years */
    int64_t elapsed_us; /* counted up to `now`, the pause or the stop */
    int64_t left_us;    /* what remains to the nominal due; negative: overdue by it */
    int64_t held_us;    /* time on the line of instants in pauses */
    bool is_late;       /* running beyond due, or stopped after it, or held after it: what
                           is held in time is never late */
};

/* The clock as it stands at `now_us`: later events are not heard. Total, allocates
 * nothing; n*n in the number of events. */
struct duty_clock duty_clock_fold(const struct duration *due,
                                  const struct clock_event *events, size_t n,
                                  int64_t now_us);

/* The instant at which so much was or will be counted; POLICY_NO_INSTANT when it is held
 * or stopped before. */
int64_t duty_clock_reaches(const struct duration *due, const struct clock_event *events,
                           size_t n, int64_t now_us, int64_t counted_us);

/* The warnings, pauses included: shares of its own time, or fixed
 * offsets before due; they wait for a desk to open (deadline_notice). Those that cannot
 * be told yet, because it is held, are left out. The earliest first; gives how many. */
int duty_clock_warnings(const struct duty_spec *spec, const struct clock_event *events,
                        size_t n, int64_t now_us, const struct notice_turn *turns,
                        int n_turns, int64_t out[POLICY_MAX_WARNINGS]);

#endif
