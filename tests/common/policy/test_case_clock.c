/* test_case_clock.c: clocks that wait for their start, are held, or go on when their case
 * is reopened: from a rule's text and a case's events to the dates of its duties. */
#include "common/base/absent.h"
#include "common/base/backoff.h"
#include "common/policy/case_fold.h"
#include "tests/common/policy/packs.h"

static const char rules[] =
    "domain:\n  event: [asked, asked_buyer, buyer_spoke, answered, received, "
    "handed_over, "
    "registered, sent, closed, case_reopened]\n  marketplace: [east]\n"
    "calendars:\n"
    "  always: {tz: UTC, open: always}\n"
    "  office: {tz: Asia/Tokyo, open: {mon-fri: [09:00-18:00]}}\n"
    "desks:\n  all: {langs: [any], calendar: always}\ntriage: all\n"
    "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {duty: by-name}\n"
    "  else: none\n  rules:\n"
    "  - {id: held, title: t, source: s, when: {event: asked}, then: {duty: {name: "
    "reply, "
    "due: 24h, stop: answered, clock: own, pause: asked_buyer, reopen: restart, "
    "reserve: 2h, warn: [50%], aim: 12h, breach: {escalate: late}}}}\n"
    "  - {id: waits, title: t, source: s, when: {event: received}, then: {duty: {name: "
    "register, due: 3 business-days in office, start: handed_over, stop: registered, "
    "reopen: closed, breach: {escalate: late}}}}\n"
    "  - {id: resumes, title: t, source: s, when: {event: sent}, then: {duty: {name: "
    "follow, due: 48h, stop: closed, reopen: resume, breach: {escalate: late}}}}\n";

static struct pack_fixture pack;

static int load(void **state) {
    (void)state;
    pack_load_text(&pack, rules);
    assert_loads(&pack);
    return 0;
}

static int unload(void **state) {
    (void)state;
    pack_remove(&pack);
    return 0;
}

/* ---- a case in memory ---- */

enum { MOST = 64 };

struct lived {
    struct case_state state;
    struct case_duty duties[CASE_MAX_DUTIES];
    struct duty_reading last[CASE_MAX_DUTIES]; /* of each duty */
    struct span stops[CASE_MAX_DUTIES][POLICY_MAX_STOPS];
    struct span events[MOST];
    int64_t at[MOST], ids[MOST];
    struct case_decision d;
};

static struct lived *empty(void) {
    static struct lived x;
    memset(&x.state, 0, sizeof x.state);
    x.state = (struct case_state){.case_id = {{7}}, .opened_us = EVENT_ABSENT};
    x.state.duties = x.duties;
    x.state.history = (struct case_history){x.events, x.at, x.ids, 0};
    return &x;
}

static void move_on(struct lived *x, int i, const struct duty_reading *now) {
    struct case_duty *d = &x->duties[i];
    x->last[i] = *now;
    d->state = now->state;
    d->closed_us = now->closed_us;
    d->instance = now->instance;
    if (!now->is_dated)
        return;
    d->start_us = now->dates.start_us;
    d->due_us = now->dates.due_us;
    d->act_by_us = now->dates.owner.act_by_us;
}

static void add(struct lived *x, const struct duty_start *s) {
    const struct policy_duty *p = &s->policy;
    int n = x->state.n_duties++;
    for (int k = 0; k < p->n_stops; k++)
        x->stops[n][k] = span_of(p->stop[k]);
    x->duties[n] = (struct case_duty){.duty_id = s->duty_id,
                                      .name = span_of(p->name),
                                      .called_us = s->called_us,
                                      .start_us = p->start_us,
                                      .due_us = p->due_us,
                                      .act_by_us = p->owner.act_by_us,
                                      .desk = span_of(p->owner.desk),
                                      .rule_id = span_of(p->rule_id),
                                      .has_breach = p->breach != NULL,
                                      .stop = x->stops[n],
                                      .n_stops = p->n_stops,
                                      .pause = p->pause,
                                      .n_pauses = p->n_pauses,
                                      .waits_for = span_of(p->waits_for),
                                      .reopen = p->reopen};
    move_on(x, n, &s->now);
}

