/* test_clock.c: RFC 3339 both ways, and the simulated clock. */
#include "common/base/clock.h"

#include "common/base/absent.h"
#include "common/base/backoff.h"
#include "tests/common/base/harness.h"

#include <time.h>

static void test_clock__writes_what_it_reads(void **state) {
    (void)state;
    const struct {
        const char *text;
        int64_t us;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59.999999Z", -1},
        {"2026-11-20T03:00:00Z", 1795143600 * US_PER_S},
        {"2026-11-20T03:00:00.250Z", 1795143600 * US_PER_S + 250 * US_PER_MS},
        {"2000-02-29T12:34:56.000001Z", 951827696 * US_PER_S + 1},
        {"0001-01-01T00:00:00Z", -62135596800 * US_PER_S},
        {"9999-12-31T23:59:59.999999Z", 253402300800 * US_PER_S - 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t us = 0;
        char text[CLOCK_TEXT_SIZE];
        assert_true(clock_parse(span_of(cases[i].text), &us));
        assert_int_equal(us, cases[i].us);
        clock_text(us, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_clock__agrees_with_libc_on_random_instants(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        int64_t s = (int64_t)(random_next(&seed) % 315537897600u) - 62135596800;
        time_t t = s;
        struct tm tm;
        char expected[CLOCK_TEXT_SIZE], text[CLOCK_TEXT_SIZE];
        assert_non_null(gmtime_r(&t, &tm));
        snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                 (tm.tm_year + 1900) % 10000, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                 tm.tm_min, tm.tm_sec);
        clock_text(s * US_PER_S, text);
        assert_string_equal(text, expected);
        int64_t back;
        assert_true(clock_parse(span_of(text), &back));
        assert_int_equal(back, s * US_PER_S);
    }
}

static void test_clock__reads_other_spellings_of_one_instant(void **state) {
    (void)state;
    const char *const spellings[] = {
        "2026-11-20T03:00:00Z",
        "2026-11-20t03:00:00z",
        "2026-11-20 03:00:00Z",
        "2026-11-20T03:00Z",
        "2026-11-20T12:00:00+09:00",
        "2026-11-20T12:00:00+0900",
        "2026-11-20 03:00:00+00",
        "2026-11-19T19:00:00-08:00",
        "2026-11-20T03:00:00.0Z",
        "2026-11-20T02:59:60Z",
        "2026-11-20T08:30:00.000000+05:30",
        "2026-11-20T03:00:00.0000009Z",
    };
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        int64_t us = 0;
        if (!clock_parse(span_of(spellings[i]), &us) || us != 1795143600 * US_PER_S)
            fail_msg("\"%s\" reads as %lld", spellings[i], (long long)us);
    }
}

static void test_clock__refuses_what_is_no_instant(void **state) {
    (void)state;
    const char *const wrong[] = {
        "",
        "2026-11-20",
        "2026-11-20T03:00:00", /* no zone: no instant */
        "2026-11-20T03:00:00 Z",
        "2026-11-20T03:00:00Z ",
        "2026-11-20T03:00:00.Z",
        "2026-11-20T03Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T03:60:00Z",
        "2026-11-20T03:00:61Z",
        "2026-11-31T03:00:00Z",
        "2026-02-29T03:00:00Z",
        "1900-02-29T03:00:00Z",
        "2026-13-01T03:00:00Z",
        "2026-00-01T03:00:00Z",
        "2026-01-00T03:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00", /* before the first year */
        "9999-12-31T23:59:59-01:00",
        "2026-11-20T03:00:00+9:00",
        "2026-11-20T03:00:00+09:",
        "2026-11-20T03:00:00+24:00",
        "2026-11-20T03:00:00+09:60",
        "2026-11-20_03:00:00Z",
        "26-11-20T03:00:00Z",
        "2026-1-20T03:00:00Z",
        "+2026-11-20T03:00:00Z",
    };
    int64_t us = 42;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        if (clock_parse(span_of(wrong[i]), &us))
            fail_msg("\"%s\" was read", wrong[i]);
    assert_int_equal(us, 42);
}

static void test_clock__an_instant_without_a_date_is_shown_as_its_number(void **state) {
    (void)state;
    char text[CLOCK_TEXT_SIZE];
    int64_t us;
    clock_text(INT64_MIN, text);
    assert_string_equal(text, "-9223372036854775808us");
    assert_false(clock_parse(span_of(text), &us));
}

static void test_clock__every_cut_of_a_text_is_refused(void **state) {
    (void)state;
    const char text[] = "2026-11-20T12:00:00.5+09:00";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        int64_t us;
        bool is_short_form = n == 24; /* "+09" */
        char *exact =
            memcpy(xmalloc(n), text, n); /* so that the sanitizer sees an overrun */
        assert_int_equal(clock_parse((struct span){exact, n}, &us), is_short_form);
        free(exact);
    }
}

static void
test_clock__builds_an_instant_behind_its_words_and_nothing_of_none(void **state) {
    (void)state;
    char text[60];
    struct builder b = builder_over(text, sizeof text);
    build_instant(&b, "; never ", EVENT_ABSENT);
    assert_int_equal(b.len, 0);
    build_instant(&b, "due ", 0);
    assert_true(span_is(builder_span(&b), "due 1970-01-01T00:00:00Z"));
}

static void test_clock__is_real_until_simulated(void **state) {
    (void)state;
    assert_false(clock_is_simulated());
    int64_t before = clock_monotonic_us();
    assert_true(clock_now_us() / US_PER_S - (int64_t)time(NULL) <= 1);
    clock_simulate(5);
    assert_true(clock_is_simulated());
    assert_int_equal(clock_now_us(), 5);
    assert_true(clock_monotonic_us() >= before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock__writes_what_it_reads),
        cmocka_unit_test(test_clock__agrees_with_libc_on_random_instants),
        cmocka_unit_test(test_clock__reads_other_spellings_of_one_instant),
        cmocka_unit_test(test_clock__refuses_what_is_no_instant),
        cmocka_unit_test(test_clock__an_instant_without_a_date_is_shown_as_its_number),
        cmocka_unit_test(test_clock__every_cut_of_a_text_is_refused),
        cmocka_unit_test(
            test_clock__builds_an_instant_behind_its_words_and_nothing_of_none),
        cmocka_unit_test(test_clock__is_real_until_simulated),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
