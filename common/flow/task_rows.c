/* task_rows.c: see task_rows.h. New tasks go by COPY, changed ones by an UPDATE a case. */
#include "common/flow/task_rows.h"

#include "common/event/event.h"
#include "common/flow/task_event.h"

struct task_rows {
    struct batch *batch;
    struct pg_query *asked;         /* not read yet */
    struct pg_copy *events, *added; /* made at their first row */
};

struct task_rows *task_rows_new(struct batch *b) {
    struct task_rows *r = arena_zalloc(b->attempt, sizeof *r);
    r->batch = b;
    return r;
}

/* ---- from the rows ---- */

static const struct pg_statement read_tasks = {
    "task_rows_read",
    "SELECT case_id, task_id, identity_at, line_id, quantity, product_class, playbook,"
    " rule_id, action, responsible, licence_required, evidence_required, step_no,"
    " after_task, state, turn, counts_from, due_at, look_at, ready_at, done_at, closed_at"
    " FROM henpin.disposal_task WHERE case_id = ANY($1) AND about = $2"
    " ORDER BY case_id, task_id FOR UPDATE"};

void task_rows_ask(struct task_rows *r, struct pg_script *s, struct span about,
                   const struct uuid *cases, size_t n) {
    if (n == 0)
        return;
    r->asked = pg_script_query(s, &read_tasks);
    struct pg_array *ids = pg_param_array(r->asked, PG_UUID, n);
    for (size_t i = 0; i < n; i++)
        pg_array_uuid(ids, cases[i]);
    pg_param_text(r->asked, about);
}

bool task_rows_are_asked(const struct task_rows *r) {
    return r->asked != NULL;
}

static enum task_state state_of(struct span word) {
    for (int i = 0; i < TASK_STATE_COUNT; i++)
        if (span_is(word, task_state_names[i]))
            return (enum task_state)i;
    BUG("a task in a state that the table does not take");
}

static struct task task_of(const struct pg_query *q, size_t row) {
    int64_t quantity = pg_i64(q, row, 4);
    struct task x = {
        .id = pg_uuid(q, row, 1),
        .line_id = pg_text(q, row, 3),
        .quantity = quantity == EVENT_ABSENT ? 0 : (int32_t)quantity,
        .product_class = pg_text(q, row, 5),
        .playbook = pg_text(q, row, 6),
        .rule_id = pg_text(q, row, 7),
        .action = pg_text(q, row, 8),
        .responsible = pg_text(q, row, 9),
        .licence = pg_text(q, row, 10),
        .evidence = pg_text(q, row, 11),
        .step_no = (int)pg_i64(q, row, 12),
        .state = state_of(pg_text(q, row, 14)),
        .turn = (int)pg_i64(q, row, 15),
        .counts_from_us = pg_instant(q, row, 16),
        .due_us = pg_instant(q, row, 17),
        .look_us = pg_instant(q, row, 18),
        .ready_us = pg_instant(q, row, 19),
        .done_us = pg_instant(q, row, 20),
        .closed_us = pg_instant(q, row, 21),
    };
    if (!pg_is_null(q, row, 13))
        x.after_task = pg_uuid(q, row, 13);
    return x;
}

/* The number of the step before is that of its task. */
static void find_steps_before(struct tasks *t) {
    const struct uuid none = {0};
    for (size_t i = 0; i < t->n; i++)
        for (size_t j = 0; j < t->n && !uuid_equal(t->items[i].after_task, none); j++)
            if (uuid_equal(t->items[i].after_task, t->items[j].id))
                t->items[i].after_step = t->items[j].step_no;
}

void task_rows_read(struct task_rows *r,
                    struct tasks *(*tasks_of)(void *context, struct uuid case_id),
                    void *context) {
    const struct pg_query *q = r->asked;
    struct tasks *t = NULL;
    for (size_t row = 0; row < pg_rows(q); row++) {
        struct uuid case_id = pg_uuid(q, row, 0);
        if (t && !uuid_equal(t->case_id, case_id))
            find_steps_before(t);
        t = tasks_of(context, case_id);
        t->identity_us = pg_instant(q, row, 2);
        t->items = arena_grow(t->a, t->items, t->n, &t->room, sizeof *t->items);
        t->items[t->n++] = task_of(q, row);
    }
    if (t)
        find_steps_before(t);
    r->asked = NULL;
}

/* ---- the trail ---- */

