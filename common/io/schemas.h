/*
 * schemas.h: from a record's bytes to the plan that reads them: framing, lookup, cache.
 *
 * Framing is detected per record (framing.h). Schemas come from the schema directory and
 * the registry (schema_sources.h). What was once resolved stays in memory. What was
 * refused (no such schema, not readable as ours) is remembered for a while and then asked
 * again, so that a schema which is registered late, or a registry that has lied, heals
 * without a restart. A registry that is down, slow or answers nonsense is ST_RETRY, and
 * it is asked again only after a back-off, so retrying at once costs nothing.
 *
 * Not thread-safe. Blocks at most for the registry's timeout, on the first record of a
 * schema.
 */
#ifndef COMMON_IO_SCHEMAS_H
#define COMMON_IO_SCHEMAS_H

#include "common/io/avro_plan.h"
#include "common/io/schema_sources.h"

struct schemas;

/* One reader: `reader_file` names its schema in the schema directory
 * ("return_event.avsc"). E_CONFIG: the directory, a file in it or the URL is not usable,
 * and why. The registry is not asked yet. `config`'s strings are borrowed until
 * schemas_free, `shape` too. */
MUST_USE enum status schemas_new(const struct schemas_config *config,
                                 const char *reader_file, const struct avro_shape *shape,
                                 struct schemas **out, struct error *err);
void schemas_free(struct schemas *s); /* NULL is allowed */

/* Unframes and decodes one record into `out` (shape->size bytes). Spans borrow from
 * `value`, from the arena, and for defaults from `s`, which keeps them to its end.
 * ST_REJECT: E_FRAME_*, E_SCHEMA_*, E_AVRO_*. ST_RETRY: the registry cannot be asked now;
 * nothing about the record is known. Leave avro_default_limits.max_total_bytes of room in
 * the arena. */
MUST_USE enum status schemas_decode(struct schemas *s, struct span value,
                                    const struct record_header *headers, size_t n_headers,
                                    struct arena *a, void *out, struct error *err);

#endif
