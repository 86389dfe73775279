/* decode.c: whether an order event can be used at all. Its case is the order itself. */
#include "common/flow/event_head.h"
#include "services/orders/worker.h"

static enum status check_lines(const struct order_event *e, struct error *err) {
    for (size_t i = 0; i < e->n_lines; i++) {
        enum status st = event_id_check("lines.line_id", e->lines[i].line_id, err);
        if (st != ST_OK)
            return st;
        if (e->lines[i].quantity < 0)
            return error_set(err, E_EVENT_FIELD,
                             "lines.quantity is %d, it cannot be negative",
                             e->lines[i].quantity);
    }
    return ST_OK;
}

enum status orders_decode(struct batch *b, struct message *m, struct error *err) {
    (void)b;
    const struct order_event *e = orders_event_of(m);
    enum status st = event_head_take(m, &e->head, err);
    if (st == ST_OK)
        st = event_instant_check("purchased_at", e->purchased_at_us, err);
    if (st == ST_OK && e->latest_delivery_at_us != EVENT_ABSENT)
        st = event_instant_check("latest_delivery_at", e->latest_delivery_at_us, err);
    if (st == ST_OK && e->delivered_at_us != EVENT_ABSENT)
        st = event_instant_check("delivered_at", e->delivered_at_us, err);
    return st == ST_OK ? check_lines(e, err) : st;
}
