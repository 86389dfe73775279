/* danger.c: see danger.h. */
#include "common/flow/danger.h"

/* Of one order the messages are read in their order, so the first stays in any run. */
static const struct pg_statement note = {
    "danger_note",
    "INSERT INTO henpin.order_danger (order_key, signal, said_at, event_key, inquiry_id,"
    "  stops_shipping, desk, policy_revision_id)"
    " SELECT order_key, signal, said_at, event_key, inquiry_id, stops, desk, revision"
    " FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::uuid[], $5::text[],"
    "   $6::boolean[], $7::text[], $8::bigint[]) WITH ORDINALITY AS t(order_key, signal,"
    "   said_at, event_key, inquiry_id, stops, desk, revision, place)"
    " ORDER BY order_key, signal, place ON CONFLICT (order_key, signal) DO NOTHING"};

/* Before the lock, so that nobody who holds one of them waits for it behind us. */
static const struct pg_statement lock_returns = {
    "danger_returns", "SELECT FROM henpin.return_case WHERE order_key = ANY($1)"
                      " ORDER BY case_id FOR UPDATE"};

static const struct pg_statement lock_alone = {
    "danger_alone",
    "SELECT pg_advisory_xact_lock(hashtextextended('henpin.order_danger', 0))"};
static const struct pg_statement lock_shared = {
    "danger_shared",
    "SELECT pg_advisory_xact_lock_shared(hashtextextended('henpin.order_danger', 0))"};

static const struct pg_statement tell = {"danger_tell",
                                         "SELECT henpin.tell_dangers($1::uuid[])"};

void danger_note(struct arena *a, struct dangers *all, const struct danger *one) {
    all->items = arena_grow(a, all->items, all->n, &all->room, sizeof *all->items);
    all->items[all->n++] = *one;
}

static void ask(struct pg_script *s, const struct pg_statement *what,
                const struct dangers *all) {
    struct pg_array *keys = pg_param_array(pg_script_query(s, what), PG_UUID, all->n);
    for (size_t i = 0; i < all->n; i++)
        pg_array_uuid(keys, all->items[i].order_key);
}

void danger_write(const struct dangers *all, struct pg_script *s) {
    if (all->n == 0)
        return;
    struct pg_query *q = pg_script_query(s, &note);
    struct pg_array *orders = pg_param_array(q, PG_UUID, all->n);
    struct pg_array *signals = pg_param_array(q, PG_TEXT, all->n);
    struct pg_array *said = pg_param_array(q, PG_TIMESTAMPTZ, all->n);
    struct pg_array *events = pg_param_array(q, PG_UUID, all->n);
    struct pg_array *inquiries = pg_param_array(q, PG_TEXT, all->n);
    struct pg_array *stops = pg_param_array(q, PG_BOOL, all->n);
    struct pg_array *desks = pg_param_array(q, PG_TEXT, all->n);
    struct pg_array *revisions = pg_param_array(q, PG_INT8, all->n);
    for (size_t i = 0; i < all->n; i++) {
        const struct danger *d = &all->items[i];
        pg_array_uuid(orders, d->order_key);
        pg_array_text(signals, d->signal);
        pg_array_i64(said, d->said_us);
        pg_array_uuid(events, d->event_key);
        pg_array_text(inquiries, d->inquiry_id);
        pg_array_i64(stops, d->stops_shipping);
        pg_array_text(desks, d->desk);
        pg_array_i64(revisions, d->revision);
    }
    ask(s, &lock_returns, all);
    (void)pg_script_query(s, &lock_alone);
    ask(s, &tell, all);
}

void danger_meet(struct pg_script *s, const struct uuid *order_keys, size_t n) {
    if (n == 0)
        return;
    (void)pg_script_query(s, &lock_shared);
    struct pg_array *keys = pg_param_array(pg_script_query(s, &tell), PG_UUID, n);
    for (size_t i = 0; i < n; i++)
        pg_array_uuid(keys, order_keys[i]);
}
