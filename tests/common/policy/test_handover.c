/*
 * test_handover.c: who has a duty from when to when: by hand, and against stepping minute by
 * minute over random chains of the shipped desks. HENPIN_LONG=3 compares 6,000 plans.
 */
#include "common/base/backoff.h"
#include "common/policy/desk.h"
#include "common/policy/handover.h"
#include "tests/common/policy/packs.h"

#include <stdlib.h>

/* ---- by hand ---- */

#define DESKS                                                                            \
    "domain:\n  event: [asked]\n  lang: {enum: [ja, en], optional: true}\n"              \
    "calendars:\n  always: {tz: UTC, open: always}\n"                                    \
    "  office_hours: {tz: Asia/Tokyo, open: {mon-fri: [09:00-12:00, 13:00-18:00]}}\n"    \
    "  long_hours: {tz: Asia/Tokyo, open: {mon-sun: [08:00-22:00]}}\n"                   \
    "desks:\n  office: {langs: [ja, en], calendar: office_hours, "                       \
    "licences: [{for: repair, until: 2027-01-01}]}\n"                                    \
    "  partner: {langs: [ja], calendar: long_hours, capacity: 5}\n"                      \
    "  triage: {langs: [any], calendar: always}\ntriage: triage\n"                       \
    "tables:\n- table: r\n  title: r\n  hit: unique\n  gives: {chain: one}\n"            \
    "  rules: []\n  else: {chain: ["

/* "office 12:00; partner 18:00 ..." with the day of the month, in Tokyo. */
static void plan_text(const char *steps, const char *lang, const char *start,
                      const char *due, const char *reserve_hours, char out[512]) {
    struct pack_fixture x;
    char pack[2048];
    struct policy_turn turns[POLICY_MAX_CHAIN];
    struct builder b = builder_over(out, 512);
    snprintf(pack, sizeof pack, "%s%s]}\n", DESKS, steps);
    pack_load_text(&x, pack);
    assert_loads(&x);
    const struct deadline_request q = {
        x.p->tables[0].otherwise.then.chain, x.p->triage,
        lang ? attribute_find(&x.p->domain.facts[FACT_LANG], span_of(lang)) : -1};
    int n =
        handover_plan(&q, at(start), at(due), atoi(reserve_hours) * US_PER_HOUR, turns);
    for (int i = 0; i < n; i++) {
        char from[CLOCK_TEXT_SIZE], act_by[CLOCK_TEXT_SIZE];
        clock_text(turns[i].from_us + 9 * US_PER_HOUR, from);
        clock_text(turns[i].act_by_us + 9 * US_PER_HOUR, act_by);
        build_format(&b, "%s%s %.5s %.5s, act by %.5s %.5s%s", i ? "; " : "",
                     turns[i].desk, from + 5, from + 11, act_by + 5, act_by + 11,
                     turns[i].skips_full ? " unless full" : "");
    }
    build_char(&b, '\0');
    pack_remove(&x);
}

