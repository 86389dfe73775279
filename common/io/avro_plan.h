/*
 * avro_plan.h: bytes -> a C structure, by a plan compiled once per writer schema.
 *
 * Compiling resolves the writer's schema against the reader's (promotions, defaults, reordered, missing and
 * unknown fields, enum defaults, aliases, union branches) and binds the result to a shape. Decoding then is a
 * straight run over the bytes: every length is checked against what is left, lengths, counts, depth and
 * total allocation are capped, nothing is allocated outside the arena, text borrows from the bytes. The input is never trusted.
 */
#ifndef COMMON_IO_AVRO_PLAN_H
#define COMMON_IO_AVRO_PLAN_H

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/io/avro_schema.h"
#include "common/io/avro_shape.h"

struct avro_plan; /* immutable */

struct avro_limits {
    size_t max_text_bytes;  /* one string or bytes value */
    size_t max_items;       /* items of one array or map */
    size_t max_total_bytes; /* what one record may take from the arena */
    unsigned max_depth;
};
extern const struct avro_limits avro_default_limits; /* 1 MiB, 10,000, 4 MiB, 32 */

/* E_SCHEMA_INCOMPATIBLE tells the first obstacle and its path. `shape` must outlive the plan. */
MUST_USE enum status avro_plan_compile(const struct avro_schema *writer,
                                       const struct avro_schema *reader,
                                       const struct avro_shape *shape,
                                       const struct avro_limits *limits,
                                       struct avro_plan **out, struct error *err);
void avro_plan_free(struct avro_plan *p);

/* Decodes the whole of `bytes` into `out` (shape->size bytes). Spans borrow from `bytes` or the arena.
 * On rejection `out` is unspecified and err names the field. */
MUST_USE enum status avro_decode(const struct avro_plan *p, struct span bytes, struct arena *a,
                                 void *out, struct error *err);

/* Encodes a structure by its reader schema, for the feed, stories and tests. Appends to `b`;
 * E_INPUT names the field whose value does not fit. */
MUST_USE enum status avro_encode(const struct avro_schema *schema, const struct avro_shape *shape,
                                 const void *in, struct builder *b, struct error *err);

#endif
