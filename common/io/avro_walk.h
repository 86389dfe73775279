/*
 * avro_walk.h: bytes as text, by the schema that wrote them, as far as they can be read.
 * For people who look at a record that could not be applied; workers use the plan
 * (avro_plan.h).
 */
#ifndef COMMON_IO_AVRO_WALK_H
#define COMMON_IO_AVRO_WALK_H

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/io/avro_schema.h"

/* Appends JSON to `out`, a field a line; timestamps as RFC 3339, bytes in hexadecimal. On
 * ST_REJECT what was written ends where reading did: err names the field and why
 * (E_AVRO_*). `*n_read` is the number of bytes that were understood. The value of a field
 * called `hidden` is replaced by its length; NULL hides nothing. Never allocates; bounded
 * as the plan's defaults are. */
MUST_USE enum status avro_walk(const struct avro_schema *writer, struct span bytes,
                               const char *hidden, struct builder *out, size_t *n_read,
                               struct error *err);

/* Whether a field of this name occurs in the schema. */
bool avro_schema_mentions(const struct avro_schema *s, const char *field);

#endif
