#include "common/flow/duty_rows.h"

#include "common/event/event.h"
#include "common/flow/turn_rows.h"

/* ---- what follows from a duty ---- */

static void take_earlier(int64_t *first_us, int64_t at_us) {
    if (at_us != EVENT_ABSENT && (*first_us == EVENT_ABSENT || at_us < *first_us))
        *first_us = at_us;
}

int64_t duty_rows_fires_us(const struct policy_duty *d, int turn) {
    int64_t first_us = d->due_us;
    take_earlier(&first_us, d->owner.act_by_us);
    if (turn + 1 < d->n_turns)
        take_earlier(&first_us, d->turns[turn + 1].from_us);
    if (d->n_warnings > 0)
        take_earlier(&first_us, d->warn_us[0]);
    return first_us;
}

/* How long its desk was open while it stood; EVENT_ABSENT while it stands. */
static int64_t desk_open_us(const struct casework *w, const struct case_duty *d) {
    const struct policy *p = casework_policy(w);
    if (d->closed_us == EVENT_ABSENT || d->start_us == EVENT_ABSENT || !p)
        return EVENT_ABSENT;
    int64_t us = policy_desk_open_us(p, d->desk, d->start_us, d->closed_us);
    return us == POLICY_NO_INSTANT ? EVENT_ABSENT : us;
}

/* ---- which duties a statement is about ---- */

struct picked {
    const struct work_case *c;
    const struct case_duty *row;
    const struct work_duty *duty;
};

static bool is_new(const struct work_duty *duty) {
    return duty->fresh;
}

static bool is_changed(const struct work_duty *duty) {
    return duty->is_changed && !duty->fresh;
}

static bool is_dated(const struct work_duty *duty) {
    return duty->dated && !duty->fresh;
}

/* In the order of the cases; gives how many. */
static size_t pick(const struct casework *w, struct arena *a,
                   bool (*is_wanted)(const struct work_duty *), struct picked **out) {
    size_t n = 0, room = 0;
    *out = NULL;
    for (size_t i = 0; i < casework_count(w); i++) {
        const struct work_case *c = casework_at(w, i);
        for (int d = 0; d < c->state.n_duties; d++) {
            if (!is_wanted(&c->duties[d]))
                continue;
            *out = arena_grow(a, *out, n, &room, sizeof **out);
            (*out)[n++] = (struct picked){c, &c->state.duties[d], &c->duties[d]};
        }
    }
    return n;
}

/* ---- new ones ---- */

static const char copy_duty[] =
    "COPY henpin.duty (duty_id, case_kind, case_id, name, "
    "instance, state, seller_id, marketplace,"
    " order_id, desk, start_at, due_at, act_by_at, turn_desk, "
    "turn_from, turn_act_by, turn_skips, turn_requires, hands_on, aim_at, "
    "warn_at, fires_at, stop_id, waits_for, closed_at,"
    " breach, breach_cost, severity, rule_id, "
    "policy_revision_id, called_at, pause, reopen, held_at,"
    " desk_open_us) FROM STDIN (FORMAT binary)";

/* What most duties have not is not written: NULL, the narrowest there is. */
static void copy_clock(struct pg_copy *copy, const struct case_duty *d,
                       const struct duty_reading *dated) {
    pg_copy_instant(copy, d->called_us);
    if (d->n_pauses > 0)
        pg_copy_texts(copy, d->pause, (size_t)d->n_pauses);
    else
        pg_copy_null(copy);
    pg_copy_text(copy, d->reopen == REOPEN_RESTARTS
                           ? (struct span){NULL, 0}
                           : span_of(policy_reopen_names[d->reopen]));
    int n_held = dated ? dated->course.n_held : 0;
    if (n_held > 0)
        pg_copy_instants(copy, dated->course.held_us, (size_t)n_held);
    else
        pg_copy_null(copy);
}

