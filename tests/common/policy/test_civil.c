/* test_civil.c: day numbers and dates, forth and back over all years. */
#include "common/base/clock.h"
#include "common/policy/civil.h"
#include "tests/common/base/harness.h"

static void
test_civil__every_day_of_ten_thousand_years_goes_forth_and_back(void **state) {
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t day = civil_days(1, 1, 1);
    assert_int_equal(day, -719162);
    for (int y = 1; y <= 9999; y++) {
        bool is_leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
        for (int m = 1; m <= 12; m++) {
            int n = lengths[m - 1] + (m == 2 && is_leap);
            for (int d = 1; d <= n; d++, day++) {
                struct civil c = civil_of(day);
                if (civil_days(y, m, d) != day || c.year != y || c.month != m ||
                    c.day != d)
                    fail_msg("%d-%d-%d", y, m, d);
            }
            assert_false(civil_is_valid(y, m, n + 1));
        }
    }
}

static void test_civil__weekdays_and_wall_days_count_from_1970(void **state) {
    (void)state;
    assert_int_equal(civil_weekday(0), 3); /* a Thursday */
    assert_int_equal(civil_weekday(civil_days(2026, 11, 23)), 0);
    assert_int_equal(civil_weekday(civil_days(1969, 12, 28)), 6);
    assert_int_equal(civil_day_of_us(-1), -1);
    assert_int_equal(civil_day_of_us(0), 0);
    assert_int_equal(civil_day_of_us(US_PER_DAY), 1);
}

static void test_civil__what_is_no_date_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"",           "2026-02-30", "2026-13-01",
                                        "2026-1-1",   "20260101",   "2026-01-01x",
                                        "0000-01-01", "2026-00-10"};
    int32_t day;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_false(civil_parse(span_of(texts[i]), &day));
    assert_true(civil_parse(SPAN("2028-02-29"), &day));
    assert_int_equal(day, civil_days(2028, 2, 29));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_civil__every_day_of_ten_thousand_years_goes_forth_and_back),
        cmocka_unit_test(test_civil__weekdays_and_wall_days_count_from_1970),
        cmocka_unit_test(test_civil__what_is_no_date_is_refused),
    };
    return cmocka_run_group_tests_name("civil", tests, NULL, NULL);
}
