/*
 * avro_walk.c: recursive descent over the writer's schema. Reads for itself instead of by
 * avro_take.h: it goes on showing up to the byte where a plan would give up the record.
 */
#include "common/io/avro_walk.h"

#include "common/base/clock.h"
#include "common/io/avro_node.h"
#include "common/io/avro_plan.h"

#include <inttypes.h>
#include <stdlib.h>

struct walk {
    struct span rest; /* not read yet */
    struct builder *out;
    const char *hidden;
    struct error *err;
    struct builder path;
    char path_text[160];
    unsigned depth;
};

static enum status refuse(struct walk *w, enum error_code code, const char *why) {
    return error_set(w->err, code, "%.*s%s%s", SPAN_ARGS(builder_span(&w->path)),
                     w->path.len > 0 ? ": " : "", why);
}

static void indent(struct walk *w) {
    build_char(w->out, '\n');
    for (unsigned i = 0; i < w->depth; i++)
        build_text(w->out, "  ");
}

/* ---- reading ---- */

static enum status read_bytes(struct walk *w, uint64_t n, struct span *out) {
    if (n > w->rest.len) {
        char why[100];
        snprintf(why, sizeof why, "%" PRIu64 " bytes are said to follow, %zu are there",
                 n, w->rest.len);
        return refuse(w, E_AVRO_SHORT, why);
    }
    *out = (struct span){w->rest.ptr, (size_t)n};
    w->rest = (struct span){w->rest.ptr + n, w->rest.len - (size_t)n};
    return ST_OK;
}

