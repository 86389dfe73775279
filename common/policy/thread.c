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

static bool is_earlier(int64_t at, int64_t than) {
    return than == EVENT_ABSENT || at < than;
}

/* The oldest message after an instant (EVENT_ABSENT: of all). */
static int64_t message_after(const struct view *v, int64_t after_us) {
    int64_t first = EVENT_ABSENT;
    for (size_t i = 0; i < count(v); i++) {
        int64_t at = instant_at(v, i);
        if ((after_us == EVENT_ABSENT || at > after_us) && is_earlier(at, first) &&
            span_is(word_at(v, i), MESSAGE))
            first = at;
    }
    return first;
}

static bool is_answer(const struct policy_duty *d, struct span word) {
    for (int i = 0; i < d->n_stops; i++)
        if (span_is(word, d->stop[i]))
            return true;
    return false;
}

static int64_t answer_since(const struct view *v, const struct policy_duty *d,
                            int64_t since_us) {
    int64_t first = EVENT_ABSENT;
    for (size_t i = 0; i < count(v); i++) {
        int64_t at = instant_at(v, i);
        if (at >= since_us && is_earlier(at, first) && is_answer(d, word_at(v, i)))
            first = at;
    }
    return first;
}

/* A message and its answer, EVENT_ABSENT while there is none. */
struct wait {
    int64_t start_us, end_us;
};

/* The wait after `w`, the first one for a zeroed `w` with start EVENT_ABSENT; false:
 * there is none. */
static bool next_wait(const struct view *v, const struct policy_duty *d, struct wait *w) {
    if (w->start_us != EVENT_ABSENT && w->end_us == EVENT_ABSENT)
        return false;
    w->start_us =
        message_after(v, w->start_us == EVENT_ABSENT ? EVENT_ABSENT : w->end_us);
    if (w->start_us == EVENT_ABSENT)
        return false;
    w->end_us = answer_since(v, d, w->start_us);
    return true;
}

static const struct wait before_all = {EVENT_ABSENT, EVENT_ABSENT};

static bool has_wait(const struct view *v, const struct policy_duty *d, int64_t start_us,
                     struct wait *found) {
    for (*found = before_all; next_wait(v, d, found);)
        if (found->start_us == start_us)
            return true;
    return false;
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

static void agree(const struct view *v, const struct policy_duty *rule, int i,
                  struct case_decision *out) {
    const struct case_duty *d = &v->c->duties[i];
    struct wait w;
    struct duty_change change = {
        .index = i, .state = DUTY_CANCELLED, .closed_us = d->closed_us};
    if (has_wait(v, rule, d->start_us, &w)) {
        change.state = state_of(&w, d->has_breach, d->due_us);
        if (change.state == DUTY_OPEN && d->state == DUTY_BREACHED)
            change.state = DUTY_BREACHED; /* the clock has told so */
        change.closed_us = w.end_us;
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

static void begin(const struct case_state *c, const struct policy *p,
                  const struct policy_facts *facts, struct span name,
                  const struct wait *w, struct case_decision *out) {
    struct policy_decision then;
    decide_message(p, facts, w->start_us, &then);
    const struct policy_duty *d = duty_named(&then, name);
    if (!d)
        return; /* at that time no rule asked for it */
    if (c->n_duties + out->n_starts >= CASE_MAX_DUTIES ||
        out->n_starts == POLICY_MAX_DUTIES) {
        out->triage = case_untold(c, "the case holds as many duties as one case can");
        return;
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
}

static void fold(const struct view *v, const struct policy *p,
                 const struct policy_facts *facts, const struct policy_duty *rule,
                 struct case_decision *out) {
    struct span name = span_of(rule->name);
    for (int i = 0; i < v->c->n_duties; i++)
        if (span_equal(v->c->duties[i].name, name))
            agree(v, rule, i, out);
    for (struct wait w = before_all; next_wait(v, rule, &w);)
        if (!has_duty(v->c, name, w.start_us))
            begin(v->c, p, facts, name, &w, out);
}

/* Since when somebody waits, by the first duty that messages call for; `else_us` when
 * nobody does. */
static int64_t oldest_unanswered(const struct view *v,
                                 const struct policy_decision *rules, int64_t else_us) {
    for (int i = 0; i < rules->n_duties; i++) {
        if (!rules->duties[i].follows_messages || rules->duties[i].is_shadow)
            continue;
        for (struct wait w = before_all; next_wait(v, &rules->duties[i], &w);)
            if (w.end_us == EVENT_ABSENT)
                return w.start_us;
        break;
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
