#include "services/deadlines/task_round.h"

#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/event/event.h"
#include "common/event/identity.h"
#include "common/flow/escalation.h"
#include "common/flow/task_rows.h"
#include "common/io/pg_session.h"
#include "services/deadlines/task_follow.h"
#include "services/deadlines/task_route.h"
#include "services/deadlines/task_turn.h"

#include <inttypes.h>
#include <stdio.h>

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
    "  WHERE e.task_id = t.task_id AND e.turn = t.failed_turn), routed_revision"
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
    T_ROUTED
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
    " licence_until = CASE WHEN t.is_routed THEN t.licence_until ELSE d.licence_until"
    "  END, blocked = CASE WHEN t.is_routed THEN t.blocked ELSE d.blocked END,"
    " routed_revision = CASE WHEN t.is_routed THEN $11 ELSE d.routed_revision END,"
    " failed_turn = NULL, updated_at = now()"
    " FROM unnest($1::uuid[], $2::boolean[], $3::timestamptz[], $4::timestamptz[],"
    "  $5::timestamptz[], $6::boolean[], $7::boolean[], $8::text[], $9::timestamptz[],"
    "  $10::text[]) AS t(task_id, is_ready, counts_from, due_at, look_at, is_late,"
    "  is_routed, partner, licence_until, blocked)"
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

/* False: it must be left to the next look. */
static bool take(const struct looking *k, size_t row, struct standing_task *t,
                 int *after_step) {
    const struct pg_query *q = k->tasks;
    *after_step = 0;
    *t = (struct standing_task){
        .is_ready = span_is(pg_text(q, row, T_STATE), "READY"),
        .has_before = !pg_is_null(q, row, T_AFTER),
        .before_us = EVENT_ABSENT,
        .counts_from_us = pg_instant(q, row, T_COUNTS_FROM),
        .due_us = pg_instant(q, row, T_DUE),
        .overdue_us = pg_instant(q, row, T_OVERDUE_AT),
        .is_blocked = !pg_is_null(q, row, T_BLOCKED),
        .licence_until_us = pg_instant(q, row, T_LICENCE_UNTIL),
        .has_other_rules = !pg_is_null(q, row, T_LICENCE) &&
                           pg_i64(q, row, T_ROUTED) != policy_revision(k->policy)->id,
    };
    if (!t->has_before)
        return true;
    ptrdiff_t before = row_before(k, pg_uuid(q, row, T_AFTER));
    if (before < 0)
        return false;
    t->before_us = pg_instant(k->before, (size_t)before, B_DONE);
    *after_step = (int)pg_i64(k->before, (size_t)before, B_STEP);
    return true;
}

/* ---- writing ---- */

struct writes {
    struct pg_array *ids, *ready, *from, *due, *next, *late;
    struct pg_array *routed, *partners, *licences, *blocked;
    struct pg_copy *events, *escalations;
    struct task_follow follow;
};

static struct writes open_writes(struct pg_script *s, size_t n, int64_t revision) {
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
    pg_param_i64(q, revision);
    w.events = pg_script_copy(s, TASK_EVENT_COPY);
    w.escalations = pg_script_copy(s, escalation_copy_sql);
    w.follow = task_follow_open(s, n);
    return w;
}

static void add_instant(struct pg_array *to, int64_t us) {
    if (us == EVENT_ABSENT)
        pg_array_null(to);
    else
        pg_array_i64(to, us);
}

static void write_row(const struct writes *w, const struct looking *k, size_t row,
                      const struct task_turn *turn, const struct task_route *route) {
    pg_array_uuid(w->ids, pg_uuid(k->tasks, row, T_ID));
    pg_array_i64(w->ready, turn->becomes_ready);
    add_instant(w->from, turn->counts_from_us);
    add_instant(w->due, turn->due_us);
    add_instant(w->next, turn->look_us);
    pg_array_i64(w->late, turn->becomes_late);
    pg_array_i64(w->routed, turn->wants_partner);
    pg_array_text(w->partners, route->partner);
    add_instant(w->licences, route->licence_until_us);
    pg_array_text(w->blocked, route->blocked);
}

