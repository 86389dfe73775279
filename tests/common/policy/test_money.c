/* test_money.c: the money of each way is compared beside the decision: what has no figure
 * is said, what the rules chose is marked, and no rule sees any of it. */
#include "common/policy/money.h"

#include "common/policy/explain.h"
#include "common/policy/explain_words.h"
#include "tests/common/policy/packs.h"

#define HEAD                                                                             \
    "domain:\n  currency: {enum: [JPY, EUR, other], optional: true}\n"                   \
    "tables:\n- table: t\n  title: t\n  hit: unique\n  gives: {code: one}\n"             \
    "  else: none\n  rules:\n"                                                           \
    "  - {id: r, title: t, source: s, confidence: own, when: {event: asked},"            \
    " then: {code: keep}}\n"

#define WAYS                                                                             \
    "money:\n  ways:\n"                                                                  \
    "    sell: {title: Sold, codes: [shelf], parts: [refund, resale]}\n"                 \
    "    keep: {title: Kept, codes: [keep, hold], parts: [refund]}\n"                    \
    "    scrap: {title: Scrapped, codes: [scrap], parts: [refund, disposal_fee],"        \
    " when: {condition: bad}}\n"

#define FIGURE(rest) "  - {source: S, confidence: own, " rest "}\n"
#define FIGURES                                                                          \
    "  figures:\n" FIGURE("part: refund, amount: 50..100% of value")                     \
        FIGURE("part: resale, amount: 33% of value, when: {condition: good}")            \
            FIGURE("part: resale, amount: 120..250 EUR, when: {condition: bad}")         \
                FIGURE("part: disposal_fee, amount: 70 JPY")

static struct pack_fixture x;

static void load(struct pack_fixture *y, const char *money) {
    pack_dir(y);
    pack_write(y, "ground.yaml", PACK_GROUND, strlen(PACK_GROUND));
    pack_write(y, "money.yaml", money, strlen(money));
    pack_load(y);
}

static int setup(void **state) {
    (void)state;
    load(&x, HEAD WAYS FIGURES);
    assert_loads(&x);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    pack_remove(&x);
    return 0;
}

static struct policy_facts given(const char *condition, int64_t value,
                                 const char *currency) {
    struct policy_facts f;
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_EVENT, SPAN("asked"));
    policy_state(x.p, &f, FACT_MARKETPLACE, SPAN("east"));
    policy_state_instant(&f, TIME_EVENT, at("2026-11-20T12:00Z"));
    if (condition)
        policy_state(x.p, &f, FACT_CONDITION, span_of(condition));
    if (value >= 0)
        policy_state_number(&f, FACT_VALUE, value);
    if (currency)
        policy_state(x.p, &f, FACT_CURRENCY, span_of(currency));
    return f;
}

/* "sell -100 to 32 JPY; >keep ...; " and what is lacking as its number of parts. */
static const char *compared(const struct policy_facts *f, const char *code) {
    static char text[1000];
    static struct money_way_sum out[POLICY_MAX_WAYS];
    struct builder b = builder_over(text, sizeof text);
    int n = money_compare(x.p, f, code, out);
    for (int i = 0; i < n; i++) {
        build_format(&b, "%s%s ", out[i].is_chosen ? ">" : "", out[i].way->name);
        money_build(&b, &out[i].sum, " to ");
        build_format(&b, " lacks %d; ", __builtin_popcount(out[i].lacks));
    }
    build_char(&b, '\0');
    return text;
}

static void test_money__ways_are_compared_and_the_chosen_one_is_marked(void **state) {
    (void)state;
    struct policy_facts f = given("good", 100, "JPY");
    assert_string_equal(compared(&f, "hold"),
                        "sell -67 to -17 JPY lacks 0; >keep -100 to -50 JPY lacks 0; ");
    assert_string_equal(compared(&f, NULL),
                        "sell -67 to -17 JPY lacks 0; keep -100 to -50 JPY lacks 0; ");
}

