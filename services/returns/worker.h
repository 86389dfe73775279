/*
 * worker.h: the four functions of the returns worker, and what they share during one
 * attempt.
 */
#ifndef SERVICES_RETURNS_WORKER_H
#define SERVICES_RETURNS_WORKER_H

#include "common/flow/casework.h"
#include "common/flow/worker.h"
#include "services/returns/returns.h"

/* One message. Begins with the decoded event. */
struct returns_item {
    struct return_event event;
    const struct marketplace *marketplace; /* NULL: not in the register */
    struct span code;                      /* its code, or the word as written */
    struct uuid order_key, case_id;
};

/* One case: a row of henpin.return_case. */
struct returns_case {
    struct work_case work;
    struct span return_id;
    bool is_parked; /* earlier events of it wait in henpin.parked */
    struct order_facts order;
    struct line_classes *classes; /* of the order's lines; NULL until a line wants one */
    /* Of the latest event by its own time; the row shows them. */
    int64_t latest_us;
    const char *status;
    struct span loaded_status;
    struct span reason_code, wanted, currency, lines;
    int64_t amount_minor;
};

struct returns_state {
    struct casework *work;
    struct pg_query *cases, *orders, *placeholders, *duties;
    struct pg_query *siblings; /* of a recall: parked cases of its orders; else NULL */
    struct sellers_load *sellers;
    bool wants_lines; /* some event leaves a product class to its order */
    bool is_settled;  /* the sellers and orders are read */
};

static inline struct returns_item *returns_item_of(const struct message *m) {
    return m->item;
}
static inline struct returns_state *returns_state_of(const struct batch *b) {
    return b->state;
}

enum status returns_decode(struct batch *b, struct message *m, struct error *err);
extern const struct pg_statement returns_session; /* temporary tables of a connection */

enum status returns_load(struct batch *b, struct pg_script *s, struct error *err);
void returns_ask_siblings(struct batch *b, struct pg_script *s);
void returns_free_siblings(struct batch *b);
void returns_decide_batch(struct batch *b, const struct policy *p);
void returns_apply(struct batch *b);

#endif
