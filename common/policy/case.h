/*
 * case.h: what one event does to one case: the pure middle of every worker.
 *
 * A case is an order, a return or an inquiry thread: an identity, a history of events,
 * and duties with clocks. case_decide() folds the next event in: it says which duties the
 * event fulfils, which it starts, which blockers it shows, and what a person must look at
 * because no rule foresaw it. (What becomes of goods is services/returns/dispose.h.) It is total and repeatable,
 * allocates nothing, reads no clock. A second copy of an event (same event id) changes
 * nothing.
 *
 * Events count with their own times, whatever order they are read in. Each event that
 * calls for a duty makes a *call*; of the calls of one name the oldest begins a clock, and
 * the first answer at or after it ends that clock; later calls are its own until then
 * (while one stands, another adds none), and the next one after begins anew
 * (`reopen: restart`). case_fold.h cuts all of a case into such clocks at each event, so
 * that the duties that are not cancelled are the same in any order of reading.
 */
#ifndef COMMON_POLICY_CASE_H
#define COMMON_POLICY_CASE_H

#include "common/event/identity.h"
#include "common/policy/redate.h"

#include <stdint.h>

enum {
    CASE_MAX_DUTIES = 90,    /* of one case: a conversation has one for each answer */
    CASE_MAX_HISTORY = 1000, /* further events are refused: nothing real has so many */
    CASE_MAX_TRIAGED = 8,
};

/* Waiting: no clock runs, because what starts it has not happened, or because it is held.
 * Cancelled: a call that was answered together with an older one. */
enum duty_state { DUTY_WAITING, DUTY_OPEN, DUTY_MET, DUTY_BREACHED, DUTY_CANCELLED };
extern const char *const duty_state_names[5];

/* A duty as it stands in henpin.duty: enough to fulfil it under whatever policy is live
 * now. */
struct case_duty {
    struct uuid duty_id;
    struct span name;
    int instance;
    enum duty_state state;
    int64_t called_us; /* when it was called for, if it had to wait for its start; else
                          EVENT_ABSENT: the call is the start */
    int64_t start_us, due_us, act_by_us; /* EVENT_ABSENT while it waits */
    int64_t closed_us;                   /* EVENT_ABSENT: not answered yet */
    struct span desk;
    struct span rule_id;
    int severity;
    bool has_breach; /* its end without an answer is a breach; otherwise it just ends */
    struct span breach,
        breach_cost;         /* what is at stake then, in the rule's words; absent:
                                        nothing */
    const struct span *stop; /* words of the events that fulfil it */
    int n_stops;
    const struct span *pause; /* of those that hold its clock */
    int n_pauses;
    struct span waits_for; /* of the one that starts it; ptr NULL: the call does */
    enum policy_reopen reopen;
    /* Of one that may be held or go on: its plan, and when its row says that it was held
     * (clock_course.held_us). NULL: one desk has it to the end; it was not. */
    const struct policy_turns *turns;
    const int64_t *held_us;
    int n_held;
};

struct case_history {
    const struct span *events; /* "return_requested" ... */
    const int64_t *at_us;
    const int64_t *ids; /* identity_hash64 of the event ids */
    size_t n;
};

struct case_state {
    struct uuid case_id;
    int64_t opened_us; /* of the oldest event applied; EVENT_ABSENT: there was none yet */
    struct case_history history;
    const struct case_duty *duties; /* at most CASE_MAX_DUTIES */
    int n_duties;
    const struct span
        *triaged; /* causes that a person was already told, at most CASE_MAX_TRIAGED */
    int n_triaged;
};

struct case_event {
    const char *word; /* in the packs' vocabulary: "return_requested"; NULL: a kind we do
                         not know */
    struct span event_id;
    int64_t occurred_us;
    bool is_reread;    /* those before it are read anew: the language is another */
    const char *noted; /* what the case's history keeps of it; NULL: the word */
    bool is_watched;   /* of goods that others take care of: duties hear what is noted,
                          which is no word of theirs */
};

/* How the clock of a duty stands after all events read so far. */
struct duty_reading {
    enum duty_state state;
    int64_t closed_us;
    int instance; /* from 1, in the order of time; moves up when an older one is read late */
    bool is_dated; /* what follows counts: the clock had to wait, was held or goes on */
    struct clock_course course;
    struct policy_duty dates; /* start, due, aim, act-by, turns, warnings */
};

struct duty_change {
    int index;       /* into case_state.duties */
    bool is_revived; /* it was cancelled: it may not have been told */
    struct duty_reading now;
};

struct duty_start {
    struct uuid duty_id;
    int64_t called_us; /* see case_duty */
    struct duty_reading now;
    struct policy_duty policy; /* its dates are those of `now` */
};

struct case_decision {
    bool is_duplicate; /* nothing else is set */
    struct policy_decision policy;
    struct duty_change changes[CASE_MAX_DUTIES];
    int n_changes;
    struct duty_start starts[POLICY_MAX_DUTIES];
    int n_starts;
    /* Causes that a person must look at and was not told before. */
    const char *triages[CASE_MAX_TRIAGED];
    int n_triages;
};

struct case_messages;

/* `facts` must state the case; event, event.time and requested_at/received_at are filled
 * in here from the history. `messages`: of a conversation (case_fold.h), else NULL. */
void case_decide(const struct case_state *c, const struct case_event *e,
                 const struct policy *p, struct policy_facts *facts,
                 const struct case_messages *messages, struct case_decision *out);

/* Whether anybody is told something of it. */
bool case_tells(const struct case_decision *d);

/* Adds a cause (static text) that a person must look at, unless one was told already, or
 * of CASE_MAX_TRIAGED others. */
void case_tell(const struct case_state *c, const char *cause, struct case_decision *out);
/* Whether that would add it: where finding the cause is work. */
bool case_would_tell(const struct case_state *c, const char *cause,
                     const struct case_decision *out);

/* When an event of this word first happened: EVENT_ABSENT when it never did. */
int64_t case_happened(const struct case_state *c, const char *word);

#endif
