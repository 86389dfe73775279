#include "common/policy/case_fold.h"

#include "common/event/event.h"

/* A duty as a row to be. `words` must live as long as it does. */
static struct case_duty as_row(const struct policy_duty *d,
                               struct span words[POLICY_MAX_STOPS]) {
    for (int i = 0; i < d->n_stops; i++)
        words[i] = span_of(d->stop[i]);
    return (struct case_duty){
        .name = span_of(d->name),
        .called_us = EVENT_ABSENT,
        .start_us = d->start_us,
        .due_us = d->due_us,
        .act_by_us = d->owner.act_by_us,
        .desk = span_of(d->owner.desk),
        .rule_id = span_of(d->rule_id),
        .has_breach = d->breach != NULL,
        .stop = words,
        .n_stops = d->n_stops,
        .pause = d->pause,
        .n_pauses = d->n_pauses,
        .waits_for = span_of(d->waits_for),
        .reopen = d->reopen,
    };
}

/* ---- calls ---- */

struct call {
    int64_t at_us;
    int index; /* of its row in the case; -1: it has none */
};

/* Of one duty name, the oldest first; one of each instant. */
struct calls {
    struct call items[CASE_MAX_DUTIES + CASE_MAX_HISTORY + 2];
    int n;
};

static void add_call(struct calls *all, int64_t at_us, int index) {
    int i = all->n;
    while (i > 0 && all->items[i - 1].at_us > at_us)
        i--;
    if (i > 0 && all->items[i - 1].at_us == at_us)
        return; /* rows come first */
    if (all->n == (int)COUNT_OF(all->items))
        BUG("a case of more calls than it can hold");
    memmove(&all->items[i + 1], &all->items[i],
            (size_t)(all->n - i) * sizeof all->items[0]);
    all->items[i] = (struct call){at_us, index};
    all->n++;
}

static void add_rows(struct calls *all, const struct case_state *c, struct span name) {
    for (int i = 0; i < c->n_duties; i++)
        if (span_equal(c->duties[i].name, name))
            add_call(all, case_clock_called(&c->duties[i]), i);
}

static void add_messages(struct calls *all, const struct case_view *v) {
    for (size_t i = 0; i < case_view_count(v); i++)
        if (span_is(case_view_word(v, i), CASE_MESSAGE))
            add_call(all, case_view_at(v, i), -1);
}

/* ---- one name ---- */

struct fold {
    const struct case_view *v;
    const struct policy *p;
    const struct case_messages *messages;
    struct case_decision *out;
    /* Of the name that is folded: */
    const struct policy_duty *fresh; /* what the event, or any message, calls for */
    int64_t fresh_us;                /* the event's call; EVENT_ABSENT: messages call */
    bool is_full;                    /* no further duty is begun */
    int n_clocks;
};

/* The clock that was begun last. */
struct standing {
    bool is_begun, is_for_good;
    int64_t ended_us; /* EVENT_ABSENT: it stands */
};

static bool takes(const struct standing *s, int64_t call_us) {
    return s->is_begun &&
           (s->is_for_good || s->ended_us == EVENT_ABSENT || call_us <= s->ended_us);
}

static void change(struct fold *f, int index, struct duty_reading now) {
    const struct case_duty *d = &f->v->c->duties[index];
    bool is_told = d->state == DUTY_BREACHED && now.state == DUTY_OPEN;
    bool is_moved = now.is_dated &&
                    (now.dates.start_us != d->start_us || now.dates.due_us != d->due_us ||
                     now.dates.owner.act_by_us != d->act_by_us ||
                     (now.closed_us == EVENT_ABSENT && now.course.n_held));
    if (is_told && (!now.is_dated || now.dates.due_us == d->due_us))
        now.state = DUTY_BREACHED; /* the clock has told so */
    if (now.state == d->state && now.closed_us == d->closed_us &&
        now.instance == d->instance && !is_moved)
        return;
    f->out->changes[f->out->n_changes++] = (struct duty_change){
        .index = index,
        .is_revived = d->state == DUTY_CANCELLED && now.state != DUTY_CANCELLED,
        .now = now,
    };
}

static void begin(struct fold *f, const struct policy_duty *d, int64_t call_us,
                  struct duty_reading now) {
    struct case_decision *out = f->out;
    bool has_no_room = f->v->c->n_duties + out->n_starts >= CASE_MAX_DUTIES;
    if (has_no_room || out->n_starts == POLICY_MAX_DUTIES) {
        case_tell(f->v->c,
                  has_no_room ? "the case holds as many duties as one case can"
                              : "the event begins more duties than one event can",
                  out);
        f->is_full = true;
        return;
    }
    struct duty_start *s = &out->starts[out->n_starts++];
    s->duty_id = identity_duty(call_us, f->v->c->case_id, span_of(d->name));
    s->called_us = d->waits_for ? call_us : EVENT_ABSENT;
    s->now = now;
    s->policy = *d;
    if (now.is_dated)
        redate_take(&s->policy, &now.dates);
}

