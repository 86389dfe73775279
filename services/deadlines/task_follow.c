#include "services/deadlines/task_follow.h"

#include "common/base/absent.h"
#include "common/flow/task_event.h"

/* Whoever changes it writes its trail from the row as it stands then. */
#define TELL(change, occurred)                                                           \
    " INSERT INTO henpin.disposal_task_event (" TASK_EVENT_COLUMNS ")"                   \
    " SELECT identity_at, task_id, " change ", turn, line_id, step_no, action,"          \
    "  product_class, responsible, licence_required, evidence_required, due_at,"         \
    "  NULL::smallint, playbook, case_id, seller_id, marketplace, order_id, rule_id,"    \
    "  policy_revision_id, " occurred ", 'henpin', -1, -1, NULL FROM made"

/* One that is open already was made when the step was late before; one that was cancelled
 * or done then is taken up: this is another turn of the step. The clock itself makes it
 * ready, at its next look. */
static const struct pg_statement follow = {
    "tasks_follow",
    "WITH made AS (INSERT INTO henpin.disposal_task AS d (task_id, identity_at, case_id,"
    "   line_id, about, late_of, quantity, playbook, rule_id, step_no, action, lot, "
    "product_class,"
    "   responsible, site, licence_required, evidence_required, keep_years, overdue,"
    "   state, counts_from, due_at, look_at, seller_id, marketplace, order_id,"
    "   policy_revision_id)"
    "  SELECT n.id, t.identity_at, t.case_id, t.line_id, t.about, n.of, t.quantity,"
    "   t.playbook,"
    "   t.rule_id, t.step_no, n.action, t.lot, t.product_class, n.role, t.site,"
    "   n.licence, n.evidence, n.keep, n.overdue, 'CREATED', n.since, n.due, n.since,"
    "   t.seller_id, t.marketplace, t.order_id, t.policy_revision_id"
    "  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[],"
    "    $6::text[], $7::text[], $8::smallint[], $9::timestamptz[], $10::timestamptz[])"
    "   AS n(of, id, action, role, licence, evidence, overdue, keep, since, due)"
    "  JOIN henpin.disposal_task t ON t.task_id = n.of"
    "  ON CONFLICT (task_id) DO UPDATE SET turn = d.turn + 1, state = 'CREATED',"
    "   counts_from = EXCLUDED.counts_from, due_at = EXCLUDED.due_at,"
    "   look_at = EXCLUDED.look_at, quantity = EXCLUDED.quantity,"
    "   playbook = EXCLUDED.playbook, rule_id = EXCLUDED.rule_id,"
    "   policy_revision_id = EXCLUDED.policy_revision_id, ready_at = NULL,"
    "   done_at = NULL, done_by = NULL, closed_at = NULL, overdue_at = NULL,"
    "   partner = NULL, licence_from = NULL, licence_until = NULL, blocked = NULL, "
    "failed_turn = NULL,"
    "   updated_at = now() WHERE d.state IN ('CANCELLED', 'DONE') RETURNING *)" TELL(
        "CASE WHEN turn > 1 THEN 'REOPENED' ELSE 'CREATED' END", "counts_from")};

/* What was to be done because it was late in an earlier turn, and is still open. */
static const struct pg_statement let_go = {
    "tasks_let_go",
    "WITH made AS (UPDATE henpin.disposal_task d SET state = 'CANCELLED',"
    "   closed_at = n.at, look_at = NULL, updated_at = now()"
    "  FROM unnest($1::uuid[], $2::timestamptz[]) AS n(id, at)"
    "  WHERE d.task_id = n.id AND d.state IN ('CREATED', 'READY') RETURNING d.*)" TELL(
        "'CANCELLED'", "closed_at")};

struct task_follow task_follow_open(struct pg_script *s, size_t n) {
    struct task_follow f;
    struct pg_query *q = pg_script_query(s, &let_go);
    f.gone = pg_param_array(q, PG_UUID, n);
    f.gone_at = pg_param_array(q, PG_TIMESTAMPTZ, n);
    q = pg_script_query(s, &follow);
    f.of = pg_param_array(q, PG_UUID, n);
    f.ids = pg_param_array(q, PG_UUID, n);
    f.actions = pg_param_array(q, PG_TEXT, n);
    f.roles = pg_param_array(q, PG_TEXT, n);
    f.licences = pg_param_array(q, PG_TEXT, n);
    f.evidence = pg_param_array(q, PG_TEXT, n);
    f.overdue = pg_param_array(q, PG_TEXT, n);
    f.keep = pg_param_array(q, PG_INT2, n);
    f.from = pg_param_array(q, PG_TIMESTAMPTZ, n);
    f.due = pg_param_array(q, PG_TIMESTAMPTZ, n);
    return f;
}

void task_follow_add(const struct task_follow *f, struct uuid of, int64_t identity_us,
                     struct uuid case_id, struct span line_id, int64_t at_us,
                     const struct policy_step *late) {
    pg_array_uuid(f->of, of);
    pg_array_uuid(
        f->ids, tasks_late_id(identity_us, case_id, line_id, of, span_of(late->action)));
    pg_array_text(f->actions, span_of(late->action));
    pg_array_text(f->roles, span_of(late->to));
    pg_array_text(f->licences, span_of(late->licence));
    pg_array_text(f->evidence, span_of(late->evidence));
    pg_array_text(f->overdue, span_of(late->overdue));
    pg_array_i64(f->keep, late->keep_years > 0 ? late->keep_years : EVENT_ABSENT);
    pg_array_i64(f->from, at_us);
    pg_array_i64(f->due, policy_step_due(late, at_us));
}

void task_follow_let_go(const struct task_follow *f, struct uuid of, int64_t identity_us,
                        struct uuid case_id, struct span line_id, int64_t at_us,
                        const struct policy_step *late) {
    pg_array_uuid(
        f->gone, tasks_late_id(identity_us, case_id, line_id, of, span_of(late->action)));
    pg_array_i64(f->gone_at, at_us);
}
