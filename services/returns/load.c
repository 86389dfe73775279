/*
 * load.c: what a return's decision must know, asked for a whole batch at once.
 *
 *   round 0   lock the cases; read the orders; the sellers that are not cached
 *   round 1   for orders that are not known: a placeholder, locked, so that the orders
 * worker and we meet (I5); the duties of cases that exist
 */
#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/event/lines.h"
#include "common/flow/sellers.h"
#include "services/returns/worker.h"

static const struct pg_statement read_cases = {
    "returns_cases",
    "SELECT case_id, is_parked, status, reason_code, wanted, amount_minor, currency, "
    "lines,"
    " disposition, tasks, " CASEWORK_COLUMNS
    " FROM henpin.return_case WHERE case_id = ANY($1) ORDER BY case_id FOR UPDATE"};

#define ORDER_COLUMNS                                                                    \
    "order_key, fulfilment, ship_from_country, buyer_country, buyer_language, "          \
    "purchased_at, CASE WHEN $2 THEN lines END"

static const struct pg_statement read_orders = {
    "returns_orders", "SELECT " ORDER_COLUMNS
                      " FROM henpin.sales_order WHERE order_key = ANY($1) AND is_known"};

/* Inserted in the order of the keys, which makes a deadlock with the orders worker rare;
 * one that happens is rolled back by Postgres and tried again. */
static const struct pg_statement place_orders = {
    "returns_place",
    "INSERT INTO henpin.sales_order (order_key, marketplace, seller_id, order_id, "
    "is_known, wanted_by,"
    "  opened_at, history_event, history_at, history_id, duties, triaged)"
    " SELECT t.order_key, t.marketplace, t.seller_id, t.order_id, false, $5, $6, '{}', "
    "'{}', '{}', '{}', '{}'"
    " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])"
    "  AS t(order_key, marketplace, seller_id, order_id)"
    " ORDER BY t.order_key ON CONFLICT (order_key) DO NOTHING"};

/* Waits for an orders worker that is just writing the row, and makes it wait for us. */
static const struct pg_statement lock_orders = {
    "returns_lock_orders",
    "SELECT " ORDER_COLUMNS ", is_known FROM henpin.sales_order WHERE order_key = ANY($1)"
    " ORDER BY order_key FOR UPDATE"};

static struct returns_case *case_at(const struct returns_state *state, size_t i) {
    return (struct returns_case *)casework_at(state->work, i);
}

/* ---- round 0 ---- */

/* An order's lines are the widest thing we could read, and most returns state their
 * classes themselves. */
static bool lacks_class(const struct return_event *e) {
    for (size_t i = 0; i < e->n_lines; i++)
        if (!e->lines[i].product_class.ptr)
            return true;
    return false;
}

static struct returns_case *name_case(struct returns_state *state,
                                      const struct message *m) {
    const struct returns_item *item = returns_item_of(m);
    struct returns_case *c =
        (struct returns_case *)casework_case(state->work, item->case_id);
    if (c->work.kind)
        return c;
    c->work.kind = "return";
    c->work.order_key = item->order_key;
    c->work.marketplace = item->code;
    c->work.seller_id = item->event.head.seller_id;
    c->work.order_id = item->event.head.order_id;
    c->return_id = item->event.return_id;
    c->latest_us = EVENT_ABSENT;
    c->amount_minor = EVENT_ABSENT;
    c->order.purchased_us = EVENT_ABSENT;
    return c;
}