static struct standing standing_of(const struct case_duty *d, int64_t ended_us) {
    return (struct standing){true, d->reopen != REOPEN_RESTARTS, ended_us};
}

/* A call without a row begins a clock. */
static struct standing begin_fresh(struct fold *f, const struct policy_duty *d,
                                   int64_t call_us) {
    struct span words[POLICY_MAX_STOPS];
    struct case_duty row = as_row(d, words);
    if (row.waits_for.ptr)
        row.called_us = call_us;
    const struct policy_turns plan = redate_plan(d);
    row.turns = &plan;
    struct duty_reading now = case_clock_read(f->v, &row, f->p);
    now.instance = ++f->n_clocks;
    begin(f, d, call_us, now);
    return standing_of(&row, now.closed_us);
}

/* A message does; what for, the rules say. Where they say nothing there is a wait all the
 * same, but no duty. */
static struct standing begin_message(struct fold *f, int64_t call_us, bool is_past) {
    struct span words[POLICY_MAX_STOPS];
    struct case_duty row = as_row(f->fresh, words);
    struct policy_decision asked;
    asked.n_duties = 0;
    row.start_us = call_us;
    if (!f->is_full && !is_past)
        f->messages->ask(f->messages->context, call_us, &asked);
    for (int i = 0; i < asked.n_duties; i++)
        if (!asked.duties[i].is_shadow && asked.duties[i].follows_messages &&
            span_is(row.name, asked.duties[i].name))
            return begin_fresh(f, &asked.duties[i], call_us);
    return standing_of(&row, case_clock_answered(f->v, &row));
}

static struct standing begin_row(struct fold *f, int index) {
    const struct case_duty *d = &f->v->c->duties[index];
    struct duty_reading now = case_clock_read(f->v, d, f->p);
    now.instance = ++f->n_clocks;
    if (now.state == DUTY_WAITING && !now.is_dated)
        case_tell(f->v->c,
                  "a duty waits for dates from a rule that the policy no longer has",
                  f->out);
    change(f, index, now);
    return standing_of(d, now.closed_us);
}

/* Half of a case's room is for duties that stand, whatever calls for them again. */
static bool has_room_for_calls(const struct fold *f) {
    return f->v->c->n_duties + f->out->n_starts < CASE_MAX_DUTIES / 2;
}

/* A call that is answered with an older one. */
static void cancel(struct fold *f, const struct standing *by, const struct call *call) {
    struct duty_reading now = {.state = DUTY_CANCELLED, .closed_us = EVENT_ABSENT};
    if (call->index >= 0) {
        const struct case_duty *d = &f->v->c->duties[call->index];
        now.closed_us = d->closed_us;
        now.instance = d->instance;
        change(f, call->index, now);
    } else if (f->fresh_us != EVENT_ABSENT && !by->is_for_good && has_room_for_calls(f)) {
        now.instance = f->n_clocks;
        begin(f, f->fresh, call->at_us, now);
    }
}

static bool has_message_at(const struct case_view *v, int64_t at_us) {
    for (size_t i = 0; i < case_view_count(v); i++)
        if (case_view_at(v, i) == at_us && span_is(case_view_word(v, i), CASE_MESSAGE))
            return true;
    return false;
}

/* Takes a call as it stood before the event. True: it is a message that began a clock
 * then already, and was answered. That it has no row says that no rule asked for a duty;
 * one that came since is not for it. */
static bool is_past(const struct fold *f, struct standing *before,
                    const struct call *call) {
    const struct case_view v = {f->v->c, NULL};
    if (takes(before, call->at_us))
        return false;
    if (call->index >= 0) {
        const struct case_duty *d = &v.c->duties[call->index];
        *before = standing_of(d, case_clock_read(&v, d, f->p).closed_us);
        return false;
    }
    if (!has_message_at(&v, call->at_us))
        return false;
    struct span words[POLICY_MAX_STOPS];
    struct case_duty row = as_row(f->fresh, words);
    row.start_us = call->at_us;
    *before = standing_of(&row, case_clock_answered(&v, &row));
    return before->ended_us != EVENT_ABSENT && !f->v->e->is_reread;
}

