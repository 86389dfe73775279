#include "common/flow/casework.h"

#include "common/base/fault.h"
#include "common/event/event.h"
#include "common/flow/outputs.h"
#include "common/flow/sellers.h"
#include "common/flow/worker.h"

struct casework {
    struct batch *batch;
    struct arena *arena; /* the attempt's */
    size_t case_size;
    struct work_case **cases;
    size_t n, max;
    uint32_t *slots; /* open addressing: index + 1 into cases, 0 free */
    size_t n_slots;  /* a power of two, at least twice max */
    struct outputs *outputs;
};

struct casework *casework_new(struct batch *b, size_t case_size) {
    struct arena *a = b->attempt;
    struct casework *w = arena_zalloc(a, sizeof *w);
    w->batch = b;
    w->arena = a;
    w->case_size = case_size;
    w->max = b->n_messages;
    w->cases = arena_array(a, w->max + 1, sizeof *w->cases);
    w->n_slots = 16;
    while (w->n_slots < 2 * w->max)
        w->n_slots *= 2;
    w->slots = arena_zalloc(a, w->n_slots * sizeof *w->slots);
    w->outputs = outputs_new(b);
    return w;
}

/* The ids are hashes already: eight of their bytes choose the slot. */
static size_t slot_of(const struct casework *w, struct uuid id) {
    uint64_t h;
    memcpy(&h, id.bytes + 8, sizeof h);
    size_t i = h & (w->n_slots - 1);
    while (w->slots[i] && !uuid_equal(w->cases[w->slots[i] - 1]->id, id))
        i = (i + 1) & (w->n_slots - 1);
    return i;
}

struct work_case *casework_find(const struct casework *w, struct uuid id) {
    size_t slot = slot_of(w, id);
    return w->slots[slot] ? w->cases[w->slots[slot] - 1] : NULL;
}

struct work_case *casework_case(struct casework *w, struct uuid id) {
    size_t slot = slot_of(w, id);
    if (w->slots[slot])
        return w->cases[w->slots[slot] - 1];
    if (w->n == w->max)
        BUG("more cases than messages");
    struct work_case *c = arena_alloc(w->arena, w->case_size);
    memset(c, 0, w->case_size);
    c->id = c->state.case_id = id;
    c->state.opened_us = EVENT_ABSENT;
    w->cases[w->n++] = c;
    w->slots[slot] = (uint32_t)w->n;
    return c;
}

size_t casework_count(const struct casework *w) {
    return w->n;
}

struct work_case *casework_at(const struct casework *w, size_t i) {
    return w->cases[i];
}

/* ---- loading ---- */

static size_t at_most(size_t n, size_t max) {
    return n < max ? n : max;
}

