/*
 * source_stdin.h: records from standard input, for stories and property tests; the
 * protocol is in source.h. Partitions are assigned when their first record comes. A line
 * that is not understood ends the process: the writer is a program of ours.
 */
#ifndef COMMON_FLOW_SOURCE_STDIN_H
#define COMMON_FLOW_SOURCE_STDIN_H

#include "common/io/kafka.h"

struct stdin_source;

struct stdin_source *stdin_source_new(const struct kafka_consumer_config *config,
                                      const struct kafka_callbacks *callbacks);
void stdin_source_free(struct stdin_source *s);
int stdin_source_fd(const struct stdin_source *s); /* -1 once at the end */
void stdin_source_turn(struct stdin_source *s);
size_t stdin_source_take(struct stdin_source *s, int lane, struct kafka_record *out,
                         size_t max);
bool stdin_source_wants_flush(const struct stdin_source *s, int64_t *id);
void stdin_source_flushed(struct stdin_source *s, int64_t id);
bool stdin_source_is_at_end(const struct stdin_source *s);

#endif
