/*
 * park.h: records that wait in Postgres: for their order (henpin.parked), or for a
 * person's word (henpin.dead_letter).
 *
 * Both keep the record whole - key, value, headers, where it came from - so that it can
 * take the same path again later: decode, load, decide, apply. A *recall* is a batch that
 * is made of such records instead of Kafka's; its transaction deletes or resolves the
 * rows that it took.
 *
 * Why nothing waits for ever (I5): a service that does not find an order inserts a
 * placeholder for it (or finds one) and locks that row before it parks; the orders worker
 * locks the same row when the order arrives, and marks what is parked there as ready.
 * Whoever comes second sees the first.
 */
#ifndef COMMON_FLOW_PARK_H
#define COMMON_FLOW_PARK_H

#include "common/flow/batch.h"
#include "common/io/pg.h"

/* Appends the inserts of the batch's parked and rejected messages that came from Kafka,
 * and the statements that take recalled records out of their tables again. */
void park_apply(struct batch *b, struct pg_script *s, const char *group);

/* Appends the query that finds work of this topic to recall: parked records that are
 * ready, whichever group parked them (an order's together, in their order), then the
 * group's letters to retry; at most `max_records` and about `max_bytes` of each. Locks
 * what it finds. */
struct pg_query *park_find(struct pg_script *s, const char *group, size_t max_records,
                           size_t max_bytes, const char *topic);
/* Turns its rows into messages of an empty batch; the count. */
size_t park_take(struct batch *b, const struct pg_query *found);
/* Counts what is parked for the batch's orders: after the cases are locked, so that
 * whoever parks more must wait. Lives as long as the attempt. */
struct park_recount *park_recount(struct batch *b, struct pg_script *s,
                                  const char *topic);
/* Whether records of this order stay parked when the batch's own are taken out: its cases
 * then stay parked too. */
bool park_remains(const struct batch *b, struct park_recount *recount,
                  struct uuid order_key);

#endif
