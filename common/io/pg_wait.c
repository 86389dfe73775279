/*
 * pg_wait.c: the waiting forms of pg, for command lines and tests. Built on the public
 * interface alone, so they are also an example of how to drive a connection.
 */
#include "common/base/clock.h"
#include "common/io/pg_private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

/* Sleeps until the socket is ready or `until_us` has come. A signal ends the sleep early,
 * which is harmless. */
static void wait_for_socket(const struct pg *pg, int64_t until_us) {
    struct pollfd p = {.fd = pg_fd(pg), .events = pg_poll_events(pg)};
    int64_t left_ms = (until_us - clock_monotonic_us()) / US_PER_MS + 1;
    if (left_ms < 0)
        left_ms = 0;
    if (poll(&p, 1, left_ms > 60000 ? 60000 : (int)left_ms) < 0 && errno != EINTR)
        BUG("poll: errno %d", errno);
}

static void turn_while(struct pg *pg, enum pg_state state) {
    while (pg_state(pg) == state) {
        wait_for_socket(pg, pg_deadline_us(pg));
        pg_turn(pg);
    }
}

enum status pg_connect_wait(struct pg *pg, int64_t timeout_us, struct error *err) {
    int64_t until_us = clock_monotonic_us() + timeout_us;
    pg_connect(pg);
    while (pg_state(pg) == PG_CONNECTING) {
        if (clock_monotonic_us() >= until_us) {
            pg_close(pg);
            return error_set(err, E_PG_DOWN,
                             "could not connect to Postgres at %s within %lld ms",
                             pg_where(pg), (long long)(timeout_us / US_PER_MS));
        }
        wait_for_socket(pg,
                        pg_deadline_us(pg) < until_us ? pg_deadline_us(pg) : until_us);
        pg_turn(pg);
    }
    if (pg_state(pg) == PG_IDLE)
        return ST_OK;
    *err = *pg_error(pg);
    return error_status(err->code);
}

static enum status finish(struct pg *pg, struct error *err) {
    turn_while(pg, PG_BUSY);
    if (pg_state(pg) == PG_IDLE)
        return ST_OK;
    *err = *pg_error(pg);
    pg_rollback(pg); /* nothing when the connection is gone */
    turn_while(pg, PG_BUSY);
    return error_status(err->code);
}

static bool is_ready(struct pg *pg, enum status *st, struct error *err) {
    if (pg_state(pg) == PG_IDLE)
        return true;
    *st = error_set(err, E_PG_DOWN, "there is no connection to Postgres");
    return false;
}

enum status pg_run_wait(struct pg *pg, struct pg_script *s, int64_t timeout_us,
                        struct error *err) {
    enum status st;
    if (!is_ready(pg, &st, err))
        return st;
    pg_run(pg, s, timeout_us);
    return finish(pg, err);
}

enum status pg_exec_wait(struct pg *pg, const char *sql, int64_t timeout_us,
                         struct error *err) {
    enum status st;
    if (!is_ready(pg, &st, err))
        return st;
    pg_run_text(pg, sql, timeout_us);
    return finish(pg, err);
}
