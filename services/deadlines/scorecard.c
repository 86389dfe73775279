#include "services/deadlines/scorecard.h"

#include "common/base/clock.h"

/* A seller takes some milliseconds for each thousand clocks. */
#define SELLERS_AT_ONCE 20
#define KEEP_TIMEOUT_US (60 * US_PER_S)

static const struct pg_statement keep = {
    "deadlines_scorecards", "SELECT henpin.scorecard_keep($1::integer)::bigint"};

enum status scorecard_keep(struct pg *pg, bool *some_left, struct error *err) {
    struct arena *a = arena_new(1u << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &keep);
    pg_param_i32(q, SELLERS_AT_ONCE);
    enum status st = pg_run_wait(pg, s, KEEP_TIMEOUT_US, err);
    if (st == ST_OK)
        *some_left = pg_i64(q, 0, 0) == SELLERS_AT_ONCE;
    else
        pg_close(pg);
    arena_free(a);
    return st;
}
