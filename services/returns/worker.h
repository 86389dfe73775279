/*
 * worker.h: the four functions of the returns worker, and what they share during one
 * attempt.
 */
#ifndef SERVICES_RETURNS_WORKER_H
#define SERVICES_RETURNS_WORKER_H

#include "common/flow/danger.h"
#include "common/flow/order_wait.h"
#include "common/flow/task_rows.h"
#include "common/flow/worker.h"
#include "services/returns/dispose.h"
#include "services/returns/harm.h"

/* One case: a row of henpin.return_case. */
struct returns_case {
    struct work_case work;
    struct span return_id;
    bool begins;                  /* its first event is of this batch */
    struct line_classes *classes; /* of the order's lines; NULL until a line wants one */
    struct span lines;            /* what the row knows of them: common/policy/known.h */
    struct said_line *said;       /* what is known by now; NULL: what the row knows */
    size_t n_said;
    struct span disposition; /* what becomes of them; ptr NULL: no rule has said */
    struct tasks tasks;
    int n_tasks;      /* as the row says: they are loaded when there are any */
    int64_t revision; /* that decided last in this batch */
    /* Of the latest event by its own time; the row shows them. */
    int64_t latest_us;
    struct span status, reason_code, wanted, currency;
    int64_t amount_minor;
    struct returns_offer offer;
};

struct returns_state {
    struct casework *work;
    struct order_wait *wait;
    struct task_rows *tasks;
    bool are_tasks_loaded; /* or asked for */
    struct harm_notes harm;
};

static inline struct return_event *returns_event_of(const struct message *m) {
    return m->item;
}
static inline struct returns_state *returns_state_of(const struct batch *b) {
    return b->state;
}

extern const struct pg_statement returns_session; /* temporary tables of a connection */

enum status returns_decode(struct batch *b, struct message *m, struct error *err);
void returns_load(struct batch *b, struct pg_script *s);
/* The event with the classes that it leaves to its order, and the dangers that come with
 * them: itself, or a copy that lives as long as the attempt. What was decoded is not
 * touched, it is decided again by the next attempt. */
const struct return_event *returns_completed(struct batch *b, struct returns_case *c,
                                             const struct return_event *e);
/* The order's lines, read once a case; as long as the attempt. */
struct line_classes *returns_classes(struct batch *b, struct returns_case *c);
/* Whether what came back must be compared with what was ordered. */
bool returns_is_arrival(const struct return_event *e);
void returns_decide_batch(struct batch *b, const struct policy *p);
void returns_apply(struct batch *b);

#endif
