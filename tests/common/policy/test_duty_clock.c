/* test_duty_clock.c: the fold of a duty's events against counting minute by minute, and
 * the traps of clocks that pause, stop, reopen and change hands. */
#include "common/base/backoff.h"
#include "common/policy/civil.h"
#include "common/policy/duration.h"
#include "common/policy/duty_clock.h"
#include "common/policy/thread.h"
#include "tests/common/policy/packs.h"

#include <stdlib.h>

static struct arena *a;
static struct calendar *office; /* Tokyo, Monday to Friday, 09:00-18:00 */

static struct calendar *calendar_new(const char *zone, bool is_random, uint64_t *seed) {
    struct calendar *c = arena_zalloc(a, sizeof *c);
    struct zone *z;
    struct error err;
    assert_int_equal(zone_load(a, NULL, zone, &z, &err), ST_OK);
    c->zone = z;
    for (int d = 0; d < 5; d++) {
        int from = is_random ? (int)(random_next(seed) % 700) : 540;
        int to = is_random ? from + 30 + (int)(random_next(seed) % 700) : 1080;
        c->week[d] = (struct day_hours){.n = 1, .parts = {{from, to}}};
    }
    calendar_compile(a, c);
    return c;
}

static int setup(void **state) {
    (void)state;
    a = arena_new((size_t)1 << 30);
    office = calendar_new("Asia/Tokyo", false, NULL);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(a);
    return 0;
}

static struct duration hours(int64_t n) {
    return (struct duration){.kind = SPAN_ELAPSED, .amount = n * US_PER_HOUR};
}

static struct duration business_days(int64_t n) {
    return (struct duration){.kind = SPAN_BUSINESS_DAYS, .amount = n, .calendar = office};
}

/* Of a duty that costs something. */
static enum duty_state state_of(const struct duty_clock *c) {
    if (c->state != CLOCK_STOPPED)
        return c->state == CLOCK_WAITING ? DUTY_WAITING : DUTY_OPEN;
    return c->is_late ? DUTY_BREACHED : DUTY_MET;
}

static void assert_same(const struct duty_clock *x, const struct duty_clock *y) {
    assert_int_equal(x->state, y->state);
    assert_int_equal(x->start_us, y->start_us);
    assert_int_equal(x->stopped_us, y->stopped_us);
    assert_int_equal(x->due_us, y->due_us);
    assert_int_equal(x->elapsed_us, y->elapsed_us);
    assert_int_equal(x->left_us, y->left_us);
    assert_int_equal(x->held_us, y->held_us);
    assert_int_equal(x->is_late, y->is_late);
}

#define EVENTS(...)                                                                      \
    const struct clock_event events[] = {__VA_ARGS__};                                   \
    const size_t n = COUNT_OF(events)

static struct clock_event event(const char *when, enum clock_event_kind kind) {
    return (struct clock_event){at(when), kind};
}

/* ---- traps ---- */

static void
test_duty_clock__B5_a_pause_over_a_weekend_gives_no_weekend_back(void **state) {
    (void)state;
    struct duration due = business_days(2);
    const struct duration *r = &due;
    /* Friday noon to Tuesday noon; held from Friday 17:00 to Monday 10:00 */
    EVENTS(event("2026-11-06T12:00+09:00", CLOCK_START),
           event("2026-11-06T17:00+09:00", CLOCK_PAUSE),
           event("2026-11-09T10:00+09:00", CLOCK_RESUME));
    struct duty_clock c = duty_clock_fold(r, events, n, at("2026-11-09T11:00+09:00"));
    /* two open hours were held, so two open hours are given back, not 65 */
    assert_instant(c.due_us, "2026-11-10T14:00:00+09:00");
    assert_int_equal(c.held_us, 65 * US_PER_HOUR);
    assert_int_equal(c.elapsed_us, 6 * US_PER_HOUR);
}

