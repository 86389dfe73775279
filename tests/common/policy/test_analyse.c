/* test_analyse.c: the analyser's findings equal those of brute force over every input. */
#include "tests/common/policy/random_rules.h"

PRINTF_LIKE(2, 3)
static bool says(const struct pack_fixture *x, const char *format, ...) {
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return strstr(x->said, text) != NULL;
}

static void random_set(uint64_t *seed, struct rr_set *s) {
    s->facts = 0;
    for (int k = 0; k < 3; k++)
        s->facts |= 1U << rr_pick(seed, 7);
    s->n = 1 + (int)rr_pick(seed, 6);
    for (int i = 0; i < s->n; i++)
        rr_random_rule(seed, s, &s->rules[i], i);
}

struct truth {
    bool overlaps[RR_RULES][RR_RULES];
    bool has_gap;
    bool wins[RR_RULES]; /* somewhere, when the highest number wins */
};

static void find_truth(const struct rr_set *s, struct truth *t) {
    *t = (struct truth){0};
    struct rr_input in = rr_first(s);
    do {
        int best = -1;
        for (int i = 0; i < s->n; i++) {
            if (!rr_hits(&s->rules[i], &in))
                continue;
            for (int k = 0; k < i; k++)
                t->overlaps[k][i] = t->overlaps[k][i] || rr_hits(&s->rules[k], &in);
            best = i;
        }
        t->has_gap = t->has_gap || best < 0;
        if (best >= 0)
            t->wins[best] = true;
    } while (rr_next(s, &in));
}

static void test_analyse__overlaps_and_gaps_equal_brute_force(void **state) {
    (void)state;
    uint64_t seed = rr_seed(99);
    int overlaps = 0, gaps = 0, wholes = 0;
    static struct rr_set s;
    for (int k = 0; k < rr_rounds(400); k++) {
        struct pack_fixture x;
        struct truth t;
        random_set(&seed, &s);
        find_truth(&s, &t);
        rr_write(&s, "hit: unique;gives: {code: one}", false, "{code: c%d}");
        pack_load_text(&x, s.text);
        for (int b = 0; b < s.n; b++) {
            for (int a = 0; a < b; a++) {
                bool said = says(&x, "overlap: the rules \"r%02d\" and \"r%02d\"", a, b);
                if (said != t.overlaps[a][b]) {
                    fail_msg("r%02d and r%02d %s overlap\n%s\n%s", a, b,
                             t.overlaps[a][b] ? "do" : "do not", s.text, x.said);
                }
                overlaps += said;
            }
        }
        bool said_gap = strstr(x.said, " gap: ") != NULL;
        if (said_gap != t.has_gap)
            fail_msg("there is %s gap\n%s\n%s", t.has_gap ? "a" : "no", s.text, x.said);
        gaps += said_gap;
        wholes += !said_gap;
        pack_remove(&x);
    }
    print_message("overlaps %d, gaps %d, whole tables %d\n", overlaps, gaps, wholes);
    assert_true(overlaps > 500 && gaps > 100 && wholes > 50);
}

static void test_analyse__dead_rules_equal_brute_force(void **state) {
    (void)state;
    uint64_t seed = rr_seed(7);
    int dead = 0;
    static struct rr_set s;
    for (int k = 0; k < rr_rounds(400); k++) {
        struct pack_fixture x;
        struct truth t;
        random_set(&seed, &s);
        find_truth(&s, &t);
        rr_write(&s, "hit: priority;gives: {code: one};else: none", true, "{code: c%d}");
        pack_load_text(&x, s.text);
        assert_loads(&x);
        for (int i = 0; i < s.n; i++) {
            bool said = says(&x, "dead: the rule \"r%02d\"", i);
            if (said == t.wins[i]) {
                fail_msg("r%02d %s\n%s\n%s", i,
                         t.wins[i] ? "wins somewhere" : "never wins", s.text, x.said);
            }
            dead += said;
        }
        pack_remove(&x);
    }
    print_message("dead rules %d\n", dead);
    assert_true(dead > 100);
}

