/*
 * avro_schema.h: schemas, their identity and their compatibility. avro.h is known only here and in
 * avro_plan_compile.c.
 */
#ifndef COMMON_IO_AVRO_SCHEMA_H
#define COMMON_IO_AVRO_SCHEMA_H

#include "common/base/error.h"
#include "common/base/span.h"

#include <stdint.h>

struct avro_schema; /* immutable once parsed */

/* Parses and checks the JSON text of a schema: E_SCHEMA_INVALID says where and why. The text is
 * untrusted: size, depth and count are capped. The caller frees. */
MUST_USE enum status avro_schema_parse(struct span json, struct avro_schema **out,
                                       struct error *err);
void avro_schema_free(struct avro_schema *s);

/* CRC-64-AVRO of the parsing canonical form (Avro 1.11 specification). */
uint64_t avro_schema_fingerprint(const struct avro_schema *s);
/* The full name of a named type, else the type's word. Borrowed from the schema. */
const char *avro_schema_name(const struct avro_schema *s);

/* Whether data written with `writer` can be read with `reader`. Each obstacle is one call of `tell` with
 * a path ("lines.item.quantity") and a sentence. Returns the number of obstacles. */
size_t avro_schema_check(const struct avro_schema *writer, const struct avro_schema *reader,
                         void (*tell)(void *context, const char *path, const char *why),
                         void *context);

#endif
