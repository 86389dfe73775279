/*
 * fuzz.h: random schema pairs, random bytes, and three readers that must agree.
 *
 *   ours      avro_decode() by a compiled plan
 *   avro-c    avro_value_read() into a resolved value: the oracle for values
 *   the walk  a slow and plain reader of the writer's schema (walk.c): the oracle for
 * refusals
 *
 * The walk tells which named rules a string of bytes breaks. Ours must accept exactly
 * what breaks none, and must name one of those that are broken. What ours accepts, avro-c
 * must accept with equal values; what ends inside a value, avro-c must refuse too. The
 * rest of the differences are the rules.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "common/base/backoff.h"
#include "common/io/avro_plan.h"

#include <avro.h>

enum kind {
    NUL,
    BOOLEAN,
    INT,
    LONG,
    FLOAT,
    DOUBLE,
    BYTES,
    STRING,
    RECORD,
    ENUM,
    FIXED,
    ARRAY,
    MAP,
    UNION
};

enum {
    FIELDS_MAX = 16,
    SYMBOLS_MAX = 6,
    BRANCHES_MAX = 4,
    MESSAGE_MAX = 4096,
    JSON_MAX = 1 << 16
};

struct type;

struct member {
    char name[16];
    char alias[16]; /* of the reader's field: the writer's name for it; "" when equal */
    struct type *type;
    bool is_missing;    /* reader: the writer does not send it, the default counts */
    struct type *feeds; /* writer: the reader's type that it becomes; NULL: skipped */
    const struct avro_field *field; /* reader: its row in the shape */
};

struct type {
    enum kind kind;
    char name[16];
    struct member fields[FIELDS_MAX];
    int n_fields;
    int symbols[SYMBOLS_MAX]; /* numbers: "S3" */
    int n_symbols, default_symbol;
    int size; /* FIXED */
    struct type *item;
    struct type *branches[BRANCHES_MAX];
    int n_branches;
    /* writer's side: what resolution will find */
    bool is_unreadable[BRANCHES_MAX]; /* UNION */
    bool is_unknown[SYMBOLS_MAX];     /* ENUM: neither the symbol nor a default */
    bool is_defaulted[SYMBOLS_MAX];   /* ENUM: the reader's default stands for it */
    /* ENUM. avro-c takes the writer's position for the reader's: each side knows the
     * other. */
    const struct type *other;
    bool is_skipped;       /* RECORD: counts as depth */
    enum kind oracle_kind; /* STRING, BYTES: what avro-c is told; it promotes neither */
    bool is_link; /* RECORD: mentioned by name only, the definition is around it */
};

/* --- schema.c --- */
struct type *random_reader(uint64_t *r, struct arena *a);
struct type *evolve(uint64_t *r, struct arena *a, struct type *reader);
struct avro_shape *make_shape(struct arena *a, struct type *record);
/* For avro-c: without what the writer does not send, under the writer's names, without
 * promotions of text. */
void print_schema(struct builder *b, const struct type *t, bool is_oracle);

/* --- walk.c --- */
enum rule {                  /* bits; each is a named reason to refuse */
            RULE_SHORT = 1,  /* avro.short: ends inside a value, or a length or count says
                                more than is there */
            RULE_VARINT = 2, /* avro.varint: beyond 64 bits; avro-c drops the bits */
            RULE_RANGE =
                4, /* avro.range: int, enum position, branch or length out of range */
            RULE_LIMIT = 8,      /* avro.limit: ours alone */
            RULE_TEXT = 16,      /* avro.text: UTF-8 without NUL: ours alone */
            RULE_SYMBOL = 32,    /* avro.symbol: unknown symbol without default */
            RULE_BRANCH = 64,    /* schema.incompatible: this branch cannot be read */
            RULE_TRAILING = 128, /* avro.trailing: ours alone */
            RULE_BOOLEAN = 256,  /* avro.range: 0 or 1: ours alone */
            RULE_BLOCK =
                512, /* avro.range: a block's size in bytes is wrong: ours alone */
            RULE_COUNT = 10,
};
extern const char *const rule_names[RULE_COUNT];
struct walk {
    const unsigned char *at, *end;
    unsigned broken;   /* rules */
    bool ended;        /* really ran out of bytes: avro-c must refuse */
    bool is_dangerous; /* avro-c 1.11 would crash or hang */
    /* An enum default, a position beyond the reader's symbols, items of no bytes: avro-c
     * has none. */
    bool avro_c_cannot;
    const struct avro_limits *limits;
};
void walk_record(struct walk *w, const struct type *writer);
/* Appends a random value. */
void random_value(uint64_t *r, struct builder *b, const struct type *t, int depth);

/* --- compare.c --- */
/* "" or the path of the first field that differs. */
bool is_equal(const struct type *reader, const struct avro_shape *shape, const void *ours,
              avro_value_t *theirs, char *path, size_t size);

static inline unsigned below(uint64_t *r, unsigned n) {
    return (unsigned)(random_next(r) % n);
}
static inline bool one_in(uint64_t *r, unsigned n) {
    return below(r, n) == 0;
}

#endif