static void test_duty_clock__B6_a_pause_survives_a_change_of_policy(void **state) {
    (void)state;
    struct duration day = hours(24), two = hours(48);
    const struct duration *before = &day, *after = &two;
    EVENTS(event("2026-11-02T00:00Z", CLOCK_START),
           event("2026-11-02T10:00Z", CLOCK_PAUSE),
           event("2026-11-03T10:00Z", CLOCK_RESUME));
    int64_t now = at("2026-11-03T12:00:00Z");
    struct duty_clock x = duty_clock_fold(before, events, n, now);
    struct duty_clock y = duty_clock_fold(after, events, n, now);
    assert_instant(x.due_us, "2026-11-04T00:00:00Z");
    assert_instant(y.due_us, "2026-11-05T00:00:00Z");
    assert_int_equal(y.held_us, 24 * US_PER_HOUR);
    assert_int_equal(x.elapsed_us, y.elapsed_us);
    assert_int_equal(x.start_us, y.start_us);
}

static void
test_duty_clock__B7_what_is_resolved_while_held_counts_all_of_the_hold(void **state) {
    (void)state;
    struct duration due = hours(24);
    const struct duration *r = &due;
    EVENTS(event("2026-02-01T00:00Z", CLOCK_START),
           event("2026-02-01T12:00Z", CLOCK_PAUSE),
           event("2026-08-01T12:00Z", CLOCK_STOP));
    struct duty_clock c = duty_clock_fold(r, events, n, at("2026-09-01T00:00:00Z"));
    assert_int_equal(c.held_us, 181 * US_PER_DAY); /* February to August, not 42 days */
    assert_int_equal(c.elapsed_us, 12 * US_PER_HOUR);
    assert_false(c.is_late);
    assert_int_equal(state_of(&c), DUTY_MET);
}

static void
test_duty_clock__B8_a_hold_moves_what_is_left_and_never_the_start(void **state) {
    (void)state;
    struct duration due = {
        .kind = SPAN_BUSINESS_HOURS, .amount = 4 * US_PER_HOUR, .calendar = office};
    const struct duration *r = &due;
    /* held over the night: 1 hour used, 3 left at 16:30: two today, one tomorrow. Were
     * the hold added to the start, it would be 18:00 plus nothing. */
    EVENTS(event("2026-11-04T09:00+09:00", CLOCK_START),
           event("2026-11-04T10:00+09:00", CLOCK_PAUSE),
           event("2026-11-04T16:30+09:00", CLOCK_RESUME));
    struct duty_clock c = duty_clock_fold(r, events, n, at("2026-11-04T16:30+09:00"));
    assert_instant(c.start_us, "2026-11-04T09:00:00+09:00");
    assert_instant(c.due_us, "2026-11-05T10:30:00+09:00");
    assert_int_equal(c.left_us, 3 * US_PER_HOUR);
}

static void test_duty_clock__B9_nothing_is_breached_while_it_is_held(void **state) {
    (void)state;
    struct duration due = hours(24);
    const struct duration *r = &due;
    EVENTS(event("2026-11-02T00:00Z", CLOCK_START),
           event("2026-11-02T23:00Z", CLOCK_PAUSE));
    struct duty_clock c = duty_clock_fold(r, events, n, at("2026-12-24T00:00:00Z"));
    assert_int_equal(c.state, CLOCK_HELD);
    assert_false(c.is_late);
    assert_int_equal(c.due_us, POLICY_NO_INSTANT);
    assert_int_equal(c.left_us, US_PER_HOUR);
    assert_int_equal(
        duty_clock_reaches(r, events, n, at("2026-12-24T00:00:00Z"), 24 * US_PER_HOUR),
        POLICY_NO_INSTANT);
}

static void test_duty_clock__what_was_late_before_a_hold_stays_late(void **state) {
    (void)state;
    struct duration due = hours(24);
    const struct duration *r = &due;
    EVENTS(
        event("2026-11-02T00:00Z", CLOCK_START), event("2026-11-03T01:00Z", CLOCK_PAUSE),
        event("2026-11-09T00:00Z", CLOCK_RESUME), event("2026-11-09T01:00Z", CLOCK_STOP));
    struct duty_clock c = duty_clock_fold(r, events, n, at("2026-11-10T00:00:00Z"));
    assert_instant(c.due_us, "2026-11-03T00:00:00Z");
    assert_int_equal(state_of(&c), DUTY_BREACHED);
}

