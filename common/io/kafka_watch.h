/*
 * kafka_watch.h: what a monitor asks of Kafka, again and again, over one connection: which
 * topics and groups there are, where partitions begin and end, what groups have committed,
 * who is in them, and when a record was written. It joins no group and commits nothing.
 *
 * Everything waits, up to the timeout of the call, and a failure (E_KAFKA_DOWN) means that
 * nothing is known: what comes back is whole, but for what is marked as unknown in its own
 * row. The embedded broker knows no groups: kafka_watch_groups() fails there.
 *
 * Ends are those that a consumer of committed transactions reads up to: what a transaction
 * holds open is not waiting yet.
 */
#ifndef COMMON_IO_KAFKA_WATCH_H
#define COMMON_IO_KAFKA_WATCH_H

#include "common/io/kafka.h"

struct kafka_watch;

MUST_USE enum status kafka_watch_new(const struct kafka_properties *properties,
                                     struct kafka_watch **out, struct error *err);
void kafka_watch_free(struct kafka_watch *w); /* NULL is allowed */
/* Writes what librdkafka has to say to our log; does not wait. */
void kafka_watch_turn(struct kafka_watch *w);

struct kafka_watched {
    const char *topic; /* in the arena of whoever filled it in */
    int32_t partition;
    int64_t low,
        high;        /* the first offset still there, the next to be written; -1: unknown
                        */
    const char *why; /* its ends are unknown; NULL: nothing is known against it. Static */
};
/* Every partition of every topic but Kafka's own, by topic and partition; low and high are
 * -1. A topic that is not among them Kafka does not have, or has and does not show:
 * kafka_watch_hidden(). */
MUST_USE enum status kafka_watch_topics(struct kafka_watch *w, struct arena *a,
                                        struct kafka_watched **out, size_t *n,
                                        int64_t timeout_us, struct error *err);
/* Fills in low and high, two requests to each broker; no partition may stand there twice.
 * One without a leader is not asked for: the question would wait for it, and with it all.
 */
MUST_USE enum status kafka_watch_extents(struct kafka_watch *w,
                                         struct kafka_watched *items, size_t n,
                                         int64_t timeout_us, struct error *err);

/* Why Kafka does not list the topic: NULL when it has none of that name, else its words (a
 * login that may not see it, no leader yet). Static. Asks about this one topic. */
MUST_USE enum status kafka_watch_hidden(struct kafka_watch *w, const char *topic,
                                        const char **why, int64_t timeout_us,
                                        struct error *err);

struct kafka_group {
    const char *name;
    int64_t members; /* -1: unknown */
};
/* All consumer groups, and how many members each has. */
MUST_USE enum status kafka_watch_groups(struct kafka_watch *w, struct arena *a,
                                        struct kafka_group **out, size_t *n,
                                        int64_t timeout_us, struct error *err);

struct kafka_commit {
    const char *topic;
    int32_t partition;
    int64_t offset; /* the next that the group reads */
};
/* What a group has committed to Kafka. */
MUST_USE enum status kafka_watch_commits(struct kafka_watch *w, struct arena *a,
                                         const char *group, struct kafka_commit **out,
                                         size_t *n, int64_t timeout_us,
                                         struct error *err);

/* Configured retention of topics: milliseconds, -1 without end. `ms[i]` stays -2 where
 * Kafka does not tell. */
MUST_USE enum status kafka_watch_retention(struct kafka_watch *w,
                                           const char *const *topics, size_t n,
                                           int64_t *ms, int64_t timeout_us,
                                           struct error *err);

struct kafka_question {
    const char *topic;
    int32_t partition;
    int64_t offset;
    void *context;
    /* ---- the answer ---- */
    enum {
        KAFKA_UNANSWERED, /* in time */
        KAFKA_FOUND,
        KAFKA_NOTHING, /* nothing that can be read stands at the offset or behind it */
    } answer;
};
/* Called with the first record at the offset or behind it; its texts live until it
 * returns. */
typedef void kafka_answered(struct kafka_question *q, const struct kafka_record *r);
/* Looks at one record for each question. A partition that is asked about several times is
 * read several times, one after the other. */
void kafka_watch_records(struct kafka_watch *w, struct kafka_question *q, size_t n,
                         kafka_answered *answered, int64_t timeout_us);

#endif
