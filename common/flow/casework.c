#include "common/flow/casework.h"

#include "common/base/fault.h"
#include "common/event/event.h"
#include "common/flow/duty_rows.h"
#include "common/flow/outputs.h"
#include "common/flow/sellers.h"
#include "common/flow/work_duties.h"

#include <stdlib.h>

enum { COMMON_COLUMNS = 6 }; /* CASEWORK_COLUMNS */

struct casework {
    struct batch *batch;
    const struct case_reader *reader;
    struct arena *arena; /* the attempt's */
    struct work_case **cases;
    size_t n, max;
    uint32_t *slots; /* open addressing: index + 1 into cases, 0 free */
    size_t n_slots;  /* a power of two, at least twice max */
    struct outputs *outputs;
    const struct policy *policy; /* of casework_state_seller */

    struct pg_query *rows, *duties; /* asked for, not read yet */
    struct sellers_load *sellers;
    bool are_sellers_read;
};

/* ---- the cases ---- */

static size_t slot_of(const struct casework *w, struct uuid id) {
    size_t i = uuid_hash(id) & (w->n_slots - 1);
    while (w->slots[i] && !uuid_equal(w->cases[w->slots[i] - 1]->id, id))
        i = (i + 1) & (w->n_slots - 1);
    return i;
}

struct work_case *casework_find(const struct casework *w, struct uuid id) {
    size_t slot = slot_of(w, id);
    return w->slots[slot] ? w->cases[w->slots[slot] - 1] : NULL;
}

struct work_case *casework_of(const struct casework *w, const struct message *m) {
    struct work_case *c = casework_find(w, m->subject.case_id);
    if (!c)
        BUG("a message of a case that was not loaded");
    return c;
}

size_t casework_count(const struct casework *w) {
    return w->n;
}

struct work_case *casework_at(const struct casework *w, size_t i) {
    return w->cases[i];
}

int64_t casework_latest_us(const struct work_case *c) {
    const struct case_history *h = &c->state.history;
    int64_t latest = EVENT_ABSENT;
    for (size_t i = 0; i < h->n; i++)
        if (h->at_us[i] > latest)
            latest = h->at_us[i];
    return latest;
}

/* The case of this message, made at its first mention. */
static void mention(struct casework *w, const struct message *m) {
    size_t slot = slot_of(w, m->subject.case_id);
    if (w->slots[slot])
        return;
    if (w->n == w->max)
        BUG("more cases than messages");
    struct work_case *c = arena_alloc(w->arena, w->reader->case_size);
    memset(c, 0, w->reader->case_size);
    c->kind = w->reader->kind;
    c->id = c->state.case_id = m->subject.case_id;
    c->order_key = m->subject.order_key;
    c->marketplace = m->subject.code;
    c->seller_id = m->subject.seller_id;
    c->order_id = m->subject.order_id;
    c->order.purchased_us = EVENT_ABSENT;
    c->state.opened_us = EVENT_ABSENT;
    w->reader->begin(c, m);
    w->cases[w->n++] = c;
    w->slots[slot] = (uint32_t)w->n;
}

static struct casework *casework_new(struct batch *b, const struct case_reader *reader) {
    struct arena *a = b->attempt;
    struct casework *w = arena_zalloc(a, sizeof *w);
    w->batch = b;
    w->arena = a;
    w->reader = reader;
    w->max = b->n_messages;
    w->cases = arena_array(a, w->max + 1, sizeof *w->cases);
    w->n_slots = 16;
    while (w->n_slots < 2 * w->max)
        w->n_slots *= 2;
    w->slots = arena_zalloc(a, w->n_slots * sizeof *w->slots);
    w->outputs = outputs_new(b);
    w->sellers = sellers_begin(b->sellers, a, w->max);
    return w;
}

/* ---- load ---- */

struct casework *casework_begin(struct batch *b, const struct case_reader *reader,
                                struct pg_script *s) {
    struct casework *w = casework_new(b, reader);
    const struct message *m;
    for (size_t i = 0; (m = batch_next(b, &i));) {
        mention(w, m);
        sellers_want(w->sellers, m->subject.seller_id);
    }
    if (w->n == 0)
        return w;
    w->rows = pg_script_query(s, reader->read);
    struct pg_array *ids = pg_param_array(w->rows, PG_UUID, w->n);
    for (size_t i = 0; i < w->n; i++)
        pg_array_uuid(ids, w->cases[i]->id);
    sellers_query(w->sellers, s);
    return w;
}

