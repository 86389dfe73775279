/*
 * calendar.h: when somebody is open, compiled at load.
 *
 * A calendar is a zone, weekly hours, holidays and closed ranges. It compiles to sorted
 * open spans with running totals and to a table of open days, so that "is it open", "the
 * last open instant before" and "six business hours later" are binary searches; nothing
 * here reads zone data at run time but the compiled transitions. Spans that touch are
 * one: hours written 00:00-24:00 lose no minute at midnight.
 */
#ifndef COMMON_POLICY_CALENDAR_H
#define COMMON_POLICY_CALENDAR_H

#include "common/base/clock.h"
#include "common/policy/holidays.h"
#include "common/policy/tz.h"

enum { CALENDAR_FIRST_YEAR = 2008, CALENDAR_LAST_YEAR = 2040, CALENDAR_DAY_PARTS = 6 };

/* In whole minutes, of which every offset of these years consists: a policy has dozens of
 * calendars of twelve thousand days each, and they stay in memory. */
struct open_span {
    int32_t from_min, to_min; /* [from, to), minutes since 1970 (UTC) */
    int32_t before_min;       /* open time of all spans before this one */
};

struct open_day {
    int32_t day;                 /* civil day number in the calendar's zone */
    int16_t open_min, close_min; /* first opening and last closing, wall minutes */
};

struct day_hours {
    int n;
    struct {
        int from_min, to_min; /* 0..1440 */
    } parts[CALENDAR_DAY_PARTS];
};

struct closed_range {
    int32_t first, last; /* civil days, both closed */
};

struct calendar {
    const char *name;
    const char *title;     /* for people; NULL: the pack gives none */
    const struct node *at; /* valid while loading only */
    const struct zone *zone;
    bool is_always;                  /* open: always */
    struct day_hours week[7];        /* Monday first */
    const struct holidays *holidays; /* NULL: none */
    struct closed_range *closed;
    int n_closed;
    /* compiled; empty when is_always */
    struct open_span *spans;
    int n_spans;
    struct open_day *days;
    int n_days;
    int32_t first_day; /* of the table below */
    int32_t n_table;
    uint16_t *open_before; /* per civil day: number of open days before it */
    int32_t *span_before; /* per UTC day: the last span that begins before it, -1: none */
};

static inline int64_t open_span_from_us(const struct open_span *s) {
    return s->from_min * US_PER_MIN;
}
static inline int64_t open_span_to_us(const struct open_span *s) {
    return s->to_min * US_PER_MIN;
}

/* Fills the compiled part. */
void calendar_compile(struct arena *a, struct calendar *c);

/* The opening hours of a civil day, holidays aside. A day of the weekend that is worked
 * has those of Monday, or of the first day of the week that has any. */
const struct day_hours *calendar_hours(const struct calendar *c, int32_t day);
bool calendar_is_open(const struct calendar *c, int64_t instant_us);
/* Why a day is closed: a holiday's name, "closed", or NULL when it is an open day. */
const char *calendar_closed_because(const struct calendar *c, int32_t day);

/* All of these answer POLICY_NO_INSTANT beyond the years that were compiled. */
/* The last open instant at or before; the closing instant itself counts. */
int64_t calendar_last_open(const struct calendar *c, int64_t instant_us);
/* The instant itself when open, else the next opening. */
int64_t calendar_next_open(const struct calendar *c, int64_t instant_us);
/* Open time between two instants, from <= to. */
int64_t calendar_open_between(const struct calendar *c, int64_t from_us, int64_t to_us);
/* The instant at which `open_us` of open time has gone by since `from_us`. */
int64_t calendar_add_open(const struct calendar *c, int64_t from_us, int64_t open_us);
/* Same wall time n days later. */
int64_t calendar_add_days(const struct calendar *c, int64_t from_us, int64_t n);
/* Same wall time on the n-th later open day, moved into its opening hours. */
int64_t calendar_add_open_days(const struct calendar *c, int64_t from_us, int64_t n);

#endif