static void test_money__a_way_that_is_closed_is_shown_when_it_was_chosen(void **state) {
    (void)state;
    struct policy_facts f = given("good", 100, "JPY");
    assert_non_null(strstr(compared(&f, "scrap"), ">scrap -170 to -120 JPY lacks 0; "));
    f = given("bad", 100, "JPY");
    assert_non_null(strstr(compared(&f, "shelf"), "; scrap -170 to -120 JPY lacks 0; "));
}

static void test_money__what_has_no_figure_is_not_taken_as_nothing(void **state) {
    (void)state;
    struct policy_facts f = given(NULL, 100, "JPY");
    assert_non_null(strstr(compared(&f, NULL), "sell -100 to -50 JPY lacks 1; "));
    f = given("good", -1, NULL); /* no value: no share of it either */
    assert_string_equal(compared(&f, NULL), "sell  lacks 2; keep  lacks 1; ");
}

static void test_money__two_currencies_have_no_sum(void **state) {
    (void)state;
    struct policy_facts f = given("bad", 100, "JPY");
    assert_non_null(strstr(compared(&f, NULL), "sell  lacks 0; "));
    f = given("good", 100, NULL); /* a share of nobody knows what, and a fee in yen */
    assert_non_null(strstr(compared(&f, "scrap"), ">scrap  lacks 0; "));
    f = given("bad", 1000, "EUR");
    assert_non_null(strstr(compared(&f, NULL), "sell -8.80 to -2.50 EUR lacks 0; "));
}

static void test_money__shares_are_rounded_against_the_seller(void **state) {
    (void)state;
    struct policy_facts f = given("good", 101, "JPY"); /* 50.5 and 33.33 */
    assert_non_null(strstr(compared(&f, NULL), "keep -101 to -51 JPY"));
    assert_non_null(strstr(compared(&f, NULL), "sell -68 to -18 JPY"));
}

static void test_money__an_explanation_shows_it_in_words_and_as_json(void **state) {
    (void)state;
    static char text[1 << 16];
    struct arena *a = arena_new(1u << 24);
    struct policy_facts f = given("good", 100, "JPY");
    const struct explanation *e = explain_build(a, x.p, &f, NULL);
    struct builder b = builder_over(text, sizeof text - 1);
    explain_text(e, words_new(a, x.p, WORDS_EN), NULL, &b);
    text[b.len] = '\0';
    assert_non_null(strstr(text, "\n  > Kept: -100 to -50 JPY\n"
                                 "      refund -100 to -50 JPY: 50..100% of value (S; "
                                 "own)\n"));
    assert_non_null(strstr(text, "\n    Sold: -67 to -17 JPY\n"));
    b = builder_over(text, sizeof text - 1);
    explain_json(e, NULL, &b);
    text[b.len] = '\0';
    assert_non_null(strstr(text,
                           "{\"way\":\"keep\",\"title\":\"Kept\",\"is_chosen\":true,"
                           "\"low_minor\":-100,\"high_minor\":-50,"
                           "\"currency\":\"JPY\",\"is_complete\":true,"));
    f = given(NULL, -1, NULL);
    e = explain_build(a, x.p, &f, NULL);
    b = builder_over(text, sizeof text - 1);
    explain_text(e, words_new(a, x.p, WORDS_EN), NULL, &b);
    text[b.len] = '\0';
    assert_non_null(strstr(text, "Sold: no sum; no figure for refund, resale\n"));
    arena_free(a);
}

/* What is explained of an event that keeps the goods. */
static const char *explained(const struct policy *p, enum words_language language) {
    static char text[1 << 16];
    struct arena *a = arena_new(1u << 24);
    struct policy_facts f = given("good", 100, "JPY");
    struct builder b = builder_over(text, sizeof text - 1);
    explain_text(explain_build(a, p, &f, NULL), words_new(a, p, language), NULL, &b);
    text[b.len] = '\0';
    arena_free(a);
    return text;
}

static void test_money__its_heading_says_whether_a_way_is_chosen(void **state) {
    (void)state;
    struct pack_fixture y;
    assert_non_null(strstr(explained(x.p, WORDS_EN), "the rules chose the marked one"));
    load(&y, HEAD "money:\n  ways:\n    sell: {title: Sold, codes: [shelf],"
                  " parts: [refund]}\n");
    assert_loads(&y);
    const char *text = explained(y.p, WORDS_EN);
    assert_non_null(strstr(text, "no way is chosen yet"));
    assert_null(strstr(text, "the marked one"));
    pack_remove(&y);
}