/* A witness is a test: it parses, and where it says "no rule" there is none. */
static void test_analyse__a_witness_of_a_gap_is_a_test_that_passes(void **state) {
    (void)state;
    uint64_t seed = 1234;
    int shown = 0;
    static struct rr_set s;
    for (int k = 0; k < 300; k++) {
        struct pack_fixture x, y;
        static char text[40000];
        random_set(&seed, &s);
        rr_write(&s, "hit: priority;gives: {code: one}", true, "{code: c%d}");
        pack_load_text(&x, s.text);
        const char *witness = strstr(x.said, "- test:");
        if (strstr(x.said, " gap: ") && witness) {
            rr_write(&s, "hit: priority;gives: {code: one};else: none", true,
                     "{code: c%d}");
            const char *end = strstr(witness, "expect: {rules: none}\n");
            assert_non_null(end);
            snprintf(text, sizeof text, "%stests:\n%.*s}\n", s.text,
                     (int)(end - witness) + 20, witness);
            pack_load_text(&y, text);
            assert_loads(&y);
            pack_remove(&y);
            shown++;
        }
        pack_remove(&x);
    }
    assert_true(shown > 50);
}

static struct pack_fixture load_rules(const char *table) {
    static char text[16384];
    struct pack_fixture x;
    snprintf(text, sizeof text, "%stables:\n%s", PACK_GROUND, table);
    pack_load_text(&x, text);
    return x;
}

static void assert_said(const char *table, const char *wanted) {
    struct pack_fixture x = load_rules(table);
    if (!strstr(x.said, wanted))
        fail_msg("\"%s\" was not found but:\n%s", wanted, x.said);
    pack_remove(&x);
}

#define RULE(id, rest) "  - {id: " id ", title: t, source: s, " rest "}\n"

static void test_analyse__one_duty_name_twice_for_one_input_is_an_overlap(void **state) {
    (void)state;
    assert_said(
        "- table: t\n  hit: collect\n  gives: {duty: by-name}\n  else: none\n  "
        "rules:\n" RULE(
            "a",
            "when: {event: asked}, then: {duty: {name: d, due: 24h, stop: answered}}")
            RULE("b", "when: {event: asked, marketplace: east}, then: {duty: {name: d, "
                      "due: 48h, stop: answered}}"),
        "both give the duty \"d\"");
}

#define CODES(name, rules)                                                               \
    "- table: " name "\n  hit: priority\n  gives: {code: one}\n  else: none\n  "         \
    "rules:\n" rules

static void test_analyse__two_tables_that_fill_one_slot_are_compared_too(void **state) {
    (void)state;
    assert_said(
        CODES("t", RULE("a", "priority: 1, when: {event: asked}, then: {code: x}"))
            CODES("u", RULE("b", "priority: 5, when: {marketplace: east}, then: "
                                 "{code: y}")),
        "overlap: the rules \"a\" and \"b\" can both hit, but both give \"code\"");
}

static void test_analyse__equal_priorities_must_not_drop_a_blocker(void **state) {
    (void)state;
    assert_said(
        "- table: t\n  hit: priority\n  gives: {blocker: set}\n  else: none\n  "
        "rules:\n" RULE("a", "priority: 1, when: {event: asked}, then: {blocker: x}")
            RULE("b", "priority: 1, when: {lang: ja}, then: {blocker: y}"),
        "both give \"blocker\" with the same priority");
}

static void test_analyse__a_gap_is_told_in_words(void **state) {
    (void)state;
    assert_said("- table: t\n  gives: {code: one}\n  rules:\n" RULE(
                    "a", "when: {marketplace: not north}, then: {code: x}")
                    RULE("b", "when: {marketplace: north, value: 10..}, then: {code: x}"),
                "says nothing where the input is: marketplace north, value missing or "
                "0..9; add a rule");
}

#define SCOPE                                                                            \
    "- table: scope\n  gives: {handle: one}\n  else: {handle: none}\n  rules:\n" RULE(   \
        "s", "when: {marketplace: east, event: asked}, then: {handle: seller}")          \
        RULE("u", "when: {marketplace: west, event: asked}, then: {handle: seller}")