/* A history in the packs' words. */
struct lived {
    struct span words[32];
    int64_t times[32], ids[32];
    struct case_history h;
};

static void live(struct lived *x, const char *when, const char *word) {
    x->words[x->h.n] = span_of(word);
    x->times[x->h.n++] = at(when);
    x->h.events = x->words;
    x->h.at_us = x->times;
    x->h.ids = x->ids;
}

/* ---- whose word was the last: conversations (thread.c) ---- */

static const char conversation[] =
    "domain:\n  event: [message_received, replied_by_human, replied_by_machine, "
    "marked_no_reply_needed]\n  marketplace: [east]\n"
    "calendars:\n  always: {tz: UTC, open: always}\n"
    "desks:\n  all: {langs: [any], calendar: always}\ntriage: all\n"
    "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {duty: by-name}\n  else: "
    "none\n  rules:\n  - {id: a, title: t, source: s, when: {event: message_received}, "
    "then: {duty: {name: answer, due: 24h, start: oldest_unanswered, stop: "
    "[replied_by_human, marked_no_reply_needed]}}}\n";

/* From the definition: the earliest message after the last answer. */
static int64_t slow_oldest_unanswered(const struct lived *x) {
    int64_t answered = POLICY_NO_INSTANT, oldest = POLICY_NO_INSTANT;
    for (size_t i = 0; i < x->h.n; i++) {
        bool is_answer = span_is(x->words[i], "replied_by_human") ||
                         span_is(x->words[i], "marked_no_reply_needed");
        answered = is_answer && x->times[i] > answered ? x->times[i] : answered;
    }
    for (size_t i = 0; i < x->h.n; i++)
        if (span_is(x->words[i], "message_received") && x->times[i] > answered &&
            (oldest == POLICY_NO_INSTANT || x->times[i] < oldest))
            oldest = x->times[i];
    return oldest;
}

struct kept {
    struct case_state state;
    struct case_duty duties[CASE_MAX_DUTIES];
};

/* Writes what a decision says into the duties, as a worker does. */
static void keep(struct kept *k, const struct case_decision *d) {
    static const struct span stops[] = {{"replied_by_human", 16},
                                        {"marked_no_reply_needed", 22}};
    for (int i = 0; i < d->n_changes; i++) {
        k->duties[d->changes[i].index].state = d->changes[i].now.state;
        k->duties[d->changes[i].index].closed_us = d->changes[i].now.closed_us;
    }
    for (int i = 0; i < d->n_starts; i++) {
        const struct duty_start *s = &d->starts[i];
        k->duties[k->state.n_duties++] =
            (struct case_duty){.duty_id = s->duty_id,
                               .name = SPAN("answer"),
                               .instance = s->now.instance,
                               .state = s->now.state,
                               .called_us = POLICY_NO_INSTANT,
                               .start_us = s->policy.start_us,
                               .due_us = s->policy.due_us,
                               .act_by_us = s->policy.owner.act_by_us,
                               .closed_us = s->now.closed_us,
                               .stop = stops,
                               .n_stops = 2};
    }
}

/* The start of the duty that is open when all was read in this order; POLICY_NO_INSTANT:
 * no clock runs. */
