/* apply.c: decisions become rows. */
#include "common/event/lines.h"
#include "services/orders/worker.h"

/* An event that is read late adds what no other has said. */
static void show_instant(int64_t *shown, int64_t said, bool is_latest) {
    if (said != EVENT_ABSENT && (is_latest || *shown == EVENT_ABSENT))
        *shown = said;
}

static void show_text(struct span *shown, struct span said, bool is_latest) {
    if (said.ptr && (is_latest || !shown->ptr))
        *shown = said;
}

/* The first event's facts stand, and the first lines; what moves on (status, delivery) is
 * the latest by the events' own time. */
static void show(struct batch *b, struct orders_case *c, const struct order_event *e) {
    if (!c->work.order.is_known)
        c->work.order = order_facts_of(e);
    if (!c->work.order_lines.ptr && e->n_lines > 0) {
        c->work.order_lines = lines_of_order(b->attempt, e->lines, e->n_lines);
        c->work.order.is_mixed = order_facts_differ(&c->work.order, e->lines, e->n_lines);
    }
    bool is_latest =
        c->latest_us == EVENT_ABSENT || e->head.occurred_at_us >= c->latest_us;
    if (is_latest) {
        c->latest_us = e->head.occurred_at_us;
        c->status = span_of(order_kind_names[e->kind]);
    }
    show_instant(&c->latest_delivery_us, e->latest_delivery_at_us, is_latest);
    show_instant(&c->delivered_us, e->delivered_at_us, is_latest);
    show_text(&c->carrier, e->carrier, is_latest);
    show_text(&c->tracking, e->tracking, is_latest);
}

static void decide_one(struct batch *b, struct message *m, const struct policy *p) {
    struct casework *work = orders_state_of(b)->work;
    struct orders_case *c = (struct orders_case *)casework_of(work, m);
    const struct order_event *e = orders_event_of(m);
    struct policy_facts facts;
    struct case_decision d;
    c->before.state = &c->work.state;
    c->before.facts = &c->work.order;
    c->before.lines = c->work.order_lines;
    orders_state(p, e, m->subject.marketplace, orders_whose(b->attempt, &c->before, e),
                 &facts);
    casework_state_seller(work, m, p, &facts);
    struct span otherwise = orders_decide(b->attempt, &c->before, e, p, &facts, &d);
    if (!casework_admits(work, &c->work, m, &d))
        return;
    show(b, c, e);
    casework_take(work, &c->work, m,
                  &(struct case_step){
                      .word = orders_word(e->kind),
                      .decision = &d,
                      .revision = policy_revision(p)->id,
                      .details = otherwise,
                  });
}

void orders_decide_batch(struct batch *b, const struct policy *p) {
    struct message *m;
    for (size_t i = 0; (m = batch_next(b, &i));)
        decide_one(b, m, p);
}

/* ---- rows ---- */

#define ORDER_COLUMNS                                                                    \
    "order_key, marketplace, seller_id, order_id, is_known, status, fulfilment,"         \
    " ship_from_country, buyer_country, buyer_language, purchased_at,"                   \
    " latest_delivery_at, delivered_at, carrier, tracking, lines, is_mixed"

const struct pg_statement orders_session = {
    "orders_session", CASEWORK_SESSION("sales_order_changed", "henpin.sales_order")};

static const struct pg_statement update_orders = {
    "orders_update",
    "UPDATE henpin.sales_order o SET is_known = true, wanted_by = NULL,"
    " status = t.status, fulfilment = t.fulfilment,"
    " ship_from_country = t.ship_from_country, buyer_country = t.buyer_country,"
    " buyer_language = t.buyer_language, purchased_at = t.purchased_at,"
    " latest_delivery_at = t.latest_delivery_at, delivered_at = t.delivered_at,"
    " carrier = t.carrier, tracking = t.tracking, lines = t.lines,"
    " is_mixed = t.is_mixed, " CASEWORK_UPDATES
    " FROM pg_temp.sales_order_changed t WHERE o.order_key = t.order_key"};

static void copy_row(struct pg_copy *copy, const struct work_case *work) {
    const struct orders_case *c = (const struct orders_case *)work;
    pg_copy_uuid(copy, work->id);
    pg_copy_text(copy, work->marketplace);
    pg_copy_text(copy, work->seller_id);
    pg_copy_text(copy, work->order_id);
    pg_copy_bool(copy, true);
    pg_copy_text(copy, c->status);
    pg_copy_text(copy, work->order.fulfilment);
    pg_copy_text(copy, work->order.ship_from_country);
    pg_copy_text(copy, work->order.buyer_country);
    pg_copy_text(copy, work->order.buyer_language);
    pg_copy_instant(copy, work->order.purchased_us);
    pg_copy_instant(copy, c->latest_delivery_us);
    pg_copy_instant(copy, c->delivered_us);
    pg_copy_text(copy, c->carrier);
    pg_copy_text(copy, c->tracking);
    pg_copy_jsonb(copy, work->order_lines);
    pg_copy_bool(copy, work->order.is_mixed);
}

static const struct case_writer writer = {
    .copy_new = CASEWORK_COPY("henpin.sales_order", ORDER_COLUMNS),
    .copy_changed = CASEWORK_COPY("pg_temp.sales_order_changed", ORDER_COLUMNS),
    .copy_row = copy_row,
    .update = &update_orders,
};

/* I5: whoever waits for these orders is woken in the transaction that makes them known.
 */
static const struct pg_statement wake_parked = {
    "orders_wake", "UPDATE henpin.parked SET is_ready = true WHERE order_key = ANY($1)"};

static void wake(struct batch *b, const struct casework *work) {
    struct pg_array *keys = NULL;
    size_t n = casework_count(work);
    for (size_t i = 0; i < n; i++) {
        const struct orders_case *c = (struct orders_case *)casework_at(work, i);
        if (!c->was_placeholder)
            continue;
        if (!keys)
            keys = pg_param_array(pg_script_query(b->writes, &wake_parked), PG_UUID, n);
        pg_array_uuid(keys, c->work.id);
    }
}

void orders_apply(struct batch *b) {
    struct casework *work = orders_state_of(b)->work;
    wake(b, work);
    casework_apply(work, &writer);
}
