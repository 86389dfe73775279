/* test_outrank.c: which rules of a table with priorities win where two hit one input. */
#include "common/policy/outrank.h"
#include "common/policy/rule.h"
#include "tests/common/policy/packs.h"

#define RULE(id, more, then)                                                             \
    "  - {id: " id ", title: t, source: s, " more ", then: {" then "}}\n"

static const char pack[] = PACK_GROUND
    "tables:\n- table: t\n  title: t\n  needs: {marketplace: [east, west]}\n"
    "  hit: priority\n  gives: {code: one, remedy: one}\n  else: none\n  rules:\n"
    /* */
    RULE("low", "priority: 1, when: {event: asked, value: 0..10}", "code: a") RULE(
        "mid", "priority: 2, when: {value: 10..20}",
        "code: b") RULE("top", "priority: 3, when: {event: [asked, arrived]}", "code: c")
        RULE("other-event", "priority: 4, when: {event: answered}", "code: d") RULE(
            "other-value", "priority: 4, when: {event: asked, value: 11..20}",
            "code: e") RULE("other-store", "priority: 4, when: {marketplace: north}",
                            "code: f")
            RULE("other-slot", "priority: 5, when: {event: asked}", "remedy: g") RULE(
                "on-trial", "priority: 9, mode: shadow, when: {event: asked}", "code: h")
                RULE("later",
                     "priority: 6, effective: {from: 2027-01-01}, when: {event: asked}",
                     "code: i") RULE("ended",
                                     "priority: 7, effective: {until: 2027-01-01}, when: "
                                     "{event: reopened}",
                                     "code: j");

static const struct rule *rule_of(const struct policy *p, const char *id) {
    const struct rule *r = rule_find(p, span_of(id));
    assert_non_null(r);
    return r;
}

static void check(const struct policy *p, const char *id, const char *expected) {
    const struct rule *out[16];
    char got[256] = "";
    int n = outranking_rules(p, &p->tables[0], rule_of(p, id), out, 16);
    for (int i = 0; i < n; i++) {
        strcat(got, i ? " " : "");
        strcat(got, out[i]->id);
    }
    assert_string_equal(got, expected);
}

static void test_outrank__whoever_wins_a_slot_for_some_input_is_told(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, pack);
    assert_loads(&x);
    check(x.p, "low", "later top mid");
    check(x.p, "mid", "ended later other-event other-value top");
    check(x.p, "later", "");
    check(x.p, "ended", "");       /* never at one time with `later` */
    check(x.p, "other-slot", "");  /* another slot */
    check(x.p, "other-store", ""); /* the table is not about that store */
    check(x.p, "on-trial", "later other-value top mid low");
    pack_remove(&x);
}

static void test_outrank__where_nothing_ranks_nobody_is_told(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x,
                   PACK_GROUND "tables:\n- table: t\n  title: t\n  hit: collect\n"
                               "  gives: {blocker: set}\n  else: none\n  rules:\n" RULE(
                                   "one", "when: {event: asked}", "blocker: a")
                                   RULE("two", "when: {event: asked}", "blocker: b"));
    assert_loads(&x);
    check(x.p, "one", "");
    check(x.p, "two", "");
    pack_remove(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outrank__whoever_wins_a_slot_for_some_input_is_told),
        cmocka_unit_test(test_outrank__where_nothing_ranks_nobody_is_told),
    };
    return cmocka_run_group_tests_name("outrank", tests, NULL, NULL);
}
