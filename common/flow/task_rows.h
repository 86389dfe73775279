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

/* Asks for the tasks of these cases; task_rows_read() gives each to its case, by
 * `tasks_of`, whose lists are empty before. */
void task_rows_ask(struct task_rows *r, struct pg_script *s, const struct uuid *cases,
                   size_t n);
bool task_rows_are_asked(const struct task_rows *r);
void task_rows_read(struct task_rows *r,
                    struct tasks *(*tasks_of)(void *context, struct uuid case_id),
                    void *context);

/* The trail of what a message changed: `tells` of each task, which is forgotten. */
void task_rows_tell(struct task_rows *r, struct tasks *t, const struct message *m,
                    const struct work_case *k, int64_t revision);
/* The rows as they stand at the end of the batch. */
void task_rows_write(struct task_rows *r, const struct tasks *t,
                     const struct work_case *k, int64_t revision);

#endif