static struct task_event event_of(const struct tasks *t, const struct task *x,
                                  int64_t at_us, const struct message *m,
                                  const struct work_case *k, int64_t revision) {
    return (struct task_event){
        .identity_us = t->identity_us,
        .task_id = x->id,
        .turn = x->turn,
        .line_id = x->line_id,
        .step_no = x->step_no,
        .after_step = x->after_step,
        .action = x->action,
        .product_class = x->product_class,
        .responsible = x->responsible,
        .licence = x->licence,
        .evidence = x->evidence,
        .due_us = x->due_us,
        .playbook = x->playbook,
        .case_id = k->id,
        .seller_id = k->seller_id,
        .marketplace = k->marketplace,
        .order_id = k->order_id,
        .rule_id = x->rule_id,
        .revision = revision,
        .occurred_us = at_us,
        .source = m,
    };
}

/* In the order in which they come about. Its turn counts up when it is taken up again. */
static void copy_changes(struct pg_copy *copy, unsigned tells, struct task_event e) {
    static const struct {
        unsigned change;
        const char *word;
    } changes[] = {
        {TASK_TELLS_CREATED, "CREATED"},
        {TASK_TELLS_CANCELLED, "CANCELLED"},
        {TASK_TELLS_REOPENED, "REOPENED"},
        {TASK_TELLS_READY, "READY"},
    };
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        e.change = changes[i].word;
        if (tells & changes[i].change)
            task_event_copy(copy, &e);
    }
}

void task_rows_tell(struct task_rows *r, struct tasks *t, int64_t at_us,
                    const struct message *m, const struct work_case *k,
                    int64_t revision) {
    for (size_t i = 0; i < t->n; i++) {
        struct task *x = &t->items[i];
        if (!x->tells)
            continue;
        if (!r->events)
            r->events = pg_script_copy(r->batch->writes, task_event_copy_sql);
        copy_changes(r->events, x->tells, event_of(t, x, at_us, m, k, revision));
        x->tells = 0;
    }
}

/* ---- into the rows ---- */

static const char copy_new[] =
    "COPY henpin.disposal_task (task_id, identity_at, case_id, line_id, about,"
    " quantity, playbook, rule_id, step_no, action, lot, product_class, responsible, "
    "site, place,"
    " licence_required, evidence_required, unit, waste, keep_years, unlocks, overdue,"
    " after_task, state, turn, counts_from, due_at, look_at, ready_at, closed_at,"
    " seller_id, marketplace, order_id, policy_revision_id) FROM STDIN (FORMAT binary)";

static void copy_count(struct pg_copy *copy, int n) {
    if (n > 0)
        pg_copy_i32(copy, n);
    else
        pg_copy_null(copy);
}

static void copy_step(struct pg_copy *copy, const struct task *x) {
    const struct policy_step *s = x->step;
    pg_copy_text(copy, x->evidence);
    pg_copy_text(copy, span_of(s->unit));
    pg_copy_array(copy, PG_TEXT, (size_t)s->n_waste);
    for (int i = 0; i < s->n_waste; i++)
        pg_copy_text(copy, span_of(s->waste[i]));
    pg_copy_array_end(copy);
    if (s->keep_years > 0)
        pg_copy_i16(copy, (int16_t)s->keep_years);
    else
        pg_copy_null(copy);
    pg_copy_text(copy, span_of(s->unlocks));
    pg_copy_text(copy, span_of(s->overdue));
}

static void copy_state(struct pg_copy *copy, const struct task *x) {
    if (x->after_step > 0)
        pg_copy_uuid(copy, x->after_task);
    else
        pg_copy_null(copy);
    pg_copy_text(copy, span_of(task_state_names[x->state]));
    pg_copy_i16(copy, (int16_t)x->turn);
    pg_copy_instant(copy, x->counts_from_us);
    pg_copy_instant(copy, x->due_us);
    pg_copy_instant(copy, x->look_us);
    pg_copy_instant(copy, x->ready_us);
    pg_copy_instant(copy, x->closed_us);
}

static void copy_task(struct task_rows *r, const struct tasks *t, const struct task *x,
                      const struct work_case *k, int64_t revision) {
    if (!r->added)
        r->added = pg_script_copy(r->batch->writes, copy_new);
    struct pg_copy *copy = r->added;
    pg_copy_row(copy);
    pg_copy_uuid(copy, x->id);
    pg_copy_instant(copy, t->identity_us);
    pg_copy_uuid(copy, k->id);
    pg_copy_text(copy, x->line_id);
    pg_copy_text(copy, t->about.len > 0 ? t->about : TASKS_OF_GOODS);
    copy_count(copy, x->quantity);
    pg_copy_text(copy, x->playbook);
    pg_copy_text(copy, x->rule_id);
    pg_copy_i16(copy, (int16_t)x->step_no);
    pg_copy_text(copy, x->action);
    pg_copy_text(copy, span_of(x->step->lot));
    pg_copy_text(copy, x->product_class);
    pg_copy_text(copy, x->responsible);
    pg_copy_text(copy, x->site.ptr ? x->site : SPAN(""));
    pg_copy_text(copy, span_of(x->step->place));
    pg_copy_text(copy, x->licence);
    copy_step(copy, x);
    copy_state(copy, x);
    pg_copy_text(copy, k->seller_id);
    pg_copy_text(copy, k->marketplace);
    pg_copy_text(copy, k->order_id);
    pg_copy_i64(copy, revision);
}

