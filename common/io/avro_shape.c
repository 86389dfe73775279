/* avro_shape.c: what the plan, the defaults and the encoder ask of a shape. */
#include "common/io/avro_node.h"

#include <string.h>

const struct avro_field *avro_shape_field(const struct avro_shape *shape,
                                          const char *name) {
    for (size_t i = 0; i < shape->n_fields; i++)
        if (strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    return NULL;
}

int avro_shape_symbol(const struct avro_field *field, const char *symbol) {
    for (size_t i = 0; i < field->n_symbols; i++)
        if (strcmp(field->symbols[i], symbol) == 0)
            return (int)i;
    return -1;
}

struct avro_field avro_shape_item(const struct avro_field *array) {
    struct avro_field item = *array; /* symbols and nested shape are the items' */
    item.slot = array->item_slot;
    item.offset = 0;
    item.is_optional = false;
    return item;
}

bool avro_shape_holds(const struct avro_field *f, enum avro_type type) {
    switch (f->slot) {
    case SLOT_SPAN:
        return type == AT_STRING;
    case SLOT_BYTES:
        return type == AT_BYTES || type == AT_FIXED;
    case SLOT_I64:
        return type == AT_INT || type == AT_LONG;
    case SLOT_I32:
        return type == AT_INT;
    case SLOT_F64:
        return type == AT_FLOAT || type == AT_DOUBLE;
    case SLOT_BOOL:
        return type == AT_BOOLEAN && !f->is_optional;
    case SLOT_TRI:
        return type == AT_BOOLEAN;
    case SLOT_ENUM:
        return type == AT_ENUM;
    case SLOT_RECORD:
        return type == AT_RECORD && !f->is_optional;
    case SLOT_ARRAY:
        return type == AT_ARRAY;
    }
    return false;
}
