#include "common/flow/outputs.h"

#include "common/base/clock.h"
#include "common/event/breach.h"
#include "common/event/event.h"
#include "common/flow/blocker_rows.h"
#include "common/flow/escalation.h"
#include "common/flow/sellers.h"

struct outputs {
    struct batch *batch;
    struct pg_copy *decisions, *escalations; /* made at their first row */
    struct blocker_step *steps;
    size_t n_steps, step_room;
    struct late *late; /* whose rows may still be in a COPY behind: told last */
    size_t n_late, late_room;
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

/* ---- decision ---- */

static const char copy_decision[] =
    "COPY henpin.decision (occurred_at, case_kind, case_id, event_id, event, outcome, "
    "cause, rules,"
    " policy_revision_id, source_topic, source_partition, source_offset, traceparent) "
    "FROM STDIN "
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
    const struct policy_decision *p = &c->step->decision->policy;
    struct pg_copy *copy = lazily(o, &o->decisions, copy_decision);
    pg_copy_row(copy);
    pg_copy_instant(copy, c->event->occurred_us);
    pg_copy_text(copy, span_of(c->work_case->kind));
    pg_copy_uuid(copy, c->work_case->id);
    pg_copy_text(copy, c->event->event_id);
    pg_copy_text(copy, span_of(c->event->word ? c->event->word : "unknown"));
    pg_copy_text(copy, span_of(outcome_word(c->step->decision)));
    pg_copy_text(copy, span_of(p->cause));
    pg_copy_array(copy, PG_TEXT, (size_t)p->n_rules);
    for (int i = 0; i < p->n_rules; i++)
        pg_copy_text(copy, span_of(p->rules[i]));
    pg_copy_array_end(copy);
    pg_copy_i64(copy, c->step->revision);
    escalation_copy_source(copy, c->message);
}

/* ---- escalation ---- */

/* What `e` does not say comes from the case and its message. */
static void escalate(struct outputs *o, const struct output_context *c,
                     struct escalation e) {
    const struct work_case *k = c->work_case;
    e.case_kind = span_of(k->kind);
    e.case_id = k->id;
    e.seller_id = k->seller_id;
    e.marketplace = k->marketplace;
    e.order_id = k->order_id;
    e.revision = c->step->revision;
    e.occurred_us = c->event->occurred_us;
    e.details = c->step->details;
    e.source = c->message;
    escalation_copy(lazily(o, &o->escalations, escalation_copy_sql), &e);
}

void outputs_duty_started(struct outputs *o, const struct output_context *c,
                          const struct duty_start *start) {
    const struct policy_duty *p = &start->policy;
    char text[700];
    struct builder reason = builder_over(text, sizeof text);
    build_text(&reason, p->title);
    /* Not which desk has it and must act by when: that has columns of its own, and boards
     * show these words beside the desk that has it later. */
    build_instant(&reason, ": due ", p->due_us);
    if (p->owner.is_catch_all)
        build_text(&reason, " (no open desk before)");
    /* The kind of the escalation to come, only where there are no words for it: this row
     * is written for each duty. */
    build_stake(&reason, "; else ", span_of(p->breach_cost ? NULL : p->breach),
                span_of(p->breach_cost));
    bool had_to_wait = start->called_us != EVENT_ABSENT;
    escalate(o, c,
             (struct escalation){
                 .identity_us = had_to_wait ? start->called_us : p->start_us,
                 .subject_id = start->duty_id,
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

void outputs_triage(struct outputs *o, const struct output_context *c,
                    const char *cause) {
    int64_t opened_us = c->work_case->state.opened_us;
    char text[300], level[200];
    struct builder reason = builder_over(text, sizeof text);
    build_format(&reason, "a person must look: %s", cause);
    snprintf(level, sizeof level, "triage:%s", cause);
    escalate(o, c,
             (struct escalation){
                 .identity_us = opened_us,
                 .subject_id = identity_escalation(opened_us, c->work_case->id, level),
                 .kind = SPAN("triage"),
                 .level = "open",
                 .severity = 2,
                 .desk = span_of(c->step->decision->policy.route.desk),
                 .due_us = EVENT_ABSENT,
                 .act_by_us = EVENT_ABSENT,
                 .reason = builder_span(&reason),
             });
}

/* ---- what may have been told before ---- */

struct late {
    struct case_duty duty;
    const struct message *message;
    bool is_breach; /* else it stands again */
};

static void add_late(struct outputs *o, struct late late) {
    o->late =
        arena_grow(o->batch->attempt, o->late, o->n_late, &o->late_room, sizeof *o->late);
    o->late[o->n_late++] = late;
}

void outputs_breach(struct outputs *o, const struct message *m,
                    const struct case_duty *duty) {
    add_late(o, (struct late){*duty, m, true});
}

void outputs_duty_revived(struct outputs *o, const struct message *m,
                          const struct case_duty *duty) {
    add_late(o, (struct late){*duty, m, false});
}

static void build_standing(struct builder *b, const struct case_duty *d) {
    build_span(b, d->name);
    build_instant(b, ": due ", d->due_us);
    build_instant(b, ", act by ", d->act_by_us);
    build_text(b, " at ");
    build_span(b, d->desk);
    build_stake(b, "; else ", d->breach, d->breach_cost);
}

/* The clock may have told a breach before, of a duty that was cancelled since and has
 * come back; and of that, that it began. */
static void tell_late(const struct outputs *o) {
    if (o->n_late == 0)
        return;
    const struct tell tell = tell_open(o->batch->writes, o->n_late);
    for (size_t i = 0; i < o->n_late; i++) {
        const struct case_duty *d = &o->late[i].duty;
        char text[700];
        struct builder reason = builder_over(text, sizeof text);
        const char *level = o->late[i].is_breach ? "breached" : "open";
        int64_t at = o->late[i].is_breach           ? d->due_us
                     : d->called_us != EVENT_ABSENT ? d->called_us
                                                    : d->start_us;
        if (o->late[i].is_breach)
            build_breach(&reason, d->name, d->due_us, d->breach, d->breach_cost);
        else
            build_standing(&reason, d);
        tell_add(&tell, &(struct telling){
                            .duty_id = d->duty_id,
                            .at_us = at,
                            .id = identity_escalation(at, d->duty_id, level),
                            .level = level,
                            .reason = builder_span(&reason),
                            .occurred_us = o->late[i].message->occurred_us,
                            .source = o->late[i].message,
                        });
    }
}

/* ---- blocker ---- */

static struct blocker_step *add_step(struct outputs *o) {
    o->steps = arena_grow(o->batch->attempt, o->steps, o->n_steps, &o->step_room,
                          sizeof *o->steps);
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
        .desk = span_of(c->step->decision->policy.route.desk),
        .reason = span_of(blocker->title),
        .revision = c->step->revision,
        .message = c->message,
        .case_kind = span_of(k->kind),
        .case_id = k->id,
        .order_id = k->order_id,
    };
}

static void write_steps(const struct outputs *o) {
    if (o->n_steps == 0)
        return;
    blocker_rows_watch(o->batch->writes, o->steps, o->n_steps);
    blocker_rows_write(o->batch->writes, o->steps, o->n_steps);
}

void outputs_apply(struct outputs *o) {
    tell_late(o);
    write_steps(o);
}
