/*
 * kafka_slots.h: what the consumer knows of each partition. Private to kafka_consumer.c
 * and its tests.
 *
 * A slot is made when a partition is first heard of and lives as long as the consumer, so
 * that pointers to its kafka_partition are stable. Plain bookkeeping: no librdkafka here.
 */
#ifndef COMMON_IO_KAFKA_SLOTS_H
#define COMMON_IO_KAFKA_SLOTS_H

#include "common/io/kafka.h"

enum slot_state {
    SLOT_GONE,    /* not ours */
    SLOT_ASKING,  /* ours, but its position is not known yet */
    SLOT_STOPPED, /* ours, not fetched until kafka_restart */
    SLOT_RUNNING, /* ours, fetched */
};

struct kafka_slot {
    struct kafka_partition partition;
    int lane;
    enum slot_state state;
    int64_t next;         /* first offset not delivered yet; smaller ones are dropped */
    int64_t read_to;      /* nothing is left to deliver before this; at most `next` when
                             not known */
    bool is_in_library;   /* part of what librdkafka believes assigned */
    bool is_out_of_range; /* the callback has to be told */
};

struct kafka_slots {
    const char *const *topics; /* borrowed */
    size_t n_topics;
    int n_lanes;
    struct kafka_slot ***by_topic; /* [topic][partition] */
    size_t *n_by_topic;
};

void kafka_slots_init(struct kafka_slots *s, const char *const *topics, size_t n_topics,
                      int n_lanes);
void kafka_slots_release(struct kafka_slots *s);

/* NULL when it was never heard of. */
struct kafka_slot *kafka_slots_find(const struct kafka_slots *s, const char *topic,
                                    int32_t partition);
/* Makes it when needed; NULL when the topic is none of ours. */
struct kafka_slot *kafka_slots_get(struct kafka_slots *s, const char *topic,
                                   int32_t partition);
/* Walks all slots in order of topic and partition: `*at` starts with 0; NULL at the end.
 */
struct kafka_slot *kafka_slots_next(const struct kafka_slots *s, size_t *at);

/* Asks where to start all that are SLOT_ASKING, which run then; on failure they stay so. */
MUST_USE enum status kafka_slots_ask(struct kafka_slots *s,
                                     const struct kafka_callbacks *callbacks,
                                     struct error *err);

/* Whether a record may be delivered now; if so, `next` moves behind it. */
bool kafka_slot_accept(struct kafka_slot *slot, int64_t offset);

#endif
