/*
 * load.c: what a return's decision must know: its case, its order, and, where the event
 * leaves a product class to its order, the order's lines.
 */
#include "common/event/lines.h"
#include "services/returns/worker.h"

static void begin(struct work_case *work, const struct message *m) {
    struct returns_case *c = (struct returns_case *)work;
    c->return_id = returns_event_of(m)->return_id;
    c->latest_us = EVENT_ABSENT;
    c->tasks = (struct tasks){.case_id = work->id, .identity_us = EVENT_ABSENT};
    c->amount_minor = EVENT_ABSENT;
}

static const struct pg_statement read_cases = {
    "returns_cases",
    "SELECT case_id, is_parked, status, reason_code, wanted, amount_minor, currency,"
    " lines, disposition, tasks, remedy, destination_said, remedy_at, "
    "destination_at, " CASEWORK_COLUMNS
    " FROM henpin.return_case WHERE case_id = ANY($1) ORDER BY case_id FOR UPDATE"};

static void take_row(struct work_case *work, const struct pg_query *q, size_t row) {
    struct returns_case *c = (struct returns_case *)work;
    work->is_parked = pg_bool(q, row, 1);
    c->status = pg_text(q, row, 2);
    c->reason_code = pg_text(q, row, 3);
    c->wanted = pg_text(q, row, 4);
    c->amount_minor = pg_i64(q, row, 5);
    c->currency = pg_text(q, row, 6);
    c->lines = pg_text(q, row, 7);
    c->disposition = pg_text(q, row, 8);
    c->n_tasks = (int)pg_i64(q, row, 9);
    c->offer = (struct returns_offer){
        .remedy = {pg_text(q, row, 10), pg_instant(q, row, 12)},
        .destination = {pg_text(q, row, 11), pg_instant(q, row, 13)},
    };
    c->latest_us = casework_latest_us(work);
}

static const struct case_reader reader = {
    .kind = "return",
    .case_size = sizeof(struct returns_case),
    .begin = begin,
    .read = &read_cases,
    .take_row = take_row,
};

static const struct pg_statement read_siblings = {
    "returns_siblings",
    "SELECT case_id, order_key FROM henpin.return_case"
    " WHERE is_parked AND order_key = ANY($1) ORDER BY case_id FOR UPDATE"};

static const struct pg_statement free_cases = {
    "returns_free",
    "UPDATE henpin.return_case SET is_parked = false WHERE case_id = ANY($1)"};

static const struct case_waiter waiter = {&read_siblings, &free_cases};

/* ---- the order's lines ---- */

/* Most returns state their classes themselves. */
static bool lacks_class(const struct return_event *e) {
    for (size_t i = 0; i < e->n_lines; i++)
        if (!e->lines[i].product_class.ptr)
            return true;
    return false;
}

bool returns_is_arrival(const struct return_event *e) {
    return (e->kind == RETURN_RECEIVED || e->kind == RETURN_INSPECTED) && e->n_lines > 0;
}

static bool some_want_order_lines(const struct batch *b) {
    const struct message *m;
    for (size_t i = 0; (m = batch_next(b, &i));)
        if (lacks_class(returns_event_of(m)) || returns_is_arrival(returns_event_of(m)))
            return true;
    return false;
}

struct line_classes *returns_classes(struct batch *b, struct returns_case *c) {
    if (!c->classes)
        c->classes = lines_classes(b->attempt, c->work.order_lines);
    return c->classes;
}

static struct span_list join(struct arena *a, struct span_list stated,
                             struct span_list ordered) {
    struct span *items = arena_array(a, stated.count + ordered.count + 1, sizeof *items);
    for (size_t i = 0; i < stated.count; i++)
        items[i] = stated.items[i];
    for (size_t i = 0; i < ordered.count; i++)
        items[stated.count + i] = ordered.items[i];
    return (struct span_list){items, stated.count + ordered.count};
}

const struct return_event *returns_completed(struct batch *b, struct returns_case *c,
                                             const struct return_event *e) {
    if (!lacks_class(e))
        return e;
    (void)returns_classes(b, c);
    struct return_event *whole = arena_alloc(b->attempt, sizeof *whole);
    struct return_line *lines = arena_array(b->attempt, e->n_lines, sizeof *lines);
    *whole = *e;
    whole->lines = lines;
    for (size_t i = 0; i < e->n_lines; i++) {
        struct return_line *line = &lines[i];
        *line = e->lines[i];
        if (line->product_class.ptr)
            continue;
        line->product_class = lines_class_of(c->classes, line->line_id, line->sku);
        line->hazards = join(b->attempt, line->hazards,
                             lines_hazards_of(c->classes, line->line_id, line->sku));
    }
    return whole;
}

/* ---- the tasks ---- */

static struct tasks *tasks_of(void *context, struct uuid case_id) {
    struct returns_case *c = (struct returns_case *)casework_find(context, case_id);
    if (!c)
        BUG("tasks of a case that was not asked for");
    return &c->tasks;
}

/* When the cases are read: only those that have tasks cost anything. */
static void load_tasks(struct batch *b, struct pg_script *s) {
    struct returns_state *state = returns_state_of(b);
    if (task_rows_are_asked(state->tasks)) {
        task_rows_read(state->tasks, tasks_of, state->work);
        return;
    }
    if (state->are_tasks_loaded)
        return;
    state->are_tasks_loaded = true;
    size_t n = casework_count(state->work), n_with = 0;
    struct uuid *cases = arena_array(b->attempt, n + 1, sizeof *cases);
    for (size_t i = 0; i < n; i++) {
        struct returns_case *c = (struct returns_case *)casework_at(state->work, i);
        c->tasks.a = b->attempt;
        if (c->n_tasks > 0)
            cases[n_with++] = c->work.id;
    }
    task_rows_ask(state->tasks, s, TASKS_OF_GOODS, cases, n_with);
}

void returns_load(struct batch *b, struct pg_script *s) {
    struct returns_state *state = returns_state_of(b);
    if (b->round == 0) {
        state->wait = order_wait_begin(b, &waiter, s);
        state->work = casework_begin(b, &reader, s);
        state->tasks = task_rows_new(b);
        order_wait_ask(state->wait, state->work, some_want_order_lines(b), s);
        return;
    }
    order_wait_load(state->wait, s);
    casework_load(state->work, s);
    load_tasks(b, s);
}
