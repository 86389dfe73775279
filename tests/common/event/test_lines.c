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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines__class_and_hazards_are_found_by_line_or_by_sku),
        cmocka_unit_test(test_lines__an_unknown_line_has_neither),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
