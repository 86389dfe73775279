/* test_calendar.c: the traps of opening hours; test_time_by_minutes.c compares business
 * time with stepping minute by minute. */
#include "common/policy/calendar.h"
#include "common/policy/civil.h"
#include "common/policy/duration.h"
#include "tests/common/policy/packs.h"

#include <time.h>

static struct arena *a;

static int setup(void **state) {
    (void)state;
    a = arena_new((size_t)1 << 30);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(a);
    return 0;
}

static struct calendar *weekly(const char *zone, int from_day, int to_day, int parts,
                               const int hours[][2]) {
    struct calendar *c = arena_zalloc(a, sizeof *c);
    struct zone *z;
    struct error err;
    assert_int_equal(zone_load(a, NULL, zone, &z, &err), ST_OK);
    c->zone = z;
    for (int d = from_day; d <= to_day; d++) {
        c->week[d].n = parts;
        for (int i = 0; i < parts; i++) {
            c->week[d].parts[i].from_min = hours[i][0];
            c->week[d].parts[i].to_min = hours[i][1];
        }
    }
    return c;
}

static struct calendar *compiled(struct calendar *c) {
    calendar_compile(a, c);
    return c;
}

static const int office[][2] = {{540, 720}, {780, 1080}}; /* 09:00-12:00, 13:00-18:00 */
static const int whole_day[][2] = {{0, 1440}};

/* ---- traps ---- */

static void test_calendar__B1_whole_days_lose_no_minute_at_midnight(void **state) {
    (void)state;
    struct calendar *c = compiled(weekly("Asia/Tokyo", 0, 6, 1, whole_day));
    assert_int_equal(c->n_spans, 1);
    int64_t from = at("2026-11-20T12:00:00Z"), to = at("2026-11-30T12:00:00Z");
    assert_int_equal(calendar_open_between(c, from, to), 10 * US_PER_DAY);
    assert_true(calendar_is_open(c, at("2026-11-20T14:59:59Z") + 999999));
}

static void test_calendar__B2_lunch_is_closed_time_but_no_closed_day(void **state) {
    (void)state;
    struct calendar *c = compiled(weekly("Asia/Tokyo", 0, 4, 2, office));
    assert_false(calendar_is_open(c, at("2026-11-20T12:30:00+09:00")));
    /* two hours from 11:00: one before lunch, one after */
    assert_instant(calendar_add_open(c, at("2026-11-20T11:00:00+09:00"), 2 * US_PER_HOUR),
                   "2026-11-20T14:00:00+09:00");
    assert_null(calendar_closed_because(c, civil_days(2026, 11, 20)));
}

static void test_calendar__B3_what_begins_outside_hours_gets_its_full_time(void **state) {
    (void)state;
    struct calendar *c = compiled(weekly("Asia/Tokyo", 0, 4, 2, office));
    assert_instant(calendar_add_open(c, at("2026-11-21T03:00:00+09:00"), 3 * US_PER_HOUR),
                   "2026-11-23T12:00:00+09:00");
    assert_instant(calendar_add_open_days(c, at("2026-11-21T03:00:00+09:00"), 1),
                   "2026-11-23T09:00:00+09:00");
    assert_instant(calendar_add_open_days(c, at("2026-11-20T22:00:00+09:00"), 1),
                   "2026-11-23T18:00:00+09:00");
}

static void
test_calendar__B14_observances_and_clock_changes_are_no_holidays(void **state) {
    (void)state;
    static const char text[] =
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261111\r\nSUMMARY:St "
        "Martin\r\n"
        "CATEGORIES:OBSERVANCE\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:"
        "20261225\r\n"
        "SUMMARY:Christmas\r\n "
        "Day\r\nCATEGORIES:HOLIDAY\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n"
        "DTSTART;VALUE=DATE:20261226\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nEND:"
        "VCALENDAR\r\n";
    struct source s = {"x.ics", span_of(text)};
    struct findings fs = {0};
    struct holidays *h = holidays_read(a, "x", &s, &fs);
    assert_non_null(h);
    assert_int_equal(h->n, 1);
    assert_string_equal(holidays_name(h, civil_days(2026, 12, 25)), "ChristmasDay");
    static const char change[] =
        "BEGIN:VEVENT\nDTSTART;TZID=Europe/Berlin:20261025T030000\nSUMMARY:clocks "
        "back\nEND:VEVENT\n";
    struct source t = {"y.ics", span_of(change)};
    assert_null(holidays_read(a, "y", &t, &fs));
    assert_true(fs.n_errors > 0);
    static const char repeats[] =
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY\nEND:VEVENT\n";
    struct source u = {"z.ics", span_of(repeats)};
    assert_null(holidays_read(a, "z", &u, &fs));
}

static struct holidays *shipped_holidays(const char *country) {
    char path[128];
    snprintf(path, sizeof path, "deploy/policy/calendars/%s.ics", country);
    static char text[1 << 18];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t len = fread(text, 1, sizeof text, f);
    fclose(f);
    struct source s = {path, {text, len}};
    struct findings fs = {0};
    struct holidays *h = holidays_read(a, country, &s, &fs);
    assert_non_null(h);
    return h;
}

static bool shipped_holiday(const char *country, int year, int month, int day) {
    const struct holidays *h = shipped_holidays(country);
    assert_true(h->last_year >= 2028);
    return holidays_name(h, civil_days(year, month, day)) != NULL;
}

