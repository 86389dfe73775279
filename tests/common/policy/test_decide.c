/* test_decide.c: decisions against the slow truth over random rule sets, and the
 * semantics word by word. */
#include "tests/common/policy/random_rules.h"

static void check_set(struct rr_set *s, uint64_t *seed, int64_t *compared) {
    struct pack_fixture x;
    rr_write(s, "hit: collect;gives: {blocker: set};else: none", false, "{blocker: b%d}");
    pack_load_text(&x, s->text);
    assert_loads(&x);
    for (int k = 0; k < 400; k++) {
        struct rr_input in = {.words = {(int)rr_pick(seed, 4), (int)rr_pick(seed, 3),
                                        (int)rr_pick(seed, 4) - 1,
                                        (int)rr_pick(seed, 3) - 1},
                              .value = (int)rr_pick(seed, 22) - 1,
                              .has = (int)rr_pick(seed, 9) - 1,
                              .day = 1 + (int)rr_pick(seed, 31)};
        struct policy_facts f;
        struct policy_decision d;
        rr_state(x.p, &in, &f);
        policy_decide(x.p, &f, &d);
        assert_int_equal(d.outcome, POLICY_DECIDED);
        int n = 0;
        for (int i = 0; i < s->n; i++) {
            char id[16];
            snprintf(id, sizeof id, "r%02d", i);
            if (rr_hits(&s->rules[i], &in)) {
                if (n >= d.n_rules || strcmp(d.rules[n], id) != 0)
                    fail_msg("the rule %s should have hit:\n%s", id, s->text);
                n++;
            }
        }
        assert_int_equal(d.n_rules, n);
        (*compared)++;
    }
    pack_remove(&x);
}

static void test_decide__agrees_with_the_slow_truth_over_random_rule_sets(void **state) {
    (void)state;
    uint64_t seed = rr_seed(4711);
    int64_t compared = 0;
    static struct rr_set s;
    for (int k = 0; k < rr_rounds(250); k++) {
        s.facts = 127;
        s.n = 1 + (int)rr_pick(&seed, 8);
        for (int i = 0; i < s.n; i++)
            rr_random_rule(&seed, &s, &s.rules[i], i);
        check_set(&s, &seed, &compared);
    }
    print_message("decisions compared %lld\n", (long long)compared);
}

/* ---- the semantics, word by word ---- */

#define TABLE(hit, gives, rest)                                                          \
    PACK_GROUND "tables:\n- table: t\n  title: t\n  hit: " hit "\n  gives: " gives       \
                "\n" rest

static struct policy_decision decide(struct pack_fixture *x, const char *event,
                                     const char *marketplace) {
    struct policy_facts f;
    struct policy_decision d;
    assert_loads(x);
    policy_facts_init(x->p, &f);
    policy_state(x->p, &f, FACT_EVENT, span_of(event));
    policy_state(x->p, &f, FACT_MARKETPLACE, span_of(marketplace));
    policy_state_instant(&f, TIME_EVENT, at("2026-11-20T12:00:00+09:00"));
    policy_decide(x->p, &f, &d);
    return d;
}

static void test_decide__a_missing_required_fact_is_never_guessed(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, TABLE("unique", "{handle: one}",
                             "  rules:\n  - {id: a, title: t, source: s, when: "
                             "{marketplace: east}, then: {handle: seller}}\n"
                             "  - {id: b, title: t, source: s, when: {marketplace: not "
                             "east}, then: {handle: none}}\n"));
    struct policy_decision d = decide(&x, "asked", "south");
    assert_int_equal(d.outcome, POLICY_NOT_EVALUATED);
    assert_string_equal(d.cause, "marketplace is outside the domain");
    assert_string_equal(d.route.desk, "night");
    d = decide(&x, "asked", NULL);
    assert_int_equal(d.outcome, POLICY_NOT_EVALUATED);
    assert_string_equal(d.cause, "marketplace is missing");
    assert_int_equal(decide(&x, "asked", "WEST").outcome, POLICY_NOT_OURS);
    assert_int_equal(decide(&x, "asked", "east").outcome, POLICY_DECIDED);
    pack_remove(&x);
}

static void test_decide__a_fact_that_no_rule_looks_at_does_not_matter(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, TABLE("unique", "{handle: one}",
                             "  rules:\n  - {id: a, title: t, source: s, when: {event: "
                             "not arrived}, then: {handle: seller}}\n"
                             "  else: {handle: none}\n"));
    assert_int_equal(decide(&x, "asked", "nowhere").outcome, POLICY_DECIDED);
    assert_int_equal(decide(&x, "arrived", "nowhere").outcome, POLICY_NOT_OURS);
    pack_remove(&x);
}

