/*
 * avro.c: differential fuzzing of the decode plan.
 *
 *     avro [CASES] [SEED]          (default 1000000, and a seed from the system)
 *
 * Prints cases, how often each rule was the reason to refuse, differences, and the seed,
 * which repeats the run. Exit code 1 when there was a difference. See fuzz.h for what is
 * compared.
 */
#include "tests/fuzz/fuzz.h"

#include "common/base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The memory of avro-c.
 * It leaks
 * when a decode fails, and it allocates what a length claims: so it gets a region that is
 * dropped after each schema pair, and is told NULL when it asks too much. */

enum { REGION_BYTES = 64 << 20, CLAIM_MAX = 1 << 20 };
static char *region;
static size_t region_used;

static void *region_allocate(void *context, void *ptr, size_t old_size, size_t new_size) {
    (void)context;
    if (new_size == 0) /* free, or a value of no bytes, whose place must not be NULL */
        return region;
    if (ptr && new_size <= old_size)
        return ptr;
    size_t size = (new_size + 15) / 16 * 16;
    if (new_size > CLAIM_MAX || size > REGION_BYTES - region_used)
        return NULL;
    char *fresh = region + region_used;
    region_used += size;
    if (ptr)
        memcpy(fresh, ptr, old_size);
    return fresh;
}

/* --- one pair of schemas --- */

struct pair {
    struct type *reader, *writer;
    struct avro_shape *shape;
    struct avro_schema *reader_schema, *writer_schema;
    struct avro_plan *plan;
    avro_reader_t bytes;
    avro_value_t record, resolved;
    bool has_oracle;
};

static const struct avro_limits limits = {.max_text_bytes = 600,
                                          .max_items = 500,
                                          .max_total_bytes = 16 << 20,
                                          .max_depth = 20};

static struct {
    uint64_t cases, accepted, compared, pairs, without_oracle, memory, differences;
    uint64_t by_rule[RULE_COUNT], beyond_avro_c, oracle_refused;
} tally;
static uint64_t seed;

static char *schema_text(const struct type *t, bool is_oracle) {
    char *text = xmalloc(JSON_MAX);
    struct builder b = builder_over(text, JSON_MAX - 1);
    print_schema(&b, t, is_oracle);
    text[b.len] = '\0';
    return text;
}

static void differ(const struct pair *p, struct span bytes, const char *what,
                   const char *detail) {
    if (tally.differences++ >= 5)
        return;
    char hex[2 * MESSAGE_MAX + 1];
    struct builder b = builder_over(hex, sizeof hex - 1);
    build_hex(&b, bytes.ptr, bytes.len);
    hex[b.len] = '\0';
    char *writer = schema_text(p->writer, false), *reader = schema_text(p->reader, false);
    printf("difference: %s: %s\n  writer %s\n  reader %s\n  bytes  %s\n", what, detail,
           writer, reader, hex);
    free(writer);
    free(reader);
}

static struct avro_schema *parse_ours(const struct pair *p, const struct type *t) {
    struct avro_schema *s = NULL;
    struct error err;
    char *text = schema_text(t, false);
    if (avro_schema_parse(span_of(text), &s, &err) != ST_OK)
        differ(p, SPAN(""), "schema refused", err.text);
    free(text);
    return s;
}

static bool make_oracle(struct pair *p) {
    char *writer = schema_text(p->writer, true), *reader = schema_text(p->reader, true);
    avro_schema_t w = NULL, r = NULL;
    avro_value_iface_t *resolver = NULL;
    if (avro_schema_from_json_length(writer, strlen(writer), &w) == 0 &&
        avro_schema_from_json_length(reader, strlen(reader), &r) == 0)
        resolver = avro_resolved_writer_new(w, r);
    free(writer);
    free(reader);
    if (!resolver) {
        if (getenv("FUZZ_VERBOSE"))
            printf("no oracle: %s\n", avro_strerror());
        return false;
    }
    avro_generic_value_new(avro_generic_class_from_schema(r), &p->record);
    avro_resolved_writer_new_value(resolver, &p->resolved);
    avro_resolved_writer_set_dest(&p->resolved, &p->record);
    p->bytes = avro_reader_memory("", 0);
    return true;
}

