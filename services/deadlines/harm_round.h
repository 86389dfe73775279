/*
 * harm_round.h: what must be told of harm that goods of a return did: the tasks of what
 * henpin.harm knows newly, in one transaction. Cases that somebody else holds are left to
 * the next look.
 */
#ifndef SERVICES_DEADLINES_HARM_ROUND_H
#define SERVICES_DEADLINES_HARM_ROUND_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

struct harm_round {
    size_t n_looked; /* cases of which something new was known */
};

/* At most `most` cases. Waits for Postgres, which must be connected; after a failure
 * nothing is changed and the connection is closed. */
MUST_USE enum status harm_round_run(struct pg *pg, const struct policy *p, int64_t now_us,
                                    size_t most, struct harm_round *out,
                                    struct error *err);

#endif