static void fold_calls(struct fold *f, const struct calls *all) {
    struct standing s = {false, false, EVENT_ABSENT}, before = s;
    bool is_of_messages = f->fresh && f->fresh_us == EVENT_ABSENT;
    f->is_full = false;
    f->n_clocks = 0;
    for (int i = 0; i < all->n; i++) {
        const struct call *call = &all->items[i];
        bool past = is_of_messages && is_past(f, &before, call);
        if (takes(&s, call->at_us))
            cancel(f, &s, call);
        else if (call->index >= 0)
            s = begin_row(f, call->index);
        else if (f->fresh_us != EVENT_ABSENT)
            s = begin_fresh(f, f->fresh, call->at_us);
        else
            s = begin_message(f, call->at_us, past);
    }
}

/* ---- all names ---- */

/* What the event itself calls for. */
static void fold_started(struct fold *f, const struct policy_duty *d) {
    struct calls all;
    all.n = 0; /* the rest is large, and rarely looked at */
    f->fresh = d;
    f->fresh_us = d->start_us != EVENT_ABSENT ? d->start_us : f->v->e->occurred_us;
    add_rows(&all, f->v->c, span_of(d->name));
    add_call(&all, f->fresh_us, -1);
    fold_calls(f, &all);
}

static void fold_messages(struct fold *f, const struct policy_duty *d) {
    struct calls all;
    all.n = 0;
    f->fresh = d;
    f->fresh_us = EVENT_ABSENT;
    add_rows(&all, f->v->c, span_of(d->name));
    add_messages(&all, f->v);
    fold_calls(f, &all);
}

static void fold_rows(struct fold *f, struct span name) {
    struct calls all;
    all.n = 0;
    f->fresh = NULL;
    f->fresh_us = EVENT_ABSENT;
    add_rows(&all, f->v->c, name);
    fold_calls(f, &all);
}

/* What messages call for is theirs, whatever the event itself says of it. */
static bool is_of_messages(const struct fold *f, struct span name) {
    const struct policy_decision *d = f->messages ? f->messages->rules : NULL;
    for (int i = 0; d && i < d->n_duties; i++)
        if (!d->duties[i].is_shadow && d->duties[i].follows_messages &&
            span_is(name, d->duties[i].name))
            return true;
    return false;
}

static bool is_started(const struct fold *f, struct span name) {
    const struct policy_decision *d = &f->out->policy;
    for (int i = 0; i < d->n_duties; i++)
        if (!d->duties[i].is_shadow && span_is(name, d->duties[i].name))
            return true;
    return is_of_messages(f, name);
}

static bool is_first_of_name(const struct case_state *c, int i) {
    for (int k = 0; k < i; k++)
        if (span_equal(c->duties[k].name, c->duties[i].name))
            return false;
    return true;
}

static bool hears(const struct case_state *c, int first, struct span word) {
    for (int i = first; i < c->n_duties; i++)
        if (span_equal(c->duties[i].name, c->duties[first].name) &&
            case_clock_hears(&c->duties[i], word))
            return true;
    return false;
}

void case_fold(const struct case_view *v, const struct policy *p,
               const struct case_messages *messages, struct case_decision *out) {
    struct fold f = {.v = v, .p = p, .messages = messages, .out = out};
    const struct case_state *c = v->c;
    struct span word = case_view_word(v, c->history.n);
    /* What a conversation's event says of its language may change what all others mean. */
    for (int i = 0; i < c->n_duties; i++)
        if (is_first_of_name(c, i) && (messages || hears(c, i, word)) &&
            !is_started(&f, c->duties[i].name))
            fold_rows(&f, c->duties[i].name);
    for (int i = 0; i < out->policy.n_duties; i++)
        if (!out->policy.duties[i].is_shadow &&
            !is_of_messages(&f, span_of(out->policy.duties[i].name)))
            fold_started(&f, &out->policy.duties[i]);
    const struct policy_decision *of_messages = messages ? messages->rules : NULL;
    for (int i = 0; of_messages && i < of_messages->n_duties; i++)
        if (!of_messages->duties[i].is_shadow && of_messages->duties[i].follows_messages)
            fold_messages(&f, &of_messages->duties[i]);
}

int64_t case_fold_waiting_since(const struct case_view *v, const struct policy_duty *d) {
    struct span words[POLICY_MAX_STOPS];
    struct case_duty row = as_row(d, words);
    struct calls all;
    all.n = 0;
    struct standing s = {false, false, EVENT_ABSENT};
    add_messages(&all, v);
    for (int i = 0; i < all.n; i++) {
        if (takes(&s, all.items[i].at_us))
            continue;
        row.start_us = all.items[i].at_us;
        s = standing_of(&row, case_clock_answered(v, &row));
    }
    return s.is_begun && s.ended_us == EVENT_ABSENT ? row.start_us : EVENT_ABSENT;
}
