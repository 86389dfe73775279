/*
 * registry.h: fetches the text of a schema from a Confluent-compatible registry, over
 * libcurl.
 *
 * Blocking, one request at a time, each bounded in time and size. The caller remembers
 * what it got: the same id is asked once in a process's life. What the registry said for
 * certain is told from what it could not say: only an answer in the registry's own words
 * that there is no such schema is E_SCHEMA_UNKNOWN.
 */
#ifndef COMMON_IO_REGISTRY_H
#define COMMON_IO_REGISTRY_H

#include "common/io/framing.h"

struct registry;

struct registry_config {
    const char *url; /* http:// or https://, a path prefix is allowed, no user */
    const char *user, *password; /* basic auth; empty: none */
    const char *ca;              /* PEM file; empty: the system's */
    int64_t timeout_us;          /* of one whole request */
};

/* Strings are borrowed for the registry's life. E_CONFIG when the URL is none. No request
 * is made. */
MUST_USE enum status registry_new(const struct registry_config *config,
                                  struct registry **out, struct error *err);
void registry_free(struct registry *r); /* NULL is allowed */

/* Looks up the schema that `frame` names: FRAME_ID, FRAME_GUID or FRAME_GLOBAL_ID. `*out`
 * is the schema's JSON text, to be freed with free(). E_SCHEMA_UNKNOWN: the registry says
 * that there is none, or cannot look up such a key at all. E_SCHEMA_INVALID: it is no
 * Avro schema, or needs others (references). E_FRAME_APICURIO: a global id, and the URL
 * is not one of Apicurio's. E_REGISTRY_DOWN, E_REGISTRY_ANSWER: nothing is known; ask
 * again later. */
MUST_USE enum status registry_fetch(struct registry *r, const struct frame *frame,
                                    char **out, struct error *err);

#endif