/* The table is whole, because nothing but `asked` in the east and west reaches it. */
static void test_analyse__needs_are_followed_through_all_who_give_them(void **state) {
    (void)state;
    struct pack_fixture x = load_rules(
        SCOPE
        "- table: t\n  needs: {handle: seller}\n  gives: {code: one}\n  rules:\n" RULE(
            "a", "when: {marketplace: [east, west]}, then: {code: x}"));
    assert_loads(&x);
    assert_contains(x.said, "no-effect: the condition on \"marketplace\"");
    assert_null(strstr(x.said, " gap: "));
    pack_remove(&x);
}

static void test_analyse__a_hole_between_two_versions_is_found(void **state) {
    (void)state;
    assert_said("- table: t\n  hit: collect\n  gives: {blocker: set}\n  else: none\n  "
                "rules:\n" RULE("a",
                                "when: {event: asked}, effective: {until: 2026-03-01}, "
                                "then: {blocker: x}")
                    RULE("b", "when: {event: asked}, effective: {from: 2026-03-02}, "
                              "then: {blocker: x}"),
                "time-gap: between the end of \"a\" and the beginning of \"b\"");
}

static void test_analyse__what_does_nothing_is_found(void **state) {
    (void)state;
    assert_said(
        "- table: t\n  hit: priority\n  gives: {code: one}\n  else: none\n  "
        "rules:\n" RULE("a", "priority: 1, when: {event: asked}, then: {code: x}") RULE(
            "b", "priority: 2, when: {event: asked, marketplace: east}, then: {code: x}"),
        "redundant: the rule \"b\" says what \"a\" says anyway");
    assert_said("- table: t\n  hit: collect\n  gives: {blocker: set}\n  else: none\n  "
                "rules:\n" RULE("a", "when: {event: asked}, then: {blocker: x}")
                    RULE("b", "when: {event: asked}, then: {blocker: x}"),
                "duplicate: the rules \"a\" and \"b\" say the same");
    assert_said("- table: t\n  hit: collect\n  gives: {blocker: set}\n  else: none\n  "
                "rules:\n" RULE(
                    "a", "when: {marketplace: [east, west, north]}, then: {blocker: x}"),
                "no-effect: the condition on \"marketplace\"");
    assert_said("- table: t\n  hit: collect\n  needs: {marketplace: east}\n  gives: "
                "{blocker: set}\n  else: none\n  rules:\n" RULE(
                    "a", "when: {marketplace: west}, then: {blocker: x}"),
                "dead: the rule \"a\" can never hit");
}

static void test_analyse__a_duty_must_say_what_reopening_does(void **state) {
    (void)state;
    assert_said(
        "- table: t\n  hit: collect\n  gives: {duty: by-name}\n  else: none\n  "
        "rules:\n" RULE(
            "a",
            "when: {event: asked}, then: {duty: {name: d, due: 8h, stop: answered}}"),
        "reopen: the duty \"d\" does not say what reopening does");
}

static void test_analyse__waits_that_use_up_a_duty_are_found(void **state) {
    (void)state;
    assert_said(
        "- table: t\n  hit: collect\n  gives: {duty: by-name}\n  else: none\n  "
        "rules:\n" RULE(
            "a",
            "when: {event: asked}, then: {duty: {name: d, due: 8h, reserve: 1h, stop: "
            "answered}}") "- table: r\n  hit: priority\n  gives: {chain: one}\n  else: "
                          "none\n  rules:\n" RULE("b",
                                                  "priority: 1, when: {marketplace: "
                                                  "east}, then: {chain: [{to: office, "
                                                  "wait: 7h}, {to: night}]}"),
        "wait-exceeds-budget: the waits of \"b\" use up all the time of the duty \"d\"");
}