static void copy_texts(struct pg_copy *copy, const struct pg_query *q, size_t row,
                       int first, int last) {
    for (int column = first; column <= last; column++)
        pg_copy_text(copy, pg_text(q, row, column));
}

static void write_change(const struct writes *w, const struct looking *k, size_t row,
                         const char *change, int64_t at_us, int64_t due_us,
                         int after_step) {
    const struct pg_query *q = k->tasks;
    struct pg_copy *copy = w->events;
    pg_copy_row(copy, TASK_EVENT_FIELDS);
    pg_copy_instant(copy, pg_instant(q, row, T_IDENTITY));
    pg_copy_uuid(copy, pg_uuid(q, row, T_ID));
    pg_copy_text(copy, span_of(change));
    pg_copy_i16(copy, (int16_t)pg_i64(q, row, T_TURN));
    pg_copy_text(copy, pg_text(q, row, T_LINE));
    pg_copy_i16(copy, (int16_t)pg_i64(q, row, T_STEP));
    pg_copy_text(copy, pg_text(q, row, T_ACTION));
    copy_texts(copy, q, row, T_CLASS, T_EVIDENCE);
    pg_copy_instant(copy, due_us);
    if (after_step > 0)
        pg_copy_i16(copy, (int16_t)after_step);
    else
        pg_copy_null(copy);
    pg_copy_text(copy, pg_text(q, row, T_PLAYBOOK));
    pg_copy_uuid(copy, pg_uuid(q, row, T_CASE));
    copy_texts(copy, q, row, T_SELLER, T_ORDER);
    pg_copy_text(copy, pg_text(q, row, T_RULE));
    pg_copy_i64(copy, pg_i64(q, row, T_REVISION));
    pg_copy_instant(copy, at_us);
    escalation_copy_source(copy, NULL);
}

static struct span details_of(const struct looking *k, size_t row) {
    static const struct {
        const char *name;
        int column;
    } fields[] = {{"line_id", T_LINE},
                  {"action", T_ACTION},
                  {"disposition", T_PLAYBOOK},
                  {"product_class", T_CLASS},
                  {"responsible", T_RESPONSIBLE},
                  {"licence", T_LICENCE},
                  {"evidence", T_EVIDENCE},
                  {"told", T_OVERDUE}};
    size_t room = 40 * COUNT_OF(fields);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        room += 6 * pg_text(k->tasks, row, fields[i].column).len;
    struct builder b = builder_in(k->a, room);
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct span value = pg_text(k->tasks, row, fields[i].column);
        if (value.len == 0)
            continue;
        build_text(&b, builder_span(&b).len > 0 ? ",\"" : "{\"");
        build_text(&b, fields[i].name);
        build_text(&b, "\":");
        build_json(&b, value);
    }
    build_char(&b, '}');
    return builder_span(&b);
}

/* What is told of one task: the id must tell its turns and instants apart. */
struct task_telling {
    const char *level;
    int64_t turn; /* 0: the task's own */
    int64_t at_us, due_us;
    struct span role; /* who is told */
    int severity;
    struct span reason;
};

static void tell(const struct writes *w, const struct looking *k, size_t row,
                 const struct task_telling *what) {
    const struct pg_query *q = k->tasks;
    char meaning[60];
    snprintf(meaning, sizeof meaning, "%s:%" PRId64, what->level,
             what->turn ? what->turn : pg_i64(q, row, T_TURN));
    escalation_copy(w->escalations,
                    &(struct escalation){
                        .identity_us = what->at_us,
                        .meaning = meaning,
                        .subject_id = pg_uuid(q, row, T_ID),
                        .kind = SPAN("disposal_step"),
                        .level = what->level,
                        .severity = what->severity,
                        .case_kind = SPAN("return"),
                        .case_id = pg_uuid(q, row, T_CASE),
                        .seller_id = pg_text(q, row, T_SELLER),
                        .marketplace = pg_text(q, row, T_MARKETPLACE),
                        .order_id = pg_text(q, row, T_ORDER),
                        .desk = span_of(policy_role_desk(k->policy, what->role)),
                        .due_us = what->due_us,
                        .act_by_us = EVENT_ABSENT,
                        .rule_id = pg_text(q, row, T_RULE),
                        .revision = pg_i64(q, row, T_REVISION),
                        .occurred_us = what->at_us,
                        .reason = what->reason,
                        .details = details_of(k, row),
                    });
}

