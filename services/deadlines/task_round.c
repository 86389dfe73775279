#include "services/deadlines/task_round.h"

#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/event/event.h"
#include "common/io/pg_session.h"
#include "services/deadlines/task_follow.h"
#include "services/deadlines/task_tell.h"

#define ROUND_TIMEOUT_US (10 * US_PER_S)
#define ROUND_BYTES ((size_t)256 << 20)

/* Case by case, as everybody who changes tasks: the case's row first. What somebody else
 * holds is left to the next look. Those with a role to be told first: they are the graver
 * ones. */
static const struct pg_statement look = {
    "tasks_look",
    "WITH due AS MATERIALIZED (SELECT task_id, case_id FROM henpin.disposal_task"
    "  WHERE look_at <= $1 ORDER BY look_at LIMIT $2),"
    " held AS MATERIALIZED (SELECT case_id FROM henpin.return_case WHERE case_id IN"
    "  (SELECT case_id FROM due) FOR UPDATE SKIP LOCKED)"
    "SELECT task_id, identity_at, case_id, line_id, step_no, action, coalesce(lot, ''),"
    " product_class, responsible, licence_required, evidence_required, playbook, rule_id,"
    " overdue, after_task, state, turn, counts_from, due_at, overdue_at, seller_id,"
    " marketplace, order_id, policy_revision_id, waste, partner, licence_until, blocked,"
    " failed_turn, failed_at, (SELECT e.content ->> 'why' FROM henpin.task_evidence e"
    "  WHERE e.task_id = t.task_id AND e.turn = t.failed_turn), routed_revision,"
    " (SELECT format('%s (%s)', h.action, h.about) FROM henpin.disposal_task h"
    "  WHERE h.case_id = t.case_id AND h.about <> 'goods' AND h.unlocks = 'disposal'"
    "   AND h.state IN ('CREATED', 'READY') ORDER BY h.about LIMIT 1),"
    " (SELECT b.partner FROM henpin.disposal_task b WHERE b.case_id = t.case_id"
    "  AND b.line_id = t.line_id AND b.lot IS NOT DISTINCT FROM t.lot AND b.about = "
    "t.about"
    "  AND b.step_no < t.step_no AND b.state = 'DONE' AND b.partner IS NOT NULL"
    "  ORDER BY b.responsible IS NOT DISTINCT FROM t.responsible DESC, b.step_no DESC"
    "  LIMIT 1)"
    " FROM (SELECT d.* FROM henpin.disposal_task d WHERE d.look_at <= $1"
    "  AND d.task_id IN (SELECT task_id FROM due) AND (d.case_id IN (SELECT case_id"
    "   FROM held) OR NOT EXISTS (SELECT FROM henpin.return_case c"
    "   WHERE c.case_id = d.case_id)) FOR UPDATE SKIP LOCKED) t"
    " ORDER BY overdue IS NULL, due_at, task_id"};
enum {
    T_ID,
    T_IDENTITY,
    T_CASE,
    T_LINE,
    T_STEP,
    T_ACTION,
    T_LOT,
    T_CLASS,
    T_RESPONSIBLE,
    T_LICENCE,
    T_EVIDENCE,
    T_PLAYBOOK,
    T_RULE,
    T_OVERDUE,
    T_AFTER,
    T_STATE,
    T_TURN,
    T_COUNTS_FROM,
    T_DUE,
    T_OVERDUE_AT,
    T_SELLER,
    T_MARKETPLACE,
    T_ORDER,
    T_REVISION,
    T_WASTE,
    T_PARTNER,
    T_LICENCE_UNTIL,
    T_BLOCKED,
    T_FAILED_TURN,
    T_FAILED_AT,
    T_FAILED_WHY,
    T_ROUTED,
    T_HELD,
    T_BOUND
};

/* Held, so that nobody takes a step back while what follows it is made ready. */
static const struct pg_statement look_before = {
    "tasks_before",
    "SELECT task_id, step_no, done_at FROM henpin.disposal_task WHERE task_id = ANY($1)"
    " ORDER BY task_id FOR SHARE SKIP LOCKED"};
static const struct pg_statement look_before_unheld = {
    "tasks_before_unheld",
    "SELECT task_id, step_no, done_at FROM henpin.disposal_task WHERE task_id = ANY($1)"
    " ORDER BY task_id"};
enum { B_ID, B_STEP, B_DONE };

