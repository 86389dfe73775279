/*
 * blocker_rows.h: blockers on their way into henpin.blocker, and what is told of them.
 *
 * A blocker is one row per (seller, marketplace, name), whoever finds it. It goes forward
 * only: raised, resolved, raised again as the next instance. Whoever finds the same step
 * second (another worker, the clock) writes nothing, and nobody is told twice: the
 * telling's id is made of seller, marketplace, name, instance and level (I4).
 *
 * Workers raise what an event met; henpin-deadlines resolves, raises again and raises
 * ahead (services/deadlines/seller_round.h). Both lock the seller's row of
 * henpin.seller_watch first, in the order of the ids, so that they never wait for each
 * other in a circle; blocker_rows_watch() does it for workers, and has the clock look at
 * these sellers at once: the fact may have come before the event that missed it was read.
 */
#ifndef COMMON_FLOW_BLOCKER_ROWS_H
#define COMMON_FLOW_BLOCKER_ROWS_H

#include "common/io/pg.h"

struct message;

/* One step of one blocker. Text is borrowed until the script has run. */
struct blocker_step {
    struct span seller_id, marketplace, name;
    int instance; /* from 1 */
    int64_t raised_us;
    int64_t resolved_us; /* EVENT_ABSENT: this step raises it */
    int severity;        /* of the row; telling that it is resolved is a note */
    struct span rule_id, desk, reason;
    int64_t revision;
    /* What met it; of what the clock finds: no message, a kind, no case, no order. */
    const struct message *message;
    struct span case_kind;
    struct uuid case_id; /* with a message only */
    struct span order_id;
};

/* Before blocker_rows_write, in a statement of its own. */
void blocker_rows_watch(struct pg_script *s, const struct blocker_step *steps, size_t n);

/* The last step of each blocker becomes its row; each step that is new is told. */
void blocker_rows_write(struct pg_script *s, const struct blocker_step *steps, size_t n);

#endif
