/*
 * maintain.c: partitions of the event tables, ahead of time and no longer than they are
 * kept, without blocking writers.
 *
 * henpin.maintenance_plan() says what is to be done, a row each; every row is a
 * transaction of its own here, because a function would hold all its locks to the end. A
 * row waits for its lock at most LOCK_MS (writers queue behind that wait), then steps
 * back and tries again later. DETACH ... CONCURRENTLY is no way: Postgres refuses it
 * beside a default partition.
 */
#include "common/base/clock.h"
#include "services/henpin/migrate.h"

#include <poll.h>
#include <stdio.h>

#define TIMEOUT_US (60 * US_PER_S)
#define LOCK_MS 200
#define ATTEMPTS 10

static const struct pg_statement plan = {
    "maintain_plan",
    "SELECT what, statement FROM henpin.maintenance_plan("
    "make_interval(months => $1::integer), make_interval(months => $2::integer))"};

/* One row of the plan; ST_RETRY with E_PG_CONFLICT or a cancelled statement: the table is
 * too busy. */
static enum status try_step(struct arena *a, struct pg *pg, struct span statement,
                            struct error *err) {
    struct builder sql = builder_in(a, statement.len + 200);
    build_format(
        &sql,
        "BEGIN; SET LOCAL lock_timeout = '%dms'; SET LOCAL statement_timeout = '2s'; ",
        LOCK_MS);
    build_span(&sql, statement);
    build_text(&sql, "; COMMIT");
    return pg_exec_wait(pg, span_cstr(a, builder_span(&sql)), TIMEOUT_US, err);
}

static bool is_busy(const struct pg *pg) {
    const char *state = pg_failure(pg)->sqlstate;
    return strcmp(state, "55P03") == 0 || strcmp(state, "57014") == 0 ||
           strcmp(state, "40P01") == 0;
}

static enum status run_step(struct arena *a, struct pg *pg, struct span what,
                            struct span statement, struct error *err) {
    if (!statement.ptr) { /* only to be told */
        printf("%.*s\n", SPAN_ARGS(what));
        return ST_OK;
    }
    int64_t began_us = clock_monotonic_us();
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        enum status st = try_step(a, pg, statement, err);
        if (st == ST_OK) {
            printf("%.*s  %lld ms\n", SPAN_ARGS(what),
                   (long long)((clock_monotonic_us() - began_us) / US_PER_MS));
            return ST_OK;
        }
        if (!is_busy(pg))
            return st;
        (void)poll(NULL, 0, 50 * attempt);
    }
    printf("%.*s: the table is busy, left for the next time\n", SPAN_ARGS(what));
    return ST_OK;
}

enum status maintain_partitions(struct arena *a, struct pg *pg, int64_t ahead_months,
                                int64_t keep_months, bool is_check, struct error *err) {
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &plan);
    pg_param_i32(q, (int32_t)ahead_months);
    pg_param_i32(q, (int32_t)keep_months);
    enum status st = pg_exec_wait(pg, "SET ROLE henpin_owner", TIMEOUT_US, err);
    if (st == ST_OK)
        st = pg_run_wait(pg, s, TIMEOUT_US, err);
    for (size_t row = 0; st == ST_OK && row < pg_rows(q); row++) {
        struct span what = pg_text(q, row, 0);
        if (is_check)
            printf("would do: %.*s\n", SPAN_ARGS(what));
        else
            st = run_step(a, pg, what, pg_text(q, row, 1), err);
    }
    if (st != ST_OK)
        error_prefix(err, "maintaining partitions");
    return st;
}