static const struct pg_statement go_on = {
    "tasks_go_on",
    "UPDATE henpin.disposal_task d SET state = CASE WHEN t.is_ready THEN 'READY' ELSE"
    "  d.state END, ready_at = CASE WHEN t.is_ready THEN t.counts_from ELSE d.ready_at"
    "  END, counts_from = t.counts_from, due_at = t.due_at, look_at = t.look_at,"
    " overdue_at = CASE WHEN t.is_late THEN t.due_at ELSE d.overdue_at END,"
    " partner = CASE WHEN t.is_routed THEN t.partner ELSE d.partner END,"
    " considered = CASE WHEN t.is_routed THEN t.considered::jsonb ELSE d.considered END,"
    " licence_from = CASE WHEN t.is_routed THEN t.licence_from ELSE d.licence_from END,"
    " licence_until = CASE WHEN t.is_routed THEN t.licence_until ELSE d.licence_until"
    "  END, blocked = CASE WHEN t.is_routed THEN t.blocked ELSE d.blocked END,"
    " routed_revision = CASE WHEN t.is_routed THEN $11 ELSE d.routed_revision END,"
    " failed_turn = NULL, updated_at = now()"
    " FROM unnest($1::uuid[], $2::boolean[], $3::timestamptz[], $4::timestamptz[],"
    "  $5::timestamptz[], $6::boolean[], $7::boolean[], $8::text[], $9::timestamptz[],"
    "  $10::text[], $12::timestamptz[], $13::text[]) AS t(task_id, is_ready, "
    "counts_from, due_at, look_at, is_late,"
    "  is_routed, partner, licence_until, blocked, licence_from, considered)"
    " WHERE d.task_id = t.task_id"};

struct looking {
    struct pg *pg;
    struct arena *a;
    const struct policy *policy;
    int64_t now_us;
    size_t most;
    const struct pg_query *tasks, *before;
    struct task_rooms rooms;
};

static enum status run(const struct looking *k, struct pg_script *s, struct error *err) {
    return pg_run_wait(k->pg, s, ROUND_TIMEOUT_US, err);
}

/* ---- reading ---- */

static enum status look_at_due(struct looking *k, struct error *err) {
    struct pg_script *s = pg_script_new(k->a);
    pg_begin_by_key(s, ROUND_TIMEOUT_US);
    struct pg_query *q = pg_script_query(s, &look);
    pg_param_instant(q, k->now_us);
    pg_param_i64(q, (int64_t)k->most);
    k->tasks = q;
    enum status st = run(k, s, err);
    if (st != ST_OK || pg_rows(q) == 0)
        return st;
    s = pg_script_new(k->a);
    struct pg_query *before =
        pg_script_query(s, MECHANISM("task-before") ? &look_before : &look_before_unheld);
    struct pg_array *ids = pg_param_array(before, PG_UUID, pg_rows(q));
    for (size_t row = 0; row < pg_rows(q); row++)
        if (!pg_is_null(q, row, T_AFTER))
            pg_array_uuid(ids, pg_uuid(q, row, T_AFTER));
    k->before = before;
    const struct pg_query *rooms = task_rooms_ask(s);
    st = run(k, s, err);
    if (st == ST_OK)
        k->rooms = task_rooms_read(k->a, k->policy, rooms);
    return st;
}

/* The row of the step before; -1: somebody holds it. */
static ptrdiff_t row_before(const struct looking *k, struct uuid id) {
    size_t low = 0, high = pg_rows(k->before);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct uuid found = pg_uuid(k->before, middle, B_ID);
        int order = memcmp(found.bytes, id.bytes, sizeof id.bytes);
        if (order == 0)
            return (ptrdiff_t)middle;
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return -1;
}

/* False: somebody holds it. */
static bool find_before(const struct looking *k, size_t row, struct due_task *x) {
    if (!x->standing.has_before)
        return true;
    ptrdiff_t before = row_before(k, pg_uuid(k->tasks, row, T_AFTER));
    if (before < 0)
        return false;
    x->standing.before_us = pg_instant(k->before, (size_t)before, B_DONE);
    x->event.after_step = (int)pg_i64(k->before, (size_t)before, B_STEP);
    return true;
}

