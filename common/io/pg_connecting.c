/*
 * pg_connecting.c: what connecting needs beside libpq: why a connection was refused, what
 * to do about it, and a bound for the name lookup.
 *
 * libpq has no function for the SQLSTATE of a refused connection, only its text, which
 * pg.c asks for in the verbose form ("FATAL:  3D000: database "x" does not exist"). The
 * severity is in the server's language, so the code is found by its shape. When several
 * hosts were tried, there is a line for each; the one with a code is the last word.
 */
#include "common/io/pg_private.h"

#include <ctype.h>
#include <resolv.h>
#include <stdio.h>

#define LOOKUP_TIMEOUT_S 2
#define LOOKUP_ATTEMPTS 2

/* Points at the five characters of the code, or NULL. */
static const char *find_sqlstate(const char *text) {
    for (const char *at = strstr(text, ":  "); at; at = strstr(at + 1, ":  ")) {
        const char *code = at + 3;
        size_t n = 0;
        while (n < 5 &&
               (isdigit((unsigned char)code[n]) || isupper((unsigned char)code[n])))
            n++;
        if (n == 5 && code[5] == ':' && code[6] == ' ')
            return code;
    }
    return NULL;
}

/* What the server refuses for good: a database, a user, a right or a setting that is
 * not there. Any other code may be over in a moment. */
static enum error_code code_of(const char *sqlstate) {
    static const char *const for_good[] = {"3D", "28", "42", "22"};
    for (size_t i = 0; i < COUNT_OF(for_good); i++)
        if (strncmp(sqlstate, for_good[i], 2) == 0)
            return E_PG_CONFIG;
    enum error_code code = pg_sqlstate_code(sqlstate);
    return error_status(code) == ST_RETRY ? code : E_PG_DOWN;
}

static void hint(const char *sqlstate, bool needs_password, const char *conninfo,
                 struct error *err) {
    if (needs_password || strncmp(sqlstate, "28", 2) == 0)
        error_hint(err, "user, password and the server's pg_hba.conf must agree; "
                        "--postgres, HENPIN_POSTGRES or HENPIN_POSTGRES_FILE gives them");
    else if (strncmp(sqlstate, "3D", 2) == 0)
        error_hint(err, "create the database, then run henpin migrate; --postgres or "
                        "HENPIN_POSTGRES says which");
    else if (err->code == E_PG_CONFIG)
        error_hint(err, "--postgres or HENPIN_POSTGRES says how to connect");
    else if (!*sqlstate && !*conninfo)
        error_hint(err,
                   "neither --postgres nor HENPIN_POSTGRES is set: libpq's own "
                   "environment (PGHOST ...) says where, else this machine's socket");
    else if (!*sqlstate)
        error_hint(err,
                   "does it run, and there? --postgres or HENPIN_POSTGRES says where");
}

void pg_refused(const char *why, bool needs_password, const char *conninfo,
                struct pg_failure *failure, struct error *err) {
    const char *code = find_sqlstate(why), *line = why;
    char text[400];
    struct builder b = builder_over(text, sizeof text - 1);
    if (code) {
        memcpy(failure->sqlstate, code, 5);
        failure->sqlstate[5] = '\0';
        for (const char *c = why; c < code; c++)
            line = *c == '\n' ? c + 1 : line;
        build_bytes(&b, line, (size_t)(code - line));
        line = code + 7;
    }
    build_bytes(&b, line, strcspn(line, "\n"));
    text[b.len] = '\0';
    (void)error_set(err, needs_password ? E_PG_CONFIG : code_of(failure->sqlstate),
                    "could not connect to Postgres: %s", text);
    hint(failure->sqlstate, needs_password, conninfo, err);
}

/* libpq looks names up by itself and waits for it; nothing but the resolver's own limits
 * bounds that. They are glibc's per thread, and keep what the administrator made shorter.
 */
void pg_bound_lookups(void) {
    if (!(_res.options & RES_INIT) && res_init() != 0)
        return;
    if (_res.retrans > LOOKUP_TIMEOUT_S)
        _res.retrans = LOOKUP_TIMEOUT_S;
    if (_res.retry > LOOKUP_ATTEMPTS)
        _res.retry = LOOKUP_ATTEMPTS;
}
