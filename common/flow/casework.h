/*
 * casework.h: the cases that a batch touches, from their rows to their rows.
 *
 * Orders, returns and threads are cases alike (common/policy/case.h). A service loads its
 * rows, finds each message's case here, lets case_decide() fold the event in and hands
 * the decision to casework_take(), which moves the case on in memory: the next event of
 * the same case, later in the same batch, sees it. At the end casework_apply() writes
 * what all cases have in common - duties, escalations, disposal tasks, blockers, the
 * decision trail - and the service writes its own row.
 */
#ifndef COMMON_FLOW_CASEWORK_H
#define COMMON_FLOW_CASEWORK_H

#include "common/flow/batch.h"
#include "common/io/pg.h"
#include "common/policy/case.h"

/* Beside a duty's state, at the same index: what is not in henpin.duty yet. */
struct work_duty {
    const struct policy_duty
        *fresh; /* started in this batch: to be inserted; NULL: loaded */
    bool is_changed;
    int64_t closed_us;
    int64_t revision; /* the policy revision that started it */
};

/* Embedded as the first member of a service's own row. */
struct work_case {
    const char *kind; /* "order", "return" */
    struct uuid id;
    struct uuid order_key;
    struct span marketplace; /* code; as written when unknown */
    struct span seller_id, order_id;
    struct case_state state;
    struct case_duty *duty_rows; /* state.duties, to be written */
    struct work_duty *duties;
    int duty_room;       /* of both */
    size_t history_room; /* of state.history's arrays; 0: they belong to the loaded row */
    bool is_loaded;      /* has a row in the database */
    bool is_changed;     /* the row must be written */
};

struct casework;

/* `case_size` is the service's row, beginning with struct work_case. */
struct casework *casework_new(struct batch *b, size_t case_size);
/* The case of this id, made (zeroed, id set) at its first mention. Stable for the
 * attempt. */
struct work_case *casework_case(struct casework *w, struct uuid id);
struct work_case *casework_find(const struct casework *w, struct uuid id); /* or NULL */
size_t casework_count(const struct casework *w);
struct work_case *casework_at(const struct casework *w,
                              size_t i); /* in order of first mention */

/* Loading: the columns every case row has, in this order from `first_column`: opened_at,
 * history_event, history_at, history_id, duties, triaged. */
#define CASEWORK_COLUMNS                                                                 \
    "opened_at, history_event, history_at, history_id, duties, triaged"
void casework_load_row(struct casework *w, struct work_case *c, const struct pg_query *q,
                       size_t row, int first_column);
/* Round two: the duties that the loaded cases name. NULL when there are none. */
struct pg_query *casework_query_duties(struct casework *w, struct pg_script *s);
void casework_read_duties(struct casework *w, const struct pg_query *q);

/* A case that holds CASE_MAX_HISTORY events takes no more: the message is rejected, true
 * is returned. */
bool casework_refuse_full(struct casework *w, const struct work_case *c,
                          struct message *m);

/* Moves the case on by one decided event of message `m` and keeps what is to be written.
 * `details` is a JSON object for the escalations, or ptr NULL. */
void casework_take(struct casework *w, struct work_case *c, const struct message *m,
                   const struct case_event *e, const struct case_decision *d,
                   int64_t revision, struct span product_class, struct span details);

/* Writing: the common columns of a case row, in the order of CASEWORK_COLUMNS. */
void casework_copy_columns(const struct work_case *c, struct pg_copy *copy);
/* The duties that began or changed. (The other effects are written as they are taken.) */
void casework_apply(struct casework *w, struct pg_script *s);

/* The epoch: identity instant of what has none of its own (blockers, unknown orders). */
#define IDENTITY_TIMELESS_US INT64_C(0)

#endif
