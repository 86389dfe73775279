/*
 * apply.c: decisions become rows. New orders go by COPY in the order of their keys, as
 * the returns worker inserts its placeholders, which makes a deadlock rare; one that happens
 * is rolled back by Postgres and tried again.
 */
#include "common/event/lines.h"
#include "common/flow/sellers.h"
#include "services/orders/worker.h"

#include <stdlib.h>

/* The first event's facts stand; what moves on (status, delivery) is the latest by the
 * events' own time. */
static void show(struct batch *b, struct orders_case *c, const struct order_event *e) {
    if (!c->record.is_known)
        c->record = (struct order_record){
            .is_known = true,
            .fulfilment = span_of(fulfilment_names[e->fulfilment]),
            .ship_from_country = e->ship_from_country,
            .buyer_country = e->buyer_country,
            .buyer_language = e->buyer_language,
            .purchased_us = e->purchased_at_us,
        };
    if (!c->lines.ptr && e->n_lines > 0)
        c->lines = lines_of_order(b->attempt, e->lines, e->n_lines);
    if (c->latest_us != EVENT_ABSENT && e->head.occurred_at_us < c->latest_us)
        return;
    c->latest_us = e->head.occurred_at_us;
    c->status = span_of(order_kind_names[e->kind]);
    if (e->latest_delivery_at_us != EVENT_ABSENT)
        c->latest_delivery_us = e->latest_delivery_at_us;
    if (e->delivered_at_us != EVENT_ABSENT)
        c->delivered_us = e->delivered_at_us;
    if (e->carrier.ptr)
        c->carrier = e->carrier;
    if (e->tracking.ptr)
        c->tracking = e->tracking;
}

static void decide_one(struct batch *b, struct orders_case *c, struct message *m,
                       const struct policy *p) {
    struct orders_state *state = orders_state_of(b);
    const struct orders_item *item = orders_item_of(m);
    const struct order_event *e = &item->event;
    struct policy_facts facts;
    struct case_decision d;
    orders_state(p, e, item->marketplace, &facts);
    sellers_state(b->sellers, p, &facts, e->head.seller_id, e->head.occurred_at_us);
    orders_decide(&c->work.state, &c->record, e, p, &facts, &d);
    if (d.is_duplicate) {
        m->fate = FATE_DUPLICATE;
        return;
    }
    if (casework_refuse_full(state->work, &c->work, m))
        return;
    const struct case_event event = {orders_word(e->kind), e->head.event_id,
                                     e->head.occurred_at_us};
    show(b, c, e);
    casework_take(state->work, &c->work, m, &event, &d, policy_revision(p)->id,
                  orders_class(e), (struct span){NULL, 0});
    m->fate = FATE_APPLIED;
}

void orders_decide_batch(struct batch *b, const struct policy *p) {
    struct orders_state *state = orders_state_of(b);
    struct message *m;
    for (size_t i = 0; (m = batch_next(b, &i));)
        decide_one(b,
                   (struct orders_case *)casework_find(state->work,
                                                       orders_item_of(m)->order_key),
                   m, p);
}

/* ---- rows ---- */

#define ORDER_COLUMNS                                                                    \
    "order_key, marketplace, seller_id, order_id, is_known, status, fulfilment, "        \
    "ship_from_country,"                                                                 \
    " buyer_country, buyer_language, purchased_at, latest_delivery_at, delivered_at, "   \
    "carrier, tracking,"                                                                 \
    " lines, " CASEWORK_COLUMNS

static const char copy_new[] =
    "COPY henpin.sales_order (" ORDER_COLUMNS ") FROM STDIN (FORMAT binary)";
static const char copy_changed[] =
    "COPY pg_temp.sales_order_changed (" ORDER_COLUMNS ") FROM STDIN (FORMAT binary)";

const struct pg_statement orders_session = {
    "orders_session", "CREATE TEMPORARY TABLE IF NOT EXISTS sales_order_changed"
                      " (LIKE henpin.sales_order) ON COMMIT DELETE ROWS"};