static bool pair_make(struct pair *p, uint64_t *r, struct arena *a) {
    *p = (struct pair){.reader = random_reader(r, a)};
    p->writer = evolve(r, a, p->reader);
    p->shape = make_shape(a, p->reader);
    p->reader_schema = parse_ours(p, p->reader);
    p->writer_schema = parse_ours(p, p->writer);
    struct error err;
    if (!p->reader_schema || !p->writer_schema)
        return false;
    if (avro_plan_compile(p->writer_schema, p->reader_schema, p->shape, &limits, &p->plan,
                          &err) != ST_OK) {
        differ(p, SPAN(""), "plan refused", err.text);
        return false;
    }
    p->has_oracle = make_oracle(p);
    return true;
}

static void pair_release(struct pair *p) {
    avro_plan_free(p->plan);
    avro_schema_free(p->reader_schema);
    avro_schema_free(p->writer_schema);
    region_used = 0; /* avro-c's things die together */
}

/* --- one case --- */

static unsigned rules_of(enum error_code code) {
    switch (code) {
    case E_AVRO_SHORT:
        return RULE_SHORT;
    case E_AVRO_VARINT:
        return RULE_VARINT;
    case E_AVRO_RANGE:
        return RULE_RANGE | RULE_BOOLEAN | RULE_BLOCK;
    case E_AVRO_LIMIT:
        return RULE_LIMIT;
    case E_AVRO_TEXT:
        return RULE_TEXT;
    case E_AVRO_SYMBOL:
        return RULE_SYMBOL;
    case E_AVRO_TRAILING:
        return RULE_TRAILING;
    case E_SCHEMA_INCOMPATIBLE:
        return RULE_BRANCH;
    default:
        return 0;
    }
}

static void compare_with_oracle(struct pair *p, struct span bytes, const struct walk *w,
                                bool is_accepted, const void *ours) {
    /* Only where the walk followed the bytes as avro-c does, to their end: elsewhere 1.11
     * may crash on a negative length, or count nulls for hours. */
    const unsigned followed = RULE_SHORT | RULE_TEXT | RULE_BOOLEAN | RULE_TRAILING;
    if (!p->has_oracle || w->is_dangerous || (w->broken & ~followed))
        return;
    if (w->avro_c_cannot) {
        tally.beyond_avro_c++;
        return;
    }
    avro_value_reset(&p->record);
    avro_reader_memory_set_source(p->bytes, bytes.ptr ? bytes.ptr : "",
                                  (int64_t)bytes.len);
    bool theirs = avro_value_read(p->bytes, &p->resolved) == 0;
    if (!is_accepted) {
        tally.oracle_refused += !theirs;
        if (theirs && w->ended)
            differ(p, bytes, "avro-c accepts what ends too early", "");
        return;
    }
    char path[32] = "";
    tally.compared++;
    if (!theirs)
        differ(p, bytes, "avro-c refuses what we accept", avro_strerror());
    else if (!is_equal(p->reader, p->shape, ours, &p->record, path, sizeof path))
        differ(p, bytes, "values differ", path);
}

static void run_case(struct pair *p, struct span bytes, struct arena *a, char *out) {
    struct error err = {.code = ERROR_CODE_COUNT};
    struct walk w = {.at = (const unsigned char *)bytes.ptr, .limits = &limits};
    w.end = w.at + bytes.len;
    walk_record(&w, p->writer);
    bool is_accepted = avro_decode(p->plan, bytes, a, out, &err) == ST_OK;
    tally.cases++;
    tally.accepted += is_accepted;
    if (is_accepted && w.broken) {
        differ(p, bytes, "accepted although it breaks a rule",
               rule_names[__builtin_ctz(w.broken)]);
    } else if (!is_accepted && !(rules_of(err.code) & w.broken)) {
        if (err.code == E_AVRO_LIMIT && strstr(err.text, "of memory"))
            tally.memory++; /* the walk does not count memory */
        else
            differ(p, bytes, "refused for a rule that is kept", err.text);
    }
    if (!is_accepted) {
        tally.by_rule[__builtin_ctz(rules_of(err.code) & w.broken
                                        ? rules_of(err.code) & w.broken
                                        : RULE_LIMIT)]++;
    }
    compare_with_oracle(p, bytes, &w, is_accepted, out);
    arena_reset(a);
}

/* --- mutations --- */

