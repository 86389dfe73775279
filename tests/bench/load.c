/*
 * load: fills the topics for the benches, from a fixed seed.
 *
 *   load BROKERS PREFIX ORDERS FIRST SPREAD orders|returns|inquiries|both|tasks|live:RATE
 *
 * ORDERS orders beginning with number FIRST, and four return events for each: requested,
 * authorized (some declined), received, refunded. SPREAD is how many cases lie between
 * two events of one case: 0 puts the four next to each other, as a backfill has them;
 * larger values are what a live topic looks like. Topics are PREFIX.orders and
 * PREFIX.returns, 8 partitions. `inquiries`: to PREFIX.inquiries a conversation for each
 * order, two messages and two replies, with the texts of tests/data/messages.tsv, alone
 * and two or three together, and no word about their language. live:RATE publishes one request for each order, RATE a
 * second, each with the instant of its publication as occurred_at. tasks: as `both`, of the last month, and all of
 * broken appliances that come back in Japan, so that each return has its steps.
 */
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/event/shapes.h"
#include "common/io/avro_plan.h"
#include "common/io/kafka.h"
#include "tests/common/text/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BASE_US INT64_C(1793491200000000) /* 2026-11-01T00:00:00Z */

struct market {
    const char *code, *currency, *country;
};
static const struct market markets[] = {
    {"amazon.co.jp", "JPY", "JP"},  {"amazon.co.jp", "JPY", "JP"},
    {"amazon.de", "EUR", "DE"},     {"amazon.es", "EUR", "ES"},
    {"amazon.com", "USD", "US"},    {"amazon.co.uk", "GBP", "GB"},
    {"rakuten.co.jp", "JPY", "JP"}, {"amazon.fr", "EUR", "FR"},
};
static const char *const reasons[] = {
    "CR-DEFECTIVE",          "CR-UNWANTED_ITEM",        "AMZ-PG-BAD-DESC",
    "CR-SWITCHEROO",         "CR-QUALITY_UNACCEPTABLE", "CR-MISSING_PARTS",
    "CR-DAMAGED_BY_CARRIER", "AMZ-PG-APP-TOO-SMALL"};
static const char *const classes[] = {"apparel", "cosmetics", "small_electronics",
                                      "general"};

struct loader {
    struct kafka_producer *producer;
    struct avro_schema *schema;
    uint64_t fingerprint;
    const struct avro_shape *shape;
    char topic[128];
    bool is_broken;  /* `tasks` */
    int64_t base_us; /* when the first return is asked for */
};

static uint64_t draw(uint64_t i) {
    uint64_t state = i * 0x9e3779b97f4a7c15u + 0x68656e70696eu;
    return random_next(&state);
}

static void must(enum status st, const struct error *err) {
    if (st == ST_OK)
        return;
    fprintf(stderr, "load: %s\n", err->text);
    exit(1);
}

static void open_loader(struct loader *l, const char *brokers, const char *prefix,
                        const char *what, const char *file,
                        const struct avro_shape *shape) {
    static char text[65536];
    struct error err = {0};
    const struct kafka_properties properties = {.bootstrap_servers = brokers};
    snprintf(l->topic, sizeof l->topic, "%s.%s", prefix, what);
    must(kafka_topic_create(&properties, l->topic, 8, &err), &err);
    must(kafka_producer_new(&properties, &l->producer, &err), &err);
    FILE *f = fopen(file, "r");
    size_t n = f ? fread(text, 1, sizeof text, f) : 0;
    if (f)
        fclose(f);
    must(avro_schema_parse((struct span){text, n}, &l->schema, &err), &err);
    l->fingerprint = avro_schema_fingerprint(l->schema);
    l->shape = shape;
}

static void send(struct loader *l, struct span key, const void *event) {
    char bytes[8192];
    struct builder b = builder_over(bytes, sizeof bytes);
    struct error err = {0};
    build_bytes(&b, "\xC3\x01", 2);
    for (int i = 0; i < 8; i++)
        build_char(&b, (char)(l->fingerprint >> (8 * i)));
    must(avro_encode(l->schema, l->shape, event, &b, &err), &err);
    must(kafka_produce(l->producer, l->topic, -1, key, builder_span(&b), NULL, 0,
                       EVENT_ABSENT, &err),
         &err);
}

struct names {
    char seller[32], order[32], item[32], event[48];
};

