/*
 * pg_script.c: composes what a connection will run: statements with their parameters,
 * COPYs with their rows.
 *
 * All bytes are written once, in the form in which they go over the wire. A COPY's rows
 * go straight into chunks of the arena that grow to 256 KiB: no allocation and no copy
 * per row. An array parameter must lie in one piece, so it grows by doubling; those of
 * fixed-size elements are allocated at their final size.
 */
#include "common/io/pg_private.h"

#define FIRST_CHUNK ((size_t)32 * 1024)
#define LARGEST_CHUNK ((size_t)256 * 1024)
#define ARRAY_HEADER                                                                     \
    ((size_t)20) /* dimensions, flags, element type; then length and lower bound */
#define TEXT_GUESS ((size_t)24) /* bytes of an element of which nothing is known */

/* ---- scripts ---- */

struct pg_script *pg_script_new(struct arena *a) {
    struct pg_script *s = arena_alloc(a, sizeof *s);
    *s = (struct pg_script){.arena = a};
    s->end = &s->first;
    return s;
}

bool pg_script_is_empty(const struct pg_script *s) {
    return !s->first;
}

int64_t pg_script_rows(const struct pg_script *s) {
    int64_t n = 0;
    for (const struct pg_step *step = s->first; step; step = step->next)
        n += step->is_copy ? (int64_t)pg_copy_rows((const struct pg_copy *)step)
                           : pg_affected((const struct pg_query *)step);
    return n;
}

static void append(struct pg_script *s, struct pg_step *step) {
    *s->end = step;
    s->end = &step->next;
}

struct pg_query *pg_script_query(struct pg_script *s,
                                 const struct pg_statement *statement) {
    struct pg_query *q = arena_zalloc(s->arena, sizeof *q);
    q->arena = s->arena;
    q->statement = statement;
    append(s, &q->step);
    return q;
}

/* ---- parameters ---- */

static int next_param(struct pg_query *q) {
    if (q->n_params == PG_PARAMS_MAX)
        BUG("statement \"%s\" has more than %d parameters", q->statement->name,
            PG_PARAMS_MAX);
    return q->n_params++;
}

static int wire_len(size_t len) {
    if (len > INT32_MAX)
        BUG("value of %zu bytes", len);
    return (int)len;
}

/* Room for the next parameter's bytes. */
static char *param(struct pg_query *q, size_t len) {
    int i = next_param(q);
    char *bytes = arena_alloc(q->arena, len);
    q->values[i] = bytes;
    q->lengths[i] = wire_len(len);
    return bytes;
}

static void param_null(struct pg_query *q) {
    q->values[next_param(q)] = NULL;
}

void pg_param_text(struct pg_query *q, struct span value) {
    if (!value.ptr) {
        param_null(q);
        return;
    }
    memcpy(param(q, value.len), value.ptr, value.len);
}

void pg_param_bytes(struct pg_query *q, struct span value) {
    pg_param_text(q, value);
}

void pg_param_jsonb(struct pg_query *q, struct span json) {
    if (!json.ptr) {
        param_null(q);
        return;
    }
    char *to = param(q, json.len + 1);
    to[0] = 1; /* jsonb's wire version */
    memcpy(to + 1, json.ptr, json.len);
}

void pg_param_i16(struct pg_query *q, int16_t value) {
    wire_put16(param(q, 2), value);
}

void pg_param_i32(struct pg_query *q, int32_t value) {
    wire_put32(param(q, 4), value);
}

void pg_param_i64(struct pg_query *q, int64_t value) {
    if (value == EVENT_ABSENT)
        param_null(q);
    else
        wire_put64(param(q, 8), value);
}

void pg_param_bool(struct pg_query *q, bool value) {
    *param(q, 1) = value;
}

void pg_param_instant(struct pg_query *q, int64_t us) {
    if (us == EVENT_ABSENT)
        param_null(q);
    else
        wire_put64(param(q, 8), wire_instant(us));
}

void pg_param_uuid(struct pg_query *q, struct uuid value) {
    memcpy(param(q, 16), value.bytes, 16);
}

/* ---- arrays ---- */

/* Bytes of an element of fixed size, 0 for the others. */
static size_t element_size(enum pg_type type) {
    switch (type) {
    case PG_BOOL:
        return 1;
    case PG_INT2:
        return 2;
    case PG_INT4:
        return 4;
    case PG_INT8:
    case PG_TIMESTAMPTZ:
        return 8;
    case PG_UUID:
        return 16;
    case PG_BYTEA:
    case PG_TEXT:
    case PG_JSONB:
        return 0;
    }
    BUG("array of unknown type %d", (int)type);
}

