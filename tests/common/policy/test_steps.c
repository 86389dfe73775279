/* test_steps.c: steps, the playbooks they are taken from, and the words they may use. */
#include "tests/common/policy/packs.h"

#define GROUND                                                                           \
    PACK_GROUND "playbooks:\n"                                                           \
                "  papers:\n"                                                            \
                "    title: Papers\n"                                                    \
                "    source: X-1\n"                                                      \
                "    steps:\n"                                                           \
                "    - {do: check}\n"                                                    \
                "    - {do: hand_over, after: check, licence: CARRIER}\n"                \
                "    - {do: confirm, after: hand_over, due: 3 business-days in tokyo, "  \
                "overdue: late, keep: 5 years, evidence: slip}\n"
#define RULE(steps)                                                                      \
    "tables:\n- table: t\n  gives: {code: one, steps: list}\n  else: none\n  rules:\n"   \
    "  - {id: r, title: r, source: s, when: {event: arrived}, then: {code: c, steps: "   \
    "[" steps "]}}\n"

static struct pack_fixture x;

static struct policy_disposition decide(const char *text) {
    static struct policy_decision d;
    struct policy_facts f;
    pack_load_text(&x, text);
    assert_loads(&x);
    assert_string_equal(x.said, "");
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_EVENT, SPAN("arrived"));
    policy_state(x.p, &f, FACT_MARKETPLACE, SPAN("east"));
    policy_state_instant(&f, TIME_EVENT, at("2026-11-20T10:00+09:00"));
    policy_decide(x.p, &f, &d);
    return d.disposition;
}

static void assert_refused(const char *text, const char *why) {
    pack_load_text(&x, text);
    if (x.p || !strstr(x.said, why))
        fail_msg("wanted \"%s\", got %s", why, x.p ? "a rule set" : x.said);
    pack_remove(&x);
}

static void test_steps__a_played_playbook_stands_where_it_is_named(void **state) {
    (void)state;
    struct policy_disposition d = decide(GROUND RULE(
        "{do: isolate, due: 4h}, {play: papers, after: isolate}, {do: file}"));
    static const char *const actions[] = {"isolate", "check", "hand_over", "confirm",
                                          "file"};
    static const int after[] = {-1, 0, 1, 2, -1};
    assert_int_equal(d.n_steps, 5);
    for (int i = 0; i < 5; i++) {
        assert_string_equal(d.steps[i].action, actions[i]);
        assert_int_equal(d.steps[i].after, after[i]);
    }
    assert_string_equal(d.steps[2].licence, "CARRIER");
    assert_string_equal(d.steps[3].overdue, "late");
    assert_int_equal(d.steps[3].keep_years, 5);
    pack_remove(&x);
}

static void test_steps__lots_play_the_same_papers_side_by_side(void **state) {
    (void)state;
    struct policy_disposition d =
        decide(GROUND RULE("{do: split}, {play: papers, lot: battery, waste: [METAL, "
                           "SLUDGE], after: split}, {play: papers, lot: rest, after: "
                           "split}"));
    assert_int_equal(d.n_steps, 7);
    assert_string_equal(d.steps[2].lot, "battery");
    assert_int_equal(d.steps[2].n_waste, 2);
    assert_string_equal(d.steps[2].waste[1], "SLUDGE");
    assert_string_equal(d.steps[5].lot, "rest");
    assert_int_equal(d.steps[5].n_waste, 0);
    assert_int_equal(d.steps[4].after, 0);
    assert_int_equal(d.steps[6].after, 5);
    assert_null(d.steps[0].lot);
    pack_remove(&x);
}

static void test_steps__a_playbook_may_play_one_that_stands_below(void **state) {
    (void)state;
    struct policy_disposition d = decide(
        GROUND
        "  aaa: {title: All, source: s, steps: [{do: weigh, unit: kg, place: "
        "yard, unlocks: sale}, {play: papers, after: weigh}]}\n" RULE("{play: aaa}"));
    assert_int_equal(d.n_steps, 4);
    assert_int_equal(d.steps[1].after, 0);
    assert_string_equal(d.steps[0].unit, "kg");
    assert_string_equal(d.steps[0].place, "yard");
    assert_string_equal(d.steps[0].unlocks, "sale");
    pack_remove(&x);
}