static size_t at_most(size_t n, size_t max) {
    return n < max ? n : max;
}

static void take_common(struct casework *w, struct work_case *c, const struct pg_query *q,
                        size_t row, int column) {
    struct case_state *s = &c->state;
    struct span *events, *duties, *triaged;
    int64_t *at, *ids;
    c->is_loaded = true;
    s->opened_us = pg_instant(q, row, column);
    size_t n = pg_array_items(q, row, column + 1, w->arena, &events);
    n = at_most(n, pg_array_instants(q, row, column + 2, w->arena, &at));
    n = at_most(n, pg_array_i64s(q, row, column + 3, w->arena, &ids));
    s->history = (struct case_history){events, at, ids, n};
    n = pg_array_items(q, row, column + 4, w->arena, &duties);
    work_duties_named(w->arena, c, duties, n);
    n = pg_array_items(q, row, column + 5, w->arena, &triaged);
    s->n_triaged = (int)at_most(n, CASE_MAX_TRIAGED);
    s->triaged = triaged;
}

static void take_rows(struct casework *w) {
    const struct pg_query *q = w->rows;
    for (size_t row = 0; row < pg_rows(q); row++) {
        struct work_case *c = casework_find(w, pg_uuid(q, row, 0));
        take_common(w, c, q, row, pg_columns(q) - COMMON_COLUMNS);
        w->reader->take_row(c, q, row);
    }
    w->rows = NULL;
}

void casework_load(struct casework *w, struct pg_script *s) {
    if (w->n == 0)
        return;
    if (w->rows) {
        take_rows(w);
        w->duties = work_duties_query(w, s);
    } else if (w->duties) {
        work_duties_read(w, w->arena, w->duties);
        w->duties = NULL;
    }
    if (w->are_sellers_read)
        return;
    w->are_sellers_read = sellers_read(w->sellers);
    if (!w->are_sellers_read)
        sellers_query(w->sellers, s);
}

/* ---- decide ---- */

void casework_state_seller(struct casework *w, const struct message *m,
                           const struct policy *p, struct policy_facts *facts) {
    w->policy = p;
    sellers_state(w->batch->sellers, p, facts, m->subject.seller_id, m->occurred_us);
}

const struct policy *casework_policy(const struct casework *w) {
    return w->policy;
}

bool casework_admits(struct casework *w, const struct work_case *c, struct message *m,
                     const struct case_decision *d) {
    if (d->is_duplicate) {
        m->fate = FATE_DUPLICATE;
        return false;
    }
    if (c->state.history.n < CASE_MAX_HISTORY)
        return true;
    struct error err = {0};
    (void)error_set(&err, E_EVENT_SIZE, "its case holds %d events already",
                    (int)CASE_MAX_HISTORY);
    batch_reject(w->batch, m, &err);
    return false;
}

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
    const char *noted = e->noted ? e->noted : e->word;
    ((struct span *)h->events)[h->n] = span_of(noted ? noted : "unknown");
    ((int64_t *)h->at_us)[h->n] = e->occurred_us;
    ((int64_t *)h->ids)[h->n] =
        MECHANISM("event-identity") ? identity_hash64(e->event_id) : 0;
    h->n++;
}

static void tell(struct casework *w, struct case_state *s, const char *cause) {
    struct span *told = arena_array(w->arena, (size_t)s->n_triaged + 1, sizeof *told);
    for (int i = 0; i < s->n_triaged; i++)
        told[i] = s->triaged[i];
    told[s->n_triaged++] = span_of(cause);
    s->triaged = told;
}

