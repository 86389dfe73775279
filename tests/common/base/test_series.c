#include "harness.h"

#include "common/base/series.h"

static void test_series__labels_are_named_and_escaped(void **state) {
    (void)state;
    char text[400];
    struct builder b = builder_over(text, sizeof text - 1);
    series_name(&b, S_GROUP_LAG, (const char *const[]){"a\"b", "c\\d\ne", "0"});
    text[b.len] = '\0';
    assert_string_equal(text, "kafka_consumergroup_lag{consumergroup=\"a\\\"b\",topic="
                              "\"c\\\\d\\ne\",partition=\"0\"} ");
}

static void test_series__names_are_different_and_ours_are_called_so(void **state) {
    (void)state;
    static const char *const names[] = {
#define X(id, name, labels, help) name,
        SERIES(X)
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_true(strncmp(names[i], "henpin_", 7) == 0 ||
                    strncmp(names[i], "kafka_", 6) == 0);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(names[i], names[k]);
    }
}

static void test_series__seconds_are_exact(void **state) {
    (void)state;
    char text[80];
    struct builder b = builder_over(text, sizeof text);
    series_seconds(&b, 1500000);
    build_char(&b, ' ');
    series_seconds(&b, 0);
    build_char(&b, ' ');
    series_seconds(&b, -1);
    assert_span_is(builder_span(&b), "1.5 0 -0.000001");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series__labels_are_named_and_escaped),
        cmocka_unit_test(test_series__names_are_different_and_ours_are_called_so),
        cmocka_unit_test(test_series__seconds_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
