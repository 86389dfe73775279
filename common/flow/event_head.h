/* event_head.h: what every event must say before anything can be decided. */
#ifndef COMMON_FLOW_EVENT_HEAD_H
#define COMMON_FLOW_EVENT_HEAD_H

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/flow/batch.h"

/* Ids are present, at most EVENT_ID_MAX bytes and without control characters; times lie
 * between 2000 and 2100, and no event was learnt of more than five minutes (what clocks
 * may differ by) before it happened. E_EVENT_FIELD names the field; its value is not repeated, as it
 * may be personal data in the wrong place. */
enum { EVENT_ID_MAX = 200 };
#define EVENT_MAX_AHEAD_US (5 * US_PER_MIN)
MUST_USE enum status event_instant_check(const char *field, int64_t us,
                                         struct error *err);
MUST_USE enum status event_id_check(const char *field, struct span id, struct error *err);

/* The first thing a decode does: checks the head and notes in the message when the event
 * happened and what it is about. The case is the order itself; a service whose cases are
 * parts of orders names them anew. Borrows from `h`, which lives in m->item. */
MUST_USE enum status event_head_take(struct message *m, const struct event_head *h,
                                     struct error *err);
/* The same for events that may be about no order: order_id may be empty. */
MUST_USE enum status event_head_take_orderless(struct message *m,
                                               const struct event_head *h,
                                               struct error *err);

#endif