/* Who was chosen for a task that is not ready any more is chosen again. It is late once a
 * turn, and in a new one not for what was told before. */
static const struct pg_statement update = {
    "task_rows_update",
    "UPDATE henpin.disposal_task d SET quantity = t.quantity, playbook = t.playbook,"
    " rule_id = t.rule_id, step_no = t.step_no, product_class = t.product_class,"
    " after_task = t.after_task, state = t.state, turn = t.turn,"
    " counts_from = t.counts_from, due_at = t.due_at, look_at = t.look_at,"
    " ready_at = t.ready_at, closed_at = t.closed_at, policy_revision_id = t.revision,"
    " blocked = CASE WHEN t.state = d.state THEN d.blocked END,"
    " partner = CASE WHEN t.state = 'CREATED' THEN NULL ELSE d.partner END,"
    " licence_from = CASE WHEN t.state = 'CREATED' THEN NULL ELSE d.licence_from END,"
    " licence_until = CASE WHEN t.state = 'CREATED' THEN NULL ELSE d.licence_until END,"
    " overdue_at = CASE WHEN t.turn = d.turn OR t.due_at <= d.overdue_at"
    "  THEN d.overdue_at END,"
    " updated_at = now()"
    " FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::smallint[],"
    "  $6::text[], $7::uuid[], $8::text[], $9::smallint[], $10::timestamptz[],"
    "  $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[],"
    "  $15::bigint[]) AS t(task_id, quantity, playbook, rule_id, step_no, product_class,"
    "  after_task, state, turn, counts_from, due_at, look_at, ready_at, closed_at,"
    "  revision) WHERE d.task_id = t.task_id"};

struct updates {
    struct pg_array *ids, *quantities, *playbooks, *rules, *steps, *classes, *after,
        *states, *turns, *instants[5], *revisions;
};

static struct updates open_updates(struct pg_script *s, size_t n) {
    struct pg_query *q = pg_script_query(s, &update);
    struct updates u;
    u.ids = pg_param_array(q, PG_UUID, n);
    u.quantities = pg_param_array(q, PG_INT4, n);
    u.playbooks = pg_param_array(q, PG_TEXT, n);
    u.rules = pg_param_array(q, PG_TEXT, n);
    u.steps = pg_param_array(q, PG_INT2, n);
    u.classes = pg_param_array(q, PG_TEXT, n);
    u.after = pg_param_array(q, PG_UUID, n);
    u.states = pg_param_array(q, PG_TEXT, n);
    u.turns = pg_param_array(q, PG_INT2, n);
    for (size_t i = 0; i < COUNT_OF(u.instants); i++)
        u.instants[i] = pg_param_array(q, PG_TIMESTAMPTZ, n);
    u.revisions = pg_param_array(q, PG_INT8, n);
    return u;
}

static void add_update(const struct updates *u, const struct task *x, int64_t revision) {
    const int64_t instants[COUNT_OF(u->instants)] = {
        x->counts_from_us, x->due_us, x->look_us, x->ready_us, x->closed_us};
    pg_array_uuid(u->ids, x->id);
    pg_array_i64(u->quantities, x->quantity > 0 ? x->quantity : EVENT_ABSENT);
    pg_array_text(u->playbooks, x->playbook);
    pg_array_text(u->rules, x->rule_id);
    pg_array_i64(u->steps, x->step_no);
    pg_array_text(u->classes, x->product_class);
    if (x->after_step > 0)
        pg_array_uuid(u->after, x->after_task);
    else
        pg_array_null(u->after);
    pg_array_text(u->states, span_of(task_state_names[x->state]));
    pg_array_i64(u->turns, x->turn);
    for (size_t i = 0; i < COUNT_OF(instants); i++)
        pg_array_i64(u->instants[i], instants[i]);
    pg_array_i64(u->revisions, revision);
}

void task_rows_write(struct task_rows *r, const struct tasks *t,
                     const struct work_case *k, int64_t revision) {
    size_t n_changed = 0;
    for (size_t i = 0; i < t->n; i++)
        n_changed += t->items[i].is_changed && !t->items[i].is_new;
    for (size_t i = 0; i < t->n; i++)
        if (t->items[i].is_new)
            copy_task(r, t, &t->items[i], k, revision);
    if (n_changed == 0)
        return;
    const struct updates u = open_updates(r->batch->writes, n_changed);
    for (size_t i = 0; i < t->n; i++)
        if (t->items[i].is_changed && !t->items[i].is_new)
            add_update(&u, &t->items[i], revision);
}
