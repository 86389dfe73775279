#include "common/flow/work_duties.h"

#include "common/base/clock.h"
#include "common/flow/turn_rows.h"

/* Room for one more duty at the end of the case's two arrays; both zeroed. */
static struct case_duty *add(struct arena *a, struct work_case *c) {
    struct case_state *s = &c->state;
    if (s->n_duties == c->duty_room) {
        int room = c->duty_room ? 2 * c->duty_room : 2;
        struct case_duty *rows = arena_array(a, (size_t)room, sizeof *rows);
        struct work_duty *duties = arena_array(a, (size_t)room, sizeof *duties);
        if (s->n_duties > 0) {
            memcpy(rows, c->duty_rows, (size_t)s->n_duties * sizeof *rows);
            memcpy(duties, c->duties, (size_t)s->n_duties * sizeof *duties);
        }
        s->duties = c->duty_rows = rows;
        c->duties = duties;
        c->duty_room = room;
    }
    c->duties[s->n_duties] = (struct work_duty){0};
    c->duty_rows[s->n_duties] = (struct case_duty){0};
    return &c->duty_rows[s->n_duties++];
}

void work_duties_named(struct arena *a, struct work_case *c, const struct span *ids,
                       size_t n) {
    for (size_t i = 0; i < n && i < CASE_MAX_DUTIES; i++)
        add(a, c)->duty_id = pg_item_uuid(ids[i]);
}

/* ---- loading ---- */

static const struct pg_statement read_duties = {
    "casework_duties",
    "SELECT duty_id, case_id, name, instance, state, start_at, due_at, desk, rule_id,"
    " severity, stop, breach, breach_cost, closed_at, act_by_at, called_at, waits_for,"
    " pause, reopen, held_at, turn_desk, turn_from, turn_act_by, turn_skips"
    " FROM henpin.duty WHERE duty_id = ANY($1) ORDER BY duty_id FOR UPDATE"};

struct pg_query *work_duties_query(const struct casework *w, struct pg_script *s) {
    size_t n = 0, n_cases = casework_count(w);
    for (size_t i = 0; i < n_cases; i++)
        n += (size_t)casework_at(w, i)->state.n_duties;
    if (n == 0)
        return NULL;
    struct pg_query *q = pg_script_query(s, &read_duties);
    struct pg_array *ids = pg_param_array(q, PG_UUID, n);
    for (size_t i = 0; i < n_cases; i++) {
        const struct case_state *c = &casework_at(w, i)->state;
        for (int d = 0; d < c->n_duties; d++)
            pg_array_uuid(ids, c->duties[d].duty_id);
    }
    return q;
}

static enum duty_state duty_state_of(struct span word) {
    for (int i = 0; i < (int)COUNT_OF(duty_state_names); i++)
        if (span_is(word, duty_state_names[i]))
            return (enum duty_state)i;
    return DUTY_CANCELLED;
}

static enum policy_reopen reopen_of(struct span word) {
    for (int i = 0; i < REOPEN_COUNT; i++)
        if (span_is(word, policy_reopen_names[i]))
            return (enum policy_reopen)i;
    return REOPEN_RESTARTS;
}

static struct case_duty *find(struct work_case *c, struct uuid id) {
    for (int i = 0; c && i < c->state.n_duties; i++)
        if (uuid_equal(c->state.duties[i].duty_id, id))
            return &c->duty_rows[i];
    return NULL;
}

/* Only what may be held or go on is dated again. */
static void read_plan(struct arena *a, const struct pg_query *q, size_t row,
                      struct case_duty *d) {
    if (d->n_pauses == 0 && d->reopen != REOPEN_RESUMES)
        return;
    struct policy_turns *turns = arena_alloc(a, sizeof *turns);
    turn_rows_read(a, q, row, 20, d->desk, turns);
    d->turns = turns;
    if (pg_is_null(q, row, 19))
        return;
    struct span *held;
    size_t n = pg_array_items(q, row, 19, a, &held);
    int64_t *held_us = arena_array(a, n + 1, sizeof *held_us);
    for (size_t i = 0; i < n; i++)
        held_us[i] = pg_item_instant(held[i]);
    d->held_us = held_us;
    d->n_held = (int)n;
}

