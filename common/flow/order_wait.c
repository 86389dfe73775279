#include "common/flow/order_wait.h"

#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/flow/park.h"

#define ORDER_COLUMNS                                                                    \
    "order_key, fulfilment, ship_from_country, buyer_country, buyer_language,"           \
    " purchased_at, is_mixed, CASE WHEN $2 OR is_mixed THEN lines END"

static const struct pg_statement read_orders = {
    "order_wait_read", "SELECT " ORDER_COLUMNS
                       " FROM henpin.sales_order WHERE order_key = ANY($1) AND is_known"};

/* Inserted in the order of the keys, which makes a deadlock with the orders worker rare;
 * one that happens is rolled back by Postgres and tried again. */
static const struct pg_statement place_orders = {
    "order_wait_place",
    "INSERT INTO henpin.sales_order (order_key, marketplace, seller_id, order_id,"
    "  is_known, wanted_by, opened_at, history_event, history_at, history_id, duties,"
    "  triaged)"
    " SELECT t.order_key, t.marketplace, t.seller_id, t.order_id, false, $5, $6, '{}',"
    "  '{}', '{}', '{}', '{}'"
    " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])"
    "  AS t(order_key, marketplace, seller_id, order_id)"
    " ORDER BY t.order_key ON CONFLICT (order_key) DO NOTHING"};

/* Waits for an orders worker that is just writing the row, and makes it wait for us. */
static const struct pg_statement lock_orders = {
    "order_wait_lock",
    "SELECT " ORDER_COLUMNS ", is_known FROM henpin.sales_order WHERE order_key = ANY($1)"
    " ORDER BY order_key FOR UPDATE"};

struct order_wait {
    struct batch *batch;
    const struct case_waiter *waiter;
    struct casework *work;
    bool wants_lines;
    struct pg_query *siblings;              /* NULL unless it is a recall */
    struct pg_query *orders, *placeholders; /* asked for, not read yet */
};

/* ---- load ---- */

static void lock_siblings(struct order_wait *o, struct pg_script *s) {
    const struct batch *b = o->batch;
    struct pg_array *keys = NULL;
    struct uuid last = {0};
    for (size_t i = 0; i < b->n_messages; i++) {
        const struct message *m =
            &b->messages[i]; /* a rejected one leaves its case, too */
        if (m->origin != ORIGIN_PARKED || (keys && uuid_equal(last, m->order_key)))
            continue;
        if (!keys) {
            o->siblings = pg_script_query(s, o->waiter->siblings);
            keys = pg_param_array(o->siblings, PG_UUID, b->n_messages);
        }
        last = m->order_key;
        pg_array_uuid(keys, last);
    }
}

struct order_wait *order_wait_begin(struct batch *b, const struct case_waiter *waiter,
                                    struct pg_script *s) {
    struct order_wait *o = arena_zalloc(b->attempt, sizeof *o);
    o->batch = b;
    o->waiter = waiter;
    lock_siblings(o, s);
    return o;
}

void order_wait_ask(struct order_wait *o, struct casework *w, bool wants_lines,
                    struct pg_script *s) {
    size_t n = casework_count(w);
    o->work = w;
    o->wants_lines = wants_lines;
    if (n == 0)
        return;
    o->orders = pg_script_query(s, &read_orders);
    struct pg_array *keys = pg_param_array(o->orders, PG_UUID, n);
    for (size_t i = 0; i < n; i++)
        pg_array_uuid(keys, casework_at(w, i)->order_key);
    pg_param_bool(o->orders, wants_lines);
}

static void give_order(struct work_case *c, const struct pg_query *q, size_t row) {
    c->order = (struct order_facts){
        .is_known = true,
        .fulfilment = pg_text(q, row, 1),
        .ship_from_country = pg_text(q, row, 2),
        .buyer_country = pg_text(q, row, 3),
        .buyer_language = pg_text(q, row, 4),
        .purchased_us = pg_instant(q, row, 5),
        .is_mixed = pg_bool(q, row, 6),
    };
    c->order_lines = pg_text(q, row, 7);
}

/* order_key -> row + 1, so that a batch of thousands needs no nested search. Several
 * cases may share an order. */
struct order_index {
    const struct pg_query *rows;
    uint32_t *slots;
    size_t n_slots;
};

static size_t slot_of(const struct order_index *x, struct uuid key) {
    size_t i = uuid_hash(key) & (x->n_slots - 1);
    while (x->slots[i] && !uuid_equal(pg_uuid(x->rows, x->slots[i] - 1, 0), key))
        i = (i + 1) & (x->n_slots - 1);
    return i;
}