static void tell_late(const struct writes *w, const struct looking *k, size_t row,
                      const struct task_turn *turn) {
    const struct pg_query *q = k->tasks;
    struct span role = pg_text(q, row, T_OVERDUE);
    char text[700];
    struct builder reason = builder_over(text, sizeof text);
    build_span(&reason, pg_text(q, row, T_ACTION));
    build_text(&reason, " (");
    build_span(&reason, pg_text(q, row, T_PLAYBOOK));
    build_instant(&reason, ") was due ", turn->due_us);
    build_text(&reason, " and is not done");
    if (role.ptr) {
        build_text(&reason, "; to be told: ");
        build_span(&reason, role);
    }
    tell(w, k, row,
         &(struct task_telling){"overdue", 0, turn->due_us, turn->due_us, role,
                                role.ptr ? 3 : 2, builder_span(&reason)});
}

/* Of an attempt that failed, once. */
static size_t tell_failed(const struct writes *w, const struct looking *k, size_t row,
                          const struct task_turn *turn) {
    const struct pg_query *q = k->tasks;
    struct span role = pg_text(q, row, T_OVERDUE), why = pg_text(q, row, T_FAILED_WHY);
    int64_t failed_us = pg_instant(q, row, T_FAILED_AT);
    if (pg_is_null(q, row, T_FAILED_TURN))
        return 0;
    struct builder reason = builder_in(k->a, why.len + 700);
    build_span(&reason, pg_text(q, row, T_ACTION));
    build_text(&reason, " (");
    build_span(&reason, pg_text(q, row, T_PLAYBOOK));
    build_text(&reason, ") could not be done: ");
    build_span(&reason, why);
    tell(w, k, row,
         &(struct task_telling){"failed", pg_i64(q, row, T_FAILED_TURN),
                                failed_us == EVENT_ABSENT ? k->now_us : failed_us,
                                turn->due_us, role, 2, builder_span(&reason)});
    return 1;
}

/* Who does it may not any more, by the rules as they are now. */
static bool loses_partner(const struct looking *k, size_t row,
                          const struct standing_task *t, const struct task_route *route) {
    struct span partner = pg_text(k->tasks, row, T_PARTNER);
    return t->is_ready && t->has_other_rules && partner.ptr &&
           !span_equal(partner, route->partner);
}

/* That nobody may do it, once until somebody may; and whose licence ended. */
static size_t tell_route(const struct writes *w, const struct looking *k, size_t row,
                         const struct standing_task *t, const struct task_turn *turn,
                         const struct task_route *route) {
    bool is_blocked = route->blocked.ptr && !t->is_blocked;
    bool is_lost = loses_partner(k, row, t, route);
    if (!is_blocked && !turn->licence_ended && !is_lost)
        return 0;
    struct builder reason = builder_in(k->a, route->blocked.len + 700);
    int64_t at_us = turn->licence_ended ? t->licence_until_us : k->now_us;
    if (turn->licence_ended || is_lost) {
        build_span(&reason, pg_text(k->tasks, row, T_LICENCE));
        build_text(&reason, " of ");
        build_span(&reason, pg_text(k->tasks, row, T_PARTNER));
        if (turn->licence_ended)
            build_instant(&reason, " ended ", t->licence_until_us);
        else
            build_text(&reason, " holds no more by the rules");
        build_text(&reason, route->blocked.ptr ? ": " : ": the step goes to ");
    }
    build_span(&reason, route->blocked.ptr ? route->blocked : route->partner);
    tell(w, k, row,
         &(struct task_telling){turn->licence_ended || is_lost ? "licence_ended"
                                                               : "blocked",
                                0, at_us, turn->due_us, SPAN("compliance"),
                                route->blocked.ptr ? 3 : 1, builder_span(&reason)});
    return 1;
}

