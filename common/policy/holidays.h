/*
 * holidays.h: public holidays from an iCalendar (.ics) file.
 *
 * Taken: VEVENTs with a whole-day DTSTART (VALUE=DATE, or eight digits), their DTEND,
 * SUMMARY and STATUS (CANCELLED is skipped). Refused: repeating rules, because what they
 * expand to cannot be read off the file. A feed may hold observances on which offices are
 * open; the pack names the categories it takes: without CATEGORIES an event counts, with
 * CATEGORIES only when one of them is HOLIDAY. WORKDAY marks a day of the weekend that is
 * worked to make up for a long holiday, as China announces them.
 */
#ifndef COMMON_POLICY_HOLIDAYS_H
#define COMMON_POLICY_HOLIDAYS_H

#include "common/base/arena.h"
#include "common/policy/findings.h"

struct holiday {
    int32_t day; /* civil day number */
    const char *name;
};

struct holidays {
    const char *name;      /* "jp" */
    struct holiday *items; /* sorted, each day once */
    int n;
    int32_t first_year, last_year; /* of the days it holds */
    struct holiday *workdays;      /* sorted, each day once */
    int n_workdays;
};

/* NULL when the file is refused: then findings were told. */
struct holidays *holidays_read(struct arena *a, const char *name,
                               const struct source *source, struct findings *fs);
/* Whether a day of the weekend is worked. */
bool holidays_is_worked(const struct holidays *h, int32_t day);
/* The holiday's name, NULL when the day is none. */
const char *holidays_name(const struct holidays *h, int32_t day);

#endif
