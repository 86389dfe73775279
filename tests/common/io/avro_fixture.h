/*
 * avro_fixture.h: what the tests of Avro share: a structure with a place for everything,
 * schemas written as single-quoted text, and bytes written by hand.
 */
#ifndef TESTS_COMMON_IO_AVRO_FIXTURE_H
#define TESTS_COMMON_IO_AVRO_FIXTURE_H

#include "tests/common/base/harness.h"

#include "common/io/avro_plan.h"

static inline struct avro_schema *UNUSED schema_of(const char *quoted) {
    char *json = xstrdup(quoted);
    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    struct avro_schema *s = NULL;
    struct error err = {.text = ""};
    if (avro_schema_parse(span_of(json), &s, &err) != ST_OK)
        fail_msg("%s: %s", quoted, err.text);
    free(json);
    return s;
}

/* The text of the refusal; fails when the schema is accepted. */
static inline const char *UNUSED schema_refusal(const char *quoted) {
    static struct error err;
    char *json = xstrdup(quoted);
    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    struct avro_schema *s = NULL;
    if (avro_schema_parse(span_of(json), &s, &err) == ST_OK)
        fail_msg("%s: is accepted", quoted);
    assert_int_equal(err.code, E_SCHEMA_INVALID);
    free(json);
    return err.text;
}

struct inner {
    int64_t n;
};

/* One place for each slot; the tests' schemas use some of them. */
struct thing {
    struct span text, bytes;
    int64_t i64;
    int32_t i32;
    double f64;
    bool flag;
    int tri, colour;
    struct inner inner;
    struct span *texts;
    size_t n_texts;
    struct inner *inners;
    size_t n_inners;
};

static const char *const colours[] UNUSED = {"RED", "GREEN", "UNKNOWN"};

static const struct avro_field inner_fields[] UNUSED = {
    {.name = "n", .slot = SLOT_I64, .offset = offsetof(struct inner, n)}};
static const struct avro_shape inner_shape UNUSED = {"Inner", sizeof(struct inner),
                                                     inner_fields, 1};

/* FIELD(member, slot) or FIELD(member, slot, .more = ...). */
#define FIELD(member, ...)                                                               \
    { .name = #member, .offset = offsetof(struct thing, member), .slot = __VA_ARGS__ }
#define OPTIONAL .is_optional = true
#define COLOURS .symbols = colours, .n_symbols = 3

/* A shape of the given rows, as an expression. */
#define SHAPE_OF(...)                                                                    \
    (&(struct avro_shape){"Thing", sizeof(struct thing),                                 \
                          (const struct avro_field[]){__VA_ARGS__},                      \
                          COUNT_OF(((const struct avro_field[]){__VA_ARGS__}))})

struct decoded {
    enum status status;
    struct error err;
    struct thing thing;
};

/* The record {Thing, fields} of writer and reader; the arena and the plan live until the
 * next call. */
static inline struct decoded UNUSED decode_as(const char *writer_fields,
                                              const char *reader_fields,
                                              const struct avro_shape *shape,
                                              struct span bytes) {
    static struct arena *a;
    static struct avro_plan *plan;
    char text[4096];
    struct decoded d;
    memset(&d, 0, sizeof d);
    avro_plan_free(plan);
    arena_free(a);
    plan = NULL;
    a = arena_new((size_t)8 << 20);
    snprintf(text, sizeof text, "{'type':'record','name':'Thing','fields':[%s]}",
             writer_fields);
    struct avro_schema *w = schema_of(text);
    snprintf(text, sizeof text, "{'type':'record','name':'Thing','fields':[%s]}",
             reader_fields);
    struct avro_schema *r = schema_of(text);
    d.status = avro_plan_compile(w, r, shape, &avro_default_limits, &plan, &d.err);
    avro_schema_free(w);
    avro_schema_free(r);
    if (d.status == ST_OK)
        d.status = avro_decode(plan, bytes, a, &d.thing, &d.err);
    return d;
}

#define BYTES(literal) ((struct span){"" literal, sizeof(literal) - 1})

static inline void UNUSED assert_decoded(const struct decoded *d) {
    if (d->status != ST_OK)
        fail_msg("%s: %s", error_token(d->err.code), d->err.text);
}

static inline void UNUSED assert_refused(const struct decoded *d, enum error_code code,
                                         const char *part) {
    assert_int_not_equal(d->status, ST_OK);
    if (d->err.code != code) {
        fail_msg("got %s (%s), expected %s", error_token(d->err.code), d->err.text,
                 error_token(code));
    }
    assert_contains(d->err.text, part);
}

#endif
