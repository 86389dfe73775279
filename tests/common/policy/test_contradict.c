/* test_contradict.c: what cannot both be true is found, named, and never makes goods less
 * dangerous than they were said to be. */
#include "common/policy/contradict.h"

#include "tests/common/policy/packs.h"

#define TABLE                                                                            \
    "tables:\n- table: t\n  title: t\n  hit: unique\n  gives: {code: one}\n"             \
    "  else: none\n  rules:\n"                                                           \
    "  - {id: r, title: t, source: s, confidence: own, when: {event: asked},"            \
    " then: {code: x}}\n"

#define BOTH                                                                             \
    "contradictions:\n"                                                                  \
    "- {title: T, source: S, these: {condition: good}, exclude: {has: [a, c]}}\n"        \
    "- {title: U, source: S, at_most_one: {has: [a, b, c]}}\n"

static struct pack_fixture x;

static int teardown(void **state) {
    (void)state;
    pack_remove(&x);
    return 0;
}

static void state_has(struct policy_facts *f, const char *letters) {
    policy_state_none(f, FACT_HAS);
    for (; *letters; letters++)
        policy_state_member(x.p, f, FACT_HAS, (struct span){letters, 1});
}

/* "condition good / has a; ..." of what is stated. */
static const char *found(const char *condition, const char *has) {
    static char text[600];
    const struct policy_contradiction *out[POLICY_TOLD_CONTRADICTIONS];
    struct policy_facts f;
    struct builder b = builder_over(text, sizeof text);
    policy_facts_init(x.p, &f);
    if (condition)
        policy_state(x.p, &f, FACT_CONDITION, span_of(condition));
    if (has)
        state_has(&f, has);
    int n = policy_contradictions(x.p, &f, out);
    for (int i = 0; i < n; i++)
        build_format(&b, "%s%s", i ? "; " : "", out[i]->text);
    build_char(&b, '\0');
    return text;
}

static void test_contradict__both_words_are_named(void **state) {
    (void)state;
    pack_load_text(&x, PACK_GROUND TABLE BOTH);
    assert_loads(&x);
    assert_string_equal(found("good", "c"),
                        "condition good and has c contradict each other");
    assert_string_equal(found("bad", "bc"), "has b and has c contradict each other");
    assert_string_equal(found("good", "ab"),
                        "condition good and has a contradict each other; has a and has b "
                        "contradict each other");
}

static void test_contradict__what_is_not_stated_contradicts_nothing(void **state) {
    (void)state;
    pack_load_text(&x, PACK_GROUND TABLE BOTH);
    assert_loads(&x);
    assert_string_equal(found(NULL, NULL), "");
    assert_string_equal(found("good", NULL), "");
    assert_string_equal(found("good", ""), "");
    assert_string_equal(found("good", "b"), "");
    assert_string_equal(found(NULL, "a"), "");
}

static void test_contradict__one_member_may_exclude_others_of_its_set(void **state) {
    (void)state;
    pack_load_text(&x, PACK_GROUND TABLE "contradictions:\n- {title: T, source: S, "
                                         "these: {has: c}, exclude: {has: [a, b]}}\n");
    assert_loads(&x);
    assert_string_equal(found(NULL, "bc"), "has c and has b contradict each other");
    assert_string_equal(found(NULL, "ab"), "");
    assert_string_equal(found(NULL, "c"), "");
}

static void test_contradict__no_more_than_a_few_are_told(void **state) {
    (void)state;
    pack_load_text(&x, PACK_GROUND TABLE BOTH);
    assert_loads(&x);
    const struct policy_contradiction *out[POLICY_TOLD_CONTRADICTIONS];
    struct policy_facts f;
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_CONDITION, SPAN("good"));
    state_has(&f, "abc"); /* two of the first, three of the second */
    assert_int_equal(policy_contradictions(x.p, &f, out), POLICY_TOLD_CONTRADICTIONS);
}

