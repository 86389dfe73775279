/* test_desk_licence.c: who holds what licence, and what stops when one ends. */
#include "common/policy/desk_licence.h"

#include "tests/common/policy/packs.h"

#define PACK                                                                             \
    "ruleset: t\nrevision: r1\n"                                                         \
    "domain:\n  event: [order_placed, other]\n  marketplace: [m1, m2]\n"                 \
    "calendars:\n  always: {tz: UTC, open: always}\n"                                    \
    "desks:\n"                                                                           \
    "  a: {langs: [any], calendar: always, licences: [\n"                                \
    "    {for: L, until: 2026-06-01}, {for: L, from: 2026-06-01, until: 2027-01-01},\n"  \
    "    {for: M}, {for: unused, until: 2027-01-01}]}\n"                                 \
    "  b: {langs: [any], calendar: always, licences: [{for: L, until: 2026-09-01}]}\n"   \
    "  c: {langs: [any], calendar: always, licences: [{for: L}]}\n"                      \
    "  d: {langs: [any], calendar: always}\n"                                            \
    "triage: d\n"                                                                        \
    "tables:\n"                                                                          \
    "- table: t\n  hit: unique\n  gives: {chain: one}\n  rules:\n"                       \
    "  - {id: r1, title: t, source: s, confidence: own, when: {marketplace: m1},\n"      \
    "     then: {chain: [{to: a, require: [licence:L, licence:M], wait: 1h},\n"          \
    "       {to: b, require: licence:L, wait: 1h}, {to: c, require: licence:L, "         \
    "wait: 1h},\n       {to: d}]}}\n"                                                    \
    "  - {id: r2, title: t, source: s, confidence: own, when: {marketplace: m2},\n"      \
    "     then: {chain: [{to: a, require: licence:L, wait: 1h}, {to: d}]}}\n"

static void
test_desk_licence__is_held_from_its_first_instant_to_before_its_last(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, PACK);
    assert_loads(&x);
    assert_true(desk_holds(x.p, SPAN("a"), SPAN("L+M"), at("2026-06-01T00:00:00Z")));
    assert_true(desk_holds(x.p, SPAN("a"), SPAN("L"), at("2026-12-31T23:59:59Z")));
    assert_false(desk_holds(x.p, SPAN("a"), SPAN("M+L"), at("2027-01-01T00:00:00Z")));
    assert_false(desk_holds(x.p, SPAN("d"), SPAN("L"), at("2026-06-01T00:00:00Z")));
    assert_true(desk_holds(x.p, SPAN("d"), SPAN(""), at("2026-06-01T00:00:00Z")));
    assert_false(desk_holds(x.p, SPAN("gone"), SPAN("L"), at("2026-06-01T00:00:00Z")));
    pack_remove(&x);
}

static void
test_desk_licence__an_end_that_nothing_follows_names_the_rules_and_who_is_next(
    void **state) {
    (void)state;
    struct pack_fixture x;
    struct arena *a = arena_new(1 << 20);
    const struct desk_ending *all;
    pack_load_text(&x, PACK);
    assert_loads(&x);
    assert_int_equal(desk_endings(x.p, a, &all), 3);
    assert_string_equal(all[0].desk, "a");
    assert_int_equal(all[0].until_us, at("2027-01-01T00:00:00Z"));
    assert_true(span_is(all[0].stops, "r1 (then c), r2 (then d)")); /* b's has ended */
    assert_string_equal(all[1].licence, "unused");
    assert_int_equal(all[1].stops.len, 0);
    assert_string_equal(all[2].desk, "b");
    assert_true(span_is(all[2].stops, "r1 (then c)"));
    arena_free(a);
    pack_remove(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_desk_licence__is_held_from_its_first_instant_to_before_its_last),
        cmocka_unit_test(
            test_desk_licence__an_end_that_nothing_follows_names_the_rules_and_who_is_next),
    };
    return cmocka_run_group_tests_name("desk_licence", tests, NULL, NULL);
}
