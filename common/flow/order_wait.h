/*
 * order_wait.h: cases that cannot be decided before their order is known (I5).
 *
 *   load     order_wait_begin() locks what else waits for the orders of a recall;
 *            order_wait_ask() and order_wait_load() read the orders, and meet the orders
 *            worker at a placeholder, which both lock, where there is none
 *   decide   order_wait_admits() parks the messages that have to wait
 *   apply    order_wait_apply() frees the cases whose last parked record leaves
 *
 * A recall holds at most a batch of an order's parked records, so the cases of one order
 * may be decided in several recalls. A case is free when nothing of its order is parked
 * any more; whoever takes the last record frees the others too, its *siblings*. Their
 * rows are locked before the parked records are counted: a worker that is just parking
 * behind one of them is waited for, and is counted.
 */
#ifndef COMMON_FLOW_ORDER_WAIT_H
#define COMMON_FLOW_ORDER_WAIT_H

#include "common/flow/casework.h"

/* What a service has of its own about it. Give it static life. */
struct case_waiter {
    /* (case id, order key) of the parked cases of the orders $1::uuid[], locked, by id. */
    const struct pg_statement *siblings;
    const struct pg_statement *free; /* is_parked = false for the cases $1::uuid[] */
};

struct order_wait;

/* Round 0, before and after casework_begin(). `wants_lines`: the orders' lines too, the
 * widest thing that could be read; those of mixed orders are read in any case. */
struct order_wait *order_wait_begin(struct batch *b, const struct case_waiter *waiter,
                                    struct pg_script *s);
void order_wait_ask(struct order_wait *o, struct casework *w, bool wants_lines,
                    struct pg_script *s);
/* Every later round, before casework_load(): work_case.order is filled in. */
void order_wait_load(struct order_wait *o, struct pg_script *s);

/* False when the message has to wait: it is parked. */
bool order_wait_admits(struct work_case *c, struct message *m);
/* After the last message was decided. */
void order_wait_settle(struct order_wait *o);
void order_wait_apply(struct order_wait *o);

#endif