static void take_duties(struct casework *w, struct work_case *c,
                        const struct output_context *context) {
    const struct case_decision *d = context->step->decision;
    for (int i = 0; i < d->n_changes; i++) {
        const struct duty_change *change = &d->changes[i];
        bool was_breached =
            c->state.duties[change->index].state == DUTY_BREACHED; /* and told */
        const struct case_duty *duty = work_duties_change(w->arena, c, change);
        if (change->is_revived)
            outputs_duty_revived(w->outputs, context->message, duty);
        if (duty->state == DUTY_BREACHED && !was_breached)
            outputs_breach(w->outputs, context->message, duty);
    }
    for (int i = 0; i < d->n_starts; i++) {
        const struct case_duty *duty =
            work_duties_start(w->arena, c, &d->starts[i], context->step->revision);
        if (duty->state != DUTY_CANCELLED)
            outputs_duty_started(w->outputs, context, &d->starts[i]);
        if (duty->state == DUTY_BREACHED)
            outputs_breach(w->outputs, context->message, duty);
    }
}

void casework_take(struct casework *w, struct work_case *c, struct message *m,
                   const struct case_step *step) {
    const struct case_decision *d = step->decision;
    const struct case_event event = {.word = step->word,
                                     .event_id = m->subject.event_id,
                                     .occurred_us = m->occurred_us,
                                     .noted = step->noted};
    const struct output_context context = {m, c, &event, step};
    m->fate = FATE_APPLIED;
    c->is_changed = true;
    /* Without a history it is that of a parked one, which may be rejected since. */
    if (c->state.history.n == 0 || event.occurred_us < c->state.opened_us)
        c->state.opened_us = event.occurred_us;
    outputs_decision(w->outputs, &context);
    take_duties(w, c, &context);
    for (int i = 0; i < d->policy.n_blockers; i++)
        outputs_blocker(w->outputs, &context, &d->policy.blockers[i], w->batch->sellers);
    for (int i = 0; i < d->n_triages && MECHANISM("triage"); i++) {
        outputs_triage(w->outputs, &context, d->triages[i]);
        tell(w, &c->state, d->triages[i]);
    }
    remember_event(w, c, &event);
}

/* ---- apply ---- */

static void copy_common(struct pg_copy *copy, const struct work_case *c) {
    const struct case_state *s = &c->state;
    pg_copy_instant(copy, s->opened_us);
    pg_copy_texts(copy, s->history.events, s->history.n);
    pg_copy_instants(copy, s->history.at_us, s->history.n);
    pg_copy_array(copy, PG_INT8, s->history.n);
    for (size_t i = 0; i < s->history.n; i++)
        pg_copy_i64(copy, s->history.ids[i]);
    pg_copy_array_end(copy);
    pg_copy_array(copy, PG_UUID, (size_t)s->n_duties);
    for (int i = 0; i < s->n_duties; i++)
        pg_copy_uuid(copy, s->duties[i].duty_id);
    pg_copy_array_end(copy);
    pg_copy_texts(copy, s->triaged, (size_t)s->n_triaged);
}

static int by_id(const void *a, const void *b) {
    const struct work_case *const *left = a, *const *right = b;
    return memcmp((*left)->id.bytes, (*right)->id.bytes, sizeof(*left)->id.bytes);
}

/* `list` has room for all cases. */
static void write_rows(struct casework *w, const struct case_writer *writer,
                       bool are_loaded, const struct work_case **list) {
    struct pg_script *s = w->batch->writes;
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->cases[i]->is_changed && w->cases[i]->is_loaded == are_loaded)
            list[n++] = w->cases[i];
    if (n == 0)
        return;
    qsort(list, n, sizeof *list, by_id);
    struct pg_copy *copy =
        pg_script_copy(s, are_loaded ? writer->copy_changed : writer->copy_new);
    for (size_t i = 0; i < n; i++) {
        pg_copy_row(copy);
        writer->copy_row(copy, list[i]);
        copy_common(copy, list[i]);
    }
    if (are_loaded)
        (void)pg_script_query(s, writer->update);
}

void casework_apply(struct casework *w, const struct case_writer *writer) {
    const struct work_case **list = arena_array(w->arena, w->n + 1, sizeof *list);
    write_rows(w, writer, false, list);
    write_rows(w, writer, true, list);
    duty_rows_write(w, w->arena, w->batch->writes);
    outputs_apply(w->outputs);
}
