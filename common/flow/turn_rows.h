/*
 * turn_rows.h: the plan of a duty in its row: turn_desk, turn_from, turn_act_by,
 * turn_skips of henpin.duty; all NULL where one desk has it to the end. What licences the
 * turns require stands beside it, in turn_requires; NULL: none.
 */
#ifndef COMMON_FLOW_TURN_ROWS_H
#define COMMON_FLOW_TURN_ROWS_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

/* Four columns in that order from `column` on; `desk` is who has it. The names live in the
 * result of `q`. */
void turn_rows_read(struct arena *a, const struct pg_query *q, size_t row, int column,
                    struct span desk, struct policy_turns *out);

/* The three arrays, the bits and the licences of a new duty: five values of a COPY row. */
void turn_rows_copy(struct pg_copy *copy, const struct policy_duty *p);

/* At most TURN_ROWS_MAX_INSTANTS as text that Postgres casts to timestamptz[], because an
 * array has no place in an array of rows; NULL for n = 0. */
enum { TURN_ROWS_MAX_INSTANTS = 16 };
void turn_rows_instants(struct pg_array *to, const int64_t *us, int n);

/* turn_from and turn_act_by of a duty whose dates moved, as such text. */
void turn_rows_plan(struct pg_array *turn_from, struct pg_array *turn_act_by,
                    const struct policy_duty *d);

#endif
