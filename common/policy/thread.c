#include "common/policy/thread.h"

#include "common/event/event.h"

#define MESSAGE "message_received"

/* The history with the event that is just read; `e` may be NULL. */
struct view {
    const struct case_state *c;
    const struct case_event *e;
};

static size_t count(const struct view *v) {
    return v->c->history.n + (v->e ? 1 : 0);
}

static struct span word_at(const struct view *v, size_t i) {
    if (i < v->c->history.n)
        return v->c->history.events[i];
    return span_of(v->e->word ? v->e->word : "unknown");
}

static int64_t instant_at(const struct view *v, size_t i) {
    return i < v->c->history.n ? v->c->history.at_us[i] : v->e->occurred_us;
}

static bool is_answer(const struct policy_duty *d, struct span word) {
    for (int i = 0; i < d->n_stops; i++)
        if (span_is(word, d->stop[i]))
            return true;
    return false;
}

/* A message and its answer, EVENT_ABSENT while there is none. */
struct wait {
    int64_t start_us, end_us;
};

/* All of a conversation, the oldest first. */
struct waits {
    struct wait items[CASE_MAX_HISTORY + 1];
    size_t n;
};

/* What matters of one event. One that asks and answers makes two. */
struct moment {
    int64_t at_us;
    bool asks;
};

struct moments {
    struct moment items[2 * (CASE_MAX_HISTORY + 1)];
    size_t n;
};

/* In the order of time, which is nearly that of reading; an answer of the same instant
 * answers. */
static void insert(struct moments *all, struct moment m) {
    size_t i = all->n;
    if (i == COUNT_OF(all->items))
        BUG("a conversation of more events than a case can hold");
    for (; i > 0; i--) {
        const struct moment *before = &all->items[i - 1];
        if (before->at_us < m.at_us ||
            (before->at_us == m.at_us && (before->asks || !m.asks)))
            break;
        all->items[i] = *before;
    }
    all->items[i] = m;
    all->n++;
}

static void collect_moments(const struct view *v, const struct policy_duty *d,
                            struct moments *out) {
    out->n = 0;
    for (size_t i = 0; i < count(v); i++) {
        struct span word = word_at(v, i);
        if (span_is(word, MESSAGE))
            insert(out, (struct moment){instant_at(v, i), true});
        if (is_answer(d, word))
            insert(out, (struct moment){instant_at(v, i), false});
    }
}

/* Each from the oldest message after the last answer. */
static void collect_waits(const struct view *v, const struct policy_duty *d,
                          struct waits *out) {
    struct moments all;
    bool is_open = false;
    collect_moments(v, d, &all);
    out->n = 0;
    for (size_t i = 0; i < all.n; i++) {
        const struct moment *m = &all.items[i];
        if (is_open && !m->asks)
            out->items[out->n - 1].end_us = m->at_us;
        else if (!is_open && m->asks &&
                 (out->n == 0 || m->at_us > out->items[out->n - 1].end_us))
            out->items[out->n++] = (struct wait){m->at_us, EVENT_ABSENT};
        is_open = out->n > 0 && out->items[out->n - 1].end_us == EVENT_ABSENT;
    }
}

static const struct wait *wait_since(const struct waits *all, int64_t start_us) {
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].start_us == start_us)
            return &all->items[i];
    return NULL;
}

/* ---- the rules, asked about a message ---- */

/* What a message that was the oldest unanswered one at this instant calls for. */
static void decide_message(const struct policy *p, const struct policy_facts *facts,
                           int64_t at_us, struct policy_decision *out) {
    struct policy_facts f = *facts;
    policy_state(p, &f, FACT_EVENT, SPAN(MESSAGE));
    policy_state_instant(&f, TIME_EVENT, at_us);
    policy_state_instant(&f, TIME_OLDEST_UNANSWERED, at_us);
    policy_decide(p, &f, out);
    if (out->outcome != POLICY_DECIDED)
        out->n_duties = 0;
}

static const struct policy_duty *duty_named(const struct policy_decision *d,
                                            struct span name) {
    for (int i = 0; i < d->n_duties; i++)
        if (!d->duties[i].is_shadow && d->duties[i].follows_messages &&
            span_is(name, d->duties[i].name))
            return &d->duties[i];
    return NULL;
}

/* ---- duties made to agree with the waits ---- */

/* The case's own idea of these duties: replaced by that of the waits. */
static void drop_steps(const struct case_state *c, const struct policy_decision *rules,
                       bool is_message, struct case_decision *out) {
    int kept = 0;
    for (int i = 0; i < out->n_changes; i++)
        if (!duty_named(rules, c->duties[out->changes[i].index].name))
            out->changes[kept++] = out->changes[i];
    out->n_changes = kept;
    kept = 0;
    for (int i = 0; i < out->n_starts; i++)
        if (!is_message || !out->starts[i].policy->follows_messages)
            out->starts[kept++] = out->starts[i];
    out->n_starts = kept;
}

