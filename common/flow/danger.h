/*
 * danger.h: what a buyer writes of the goods reaches the returns of the same order,
 * whichever of message and return is read first (I5).
 *
 * The inquiries worker notes it in henpin.order_danger; henpin.tell_dangers() brings it to
 * the returns there are. A return that begins later brings it to itself, by the same
 * function. What could go wrong is that neither sees the other: the message's transaction
 * sees no return, the return's sees no danger, both commit. So whoever calls the function
 * holds one lock until its commit, shared by those that begin returns, alone for those that
 * note a danger, which are few: each side reads only after the other has committed.
 *
 *   inquiries   danger_note() for each signal, danger_write() behind the batch's rows
 *   returns     danger_meet() behind its rows, for the orders of cases that begin
 */
#ifndef COMMON_FLOW_DANGER_H
#define COMMON_FLOW_DANGER_H

#include "common/base/uuid.h"
#include "common/io/pg.h"

/* One signal of one message. Texts live as long as the attempt. */
struct danger {
    struct uuid order_key, event_key;
    struct span signal, inquiry_id, desk;
    int64_t said_us;
    bool stops_shipping;
    int64_t revision;
};

/* Those of a batch; all zero: none. */
struct dangers {
    struct danger *items; /* the attempt's */
    size_t n, room;
};

void danger_note(struct arena *a, struct dangers *all, const struct danger *one);
void danger_write(const struct dangers *all, struct pg_script *s);

/* The orders whose returns begin in this batch; n 0: nothing is asked. */
void danger_meet(struct pg_script *s, const struct uuid *order_keys, size_t n);

#endif
