/*
 * case.h: what one event does to one case: the pure middle of every worker.
 *
 * A case is an order, a return or an inquiry thread: an identity, a history of events,
 * and duties with clocks. case_decide() folds the next event in: it says which duties the
 * event fulfils, which it starts, which blockers it shows, what becomes of the goods, and
 * what a person must look at because no rule foresaw it. It is total and repeatable,
 * allocates nothing, reads no clock. A second copy of an event (same event id) changes
 * nothing.
 *
 * Late events count with their own times: a duty whose stop event happened before its
 * start event was read is met from birth, and one that is fulfilled after its due instant
 * is breached, whoever noticed first.
 */
#ifndef COMMON_POLICY_CASE_H
#define COMMON_POLICY_CASE_H

#include "common/event/identity.h"
#include "common/policy/policy.h"

#include <stdint.h>

enum {
    CASE_MAX_DUTIES = 90,    /* of one case: a conversation has one for each answer */
    CASE_MAX_HISTORY = 1000, /* further events are refused: nothing real has so many */
    CASE_MAX_TRIAGED = 8,
};

enum duty_state { DUTY_WAITING, DUTY_OPEN, DUTY_MET, DUTY_BREACHED, DUTY_CANCELLED };
extern const char *const duty_state_names[5];

/* A duty as it stands in henpin.duty: enough to fulfil it under whatever policy is live
 * now. */
struct case_duty {
    struct uuid duty_id;
    struct span name;
    int instance;
    enum duty_state state;
    int64_t start_us, due_us;
    int64_t closed_us; /* EVENT_ABSENT: not answered yet */
    struct span desk;
    struct span rule_id;
    int severity;
    bool has_breach; /* its end without an answer is a breach; otherwise it just ends */
    struct span breach,
        breach_cost;         /* what is at stake then, in the rule's words; absent:
                                        nothing */
    const struct span *stop; /* words of the events that fulfil it */
    int n_stops;
};

struct case_history {
    const struct span *events; /* "return_requested" ... */
    const int64_t *at_us;
    const int64_t *ids; /* identity_hash64 of the event ids */
    size_t n;
};

struct case_state {
    struct uuid case_id;
    int64_t opened_us; /* of the first event applied; EVENT_ABSENT: there was none yet */
    struct case_history history;
    const struct case_duty *duties; /* at most CASE_MAX_DUTIES */
    int n_duties;
    const struct span
        *triaged; /* causes that a person was already told, at most CASE_MAX_TRIAGED */
    int n_triaged;
    struct span disposition; /* code; ptr NULL: not decided */
    int n_tasks;             /* steps that the disposition created */
};

struct case_event {
    const char *word; /* in the packs' vocabulary: "return_requested"; NULL: a kind we do
                         not know */
    struct span event_id;
    int64_t occurred_us;
    const char *noted; /* what the case's history keeps of it; NULL: the word */
};

struct duty_change {
    int index; /* into case_state.duties */
    enum duty_state state;
    int64_t closed_us;
};

struct duty_start {
    struct uuid duty_id;
    int instance;
    enum duty_state
        state; /* OPEN, WAITING, or MET/BREACHED when its stop was known already */
    int64_t closed_us;                /* EVENT_ABSENT while open */
    const struct policy_duty *policy; /* borrowed from case_decision.policy */
};

struct case_decision {
    bool is_duplicate; /* nothing else is set */
    struct policy_decision policy;
    struct duty_change changes[CASE_MAX_DUTIES];
    int n_changes;
    struct duty_start starts[POLICY_MAX_DUTIES];
    int n_starts;
    const char *triage; /* cause that a person must look at, NULL: none or told before */
    bool creates_tasks; /* policy.disposition's steps become tasks */
    struct policy_duty of_messages[POLICY_MAX_DUTIES]; /* thread.h's starts point here */
};

/* `facts` must state the case; event, event.time and requested_at/received_at are filled
 * in here from the history. */
void case_decide(const struct case_state *c, const struct case_event *e,
                 const struct policy *p, struct policy_facts *facts,
                 struct case_decision *out);

/* Whether anybody is told something of it. */
bool case_tells(const struct case_decision *d);

/* The cause itself, or NULL when a person was told already (or of too many others). */
const char *case_untold(const struct case_state *c, const char *cause);

/* When an event of this word first happened: EVENT_ABSENT when it never did. */
int64_t case_happened(const struct case_state *c, const char *word);

#endif
