/*
 * identity.h: ids that are pure functions of their meaning (invariant I4).
 *
 * UUIDv8: first the 48-bit millisecond of the instant that belongs to the meaning (the
 * start of the duty, the instant of the level), then 74 bits of XXH3-128 over the parts.
 * The same meaning gives the same id in every process, replay and policy revision; and
 * ids grow with time, so that a unique index grows at its right edge. What has no instant
 * (cases, orders: they must be found by name alone) has 122 bits of hash instead.
 */
#ifndef COMMON_EVENT_IDENTITY_H
#define COMMON_EVENT_IDENTITY_H

#include "common/base/span.h"
#include "common/base/uuid.h"

#include <stdint.h>

/* The epoch: the instant of what has none of its own (blockers, unknown orders). */
#define IDENTITY_TIMELESS_US INT64_C(0)

enum { IDENTITY_MAX_STEP = 16 }; /* words that say what a task is */

/* What all below are made of. Parts are hashed with their lengths, so ("ab","c") differs from ("a","bc"). */
struct uuid identity_named(const struct span *parts, size_t n_parts);
struct uuid identity_at(int64_t instant_us, const struct span *parts, size_t n_parts);

/* Order = (marketplace code, seller, order id); case = (its order, its own id): two orders
 * may both have a return "1". */
struct uuid identity_order(struct span marketplace, struct span seller_id,
                           struct span order_id);
struct uuid identity_case(const char *case_kind, struct uuid order_key, struct span name);
/* `start_us` is what tells the clocks of one duty of a case apart: no numbering, which an
 * event that is read late would change. */
struct uuid identity_duty(int64_t start_us, struct uuid case_id, struct span duty);
struct uuid identity_escalation(int64_t instant_us, struct uuid of, const char *level);
/* Tasks, and what a person must look at, have the instant of the oldest event that their
 * case had when the first was made: events read in another order may give another id. A
 * task is known by its line and by what is to be done, in `step`: the same step wanted by
 * another rule is the same task. */
struct uuid identity_task(int64_t instant_us, struct uuid case_id, struct span line_id,
                          const struct span *step, size_t n);

/* An event of a case: the second copy of it has the same. */
struct uuid identity_event(struct uuid case_id, struct span event_id);

/* 64 bits of a list of words, in their order. */
int64_t identity_list(const struct span *words, size_t n);

/* 64 bits of an event id, to recognise a second copy inside one case. */
int64_t identity_hash64(struct span text);

#endif