static enum duty_state state_of(const struct wait *w, bool has_breach, int64_t due_us) {
    if (w->end_us == EVENT_ABSENT)
        return DUTY_OPEN;
    return has_breach && w->end_us > due_us ? DUTY_BREACHED : DUTY_MET;
}

static void agree(const struct case_state *c, const struct waits *waits, int i,
                  struct case_decision *out) {
    const struct case_duty *d = &c->duties[i];
    const struct wait *w = wait_since(waits, d->start_us);
    struct duty_change change = {
        .index = i, .state = DUTY_CANCELLED, .closed_us = d->closed_us};
    if (w) {
        change.state = state_of(w, d->has_breach, d->due_us);
        if (change.state == DUTY_OPEN && d->state == DUTY_BREACHED)
            change.state = DUTY_BREACHED; /* the clock has told so */
        change.closed_us = w->end_us;
    }
    if (change.state != d->state || change.closed_us != d->closed_us)
        out->changes[out->n_changes++] = change;
}

static bool has_duty(const struct case_state *c, struct span name, int64_t start_us) {
    for (int i = 0; i < c->n_duties; i++)
        if (c->duties[i].start_us == start_us && span_equal(c->duties[i].name, name))
            return true;
    return false;
}

/* False: the case is full. */
static bool begin(const struct case_state *c, const struct policy *p,
                  const struct policy_facts *facts, struct span name,
                  const struct wait *w, struct case_decision *out) {
    struct policy_decision then;
    decide_message(p, facts, w->start_us, &then);
    const struct policy_duty *d = duty_named(&then, name);
    if (!d)
        return true; /* at that time no rule asked for it */
    if (c->n_duties + out->n_starts >= CASE_MAX_DUTIES ||
        out->n_starts == POLICY_MAX_DUTIES) {
        out->triage = case_untold(c, "the case holds as many duties as one case can");
        return false;
    }
    struct policy_duty *kept = &out->of_messages[out->n_starts];
    *kept = *d;
    out->starts[out->n_starts++] = (struct duty_start){
        .duty_id = identity_duty(w->start_us, c->case_id, name, 1),
        .instance = 1,
        .state = state_of(w, kept->breach != NULL, kept->due_us),
        .closed_us = w->end_us,
        .policy = kept,
    };
    return true;
}

static void fold(const struct view *v, const struct policy *p,
                 const struct policy_facts *facts, const struct policy_duty *rule,
                 struct case_decision *out) {
    struct span name = span_of(rule->name);
    struct waits waits;
    collect_waits(v, rule, &waits);
    for (int i = 0; i < v->c->n_duties; i++)
        if (span_equal(v->c->duties[i].name, name))
            agree(v->c, &waits, i, out);
    for (size_t i = 0; i < waits.n; i++)
        if (!has_duty(v->c, name, waits.items[i].start_us) &&
            !begin(v->c, p, facts, name, &waits.items[i], out))
            break; /* the rules need not be asked about the rest, nor at every event */
}

/* Since when somebody waits, by the first duty that messages call for; `else_us` when
 * nobody does. */
static int64_t oldest_unanswered(const struct view *v,
                                 const struct policy_decision *rules, int64_t else_us) {
    for (int i = 0; i < rules->n_duties; i++) {
        struct waits waits;
        if (!rules->duties[i].follows_messages || rules->duties[i].is_shadow)
            continue;
        collect_waits(v, &rules->duties[i], &waits);
        const struct wait *last = waits.n > 0 ? &waits.items[waits.n - 1] : NULL;
        return last && last->end_us == EVENT_ABSENT ? last->start_us : else_us;
    }
    return else_us;
}

static int64_t latest_message(const struct view *v) {
    int64_t latest = EVENT_ABSENT;
    for (size_t i = 0; i < count(v); i++)
        if (span_is(word_at(v, i), MESSAGE) && instant_at(v, i) > latest)
            latest = instant_at(v, i);
    return latest;
}

void thread_decide(const struct case_state *c, const struct case_event *e,
                   const struct policy *p, struct policy_facts *facts,
                   struct case_decision *out) {
    const struct view before = {c, NULL}, after = {c, e};
    struct policy_decision rules = {.n_duties = 0};
    bool is_message = e->word && strcmp(e->word, MESSAGE) == 0;
    int64_t latest = latest_message(&after);
    if (latest != EVENT_ABSENT)
        decide_message(p, facts, latest, &rules);
    /* An answer is judged by what waited for it. */
    policy_state_instant(
        facts, TIME_OLDEST_UNANSWERED,
        oldest_unanswered(is_message ? &after : &before, &rules, e->occurred_us));
    case_decide(c, e, p, facts, out);
    if (out->is_duplicate || !e->word)
        return;
    drop_steps(c, &rules, is_message, out);
    for (int i = 0; i < rules.n_duties; i++)
        if (rules.duties[i].follows_messages && !rules.duties[i].is_shadow)
            fold(&after, p, facts, &rules.duties[i], out);
}
