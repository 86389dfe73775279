/*
 * load.c: the orders of a batch, locked. A placeholder that another service left is met
 * here (I5): its lock makes us wait for whoever parks just now, and them for us.
 */
#include "common/flow/sellers.h"
#include "services/orders/worker.h"

static const struct pg_statement read_orders = {
    "orders_read",
    "SELECT order_key, is_known, status, fulfilment, ship_from_country, buyer_country,"
    " buyer_language, purchased_at, latest_delivery_at, delivered_at, carrier, tracking, "
    "lines,"
    " " CASEWORK_COLUMNS
    " FROM henpin.sales_order WHERE order_key = ANY($1) ORDER BY order_key FOR UPDATE"};

static void name_order(struct orders_state *state, const struct message *m) {
    const struct orders_item *item = orders_item_of(m);
    struct orders_case *c =
        (struct orders_case *)casework_case(state->work, item->order_key);
    if (c->work.kind)
        return;
    c->work.kind = "order";
    c->work.order_key = item->order_key;
    c->work.marketplace = item->code;
    c->work.seller_id = item->event.head.seller_id;
    c->work.order_id = item->event.head.order_id;
    c->latest_us = c->latest_delivery_us = c->delivered_us = EVENT_ABSENT;
}

static void ask_first(struct batch *b, struct orders_state *state, struct pg_script *s) {
    struct message *m;
    state->work = casework_new(b, sizeof(struct orders_case));
    state->sellers = sellers_begin(b->sellers, b->attempt, b->n_messages);
    for (size_t i = 0; (m = batch_next(b, &i));) {
        name_order(state, m);
        sellers_want(state->sellers, orders_item_of(m)->event.head.seller_id);
    }
    size_t n = casework_count(state->work);
    if (n == 0)
        return;
    state->orders = pg_script_query(s, &read_orders);
    struct pg_array *keys = pg_param_array(state->orders, PG_UUID, n);
    for (size_t i = 0; i < n; i++)
        pg_array_uuid(keys, casework_at(state->work, i)->id);
    sellers_query(state->sellers, s);
}

static void take_order(struct orders_state *state, size_t row) {
    const struct pg_query *q = state->orders;
    struct orders_case *c =
        (struct orders_case *)casework_find(state->work, pg_uuid(q, row, 0));
    c->record = (struct order_record){
        .is_known = pg_bool(q, row, 1),
        .fulfilment = pg_text(q, row, 3),
        .ship_from_country = pg_text(q, row, 4),
        .buyer_country = pg_text(q, row, 5),
        .buyer_language = pg_text(q, row, 6),
        .purchased_us = pg_instant(q, row, 7),
    };
    c->was_placeholder = !c->record.is_known;
    c->status = pg_text(q, row, 2);
    c->latest_delivery_us = pg_instant(q, row, 8);
    c->delivered_us = pg_instant(q, row, 9);
    c->carrier = pg_text(q, row, 10);
    c->tracking = pg_text(q, row, 11);
    c->lines = pg_text(q, row, 12);
    casework_load_row(state->work, &c->work, q, row, 13);
    const struct case_history *h = &c->work.state.history;
    for (size_t i = 0; i < h->n; i++)
        if (h->at_us[i] > c->latest_us)
            c->latest_us = h->at_us[i];
    if (c->was_placeholder)
        c->work.state.opened_us = EVENT_ABSENT; /* the placeholder's was only a guess */
}

enum status orders_load(struct batch *b, struct pg_script *s, struct error *err) {
    (void)err;
    struct orders_state *state = orders_state_of(b);
    if (b->round == 0) {
        ask_first(b, state, s);
        return ST_OK;
    }
    if (casework_count(state->work) == 0)
        return ST_OK;
    if (b->round == 1) {
        for (size_t row = 0; row < pg_rows(state->orders); row++)
            take_order(state, row);
        state->duties = casework_query_duties(state->work, s);
    } else if (state->duties) {
        casework_read_duties(state->work, state->duties);
        state->duties = NULL;
    }
    if (!state->is_settled) {
        state->is_settled = sellers_read(state->sellers);
        if (!state->is_settled)
            sellers_query(state->sellers, s);
    }
    return ST_OK;
}
