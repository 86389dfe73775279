/* ledger.c: the positions of henpin's own groups, as committed to Postgres. */
#include "common/flow/positions.h"
#include "services/lag/lag.h"

static void take(struct lag *l, struct arena *a, const struct pg_query *q, size_t i) {
    struct lag_row *row =
        lag_row_of(l, span_cstr(a, pg_text(q, i, 0)), span_cstr(a, pg_text(q, i, 1)),
                   (int32_t)pg_i64(q, i, 2));
    int64_t last_offset = pg_is_null(q, i, 5) ? -1 : pg_i64(q, i, 5);
    if (row->position != pg_i64(q, i, 3) || row->last_offset != last_offset)
        row->is_another = false; /* another record is the last: it was not compared yet */
    row->is_ours = row->is_claimed = row->is_seen = true;
    row->is_stale = false;
    row->position = pg_i64(q, i, 3);
    row->moved_us = pg_instant(q, i, 4);
    row->last_offset = last_offset;
    row->last_fingerprint = pg_is_null(q, i, 6) ? 0 : pg_i64(q, i, 6);
}

enum status lag_read_ledger(struct lag *l, struct error *err) {
    enum status st = ST_OK;
    if (pg_state(l->pg) != PG_IDLE)
        st = pg_connect_wait(l->pg, l->config->timeout_us, err);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new((size_t)64 << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &positions_last);
    for (int unused = 0; unused < 3; unused++) /* every group, topic and partition */
        pg_param_text(q, (struct span){NULL, 0});
    pg_param_bool(q, false);
    st = pg_run_wait(l->pg, s, l->config->timeout_us, err);
    for (size_t i = 0; st == ST_OK && i < pg_rows(q); i++)
        take(l, a, q, i);
    arena_free(a);
    return st;
}
