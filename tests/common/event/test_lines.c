/* test_lines.c: what a return's line can learn from its order's. */
#include "common/event/lines.h"
#include "tests/common/base/harness.h"

static const char order[] =
    "[{\"line_id\":\"1\",\"sku\":\"s1\",\"product_class\":\"power_bank\",\"hazards\":["
    "\"LITHIUM_ION\",\"SWOLLEN_BATTERY\"]},"
    "{\"line_id\":\"2\",\"sku\":\"s2\",\"product_class\":\"toy\",\"hazards\":[]},"
    "{\"line_id\":\"3\",\"sku\":\"s3\",\"hazards\":[\"MERCURY\"]}]";

static void test_lines__class_and_hazards_are_found_by_line_or_by_sku(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct line_classes *c = lines_classes(a, span_of(order));
    struct span_list h = lines_hazards_of(c, SPAN("1"), SPAN(""));
    assert_int_equal(h.count, 2);
    assert_true(span_is(h.items[1], "SWOLLEN_BATTERY"));
    h = lines_hazards_of(c, SPAN("unknown"), SPAN("s1"));
    assert_int_equal(h.count, 2);
    assert_true(span_is(lines_class_of(c, SPAN("unknown"), SPAN("s1")), "power_bank"));
    assert_int_equal(lines_hazards_of(c, SPAN("2"), SPAN("s2")).count, 0);
    arena_free(a);
}

static void test_lines__an_unknown_line_has_neither(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct line_classes *c = lines_classes(a, span_of(order));
    assert_int_equal(lines_hazards_of(c, SPAN("9"), SPAN("s9")).count, 0);
    assert_null(lines_class_of(c, SPAN("9"), SPAN("s9")).ptr);
    c = lines_classes(a, (struct span){NULL, 0});
    assert_int_equal(lines_hazards_of(c, SPAN("1"), SPAN("s1")).count, 0);
    arena_free(a);
}

/* Else each event of an order would have to be parsed to see that it says the same. */
static void test_lines__the_text_is_the_one_that_postgres_gives_back(void **state) {
    (void)state;
    static const struct span hazards[] = {{"LITHIUM_ION", 11}, {"AEROSOL", 7}};
    const struct order_line lines[] = {
        {.line_id = SPAN("1"),
         .sku = SPAN("s1"),
         .title = SPAN("\xE8\xBF\x94 \"q\""),
         .quantity = 2,
         .unit_price_minor = 500,
         .currency = SPAN("JPY"),
         .product_class = SPAN("toy"),
         .hazards = {hazards, 2},
         .fulfilment = FULFILMENT_MARKETPLACE},
        {.line_id = SPAN("2"),
         .sku = SPAN("s2"),
         .currency = SPAN("JPY"),
         .fulfilment = FULFILMENT_ABSENT},
    };
    struct arena *a = arena_new(1 << 20);
    assert_string_equal(
        span_cstr(a, lines_of_order(a, lines, 2)),
        "[{\"sku\": \"s1\", \"title\": \"\xE8\xBF\x94 \\\"q\\\"\", \"hazards\": "
        "[\"LITHIUM_ION\", \"AEROSOL\"], \"line_id\": \"1\", \"currency\": \"JPY\", "
        "\"quantity\": 2, \"fulfilment\": \"MARKETPLACE\", \"product_class\": \"toy\", "
        "\"unit_price_minor\": 500}, "
        "{\"sku\": \"s2\", \"hazards\": [], \"line_id\": \"2\", \"currency\": \"JPY\", "
        "\"quantity\": 0, \"unit_price_minor\": 0}]");
    arena_free(a);
}

static void test_lines__what_decisions_stand_on_comes_back(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct order_line *lines;
    assert_int_equal(lines_read(a, span_of(order), &lines), 3);
    assert_true(span_is(lines[0].line_id, "1"));
    assert_true(span_is(lines[0].product_class, "power_bank"));
    assert_int_equal(lines[0].hazards.count, 2);
    assert_int_equal(lines[0].quantity, 0);
    assert_null(lines[2].product_class.ptr);
    assert_int_equal(lines[0].fulfilment, FULFILMENT_ABSENT);
    assert_int_equal(lines_read(a, (struct span){NULL, 0}, &lines), 0);
    arena_free(a);
}

static void
test_lines__who_fulfils_is_found_by_line_or_by_a_sku_of_one_hand(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    const struct line_classes *c = lines_classes(
        a, SPAN("[{\"line_id\": \"1\", \"sku\": \"a\", \"fulfilment\": \"MARKETPLACE\"},"
                " {\"line_id\": \"2\", \"sku\": \"a\", \"unit_price_minor\": 700},"
                " {\"line_id\": \"3\", \"sku\": \"b\", \"fulfilment\": \"SELLER\"}]"));
    int hand = FULFILMENT_UNKNOWN;
    assert_true(lines_fulfilment_of(c, SPAN("1"), SPAN("b"), &hand));
    assert_int_equal(hand, FULFILMENT_MARKETPLACE);
    assert_true(lines_fulfilment_of(c, SPAN("2"), SPAN(""), &hand));
    assert_int_equal(hand, FULFILMENT_ABSENT);
    assert_true(lines_fulfilment_of(c, SPAN("9"), SPAN("b"), &hand));
    assert_int_equal(hand, FULFILMENT_SELLER);
    assert_false(lines_fulfilment_of(c, SPAN("9"), SPAN("a"), &hand)); /* of either */
    assert_false(lines_fulfilment_of(c, SPAN("9"), SPAN("c"), &hand));
    assert_int_equal(lines_price_of(c, SPAN("2"), SPAN("")), 700);
    assert_int_equal(lines_price_of(c, SPAN("9"), SPAN("c")), 0);
    size_t n = 0;
    while (lines_fulfilment_at(c, n, &hand))
        n++;
    assert_int_equal(n, 3);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines__class_and_hazards_are_found_by_line_or_by_sku),
        cmocka_unit_test(test_lines__an_unknown_line_has_neither),
        cmocka_unit_test(
            test_lines__who_fulfils_is_found_by_line_or_by_a_sku_of_one_hand),
        cmocka_unit_test(test_lines__the_text_is_the_one_that_postgres_gives_back),
        cmocka_unit_test(test_lines__what_decisions_stand_on_comes_back),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