void work_duties_read(const struct casework *w, struct arena *a,
                      const struct pg_query *q) {
    for (size_t row = 0; row < pg_rows(q); row++) {
        struct case_duty *d =
            find(casework_find(w, pg_uuid(q, row, 1)), pg_uuid(q, row, 0));
        if (!d)
            continue;
        struct span *stops, *pauses = NULL;
        d->name = pg_text(q, row, 2);
        d->instance = (int)pg_i64(q, row, 3);
        d->state = duty_state_of(pg_text(q, row, 4));
        d->start_us = pg_instant(q, row, 5);
        d->due_us = pg_instant(q, row, 6);
        d->desk = pg_text(q, row, 7);
        d->rule_id = pg_text(q, row, 8);
        d->severity = (int)pg_i64(q, row, 9);
        size_t n_stops = pg_array_items(q, row, 10, a, &stops);
        d->n_stops = n_stops < POLICY_MAX_STOPS ? (int)n_stops : POLICY_MAX_STOPS;
        d->stop = stops;
        d->breach = pg_text(q, row, 11);
        d->breach_cost = pg_text(q, row, 12);
        d->has_breach = d->breach.ptr != NULL;
        d->closed_us = pg_instant(q, row, 13);
        d->act_by_us = pg_instant(q, row, 14);
        d->called_us = pg_instant(q, row, 15);
        d->waits_for = pg_text(q, row, 16);
        if (!pg_is_null(q, row, 17))
            d->n_pauses = (int)pg_array_items(q, row, 17, a, &pauses);
        d->pause = pauses;
        d->reopen = reopen_of(pg_text(q, row, 18));
        read_plan(a, q, row, d);
    }
}

/* ---- moving on ---- */

static const struct duty_reading *keep_reading(struct arena *a,
                                               const struct duty_reading *now) {
    struct duty_reading *kept = arena_alloc(a, sizeof *kept);
    *kept = *now;
    return kept;
}

/* The next event of the batch sees the row as it will be. */
static void plan(struct arena *a, struct case_duty *row,
                 const struct duty_reading *dated) {
    const struct policy_duty *to = &dated->dates;
    if (row->turns && row->turns->n > 0 && row->turns->n == to->n_turns) {
        struct policy_turns *turns = arena_alloc(a, sizeof *turns);
        *turns = *row->turns;
        for (int i = 0; i < turns->n; i++) {
            turns->from_us[i] = to->turns[i].from_us;
            turns->act_by_us[i] = to->turns[i].act_by_us;
        }
        row->turns = turns;
    }
    row->held_us = dated->course.held_us;
    row->n_held = dated->course.n_held;
}

static void date(struct arena *a, struct case_duty *row, struct work_duty *duty,
                 const struct duty_reading *now) {
    const struct policy_duty *to = &now->dates;
    duty->dated = keep_reading(a, now);
    row->start_us = to->start_us;
    row->due_us = to->due_us;
    row->act_by_us = to->owner.act_by_us;
    plan(a, row, duty->dated);
    if (duty->fresh)
        redate_take(duty->fresh, to);
}

const struct case_duty *work_duties_start(struct arena *a, struct work_case *c,
                                          const struct duty_start *start,
                                          int64_t revision) {
    struct policy_duty *kept = arena_alloc(a, sizeof *kept);
    *kept = start->policy;
    struct span *stops = arena_array(a, (size_t)kept->n_stops, sizeof *stops);
    for (int i = 0; i < kept->n_stops; i++)
        stops[i] = span_of(kept->stop[i]);
    *add(a, c) = (struct case_duty){
        .duty_id = start->duty_id,
        .name = span_of(kept->name),
        .instance = start->now.instance,
        .state = start->now.state,
        .called_us = start->called_us,
        .start_us = kept->start_us,
        .due_us = kept->due_us,
        .act_by_us = kept->owner.act_by_us,
        .closed_us = start->now.closed_us,
        .desk = span_of(kept->owner.desk),
        .rule_id = span_of(kept->rule_id),
        .severity = kept->severity,
        .has_breach = kept->breach != NULL,
        .breach = span_of(kept->breach),
        .breach_cost = span_of(kept->breach_cost),
        .stop = stops,
        .n_stops = kept->n_stops,
        .pause = kept->pause, /* the policy's: it outlives the batch */
        .n_pauses = kept->n_pauses,
        .waits_for = span_of(kept->waits_for),
        .reopen = kept->reopen,
    };
    c->duties[c->state.n_duties - 1] = (struct work_duty){
        .fresh = kept,
        .dated = start->now.is_dated ? keep_reading(a, &start->now) : NULL,
        .is_changed = true,
        .revision = revision,
    };
    struct case_duty *row = &c->duty_rows[c->state.n_duties - 1];
    struct policy_turns *turns = arena_alloc(a, sizeof *turns);
    *turns = redate_plan(kept);
    row->turns = turns;
    if (start->now.is_dated)
        plan(a, row, c->duties[c->state.n_duties - 1].dated);
    return row;
}

