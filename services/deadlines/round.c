#include "services/deadlines/round.h"

#include "common/base/clock.h"
#include "common/event/breach.h"
#include "common/event/event.h"
#include "common/flow/escalation.h"
#include "common/io/pg_session.h"
#include "services/deadlines/levels.h"

#define ROUND_TIMEOUT_US (10 * US_PER_S)
#define ROUND_BYTES ((size_t)256 << 20)

/* One probe of the index for each severity. */
static const struct pg_statement look = {
    "deadlines_look",
    "SELECT d.duty_id, d.case_kind, d.case_id, d.name, d.seller_id, d.marketplace,"
    " d.order_id, d.desk, d.due_at, d.act_by_at, d.warn_at, d.fires_at, d.breach,"
    " d.breach_cost, d.severity, d.rule_id, d.policy_revision_id"
    " FROM unnest('{4,3,2,1,0}'::smallint[]) WITH ORDINALITY AS s(severity, place)"
    " CROSS JOIN LATERAL (SELECT * FROM henpin.duty x WHERE x.closed_at IS NULL"
    "  AND x.state IN ('open', 'breached') AND x.severity = s.severity"
    "  AND x.fires_at <= $1 ORDER BY x.fires_at LIMIT $2 FOR UPDATE SKIP LOCKED) d"
    " ORDER BY s.place, d.fires_at"};

enum {
    D_DUTY,
    D_CASE_KIND,
    D_CASE,
    D_NAME,
    D_SELLER,
    D_MARKETPLACE,
    D_ORDER,
    D_DESK,
    D_DUE,
    D_ACT_BY,
    D_WARN,
    D_FIRES,
    D_BREACH,
    D_COST,
    D_SEVERITY,
    D_RULE,
    D_REVISION
};

static const struct pg_statement go_on = {
    "deadlines_go_on", "UPDATE henpin.duty d SET fires_at = t.next,"
                       " state = CASE WHEN t.is_breached THEN 'breached' ELSE d.state END"
                       " FROM unnest($1::uuid[], $2::timestamptz[], $3::boolean[])"
                       "  AS t(duty_id, next, is_breached)"
                       " WHERE d.duty_id = t.duty_id"};

static struct standing_duty standing_of(struct arena *a, const struct pg_query *q,
                                        size_t row) {
    struct span *warnings;
    struct standing_duty d = {
        .fires_us = pg_instant(q, row, D_FIRES),
        .act_by_us = pg_instant(q, row, D_ACT_BY),
        .due_us = pg_instant(q, row, D_DUE),
        .has_breach = !pg_is_null(q, row, D_BREACH),
    };
    size_t n = pg_array_items(q, row, D_WARN, a, &warnings);
    for (size_t i = 0; i < n && i < COUNT_OF(d.warn_us); i++)
        d.warn_us[d.n_warnings++] = pg_item_instant(warnings[i]);
    return d;
}

static void build_reason(struct builder *b, const struct pg_query *q, size_t row,
                         const struct level *l) {
    struct span name = pg_text(q, row, D_NAME);
    struct span breach = pg_text(q, row, D_BREACH), cost = pg_text(q, row, D_COST);
    int64_t due_us = pg_instant(q, row, D_DUE);
    if (l->kind == LEVEL_BREACHED || l->kind == LEVEL_OVERDUE) {
        build_breach(b, name, due_us, breach, cost);
        return;
    }
    build_span(b, name);
    build_instant(b, " is due ", due_us);
    if (l->kind == LEVEL_ACT_BY) {
        build_text(b, " and ");
        build_span(b, pg_text(q, row, D_DESK));
        build_text(b, " must act now, it is not open again in time");
    } else {
        build_instant(b, ", act by ", pg_instant(q, row, D_ACT_BY));
    }
    build_text(b, "; nobody has answered");
    build_stake(b, "; at stake: ", breach, cost);
}

/* The two statements. */
struct writes {
    struct tell tell;
    struct pg_array *ids, *next, *breached;
};

static struct writes open_writes(struct pg_script *s, size_t n) {
    struct writes w;
    w.tell = tell_open(s, n);
    struct pg_query *q = pg_script_query(s, &go_on);
    w.ids = pg_param_array(q, PG_UUID, n);
    w.next = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.breached = pg_param_array(q, PG_BOOL, n);
    return w;
}

static size_t write_one(const struct writes *w, const struct pg_query *q, size_t row,
                        const struct level *l) {
    struct uuid duty_id = pg_uuid(q, row, D_DUTY);
    pg_array_uuid(w->ids, duty_id);
    pg_array_i64(w->next, l->next_us);
    pg_array_i64(w->breached, l->kind == LEVEL_BREACHED);
    if (l->kind == LEVEL_NONE)
        return 0;
    char text[800];
    struct builder reason = builder_over(text, sizeof text);
    build_reason(&reason, q, row, l);
    tell_add(&w->tell, &(struct telling){
                           .duty_id = duty_id,
                           .at_us = l->at_us,
                           .id = level_id(duty_id, l),
                           .level = level_names[l->kind],
                           .reason = builder_span(&reason),
                           .occurred_us = l->at_us,
                       });
    return 1;
}

static void write_all(struct arena *a, struct pg_script *s, const struct pg_query *q,
                      int64_t now_us, struct round *out) {
    size_t n = pg_rows(q);
    if (n == 0)
        return;
    const struct writes w = open_writes(s, n);
    for (size_t row = 0; row < n; row++) {
        const struct standing_duty d = standing_of(a, q, row);
        const struct level l = level_at(&d, now_us);
        out->n_told += write_one(&w, q, row, &l);
        if (now_us - d.fires_us > out->behind_us)
            out->behind_us = now_us - d.fires_us;
    }
    out->n_looked = n;
}

enum status round_run(struct pg *pg, int64_t now_us, size_t most, struct round *out,
                      struct error *err) {
    struct arena *a = arena_new(ROUND_BYTES);
    struct pg_script *s = pg_script_new(a);
    *out = (struct round){0};
    pg_begin_by_key(s, ROUND_TIMEOUT_US);
    struct pg_query *q = pg_script_query(s, &look);
    pg_param_instant(q, now_us);
    pg_param_i64(q, (int64_t)most);
    enum status st = pg_run_wait(pg, s, ROUND_TIMEOUT_US, err);
    if (st == ST_OK) {
        struct pg_script *writes = pg_script_new(a);
        write_all(a, writes, q, now_us, out);
        (void)pg_script_query(writes, &pg_commit);
        st = pg_run_wait(pg, writes, ROUND_TIMEOUT_US, err);
    }
    if (st != ST_OK)
        pg_close(pg);
    arena_free(a);
    return st;
}
