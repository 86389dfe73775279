/* event_head.h: what every event must say before anything can be decided. */
#ifndef COMMON_FLOW_EVENT_HEAD_H
#define COMMON_FLOW_EVENT_HEAD_H

#include "common/base/error.h"
#include "common/event/event.h"

/* Ids are present, at most EVENT_ID_MAX bytes and without control characters; times lie
 * between 2000 and 2100. E_EVENT_FIELD names the field; its value is not repeated, as it
 * may be personal data in the wrong place. */
enum { EVENT_ID_MAX = 200 };
MUST_USE enum status event_head_check(const struct event_head *h, struct error *err);
MUST_USE enum status event_instant_check(const char *field, int64_t us,
                                         struct error *err);
MUST_USE enum status event_id_check(const char *field, struct span id, struct error *err);

#endif