static int64_t told_by_thread(const struct policy *p, const struct lived *x) {
    struct kept k = {.state = {.case_id = {{7}}, .opened_us = POLICY_NO_INSTANT}};
    struct lived read = {0};
    k.state.duties = k.duties;
    for (size_t i = 0; i < x->h.n; i++) {
        char id[32];
        snprintf(id, sizeof id, "e%zu", i);
        struct case_event e = {
            .word = x->words[i].ptr, .event_id = span_of(id), .occurred_us = x->times[i]};
        struct policy_facts f;
        struct case_decision d;
        policy_facts_init(p, &f);
        policy_state(p, &f, FACT_MARKETPLACE, SPAN("east"));
        k.state.history = read.h;
        thread_decide(&k.state, &e, p, &f, &d);
        keep(&k, &d);
        read.words[i] = x->words[i];
        read.times[i] = x->times[i];
        read.ids[i] = identity_hash64(span_of(id));
        read.h = (struct case_history){read.words, read.times, read.ids, i + 1};
    }
    int64_t open = POLICY_NO_INSTANT;
    for (int i = 0; i < k.state.n_duties; i++) {
        if (k.duties[i].state == DUTY_OPEN) {
            assert_int_equal(open, POLICY_NO_INSTANT); /* one clock, not two */
            open = k.duties[i].start_us;
        }
    }
    return open;
}

static void test_duty_clock__B16_no_clock_runs_when_the_seller_spoke_last(void **state) {
    (void)state;
    struct pack_fixture p;
    pack_load_text(&p, conversation);
    assert_loads(&p);
    struct lived x = {0};
    live(&x, "2026-11-02T00:00:00Z", "message_received");
    live(&x, "2026-11-02T05:00:00Z", "replied_by_human");
    assert_int_equal(told_by_thread(p.p, &x), POLICY_NO_INSTANT);
    live(&x, "2026-11-02T06:00:00Z", "message_received");
    live(&x, "2026-11-02T07:00:00Z", "replied_by_machine"); /* that is no answer */
    assert_instant(told_by_thread(p.p, &x), "2026-11-02T06:00:00Z");
    live(&x, "2026-11-02T08:00:00Z", "marked_no_reply_needed");
    assert_int_equal(told_by_thread(p.p, &x), POLICY_NO_INSTANT);
    pack_remove(&p);
}

static void test_duty_clock__B26_the_first_message_that_waits_is_charged(void **state) {
    (void)state;
    static const char *const words[] = {"message_received", "message_received",
                                        "replied_by_human", "replied_by_machine",
                                        "marked_no_reply_needed"};
    struct pack_fixture p;
    uint64_t seed = 26;
    pack_load_text(&p, conversation);
    assert_loads(&p);
    struct lived first = {0};
    live(&first, "2026-11-02T09:00:00Z", "message_received");
    live(&first, "2026-11-02T08:00:00Z", "message_received"); /* read late */
    live(&first, "2026-11-02T20:00:00Z", "message_received");
    assert_instant(told_by_thread(p.p, &first), "2026-11-02T08:00:00Z");
    for (int k = 0; k < 3000; k++) { /* any conversation, read in any order */
        struct lived x = {0};
        size_t n = 1 + random_next(&seed) % 8;
        for (size_t i = 0; i < n; i++) {
            live(&x, "2026-11-02T00:00:00Z", words[random_next(&seed) % COUNT_OF(words)]);
            /* no two at one instant: which came first would be anybody's guess */
            x.times[i] +=
                (int64_t)((random_next(&seed) % 500) * 8 + (uint64_t)i) * US_PER_MIN;
        }
        assert_int_equal(told_by_thread(p.p, &x), slow_oldest_unanswered(&x));
    }
    pack_remove(&p);
}

