/*
 * seller_fold.h: what becomes of one seller's blockers as time and the directory go on,
 * and what of its facts ends soon. Pure: the same picture and instant give the same
 * steps.
 *
 * The directory is a history: each entry is valid for a time, and known since an instant.
 * The fold walks through the instants at which something began, ended or became known,
 * from where the last look stopped, and asks the rules at each (directory.h,
 * policy_decide). So it does not matter how often or how late somebody looks: after a
 * week of sleep the steps are those of the instants at which they were due.
 *
 *  - A blocker that stands is resolved at the first instant at which no rule asks for it.
 *  - One that was resolved is raised again, as the next instance, when a rule asks for it
 *    once more (the fact ended or was withdrawn), as long as the seller is not known to
 *    have left that marketplace. A worker may be first, if an event meets it.
 *  - One that no event has met is raised ahead: from when it is known that the seller
 *    sells there or is about to, the rules are asked about an order (and the seller's
 *    enrolment) of each of its classes of goods; before it opens, about the instant at
 *    which it opens.
 *
 * What cases decided before stands, as decisions are made with what held at the event's
 * own instant (that is why any order of reading ends in the same tables, I5): the next
 * event of a case is decided with what is known then, and the `resolved` or `raised` row
 * of the seller tells a desk why.
 */
#ifndef SERVICES_DEADLINES_SELLER_FOLD_H
#define SERVICES_DEADLINES_SELLER_FOLD_H

#include "common/flow/blocker_rows.h"
#include "services/deadlines/seller_ask.h"

/* A fact or licence that ends, or has ended, and that nothing follows. */
struct seller_ending {
    const struct seller_entry *entry;
    int64_t at_us;       /* when it was to be told */
    int64_t ahead_us;    /* so long before the end; 0: it has ended */
    int severity;        /* of what is missing then */
    struct span missing; /* "branch.jp on rakuten.co.jp", ...; may be empty */
};

struct seller_steps {
    struct blocker_step *steps; /* in the order in which they happened */
    size_t n_steps;
    struct seller_ending *endings; /* of each entry the latest that has passed */
    size_t n_endings;
    int64_t next_us;   /* when to look again; INT64_MAX: when something changes */
    const char *cause; /* a store of which the rules could not be asked: why; else NULL */
};

/* All of `out` is the arena's, or borrows from the picture and the policy. */
void seller_fold(struct arena *a, const struct policy *p, const struct seller_picture *s,
                 int64_t now_us, struct seller_steps *out);

#endif