static void copy_new(const struct casework *w, struct pg_copy *copy,
                     const struct picked *from) {
    const struct work_case *c = from->c;
    const struct case_duty *d = from->row;
    const struct policy_duty *p = from->duty->fresh;
    pg_copy_row(copy);
    pg_copy_uuid(copy, d->duty_id);
    pg_copy_text(copy, span_of(c->kind));
    pg_copy_uuid(copy, c->id);
    pg_copy_text(copy, d->name);
    pg_copy_i16(copy, (int16_t)d->instance);
    pg_copy_text(copy, span_of(duty_state_names[d->state]));
    pg_copy_text(copy, c->seller_id);
    pg_copy_text(copy, c->marketplace);
    pg_copy_text(copy, c->order_id);
    pg_copy_text(copy, d->desk);
    pg_copy_instant(copy, p->start_us);
    pg_copy_instant(copy, p->due_us);
    pg_copy_instant(copy, p->owner.act_by_us);
    turn_rows_copy(copy, p);
    if (p->n_turns > 1)
        pg_copy_bool(copy, p->turns[0].skips_full);
    else
        pg_copy_null(copy);
    pg_copy_instant(copy, p->aim_us);
    pg_copy_instants(copy, p->warn_us, (size_t)p->n_warnings);
    pg_copy_instant(copy,
                    d->state == DUTY_OPEN ? duty_rows_fires_us(p, 0) : EVENT_ABSENT);
    pg_copy_i64(copy, p->stop_id);
    pg_copy_text(copy, span_of(p->waits_for));
    pg_copy_instant(copy, d->closed_us);
    pg_copy_text(copy, span_of(p->breach));
    pg_copy_text(copy, span_of(p->breach_cost));
    pg_copy_i16(copy, (int16_t)p->severity);
    pg_copy_text(copy, d->rule_id);
    pg_copy_i64(copy, from->duty->revision);
    copy_clock(copy, d, from->duty->dated);
    pg_copy_i64(copy, desk_open_us(w, d));
}

static void write_new(const struct casework *w, struct arena *a, struct pg_script *s) {
    struct picked *duties;
    size_t n = pick(w, a, is_new, &duties);
    if (n == 0)
        return;
    struct pg_copy *copy = pg_script_copy(s, copy_duty);
    for (size_t i = 0; i < n; i++)
        copy_new(w, copy, &duties[i]);
}

/* ---- what an event changed ---- */

/* One that is open again has warnings and turns that only its row knows: fires_at is here
 * as duty_rows_fires_us() has it. */
static const struct pg_statement change_duties = {
    "casework_change",
    "UPDATE henpin.duty d SET state = t.state, closed_at = t.closed_at,"
    " instance = t.instance, desk_open_us = t.desk_open_us,"
    " fires_at = CASE WHEN t.state = 'open' THEN least(d.warn_at[1],"
    "  d.turn_from[array_position(d.turn_desk, d.desk) + 1], d.act_by_at, d.due_at) END"
    " FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::smallint[],"
    "  $5::bigint[]) AS t(duty_id, state, closed_at, instance, desk_open_us)"
    " WHERE d.duty_id = t.duty_id"};

static void write_changed(const struct casework *w, struct arena *a,
                          struct pg_script *s) {
    struct picked *duties;
    size_t n = pick(w, a, is_changed, &duties);
    if (n == 0)
        return;
    struct pg_query *q = pg_script_query(s, &change_duties);
    struct pg_array *ids = pg_param_array(q, PG_UUID, n);
    struct pg_array *states = pg_param_array(q, PG_TEXT, n);
    struct pg_array *closed = pg_param_array(q, PG_TIMESTAMPTZ, n);
    struct pg_array *instances = pg_param_array(q, PG_INT2, n);
    struct pg_array *open = pg_param_array(q, PG_INT8, n);
    for (size_t i = 0; i < n; i++) {
        const struct case_duty *d = duties[i].row;
        pg_array_uuid(ids, d->duty_id);
        pg_array_text(states, span_of(duty_state_names[d->state]));
        pg_array_i64(closed, d->closed_us);
        pg_array_i64(instances, d->instance);
        pg_array_i64(open, desk_open_us(w, d));
    }
}