static void
test_duty_clock__B17_a_shorter_target_leaves_the_longer_one_alone(void **state) {
    (void)state;
    struct duration update = hours(4), first = hours(24);
    const struct duration *slow = &first, *fast = &update;
    EVENTS(event("2026-11-02T00:00Z", CLOCK_START));
    int64_t now = at("2026-11-02T05:00:00Z");
    struct duty_clock x = duty_clock_fold(fast, events, n, now);
    struct duty_clock y = duty_clock_fold(slow, events, n, now);
    assert_true(x.is_late);
    assert_false(y.is_late);
    assert_instant(y.due_us, "2026-11-03T00:00:00Z");
    struct pack_fixture p;
    struct policy_facts f;
    struct policy_decision d;
    pack_load_text(
        &p, PACK_GROUND
        "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {duty: by-name}\n  "
        "else: none\n  rules:\n"
        "  - {id: a, title: t, source: s, when: {event: asked}, then: {duty: {name: "
        "first_response, stop: answered, due: 24h, reopen: closed}}}\n"
        "  - {id: b, title: t, source: s, when: {event: asked}, then: {duty: {name: "
        "update, stop: answered, due: 4h, reopen: closed}}}\n");
    assert_loads(&p);
    policy_facts_init(p.p, &f);
    policy_state(p.p, &f, FACT_EVENT, SPAN("asked"));
    policy_state_instant(&f, TIME_EVENT, at("2026-11-02T00:00:00Z"));
    policy_decide(p.p, &f, &d);
    assert_int_equal(d.n_duties, 2);
    assert_instant(d.duties[0].due_us, "2026-11-03T00:00:00Z");
    assert_instant(d.duties[1].due_us, "2026-11-02T04:00:00Z");
    pack_remove(&p);
}

static void
test_duty_clock__B18_no_other_policys_clock_is_left_after_a_move(void **state) {
    (void)state;
    struct duration old = hours(4), new = hours(24);
    const struct duration *before = &old, *after = &new;
    EVENTS(event("2026-11-02T00:00Z", CLOCK_START));
    int64_t now = at("2026-11-02T05:00:00Z");
    assert_true(duty_clock_fold(before, events, n, now).is_late);
    struct duty_clock moved = duty_clock_fold(after, events, n, now);
    struct duty_clock fresh = duty_clock_fold(after, events, n, now);
    assert_false(moved.is_late);
    assert_same(&moved, &fresh);
}

static void
test_duty_clock__B20_a_new_target_does_not_rewrite_what_was_met(void **state) {
    (void)state;
    struct duration old = hours(24), new = hours(1);
    const struct duration *before = &old, *after = &new;
    EVENTS(event("2026-11-02T00:00Z", CLOCK_START),
           event("2026-11-02T10:00Z", CLOCK_STOP));
    int64_t now = at("2026-11-09T00:00:00Z");
    struct duty_clock then = duty_clock_fold(before, events, n, now);
    struct duty_clock since = duty_clock_fold(after, events, n, now);
    /* start, elapsed and hold are the events'; what a rule of its time judged stands in
     * the row of the duty, and the new rule would judge for itself */
    assert_int_equal(state_of(&then), DUTY_MET);
    assert_int_equal(state_of(&since), DUTY_BREACHED);
    assert_int_equal(then.start_us, since.start_us);
    assert_int_equal(then.elapsed_us, since.elapsed_us);
    assert_int_equal(then.stopped_us, since.stopped_us);
}

static void test_duty_clock__B21_one_fold_knows_one_policy(void **state) {
    (void)state;
    /* a change of policy in the middle of a hold: due is the new rule's alone, not part
     * of one and part of the other */
    struct duration old = hours(10), new = business_days(1);
    const struct duration *before = &old, *after = &new;
    EVENTS(event("2026-11-04T09:00+09:00", CLOCK_START),
           event("2026-11-04T12:00+09:00", CLOCK_PAUSE),
           event("2026-11-05T09:00+09:00", CLOCK_RESUME));
    int64_t now = at("2026-11-05T10:00+09:00");
    assert_instant(duty_clock_fold(before, events, n, now).due_us,
                   "2026-11-05T16:00:00+09:00");
    /* a business day is nine open hours here: three were used */
    assert_instant(duty_clock_fold(after, events, n, now).due_us,
                   "2026-11-05T15:00:00+09:00");
}

