/*
 * thread.h: what one event does to one conversation with a buyer.
 *
 * The clock of an unanswered message runs from the oldest message after the last answer.
 * Messages are calls like others (case_fold.h), only that nothing is kept of those that
 * begin no clock: when an older one is answered in between after all, the rules are asked
 * what the message called for, with what is known of the conversation now. What an answer
 * is, each duty says itself (its `stop`).
 */
#ifndef COMMON_POLICY_THREAD_H
#define COMMON_POLICY_THREAD_H

#include "common/policy/case_fold.h"

/* As case_decide(). `facts` must state what is known of the conversation and its order;
 * oldest_unanswered is filled in here. */
void thread_decide(const struct case_state *c, const struct case_event *e,
                   const struct policy *p, struct policy_facts *facts,
                   struct case_decision *out);

#endif
