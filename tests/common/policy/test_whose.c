/* test_whose.c: whose a line is, and what is about several. */
#include "common/policy/whose.h"
#include "tests/common/base/harness.h"

static struct whose mixed(struct arena *a, const char *order, const char *lines) {
    const struct order_facts o = {.is_known = true, .fulfilment = span_of(order)};
    return whose_of(&o, lines_classes(a, span_of(lines)));
}

#define LINE(id, hand) "{\"line_id\": \"" id "\", \"fulfilment\": \"" hand "\"}"
static const struct span none = {NULL, 0};

static void test_whose__a_line_is_in_its_own_hands_else_in_the_orders(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct whose w =
        mixed(a, "MARKETPLACE", "[" LINE("1", "SELLER") ", {\"line_id\": \"2\"}]");
    assert_int_equal(whose_line(&w, SPAN("1"), none), FULFILMENT_SELLER);
    assert_int_equal(whose_line(&w, SPAN("2"), none), FULFILMENT_MARKETPLACE);
    arena_free(a);
}

#define OF(id, rest) "{\"line_id\": \"" id "\", \"sku\": " rest "}"

/* By the sku alone: a line that does not say and one that says the order's own word are
 * of one hand. */
static void test_whose__lines_of_one_sku_are_compared_by_whose_they_are(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct whose w = mixed(
        a, "MARKETPLACE",
        "[" OF("1", "\"x\"") "," OF("2", "\"x\", \"fulfilment\": \"MARKETPLACE\"") "," OF(
            "3", "\"y\", \"fulfilment\": \"SELLER\"") "," OF("4", "\"y\"") "]");
    assert_int_equal(whose_line(&w, none, SPAN("x")), FULFILMENT_MARKETPLACE);
    assert_int_equal(whose_line(&w, none, SPAN("y")), FULFILMENT_SELLER); /* of two */
    w.all = FULFILMENT_UNKNOWN;
    assert_int_equal(whose_line(&w, none, SPAN("y")), FULFILMENT_UNKNOWN);
    arena_free(a);
}

/* A clock that is missed costs more than a look in vain. */
static void test_whose__what_names_no_known_line_is_about_all_of_them(void **state) {
    (void)state;
    static const struct {
        const char *order, *lines;
        int all;
    } orders[] = {
        {"MARKETPLACE", "[" LINE("1", "SELLER") ", {\"line_id\": \"2\"}]",
         FULFILMENT_SELLER},
        {"MARKETPLACE", "[" LINE("1", "UNKNOWN") ", {\"line_id\": \"2\"}]",
         FULFILMENT_UNKNOWN},
        {"SELLER", "[" LINE("1", "MARKETPLACE") "]", FULFILMENT_MARKETPLACE},
        {"UNKNOWN", "[" LINE("1", "MARKETPLACE") ", {\"line_id\": \"2\"}]",
         FULFILMENT_UNKNOWN},
        {"MARKETPLACE", "no lines", FULFILMENT_MARKETPLACE},
    };
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct whose w = mixed(a, orders[i].order, orders[i].lines);
        assert_int_equal(w.all, orders[i].all);
        assert_int_equal(whose_line(&w, SPAN("9"), none), orders[i].all);
    }
    arena_free(a);
}

static void test_whose__the_stricter_of_two_counts_whichever_comes_first(void **state) {
    (void)state;
    static const int order[] = {FULFILMENT_SELLER, FULFILMENT_UNKNOWN,
                                FULFILMENT_MARKETPLACE, FULFILMENT_ABSENT};
    for (size_t i = 0; i < COUNT_OF(order); i++)
        for (size_t k = i; k < COUNT_OF(order); k++) {
            assert_int_equal(whose_together(order[i], order[k]), order[i]);
            assert_int_equal(whose_together(order[k], order[i]), order[i]);
        }
}

static void test_whose__a_word_that_we_do_not_know_is_unknown(void **state) {
    (void)state;
    assert_int_equal(whose_word(SPAN("SELLER")), FULFILMENT_SELLER);
    assert_int_equal(whose_word(SPAN("drone")), FULFILMENT_UNKNOWN);
    assert_int_equal(whose_word(none), FULFILMENT_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whose__a_line_is_in_its_own_hands_else_in_the_orders),
        cmocka_unit_test(test_whose__lines_of_one_sku_are_compared_by_whose_they_are),
        cmocka_unit_test(test_whose__what_names_no_known_line_is_about_all_of_them),
        cmocka_unit_test(test_whose__the_stricter_of_two_counts_whichever_comes_first),
        cmocka_unit_test(test_whose__a_word_that_we_do_not_know_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
