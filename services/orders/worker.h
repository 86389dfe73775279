/* worker.h: the four functions of the orders worker, and what they share during one
 * attempt. */
#ifndef SERVICES_ORDERS_WORKER_H
#define SERVICES_ORDERS_WORKER_H

#include "common/flow/casework.h"
#include "common/flow/worker.h"
#include "services/orders/orders.h"

/* One message. Begins with the decoded event. */
struct orders_item {
    struct order_event event;
    const struct marketplace *marketplace; /* NULL: not in the register */
    struct span code;
    struct uuid order_key;
};

/* One order: a row of henpin.sales_order. */
struct orders_case {
    struct work_case work;
    struct order_record record;
    bool was_placeholder; /* something waits for it */
    int64_t latest_us;
    struct span status, carrier, tracking, lines;
    int64_t latest_delivery_us, delivered_us;
};

struct orders_state {
    struct casework *work;
    struct pg_query *orders, *duties;
    struct sellers_load *sellers;
    bool is_settled;
};

static inline struct orders_item *orders_item_of(const struct message *m) {
    return m->item;
}
static inline struct orders_state *orders_state_of(const struct batch *b) {
    return b->state;
}

extern const struct pg_statement orders_session; /* temporary tables of a connection */

enum status orders_decode(struct batch *b, struct message *m, struct error *err);
enum status orders_load(struct batch *b, struct pg_script *s, struct error *err);
void orders_decide_batch(struct batch *b, const struct policy *p);
void orders_apply(struct batch *b);

#endif
