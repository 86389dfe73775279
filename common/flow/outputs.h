/*
 * outputs.h: effects become rows: escalation_event, blocker, decision.
 *
 * Rows go into the COPYs of the batch's `writes` while it is decided. Everything
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
    const struct case_step *step;
};

struct outputs *outputs_new(struct batch *b);

void outputs_decision(struct outputs *o, const struct output_context *c);
void outputs_duty_started(struct outputs *o, const struct output_context *c,
                          const struct duty_start *start);
/* Of a duty that `m` shows to be late. Told once, whoever told it before. */
void outputs_breach(struct outputs *o, const struct message *m,
                    const struct case_duty *duty);
/* A cancelled duty stands after all; it may have been told before. */
void outputs_duty_revived(struct outputs *o, const struct message *m,
                          const struct case_duty *duty);
/* Only if it does not stand already, or was resolved since; notes it in the cache. */
void outputs_blocker(struct outputs *o, const struct output_context *c,
                     const struct policy_blocker *blocker, struct sellers *sellers);
void outputs_triage(struct outputs *o, const struct output_context *c, const char *cause);

/* Breaches and blockers, behind the batch's duties; the other rows
 * are in their COPYs already. */
void outputs_apply(struct outputs *o);

#endif