/* Friday, Monday is closed: three business days from Thursday are not those from Friday. */
static void test_steps__business_days_count_from_the_step_before(void **state) {
    (void)state;
    struct policy_disposition d = decide(GROUND RULE("{play: papers}"));
    assert_instant(policy_step_due(&d.steps[2], at("2026-11-19T10:00+09:00")),
                   "2026-11-25T10:00+09:00");
    assert_instant(policy_step_due(&d.steps[2], at("2026-11-20T10:00+09:00")),
                   "2026-11-26T10:00+09:00");
    assert_true(policy_step_due(&d.steps[0], at("2026-11-20T10:00+09:00")) ==
                POLICY_NO_INSTANT);
    assert_true(policy_step_due(&d.steps[2], POLICY_NO_INSTANT) == POLICY_NO_INSTANT);
    pack_remove(&x);
}

static void test_steps__tests_in_the_pack_can_ask_for_each_property(void **state) {
    (void)state;
    (void)decide(GROUND RULE(
        "{do: store, place: yard, waste: [A, B], unlocks: sale, to: "
        "clerk}, {play: papers, after: store}") "tests:\n- test: all of it\n  given: "
                                                "{event: arrived, marketplace: east, "
                                                "time: 2026-11-20T10:00+09:00}\n  "
                                                "expect: {step.store.place: yard, "
                                                "step.store.waste: [B, A], "
                                                "step.store.unlocks: sale, "
                                                "step.store.to: "
                                                "clerk,\n    step.hand_over.licence: "
                                                "CARRIER, step.hand_over.after: "
                                                "check, step.confirm.evidence: slip, "
                                                "step.confirm.overdue: late,\n"
                                                "    step.confirm.due: "
                                                "2026-11-26T10:00+09:00, step.store.due: "
                                                "none, "
                                                "step.nobody.to: none}\n");
    pack_remove(&x);
    assert_refused(
        GROUND RULE("{play: papers}") "tests:\n- test: wrong\n  given: {event: arrived, "
                                      "marketplace: "
                                      "east, time: 2026-11-20T10:00+09:00}\n  expect: "
                                      "{step.hand_over.licence: NONE}\n",
        "CARRIER");
}

static void test_steps__what_cannot_be_played_is_refused(void **state) {
    (void)state;
    assert_refused(GROUND RULE("{play: paper}"), "did you mean \"papers\"?");
    assert_refused(GROUND "  a: {title: a, source: s, steps: [{play: b}]}\n"
                          "  b: {title: b, source: s, steps: [{play: a}]}\n" RULE(
                              "{play: papers}, {play: a}"),
                   "plays itself");
    assert_refused(GROUND RULE("{play: papers}, {play: papers}"),
                   "stands twice: give one of them another \"lot\"");
    assert_refused(GROUND RULE("{play: papers, after: nothing}"),
                   "\"after\" names a step above");
    assert_refused(GROUND "  papers: {title: a, source: s, steps: [{do: a}]}\n" RULE(
                       "{play: papers}"),
                   "stands twice");
    assert_refused(GROUND RULE("{do: a, overdue: late}"), "it is never late");
    assert_refused(GROUND RULE("{do: a, late: {do: b, due: 1h}}"), "it is never late");
    assert_refused(GROUND RULE("{do: a, due: 1h, late: {do: b}}"),
                   "\"late\" needs \"do\" and \"due\"");
    assert_refused(GROUND RULE("{do: a, due: 1h, late: {do: b, due: 1h, after: a}}"),
                   "what follows a late step");
    assert_refused(GROUND RULE("{do: a, keep: forever}"), "write \"5 years\"");
    assert_refused(GROUND RULE("{do: a, unit: pounds}"), "unit must be one of");
    assert_refused(GROUND RULE("{to: a}"), "a step needs \"do\", or \"play\"");
    assert_refused(GROUND RULE("{do: a, waste: [a, b, c, d, e, f, g]}"),
                   "at most 6 kinds of waste");
}

