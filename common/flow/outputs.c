#include "common/flow/outputs.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/flow/blocker_rows.h"
#include "common/flow/sellers.h"

struct outputs {
    struct batch *batch;
    struct pg_copy *decisions, *escalations, *tasks; /* made at their first row */
    struct blocker_step *steps;
    size_t n_steps, step_room;
};

struct outputs *outputs_new(struct batch *b) {
    struct outputs *o = arena_zalloc(b->attempt, sizeof *o);
    o->batch = b;
    return o;
}

static struct pg_copy *lazily(struct outputs *o, struct pg_copy **copy, const char *sql) {
    if (!*copy)
        *copy = pg_script_copy(o->batch->writes, sql);
    return *copy;
}

static void copy_source(struct pg_copy *c, const struct message *m) {
    pg_copy_text(c, span_of(m->topic));
    pg_copy_i32(c, m->partition);
    pg_copy_i64(c, m->offset);
}

/* Of what no message raised. */
static void copy_no_source(struct pg_copy *c) {
    pg_copy_text(c, SPAN("henpin"));
    pg_copy_i32(c, -1);
    pg_copy_i64(c, -1);
}

/* ---- decision ---- */

static const char copy_decision[] =
    "COPY henpin.decision (occurred_at, case_kind, case_id, event_id, event, outcome, "
    "cause, rules,"
    " policy_revision_id, source_topic, source_partition, source_offset) FROM STDIN "
    "(FORMAT binary)";

static const char *outcome_word(const struct case_decision *d) {
    switch (d->policy.outcome) {
    case POLICY_NOT_OURS:
        return "not_ours";
    case POLICY_NOT_EVALUATED:
        return "not_evaluated";
    case POLICY_DECIDED:
        break;
    }
    return "decided";
}

void outputs_decision(struct outputs *o, const struct output_context *c) {
    const struct policy_decision *p = &c->decision->policy;
    struct pg_copy *copy = lazily(o, &o->decisions, copy_decision);
    pg_copy_row(copy, 12);
    pg_copy_instant(copy, c->event->occurred_us);
    pg_copy_text(copy, span_of(c->work_case->kind));
    pg_copy_uuid(copy, c->work_case->id);
    pg_copy_text(copy, c->event->event_id);
    pg_copy_text(copy, span_of(c->event->word ? c->event->word : "unknown"));
    pg_copy_text(copy, span_of(outcome_word(c->decision)));
    pg_copy_text(copy, span_of(p->cause));
    pg_copy_array(copy, PG_TEXT, (size_t)p->n_rules);
    for (int i = 0; i < p->n_rules; i++)
        pg_copy_text(copy, span_of(p->rules[i]));
    pg_copy_array_end(copy);
    pg_copy_i64(copy, c->revision);
    copy_source(copy, c->message);
}

/* ---- escalation ---- */

const char outputs_copy_escalation[] =
    "COPY henpin.escalation_event (identity_at, escalation_id, kind, level, severity, "
    "case_kind,"
    " case_id, subject_id, seller_id, marketplace, order_id, desk, due_at, act_by_at, "
    "rule_id,"
    " policy_revision_id, occurred_at, reason, details, source_topic, source_partition, "
    "source_offset)"
    " FROM STDIN (FORMAT binary)";

struct escalation {
    int64_t identity_us;
    struct uuid subject;
    struct span kind;
    const char *level;
    int severity;
    struct span desk;
    int64_t due_us, act_by_us;
    struct span rule_id;
    struct span reason;
};

static void copy_escalation(struct outputs *o, const struct output_context *c,
                            const struct escalation *e) {
    const struct work_case *k = c->work_case;
    struct pg_copy *copy = lazily(o, &o->escalations, outputs_copy_escalation);
    pg_copy_row(copy, 22);
    pg_copy_instant(copy, e->identity_us);
    pg_copy_uuid(copy, identity_escalation(e->identity_us, e->subject, e->level));
    pg_copy_text(copy, e->kind);
    pg_copy_text(copy, span_of(e->level));
    pg_copy_i16(copy, (int16_t)e->severity);
    pg_copy_text(copy, span_of(k->kind));
    pg_copy_uuid(copy, k->id);
    pg_copy_uuid(copy, e->subject);
    pg_copy_text(copy, k->seller_id);
    pg_copy_text(copy, k->marketplace);
    pg_copy_text(copy, k->order_id);
    pg_copy_text(copy, e->desk);
    pg_copy_instant(copy, e->due_us);
    pg_copy_instant(copy, e->act_by_us);
    pg_copy_text(copy, e->rule_id);
    pg_copy_i64(copy, c->revision);
    pg_copy_instant(copy, c->event->occurred_us);
    pg_copy_text(copy, e->reason);
    pg_copy_jsonb(copy, c->details);
    copy_source(copy, c->message);
}