static void
test_decide__a_table_about_another_event_needs_none_of_its_facts(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x,
                   PACK_GROUND "tables:\n- table: t\n  title: t\n  hit: collect\n"
                               "  needs: {event: asked, marketplace: east}\n"
                               "  gives: {blocker: set}\n  else: none\n  rules:\n"
                               "  - {id: a, title: t, source: s, then: {blocker: b}}\n");
    assert_int_equal(decide(&x, "arrived", NULL).outcome, POLICY_DECIDED);
    assert_int_equal(decide(&x, "asked", "west").outcome, POLICY_DECIDED);
    struct policy_decision d = decide(&x, "asked", NULL);
    assert_int_equal(d.outcome, POLICY_NOT_EVALUATED);
    assert_string_equal(d.cause, "marketplace is missing");
    assert_int_equal(decide(&x, NULL, "west").outcome, POLICY_DECIDED);
    assert_int_equal(decide(&x, NULL, "east").outcome, POLICY_NOT_EVALUATED);
    assert_int_equal(decide(&x, "asked", "east").n_blockers, 1);
    pack_remove(&x);
}

static void test_decide__the_highest_priority_wins_slot_by_slot(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, TABLE("priority", "{code: one, remedy: one}",
                             "  rules:\n"
                             "  - {id: high, title: t, source: s, priority: 9, when: "
                             "{marketplace: east}, then: {code: c-high}}\n"
                             "  - {id: low, title: t, source: s, priority: 1, then: "
                             "{code: c-low, remedy: r-low}}\n"));
    struct policy_decision d = decide(&x, "asked", "east");
    assert_string_equal(d.disposition.code, "c-high");
    assert_string_equal(d.disposition.remedy, "r-low");
    assert_string_equal(decide(&x, "asked", "west").disposition.code, "c-low");
    pack_remove(&x);
}

static void test_decide__each_of_remedy_and_destination_names_its_rule(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, TABLE("priority", "{remedy: one, destination: one}",
                             "  rules:\n"
                             "  - {id: high, title: t, source: s, priority: 9, when: "
                             "{marketplace: east}, then: {destination: nowhere}}\n"
                             "  - {id: low, title: t, source: s, priority: 1, then: "
                             "{remedy: refund, destination: home}}\n"));
    struct policy_decision d = decide(&x, "asked", "east");
    assert_string_equal(d.disposition.destination, "nowhere");
    assert_string_equal(d.disposition.destination_rule_id, "high");
    assert_string_equal(d.disposition.remedy, "refund");
    assert_string_equal(d.disposition.remedy_rule_id, "low");
    d = decide(&x, "asked", "west");
    assert_string_equal(d.disposition.destination, "home");
    assert_string_equal(d.disposition.destination_rule_id, "low");
    assert_null(d.disposition.code);
    pack_remove(&x);
}

static void
test_decide__nothing_of_a_disposition_is_left_of_an_open_question(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, PACK_GROUND
                   "tables:\n- table: a\n  title: t\n  hit: unique\n"
                   "  gives: {remedy: one, destination: one}\n  rules:\n"
                   "  - {id: a, title: t, source: s, then: {remedy: refund, "
                   "destination: home}}\n"
                   "- table: b\n  title: t\n  hit: collect\n  gives: {blocker: "
                   "set}\n  else: none\n  rules:\n"
                   "  - {id: b, title: t, source: s, when: {marketplace: east}, "
                   "then: {blocker: x}}\n");
    struct policy_decision d = decide(&x, "asked", NULL);
    assert_int_equal(d.outcome, POLICY_NOT_EVALUATED);
    assert_null(d.disposition.remedy);
    assert_null(d.disposition.remedy_rule_id);
    assert_null(d.disposition.destination);
    assert_null(d.disposition.destination_rule_id);
    pack_remove(&x);
}

/* In either order of their ids: the one in the shadow has the higher priority. */
static void check_shadow(const char *shadow, const char *active) {
    struct pack_fixture x;
    char text[4096];
    snprintf(text, sizeof text,
             "%s  rules:\n"
             "  - {id: %s, title: t, source: s, mode: shadow, priority: 9, when: "
             "{marketplace: [east, west]}, then: {code: new}}\n"
             "  - {id: %s, title: t, source: s, priority: 1, when: {marketplace: east}, "
             "then: {code: old}}\n"
             "  else: none\n",
             TABLE("priority", "{code: one}", ""), shadow, active);
    pack_load_text(&x, text);
    struct policy_decision d = decide(&x, "asked", "east");
    assert_string_equal(d.disposition.code, "old");
    assert_false(d.disposition.is_shadow);
    assert_int_equal(d.n_rules, 2);
    d = decide(&x, "asked", "west");
    assert_string_equal(d.disposition.code, "new");
    assert_true(d.disposition.is_shadow);
    pack_remove(&x);
}