static void test_steps__what_follows_a_late_one_is_a_step_of_its_own(void **state) {
    (void)state;
    struct policy_disposition d = decide(GROUND RULE(
        "{play: papers}, {do: send, due: 2h, late: {do: report, to: boss, due: "
        "3h, evidence: receipt, keep: 5 years}}"));
    const struct policy_step *late = d.steps[3].late;
    assert_int_equal(d.n_steps, 4);
    assert_null(d.steps[0].late);
    assert_non_null(late);
    assert_string_equal(late->action, "report");
    assert_string_equal(late->to, "boss");
    assert_int_equal(late->keep_years, 5);
    assert_int_equal(policy_step_due(late, 7), 7 + 3 * US_PER_HOUR);
    pack_remove(&x);
}

static void test_steps__more_than_fit_are_told_once(void **state) {
    (void)state;
    char text[8192];
    int len = snprintf(text, sizeof text, "%s%s", GROUND,
                       "tables:\n- table: t\n  gives: {steps: list}\n  else: none\n  "
                       "rules:\n  - {id: r, title: r, source: s, then: {steps: [");
    for (int i = 0; i <= POLICY_MAX_STEPS + 3; i++) {
        len += snprintf(text + len, sizeof text - (size_t)len, "%s{do: a%d}",
                        i ? ", " : "", i);
    }
    snprintf(text + len, sizeof text - (size_t)len, ", {play: papers}]}}\n");
    pack_load_text(&x, text);
    assert_null(x.p);
    const char *first = strstr(x.said, "at most 32 steps");
    assert_non_null(first);
    assert_null(strstr(first + 1, "at most 32 steps"));
    pack_remove(&x);
}

static void test_steps__a_playbook_that_no_rule_plays_is_told(void **state) {
    (void)state;
    pack_load_text(&x, GROUND RULE("{do: a}"));
    assert_loads(&x);
    assert_non_null(strstr(x.said, "no rule plays \"papers\""));
    pack_remove(&x);
}

#define TERMS                                                                            \
    "terms:\n  licence:\n    CARRIER: {title: May carry, ja: \xe9\x81\x8b\xe6\x90\xac, " \
    "source: X-2, valid: 5 years}\n"

static void test_steps__listed_words_are_the_only_ones(void **state) {
    (void)state;
    (void)decide(TERMS GROUND RULE("{play: papers}"));
    const struct policy_term *t = policy_term(x.p, TERM_LICENCE, "CARRIER");
    assert_non_null(t);
    assert_string_equal(t->title, "May carry");
    assert_int_equal(t->valid_years, 5);
    assert_null(policy_term(x.p, TERM_LICENCE, "carrier"));
    assert_null(policy_term(x.p, TERM_PLACE, "CARRIER"));
    assert_null(policy_term(x.p, TERM_LICENCE, NULL));
    pack_remove(&x);
    assert_refused(TERMS GROUND RULE("{play: papers}, {do: a, licence: CARIER}"),
                   "did you mean \"CARRIER\"?");
    assert_refused(TERMS TERMS GROUND RULE("{play: papers}"), "stands twice");
    assert_refused("terms: {colour: {red: {title: Red}}}\n" GROUND RULE("{play: papers}"),
                   "there are no terms for \"colour\"");
    assert_refused("terms: {do: {check: {ja: x}}}\n" GROUND RULE("{play: papers}"),
                   "no \"title\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps__a_played_playbook_stands_where_it_is_named),
        cmocka_unit_test(test_steps__lots_play_the_same_papers_side_by_side),
        cmocka_unit_test(test_steps__a_playbook_may_play_one_that_stands_below),
        cmocka_unit_test(test_steps__business_days_count_from_the_step_before),
        cmocka_unit_test(test_steps__tests_in_the_pack_can_ask_for_each_property),
        cmocka_unit_test(test_steps__what_cannot_be_played_is_refused),
        cmocka_unit_test(test_steps__what_follows_a_late_one_is_a_step_of_its_own),
        cmocka_unit_test(test_steps__more_than_fit_are_told_once),
        cmocka_unit_test(test_steps__a_playbook_that_no_rule_plays_is_told),
        cmocka_unit_test(test_steps__listed_words_are_the_only_ones),
    };
    return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
