/* tasks.c: see tasks.h. */
#include "common/policy/tasks.h"

#include "common/base/absent.h"
#include "common/base/compiler.h"

const char *const task_state_names[TASK_STATE_COUNT] = {"CREATED", "READY", "DONE",
                                                        "CANCELLED"};

static struct span bytes_of(const struct uuid *id) {
    return (struct span){(const char *)id->bytes, sizeof id->bytes};
}

/* `later` tells it from the same step of other pieces of the line; empty: there are none.
 */
static struct uuid id_of(const struct tasks *t, struct span line_id,
                         const struct policy_step *s, struct span later) {
    struct span words[IDENTITY_MAX_STEP] = {
        span_of(s->action),   span_of(s->lot),   span_of(s->to),  span_of(s->licence),
        span_of(s->evidence), span_of(s->place), span_of(s->unit)};
    size_t n = 7;
    for (int i = 0; i < s->n_waste; i++)
        words[n++] = span_of(s->waste[i]);
    if (later.len > 0)
        words[n++] = later;
    if (t->about.len > 0)
        words[n++] = t->about;
    return identity_task(t->identity_us, t->case_id, line_id, words, n);
}
_Static_assert(7 + POLICY_MAX_WASTE + 2 <= IDENTITY_MAX_STEP, "a step has no more words");

/* Of the pieces that came when it was done with `n_done`. */
static struct uuid id_after(const struct tasks *t, struct span line_id,
                            const struct policy_step *s, int32_t n_done) {
    char text[30];
    struct builder later = builder_over(text, sizeof text);
    build_text(&later, "after ");
    build_i64(&later, n_done);
    return id_of(t, line_id, s, n_done > 0 ? builder_span(&later) : SPAN(""));
}

struct uuid tasks_late_id(int64_t identity_us, struct uuid case_id, struct span line_id,
                          struct uuid of, struct span action) {
    const struct span words[] = {SPAN("late"), bytes_of(&of), action};
    return identity_task(identity_us, case_id, line_id, words, COUNT_OF(words));
}

static struct task *find(const struct tasks *t, struct uuid id) {
    for (size_t i = 0; i < t->n; i++)
        if (uuid_equal(t->items[i].id, id))
            return &t->items[i];
    return NULL;
}

static bool is_open(const struct task *x) {
    return x->state == TASK_CREATED || x->state == TASK_READY;
}

/* What was handed over with a paper is watched until the paper is back: no later event
 * about the goods changes what has left. */
static bool has_left(const struct tasks *t, const struct task *x) {
    static const char *const papers[] = {"manifest_a", "jwnet", "ticket_copy",
                                         "scheme_receipt"};
    const struct task *before = x->after_step > 0 ? find(t, x->after_task) : NULL;
    for (size_t i = 0; before && i < COUNT_OF(papers); i++)
        if (before->state == TASK_DONE && span_is(before->evidence, papers[i]))
            return true;
    return false;
}

/* The steps that a line's plan has, in its order, and the tasks that do them. Pieces that
 * came when a step was done get one more of it; what is open takes them along. */
struct plan {
    const struct policy_disposition *d;
    struct uuid ids[POLICY_MAX_STEPS];
    int32_t quantities[POLICY_MAX_STEPS]; /* that this task is for; 0: not known */
};

static void find_task(const struct tasks *t, const struct task_goods *g, struct plan *p,
                      int i) {
    const struct policy_step *s = &p->d->steps[i];
    for (int32_t n_done = 0;;) {
        p->ids[i] = id_after(t, g->line_id, s, n_done);
        p->quantities[i] = g->quantity - n_done;
        const struct task *x = find(t, p->ids[i]);
        if (x && s->after >= 0 && has_left(t, x) &&
            !uuid_equal(x->after_task, p->ids[s->after])) {
            p->ids[i] = id_of(t, g->line_id, s, bytes_of(&p->ids[s->after]));
            p->quantities[i] = p->quantities[s->after];
            return;
        }
        if (!x || x->state != TASK_DONE || x->quantity == 0 ||
            p->quantities[i] <= x->quantity)
            return;
        n_done += x->quantity;
    }
}

static struct plan plan_of(const struct tasks *t, const struct task_goods *g,
                           const struct policy_disposition *d) {
    struct plan p = {.d = d};
    for (int i = 0; d->code && i < d->n_steps; i++)
        find_task(t, g, &p, i);
    return p;
}

static int n_of(const struct plan *p) {
    return p->d->code ? p->d->n_steps : 0;
}

/* With which pieces that came before went through step `i`. */
static bool did(const struct tasks *t, const struct plan *p, int i,
                const struct task *x) {
    const struct task *done = NULL;
    int32_t n_done = 0;
    do {
        n_done += done ? done->quantity : 0;
        done = find(t, id_after(t, x->line_id, &p->d->steps[i], n_done));
    } while (done && done != x && done->state == TASK_DONE && done->quantity > 0);
    return done == x;
}