const struct case_duty *work_duties_change(struct arena *a, struct work_case *c,
                                           const struct duty_change *change) {
    struct case_duty *row = &c->duty_rows[change->index];
    row->state = change->now.state;
    row->closed_us = change->now.closed_us;
    row->instance = change->now.instance;
    c->duties[change->index].is_changed = true;
    if (change->now.is_dated)
        date(a, row, &c->duties[change->index], &change->now);
    return row;
}

/* ---- writing ---- */

static const char copy_duty[] =
    "COPY henpin.duty (duty_id, case_kind, case_id, name, "
    "instance, state, seller_id, marketplace,"
    " order_id, desk, start_at, due_at, act_by_at, turn_desk, "
    "turn_from, turn_act_by, turn_skips, turn_requires, hands_on, aim_at, "
    "warn_at, fires_at, stop, waits_for, closed_at,"
    " breach, breach_cost, severity, rule_id, "
    "policy_revision_id, called_at, pause, reopen, held_at,"
    " desk_open_us) FROM STDIN (FORMAT binary)";

/* How long its desk was open while it stood; EVENT_ABSENT while it stands. */
static int64_t desk_open_us(const struct casework *w, const struct case_duty *d) {
    const struct policy *p = casework_policy(w);
    if (d->closed_us == EVENT_ABSENT || d->start_us == EVENT_ABSENT || !p)
        return EVENT_ABSENT;
    int64_t us = policy_desk_open_us(p, d->desk, d->start_us, d->closed_us);
    return us == POLICY_NO_INSTANT ? EVENT_ABSENT : us;
}

/* When the clock has something to tell of it first. */
static int64_t fires_us(const struct case_duty *d, const struct policy_duty *p) {
    int64_t first = p->due_us;
    if (d->state != DUTY_OPEN)
        return EVENT_ABSENT;
    if (p->owner.act_by_us != POLICY_NO_INSTANT && p->owner.act_by_us < first)
        first = p->owner.act_by_us;
    if (p->n_turns > 1 && p->turns[1].from_us < first)
        first = p->turns[1].from_us;
    return p->n_warnings > 0 && p->warn_us[0] < first ? p->warn_us[0] : first;
}

/* What most duties have not is not written: NULL, the narrowest there is. */
static void copy_clock(struct pg_copy *copy, const struct case_duty *d,
                       const struct duty_reading *dated) {
    pg_copy_instant(copy, d->called_us);
    if (d->n_pauses > 0) {
        pg_copy_array(copy, PG_TEXT, (size_t)d->n_pauses);
        for (int i = 0; i < d->n_pauses; i++)
            pg_copy_text(copy, d->pause[i]);
        pg_copy_array_end(copy);
    } else {
        pg_copy_null(copy);
    }
    pg_copy_text(copy, d->reopen == REOPEN_RESTARTS
                           ? (struct span){NULL, 0}
                           : span_of(policy_reopen_names[d->reopen]));
    int n_held = dated ? dated->course.n_held : 0;
    if (n_held == 0) {
        pg_copy_null(copy);
        return;
    }
    pg_copy_array(copy, PG_TIMESTAMPTZ, (size_t)n_held);
    for (int i = 0; i < n_held; i++)
        pg_copy_instant(copy, dated->course.held_us[i]);
    pg_copy_array_end(copy);
}

static void copy_new_duty(const struct casework *w, struct pg_copy *copy,
                          const struct work_case *c, int i) {
    const struct case_duty *d = &c->state.duties[i];
    const struct policy_duty *p = c->duties[i].fresh;
    pg_copy_row(copy, 35);
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
    pg_copy_array(copy, PG_TIMESTAMPTZ, (size_t)p->n_warnings);
    for (int k = 0; k < p->n_warnings; k++)
        pg_copy_instant(copy, p->warn_us[k]);
    pg_copy_array_end(copy);
    pg_copy_instant(copy, fires_us(d, p));
    pg_copy_array(copy, PG_TEXT, (size_t)d->n_stops);
    for (int k = 0; k < d->n_stops; k++)
        pg_copy_text(copy, d->stop[k]);
    pg_copy_array_end(copy);
    pg_copy_text(copy, span_of(p->waits_for));
    pg_copy_instant(copy, d->closed_us);
    pg_copy_text(copy, span_of(p->breach));
    pg_copy_text(copy, span_of(p->breach_cost));
    pg_copy_i16(copy, (int16_t)p->severity);
    pg_copy_text(copy, d->rule_id);
    pg_copy_i64(copy, c->duties[i].revision);
    copy_clock(copy, d, c->duties[i].dated);
    if (desk_open_us(w, d) == EVENT_ABSENT)
        pg_copy_null(copy);
    else
        pg_copy_i64(copy, desk_open_us(w, d));
}

