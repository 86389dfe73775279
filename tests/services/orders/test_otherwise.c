/* test_otherwise.c: which events say otherwise than their order's first, and how that is
 * named. */
#include "common/event/lines.h"
#include "services/orders/orders.h"
#include "tests/common/base/harness.h"

static const struct span lithium[] = {{"LITHIUM_ION", 11}, {"LITHIUM_ION", 11}},
                         dangers[] = {{"AEROSOL", 7}, {"LITHIUM_ION", 11}};

struct fixture {
    struct arena *arena;
    struct order_facts facts;
    struct orders_before before;
    struct order_line lines[3];
    struct order_event event;
};

/* The event is the first one again, until a test changes it. */
static int setup(void **state) {
    static struct fixture f;
    f = (struct fixture){.arena = arena_new(1 << 20)};
    f.lines[0] = (struct order_line){.line_id = SPAN("1"),
                                     .sku = SPAN("s1"),
                                     .quantity = 2,
                                     .unit_price_minor = 500,
                                     .currency = SPAN("JPY"),
                                     .product_class = SPAN("power_bank"),
                                     .hazards = {lithium, 1},
                                     .fulfilment = FULFILMENT_ABSENT};
    f.lines[1] = (struct order_line){.line_id = SPAN("2"),
                                     .sku = SPAN("s2"),
                                     .quantity = 1,
                                     .currency = SPAN("JPY"),
                                     .product_class = SPAN(""),
                                     .fulfilment = FULFILMENT_ABSENT};
    f.event = (struct order_event){
        .fulfilment = FULFILMENT_SELLER,
        .ship_from_country = SPAN("CN"),
        .buyer_country = SPAN("JP"),
        .lines = f.lines,
        .n_lines = 2,
    };
    f.facts = order_facts_of(&f.event);
    f.before.facts = &f.facts;
    f.before.lines = lines_of_order(f.arena, f.lines, 2);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    arena_free(f->arena);
    return 0;
}

static struct span otherwise(struct fixture *f) {
    return orders_otherwise(f->arena, &f->before, &f->event);
}

static void assert_differs(struct fixture *f, const char *differences) {
    struct span found = otherwise(f);
    assert_string_equal(span_cstr(f->arena, found), differences);
}

/* ---- nothing ---- */

static void test_otherwise__the_same_says_nothing_otherwise(void **state) {
    struct fixture *f = *state;
    assert_null(otherwise(f).ptr);
    assert_null(f->before.read); /* not even parsed */
}

static void test_otherwise__a_first_event_has_nothing_before_it(void **state) {
    struct fixture *f = *state;
    f->facts.is_known = false;
    f->event.fulfilment = FULFILMENT_MARKETPLACE;
    assert_null(otherwise(f).ptr);
}

static void test_otherwise__the_first_lines_are_only_kept(void **state) {
    struct fixture *f = *state;
    f->before.lines = (struct span){NULL, 0};
    assert_null(otherwise(f).ptr);
}

static void test_otherwise__what_an_event_does_not_say_is_nothing(void **state) {
    struct fixture *f = *state;
    f->event.fulfilment = FULFILMENT_UNKNOWN;
    f->event.ship_from_country = SPAN("");
    f->lines[0].product_class = SPAN("");
    assert_null(otherwise(f).ptr);
    f->event.n_lines = 0;
    assert_null(otherwise(f).ptr);
}

static void test_otherwise__what_no_decision_stands_on_may_change(void **state) {
    struct fixture *f = *state;
    f->event.buyer_country = SPAN("DE");
    f->event.buyer_language = SPAN("de");
    f->event.purchased_at_us = 1;
    f->lines[0].title = SPAN("a \"title\"");
    f->lines[0].sku = SPAN("another");
    f->lines[1].unit_price_minor = 1;
    assert_null(otherwise(f).ptr);
    assert_non_null(f->before.read);
}

static void test_otherwise__the_order_of_lines_and_hazards_says_nothing(void **state) {
    struct fixture *f = *state;
    struct order_line first = f->lines[0];
    f->lines[0] = f->lines[1];
    f->lines[1] = first;
    f->lines[1].hazards = (struct span_list){lithium, 2};
    assert_null(otherwise(f).ptr);
}

/* ---- something ---- */

static void test_otherwise__fulfilment_and_origin(void **state) {
    struct fixture *f = *state;
    f->event.fulfilment = FULFILMENT_MARKETPLACE;
    f->event.ship_from_country = SPAN("JP");
    assert_differs(
        f, "{\"differs\":["
           "{\"what\":\"fulfilment\",\"first\":\"SELLER\",\"now\":\"MARKETPLACE\"},"
           "{\"what\":\"ship_from_country\",\"first\":\"CN\",\"now\":\"JP\"}]}");
}

static void
test_otherwise__what_the_first_left_open_is_told_when_it_is_said(void **state) {
    struct fixture *f = *state;
    f->facts.fulfilment = SPAN("UNKNOWN");
    f->lines[1].product_class = SPAN("toy");
    assert_differs(
        f,
        "{\"differs\":["
        "{\"what\":\"fulfilment\",\"first\":\"UNKNOWN\",\"now\":\"SELLER\"},"
        "{\"line_id\":\"2\",\"what\":\"product_class\",\"first\":\"\",\"now\":\"toy\"}]"
        "}");
}

