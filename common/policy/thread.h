/*
 * thread.h: what one event does to one conversation with a buyer.
 *
 * The clock of an unanswered message runs from the oldest message after the last answer.
 * Events of a conversation come late, twice and in any order, so that clock is not moved
 * on step by step: each time the whole history is cut into *waits*, each from a message
 * to the first answer at or after it, and the duties are made to agree with them. What
 * an answer is, each duty says itself (its `stop`).
 *
 * Whatever the order in which the events of a conversation are read, the duties that are
 * not cancelled end up alike. One whose wait turned out to begin earlier is cancelled in
 * favour of the right one.
 *
 * Everything else that an event does (claims, chargebacks, blockers) is case_decide()'s.
 */
#ifndef COMMON_POLICY_THREAD_H
#define COMMON_POLICY_THREAD_H

#include "common/policy/case.h"

/* As case_decide(). `facts` must state what is known of the conversation and its order;
 * oldest_unanswered is filled in here. The events' word for a buyer's message is
 * "message_received". */
void thread_decide(const struct case_state *c, const struct case_event *e,
                   const struct policy *p, struct policy_facts *facts,
                   struct case_decision *out);

#endif
