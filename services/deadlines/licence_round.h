/*
 * licence_round.h: the licences of desks and providers, as the clock sees them.
 *
 * Told ahead: as long before the end as the packs say (`directory.ends_soon`), and at the
 * end, each once, whoever looks: what ends, what it will stop and how many duties stand on
 * it. After a sleep only the latest is told.
 *
 * Lost: a duty whose desk no longer holds what its turn requires goes on to the next desk
 * of its plan that does, else to the desk for triage; the row goes forward and the event
 * is written in one transaction, so nobody is assigned twice. Also what the desk has
 * acknowledged: it may not do it any more. A licence whose end was known when the duty
 * began needs none of this: the plan ends its turn there.
 *
 * Any number of instances may look at once.
 */
#ifndef SERVICES_DEADLINES_LICENCE_ROUND_H
#define SERVICES_DEADLINES_LICENCE_ROUND_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

struct licence_round {
    size_t n_handed; /* duties that went on */
    size_t n_told;   /* endings, some of which may be old news */
};

/* What a process remembers from one look to the next, so that most cost nothing: there is
 * something to do under another revision, when a licence ends or is told, and once a
 * minute, as a worker may have begun a duty under the revision before. All zero: it has
 * not looked yet. Private to licence_round_run. */
struct licence_watch {
    int64_t revision, looked_us, next_us;
    bool has_more;
};

/* Looks at no more than `most` duties. Waits for Postgres, which must be connected; after
 * a failure nothing is changed and the connection is closed. */
MUST_USE enum status licence_round_run(struct pg *pg, const struct policy *p,
                                       int64_t now_us, size_t most,
                                       struct licence_watch *watch,
                                       struct licence_round *out, struct error *err);

#endif
