/*
 * kafka_strays.h: records that came by the consumer's main queue and wait for their lane.
 * Private to kafka_consumer.c and its tests.
 *
 * librdkafka drops what is outdated only while it lies in a queue of its own. What waits
 * here has left those, so whoever moves or loses a partition drops its strays: an old one
 * would else be taken for the next record of the new position, and all between be
 * skipped.
 */
#ifndef COMMON_IO_KAFKA_STRAYS_H
#define COMMON_IO_KAFKA_STRAYS_H

#include "common/io/kafka_slots.h"

struct kafka_stray {
    const struct kafka_slot *slot;
    void *handle; /* owned; see kafka_release */
};

/* Oldest first: list[at] to list[n - 1]. All zero is empty. */
struct kafka_strays {
    struct kafka_stray *list;
    size_t at, n, cap;
};

/* Takes the handle. */
void kafka_strays_add(struct kafka_strays *s, const struct kafka_slot *slot,
                      void *handle);
/* The oldest, which is the caller's then; NULL when there is none. */
void *kafka_strays_next(struct kafka_strays *s);
/* Releases all of one slot, or all for NULL; the order of the others stays. */
void kafka_strays_drop(struct kafka_strays *s, const struct kafka_slot *slot,
                       void (*release)(void *handle));
/* Drops all and frees. */
void kafka_strays_free(struct kafka_strays *s, void (*release)(void *handle));

#endif
