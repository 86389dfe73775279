/*
 * facts.c: what Postgres knows beside positions: the deadlines that records have started
 * lately, those that fall soon, dead letters, parked records, blockers, who is connected,
 * and which policy revision each worker decides by.
 *
 * Nothing here reads a table whole that grows with the events: duties by their ids, which
 * begin with the time (I4), decisions by BRIN, the rest by what stands open.
 */
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "services/lag/lag.h"

#define PROMISES_MAX "4000"
#define LOOK_BACK_US (7 * US_PER_DAY)

static const struct pg_statement dead_letters = {
    "lag_dead_letters",
    "SELECT consumer_group, code, count(*), min(recorded_at) FROM henpin.dead_letter"
    " WHERE state IN ('open', 'retry') GROUP BY 1, 2 ORDER BY 1, 2"};

static const struct pg_statement parked = {
    "lag_parked", "SELECT consumer_group, source_topic, count(*), min(parked_at) FROM"
                  " henpin.parked GROUP BY 1, 2 ORDER BY 1, 2"};

static const struct pg_statement blockers = {
    "lag_blockers", "SELECT blocker, desk, count(*), min(raised_at) FROM henpin.blocker"
                    " WHERE state = 'raised' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"};

static const struct pg_statement workers = {
    "lag_workers",
    "SELECT application_name, '', count(*), NULL::timestamptz FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'henpin-%'"
    "  AND application_name <> 'henpin-lag' GROUP BY 1 ORDER BY 1"};

/* Each worker holds its revision's id as an advisory lock: live_policy.h. And the one that was
 * recorded last, which the workers should have. */
static const struct pg_statement revisions = {
    "lag_revisions",
    "SELECT a.application_name, count(*), r.hash, r.label, r.policy_revision_id, r.since"
    " FROM pg_locks k JOIN pg_stat_activity a USING (pid)"
    " JOIN henpin.policy_revision r"
    "  ON r.policy_revision_id = (k.classid::int8 << 32 | k.objid::int8)"
    " WHERE k.locktype = 'advisory' AND k.objsubid = 1 AND a.datname = current_database()"
    "  AND a.application_name LIKE 'henpin-%' GROUP BY 1, 3, 4, 5, 6"
    " UNION ALL (SELECT '', NULL, hash, label, policy_revision_id, since"
    "  FROM henpin.policy_revision ORDER BY since DESC LIMIT 1) ORDER BY 1, 2 DESC, 3"};

/* $1: an id that begins with the time from which on duties are looked at. */
static const struct pg_statement promises = {
    "lag_promises",
    "WITH n AS (SELECT duty_id, case_kind, desk, case_id, coalesce(start_at, called_at) "
    "AS "
    "start_at,"
    "  act_by_at FROM henpin.duty WHERE duty_id >= $1::uuid ORDER BY duty_id DESC LIMIT "
    "" PROMISES_MAX ")"
    " SELECT n.case_kind, n.desk,"
    "  (extract(epoch FROM n.act_by_at - n.start_at) * 1000000)::int8,"
    "  coalesce(r.currency, ''), coalesce(r.amount_minor, 0),"
    "  (SELECT min(start_at) FROM n) AS since"
    " FROM n LEFT JOIN henpin.return_case r ON n.case_kind = 'return' AND r.case_id = "
    "n.case_id"
    " WHERE n.act_by_at IS NOT NULL ORDER BY n.case_kind"};

static const struct pg_statement decisions = {
    "lag_decisions", "SELECT case_kind, source_topic, count(*) FROM henpin.decision"
                     " WHERE occurred_at >= $1::timestamptz GROUP BY 1, 2 ORDER BY 1, 2"};

static const struct pg_statement open_deadlines = {
    "lag_open",
    "SELECT case_kind, desk, date_trunc('minute', act_by_at), count(*) FROM henpin.duty"
    " WHERE closed_at IS NULL AND state = 'open' AND act_by_at >= $1::timestamptz"
    "  AND act_by_at < $1::timestamptz + interval '30 days'"
    " GROUP BY 1, 2, 3 ORDER BY 3, 1, 2 LIMIT 10000"};

/* ---- asking ---- */

struct asked {
    const struct pg_query *dead_letters, *parked, *blockers, *workers, *revisions,
        *promises, *open;
};

static struct uuid id_at(int64_t us) {
    struct uuid id = {0};
    uint64_t ms = (uint64_t)(us / US_PER_MS);
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (unsigned char)(ms >> (40 - 8 * i));
    return id;
}

static struct asked ask(struct pg_script *s, int64_t now) {
    struct asked q = {
        .dead_letters = pg_script_query(s, &dead_letters),
        .parked = pg_script_query(s, &parked),
        .blockers = pg_script_query(s, &blockers),
        .workers = pg_script_query(s, &workers),
        .revisions = pg_script_query(s, &revisions),
    };
    struct pg_query *since = pg_script_query(s, &promises);
    pg_param_uuid(since, id_at(now - LOOK_BACK_US));
    q.promises = since;
    struct pg_query *open = pg_script_query(s, &open_deadlines);
    pg_param_instant(open, now);
    q.open = open;
    return q;
}

/* ---- taking ---- */

