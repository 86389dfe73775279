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
    bool is_blocked;          /* nobody may do it */
    bool is_held;             /* the goods are evidence, and it would end that */
    bool has_other_rules;     /* who does it, by a licence, was found by other rules */
    int64_t licence_until_us; /* of who does it; EVENT_ABSENT: no end, or none needed */
};

struct task_turn {
    bool becomes_ready;
    bool becomes_late;
    bool wants_partner; /* who does it must be found, or found anew */
    bool licence_ended; /* of who did it */
    int64_t counts_from_us, due_us;
    int64_t look_us; /* when the clock must look again; EVENT_ABSENT: never, or when
                        somebody says so */
};

/* `step` is what its rule says now; NULL: the rule is gone, and with it the date of a task
 * that has none yet. */
struct task_turn task_turn_at(const struct standing_task *t,
                              const struct policy_step *step, int64_t now_us);

/* What is blocked is tried again so often: partners have room again, rules are loaded. */
#define TASK_RETRY_US (INT64_C(3600) * 1000000)

/* `turn` when somebody was found or not (`is_blocked`), with the end of his licence. */
void task_turn_routed(struct task_turn *turn, bool is_blocked, int64_t licence_until_us,
                      int64_t now_us);

#endif