/* Room for one more duty at the end of the case's two arrays; both zeroed. */
static struct case_duty *add_duty(struct casework *w, struct work_case *c) {
    struct case_state *s = &c->state;
    if (s->n_duties == c->duty_room) {
        int room = c->duty_room ? 2 * c->duty_room : 2;
        struct case_duty *rows = arena_array(w->arena, (size_t)room, sizeof *rows);
        struct work_duty *duties = arena_array(w->arena, (size_t)room, sizeof *duties);
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

void casework_load_row(struct casework *w, struct work_case *c, const struct pg_query *q,
                       size_t row, int column) {
    struct case_state *s = &c->state;
    struct span *events, *instants, *ids, *duties, *triaged;
    c->is_loaded = true;
    s->opened_us = pg_instant(q, row, column);
    size_t n = pg_array_items(q, row, column + 1, w->arena, &events);
    n = at_most(n, pg_array_items(q, row, column + 2, w->arena, &instants));
    n = at_most(n, pg_array_items(q, row, column + 3, w->arena, &ids));
    int64_t *at = arena_array(w->arena, n, sizeof *at);
    int64_t *hashes = arena_array(w->arena, n, sizeof *hashes);
    for (size_t i = 0; i < n; i++) {
        at[i] = pg_item_instant(instants[i]);
        hashes[i] = pg_item_i64(ids[i]);
    }
    s->history = (struct case_history){events, at, hashes, n};
    n = at_most(pg_array_items(q, row, column + 4, w->arena, &duties), CASE_MAX_DUTIES);
    for (size_t i = 0; i < n; i++)
        add_duty(w, c)->duty_id = pg_item_uuid(duties[i]);
    n = at_most(pg_array_items(q, row, column + 5, w->arena, &triaged), CASE_MAX_TRIAGED);
    s->n_triaged = (int)n;
    s->triaged = triaged;
}

static const struct pg_statement read_duties = {
    "casework_duties",
    "SELECT duty_id, case_id, name, instance, state, start_at, due_at, desk, rule_id, "
    "severity, stop, breach IS NOT NULL"
    " FROM henpin.duty WHERE duty_id = ANY($1) ORDER BY duty_id FOR UPDATE"};

struct pg_query *casework_query_duties(struct casework *w, struct pg_script *s) {
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        n += (size_t)w->cases[i]->state.n_duties;
    if (n == 0)
        return NULL;
    struct pg_query *q = pg_script_query(s, &read_duties);
    struct pg_array *ids = pg_param_array(q, PG_UUID, n);
    for (size_t i = 0; i < w->n; i++)
        for (int d = 0; d < w->cases[i]->state.n_duties; d++)
            pg_array_uuid(ids, w->cases[i]->state.duties[d].duty_id);
    return q;
}

static enum duty_state duty_state_of(struct span word) {
    for (int i = 0; i < (int)COUNT_OF(duty_state_names); i++)
        if (span_is(word, duty_state_names[i]))
            return (enum duty_state)i;
    return DUTY_CANCELLED;
}

static struct case_duty *duty_of(struct work_case *c, struct uuid id) {
    for (int i = 0; c && i < c->state.n_duties; i++)
        if (uuid_equal(c->state.duties[i].duty_id, id))
            return &c->duty_rows[i];
    return NULL;
}

void casework_read_duties(struct casework *w, const struct pg_query *q) {
    for (size_t row = 0; row < pg_rows(q); row++) {
        struct case_duty *d =
            duty_of(casework_find(w, pg_uuid(q, row, 1)), pg_uuid(q, row, 0));
        if (!d)
            continue;
        struct span *stops;
        d->name = pg_text(q, row, 2);
        d->instance = (int)pg_i64(q, row, 3);
        d->state = duty_state_of(pg_text(q, row, 4));
        d->start_us = pg_instant(q, row, 5);
        d->due_us = pg_instant(q, row, 6);
        d->desk = pg_text(q, row, 7);
        d->rule_id = pg_text(q, row, 8);
        d->severity = (int)pg_i64(q, row, 9);
        d->n_stops =
            (int)at_most(pg_array_items(q, row, 10, w->arena, &stops), POLICY_MAX_STOPS);
        d->stop = stops;
        d->has_breach = pg_bool(q, row, 11);
    }
}

/* ---- moving on ---- */

static void remember_event(struct casework *w, struct work_case *c,
                           const struct case_event *e) {
    struct case_history *h = &c->state.history;
    if (h->n >= CASE_MAX_HISTORY)
        return;
    if (h->n >=
        c->history_room) { /* 0 for a loaded one: it is copied at its first event */
        size_t room = c->history_room = h->n < 4 ? 4 : 2 * h->n;
        struct span *events = arena_array(w->arena, room, sizeof *events);
        int64_t *at = arena_array(w->arena, room, sizeof *at);
        int64_t *ids = arena_array(w->arena, room, sizeof *ids);
        for (size_t i = 0; i < h->n; i++) {
            events[i] = h->events[i];
            at[i] = h->at_us[i];
            ids[i] = h->ids[i];
        }
        *h = (struct case_history){events, at, ids, h->n};
    }
    ((struct span *)h->events)[h->n] = span_of(e->word ? e->word : "unknown");
    ((int64_t *)h->at_us)[h->n] = e->occurred_us;
    ((int64_t *)h->ids)[h->n] =
        MECHANISM("event-identity") ? identity_hash64(e->event_id) : 0;
    h->n++;
}

static void start_duty(struct casework *w, struct work_case *c,
                       const struct duty_start *start, int64_t revision) {
    struct policy_duty *kept = arena_alloc(w->arena, sizeof *kept);
    *kept = *start->policy;
    struct span *stops = arena_array(w->arena, (size_t)kept->n_stops, sizeof *stops);
    for (int i = 0; i < kept->n_stops; i++)
        stops[i] = span_of(kept->stop[i]);
    *add_duty(w, c) = (struct case_duty){
        .duty_id = start->duty_id,
        .name = span_of(kept->name),
        .instance = start->instance,
        .state = start->state,
        .start_us = kept->start_us,
        .due_us = kept->due_us,
        .desk = span_of(kept->owner.desk),
        .rule_id = span_of(kept->rule_id),
        .severity = kept->severity,
        .has_breach = kept->breach != NULL,
        .stop = stops,
        .n_stops = kept->n_stops,
    };
    c->duties[c->state.n_duties - 1] = (struct work_duty){.fresh = kept,
                                                          .is_changed = true,
                                                          .closed_us = start->closed_us,
                                                          .revision = revision};
}

bool casework_refuse_full(struct casework *w, const struct work_case *c,
                          struct message *m) {
    struct error err = {0};
    if (c->state.history.n < CASE_MAX_HISTORY)
        return false;
    (void)error_set(&err, E_EVENT_SIZE, "its case holds %d events already",
                    (int)CASE_MAX_HISTORY);
    batch_reject(w->batch, m, &err);
    return true;
}

static void tell(struct casework *w, struct case_state *s, const char *cause) {
    struct span *told = arena_array(w->arena, (size_t)s->n_triaged + 1, sizeof *told);
    for (int i = 0; i < s->n_triaged; i++)
        told[i] = s->triaged[i];
    told[s->n_triaged++] = span_of(cause);
    s->triaged = told;
}

void casework_take(struct casework *w, struct work_case *c, const struct message *m,
                   const struct case_event *e, const struct case_decision *d,
                   int64_t revision, struct span product_class, struct span details) {
    struct output_context context = {
        .message = m,
        .work_case = c,
        .event = e,
        .decision = d,
        .revision = revision,
        .product_class = product_class,
        .details = details,
    };
    c->is_changed = true;
    if (c->state.history.n == 0) /* what was parked before may have been rejected since */
        c->state.opened_us = e->occurred_us;
    outputs_decision(w->outputs, &context);
    for (int i = 0; i < d->n_changes; i++) {
        struct case_duty *duty = &c->duty_rows[d->changes[i].index];
        duty->state = d->changes[i].state;
        c->duties[d->changes[i].index].is_changed = true;
        c->duties[d->changes[i].index].closed_us = d->changes[i].closed_us;
        if (duty->state == DUTY_BREACHED)
            outputs_breach(w->outputs, &context, duty, d->changes[i].closed_us);
    }
    for (int i = 0; i < d->n_starts; i++) {
        outputs_duty_started(w->outputs, &context, &d->starts[i]);
        start_duty(w, c, &d->starts[i], revision);
        if (d->starts[i].state == DUTY_BREACHED)
            outputs_breach(w->outputs, &context, &c->state.duties[c->state.n_duties - 1],
                           d->starts[i].closed_us);
    }
    for (int i = 0; i < d->policy.n_blockers; i++)
        outputs_blocker(w->outputs, &context, &d->policy.blockers[i], w->batch->sellers);
    if (d->triage && MECHANISM("triage")) {
        outputs_triage(w->outputs, &context, d->triage);
        tell(w, &c->state, d->triage);
    }
    if (d->creates_tasks) {
        outputs_tasks(w->outputs, &context);
        c->state.disposition = span_of(d->policy.disposition.code);
        c->state.n_tasks = d->policy.disposition.n_steps;
    }
    remember_event(w, c, e);
}

/* ---- writing ---- */

void casework_copy_columns(const struct work_case *c, struct pg_copy *copy) {
    const struct case_state *s = &c->state;
    pg_copy_instant(copy, s->opened_us);
    pg_copy_array(copy, PG_TEXT, s->history.n);
    for (size_t i = 0; i < s->history.n; i++)
        pg_copy_text(copy, s->history.events[i]);
    pg_copy_array_end(copy);
    pg_copy_array(copy, PG_TIMESTAMPTZ, s->history.n);
    for (size_t i = 0; i < s->history.n; i++)
        pg_copy_instant(copy, s->history.at_us[i]);
    pg_copy_array_end(copy);
    pg_copy_array(copy, PG_INT8, s->history.n);
    for (size_t i = 0; i < s->history.n; i++)
        pg_copy_i64(copy, s->history.ids[i]);
    pg_copy_array_end(copy);
    pg_copy_array(copy, PG_UUID, (size_t)s->n_duties);
    for (int i = 0; i < s->n_duties; i++)
        pg_copy_uuid(copy, s->duties[i].duty_id);
    pg_copy_array_end(copy);
    pg_copy_array(copy, PG_TEXT, (size_t)s->n_triaged);
    for (int i = 0; i < s->n_triaged; i++)
        pg_copy_text(copy, s->triaged[i]);
    pg_copy_array_end(copy);
}

static const char copy_duty[] = "COPY henpin.duty (duty_id, case_kind, case_id, name, "
                                "instance, state, seller_id, marketplace,"
                                " order_id, desk, start_at, due_at, act_by_at, aim_at, "
                                "warn_at, stop, waits_for, closed_at,"
                                " breach, breach_cost, severity, rule_id, "
                                "policy_revision_id) FROM STDIN (FORMAT binary)";

static void copy_new_duty(struct pg_copy *copy, const struct work_case *c, int i) {
    const struct case_duty *d = &c->state.duties[i];
    const struct policy_duty *p = c->duties[i].fresh;
    pg_copy_row(copy, 23);
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
    pg_copy_instant(copy, p->aim_us);
    pg_copy_array(copy, PG_TIMESTAMPTZ, (size_t)p->n_warnings);
    for (int k = 0; k < p->n_warnings; k++)
        pg_copy_instant(copy, p->warn_us[k]);
    pg_copy_array_end(copy);
    pg_copy_array(copy, PG_TEXT, (size_t)d->n_stops);
    for (int k = 0; k < d->n_stops; k++)
        pg_copy_text(copy, d->stop[k]);
    pg_copy_array_end(copy);
    pg_copy_text(copy, span_of(p->waits_for));
    pg_copy_instant(copy, c->duties[i].closed_us);
    pg_copy_text(copy, span_of(p->breach));
    pg_copy_text(copy, span_of(p->breach_cost));
    pg_copy_i16(copy, (int16_t)p->severity);
    pg_copy_text(copy, d->rule_id);
    pg_copy_i64(copy, c->duties[i].revision);
}

static const struct pg_statement close_duties = {
    "casework_close", "UPDATE henpin.duty d SET state = t.state, closed_at = t.closed_at"
                      " FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS "
                      "t(duty_id, state, closed_at)"
                      " WHERE d.duty_id = t.duty_id"};

static void write_duties(struct casework *w, struct pg_script *s) {
    size_t n_fresh = 0, n_changed = 0;
    for (size_t i = 0; i < w->n; i++)
        for (int d = 0; d < w->cases[i]->state.n_duties; d++) {
            const struct work_duty *duty = &w->cases[i]->duties[d];
            n_fresh += duty->fresh != NULL;
            n_changed += !duty->fresh && duty->is_changed;
        }
    if (n_fresh > 0) {
        struct pg_copy *copy = pg_script_copy(s, copy_duty);
        for (size_t i = 0; i < w->n; i++)
            for (int d = 0; d < w->cases[i]->state.n_duties; d++)
                if (w->cases[i]->duties[d].fresh)
                    copy_new_duty(copy, w->cases[i], d);
    }
    if (n_changed == 0)
        return;
    struct pg_query *q = pg_script_query(s, &close_duties);
    struct pg_array *ids = pg_param_array(q, PG_UUID, n_changed);
    struct pg_array *states = pg_param_array(q, PG_TEXT, n_changed);
    struct pg_array *closed = pg_param_array(q, PG_TIMESTAMPTZ, n_changed);
    for (size_t i = 0; i < w->n; i++)
        for (int d = 0; d < w->cases[i]->state.n_duties; d++) {
            const struct work_duty *duty = &w->cases[i]->duties[d];
            if (duty->fresh || !duty->is_changed)
                continue;
            pg_array_uuid(ids, w->cases[i]->state.duties[d].duty_id);
            pg_array_text(states,
                          span_of(duty_state_names[w->cases[i]->state.duties[d].state]));
            pg_array_i64(closed, duty->closed_us);
        }
}

void casework_apply(struct casework *w, struct pg_script *s) {
    write_duties(w, s);
    outputs_apply(w->outputs);
}
