/*
 * task_event.h: rows of henpin.disposal_task_event, the trail of disposal tasks. Whoever
 * changes a task writes what became of it in the same transaction, and holds the row of
 * its case.
 */
#ifndef COMMON_FLOW_TASK_EVENT_H
#define COMMON_FLOW_TASK_EVENT_H

#include "common/base/span.h"
#include "common/base/uuid.h"
#include "common/io/pg.h"

struct message;

/* In the order in which everybody writes them. */
#define TASK_EVENT_COLUMNS                                                               \
    "identity_at, task_id, change, turn, line_id, step_no, action, product_class,"       \
    " responsible, licence_required, evidence_required, due_at, after_step, playbook,"   \
    " case_id, seller_id, marketplace, order_id, rule_id, policy_revision_id,"           \
    " occurred_at, source_topic, source_partition, source_offset, traceparent"

/* Instants in microseconds UTC, EVENT_ABSENT where there is none; ptr NULL is NULL. All
 * text is borrowed until the row is written. */
struct task_event {
    int64_t identity_us; /* of the case: what its ids are made of */
    struct uuid task_id;
    const char *change; /* CREATED, READY, OVERDUE, REOPENED or CANCELLED */
    int turn;
    struct span line_id;
    int step_no, after_step; /* after_step 0: none before it */
    struct span action, product_class, responsible, licence, evidence;
    int64_t due_us;
    struct span playbook;
    struct uuid case_id;
    struct span seller_id, marketplace, order_id, rule_id;
    int64_t revision;
    int64_t occurred_us;
    const struct message *source; /* NULL: no record caused it, the clock did */
};

extern const char task_event_copy_sql[]; /* for pg_script_copy */
void task_event_copy(struct pg_copy *copy, const struct task_event *e);

#endif
