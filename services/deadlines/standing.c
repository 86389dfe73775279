/* standing.c: see standing.h. */
#include "services/deadlines/standing.h"

#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/event/breach.h"
#include "common/event/event.h"
#include "common/flow/turn_rows.h"

enum {
    D_DUTY,
    D_NAME,
    D_DESK,
    D_DUE,
    D_ACT_BY,
    D_WARN,
    D_FIRES,
    D_BREACH,
    D_COST,
    D_TURN_DESK,
    D_TURN_FROM,
    D_TURN_ACT_BY,
    D_TURN_SKIPS,
    D_ACKNOWLEDGED
};

/* ---- reading ---- */

/* Who has acknowledged it in its turn is at work on it: true. */
static bool keep_acknowledged(struct policy_turns *t, int64_t acknowledged_us) {
    if (t->n == 0 || acknowledged_us == EVENT_ABSENT ||
        acknowledged_us < t->from_us[t->present])
        return false;
    for (int i = t->present + 1; i < t->n; i++)
        if (t->from_us[i] < t->act_by_us[t->present])
            t->from_us[i] = t->act_by_us[t->present];
    return true;
}

struct standing_duty standing_read(struct arena *a, const struct pg_query *q,
                                   size_t row) {
    int64_t *warn_us;
    struct standing_duty d = {
        .fires_us = pg_instant(q, row, D_FIRES),
        .act_by_us = pg_instant(q, row, D_ACT_BY),
        .due_us = pg_instant(q, row, D_DUE),
        .has_breach = !pg_is_null(q, row, D_BREACH),
    };
    size_t n = pg_array_instants(q, row, D_WARN, a, &warn_us);
    for (size_t i = 0; i < n && i < COUNT_OF(d.warn_us); i++)
        d.warn_us[d.n_warnings++] = warn_us[i];
    turn_rows_read(a, q, row, D_TURN_DESK, pg_text(q, row, D_DESK), &d.turns);
    d.is_kept = keep_acknowledged(&d.turns, pg_instant(q, row, D_ACKNOWLEDGED));
    return d;
}

/* The last one goes out as it is. They stay in the order of time. */
void standing_warn(struct standing_duty *d, const struct policy *p, int turn,
                   int64_t now_us) {
    bool is_otherwise = d->is_kept || turn != d->turns.present;
    struct policy_turns t = d->turns;
    if (!is_otherwise || t.n == 0)
        return;
    if (t.from_us[turn] > now_us)
        t.from_us[turn] = now_us;
    for (int i = 0; i + 1 < d->n_warnings; i++) {
        int64_t at = d->warn_us[i];
        if (at < d->fires_us)
            continue;
        at = policy_notice_us(p, &t, turn, at);
        d->warn_us[i] =
            at < d->warn_us[d->n_warnings - 1] ? at : d->warn_us[d->n_warnings - 1];
        d->is_warned_otherwise = true;
    }
}

/* Who counts holds the lock to the end of the transaction: two that hand on at once would
 * hand on twice as much. Who does not get it sees no desk, and hands over by the plan. */
static const struct pg_statement rooms = {
    "deadlines_rooms",
    "SELECT d.desk, d.capacity, l.n FROM henpin.desk d"
    " CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM henpin.duty x"
    "  WHERE x.desk = d.desk AND x.closed_at IS NULL AND x.state IN ('open', 'breached')"
    "  LIMIT d.capacity + $1) y) l"
    " WHERE d.capacity IS NOT NULL AND ($2 OR EXISTS (SELECT FROM henpin.duty x"
    "  WHERE x.desk = d.desk AND x.hands_on AND x.closed_at IS NULL"
    "  AND x.state IN ('open', 'breached')))"
    "  AND ($3 OR (SELECT pg_try_advisory_xact_lock(hashtext('henpin.desk'))))"};

struct pg_query *standing_ask_rooms(struct pg_script *s, size_t most, bool of_all) {
    struct pg_query *q = pg_script_query(s, &rooms);
    pg_param_i64(q, (int64_t)most);
    pg_param_bool(q, of_all);
    pg_param_bool(q, !MECHANISM("desk-lock"));
    return q;
}

struct rooms standing_rooms(struct arena *a, const struct pg_query *q) {
    struct rooms r = {arena_array(a, pg_rows(q) + 1, sizeof *r.items), pg_rows(q)};
    for (size_t row = 0; row < r.n; row++) {
        int64_t capacity = pg_i64(q, row, 1);
        r.items[row] =
            (struct room){pg_text(q, row, 0), capacity - pg_i64(q, row, 2), capacity};
    }
    return r;
}

/* ---- telling ---- */

static void build_reason(struct builder *b, const struct pg_query *q, size_t row,
                         const struct level *l, struct span desk, int64_t act_by_us) {
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
        build_span(b, desk);
        build_text(b, " must act now, it is not open again in time");
    } else {
        build_instant(b, ", act by ", act_by_us);
    }
    build_text(b, "; nobody has answered");
    build_stake(b, "; at stake: ", breach, cost);
}

/* "answer_return goes from office to partner: the turn of office ended ..., nobody has
 * answered; act by ..., due ...". */
static void build_handed(struct builder *b, const struct pg_query *q, size_t row,
                         const struct standing_duty *d, int turn, int64_t now_us) {
    const struct policy_turns *t = &d->turns;
    bool has_ended = t->from_us[t->present + 1] <= now_us;
    build_span(b, pg_text(q, row, D_NAME));
    build_text(b, " goes from ");
    build_span(b, pg_text(q, row, D_DESK));
    build_text(b, " to ");
    build_span(b, t->desk[turn]);
    if (has_ended)
        build_instant(b, ": its turn ended ", t->from_us[t->present + 1]);
    else
        build_text(b, ": it has as much as it can take");
    if (t->from_us[turn] > now_us && turn > t->present + 1)
        build_text(b, ", who was to come next is full");
    build_text(b, "; nobody has answered");
    build_instant(b, ", act by ", t->act_by_us[turn]);
    build_instant(b, ", due ", d->due_us);
    build_stake(b, "; at stake: ", pg_text(q, row, D_BREACH), pg_text(q, row, D_COST));
}