struct pg_array *pg_param_array(struct pg_query *q, enum pg_type element,
                                size_t max_items) {
    struct pg_array *p = arena_zalloc(q->arena, sizeof *p);
    size_t size = element_size(element);
    p->query = q;
    p->param = next_param(q);
    p->element = element;
    p->max = max_items;
    p->cap = ARRAY_HEADER + max_items * (4 + (size ? size : TEXT_GUESS));
    p->bytes = arena_alloc(q->arena, p->cap);
    p->len = ARRAY_HEADER;
    p->next = q->arrays;
    q->arrays = p;
    return p;
}

static void array_grow(struct pg_array *p, size_t wanted) {
    size_t cap = p->cap * 2 > wanted ? p->cap * 2 : wanted;
    char *bytes = arena_alloc(p->query->arena, cap);
    memcpy(bytes, p->bytes, p->len);
    p->bytes = bytes;
    p->cap = cap;
}

static char *array_take(struct pg_array *p, size_t len) {
    if (p->count == p->max)
        BUG("array of statement \"%s\" holds %zu items", p->query->statement->name,
            p->max);
    if (UNLIKELY(p->cap - p->len < len))
        array_grow(p, p->len + len);
    char *to = p->bytes + p->len;
    p->len += len;
    p->count++;
    return to;
}

/* Room for the next element's bytes, after its length. */
static char *array_item(struct pg_array *p, size_t len) {
    char *to = array_take(p, 4 + len);
    wire_put32(to, wire_len(len));
    return to + 4;
}

static void array_demand(const struct pg_array *p, bool is_right) {
    if (!is_right)
        BUG("item of another type in an array of type %d of statement \"%s\"",
            (int)p->element, p->query->statement->name);
}

void pg_array_text(struct pg_array *p, struct span value) {
    array_demand(p, element_size(p->element) == 0);
    if (!value.ptr) {
        pg_array_null(p);
        return;
    }
    size_t version = p->element == PG_JSONB;
    char *to = array_item(p, value.len + version);
    if (version)
        *to++ = 1;
    memcpy(to, value.ptr, value.len);
}

void pg_array_i64(struct pg_array *p, int64_t value) {
    if (value == EVENT_ABSENT) {
        pg_array_null(p);
        return;
    }
    size_t size = element_size(p->element);
    array_demand(p, size > 0 && size <= 8);
    char *to = array_item(p, size);
    if (p->element == PG_TIMESTAMPTZ) {
        wire_put64(to, wire_instant(value));
        return;
    }
    if ((size == 1 && (value < 0 || value > 1)) ||
        (size == 2 && value != (int16_t)value) || (size == 4 && value != (int32_t)value))
        BUG("%lld does not fit an element of %zu bytes in \"%s\"", (long long)value, size,
            p->query->statement->name);
    if (size == 1)
        *to = (char)value;
    else if (size == 2)
        wire_put16(to, (int16_t)value);
    else if (size == 4)
        wire_put32(to, (int32_t)value);
    else
        wire_put64(to, value);
}

void pg_array_uuid(struct pg_array *p, struct uuid value) {
    array_demand(p, p->element == PG_UUID);
    memcpy(array_item(p, 16), value.bytes, 16);
}

void pg_array_null(struct pg_array *p) {
    wire_put32(array_take(p, 4), -1);
    p->has_null = true;
}

size_t pg_array_count(const struct pg_array *p) {
    return p->count;
}

static void put_array_header(char *to, enum pg_type element, bool has_null,
                             size_t count) {
    wire_put32(to, count > 0); /* an empty array has no dimension */
    wire_put32(to + 4, has_null);
    wire_put32(to + 8, (int32_t)element);
    if (count == 0)
        return;
    wire_put32(to + 12, wire_len(count));
    wire_put32(to + 16, 1);
}

void pg_query_seal(struct pg_query *q) {
    for (struct pg_array *p = q->arrays; p; p = p->next) {
        put_array_header(p->bytes, p->element, p->has_null, p->count);
        q->values[p->param] = p->bytes;
        q->lengths[p->param] = wire_len(p->count ? p->len : 12);
    }
}

/* ---- COPY ---- */

static void next_chunk(struct pg_copy *c, size_t wanted) {
    if (c->current) {
        c->current->len = (size_t)(c->free - c->current->bytes);
        c->closed += c->current->len;
    }
    size_t size = c->chunk_size > wanted ? c->chunk_size : wanted;
    if (c->chunk_size < LARGEST_CHUNK)
        c->chunk_size *= 2;
    struct pg_chunk *chunk = arena_alloc(c->arena, sizeof *chunk + size);
    *chunk = (struct pg_chunk){0};
    *(c->current ? &c->current->next : &c->first) = chunk;
    c->current = chunk;
    c->free = chunk->bytes;
    c->end = chunk->bytes + size;
}

