/*
 * test_witness.c: each finding that an input can show comes with a test; pasted into the
 * pack, the test parses and passes, and the finding is told again, with the same test.
 */
#include "tests/common/policy/packs.h"

#define TABLE(hit, gives, rest)                                                          \
    PACK_GROUND "tables:\n- table: t\n  title: t\n  hit: " hit "\n  gives: " gives       \
                "\n" rest "  rules:\n"
#define ELSE "  else: none\n"
#define RULE(id, rest) "  - {id: " id ", title: t, source: s, " rest "}\n"
#define DUTY(more)                                                                       \
    "then: {duty: {name: d, due: 8h, stop: answered, reopen: restart" more "}}"
#define ROUTES                                                                           \
    "- table: r\n  title: t\n  hit: priority\n  gives: {chain: one}\n  else: none\n  "   \
    "rules:\n"

/* One pack for each kind, and what its finding says. */
static const struct shown {
    const char *kind, *says, *pack;
} cases[] = {
    {"overlap", "\"a\" and \"b\" can both hit",
     TABLE("unique", "{code: one}", ELSE)
         RULE("a", "when: {marketplace: [east, west]}, then: {code: x}")
             RULE("b", "when: {marketplace: not east, value: 5..9}, then: {code: y}")},
    {"overlap", "with the same priority",
     TABLE("priority", "{blocker: set}", ELSE)
         RULE("a", "priority: 1, when: {event: asked}, then: {blocker: x}")
             RULE("b", "priority: 1, when: {lang: missing}, then: {blocker: y}")},
    {"overlap", "both give the duty \"d\"",
     TABLE("collect", "{duty: by-name}", ELSE) RULE("a",
                                                    "when: {event: asked}, " DUTY(""))
         RULE("b", "when: {event: asked, has: not a}, effective: {from: 2030-01-01, by: "
                   "ordered_at}, " DUTY(""))},
    {"gap", "marketplace north or west",
     TABLE("unique", "{code: one}", "") RULE("a", "when: {marketplace: east}, then: "
                                                  "{code: x}")},
    {"gap", "value missing or 11..1000",
     TABLE("unique", "{code: one}", "") RULE("a", "when: {value: 0..10}, then: {code: "
                                                  "x}")},
    {"dead", "\"a\" can never win",
     TABLE("priority", "{code: one}", ELSE)
         RULE("a", "priority: 1, when: {marketplace: [east, west]}, then: {code: x}")
             RULE("b", "priority: 2, when: {marketplace: east}, then: {code: y}")
                 RULE("c", "priority: 3, when: {marketplace: west}, then: {code: z}")},
    {"dead", "\"a\" can never hit",
     TABLE("collect", "{blocker: set}", "  needs: {marketplace: east}\n" ELSE)
         RULE("a", "when: {marketplace: west}, then: {blocker: x}")},
    {"duplicate", "\"a\" and \"b\" say the same",
     TABLE("collect", "{blocker: set}", ELSE)
         RULE("a", "when: {has: {all: [a], none: [b]}}, then: {blocker: x}")
             RULE("b", "when: {has: {all: [a], none: [b]}}, then: {blocker: x}")},
    {"redundant", "\"b\" says what \"a\" says anyway",
     TABLE("priority", "{code: one}", ELSE)
         RULE("a", "priority: 1, when: {event: asked}, then: {code: x}")
             RULE("b", "priority: 2, when: {event: asked, lang: ja}, then: {code: x}")},
    {"no-effect", "condition on \"marketplace\"",
     TABLE("collect", "{blocker: set}", "  needs: {marketplace: east}\n" ELSE)
         RULE("a", "when: {marketplace: east, lang: ja}, then: {blocker: x}")},
    {"no-effect", "nobody to wait for",
     PACK_GROUND "tables:\n" ROUTES RULE(
         "a", "priority: 1, when: {lang: ja}, then: {chain: [{to: night, wait: 2h}]}")},
    {"time-gap", "nothing holds",
     TABLE("collect", "{blocker: set}", ELSE)
         RULE("a", "when: {lang: ja}, effective: {until: 2026-03-01}, then: {blocker: x}")
             RULE("b", "when: {lang: ja}, effective: {from: 2026-03-02}, then: {blocker: "
                       "y}") RULE("c", "when: {lang: ja}, effective: {from: 2026-03-02}, "
                                       "then: {blocker: x}")},
    {"unknown-desk", "there is no desk \"offise\"",
     PACK_GROUND "tables:\n" ROUTES RULE(
         "a",
         "priority: 1, when: {lang: ja}, then: {chain: [{to: offise}, {to: night}]}")},
    {"pause-on-marketplace-clock", "never pauses",
     TABLE("collect", "{duty: by-name}", ELSE)
         RULE("a", "when: {event: asked}, " DUTY(", pause: [arrived]"))},
    {"wait-exceeds-budget", "use up all the time",
     TABLE("collect", "{duty: by-name}", ELSE) RULE("a",
                                                    "when: {event: asked}, " DUTY(""))
         ROUTES RULE("b", "priority: 1, when: {marketplace: east}, then: {chain: [{to: "
                          "office, wait: 9h}, {to: night}]}")},
    {"licence-ends", "ends while the rule \"a\" goes on",
     PACK_GROUND "tables:\n" ROUTES RULE(
         "a", "priority: 1, when: {lang: ja}, then: {chain: [{to: licensed, require: "
              "[licence:x], wait: 1h}, {to: night}]}")},
    {"licence", "does not hold the licence \"x\"",
     PACK_GROUND "tables:\n" ROUTES RULE(
         "a", "priority: 1, when: {lang: ja}, then: {chain: [{to: office, require: "
              "[licence:x], wait: 1h}, {to: night}]}")},
    {"reopen", "does not say what reopening does",
     TABLE("collect", "{duty: by-name}", ELSE) RULE(
         "a", "when: {event: asked}, then: {duty: {name: d, due: 8h, stop: answered}}")},
    {"duty", "starts at the event that stops it",
     TABLE("collect", "{duty: by-name}", ELSE)
         RULE("a", "when: {event: [asked, answered]}, " DUTY(""))},
    {"duty", "the aim of \"d\" is later",
     TABLE("collect", "{duty: by-name}", ELSE)
         RULE("a", "when: {event: asked}, " DUTY(", aim: 9h"))},
};

