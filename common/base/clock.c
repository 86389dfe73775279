/*
 * clock.c: the only file that asks the system for the time; and RFC 3339 in both
 * directions.
 *
 * Calendar arithmetic is proleptic Gregorian over the whole range of years 0001 to 9999:
 * days are counted in years that begin in March, so that the leap day is the last of its
 * year.
 */
#include "common/base/clock.h"

#include "common/base/absent.h"

#include <stdio.h>
#include <time.h>

#define FIRST_US (INT64_C(-62135596800) * US_PER_S)    /* 0001-01-01T00:00:00Z */
#define LAST_US (INT64_C(253402300800) * US_PER_S - 1) /* the end of year 9999 */
#define DAYS_BEFORE_1970 719468                        /* from 0000-03-01 */

static bool is_simulated;
static int64_t simulated_us;

static int64_t read_clock_us(clockid_t id) {
    struct timespec t;
    if (clock_gettime(id, &t) != 0)
        BUG("the system has no clock %d", (int)id);
    return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

int64_t clock_now_us(void) {
    return UNLIKELY(is_simulated) ? simulated_us : read_clock_us(CLOCK_REALTIME);
}

int64_t clock_monotonic_us(void) {
    return read_clock_us(CLOCK_MONOTONIC);
}

void clock_simulate(int64_t now_us) {
    is_simulated = true;
    simulated_us = now_us;
}

bool clock_is_simulated(void) {
    return is_simulated;
}

static int64_t days_of_date(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int64_t)era * 146097 + day_of_era - DAYS_BEFORE_1970;
}

static void date_of_days(int64_t days, int *year, int *month, int *day) {
    int64_t shifted = days + DAYS_BEFORE_1970; /* positive from year 0001 on */
    int era = (int)(shifted / 146097);
    int day_of_era = (int)(shifted % 146097);
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int m = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = era * 400 + year_of_era + (*month <= 2);
}

/* So many digits and what follows them: reasons hold an instant for each duty, and printf
 * was a thirtieth of the worker's work. */
static void put_digits(char **to, int n, int value, char then) {
    for (int i = n; i-- > 0; value /= 10)
        (*to)[i] = (char)('0' + value % 10);
    (*to)[n] = then;
    *to += n + 1;
}

void clock_text(int64_t instant_us, char out[CLOCK_TEXT_SIZE]) {
    if (instant_us < FIRST_US || instant_us > LAST_US) {
        /* No date can say it, and clock_parse will not read it: plainly the number. */
        snprintf(out, CLOCK_TEXT_SIZE, "%lldus", (long long)instant_us);
        return;
    }
    int64_t days = instant_us / US_PER_DAY, in_day = instant_us % US_PER_DAY;
    if (in_day < 0) {
        in_day += US_PER_DAY;
        days--;
    }
    int year, month, day;
    date_of_days(days, &year, &month, &day);
    int seconds = (int)(in_day / US_PER_S), fraction = (int)(in_day % US_PER_S);
    put_digits(&out, 4, year, '-');
    put_digits(&out, 2, month, '-');
    put_digits(&out, 2, day, 'T');
    put_digits(&out, 2, seconds / 3600, ':');
    put_digits(&out, 2, seconds / 60 % 60, ':');
    put_digits(&out, 2, seconds % 60, fraction == 0 ? 'Z' : '.');
    if (fraction != 0 && fraction % 1000 == 0)
        put_digits(&out, 3, fraction / 1000, 'Z');
    else if (fraction != 0)
        put_digits(&out, 6, fraction, 'Z');
    *out = '\0';
}

void build_instant(struct builder *b, const char *before, int64_t instant_us) {
    char text[CLOCK_TEXT_SIZE];
    if (instant_us == EVENT_ABSENT)
        return;
    clock_text(instant_us, text);
    build_text(b, before);
    build_text(b, text);
}

static bool take_char(struct span *s, char c) {
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = (struct span){s->ptr + 1, s->len - 1};
    return true;
}

/* Exactly `n` digits whose value lies in min..max. */
static bool take_number(struct span *s, size_t n, int min, int max, int *out) {
    if (s->len < n)
        return false;
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9')
            return false;
        value = value * 10 + (s->ptr[i] - '0');
    }
    *s = (struct span){s->ptr + n, s->len - n};
    *out = value;
    return value >= min && value <= max;
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap);
}

static bool take_date(struct span *s, int64_t *days) {
    int year, month, day;
    if (!take_number(s, 4, 1, 9999, &year) || !take_char(s, '-') ||
        !take_number(s, 2, 1, 12, &month) || !take_char(s, '-') ||
        !take_number(s, 2, 1, days_in_month(year, month), &day))
        return false;
    *days = days_of_date(year, month, day);
    return true;
}

/* Digits after the point; what is finer than a microsecond is dropped. */
static bool take_fraction(struct span *s, int64_t *us) {
    int64_t unit = US_PER_S / 10;
    size_t n = 0;
    for (; n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9'; n++, unit /= 10)
        *us += (s->ptr[n] - '0') * unit;
    *s = (struct span){s->ptr + n, s->len - n};
    return n > 0;
}

/* A leap second (":60") reads as the first instant of the next minute, as Postgres has
 * it. */
static bool take_time(struct span *s, int64_t *us) {
    int hour, minute, second = 0;
    if (!take_number(s, 2, 0, 23, &hour) || !take_char(s, ':') ||
        !take_number(s, 2, 0, 59, &minute))
        return false;
    *us = 0;
    if (take_char(s, ':')) {
        if (!take_number(s, 2, 0, 60, &second))
            return false;
        if (take_char(s, '.') && !take_fraction(s, us))
            return false;
    }
    *us += ((int64_t)hour * 3600 + minute * 60 + second) * US_PER_S;
    return true;
}

/* "Z", "+09:00", and the short forms that others print: "+0900", "+09" (Postgres). */
static bool take_offset(struct span *s, int64_t *us) {
    *us = 0;
    if (take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    bool is_west = take_char(s, '-');
    int hours, minutes = 0;
    if ((!is_west && !take_char(s, '+')) || !take_number(s, 2, 0, 23, &hours))
        return false;
    if (s->len > 0) {
        take_char(s, ':');
        if (!take_number(s, 2, 0, 59, &minutes))
            return false;
    }
    *us = ((int64_t)hours * 60 + minutes) * US_PER_MIN * (is_west ? -1 : 1);
    return true;
}

bool clock_parse(struct span text, int64_t *out_us) {
    struct span s = text;
    int64_t days, time_us, offset_us;
    if (!take_date(&s, &days))
        return false;
    if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
        return false;
    if (!take_time(&s, &time_us) || !take_offset(&s, &offset_us) || s.len != 0)
        return false;
    int64_t us = days * US_PER_DAY + time_us - offset_us;
    if (us < FIRST_US || us > LAST_US)
        return false;
    *out_us = us;
    return true;
}
