/* worker.h: the four functions of the orders worker, and what they share during one
 * attempt. */
#ifndef SERVICES_ORDERS_WORKER_H
#define SERVICES_ORDERS_WORKER_H

#include "common/flow/casework.h"
#include "common/flow/worker.h"
#include "services/orders/orders.h"

/* One order: a row of henpin.sales_order. What returns depend on is in `work.order`. */
struct orders_case {
    struct work_case work;
    bool was_placeholder; /* something waits for it */
    struct orders_before before;
    int64_t latest_us; /* of the latest event by its own time; the row shows that one */
    struct span status, carrier, tracking;
    int64_t latest_delivery_us, delivered_us;
};

struct orders_state {
    struct casework *work;
};

static inline struct order_event *orders_event_of(const struct message *m) {
    return m->item;
}
static inline struct orders_state *orders_state_of(const struct batch *b) {
    return b->state;
}

extern const struct pg_statement orders_session; /* temporary tables of a connection */

enum status orders_decode(struct batch *b, struct message *m, struct error *err);
void orders_load(struct batch *b, struct pg_script *s);
void orders_decide_batch(struct batch *b, const struct policy *p);
void orders_apply(struct batch *b);

#endif
