/*
 * avro_resolve.c: the rules by which a writer's type is read as a reader's.
 *
 * The rules of Avro's specification 1.11 ("Schema Resolution"), one function each, used
 * by the plan compiler and by the check, so that the two cannot disagree. One rule is
 * ours: an instant in milliseconds is read as microseconds by its meaning, times 1000,
 * where the specification would silently take the bare number; every other mix of time
 * units is refused.
 */
#include "common/io/avro_node.h"

#include <string.h>

const char *avro_node_title(const struct avro_node *n) {
    return n->name ? n->name : avro_type_words[n->type];
}

bool avro_promotes(enum avro_type writer, enum avro_type reader) {
    if (writer == reader)
        return true;
    switch (writer) {
    case AT_INT:
        return reader == AT_LONG || reader == AT_FLOAT || reader == AT_DOUBLE;
    case AT_LONG:
        return reader == AT_FLOAT || reader == AT_DOUBLE;
    case AT_FLOAT:
        return reader == AT_DOUBLE;
    case AT_STRING:
        return reader == AT_BYTES;
    case AT_BYTES:
        return reader == AT_STRING;
    default:
        return false;
    }
}

static const char *unqualified(const char *full) {
    const char *dot = strrchr(full, '.');
    return dot ? dot + 1 : full;
}

bool avro_names_match(const struct avro_node *writer, const struct avro_node *reader) {
    if (strcmp(unqualified(writer->name), unqualified(reader->name)) == 0)
        return true;
    return avro_symbol_index(&reader->aliases, writer->name) >= 0;
}

const struct avro_member *avro_field_named(const struct avro_node *record,
                                           const char *name) {
    for (size_t i = 0; i < record->n_fields; i++)
        if (strcmp(record->fields[i].name, name) == 0)
            return &record->fields[i];
    return NULL;
}

const struct avro_member *avro_feeding_field(const struct avro_node *writer,
                                             const struct avro_node *record,
                                             const struct avro_member *reader) {
    const struct avro_member *found = avro_field_named(writer, reader->name);
    for (size_t i = 0; !found && i < reader->aliases.count; i++) {
        const char *alias = reader->aliases.items[i];
        if (!avro_field_named(record,
                              alias)) /* else that field has the better right to it */
            found = avro_field_named(writer, alias);
    }
    return found;
}

const struct avro_member *avro_fed_field(const struct avro_node *writer,
                                         const struct avro_node *record,
                                         const struct avro_member *field) {
    for (size_t i = 0; i < record->n_fields; i++)
        if (avro_feeding_field(writer, record, &record->fields[i]) == field)
            return &record->fields[i];
    return NULL;
}

int avro_symbol_index(const struct avro_names *symbols, const char *symbol) {
    for (size_t i = 0; i < symbols->count; i++)
        if (strcmp(symbols->items[i], symbol) == 0)
            return (int)i;
    return -1;
}

int avro_resolve_symbol(const struct avro_node *reader, const char *symbol) {
    int own = avro_symbol_index(&reader->symbols, symbol);
    return own >= 0 ? own : reader->default_symbol;
}

const char *avro_logical_obstacle(const struct avro_node *writer,
                                  const struct avro_node *reader) {
    enum avro_logical w = writer->logical, r = reader->logical;
    if (w == LT_NONE || r == LT_NONE || w == r)
        return NULL; /* a bare number is taken at the reader's word */
    if (w == LT_TIMESTAMP_MILLIS && r == LT_TIMESTAMP_MICROS && reader->type == AT_LONG)
        return NULL;
    return "the two count time in different units";
}

/* A default may leave out fields that have a default of their own, so a recursive record
 * can ask for ever: hence the depth. */

static bool fits(const struct avro_node *type, const json_t *value, unsigned depth);

static bool record_fits(const struct avro_node *type, const json_t *value,
                        unsigned depth) {
    for (size_t i = 0; i < type->n_fields; i++) {
        const struct avro_member *f = &type->fields[i];
        const json_t *given = json_object_get(value, f->name);
        if (!given)
            given = f->fallback;
        if (!given || !fits(f->type, given, depth))
            return false;
    }
    return true;
}

static bool array_fits(const struct avro_node *type, const json_t *value,
                       unsigned depth) {
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!fits(type->item, json_array_get(value, i), depth))
            return false;
    return true;
}

static bool map_fits(const struct avro_node *type, const json_t *value, unsigned depth) {
    json_t *object =
        (json_t *)(uintptr_t)value; /* jansson's iterator is not const-correct */
    const char *key;
    json_t *item;
    json_object_foreach(object, key, item) {
        if (!fits(type->item, item, depth))
            return false;
    }
    return true;
}

/* Bytes are written in defaults as text whose code points 0 to 255 are the bytes. */
static bool is_byte_text(const json_t *value, size_t *n_bytes) {
    const unsigned char *c = (const unsigned char *)json_string_value(value);
    *n_bytes = 0;
    for (; c && *c; c++, ++*n_bytes) {
        if (*c >= 0x80) {
            if (*c > 0xc3)
                return false;
            c++;
        }
    }
    return c != NULL;
}

static bool fits(const struct avro_node *type, const json_t *value, unsigned depth) {
    size_t n;
    json_int_t i = json_integer_value(value);
    if (depth == 0)
        return false;
    switch (type->type) {
    case AT_NULL:
        return json_is_null(value);
    case AT_BOOLEAN:
        return json_is_boolean(value);
    case AT_INT:
        return json_is_integer(value) && i >= INT32_MIN && i <= INT32_MAX;
    case AT_LONG:
        return json_is_integer(value);
    case AT_FLOAT:
    case AT_DOUBLE:
        return json_is_number(value);
    case AT_BYTES:
        return is_byte_text(value, &n);
    case AT_FIXED:
        return is_byte_text(value, &n) && n == type->size;
    case AT_STRING:
        return json_is_string(value);
    case AT_ENUM:
        return json_is_string(value) &&
               avro_symbol_index(&type->symbols, json_string_value(value)) >= 0;
    case AT_RECORD:
        return json_is_object(value) && record_fits(type, value, depth - 1);
    case AT_ARRAY:
        return json_is_array(value) && array_fits(type, value, depth - 1);
    case AT_MAP:
        return json_is_object(value) && map_fits(type, value, depth - 1);
    case AT_UNION:
        for (size_t k = 0; k < type->n_branches; k++)
            if (fits(type->branches[k], value, depth - 1))
                return true;
        return false;
    case AT_COUNT:
        break;
    }
    return false;
}

enum { DEFAULT_MAX_DEPTH = 16 };

bool avro_default_fits(const struct avro_node *type, const json_t *value) {
    return fits(type, value, DEFAULT_MAX_DEPTH);
}

const struct avro_node *avro_default_branch(const struct avro_node *type,
                                            const json_t *value) {
    if (type->type != AT_UNION)
        return avro_default_fits(type, value) ? type : NULL;
    for (size_t k = 0; k < type->n_branches; k++)
        if (avro_default_fits(type->branches[k], value))
            return type->branches[k];
    return NULL;
}
