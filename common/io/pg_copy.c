/*
 * pg_copy.c: the rows of a binary COPY, composed.
 *
 * They are written in the form in which they go over the wire, straight into chunks of the
 * arena that grow to 256 KiB: no allocation and no copy per row. Chunks never move, so an
 * array's length is set when it ends.
 */
#include "common/io/pg_private.h"

#define FIRST_CHUNK ((size_t)32 * 1024)
#define LARGEST_CHUNK ((size_t)256 * 1024)

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

/* Of "COPY table (a, b) FROM ...". */
static int16_t count_columns(const char *sql) {
    const char *list = strchr(sql, '('), *from = strstr(sql, " FROM ");
    if (!list || !from || from < list)
        BUG("\"%.60s\" names no columns", sql);
    int16_t n = 1;
    for (; list < from; list++)
        if (*list == ',')
            n++;
    return n;
}

struct pg_copy *pg_script_copy(struct pg_script *s, const char *copy_sql) {
    static const char signature[19] =
        "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* no flags, no extension */
    struct pg_copy *c = arena_zalloc(s->arena, sizeof *c);
    c->step.is_copy = true;
    c->arena = s->arena;
    c->sql = copy_sql;
    c->n_columns = count_columns(copy_sql);
    c->chunk_size = FIRST_CHUNK;
    memcpy(take(c, sizeof signature), signature, sizeof signature);
    pg_script_append(s, &c->step);
    return c;
}

static void demand_complete(const struct pg_copy *c) {
    if (c->left != 0 || c->array_head)
        BUG("row %zu of \"%.60s\" lacks %d values", c->rows, c->sql, (int)c->left);
}

void pg_copy_row(struct pg_copy *c) {
    demand_complete(c);
    if (c->is_sealed)
        BUG("row for \"%.60s\" after it was run", c->sql);
    wire_put16(take(c, 2), c->n_columns);
    c->left = c->n_columns;
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
    size_t header = count ? WIRE_ARRAY : WIRE_ARRAY_EMPTY;
    char *to = value(c, header);
    wire_put_array(to, element, false, count);
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

void pg_copy_texts(struct pg_copy *c, const struct span *items, size_t n) {
    pg_copy_array(c, PG_TEXT, n);
    for (size_t i = 0; i < n; i++)
        pg_copy_text(c, items[i]);
    pg_copy_array_end(c);
}

void pg_copy_instants(struct pg_copy *c, const int64_t *us, size_t n) {
    pg_copy_array(c, PG_TIMESTAMPTZ, n);
    for (size_t i = 0; i < n; i++)
        pg_copy_instant(c, us[i]);
    pg_copy_array_end(c);
}

size_t pg_copy_rows(const struct pg_copy *c) {
    return c->rows;
}