/* The rows go on first: what is told names the desk that has it then. Its turn began when
 * it got it, which is earlier than planned when the desk before was full. A duty that is
 * over (nothing comes next) is handed on no more, nor is one that its desk has taken: so
 * that a full desk is not asked about it again. */
static const struct pg_statement go_on = {
    "deadlines_go_on",
    "UPDATE henpin.duty d SET fires_at = t.next,"
    " state = CASE WHEN t.is_breached THEN 'breached' ELSE d.state END,"
    " desk = coalesce(t.desk, d.desk),"
    " warn_at = coalesce(t.warn::timestamptz[], d.warn_at),"
    " act_by_at = CASE WHEN t.desk IS NULL THEN d.act_by_at ELSE t.act_by END,"
    " turn_from = CASE WHEN t.desk IS NULL THEN d.turn_from"
    "  ELSE d.turn_from[:t.turn - 1] || t.since || d.turn_from[t.turn + 1:] END,"
    " hands_on = CASE WHEN t.next IS NULL THEN NULL ELSE coalesce(t.hands_on, "
    "d.hands_on) END"
    " FROM unnest($1::uuid[], $2::timestamptz[], $3::boolean[], $4::text[],"
    "  $5::timestamptz[], $6::boolean[], $7::int[], $8::timestamptz[], $9::text[])"
    "  AS t(duty_id, next, is_breached, desk, act_by, hands_on, turn, since, warn)"
    " WHERE d.duty_id = t.duty_id"};

struct standing_writes standing_open(struct pg_script *s, size_t n) {
    struct standing_writes w;
    struct pg_query *q = pg_script_query(s, &go_on);
    w.ids = pg_param_array(q, PG_UUID, n);
    w.next = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.breached = pg_param_array(q, PG_BOOL, n);
    w.desks = pg_param_array(q, PG_TEXT, n);
    w.act_by = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.hands_on = pg_param_array(q, PG_BOOL, n);
    w.turn = pg_param_array(q, PG_INT4, n);
    w.since = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.warn = pg_param_array(q, PG_TEXT, n);
    if (!MECHANISM("clock-together")) {
        (void)pg_script_query(s, &pg_commit);
        (void)pg_script_query(s, &pg_begin);
    }
    w.tell = tell_open(s, 2 * n); /* a hand-over and a level */
    return w;
}

static void write_row(const struct standing_writes *w, struct uuid duty_id,
                      const struct standing_duty *d, int turn, const struct level *l,
                      int64_t now_us) {
    const struct policy_turns *t = &d->turns;
    pg_array_uuid(w->ids, duty_id);
    pg_array_i64(w->next, l->next_us);
    pg_array_i64(w->breached, l->kind == LEVEL_BREACHED);
    turn_rows_instants(w->warn, d->warn_us, d->is_warned_otherwise ? d->n_warnings : 0);
    if (turn == t->present) {
        pg_array_null(w->desks);
        pg_array_null(w->act_by);
        if (d->is_kept)
            pg_array_i64(w->hands_on, false);
        else
            pg_array_null(w->hands_on);
        pg_array_null(w->turn);
        pg_array_null(w->since);
    } else {
        pg_array_text(w->desks, t->desk[turn]);
        pg_array_i64(w->act_by, t->act_by_us[turn]);
        pg_array_i64(w->hands_on, turns_hand_on(t, turn));
        pg_array_i64(w->turn, turn + 1);
        pg_array_i64(w->since, level_handed_over(d, turn, now_us).at_us);
    }
}

static void tell_level(const struct standing_writes *w, struct uuid duty_id,
                       const struct level *l, struct span reason) {
    tell_add(&w->tell, &(struct telling){
                           .duty_id = duty_id,
                           .at_us = l->at_us,
                           .id = level_id(duty_id, l),
                           .level = level_names[l->kind],
                           .reason = reason,
                           .occurred_us = l->at_us,
                       });
}

size_t standing_write(const struct standing_writes *w, const struct pg_query *q,
                      size_t row, const struct standing_duty *d, int turn,
                      int64_t now_us) {
    const struct policy_turns *t = &d->turns;
    const struct uuid duty_id = pg_uuid(q, row, D_DUTY);
    const struct level l = level_at(d, turn, now_us);
    bool is_over = l.kind == LEVEL_BREACHED || l.kind == LEVEL_OVERDUE;
    char text[900];
    size_t n = 0;
    write_row(w, duty_id, d, turn, &l, now_us);
    if (turn != t->present && !is_over) {
        const struct level handed = level_handed_over(d, turn, now_us);
        struct builder reason = builder_over(text, sizeof text);
        build_handed(&reason, q, row, d, turn, now_us);
        tell_level(w, duty_id, &handed, builder_span(&reason));
        n++;
    }
    if (l.kind != LEVEL_NONE) {
        struct builder reason = builder_over(text, sizeof text);
        bool is_handed = turn != t->present;
        build_reason(&reason, q, row, &l,
                     is_handed ? t->desk[turn] : pg_text(q, row, D_DESK),
                     is_handed ? t->act_by_us[turn] : d->act_by_us);
        tell_level(w, duty_id, &l, builder_span(&reason));
        n++;
    }
    return n;
}
