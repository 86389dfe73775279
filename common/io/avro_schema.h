/*
 * avro_schema.h: schemas, their identity and their compatibility.
 *
 * A schema's text comes from a registry or a file and is not trusted: everything in it is
 * capped and checked before it is used. The schema keeps what avro-c forgets: defaults,
 * enum defaults, aliases and the units of instants. A parsed schema is immutable and may
 * be shared by any number of plans.
 */
#ifndef COMMON_IO_AVRO_SCHEMA_H
#define COMMON_IO_AVRO_SCHEMA_H

#include "common/base/error.h"
#include "common/base/span.h"

#include <stdint.h>

struct avro_schema; /* immutable once parsed */

/* What a schema may be at most; beyond it is E_SCHEMA_INVALID. */
enum {
    AVRO_SCHEMA_MAX_BYTES = 512 * 1024, /* of JSON text */
    AVRO_SCHEMA_MAX_DEPTH = 48,         /* types inside types */
    AVRO_SCHEMA_MAX_PARTS =
        20000, /* types, fields, symbols, aliases and branches together */
    AVRO_SCHEMA_MAX_NAMED = 1000, /* records, enums and fixed */
    AVRO_SCHEMA_MAX_NAME = 255,   /* bytes of a full name */
};

/* Parses and checks the JSON text of a schema; E_SCHEMA_INVALID says where and why, and
 * `*out` is untouched then. The text is not needed afterwards. The caller frees. */
MUST_USE enum status avro_schema_parse(struct span json, struct avro_schema **out,
                                       struct error *err);
void avro_schema_free(struct avro_schema *s); /* NULL is allowed */

/* CRC-64-AVRO of the parsing canonical form, as Avro's specification 1.11 defines both.
 */
uint64_t avro_schema_fingerprint(const struct avro_schema *s);
/* The canonical form itself. Borrowed from the schema; followed by a NUL. */
struct span avro_schema_canonical(const struct avro_schema *s);
/* The full name of a named type, else the type's word ("array"). Borrowed from the
 * schema. */
const char *avro_schema_full_name(const struct avro_schema *s);

/* Whether data written with `writer` can always be read with `reader`. Each obstacle is
 * one call of `tell` with a path ("lines.item.quantity"; "" is the whole) and a sentence,
 * both valid for the call only. Stricter than the plan, which lets a union branch or an
 * enum symbol fail when it really occurs: here the possibility is an obstacle. Returns
 * the number of obstacles. */
size_t avro_schema_check(const struct avro_schema *writer,
                         const struct avro_schema *reader,
                         void (*tell)(void *context, const char *path, const char *why),
                         void *context);

#endif