/* ---- dates that moved ---- */

/* Held in time it has no other turns, and keeps those it had for when it goes on. Behind
 * the other statement, which does not know the new dates. */
static const struct pg_statement date_duties = {
    "casework_date",
    "UPDATE henpin.duty d SET start_at = t.start_at, due_at = t.due_at,"
    " act_by_at = t.act_by_at, aim_at = t.aim_at, fires_at = t.fires_at,"
    " warn_at = array_remove(ARRAY[t.w1, t.w2, t.w3, t.w4], NULL),"
    " turn_from = coalesce(t.turn_from::timestamptz[], d.turn_from),"
    " turn_act_by = coalesce(t.turn_act_by::timestamptz[], d.turn_act_by),"
    " hands_on = CASE WHEN t.turn_from IS NULL THEN d.hands_on"
    "  ELSE d.turn_skips >> (array_position(d.turn_desk, d.desk) - 1) & 1 = 1 END,"
    " held_at = t.held::timestamptz[]"
    " FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[],"
    "  $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[],"
    "  $9::timestamptz[], $10::timestamptz[], $11::text[], $12::text[], $13::text[])"
    "  AS t(duty_id, start_at, due_at, act_by_at, aim_at, fires_at, w1, w2, w3, w4, held,"
    "   turn_from, turn_act_by)"
    " WHERE d.duty_id = t.duty_id"};

enum { DATES = 5 + POLICY_MAX_WARNINGS }; /* start, due, act-by, aim, fires, warnings */

struct dating {
    struct pg_array *ids, *dates[DATES], *held, *turn_from, *turn_act_by;
};

static struct dating open_dating(struct pg_script *s, size_t room) {
    struct dating t;
    struct pg_query *q = pg_script_query(s, &date_duties);
    t.ids = pg_param_array(q, PG_UUID, room);
    for (int i = 0; i < DATES; i++)
        t.dates[i] = pg_param_array(q, PG_TIMESTAMPTZ, room);
    t.held = pg_param_array(q, PG_TEXT, room);
    t.turn_from = pg_param_array(q, PG_TEXT, room);
    t.turn_act_by = pg_param_array(q, PG_TEXT, room);
    return t;
}

_Static_assert((int)REDATE_MAX_HELD <= (int)TURN_ROWS_MAX_INSTANTS, "holds as text");

static void write_dates(const struct dating *t, const struct case_duty *d,
                        const struct duty_reading *now) {
    const struct policy_duty *to = &now->dates;
    int turn = d->turns ? d->turns->present : 0;
    const int64_t instants[] = {to->start_us, to->due_us, to->owner.act_by_us, to->aim_us,
                                d->state == DUTY_OPEN ? duty_rows_fires_us(to, turn)
                                                      : EVENT_ABSENT};
    int n = (int)COUNT_OF(instants);
    pg_array_uuid(t->ids, d->duty_id);
    for (int i = 0; i < n; i++)
        pg_array_i64(t->dates[i], instants[i]);
    for (int i = 0; i < POLICY_MAX_WARNINGS; i++)
        pg_array_i64(t->dates[n + i], i < to->n_warnings ? to->warn_us[i] : EVENT_ABSENT);
    turn_rows_instants(t->held, now->course.held_us, now->course.n_held);
    turn_rows_plan(t->turn_from, t->turn_act_by, to);
}

static void write_dated(const struct casework *w, struct arena *a, struct pg_script *s) {
    struct picked *duties;
    size_t n = pick(w, a, is_dated, &duties);
    if (n == 0)
        return;
    struct dating t = open_dating(s, n);
    for (size_t i = 0; i < n; i++)
        write_dates(&t, duties[i].row, duties[i].duty->dated);
}

void duty_rows_write(const struct casework *w, struct arena *a, struct pg_script *s) {
    write_new(w, a, s);
    write_changed(w, a, s);
    write_dated(w, a, s);
}