/* Reads an event as a worker does. */
static void read_at(struct lived *x, const char *word, int64_t at_us) {
    struct policy_facts f;
    char id[32];
    snprintf(id, sizeof id, "e%zu", x->state.history.n);
    const struct case_event e = {
        .word = word, .event_id = span_of(id), .occurred_us = at_us};
    policy_facts_init(pack.p, &f);
    policy_state(pack.p, &f, FACT_MARKETPLACE, SPAN("east"));
    case_decide(&x->state, &e, pack.p, &f, NULL, &x->d);
    assert_int_equal(x->d.policy.outcome, POLICY_DECIDED);
    for (int i = 0; i < x->d.n_changes; i++)
        move_on(x, x->d.changes[i].index, &x->d.changes[i].now);
    for (int i = 0; i < x->d.n_starts; i++)
        add(x, &x->d.starts[i]);
    size_t n = x->state.history.n++;
    x->events[n] = span_of(word);
    x->at[n] = at_us;
    x->ids[n] = identity_hash64(span_of(id));
}

static void happens(struct lived *x, const char *when, const char *word) {
    read_at(x, word, at(when));
}

/* ---- held ---- */

static void test_case_clock__a_hold_stops_the_clock_until_the_next_event(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-02T00:00Z", "asked");
    assert_instant(x->duties[0].due_us, "2026-11-03T00:00:00Z");
    happens(x, "2026-11-02T06:00Z", "asked_buyer");
    assert_int_equal(x->duties[0].state, DUTY_WAITING);
    assert_int_equal(x->duties[0].due_us, EVENT_ABSENT);
    assert_int_equal(x->duties[0].act_by_us, EVENT_ABSENT);
    assert_int_equal(x->last[0].course.n_held, 1);
    happens(x, "2026-11-05T06:00Z", "buyer_spoke");
    assert_int_equal(x->duties[0].state, DUTY_OPEN);
    assert_instant(x->duties[0].start_us, "2026-11-02T00:00:00Z");
    assert_instant(x->duties[0].due_us, "2026-11-06T00:00:00Z");
    assert_instant(x->duties[0].act_by_us, "2026-11-05T22:00:00Z");
    assert_instant(x->last[0].dates.aim_us, "2026-11-05T12:00:00Z");
    assert_instant(x->last[0].dates.warn_us[0], "2026-11-05T12:00:00Z");
    happens(x, "2026-11-05T23:00Z", "answered");
    assert_int_equal(x->duties[0].state, DUTY_MET);
}

static void test_case_clock__what_is_answered_while_held_is_met(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-02T00:00Z", "asked");
    happens(x, "2026-11-02T06:00Z", "asked_buyer");
    happens(x, "2026-12-24T00:00Z", "answered");
    assert_int_equal(x->duties[0].state, DUTY_MET);
    assert_instant(x->duties[0].closed_us, "2026-12-24T00:00:00Z");
}

static void test_case_clock__a_hold_heals_no_delay(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-02T00:00Z", "asked");
    happens(x, "2026-11-03T06:00Z", "asked_buyer");
    assert_int_equal(x->duties[0].state, DUTY_OPEN);
    assert_instant(x->duties[0].due_us, "2026-11-03T00:00:00Z");
    happens(x, "2026-11-04T00:00Z", "answered");
    assert_int_equal(x->duties[0].state, DUTY_BREACHED);
}

static void test_case_clock__a_hold_read_late_moves_what_was_told(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-02T00:00Z", "asked");
    x->duties[0].state = DUTY_BREACHED; /* by the clock */
    happens(x, "2026-11-04T00:00Z", "buyer_spoke");
    assert_int_equal(x->duties[0].state, DUTY_BREACHED);
    happens(x, "2026-11-02T12:00Z", "asked_buyer");
    assert_int_equal(x->duties[0].state, DUTY_OPEN);
    assert_instant(x->duties[0].due_us, "2026-11-04T12:00:00Z");
}

/* ---- waiting ---- */