static void test_money__shares_and_lacks_are_told_in_japanese(void **state) {
    (void)state;
    struct pack_fixture y;
    assert_non_null(strstr(explained(x.p, WORDS_JA), "：金額の50..100% （S、社内基準）"));
    load(&y, HEAD WAYS);
    assert_loads(&y);
    assert_non_null(
        strstr(explained(y.p, WORDS_JA), "Kept：合計なし、金額不明：refund\n"));
    pack_remove(&y);
}

/* The revision is what decides: without the money it is the same one. */
static void test_money__it_is_no_part_of_what_decides(void **state) {
    (void)state;
    struct pack_fixture y;
    load(&y, HEAD WAYS);
    assert_loads(&y);
    assert_string_equal(policy_revision(x.p)->hash, policy_revision(y.p)->hash);
    pack_remove(&y);
}

static void test_money__what_makes_no_sense_is_refused(void **state) {
    (void)state;
#define ONE(rest) HEAD WAYS "  figures:\n" FIGURE(rest)
    static const char *const broken[][2] = {
        {ONE("part: refunds, amount: 0"), "a part must be one of refund"},
        {ONE("part: refund, amount: 5"), "write \"900..1200 JPY\""},
        {ONE("part: refund, amount: 5 YEN"), "write \"900..1200 JPY\""},
        {ONE("part: refund, amount: 5 other"), "write \"900..1200 JPY\""},
        {ONE("part: refund, amount: 9..5 JPY"), "write \"900..1200 JPY\""},
        {ONE("part: refund, amount: -5 JPY"), "write \"900..1200 JPY\""},
        {ONE("part: refund, amount: 101% of value"), "write \"900..1200 JPY\""},
        {ONE("part: refund, amount: 50%"), "write \"900..1200 JPY\""},
        {ONE("part: refund, amount: 50% of price"), "write \"900..1200 JPY\""},
        {ONE("part: refund, amount: 0, ways: [sel]"),
         "there is no way \"sel\": did you mean \"sell\"?"},
        {ONE("part: resale, amount: 0, ways: [keep]"),
         "no-effect: the way \"keep\" has no part \"resale\""},
        {HEAD WAYS "  figures:\n  - {part: refund, amount: 0, source: s}\n",
         "a figure needs \"part\" and \"confidence\""},
        {ONE("part: refund, amount: 0, when: {condition: good}")
             FIGURE("part: refund, ways: [keep], amount: 3 JPY"),
         "overlap: for some goods there are two figures of \"refund\", this one and that "
         "of "
         "money.yaml line"},
        {HEAD WAYS "    more: {title: M, codes: [hold], parts: [work]}\n",
         "\"hold\" goes the way \"keep\" already"},
        {HEAD WAYS "    more: {title: M}\n", "a way needs \"parts\""},
        {HEAD "money: {ways: []}\n", "\"ways\" is a mapping of names"},
    };
#undef ONE
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct pack_fixture y;
        load(&y, broken[i][0]);
        assert_null(y.p);
        if (!strstr(y.said, broken[i][1]))
            fail_msg("expected \"%s\", found:\n%s", broken[i][1], y.said);
        pack_remove(&y);
    }
}

#define TEST(f) cmocka_unit_test(f)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_money__ways_are_compared_and_the_chosen_one_is_marked),
        TEST(test_money__a_way_that_is_closed_is_shown_when_it_was_chosen),
        TEST(test_money__what_has_no_figure_is_not_taken_as_nothing),
        TEST(test_money__two_currencies_have_no_sum),
        TEST(test_money__shares_are_rounded_against_the_seller),
        TEST(test_money__an_explanation_shows_it_in_words_and_as_json),
        TEST(test_money__its_heading_says_whether_a_way_is_chosen),
        TEST(test_money__shares_and_lacks_are_told_in_japanese),
        TEST(test_money__it_is_no_part_of_what_decides),
        TEST(test_money__what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
