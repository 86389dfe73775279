/* test_deadline.c: due, act-by and warnings as a rule set states them, and the traps of
 * deadlines. */
#include "tests/common/policy/packs.h"

#define RULES(duty)                                                                      \
    PACK_GROUND                                                                          \
    "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {duty: by-name}\n  "      \
    "else: none\n  rules:\n"                                                             \
    "  - {id: a, title: t, source: s, when: {event: asked}, then: {duty: {name: d, "     \
    "stop: answered, " duty "}}}\n"                                                      \
    "- table: r\n  title: r\n  hit: unique\n  gives: {chain: one}\n  rules: []\n"        \
    "  else: {chain: [{to: office, skip_if: closed}, {to: night}]}\n"

static struct policy_decision decide(const char *text, const char *when,
                                     const char *lang) {
    struct pack_fixture x;
    static struct policy_decision d;
    struct policy_facts f;
    pack_load_text(&x, text);
    assert_loads(&x);
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_EVENT, SPAN("asked"));
    policy_state(x.p, &f, FACT_MARKETPLACE, SPAN("east"));
    policy_state(x.p, &f, FACT_LANG, span_of(lang));
    policy_state_instant(&f, TIME_EVENT, at(when));
    policy_decide(x.p, &f, &d);
    d.duties[0].owner.desk =
        d.duties[0].owner.desk && strcmp(d.duties[0].owner.desk, "office") == 0 ? "office"
                                                                                : "night";
    d.route.desk = strcmp(d.route.desk, "office") == 0 ? "office" : "night";
    pack_remove(&x);
    assert_int_equal(d.outcome, POLICY_DECIDED);
    return d;
}

static void
test_deadline__act_by_is_the_last_open_minute_before_due_minus_reserve(void **state) {
    (void)state;
    /* Friday noon; Monday is a holiday of that office */
    struct policy_duty d = decide(RULES("due: 5 calendar-days in tokyo, reserve: 12h"),
                                  "2026-11-20T12:00:00+09:00", "ja")
                               .duties[0];
    assert_instant(d.due_us, "2026-11-25T12:00:00+09:00");
    assert_instant(d.owner.act_by_us, "2026-11-24T18:00:00+09:00");
    assert_string_equal(d.owner.desk, "office");
    assert_false(d.owner.is_catch_all);
}

static void
test_deadline__a_desk_that_does_not_open_before_due_is_passed_over(void **state) {
    (void)state;
    struct policy_decision d =
        decide(RULES("due: 24h, reserve: 1h"), "2026-11-20T19:00:00+09:00", "ja");
    assert_string_equal(d.duties[0].owner.desk, "night");
    assert_true(d.duties[0].owner.is_catch_all);
    assert_instant(d.duties[0].owner.act_by_us, "2026-11-21T18:00:00+09:00");
    assert_string_equal(d.route.desk, "night"); /* closed now */
}

static void test_deadline__the_language_is_a_hard_requirement(void **state) {
    (void)state;
    struct policy_duty d =
        decide(RULES("due: 5 calendar-days in tokyo"), "2026-11-20T12:00:00+09:00", "en")
            .duties[0];
    assert_string_equal(d.owner.desk, "night");
}

static void test_deadline__24_hours_are_elapsed_hours_over_a_clock_change(void **state) {
    (void)state;
    struct policy_duty d =
        decide(RULES("due: 24h"), "2026-03-28T20:00:00+01:00", "ja").duties[0];
    assert_int_equal(d.due_us - d.start_us, 24 * US_PER_HOUR);
}

static void test_deadline__B19_business_hours_are_business_hours(void **state) {
    (void)state;
    struct policy_duty d =
        decide(RULES("due: 6 business-hours in tokyo"), "2026-11-20T16:00:00+09:00", "ja")
            .duties[0];
    /* two hours on Friday, Monday closed, three before lunch on Tuesday, one after */
    assert_instant(d.due_us, "2026-11-24T14:00:00+09:00");
}

