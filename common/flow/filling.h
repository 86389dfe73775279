/*
 * filling.h: a lane's way from the source to its open batch. Records are taken in chunks
 * and decoded one by one; while the registry cannot be asked for a record's schema, that
 * record is *held*, and those behind it wait with it.
 */
#ifndef COMMON_FLOW_FILLING_H
#define COMMON_FLOW_FILLING_H

#include "common/flow/batch.h"
#include "common/flow/positions.h"

enum { FILLING_TAKE = 512 };

struct filling {
    struct positions *positions; /* these three: borrowed */
    struct source *source;
    struct schemas *schemas;
    int lane;
    uint64_t random;
    /* ---- */
    struct kafka_record taken[FILLING_TAKE]; /* those from next_taken on are ours */
    size_t n_taken, next_taken;
    bool is_held; /* the record at next_taken waits for the registry */
    unsigned held_attempts;
    int64_t held_until_us; /* monotonic */
};

/* Takes and decodes what the source has, as far as the batch has room. ST_FATAL: a
 * schema of ours is wrong. A record that cannot be used is in the batch, rejected. */
MUST_USE enum status filling_fill(struct filling *f, struct batch *open, size_t max_bytes,
                                  struct error *err);
/* When a held record is to be tried again; INT64_MAX: there is none. */
int64_t filling_wakes_us(const struct filling *f);

bool filling_is_empty(const struct filling *f);
bool filling_has(const struct filling *f, const struct kafka_partition *p);
/* Releases the records of these partitions, or all for NULL. */
void filling_drop(struct filling *f, const struct kafka_partition *p, size_t n);

#endif