static struct lag_counts counts(struct arena *a, const struct pg_query *q) {
    struct lag_counts c = {arena_array(a, pg_rows(q) + 1, sizeof *c.items), pg_rows(q)};
    for (size_t i = 0; i < c.n; i++)
        c.items[i] = (struct lag_count){span_cstr(a, pg_text(q, i, 0)),
                                        span_cstr(a, pg_text(q, i, 1)), pg_i64(q, i, 2),
                                        pg_instant(q, i, 3)};
    return c;
}

static void take_revisions(struct lag_facts *f, const struct pg_query *q) {
    f->n_revisions = pg_rows(q);
    f->revisions = arena_array(f->arena, f->n_revisions + 1, sizeof *f->revisions);
    for (size_t i = 0; i < f->n_revisions; i++)
        f->revisions[i] = (struct lag_revision){
            .program = span_cstr(f->arena, pg_text(q, i, 0)),
            .n = pg_i64(q, i, 1),
            .hash = span_cstr(f->arena, pg_text(q, i, 2)),
            .label = span_cstr(f->arena, pg_text(q, i, 3)),
            .id = pg_i64(q, i, 4),
            .since_us = pg_instant(q, i, 5),
        };
}

static void take_open(struct lag_facts *f, const struct pg_query *q) {
    f->n_open = pg_rows(q);
    f->open = arena_array(f->arena, f->n_open + 1, sizeof *f->open);
    for (size_t i = 0; i < f->n_open; i++)
        f->open[i] = (struct lag_open){span_cstr(f->arena, pg_text(q, i, 0)),
                                       span_cstr(f->arena, pg_text(q, i, 1)),
                                       pg_instant(q, i, 2), pg_i64(q, i, 3)};
}

/* A topic's records have decided cases of one kind; its duties are theirs. */
static void take_allowances(struct lag_facts *f, const struct pg_query *promised,
                            const struct pg_query *decided) {
    f->n_allowances = pg_rows(decided);
    f->allowances = arena_array(f->arena, f->n_allowances + 1, sizeof *f->allowances);
    for (size_t i = 0; i < f->n_allowances; i++) {
        struct lag_allowances *w = &f->allowances[i];
        struct span kind = pg_text(decided, i, 0);
        *w = (struct lag_allowances){
            .case_kind = span_cstr(f->arena, kind),
            .topic = span_cstr(f->arena, pg_text(decided, i, 1)),
            .promises = arena_array(f->arena, pg_rows(promised) + 1, sizeof *w->promises),
        };
        for (size_t k = 0; k < pg_rows(promised); k++)
            if (span_equal(pg_text(promised, k, 0), kind))
                w->promises[w->n++] = (struct risk_promise){
                    span_cstr(f->arena, pg_text(promised, k, 1)),
                    span_cstr(f->arena, pg_text(promised, k, 3)),
                    pg_i64(promised, k, 2),
                    pg_i64(promised, k, 4),
                };
        w->per_record = (double)w->n / (double)pg_i64(decided, i, 2);
    }
}

static enum status take(struct lag *l, struct arena *a, struct lag_facts *f,
                        struct error *err) {
    enum status st = ST_OK;
    int64_t now = clock_now_us();
    if (pg_state(l->pg) != PG_IDLE)
        st = pg_connect_wait(l->pg, l->config->timeout_us, err);
    if (st != ST_OK)
        return st;
    struct pg_script *s = pg_script_new(a);
    const struct asked q = ask(s, now);
    st = pg_run_wait(l->pg, s, l->config->timeout_us, err);
    if (st != ST_OK)
        return st;
    f->dead_letters = counts(f->arena, q.dead_letters);
    f->parked = counts(f->arena, q.parked);
    f->blockers = counts(f->arena, q.blockers);
    f->workers = counts(f->arena, q.workers);
    take_revisions(f, q.revisions);
    take_open(f, q.open);
    f->taken_us = now;
    f->answered_us = clock_monotonic_us();
    if (pg_rows(q.promises) == 0)
        return ST_OK;
    s = pg_script_new(a);
    struct pg_query *decided = pg_script_query(s, &decisions);
    pg_param_instant(decided, pg_instant(q.promises, 0, 5));
    st = pg_run_wait(l->pg, s, l->config->timeout_us, err);
    if (st == ST_OK)
        take_allowances(f, q.promises, decided);
    return st;
}

bool lag_are_facts_fresh(const struct lag *l) {
    return l->facts.taken_us > 0 &&
           clock_monotonic_us() - l->facts.answered_us <
               3 * l->config->facts_interval_us + l->config->timeout_us;
}

void lag_take_facts(struct lag *l) {
    struct arena *a = arena_new((size_t)64 << 20);
    struct lag_facts fresh = {.arena = arena_new((size_t)64 << 20)};
    struct error err = {0};
    if (take(l, a, &fresh, &err) == ST_OK) {
        arena_free(l->facts.arena);
        l->facts = fresh;
        lag_sum_up(l); /* the sums named desks of the former facts */
    } else {
        metrics_count_error(err.code);
        log_warn("facts.delayed", LOG_ERR(&err));
        arena_free(fresh.arena);
    }
    arena_free(a);
}
