/*
 * seller_round.h: one look at the sellers whose time has come: their blockers are
 * resolved, raised again and raised ahead, and what ends soon is told; one transaction.
 *
 * henpin.seller_watch says when a seller is to be looked at: at once after each change of
 * the directory (a trigger, in the directory's own transaction) and when a worker raised
 * a blocker; else at the next instant at which something begins, ends or is to be told.
 * So an idle directory costs one probe of an index.
 *
 * This is the clock's work and not a trigger's, because validity begins and ends while
 * nobody writes, and because only the policy engine knows what the rules ask. Any number
 * of instances may look at once: a seller that another one, a worker or an import holds is
 * left to it, and nobody waits; what is
 * told has ids of its meaning; and the fold (seller_fold.h) goes on from the instant at
 * which the last look stopped, so a kill loses nothing and a week of sleep changes
 * nothing but the time of recording.
 */
#ifndef SERVICES_DEADLINES_SELLER_ROUND_H
#define SERVICES_DEADLINES_SELLER_ROUND_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

struct seller_round {
    size_t n_looked; /* sellers */
    size_t n_told;   /* steps of blockers, and endings, some of which may be old news */
};

/* After a change of rules: every seller that another revision looked at last is looked at
 * again. *some_left: not all, as somebody holds some of them; ask again later. */
MUST_USE enum status seller_round_renew(struct pg *pg, const struct policy *p,
                                        bool *some_left, struct error *err);

/* Looks at no more than `most` sellers. Waits for Postgres, which must be connected;
 * after a failure nothing is changed and the connection is closed. */
MUST_USE enum status seller_round_run(struct pg *pg, const struct policy *p,
                                      int64_t now_us, size_t most,
                                      struct seller_round *out, struct error *err);

#endif
