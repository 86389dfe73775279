/*
 * live_policy.h: the rule set that a worker decides by, from its files to its successor.
 *
 * Every row that is written names the revision it was decided by, so the revision's own
 * row comes first; a new one goes live between two batches, or the last good one stays.
 * Then open duties that began under an earlier one follow it (moves.h), some at a time.
 *
 * Who decides by which revision can be seen in pg_locks: each worker's control connection
 * holds the revision's id as a shared advisory lock of its session. Nobody waits for it, it
 * ends with the worker, and it needs no table; henpin-lag shows it.
 */
#ifndef COMMON_FLOW_LIVE_POLICY_H
#define COMMON_FLOW_LIVE_POLICY_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

struct live_policy {
    const char *dir;    /* of the rule packs; borrowed */
    struct pg *control; /* a connection of its own, used waiting; borrowed */
    /* ---- */
    const struct policy *live; /* what lanes look at: may change between two batches */
    struct policy *policy;     /* the same, owned */
    struct moves *moves;       /* NULL: all open duties have followed */
    bool wants_reload;         /* Postgres was away when a new revision came */
    int64_t shown_id,
        shown_session; /* the revision that is shown, and pg_session() of then */
};

/* Loads the packs, which are live from then on. */
MUST_USE enum status live_policy_load(struct live_policy *l, struct error *err);
/* Writes the revision's row; again is fine. */
MUST_USE enum status live_policy_record(struct live_policy *l, struct error *err);
/* SIGHUP. */
void live_policy_reload(struct live_policy *l);
/* What is left to do of the last change; waits for Postgres. Cheap when there is none. */
void live_policy_turn(struct live_policy *l);
/* Shows the live revision to others when it is not shown yet; waits for Postgres. Part of
 * live_policy_turn(). */
void live_policy_show(struct live_policy *l);
void live_policy_release(struct live_policy *l);

#endif
