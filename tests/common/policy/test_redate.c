/* test_redate.c: the dates of a standing duty, and its plan, under the revision that is live. */
#include "common/policy/redate.h"

#include "common/policy/testcase.h"
#include "tests/common/policy/packs.h"

static struct policy_turns stored(const struct policy_duty *d) {
    struct policy_turns t = {.n = d->n_turns > 1 ? d->n_turns : 0};
    for (int i = 0; i < t.n; i++) {
        t.desk[i] = span_of(d->turns[i].desk);
        t.from_us[i] = d->turns[i].from_us;
        t.act_by_us[i] = d->turns[i].act_by_us;
    }
    return t;
}

static void assert_same(const struct policy_duty *a, const struct policy_duty *b) {
    assert_int_equal(a->due_us, b->due_us);
    assert_int_equal(a->owner.act_by_us, b->owner.act_by_us);
    assert_int_equal(a->n_warnings, b->n_warnings);
    for (int i = 0; i < a->n_warnings; i++)
        assert_int_equal(a->warn_us[i], b->warn_us[i]);
    for (int i = 0; i < b->n_turns; i++) {
        assert_string_equal(a->turns[i].desk, b->turns[i].desk);
        assert_int_equal(a->turns[i].from_us, b->turns[i].from_us);
        assert_int_equal(a->turns[i].act_by_us, b->turns[i].act_by_us);
    }
}

/* For every duty of the packs' tests: else each new revision would move what it does not
 * concern. */
static void test_redate__under_the_same_rules_nothing_moves(void **state) {
    (void)state;
    struct pack_fixture x = {.dir = "deploy/policy"};
    int n = 0, n_plans = 0;
    pack_load(&x);
    assert_loads(&x);
    for (int i = 0; i < x.p->n_tests; i++) {
        struct policy_decision d;
        policy_decide(x.p, &x.p->tests[i].facts, &d);
        for (int k = 0; k < d.n_duties; k++) {
            struct policy_duty again, *was = &d.duties[k];
            bool to_open;
            const struct duty_spec *terms =
                redate_terms(x.p, span_of(was->rule_id), span_of(was->name), &to_open);
            if (!terms || was->due_us == POLICY_NO_INSTANT)
                continue;
            struct policy_turns plan = stored(was);
            assert_true(redate_duty(x.p, terms, span_of(was->owner.desk), &plan,
                                    &(struct clock_course){.start_us = was->start_us,
                                                           .ended_us = POLICY_NO_INSTANT},
                                    &again));
            assert_same(was, &again);
            n_plans += again.n_turns > 1;
            n++;
        }
    }
    print_message("duties %d, with a plan %d\n", n, n_plans);
    assert_true(n > 200 && n_plans > 50);
    policy_free(x.p);
}

#define RULES(closed)                                                                    \
    "domain:\n  event: [asked, done]\ncalendars:\n  always: {tz: UTC, open: always}\n"   \
    "  hours: {tz: UTC, open: {mon-fri: [09:00-17:00]}" closed "}\n"                     \
    "desks:\n  house: {langs: [any], calendar: hours}\n"                                 \
    "  night: {langs: [any], calendar: always}\ntriage: night\n"                         \
    "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {duty: by-name}\n  "      \
    "else: none\n  rules:\n  - {id: a, title: t, source: s, when: {event: asked}, "      \
    "then: {duty: {name: d, due: 72h, stop: done}}}\n"                                   \
    "- table: r\n  title: r\n  hit: unique\n  gives: {chain: one}\n  rules: []\n"        \
    "  else: {chain: [{to: house, skip_if: closed, wait: 48h}, {to: night}]}\n"

/* The house has it from Monday noon; Wednesday becomes a holiday. */
static void test_redate__a_desk_that_closes_hands_over_earlier(void **state) {
    (void)state;
    struct pack_fixture x;
    struct policy_turns plan = {
        .n = 2,
        .desk = {SPAN("house"), SPAN("night")},
        .from_us = {at("2026-11-23T12:00:00Z"), at("2026-11-25T12:00:00Z")}};
    const struct clock_course course = {.start_us = plan.from_us[0],
                                        .ended_us = POLICY_NO_INSTANT};
    struct policy_duty d;
    bool to_open;
    pack_load_text(&x, RULES(", closed: [2026-11-25]"));
    assert_loads(&x);
    assert_true(redate_duty(x.p, redate_terms(x.p, SPAN("a"), SPAN("d"), &to_open),
                            SPAN("house"), &plan, &course, &d));
    assert_int_equal(d.n_turns, 2);
    assert_instant(d.turns[1].from_us, "2026-11-24T17:00:00Z");
    assert_instant(d.turns[1].act_by_us, "2026-11-26T12:00:00Z");
    plan.present = 1; /* what has been stays */
    assert_true(redate_duty(x.p, redate_terms(x.p, SPAN("a"), SPAN("d"), &to_open),
                            SPAN("night"), &plan, &course, &d));
    assert_instant(d.turns[1].from_us, "2026-11-25T12:00:00Z");
    assert_string_equal(d.owner.desk, "night");
    pack_remove(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redate__under_the_same_rules_nothing_moves),
        cmocka_unit_test(test_redate__a_desk_that_closes_hands_over_earlier),
    };
    return cmocka_run_group_tests_name("redate", tests, NULL, NULL);
}
