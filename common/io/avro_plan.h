/*
 * avro_plan.h: bytes -> a C structure, by a plan compiled once per writer schema.
 *
 * Compiling resolves the writer's schema against the reader's (promotions, defaults,
 * reordered, missing and unknown fields, enum defaults, aliases, union branches) and
 * binds the result to a shape. Decoding then is a straight run over the bytes: every
 * length is checked against what is left, lengths, counts, depth and total allocation are
 * capped, nothing is allocated outside the arena, text borrows from the bytes. The input
 * is never trusted.
 *
 * Stricter than the specification where it leaves room, because a bad record is better
 * refused than half understood: text is UTF-8 without NUL, a boolean is 0 or 1, a number
 * fits its type, a block that says its length is as long as it says, and nothing is left
 * over at the end.
 */
#ifndef COMMON_IO_AVRO_PLAN_H
#define COMMON_IO_AVRO_PLAN_H

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/io/avro_schema.h"
#include "common/io/avro_shape.h"

struct avro_plan; /* immutable: one plan may serve any number of readers */

struct avro_limits {
    size_t max_text_bytes;  /* one string or bytes value */
    size_t max_items;       /* items of one array or map */
    size_t max_total_bytes; /* what one record may take from the arena */
    unsigned max_depth; /* records and arrays inside each other, skipped ones included */
};
extern const struct avro_limits avro_default_limits; /* 1 MiB, 10,000, 4 MiB, 32 */

/* E_SCHEMA_INCOMPATIBLE tells the first obstacle and its path; also when the reader's
 * schema and the shape do not belong together, which is a mistake of ours. A branch of a
 * writer's union or a symbol of a writer's enum that the reader lacks is no obstacle
 * here: it refuses the record in which it occurs. The schemas may be freed afterwards;
 * `shape` must outlive the plan. The caller frees. */
MUST_USE enum status avro_plan_compile(const struct avro_schema *writer,
                                       const struct avro_schema *reader,
                                       const struct avro_shape *shape,
                                       const struct avro_limits *limits,
                                       struct avro_plan **out, struct error *err);
void avro_plan_free(struct avro_plan *p); /* NULL is allowed */

/* Decodes the whole of `bytes` into `out` (shape->size bytes, every field of the shape is
 * written). Spans borrow from `bytes`, the arena (arrays) or the plan (defaults). On
 * rejection `out` is unspecified and err names the field: E_AVRO_*, or
 * E_SCHEMA_INCOMPATIBLE for a union branch that cannot be read. The arena should have
 * max_total_bytes of room (arena_room): with less, a large record is rejected with
 * E_AVRO_LIMIT although it is not to blame. */
MUST_USE enum status avro_decode(const struct avro_plan *p, struct span bytes,
                                 struct arena *a, void *out, struct error *err);

/* Encodes a structure by its own schema, for the feed, stories and tests. Appends to `b`,
 * and on failure leaves there what was written so far. E_INPUT names the field whose
 * value does not fit, or says that the builder is too small. Absent optional values
 * (avro_shape.h) are written as null. */
MUST_USE enum status avro_encode(const struct avro_schema *schema,
                                 const struct avro_shape *shape, const void *in,
                                 struct builder *b, struct error *err);

#endif