static void name(struct names *n, uint64_t k) {
    uint64_t o = draw(k * 3 + 1);
    snprintf(n->seller, sizeof n->seller, "A%013llX",
             (unsigned long long)(draw(o % 2000) >> 12));
    snprintf(n->order, sizeof n->order, "%03u-%07u-%07u", (unsigned)(o % 900 + 100),
             (unsigned)((o >> 20) % 10000000), (unsigned)(k % 10000000));
    snprintf(n->item, sizeof n->item, "RMA-%012llu", (unsigned long long)(k + 100000000));
}

static const struct market *market_of(const struct loader *l, uint64_t k) {
    return &markets[l->is_broken ? 0 : draw(k) % COUNT_OF(markets)];
}

static struct event_head head_of(const struct loader *l, const struct names *n,
                                 uint64_t k, int64_t at) {
    return (struct event_head){
        .event_id = span_of(n->event),
        .occurred_at_us = at,
        .observed_at_us = at + 700000,
        .marketplace = span_of(market_of(l, k)->code),
        .seller_id = span_of(n->seller),
        .order_id = span_of(n->order),
    };
}

static struct span class_of(const struct loader *l, uint64_t r) {
    return l->is_broken ? SPAN("small_appliance")
                        : span_of(classes[(r >> 40) % COUNT_OF(classes)]);
}

static void send_order(struct loader *l, uint64_t k) {
    struct names n;
    name(&n, k);
    uint64_t r = draw(k);
    const struct market *m = market_of(l, k);
    snprintf(n.event, sizeof n.event, "o-%016llx-%08x", (unsigned long long)draw(k ^ 77),
             (unsigned)k);
    int64_t at = l->base_us - 10 * US_PER_DAY + (int64_t)k * 5200;
    struct order_line line = {
        .line_id = SPAN("1"),
        .sku = SPAN("SKU-JP-000000000000042"),
        .title = {NULL, 0},
        .quantity = 1,
        .unit_price_minor = (int64_t)(r >> 24) % 90000 + 500,
        .currency = span_of(m->currency),
        .product_class = class_of(l, r),
        .fulfilment = FULFILMENT_ABSENT,
    };
    struct order_event e = {
        .head = head_of(l, &n, k, at),
        .kind = ORDER_PLACED,
        .fulfilment = r % 10 == 9 ? FULFILMENT_MARKETPLACE : FULFILMENT_SELLER,
        .ship_from_country = SPAN("CN"),
        .buyer_country = span_of(m->country),
        .purchased_at_us = at,
        .latest_delivery_at_us = at + 7 * US_PER_DAY,
        .delivered_at_us = EVENT_ABSENT,
        .lines = &line,
        .n_lines = 1,
    };
    send(l, e.head.order_id, &e);
}

static void send_return(struct loader *l, uint64_t k, int step, int64_t at) {
    struct names n;
    name(&n, k);
    uint64_t r = draw(k);
    const struct market *m = market_of(l, k);
    static const int kinds[4] = {RETURN_REQUESTED, RETURN_AUTHORIZED, RETURN_RECEIVED,
                                 RETURN_REFUNDED};
    snprintf(n.event, sizeof n.event, "r-%016llx-%08x-%d",
             (unsigned long long)draw(k ^ 99), (unsigned)k, step);
    struct return_line line = {
        .line_id = SPAN("1"),
        .sku = SPAN("SKU-JP-000000000000042"),
        .quantity = 1,
        .product_class = class_of(l, r),
        .condition = step < 2       ? CONDITION_ABSENT
                     : l->is_broken ? CONDITION_DEFECTIVE
                                    : (int)(r >> 33) % 3,
    };
    struct return_event e = {
        .head = head_of(l, &n, k, at),
        .return_id = span_of(n.item),
        .kind = step == 1 && r % 11 == 0 ? RETURN_DECLINED : kinds[step],
        .reason_code = span_of(reasons[(r >> 44) % COUNT_OF(reasons)]),
        .in_policy = (r >> 50) % 2 ? TRI_TRUE : TRI_FALSE,
        .wanted = WANTED_REFUND,
        .lines = &line,
        .n_lines = 1,
        .amount_minor = (int64_t)(r >> 24) % 90000 + 500,
        .currency = span_of(m->currency),
        .claim_opened = r % 50 == 0,
    };
    send(l, e.head.order_id, &e);
}

static int64_t planned(const struct loader *l, uint64_t k, int step) {
    return l->base_us + (int64_t)k * 5200 + step * 26 * US_PER_HOUR;
}

