/*
 * decode.c: how long one return event takes to decode, ours beside avro-c's.
 *
 *     decode [EVENTS] [ROUNDS]          (default 20000 5)
 *
 * The same bytes go through: our plan; avro-c's generic value, reused; avro-c's resolved
 * value, reused, which does what the plan does (writer's schema resolved against the
 * reader's). Each contender gets the whole set in each round, in turn, and its best round
 * counts, so that a neighbour on the machine disturbs all alike. Prints name, nanoseconds
 * a record, and how many times our time that is, separated by tabs.
 */
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/event/shapes.h"
#include "common/io/avro_plan.h"

#include <avro.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORD_MAX = 1024 };

static const char *const markets[] = {"amazon.co.jp", "rakuten.co.jp", "amazon.de",
                                      "amazon.es"};
static const char *const reasons[] = {"CR-DEFECTIVE", "AMZ-PG-BAD-DESC",
                                      "CR-UNWANTED_ITEM", "CR-DAMAGED_BY_CARRIER"};
static const char *const classes[] = {"home_appliance", "apparel", "lithium_battery",
                                      "medical_device"};

struct lot {
    struct span *records;
    char *bytes;
    size_t n, n_bytes;
};

static _Noreturn void give_up(const char *what, const char *why) {
    fprintf(stderr, "decode: %s: %s\n", what, why);
    exit(1);
}

static char *read_text(const char *path, size_t *len) {
    FILE *f = fopen(path, "rb");
    if (!f)
        give_up(path, "cannot be opened");
    char *text = xmalloc(1 << 16);
    *len = fread(text, 1, 1 << 16, f);
    fclose(f);
    return text;
}

/* --- events: 1 to 4 lines, a third of the optional values absent --- */

#define PICK(list, r) span_of((list)[(r) % COUNT_OF(list)])

/* An id of fixed length: prefix, eight digits, separator, seven digits. */
static struct span id_at(char *buffer, size_t size, const char *prefix, uint64_t a,
                         const char *separator, uint64_t b) {
    struct builder out = builder_over(buffer, size);
    build_format(&out, "%s%08u%s%07u", prefix, (unsigned)(a % 100000000), separator,
                 (unsigned)(b % 10000000));
    return builder_span(&out);
}

struct texts {
    char event[64], seller[32], order[32], name[32], line[4][2][32];
};

static void make_event(uint64_t *random, struct return_event *e,
                       struct return_line lines[4], struct texts *t,
                       struct span *hazard) {
    uint64_t r = random_next(random), q = random_next(random);
    *e = (struct return_event){.lines = lines, .n_lines = 1 + r % 4};
    e->head.event_id = id_at(t->event, sizeof t->event, "0a8f9e2b-4d1c-", r, "-77aa", q);
    e->head.occurred_at_us = INT64_C(1793491200000000) + (int64_t)(r % 2592000000000);
    e->head.observed_at_us = e->head.occurred_at_us + (int64_t)(q % 9000000);
    e->head.marketplace = PICK(markets, r >> 8);
    e->head.seller_id = id_at(t->seller, sizeof t->seller, "A", q, "", r);
    e->head.order_id = id_at(t->order, sizeof t->order, "503-", r, "-", q);
    e->return_id = id_at(t->name, sizeof t->name, "RMA-", q >> 9, "", r);
    e->kind = (int)((r >> 16) % RETURN_KIND_COUNT);
    e->reason_code = PICK(reasons, r >> 24);
    e->in_policy = (int)((r >> 32) % 3) - 1;
    e->wanted = (int)((r >> 40) % WANTED_COUNT);
    e->amount_minor = (r >> 44) % 3 ? (int64_t)(q % 90000) : EVENT_ABSENT;
    e->currency = (r >> 44) % 3 ? SPAN("JPY") : (struct span){NULL, 0};
    e->claim_opened = (r >> 50) % 20 == 0;
    for (size_t i = 0; i < e->n_lines; i++) {
        uint64_t l = random_next(random);
        lines[i] = (struct return_line){
            .line_id = id_at(t->line[i][0], 32, "", l, "", l >> 20),
            .sku = id_at(t->line[i][1], 32, "SKU-JP-", l >> 8, "", l),
            .quantity = 1 + (int32_t)(l % 3),
            .product_class =
                l >> 30 & 1 ? PICK(classes, l >> 32) : (struct span){NULL, 0},
            .condition = (int)((l >> 40) % 7) - 1,
            .hazards = {hazard, (l >> 50) % 2},
        };
    }
}