static bool wants(const struct tasks *t, const struct plan *p, const struct task *x) {
    for (int i = 0; i < n_of(p); i++)
        if (uuid_equal(p->ids[i], x->id) || (x->state == TASK_DONE && did(t, p, i, x)))
            return true;
    return false;
}

/* The step that it is done for because that was late; NULL: it is a step itself. */
static const struct task *late_of(const struct tasks *t, const struct task *x) {
    for (size_t i = 0; i < t->n; i++) {
        const struct task *of = &t->items[i];
        if (of != x && span_equal(of->line_id, x->line_id) &&
            uuid_equal(x->id, tasks_late_id(t->identity_us, t->case_id, x->line_id,
                                            of->id, x->action)))
            return of;
    }
    return NULL;
}

/* ---- one task ---- */

/* When the clock must look at one that is not ready: at once, if what is before it is
 * done or nothing is. */
static int64_t look_at(const struct tasks *t, const struct task *x, int64_t now_us) {
    const struct task *before = x->after_step > 0 ? find(t, x->after_task) : NULL;
    return x->after_step == 0 || (before && before->state == TASK_DONE) ? now_us
                                                                        : EVENT_ABSENT;
}

/* Ready from the start: nothing is before it, and anybody may do it. */
static void begin(const struct tasks *t, struct task *x, const struct policy_step *s,
                  int64_t at_us) {
    bool is_ready = x->after_step == 0 && !s->licence;
    if (x->after_step > 0) {
        x->counts_from_us = x->due_us = EVENT_ABSENT;
    } else {
        x->counts_from_us = x->counts_from_us != EVENT_ABSENT && x->counts_from_us < at_us
                                ? x->counts_from_us
                                : at_us;
        x->due_us = policy_step_due(s, x->counts_from_us);
    }
    x->state = is_ready ? TASK_READY : TASK_CREATED;
    x->ready_us = is_ready ? x->counts_from_us : EVENT_ABSENT;
    x->look_us = is_ready ? x->due_us : look_at(t, x, at_us);
    x->tells |= is_ready ? TASK_TELLS_READY : 0;
}

/* What a row says of the plan that it belongs to. */
static void place(struct task *x, const struct plan *p, int i,
                  const struct task_goods *g) {
    static const struct uuid none;
    const struct policy_step *s = &p->d->steps[i];
    x->playbook = span_of(p->d->code);
    x->rule_id = span_of(p->d->rule_id);
    x->step_no = i + 1;
    x->after_step = s->after + 1;
    x->after_task = s->after < 0 ? none : p->ids[s->after];
    x->product_class = g->product_class;
    x->quantity = p->quantities[i];
}

static bool is_placed(const struct task *x, const struct plan *p, int i) {
    const struct policy_step *s = &p->d->steps[i];
    return span_is(x->playbook, p->d->code) && span_is(x->rule_id, p->d->rule_id) &&
           x->step_no == i + 1 && x->quantity == p->quantities[i] &&
           (x->after_step > 0) == (s->after >= 0) &&
           (s->after < 0 || uuid_equal(x->after_task, p->ids[s->after]));
}

static void add(struct tasks *t, const struct plan *p, int i,
                const struct task_goods *g) {
    const struct policy_step *s = &p->d->steps[i];
    struct policy_step *kept = arena_alloc(t->a, sizeof *kept);
    *kept = *s;
    t->items = arena_grow(t->a, t->items, t->n, &t->room, sizeof *t->items);
    struct task *x = &t->items[t->n++];
    *x = (struct task){
        .id = p->ids[i],
        .line_id = g->line_id,
        .site = g->site,
        .action = span_of(s->action),
        .responsible = span_of(s->to),
        .licence = span_of(s->licence),
        .evidence = span_of(s->evidence),
        .turn = 1,
        .counts_from_us = EVENT_ABSENT,
        .done_us = EVENT_ABSENT,
        .closed_us = EVENT_ABSENT,
        .step = kept,
        .is_new = true,
        .is_changed = true,
        .tells = TASK_TELLS_CREATED,
    };
    place(x, p, i, g);
    begin(t, x, s, g->at_us);
}

/* What it was told of before is told of it anew: who does it, and whether it is late. */
static void begin_anew(const struct tasks *t, struct task *x, const struct policy_step *s,
                       int64_t at_us) {
    x->turn++;
    x->closed_us = EVENT_ABSENT;
    x->tells |= TASK_TELLS_REOPENED;
    begin(t, x, s, at_us);
}

static void take_up(struct tasks *t, struct task *x, const struct plan *p, int i,
                    const struct task_goods *g) {
    x->is_changed = true;
    place(x, p, i, g);
    begin_anew(t, x, &p->d->steps[i], g->at_us);
}

