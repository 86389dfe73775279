/*
 * task_follow.h: what is to be done when a disposal step is late (`late:` of the packs):
 * a task of its own, made once for each turn of a step, due from the instant at which
 * that was. A step that is begun anew is not late any more: what is open of the kind goes.
 */
#ifndef SERVICES_DEADLINES_TASK_FOLLOW_H
#define SERVICES_DEADLINES_TASK_FOLLOW_H

#include "common/io/pg.h"
#include "common/policy/tasks.h"

struct task_follow {
    struct pg_array *of, *ids, *actions, *roles, *licences, *evidence, *overdue;
    struct pg_array *keep, *from, *due, *gone, *gone_at;
};

/* At most `n`. What they follow must stand in the table when the statement runs. */
struct task_follow task_follow_open(struct pg_script *s, size_t n);
/* `of` is the task that is late since `at_us`, with the identity instant, case and line of
 * its row. */
void task_follow_add(const struct task_follow *f, struct uuid of, int64_t identity_us,
                     struct uuid case_id, struct span line_id, int64_t at_us,
                     const struct policy_step *late);
/* `of` is begun anew at `at_us`. */
void task_follow_let_go(const struct task_follow *f, struct uuid of, int64_t identity_us,
                        struct uuid case_id, struct span line_id, int64_t at_us,
                        const struct policy_step *late);

#endif