static inline char *take(struct pg_copy *c, size_t len) {
    if (UNLIKELY((size_t)(c->end - c->free) < len))
        next_chunk(c, len);
    char *to = c->free;
    c->free += len;
    return to;
}

struct pg_copy *pg_script_copy(struct pg_script *s, const char *copy_sql) {
    static const char signature[19] =
        "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* no flags, no extension */
    struct pg_copy *c = arena_zalloc(s->arena, sizeof *c);
    c->step.is_copy = true;
    c->arena = s->arena;
    c->sql = copy_sql;
    c->chunk_size = FIRST_CHUNK;
    memcpy(take(c, sizeof signature), signature, sizeof signature);
    append(s, &c->step);
    return c;
}

static void demand_complete(const struct pg_copy *c) {
    if (c->left != 0 || c->array_head)
        BUG("row %zu of \"%.60s\" lacks %d values", c->rows, c->sql, (int)c->left);
}

void pg_copy_row(struct pg_copy *c, int16_t n_columns) {
    demand_complete(c);
    if (c->is_sealed)
        BUG("row for \"%.60s\" after it was run", c->sql);
    wire_put16(take(c, 2), n_columns);
    c->left = n_columns;
    c->rows++;
}

void pg_copy_seal(struct pg_copy *c) {
    demand_complete(c);
    if (c->is_sealed)
        return;
    c->is_sealed = true;
    wire_put16(take(c, 2), -1);
    c->current->len = (size_t)(c->free - c->current->bytes);
}

/* Room for the next value's bytes, after its length. */
static inline char *value(struct pg_copy *c, size_t len) {
    if (UNLIKELY(c->left-- <= 0))
        BUG("row %zu of \"%.60s\" has too many values", c->rows, c->sql);
    char *to = take(c, 4 + len);
    wire_put32(to, (int32_t)len);
    return to + 4;
}

void pg_copy_null(struct pg_copy *c) {
    wire_put32(value(c, 0) - 4, -1);
    if (c->array_head)
        wire_put32(c->array_head + 8, 1);
}

void pg_copy_text(struct pg_copy *c, struct span text) {
    if (text.ptr)
        memcpy(value(c, (size_t)wire_len(text.len)), text.ptr, text.len);
    else
        pg_copy_null(c);
}

void pg_copy_bytes(struct pg_copy *c, struct span bytes) {
    pg_copy_text(c, bytes);
}

void pg_copy_jsonb(struct pg_copy *c, struct span json) {
    if (!json.ptr) {
        pg_copy_null(c);
        return;
    }
    char *to = value(c, (size_t)wire_len(json.len + 1));
    to[0] = 1; /* jsonb's wire version */
    memcpy(to + 1, json.ptr, json.len);
}

void pg_copy_i16(struct pg_copy *c, int16_t number) {
    wire_put16(value(c, 2), number);
}

void pg_copy_i32(struct pg_copy *c, int32_t number) {
    wire_put32(value(c, 4), number);
}

void pg_copy_i64(struct pg_copy *c, int64_t number) {
    if (number == EVENT_ABSENT)
        pg_copy_null(c);
    else
        wire_put64(value(c, 8), number);
}

void pg_copy_bool(struct pg_copy *c, bool is) {
    *value(c, 1) = is;
}

void pg_copy_instant(struct pg_copy *c, int64_t us) {
    if (us == EVENT_ABSENT)
        pg_copy_null(c);
    else
        wire_put64(value(c, 8), wire_instant(us));
}

void pg_copy_uuid(struct pg_copy *c, struct uuid id) {
    memcpy(value(c, 16), id.bytes, 16);
}

static size_t copied(const struct pg_copy *c) {
    return c->closed + (size_t)(c->free - c->current->bytes);
}

void pg_copy_array(struct pg_copy *c, enum pg_type element, size_t count) {
    if (c->array_head)
        BUG("array within an array in \"%.60s\"", c->sql);
    size_t header = count ? ARRAY_HEADER : 12;
    char *to = value(c, header);
    put_array_header(to, element, false, count);
    c->array_head = to - 4; /* chunks never move, so the length can be set at the end */
    c->array_start = copied(c) - header;
    c->row_left = c->left;
    c->left = wire_len(count);
}

void pg_copy_array_end(struct pg_copy *c) {
    if (!c->array_head || c->left != 0)
        BUG("array in \"%.60s\" lacks %d elements", c->sql, (int)c->left);
    wire_put32(c->array_head, wire_len(copied(c) - c->array_start));
    c->array_head = NULL;
    c->left = c->row_left;
}

size_t pg_copy_rows(const struct pg_copy *c) {
    return c->rows;
}