static void test_contradict__a_mistake_is_told(void **state) {
    (void)state;
#define ONE(rest) PACK_GROUND TABLE "contradictions:\n- {title: T, source: S, " rest "}\n"
    static const char *const broken[][2] = {
        {ONE("these: {condition: godo}, exclude: {has: a}"),
         "unknown-value: the domain lists no condition \"godo\": did you mean \"good\"?"},
        {ONE("these: {conditon: good}, exclude: {has: a}"), "one fact and some of"},
        {ONE("these: {condition: good, has: a}, exclude: {has: b}"),
         "one fact and some of"},
        {ONE("these: {value: 3}, exclude: {has: b}"), "\"value\" has no words"},
        {ONE("these: {condition: good}"), "needs \"these\" and \"exclude\", or"},
        {ONE("these: {condition: good}, exclude: {has: a}, at_most_one: {has: [a, b]}"),
         "needs \"these\" and \"exclude\", or"},
        {ONE("at_most_one: {has: [a]}"), "impossible: \"has\" needs two words"},
        {ONE("these: {has: a}, exclude: {has: [b, a]}"),
         "impossible: \"has\" has the same word on both sides"},
        {ONE("at_most_one: {condition: [good, bad]}"),
         "\"condition\" has one value only"},
        {PACK_GROUND TABLE "contradictions:\n- {source: S, at_most_one: {has: [a, b]}}\n",
         "no \"title\" here"},
    };
#undef ONE
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        pack_load_text(&x, broken[i][0]);
        assert_null(x.p);
        if (!strstr(x.said, broken[i][1]))
            fail_msg("expected \"%s\", found:\n%s", broken[i][1], x.said);
        pack_remove(&x);
    }
    pack_load_text(&x, PACK_GROUND TABLE); /* for the teardown */
}

/* ---- the shipped packs ---- */

static bool is_sold(const char *code) {
    static const char *const sold[] = {"restock",           "regrade", "refurbish",
                                       "erase_and_regrade", "repair",  "maintain"};
    for (size_t i = 0; code && i < COUNT_OF(sold); i++)
        if (strcmp(code, sold[i]) == 0)
            return true;
    return false;
}

static void check_danger(const struct policy *p, struct policy_facts *f,
                         const char *class, const char *what) {
    struct policy_decision d;
    policy_state(p, f, FACT_CATEGORY, span_of(class));
    policy_state(p, f, FACT_EVENT, SPAN("return_requested"));
    policy_decide(p, f, &d);
    if (!d.disposition.destination ||
        strcmp(d.disposition.destination, "no_return_shipping") != 0)
        fail_msg("%s, %s: it may be shipped", class, what);
    policy_state(p, f, FACT_EVENT, SPAN("return_inspected"));
    policy_decide(p, f, &d);
    if (!d.disposition.code || is_sold(d.disposition.code))
        fail_msg("%s, %s: %s", class, what, d.disposition.code);
}

/* Whatever harmless word stands beside it, of whatever class the goods are called. */
static void test_contradict__the_dangerous_word_wins(void **state) {
    (void)state;
    struct pack_fixture packs = {.dir = "deploy/policy"};
    pack_load(&packs);
    assert_loads(&packs);
    const struct policy *p = packs.p;
    const struct attribute *classes = &p->domain.facts[FACT_CATEGORY];
    int n_pairs = 0;
    for (int i = 0; i < p->n_contradictions; i++) {
        const struct contradiction *c = &p->contradictions[i];
        for (int k = 0; c->other == FACT_HAZARDS && k < c->n_pairs; k++) {
            struct policy_facts f;
            policy_facts_init(p, &f);
            policy_state(p, &f, FACT_MARKETPLACE, SPAN("amazon.co.jp"));
            policy_state(p, &f, FACT_FULFILMENT, SPAN("seller"));
            policy_state(p, &f, FACT_CROSS_BORDER, SPAN("yes"));
            policy_state_member(p, &f, FACT_HAS, SPAN("return_address.jp"));
            policy_state_instant(&f, TIME_EVENT, at("2026-11-20T12:00+09:00"));
            const struct policy_contradiction *t = &c->pairs[k].told;
            if (t->fact == FACT_CONDITION)
                policy_state(p, &f, t->fact, span_of(t->word));
            else
                policy_state_member(p, &f, t->fact, span_of(t->word));
            policy_state_member(p, &f, t->other_fact, span_of(t->other_word));
            for (int class = 0; class < classes->n_words; class ++)
                check_danger(p, &f, classes->words[class], t->text);
            n_pairs++;
        }
    }
    assert_true(n_pairs >= 9);
    policy_free(packs.p);
    pack_load_text(&x, PACK_GROUND TABLE); /* for the teardown */
}

#define TEST(f) cmocka_unit_test_teardown(f, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_contradict__both_words_are_named),
        TEST(test_contradict__what_is_not_stated_contradicts_nothing),
        TEST(test_contradict__one_member_may_exclude_others_of_its_set),
        TEST(test_contradict__no_more_than_a_few_are_told),
        TEST(test_contradict__a_mistake_is_told),
        TEST(test_contradict__the_dangerous_word_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