static void
test_analyse__waits_of_a_chain_that_another_displaces_are_not_found(void **state) {
    (void)state;
    struct pack_fixture x = load_rules(
        "- table: t\n  hit: collect\n  gives: {duty: by-name}\n  else: none\n  "
        "rules:\n" RULE(
            "a",
            "when: {event: asked}, then: {duty: {name: d, due: 8h, reserve: "
            "1h, stop: answered, reopen: restart}}") "- table: r\n  hit: priority\n  "
                                                     "gives: {chain: one}\n  else: "
                                                     "none\n  "
                                                     "rules:\n" RULE(
                                                         "b", "priority: 1, when: "
                                                              "{marketplace: east}, "
                                                              "then: {chain: "
                                                              "[{to: office, wait: 7h}, "
                                                              "{to: night}]}")
                                                         RULE("c",
                                                              "priority: 2, when: "
                                                              "{event: asked}, then: "
                                                              "{chain: [{to: night}]}"));
    assert_null(strstr(x.said, "wait-exceeds-budget"));
    pack_remove(&x);
}

/* Twenty members have a million combinations: whole, but not proved so. The load goes on
 * and says how far it came; it never says "no gap" without a proof. */
static void test_analyse__what_was_not_proved_is_said_to_be_open(void **state) {
    (void)state;
    enum { MEMBERS = 20 };
    static char text[16384];
    struct builder b = builder_over(text, sizeof text - 1);
    build_text(&b, "domain:\n  event: [asked]\n  hazards: {set: [m0");
    for (int i = 1; i < MEMBERS; i++)
        build_format(&b, ", m%d", i);
    build_text(&b, "]}\ncalendars: {always: {tz: UTC, open: always}}\n"
                   "desks: {night: {langs: [any], calendar: always}}\ntriage: night\n"
                   "tables:\n- table: t\n  gives: {code: one}\n  rules:\n");
    for (int i = 0; i <= MEMBERS; i++) {
        build_format(&b, "  - {id: r%02d, title: t, source: s, when: {hazards: {", i);
        if (i < MEMBERS)
            build_format(&b, "all: [m%d]%s", i, i > 0 ? ", " : "");
        for (int k = 0; k < i; k++)
            build_format(&b, "%sm%d", k == 0 ? "none: [" : ", ", k);
        build_format(&b, "%s}}, then: {code: c}}\n", i > 0 ? "]" : "");
    }
    assert_false(b.is_cut);
    text[b.len] = '\0';
    struct pack_fixture x;
    pack_load_text(&x, text);
    assert_loads(&x);
    assert_contains(x.said, "not-finished: whether \"t\" has a gap was not found out in "
                            "time");
    assert_null(strstr(x.said, "overlap"));
    assert_null(strstr(x.said, "dead"));
    pack_remove(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_analyse__overlaps_and_gaps_equal_brute_force),
        cmocka_unit_test(test_analyse__dead_rules_equal_brute_force),
        cmocka_unit_test(test_analyse__a_witness_of_a_gap_is_a_test_that_passes),
        cmocka_unit_test(test_analyse__one_duty_name_twice_for_one_input_is_an_overlap),
        cmocka_unit_test(test_analyse__two_tables_that_fill_one_slot_are_compared_too),
        cmocka_unit_test(test_analyse__equal_priorities_must_not_drop_a_blocker),
        cmocka_unit_test(test_analyse__a_gap_is_told_in_words),
        cmocka_unit_test(test_analyse__what_was_not_proved_is_said_to_be_open),
        cmocka_unit_test(test_analyse__needs_are_followed_through_all_who_give_them),
        cmocka_unit_test(test_analyse__a_hole_between_two_versions_is_found),
        cmocka_unit_test(test_analyse__what_does_nothing_is_found),
        cmocka_unit_test(test_analyse__a_duty_must_say_what_reopening_does),
        cmocka_unit_test(test_analyse__waits_that_use_up_a_duty_are_found),
        cmocka_unit_test(
            test_analyse__waits_of_a_chain_that_another_displaces_are_not_found),
    };
    return cmocka_run_group_tests_name("analyse", tests, NULL, NULL);
}
