/*
 * handover.h: who has a duty from when to when: the chain of desks laid out in time. Pure.
 *
 * A plan is made of turns, one desk each, in the order of the chain, without holes. A desk
 * has the duty until its turn ends; nobody has to take it away, because the plan says
 * beforehand when that is:
 *
 * 1. Only desks that speak the language and are open with the licences once more between
 *    now and the latest moment (due minus reserve) come into question. Their last such
 *    instant is the desk's own act-by.
 * 2. A turn ends with the last open instant within the step's `wait`. So a lunch break
 *    ends nothing, and a desk that closes for the night before its wait is over hands over
 *    when it closes. Without `wait` the turn ends at act-by.
 * 3. `skip_if: closed`: the wait is elapsed time, and a desk that is closed throughout it
 *    is passed over. Without it the desk is waited for: `wait` is counted in its open time.
 * 4. When everybody left is closed for as long as they could wait, the one that opens first
 *    is waited for. Who is awake at night is so only asked when nobody can act in time, and
 *    the proof of coverage, which asks just that, holds for what happens.
 * 5. The last step takes the rest. A plan of that step alone is the catch-all.
 *
 * A chain only goes forward, and no desk stands in it twice: nobody is assigned twice.
 * `wait` is a time, or a share of the time from start to the latest moment, because one
 * chain serves duties of two hours and of ninety days. Elapsed offers follow Twilio's
 * TaskRouter (timeout, skip_if) and Amazon Connect (routing steps that expire, anybody in
 * the end); neither knows opening hours or a deadline, hence 2 and 4.
 *
 * How full a desk is depends on the day and is no part of the plan: a turn says whether it
 * is passed over then (henpin-deadlines does it). All instants are microseconds UTC.
 */
#ifndef COMMON_POLICY_HANDOVER_H
#define COMMON_POLICY_HANDOVER_H

#include "common/policy/deadline.h"

/* Writes the turns of a duty that runs from start to due, gives how many: at least one. */
int handover_plan(const struct deadline_request *q, int64_t start_us, int64_t due_us,
                  int64_t reserve_us, struct policy_turn out[POLICY_MAX_CHAIN]);

#endif