/* When the turn after that of the desk that has it begins. */
#define NEXT_TURN(of) of ".turn_from[array_position(d.turn_desk, d.desk) + 1]"

static const struct pg_statement close_duties = {
    "casework_close",
    "UPDATE henpin.duty d SET state = t.state, closed_at = t.closed_at,"
    " instance = t.instance, desk_open_us = t.desk_open_us, fires_at = CASE WHEN t.state "
    "= 'open'"
    "  THEN least(d.warn_at[1], " NEXT_TURN(
        "d") ", d.act_by_at, d.due_at) END"
             " FROM unnest($1::uuid[], $2::text[], $3::timestamptz[],"
             "  $4::smallint[], $5::bigint[])"
             " AS t(duty_id, state, closed_at, instance, desk_open_us)"
             " WHERE d.duty_id = t.duty_id"};

/* Behind the other: what the clock tells first depends on the state. Held in
 * time it has no other turns, and keeps those it had for when it goes on. */
static const struct pg_statement date_duties = {
    "casework_date",
    "UPDATE henpin.duty d SET start_at = t.start_at, due_at = t.due_at,"
    " act_by_at = t.act_by_at, aim_at = t.aim_at,"
    " warn_at = array_remove(ARRAY[t.w1, t.w2, t.w3, t.w4], NULL),"
    " turn_from = coalesce(t.turn_from, d.turn_from),"
    " turn_act_by = coalesce(t.turn_act_by, d.turn_act_by),"
    " hands_on = CASE WHEN t.turn_from IS NULL THEN d.hands_on"
    "  ELSE d.turn_skips >> (array_position(d.turn_desk, d.desk) - 1) & 1 = 1 END,"
    " held_at = nullif(t.held::timestamptz[], '{}'), fires_at = CASE "
    "WHEN d.state = "
    "'open'"
    "  THEN least(t.w1, " NEXT_TURN(
        "t") ", t.act_by_at, t.due_at) END"
             " FROM (SELECT duty_id, start_at, due_at, act_by_at, aim_at, w1, w2, w3, "
             "w4, held,"
             "  turn_from::timestamptz[], turn_act_by::timestamptz[] FROM "
             "unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[],"
             "  $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], "
             "$8::timestamptz[],"
             "  $9::timestamptz[], $10::text[], $11::text[], $12::text[])"
             "  AS u(duty_id, start_at, due_at, act_by_at, aim_at, w1, w2, w3, w4, held,"
             "   turn_from, turn_act_by)) t"
             " WHERE d.duty_id = t.duty_id"};

static void write_fresh(const struct casework *w, struct pg_script *s) {
    struct pg_copy *copy = NULL;
    for (size_t i = 0; i < casework_count(w); i++) {
        const struct work_case *c = casework_at(w, i);
        for (int d = 0; d < c->state.n_duties; d++) {
            if (!c->duties[d].fresh)
                continue;
            if (!copy)
                copy = pg_script_copy(s, copy_duty);
            copy_new_duty(w, copy, c, d);
        }
    }
}

static bool is_to_close(const struct work_duty *duty) {
    return duty->is_changed && !duty->fresh;
}

static size_t count(const struct casework *w,
                    bool (*is_wanted)(const struct work_duty *)) {
    size_t n = 0;
    for (size_t i = 0; i < casework_count(w); i++)
        for (int d = 0; d < casework_at(w, i)->state.n_duties; d++)
            n += is_wanted(&casework_at(w, i)->duties[d]);
    return n;
}

