/*
 * case_fold.h: the duties of a case made to agree with all that happened to it.
 *
 * An event *calls* for a duty. The calls of one name are cut into clocks: the oldest call
 * begins one, which stands until its answer; calls from then until that answer (and at
 * its instant) are answered with it; the next one begins anew, unless the rule says that
 * what has ended stays so. Calls that begin no clock are kept as cancelled duties where
 * an answer that is read late could still part them from the older one (up to half of
 * CASE_MAX_DUTIES).
 *
 * Messages of a conversation are calls too, but without rows of their own: what they call
 * for is asked of the rules when they turn out to begin a clock (thread.h). A rule that is
 * new takes up a message that still waits, but none that was answered before it came: such
 * a wait would have a row if a rule had asked for one. (An event that has the earlier ones
 * read anew asks for all.) What one event cannot begin at once is told, and not begun later.
 *
 * Each time the whole history is cut, so late, doubled and re-ordered events end in the
 * same duties. Of a conversation all duties are cut anew, because an event may change
 * what words its history reads (inquiries.h); of other cases those that the event calls
 * for or that listen to its word. Pure, allocates nothing.
 */
#ifndef COMMON_POLICY_CASE_FOLD_H
#define COMMON_POLICY_CASE_FOLD_H

#include "common/policy/case_clock.h"

/* The events' word for a buyer's message. */
#define CASE_MESSAGE "message_received"

/* What messages call for. */
struct case_messages {
    const struct policy_decision *rules; /* of the latest message; duties that follow
                                            messages count */
    /* What a message calls for that was the oldest unanswered one at this instant. */
    void (*ask)(void *context, int64_t at_us, struct policy_decision *out);
    void *context;
};

/* Fills changes, starts and triages of `out`, whose `policy` is decided. `messages` may
 * be NULL. */
void case_fold(const struct case_view *v, const struct policy *p,
               const struct case_messages *messages, struct case_decision *out);

/* Since when a message waits for what fulfils this duty; EVENT_ABSENT: none does. */
int64_t case_fold_waiting_since(const struct case_view *v, const struct policy_duty *d);

#endif
