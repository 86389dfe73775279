/*
 * worker.h: the four functions of the inquiries worker, and what they share during one
 * attempt.
 */
#ifndef SERVICES_INQUIRIES_WORKER_H
#define SERVICES_INQUIRIES_WORKER_H

#include "common/flow/danger.h"
#include "common/flow/order_wait.h"
#include "common/flow/worker.h"
#include "services/inquiries/inquiries.h"

/* One conversation: a row of henpin.inquiry_thread. */
struct inquiries_case {
    struct work_case work;
    struct span inquiry_id;
    struct thread_language language;
    struct span signals;        /* of all messages: "complaint+fire"; ptr NULL: none */
    struct span line_id;        /* what it is about; ptr NULL: nobody named a line */
    struct line_classes *lines; /* of a mixed order, in the attempt; NULL: not read yet */
    /* Of the latest event by its own time; the row shows them. */
    int64_t latest_us;
    struct span status, topic;
};

struct inquiries_state {
    struct casework *work;
    struct order_wait *wait;
    struct dangers dangers; /* that the batch's messages tell of the goods */
};

static inline const struct inquiry *inquiry_of(const struct message *m) {
    return m->item;
}
static inline struct inquiries_state *inquiries_state_of(const struct batch *b) {
    return b->state;
}

extern const struct pg_statement inquiries_session; /* temporary tables of a connection */

enum status inquiries_decode(struct batch *b, struct message *m, struct error *err);
void inquiries_load(struct batch *b, struct pg_script *s);
void inquiries_decide_batch(struct batch *b, const struct policy *p);
void inquiries_apply(struct batch *b);

#endif
