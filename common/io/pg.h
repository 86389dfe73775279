/*
 * pg.h: one asynchronous connection to Postgres, and scripts that run on it.
 *
 * Nothing here blocks but the three ..._wait at the end (for command lines and tests).
 * A worker composes a *script* - a list of statements and binary COPYs, all their bytes
 * in the batch's arena - and hands it to a connection; the loop polls the connection's
 * descriptor and calls pg_turn() until the script is done. Statements that stand next to
 * each other go out in one pipeline, so a load of five queries costs one round trip; a
 * COPY stands alone, because COPY cannot run in pipeline mode.
 *
 * Errors carry the SQLSTATE's meaning (the table of pg_sqlstate.c): 08, 40, 53, 57, 58 and
 * a lost connection are outages (ST_RETRY); 22, 23 and 54 are data (E_PG_DATA; pg_failure()
 * tells which table and constraint); what is not in the table is our own fault
 * (E_PG_STATEMENT). After a COMMIT an outage says nothing about whether it happened: ask the
 * ledger (I3). A connection that
 * Postgres refuses for good (no such database, 3D; user or password, 28) is E_PG_CONFIG:
 * fatal for who starts, while a worker that had been connected goes on waiting.
 *
 * One thing does block: libpq looks up the host's name within pg_connect and pg_turn. A
 * name server that does not answer holds us for some 4 s a server (glibc's resolver is
 * told so at the first connection, unless RES_OPTIONS or resolv.conf ask for less);
 * nothing is lost by it, as a session timeout is longer. Addresses instead of names, or
 * hostaddr, never block.
 */
#ifndef COMMON_IO_PG_H
#define COMMON_IO_PG_H

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/span.h"
#include "common/base/uuid.h"

#include <stdbool.h>
#include <stdint.h>

struct pg;        /* a connection */
struct pg_script; /* what to run, in order */
struct pg_query;  /* one statement of a script; after the run, its rows */
struct pg_copy;   /* one COPY of a script */

/* ---- scripts: composed in an arena, dead with it ---- */

/* A statement that is prepared once per connection, at its first use. Give it static
 * life. */
struct pg_statement {
    const char *name; /* unique in the program */
    const char *sql;  /* parameters $1.. with explicit casts; results come in binary */
};

struct pg_script *pg_script_new(struct arena *a);
bool pg_script_is_empty(const struct pg_script *s);
/* After the run: rows that its COPYs and its INSERT, UPDATE, DELETE statements wrote. */
int64_t pg_script_rows(const struct pg_script *s);

struct pg_query *pg_script_query(struct pg_script *s,
                                 const struct pg_statement *statement);
/* Parameters, in order of $1, $2 ...; values are copied into the arena. An absent span (ptr
 * NULL) and EVENT_ABSENT are NULL, here, in arrays and in rows of a COPY. */
void pg_param_text(struct pg_query *q, struct span value); /* text, bytea */
void pg_param_i16(struct pg_query *q, int16_t value);
void pg_param_i32(struct pg_query *q, int32_t value);
void pg_param_i64(struct pg_query *q, int64_t value);
void pg_param_bool(struct pg_query *q, bool value);
void pg_param_instant(struct pg_query *q, int64_t us);
void pg_param_uuid(struct pg_query *q, struct uuid value);

/* Arrays are built element by element; all arrays of one UNNEST must end with the same
 * count. */
struct pg_array;
enum pg_type {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_TIMESTAMPTZ = 1184,
    PG_UUID = 2950,
    PG_JSONB = 3802,
};
struct pg_array *pg_param_array(struct pg_query *q, enum pg_type element,
                                size_t max_items);
/* All columns of one UNNEST: `n` arrays, in the order of their parameters. */
void pg_param_arrays(struct pg_query *q, const enum pg_type *elements, size_t n,
                     size_t max_items, struct pg_array **out);
void pg_array_text(struct pg_array *p, struct span value); /* text, bytea, jsonb */
void pg_array_i64(struct pg_array *p,
                  int64_t value); /* int2, int4, int8, bool, instants */
void pg_array_uuid(struct pg_array *p, struct uuid value);
void pg_array_null(struct pg_array *p);

/* Starts a COPY table (columns) FROM STDIN (FORMAT binary): each row has as many values as
 * there are columns in the list. Rows are built into memory of the arena. */
struct pg_copy *pg_script_copy(struct pg_script *s, const char *copy_sql);
void pg_copy_row(struct pg_copy *c);                     /* begins the next row */
void pg_copy_text(struct pg_copy *c, struct span value); /* text, bytea */
void pg_copy_jsonb(struct pg_copy *c, struct span json);
void pg_copy_i16(struct pg_copy *c, int16_t value);
void pg_copy_i32(struct pg_copy *c, int32_t value);
void pg_copy_i64(struct pg_copy *c, int64_t value);
void pg_copy_bool(struct pg_copy *c, bool value);
void pg_copy_instant(struct pg_copy *c, int64_t us); /* EVENT_ABSENT: NULL */
void pg_copy_uuid(struct pg_copy *c, struct uuid value);
void pg_copy_null(struct pg_copy *c);
/* One-dimensional arrays as a column: begin, then `count` elements by the functions
 * above. */