static struct task_event event_of(const struct pg_query *q, size_t row) {
    return (struct task_event){
        .identity_us = pg_instant(q, row, T_IDENTITY),
        .task_id = pg_uuid(q, row, T_ID),
        .turn = (int)pg_i64(q, row, T_TURN),
        .line_id = pg_text(q, row, T_LINE),
        .step_no = (int)pg_i64(q, row, T_STEP),
        .action = pg_text(q, row, T_ACTION),
        .product_class = pg_text(q, row, T_CLASS),
        .responsible = pg_text(q, row, T_RESPONSIBLE),
        .licence = pg_text(q, row, T_LICENCE),
        .evidence = pg_text(q, row, T_EVIDENCE),
        .playbook = pg_text(q, row, T_PLAYBOOK),
        .case_id = pg_uuid(q, row, T_CASE),
        .seller_id = pg_text(q, row, T_SELLER),
        .marketplace = pg_text(q, row, T_MARKETPLACE),
        .order_id = pg_text(q, row, T_ORDER),
        .rule_id = pg_text(q, row, T_RULE),
        .revision = pg_i64(q, row, T_REVISION),
    };
}

/* False: it must be left to the next look. */
static bool take(const struct looking *k, size_t row, struct due_task *x) {
    const struct pg_query *q = k->tasks;
    *x = (struct due_task){
        .event = event_of(q, row),
        .standing =
            {
                .is_ready = span_is(pg_text(q, row, T_STATE), "READY"),
                .has_before = !pg_is_null(q, row, T_AFTER),
                .before_us = EVENT_ABSENT,
                .counts_from_us = pg_instant(q, row, T_COUNTS_FROM),
                .due_us = pg_instant(q, row, T_DUE),
                .overdue_us = pg_instant(q, row, T_OVERDUE_AT),
                .is_blocked = !pg_is_null(q, row, T_BLOCKED),
                .is_held = !pg_is_null(q, row, T_HELD) &&
                           policy_ends_evidence(k->policy, pg_text(q, row, T_ACTION)),
                .licence_until_us = pg_instant(q, row, T_LICENCE_UNTIL),
                .has_other_rules =
                    !pg_is_null(q, row, T_LICENCE) &&
                    pg_i64(q, row, T_ROUTED) != policy_revision(k->policy)->id,
            },
        .overdue = pg_text(q, row, T_OVERDUE),
        .partner = pg_text(q, row, T_PARTNER),
        .bound = pg_text(q, row, T_BOUND),
        .failed_turn = pg_i64(q, row, T_FAILED_TURN),
        .failed_us = pg_instant(q, row, T_FAILED_AT),
        .failed_why = pg_text(q, row, T_FAILED_WHY),
    };
    return find_before(k, row, x);
}

/* ---- writing ---- */

struct writes {
    struct pg_array *ids, *ready, *from, *due, *next, *late;
    struct pg_array *routed, *partners, *licences, *blocked, *licensed_from, *considered;
    struct pg_copy *events;
    struct task_tell tell;
    struct task_follow follow;
};

static struct writes open_writes(const struct looking *k, struct pg_script *s) {
    size_t n = pg_rows(k->tasks);
    struct writes w;
    struct pg_query *q = pg_script_query(s, &go_on);
    w.ids = pg_param_array(q, PG_UUID, n);
    w.ready = pg_param_array(q, PG_BOOL, n);
    w.from = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.due = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.next = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.late = pg_param_array(q, PG_BOOL, n);
    w.routed = pg_param_array(q, PG_BOOL, n);
    w.partners = pg_param_array(q, PG_TEXT, n);
    w.licences = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.blocked = pg_param_array(q, PG_TEXT, n);
    pg_param_i64(q, policy_revision(k->policy)->id);
    w.licensed_from = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.considered = pg_param_array(q, PG_TEXT, n);
    if (!MECHANISM("tasks-together")) {
        (void)pg_script_query(s, &pg_commit);
        (void)pg_script_query(s, &pg_begin);
    }
    w.events = pg_script_copy(s, task_event_copy_sql);
    w.tell = task_tell_open(s, k->a, k->policy, k->now_us);
    w.follow = task_follow_open(s, n);
    return w;
}

static void write_row(const struct writes *w, struct uuid task_id,
                      const struct task_turn *turn, const struct task_route *route) {
    pg_array_uuid(w->ids, task_id);
    pg_array_i64(w->ready, turn->becomes_ready);
    pg_array_i64(w->from, turn->counts_from_us);
    pg_array_i64(w->due, turn->due_us);
    pg_array_i64(w->next, turn->look_us);
    pg_array_i64(w->late, turn->becomes_late);
    pg_array_i64(w->routed, turn->wants_partner);
    pg_array_text(w->partners, route->partner);
    pg_array_i64(w->licences, route->licence_until_us);
    pg_array_text(w->blocked, route->blocked);
    pg_array_i64(w->licensed_from, route->licence_from_us);
    pg_array_text(w->considered, route->considered);
}

