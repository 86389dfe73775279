/*
 * turns.h: whose turn it is with a standing duty, and who gets it when a desk has as much
 * as it can take. Pure; the plan comes from common/policy/policy.h and stands in the
 * duty's row.
 *
 * A duty only goes forward in its plan: so nobody is assigned twice, and a desk that has
 * room again takes nothing back. The last turn takes everything.
 */
#ifndef SERVICES_DEADLINES_TURNS_H
#define SERVICES_DEADLINES_TURNS_H

#include "common/policy/policy.h"

/* What each desk with a limit can take now; others take everything. */
struct room {
    struct span desk;
    int64_t left, capacity; /* `left` below 0: it has more than it can take */
};
struct rooms {
    struct room *items;
    size_t n;
};

/* Whose turn it is at an instant: the present one or a later. */
int turns_at(const struct policy_turns *t, int64_t now_us);

/* The first of turn `i` and those after it that is not passed over; its room is taken and
 * that of the present one is left. */
int turns_fitting(const struct policy_turns *t, int i, const struct rooms *rooms);

/* Whether a desk that is full hands turn `i` on. */
bool turns_hand_on(const struct policy_turns *t, int i);

#endif
