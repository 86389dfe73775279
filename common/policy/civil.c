/* civil.c: day numbers and dates, by eras of 400 years. */
#include "common/policy/civil.h"

#include "common/base/clock.h"

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 };

int32_t civil_days(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

struct civil civil_of(int32_t days) {
    int z = days + DAYS_TO_1970;
    int era = (z >= 0 ? z : z - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int doe = z - era * DAYS_PER_ERA;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    struct civil c = {.day = doy - (153 * mp + 2) / 5 + 1,
                      .month = mp < 10 ? mp + 3 : mp - 9};
    c.year = yoe + era * 400 + (c.month <= 2);
    return c;
}

bool civil_is_valid(int year, int month, int day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    struct civil c = civil_of(civil_days(year, month, day));
    return c.month == month && c.day == day;
}

int32_t civil_day_of_us(int64_t wall_us) {
    int64_t days = wall_us / US_PER_DAY;
    return (int32_t)(wall_us % US_PER_DAY < 0 ? days - 1 : days);
}

static bool digits(struct span s, size_t at, size_t n, int *out) {
    *out = 0;
    if (at + n > s.len)
        return false;
    for (size_t i = at; i < at + n; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        *out = *out * 10 + (s.ptr[i] - '0');
    }
    return true;
}

bool civil_parse(struct span t, int32_t *out_days) {
    int y, m, d;
    if (t.len != 10 || !digits(t, 0, 4, &y) || t.ptr[4] != '-' || !digits(t, 5, 2, &m) ||
        t.ptr[7] != '-' || !digits(t, 8, 2, &d) || !civil_is_valid(y, m, d))
        return false;
    *out_days = civil_days(y, m, d);
    return true;
}

bool civil_parse_instant(struct span t, int64_t *out_us) {
    return clock_parse(t, out_us);
}
