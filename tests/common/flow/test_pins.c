/* --partitions: what it reads, and what it refuses. */
#include "common/flow/pins.h"
#include "tests/common/base/harness.h"

#include <stdio.h>

static enum status parse(const char *text, struct pins *out, struct error *err) {
    struct worker_config config = {.partitions = text, .instance_id = ""};
    return pins_parse(&config, out, err);
}

static void expect(const char *text, const char *wanted) {
    static struct pins pins;
    struct error err = {0};
    char seen[200] = "";
    size_t len = 0;
    assert_int_equal(parse(text, &pins, &err), ST_OK);
    for (size_t i = 0; i < pins.n; i++)
        len += (size_t)snprintf(seen + len, sizeof seen - len, "%d ", (int)pins.items[i]);
    assert_string_equal(seen, wanted);
}

static void expect_refused(const char *text, const char *because) {
    static struct pins pins;
    struct error err = {0};
    assert_int_equal(parse(text, &pins, &err), ST_FATAL);
    assert_int_equal(err.code, E_CONFIG);
    if (!strstr(err.text, because))
        fail_msg("%s: \"%s\" does not say \"%s\"", text, err.text, because);
}

static void test_pins__numbers_and_ranges_are_sorted(void **state) {
    (void)state;
    expect("", "");
    expect("0", "0 ");
    expect("8,0-3", "0 1 2 3 8 ");
    expect("5-5", "5 ");
    expect("999999", "999999 ");
}

static void test_pins__nonsense_is_refused_with_the_piece_that_is_wrong(void **state) {
    (void)state;
    static const char *const wrong[] = {"x",     "-1", "1-",  "0,,2",    ",",  "1 ",
                                        "1-2-3", "+1", "1.5", "1000000", "0-x"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        expect_refused(wrong[i], "is no partition");
    expect_refused("0,5-3", "\"5-3\" runs backwards");
    expect_refused("0-3,2", "partition 2 is named twice");
    expect_refused("7,7", "partition 7 is named twice");
    expect_refused("0-5000", "more than 4096");
}

static void test_pins__options_that_mean_the_opposite_are_refused(void **state) {
    (void)state;
    static struct pins pins;
    struct error err = {0};
    struct worker_config config = {.partitions = "1", .instance_id = "a"};
    assert_int_equal(pins_parse(&config, &pins, &err), ST_FATAL);
    assert_non_null(strstr(err.text, "group-instance-id"));
    config.instance_id = "";
    config.source = 1;
    assert_int_equal(pins_parse(&config, &pins, &err), ST_FATAL);
    assert_non_null(strstr(err.text, "source"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pins__numbers_and_ranges_are_sorted),
        cmocka_unit_test(test_pins__nonsense_is_refused_with_the_piece_that_is_wrong),
        cmocka_unit_test(test_pins__options_that_mean_the_opposite_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
