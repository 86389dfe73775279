/*
 * pg_result.c: reads what Postgres answered: rows in binary, and failures.
 *
 * The types come from our own statements, so a column read as another type than it has is
 * a BUG, not an error.
 */
#include "common/base/fault.h"
#include "common/io/pg_private.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

/* Types that we read but never write. */
enum {
    OID_NAME = 19,
    OID_OID = 26,
    OID_JSON = 114,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043
};

static void clear_result(void *r) {
    PQclear(r);
}

void pg_result_take(struct pg_query *q, struct pg_result *r) {
    arena_defer(q->arena, clear_result, r);
    q->result = r;
}

static const PGresult *result_of(const struct pg_query *q) {
    if (!q->result)
        BUG("statement \"%s\" has not run", q->statement->name);
    return q->result;
}

size_t pg_rows(const struct pg_query *q) {
    return (size_t)PQntuples(result_of(q));
}

int pg_columns(const struct pg_query *q) {
    return PQnfields(result_of(q));
}

int64_t pg_affected(const struct pg_query *q) {
    return strtoll(PQcmdTuples((PGresult *)result_of(q)), NULL, 10);
}

/* The value's bytes (ptr NULL for NULL) after checking that it exists. */
static struct span cell(const struct pg_query *q, size_t row, int column) {
    const PGresult *r = result_of(q);
    if (row >= (size_t)PQntuples(r) || column < 0 || column >= PQnfields(r))
        BUG("row %zu, column %d of \"%s\", which has %d rows of %d columns", row, column,
            q->statement->name, PQntuples(r), PQnfields(r));
    if (PQgetisnull(r, (int)row, column))
        return (struct span){NULL, 0};
    return (struct span){PQgetvalue(r, (int)row, column),
                         (size_t)PQgetlength(r, (int)row, column)};
}

NORETURN static void wrong_type(const struct pg_query *q, int column,
                                const char *wanted) {
    BUG("column %d of \"%s\" has type %u, read as %s", column, q->statement->name,
        PQftype(q->result, column), wanted);
}

bool pg_is_null(const struct pg_query *q, size_t row, int column) {
    return !cell(q, row, column).ptr;
}

struct span pg_text(const struct pg_query *q, size_t row, int column) {
    struct span s = cell(q, row, column);
    switch (PQftype(q->result, column)) {
    case PG_JSONB:
        return s.ptr ? (struct span){s.ptr + 1, s.len - 1}
                     : s; /* after the wire version */
    case PG_TEXT:
    case PG_BYTEA:
    case OID_NAME:
    case OID_JSON:
    case OID_BPCHAR:
    case OID_VARCHAR:
        return s;
    default:
        wrong_type(q, column, "text");
    }
}

int64_t pg_i64(const struct pg_query *q, size_t row, int column) {
    struct span s = cell(q, row, column);
    switch (PQftype(q->result, column)) {
    case PG_INT2:
    case PG_INT4:
    case PG_INT8:
        return pg_item_i64(s);
    case OID_OID:
        return s.ptr ? (int64_t)(uint32_t)wire_get32(s.ptr) : EVENT_ABSENT;
    default:
        wrong_type(q, column, "an integer");
    }
}

bool pg_bool(const struct pg_query *q, size_t row, int column) {
    struct span s = cell(q, row, column);
    if (PQftype(q->result, column) != PG_BOOL)
        wrong_type(q, column, "a boolean");
    return s.ptr && *s.ptr;
}

int64_t pg_instant(const struct pg_query *q, size_t row, int column) {
    struct span s = cell(q, row, column);
    if (PQftype(q->result, column) != PG_TIMESTAMPTZ)
        wrong_type(q, column, "an instant");
    return pg_item_instant(s);
}

struct uuid pg_uuid(const struct pg_query *q, size_t row, int column) {
    struct span s = cell(q, row, column);
    if (PQftype(q->result, column) != PG_UUID)
        wrong_type(q, column, "a uuid");
    if (!s.ptr)
        BUG("column %d of \"%s\" is NULL, read as a uuid", column, q->statement->name);
    return pg_item_uuid(s);
}

/* ---- arrays ---- */

/* Reads `count` elements; the sizes are checked against the value's end, although they
 * come from Postgres. */
static bool read_items(struct span s, size_t header, size_t count, bool is_jsonb,
                       struct span *items) {
    size_t at = header;
    for (size_t i = 0; i < count; i++) {
        if (s.len - at < 4)
            return false;
        int32_t len = wire_get32(s.ptr + at);
        at += 4;
        items[i] = (struct span){NULL, 0};
        if (len < 0)
            continue;
        if (s.len - at < (size_t)len || (is_jsonb && len < 1))
            return false;
        size_t skip = is_jsonb; /* the wire version */
        items[i] = (struct span){s.ptr + at + skip, (size_t)len - skip};
        at += (size_t)len;
    }
    return at == s.len;
}

