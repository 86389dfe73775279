/* test_diff.c: what another revision changes: every kind of difference is found, nothing
 * else is, and the totals add up. */
#include "common/policy/diff.h"
#include "common/policy/testcase.h"
#include "tests/common/policy/packs.h"

static struct pack_fixture before, after;
static struct arena *a;

static int setup(void **state) {
    (void)state;
    a = arena_new((size_t)256 << 20);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(a);
    return 0;
}

/* One table of rules on the usual ground; `change` replaces `what` in the other one. */
static const char rules[] = PACK_GROUND
    "tables:\n"
    "- table: duties\n  hit: collect\n  gives: {duty: by-name}\n  else: none\n  rules:\n"
    "  - {id: d-answer, title: t, source: s, when: {event: asked}, then: {duty: {name: "
    "answer, due: 24h, aim: 12h, stop: [answered], reopen: restart, breach: {escalate: "
    "risk, cost: a refund}}}}\n"
    "- table: blockers\n  hit: collect\n  gives: {blocker: set}\n  else: none\n  rules:\n"
    "  - {id: b-a, title: t, source: s, when: {event: asked, has: not a}, then: "
    "{blocker: need_a}}\n"
    "- table: route\n  hit: unique\n  gives: {chain: one}\n  else: none\n  rules:\n"
    "  - {id: r-office, title: t, source: s, when: {event: [asked, arrived]}, then: "
    "{chain: [{to: office}, {to: night}]}}\n"
    "- table: goods\n  needs: {event: arrived}\n  hit: unique\n  gives: {code: one, "
    "steps: list}\n  rules:\n"
    "  - {id: g-all, title: t, source: s, then: {code: keep, steps: [{do: look}, {do: "
    "store, after: look}]}}\n"
    "- table: offers\n  needs: {event: arrived}\n  hit: unique\n  gives: {remedy: one, "
    "destination: one}\n  rules:\n"
    "  - {id: o-all, title: t, source: s, then: {remedy: refund, destination: home}}\n";

static void load_changed(const char *what, const char *change) {
    static char text[sizeof rules + 1024];
    const char *at = strstr(rules, what);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - rules), rules, change,
             at + strlen(what));
    pack_load_text(&before, rules);
    pack_load_text(&after, text);
    assert_loads(&before);
    assert_loads(&after);
}

static void unload(void) {
    pack_remove(&before);
    pack_remove(&after);
}

static struct diff_event asked(const char *event) {
    struct diff_event e = {.name = "x"};
    struct diff_item items[] = {
        {.kind = DIFF_WORD, .which = FACT_EVENT, .word = span_of(event)},
        {.kind = DIFF_WORD, .which = FACT_MARKETPLACE, .word = SPAN("east")},
        {.kind = DIFF_WORD, .which = FACT_LANG, .word = SPAN("ja")},
        {.kind = DIFF_EMPTY, .which = FACT_HAS},
        {.kind = DIFF_TIME, .which = TIME_EVENT, .number = at("2026-11-25T01:00:00Z")},
    };
    for (size_t i = 0; i < COUNT_OF(items); i++)
        assert_true(diff_event_add(&e, items[i]));
    return e;
}

static struct diff_result compare(const char *event) {
    struct diff_event e = asked(event);
    struct policy_facts f, g;
    struct policy_decision x, y;
    struct diff_result r;
    diff_event_state(&e, before.p, &f);
    diff_event_state(&e, after.p, &g);
    policy_decide(before.p, &f, &x);
    policy_decide(after.p, &g, &y);
    diff_decisions(&x, &y, &r);
    return r;
}

static void assert_only(const struct diff_result *r, enum diff_kind kind,
                        const char *from, const char *to) {
    assert_int_equal(r->n, 1);
    assert_string_equal(diff_kind_name(r->items[0].kind), diff_kind_name(kind));
    assert_string_equal(r->items[0].before ? r->items[0].before : "-", from);
    assert_string_equal(r->items[0].after ? r->items[0].after : "-", to);
}

static void test_diff__the_same_rules_change_nothing(void **state) {
    (void)state;
    load_changed("cost: a refund", "cost: a refund");
    struct diff_result r = compare("asked");
    assert_int_equal(r.n, 0);
    assert_false(r.has_other_rules);
    assert_int_equal(
        diff_rule_sets(a, words_new(a, before.p, 0), words_new(a, after.p, 0)).n, 0);
    unload();
}

