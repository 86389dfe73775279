/*
 * event.h: the three input events as plain C structures.
 *
 * Text borrows from the record's bytes or the batch's arena: valid until the arena is
 * reset. Absent optional values: a span with ptr NULL, EVENT_ABSENT for numbers and
 * instants, the enum's _ABSENT (-1), TRI_ABSENT for booleans. A symbol that a newer
 * writer invented reads as _UNKNOWN: the event lives, and policy sends it to triage
 * (invariant I7). Enum values are positions in the tables below; nothing stored depends
 * on them: rows have the word.
 */
#ifndef COMMON_EVENT_EVENT_H
#define COMMON_EVENT_EVENT_H

#include "common/base/absent.h"
#include "common/base/span.h"

#include <stdint.h>

enum tri { TRI_ABSENT = -1, TRI_FALSE = 0, TRI_TRUE = 1 };

/* identifier, symbol in Avro and in rows */
#define ORDER_KINDS(X)                                                                   \
    X(ORDER_PLACED, "PLACED")                                                            \
    X(ORDER_CONFIRMED, "CONFIRMED")                                                      \
    X(ORDER_SHIPPED, "SHIPPED")                                                          \
    X(ORDER_DELIVERED, "DELIVERED")                                                      \
    X(ORDER_CANCELLED, "CANCELLED")                                                      \
    X(ORDER_UPDATED, "UPDATED")                                                          \
    X(ORDER_UNKNOWN, "UNKNOWN")

#define FULFILMENTS(X)                                                                   \
    X(FULFILMENT_SELLER, "SELLER")                                                       \
    X(FULFILMENT_MARKETPLACE, "MARKETPLACE")                                             \
    X(FULFILMENT_UNKNOWN, "UNKNOWN")

#define RETURN_KINDS(X)                                                                  \
    X(RETURN_REQUESTED, "REQUESTED")                                                     \
    X(RETURN_AUTHORIZED, "AUTHORIZED")                                                   \
    X(RETURN_DECLINED, "DECLINED")                                                       \
    X(RETURN_LABEL_ISSUED, "LABEL_ISSUED")                                               \
    X(RETURN_IN_TRANSIT, "IN_TRANSIT")                                                   \
    X(RETURN_RECEIVED, "RECEIVED")                                                       \
    X(RETURN_INSPECTED, "INSPECTED")                                                     \
    X(RETURN_REFUNDED, "REFUNDED")                                                       \
    X(RETURN_REPLACED, "REPLACED")                                                       \
    X(RETURN_REPAIRED, "REPAIRED")                                                       \
    X(RETURN_CLOSED, "CLOSED")                                                           \
    X(RETURN_REOPENED, "REOPENED")                                                       \
    X(RETURN_UNKNOWN, "UNKNOWN")

#define WANTEDS(X)                                                                       \
    X(WANTED_REFUND, "REFUND")                                                           \
    X(WANTED_EXCHANGE, "EXCHANGE")                                                       \
    X(WANTED_REPAIR, "REPAIR")                                                           \
    X(WANTED_UNKNOWN, "UNKNOWN")

#define CONDITIONS(X)                                                                    \
    X(CONDITION_UNOPENED, "UNOPENED")                                                    \
    X(CONDITION_OPENED, "OPENED")                                                        \
    X(CONDITION_USED, "USED")                                                            \
    X(CONDITION_DEFECTIVE, "DEFECTIVE")                                                  \
    X(CONDITION_DAMAGED, "DAMAGED")                                                      \
    X(CONDITION_UNKNOWN, "UNKNOWN")

#define INQUIRY_KINDS(X)                                                                 \
    X(INQUIRY_MESSAGE_RECEIVED, "MESSAGE_RECEIVED")                                      \
    X(INQUIRY_REPLIED, "REPLIED")                                                        \
    X(INQUIRY_NO_REPLY_NEEDED, "NO_REPLY_NEEDED")                                        \
    X(INQUIRY_CLAIM_OPENED, "CLAIM_OPENED")                                              \
    X(INQUIRY_CLAIM_INFO_REQUESTED, "CLAIM_INFO_REQUESTED")                              \
    X(INQUIRY_CHARGEBACK, "CHARGEBACK")                                                  \
    X(INQUIRY_CLOSED, "CLOSED")                                                          \
    X(INQUIRY_REOPENED, "REOPENED")                                                      \
    X(INQUIRY_UNKNOWN, "UNKNOWN")

#define INQUIRY_TOPICS(X)                                                                \
    X(TOPIC_PRODUCT, "PRODUCT")                                                          \
    X(TOPIC_DELIVERY, "DELIVERY")                                                        \
    X(TOPIC_RETURN, "RETURN")                                                            \
    X(TOPIC_REPAIR, "REPAIR")                                                            \
    X(TOPIC_COMPLAINT, "COMPLAINT")                                                      \
    X(TOPIC_INVOICE, "INVOICE")                                                          \
    X(TOPIC_OTHER, "OTHER")                                                              \
    X(TOPIC_UNKNOWN, "UNKNOWN")

