/*
 * schemas.c: the cache of plans between framing, directory and registry.
 *
 * One entry a writer schema, keyed by what the frame says. An entry is either a plan,
 * which stays for ever because decoded events may borrow its defaults, or a refusal with
 * a time after which it is asked again. Refusals may be pushed out by others: a flood of
 * invented ids then costs a request each, no memory. An outage belongs to the registry
 * and not to an entry: while it is thought to be down, nobody asks it.
 */
#include "common/io/schemas.h"

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/io/schema_dir.h"

#include <stdlib.h>
#include <string.h>

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

enum { ENTRIES_MAX = 512 };
#define REFUSAL_FIRST_MS INT64_C(5000)
#define REFUSAL_MAX_MS (INT64_C(5) * 60 * 1000)
#define OUTAGE_FIRST_MS INT64_C(200)
#define OUTAGE_MAX_MS INT64_C(10000)

struct entry {
    enum frame_kind kind;
    uint64_t number;
    struct uuid guid;
    struct avro_plan *plan; /* NULL: refused, for `why` */
    struct error why;
    int64_t again_us; /* monotonic: when a refusal is asked again */
    unsigned attempts;
};

struct schemas {
    const struct avro_shape *shape;
    struct schema_dir *dir;
    const struct avro_schema *reader;
    const struct avro_schema *plain; /* NULL: plain records are rejected */
    struct registry *registry;       /* NULL: none configured */
    struct entry *entries;
    size_t n_entries;
    size_t last; /* the entry of the last record: nearly always that of the next, too */
    size_t next_victim; /* where the search for a refusal to push out goes on */
    struct {
        int64_t until_us; /* monotonic; 0: it is thought to be up */
        unsigned attempts;
        struct error why;
    } outage;
    uint64_t random;
};

/* --- entries --- */

static bool is_entry_of(const struct entry *e, const struct frame *f) {
    return e->kind == f->kind && e->number == f->number && uuid_equal(e->guid, f->guid);
}

static struct entry *find(struct schemas *s, const struct frame *f) {
    if (s->last < s->n_entries && is_entry_of(&s->entries[s->last], f))
        return &s->entries[s->last];
    for (size_t i = 0; i < s->n_entries; i++) {
        if (is_entry_of(&s->entries[i], f)) {
            s->last = i;
            return &s->entries[i];
        }
    }
    return NULL;
}

/* A new entry, in the place of a refusal when all are taken; NULL when every one is a
 * plan. */
static struct entry *add(struct schemas *s, const struct frame *f) {
    struct entry *e = NULL;
    if (s->n_entries < ENTRIES_MAX)
        e = &s->entries[s->n_entries++];
    for (size_t i = 0; !e && i < ENTRIES_MAX; i++) {
        size_t at = (s->next_victim + i) % ENTRIES_MAX;
        if (!s->entries[at].plan) {
            e = &s->entries[at];
            s->next_victim = at + 1;
        }
    }
    if (e)
        *e = (struct entry){.kind = f->kind, .number = f->number, .guid = f->guid};
    return e;
}

/* --- resolving --- */

static enum status compile(struct schemas *s, const struct avro_schema *writer,
                           struct avro_plan **plan, struct error *err) {
    return avro_plan_compile(writer, s->reader, s->shape, &avro_default_limits, plan,
                             err);
}

static enum status resolve_local(struct schemas *s, const struct frame *f,
                                 struct avro_plan **plan, struct error *err) {
    if (f->kind == FRAME_PLAIN) {
        if (!s->plain) {
            error_set(err, E_FRAME_UNKNOWN,
                      "the record does not say which schema wrote it");
            return error_hint(
                err, "if all such records have one schema, name it with --plain-schema");
        }
        return compile(s, s->plain, plan, err);
    }
    const struct avro_schema *writer = schema_dir_by_fingerprint(s->dir, f->number);
    if (!writer) {
        error_set(err, E_SCHEMA_UNKNOWN,
                  "no schema in the directory has fingerprint %016llx",
                  (unsigned long long)f->number);
        return error_hint(err, "add the writer's .avsc to the schema directory");
    }
    return compile(s, writer, plan, err);
}

static enum status note_outage(struct schemas *s, const struct error *why) {
    s->outage.attempts++;
    s->outage.why = *why;
    s->outage.until_us = clock_monotonic_us() +
                         US_PER_MS * backoff_ms(s->outage.attempts, OUTAGE_FIRST_MS,
                                                OUTAGE_MAX_MS, random_next(&s->random));
    return error_status(why->code);
}

static enum status resolve_remote(struct schemas *s, const struct frame *f,
                                  struct avro_plan **plan, struct error *err) {
    if (!s->registry) {
        char what[80];
        frame_describe(f, what, sizeof what);
        error_set(err, E_SCHEMA_UNKNOWN,
                  "the record names %s, and no registry is configured", what);
        return error_hint(err, "set SCHEMA_REGISTRY_URL");
    }
    if (clock_monotonic_us() < s->outage.until_us) {
        *err = s->outage.why;
        return error_status(err->code);
    }
    char *text = NULL;
    enum status st = registry_fetch(s->registry, f, &text, err);
    if (st == ST_RETRY)
        return note_outage(s, err);
    s->outage.attempts = 0;
    struct avro_schema *writer = NULL;
    if (st == ST_OK)
        st = avro_schema_parse(span_of(text), &writer, err);
    if (st == ST_OK)
        st = compile(s, writer, plan, err);
    free(text);
    avro_schema_free(writer);
    return st;
}

