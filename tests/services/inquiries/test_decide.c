/* test_decide.c: which line of its order a conversation is about, and whose it is. */
#include "services/inquiries/inquiries.h"
#include "tests/common/base/harness.h"

static const struct span none = {NULL, 0};

/* Line 1 is the marketplace's, line 2 the seller's. */
static struct whose mixed(struct arena *a) {
    static const struct order_facts order = {.fulfilment = {"MARKETPLACE", 11}};
    return whose_of(&order, lines_classes(a, SPAN("[{\"line_id\": \"1\"}, {\"line_id\": "
                                                  "\"2\", \"fulfilment\": "
                                                  "\"SELLER\"}]")));
}

static struct inquiry naming(const char *line_id) {
    return (struct inquiry){.event = {.line_id = span_of(line_id)}};
}

static void
test_inquiries__without_a_line_it_is_the_sellers_if_any_line_is(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    const struct whose w = mixed(a);
    const struct inquiry q = naming(NULL), unknown = naming("9");
    assert_int_equal(inquiries_whose(none, &q, &w), FULFILMENT_SELLER);
    assert_int_equal(inquiries_whose(SPAN("9"), &unknown, &w), FULFILMENT_SELLER);
    arena_free(a);
}

static void test_inquiries__a_line_decides_and_stays_for_what_names_none(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    const struct whose w = mixed(a);
    const struct inquiry first = naming("1"), next = naming(NULL), other = naming("2");
    struct span line_id = inquiries_line(none, &first, &w);
    assert_int_equal(inquiries_whose(line_id, &first, &w), FULFILMENT_MARKETPLACE);
    line_id = inquiries_line(line_id, &next, &w);
    assert_int_equal(inquiries_whose(line_id, &next, &w), FULFILMENT_MARKETPLACE);
    line_id = inquiries_line(line_id, &other, &w);
    assert_int_equal(inquiries_whose(line_id, &other, &w), FULFILMENT_SELLER);
    assert_int_equal(inquiries_whose(line_id, &next, &w), FULFILMENT_SELLER);
    arena_free(a);
}

static void test_inquiries__the_line_is_the_sellers_first_else_the_first(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    const struct whose w = mixed(a);
    const struct inquiry of_seller = naming("2"), of_marketplace = naming("1"),
                         empty = naming("");
    assert_true(span_is(inquiries_line(SPAN("2"), &of_marketplace, &w), "2"));
    assert_true(span_is(inquiries_line(SPAN("1"), &of_seller, &w), "2"));
    assert_true(span_is(inquiries_line(SPAN("1"), &of_seller, NULL), "1"));
    assert_null(inquiries_line(none, &empty, &w).ptr);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inquiries__without_a_line_it_is_the_sellers_if_any_line_is),
        cmocka_unit_test(test_inquiries__a_line_decides_and_stays_for_what_names_none),
        cmocka_unit_test(test_inquiries__the_line_is_the_sellers_first_else_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
