#include "common/io/schema_sources.h"

#include "common/base/clock.h"

#include <stdlib.h>

#define ROW(field) offsetof(struct schemas_config, field)
const struct option schemas_options[] = {
    {.name = "registry-url",
     .env = "SCHEMA_REGISTRY_URL",
     .type = OPT_STRING,
     .offset = ROW(registry.url),
     .fallback = "",
     .argument = "URL",
     .help = "Confluent-compatible schema registry, path prefix included; empty: none"},
    {.name = "registry-user",
     .env = "SCHEMA_REGISTRY_USER",
     .type = OPT_STRING,
     .offset = ROW(registry.user),
     .fallback = "",
     .help = "user for the schema registry (basic authentication); empty: none"},
    {.name = "registry-password",
     .env = "SCHEMA_REGISTRY_PASSWORD",
     .type = OPT_STRING,
     .offset = ROW(registry.password),
     .fallback = "",
     .flags = OPT_SECRET,
     .help = "password for the schema registry"},
    {.name = "registry-ca",
     .env = "SCHEMA_REGISTRY_CA",
     .type = OPT_STRING,
     .offset = ROW(registry.ca),
     .fallback = "",
     .argument = "FILE",
     .help =
         "PEM file of the authorities that the schema registry's certificate is checked "
         "with; empty: the system's"},
    {.name = "registry-timeout",
     .type = OPT_DURATION,
     .offset = ROW(registry.timeout_us),
     .fallback = "5s",
     .min = 10 * US_PER_MS,
     .max = 60 * US_PER_S,
     .help = "how long one request to the schema registry may take"},
    {.name = "schema-dir",
     .type = OPT_STRING,
     .offset = ROW(schema_dir),
     .fallback = "schemas/avro",
     .flags = OPT_REQUIRED | OPT_SHIPPED,
     .argument = "DIR",
     .help = "directory of all released .avsc files"},
    {.name = "plain-schema",
     .type = OPT_STRING,
     .offset = ROW(plain_schema),
     .fallback = "",
     .argument = "FILE",
     .help =
         "file in the schema directory that unframed records were written with; empty: "
         "they are rejected"},
    {.name = NULL},
};

enum status schema_sources_open(const struct schemas_config *c,
                                struct schema_sources *out, struct error *err) {
    enum status st = schema_dir_open(c->schema_dir, &out->dir, err);
    if (st != ST_OK)
        return st;
    if (*c->plain_schema) {
        out->plain = schema_dir_by_file(out->dir, c->plain_schema);
        if (!out->plain) {
            return error_set(err, E_CONFIG,
                             "no \"%.80s\" in the schema directory \"%.120s\"",
                             c->plain_schema, c->schema_dir);
        }
    }
    return *c->registry.url ? registry_new(&c->registry, &out->registry, err) : ST_OK;
}

void schema_sources_close(struct schema_sources *s) {
    registry_free(s->registry);
    schema_dir_close(s->dir);
}

static enum status find_plain(const struct schema_sources *s,
                              const struct avro_schema **out, struct error *err) {
    *out = s->plain;
    if (*out)
        return ST_OK;
    error_set(err, E_FRAME_UNKNOWN, "the record does not say which schema wrote it");
    return error_hint(
        err, "if all such records have one schema, start the worker with --plain-schema");
}

static enum status find_fingerprint(const struct schema_sources *s, uint64_t print,
                                    const struct avro_schema **out, struct error *err) {
    *out = schema_dir_by_fingerprint(s->dir, print);
    if (*out)
        return ST_OK;
    error_set(err, E_SCHEMA_UNKNOWN, "no schema in the directory has fingerprint %016llx",
              (unsigned long long)print);
    return error_hint(err, "add the writer's .avsc to the schema directory");
}

static enum status fetch(struct schema_sources *s, const struct frame *f,
                         struct avro_schema **out, struct error *err) {
    if (!s->registry) {
        char what[80];
        frame_describe(f, what, sizeof what);
        error_set(err, E_SCHEMA_UNKNOWN,
                  "the record names %s, and no registry is configured", what);
        return error_hint(err, "set SCHEMA_REGISTRY_URL");
    }
    char *text = NULL;
    enum status st = registry_fetch(s->registry, f, &text, err);
    if (st == ST_OK)
        st = avro_schema_parse(span_of(text), out, err);
    free(text);
    return st;
}

enum status schema_sources_find(struct schema_sources *s, const struct frame *f,
                                const struct avro_schema **out,
                                struct avro_schema **owned, struct error *err) {
    *owned = NULL;
    if (f->kind == FRAME_PLAIN)
        return find_plain(s, out, err);
    if (f->kind == FRAME_FINGERPRINT)
        return find_fingerprint(s, f->number, out, err);
    enum status st = fetch(s, f, owned, err);
    *out = *owned;
    return st;
}