static enum status resolve(struct schemas *s, const struct frame *f,
                           struct avro_plan **plan, struct error *err) {
    bool is_local = f->kind == FRAME_PLAIN || f->kind == FRAME_FINGERPRINT;
    enum status st =
        is_local ? resolve_local(s, f, plan, err) : resolve_remote(s, f, plan, err);
    if (st == ST_REJECT && err->code == E_SCHEMA_INCOMPATIBLE) {
        char what[80];
        frame_describe(f, what, sizeof what);
        error_prefix(err, "%s", what);
    }
    return st;
}

/* Refusals are not logged here: whoever disposes of the record does. */
static void log_resolved(const struct frame *f) {
    char what[80];
    frame_describe(f, what, sizeof what);
    log_info("schema.resolved", LOG_STR("writer", what));
}

/* The plan for `f`, from memory or by asking. */
static enum status plan_for(struct schemas *s, const struct frame *f,
                            const struct avro_plan **out, struct error *err) {
    struct entry *e = find(s, f);
    if (LIKELY(e && e->plan)) {
        *out = e->plan;
        return ST_OK;
    }
    if (e && clock_monotonic_us() < e->again_us) {
        *err = e->why;
        return error_status(err->code);
    }
    struct avro_plan *plan = NULL;
    enum status st = resolve(s, f, &plan, err);
    if (st == ST_RETRY || st == ST_FATAL)
        return st;
    if (!e)
        e = add(s, f);
    if (!e) {
        avro_plan_free(plan);
        return error_set(err, E_SCHEMA_UNKNOWN, "more than %d writer schemas",
                         ENTRIES_MAX);
    }
    e->plan = plan;
    *out = plan;
    if (st == ST_OK) {
        log_resolved(f);
    } else {
        e->why = *err;
        e->again_us = clock_monotonic_us() +
                      US_PER_MS * backoff_ms(++e->attempts, REFUSAL_FIRST_MS,
                                             REFUSAL_MAX_MS, random_next(&s->random));
    }
    return st;
}

enum status schemas_decode(struct schemas *s, struct span value,
                           const struct record_header *headers, size_t n_headers,
                           struct arena *a, void *out, struct error *err) {
    struct frame f;
    enum status st = frame_detect(value, headers, n_headers, &f, err);
    const struct avro_plan *plan = NULL;
    if (st == ST_OK)
        st = plan_for(s, &f, &plan, err);
    return st == ST_OK ? avro_decode(plan, f.body, a, out, err) : st;
}

/* --- life --- */

static enum status open_sources(struct schemas *s, const struct schemas_config *c,
                                const char *reader_file, struct error *err) {
    enum status st = schema_dir_open(c->schema_dir, &s->dir, err);
    if (st != ST_OK)
        return st;
    s->reader = schema_dir_by_file(s->dir, reader_file);
    if (!s->reader) {
        return error_set(err, E_CONFIG, "no \"%s\" in the schema directory \"%.120s\"",
                         reader_file, c->schema_dir);
    }
    if (c->plain_schema && c->plain_schema[0]) {
        s->plain = schema_dir_by_file(s->dir, c->plain_schema);
        if (!s->plain) {
            return error_set(err, E_CONFIG,
                             "no \"%.80s\" in the schema directory \"%.120s\"",
                             c->plain_schema, c->schema_dir);
        }
    }
    return *c->registry.url ? registry_new(&c->registry, &s->registry, err) : ST_OK;
}

/* The reader must read itself: else schema and shape do not belong together. */
static enum status check_reader(struct schemas *s, struct error *err) {
    struct avro_plan *plan = NULL;
    if (compile(s, s->reader, &plan, err) != ST_OK) {
        error_prefix(err, "\"%s\"", s->shape->name);
        err->code = E_CONFIG;
        return error_status(err->code);
    }
    avro_plan_free(plan);
    return ST_OK;
}

enum status schemas_new(const struct schemas_config *config, const char *reader_file,
                        const struct avro_shape *shape, struct schemas **out,
                        struct error *err) {
    struct schemas *s = xcalloc(1, sizeof *s);
    s->shape = shape;
    s->entries = xcalloc(ENTRIES_MAX, sizeof *s->entries);
    s->random = random_seed();
    enum status st = open_sources(s, config, reader_file, err);
    if (st == ST_OK)
        st = check_reader(s, err);
    if (st != ST_OK) {
        schemas_free(s);
        return st;
    }
    *out = s;
    return ST_OK;
}

void schemas_free(struct schemas *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->n_entries; i++)
        avro_plan_free(s->entries[i].plan);
    free(s->entries);
    registry_free(s->registry);
    schema_dir_close(s->dir);
    free(s);
}