static const struct pg_statement update_changed = {
    "orders_update",
    "UPDATE henpin.sales_order o SET is_known = true, wanted_by = NULL, status = "
    "t.status,"
    " fulfilment = t.fulfilment, ship_from_country = t.ship_from_country,"
    " buyer_country = t.buyer_country, buyer_language = t.buyer_language,"
    " purchased_at = t.purchased_at, latest_delivery_at = t.latest_delivery_at,"
    " delivered_at = t.delivered_at, carrier = t.carrier, tracking = t.tracking, lines = "
    "t.lines,"
    " opened_at = t.opened_at, history_event = t.history_event, history_at = "
    "t.history_at,"
    " history_id = t.history_id, duties = t.duties, triaged = t.triaged"
    " FROM pg_temp.sales_order_changed t WHERE o.order_key = t.order_key"};

/* I5: whoever waits for these orders is woken in the transaction that makes them known.
 */
static const struct pg_statement wake_parked = {
    "orders_wake", "UPDATE henpin.parked SET is_ready = true WHERE order_key = ANY($1)"};

static void copy_order(struct pg_copy *copy, const struct orders_case *c) {
    pg_copy_row(copy, 22);
    pg_copy_uuid(copy, c->work.id);
    pg_copy_text(copy, c->work.marketplace);
    pg_copy_text(copy, c->work.seller_id);
    pg_copy_text(copy, c->work.order_id);
    pg_copy_bool(copy, true);
    pg_copy_text(copy, c->status);
    pg_copy_text(copy, c->record.fulfilment);
    pg_copy_text(copy, c->record.ship_from_country);
    pg_copy_text(copy, c->record.buyer_country);
    pg_copy_text(copy, c->record.buyer_language);
    pg_copy_instant(copy, c->record.purchased_us);
    pg_copy_instant(copy, c->latest_delivery_us);
    pg_copy_instant(copy, c->delivered_us);
    pg_copy_text(copy, c->carrier);
    pg_copy_text(copy, c->tracking);
    pg_copy_jsonb(copy, c->lines);
    casework_copy_columns(&c->work, copy);
}

static int by_key(const void *a, const void *b) {
    const struct orders_case *const *left = a, *const *right = b;
    return memcmp((*left)->work.id.bytes, (*right)->work.id.bytes, 16);
}

static void write_orders(struct batch *b, struct orders_state *state, bool is_loaded,
                         const char *sql) {
    size_t n = 0, total = casework_count(state->work);
    const struct orders_case **list = arena_array(b->attempt, total + 1, sizeof(*list));
    for (size_t i = 0; i < total; i++) {
        const struct orders_case *c = (struct orders_case *)casework_at(state->work, i);
        if (c->work.is_changed && c->work.is_loaded == is_loaded)
            list[n++] = c;
    }
    if (n == 0)
        return;
    qsort(list, n, sizeof(*list), by_key);
    struct pg_copy *copy = pg_script_copy(b->writes, sql);
    for (size_t i = 0; i < n; i++)
        copy_order(copy, list[i]);
    if (is_loaded)
        (void)pg_script_query(b->writes, &update_changed);
}

static void wake(struct batch *b, struct orders_state *state) {
    size_t n = 0, total = casework_count(state->work);
    for (size_t i = 0; i < total; i++)
        n += ((struct orders_case *)casework_at(state->work, i))->was_placeholder;
    if (n == 0)
        return;
    struct pg_query *q = pg_script_query(b->writes, &wake_parked);
    struct pg_array *keys = pg_param_array(q, PG_UUID, n);
    for (size_t i = 0; i < total; i++) {
        const struct orders_case *c = (struct orders_case *)casework_at(state->work, i);
        if (c->was_placeholder)
            pg_array_uuid(keys, c->work.id);
    }
}

void orders_apply(struct batch *b) {
    struct orders_state *state = orders_state_of(b);
    if (!state->work)
        return;
    write_orders(b, state, false, copy_new);
    write_orders(b, state, true, copy_changed);
    wake(b, state);
    casework_apply(state->work, b->writes);
}
