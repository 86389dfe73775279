/*
 * feed_json.c: events as JSON lines, by the same shapes that bind them to Avro.
 *
 * {"record":"ReturnEvent","event_id":"...","occurred_at":"2026-11-20T03:00:00Z", ...}:
 * the fields of the Avro schema by their names. An optional field may be null or left
 * out, a list may be left out.
 */
#include "services/henpin/feed.h"

#include "common/base/clock.h"

#include <jansson.h>

/* Instants are the fields named so; everything else that counts is a plain number. */
static bool is_instant(const struct avro_field *field) {
    size_t n = strlen(field->name);
    return field->slot == SLOT_I64 && n > 3 && strcmp(field->name + n - 3, "_at") == 0;
}

/* ---- writing ---- */

static void write_fields(const struct avro_shape *shape, const char *base, bool is_first,
                         struct builder *out);

static void write_item(const struct avro_field *field, const char *item,
                       struct builder *out) {
    if (field->item_slot == SLOT_RECORD) {
        build_char(out, '{');
        write_fields(field->record, item, true, out);
        build_char(out, '}');
    } else if (field->item_slot == SLOT_SPAN) {
        struct span text;
        memcpy(&text, item, sizeof text);
        build_json(out, text);
    } else {
        BUG("list \"%s\" of a kind that no event has", field->name);
    }
}

static void write_list(const struct avro_field *field, const char *base,
                       struct builder *out) {
    const char *items;
    size_t n;
    memcpy(&items, base + field->offset, sizeof items);
    memcpy(&n, base + field->count_offset, sizeof n);
    build_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            build_char(out, ',');
        write_item(field, items + i * field->item_size, out);
    }
    build_char(out, ']');
}

static void write_number(const struct avro_field *field, int64_t value,
                         struct builder *out) {
    if (field->is_optional && value == EVENT_ABSENT) {
        build_text(out, "null");
    } else if (is_instant(field)) {
        char text[CLOCK_TEXT_SIZE];
        clock_text(value, text);
        build_json(out, span_of(text));
    } else {
        build_i64(out, value);
    }
}

static void write_word(const struct avro_field *field, int value, struct builder *out) {
    if (value < 0)
        build_text(out, "null");
    else if (field->slot == SLOT_TRI)
        build_text(out, value ? "true" : "false");
    else
        build_json(out, span_of(field->symbols[value]));
}

static void write_value(const struct avro_field *field, const char *base,
                        struct builder *out) {
    const char *at = base + field->offset;
    struct span text;
    int64_t i64;
    int32_t i32;
    int word;
    switch (field->slot) {
    case SLOT_SPAN:
        memcpy(&text, at, sizeof text);
        if (field->is_optional && !text.ptr)
            build_text(out, "null");
        else
            build_json(out, text);
        return;
    case SLOT_I64:
        memcpy(&i64, at, sizeof i64);
        write_number(field, i64, out);
        return;
    case SLOT_I32:
        memcpy(&i32, at, sizeof i32);
        build_i64(out, i32);
        return;
    case SLOT_BOOL:
        build_text(out, *(const bool *)at ? "true" : "false");
        return;
    case SLOT_TRI:
    case SLOT_ENUM:
        memcpy(&word, at, sizeof word);
        write_word(field, word, out);
        return;
    case SLOT_ARRAY:
        write_list(field, base, out);
        return;
    case SLOT_RECORD:
    case SLOT_BYTES:
    case SLOT_F64:
        break;
    }
    BUG("field \"%s\" is of a kind that no event has", field->name);
}

static void write_fields(const struct avro_shape *shape, const char *base, bool is_first,
                         struct builder *out) {
    for (size_t i = 0; i < shape->n_fields; i++) {
        if (!is_first || i > 0)
            build_char(out, ',');
        build_json(out, span_of(shape->fields[i].name));
        build_char(out, ':');
        write_value(&shape->fields[i], base, out);
    }
}