static void test_duty_clock__B22_an_answer_before_opening_counts_once(void **state) {
    (void)state;
    struct duration due = {
        .kind = SPAN_BUSINESS_HOURS, .amount = 4 * US_PER_HOUR, .calendar = office};
    const struct duration *r = &due;
    EVENTS(event("2026-11-04T06:30+09:00", CLOCK_STOP),
           event("2026-11-04T06:00+09:00", CLOCK_START),
           event("2026-11-04T06:30+09:00", CLOCK_STOP));
    struct duty_clock c = duty_clock_fold(r, events, n, at("2026-11-06T00:00:00Z"));
    assert_int_equal(c.state, CLOCK_STOPPED);
    assert_int_equal(c.elapsed_us, 0);
    assert_int_equal(state_of(&c), DUTY_MET);
    /* what was said before the question is no answer to it */
    const struct clock_event early[] = {event("2026-11-04T05:00+09:00", CLOCK_STOP),
                                        event("2026-11-04T06:00+09:00", CLOCK_START)};
    assert_int_equal(duty_clock_fold(r, early, 2, at("2026-11-06T00:00:00Z")).state,
                     CLOCK_RUNNING);
}

/* A notice is for a person who is there: not at midnight, not on Sunday; but the last one
 * before it is too late goes out as it is. */
static void
test_duty_clock__B23_notices_wait_for_the_desk_after_a_pause_too(void **state) {
    (void)state;
    struct duty_spec spec = {.due = hours(48),
                             .warnings = {{50, 0}, {0, 12 * US_PER_HOUR}, {95, 0}},
                             .n_warnings = 3,
                             .is_own_clock = true};
    EVENTS(event("2026-11-05T09:00+09:00", CLOCK_START),   /* Thursday */
           event("2026-11-05T21:00+09:00", CLOCK_PAUSE),   /* 12 of 48 hours used */
           event("2026-11-06T15:00+09:00", CLOCK_RESUME)); /* Friday: 36 hours left */
    int64_t out[POLICY_MAX_WARNINGS];
    int64_t now = at("2026-11-06T15:30+09:00");
    /* half is reached on Saturday at 03:00, twelve hours before due are on Saturday at
     * 15:00; the office opens on Monday, after due: they go out, rather than never */
    struct notice_turn turn = {office, 0, at("2026-11-06T18:00+09:00")};
    int told = duty_clock_warnings(&spec, events, n, now, &turn, 1, out);
    assert_int_equal(told, 3);
    assert_instant(out[0], "2026-11-07T03:00:00+09:00");
    /* with a desk that opens on Monday and time enough they wait for it */
    spec.due = hours(120);
    turn.act_by_us = at("2026-11-10T18:00+09:00");
    told = duty_clock_warnings(&spec, events, n, now, &turn, 1, out);
    assert_int_equal(told, 3);
    assert_instant(out[0], "2026-11-09T09:00:00+09:00"); /* half: Sunday, 15:00 */
    assert_instant(out[1], "2026-11-10T15:00:00+09:00");
    /* 95 %: the last one does not wait */
    assert_int_equal(out[2], at("2026-11-11T03:00+09:00") - 6 * US_PER_HOUR);
}

/* Whoever looks, and whenever: the level has one instant, so it has one identity. */
static void
test_duty_clock__B24_two_who_see_the_same_breach_write_the_same_row(void **state) {
    (void)state;
    struct duration due = business_days(1);
    const struct duration *r = &due;
    EVENTS(event("2026-11-04T10:00+09:00", CLOCK_START),
           event("2026-11-04T12:00+09:00", CLOCK_PAUSE),
           event("2026-11-04T15:00+09:00", CLOCK_RESUME));
    struct uuid order = identity_order(SPAN("amazon.co.jp"), SPAN("s"), SPAN("1"));
    struct uuid id[2];
    static const char *const looks[] = {"2026-11-05T14:00:00Z", "2026-12-24T03:00:00Z"};
    for (int i = 0; i < 2; i++) {
        struct duty_clock c = duty_clock_fold(r, events, n, at(looks[i]));
        assert_true(c.is_late);
        struct uuid duty = identity_duty(c.start_us, order, SPAN("d"));
        id[i] = identity_escalation(c.due_us, duty, "breach");
    }
    assert_memory_equal(&id[0], &id[1], sizeof id[0]);
}

