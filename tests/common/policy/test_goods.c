/* test_goods.c: what a connector says of the lines becomes what the packs know of the
 * goods. Apart from packs.h: events and rules both have a `condition`. */
#include "common/policy/goods.h"
#include "tests/common/base/harness.h"

static struct policy *p;

static int setup(void **state) {
    (void)state;
    struct error err;
    assert_int_equal(policy_load("deploy/policy", NULL, &p, &err), ST_OK);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    policy_free(p);
    return 0;
}

static struct policy_disposition decide(const struct goods *g, uint32_t *outside) {
    static struct policy_decision d;
    struct policy_facts f;
    policy_facts_init(p, &f);
    policy_state(p, &f, FACT_EVENT, SPAN("return_received"));
    policy_state(p, &f, FACT_MARKETPLACE, SPAN("amazon.co.jp"));
    policy_state(p, &f, FACT_FULFILMENT, SPAN("seller"));
    policy_state(p, &f, FACT_CROSS_BORDER, SPAN("yes"));
    policy_state_none(&f, FACT_HAS);
    policy_state_instant(&f, TIME_EVENT, INT64_C(1763607600000000));
    goods_state(p, g, &f);
    *outside = f.outside;
    policy_decide(p, &f, &d);
    return d.disposition;
}

static void test_goods__traits_are_stated_among_the_hazards(void **state) {
    (void)state;
    const struct span words[] = {SPAN("LITHIUM_ION"), SPAN("Recalled")};
    const struct span_list list = {words, 2};
    struct goods g = {0};
    uint32_t outside;
    goods_add(&g, SPAN("power_bank"), CONDITION_UNOPENED, &list);
    struct policy_disposition d = decide(&g, &outside);
    assert_int_equal(outside, 0);
    assert_string_equal(d.rule_id, "jp-lithium-recalled");
}

static void test_goods__what_they_did_is_stated_among_the_hazards(void **state) {
    (void)state;
    static const struct {
        const char *product_class, *word, *rule;
    } rows[] = {{"medical_class_2", "INJURY", "med-harm"},
                {"small_appliance", "Fire", "jp-accident"},
                /* of the two, it is the danger of the goods */
                {"medical_class_2", "SWOLLEN_BATTERY", "med-battery-danger"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct span words[] = {span_of(rows[i].word)};
        const struct span_list list = {words, 1};
        struct goods g = {0};
        uint32_t outside;
        goods_add(&g, span_of(rows[i].product_class), CONDITION_USED, &list);
        struct policy_disposition d = decide(&g, &outside);
        assert_int_equal(outside, 0);
        assert_string_equal(d.rule_id, rows[i].rule);
    }
}

static void test_goods__a_word_that_is_neither_is_told(void **state) {
    (void)state;
    const struct span words[] = {SPAN("RECALLED"), SPAN("GHOSTS")};
    const struct span_list list = {words, 2};
    struct goods g = {0};
    uint32_t outside;
    goods_add(&g, SPAN("power_bank"), CONDITION_UNOPENED, &list);
    assert_null(decide(&g, &outside).code);
    assert_int_not_equal(outside, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goods__traits_are_stated_among_the_hazards),
        cmocka_unit_test(test_goods__what_they_did_is_stated_among_the_hazards),
        cmocka_unit_test(test_goods__a_word_that_is_neither_is_told),
    };
    return cmocka_run_group_tests_name("goods", tests, setup, teardown);
}