void feed_json_write(const struct avro_shape *shape, const void *in,
                     struct builder *out) {
    build_text(out, "{\"record\":");
    build_json(out, span_of(shape->name));
    write_fields(shape, in, false, out);
    build_char(out, '}');
}

/* ---- reading ---- */

struct reader {
    struct arena *arena;
    void (*unknown)(void *context, const char *path);
    void *context;
    struct error *err;
    char path[160]; /* "lines.quantity" */
    size_t path_len;
};

static enum status refuse(const struct reader *r, const char *why) {
    return error_set(r->err, E_INPUT, "%s: %s", r->path, why);
}

static enum status read_record(struct reader *r, const struct avro_shape *shape,
                               const json_t *object, char *base);

static enum status read_text(struct reader *r, const json_t *value, void *at) {
    if (!json_is_string(value))
        return refuse(r, "must be text");
    struct span text = {json_string_value(value), json_string_length(value)};
    text = span_dup(r->arena, text);
    memcpy(at, &text, sizeof text);
    return ST_OK;
}

static enum status read_number(struct reader *r, const struct avro_field *field,
                               const json_t *value, void *at) {
    int64_t number = 0;
    if (is_instant(field) && json_is_string(value)) {
        struct span text = {json_string_value(value), json_string_length(value)};
        if (!clock_parse(text, &number))
            return refuse(
                r, "must be an instant such as 2026-11-20T03:00:00Z, zone included");
    } else if (json_is_integer(value)) {
        number = json_integer_value(value);
    } else {
        return refuse(r, is_instant(field)
                             ? "must be an instant, or microseconds since 1970"
                             : "must be a whole number");
    }
    if (field->slot == SLOT_I32) {
        if (number < INT32_MIN || number > INT32_MAX)
            return refuse(r, "is out of range");
        int32_t narrow = (int32_t)number;
        memcpy(at, &narrow, sizeof narrow);
    } else {
        memcpy(at, &number, sizeof number);
    }
    return ST_OK;
}

static enum status read_symbol(struct reader *r, const struct avro_field *field,
                               const json_t *value, void *at) {
    const char *word = json_string_value(value);
    for (size_t i = 0; word && i < field->n_symbols; i++) {
        if (strcmp(field->symbols[i], word) == 0) {
            int position = (int)i;
            memcpy(at, &position, sizeof position);
            return ST_OK;
        }
    }
    char why[400] = "must be one of ";
    struct builder b = builder_over(why, sizeof why - 1);
    b.len = strlen(why);
    for (size_t i = 0; i < field->n_symbols; i++) {
        build_text(&b, i > 0 ? ", " : "");
        build_text(&b, field->symbols[i]);
    }
    why[b.len] = '\0';
    return refuse(r, why);
}

static enum status read_list(struct reader *r, const struct avro_field *field,
                             const json_t *value, char *base) {
    if (!json_is_array(value))
        return refuse(r, "must be a list");
    size_t n = json_array_size(value);
    if (n > arena_room(r->arena) / 2 / (field->item_size + 1))
        return refuse(r, "has too many items");
    char *items = arena_array(r->arena, n, field->item_size);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(value, i);
        enum status st;
        if (field->item_slot == SLOT_RECORD)
            st = read_record(r, field->record, item, items + i * field->item_size);
        else
            st = read_text(r, item, items + i * field->item_size);
        if (st != ST_OK)
            return st;
    }
    memcpy(base + field->offset, &items, sizeof items);
    memcpy(base + field->count_offset, &n, sizeof n);
    return ST_OK;
}

static void write_absent(const struct avro_field *field, char *base) {
    static const int64_t no_number = EVENT_ABSENT;
    static const int no_word = -1;
    static const struct span no_text = {NULL, 0};
    static const size_t no_items = 0;
    char *at = base + field->offset;
    if (field->slot == SLOT_ARRAY)
        memcpy(base + field->count_offset, &no_items, sizeof no_items);
    else if (field->slot == SLOT_SPAN)
        memcpy(at, &no_text, sizeof no_text);
    else if (field->slot == SLOT_I64)
        memcpy(at, &no_number, sizeof no_number);
    else
        memcpy(at, &no_word, sizeof no_word);
}