static void test_otherwise__quantity_class_and_hazards_of_a_line(void **state) {
    struct fixture *f = *state;
    f->lines[0].quantity = 3;
    f->lines[0].product_class = SPAN("aerosol");
    f->lines[0].hazards = (struct span_list){dangers, 2};
    assert_differs(f,
                   "{\"differs\":["
                   "{\"line_id\":\"1\",\"what\":\"quantity\",\"first\":2,\"now\":3},"
                   "{\"line_id\":\"1\",\"what\":\"product_class\",\"first\":\"power_"
                   "bank\",\"now\":\"aerosol\"},"
                   "{\"line_id\":\"1\",\"what\":\"hazards\",\"first\":[\"LITHIUM_ION\"]"
                   ",\"now\":[\"AEROSOL\",\"LITHIUM_ION\"]}]}");
}

static void test_otherwise__a_line_too_many_and_one_too_few(void **state) {
    struct fixture *f = *state;
    f->lines[2] = f->lines[0];
    f->lines[2].line_id = SPAN("3");
    f->event.lines = &f->lines[1];
    assert_differs(f,
                   "{\"differs\":["
                   "{\"line_id\":\"1\",\"what\":\"quantity\",\"first\":2,\"now\":0},"
                   "{\"line_id\":\"3\",\"what\":\"quantity\",\"first\":0,\"now\":2}]}");
}

static void test_otherwise__who_fulfils_a_line(void **state) {
    struct fixture *f = *state;
    f->lines[1].fulfilment = FULFILMENT_SELLER; /* as the order said */
    assert_null(otherwise(f).ptr);
    f->lines[1].fulfilment = FULFILMENT_UNKNOWN;
    assert_null(otherwise(f).ptr);
    f->lines[1].fulfilment = FULFILMENT_MARKETPLACE;
    assert_differs(f, "{\"differs\":[{\"line_id\":\"2\",\"what\":\"fulfilment\","
                      "\"first\":\"SELLER\",\"now\":\"MARKETPLACE\"}]}");
}

/* What was decided before had only the order's word. */
static void test_otherwise__first_lines_may_say_otherwise_than_the_order(void **state) {
    struct fixture *f = *state;
    f->before.lines = (struct span){NULL, 0};
    f->lines[1].fulfilment = FULFILMENT_MARKETPLACE;
    assert_differs(f, "{\"differs\":[{\"line_id\":\"2\",\"what\":\"fulfilment\","
                      "\"first\":\"SELLER\",\"now\":\"MARKETPLACE\"}]}");
}

static void test_otherwise__as_many_differences_as_can_be_told(void **state) {
    struct fixture *f = *state;
    enum { N = 2 * ORDERS_MAX_OTHERWISE };
    static struct order_line many[N];
    char ids[N][8];
    for (size_t i = 0; i < N; i++) {
        snprintf(ids[i], sizeof ids[i], "%zu", i);
        many[i] = (struct order_line){
            .line_id = span_of(ids[i]), .quantity = 9, .fulfilment = FULFILMENT_ABSENT};
    }
    f->event.lines = many;
    f->event.n_lines = N;
    const char *told = span_cstr(f->arena, otherwise(f));
    int n = 0;
    for (const char *p = told; (p = strstr(p, "\"what\"")); p++)
        n++;
    assert_int_equal(n, ORDERS_MAX_OTHERWISE);
    assert_string_equal(told + strlen(told) - 3, "}]}");
}

/* As Postgres gives them back: its escapes are its own. */
static void test_otherwise__lines_are_compared_by_meaning_not_by_text(void **state) {
    struct fixture *f = *state;
    f->before.lines = SPAN(
        "[{\"sku\": \"s1\", \"hazards\": [\"LITHIUM_ION\"], \"line_id\": \"\\u0031\","
        " \"currency\": \"JPY\", \"quantity\": 2, \"product_class\": \"power_bank\","
        " \"unit_price_minor\": 500}, {\"line_id\": \"2\", \"quantity\": 1,"
        " \"product_class\": \"\", \"hazards\": []}]");
    assert_null(otherwise(f).ptr);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_otherwise__the_same_says_nothing_otherwise),
        CASE(test_otherwise__a_first_event_has_nothing_before_it),
        CASE(test_otherwise__the_first_lines_are_only_kept),
        CASE(test_otherwise__what_an_event_does_not_say_is_nothing),
        CASE(test_otherwise__what_no_decision_stands_on_may_change),
        CASE(test_otherwise__the_order_of_lines_and_hazards_says_nothing),
        CASE(test_otherwise__fulfilment_and_origin),
        CASE(test_otherwise__what_the_first_left_open_is_told_when_it_is_said),
        CASE(test_otherwise__quantity_class_and_hazards_of_a_line),
        CASE(test_otherwise__a_line_too_many_and_one_too_few),
        CASE(test_otherwise__who_fulfils_a_line),
        CASE(test_otherwise__first_lines_may_say_otherwise_than_the_order),
        CASE(test_otherwise__as_many_differences_as_can_be_told),
        CASE(test_otherwise__lines_are_compared_by_meaning_not_by_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