static enum status read_long(struct walk *w, int64_t *out) {
    uint64_t value = 0;
    for (size_t i = 0; i < 10; i++) {
        if (i == w->rest.len)
            return refuse(w, E_AVRO_SHORT, "the record ends inside a number");
        unsigned char c = (unsigned char)w->rest.ptr[i];
        value |= (uint64_t)(c & 0x7f) << (7 * i);
        if (!(c & 0x80)) {
            *out = (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
            w->rest = (struct span){w->rest.ptr + i + 1, w->rest.len - i - 1};
            return ST_OK;
        }
    }
    return refuse(w, E_AVRO_VARINT, "a number of more than ten bytes");
}

static enum status read_sized(struct walk *w, struct span *out) {
    int64_t n;
    enum status st = read_long(w, &n);
    if (st == ST_OK && n < 0)
        return refuse(w, E_AVRO_RANGE, "a negative length");
    return st == ST_OK ? read_bytes(w, (uint64_t)n, out) : st;
}

/* ---- values ---- */

static enum status walk_value(struct walk *w, const struct avro_node *n, bool is_hidden);

static void write_instant(struct walk *w, int64_t us) {
    char text[CLOCK_TEXT_SIZE];
    clock_text(us, text);
    build_json(w->out, span_of(text));
}

static enum status walk_number(struct walk *w, const struct avro_node *n) {
    int64_t value;
    enum status st = read_long(w, &value);
    if (st != ST_OK)
        return st;
    bool is_sane =
        value > -INT64_C(60000000000000000) && value < INT64_C(200000000000000000);
    if (n->logical == LT_TIMESTAMP_MICROS && is_sane)
        write_instant(w, value);
    else if (n->logical == LT_TIMESTAMP_MILLIS && is_sane &&
             llabs(value) < INT64_C(60000000000000))
        write_instant(w, value * US_PER_MS);
    else
        build_i64(w->out, value);
    return ST_OK;
}

static enum status walk_float(struct walk *w, size_t size) {
    struct span raw;
    enum status st = read_bytes(w, size, &raw);
    float f;
    double d = 0;
    if (st != ST_OK)
        return st;
    if (size == sizeof f) {
        memcpy(&f, raw.ptr, sizeof f);
        d = (double)f;
    } else {
        memcpy(&d, raw.ptr, sizeof d);
    }
    build_format(w->out, "%.17g", d);
    return ST_OK;
}

static enum status walk_text(struct walk *w, bool is_hidden) {
    struct span text;
    enum status st = read_sized(w, &text);
    if (st != ST_OK)
        return st;
    if (!span_is_text(text))
        return refuse(w, E_AVRO_TEXT, "not UTF-8 text");
    if (is_hidden)
        build_format(w->out, "\"(%zu bytes, not shown)\"", text.len);
    else
        build_json(w->out, text);
    return ST_OK;
}

static enum status walk_hex(struct walk *w, const struct avro_node *n) {
    struct span raw;
    enum status st =
        n->type == AT_FIXED ? read_bytes(w, n->size, &raw) : read_sized(w, &raw);
    if (st != ST_OK)
        return st;
    build_char(w->out, '"');
    build_hex(w->out, raw.ptr, raw.len);
    build_char(w->out, '"');
    return ST_OK;
}

static enum status walk_boolean(struct walk *w) {
    struct span raw;
    enum status st = read_bytes(w, 1, &raw);
    if (st != ST_OK)
        return st;
    if ((unsigned char)raw.ptr[0] > 1)
        return refuse(w, E_AVRO_RANGE, "a boolean that is neither 0 nor 1");
    build_text(w->out, raw.ptr[0] ? "true" : "false");
    return ST_OK;
}

static enum status walk_enum(struct walk *w, const struct avro_node *n) {
    int64_t at;
    enum status st = read_long(w, &at);
    if (st != ST_OK)
        return st;
    if (at < 0 || (size_t)at >= n->symbols.count)
        return refuse(w, E_AVRO_SYMBOL, "a symbol beyond the schema's list");
    build_json(w->out, span_of(n->symbols.items[at]));
    return ST_OK;
}

static enum status walk_union(struct walk *w, const struct avro_node *n, bool is_hidden) {
    int64_t at;
    enum status st = read_long(w, &at);
    if (st != ST_OK)
        return st;
    if (at < 0 || (size_t)at >= n->n_branches)
        return refuse(w, E_AVRO_RANGE, "a union branch beyond the schema's list");
    return walk_value(w, n->branches[at], is_hidden);
}

static enum status walk_record(struct walk *w, const struct avro_node *n,
                               bool is_hidden) {
    enum status st = ST_OK;
    build_char(w->out, '{');
    for (size_t i = 0; i < n->n_fields && st == ST_OK; i++) {
        size_t before = w->path.len;
        bool hides = w->hidden && strcmp(n->fields[i].name, w->hidden) == 0;
        build_format(&w->path, "%s%s", before > 0 ? "." : "", n->fields[i].name);
        build_text(w->out, i > 0 ? "," : "");
        indent(w);
        build_json(w->out, span_of(n->fields[i].name));
        build_text(w->out, ": ");
        st = walk_value(w, n->fields[i].type, is_hidden || hides);
        w->path.len = before;
    }
    return st;
}

static enum status walk_item(struct walk *w, const struct avro_node *n, size_t at,
                             bool is_hidden) {
    size_t before = w->path.len;
    if (w->out->is_cut)
        return refuse(w, E_AVRO_LIMIT, "more than can be shown");
    build_format(&w->path, "[%zu]", at);
    build_text(w->out, at > 0 ? "," : "");
    indent(w);
    enum status st = ST_OK;
    if (n->type == AT_MAP) {
        st = walk_text(w, is_hidden);
        build_text(w->out, ": ");
    }
    if (st == ST_OK)
        st = walk_value(w, n->item, is_hidden);
    w->path.len = before;
    return st;
}

/* Blocks: a count and that many items, until a count of 0; a negative count is followed
 * by the block's bytes. */
static enum status walk_items(struct walk *w, const struct avro_node *n, bool is_hidden) {
    size_t done = 0;
    build_char(w->out, n->type == AT_MAP ? '{' : '[');
    for (;;) {
        int64_t count, size;
        enum status st = read_long(w, &count);
        if (st == ST_OK && count < 0)
            st = read_long(w, &size);
        if (st != ST_OK || count == 0)
            return st;
        if (count < -(int64_t)avro_default_limits.max_items ||
            count > (int64_t)avro_default_limits.max_items ||
            done > avro_default_limits.max_items)
            return refuse(w, E_AVRO_LIMIT, "too many items");
        for (int64_t i = count < 0 ? -count : count; i > 0 && st == ST_OK; i--)
            st = walk_item(w, n, done++, is_hidden);
        if (st != ST_OK)
            return st;
    }
}

static enum status walk_nested(struct walk *w, const struct avro_node *n,
                               bool is_hidden) {
    if (w->depth >= avro_default_limits.max_depth)
        return refuse(w, E_AVRO_LIMIT, "records and lists inside each other too deeply");
    w->depth++;
    enum status st =
        n->type == AT_RECORD ? walk_record(w, n, is_hidden) : walk_items(w, n, is_hidden);
    w->depth--;
    if (st != ST_OK)
        return st;
    indent(w);
    build_char(w->out, n->type == AT_ARRAY ? ']' : '}');
    return ST_OK;
}

static enum status walk_value(struct walk *w, const struct avro_node *n, bool is_hidden) {
    switch (n->type) {
    case AT_NULL:
        build_text(w->out, "null");
        return ST_OK;
    case AT_BOOLEAN:
        return walk_boolean(w);
    case AT_INT:
    case AT_LONG:
        return walk_number(w, n);
    case AT_FLOAT:
        return walk_float(w, sizeof(float));
    case AT_DOUBLE:
        return walk_float(w, sizeof(double));
    case AT_STRING:
        return walk_text(w, is_hidden);
    case AT_BYTES:
    case AT_FIXED:
        return walk_hex(w, n);
    case AT_ENUM:
        return walk_enum(w, n);
    case AT_UNION:
        return walk_union(w, n, is_hidden);
    case AT_RECORD:
    case AT_ARRAY:
    case AT_MAP:
        return walk_nested(w, n, is_hidden);
    case AT_COUNT:
        break;
    }
    BUG("an Avro type that no schema has");
}

enum status avro_walk(const struct avro_schema *writer, struct span bytes,
                      const char *hidden, struct builder *out, size_t *n_read,
                      struct error *err) {
    struct walk w = {.rest = bytes, .out = out, .hidden = hidden, .err = err};
    w.path = builder_over(w.path_text, sizeof w.path_text);
    enum status st = walk_value(&w, writer->root, false);
    *n_read = bytes.len - w.rest.len;
    if (st == ST_OK && w.rest.len > 0)
        return error_set(err, E_AVRO_TRAILING, "%zu bytes are left over at the end",
                         w.rest.len);
    return st;
}

/* ---- schemas ---- */

static bool mentions(const struct avro_node *n, const char *field, bool *seen) {
    if (seen[n->id]) /* recursive schemas are cycles */
        return false;
    seen[n->id] = true;
    for (size_t i = 0; i < n->n_fields; i++)
        if (strcmp(n->fields[i].name, field) == 0 ||
            mentions(n->fields[i].type, field, seen))
            return true;
    for (size_t i = 0; i < n->n_branches; i++)
        if (mentions(n->branches[i], field, seen))
            return true;
    return n->item && mentions(n->item, field, seen);
}

bool avro_schema_mentions(const struct avro_schema *s, const char *field) {
    bool *seen = xcalloc(s->n_nodes + 1, sizeof *seen);
    bool is_mentioned = mentions(s->root, field, seen);
    free(seen);
    return is_mentioned;
}