size_t pg_array_items(const struct pg_query *q, size_t row, int column, struct arena *a,
                      struct span **items) {
    struct span s = cell(q, row, column);
    *items = NULL;
    if (!s.ptr)
        return 0;
    if (s.len < 12)
        wrong_type(q, column, "an array");
    int32_t dimensions = wire_get32(s.ptr);
    if (dimensions == 0)
        return 0;
    int32_t count = dimensions == 1 && s.len >= 20 ? wire_get32(s.ptr + 12) : -1;
    if (count < 0 || (size_t)count > s.len / 4)
        wrong_type(q, column, "a one-dimensional array");
    *items = arena_array(a, (size_t)count, sizeof **items);
    if (!read_items(s, 20, (size_t)count, wire_get32(s.ptr + 8) == PG_JSONB, *items))
        wrong_type(q, column, "an array");
    return (size_t)count;
}

int64_t pg_item_i64(struct span item) {
    if (!item.ptr)
        return EVENT_ABSENT;
    switch (item.len) {
    case 1:
        return *item.ptr;
    case 2:
        return wire_get16(item.ptr);
    case 4:
        return wire_get32(item.ptr);
    case 8:
        return wire_get64(item.ptr);
    default:
        BUG("item of %zu bytes read as an integer", item.len);
    }
}

int64_t pg_item_instant(struct span item) {
    if (item.ptr && item.len != 8)
        BUG("item of %zu bytes read as an instant", item.len);
    return item.ptr ? wire_instant_us(wire_get64(item.ptr)) : EVENT_ABSENT;
}

/* Of an array, each element read by `item`. */
static size_t numbers(const struct pg_query *q, size_t row, int column, struct arena *a,
                      int64_t item(struct span), int64_t **out) {
    struct span *items;
    size_t n = pg_array_items(q, row, column, a, &items);
    *out = arena_array(a, n, sizeof **out);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = item(items[i]);
    return n;
}

size_t pg_array_instants(const struct pg_query *q, size_t row, int column,
                         struct arena *a, int64_t **us) {
    return numbers(q, row, column, a, pg_item_instant, us);
}

size_t pg_array_i64s(const struct pg_query *q, size_t row, int column, struct arena *a,
                     int64_t **items) {
    return numbers(q, row, column, a, pg_item_i64, items);
}

struct uuid pg_item_uuid(struct span item) {
    struct uuid id;
    if (!item.ptr || item.len != sizeof id.bytes)
        BUG("item of %zu bytes read as a uuid", item.len);
    memcpy(id.bytes, item.ptr, sizeof id.bytes);
    return id;
}

/* ---- failures ---- */

static void copy_field(char *to, size_t size, const PGresult *r, int field) {
    const char *text = PQresultErrorField(r, field);
    snprintf(to, size, "%s", text ? text : "");
}

/* How much of the message may be shown (I8): what stands after a colon in class 22 is the
 * offending value ('invalid input syntax for type integer: "..."'). */
static int shown_len(const char *sqlstate, const char *message) {
    if (!MECHANISM("no-payload"))
        return (int)strlen(message);
    const char *end = strncmp(sqlstate, "22", 2) == 0 ? strstr(message, ": ") : NULL;
    if (!end)
        end = message + strcspn(message, "\n");
    return (int)(end - message);
}

/* A statement prepared before a migration and now of another shape: SQLSTATE 0A000 alone
 * would be our mistake. */
static bool is_stale_plan(const char *sqlstate, const PGresult *r) {
    const char *function = PQresultErrorField(r, PG_DIAG_SOURCE_FUNCTION);
    return strcmp(sqlstate, "0A000") == 0 && function &&
           strcmp(function, "RevalidateCachedQuery") == 0;
}

bool pg_result_failure(const struct pg_result *r, const char *doing,
                       struct pg_failure *failure, struct error *err) {
    copy_field(failure->sqlstate, sizeof failure->sqlstate, r, PG_DIAG_SQLSTATE);
    copy_field(failure->table, sizeof failure->table, r, PG_DIAG_TABLE_NAME);
    copy_field(failure->constraint, sizeof failure->constraint, r,
               PG_DIAG_CONSTRAINT_NAME);
    const char *state = failure->sqlstate;
    const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    if (!message || !MECHANISM("no-payload"))
        message = PQresultErrorMessage(r);
    bool is_stale = is_stale_plan(state, r) || strcmp(state, "26000") == 0;
    const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
    bool is_end =
        severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
    enum error_code code = is_stale ? E_PG_DOWN : pg_sqlstate_code(state);
    /* Parameters that do not fit their statement: ours, and for ever. A pooler ends
     * connections with the same code, but fatally. */
    if (strcmp(state, "08P01") == 0 && !is_end)
        code = E_PG_STATEMENT;

    char where[160] = "";
    if (*failure->constraint)
        snprintf(where, sizeof where, " (table \"%s\", constraint \"%s\")",
                 failure->table, failure->constraint);
    else if (*failure->table)
        snprintf(where, sizeof where, " (table \"%s\")", failure->table);
    (void)error_set(err, code, "%s: %.*s%s%s%s", doing, shown_len(state, message),
                    message, where, *state ? ", SQLSTATE " : "", state);
    return is_stale || !*state || is_end;
}