static void
test_decide__what_runs_in_the_shadow_is_seen_but_displaces_nothing(void **state) {
    (void)state;
    check_shadow("a-try", "b-now");
    check_shadow("b-try", "a-now");
}

static void test_decide__validity_without_its_timestamp_is_not_evaluated(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(
        &x, TABLE("collect", "{blocker: set}",
                  "  rules:\n  - {id: a, title: t, source: s, when: {event: asked}, "
                  "effective: {from: 2026-01-01, by: ordered_at}, then: {blocker: b}}\n  "
                  "else: none\n"));
    struct policy_decision d = decide(&x, "asked", "east");
    assert_int_equal(d.outcome, POLICY_NOT_EVALUATED);
    assert_string_equal(d.cause, "ordered_at is missing");
    assert_int_equal(decide(&x, "arrived", "east").outcome, POLICY_DECIDED);
    pack_remove(&x);
}

/* A rule on trial that cannot be asked is passed over; the same rule in force stops the
 * decision. */
static void check_trial(const char *rest_of_rule) {
    for (int is_trial = 0; is_trial < 2; is_trial++) {
        struct pack_fixture x;
        char text[8192];
        snprintf(
            text, sizeof text,
            TABLE("collect", "{duty: by-name}",
                  "  else: none\n  rules:\n  - {id: a-live, title: t, source: s, when: "
                  "{event: asked}, then: {duty: {name: live, due: 24h, stop: "
                  "answered}}}\n  - {id: b-trial, title: t, source: s%s, %s}\n"),
            is_trial ? ", mode: shadow" : "", rest_of_rule);
        pack_load_text(&x, text);
        struct policy_decision d = decide(&x, "asked", NULL);
        assert_int_equal(d.outcome, is_trial ? POLICY_DECIDED : POLICY_NOT_EVALUATED);
        assert_int_equal(d.n_duties, is_trial);
        assert_true(!is_trial || strcmp(d.duties[0].name, "live") == 0);
        pack_remove(&x);
    }
}

#define TRIED "then: {duty: {name: tried, stop: answered, due: 24h"

static void test_decide__what_runs_in_the_shadow_stops_no_decision(void **state) {
    (void)state;
    check_trial(
        "when: {event: asked}, effective: {from: 2026-01-01, by: ordered_at}, " TRIED
        "}}");
    check_trial("when: {event: asked, marketplace: east}, " TRIED "}}"); /* required */
    check_trial("when: {event: asked}, " TRIED ", start: delivered_at}}");
}

static void test_decide__a_table_on_trial_needs_no_fact_that_is_not_stated(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x,
                   TABLE("collect", "{blocker: set}",
                         "  needs: {marketplace: east}\n  else: none\n  rules:\n"
                         "  - {id: a, title: t, source: s, mode: shadow, when: {event: "
                         "asked}, then: {blocker: b}}\n"));
    assert_int_equal(decide(&x, "asked", NULL).outcome, POLICY_DECIDED);
    assert_int_equal(decide(&x, "asked", NULL).n_rules, 0);
    assert_int_equal(decide(&x, "asked", "east").n_rules, 1);
    pack_remove(&x);
}

static void test_decide__duties_on_trial_take_no_place_of_those_in_force(void **state) {
    (void)state;
    struct pack_fixture x;
    char text[8192];
    struct builder b = builder_over(text, sizeof text - 1);
    build_text(&b, TABLE("collect", "{duty: by-name, blocker: set}",
                         "  else: none\n  rules:\n"));
    for (int i = 0; i < POLICY_MAX_DUTIES + 4; i++) {
        build_format(&b,
                     "  - {id: r%02d, title: t, source: s, when: {event: asked}%s, then: "
                     "{duty: {name: d%d, due: 24h, stop: answered}, blocker: b%d}}\n",
                     i, i < 4 ? ", mode: shadow" : "", i, i);
    }
    text[b.len] = '\0';
    pack_load_text(&x, text);
    struct policy_decision d = decide(&x, "asked", "east");
    assert_int_equal(d.outcome, POLICY_DECIDED);
    assert_int_equal(d.n_duties, POLICY_MAX_DUTIES);
    for (int i = 0; i < d.n_duties; i++) {
        assert_false(d.duties[i].is_shadow);
        assert_int_equal(d.duties[i].due_us - d.duties[i].start_us, 24 * US_PER_HOUR);
    }
    assert_int_equal(d.n_blockers, POLICY_MAX_DUTIES);
    for (int i = 0; i < d.n_blockers; i++)
        assert_false(d.blockers[i].is_shadow);
    pack_remove(&x);
}

