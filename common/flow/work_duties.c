#include "common/flow/work_duties.h"

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
    " severity, (SELECT s.events FROM henpin.duty_stop s WHERE s.stop_id = d.stop_id),"
    " breach, breach_cost, closed_at, act_by_at, called_at, waits_for,"
    " pause, reopen, held_at, turn_desk, turn_from, turn_act_by, turn_skips"
    " FROM henpin.duty d WHERE duty_id = ANY($1) ORDER BY duty_id FOR UPDATE"};

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
    int64_t *held_us;
    d->n_held = (int)pg_array_instants(q, row, 19, a, &held_us);
    d->held_us = held_us;
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
