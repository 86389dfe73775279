/*
 * sweep.h: orders that something waits for and that do not come are told to a person,
 * once.
 */
#ifndef COMMON_FLOW_SWEEP_H
#define COMMON_FLOW_SWEEP_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

/* Raises order_unknown for placeholders whose patience ran out before `now_us`; waits for
 * Postgres on a connection of its own kind (not a lane's). `*n` is how many. */
enum status sweep_unknown_orders(struct pg *pg, const struct policy *p, int64_t now_us,
                                 size_t *n, struct error *err);

#endif
