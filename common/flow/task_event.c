#include "common/flow/task_event.h"

#include "common/flow/escalation.h"

const char task_event_copy_sql[] =
    "COPY henpin.disposal_task_event (" TASK_EVENT_COLUMNS ") FROM STDIN (FORMAT binary)";

void task_event_copy(struct pg_copy *copy, const struct task_event *e) {
    pg_copy_row(copy);
    pg_copy_instant(copy, e->identity_us);
    pg_copy_uuid(copy, e->task_id);
    pg_copy_text(copy, span_of(e->change));
    pg_copy_i16(copy, (int16_t)e->turn);
    pg_copy_text(copy, e->line_id);
    pg_copy_i16(copy, (int16_t)e->step_no);
    pg_copy_text(copy, e->action);
    pg_copy_text(copy, e->product_class);
    pg_copy_text(copy, e->responsible);
    pg_copy_text(copy, e->licence);
    pg_copy_text(copy, e->evidence);
    pg_copy_instant(copy, e->due_us);
    if (e->after_step > 0)
        pg_copy_i16(copy, (int16_t)e->after_step);
    else
        pg_copy_null(copy);
    pg_copy_text(copy, e->playbook);
    pg_copy_uuid(copy, e->case_id);
    pg_copy_text(copy, e->seller_id);
    pg_copy_text(copy, e->marketplace);
    pg_copy_text(copy, e->order_id);
    pg_copy_text(copy, e->rule_id);
    pg_copy_i64(copy, e->revision);
    pg_copy_instant(copy, e->occurred_us);
    escalation_copy_source(copy, e->source);
}
