/*
 * kafka.h: what henpin needs of Kafka: a consumer whose positions come from us, a
 * producer, metadata, and the embedded broker. rdkafka.h is known only in
 * kafka_consumer.c and kafka_client.c (all but the consumer), which are long for it.
 *
 * The consumer never starts from Kafka's commits: at every assignment it asks `assigned`
 * for the position of each partition and passes it in the assign call; auto.offset.reset
 * is error. A consumer that is pinned to partitions assigns them itself, in the same way,
 * as soon as the topic is there. It never pauses: each partition's queue is forwarded into its lane's queue,
 * so that a lane which is not read from simply fills up to librdkafka's own limits while
 * kafka_turn() keeps the membership alive. (librdkafka 2.0.2 may skip offsets when batch
 * consume and pause are combined.)
 */
#ifndef COMMON_IO_KAFKA_H
#define COMMON_IO_KAFKA_H

#include "common/base/arena.h"
#include "common/base/config.h"
#include "common/base/error.h"
#include "common/base/span.h"
#include "common/io/framing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kafka_properties {
    const char *bootstrap_servers;
    struct option_list names, values; /* passed through; ours for correctness win */
};

/* ---- consumer ---- */

struct kafka_consumer;

struct kafka_partition {
    const char *topic; /* borrowed from the configuration, same pointer always */
    int32_t partition;
};

struct kafka_callbacks {
    /* Partitions are ours from now on: starts[i] becomes the first offset wanted (I2: from
     * the ledger); blocks as long as it must (the group waits). A failure means that
     * nothing is known: the consumer assigns nothing and asks again half a second later. */
    enum status (*assigned)(void *context, const struct kafka_partition *p, size_t n,
                            int64_t *starts, struct error *err);
    /* Partitions go. `is_lost`: somebody else may have them already, drop what is open.
     */
    void (*revoked)(void *context, const struct kafka_partition *p, size_t n,
                    bool is_lost);
    /* The broker does not have the offset that is next: retention or a recreated topic.
     * `low` and `high` are the broker's watermarks, or negative when unknown. The
     * partition stays stopped until kafka_restart. */
    void (*out_of_range)(void *context, const struct kafka_partition *p, int64_t low,
                         int64_t high);
    /* librdkafka tells of an error that it copes with by itself, or of a fatal one. */
    void (*trouble)(void *context, const struct error *err);
    void *context;
};

struct kafka_consumer_config {
    struct kafka_properties properties;
    const char *group;
    const char *const *topics;
    size_t n_topics;
    int n_lanes;             /* partition p of any topic belongs to lane p % n_lanes */
    const char *assignor;    /* "range" or "cooperative-sticky" */
    const char *instance_id; /* static membership; empty: none */
    /* These partitions of the first topic, ascending, and no others, whatever the group
     * does: no membership, no rebalance. NULL: those that the group gives. Borrowed. */
    const int32_t *pinned;
    size_t n_pinned;
    int64_t queued_bytes; /* memory for records that were fetched ahead */
    int64_t session_timeout_us;
    int64_t fetch_wait_us; /* how long the broker may wait for new records */
};

/* Refuses configurations that are known to lose or double (E_KAFKA_CONFIG). Does not wait
 * for a broker. */
MUST_USE enum status kafka_consumer_new(const struct kafka_consumer_config *config,
                                        const struct kafka_callbacks *callbacks,
                                        struct kafka_consumer **out, struct error *err);
/* Leaves the group (revoked is called) within `timeout_us`, then frees. */
void kafka_consumer_free(struct kafka_consumer *c, int64_t timeout_us);

/* Becomes readable when there may be something to do. Only kafka_turn makes it
 * unreadable: turn first, then take from every lane that can work, else a wake-up is
 * lost. A take that brings `max` records makes it readable again. */
int kafka_fd(const struct kafka_consumer *c);
/* Serves rebalances and errors without blocking. Call it often: at least every
 * max.poll.interval.ms. */
void kafka_turn(struct kafka_consumer *c);

struct kafka_record {
    const struct kafka_partition *partition; /* stable while assigned */
    int64_t offset;
    int64_t timestamp_us;   /* the record's; EVENT_ABSENT when it has none, or one outside
                               the years 1970 to 9999 */
    struct span key, value; /* ptr NULL: null */
    const struct record_header *headers; /* decoded only when asked: see kafka_headers */
    size_t n_headers;
    void *handle; /* owned: give it back with kafka_release */
};
/* Takes up to `max` records of a lane that are already here; the count. Key and value are
 * valid until kafka_release. Records of partitions that are no longer assigned are
 * dropped here. */
size_t kafka_take(struct kafka_consumer *c, int lane, struct kafka_record *out,
                  size_t max);
/* Headers of a record, in the arena; most records have none. Names are text: in one that
 * is not UTF-8 each byte outside of printable ASCII, and each backslash, stands as \xNN.
 * Values are the bytes that came. */
void kafka_headers(struct kafka_record *r, struct arena *a);
void kafka_release(void *handle);