/* What is at stake, in the rule's words: "Amazon refunds the buyer (account_risk)". */
static void build_stake(struct builder *b, const char *before, struct span breach,
                        struct span cost) {
    if (breach.len == 0 && cost.len == 0)
        return;
    build_text(b, before);
    build_span(b, cost.len > 0 ? cost : breach);
    if (cost.len > 0 && breach.len > 0) {
        build_text(b, " (");
        build_span(b, breach);
        build_char(b, ')');
    }
}

void outputs_duty_started(struct outputs *o, const struct output_context *c,
                          const struct duty_start *start) {
    const struct policy_duty *p = start->policy;
    char text[700];
    struct builder reason = builder_over(text, sizeof text);
    build_text(&reason, p->title);
    build_instant(&reason, ": due ", p->due_us);
    build_instant(&reason, ", act by ", p->owner.act_by_us);
    build_text(&reason, " at ");
    build_text(&reason, p->owner.desk);
    if (p->owner.is_catch_all)
        build_text(&reason, " (no open desk before)");
    /* The kind of the escalation to come, only where there are no words for it: this row
     * is written for each duty. */
    build_stake(&reason, "; else ", span_of(p->breach_cost ? NULL : p->breach),
                span_of(p->breach_cost));
    copy_escalation(o, c,
                    &(struct escalation){
                        .identity_us = start->state == DUTY_WAITING
                                           ? c->event->occurred_us
                                           : p->start_us,
                        .subject = start->duty_id,
                        .kind = span_of(p->name),
                        .level = "open",
                        .severity = p->severity,
                        .desk = span_of(p->owner.desk),
                        .due_us = p->due_us,
                        .act_by_us = p->owner.act_by_us,
                        .rule_id = span_of(p->rule_id),
                        .reason = builder_span(&reason),
                    });
}

/* Row by row, as they are rare. The clock may have told it before, of a wait that was
 * dropped since and has come back. */
static const struct pg_statement tell_breach = {
    "outputs_breach",
    "INSERT INTO henpin.escalation_event (identity_at, escalation_id, kind, level,"
    "  severity, case_kind, case_id, subject_id, seller_id, marketplace, order_id, desk,"
    "  due_at, rule_id, policy_revision_id, occurred_at, reason, details, source_topic,"
    "  source_partition, source_offset)"
    " VALUES ($1, $2, $3, 'breached', $4, $5, $6, $7, $8, $9, $10, $11, $1, $12, $13,"
    "  $14, $15, $16::jsonb, $17, $18, $19)"
    " ON CONFLICT (identity_at, escalation_id) DO NOTHING"};

void outputs_breach(struct outputs *o, const struct output_context *c,
                    const struct case_duty *duty, int64_t done_us) {
    const struct work_case *k = c->work_case;
    char text[700];
    struct builder reason = builder_over(text, sizeof text);
    build_span(&reason, duty->name);
    build_instant(&reason, " was due ", duty->due_us);
    build_instant(&reason, " and done ", done_us);
    build_stake(&reason, "; at stake: ", duty->breach, duty->breach_cost);
    struct pg_query *q = pg_script_query(o->batch->writes, &tell_breach);
    pg_param_instant(q, duty->due_us);
    pg_param_uuid(q, identity_escalation(duty->due_us, duty->duty_id, "breached"));
    pg_param_text(q, duty->name);
    pg_param_i16(q, (int16_t)duty->severity);
    pg_param_text(q, span_of(k->kind));
    pg_param_uuid(q, k->id);
    pg_param_uuid(q, duty->duty_id);
    pg_param_text(q, k->seller_id);
    pg_param_text(q, k->marketplace);
    pg_param_text(q, k->order_id);
    pg_param_text(q, duty->desk);
    pg_param_text(q, duty->rule_id);
    pg_param_i64(q, c->revision);
    pg_param_instant(q, c->event->occurred_us);
    pg_param_text(q, builder_span(&reason));
    pg_param_jsonb(q, c->details);
    pg_param_text(q, span_of(c->message->topic));
    pg_param_i32(q, c->message->partition);
    pg_param_i64(q, c->message->offset);
}

