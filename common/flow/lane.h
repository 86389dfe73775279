/*
 * lane.h: one connection to Postgres, the batch that is on it, and the batch that fills
 * meanwhile.
 *
 * Each partition belongs to one lane, so its records are applied in order while lanes
 * work side by side. A lane is a small state machine, turned by the worker's loop
 * whenever its connection or the source has something:
 *
 *     fill -> begin -> load (rounds) -> decide -> write -> commit -> mirror, reset
 *                 \________ failure: roll back, then again, bisect, or realign ______/
 *
 * What each failure leads to:
 *   outage, conflict       roll back, wait (back-off with jitter), the same batch again
 *   the ledger refuses     somebody else applied the range, or our COMMIT whose answer was
 *                          lost had happened: read the ledger, go on from there (I2, I3)
 *   data                   find the message by trials (bisect.h), reject it, the rest
 *                          again (I6)
 *   our own statement      fatal
 */
#ifndef COMMON_FLOW_LANE_H
#define COMMON_FLOW_LANE_H

#include "common/flow/batch.h"
#include "common/flow/positions.h"

struct lane;

struct lane_config {
    const struct service *service;
    const char *topic;    /* that this worker reads: only its records are recalled */
    const char *postgres; /* conninfo */
    const char *application_name;
    int number;
    size_t batch_max;
    size_t batch_bytes;
    int64_t linger_us;
    int64_t statement_timeout_us;
    int64_t order_patience_us;
    int64_t breaker_min; /* bad messages before the breaker may open */
    double breaker_share;
};

/* Shared by all lanes of a worker; borrowed. */
struct lane_shared {
    struct positions *positions;
    struct source *source;
    struct schemas *schemas;
    const struct policy **policy; /* the live revision: may change between two batches */
    struct error *fatal;          /* set by the lane that cannot go on */
    bool *is_fatal;
};

struct lane *lane_new(const struct lane_config *config, const struct lane_shared *shared);
void lane_free(struct lane *l);

/* Takes and decodes what the source has, as far as the open batch has room. */
void lane_fill(struct lane *l);
/* Goes on as far as it can without waiting. `may_begin`: a new batch may start (not while
 * stopping). */
void lane_turn(struct lane *l, bool may_begin);
/* Looks for parked work and letters to retry at its next idle moment. */
void lane_recall(struct lane *l);
/* The same, and until a recall that begins from now on has found nothing the lane is not
 * quiet. */
void lane_doubt_quiet(struct lane *l);
/* When it must be turned next even if no descriptor says so; INT64_MAX: never (monotonic
 * microseconds). */
int64_t lane_wakes_us(const struct lane *l);

int lane_fd(const struct lane *l);
short lane_poll_events(const struct lane *l);

bool lane_is_busy(const struct lane *l);  /* a transaction is open or must be repeated */
bool lane_is_empty(const struct lane *l); /* nothing taken that is not committed */
bool lane_is_connected(const struct lane *l);
/* What it is writing was decided by an earlier policy than the live one. */
bool lane_is_behind(const struct lane *l);
/* The breaker is open: a batch is kept aside, and its partitions with it; recalls go on. */
bool lane_holds(const struct lane *l);
/* A recall found nothing and nothing has been parked since: for `flush`. */
bool lane_is_quiet(const struct lane *l);

/* Forgets the records of these partitions: those not begun at once; a transaction that
 * contains them is abandoned. */
void lane_drop(struct lane *l, const struct kafka_partition *p, size_t n);
/* Whether anything of this partition was taken and is not committed. */
bool lane_has(const struct lane *l, const struct kafka_partition *p);
/* Whether the running transaction contains one of these partitions. */
bool lane_touches(const struct lane *l, const struct kafka_partition *p, size_t n);

#endif
