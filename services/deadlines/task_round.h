/*
 * task_round.h: one look at the disposal tasks whose time has come: those that can be
 * begun become ready, those that are late are told to the desk of the role that their
 * rule names, in one transaction.
 *
 * Any number of instances may look at once: a task that another one holds, or whose step
 * before somebody is just changing, is left to the next look. Nothing here waits for a
 * lock, so workers and desks, who hold the case first, cannot wait in a circle with it.
 */
#ifndef SERVICES_DEADLINES_TASK_ROUND_H
#define SERVICES_DEADLINES_TASK_ROUND_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

struct task_round {
    size_t n_looked; /* tasks whose time had come */
    size_t n_told;   /* changes and escalations written */
};

/* At most `most` tasks. Waits for Postgres, which must be connected; after a failure
 * nothing is changed and the connection is closed. */
MUST_USE enum status task_round_run(struct pg *pg, const struct policy *p, int64_t now_us,
                                    size_t most, struct task_round *out,
                                    struct error *err);

#endif