static void test_case_clock__a_duty_waits_for_its_start(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-02T00:00Z", "received");
    assert_int_equal(x->duties[0].state, DUTY_WAITING);
    assert_int_equal(x->duties[0].start_us, EVENT_ABSENT);
    assert_int_equal(x->duties[0].due_us, EVENT_ABSENT);
    assert_instant(x->duties[0].called_us, "2026-11-02T00:00:00Z");
    struct uuid id = x->duties[0].duty_id;
    happens(x, "2026-11-05T03:00Z", "handed_over");
    assert_int_equal(x->duties[0].state, DUTY_OPEN);
    assert_instant(x->duties[0].start_us, "2026-11-05T03:00:00Z");
    assert_instant(x->duties[0].due_us, "2026-11-10T03:00:00Z"); /* over a weekend */
    assert_true(uuid_equal(x->duties[0].duty_id, id));
    happens(x, "2026-11-04T03:00Z", "handed_over"); /* an earlier one, read late */
    assert_instant(x->duties[0].due_us, "2026-11-09T03:00:00Z");
    happens(x, "2026-11-12T00:00Z", "registered");
    assert_int_equal(x->duties[0].state, DUTY_BREACHED);
}

static void test_case_clock__a_start_that_was_read_first_counts(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-05T03:00Z", "handed_over");
    happens(x, "2026-11-02T00:00Z", "received");
    assert_int_equal(x->duties[0].state, DUTY_OPEN);
    assert_instant(x->duties[0].due_us, "2026-11-10T03:00:00Z");
}

static void test_case_clock__what_came_before_the_call_starts_nothing(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-01T00:00Z", "handed_over");
    happens(x, "2026-11-02T00:00Z", "received");
    assert_int_equal(x->duties[0].state, DUTY_WAITING);
}

static void
test_case_clock__an_answer_before_the_start_leaves_nothing_to_do(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-02T00:00Z", "received");
    happens(x, "2026-11-03T00:00Z", "registered");
    assert_int_equal(x->duties[0].state, DUTY_MET);
    happens(x, "2026-11-04T00:00Z", "handed_over");
    assert_int_equal(x->duties[0].state, DUTY_MET);
}

/* ---- going on ---- */

static void test_case_clock__a_reopened_case_goes_on_with_what_was_left(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-02T00:00Z", "sent");
    happens(x, "2026-11-02T10:00Z", "closed");
    assert_int_equal(x->duties[0].state, DUTY_MET);
    happens(x, "2026-11-05T00:00Z", "case_reopened");
    assert_int_equal(x->duties[0].state, DUTY_OPEN);
    assert_instant(x->duties[0].due_us, "2026-11-06T14:00:00Z");
    assert_int_equal(x->state.n_duties, 1);
    happens(x, "2026-11-05T01:00Z", "sent"); /* it goes on: another call is its own */
    assert_int_equal(x->state.n_duties, 1);
    happens(x, "2026-11-07T00:00Z", "closed");
    assert_int_equal(x->duties[0].state, DUTY_BREACHED);
}

static void test_case_clock__a_duty_without_its_rule_keeps_its_dates(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-02T00:00Z", "asked");
    x->duties[0].rule_id = SPAN("gone");
    happens(x, "2026-11-02T06:00Z", "asked_buyer");
    assert_int_equal(x->duties[0].state, DUTY_OPEN);
    assert_instant(x->duties[0].due_us, "2026-11-03T00:00:00Z");
}

static void test_case_clock__a_start_without_its_rule_is_told_to_a_person(void **state) {
    (void)state;
    struct lived *x = empty();
    happens(x, "2026-11-02T00:00Z", "received");
    assert_int_equal(x->duties[0].state, DUTY_WAITING);
    assert_int_equal(x->d.n_triages, 0);
    x->duties[0].rule_id = SPAN("gone");
    happens(x, "2026-11-02T06:00Z", "handed_over");
    assert_int_equal(x->duties[0].state, DUTY_WAITING);
    assert_int_equal(x->d.n_triages, 1);
    struct span told = span_of(x->d.triages[0]);
    x->state.triaged = &told;
    x->state.n_triaged = 1;
    happens(x, "2026-11-02T07:00Z", "handed_over");
    assert_int_equal(x->d.n_triages, 0);
    happens(x, "2026-11-02T08:00Z", "registered");
    assert_int_equal(x->duties[0].state, DUTY_MET);
    assert_int_equal(x->d.n_triages, 0);
}

