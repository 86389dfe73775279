/* pg_fixture.h: what the tests of pg share: a connection to the Postgres of PG_CONNINFO,
 * and short forms. */
#ifndef TESTS_COMMON_IO_PG_FIXTURE_H
#define TESTS_COMMON_IO_PG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/io/pg.h"

#include <poll.h>
#include <unistd.h>

#define TIMEOUT_US (20 * US_PER_S)

struct fixture {
    struct arena *arena;
    struct pg *pg;
    struct error err;
};

/* First thing in main: without a PG_CONNINFO the program starts itself again beside a
 * Postgres of its own. */
static inline void pg_fixture_serve(int argc, char **argv) {
    (void)argc;
    if (getenv("PG_CONNINFO"))
        return;
    char name[40];
    snprintf(name, sizeof name, "unit-pg.%d", (int)getpid());
    execl("tests/tools/servers", "servers", "with", name, "postgres", "--", argv[0],
          (char *)NULL);
    perror("tests/tools/servers");
    exit(1);
}

static inline const char *pg_fixture_conninfo(void) {
    return getenv("PG_CONNINFO");
}

static inline void expect_ok(enum status st, const struct error *err) {
    if (st != ST_OK)
        fail_msg("%s: %s", error_token(err->code), err->text);
}

static inline int pg_fixture_setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new((size_t)512 << 20);
    f->pg = pg_new(pg_fixture_conninfo(), "test_pg");
    expect_ok(pg_connect_wait(f->pg, TIMEOUT_US, &f->err), &f->err);
    *state = f;
    return 0;
}

static inline int pg_fixture_teardown(void **state) {
    struct fixture *f = *state;
    arena_free(f->arena);
    pg_free(f->pg);
    free(f);
    return 0;
}

static inline void exec_sql(struct fixture *f, const char *sql) {
    expect_ok(pg_exec_wait(f->pg, sql, TIMEOUT_US, &f->err), &f->err);
}

static inline enum status run(struct fixture *f, struct pg_script *s) {
    return pg_run_wait(f->pg, s, TIMEOUT_US, &f->err);
}

static inline void run_ok(struct fixture *f, struct pg_script *s) {
    expect_ok(run(f, s), &f->err);
}

/* Turns until the state is no longer PG_BUSY, without rolling anything back. */
static inline enum pg_state turn_to_end(struct pg *pg) {
    while (pg_state(pg) == PG_BUSY) {
        struct pollfd p = {.fd = pg_fd(pg), .events = pg_poll_events(pg)};
        (void)poll(&p, 1, 50);
        pg_turn(pg);
    }
    return pg_state(pg);
}

/* The only value of a query without parameters. */
static inline int64_t ask_i64(struct fixture *f, const struct pg_statement *statement) {
    struct pg_script *s = pg_script_new(f->arena);
    struct pg_query *q = pg_script_query(s, statement);
    run_ok(f, s);
    assert_int_equal(pg_rows(q), 1);
    return pg_i64(q, 0, 0);
}

#define test_with_pg(name)                                                               \
    cmocka_unit_test_setup_teardown(name, pg_fixture_setup, pg_fixture_teardown)

#endif