static void test_decide__near_misses_failed_on_exactly_one_condition(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, TABLE("collect", "{blocker: set}",
                             "  rules:\n"
                             "  - {id: a-hit, title: t, source: s, when: {event: asked, "
                             "marketplace: east}, then: {blocker: x}}\n"
                             "  - {id: b-near, title: t, source: s, when: {event: asked, "
                             "marketplace: west}, then: {blocker: y}}\n"
                             "  - {id: c-far, title: t, source: s, when: {event: "
                             "arrived, marketplace: west}, then: {blocker: z}}\n"
                             "  else: none\n"));
    struct policy_decision d = decide(&x, "asked", "east");
    assert_int_equal(d.near_misses[0], 2);
    pack_remove(&x);
}

static void test_decide__too_many_duties_are_not_dropped_in_silence(void **state) {
    (void)state;
    struct pack_fixture x;
    char text[8192];
    struct builder b = builder_over(text, sizeof text - 1);
    build_text(&b, TABLE("collect", "{duty: by-name}", "  else: none\n  rules:\n"));
    for (int i = 0; i < POLICY_MAX_DUTIES + 1; i++) {
        build_format(&b,
                     "  - {id: r%d, title: t, source: s, when: {event: asked}, then: "
                     "{duty: {name: d%d, due: 24h, stop: answered}}}\n",
                     i, i);
    }
    text[b.len] = '\0';
    pack_load_text(&x, text);
    struct policy_decision d = decide(&x, "asked", "east");
    assert_int_equal(d.outcome, POLICY_NOT_EVALUATED);
    assert_string_equal(d.cause, "more than 8 duties at once");
    pack_remove(&x);
}

static void
test_decide__a_set_condition_can_admit_a_set_that_is_not_stated(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, TABLE("collect", "{blocker: set}",
                             "  rules:\n"
                             "  - {id: strict, title: t, source: s, when: {has: {none: "
                             "[a, b]}}, then: {blocker: strict}}\n"
                             "  - {id: wide, title: t, source: s, when: {has: {none: [a, "
                             "b], or: missing}}, then: {blocker: wide}}\n"
                             "  else: none\n"));
    struct policy_decision d = decide(&x, "asked", "east"); /* `has` is not stated */
    assert_int_equal(d.n_rules, 1);
    assert_string_equal(d.rules[0], "wide");
    struct policy_facts f;
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_EVENT, SPAN("asked"));
    policy_state_instant(&f, TIME_EVENT, at("2026-11-20T12:00:00+09:00"));
    policy_state_member(x.p, &f, FACT_HAS, SPAN("c"));
    policy_decide(x.p, &f, &d);
    assert_int_equal(d.n_rules, 2);
    policy_state_member(x.p, &f, FACT_HAS, SPAN("b"));
    policy_decide(x.p, &f, &d);
    assert_int_equal(d.n_rules, 0);
    pack_remove(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decide__agrees_with_the_slow_truth_over_random_rule_sets),
        cmocka_unit_test(test_decide__a_missing_required_fact_is_never_guessed),
        cmocka_unit_test(test_decide__a_fact_that_no_rule_looks_at_does_not_matter),
        cmocka_unit_test(
            test_decide__a_table_about_another_event_needs_none_of_its_facts),
        cmocka_unit_test(test_decide__the_highest_priority_wins_slot_by_slot),
        cmocka_unit_test(test_decide__each_of_remedy_and_destination_names_its_rule),
        cmocka_unit_test(
            test_decide__nothing_of_a_disposition_is_left_of_an_open_question),
        cmocka_unit_test(
            test_decide__what_runs_in_the_shadow_is_seen_but_displaces_nothing),
        cmocka_unit_test(test_decide__validity_without_its_timestamp_is_not_evaluated),
        cmocka_unit_test(test_decide__what_runs_in_the_shadow_stops_no_decision),
        cmocka_unit_test(test_decide__a_table_on_trial_needs_no_fact_that_is_not_stated),
        cmocka_unit_test(test_decide__duties_on_trial_take_no_place_of_those_in_force),
        cmocka_unit_test(test_decide__near_misses_failed_on_exactly_one_condition),
        cmocka_unit_test(test_decide__too_many_duties_are_not_dropped_in_silence),
        cmocka_unit_test(test_decide__a_set_condition_can_admit_a_set_that_is_not_stated),
    };
    return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
