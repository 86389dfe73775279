/*
 * standing.h: duties that stand unanswered, from their rows to what is told of them and to
 * their rows again. Shared by the rounds that look at them; a round is one transaction.
 *
 * A desk that has acknowledged the duty since it got it (turn_from of its turn) is at work
 * on it: it keeps it until its act-by, whatever the plan and however full it is.
 */
#ifndef SERVICES_DEADLINES_STANDING_H
#define SERVICES_DEADLINES_STANDING_H

#include "common/flow/escalation.h"
#include "services/deadlines/levels.h"

/* What a round selects of `x`, a row of henpin.duty that it holds. */
#define STANDING_COLUMNS                                                                 \
    " x.duty_id, x.name, x.desk, x.due_at, x.act_by_at, x.warn_at, x.fires_at, "         \
    "x.breach,"                                                                          \
    " x.breach_cost, x.turn_desk, x.turn_from, x.turn_act_by, x.turn_skips,"             \
    " (SELECT max(k.acknowledged_at) FROM henpin.acknowledgement k"                      \
    "  WHERE k.subject_id = x.duty_id)"

struct standing_duty standing_read(struct arena *a, const struct pg_query *q, size_t row);

/* Moves the warnings that were not told into the hours of `turn`, where that has it
 * otherwise than planned: it got it at `now_us` from a full desk, or keeps it because it is
 * at work on it. */
void standing_warn(struct standing_duty *d, const struct policy *p, int turn,
                   int64_t now_us);

/* How much each desk with a limit can take, counted up to `most` beyond it by an index;
 * not `of_all`: of those that have something to hand on. */
struct pg_query *standing_ask_rooms(struct pg_script *s, size_t most, bool of_all);
struct rooms standing_rooms(struct arena *a, const struct pg_query *q);

/* The statements of a round; at most `n` duties. */
struct standing_writes {
    struct tell tell;
    struct pg_array *ids, *next, *breached, *desks, *act_by, *hands_on, *turn, *since;
    struct pg_array *warn;
};
struct standing_writes standing_open(struct pg_script *s, size_t n);

/* Writes what is told of a duty that is `turn`'s now, and how it goes on. Gives how many
 * events that are. */
size_t standing_write(const struct standing_writes *w, const struct pg_query *q,
                      size_t row, const struct standing_duty *d, int turn,
                      int64_t now_us);

#endif