static struct task_route find_route(struct looking *k, size_t row,
                                    const struct task_turn *turn) {
    const struct pg_query *q = k->tasks;
    struct span *waste;
    struct policy_partner_ask ask = {
        .role = pg_text(q, row, T_RESPONSIBLE),
        .licence = pg_text(q, row, T_LICENCE),
        .marketplace = pg_text(q, row, T_MARKETPLACE),
        .at_us = k->now_us,
        .due_us = turn->due_us,
    };
    struct span present = span_is(pg_text(q, row, T_STATE), "READY")
                              ? pg_text(q, row, T_PARTNER)
                              : (struct span){NULL, 0};
    ask.n_waste = pg_array_items(q, row, T_WASTE, k->a, &waste);
    ask.waste = waste;
    return task_route_find(k->policy, k->a, pg_text(q, row, T_ACTION), &ask, present,
                           &k->rooms);
}

/* What else is to be done now that it is late, or no more as it begins anew. */
static void follow_up(const struct writes *w, const struct looking *k, size_t row,
                      const struct policy_step *step, const struct task_turn *turn) {
    const struct pg_query *q = k->tasks;
    struct policy_step late;
    if (!policy_step_late(step, &late))
        return;
    struct uuid of = pg_uuid(q, row, T_ID), case_id = pg_uuid(q, row, T_CASE);
    int64_t identity_us = pg_instant(q, row, T_IDENTITY);
    if (turn->becomes_ready && pg_i64(q, row, T_TURN) > 1)
        task_follow_let_go(&w->follow, of, identity_us, case_id, pg_text(q, row, T_LINE),
                           turn->counts_from_us, &late);
    if (turn->becomes_late)
        task_follow_add(&w->follow, of, identity_us, case_id, pg_text(q, row, T_LINE),
                        turn->due_us, &late);
}

static void write_turn(const struct writes *w, struct looking *k, size_t row,
                       struct task_round *out) {
    struct standing_task t;
    struct policy_step step;
    struct task_route route = {.licence_until_us = EVENT_ABSENT};
    int after_step;
    if (!take(k, row, &t, &after_step))
        return;
    bool has_rule = policy_step_find(k->policy, pg_text(k->tasks, row, T_RULE),
                                     pg_text(k->tasks, row, T_ACTION),
                                     pg_text(k->tasks, row, T_LOT), &step);
    struct task_turn turn = task_turn_at(&t, has_rule ? &step : NULL, k->now_us);
    if (turn.wants_partner) {
        route = find_route(k, row, &turn);
        task_turn_routed(&turn, route.blocked.ptr, route.licence_until_us, k->now_us);
    }
    write_row(w, k, row, &turn, &route);
    if (turn.becomes_ready)
        write_change(w, k, row, "READY", turn.counts_from_us, turn.due_us, after_step);
    if (turn.becomes_late) {
        write_change(w, k, row, "OVERDUE", turn.due_us, turn.due_us, after_step);
        tell_late(w, k, row, &turn);
    }
    if (has_rule)
        follow_up(w, k, row, &step, &turn);
    out->n_told += tell_failed(w, k, row, &turn) + (size_t)turn.becomes_ready +
                   2 * (size_t)turn.becomes_late +
                   (turn.wants_partner ? tell_route(w, k, row, &t, &turn, &route) : 0);
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
        const struct writes w =
            open_writes(s, out->n_looked, policy_revision(k->policy)->id);
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