void outputs_triage(struct outputs *o, const struct output_context *c,
                    const char *cause) {
    char text[300], level[200];
    struct builder reason = builder_over(text, sizeof text);
    build_format(&reason, "a person must look: %s", cause);
    snprintf(level, sizeof level, "triage:%s", cause);
    struct policy_desk_choice desk = c->decision->policy.route;
    struct escalation e = {
        .identity_us = c->work_case->state.opened_us,
        .subject =
            identity_escalation(c->work_case->state.opened_us, c->work_case->id, level),
        .kind = SPAN("triage"),
        .level = "open",
        .severity = 2,
        .desk = span_of(desk.desk),
        .due_us = EVENT_ABSENT,
        .act_by_us = EVENT_ABSENT,
        .reason = builder_span(&reason),
    };
    copy_escalation(o, c, &e);
}

/* ---- blocker ---- */

static struct blocker_step *add_step(struct outputs *o) {
    if (o->n_steps == o->step_room) {
        size_t room = o->step_room ? 2 * o->step_room : 16;
        struct blocker_step *more = arena_array(o->batch->attempt, room, sizeof *more);
        if (o->n_steps > 0)
            memcpy(more, o->steps, o->n_steps * sizeof *more);
        o->steps = more;
        o->step_room = room;
    }
    return &o->steps[o->n_steps++];
}

void outputs_blocker(struct outputs *o, const struct output_context *c,
                     const struct policy_blocker *blocker, struct sellers *sellers) {
    const struct work_case *k = c->work_case;
    if (blocker->is_shadow)
        return;
    int instance = sellers_raise(sellers, k->seller_id, k->marketplace, blocker->name,
                                 c->event->occurred_us);
    if (instance == 0)
        return;
    *add_step(o) = (struct blocker_step){
        .seller_id = k->seller_id,
        .marketplace = k->marketplace,
        .name = span_of(blocker->name),
        .instance = instance,
        .raised_us = c->event->occurred_us,
        .resolved_us = EVENT_ABSENT,
        .severity = blocker->severity,
        .rule_id = span_of(blocker->rule_id),
        .desk = span_of(c->decision->policy.route.desk),
        .reason = span_of(blocker->title),
        .revision = c->revision,
        .message = c->message,
        .case_kind = span_of(k->kind),
        .case_id = k->id,
        .order_id = k->order_id,
    };
}

void outputs_apply(struct outputs *o) {
    if (o->n_steps == 0)
        return;
    blocker_rows_watch(o->batch->writes, o->steps, o->n_steps);
    blocker_rows_write(o->batch->writes, o->steps, o->n_steps);
}

/* ---- disposal tasks ---- */

static const char copy_task[] = "COPY henpin.disposal_task_event (identity_at, task_id, "
                                "change, step_no, action, product_class,"
                                " responsible, licence_required, evidence_required, "
                                "due_at, after_step, playbook, case_id, seller_id,"
                                " marketplace, order_id, rule_id, policy_revision_id, "
                                "occurred_at, source_topic, source_partition,"
                                " source_offset) FROM STDIN (FORMAT binary)";

static void copy_task_event(struct outputs *o, const struct output_context *c, int i,
                            const char *change) {
    const struct policy_disposition *d = &c->decision->policy.disposition;
    const struct policy_step *step = &d->steps[i];
    const struct work_case *k = c->work_case;
    struct pg_copy *copy = lazily(o, &o->tasks, copy_task);
    pg_copy_row(copy, 22);
    pg_copy_instant(copy, k->state.opened_us);
    pg_copy_uuid(copy, identity_task(k->state.opened_us, k->id, span_of(d->code), i + 1));
    pg_copy_text(copy, span_of(change));
    pg_copy_i16(copy, (int16_t)(i + 1));
    pg_copy_text(copy, span_of(step->action));
    pg_copy_text(copy, c->product_class);
    pg_copy_text(copy, span_of(step->to));
    pg_copy_text(copy, span_of(step->licence));
    pg_copy_text(copy, span_of(step->evidence));
    pg_copy_instant(copy, step->due_us);
    if (step->after >= 0)
        pg_copy_i16(copy, (int16_t)(step->after + 1));
    else
        pg_copy_null(copy);
    pg_copy_text(copy, span_of(d->code));
    pg_copy_uuid(copy, k->id);
    pg_copy_text(copy, k->seller_id);
    pg_copy_text(copy, k->marketplace);
    pg_copy_text(copy, k->order_id);
    pg_copy_text(copy, span_of(d->rule_id));
    pg_copy_i64(copy, c->revision);
    pg_copy_instant(copy, c->event->occurred_us);
    copy_source(copy, c->message);
}

