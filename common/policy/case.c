/*
 * case.c: one event folded into one case. See case.h for the promises.
 *
 * The order of the steps matters: the event's own fulfilments come first, so that an
 * event which both ends one duty and starts another (REOPENED) does the former with the
 * old clocks.
 */
#include "common/policy/case.h"

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

static int times_happened(const struct case_state *c, const char *word) {
    struct span wanted = span_of(word);
    int n = 0;
    for (size_t i = 0; i < c->history.n; i++)
        n += span_equal(c->history.events[i], wanted);
    return n;
}

static bool stops(const struct case_duty *d, struct span word) {
    for (int i = 0; i < d->n_stops; i++)
        if (span_equal(d->stop[i], word))
            return true;
    return false;
}

/* Fulfilled late is breached, where a breach costs something: the marketplace has already
 * acted. */
static enum duty_state ended(bool has_breach, int64_t due_us, int64_t at_us) {
    bool is_late = due_us != POLICY_NO_INSTANT && at_us > due_us;
    return is_late && has_breach ? DUTY_BREACHED : DUTY_MET;
}

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* Also what the clock has told to be breached, and nobody has answered yet. */
static bool is_standing(const struct case_duty *d) {
    return d->state == DUTY_OPEN || d->state == DUTY_WAITING ||
           (d->state == DUTY_BREACHED && d->closed_us == EVENT_ABSENT);
}

static void fulfil(const struct case_state *c, const struct case_event *e,
                   struct case_decision *out) {
    struct span word = span_of(e->word);
    for (int i = 0; i < c->n_duties; i++) {
        const struct case_duty *d = &c->duties[i];
        if (!is_standing(d) || !stops(d, word))
            continue;
        if (d->start_us != EVENT_ABSENT && e->occurred_us < d->start_us)
            continue; /* it answered what came before; answered_already() sees it the same
                         way */
        int64_t at = d->start_us == EVENT_ABSENT ? e->occurred_us
                                                 : later(d->start_us, e->occurred_us);
        out->changes[out->n_changes++] = (struct duty_change){
            .index = i, .state = ended(d->has_breach, d->due_us, at), .closed_us = at};
    }
}

static bool has_instance(const struct case_state *c, struct span name, int instance) {
    for (int i = 0; i < c->n_duties; i++)
        if (c->duties[i].instance == instance && span_equal(c->duties[i].name, name))
            return true;
    return false;
}

/* The first event of the history that fulfils a duty of these stops at or after its start
 * (trap B22: an answer that was read before the request must count exactly once). */
static int64_t answered_already(const struct case_state *c, const struct policy_duty *d) {
    int64_t first = EVENT_ABSENT;
    for (int s = 0; s < d->n_stops; s++) {
        struct span stop = span_of(d->stop[s]);
        for (size_t i = 0; i < c->history.n; i++) {
            int64_t at = c->history.at_us[i];
            if (at >= d->start_us && span_equal(c->history.events[i], stop) &&
                (first == EVENT_ABSENT || at < first))
                first = at;
        }
    }
    return first;
}

static void start(const struct case_state *c, const struct case_event *e,
                  struct case_decision *out) {
    int reopened = times_happened(c, "return_reopened") +
                   times_happened(c, "inquiry_reopened") +
                   (strcmp(e->word, "return_reopened") == 0 ||
                    strcmp(e->word, "inquiry_reopened") == 0);
    int instance = 1 + reopened;
    for (int i = 0; i < out->policy.n_duties; i++) {
        const struct policy_duty *d = &out->policy.duties[i];
        struct span name = span_of(d->name);
        if (d->is_shadow || has_instance(c, name, instance))
            continue;
        if (c->n_duties + out->n_starts >= CASE_MAX_DUTIES) {
            out->triage = case_untold(c, "the case holds as many duties as one case can");
            continue;
        }
        bool waits = d->start_us == POLICY_NO_INSTANT;
        int64_t since = waits ? e->occurred_us : d->start_us;
        struct duty_start *s = &out->starts[out->n_starts++];
        *s = (struct duty_start){.duty_id =
                                     identity_duty(since, c->case_id, name, instance),
                                 .instance = instance,
                                 .state = waits ? DUTY_WAITING : DUTY_OPEN,
                                 .closed_us = EVENT_ABSENT,
                                 .policy = d};
        int64_t answered = waits ? EVENT_ABSENT : answered_already(c, d);
        if (answered != EVENT_ABSENT) {
            s->state = ended(d->breach != NULL, d->due_us, answered);
            s->closed_us = answered;
        }
    }
}

bool case_tells(const struct case_decision *d) {
    return d->n_starts > 0 || d->n_changes > 0 || d->triage || d->policy.n_blockers > 0;
}

const char *case_untold(const struct case_state *c, const char *cause) {
    for (int i = 0; i < c->n_triaged; i++)
        if (span_is(c->triaged[i], cause))
            return NULL;
    return c->n_triaged < CASE_MAX_TRIAGED ? cause : NULL;
}

/* The first disposition with a code stands. Another one later is for a person: goods may
 * be on their way already. */
static void dispose(const struct case_state *c, struct case_decision *out) {
    const struct policy_disposition *d = &out->policy.disposition;
    if (!d->code || d->is_shadow || span_is(c->disposition, d->code))
        return;
    if (!c->disposition.ptr || c->n_tasks == 0)
        out->creates_tasks = true;
    else
        out->triage = case_untold(c, "the goods turned out to need another disposition");
}

void case_decide(const struct case_state *c, const struct case_event *e,
                 const struct policy *p, struct policy_facts *facts,
                 struct case_decision *out) {
    out->is_duplicate = false;
    out->n_changes = out->n_starts = 0;
    out->triage = NULL;
    out->creates_tasks = false;
    if (seen_before(c, identity_hash64(e->event_id))) {
        out->is_duplicate = true;
        return;
    }
    struct span word = span_of(e->word ? e->word : "unknown");
    policy_state(p, facts, FACT_EVENT, word);
    policy_state_instant(facts, TIME_EVENT, e->occurred_us);
    int64_t requested = case_happened(c, "return_requested");
    int64_t received = case_happened(c, "return_received");
    if (requested == EVENT_ABSENT && span_is(word, "return_requested"))
        requested = e->occurred_us;
    if (received == EVENT_ABSENT && span_is(word, "return_received"))
        received = e->occurred_us;
    if (requested != EVENT_ABSENT)
        policy_state_instant(facts, TIME_REQUESTED, requested);
    if (received != EVENT_ABSENT)
        policy_state_instant(facts, TIME_RECEIVED, received);

    policy_decide(p, facts, &out->policy);
    if (!out->policy.route.desk)
        out->policy.route = policy_triage(p, e->occurred_us);
    if (!e->word) {
        out->policy.n_duties = out->policy.n_blockers = 0;
        out->policy.disposition.code = NULL;
        out->triage = case_untold(c, "the kind of event is not known to this version");
        return;
    }
    fulfil(c, e, out);
    if (out->policy.outcome == POLICY_NOT_EVALUATED) {
        out->triage = case_untold(c, out->policy.cause);
        return;
    }
    if (out->policy.outcome == POLICY_NOT_OURS) {
        /* Nothing to answer; but that we do not know the marketplace is still worth a look (I7). */
        if (facts->outside & UINT32_C(1) << FACT_MARKETPLACE)
            out->triage = case_untold(c, "marketplace is outside the domain");
        return;
    }
    start(c, e, out);
    dispose(c, out);
}
