/*
 * work_duties.h: the duties of the cases of a batch: loaded, begun, moved on in memory.
 * duty_rows.h writes them. Private to casework.
 */
#ifndef COMMON_FLOW_WORK_DUTIES_H
#define COMMON_FLOW_WORK_DUTIES_H

#include "common/flow/casework.h"

/* The ids that the case's row names, as far as CASE_MAX_DUTIES. */
void work_duties_named(struct arena *a, struct work_case *c, const struct span *ids,
                       size_t n);
/* Asks for all duties that the cases name, locked. NULL when there are none. */
struct pg_query *work_duties_query(const struct casework *w, struct pg_script *s);
void work_duties_read(const struct casework *w, struct arena *a,
                      const struct pg_query *q);

/* Adds one that begins; returns it, valid until the next. */
const struct case_duty *work_duties_start(struct arena *a, struct work_case *c,
                                          const struct duty_start *start,
                                          int64_t revision);
const struct case_duty *work_duties_change(struct arena *a, struct work_case *c,
                                           const struct duty_change *change);

#endif