static void write_closed(const struct casework *w, struct pg_script *s) {
    size_t n = count(w, is_to_close), n_cases = casework_count(w);
    if (n == 0)
        return;
    struct pg_query *q = pg_script_query(s, &close_duties);
    struct pg_array *ids = pg_param_array(q, PG_UUID, n);
    struct pg_array *states = pg_param_array(q, PG_TEXT, n);
    struct pg_array *closed = pg_param_array(q, PG_TIMESTAMPTZ, n);
    struct pg_array *instances = pg_param_array(q, PG_INT2, n);
    struct pg_array *open = pg_param_array(q, PG_INT8, n);
    for (size_t i = 0; i < n_cases; i++) {
        const struct work_case *c = casework_at(w, i);
        for (int d = 0; d < c->state.n_duties; d++) {
            if (!is_to_close(&c->duties[d]))
                continue;
            pg_array_uuid(ids, c->state.duties[d].duty_id);
            pg_array_text(states, span_of(duty_state_names[c->state.duties[d].state]));
            pg_array_i64(closed, c->state.duties[d].closed_us);
            pg_array_i64(instances, c->state.duties[d].instance);
            int64_t open_us = desk_open_us(w, &c->state.duties[d]);
            if (open_us == EVENT_ABSENT)
                pg_array_null(open);
            else
                pg_array_i64(open, open_us);
        }
    }
}

enum { DATES = 4 + POLICY_MAX_WARNINGS }; /* start, due, act-by, aim, warnings */

struct dating {
    struct pg_array *ids, *dates[DATES], *held, *turn_from, *turn_act_by;
};

static void open_dating(struct dating *t, struct pg_script *s, size_t room) {
    struct pg_query *q = pg_script_query(s, &date_duties);
    t->ids = pg_param_array(q, PG_UUID, room);
    for (int i = 0; i < DATES; i++)
        t->dates[i] = pg_param_array(q, PG_TIMESTAMPTZ, room);
    t->held = pg_param_array(q, PG_TEXT, room);
    t->turn_from = pg_param_array(q, PG_TEXT, room);
    t->turn_act_by = pg_param_array(q, PG_TEXT, room);
}

/* An array has no place in an array of rows but as text. */
static struct span held_text(struct arena *a, const struct clock_course *c) {
    struct builder b = builder_in(a, REDATE_MAX_HELD * (CLOCK_TEXT_SIZE + 1) + 2);
    build_char(&b, '{');
    for (int i = 0; i < c->n_held; i++) {
        char text[CLOCK_TEXT_SIZE];
        clock_text(c->held_us[i], text);
        build_text(&b, i > 0 ? "," : "");
        build_text(&b, text);
    }
    build_char(&b, '}');
    return builder_span(&b);
}

static void write_plan(const struct dating *t, const struct policy_duty *to) {
    int64_t from[POLICY_MAX_CHAIN], act_by[POLICY_MAX_CHAIN];
    int n = to->n_turns > 1 ? to->n_turns : 0;
    for (int i = 0; i < n; i++) {
        from[i] = to->turns[i].from_us;
        act_by[i] = to->turns[i].act_by_us;
    }
    turn_rows_instants(t->turn_from, from, n);
    turn_rows_instants(t->turn_act_by, act_by, n);
}

static void write_dates(struct arena *a, const struct dating *t, struct uuid id,
                        const struct duty_reading *now) {
    const struct policy_duty *to = &now->dates;
    const int64_t instants[] = {to->start_us, to->due_us, to->owner.act_by_us,
                                to->aim_us};
    pg_array_uuid(t->ids, id);
    for (int i = 0; i < DATES; i++) {
        int k = i - (int)COUNT_OF(instants);
        pg_array_i64(t->dates[i], k < 0                ? instants[i]
                                  : k < to->n_warnings ? to->warn_us[k]
                                                       : EVENT_ABSENT);
    }
    pg_array_text(t->held, held_text(a, &now->course));
    write_plan(t, to);
}

static bool is_to_date(const struct work_duty *duty) {
    return duty->dated && !duty->fresh;
}

static void write_dated(const struct casework *w, struct arena *a, struct pg_script *s) {
    size_t n = count(w, is_to_date), n_cases = casework_count(w);
    struct dating t;
    if (n == 0)
        return;
    open_dating(&t, s, n);
    for (size_t i = 0; i < n_cases; i++) {
        const struct work_case *c = casework_at(w, i);
        for (int d = 0; d < c->state.n_duties; d++)
            if (is_to_date(&c->duties[d]))
                write_dates(a, &t, c->state.duties[d].duty_id, c->duties[d].dated);
    }
}

void work_duties_write(const struct casework *w, struct arena *a, struct pg_script *s) {
    write_fresh(w, s);
    write_closed(w, s);
    write_dated(w, a, s);
}
