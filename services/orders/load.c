/*
 * load.c: the orders of a batch, locked. A placeholder that another service left is met
 * here (I5): its lock makes us wait for whoever parks just now, and them for us.
 */
#include "services/orders/worker.h"

static void begin(struct work_case *work, const struct message *m) {
    struct orders_case *c = (struct orders_case *)work;
    (void)m;
    c->latest_us = c->latest_delivery_us = c->delivered_us = EVENT_ABSENT;
}

static const struct pg_statement read_orders = {
    "orders_read",
    "SELECT order_key, is_known, status, fulfilment, ship_from_country, buyer_country,"
    " buyer_language, purchased_at, latest_delivery_at, delivered_at, carrier, tracking,"
    " lines, is_mixed, " CASEWORK_COLUMNS
    " FROM henpin.sales_order WHERE order_key = ANY($1) ORDER BY order_key FOR UPDATE"};

static void take_row(struct work_case *work, const struct pg_query *q, size_t row) {
    struct orders_case *c = (struct orders_case *)work;
    work->order = (struct order_facts){
        .is_known = pg_bool(q, row, 1),
        .fulfilment = pg_text(q, row, 3),
        .ship_from_country = pg_text(q, row, 4),
        .buyer_country = pg_text(q, row, 5),
        .buyer_language = pg_text(q, row, 6),
        .purchased_us = pg_instant(q, row, 7),
        .is_mixed = pg_bool(q, row, 13),
    };
    c->was_placeholder = !work->order.is_known;
    c->status = pg_text(q, row, 2);
    c->latest_delivery_us = pg_instant(q, row, 8);
    c->delivered_us = pg_instant(q, row, 9);
    c->carrier = pg_text(q, row, 10);
    c->tracking = pg_text(q, row, 11);
    work->order_lines = pg_text(q, row, 12);
    c->latest_us = casework_latest_us(work);
    if (c->was_placeholder)
        work->state.opened_us = EVENT_ABSENT; /* the placeholder's was only a guess */
}

static const struct case_reader reader = {
    .kind = "order",
    .case_size = sizeof(struct orders_case),
    .begin = begin,
    .read = &read_orders,
    .take_row = take_row,
};

void orders_load(struct batch *b, struct pg_script *s) {
    struct orders_state *state = orders_state_of(b);
    if (b->round == 0)
        state->work = casework_begin(b, &reader, s);
    else
        casework_load(state->work, s);
}
