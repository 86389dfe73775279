/*
 * source.h: where a worker's records come from: Kafka, or standard input for stories and
 * property tests.
 *
 * Standard input speaks JSON lines, in the order in which they are to happen:
 *   {"record":{"topic":"marketplace.returns","partition":0,"offset":12,"timestamp_us":1,
 *              "key":"..","value_hex":"..","headers":{"name":"hex"}}}   (on one line)
 *   {"clock_us":1795143600000000}   from here on the clock stands there
 *   {"flush":7}                     answer "flushed 7" when everything before is committed
 *                                   and no parked work is ready
 * and ends with end of file: the worker drains and leaves.
 *
 * What follows is as in kafka.h, and so is the ownership of records. Of standard input
 * there is nothing to start anew or to mirror, and no end is known.
 */
#ifndef COMMON_FLOW_SOURCE_H
#define COMMON_FLOW_SOURCE_H

#include "common/io/kafka.h"

struct source;

MUST_USE enum status source_open_kafka(const struct kafka_consumer_config *config,
                                       const struct kafka_callbacks *callbacks,
                                       struct source **out, struct error *err);
MUST_USE enum status source_open_stdin(const struct kafka_consumer_config *config,
                                       const struct kafka_callbacks *callbacks,
                                       struct source **out, struct error *err);
/* Every record must have been released. Waits at most so long for Kafka. */
void source_close(struct source *s, int64_t timeout_us);

int source_fd(const struct source *s);
void source_turn(struct source *s);
size_t source_take(struct source *s, int lane, struct kafka_record *out, size_t max);
MUST_USE enum status source_restart(struct source *s, const struct kafka_partition *p,
                                    int64_t offset, struct error *err);
void source_mirror(struct source *s, const struct kafka_partition *p,
                   const int64_t *offsets, size_t n);
/* Waits up to SOURCE_WATERMARKS_US. */
#define SOURCE_WATERMARKS_US (INT64_C(10) * 1000 * 1000)
MUST_USE enum status source_watermarks(struct source *s, const struct kafka_partition *p,
                                       int64_t *low, int64_t *high, struct error *err);
int64_t source_end(const struct source *s,
                   const struct kafka_partition *p); /* -1 unknown */
int64_t source_read_to(const struct source *s,
                       const struct kafka_partition *p); /* see kafka_read_to */
bool source_is_connected(const struct source *s);

/* Standard input only: a flush was asked for and everything before it was taken; `id` to
 * answer with. */
bool source_wants_flush(const struct source *s, int64_t *id);
void source_flushed(struct source *s, int64_t id);
bool source_is_at_end(const struct source *s); /* nothing will ever come again */

#endif
