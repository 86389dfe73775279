/* test_big_sets.c: the analyser before sets of so many members that their combinations
 * cannot be walked through. */
#include "tests/common/policy/packs.h"

static struct pack_fixture x;

/* Twenty rules, each asking for a member of its own, above `last`. */
static void load(const char *last) {
    char text[16384];
    int len = snprintf(text, sizeof text, "%s",
                       "domain:\n  event: [arrived, left]\n  condition: [good, bad]\n"
                       "  hazards: {optional: true, set: [m0");
    for (int i = 1; i < 30; i++)
        len += snprintf(text + len, sizeof text - (size_t)len, ", m%d", i);
    len += snprintf(text + len, sizeof text - (size_t)len,
                    "]}\ncalendars: {always: {tz: UTC, open: always}}\n"
                    "desks: {night: {langs: [any], calendar: always}}\ntriage: night\n"
                    "tables:\n- table: t\n  hit: priority\n  gives: {code: one}\n  "
                    "rules:\n");
    for (int i = 0; i < 20; i++) {
        len += snprintf(text + len, sizeof text - (size_t)len,
                        "  - {id: r%02d, title: t, source: s, priority: %d, when: "
                        "{hazards: [m%d, m%d]}, then: {code: c%d}}\n",
                        i, 100 - i, i, i + 10, i);
    }
    snprintf(text + len, sizeof text - (size_t)len, "%s", last);
    pack_load_text(&x, text);
}

static void test_big_sets__a_last_rule_makes_the_table_whole(void **state) {
    (void)state;
    load(
        "  - {id: last, title: t, source: s, priority: 1, then: {code: none_of_them}}\n");
    assert_loads(&x);
    assert_string_equal(x.said, "");
    pack_remove(&x);
}

static void test_big_sets__last_rules_may_cover_together(void **state) {
    (void)state;
    load("  - {id: last1, title: t, source: s, priority: 1, when: {condition: good}, "
         "then: {code: a}}\n"
         "  - {id: last2, title: t, source: s, priority: 2, when: {condition: bad}, "
         "then: {code: b}}\n");
    assert_loads(&x);
    assert_string_equal(x.said, "");
    pack_remove(&x);
}

static void test_big_sets__a_hole_below_them_is_never_called_whole(void **state) {
    (void)state;
    load("  - {id: last1, title: t, source: s, priority: 1, when: {condition: good}, "
         "then: {code: a}}\n");
    if (!strstr(x.said, "gap") && !strstr(x.said, "not-finished"))
        fail_msg("nothing was said about the hole: %s", x.said);
    pack_remove(&x);
}

static void test_big_sets__a_rule_that_never_wins_is_not_called_alive(void **state) {
    (void)state;
    load(
        "  - {id: never, title: t, source: s, priority: 0, when: {hazards: m3}, then: "
        "{code: n}}\n"
        "  - {id: last, title: t, source: s, priority: 1, then: {code: none_of_them}}\n");
    if (!strstr(x.said, "\"never\"") && !strstr(x.said, "not-finished"))
        fail_msg("nothing was said about the rule: %s", x.said);
    pack_remove(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_big_sets__a_last_rule_makes_the_table_whole),
        cmocka_unit_test(test_big_sets__last_rules_may_cover_together),
        cmocka_unit_test(test_big_sets__a_hole_below_them_is_never_called_whole),
        cmocka_unit_test(test_big_sets__a_rule_that_never_wins_is_not_called_alive),
    };
    return cmocka_run_group_tests_name("big_sets", tests, NULL, NULL);
}
