/* test_directory.c: what the rules ask of a seller, without an event. */
#include "common/policy/directory.h"

#include "tests/common/policy/packs.h"

#define GROUND                                                                           \
    "ruleset: t\nrevision: r1\n"                                                         \
    "domain:\n  event: [order_placed, other]\n  marketplace: [m1, m2]\n"                 \
    "  has: {set: [branch, shop, address, sales]}\n"                                     \
    "calendars:\n  always: {tz: UTC, open: always}\n"                                    \
    "desks:\n  d: {langs: [any], calendar: always, capacity: unlimited}\n"               \
    "triage: d\n"                                                                        \
    "terms:\n  licence:\n    LIC_A: {title: A licence}\n    LIC_B: {title: B licence}\n" \
    "tables:\n"                                                                          \
    "- table: t\n  needs: {event: order_placed}\n  hit: collect\n"                       \
    "  gives: {blocker: set}\n  else: none\n  rules:\n"                                  \
    "  - {id: r1, title: t, source: s, confidence: own,\n"                               \
    "     when: {marketplace: m1, has: {none: [branch, shop]}},\n"                       \
    "     then: {blocker: {name: branch, severity: high}}}\n"                            \
    "  - {id: r2, title: t, source: s, confidence: own,\n"                               \
    "     effective: {from: 2026-01-01, until: 2027-01-01},\n"                           \
    "     when: {has: not sales}, then: {blocker: {name: sales, severity: low}}}\n"      \
    "  - {id: r3, title: t, source: s, confidence: own, mode: shadow,\n"                 \
    "     when: {has: not address}, then: {blocker: {name: address, severity: low}}}\n"

#define Y2026 INT64_C(1782000000000000) /* 2026-06-21 */
#define Y2027 INT64_C(1798761600000000) /* 2027-01-01 */

static struct pack_fixture load(const char *directory) {
    static char text[8192];
    struct pack_fixture x;
    snprintf(text, sizeof text, "%s%s", GROUND, directory);
    pack_load_text(&x, text);
    return x;
}

static struct policy *loaded(const char *directory) {
    struct pack_fixture x = load(directory);
    if (!x.p)
        fail_msg("refused: %s", x.said);
    struct policy *p = x.p;
    x.p = NULL;
    pack_remove(&x);
    return p;
}

static struct policy_facts facts_of(const struct policy *p, const char *marketplace,
                                    int64_t at_us) {
    struct policy_facts f;
    policy_facts_init(p, &f);
    policy_state(p, &f, FACT_MARKETPLACE, span_of(marketplace));
    policy_state_none(&f, FACT_HAS);
    policy_state_instant(&f, TIME_EVENT, at_us);
    return f;
}

static void test_directory__a_blocker_stands_as_long_as_a_rule_asks_for_it(void **state) {
    (void)state;
    struct policy *p = loaded("");
    struct policy_facts f = facts_of(p, "m1", Y2026);
    assert_true(directory_blocks(p, &f, SPAN("branch")));
    assert_true(directory_blocks(p, &f, SPAN("sales")));
    assert_false(directory_blocks(p, &f, SPAN("address"))); /* in the shadow */
    assert_false(directory_blocks(p, &f, SPAN("no such")));
    policy_state_member(p, &f, FACT_HAS, SPAN("shop"));
    assert_false(directory_blocks(p, &f, SPAN("branch")));
    f = facts_of(p, "m2", Y2026); /* another marketplace */
    assert_false(directory_blocks(p, &f, SPAN("branch")));
    f = facts_of(p, "m1", Y2027); /* the rule has ended */
    assert_false(directory_blocks(p, &f, SPAN("sales")));
    policy_free(p);
}

static void says(const char *expected, const struct builder *b) {
    char text[200];
    snprintf(text, sizeof text, "%.*s", SPAN_ARGS(builder_span(b)));
    assert_string_equal(text, expected);
}

static void test_directory__tells_what_would_lift_it_and_what_has(void **state) {
    (void)state;
    struct policy *p = loaded("");
    char buffer[200];
    struct policy_facts f = facts_of(p, "m1", Y2026);
    struct builder b = builder_over(buffer, sizeof buffer);
    directory_build_wanted(p, &f, SPAN("branch"), &b);
    says("branch or shop", &b);
    b = builder_over(buffer, sizeof buffer);
    directory_build_met(p, &f, SPAN("branch"), &b);
    says("", &b);
    policy_state_member(p, &f, FACT_HAS, SPAN("shop"));
    policy_state_member(p, &f, FACT_HAS, SPAN("sales"));
    directory_build_met(p, &f, SPAN("branch"), &b);
    says("shop", &b);
    policy_free(p);
}

