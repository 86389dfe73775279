/*
 * schemas.c: the cache of plans between framing and the sources of schemas.
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

#include <stdlib.h>

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
    struct schema_sources sources;
    const struct avro_schema *reader;
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

static enum status note_outage(struct schemas *s, const struct error *why) {
    s->outage.attempts++;
    s->outage.why = *why;
    s->outage.until_us = clock_monotonic_us() +
                         US_PER_MS * backoff_ms(s->outage.attempts, OUTAGE_FIRST_MS,
                                                OUTAGE_MAX_MS, random_next(&s->random));
    return error_status(why->code);
}

static enum status find_writer(struct schemas *s, const struct frame *f,
                               const struct avro_schema **out, struct avro_schema **owned,
                               struct error *err) {
    if (frame_is_local(f))
        return schema_sources_find(&s->sources, f, out, owned, err);
    if (clock_monotonic_us() < s->outage.until_us) {
        *err = s->outage.why;
        return error_status(err->code);
    }
    enum status st = schema_sources_find(&s->sources, f, out, owned, err);
    if (st == ST_RETRY)
        return note_outage(s, err);
    s->outage.attempts = 0;
    return st;
}

static enum status resolve(struct schemas *s, const struct frame *f,
                           struct avro_plan **plan, struct error *err) {
    const struct avro_schema *writer;
    struct avro_schema *owned = NULL;
    enum status st = find_writer(s, f, &writer, &owned, err);
    if (st == ST_OK)
        st = compile(s, writer, plan, err);
    avro_schema_free(owned);
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

static enum status find_reader(struct schemas *s, const struct schemas_config *c,
                               const char *reader_file, struct error *err) {
    s->reader = schema_dir_by_file(s->sources.dir, reader_file);
    return s->reader
               ? ST_OK
               : error_set(err, E_CONFIG, "no \"%s\" in the schema directory \"%.120s\"",
                           reader_file, c->schema_dir);
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
    enum status st = schema_sources_open(config, &s->sources, err);
    if (st == ST_OK)
        st = find_reader(s, config, reader_file, err);
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
    schema_sources_close(&s->sources);
    free(s);
}
