/*
 * unpark.c: the cases of a recalled order that have no record in this recall.
 *
 * A recall holds at most a batch of an order's parked records, so the cases of one order
 * may be decided in several recalls. A case is free when nothing of its order is parked
 * any more; whoever takes the last record frees the others too. Their rows are locked
 * before the parked records are counted: a worker that is just parking behind one of them
 * is waited for, and is counted.
 */
#include "common/flow/park.h"
#include "services/returns/worker.h"

static const struct pg_statement read_siblings = {
    "returns_siblings",
    "SELECT case_id, order_key FROM henpin.return_case"
    " WHERE is_parked AND order_key = ANY($1) ORDER BY case_id FOR UPDATE"};

static const struct pg_statement free_siblings = {
    "returns_free",
    "UPDATE henpin.return_case SET is_parked = false WHERE case_id = ANY($1)"};

void returns_ask_siblings(struct batch *b, struct pg_script *s) {
    struct returns_state *state = returns_state_of(b);
    struct pg_array *keys = NULL;
    struct uuid last = {0};
    for (size_t i = 0; i < b->n_messages; i++) {
        const struct message *m =
            &b->messages[i]; /* a rejected one leaves its case, too */
        if (m->origin != ORIGIN_PARKED || (keys && uuid_equal(last, m->order_key)))
            continue;
        if (!keys) {
            state->siblings = pg_script_query(s, &read_siblings);
            keys = pg_param_array(state->siblings, PG_UUID, b->n_messages);
        }
        last = m->order_key;
        pg_array_uuid(keys, last);
    }
}

void returns_free_siblings(struct batch *b) {
    struct returns_state *state = returns_state_of(b);
    size_t n = state->siblings ? pg_rows(state->siblings) : 0;
    struct pg_array *ids = NULL;
    for (size_t row = 0; row < n; row++) {
        struct uuid id = pg_uuid(state->siblings, row, 0);
        if (casework_find(state->work, id) ||
            park_remains(b, b->recount, pg_uuid(state->siblings, row, 1)))
            continue;
        if (!ids)
            ids = pg_param_array(pg_script_query(b->writes, &free_siblings), PG_UUID, n);
        pg_array_uuid(ids, id);
    }
}