static struct lot make_lot(const struct avro_schema *schema, size_t n) {
    struct lot lot = {xcalloc(n, sizeof(struct span)), xmalloc(n * RECORD_MAX), n, 0};
    uint64_t random = 42;
    struct span hazard = SPAN("LITHIUM_ION");
    for (size_t i = 0; i < n; i++) {
        struct return_event e;
        struct return_line lines[4];
        struct texts t;
        struct error err;
        make_event(&random, &e, lines, &t, &hazard);
        struct builder b = builder_over(lot.bytes + lot.n_bytes, RECORD_MAX);
        if (avro_encode(schema, &return_event_shape, &e, &b, &err) != ST_OK)
            give_up("encoding", err.text);
        lot.records[i] = builder_span(&b);
        lot.n_bytes += b.len;
    }
    return lot;
}

/* --- contenders --- */

struct ours {
    struct avro_plan *plan;
    struct arena *arena;
};

static void run_ours(void *context, const struct lot *lot) {
    struct ours *o = context;
    struct return_event e;
    struct error err;
    for (size_t i = 0; i < lot->n; i++) {
        if (avro_decode(o->plan, lot->records[i], o->arena, &e, &err) != ST_OK)
            give_up("ours", err.text);
        if (i % 500 == 499) /* a batch, as in a worker */
            arena_reset(o->arena);
    }
    arena_reset(o->arena);
}

struct theirs {
    avro_reader_t reader;
    avro_value_t into;   /* what avro_value_read fills */
    avro_value_t record; /* the generic value behind it */
};

static void run_theirs(void *context, const struct lot *lot) {
    struct theirs *t = context;
    for (size_t i = 0; i < lot->n; i++) {
        avro_reader_memory_set_source(t->reader, lot->records[i].ptr,
                                      (int64_t)lot->records[i].len);
        avro_value_reset(&t->record);
        if (avro_value_read(t->reader, &t->into) != 0)
            give_up("avro-c", avro_strerror());
    }
}

struct contender {
    const char *name;
    void (*run)(void *context, const struct lot *lot);
    void *context;
    int64_t best_us;
};

static void race(struct contender *c, size_t n, const struct lot *lot, int rounds) {
    for (int round = -1; round < rounds; round++) { /* the first warms up */
        for (size_t i = 0; i < n; i++) {
            int64_t start = clock_monotonic_us();
            c[i].run(c[i].context, lot);
            int64_t took = clock_monotonic_us() - start;
            if (round >= 0 && (c[i].best_us == 0 || took < c[i].best_us))
                c[i].best_us = took;
        }
    }
}

int main(int argc, char **argv) {
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
    int rounds = argc > 2 ? atoi(argv[2]) : 5;
    const char *path = "schemas/avro/return_event.avsc";
    size_t len;
    char *text = read_text(path, &len);
    struct avro_schema *schema;
    struct error err;
    if (avro_schema_parse((struct span){text, len}, &schema, &err) != ST_OK)
        give_up(path, err.text);
    struct lot lot = make_lot(schema, n);
    struct ours ours = {NULL, arena_new((size_t)64 << 20)};
    if (avro_plan_compile(schema, schema, &return_event_shape, &avro_default_limits,
                          &ours.plan, &err) != ST_OK)
        give_up(path, err.text);
    avro_schema_t peer;
    if (avro_schema_from_json_length(text, len, &peer) != 0)
        give_up("avro-c", avro_strerror());
    struct theirs generic = {.reader = avro_reader_memory("", 0)}, resolved = generic;
    avro_value_iface_t *class = avro_generic_class_from_schema(peer);
    avro_value_iface_t *resolving = avro_resolved_writer_new(peer, peer);
    avro_generic_value_new(class, &generic.record);
    generic.into = generic.record;
    avro_generic_value_new(class, &resolved.record);
    avro_resolved_writer_new_value(resolving, &resolved.into);
    avro_resolved_writer_set_dest(&resolved.into, &resolved.record);

    struct contender all[] = {
        {"decode_ours", run_ours, &ours, 0},
        {"decode_avro_c_generic", run_theirs, &generic, 0},
        {"decode_avro_c_resolved", run_theirs, &resolved, 0},
    };
    race(all, COUNT_OF(all), &lot, rounds);
    printf("# %zu return events of %.0f bytes, best of %d rounds\n", n,
           (double)lot.n_bytes / (double)n, rounds);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        printf("%s\t%.1f\tns/record\t%.1f times ours\n", all[i].name,
               (double)all[i].best_us * 1000.0 / (double)n,
               (double)all[i].best_us / (double)all[0].best_us);
    }
    avro_value_decref(&resolved.into);
    avro_value_decref(&resolved.record);
    avro_value_decref(&generic.record);
    avro_value_iface_decref(resolving);
    avro_value_iface_decref(class);
    avro_reader_free(generic.reader);
    avro_schema_decref(peer);
    avro_plan_free(ours.plan);
    avro_schema_free(schema);
    arena_free(ours.arena);
    free(lot.records);
    free(lot.bytes);
    free(text);
}
