/*
 * partner.h: who may do a step, and why each other may not. Pure: reads no clock.
 *
 * A step goes to a partner when the packs have a site for its marketplace and either the
 * step needs a licence or some partner offers its role. It may be done by a partner that
 * offers the role, works in the site's area, holds the licence at that instant there and
 * for every kind of waste of the step, speaks a language of the site, is open before it is
 * due, and has room. Of those the first in the packs is taken; before it who did an earlier
 * step with the same goods, full or closed as he may be: there is a contract with him. Steps that are the seller's by his own licence (terms:
 * held_by) go to nobody else.
 */
#ifndef COMMON_POLICY_PARTNER_H
#define COMMON_POLICY_PARTNER_H

#include "common/policy/policy.h"

struct policy_partner_ask {
    struct span role, licence; /* ptr NULL: none */
    struct span marketplace;
    const struct span *waste;
    size_t n_waste;
    struct span
        bound;      /* who did an earlier step with the same goods, or has begun this one;
                          ptr NULL: nobody */
    int64_t at_us;  /* when it is to be begun */
    int64_t due_us; /* POLICY_NO_INSTANT: no haste */
};

struct policy_verdict {
    const char *partner, *title;
    const char *why_not;      /* in words, in the arena; NULL: it may */
    bool is_bound;            /* the one of the ask */
    int64_t licence_from_us;  /* of the licence that counts and those that it renews;
                                 INT64_MIN: nobody says, or none is needed */
    int64_t licence_until_us; /* of the licence that counts; INT64_MAX: it has no end, or
                                 none is needed */
};

/* Where goods of the marketplace come back; NULL: the packs do not say. */
const char *policy_site(const struct policy *p, struct span marketplace);

bool policy_partner_is_needed(const struct policy *p,
                              const struct policy_partner_ask *ask);

int policy_partner_count(const struct policy *p);
const char *policy_partner_name(const struct policy *p, int i);

/* Those that offer the role, at most POLICY_MAX_PARTNERS, in the packs' order; how many.
 * `n_open[i]` is how many open steps partner i has; NULL: none have any. */
int policy_partners_judge(const struct policy *p, const struct policy_partner_ask *ask,
                          const int64_t *n_open, struct arena *a,
                          struct policy_verdict *out);
/* The one that is taken, who is bound before others; -1: nobody may. */
int policy_partner_taken(const struct policy_verdict *verdicts, int n);

/* Who was considered, and why not: [{"partner": ..., "title": ..., "why_not": ...}]; of
 * the one that is taken "is_taken", of who is bound "is_bound". In the arena. */
struct span policy_partners_json(const struct policy_verdict *verdicts, int n, int taken,
                                 struct arena *a);

/* "nobody may do hand_over: SCIW_TRANSPORT for SC_OIL in chiba is needed by ...; a: ...;
 * b: ...". In the arena. */
struct span policy_partners_text(const struct policy *p, struct span action,
                                 const struct policy_partner_ask *ask,
                                 const struct policy_verdict *verdicts, int n,
                                 struct arena *a);

#endif