/* Under another plan it may wait for another step, or for none. One that is ready goes on
 * where it waits for none; where it has to wait, it is to be made ready again, which
 * happens once a turn. */
static void keep(struct tasks *t, struct task *x, const struct plan *p, int i,
                 const struct task_goods *g) {
    const struct policy_step *s = &p->d->steps[i];
    struct uuid before = x->after_task;
    bool had_to_wait = x->after_step > 0;
    if (is_placed(x, p, i))
        return;
    place(x, p, i, g);
    x->is_changed = true;
    if (had_to_wait == (s->after >= 0) && uuid_equal(before, x->after_task))
        return;
    if (x->state == TASK_READY && s->after < 0)
        return;
    if (x->state == TASK_READY)
        begin_anew(t, x, s, g->at_us);
    else
        begin(t, x, s, g->at_us);
}

static void cancel(struct task *x, int64_t at_us) {
    x->state = TASK_CANCELLED;
    x->closed_us = at_us;
    x->look_us = EVENT_ABSENT;
    x->is_changed = true;
    x->tells |= TASK_TELLS_CANCELLED;
}

/* ---- plans ---- */

bool tasks_have(const struct tasks *t, struct span line_id) {
    for (size_t i = 0; i < t->n; i++)
        if (span_equal(t->items[i].line_id, line_id))
            return true;
    return false;
}

static void drop(struct tasks *t, const struct plan *p, const struct task_goods *g,
                 struct task_plan *met) {
    for (size_t i = 0; i < t->n; i++) {
        struct task *x = &t->items[i];
        if (!span_equal(x->line_id, g->line_id) || x->state == TASK_CANCELLED ||
            wants(t, p, x) || has_left(t, x) || late_of(t, x))
            continue;
        if (is_open(x))
            cancel(x, g->at_us);
        met->is_other = met->is_other || x->state == TASK_DONE;
    }
    for (size_t i = 0; i < t->n; i++) {
        struct task *x = &t->items[i];
        const struct task *of =
            is_open(x) && span_equal(x->line_id, g->line_id) ? late_of(t, x) : NULL;
        if (of && of->state == TASK_CANCELLED)
            cancel(x, g->at_us);
    }
}

static void date(struct task *x, const struct policy_step *s, int64_t at_us) {
    x->counts_from_us = at_us;
    x->due_us = policy_step_due(s, at_us);
    if (x->state == TASK_READY) {
        x->ready_us = at_us;
        x->look_us = x->due_us;
    }
    x->is_changed = true;
}

/* From the earliest event whose plan had it. */
static void count_from(struct task *x, const struct policy_step *s, int64_t at_us) {
    if (is_open(x) && x->after_step == 0 && x->counts_from_us > at_us)
        date(x, s, at_us);
}

struct task_plan tasks_plan(struct tasks *t, const struct task_goods *g,
                            const struct policy_disposition *d, int64_t identity_us) {
    struct task_plan met = {0};
    if (t->identity_us == EVENT_ABSENT)
        t->identity_us = identity_us;
    const struct plan p = plan_of(t, g, d);
    drop(t, &p, g, &met);
    for (int i = 0; i < n_of(&p); i++) {
        struct task *x = find(t, p.ids[i]);
        if (!x && t->n >= TASKS_MAX) {
            met.is_too_many = true;
        } else if (!x) {
            add(t, &p, i, g);
        } else if (x->state == TASK_CANCELLED) {
            take_up(t, x, &p, i, g);
        } else if (is_open(x)) {
            keep(t, x, &p, i, g);
            count_from(x, &d->steps[i], g->at_us);
        }
    }
    return met;
}

void tasks_counted_from(struct tasks *t, const struct task_goods *g,
                        const struct policy_disposition *d) {
    if (t->identity_us == EVENT_ABSENT)
        return;
    const struct plan p = plan_of(t, g, d);
    for (int i = 0; i < n_of(&p); i++) {
        struct task *x = find(t, p.ids[i]);
        if (x && d->steps[i].after < 0)
            count_from(x, &d->steps[i], g->at_us);
    }
}

void tasks_due_first(struct tasks *t, const struct task_goods *g,
                     const struct policy_disposition *d) {
    const struct plan p = plan_of(t, g, d);
    for (int i = 0; i < n_of(&p); i++) {
        struct task *x = find(t, p.ids[i]);
        int64_t due_us = policy_step_due(&d->steps[i], g->at_us);
        if (x && is_open(x) && x->after_step == 0 && due_us != POLICY_NO_INSTANT &&
            (x->due_us == EVENT_ABSENT || due_us < x->due_us))
            date(x, &d->steps[i], g->at_us);
    }
}
