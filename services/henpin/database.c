#include "services/henpin/database.h"

#include "common/base/clock.h"
#include "common/event/event.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_US (10 * US_PER_S)
#define RUN_TIMEOUT_US US_PER_MIN
#define INSUFFICIENT_PRIVILEGE "42501"

/* Who may what, as deploy/README.md has it for people; a command by the beginning of its
 * name, the first row that fits. */
static const struct {
    const char *command, *roles;
} needs[] = {
    {"henpin ledger accept", "henpin_worker (--recreated: henpin_owner)"},
    {"henpin dead-letters list", "henpin_reader or henpin_worker"},
    {"henpin dead-letters", "henpin_worker"},
    {"henpin task show", "henpin_desk or henpin_reader"},
    {"henpin task", "henpin_desk"},
    {"henpin seller show", "henpin_directory or henpin_reader"},
    {"henpin seller", "henpin_directory"},
    {"henpin replay", "henpin_reader"},
    {"henpin ledger", "henpin_reader or henpin_worker"},
    {"henpin drain", "henpin_reader or henpin_worker"},
    {"henpin policy", "henpin_reader or henpin_worker"},
    {"henpin", "henpin_desk or henpin_reader"}, /* board, case, scorecard, report */
};
static const char lacks_role[] = "the login lacks a role";

/* Compiling a query that somebody waits for takes seconds where running it takes
 * milliseconds. */
static const struct pg_statement is_migrated = {
    "database_is_migrated", "SELECT to_regclass('henpin.ledger') IS NOT NULL"
                            " AND to_regclass('henpin.dead_letter') IS NOT NULL"
                            " AND set_config('jit', 'off', false) = 'off'"};

static enum status told_right(struct pg *pg, enum status st, struct error *err) {
    if (st != ST_OK && strcmp(pg_failure(pg)->sqlstate, INSUFFICIENT_PRIVILEGE) == 0)
        error_hint(err, "%s", lacks_role);
    return st;
}

static enum status check_tables(struct pg *pg, struct error *err) {
    struct arena *a = arena_new(1u << 20);
    struct pg_script *s = pg_script_new(a);
    const struct pg_query *q = pg_script_query(s, &is_migrated);
    enum status st = told_right(pg, pg_run_wait(pg, s, CONNECT_TIMEOUT_US, err), err);
    if (st == ST_OK && !pg_bool(q, 0, 0)) {
        st = error_set(err, E_PG_VERSION, "henpin's tables are not in this database");
        error_hint(err, "henpin migrate creates them; --postgres says which database");
    }
    arena_free(a);
    return st;
}

enum status database_open(const struct pg_config *config, struct pg **out,
                          struct error *err) {
    struct pg *pg = pg_new(config->postgres, "henpin");
    enum status st = pg_connect_wait(pg, CONNECT_TIMEOUT_US, err);
    if (st == ST_OK)
        st = check_tables(pg, err);
    if (st != ST_OK) {
        pg_free(pg);
        return st;
    }
    *out = pg;
    return ST_OK;
}

enum status database_run(struct pg *pg, struct pg_script *s, struct error *err) {
    return told_right(pg, pg_run_wait(pg, s, RUN_TIMEOUT_US, err), err);
}

static void print_needs(const char *program) {
    size_t i = 0;
    while (i + 1 < COUNT_OF(needs) &&
           strncmp(program, needs[i].command, strlen(needs[i].command)) != 0)
        i++;
    fprintf(stderr, "its login needs the role %s: GRANT role TO login gives it\n",
            needs[i].roles);
}

int database_failed(const char *program, const struct error *err) {
    fprintf(stderr, "%s: %s\n", program, err->text);
    if (strcmp(err->hint, lacks_role) == 0)
        print_needs(program);
    else if (*err->hint)
        fprintf(stderr, "%s\n", err->hint);
    return error_exit_code(err->code);
}

/* "90m": how long before now. */
static bool parse_ago(struct span text, int64_t *us) {
    static const struct {
        char unit;
        int64_t us;
    } units[] = {
        {'s', US_PER_S}, {'m', US_PER_MIN}, {'h', US_PER_HOUR}, {'d', US_PER_DAY}};
    int64_t n;
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (text.len > 1 && text.ptr[text.len - 1] == units[i].unit &&
            span_to_i64((struct span){text.ptr, text.len - 1}, &n) && n >= 0 &&
            n <= 100000000) {
            *us = clock_now_us() - n * units[i].us;
            return true;
        }
    return false;
}

enum status database_instant(const char *option, const char *text, int64_t *us,
                             struct error *err) {
    *us = EVENT_ABSENT;
    if (!*text || clock_parse(span_of(text), us) || parse_ago(span_of(text), us))
        return ST_OK;
    char day[64];
    snprintf(day, sizeof day, "%.40sT00:00:00Z", text);
    if (clock_parse(span_of(day), us))
        return ST_OK;
    return error_set(
        err, E_CONFIG,
        "option \"%s\" must be an instant such as 2026-11-20T03:00:00Z, a day, "
        "or how long ago, such as 2h; got \"%s\"",
        option, text);
}

const char *database_user(void) {
    const struct passwd *user = getpwuid(geteuid());
    return user ? user->pw_name : "unknown";
}
