/*
 * avro_plan_default.c: reader's defaults, turned into bytes when the plan is compiled.
 *
 * A field that the writer does not send costs a copy at run time, whatever its type: the
 * value lies ready in an image of the structure, arrays included.
 */
#include "common/io/avro_ops.h"

enum absent_kind plan_absent_kind(const struct avro_field *field) {
    switch (field->slot) {
    case SLOT_SPAN:
    case SLOT_BYTES:
        return ABSENT_SPAN;
    case SLOT_I64:
        return ABSENT_I64;
    case SLOT_I32:
        return ABSENT_I32;
    case SLOT_F64:
        return ABSENT_F64;
    case SLOT_BOOL:
    case SLOT_TRI:
    case SLOT_ENUM:
        return ABSENT_INT;
    case SLOT_RECORD:
    case SLOT_ARRAY:
        break;
    }
    return ABSENT_ARRAY;
}

static void put(void *at, const void *value, size_t size) {
    memcpy(at, value, size);
}

/* Text stays UTF-8; for bytes and fixed the code points 0 to 255 are the bytes. */
static struct span text_value(struct plan_build *b, const json_t *value, bool is_bytes) {
    struct span in = {json_string_value(value), json_string_length(value)};
    char *copy = plan_alloc(b, 1, in.len + 1);
    size_t len = 0;
    for (size_t i = 0; copy && i < in.len; i++) {
        unsigned char c = (unsigned char)in.ptr[i];
        if (is_bytes && c >= 0x80 && i + 1 < in.len)
            c = (unsigned char)((c & 0x03) << 6 | (in.ptr[++i] & 0x3f));
        copy[len++] = (char)c;
    }
    return (struct span){copy, len};
}

static void put_value(struct plan_build *b, char *base, const struct avro_field *field,
                      const struct avro_node *reader, const json_t *value);

static void put_record(struct plan_build *b, char *base, const struct avro_shape *shape,
                       const struct avro_node *reader, const json_t *value) {
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct avro_member *m = avro_field_named(reader, shape->fields[i].name);
        const json_t *given = m ? json_object_get(value, m->name) : NULL;
        if (m)
            put_value(b, base, &shape->fields[i], m->type, given ? given : m->fallback);
    }
}

static void put_array(struct plan_build *b, char *base, const struct avro_field *field,
                      const struct avro_node *reader, const json_t *value) {
    size_t n = json_array_size(value);
    char *items = NULL;
    if (n > 0 || field->is_optional) {
        items = plan_alloc(b, n, field->item_size);
        if (!items)
            return;
    }
    struct avro_field item = avro_shape_item(field);
    for (size_t i = 0; i < n; i++) {
        put_value(b, items + i * field->item_size, &item, reader->item,
                  json_array_get(value, i));
    }
    put(base + field->offset, &items, sizeof items);
    put(base + field->count_offset, &n, sizeof n);
}

/* `value` fits the type (avro_default_fits), and the shape has been bound to it. */
static void put_value(struct plan_build *b, char *base, const struct avro_field *field,
                      const struct avro_node *reader, const json_t *value) {
    reader = avro_default_branch(reader, value);
    if (!reader) {
        plan_obstacle(b, "the reader's default is not a value of its type");
        return;
    }
    if (reader->type == AT_NULL) {
        put_absent(plan_absent_kind(field), base, field->offset, field->count_offset);
        return;
    }
    char *at = base + field->offset;
    struct span text;
    switch (field->slot) {
    case SLOT_SPAN:
    case SLOT_BYTES:
        text = text_value(b, value, field->slot == SLOT_BYTES);
        put(at, &text, sizeof text);
        break;
    case SLOT_I64:
        put(at, &(int64_t){json_integer_value(value)}, sizeof(int64_t));
        break;
    case SLOT_I32:
        put(at, &(int32_t){(int32_t)json_integer_value(value)}, sizeof(int32_t));
        break;
    case SLOT_F64: {
        double number = json_number_value(value);
        number = reader->type == AT_FLOAT ? (double)(float)number : number;
        put(at, &number, sizeof number);
        break;
    }
    case SLOT_BOOL:
        put(at, &(bool){json_is_true(value)}, sizeof(bool));
        break;
    case SLOT_TRI:
        put(at, &(int){json_is_true(value)}, sizeof(int));
        break;
    case SLOT_ENUM:
        put(at, &(int){avro_shape_symbol(field, json_string_value(value))}, sizeof(int));
        break;
    case SLOT_RECORD:
        put_record(b, at, field->record, reader, value);
        break;
    case SLOT_ARRAY:
        put_array(b, base, field, reader, value);
        break;
    }
}

static size_t slot_size(const struct avro_field *field) {
    switch (field->slot) {
    case SLOT_SPAN:
    case SLOT_BYTES:
        return sizeof(struct span);
    case SLOT_I64:
        return sizeof(int64_t);
    case SLOT_I32:
        return sizeof(int32_t);
    case SLOT_F64:
        return sizeof(double);
    case SLOT_BOOL:
        return sizeof(bool);
    case SLOT_TRI:
    case SLOT_ENUM:
        return sizeof(int);
    case SLOT_RECORD:
        return field->record->size;
    case SLOT_ARRAY:
        break;
    }
    return sizeof(void *);
}

void plan_default(struct plan_build *b, unsigned program, const struct avro_field *field,
                  size_t base, size_t size, const struct avro_node *reader,
                  const json_t *value) {
    char *image = plan_alloc(b, 1, size);
    if (!image)
        return;
    put_value(b, image + base, field, reader, value);
    size_t at = base + field->offset;
    plan_emit(b, program,
              (struct op){.code = OP_COPY,
                          .offset = (uint32_t)at,
                          .n = slot_size(field),
                          .from = image + at});
    if (field->slot == SLOT_ARRAY) {
        at = base + field->count_offset;
        plan_emit(b, program,
                  (struct op){.code = OP_COPY,
                              .offset = (uint32_t)at,
                              .n = sizeof(size_t),
                              .from = image + at});
    }
}