static void test_deadline__B3_business_days_from_outside_hours(void **state) {
    (void)state;
    struct policy_duty d =
        decide(RULES("due: 1 business-days in tokyo"), "2026-11-21T03:00:00+09:00", "ja")
            .duties[0];
    assert_instant(d.due_us, "2026-11-24T09:00:00+09:00");
}

static void
test_deadline__the_first_day_may_count_and_the_day_may_run_to_its_end(void **state) {
    (void)state;
    struct policy_duty d = decide(RULES("due: \"8 calendar-days in tokyo, first day "
                                        "counted, to the end of the day\""),
                                  "2026-11-20T23:59:00+09:00", "ja")
                               .duties[0];
    assert_instant(d.due_us, "2026-11-28T00:00:00+09:00");
    d = decide(RULES("due: \"14 calendar-days in tokyo, to the end of the day\""),
               "2026-11-20T00:00:00+09:00", "ja")
            .duties[0];
    assert_instant(d.due_us, "2026-12-05T00:00:00+09:00");
    /* day 8 is a Saturday: on to Monday */
    d = decide(RULES("due: \"8 calendar-days in tokyo, to the end of the day, rolling to "
                     "open in tokyo\""),
               "2026-11-20T12:00:00+09:00", "ja")
            .duties[0];
    assert_instant(d.due_us, "2026-12-01T00:00:00+09:00");
}

/* Who answers, in which language, about what: none of it may move a promise. */
static void
test_deadline__B6_B18_B20_only_start_and_rule_make_the_due_instant(void **state) {
    (void)state;
    const char *text = RULES("due: 3 business-days in tokyo");
    struct policy_duty ja = decide(text, "2026-11-20T12:00:00+09:00", "ja").duties[0];
    struct policy_duty en = decide(text, "2026-11-20T12:00:00+09:00", "en").duties[0];
    assert_string_not_equal(ja.owner.desk, en.owner.desk);
    assert_int_equal(ja.start_us, en.start_us);
    assert_int_equal(ja.due_us, en.due_us);
}

static void
test_deadline__B4_B23_notices_wait_for_the_desk_to_open_except_the_last(void **state) {
    (void)state;
    struct policy_duty d = decide(RULES("due: 96h, warn: [10%, 50%, 95%]"),
                                  "2026-11-23T18:30:00+09:00", "ja")
                               .duties[0];
    assert_int_equal(d.n_warnings, 3);
    assert_instant(d.warn_us[0],
                   "2026-11-24T09:00:00+09:00"); /* would be 04:06 at night */
    assert_instant(d.warn_us[1], "2026-11-26T09:00:00+09:00"); /* would be 18:30 */
    assert_int_equal(d.warn_us[2], d.start_us + 96 * US_PER_HOUR / 100 * 95);
}

/* The office has it until Tuesday afternoon, then the night desk, which never closes. */
static void
test_deadline__B4_B23_notices_keep_to_the_hours_of_whose_turn_it_is(void **state) {
    (void)state;
    struct policy_duty d =
        decide(
            PACK_GROUND
            "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {duty: by-name}\n"
            "  else: none\n  rules:\n  - {id: a, title: t, source: s, when: {event: "
            "asked}, "
            "then: {duty: {name: d, stop: answered, due: 96h, warn: [5%, 10%, 50%, "
            "95%]}}}\n"
            "- table: r\n  title: r\n  hit: unique\n  gives: {chain: one}\n  rules: []\n"
            "  else: {chain: [{to: office, skip_if: closed, wait: 8h}, {to: night}]}\n",
            "2026-11-24T07:30:00+09:00", "ja")
            .duties[0];
    assert_int_equal(d.n_turns, 2);
    assert_instant(d.turns[1].from_us, "2026-11-24T15:30:00+09:00");
    assert_int_equal(d.n_warnings, 4);
    assert_instant(d.warn_us[0],
                   "2026-11-24T13:00:00+09:00"); /* 12:18: the lunch break */
    assert_instant(d.warn_us[1], "2026-11-24T17:06:00+09:00"); /* the night desk's */
    assert_instant(d.warn_us[2], "2026-11-26T07:30:00+09:00");
}