static void ask_first(struct batch *b, struct returns_state *state, struct pg_script *s) {
    struct message *m;
    state->work = casework_new(b, sizeof(struct returns_case));
    state->sellers = sellers_begin(b->sellers, b->attempt, b->n_messages);
    for (size_t i = 0; (m = batch_next(b, &i));) {
        (void)name_case(state, m);
        state->wants_lines =
            state->wants_lines || lacks_class(&returns_item_of(m)->event);
        sellers_want(state->sellers, returns_item_of(m)->event.head.seller_id);
    }
    returns_ask_siblings(b, s);
    size_t n = casework_count(state->work);
    if (n == 0)
        return;
    state->cases = pg_script_query(s, &read_cases);
    struct pg_array *ids = pg_param_array(state->cases, PG_UUID, n);
    for (size_t i = 0; i < n; i++)
        pg_array_uuid(ids, case_at(state, i)->work.id);
    state->orders = pg_script_query(s, &read_orders);
    struct pg_array *keys = pg_param_array(state->orders, PG_UUID, n);
    for (size_t i = 0; i < n; i++)
        pg_array_uuid(keys, case_at(state, i)->work.order_key);
    pg_param_bool(state->orders, state->wants_lines);
    sellers_query(state->sellers, s);
}

/* ---- round 1 ---- */

static int64_t latest_of(const struct case_history *h) {
    int64_t latest = EVENT_ABSENT;
    for (size_t i = 0; i < h->n; i++)
        if (h->at_us[i] > latest)
            latest = h->at_us[i];
    return latest;
}

static void take_cases(struct returns_state *state) {
    const struct pg_query *q = state->cases;
    for (size_t row = 0; row < pg_rows(q); row++) {
        struct returns_case *c =
            (struct returns_case *)casework_find(state->work, pg_uuid(q, row, 0));
        c->is_parked = pg_bool(q, row, 1);
        c->loaded_status = pg_text(q, row, 2);
        c->reason_code = pg_text(q, row, 3);
        c->wanted = pg_text(q, row, 4);
        c->amount_minor = pg_i64(q, row, 5);
        c->currency = pg_text(q, row, 6);
        c->lines = pg_text(q, row, 7);
        c->work.state.disposition = pg_text(q, row, 8);
        c->work.state.n_tasks = (int)pg_i64(q, row, 9);
        casework_load_row(state->work, &c->work, q, row, 10);
        c->latest_us = latest_of(&c->work.state.history);
    }
}

static struct order_facts order_of_row(const struct pg_query *q, size_t row) {
    return (struct order_facts){
        .is_known = true,
        .fulfilment = pg_text(q, row, 1),
        .ship_from_country = pg_text(q, row, 2),
        .buyer_country = pg_text(q, row, 3),
        .buyer_language = pg_text(q, row, 4),
        .purchased_us = pg_instant(q, row, 5),
        .lines = pg_text(q, row, 6),
    };
}

/* Several cases may share an order; the rows come as the keys were, so neighbours are
 * tried first. */
static void give_order(struct returns_state *state, struct uuid order_key,
                       const struct order_facts *facts) {
    for (size_t i = 0; i < casework_count(state->work); i++)
        if (uuid_equal(case_at(state, i)->work.order_key, order_key))
            case_at(state, i)->order = *facts;
}

/* order_key -> row + 1, so that a batch of thousands needs no nested search. */
struct order_index {
    const struct pg_query *rows;
    uint32_t *slots;
    size_t n_slots;
};

static size_t slot_of(const struct order_index *x, struct uuid key) {
    uint64_t h;
    memcpy(&h, key.bytes + 8, sizeof h);
    size_t i = h & (x->n_slots - 1);
    while (x->slots[i] && !uuid_equal(pg_uuid(x->rows, x->slots[i] - 1, 0), key))
        i = (i + 1) & (x->n_slots - 1);
    return i;
}

static void take_orders(struct batch *b, struct returns_state *state) {
    struct order_index x = {.rows = state->orders, .n_slots = 16};
    while (x.n_slots < 2 * pg_rows(state->orders))
        x.n_slots *= 2;
    x.slots = arena_zalloc(b->attempt, x.n_slots * sizeof *x.slots);
    for (size_t row = 0; row < pg_rows(x.rows); row++)
        x.slots[slot_of(&x, pg_uuid(x.rows, row, 0))] = (uint32_t)row + 1;
    for (size_t i = 0; i < casework_count(state->work); i++) {
        struct returns_case *c = case_at(state, i);
        uint32_t row = x.slots[slot_of(&x, c->work.order_key)];
        if (row)
            c->order = order_of_row(x.rows, row - 1);
    }
}