static void write_change(const struct writes *w, const struct due_task *x,
                         const char *change, int64_t at_us, int64_t due_us) {
    struct task_event e = x->event;
    e.change = change;
    e.occurred_us = at_us;
    e.due_us = due_us;
    task_event_copy(w->events, &e);
}

static struct task_route held_route(const struct looking *k, size_t row) {
    struct builder b = builder_in(k->a, 300);
    build_text(&b, "the goods are kept as evidence until ");
    build_span(&b, pg_text(k->tasks, row, T_HELD));
    build_text(&b, " is done");
    struct task_route route = task_route_none;
    route.blocked = builder_span(&b);
    return route;
}

static struct task_route find_route(struct looking *k, size_t row,
                                    const struct due_task *x,
                                    const struct task_turn *turn) {
    struct span *waste;
    struct policy_partner_ask ask = {
        .role = x->event.responsible,
        .licence = x->event.licence,
        .marketplace = x->event.marketplace,
        .at_us = k->now_us,
        .due_us = turn->due_us,
        .bound = x->bound,
    };
    if (x->standing.is_ready && x->partner.ptr)
        ask.bound = x->partner;
    ask.n_waste = pg_array_items(k->tasks, row, T_WASTE, k->a, &waste);
    ask.waste = waste;
    return task_route_find(k->policy, k->a, x->event.action, &ask,
                           x->standing.is_ready ? x->partner : (struct span){NULL, 0},
                           &k->rooms);
}

/* What else is to be done now that it is late, or no more as it begins anew. */
static void follow_up(const struct writes *w, const struct task_event *e,
                      const struct policy_step *step, const struct task_turn *turn) {
    if (!step || !step->late)
        return;
    if (turn->becomes_ready && e->turn > 1)
        task_follow_let_go(&w->follow, e->task_id, e->identity_us, e->case_id, e->line_id,
                           turn->counts_from_us, step->late);
    if (turn->becomes_late)
        task_follow_add(&w->follow, e->task_id, e->identity_us, e->case_id, e->line_id,
                        turn->due_us, step->late);
}

static void write_turn(const struct writes *w, struct looking *k, size_t row,
                       struct task_round *out) {
    struct due_task x;
    struct task_route route = task_route_none;
    if (!take(k, row, &x))
        return;
    const struct policy_step *step = policy_step_find(
        k->policy, x.event.rule_id, x.event.action, pg_text(k->tasks, row, T_LOT));
    struct task_turn turn = task_turn_at(&x.standing, step, k->now_us);
    if (turn.wants_partner) {
        route = x.standing.is_held ? held_route(k, row) : find_route(k, row, &x, &turn);
        task_turn_routed(&turn, route.blocked.ptr, route.licence_until_us, k->now_us);
    }
    write_row(w, x.event.task_id, &turn, &route);
    if (turn.becomes_ready)
        write_change(w, &x, "READY", turn.counts_from_us, turn.due_us);
    if (turn.becomes_late) {
        write_change(w, &x, "OVERDUE", turn.due_us, turn.due_us);
        task_tell_late(&w->tell, &x, &turn, step);
    }
    follow_up(w, &x.event, step, &turn);
    out->n_told +=
        task_tell_failed(&w->tell, &x, &turn) + (size_t)turn.becomes_ready +
        2 * (size_t)turn.becomes_late +
        (turn.wants_partner ? task_tell_route(&w->tell, &x, &turn, &route) : 0);
}

static enum status look_and_write(struct looking *k, struct task_round *out,
                                  struct error *err) {
    enum status st = look_at_due(k, err);
    if (st != ST_OK)
        return st;
    out->n_looked = pg_rows(k->tasks);
    if (out->n_looked > 0) {
        CRASH_POINT("tasks-looked");
        struct pg_script *s = pg_script_new(k->a);
        const struct writes w = open_writes(k, s);
        for (size_t row = 0; row < out->n_looked; row++)
            write_turn(&w, k, row, out);
        st = run(k, s, err);
        CRASH_POINT("tasks-written");
    }
    struct pg_script *end = pg_script_new(k->a);
    (void)pg_script_query(end, &pg_commit);
    return st == ST_OK ? run(k, end, err) : st;
}

enum status task_round_run(struct pg *pg, const struct policy *p, int64_t now_us,
                           size_t most, struct task_round *out, struct error *err) {
    struct looking k = {.pg = pg,
                        .a = arena_new(ROUND_BYTES),
                        .policy = p,
                        .now_us = now_us,
                        .most = most};
    *out = (struct task_round){0};
    enum status st = look_and_write(&k, out, err);
    if (st != ST_OK)
        pg_close(pg);
    arena_free(k.a);
    return st;
}
