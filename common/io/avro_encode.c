/*
 * avro_encode.c: a structure -> the bytes of a record, by its own schema.
 *
 * The other direction of the plan, for the feed, stories and tests. It is not compiled,
 * because a producer is never short of time: it walks schema and shape side by side. What
 * it writes is what the decoder reads back, and a value that the decoder would refuse is
 * refused here with the field's name.
 */
#include "common/io/avro_node.h"
#include "common/io/avro_plan.h"

#include <math.h>
#include <stdarg.h>

struct writer {
    struct builder *out;
    struct error *err;
    char path[160];
};

static enum status write_type(struct writer *w, const struct avro_node *n,
                              const struct avro_field *f, const char *base);
static enum status write_record(struct writer *w, const struct avro_node *n,
                                const struct avro_shape *shape, const char *base);

static __attribute__((cold, format(printf, 2, 3))) enum status
refuse(struct writer *w, const char *format, ...) {
    char why[120];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return error_set(w->err, E_INPUT, "field \"%s\": %s", w->path, why);
}

static void put_long(struct writer *w, int64_t value) {
    uint64_t z = ((uint64_t)value << 1) ^ (0 - ((uint64_t)value >> 63));
    unsigned char bytes[10];
    size_t n = 0;
    for (; z >= 0x80; z >>= 7)
        bytes[n++] = (unsigned char)(z | 0x80);
    bytes[n++] = (unsigned char)z;
    build_bytes(w->out, bytes, n);
}

static void put_span(struct writer *w, struct span s) {
    put_long(w, (int64_t)s.len);
    build_span(w->out, s);
}

/* --- values --- */

static enum status write_integer(struct writer *w, const struct avro_node *n,
                                 int64_t value) {
    if (n->type == AT_INT && (value < INT32_MIN || value > INT32_MAX))
        return refuse(w, "%lld is no 32-bit number", (long long)value);
    put_long(w, value);
    return ST_OK;
}

static enum status write_span(struct writer *w, const struct avro_node *n,
                              struct span s) {
    if (!s.ptr && s.len == 0 && n->type == AT_STRING)
        return refuse(w, "is missing");
    if (n->type == AT_STRING && !span_is_text(s))
        return refuse(w, "is not valid UTF-8 text, or has a NUL in it");
    if (n->type == AT_FIXED && s.len != n->size)
        return refuse(w, "has %zu bytes instead of %zu", s.len, n->size);
    if (n->type == AT_FIXED)
        build_span(w->out, s);
    else
        put_span(w, s);
    return ST_OK;
}

static enum status write_enum(struct writer *w, const struct avro_node *n,
                              const struct avro_field *f, int value) {
    if (value < 0 || (size_t)value >= f->n_symbols)
        return refuse(w, "%d is none of its values", value);
    int symbol = avro_symbol_index(&n->symbols, f->symbols[value]);
    if (symbol < 0)
        return refuse(w, "the schema lacks the symbol \"%s\"", f->symbols[value]);
    put_long(w, symbol);
    return ST_OK;
}

static enum status write_number(struct writer *w, const struct avro_node *n,
                                double value) {
    float narrow = (float)value;
    if (n->type == AT_FLOAT)
        build_bytes(w->out, &narrow, sizeof narrow);
    else
        build_bytes(w->out, &value, sizeof value);
    return ST_OK;
}

static enum status write_array(struct writer *w, const struct avro_node *n,
                               const struct avro_field *f, const char *base) {
    const char *items;
    size_t count;
    memcpy(&items, base + f->offset, sizeof items);
    memcpy(&count, base + f->count_offset, sizeof count);
    struct avro_field item = avro_shape_item(f);
    if (count > 0)
        put_long(w, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        enum status st = write_type(w, n->item, &item, items + i * f->item_size);
        if (st != ST_OK)
            return st;
    }
    put_long(w, 0);
    return ST_OK;
}

