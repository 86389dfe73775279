/*
 * sweep.h: orders that something waits for and that do not come are told to a person,
 * once.
 */
#ifndef COMMON_FLOW_SWEEP_H
#define COMMON_FLOW_SWEEP_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

/* Raises order_unknown for at most 500 placeholders whose patience ran out before `now_us`;
 * `*n` is how many. Waits for Postgres, up to 10 s a question, on a connection that is not
 * a lane's; after a failure it is closed and nothing was told. */
MUST_USE enum status sweep_unknown_orders(struct pg *pg, const struct policy *p,
                                          int64_t now_us, size_t *n, struct error *err);

#endif