/* ---- against counting minute by minute ---- */

struct slow_clock {
    bool is_running, is_held, is_stopped, was_held;
    int64_t counted, due; /* minutes; the instant, INT64_MIN: not yet */
};

static bool counts(const struct duration *d, int64_t t) {
    return d->kind == SPAN_ELAPSED || calendar_is_open(d->calendar, t);
}

static void slow_take(struct slow_clock *s, enum clock_event_kind kind) {
    if (kind == CLOCK_START && !s->is_running && !s->is_held && !s->is_stopped) {
        s->is_running = true;
    } else if (kind == CLOCK_PAUSE && s->is_running) {
        s->is_running = false;
        s->is_held = true;
    } else if (kind == CLOCK_RESUME && s->is_held) {
        s->is_held = false;
        s->is_running = s->was_held = true;
    } else if (kind == CLOCK_STOP && (s->is_running || s->is_held)) {
        s->is_running = s->is_held = false;
        s->is_stopped = true;
    }
}

/* Time is counted a minute at a time while it runs; due is when all of it was. */
static void compare_with_minutes(const struct duration *due,
                                 const struct clock_event *events, size_t n, int64_t from,
                                 int64_t total, int64_t now) {
    struct slow_clock s = {.due = INT64_MIN};
    for (int64_t t = from; t < now; t += US_PER_MIN) {
        for (int kind = CLOCK_START; kind <= CLOCK_STOP; kind++) {
            for (size_t i = 0; i < n; i++)
                if (events[i].at_us == t && (int)events[i].kind == kind)
                    slow_take(&s, events[i].kind);
        }
        if (s.is_running && counts(due, t)) {
            s.counted++;
            if (s.counted == total)
                s.due = t + US_PER_MIN;
        }
    }
    struct duty_clock c = duty_clock_fold(due, events, n, now - 1);
    assert_int_equal(c.state == CLOCK_RUNNING, s.is_running);
    assert_int_equal(c.state == CLOCK_HELD, s.is_held);
    assert_int_equal(c.state == CLOCK_STOPPED, s.is_stopped);
    if (c.state == CLOCK_WAITING)
        return;
    int64_t counted = c.elapsed_us + (c.state == CLOCK_RUNNING && counts(due, now - 1));
    assert_int_equal(counted, s.counted * US_PER_MIN);
    bool is_late = s.due != INT64_MIN && s.counted > total;
    assert_int_equal(c.is_late, is_late);
    if (s.due != INT64_MIN && c.due_us != POLICY_NO_INSTANT)
        assert_int_equal(c.due_us, s.due);
    if (s.counted > 0 && s.counted <= total && s.is_running) {
        /* and the instant of what was counted is when it was */
        int64_t reached = duty_clock_reaches(due, events, n, now - 1, counted);
        assert_true(reached != POLICY_NO_INSTANT && reached <= now);
    }
}

static void test_duty_clock__agrees_with_counting_minute_by_minute(void **state) {
    (void)state;
    static const char *const zones[] = {"Asia/Tokyo", "Europe/Berlin", "America/New_York",
                                        "UTC"};
    const char *longer = getenv("HENPIN_LONG");
    int cases = 4000 * (longer && atoi(longer) > 0 ? atoi(longer) : 1);
    uint64_t seed = 26;
    for (int k = 0; k < cases; k++) {
        struct arena *outer = a;
        struct calendar *c = NULL;
        a = arena_new((size_t)64 << 20);
        if (k % 16 == 0 || k % 2 == 0)
            c = calendar_new(zones[random_next(&seed) % COUNT_OF(zones)], true, &seed);
        struct duration due = {.kind = c ? SPAN_BUSINESS_HOURS : SPAN_ELAPSED,
                               .amount =
                                   (int64_t)(1 + random_next(&seed) % 2000) * US_PER_MIN,
                               .calendar = c};
        struct clock_event events[12];
        size_t n = 2 + random_next(&seed) % 10;
        int64_t from = at("2026-10-19T00:00:00Z") +
                       (int64_t)(random_next(&seed) % 10080) * US_PER_MIN;
        for (size_t i = 0; i < n; i++) {
            events[i].at_us =
                from + (int64_t)(random_next(&seed) % (5 * 1440)) * US_PER_MIN;
            events[i].kind =
                (enum clock_event_kind[]){CLOCK_START, CLOCK_PAUSE,  CLOCK_RESUME,
                                          CLOCK_PAUSE, CLOCK_RESUME, CLOCK_STOP}
                    [i == 0 ? 0 : random_next(&seed) % (i % 4 == 0 ? 6 : 5)];
        }
        compare_with_minutes(&due, events, n, from, due.amount / US_PER_MIN,
                             from + (int64_t)(1 + random_next(&seed) % (8 * 1440)) *
                                        US_PER_MIN);
        arena_free(a);
        a = outer;
    }
    print_message("cases %d\n", cases);
}

