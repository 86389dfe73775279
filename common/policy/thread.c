#include "common/policy/thread.h"

#include "common/event/event.h"
#include "common/policy/domain.h"

/* What asking about a message takes. */
struct asking {
    const struct policy *p;
    const struct policy_facts *facts;
};

static void ask_message(void *context, int64_t at_us, struct policy_decision *out) {
    const struct asking *a = context;
    struct policy_facts f = *a->facts;
    policy_state(a->p, &f, FACT_EVENT, SPAN(CASE_MESSAGE));
    policy_state_instant(&f, TIME_EVENT, at_us);
    /* Those of the event that is read: another message's are not this one's. */
    f.value[FACT_SIGNALS] = FACT_MISSING;
    policy_state_instant(&f, TIME_OLDEST_UNANSWERED, at_us);
    policy_decide(a->p, &f, out);
    if (out->outcome != POLICY_DECIDED)
        out->n_duties = 0;
}

/* Since when somebody waits, by the first duty that messages call for; `else_us` when
 * nobody does. */
static int64_t oldest_unanswered(const struct case_view *v,
                                 const struct policy_decision *rules, int64_t else_us) {
    for (int i = 0; i < rules->n_duties; i++) {
        if (!rules->duties[i].follows_messages || rules->duties[i].is_shadow)
            continue;
        int64_t since = case_fold_waiting_since(v, &rules->duties[i]);
        return since != EVENT_ABSENT ? since : else_us;
    }
    return else_us;
}

static int64_t latest_message(const struct case_view *v) {
    int64_t latest = EVENT_ABSENT;
    for (size_t i = 0; i < case_view_count(v); i++)
        if (span_is(case_view_word(v, i), CASE_MESSAGE) && case_view_at(v, i) > latest)
            latest = case_view_at(v, i);
    return latest;
}

void thread_decide(const struct case_state *c, const struct case_event *e,
                   const struct policy *p, struct policy_facts *facts,
                   struct case_decision *out) {
    const struct case_view before = {c, NULL}, after = {c, e};
    const struct policy_facts told = *facts;
    struct asking asking = {p, &told};
    struct policy_decision rules;
    const struct case_messages messages = {&rules, ask_message, &asking};
    bool is_message = e->word && strcmp(e->word, CASE_MESSAGE) == 0;
    int64_t latest = latest_message(&after);
    rules.n_duties = 0;
    if (latest != EVENT_ABSENT)
        ask_message(&asking, latest, &rules);
    /* An answer is judged by what waited for it. */
    policy_state_instant(
        facts, TIME_OLDEST_UNANSWERED,
        oldest_unanswered(is_message ? &after : &before, &rules, e->occurred_us));
    case_decide(c, e, p, facts, &messages, out);
}