static void send_inquiry(struct loader *l, const struct messages *texts, uint64_t k,
                         int step) {
    struct names n;
    char text[4096], message[8];
    struct builder b = builder_over(text, sizeof text);
    uint64_t r = draw(k * 4 + (uint64_t)step);
    name(&n, k);
    snprintf(n.event, sizeof n.event, "i-%016llx-%08x-%d",
             (unsigned long long)draw(k ^ 55), (unsigned)k, step);
    snprintf(message, sizeof message, "%d", step);
    for (uint64_t i = 0; i <= r % 3; i++) {
        build_span(&b, texts->items[(r + i) % texts->n].text);
        build_char(&b, '\n');
    }
    bool is_reply = step % 2 == 1;
    struct inquiry_event e = {
        .head = head_of(l, &n, k, BASE_US + (int64_t)k * 5200 + step * 7 * US_PER_HOUR),
        .inquiry_id = span_of(n.item),
        .message_id = span_of(message),
        .kind = is_reply ? INQUIRY_REPLIED : INQUIRY_MESSAGE_RECEIVED,
        .topic = (int)((r >> 30) % TOPIC_UNKNOWN),
        .language_source = -1,
        .reply_author = is_reply ? REPLY_HUMAN : -1,
        .text = builder_span(&b),
    };
    send(l, e.head.order_id, &e);
}

static void send_inquiries(const char *brokers, const char *prefix, uint64_t first,
                           uint64_t n) {
    struct loader l = {0};
    struct error err = {0};
    struct messages *texts = messages_read();
    open_loader(&l, brokers, prefix, "inquiries", "schemas/avro/" INQUIRY_EVENT_AVSC,
                &inquiry_event_shape);
    for (uint64_t k = first; k < first + n; k++)
        for (int step = 0; step < 4; step++)
            send_inquiry(&l, texts, k, step);
    must(kafka_producer_flush(l.producer, 60 * US_PER_S, &err), &err);
    kafka_producer_free(l.producer);
    messages_free(texts);
}

static void send_live(struct loader *l, uint64_t first, uint64_t n, int64_t rate) {
    int64_t began = clock_monotonic_us();
    for (uint64_t i = 0; i < n; i++) {
        int64_t wait = began + (int64_t)i * US_PER_S / rate - clock_monotonic_us();
        if (wait > 0)
            usleep((useconds_t)wait);
        send_return(l, first + i, 0, clock_now_us());
    }
}

int main(int argc, char **argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: load BROKERS PREFIX ORDERS FIRST SPREAD "
                        "orders|returns|inquiries|both|tasks|live:RATE\n");
        return 2;
    }
    uint64_t n = strtoull(argv[3], NULL, 10), first = strtoull(argv[4], NULL, 10);
    uint64_t spread = strtoull(argv[5], NULL, 10);
    const struct loader kind =
        strcmp(argv[6], "tasks") == 0
            ? (struct loader){.is_broken = true,
                              .base_us = clock_now_us() - 30 * US_PER_DAY}
            : (struct loader){.base_us = BASE_US};
    struct error err = {0};
    if (strcmp(argv[6], "inquiries") == 0) {
        send_inquiries(argv[1], argv[2], first, n);
        return 0;
    }
    if (strncmp(argv[6], "live:", 5) == 0) {
        struct loader l = kind;
        open_loader(&l, argv[1], argv[2], "returns", "schemas/avro/" RETURN_EVENT_AVSC,
                    &return_event_shape);
        send_live(&l, first, n, strtoll(argv[6] + 5, NULL, 10));
        must(kafka_producer_flush(l.producer, 60 * US_PER_S, &err), &err);
        kafka_producer_free(l.producer);
        return 0;
    }
    if (strcmp(argv[6], "returns") != 0) {
        struct loader l = kind;
        open_loader(&l, argv[1], argv[2], "orders", "schemas/avro/" ORDER_EVENT_AVSC,
                    &order_event_shape);
        for (uint64_t k = 0; k < n; k++)
            send_order(&l, first + k);
        must(kafka_producer_flush(l.producer, 60 * US_PER_S, &err), &err);
        kafka_producer_free(l.producer);
    }
    if (strcmp(argv[6], "orders") != 0) {
        struct loader l = kind;
        open_loader(&l, argv[1], argv[2], "returns", "schemas/avro/" RETURN_EVENT_AVSC,
                    &return_event_shape);
        for (uint64_t i = 0; i < n + 3 * spread; i++)
            for (int step = 0; step < 4; step++) {
                uint64_t back = (uint64_t)step * spread;
                if (i >= back && i - back < n)
                    send_return(&l, first + i - back, step,
                                planned(&l, first + i - back, step));
            }
        must(kafka_producer_flush(l.producer, 60 * US_PER_S, &err), &err);
        kafka_producer_free(l.producer);
    }
    return 0;
}
