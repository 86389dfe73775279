#include "common/flow/sweep.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/event/identity.h"
#include "common/flow/escalation.h"
#include "common/io/pg_session.h"

enum { SWEEP_MAX = 500 };
#define SWEEP_TIMEOUT_US (10 * US_PER_S)

/* The row is taken and marked in one statement: two sweeps at once share the work and
 * raise nothing twice. */
static const struct pg_statement take = {
    "sweep_take",
    "UPDATE henpin.sales_order o SET wanted_by = NULL FROM"
    " (SELECT order_key, wanted_by FROM henpin.sales_order WHERE NOT is_known AND "
    "wanted_by < $1"
    "  ORDER BY wanted_by LIMIT $2 FOR UPDATE SKIP LOCKED) w"
    " WHERE o.order_key = w.order_key"
    " RETURNING o.order_key, o.marketplace, o.seller_id, o.order_id, w.wanted_by"};

static void tell(struct pg_copy *copy, const struct pg_query *q, size_t row,
                 const struct policy *p, int64_t now_us) {
    struct uuid order_key = pg_uuid(q, row, 0);
    int64_t wanted_by_us = pg_instant(q, row, 4);
    char text[300];
    struct builder reason = builder_over(text, sizeof text);
    build_text(&reason, "events wait for an order that no connector has published");
    build_instant(&reason, "; it was wanted by ", wanted_by_us);
    escalation_copy(copy, &(struct escalation){
                              .identity_us = IDENTITY_TIMELESS_US,
                              .meaning = "order_unknown",
                              .subject_id = order_key,
                              .kind = SPAN("order_unknown"),
                              .level = "open",
                              .severity = 2,
                              .case_kind = SPAN("order"),
                              .case_id = order_key,
                              .seller_id = pg_text(q, row, 2),
                              .marketplace = pg_text(q, row, 1),
                              .order_id = pg_text(q, row, 3),
                              .desk = span_of(policy_triage(p, now_us).desk),
                              .due_us = EVENT_ABSENT,
                              .act_by_us = EVENT_ABSENT,
                              .revision = policy_revision(p)->id,
                              .occurred_us = wanted_by_us,
                              .reason = builder_span(&reason),
                          });
}

enum status sweep_unknown_orders(struct pg *pg, const struct policy *p, int64_t now_us,
                                 size_t *n, struct error *err) {
    struct arena *a = arena_new(64u << 20);
    struct pg_script *s = pg_script_new(a);
    pg_begin_by_key(s, SWEEP_TIMEOUT_US);
    struct pg_query *q = pg_script_query(s, &take);
    pg_param_instant(q, now_us);
    pg_param_i64(q, SWEEP_MAX);
    enum status st = pg_run_wait(pg, s, SWEEP_TIMEOUT_US, err);
    *n = st == ST_OK ? pg_rows(q) : 0;
    if (st == ST_OK) {
        struct pg_script *writes = pg_script_new(a);
        struct pg_copy *copy =
            *n > 0 ? pg_script_copy(writes, escalation_copy_sql) : NULL;
        for (size_t row = 0; row < *n; row++)
            tell(copy, q, row, p, now_us);
        (void)pg_script_query(writes, &pg_commit);
        st = pg_run_wait(pg, writes, SWEEP_TIMEOUT_US, err);
    }
    if (st != ST_OK)
        pg_close(pg);
    arena_free(a);
    return st;
}