/* Starts a partition anew at `offset` (after a fence, an accepted loss): purges what was
 * fetched. Not inside callbacks. */
MUST_USE enum status kafka_restart(struct kafka_consumer *c,
                                   const struct kafka_partition *p, int64_t offset,
                                   struct error *err);
/* Mirrors positions to the group's offsets in Kafka, for tools that read them. Best
 * effort, asynchronous. */
void kafka_mirror(struct kafka_consumer *c, const struct kafka_partition *p,
                  const int64_t *offsets, size_t n);
/* Low and high watermark; may block up to `timeout_us`. */
MUST_USE enum status kafka_watermarks(struct kafka_consumer *c,
                                      const struct kafka_partition *p, int64_t *low,
                                      int64_t *high, int64_t timeout_us,
                                      struct error *err);
/* High watermark as last heard with a fetch, -1 unknown. Never blocks. */
int64_t kafka_end(const struct kafka_consumer *c, const struct kafka_partition *p);
/* Everything before this offset was taken, or is nothing that is ever taken: markers of
 * transactions, records that their producer took back. -1: not known. Never blocks. */
int64_t kafka_read_to(const struct kafka_consumer *c, const struct kafka_partition *p);
bool kafka_is_connected(const struct kafka_consumer *c); /* some broker answers */

/* ---- producer (feed, stories, tests) ---- */

struct kafka_producer;
MUST_USE enum status kafka_producer_new(const struct kafka_properties *properties,
                                        struct kafka_producer **out, struct error *err);
/* Queues one record (copied); waits while the queue is full. partition -1: by key, as
 * Kafka's default partitioner (murmur2). */
MUST_USE enum status kafka_produce(struct kafka_producer *p, const char *topic,
                                   int32_t partition, struct span key, struct span value,
                                   const struct record_header *headers, size_t n_headers,
                                   int64_t timestamp_us, struct error *err);
/* From here on each record that is produced adds one to `*delivered` once it is
 * acknowledged, which must live until the next flush has ended; NULL: none. */
void kafka_producer_count(struct kafka_producer *p, int64_t *delivered);
/* Waits until all is acknowledged; E_KAFKA_PRODUCE tells how many were not and why. */
MUST_USE enum status kafka_producer_flush(struct kafka_producer *p, int64_t timeout_us,
                                          struct error *err);
void kafka_producer_free(struct kafka_producer *p);

/* ---- metadata ---- */

/* Low and high watermark of each partition of a topic: the first offset that is still
 * there, and the next to be written. */
struct kafka_extent {
    int64_t low, high;
};
/* For tools, on a connection of its own. `*n` is the number of partitions, of which the
 * first `max` are filled in; 0 when the topic does not exist. Waits up to `timeout_us`
 * for each answer. */
MUST_USE enum status kafka_topic_extents(const struct kafka_properties *properties,
                                         const char *topic, struct kafka_extent *out,
                                         int max, int *n, int64_t timeout_us,
                                         struct error *err);
/* The first offset of each of the first `n` partitions whose record is not older than
 * `since_us`; the end when all are. */
MUST_USE enum status kafka_offsets_since(const struct kafka_properties *properties,
                                         const char *topic, int64_t since_us,
                                         int64_t *offsets, int n, int64_t timeout_us,
                                         struct error *err);
/* Called with each record that was found; its texts live until it returns. */
typedef void kafka_peeked(void *context, int32_t partition, const struct kafka_record *r);
/* Looks at one record of each of the first `n` partitions, the one at offsets[partition];
 * negative: at none of it. The offsets must lie between the watermarks; they are used up.
 * What has not come within `timeout_us` is not seen. For tools, like the one above. */
MUST_USE enum status kafka_peek(const struct kafka_properties *properties,
                                const char *topic, int64_t *offsets, int n,
                                kafka_peeked *seen, void *context, int64_t timeout_us,
                                struct error *err);
/* Creates a topic; existing is fine. */
MUST_USE enum status kafka_topic_create(const struct kafka_properties *properties,
                                        const char *topic, int n_partitions,
                                        struct error *err);
/* Deletes a topic with all that is in it; none is fine, too. */
MUST_USE enum status kafka_topic_delete(const struct kafka_properties *properties,
                                        const char *topic, struct error *err);
/* Deletes a consumer group with the offsets that it committed; none is fine, too. One that
 * still has members is refused. */
MUST_USE enum status kafka_group_delete(const struct kafka_properties *properties,
                                        const char *group, struct error *err);

/* ---- the embedded broker: librdkafka's mock cluster ---- */

struct kafka_mock;
MUST_USE enum status kafka_mock_new(int n_brokers, struct kafka_mock **out,
                                    struct error *err);
const char *kafka_mock_bootstrap(const struct kafka_mock *m); /* valid until free */
MUST_USE enum status kafka_mock_topic(struct kafka_mock *m, const char *topic,
                                      int n_partitions, struct error *err);
void kafka_mock_free(struct kafka_mock *m);

#endif