void pg_copy_array(struct pg_copy *c, enum pg_type element, size_t count);
void pg_copy_array_end(struct pg_copy *c);
void pg_copy_texts(struct pg_copy *c, const struct span *items, size_t n);
void pg_copy_instants(struct pg_copy *c, const int64_t *us, size_t n);
size_t pg_copy_rows(const struct pg_copy *c);

/* ---- results: valid until the arena of the script is reset ---- */
size_t pg_rows(const struct pg_query *q);
int pg_columns(const struct pg_query *q);
int64_t
pg_affected(const struct pg_query *q); /* rows touched by INSERT, UPDATE, DELETE */
bool pg_is_null(const struct pg_query *q, size_t row, int column);
struct span pg_text(const struct pg_query *q, size_t row,
                    int column); /* NULL: ptr NULL */
int64_t pg_i64(const struct pg_query *q, size_t row,
               int column); /* int2, int4, int8; NULL: EVENT_ABSENT */
bool pg_bool(const struct pg_query *q, size_t row, int column);
int64_t pg_instant(const struct pg_query *q, size_t row,
                   int column); /* NULL: EVENT_ABSENT;
                                   infinities: INT64_MIN+1, INT64_MAX */
struct uuid pg_uuid(const struct pg_query *q, size_t row, int column);
/* One-dimensional arrays: the count, and each element's bytes as a span (ptr NULL for
 * NULL). */
size_t pg_array_items(const struct pg_query *q, size_t row, int column, struct arena *a,
                      struct span **items);
/* The count, and the elements as instants or int8; in `a`. */
size_t pg_array_instants(const struct pg_query *q, size_t row, int column,
                         struct arena *a, int64_t **us);
size_t pg_array_i64s(const struct pg_query *q, size_t row, int column, struct arena *a,
                     int64_t **items);
int64_t pg_item_i64(struct span item);
int64_t pg_item_instant(struct span item); /* NULL and infinities as pg_instant */
struct uuid pg_item_uuid(struct span item);

/* ---- connections ---- */

/* `conninfo` as libpq takes it; ours adds application_name, keepalives and timeouts. */
struct pg *pg_new(const char *conninfo, const char *application_name);
void pg_free(struct pg *pg);

enum pg_state {
    PG_CLOSED,     /* call pg_connect */
    PG_CONNECTING, /* call pg_turn when the descriptor is ready */
    PG_IDLE,       /* ready for a script */
    PG_BUSY,       /* a script runs */
    PG_FAILED, /* the script or the connection failed: pg_error; pg_connect starts anew if
                  the connection is gone, pg_rollback otherwise */
};
enum pg_state pg_state(const struct pg *pg);
const struct error *pg_error(const struct pg *pg);

/* What Postgres said of the last failure: five-letter SQLSTATE, table and constraint,
 * empty when none. */
struct pg_failure {
    char sqlstate[6];
    char table[64];
    char constraint[64];
    bool is_connection_lost;
};
const struct pg_failure *pg_failure(const struct pg *pg);
/* Where the last pg_connect went, for people: "db.example:5432, database henpin". Valid
 * until the next. */
const char *pg_where(const struct pg *pg);
/* Which session this is: 1 the first, one more for each that was opened since; what is set for
 * a session is set again in the next. 0: none yet. */
int64_t pg_session(const struct pg *pg);

void pg_connect(struct pg *pg); /* begins; any former connection is closed */
void pg_close(struct pg *pg);   /* at once; a running transaction is abandoned */

/* The descriptor and the poll(2) events it waits for. -1 when closed. */
int pg_fd(const struct pg *pg);
short pg_poll_events(const struct pg *pg);
/* Does what can be done without blocking and returns the new state. A script that takes
 * longer than the timeout given with pg_run closes the connection and fails as an outage.
 */
enum pg_state pg_turn(struct pg *pg);
/* The monotonic instant at which pg_turn must be called even if the descriptor stays
 * silent, because what is going on runs out of time; INT64_MAX when nothing does. */
int64_t pg_deadline_us(const struct pg *pg);

/* Starts a script on an idle connection: BEGIN and COMMIT are statements like others. The
 * script must live until the state is no longer PG_BUSY. */
void pg_run(struct pg *pg, struct pg_script *s, int64_t timeout_us);
/* Ends a failed transaction on a connection that still stands: runs ROLLBACK; PG_BUSY
 * until done. Also abandons a script that still runs, in the middle of a COPY too: from
 * here on the script may be freed. Does nothing when the connection is gone. pg_error and
 * pg_failure keep what they said until the next pg_run or pg_connect. */
void pg_rollback(struct pg *pg);

/* For command lines and tests: the same, waiting. After a failure the transaction is
 * already rolled back: the state is PG_IDLE, or PG_FAILED when the connection is gone. */
MUST_USE enum status pg_connect_wait(struct pg *pg, int64_t timeout_us,
                                     struct error *err);
MUST_USE enum status pg_run_wait(struct pg *pg, struct pg_script *s, int64_t timeout_us,
                                 struct error *err);
/* Text that may hold several statements, no parameters, no rows (migrations). */
MUST_USE enum status pg_exec_wait(struct pg *pg, const char *sql, int64_t timeout_us,
                                  struct error *err);

extern const struct pg_statement pg_begin, pg_commit;

#endif
