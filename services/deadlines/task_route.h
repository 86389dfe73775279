/*
 * task_route.h: who does a disposal task that can be begun.
 */
#ifndef SERVICES_DEADLINES_TASK_ROUTE_H
#define SERVICES_DEADLINES_TASK_ROUTE_H

#include "common/io/pg.h"
#include "common/policy/partner.h"

/* How many open steps each partner has, counted on in one round. Lives in `a`. */
struct task_rooms {
    int64_t *n_open; /* by the partner's number */
};
struct pg_query *task_rooms_ask(struct pg_script *s);
struct task_rooms task_rooms_read(struct arena *a, const struct policy *p,
                                  const struct pg_query *q);

struct task_route {
    struct span partner;    /* ptr NULL: none is needed, or nobody may */
    struct span blocked;    /* why nobody may; ptr NULL: somebody may */
    struct span considered; /* JSON: partner.h; ptr NULL: nobody needs to be */
    struct span lost;       /* why it goes to another than who is bound; ptr NULL: it does
                                 not */
    int64_t licence_from_us, licence_until_us; /* EVENT_ABSENT: open, or none needed */
};

/* None. */
extern const struct task_route task_route_none;

/* Takes room of whom it finds. `present` does it already: his room is taken; ptr NULL:
 * nobody. */
struct task_route task_route_find(const struct policy *p, struct arena *a,
                                  struct span action,
                                  const struct policy_partner_ask *ask,
                                  struct span present, struct task_rooms *rooms);

/* Has up to `most` steps that somebody does by a licence looked at once more, if who does
 * them was found by other rules. `some_left`: there are more. Waits for Postgres; after a
 * failure the connection is closed. */
MUST_USE enum status task_route_renew(struct pg *pg, const struct policy *p, size_t most,
                                      bool *some_left, struct error *err);

#endif