/* ---- any order ---- */

static const char *const words[] = {
    "asked", "asked_buyer", "buyer_spoke", "answered", "received",    "handed_over",
    "sent",  "registered",  "closed",      "asked",    "asked_buyer", "case_reopened"};

static const struct case_duty *same_in(const struct lived *x, struct uuid id) {
    for (int i = 0; i < x->state.n_duties; i++)
        if (uuid_equal(x->duties[i].duty_id, id))
            return &x->duties[i];
    return NULL;
}

static void assert_alike(const struct lived *x, const struct lived *y) {
    for (int i = 0; i < x->state.n_duties; i++) {
        const struct case_duty *a = &x->duties[i], *b = same_in(y, a->duty_id);
        if (a->state == DUTY_CANCELLED) {
            assert_true(!b || b->state == DUTY_CANCELLED);
            continue;
        }
        assert_non_null(b);
        assert_int_equal(a->state, b->state);
        assert_int_equal(a->instance, b->instance);
        assert_true(a->start_us == b->start_us && a->due_us == b->due_us);
        assert_true(a->act_by_us == b->act_by_us && a->closed_us == b->closed_us);
    }
}

/* Read in the order of time, and in any. */
static void test_case_clock__any_order_of_reading_gives_the_same_dates(void **state) {
    (void)state;
    static struct lived in_time;
    uint64_t random = 33;
    int n_held = 0;
    for (int round = 0; round < 5000; round++) {
        const char *happened[10];
        int order[10], n = 2 + (int)(random_next(&random) % 9);
        for (int i = 0; i < n; i++) {
            happened[i] = words[random_next(&random) % COUNT_OF(words)];
            order[i] = i;
        }
        struct lived *x = empty();
        for (int i = 0; i < n; i++)
            read_at(x, happened[i], at("2026-11-02T00:00:00Z") + i * 5 * US_PER_HOUR);
        in_time = *x;
        in_time.state.duties = in_time.duties;
        for (int i = n - 1; i > 0; i--) {
            int k = (int)(random_next(&random) % (uint64_t)(i + 1)), kept = order[i];
            order[i] = order[k];
            order[k] = kept;
        }
        x = empty();
        for (int i = 0; i < n; i++)
            read_at(x, happened[order[i]],
                    at("2026-11-02T00:00:00Z") + order[i] * 5 * US_PER_HOUR);
        assert_alike(&in_time, x);
        assert_alike(x, &in_time);
        for (int i = 0; i < x->state.n_duties; i++)
            n_held += x->last[i].course.n_held > 0;
    }
    assert_true(n_held > 500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_clock__a_hold_stops_the_clock_until_the_next_event),
        cmocka_unit_test(test_case_clock__what_is_answered_while_held_is_met),
        cmocka_unit_test(test_case_clock__a_hold_heals_no_delay),
        cmocka_unit_test(test_case_clock__a_hold_read_late_moves_what_was_told),
        cmocka_unit_test(test_case_clock__a_duty_waits_for_its_start),
        cmocka_unit_test(test_case_clock__a_start_that_was_read_first_counts),
        cmocka_unit_test(test_case_clock__what_came_before_the_call_starts_nothing),
        cmocka_unit_test(
            test_case_clock__an_answer_before_the_start_leaves_nothing_to_do),
        cmocka_unit_test(test_case_clock__a_reopened_case_goes_on_with_what_was_left),
        cmocka_unit_test(test_case_clock__a_duty_without_its_rule_keeps_its_dates),
        cmocka_unit_test(test_case_clock__a_start_without_its_rule_is_told_to_a_person),
        cmocka_unit_test(test_case_clock__any_order_of_reading_gives_the_same_dates),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