static void test_diff__a_later_due_is_measured(void **state) {
    (void)state;
    load_changed("due: 24h", "due: 36h");
    struct diff_result r = compare("asked");
    bool is_due_seen = false;
    for (int i = 0; i < r.n; i++) {
        const struct diff_change *c = &r.items[i];
        if (c->kind == DIFF_DUE) {
            is_due_seen = true;
            assert_int_equal(c->after_us - c->before_us, 12 * US_PER_HOUR);
            assert_string_equal(c->subject, "answer");
            assert_string_equal(c->rule_after, "d-answer");
        } else {
            assert_true(c->kind == DIFF_ACT_BY); /* the desk has more time too */
        }
    }
    assert_true(is_due_seen);
    unload();
}

static void test_diff__each_kind_of_change_is_told_alone(void **state) {
    (void)state;
    static const struct {
        const char *what, *change, *event;
        enum diff_kind kind;
        const char *from, *to;
    } cases[] = {
        {"cost: a refund", "cost: nothing", "asked", DIFF_COST, "a refund", "nothing"},
        {"stop: [answered]", "stop: [answered, arrived]", "asked", DIFF_STOP, "-",
         "arrived"},
        {"due: 24h", "due: 24h, warn: [2h]", "asked", DIFF_WARN, "-", "-"},
        {"{do: store,", "{do: store, keep: 5 years,", "arrived", DIFF_STEPS, "store",
         "the same, kept for another time"},
        {"{do: store,", "{do: store, due: 3h,", "arrived", DIFF_STEPS, "store",
         "the same, due at another time"},
        {"{do: store,", "{do: store, to: clerk,", "arrived", DIFF_STEPS, "-", "clerk"},
        {"{do: look}", "{do: look, due: 3h}", "arrived", DIFF_STEPS, "-", "-"},
        {"escalate: risk", "escalate: law", "asked", DIFF_BREACH, "risk", "law"},
        {"aim: 12h, ", "", "asked", DIFF_AIM, "-", "-"},
        {"due: 24h", "due: 24h, severity: grave", "asked", DIFF_SEVERITY, "normal",
         "grave"},
        {"{id: b-a", "{id: b-a, mode: shadow", "asked", DIFF_BLOCKER_REMOVED, "b-a", "-"},
        {"blocker: need_a", "blocker: [need_a, need_b]", "asked", DIFF_BLOCKER_ADDED, "-",
         "b-a"},
        {"{id: d-answer", "{id: d-answer, mode: shadow", "asked", DIFF_DUTY_REMOVED,
         "d-answer", "-"},
        {"code: keep", "code: sell", "arrived", DIFF_CODE, "keep", "sell"},
        {"{do: store, after: look}", "{do: burn, after: look}", "arrived", DIFF_STEPS,
         "store", "burn"},
        {"remedy: refund", "remedy: repair", "arrived", DIFF_REMEDY, "refund", "repair"},
        {"destination: home", "destination: branch", "arrived", DIFF_DESTINATION, "home",
         "branch"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        load_changed(cases[i].what, cases[i].change);
        struct diff_result r = compare(cases[i].event);
        assert_only(&r, cases[i].kind, cases[i].from, cases[i].to);
        unload();
    }
}

static void test_diff__who_gets_it_is_compared(void **state) {
    (void)state;
    load_changed("chain: [{to: office}, {to: night}]", "chain: [{to: night}]");
    struct diff_result r = compare("asked");
    bool is_desk_seen = false, is_route_seen = false;
    for (int i = 0; i < r.n; i++) {
        is_desk_seen = is_desk_seen || r.items[i].kind == DIFF_DESK;
        is_route_seen = is_route_seen || r.items[i].kind == DIFF_ROUTE;
    }
    assert_true(is_desk_seen);
    assert_true(is_route_seen);
    unload();
}

static void test_diff__what_can_no_longer_be_evaluated_is_an_outcome(void **state) {
    (void)state;
    load_changed("marketplace: [east, west, north]", "marketplace: [west, north, south]");
    struct diff_result r = compare("asked");
    assert_int_equal(r.n, 0);
    unload();
    load_changed("event: [asked, answered, arrived, reopened]",
                 "event: [asked, answered, arrived, reopened, lost]");
    r = compare("lost");
    assert_int_equal(r.items[0].kind, DIFF_OUTCOME);
    assert_string_equal(r.items[0].before, "event is outside the domain");
    assert_string_equal(r.items[0].after, "decided");
    unload();
}

static void test_diff__rules_are_added_removed_and_changed_by_id(void **state) {
    (void)state;
    load_changed("id: o-all", "id: o-other");
    struct diff_rules r =
        diff_rule_sets(a, words_new(a, before.p, 0), words_new(a, after.p, 0));
    assert_int_equal(r.n_added, 1);
    assert_int_equal(r.n_removed, 1);
    assert_int_equal(r.n_changed, 0);
    assert_int_equal(r.n_same, before.p->n_rules - 1);
    unload();
    load_changed("due: 24h", "due: 36h");
    r = diff_rule_sets(a, words_new(a, before.p, 0), words_new(a, after.p, 0));
    assert_int_equal(r.n_changed, 1);
    assert_int_equal(r.items[0].n_fields, 1);
    assert_string_equal(r.items[0].fields[0].key, "then.answer.due");
    struct diff_rule one;
    assert_true(diff_one_rule(a, words_new(a, before.p, 0), words_new(a, after.p, 0),
                              "d-answer", &one));
    assert_true(one.n_fields > one.n_changed);
    assert_false(diff_one_rule(a, words_new(a, before.p, 0), words_new(a, after.p, 0),
                               "no-such-rule", &one));
    unload();
}

static void test_diff__totals_add_up_by_group(void **state) {
    (void)state;
    load_changed("due: 24h", "due: 36h");
    struct diff_totals *t = diff_totals_new(a);
    struct diff_result changed = compare("asked"), same = compare("arrived");
    for (int i = 0; i < 10; i++) {
        diff_totals_add(t, &changed, "first", "JPY", 100);
        diff_totals_add(t, &same, "other", NULL, 0);
    }
    diff_totals_add(t, &changed, "last", "EUR", 7);
    assert_int_equal(t->n_events, 21);
    assert_int_equal(t->n_changed, 11);
    assert_int_equal(t->of[DIFF_DUE], 11);
    for (int i = 0; i < t->n_groups; i++) {
        const struct diff_group *g = &t->groups[i];
        assert_int_equal(g->n, 11);
        assert_string_equal(g->example, "first");
        assert_int_equal(g->n_money, 2);
        assert_int_equal(g->money[0].minor, 1000);
        assert_int_equal(g->money[1].minor, 7);
        assert_true(g->least_us == g->most_us);
    }
    unload();
}

static void test_diff__more_kinds_than_are_kept_are_counted(void **state) {
    (void)state;
    static char subjects[DIFF_MAX_GROUPS + 50][16];
    struct diff_totals *t = diff_totals_new(a);
    for (int i = 0; i < DIFF_MAX_GROUPS + 50; i++) {
        snprintf(subjects[i], sizeof subjects[i], "duty%d", i);
        struct diff_result r = {.n = 1,
                                .items = {{.kind = DIFF_DUTY_ADDED,
                                           .subject = subjects[i],
                                           .before_us = POLICY_NO_INSTANT,
                                           .after_us = POLICY_NO_INSTANT}}};
        diff_totals_add(t, &r, "x", NULL, 0);
    }
    assert_int_equal(t->n_groups, DIFF_MAX_GROUPS);
    assert_int_equal(t->n_ungrouped, 50);
    assert_int_equal(t->n_changed, DIFF_MAX_GROUPS + 50);
}

/* An event stated in words says the same as the facts that it was made from: otherwise
 * every comparison of tests would compare something else. */
static void test_diff__facts_survive_being_put_into_words(void **state) {
    (void)state;
    struct pack_fixture x = {.dir = "deploy/policy"};
    pack_load(&x);
    assert_loads(&x);
    for (int i = 0; i < x.p->n_tests; i++) {
        struct diff_event e;
        struct policy_facts f;
        diff_event_of(x.p, &x.p->tests[i].facts, &e);
        diff_event_state(&e, x.p, &f);
        assert_memory_equal(f.value, x.p->tests[i].facts.value, sizeof f.value);
        assert_memory_equal(f.time_us, x.p->tests[i].facts.time_us, sizeof f.time_us);
        assert_int_equal(f.outside, x.p->tests[i].facts.outside);
    }
    policy_free(x.p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff__the_same_rules_change_nothing),
        cmocka_unit_test(test_diff__a_later_due_is_measured),
        cmocka_unit_test(test_diff__each_kind_of_change_is_told_alone),
        cmocka_unit_test(test_diff__who_gets_it_is_compared),
        cmocka_unit_test(test_diff__what_can_no_longer_be_evaluated_is_an_outcome),
        cmocka_unit_test(test_diff__rules_are_added_removed_and_changed_by_id),
        cmocka_unit_test(test_diff__totals_add_up_by_group),
        cmocka_unit_test(test_diff__more_kinds_than_are_kept_are_counted),
        cmocka_unit_test(test_diff__facts_survive_being_put_into_words),
    };
    return cmocka_run_group_tests_name("diff", tests, setup, teardown);
}
