/* Trace contexts as producers write them, and as they get them wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/compiler.h"
#include "common/io/traceparent.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define GOOD "00-" TRACE "-00f067aa0ba902b7-01"

static struct span of(const char *value) {
    const struct record_header headers[] = {{SPAN("content-type"), SPAN("avro")},
                                            {SPAN("traceparent"), span_of(value)}};
    return traceparent_of(headers, COUNT_OF(headers));
}

static void test_traceparent__is_kept_as_it_came(void **state) {
    (void)state;
    assert_true(span_is(of(GOOD), GOOD));
}

static void test_traceparent__of_a_later_version_is_kept_without_its_end(void **state) {
    (void)state;
    assert_true(span_is(of("01-" TRACE "-00f067aa0ba902b7-01-more"),
                        "01-" TRACE "-00f067aa0ba902b7-01"));
}

static void test_traceparent__of_another_form_is_none(void **state) {
    (void)state;
    const char *const wrong[] = {
        "",
        "please call me back",
        "00-" TRACE "-00f067aa0ba902b7-0",
        "00-" TRACE "-00f067aa0ba902b7-01x",
        "00-" TRACE "-00f067aa0ba902b7-01-more",
        "01-" TRACE "-00f067aa0ba902b7-01more",
        "ff-" TRACE "-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-" TRACE "-0000000000000000-01",
        "00_" TRACE "-00f067aa0ba902b7-01",
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_null(of(wrong[i]).ptr);
}

static void test_traceparent__is_absent_without_its_header(void **state) {
    (void)state;
    const struct record_header other = {SPAN("traceparents"), SPAN(GOOD)};
    const struct record_header null = {SPAN("traceparent"), {NULL, 0}};
    assert_null(traceparent_of(NULL, 0).ptr);
    assert_null(traceparent_of(&other, 1).ptr);
    assert_null(traceparent_of(&null, 1).ptr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traceparent__is_kept_as_it_came),
        cmocka_unit_test(test_traceparent__of_a_later_version_is_kept_without_its_end),
        cmocka_unit_test(test_traceparent__of_another_form_is_none),
        cmocka_unit_test(test_traceparent__is_absent_without_its_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