static const struct {
    const char *what, *steps, *lang, *start, *due, *reserve, *plan;
} cases[] = {
    {"each has its wait, triage the rest",
     "{to: office, skip_if: closed, wait: 2h}, {to: partner, skip_if: closed or full, "
     "wait: 3h}, {to: triage}",
     "ja", "2026-11-24T09:30+09:00", "2026-11-25T09:30+09:00", "1",
     "office 11-24 09:30, act by 11-24 18:00; partner 11-24 11:30, act by 11-25 08:30 "
     "unless full; triage 11-24 14:30, act by 11-25 08:30"},
    {"a lunch break neither passes over nor ends anything",
     "{to: office, skip_if: closed, wait: 2h}, {to: triage}", "ja",
     "2026-11-24T12:10+09:00", "2026-11-25T12:00+09:00", "0",
     "office 11-24 12:10, act by 11-25 12:00; triage 11-24 14:10, act by 11-25 12:00"},
    {"who closes before its wait is over hands over when it closes",
     "{to: office, skip_if: closed, wait: 6h}, {to: partner, wait: 2h}, {to: triage}",
     "ja", "2026-11-24T16:00+09:00", "2026-11-26T12:00+09:00", "0",
     "office 11-24 16:00, act by 11-26 12:00; partner 11-24 18:00, act by 11-26 12:00; "
     "triage 11-24 20:00, act by 11-26 12:00"},
    {"who is closed throughout its wait is passed over",
     "{to: office, skip_if: closed, wait: 2h}, {to: partner, wait: 2h}, {to: triage}",
     "ja", "2026-11-20T19:00+09:00", "2026-11-25T19:00+09:00", "0",
     "partner 11-20 19:00, act by 11-25 19:00; triage 11-20 21:00, act by 11-25 19:00"},
    {"without skip_if a desk is waited for, in its own hours",
     "{to: office, wait: 4h}, {to: triage}", "ja", "2026-11-20T17:00+09:00",
     "2026-11-25T19:00+09:00", "0",
     "office 11-20 17:00, act by 11-25 18:00; triage 11-23 12:00, act by 11-25 19:00"},
    {"when all are closed, who opens first is waited for",
     "{to: office, skip_if: closed, wait: 2h}, {to: partner, skip_if: closed, wait: 2h}, "
     "{to: triage}",
     "ja", "2026-11-20T23:00+09:00", "2026-11-23T19:00+09:00", "0",
     "partner 11-20 23:00, act by 11-23 19:00; triage 11-21 10:00, act by 11-23 19:00"},
    {"nobody can act in time but the last",
     "{to: office, skip_if: closed, wait: 2h}, {to: triage}", "ja",
     "2026-11-20T19:00+09:00", "2026-11-21T19:00+09:00", "1",
     "triage 11-20 19:00, act by 11-21 18:00"},
    {"a language is no matter of time", "{to: partner, wait: 2h}, {to: triage}", "en",
     "2026-11-24T10:00+09:00", "2026-11-25T10:00+09:00", "0",
     "triage 11-24 10:00, act by 11-25 10:00"},
    {"without wait a desk keeps it until it closes for the last time",
     "{to: office}, {to: partner}, {to: triage}", "ja", "2026-11-24T10:00+09:00",
     "2026-11-25T23:00+09:00", "0",
     "office 11-24 10:00, act by 11-25 18:00; partner 11-25 18:00, act by 11-25 22:00; "
     "triage 11-25 22:00, act by 11-25 23:00"},
    {"an empty turn is none: the desk is open at the latest moment",
     "{to: office}, {to: triage}", "ja", "2026-11-24T10:00+09:00",
     "2026-11-25T11:00+09:00", "0", "office 11-24 10:00, act by 11-25 11:00"},
    {"a licence that ends is a closing",
     "{to: office, require: [licence:repair], wait: 80h}, {to: triage}", "ja",
     "2026-12-30T10:00+09:00", "2027-01-06T10:00+09:00", "0",
     "office 12-30 10:00, act by 12-31 18:00; triage 12-31 18:00, act by 01-06 10:00"},
    {"a wait may be a share of the time there is",
     "{to: office, skip_if: closed, wait: 50%}, {to: partner, skip_if: closed, wait: "
     "25%}, "
     "{to: triage}",
     "ja", "2026-11-23T10:00+09:00", "2026-11-27T22:00+09:00", "12",
     "office 11-23 10:00, act by 11-27 10:00; partner 11-25 10:00, act by 11-27 10:00; "
     "triage 11-26 10:00, act by 11-27 10:00"},
};

static void test_handover__lays_the_chain_out_in_time(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char got[512];
        plan_text(cases[i].steps, cases[i].lang, cases[i].start, cases[i].due,
                  cases[i].reserve, got);
        if (strcmp(got, cases[i].plan) != 0)
            fail_msg("%s:\n  %s\nnot %s", cases[i].what, got, cases[i].plan);
    }
}

static void refused(const char *steps, const char *because) {
    struct pack_fixture x;
    char pack[2048];
    snprintf(pack, sizeof pack, "%s%s]}\n", DESKS, steps);
    pack_load_text(&x, pack);
    assert_null(x.p);
    assert_non_null(strstr(x.said, because));
    pack_remove(&x);
}

static void test_handover__a_chain_that_makes_no_plan_is_refused(void **state) {
    (void)state;
    refused("{to: office}, {to: office}, {to: triage}", "stands in this chain already");
    refused("{to: office, wait: 100%}, {to: triage}", "1% to 99%");
    refused("{to: office, wait: half}, {to: triage}", "write elapsed time");
}

/* ---- minute by minute ---- */

static struct pack_fixture packs;

static bool is_open(const struct desk *d, int64_t us) {
    return calendar_is_open(d->calendar, us);
}

/* The closing instant counts as open. POLICY_NO_INSTANT: not within three weeks. */
static int64_t slow_last_open(const struct desk *d, int64_t us) {
    for (int i = 0; i < 21 * 1440; i++, us -= US_PER_MIN)
        if (is_open(d, us) || is_open(d, us - 1))
            return us;
    return POLICY_NO_INSTANT;
}

static int64_t slow_opens(const struct desk *d, int64_t us) {
    for (int i = 0; i < 21 * 1440 && !is_open(d, us); i++)
        us += US_PER_MIN;
    return us;
}

static int64_t slow_end(const struct chain_step *s, int64_t from, int64_t act_by) {
    int64_t at = from, left = s->wait_us;
    if (left == 0)
        return act_by;
    if (s->skip_closed) {
        int64_t latest = from + left < act_by ? from + left : act_by;
        return slow_last_open(s->desk, latest);
    }
    while (left > 0 && at < act_by) {
        left -= is_open(s->desk, at) ? US_PER_MIN : 0;
        at += US_PER_MIN;
    }
    return at;
}

