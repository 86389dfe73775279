#include "services/deadlines/announce.h"

#include "common/base/clock.h"

#define ANNOUNCE_TIMEOUT_US (10 * US_PER_S)

static const struct pg_statement announce_events = {
    "deadlines_announce", "SELECT henpin.announce_events($1::bigint)"};

enum status announce(struct pg *pg, int64_t *told, struct error *err) {
    struct arena *a = arena_new(1u << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &announce_events);
    pg_param_i64(q, *told);
    enum status st = pg_run_wait(pg, s, ANNOUNCE_TIMEOUT_US, err);
    if (st == ST_OK)
        *told = pg_i64(q, 0, 0);
    else
        pg_close(pg);
    arena_free(a);
    return st;
}