static void ask_unknown(struct batch *b, struct returns_state *state,
                        struct pg_script *s) {
    size_t n = 0, total = casework_count(state->work);
    int64_t opened = EVENT_ABSENT;
    struct returns_case **unknown = arena_array(b->attempt, total + 1, sizeof(*unknown));
    for (size_t i = 0; i < total; i++)
        if (!case_at(state, i)->order.is_known)
            unknown[n++] = case_at(state, i);
    if (n == 0 || !MECHANISM("placeholder-lock"))
        return;
    struct pg_query *place = pg_script_query(s, &place_orders);
    struct pg_array *keys = pg_param_array(place, PG_UUID, n);
    struct pg_array *markets = pg_param_array(place, PG_TEXT, n);
    struct pg_array *sellers = pg_param_array(place, PG_TEXT, n);
    struct pg_array *orders = pg_param_array(place, PG_TEXT, n);
    for (size_t i = 0; i < n; i++) {
        pg_array_uuid(keys, unknown[i]->work.order_key);
        pg_array_text(markets, unknown[i]->work.marketplace);
        pg_array_text(sellers, unknown[i]->work.seller_id);
        pg_array_text(orders, unknown[i]->work.order_id);
    }
    opened = clock_now_us();
    pg_param_instant(place, opened + b->order_patience_us);
    pg_param_instant(place, opened);
    state->placeholders = pg_script_query(s, &lock_orders);
    struct pg_array *again = pg_param_array(state->placeholders, PG_UUID, n);
    for (size_t i = 0; i < n; i++)
        pg_array_uuid(again, unknown[i]->work.order_key);
    pg_param_bool(state->placeholders, state->wants_lines);
}

/* ---- round 2 ---- */

static void take_placeholders(struct returns_state *state) {
    const struct pg_query *q = state->placeholders;
    for (size_t row = 0; q && row < pg_rows(q); row++) {
        if (!pg_bool(q, row, 7))
            continue; /* still unknown: its records will be parked */
        struct order_facts facts = order_of_row(q, row);
        give_order(state, pg_uuid(q, row, 0), &facts);
    }
    state->placeholders = NULL;
}

/* A line that states no class has its order's. Kept in the batch's arena: the event
 * outlives the attempt. */
static void complete_classes(struct batch *b, struct returns_state *state) {
    struct message *m;
    for (size_t i = 0; state->wants_lines && (m = batch_next(b, &i));) {
        struct returns_item *item = returns_item_of(m);
        struct returns_case *c =
            (struct returns_case *)casework_find(state->work, item->case_id);
        if (!c->order.is_known || !lacks_class(&item->event))
            continue;
        if (!c->classes)
            c->classes = lines_classes(b->attempt, c->order.lines);
        for (size_t k = 0; k < item->event.n_lines; k++) {
            struct return_line *line = &item->event.lines[k];
            if (line->product_class.ptr)
                continue;
            struct span class = lines_class_of(c->classes, line->line_id, line->sku);
            if (class.ptr)
                line->product_class = span_dup(b->arena, class);
        }
    }
}

enum status returns_load(struct batch *b, struct pg_script *s, struct error *err) {
    (void)err;
    struct returns_state *state = returns_state_of(b);
    if (b->round == 0) {
        ask_first(b, state, s);
        return ST_OK;
    }
    if (casework_count(state->work) == 0)
        return ST_OK;
    if (b->round == 1) {
        take_cases(state);
        take_orders(b, state);
        ask_unknown(b, state, s);
        state->duties = casework_query_duties(state->work, s);
    } else {
        take_placeholders(state);
        if (state->duties)
            casework_read_duties(state->work, state->duties);
        state->duties = NULL;
    }
    if (!state->is_settled) {
        state->is_settled = sellers_read(state->sellers);
        if (!state->is_settled)
            sellers_query(state->sellers, s);
    }
    if (pg_script_is_empty(s))
        complete_classes(b, state);
    return ST_OK;
}