static size_t mutate(uint64_t *r, char *bytes, size_t len) {
    static const unsigned char telling[] = {0,    1,    2,    3,    0x7f, 0x80,
                                            0xff, 0xc3, 0xe8, 0xfe, 4,    8};
    for (unsigned n = 1 + below(r, 3); n > 0; n--) {
        size_t at = len ? below(r, (unsigned)len) : 0;
        switch (below(r, 6)) {
        case 0: /* cut */
            len = at;
            break;
        case 1: /* flip a bit */
            if (len)
                bytes[at] = (char)(bytes[at] ^ 1 << below(r, 8));
            break;
        case 2: /* a telling byte */
            if (len)
                bytes[at] = (char)telling[below(r, COUNT_OF(telling))];
            break;
        case 3: /* one byte more */
            if (len < MESSAGE_MAX - 1) {
                memmove(bytes + at + 1, bytes + at, len - at);
                bytes[at] = (char)random_next(r);
                len++;
            }
            break;
        case 4: /* one byte less */
            if (len) {
                memmove(bytes + at, bytes + at + 1, len - at - 1);
                len--;
            }
            break;
        default: /* a long number */
            for (unsigned k = 0, run = below(r, 11); k < run && at + k < len; k++)
                bytes[at + k] = (char)(bytes[at + k] | 0x80);
            break;
        }
    }
    return len;
}

static void run_pair(uint64_t *r, uint64_t cases) {
    struct arena *a = arena_new((size_t)64 << 20), *batch = arena_new((size_t)64 << 20);
    struct pair p;
    tally.pairs++;
    if (pair_make(&p, r, a)) {
        tally.without_oracle += !p.has_oracle;
        char *out = xmalloc(p.shape->size);
        char *valid = xmalloc(MESSAGE_MAX), *bytes = xmalloc(MESSAGE_MAX);
        for (uint64_t i = 0; i < cases && region_used < REGION_BYTES / 2;) {
            struct builder b = builder_over(valid, MESSAGE_MAX);
            random_value(r, &b, p.writer, 0);
            if (b.is_cut)
                continue;
            run_case(&p, builder_span(&b), batch, out);
            for (int k = 0; k < 100; k++) {
                memcpy(bytes, valid, b.len);
                size_t len = mutate(r, bytes, b.len);
                /* a block of its own: the sanitizer sees a byte read beyond the end */
                char *exact = memcpy(xmalloc(len + !len), bytes, len);
                run_case(&p, (struct span){exact, len}, batch, out);
                free(exact);
            }
            i += 101;
        }
        free(out);
        free(valid);
        free(bytes);
    }
    pair_release(&p);
    arena_free(a);
    arena_free(batch);
}

static void print_tally(int64_t took_us) {
    printf("%" PRIu64 " cases over %" PRIu64 " schema pairs in %" PRId64 " s\n",
           tally.cases, tally.pairs, took_us / US_PER_S);
    printf("  accepted %" PRIu64 ", of these equal to avro-c's value %" PRIu64 "\n",
           tally.accepted, tally.compared);
    printf("  refused by rule:");
    for (int i = 0; i < RULE_COUNT; i++)
        printf(" %s %" PRIu64, rule_names[i], tally.by_rule[i]);
    printf("; of those it could be asked, avro-c refused %" PRIu64 "\n",
           tally.oracle_refused);
    printf("  not compared: beyond avro-c %" PRIu64 ", memory %" PRIu64
           ", pairs that avro-c cannot resolve %" PRIu64 "\n",
           tally.beyond_avro_c, tally.memory, tally.without_oracle);
    printf("%" PRIu64 " differences, seed %" PRIu64 "\n", tally.differences, seed);
}

int main(int argc, char **argv) {
    uint64_t wanted = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : random_seed() % 1000000000;
    uint64_t r = seed;
    int64_t start = clock_monotonic_us();
    avro_schema_decref(avro_schema_int());
    avro_set_error("made before the region is"); /* avro-c keeps this one for ever */
    region = xmalloc(REGION_BYTES);
    avro_set_allocator(region_allocate, NULL);
    while (tally.cases < wanted && tally.differences == 0)
        run_pair(&r, wanted - tally.cases < 4000 ? wanted - tally.cases : 4000);
    print_tally(clock_monotonic_us() - start);
    free(region);
    return tally.differences ? 1 : 0;
}
