/*
 * avro_shape.h: how an Avro record lies in a C structure.
 *
 * A shape names the reader's fields and where each goes. It is what lets the decode plan
 * write straight into struct return_event: no value tree, no second pass. The shapes of
 * the input events stand in common/event/shapes.c; the fuzzer makes random ones.
 *
 * Fields of the reader's schema that the shape does not name are skipped; a field of the
 * shape that the schema lacks is refused when the plan is compiled, as is a slot of the
 * wrong type.
 *
 * Optional (a union of null and T) values that are absent are written as: span {NULL, 0}
 * (a present empty one has a pointer), INT64_MIN for SLOT_I64, INT32_MIN for SLOT_I32,
 * NaN for SLOT_F64, -1 for SLOT_ENUM and SLOT_TRI, pointer NULL and count 0 for
 * SLOT_ARRAY. A boolean that may be absent must be SLOT_TRI; records, and the items of
 * arrays, are never optional.
 */
#ifndef COMMON_IO_AVRO_SHAPE_H
#define COMMON_IO_AVRO_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

enum avro_slot {
    SLOT_SPAN,   /* struct span: string (valid UTF-8 without NUL is checked) */
    SLOT_BYTES,  /* struct span: bytes, fixed */
    SLOT_I64,    /* int64_t: int, long and their logical types */
    SLOT_I32,    /* int32_t: int */
    SLOT_F64,    /* double: float, double (and promoted integers) */
    SLOT_BOOL,   /* bool */
    SLOT_TRI,    /* int: optional boolean, -1 when absent */
    SLOT_ENUM,   /* int: position in `symbols` */
    SLOT_RECORD, /* the fields of `record` at this offset itself: a nested structure */
    SLOT_ARRAY, /* pointer at `offset`, size_t count at `count_offset`; items by `item` */
};

struct avro_shape;

struct avro_field {
    const char *name; /* the reader's field name */
    enum avro_slot slot;
    size_t offset;
    bool is_optional;
    /* SLOT_ENUM, and SLOT_ARRAY of enums */
    const char *const *symbols;
    size_t n_symbols;
    /* SLOT_RECORD: the nested shape. SLOT_ARRAY of records: the item's shape. */
    const struct avro_shape *record;
    /* SLOT_ARRAY */
    size_t count_offset;
    enum avro_slot item_slot; /* SLOT_RECORD, SLOT_SPAN, SLOT_I64 ... */
    size_t item_size;         /* sizeof one item */
};

struct avro_shape {
    const char *name; /* for messages: "ReturnEvent" */
    size_t size;      /* sizeof the structure */
    const struct avro_field *fields;
    size_t n_fields;
};

#endif
