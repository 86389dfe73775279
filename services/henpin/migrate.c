/*
 * migrate.c: `henpin migrate` brings the database up to date, forward only.
 *
 *  1. Takes an advisory lock, so that ten can start at once: one works, the others wait
 * and then find nothing to do.
 *  2. Compares the files with henpin.schema_migration: a newer database, a changed file
 * and a gap are refused.
 *  3. Runs each file that is missing in a transaction of its own, together with its row
 * there.
 *  4. Creates partitions ahead of time and drops old ones (maintain.c).
 */
#include "services/henpin/migrate.h"
#include "common/base/clock.h"
#include "common/io/pg_options.h"
#include "services/henpin/commands.h"

#include <poll.h>
#include <stdio.h>

#define CONNECT_TIMEOUT_US (30 * US_PER_S)
#define LOCK_TIMEOUT_US (10 * US_PER_MIN)
#define FILE_TIMEOUT_US (60 * US_PER_MIN)
#define MEMORY ((size_t)256 * 1024 * 1024)

struct config {
    struct pg_config pg;
    bool is_check, maintains_only;
    const char *dir;
    int64_t ahead_months, keep_months;
    int64_t wait_us;
};

static const struct option options[] = {
    {.name = "check",
     .type = OPT_BOOL,
     .offset = offsetof(struct config, is_check),
     .fallback = "false",
     .help = "say what would be done; exit code 1 when something is pending"},
    {.name = "maintain",
     .type = OPT_BOOL,
     .offset = offsetof(struct config, maintains_only),
     .fallback = "false",
     .help = "only create and drop partitions, apply no file"},
    {.name = "dir",
     .env = "HENPIN_SQL_DIR",
     .type = OPT_STRING,
     .offset = offsetof(struct config, dir),
     .fallback = "schemas/sql",
     .flags = OPT_REQUIRED | OPT_SHIPPED,
     .argument = "DIR",
     .help = "where the SQL files are"},
    {.name = "partitions-ahead",
     .type = OPT_I64,
     .offset = offsetof(struct config, ahead_months),
     .fallback = "3",
     .min = 1,
     .max = 120,
     .argument = "MONTHS",
     .help = "months for which partitions are created ahead of time"},
    {.name = "partitions-keep",
     .type = OPT_I64,
     .offset = offsetof(struct config, keep_months),
     .fallback = "25",
     .min = 1,
     .max = 1200,
     .argument = "MONTHS",
     .help = "months after which partitions of events are dropped"},
    {.name = "wait",
     .env = "HENPIN_MIGRATE_WAIT",
     .type = OPT_DURATION,
     .offset = offsetof(struct config, wait_us),
     .fallback = "0s",
     .max = US_PER_HOUR,
     .help = "how long to wait for a Postgres that does not answer yet"},
    {0},
};

static const char take_lock[] = "SELECT pg_catalog.pg_advisory_lock(7450126639812)";

/* Stands in the transaction of the first file, because that one creates the schema. */
static const char create_table[] =
    "CREATE TABLE henpin.schema_migration ("
    " version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now(), applied_by text NOT NULL);";

static enum status apply(struct arena *a, struct pg *pg, const struct migration *m,
                         struct error *err) {
    int64_t began_us = clock_monotonic_us();
    struct builder sql = builder_in(a, m->sql.len + 2048);
    build_text(&sql, "BEGIN;\n");
    build_span(&sql, m->sql);
    build_text(&sql, "\n;\n");
    if (m->version == 1)
        build_text(&sql, create_table);
    /* The name's letters were checked when the directory was read. */
    build_format(&sql,
                 "RESET ROLE; INSERT INTO henpin.schema_migration (version, name, "
                 "checksum, applied_by)"
                 " VALUES (%lld, '%s', '%s', session_user); COMMIT",
                 (long long)m->version, m->name, m->checksum);
    enum status st =
        pg_exec_wait(pg, span_cstr(a, builder_span(&sql)), FILE_TIMEOUT_US, err);
    if (st != ST_OK)
        error_prefix(err, "%s", m->name);
    else
        printf("%s  applied in %lld ms\n", m->name,
               (long long)((clock_monotonic_us() - began_us) / US_PER_MS));
    fflush(stdout);
    return st;
}

/* --check: changes nothing and takes no lock. */
static enum status tell_pending(struct arena *a, struct pg *pg, const struct config *c,
                                const struct migrations *m, size_t n_applied,
                                bool *is_pending, struct error *err) {
    *is_pending = n_applied < m->n;
    for (size_t i = n_applied; i < m->n; i++)
        printf("would apply: %s\n", m->items[i].name);
    if (*is_pending)
        return ST_OK;
    printf("the database is up to date: %s\n", m->items[m->n - 1].name);
    return maintain_partitions(a, pg, c->ahead_months, c->keep_months, true, err);
}

/* A Postgres that is being started together with us is asked again every second. */
static enum status connect_patiently(struct pg *pg, int64_t wait_us, struct error *err) {
    int64_t until_us = clock_monotonic_us() + wait_us;
    enum status st;
    while ((st = pg_connect_wait(pg, CONNECT_TIMEOUT_US, err)) == ST_RETRY &&
           clock_monotonic_us() < until_us)
        (void)poll(NULL, 0, 1000);
    return st;
}

static enum status migrate(struct arena *a, struct pg *pg, const struct config *c,
                           bool *is_pending, struct error *err) {
    struct migrations m;
    size_t n_applied;
    enum status st = migrations_read(a, c->dir, &m, err);
    if (st == ST_OK)
        st = connect_patiently(pg, c->wait_us, err);
    if (st == ST_OK && !c->is_check)
        st = pg_exec_wait(pg, take_lock, LOCK_TIMEOUT_US, err);
    if (st == ST_OK)
        st = migrations_compare(a, pg, &m, &n_applied, err);
    if (st != ST_OK)
        return st;
    if (c->is_check)
        return tell_pending(a, pg, c, &m, n_applied, is_pending, err);
    if (c->maintains_only && n_applied < m.n)
        return error_set(err, E_PG_VERSION, "the database lacks %s: migrate it first",
                         m.items[n_applied].name);
    if (n_applied == m.n && !c->maintains_only)
        printf("the database is up to date: %s\n", m.items[m.n - 1].name);
    for (size_t i = n_applied; i < m.n && st == ST_OK; i++)
        st = apply(a, pg, &m.items[i], err);
    if (st == ST_OK)
        st = maintain_partitions(a, pg, c->ahead_months, c->keep_months, false, err);
    return st;
}

int migrate_main(int argc, char **argv, char **envp) {
    struct config c = {0};
    const struct option_table tables[] = {
        {pg_options, &c.pg}, {options, &c}, {NULL, NULL}};
    const struct config_spec spec = {
        .program = "henpin migrate",
        .summary = "Brings the database up to date, forward only. Safe to start many "
                   "times at once.",
        .tables = tables,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    struct arena *a = arena_new(MEMORY);
    struct pg *pg = pg_new(c.pg.postgres, "henpin migrate");
    struct error err = {0};
    bool is_pending = false;
    enum status st = migrate(a, pg, &c, &is_pending, &err);
    if (st != ST_OK) {
        fflush(stdout);
        fprintf(stderr, "henpin migrate: %s\n", err.text);
        if (*err.hint)
            fprintf(stderr, "%s\n", err.hint);
    }
    arena_free(a);
    pg_free(pg);
    return st != ST_OK ? error_exit_code(err.code) : is_pending ? 1 : 0;
}
