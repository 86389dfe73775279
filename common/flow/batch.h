/*
 * batch.h: the messages that share one transaction.
 *
 * A message is a record with what became of it. The batch arena holds the records'
 * copies, the decoded items and the rejections; it is reset after the commit. The attempt
 * arena holds what one try of the transaction loads, decides and writes; a batch that is
 * tried again begins with a fresh one.
 */
#ifndef COMMON_FLOW_BATCH_H
#define COMMON_FLOW_BATCH_H

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/span.h"
#include "common/event/identity.h"
#include "common/io/kafka.h"

#include <stdbool.h>
#include <stdint.h>

struct marketplace;
struct sellers;
struct pg_script;
struct park_recount;
struct positions;
struct schemas;
struct service;

/* A batch may hold one record of Kafka's largest default size many times over, and what
 * is decoded from it is capped by the plan: these bounds are generous, and beyond them
 * arena_alloc stops the process. */
#define BATCH_ARENA_BYTES (512u << 20)

/* The option batch-max goes no further. */
enum { BATCH_MESSAGES_MAX = 20000 };

enum origin {
    ORIGIN_KAFKA,  /* read from the topic: the ledger moves past it */
    ORIGIN_PARKED, /* waited in henpin.parked: its row is deleted */
    ORIGIN_RETRY,  /* a dead letter that somebody asked to retry: its row is resolved or
                      says why not */
};

enum fate {
    FATE_OPEN,      /* to be decided */
    FATE_APPLIED,   /* its effects are in this transaction */
    FATE_DUPLICATE, /* its event was applied before: no effect */
    FATE_PARKED,    /* its order is not known: goes to henpin.parked */
    FATE_REJECTED,  /* goes to the dead letters, see `error` */
    FATE_COUNT,
};

/* Which case an event belongs to. Borrows from the message's item. */
struct subject {
    const struct marketplace *marketplace; /* NULL: not in the register */
    struct span code;                      /* its code, or the word as written */
    struct span seller_id, order_id, event_id;
    struct uuid order_key;
    struct uuid case_id; /* the order's own, or that of a part of it */
};

struct message {
    enum origin origin;
    enum fate fate;
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t
        record_us; /* Kafka's timestamp of the record, EVENT_ABSENT when it has none */
    struct span key, value;
    const struct record_header *headers;
    size_t n_headers;
    void *item;                /* the service's view, beginning with the decoded event */
    int64_t occurred_us;       /* the event's own time, EVENT_ABSENT until decoded */
    struct subject subject;    /* set by the service's decode */
    const struct error *error; /* why it was rejected; in the batch arena */
    /* The name of its row in henpin.parked: as it was read there, or set with
     * FATE_PARKED. */
    struct uuid order_key; /* which order it waits for */
    struct uuid event_key; /* its event: of its case and event id */
    bool is_ready;         /* parked only because earlier ones of its case still are */
    void *handle;          /* librdkafka's message, released with the batch */
};

/* The part of a partition that the batch covers: one row of the ledger. */
struct batch_range {
    struct partition *partition;
    int64_t first_offset, next_offset;
    int64_t records;
    int64_t last_offset;
    int64_t last_fingerprint;
};

struct batch {
    struct arena *arena;
    struct arena *attempt;
    const char *group; /* the consumer group */
    const struct service *service;
    struct message *messages;
    size_t n_messages, capacity;
    size_t n_rejected;
    size_t limit; /* messages from here on are left out of this attempt (bisection) */
    size_t bytes;
    struct batch_range *ranges; /* none: work from the tables, no position moves */
    size_t n_ranges;
    int64_t order_patience_us; /* how long a message may wait for its order */
    struct sellers *sellers;   /* the lane's cache */
    struct park_recount
        *recount;             /* of a recall: what is parked for its orders; else NULL */
    struct pg_script *writes; /* the statements after the load; decide and apply append */
    void *state;              /* the service's, zeroed for each attempt */
    int round;                /* of loading, from 0 */
    int64_t taken_us;         /* monotonic, when the first message was taken */
};

/* `attempt` is the lane's, borrowed: only the running batch uses it. */
struct batch *batch_new(const struct service *s, const char *group,
                        struct sellers *sellers, struct arena *attempt, size_t capacity);
void batch_free(struct batch *b);
void batch_reset(struct batch *b); /* forgets everything, releases the records */
void batch_begin_attempt(
    struct batch *b); /* fresh attempt arena and state; open messages again */

/* The next message that is still to be decided in this attempt, NULL at the end. Start
 * with *i = 0. */
struct message *batch_next(const struct batch *b, size_t *i);

/* Sends a message to the dead letters; copies the error into the batch arena. */
void batch_reject(struct batch *b, struct message *m, const struct error *err);
bool batch_is_full(const struct batch *b, size_t max_bytes);

/* A message's bytes to its item, and on to the service's decode; again is fine. ST_REJECT:
 * it cannot be used; ST_RETRY: the registry must be waited for. What was decoded before a
 * failure stays in the batch's arena. */
MUST_USE enum status batch_decode(struct batch *b, struct message *m,
                                  struct schemas *schemas, struct error *err);
/* Tries the rejected once more, but those that Postgres or their case refused. */
void batch_decode_again(struct batch *b, struct schemas *schemas);

/* Which part of each partition the batch covers: b->ranges. */
void batch_find_ranges(struct batch *b, const struct positions *positions);

/* Whether a message came from one of these partitions; forgets those that did. */
bool batch_has(const struct batch *b, const struct kafka_partition *p, size_t n);
void batch_drop(struct batch *b, const struct kafka_partition *p, size_t n);
bool batch_is_among(const struct kafka_partition *p, size_t n, const char *topic,
                    int32_t partition);

#endif