static void give_orders(struct order_wait *o, const struct pg_query *q) {
    struct order_index x = {.rows = q, .n_slots = 16};
    while (x.n_slots < 2 * pg_rows(q))
        x.n_slots *= 2;
    x.slots = arena_zalloc(o->batch->attempt, x.n_slots * sizeof *x.slots);
    for (size_t row = 0; row < pg_rows(q); row++)
        x.slots[slot_of(&x, pg_uuid(q, row, 0))] = (uint32_t)row + 1;
    for (size_t i = 0; i < casework_count(o->work); i++) {
        struct work_case *c = casework_at(o->work, i);
        uint32_t row = c->order.is_known ? 0 : x.slots[slot_of(&x, c->order_key)];
        if (row)
            give_order(c, q, row - 1);
    }
}

static size_t list_unknown(const struct order_wait *o, const struct work_case **list) {
    size_t n = 0;
    for (size_t i = 0; i < casework_count(o->work); i++)
        if (!casework_at(o->work, i)->order.is_known)
            list[n++] = casework_at(o->work, i);
    return n;
}

static void place_unknown(struct order_wait *o, struct pg_script *s) {
    const struct work_case **unknown =
        arena_array(o->batch->attempt, casework_count(o->work) + 1, sizeof *unknown);
    size_t n = list_unknown(o, unknown);
    if (n == 0 || !MECHANISM("placeholder-lock"))
        return;
    struct pg_query *place = pg_script_query(s, &place_orders);
    struct pg_array *keys = pg_param_array(place, PG_UUID, n);
    struct pg_array *markets = pg_param_array(place, PG_TEXT, n);
    struct pg_array *sellers = pg_param_array(place, PG_TEXT, n);
    struct pg_array *orders = pg_param_array(place, PG_TEXT, n);
    o->placeholders = pg_script_query(s, &lock_orders);
    struct pg_array *again = pg_param_array(o->placeholders, PG_UUID, n);
    for (size_t i = 0; i < n; i++) {
        pg_array_uuid(keys, unknown[i]->order_key);
        pg_array_text(markets, unknown[i]->marketplace);
        pg_array_text(sellers, unknown[i]->seller_id);
        pg_array_text(orders, unknown[i]->order_id);
        pg_array_uuid(again, unknown[i]->order_key);
    }
    int64_t now = clock_now_us();
    pg_param_instant(place, now + o->batch->order_patience_us);
    pg_param_instant(place, now);
    pg_param_bool(o->placeholders, o->wants_lines);
}

/* Those that became known since they were read first. */
static void give_placed(struct order_wait *o, const struct pg_query *q) {
    for (size_t row = 0; row < pg_rows(q); row++)
        for (size_t i = 0; pg_bool(q, row, 8) && i < casework_count(o->work); i++) {
            struct work_case *c = casework_at(o->work, i);
            if (uuid_equal(c->order_key, pg_uuid(q, row, 0)))
                give_order(c, q, row);
        }
}

void order_wait_load(struct order_wait *o, struct pg_script *s) {
    if (o->orders) {
        give_orders(o, o->orders);
        o->orders = NULL;
        place_unknown(o, s);
    } else if (o->placeholders) {
        give_placed(o, o->placeholders);
        o->placeholders = NULL;
    }
}

/* ---- decide ---- */

static void park(struct work_case *c, struct message *m, bool is_ready) {
    m->fate = FATE_PARKED;
    m->order_key = m->subject.order_key;
    m->event_key = identity_event(m->subject.case_id, m->subject.event_id);
    m->is_ready = is_ready;
    if (c->is_parked)
        return;
    c->is_parked = c->is_changed = true;
    if (c->state.opened_us == EVENT_ABSENT)
        c->state.opened_us = m->occurred_us;
}

bool order_wait_admits(struct work_case *c, struct message *m) {
    if (!c->order.is_known)
        park(c, m, false);
    else if (c->is_parked && m->origin != ORIGIN_PARKED)
        park(c, m, true); /* behind its own, which are recalled in their order */
    else
        return true;
    return false;
}

void order_wait_settle(struct order_wait *o) {
    const struct batch *b = o->batch;
    for (size_t i = 0; b->recount && i < casework_count(o->work); i++) {
        struct work_case *c = casework_at(o->work, i);
        if (!c->is_parked || park_remains(b, b->recount, c->order_key))
            continue;
        c->is_parked = false;
        c->is_changed = true;
    }
}

/* ---- apply ---- */

void order_wait_apply(struct order_wait *o) {
    const struct batch *b = o->batch;
    size_t n = o->siblings ? pg_rows(o->siblings) : 0;
    struct pg_array *ids = NULL;
    for (size_t row = 0; row < n; row++) {
        struct uuid id = pg_uuid(o->siblings, row, 0);
        if (casework_find(o->work, id) ||
            park_remains(b, b->recount, pg_uuid(o->siblings, row, 1)))
            continue;
        if (!ids)
            ids = pg_param_array(pg_script_query(b->writes, o->waiter->free), PG_UUID, n);
        pg_array_uuid(ids, id);
    }
}