/* The clock looks at the first of them first, and never back. */
static void test_deadline__B4_warnings_come_in_the_order_of_time(void **state) {
    (void)state;
    struct policy_duty d =
        decide(RULES("due: 3h, warn: [50%, 2h]"), "2026-11-20T10:00:00+09:00", "ja")
            .duties[0];
    assert_int_equal(d.n_warnings, 2);
    assert_instant(d.warn_us[0], "2026-11-20T11:00:00+09:00");
    assert_instant(d.warn_us[1], "2026-11-20T11:30:00+09:00");
}

static void test_deadline__B4_a_warning_longer_than_the_duty_is_left_out(void **state) {
    (void)state;
    struct policy_duty d =
        decide(RULES("due: 2h, warn: [3h, 1h]"), "2026-11-20T10:00:00+09:00", "ja")
            .duties[0];
    assert_int_equal(d.n_warnings, 1);
    assert_instant(d.warn_us[0], "2026-11-20T11:00:00+09:00");
}

static void
test_deadline__B26_the_clock_runs_from_the_time_that_the_rule_names(void **state) {
    (void)state;
    struct pack_fixture x;
    struct policy_facts f;
    struct policy_decision d;
    pack_load_text(&x, RULES("due: 24h, start: oldest_unanswered"));
    assert_loads(&x);
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_EVENT, SPAN("asked"));
    policy_state_instant(&f, TIME_EVENT, at("2026-11-20T12:00:00Z"));
    policy_decide(x.p, &f, &d);
    assert_int_equal(d.outcome, POLICY_NOT_EVALUATED);
    assert_string_equal(d.cause, "oldest_unanswered is missing");
    policy_state_instant(&f, TIME_OLDEST_UNANSWERED, at("2026-11-19T12:00:00Z"));
    policy_decide(x.p, &f, &d);
    assert_instant(d.duties[0].due_us, "2026-11-20T12:00:00Z");
    pack_remove(&x);
}

static void test_deadline__beyond_the_calendars_it_is_not_evaluated(void **state) {
    (void)state;
    struct pack_fixture x;
    struct policy_facts f;
    struct policy_decision d;
    pack_load_text(&x, RULES("due: 2 business-days in tokyo"));
    assert_loads(&x);
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_EVENT, SPAN("asked"));
    static const int64_t extremes[] = {INT64_MAX, INT64_MIN + 1, 0, -1,
                                       INT64_C(9000000000000000)};
    for (size_t i = 0; i < COUNT_OF(extremes); i++) {
        policy_state_instant(&f, TIME_EVENT, extremes[i]);
        policy_decide(x.p, &f, &d);
        assert_int_equal(d.outcome, POLICY_NOT_EVALUATED);
    }
    pack_remove(&x);
}

/* One desk with hours and a licence, then the night desk; due on Wednesday noon. */
static struct policy_duty licensed_until(const char *licences) {
    struct pack_fixture x;
    struct policy_facts f;
    static struct policy_decision d;
    char text[8192];
    snprintf(
        text, sizeof text,
        PACK_GROUND
        "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {duty: by-name, "
        "chain: one}\n  else: none\n  rules:\n  - {id: a, title: t, source: s, when: "
        "{event: asked}, then: {duty: {name: d, stop: answered, due: 5 calendar-days "
        "in tokyo}, chain: [{to: repairer, require: [licence:repair]}, {to: night}]}}\n");
    char *desks = strstr(text, "desks:\n") + strlen("desks:\n");
    char rest[8192];
    snprintf(rest, sizeof rest, "%s", desks);
    snprintf(desks, sizeof text - (size_t)(desks - text),
             "  repairer: {langs: [ja], calendar: tokyo, licences: [%s]}\n%s", licences,
             rest);
    pack_load_text(&x, text);
    assert_loads(&x);
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_EVENT, SPAN("asked"));
    policy_state_instant(&f, TIME_EVENT, at("2026-11-20T12:00:00+09:00"));
    policy_decide(x.p, &f, &d);
    d.duties[0].owner.desk =
        strcmp(d.duties[0].owner.desk, "repairer") == 0 ? "repairer" : "night";
    pack_remove(&x);
    return d.duties[0];
}