/* A step that waits for no other is ready from the start. */
void outputs_tasks(struct outputs *o, const struct output_context *c) {
    const struct policy_disposition *d = &c->decision->policy.disposition;
    for (int i = 0; i < d->n_steps; i++) {
        copy_task_event(o, c, i, "CREATED");
        if (d->steps[i].after < 0)
            copy_task_event(o, c, i, "READY");
    }
}

/* ---- unknown orders ---- */

void outputs_order_unknown(struct pg_copy *copy, const struct order_unknown *u) {
    char text[300];
    struct builder reason = builder_over(text, sizeof text);
    build_text(&reason, "events wait for an order that no connector has published");
    build_instant(&reason, "; it was wanted by ", u->wanted_by_us);
    pg_copy_row(copy, 22);
    pg_copy_instant(copy, IDENTITY_TIMELESS_US);
    pg_copy_uuid(
        copy, identity_escalation(IDENTITY_TIMELESS_US, u->order_key, "order_unknown"));
    pg_copy_text(copy, SPAN("order_unknown"));
    pg_copy_text(copy, SPAN("open"));
    pg_copy_i16(copy, 2);
    pg_copy_text(copy, SPAN("order"));
    pg_copy_uuid(copy, u->order_key);
    pg_copy_uuid(copy, u->order_key);
    pg_copy_text(copy, u->seller_id);
    pg_copy_text(copy, u->marketplace);
    pg_copy_text(copy, u->order_id);
    pg_copy_text(copy, span_of(u->desk.desk));
    pg_copy_null(copy);
    pg_copy_null(copy);
    pg_copy_null(copy);
    pg_copy_i64(copy, u->revision);
    pg_copy_instant(copy, u->wanted_by_us);
    pg_copy_text(copy, builder_span(&reason));
    pg_copy_null(copy);
    copy_no_source(copy);
}

/* ---- moved deadlines ---- */

void outputs_deadline_moved(struct pg_copy *copy, const struct duty_moved *d) {
    char text[400], level[128];
    struct builder reason = builder_over(text, sizeof text);
    snprintf(level, sizeof level, "deadline_moved:%s:%lld", d->revision->hash,
             (long long)d->since_us);
    build_span(&reason, d->name);
    build_instant(&reason, " was due ", d->was_due_us);
    build_instant(&reason, ", act by ", d->was_act_by_us);
    build_instant(&reason, "; now due ", d->due_us);
    build_instant(&reason, ", act by ", d->act_by_us);
    build_format(&reason, ": a calendar or the rule changed with revision %s",
                 d->revision->label);
    pg_copy_row(copy, 22);
    pg_copy_instant(copy, d->start_us);
    pg_copy_uuid(copy, identity_escalation(d->start_us, d->duty_id, level));
    pg_copy_text(copy, d->name);
    pg_copy_text(copy, SPAN("deadline_moved"));
    pg_copy_i16(copy, (int16_t)d->severity);
    pg_copy_text(copy, d->case_kind);
    pg_copy_uuid(copy, d->case_id);
    pg_copy_uuid(copy, d->duty_id);
    pg_copy_text(copy, d->seller_id);
    pg_copy_text(copy, d->marketplace);
    pg_copy_text(copy, d->order_id);
    pg_copy_text(copy, d->desk);
    pg_copy_instant(copy, d->due_us);
    pg_copy_instant(copy, d->act_by_us);
    pg_copy_text(copy, d->rule_id);
    pg_copy_i64(copy, d->revision->id);
    pg_copy_instant(copy, d->now_us);
    pg_copy_text(copy, builder_span(&reason));
    pg_copy_null(copy);
    copy_no_source(copy);
}
