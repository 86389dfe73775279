/*
 * duration.h: how long, with its kind.
 *
 *     24h   90m   2h30m               elapsed time on the line of instants
 *     5 calendar-days in always_jp    same wall time five days later, in its zone
 *     2 business-days in us_office    same wall time on the second later open day
 *     6 business-hours in desk_jp     six hours of open time
 *
 * The day kinds take, after a comma: `first day counted` (Japanese law: the day of
 * receipt is day 1), `to the end of the day` (due at the midnight that ends the day),
 * `rolling to open in C` (a closed last day moves on). A bare "5 days" is refused: nobody
 * knows which days are meant.
 */
#ifndef COMMON_POLICY_DURATION_H
#define COMMON_POLICY_DURATION_H

#include "common/policy/model.h"

/* False after telling a finding. */
MUST_USE bool duration_read(struct loader *l, const struct node *n, struct duration *out);
/* Only elapsed time: `12h`. */
MUST_USE bool duration_read_elapsed(struct loader *l, const struct node *n,
                                    int64_t *out_us);

/* The same length, however it was written. */
bool duration_equal(const struct duration *a, const struct duration *b);

/* The instant `d` after `start_us`; POLICY_NO_INSTANT beyond the calendar's years. It is
 * the nominal instant, which `to the end of the day` and `rolling` then move. */
int64_t duration_after(const struct duration *d, int64_t start_us);
int64_t duration_nominal(const struct duration *d, int64_t start_us);
int64_t duration_finish(const struct duration *d, int64_t nominal_us);

/* Time on the duration's own clock: elapsed time runs always, calendar days as the clock
 * on the wall does, business days and hours while the calendar is open. */
int64_t duration_counted(const struct duration *d, int64_t from_us, int64_t to_us);
/* The instant at which so much of it has gone by. */
int64_t duration_advance(const struct duration *d, int64_t from_us, int64_t counted_us);

#endif
