/*
 * pg_private.h: what the files of pg share and nobody else includes. How a script lies in
 * memory, and how values look on Postgres' wire (big-endian; instants count from 2000).
 *
 *   pg_script.c   composes scripts and their statements; knows nothing of connections
 *   pg_copy.c     composes the rows of a COPY
 *   pg_result.c   reads results and failures (knows libpq)
 *   pg.c          connects and runs scripts turn by turn (knows libpq)
 *   pg_sqlstate.c what a SQLSTATE means for us
 *   pg_params.c   how a connection is asked for
 *   pg_connecting.c  why a connection was refused
 *   pg_wait.c     the waiting forms, built on the public interface
 */
#ifndef COMMON_IO_PG_PRIVATE_H
#define COMMON_IO_PG_PRIVATE_H

#include "common/base/absent.h"
#include "common/io/pg.h"

#include <endian.h>

#define PG_PARAMS_MAX 64

struct pg_result; /* libpq's PGresult */

struct pg_step {
    struct pg_step *next;
    bool is_copy;
};

struct pg_script {
    struct arena *arena;
    struct pg_step *first, **end;
};

struct pg_array {
    struct pg_array *next;
    struct pg_query *query;
    int param; /* which parameter of the query it becomes */
    enum pg_type element;
    size_t count, max;
    bool has_null;
    char *bytes; /* header and elements as Postgres receives them */
    size_t len, cap;
};

struct pg_query {
    struct pg_step step;
    struct arena *arena;
    const struct pg_statement *statement;
    int n_params;
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX];
    struct pg_array *arrays;
    struct pg_result *result; /* after the run; cleared when the arena is reset */
};

struct pg_chunk {
    struct pg_chunk *next;
    size_t len;
    char bytes[];
};

struct pg_copy {
    struct pg_step step;
    struct arena *arena;
    const char *sql;
    int16_t n_columns;
    struct pg_chunk *first, *current;
    char *free, *end; /* of the current chunk */
    size_t rows;
    int32_t left; /* columns (in an array: elements) still to come */
    bool is_sealed;
    size_t chunk_size;  /* of the next chunk */
    size_t closed;      /* bytes in chunks before the current one */
    int32_t row_left;   /* columns still to come when the open array ends */
    char *array_head;   /* where the open array's length stands; NULL outside an array */
    size_t array_start; /* where its bytes begin */
};

void pg_script_append(struct pg_script *s, struct pg_step *step);
/* Ends the row and the stream; may be called again. BUG when a row is not complete. */
void pg_copy_seal(struct pg_copy *c);
/* Writes the arrays' headers and makes them parameters; may be called again. */
void pg_query_seal(struct pg_query *q);

/* What to do about a SQLSTATE ("" when there is none: the connection). */
enum error_code pg_sqlstate_code(const char *sqlstate);

enum { PG_CONNECT_PARAMS_MAX = 63 };
/* Names and values as libpq takes them, ended by a NULL. Starts with all zero; give the
 * user's parameters, then complete. Values are borrowed. */
struct pg_params {
    const char *names[PG_CONNECT_PARAMS_MAX + 1], *values[PG_CONNECT_PARAMS_MAX + 1];
    size_t n;
    const char *their_options;
    char options[2048]; /* of the server: ours, then theirs */
    int64_t timeout_us; /* for the whole attempt */
};
void pg_params_give(struct pg_params *p, const char *name, const char *value);
void pg_params_complete(struct pg_params *p, const char *application_name);

/* Why a connection was refused, from libpq's verbose text; fills both, with a hint. */
void pg_refused(const char *why, bool needs_password, const char *conninfo,
                struct pg_failure *failure, struct error *err);
/* Lets a lookup of a host's name last seconds, not half a minute. */
void pg_bound_lookups(void);

/* Fills both from a result that says an error; never with the values of a row. `doing` is
 * the context for a person. True when the connection is of no more use. */
bool pg_result_failure(const struct pg_result *r, const char *doing,
                       struct pg_failure *failure, struct error *err);
/* Attaches a result to the query; it is cleared with the query's arena. */
void pg_result_take(struct pg_query *q, struct pg_result *r);

/* Starts a text of several statements on an idle connection. */
void pg_run_text(struct pg *pg, const char *sql, int64_t timeout_us);

/* ---- the wire ---- */

#define PG_EPOCH_US INT64_C(946684800000000) /* 2000-01-01T00:00:00Z */

static inline void wire_put16(char *to, int16_t value) {
    uint16_t v = htobe16((uint16_t)value);
    memcpy(to, &v, sizeof v);
}
static inline void wire_put32(char *to, int32_t value) {
    uint32_t v = htobe32((uint32_t)value);
    memcpy(to, &v, sizeof v);
}
static inline void wire_put64(char *to, int64_t value) {
    uint64_t v = htobe64((uint64_t)value);
    memcpy(to, &v, sizeof v);
}
static inline int16_t wire_get16(const char *from) {
    uint16_t v;
    memcpy(&v, from, sizeof v);
    return (int16_t)be16toh(v);
}
static inline int32_t wire_get32(const char *from) {
    uint32_t v;
    memcpy(&v, from, sizeof v);
    return (int32_t)be32toh(v);
}
static inline int64_t wire_get64(const char *from) {
    uint64_t v;
    memcpy(&v, from, sizeof v);
    return (int64_t)be64toh(v);
}

static inline int wire_len(size_t len) {
    if (len > INT32_MAX)
        BUG("value of %zu bytes", len);
    return (int)len;
}

/* An array's head: dimensions, flags, element type; then length and lower bound of the one
 * dimension, which an empty array has not. */
#define WIRE_ARRAY ((size_t)20)
#define WIRE_ARRAY_EMPTY ((size_t)12)
static inline void wire_put_array(char *to, enum pg_type element, bool has_null,
                                  size_t count) {
    wire_put32(to, count > 0);
    wire_put32(to + 4, has_null);
    wire_put32(to + 8, (int32_t)element);
    if (count == 0)
        return;
    wire_put32(to + 12, wire_len(count));
    wire_put32(to + 16, 1);
}

/* Ours to Postgres'. Both ends of the scale are the infinities; what lies beyond
 * Postgres' range is sent as such and refused by it as data. */
static inline int64_t wire_instant(int64_t us) {
    if (us == INT64_MAX)
        return INT64_MAX;
    if (us == INT64_MIN + 1)
        return INT64_MIN;
    int64_t out;
    return __builtin_sub_overflow(us, PG_EPOCH_US, &out) ? INT64_MIN + 1 : out;
}
static inline int64_t wire_instant_us(int64_t pg) {
    if (pg == INT64_MAX)
        return INT64_MAX;
    if (pg == INT64_MIN)
        return INT64_MIN + 1;
    return pg + PG_EPOCH_US; /* Postgres' years end far below an overflow */
}

#endif
