/*
 * round.h: one look at the duties whose time has come: what is to be told is told, in one
 * transaction, the gravest first.
 *
 * Any number of instances may look at once: a duty that another one (or a worker that
 * just reads its answer) holds is left to it, and a level that was told before is not
 * told again, whoever told it. `p` gives the hours of desks that got a duty otherwise than
 * planned.
 */
#ifndef SERVICES_DEADLINES_ROUND_H
#define SERVICES_DEADLINES_ROUND_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

struct round {
    size_t n_looked;   /* duties whose time had come */
    size_t n_told;     /* events written */
    int64_t behind_us; /* how long the first of them had waited; 0: nothing had */
};

/* Looks at no more than `most` duties of each severity. Waits for Postgres, which must
 * be connected; after a failure nothing is changed and the connection is closed. */
MUST_USE enum status round_run(struct pg *pg, const struct policy *p, int64_t now_us,
                               size_t most, struct round *out, struct error *err);

/* One look at the desks that have more than they can take: at most `most` duties of each
 * go on along their plans, the least severe and latest first. One instance at a time; the
 * others find nothing to do. What has fired by now is left to round_run(). */
MUST_USE enum status round_run_full(struct pg *pg, const struct policy *p, int64_t now_us,
                                    size_t most, struct round *out, struct error *err);

#endif
