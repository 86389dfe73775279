/*
 * case.c: one event of one case: what the rules say about it, what a person must see. The duties are case_fold.c's.
 */
#include "common/policy/case_fold.h"

#include "common/event/event.h"

const char *const duty_state_names[5] = {"waiting", "open", "met", "breached",
                                         "cancelled"};

static bool seen_before(const struct case_state *c, int64_t event_hash) {
    for (size_t i = 0; i < c->history.n; i++)
        if (c->history.ids[i] == event_hash)
            return true;
    return false;
}

int64_t case_happened(const struct case_state *c, const char *word) {
    struct span wanted = span_of(word);
    int64_t first = EVENT_ABSENT;
    for (size_t i = 0; i < c->history.n; i++)
        if (span_equal(c->history.events[i], wanted) &&
            (first == EVENT_ABSENT || c->history.at_us[i] < first))
            first = c->history.at_us[i];
    return first;
}

bool case_tells(const struct case_decision *d) {
    return d->n_starts > 0 || d->n_changes > 0 || d->n_triages > 0 ||
           d->policy.n_blockers > 0;
}

bool case_would_tell(const struct case_state *c, const char *cause,
                     const struct case_decision *out) {
    for (int i = 0; i < c->n_triaged; i++)
        if (span_is(c->triaged[i], cause))
            return false;
    for (int i = 0; i < out->n_triages; i++)
        if (strcmp(out->triages[i], cause) == 0)
            return false;
    return c->n_triaged + out->n_triages < CASE_MAX_TRIAGED;
}

void case_tell(const struct case_state *c, const char *cause, struct case_decision *out) {
    if (case_would_tell(c, cause, out))
        out->triages[out->n_triages++] = cause;
}

/* The earlier of the event and what the history knows of such events. */
static void state_first(const struct case_state *c, const struct case_event *e,
                        const char *word, enum policy_time time,
                        struct policy_facts *facts) {
    int64_t first = case_happened(c, word);
    if (e->word && !e->is_watched && strcmp(e->word, word) == 0 &&
        (first == EVENT_ABSENT || e->occurred_us < first))
        first = e->occurred_us;
    if (first != EVENT_ABSENT)
        policy_state_instant(facts, time, first);
}

/* Asks the rules; what does not lead to duties leaves none. */
static void ask(const struct case_state *c, const struct case_event *e,
                const struct policy *p, struct policy_facts *facts,
                struct case_decision *out) {
    policy_state(p, facts, FACT_EVENT, span_of(e->word ? e->word : "unknown"));
    policy_state_instant(facts, TIME_EVENT, e->occurred_us);
    state_first(c, e, "return_requested", TIME_REQUESTED, facts);
    state_first(c, e, "return_received", TIME_RECEIVED, facts);
    policy_decide(p, facts, &out->policy);
    if (!out->policy.route.desk)
        out->policy.route = policy_triage(p, e->occurred_us);
    if (!e->word)
        case_tell(c, "the kind of event is not known to this version", out);
    else if (out->policy.outcome == POLICY_NOT_EVALUATED)
        case_tell(c, out->policy.cause, out);
    /* Nothing to answer; but that we do not know the marketplace is still worth a look
     * (I7). */
    else if (out->policy.outcome == POLICY_NOT_OURS &&
             facts->outside & UINT32_C(1) << FACT_MARKETPLACE)
        case_tell(c, "marketplace is outside the domain", out);
    if (e->word && out->policy.outcome == POLICY_DECIDED)
        return;
    out->policy.n_duties = 0;
    out->policy.disposition.code = NULL;
}

void case_decide(const struct case_state *c, const struct case_event *e,
                 const struct policy *p, struct policy_facts *facts,
                 const struct case_messages *messages, struct case_decision *out) {
    const struct case_view view = {c, e};
    out->is_duplicate = seen_before(c, identity_hash64(e->event_id));
    out->n_changes = out->n_starts = out->n_triages = 0;
    if (out->is_duplicate)
        return;
    ask(c, e, p, facts, out);
    if (!e->word) {
        out->policy.n_blockers = 0;
        return;
    }
    case_fold(&view, p, messages, out);
}
