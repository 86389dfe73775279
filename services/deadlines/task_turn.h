/*
 * task_turn.h: what the clock does with one disposal task whose time has come. Pure.
 *
 * A task that waits becomes ready when the step before it is done, and is due from then
 * on, by its rule as it is now; one that is not done by then is late, which is told once
 * (until it is taken up again). However long nobody looked, the instants are the same:
 * those of the step before and of the due instant, not those of the look.
 */
#ifndef SERVICES_DEADLINES_TASK_TURN_H
#define SERVICES_DEADLINES_TASK_TURN_H

#include "common/policy/policy.h"

#include <stdbool.h>
#include <stdint.h>

/* A task as its row has it; instants in microseconds UTC, EVENT_ABSENT: none. */
struct standing_task {
    bool is_ready;
    bool has_before;   /* a step must be done first */
    int64_t before_us; /* when that was done; EVENT_ABSENT: it is not */
    int64_t counts_from_us, due_us, overdue_us;
};

struct task_turn {
    bool becomes_ready;
    bool becomes_late;
    int64_t counts_from_us, due_us;
    int64_t look_us; /* when the clock must look again; EVENT_ABSENT: never, or when
                        somebody says so */
};

/* `step` is what its rule says now; NULL: the rule is gone, and with it the date of a task
 * that has none yet. */
struct task_turn task_turn_at(const struct standing_task *t,
                              const struct policy_step *step, int64_t now_us);

#endif
