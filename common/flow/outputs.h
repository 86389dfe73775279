/*
 * outputs.h: effects become rows: escalation_event, disposal_task_event, blocker,
 * decision.
 *
 * Rows go straight into the COPYs of the batch's `writes` while it is decided. Everything
 * written here is append-only, with ids that are functions of their meaning (I4).
 */
#ifndef COMMON_FLOW_OUTPUTS_H
#define COMMON_FLOW_OUTPUTS_H

#include "common/flow/casework.h"

struct outputs;
struct sellers;

/* What a row says about where it comes from. */
struct output_context {
    const struct message *message;
    const struct work_case *work_case;
    const struct case_event *event;
    const struct case_decision *decision;
    int64_t revision;
    struct span product_class;
    struct span details; /* JSON object or ptr NULL */
};

struct outputs *outputs_new(struct batch *b);

void outputs_decision(struct outputs *o, const struct output_context *c);
void outputs_duty_started(struct outputs *o, const struct output_context *c,
                          const struct duty_start *start);
/* `done_us`: when it was fulfilled, too late. Told once, whoever told it before. */
void outputs_breach(struct outputs *o, const struct output_context *c,
                    const struct case_duty *duty, int64_t done_us);
/* Only if it does not stand already, or was resolved since; notes it in the cache. */
void outputs_blocker(struct outputs *o, const struct output_context *c,
                     const struct policy_blocker *blocker, struct sellers *sellers);
void outputs_triage(struct outputs *o, const struct output_context *c, const char *cause);
void outputs_tasks(struct outputs *o, const struct output_context *c);

/* The blockers of the batch; the other rows are in their COPYs already. */
void outputs_apply(struct outputs *o);

/* An escalation that no message raised: an order that something waits for does not come.
 */
struct order_unknown {
    struct uuid order_key;
    struct span marketplace, seller_id, order_id;
    int64_t wanted_by_us;
    struct policy_desk_choice desk;
    int64_t revision;
};
void outputs_order_unknown(struct pg_copy *copy, const struct order_unknown *u);

/* A duty whose dates moved because a calendar or its rule did. */
struct duty_moved {
    struct uuid duty_id, case_id;
    struct span case_kind, name, seller_id, marketplace, order_id, desk, rule_id;
    int64_t start_us, was_due_us, was_act_by_us, due_us, act_by_us;
    int severity;
    const struct policy_revision *revision; /* that moved it */
    int64_t since_us; /* from when it is live: it may come back after another */
    int64_t now_us;
};
void outputs_deadline_moved(struct pg_copy *copy, const struct duty_moved *d);
extern const char outputs_copy_escalation[];

#endif
