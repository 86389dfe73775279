/*
 * civil.h: dates of the proleptic Gregorian calendar as day numbers, day 0 being
 * 1970-01-01.
 */
#ifndef COMMON_POLICY_CIVIL_H
#define COMMON_POLICY_CIVIL_H

#include "common/base/span.h"

#include <stdint.h>

struct civil {
    int year, month, day; /* month and day from 1 */
};
int32_t civil_days(int year, int month, int day);
struct civil civil_of(int32_t days);
bool civil_is_valid(int year, int month, int day);
static inline int civil_weekday(int32_t days) { /* 0 Monday .. 6 Sunday */
    int w = (int)((days + 3) % 7);
    return w < 0 ? w + 7 : w;
}
/* The day number of the local wall time `wall_us` (microseconds as if it were UTC). */
int32_t civil_day_of_us(int64_t wall_us);

/* "2026-11-20"; false when it is no such date. */
MUST_USE bool civil_parse(struct span text, int32_t *out_days);
/* "2026-11-20T12:00+09:00", seconds optional: an instant; false otherwise. */
MUST_USE bool civil_parse_instant(struct span text, int64_t *out_us);

#endif
