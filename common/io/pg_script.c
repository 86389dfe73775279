/*
 * pg_script.c: composes what a connection will run: statements and their parameters.
 *
 * All bytes are written once, in the form in which they go over the wire. An array
 * parameter must lie in one piece, so it grows by doubling; those of fixed-size elements
 * are allocated at their final size.
 */
#include "common/io/pg_private.h"

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

void pg_script_append(struct pg_script *s, struct pg_step *step) {
    *s->end = step;
    s->end = &step->next;
}

struct pg_query *pg_script_query(struct pg_script *s,
                                 const struct pg_statement *statement) {
    struct pg_query *q = arena_zalloc(s->arena, sizeof *q);
    q->arena = s->arena;
    q->statement = statement;
    pg_script_append(s, &q->step);
    return q;
}

/* ---- parameters ---- */

static int next_param(struct pg_query *q) {
    if (q->n_params == PG_PARAMS_MAX)
        BUG("statement \"%s\" has more than %d parameters", q->statement->name,
            PG_PARAMS_MAX);
    return q->n_params++;
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
    p->cap = WIRE_ARRAY + max_items * (4 + (size ? size : TEXT_GUESS));
    p->bytes = arena_alloc(q->arena, p->cap);
    p->len = WIRE_ARRAY;
    p->next = q->arrays;
    q->arrays = p;
    return p;
}

void pg_param_arrays(struct pg_query *q, const enum pg_type *elements, size_t n,
                     size_t max_items, struct pg_array **out) {
    for (size_t i = 0; i < n; i++)
        out[i] = pg_param_array(q, elements[i], max_items);
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

void pg_query_seal(struct pg_query *q) {
    for (struct pg_array *p = q->arrays; p; p = p->next) {
        wire_put_array(p->bytes, p->element, p->has_null, p->count);
        q->values[p->param] = p->bytes;
        q->lengths[p->param] = wire_len(p->count ? p->len : WIRE_ARRAY_EMPTY);
    }
}