static void
test_calendar__B15_holidays_moved_by_law_are_where_they_were_moved(void **state) {
    (void)state;
    assert_true(shipped_holiday("jp", 2020, 7, 24)); /* Sports Day, moved for the games */
    assert_false(shipped_holiday("jp", 2020, 10, 12));
    assert_true(shipped_holiday("jp", 2021, 7, 23));
    assert_false(shipped_holiday("jp", 2021, 10, 11));
    assert_true(shipped_holiday("jp", 2026, 11, 23));
    assert_true(shipped_holiday("jp", 2026, 9, 22)); /* between two holidays */
    assert_true(shipped_holiday("de", 2026, 10, 3));
    assert_true(shipped_holiday("us", 2026, 11, 26));
    assert_true(shipped_holiday("uk", 2026, 8, 31));
}

/* China's arrangement of 2026, day by day as the State Council published it. */
static void
test_calendar__B15_days_that_china_works_for_its_holidays_are_open(void **state) {
    (void)state;
    static const struct {
        int month, day;
        bool is_open; /* for an office that is open Monday to Friday */
    } days[] = {{1, 1, false},  {1, 2, false},  {1, 4, true},   {2, 14, true},
                {2, 16, false}, {2, 23, false}, {2, 24, true},  {2, 28, true},
                {4, 6, false},  {5, 4, false},  {5, 5, false},  {5, 9, true},
                {6, 19, false}, {9, 20, true},  {9, 25, false}, {10, 1, false},
                {10, 7, false}, {10, 8, true},  {10, 10, true}, {10, 11, false},
                {3, 7, false},  {12, 31, true}};
    struct calendar *c = weekly("Asia/Shanghai", 0, 4, 2, office);
    c->holidays = shipped_holidays("cn");
    calendar_compile(a, c);
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        int32_t day = civil_days(2026, days[i].month, days[i].day);
        int64_t ten = zone_instant_us(c->zone, day * US_PER_DAY + 10 * US_PER_HOUR, NULL);
        assert_int_equal(calendar_is_open(c, ten), days[i].is_open);
        assert_int_equal(calendar_closed_because(c, day) == NULL, days[i].is_open);
    }
    /* one business day from the Friday before: the Saturday that is worked */
    assert_instant(calendar_add_open_days(c, at("2026-02-13T10:00:00+08:00"), 1),
                   "2026-02-14T10:00:00+08:00");
    assert_instant(calendar_add_open_days(c, at("2026-02-14T10:00:00+08:00"), 1),
                   "2026-02-24T10:00:00+08:00");
}

static void
test_calendar__B12_a_clock_change_neither_doubles_nor_drops_a_day(void **state) {
    (void)state;
    struct calendar *c = compiled(weekly("Europe/Berlin", 0, 6, 1, whole_day));
    assert_int_equal(c->n_spans, 1); /* one span through all changes */
    struct calendar *day = compiled(weekly("Europe/Berlin", 0, 6, 2, office));
    for (int i = 1; i < day->n_spans; i++)
        assert_true(day->spans[i].from_min > day->spans[i - 1].to_min);
    assert_int_equal(day->n_days, day->n_table);
}

static void
test_calendar__B10_B25_the_zone_is_the_calendars_and_nobody_elses(void **state) {
    (void)state;
    struct calendar *c = compiled(weekly("Asia/Tokyo", 0, 4, 2, office));
    int64_t utc = calendar_add_days(c, at("2026-11-20T12:00:00+09:00"), 5);
    setenv("TZ", "America/Los_Angeles", 1);
    tzset();
    assert_int_equal(calendar_add_days(c, at("2026-11-19T19:00:00-08:00"), 5), utc);
    assert_instant(utc, "2026-11-25T03:00:00Z");
    unsetenv("TZ");
    tzset();
}

static void test_calendar__beyond_its_years_it_says_so(void **state) {
    (void)state;
    struct calendar *c = compiled(weekly("Asia/Tokyo", 0, 4, 2, office));
    assert_int_equal(calendar_add_open_days(c, at("2077-01-01T00:00:00Z"), 2),
                     POLICY_NO_INSTANT);
    assert_int_equal(calendar_add_open(c, at("1990-01-01T00:00:00Z"), US_PER_HOUR),
                     POLICY_NO_INSTANT);
    assert_int_equal(calendar_last_open(c, at("2077-01-01T00:00:00Z")),
                     POLICY_NO_INSTANT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calendar__B1_whole_days_lose_no_minute_at_midnight),
        cmocka_unit_test(test_calendar__B2_lunch_is_closed_time_but_no_closed_day),
        cmocka_unit_test(test_calendar__B3_what_begins_outside_hours_gets_its_full_time),
        cmocka_unit_test(
            test_calendar__B14_observances_and_clock_changes_are_no_holidays),
        cmocka_unit_test(
            test_calendar__B15_holidays_moved_by_law_are_where_they_were_moved),
        cmocka_unit_test(
            test_calendar__B15_days_that_china_works_for_its_holidays_are_open),
        cmocka_unit_test(
            test_calendar__B12_a_clock_change_neither_doubles_nor_drops_a_day),
        cmocka_unit_test(
            test_calendar__B10_B25_the_zone_is_the_calendars_and_nobody_elses),
        cmocka_unit_test(test_calendar__beyond_its_years_it_says_so),
    };
    return cmocka_run_group_tests_name("calendar", tests, setup, teardown);
}