static void test_directory__a_licence_is_the_fact_that_it_stands_for(void **state) {
    (void)state;
    struct policy *p = loaded("directory:\n  words:\n    LIC_A: {fact: sales}\n");
    struct policy_facts f = facts_of(p, "m2", Y2026);
    directory_state_licence(p, &f, SPAN("LIC_B"));
    assert_true(directory_blocks(p, &f, SPAN("sales")));
    directory_state_licence(p, &f, SPAN("LIC_A"));
    assert_false(directory_blocks(p, &f, SPAN("sales")));
    f = facts_of(p, "m2", Y2026);
    directory_state_licence(p, &f, SPAN("sales")); /* of its own name */
    assert_false(directory_blocks(p, &f, SPAN("sales")));
    policy_free(p);
}

static void test_directory__knows_its_words_and_when_to_warn(void **state) {
    (void)state;
    struct policy *p = loaded("directory:\n  ends_soon: [60 days, 1 day]\n"
                              "  words:\n    LIC_A: {ends_soon: 90 days}\n");
    const char *spelled;
    const int64_t *us;
    assert_int_equal(directory_kind(p, SPAN("Branch"), &spelled), DIRECTORY_FACT);
    assert_string_equal(spelled, "branch");
    assert_int_equal(directory_kind(p, SPAN("lic_a"), &spelled), DIRECTORY_LICENCE);
    assert_string_equal(spelled, "LIC_A");
    assert_int_equal(directory_kind(p, SPAN("brunch"), &spelled), DIRECTORY_UNKNOWN);
    struct suggestion s = suggest_for(SPAN("brunch"));
    directory_suggest(p, &s);
    assert_string_equal(suggest_known(&s), "branch");
    assert_int_equal(directory_warnings(p, SPAN("branch"), &us), 2);
    assert_int_equal(us[1], US_PER_DAY);
    assert_int_equal(directory_warnings(p, SPAN("LIC_A"), &us), 1);
    assert_int_equal(us[0], 90 * US_PER_DAY);
    policy_free(p);
}

static void test_directory__the_next_rule_is_when_one_begins_or_ends(void **state) {
    (void)state;
    struct policy *p = loaded("");
    assert_int_equal(directory_next_rule(p, Y2026), Y2027);
    assert_int_equal(directory_next_rule(p, Y2027), INT64_MAX);
    policy_free(p);
}

static void test_directory__what_is_written_wrongly_is_told(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"directory: 3\n", "directory"},
        {"directory: {ends_soon: 60}\n", "write \"60 days\""},
        {"directory: {ends_soon: [0 days]}\n", "write \"60 days\""},
        {"directory: {ends_soon: [3 days, 9 days]}\n", "the longest first"},
        {"directory: {ends_soon: [9 days, 8 days, 7 days, 6 days, 5 days]}\n",
         "at most 4"},
        {"directory: {words: [branch]}\n", "maps a word"},
        {"directory: {words: {brunch: {ends_soon: 9 days}}}\n",
         "did you mean \"branch\"?"},
        {"directory: {words: {branch: {fact: shop}}}\n", "only a licence"},
        {"directory: {words: {LIC_A: {fact: shoop}}}\n", "no such \"has\""},
        {"directory: {words: {LIC_A: {fakt: shop}}}\n", "fakt"},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct pack_fixture x = load(wrong[i][0]);
        assert_null(x.p);
        if (!strstr(x.said, wrong[i][1]))
            fail_msg("%s\nsaid: %s", wrong[i][0], x.said);
        pack_remove(&x);
    }
}

/* Each of its kinds may be one that "terms" does not list: told, and nothing breaks. */
static void test_directory__kinds_that_are_not_listed_are_told(void **state) {
    (void)state;
    static const char more[] =
        "domain:\n  traits: {set: [a, b, c, d, e, f, g, h], optional: true}\n"
        "terms:\n  licence:\n    LIC_C: {title: A licence, by_trait: {a: L1, b: L2,"
        " c: L3, d: L4, e: L5, f: L6, g: L7, h: L8}}\n"
        "directory: {words: {LIC_C: {ends_soon: 9 days}}}\n";
    struct pack_fixture x;
    pack_dir(&x);
    pack_write(&x, "ground.yaml", GROUND, strlen(GROUND));
    pack_write(&x, "more.yaml", more, strlen(more));
    pack_load(&x);
    assert_null(x.p);
    assert_non_null(strstr(x.said, "L8"));
    pack_remove(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_directory__a_blocker_stands_as_long_as_a_rule_asks_for_it),
        cmocka_unit_test(test_directory__tells_what_would_lift_it_and_what_has),
        cmocka_unit_test(test_directory__a_licence_is_the_fact_that_it_stands_for),
        cmocka_unit_test(test_directory__knows_its_words_and_when_to_warn),
        cmocka_unit_test(test_directory__the_next_rule_is_when_one_begins_or_ends),
        cmocka_unit_test(test_directory__what_is_written_wrongly_is_told),
        cmocka_unit_test(test_directory__kinds_that_are_not_listed_are_told),
    };
    return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