static enum status read_value(struct reader *r, const struct avro_field *field,
                              const json_t *value, char *base) {
    char *at = base + field->offset;
    if (!value || json_is_null(value)) {
        if (!field->is_optional && field->slot != SLOT_TRI && field->slot != SLOT_ARRAY)
            return refuse(r, "is missing");
        write_absent(field, base);
        return ST_OK;
    }
    switch (field->slot) {
    case SLOT_SPAN:
        return read_text(r, value, at);
    case SLOT_I64:
    case SLOT_I32:
        return read_number(r, field, value, at);
    case SLOT_ENUM:
        return read_symbol(r, field, value, at);
    case SLOT_ARRAY:
        return read_list(r, field, value, base);
    case SLOT_BOOL:
    case SLOT_TRI:
        if (!json_is_boolean(value))
            return refuse(r, "must be true or false");
        if (field->slot == SLOT_BOOL) {
            *(bool *)at = json_is_true(value);
        } else {
            int tri = json_is_true(value) ? TRI_TRUE : TRI_FALSE;
            memcpy(at, &tri, sizeof tri);
        }
        return ST_OK;
    case SLOT_RECORD:
    case SLOT_BYTES:
    case SLOT_F64:
        break;
    }
    BUG("field \"%s\" is of a kind that no event has", field->name);
}

/* Appends a name to the path; what was there before, to cut it off again. Runs for each
 * field of each event, hence no printf. */
static size_t path_push(struct reader *r, const char *name) {
    size_t before = r->path_len;
    struct builder path = builder_over(r->path, sizeof r->path - 1);
    path.len = before;
    build_text(&path, before > 0 ? "." : "");
    build_text(&path, name);
    r->path[path.len] = '\0';
    r->path_len = path.len;
    return before;
}

static void path_cut(struct reader *r, size_t len) {
    r->path[len] = '\0';
    r->path_len = len;
}

static void tell_unknown(struct reader *r, const struct avro_shape *shape,
                         const json_t *object) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        bool is_known = r->path_len == 0 && strcmp(key, "record") == 0;
        for (size_t i = 0; !is_known && i < shape->n_fields; i++)
            is_known = strcmp(shape->fields[i].name, key) == 0;
        if (!is_known) {
            size_t before = path_push(r, key);
            r->unknown(r->context, r->path);
            path_cut(r, before);
        }
    }
}

static enum status read_fields(struct reader *r, const struct avro_shape *shape,
                               const json_t *object, char *base, size_t *n_found) {
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct avro_field *field = &shape->fields[i];
        const json_t *value = json_object_get(object, field->name);
        size_t before = path_push(r, field->name);
        enum status st = read_value(r, field, value, base);
        path_cut(r, before);
        if (st != ST_OK)
            return st;
        *n_found += value != NULL;
    }
    return ST_OK;
}

/* Keys are looked through only where there are more of them than fields were found. */
static enum status read_record(struct reader *r, const struct avro_shape *shape,
                               const json_t *object, char *base) {
    if (!json_is_object(object))
        return refuse(r, "must be an object");
    size_t n_found = r->path_len == 0 && json_object_get(object, "record") ? 1 : 0;
    enum status st = read_fields(r, shape, object, base, &n_found);
    if (n_found < json_object_size(object))
        tell_unknown(r, shape, object);
    return st;
}

enum status feed_json_read(const struct avro_shape *shape, const json_t *object,
                           struct arena *a, void *out,
                           void (*unknown)(void *context, const char *path),
                           void *context, struct error *err) {
    struct reader r = {.arena = a, .unknown = unknown, .context = context, .err = err};
    return read_record(&r, shape, object, out);
}