#define LANGUAGE_SOURCES(X)                                                              \
    X(LANGUAGE_DECLARED, "DECLARED")                                                     \
    X(LANGUAGE_DETECTED, "DETECTED")                                                     \
    X(LANGUAGE_SOURCE_UNKNOWN, "UNKNOWN")

#define REPLY_AUTHORS(X)                                                                 \
    X(REPLY_HUMAN, "HUMAN")                                                              \
    X(REPLY_AUTOMATIC, "AUTOMATIC")                                                      \
    X(REPLY_MACHINE_TRANSLATION, "MACHINE_TRANSLATION")                                  \
    X(REPLY_AUTHOR_UNKNOWN, "UNKNOWN")

#define EVENT_ENUM_VALUE(id, symbol) id,
enum order_kind { ORDER_KINDS(EVENT_ENUM_VALUE) ORDER_KIND_COUNT };
enum fulfilment {
    FULFILMENT_ABSENT = -1,
    FULFILMENTS(EVENT_ENUM_VALUE) FULFILMENT_COUNT
};
enum return_kind { RETURN_KINDS(EVENT_ENUM_VALUE) RETURN_KIND_COUNT };
enum wanted { WANTEDS(EVENT_ENUM_VALUE) WANTED_COUNT };
enum condition { CONDITION_ABSENT = -1, CONDITIONS(EVENT_ENUM_VALUE) CONDITION_COUNT };
enum inquiry_kind { INQUIRY_KINDS(EVENT_ENUM_VALUE) INQUIRY_KIND_COUNT };
enum inquiry_topic { INQUIRY_TOPICS(EVENT_ENUM_VALUE) INQUIRY_TOPIC_COUNT };
enum language_source {
    LANGUAGE_SOURCE_ABSENT = -1,
    LANGUAGE_SOURCES(EVENT_ENUM_VALUE) LANGUAGE_SOURCE_COUNT
};
enum reply_author {
    REPLY_AUTHOR_ABSENT = -1,
    REPLY_AUTHORS(EVENT_ENUM_VALUE) REPLY_AUTHOR_COUNT
};

/* The symbols in enum order. */
extern const char *const order_kind_names[ORDER_KIND_COUNT];
extern const char *const fulfilment_names[FULFILMENT_COUNT];
extern const char *const return_kind_names[RETURN_KIND_COUNT];
extern const char *const wanted_names[WANTED_COUNT];
extern const char *const condition_names[CONDITION_COUNT];
extern const char *const inquiry_kind_names[INQUIRY_KIND_COUNT];
extern const char *const inquiry_topic_names[INQUIRY_TOPIC_COUNT];
extern const char *const language_source_names[LANGUAGE_SOURCE_COUNT];
extern const char *const reply_author_names[REPLY_AUTHOR_COUNT];

/* What all three begin with. */
struct event_head {
    struct span event_id;    /* unique per connector event; a second one is a duplicate */
    int64_t occurred_at_us;  /* when it happened; deadlines run from this */
    int64_t observed_at_us;  /* when the connector saw it */
    struct span marketplace; /* as written; marketplace_find() knows aliases */
    struct span seller_id;
    struct span order_id;
};

struct span_list {
    const struct span *items;
    size_t count;
};

struct order_line {
    struct span line_id;
    struct span sku;
    struct span title; /* optional */
    int32_t quantity;
    int64_t unit_price_minor; /* in the currency's minor unit */
    struct span currency;     /* ISO 4217 */
    struct span product_class;
    struct span_list hazards;
    int fulfilment; /* enum fulfilment, optional: the order's word holds otherwise */
};

struct order_event {
    struct event_head head;
    int kind;                      /* enum order_kind */
    int fulfilment;                /* enum fulfilment */
    struct span ship_from_country; /* ISO 3166-1 alpha-2 */
    struct span buyer_country;
    struct span buyer_language; /* optional, BCP 47 */
    int64_t purchased_at_us;
    int64_t latest_delivery_at_us; /* optional */
    int64_t delivered_at_us;       /* optional */
    struct span carrier;           /* optional */
    struct span tracking;          /* optional */
    struct order_line *lines;
    size_t n_lines;
};

struct return_line {
    struct span line_id;
    struct span sku;
    int32_t quantity;
    struct span product_class; /* optional: the order's line knows it otherwise */
    int condition;             /* enum condition, optional */
    struct span_list hazards;
};

struct return_event {
    struct event_head head;
    struct span return_id;
    int kind;                /* enum return_kind */
    struct span reason_code; /* raw, as the marketplace says it */
    int in_policy;           /* enum tri */
    int wanted;              /* enum wanted */
    struct return_line *lines;
    size_t n_lines;
    int64_t amount_minor; /* optional */
    struct span currency; /* optional */
    bool claim_opened;
};

struct inquiry_event {
    struct event_head head;
    struct span inquiry_id;
    struct span message_id;
    int kind;                   /* enum inquiry_kind */
    int topic;                  /* enum inquiry_topic */
    struct span language;       /* optional, BCP 47 */
    int language_source;        /* enum language_source, optional */
    int reply_author;           /* enum reply_author, optional */
    struct span reply_language; /* optional */
    struct span text;           /* optional; buyer text: never stored, never logged */
    struct span line_id;        /* optional: the order's line that it is about */
};

#endif
