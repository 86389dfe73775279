/*
 * schemas.h: from a record's bytes to the plan that reads them: framing, lookup, cache.
 *
 * Framing is detected per record: schema id in the header __value_schema_id; Confluent (00 and a 4-byte id);
 * single-object (C3 01 and a CRC-64-AVRO fingerprint); else plain, with the configured schema. Apicurio's 8-byte ids are
 * recognised and, when the registry can resolve them, read; otherwise refused in words.
 * Schemas come from the registry (SCHEMA_REGISTRY_URL), from the schema directory, or both: the directory is asked
 * first for fingerprints, the registry for ids. What was once resolved stays in memory. An unknown id is asked again only after a
 * back-off, and is a rejection only when the registry itself says that there is no such id; a registry that is down, slow or
 * answers nonsense is ST_RETRY.
 */
#ifndef COMMON_IO_SCHEMAS_H
#define COMMON_IO_SCHEMAS_H

#include "common/base/config.h"
#include "common/io/avro_plan.h"

struct schemas;

struct schemas_config {
    const char *registry_url;        /* SCHEMA_REGISTRY_URL; empty: none. A path prefix is allowed */
    const char *registry_user;       /* basic auth, empty: none */
    const char *registry_password;
    const char *registry_ca;         /* PEM file; empty: the system's */
    int64_t registry_timeout_us;
    const char *schema_dir;          /* directory of .avsc files, all versions; required */
    const char *plain_schema;        /* file name in schema_dir for unframed records; empty: refuse them */
};
extern const struct option schemas_options[];

struct record_header {
    struct span name;
    struct span value; /* ptr NULL: a null value */
};

/* One reader: `reader_file` names its schema in the schema directory ("return_event.avsc"). */
MUST_USE enum status schemas_new(const struct schemas_config *config, const char *reader_file,
                                 const struct avro_shape *shape, struct schemas **out,
                                 struct error *err);
void schemas_free(struct schemas *s);

/* Unframes and decodes one record into `out`. ST_RETRY: the registry cannot be asked now; nothing about the record is known.
 * May block for registry_timeout on the first record of a schema; never otherwise. */
MUST_USE enum status schemas_decode(struct schemas *s, struct span value,
                                    const struct record_header *headers, size_t n_headers,
                                    struct arena *a, void *out, struct error *err);

/* Fetches one URL below the registry's (used by `henpin schema` and tests). */
#endif
