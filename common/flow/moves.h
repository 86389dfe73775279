/*
 * moves.h: open duties follow the calendar.
 *
 * When a revision goes live, every open duty that began under an earlier one is looked
 * at: if the same terms now lead to another instant (a holiday was moved), or the rule
 * says `applies_to: open`, its dates move; an escalation event of level
 * `deadline_moved` tells both instants when due or act-by did. Whoever comes first moves a
 * duty; the row then names the new revision, so nobody moves it again. A worker that still
 * runs an earlier revision moves nothing: what went live later counts.
 *
 * The pass goes through the open duties some thousands at a time, each time in a
 * transaction of its own. A duty that somebody holds is come back to.
 */
#ifndef COMMON_FLOW_MOVES_H
#define COMMON_FLOW_MOVES_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

struct moves;

/* `p` is live, recorded in henpin.policy_revision, and outlives the pass. */
struct moves *moves_new(const struct policy *p);
void moves_free(struct moves *m);

/* The next piece of the pass; waits for Postgres, up to 30 s a question, on a connection
 * that is not a lane's. *is_done: every open duty was looked at. After a failure the piece is looked at again.
 */
MUST_USE enum status moves_turn(struct moves *m, struct pg *pg, bool *is_done,
                                struct error *err);
size_t moves_count(const struct moves *m); /* duties moved so far */

#endif
