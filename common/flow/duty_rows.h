/*
 * duty_rows.h: the duties of a batch into their rows of henpin.duty.
 */
#ifndef COMMON_FLOW_DUTY_ROWS_H
#define COMMON_FLOW_DUTY_ROWS_H

#include "common/flow/casework.h"

/* New ones by COPY, changed ones by one UPDATE, and by another one those whose dates
 * moved. What is written lives in the arena of `s`; `a` is scratch of the same life. */
void duty_rows_write(const struct casework *w, struct arena *a, struct pg_script *s);

/* fires_at of an open duty of which nothing was told yet: its first warning, the hand-over
 * that follows `turn` (who has it: an index into its turns), act-by or due, whichever
 * comes first. EVENT_ABSENT when it has none of them, because it is held. */
int64_t duty_rows_fires_us(const struct policy_duty *d, int turn);

#endif
