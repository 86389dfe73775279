/*
 * desk_licence.h: the licences of desks and providers: who holds what, and what stops when
 * one ends.
 *
 * A plan (handover.h) already ends a turn where a licence is known to end. This is for
 * what a plan cannot know: a licence that the packs of today say was lost, and the one
 * that ends next spring, of which people should hear while there is time to renew it.
 * Instants are microseconds UTC.
 */
#ifndef COMMON_POLICY_DESK_LICENCE_H
#define COMMON_POLICY_DESK_LICENCE_H

#include "common/policy/policy.h"

/* A licence that ends and that no other of the same name and desk follows. */
struct desk_ending {
    const char *desk, *licence;
    int64_t until_us; /* the desk holds it no more from here on */
    /* "route-jp-medical (then triage), ...": the rules in whose chains the desk stands for
     * it, with who has its turn then; empty: it stops nothing. The arena's. */
    struct span stops;
};

/* All of the packs' desks; the arena's, names are the policy's. Gives how many. */
size_t desk_endings(const struct policy *p, struct arena *a,
                    const struct desk_ending **out);

/* Whether the desk holds all of `licences` ("a+b"; empty: none is needed) at that instant.
 * A desk that the packs do not know holds none. */
bool desk_holds(const struct policy *p, struct span desk, struct span licences,
                int64_t at_us);

#endif
