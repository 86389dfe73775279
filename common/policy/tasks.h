/*
 * tasks.h: the tasks of one case as its plan changes: pure.
 *
 * What becomes of a line is a plan: the steps of one disposition. When events tell more,
 * the line may get another plan. tasks_plan() makes the tasks those of the new one: it
 * adds what is missing, takes up again what had been cancelled, cancels what is open and
 * wanted no more, and leaves alone what is done. A step is the same task under both plans
 * when the same is to be done with the same goods by the same hands: action, lot, role,
 * licence, evidence, place, unit and waste.
 *
 * Pieces of a line that come when a step is done get one more of it, for them alone; steps
 * that are still open take them along, and wait for theirs. What follows a hand-over with
 * a manifest stays until it is done, whatever later plans say: those goods have left.
 *
 * A task that waits for no other counts from the earliest event whose plan had it, so
 * that the order in which events are read does not matter; tasks_counted_from() tells of
 * an older one that is read later. One that waits counts from the step before it, when
 * that is done: henpin-deadlines makes it ready. So it does with what needs a licence,
 * which must find its partner first.
 *
 * Its turn counts up when it is taken up again, and when it was ready and has to wait
 * under the new plan: within a turn each change is told once.
 */
#ifndef COMMON_POLICY_TASKS_H
#define COMMON_POLICY_TASKS_H

#include "common/event/identity.h"
#include "common/policy/policy.h"

enum task_state { TASK_CREATED, TASK_READY, TASK_DONE, TASK_CANCELLED, TASK_STATE_COUNT };
extern const char *const task_state_names[TASK_STATE_COUNT]; /* as in the rows */

enum { TASKS_MAX = 3000 }; /* of one case; nothing real has so many */

/* What happened to a task since it was written last; bits in the order of telling. */
enum task_change {
    TASK_TELLS_CREATED = 1,
    TASK_TELLS_CANCELLED = 2,
    TASK_TELLS_REOPENED = 4,
    TASK_TELLS_READY = 8,
};

/* A row of henpin.disposal_task, as far as plans look at it. Instants: EVENT_ABSENT where
 * the row has NULL. */
struct task {
    struct uuid id;
    struct span line_id;
    int32_t quantity; /* 0: not known */
    struct span site; /* of a new task */
    struct span product_class, playbook, rule_id, action, responsible, licence, evidence;
    int step_no, after_step; /* from 1; 0: none before it */
    struct uuid after_task;
    enum task_state state;
    int turn;
    int64_t counts_from_us, due_us, look_us, ready_us, done_us, closed_us;
    const struct policy_step
        *step;       /* of a new task: what its row says besides; else NULL */
    bool is_new;     /* has no row yet */
    bool is_changed; /* its row must be written */
    unsigned tells;  /* enum task_change */
};

struct tasks {
    struct arena *a;
    struct uuid case_id;
    struct span about;   /* what they are made for, when it is not what becomes of the
                            goods: a part of their ids; ptr NULL: that is it */
    int64_t identity_us; /* of all ids of the case; EVENT_ABSENT: there is none yet */
    struct task *items;
    size_t n, room;
};

/* Which goods a plan is for. */
struct task_goods {
    struct span line_id; /* empty: all of the case */
    struct span site;    /* where it lies; ptr NULL: the packs do not say */
    struct span product_class;
    int32_t quantity; /* 0: not known */
    int64_t at_us;    /* of the event that the plan was made at */
};

/* What a plan met. */
struct task_plan {
    bool is_other;    /* something was done that the new plan does not want */
    bool is_too_many; /* TASKS_MAX are reached: the rest got no tasks */
};

/* `d` without a code: nothing is to be done with the line any more. The steps live as
 * long as the tasks. `identity_us`: the instant of the case for ids, if there are none
 * yet; the same whatever event is read first. */
struct task_plan tasks_plan(struct tasks *t, const struct task_goods *g,
                            const struct policy_disposition *d, int64_t identity_us);

/* An older event had the plan `d` for these goods: what is open of it counts from there.
 */
void tasks_counted_from(struct tasks *t, const struct task_goods *g,
                        const struct policy_disposition *d);

/* An older event had the plan `d` for these goods, and may have asked for its first steps
 * by an earlier instant: that holds. */
void tasks_due_first(struct tasks *t, const struct task_goods *g,
                     const struct policy_disposition *d);

/* The task of what is to be done (`action`) when the task `of` is late; it goes with that
 * one, but only the clock makes it. */
struct uuid tasks_late_id(int64_t identity_us, struct uuid case_id, struct span line_id,
                          struct uuid of, struct span action);

bool tasks_have(const struct tasks *t, struct span line_id);

#endif