static void
test_deadline__a_licence_that_ends_before_due_moves_the_act_by_forward(void **state) {
    (void)state;
    struct policy_duty d = licensed_until("{for: repair}");
    assert_instant(d.owner.act_by_us, "2026-11-25T12:00:00+09:00");
    d = licensed_until("{for: repair, until: 2026-11-24T15:00+09:00}");
    assert_instant(d.due_us, "2026-11-25T12:00:00+09:00");
    assert_string_equal(d.owner.desk, "repairer");
    assert_instant(d.owner.act_by_us, "2026-11-24T15:00:00+09:00");
    d = licensed_until("{for: repair, until: 2026-11-24T09:00+09:00}"); /* the opening */
    assert_instant(d.owner.act_by_us, "2026-11-20T18:00:00+09:00");
}

static void
test_deadline__a_licence_that_ended_before_the_start_passes_the_desk_over(void **state) {
    (void)state;
    struct policy_duty d = licensed_until("{for: repair, until: 2026-11-20T12:00+09:00}");
    assert_string_equal(d.owner.desk, "night");
    assert_true(d.owner.is_catch_all);
    d = licensed_until("{for: repair, from: 2026-11-25T12:00+09:00}"); /* begins at due */
    assert_string_equal(d.owner.desk, "night");
}

static void test_deadline__a_licence_that_was_renewed_is_held_on(void **state) {
    (void)state;
    struct policy_duty d = licensed_until(
        "{for: repair, until: 2026-11-24}, {for: repair, from: 2026-11-24}");
    assert_instant(d.owner.act_by_us, "2026-11-25T12:00:00+09:00");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_deadline__act_by_is_the_last_open_minute_before_due_minus_reserve),
        cmocka_unit_test(
            test_deadline__a_desk_that_does_not_open_before_due_is_passed_over),
        cmocka_unit_test(test_deadline__the_language_is_a_hard_requirement),
        cmocka_unit_test(test_deadline__24_hours_are_elapsed_hours_over_a_clock_change),
        cmocka_unit_test(test_deadline__B19_business_hours_are_business_hours),
        cmocka_unit_test(test_deadline__B3_business_days_from_outside_hours),
        cmocka_unit_test(
            test_deadline__the_first_day_may_count_and_the_day_may_run_to_its_end),
        cmocka_unit_test(
            test_deadline__B6_B18_B20_only_start_and_rule_make_the_due_instant),
        cmocka_unit_test(
            test_deadline__B4_B23_notices_wait_for_the_desk_to_open_except_the_last),
        cmocka_unit_test(
            test_deadline__B4_B23_notices_keep_to_the_hours_of_whose_turn_it_is),
        cmocka_unit_test(test_deadline__B4_warnings_come_in_the_order_of_time),
        cmocka_unit_test(test_deadline__B4_a_warning_longer_than_the_duty_is_left_out),
        cmocka_unit_test(
            test_deadline__B26_the_clock_runs_from_the_time_that_the_rule_names),
        cmocka_unit_test(test_deadline__beyond_the_calendars_it_is_not_evaluated),
        cmocka_unit_test(
            test_deadline__a_licence_that_ends_before_due_moves_the_act_by_forward),
        cmocka_unit_test(
            test_deadline__a_licence_that_ended_before_the_start_passes_the_desk_over),
        cmocka_unit_test(test_deadline__a_licence_that_was_renewed_is_held_on),
    };
    return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
