/*
 * task_tell.h: what a person is told of a disposal task whose time has come: that it is
 * late, that an attempt at it failed, that nobody may do it, that a licence ended. Each is
 * an escalation, once for each turn of the task or instant that it is about.
 */
#ifndef SERVICES_DEADLINES_TASK_TELL_H
#define SERVICES_DEADLINES_TASK_TELL_H

#include "common/flow/task_event.h"
#include "common/policy/policy.h"
#include "services/deadlines/task_route.h"
#include "services/deadlines/task_turn.h"

/* A task as its row has it; text lives as long as the round. */
struct due_task {
    struct task_event event; /* its trail, but for what changes, and when */
    struct standing_task standing;
    struct span overdue; /* the role that is told when it is late; ptr NULL: none */
    struct span partner; /* who does it, or did; ptr NULL: nobody */
    struct span bound;   /* who did the steps before it; ptr NULL: nobody */
    int64_t failed_turn; /* of an attempt not told yet; EVENT_ABSENT: none */
    int64_t failed_us;   /* EVENT_ABSENT: nobody said when */
    struct span failed_why;
};

struct task_tell {
    struct pg_copy *escalations;
    struct arena *a;
    const struct policy *policy;
    int64_t now_us;
};
struct task_tell task_tell_open(struct pg_script *s, struct arena *a,
                                const struct policy *p, int64_t now_us);

/* `step` as its rule has it now; NULL: the rule is gone. */
void task_tell_late(const struct task_tell *t, const struct due_task *x,
                    const struct task_turn *turn, const struct policy_step *step);
/* These return how many escalations there were to write. */
size_t task_tell_failed(const struct task_tell *t, const struct due_task *x,
                        const struct task_turn *turn);
/* `route` was just looked for: that nobody may do it, once until somebody may; and whose
 * licence ended, holds no more by the rules as they are now, or does not do for this step
 * though he did those before. */
size_t task_tell_route(const struct task_tell *t, const struct due_task *x,
                       const struct task_turn *turn, const struct task_route *route);

#endif
