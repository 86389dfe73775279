#include "services/deadlines/task_tell.h"

#include "common/base/absent.h"
#include "common/base/clock.h"
#include "common/flow/escalation.h"

#include <inttypes.h>
#include <stdio.h>

struct task_tell task_tell_open(struct pg_script *s, struct arena *a,
                                const struct policy *p, int64_t now_us) {
    return (struct task_tell){pg_script_copy(s, escalation_copy_sql), a, p, now_us};
}

static struct span details_of(struct arena *a, const struct due_task *x) {
    const struct {
        const char *name;
        struct span value;
    } fields[] = {
        {"line_id", x->event.line_id},         {"action", x->event.action},
        {"disposition", x->event.playbook},    {"product_class", x->event.product_class},
        {"responsible", x->event.responsible}, {"licence", x->event.licence},
        {"evidence", x->event.evidence},       {"told", x->overdue}};
    size_t room = 40 * COUNT_OF(fields);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        room += 6 * fields[i].value.len;
    struct builder b = builder_in(a, room);
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (fields[i].value.len == 0)
            continue;
        build_text(&b, builder_span(&b).len > 0 ? ",\"" : "{\"");
        build_text(&b, fields[i].name);
        build_text(&b, "\":");
        build_json(&b, fields[i].value);
    }
    build_char(&b, '}');
    return builder_span(&b);
}

/* The id must tell the turns and instants of one task apart. */
struct telling_of {
    const char *level;
    int64_t turn;
    int64_t at_us, due_us;
    struct span role; /* who is told */
    int severity;
    struct span reason;
};

static void tell(const struct task_tell *t, const struct due_task *x,
                 const struct telling_of *what) {
    const struct task_event *e = &x->event;
    char meaning[60];
    snprintf(meaning, sizeof meaning, "%s:%" PRId64, what->level, what->turn);
    escalation_copy(t->escalations,
                    &(struct escalation){
                        .identity_us = what->at_us,
                        .meaning = meaning,
                        .subject_id = e->task_id,
                        .kind = SPAN("disposal_step"),
                        .level = what->level,
                        .severity = what->severity,
                        .case_kind = SPAN("return"),
                        .case_id = e->case_id,
                        .seller_id = e->seller_id,
                        .marketplace = e->marketplace,
                        .order_id = e->order_id,
                        .desk = span_of(policy_role_desk(t->policy, what->role)),
                        .due_us = what->due_us,
                        .act_by_us = EVENT_ABSENT,
                        .rule_id = e->rule_id,
                        .revision = e->revision,
                        .occurred_us = what->at_us,
                        .reason = what->reason,
                        .details = details_of(t->a, x),
                    });
}

/* "quarantine (bio-cleaning)" */
static void build_step(struct builder *b, const struct due_task *x) {
    build_span(b, x->event.action);
    build_text(b, " (");
    build_span(b, x->event.playbook);
    build_char(b, ')');
}

void task_tell_late(const struct task_tell *t, const struct due_task *x,
                    const struct task_turn *turn, const struct policy_step *step) {
    char text[700];
    struct builder reason = builder_over(text, sizeof text);
    build_step(&reason, x);
    build_instant(&reason, " was due ", turn->due_us);
    build_text(&reason, " and is not done");
    if (step && step->cost)
        build_format(&reason, ": %s", step->cost);
    if (x->overdue.ptr) {
        build_text(&reason, "; to be told: ");
        build_span(&reason, x->overdue);
    }
    tell(t, x,
         &(struct telling_of){
             .level = "overdue",
             .turn = x->event.turn,
             .at_us = turn->due_us,
             .due_us = turn->due_us,
             .role = x->overdue,
             .severity = x->overdue.ptr ? 3 : 2,
             .reason = builder_span(&reason),
         });
}

size_t task_tell_failed(const struct task_tell *t, const struct due_task *x,
                        const struct task_turn *turn) {
    if (x->failed_turn == EVENT_ABSENT)
        return 0;
    struct builder reason = builder_in(t->a, x->failed_why.len + 700);
    build_step(&reason, x);
    build_text(&reason, " could not be done: ");
    build_span(&reason, x->failed_why);
    tell(t, x,
         &(struct telling_of){
             .level = "failed",
             .turn = x->failed_turn,
             .at_us = x->failed_us == EVENT_ABSENT ? t->now_us : x->failed_us,
             .due_us = turn->due_us,
             .role = x->overdue,
             .severity = 2,
             .reason = builder_span(&reason),
         });
    return 1;
}

/* Who does it may not any more, by the rules as they are now. */
static bool loses_partner(const struct due_task *x, const struct task_route *route) {
    return x->standing.is_ready && x->standing.has_other_rules && x->partner.ptr &&
           !span_equal(x->partner, route->partner);
}

/* Whose licence it was, and what is wrong with it. */
static void build_lost(struct builder *b, const struct due_task *x,
                       const struct task_turn *turn, const struct task_route *route) {
    bool was_his = turn->licence_ended || loses_partner(x, route);
    if (was_his) {
        build_span(b, x->event.licence);
        build_text(b, " of ");
    }
    build_span(b, was_his ? x->partner : x->bound);
    if (turn->licence_ended) {
        build_instant(b, " ended ", x->standing.licence_until_us);
    } else if (was_his) {
        build_text(b, " holds no more by the rules");
    } else {
        build_text(b, " did the steps before and may not do this one (");
        build_span(b, route->lost);
        build_text(b, "), a new contract is needed");
    }
    build_text(b, route->blocked.ptr ? ": " : ": the step goes to ");
}

size_t task_tell_route(const struct task_tell *t, const struct due_task *x,
                       const struct task_turn *turn, const struct task_route *route) {
    bool is_blocked = route->blocked.ptr && !x->standing.is_blocked;
    bool has_lost = turn->licence_ended || loses_partner(x, route) ||
                    (turn->becomes_ready && route->lost.ptr);
    if (!is_blocked && !has_lost)
        return 0;
    struct builder reason = builder_in(t->a, route->blocked.len + 1200);
    if (has_lost)
        build_lost(&reason, x, turn, route);
    build_span(&reason, route->blocked.ptr ? route->blocked : route->partner);
    tell(t, x,
         &(struct telling_of){
             .level = has_lost ? "licence_ended" : "blocked",
             .turn = x->event.turn,
             .at_us = turn->licence_ended ? x->standing.licence_until_us : t->now_us,
             .due_us = turn->due_us,
             .role = SPAN("compliance"),
             .severity = route->blocked.ptr ? 3 : 1,
             .reason = builder_span(&reason),
         });
    return 1;
}
