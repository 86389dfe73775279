/* test_lines.c: what a return's line can learn from its order's. */
#include "common/event/lines.h"

#include "common/base/backoff.h"
#include "tests/common/base/harness.h"

#include <jansson.h>

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
    const int whole = FULFILMENT_SELLER;
    int hand = FULFILMENT_UNKNOWN;
    assert_true(lines_fulfilment_of(c, SPAN("1"), SPAN("b"), whole, &hand));
    assert_int_equal(hand, FULFILMENT_MARKETPLACE);
    assert_true(lines_fulfilment_of(c, SPAN("2"), SPAN(""), whole, &hand));
    assert_int_equal(hand, whole);
    assert_true(lines_fulfilment_of(c, SPAN("9"), SPAN("b"), whole, &hand));
    assert_int_equal(hand, FULFILMENT_SELLER);
    assert_false(
        lines_fulfilment_of(c, SPAN("9"), SPAN("a"), whole, &hand)); /* of either */
    assert_true(
        lines_fulfilment_of(c, SPAN("9"), SPAN("a"), FULFILMENT_MARKETPLACE, &hand));
    assert_int_equal(hand, FULFILMENT_MARKETPLACE);
    assert_false(lines_fulfilment_of(c, SPAN("9"), SPAN("c"), whole, &hand));
    assert_int_equal(lines_price_of(c, SPAN("2"), SPAN("")), 700);
    assert_int_equal(lines_price_of(c, SPAN("9"), SPAN("c")), 0);
    size_t n = 0;
    while (lines_fulfilment_at(c, n, &hand))
        n++;
    assert_int_equal(n, 3);
    arena_free(a);
}

/* ---- the way back, against a library ---- */

static void assert_text(struct span ours, const json_t *line, const char *name) {
    const json_t *theirs = json_object_get(line, name);
    assert_int_equal(ours.ptr != NULL, json_is_string(theirs));
    if (!ours.ptr)
        return;
    assert_int_equal(ours.len, json_string_length(theirs));
    assert_memory_equal(ours.ptr, json_string_value(theirs), ours.len);
}

static void assert_hazards(const struct span_list *ours, const json_t *line) {
    const json_t *theirs = json_object_get(line, "hazards"), *word;
    size_t i, n = 0;
    json_array_foreach(theirs, i, word) {
        if (!json_is_string(word))
            continue;
        assert_true(n < ours->count);
        assert_true(span_is(ours->items[n++], json_string_value(word)));
    }
    assert_int_equal(n, ours->count);
}

static void assert_same(const struct said_line *s, const json_t *line) {
    const json_t *at = json_object_get(line, "at");
    assert_text(s->line.line_id, line, "line_id");
    assert_text(s->line.sku, line, "sku");
    assert_text(s->line.product_class, line, "product_class");
    assert_text(s->disposition, line, "disposition");
    assert_hazards(&s->line.hazards, line);
    assert_int_equal(s->line.quantity,
                     (int32_t)json_integer_value(json_object_get(line, "quantity")));
    if (json_is_integer(at))
        assert_true(s->at_us == json_integer_value(at));
}

static size_t any(uint64_t *random, size_t n) {
    return (size_t)(random_next(random) % n);
}

static size_t changed(uint64_t *random, const char *from, char *to) {
    static const char alphabet[] = "\"\\{}[],:u0129.-+ tfn\xC3\xA9\x01";
    size_t n = strlen(from);
    memcpy(to, from, n);
    for (size_t k = any(random, 4); k > 0; k--)
        to[any(random, n)] = alphabet[any(random, sizeof alphabet - 1)];
    return any(random, 8) ? n : any(random, n + 1);
}

/* No "e" among them: the library refuses a real number that is too big, which is no whole
 * one to us. Bytes are changed at random; what is left is read as the library reads it, or by both
 * not at all. */
static void test_lines__what_is_read_is_what_jansson_reads(void **state) {
    (void)state;
    static const char *const texts[] = {
        order,
        "[{\"at\": 1793678408814000, \"sku\": \"SKU\", \"event\": \"received\","
        " \"line_id\": \"1\", \"quantity\": -12, \"condition\": \"OPENED\"},\n 7, {}]",
        "[{\"sku\": \"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"hazards\": "
        "[1, \"a\\u0041\","
        " [true, {\"x\": null}], \"b\"], \"quantity\": 1.5e3, \"disposition\": false},"
        " [0, -0.1, {\"sku\": [false]}], \"\xE8\xBF\x94\"]",
        "[{\"quantity\": 3, \"other\": {\"sku\": \"no\"}, \"quantity\": 4, \"sku\": "
        "\"a\", \"sku\": 1}]",
    };
    enum { ROUNDS = 200000 };
    struct arena *a = arena_new(1 << 20);
    uint64_t random = 20261122;
    int n_read = 0;
    for (int i = 0; i < ROUNDS; i++) {
        char text[512];
        struct said_line *said;
        struct span json = {text,
                            changed(&random, texts[any(&random, COUNT_OF(texts))], text)};
        json_t *theirs = json_loadb(json.ptr, json.len, 0, NULL);
        size_t n = lines_said(a, json, &said);
        assert_int_equal(n, json_array_size(theirs));
        for (size_t k = 0; k < n; k++)
            assert_same(&said[k], json_array_get(theirs, k));
        n_read += n > 0;
        json_decref(theirs);
        arena_reset(a);
    }
    assert_in_range(n_read, ROUNDS / 10, ROUNDS);
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
        cmocka_unit_test(test_lines__what_is_read_is_what_jansson_reads),
    };
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