struct found {
    const char *kind, *says;
    int n_found, n_tests,
        n_broken; /* failing tests; findings of the pasted stub itself */
    char witness[20000], text[2000];
};

static void listen(void *context, const struct policy_finding *f) {
    struct found *x = context;
    x->n_tests += strcmp(f->kind, "test") == 0;
    x->n_broken += strcmp(f->file, "witness.yaml") == 0;
    if (strcmp(f->kind, x->kind) != 0 || !strstr(f->text, x->says) || x->n_found++ > 0)
        return;
    snprintf(x->text, sizeof x->text, "%s", f->text);
    snprintf(x->witness, sizeof x->witness, "%s", f->witness ? f->witness : "");
}

/* A desk whose licence ends, for the one case that needs it. */
#define LICENSED                                                                         \
    "desks: {licensed: {langs: [any], calendar: always, licences: [{for: x, until: "     \
    "2027-01-01}]}}\n"

static void look_for(const struct shown *c, const char *witness, struct found *x) {
    char pasted[24000];
    snprintf(pasted, sizeof pasted, "tests:\n%s", witness ? witness : "");
    struct source files[3] = {{"a-licensed.yaml", SPAN(LICENSED)},
                              {"pack.yaml", span_of(c->pack)},
                              {"witness.yaml", span_of(pasted)}};
    struct policy_report report = {listen, x};
    struct load_options o = {
        .report = &report, .sources = files, .n_sources = witness ? 3 : 2};
    struct policy *p = NULL;
    struct error err;
    *x = (struct found){.kind = c->kind, .says = c->says};
    if (policy_load_with("/nowhere", &o, &p, &err) == ST_OK)
        policy_free(p);
}

static void
test_witness__pasted_in_it_passes_and_the_finding_is_told_again(void **state) {
    (void)state;
    static struct found first, again;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        look_for(&cases[i], NULL, &first);
        if (first.n_found == 0 || !first.witness[0]) {
            fail_msg("%s: %d found, witness \"%s\"", cases[i].says, first.n_found,
                     first.witness);
        }
        look_for(&cases[i], first.witness, &again);
        if (again.n_found != first.n_found || strcmp(first.text, again.text) != 0 ||
            strcmp(first.witness, again.witness) != 0) {
            fail_msg("%s: told %d times, then %d: %s\n%s", cases[i].says, first.n_found,
                     again.n_found, again.text, again.witness);
        }
        if (again.n_tests > 0 || again.n_broken > 0)
            fail_msg("%s: the witness does not pass:\n%s", cases[i].says, first.witness);
    }
}

/* A test that shows an untested rule is the test that was missing. */
static void test_witness__of_an_untested_rule_reaches_it(void **state) {
    (void)state;
    static struct found first, again;
    const struct shown c = {
        "untested", "\"b\"",
        TABLE("collect", "{blocker: set}", ELSE)
            RULE("a", "when: {event: asked}, then: {blocker: x}")
                RULE("b", "when: {event: arrived, value: 7..}, then: {blocker: "
                          "y}") "tests:\n- {test: one, given: {event: asked, "
                                "marketplace: east, time: 2026-01-01}, expect: "
                                "{rules: a}}\n"};
    look_for(&c, NULL, &first);
    assert_int_equal(first.n_found, 1);
    look_for(&c, first.witness, &again);
    assert_int_equal(again.n_found, 0);
    assert_int_equal(again.n_tests + again.n_broken, 0);
}

/* When the rules are mended, the witness fails: it says what no longer is so. */
static void test_witness__fails_once_the_finding_is_mended(void **state) {
    (void)state;
    static struct found first, again;
    const struct shown broken = {
        "gap", "says nothing",
        TABLE("unique", "{code: one}", "")
            RULE("a", "when: {marketplace: [east, west]}, then: {code: x}")};
    const struct shown mended = {
        "gap", "says nothing",
        TABLE("unique", "{code: one}", "")
            RULE("a", "when: {marketplace: [east, west]}, then: {code: x}")
                RULE("b", "when: {marketplace: north}, then: {code: y}")};
    look_for(&broken, NULL, &first);
    assert_int_equal(first.n_found, 1);
    look_for(&mended, first.witness, &again);
    assert_int_equal(again.n_found, 0);
    assert_int_equal(again.n_tests, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_witness__pasted_in_it_passes_and_the_finding_is_told_again),
        cmocka_unit_test(test_witness__of_an_untested_rule_reaches_it),
        cmocka_unit_test(test_witness__fails_once_the_finding_is_mended),
    };
    return cmocka_run_group_tests_name("witness", tests, NULL, NULL);
}
