/*
 * task_rows.h: the tasks of cases from henpin.disposal_task and back, with their trail
 * (task_event.h). Who writes them holds the row of their case.
 */
#ifndef COMMON_FLOW_TASK_ROWS_H
#define COMMON_FLOW_TASK_ROWS_H

#include "common/flow/casework.h"
#include "common/policy/tasks.h"

struct task_rows;

/* What is to be written of a batch's tasks; nothing costs anything until there are some.
 */
struct task_rows *task_rows_new(struct batch *b);

/* Asks for the tasks of these cases that are about `about`; task_rows_read() gives each to its case, by
 * `tasks_of`, whose lists are empty before. */
void task_rows_ask(struct task_rows *r, struct pg_script *s, struct span about,
                   const struct uuid *cases, size_t n);
#define TASKS_OF_GOODS SPAN("goods") /* of what becomes of them */
bool task_rows_are_asked(const struct task_rows *r);
void task_rows_read(struct task_rows *r,
                    struct tasks *(*tasks_of)(void *context, struct uuid case_id),
                    void *context);

/* The trail of what changed at an instant: `tells` of each task, which is forgotten.
 * `m` is the message that changed it; NULL: the clock. */
void task_rows_tell(struct task_rows *r, struct tasks *t, int64_t at_us,
                    const struct message *m, const struct work_case *k, int64_t revision);
/* The rows as they stand at the end of the batch. */
void task_rows_write(struct task_rows *r, const struct tasks *t,
                     const struct work_case *k, int64_t revision);

#endif