static int slow_plan(const struct deadline_request *q, int64_t start, int64_t latest,
                     struct policy_turn *out) {
    const struct chain *c = q->chain;
    int64_t now = start;
    int n = 0, first = 0;
    for (;;) {
        int found = -1, waiting = -1;
        int64_t opens = INT64_MAX, act_bys[POLICY_MAX_CHAIN];
        for (int i = first; i + 1 < c->n && found < 0; i++) {
            const struct chain_step *s = &c->steps[i];
            act_bys[i] = slow_last_open(s->desk, latest);
            if (act_bys[i] <= now || !desk_can(s->desk, s, q->lang, act_bys[i]))
                continue;
            found = slow_end(s, now, act_bys[i]) > now ? i : -1;
            if (slow_opens(s->desk, now) < opens) {
                waiting = i;
                opens = slow_opens(s->desk, now);
            }
        }
        int i = found >= 0 ? found : waiting;
        if (i < 0)
            break;
        out[n++] = (struct policy_turn){
            .desk = c->steps[i].desk->name, .from_us = now, .act_by_us = act_bys[i]};
        now = slow_end(&c->steps[i], found >= 0 ? now : opens, act_bys[i]);
        first = i + 1;
    }
    if (n == 0 || now < latest) {
        out[n++] = (struct policy_turn){
            .desk = c->steps[c->n - 1].desk->name, .from_us = now, .act_by_us = latest};
    }
    return n;
}

static void random_chain(struct chain *c, uint64_t *seed) {
    *c = (struct chain){0};
    int n = 1 + (int)(random_next(seed) % 4);
    for (int i = 0; i < n; i++) {
        const struct desk *d =
            &packs.p->desks[random_next(seed) % (uint64_t)packs.p->n_desks];
        bool is_there = d == packs.p->triage;
        for (int k = 0; k < c->n; k++)
            is_there = is_there || c->steps[k].desk == d;
        if (!is_there) {
            c->steps[c->n++] = (struct chain_step){
                .desk = d,
                .wait_us = (int64_t)(random_next(seed) % 40) * 30 * US_PER_MIN,
                .skip_closed = random_next(seed) % 3 > 0};
        }
    }
    c->steps[c->n++] = (struct chain_step){.desk = packs.p->triage};
}

static int compare(uint64_t *seed) {
    struct policy_turn got[POLICY_MAX_CHAIN], slow[POLICY_MAX_CHAIN];
    struct chain c;
    random_chain(&c, seed);
    const struct deadline_request q = {&c, packs.p->triage,
                                       (int64_t)(random_next(seed) % 4) - 1};
    int64_t start = at("2026-01-20T00:00:00Z") +
                    (int64_t)(random_next(seed) % (340 * 1440)) * US_PER_MIN;
    int64_t due = start + (int64_t)(1 + random_next(seed) % 9000) * US_PER_MIN;
    int64_t reserve = (int64_t)(random_next(seed) % 400) * US_PER_MIN;
    int n = handover_plan(&q, start, due, reserve, got);
    int n_slow = slow_plan(&q, start, due - reserve, slow);
    assert_int_equal(n, n_slow);
    for (int i = 0; i < n; i++) {
        assert_string_equal(got[i].desk, slow[i].desk);
        assert_int_equal(got[i].from_us, slow[i].from_us);
        assert_int_equal(got[i].act_by_us, slow[i].act_by_us);
    }
    assert_int_equal(deadline_owner(&q, start, due, reserve).is_catch_all && c.n > 1,
                     c.n > 1 && strcmp(got[0].desk, packs.p->triage->name) == 0);
    return n;
}

static void test_handover__agrees_with_stepping_minute_by_minute(void **state) {
    (void)state;
    const char *longer = getenv("HENPIN_LONG");
    int times = longer && atoi(longer) > 0 ? atoi(longer) : 1, turns = 0;
    uint64_t seed = 20261122;
    packs = (struct pack_fixture){.dir = "deploy/policy"};
    pack_load(&packs);
    assert_loads(&packs);
    for (int i = 0; i < 2000 * times; i++)
        turns += compare(&seed);
    print_message("plans %d, turns %d\n", 2000 * times, turns);
    assert_true(turns > 3500 * times);
    policy_free(packs.p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handover__lays_the_chain_out_in_time),
        cmocka_unit_test(test_handover__a_chain_that_makes_no_plan_is_refused),
        cmocka_unit_test(test_handover__agrees_with_stepping_minute_by_minute),
    };
    return cmocka_run_group_tests_name("handover", tests, NULL, NULL);
}
