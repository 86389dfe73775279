/* decode.c: whether an order event can be used at all, and which order it is about. */
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
    struct orders_item *item = orders_item_of(m);
    const struct order_event *e = &item->event;
    enum status st = event_head_check(&e->head, err);
    if (st == ST_OK)
        m->occurred_us = e->head.occurred_at_us;
    if (st == ST_OK)
        st = event_instant_check("purchased_at", e->purchased_at_us, err);
    if (st == ST_OK && e->latest_delivery_at_us != EVENT_ABSENT)
        st = event_instant_check("latest_delivery_at", e->latest_delivery_at_us, err);
    if (st == ST_OK && e->delivered_at_us != EVENT_ABSENT)
        st = event_instant_check("delivered_at", e->delivered_at_us, err);
    if (st == ST_OK)
        st = check_lines(e, err);
    if (st != ST_OK)
        return st;
    item->marketplace = marketplace_find(e->head.marketplace);
    item->code =
        item->marketplace ? span_of(item->marketplace->code) : e->head.marketplace;
    item->order_key = identity_order(item->code, e->head.seller_id, e->head.order_id);
    return ST_OK;
}