/* The order in which events were read does not matter. */
static void test_duty_clock__any_order_of_reading_gives_one_clock(void **state) {
    (void)state;
    struct duration due = hours(30);
    uint64_t seed = 7;
    for (int k = 0; k < 2000; k++) {
        struct clock_event events[10], mixed[10];
        for (int i = 0; i < 10; i++) {
            events[i].at_us = at("2026-11-02T00:00:00Z") +
                              (int64_t)(random_next(&seed) % 40) * US_PER_HOUR;
            events[i].kind = (enum clock_event_kind)(random_next(&seed) % 4);
            mixed[i] = events[i];
        }
        for (int i = 9; i > 0; i--) {
            int other = (int)(random_next(&seed) % (uint64_t)(i + 1));
            struct clock_event e = mixed[i];
            mixed[i] = mixed[other];
            mixed[other] = e;
        }
        int64_t now = at("2026-11-04T00:00:00Z");
        struct duty_clock x = duty_clock_fold(&due, events, 10, now),
                          y = duty_clock_fold(&due, mixed, 10, now);
        assert_same(&x, &y);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_duty_clock__B5_a_pause_over_a_weekend_gives_no_weekend_back),
        cmocka_unit_test(test_duty_clock__B6_a_pause_survives_a_change_of_policy),
        cmocka_unit_test(
            test_duty_clock__B7_what_is_resolved_while_held_counts_all_of_the_hold),
        cmocka_unit_test(
            test_duty_clock__B8_a_hold_moves_what_is_left_and_never_the_start),
        cmocka_unit_test(test_duty_clock__B9_nothing_is_breached_while_it_is_held),
        cmocka_unit_test(test_duty_clock__what_was_late_before_a_hold_stays_late),
        cmocka_unit_test(test_duty_clock__B16_no_clock_runs_when_the_seller_spoke_last),
        cmocka_unit_test(
            test_duty_clock__B17_a_shorter_target_leaves_the_longer_one_alone),
        cmocka_unit_test(
            test_duty_clock__B18_no_other_policys_clock_is_left_after_a_move),
        cmocka_unit_test(test_duty_clock__B20_a_new_target_does_not_rewrite_what_was_met),
        cmocka_unit_test(test_duty_clock__B21_one_fold_knows_one_policy),
        cmocka_unit_test(test_duty_clock__B22_an_answer_before_opening_counts_once),
        cmocka_unit_test(
            test_duty_clock__B23_notices_wait_for_the_desk_after_a_pause_too),
        cmocka_unit_test(
            test_duty_clock__B24_two_who_see_the_same_breach_write_the_same_row),
        cmocka_unit_test(test_duty_clock__B26_the_first_message_that_waits_is_charged),
        cmocka_unit_test(test_duty_clock__agrees_with_counting_minute_by_minute),
        cmocka_unit_test(test_duty_clock__any_order_of_reading_gives_one_clock),
    };
    return cmocka_run_group_tests_name("duty_clock", tests, setup, teardown);
}
