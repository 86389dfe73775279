#include "services/deadlines/task_turn.h"

#include "common/event/event.h"

static void sooner(int64_t *at_us, int64_t other_us) {
    if (other_us != EVENT_ABSENT && (*at_us == EVENT_ABSENT || other_us < *at_us))
        *at_us = other_us;
}

/* A row that does not say what it counts from counts from now: it must not stop the round
 * of all others. */
static void make_ready(const struct standing_task *t, const struct policy_step *step,
                       int64_t now_us, struct task_turn *turn) {
    turn->becomes_ready = true;
    turn->counts_from_us = t->has_before ? t->before_us : t->counts_from_us;
    if (turn->counts_from_us == EVENT_ABSENT)
        turn->counts_from_us = now_us;
    if (step)
        turn->due_us = policy_step_due(step, turn->counts_from_us);
}
_Static_assert(POLICY_NO_INSTANT == EVENT_ABSENT, "instants are handed on as they are");

struct task_turn task_turn_at(const struct standing_task *t,
                              const struct policy_step *step, int64_t now_us) {
    struct task_turn turn = {.counts_from_us = t->counts_from_us,
                             .due_us = t->due_us,
                             .look_us = EVENT_ABSENT};
    if (!t->is_ready) {
        if (t->has_before && t->before_us == EVENT_ABSENT)
            return turn; /* who does that step has it looked at again */
        make_ready(t, step, now_us, &turn);
    }
    turn.licence_ended = t->is_ready && t->licence_until_us != EVENT_ABSENT &&
                         t->licence_until_us <= now_us;
    turn.wants_partner = turn.becomes_ready || t->is_blocked || t->is_held ||
                         turn.licence_ended || t->has_other_rules;
    if (turn.due_us != EVENT_ABSENT && t->overdue_us == EVENT_ABSENT) {
        turn.becomes_late = turn.due_us <= now_us;
        turn.look_us = turn.becomes_late ? EVENT_ABSENT : turn.due_us;
    }
    if (!turn.wants_partner)
        sooner(&turn.look_us, t->licence_until_us);
    return turn;
}

void task_turn_routed(struct task_turn *turn, bool is_blocked, int64_t licence_until_us,
                      int64_t now_us) {
    sooner(&turn->look_us, is_blocked ? now_us + TASK_RETRY_US : licence_until_us);
}