static enum status write_value(struct writer *w, const struct avro_node *n,
                               const struct avro_field *f, const char *base) {
    const char *at = base + f->offset;
    union {
        struct span span;
        int64_t i64;
        int32_t i32;
        double f64;
        bool is_true;
        int i;
    } v;
    if (!avro_shape_holds(f, n->type))
        return refuse(w, "the structure holds no \"%s\"", avro_node_title(n));
    switch (f->slot) {
    case SLOT_SPAN:
    case SLOT_BYTES:
        memcpy(&v.span, at, sizeof v.span);
        return write_span(w, n, v.span);
    case SLOT_I64:
        memcpy(&v.i64, at, sizeof v.i64);
        return write_integer(w, n, v.i64);
    case SLOT_I32:
        memcpy(&v.i32, at, sizeof v.i32);
        return write_integer(w, n, v.i32);
    case SLOT_F64:
        memcpy(&v.f64, at, sizeof v.f64);
        return write_number(w, n, v.f64);
    case SLOT_BOOL:
        memcpy(&v.is_true, at, sizeof v.is_true);
        build_char(w->out, v.is_true ? 1 : 0);
        return ST_OK;
    case SLOT_TRI:
        memcpy(&v.i, at, sizeof v.i);
        if (v.i != 0 && v.i != 1)
            return refuse(w, "%d is no boolean", v.i);
        build_char(w->out, (char)v.i);
        return ST_OK;
    case SLOT_ENUM:
        memcpy(&v.i, at, sizeof v.i);
        return write_enum(w, n, f, v.i);
    case SLOT_RECORD:
        return write_record(w, n, f->record, at);
    case SLOT_ARRAY:
        return write_array(w, n, f, base);
    }
    return ST_OK;
}

/* --- unions and records --- */

static bool is_absent(const struct avro_field *f, const char *base) {
    const char *at = base + f->offset;
    void *ptr;
    int64_t i64;
    int32_t i32;
    double f64;
    int i;
    switch (f->slot) {
    case SLOT_SPAN:
    case SLOT_BYTES:
    case SLOT_ARRAY:
        memcpy(&ptr, at, sizeof ptr); /* a span begins with its pointer */
        return ptr == NULL;
    case SLOT_I64:
        memcpy(&i64, at, sizeof i64);
        return i64 == INT64_MIN;
    case SLOT_I32:
        memcpy(&i32, at, sizeof i32);
        return i32 == INT32_MIN;
    case SLOT_F64:
        memcpy(&f64, at, sizeof f64);
        return isnan(f64);
    case SLOT_TRI:
    case SLOT_ENUM:
        memcpy(&i, at, sizeof i);
        return i == -1;
    case SLOT_BOOL:
    case SLOT_RECORD:
        break;
    }
    return false;
}
_Static_assert(offsetof(struct span, ptr) == 0,
               "is_absent() reads a span's pointer first");

static enum status write_type(struct writer *w, const struct avro_node *n,
                              const struct avro_field *f, const char *base) {
    if (n->type != AT_UNION)
        return write_value(w, n, f, base);
    bool wants_null = f->is_optional && is_absent(f, base);
    for (size_t i = 0; i < n->n_branches; i++) {
        bool is_null = n->branches[i]->type == AT_NULL;
        if (wants_null ? is_null : avro_shape_holds(f, n->branches[i]->type)) {
            put_long(w, (int64_t)i);
            return is_null ? ST_OK : write_value(w, n->branches[i], f, base);
        }
    }
    return refuse(w, "no branch of its union takes the value");
}

static enum status write_record(struct writer *w, const struct avro_node *n,
                                const struct avro_shape *shape, const char *base) {
    for (size_t i = 0; i < n->n_fields; i++) {
        size_t back = avro_path_enter(w->path, sizeof w->path, n->fields[i].name);
        const struct avro_field *f = avro_shape_field(shape, n->fields[i].name);
        enum status st = f ? write_type(w, n->fields[i].type, f, base)
                           : refuse(w, "the structure has no such field");
        if (st != ST_OK)
            return st;
        w->path[back] = '\0';
    }
    return ST_OK;
}

enum status avro_encode(const struct avro_schema *schema, const struct avro_shape *shape,
                        const void *in, struct builder *b, struct error *err) {
    struct writer w = {.out = b, .err = err};
    if (schema->root->type != AT_RECORD) {
        return error_set(err, E_INPUT, "\"%s\" is no record",
                         avro_node_title(schema->root));
    }
    enum status st = write_record(&w, schema->root, shape, in);
    if (st == ST_OK && b->is_cut)
        return error_set(err, E_INPUT, "the record needs more than %zu bytes", b->cap);
    return st;
}
