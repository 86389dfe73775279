/* calendar.c: weekly hours minus holidays become open spans; see calendar.h. */
#include "common/policy/calendar.h"

#include "common/policy/civil.h"
#include "common/policy/policy.h"

#include <string.h>

static bool in_closed_range(const struct calendar *c, int32_t day) {
    for (int i = 0; i < c->n_closed; i++)
        if (day >= c->closed[i].first && day <= c->closed[i].last)
            return true;
    return false;
}

const struct day_hours *calendar_hours(const struct calendar *c, int32_t day) {
    int d = civil_weekday(day);
    if (d >= 5 && holidays_is_worked(c->holidays, day)) {
        for (d = 0; d < 6 && c->week[d].n == 0; d++) {
        }
    }
    return &c->week[d];
}

const char *calendar_closed_because(const struct calendar *c, int32_t day) {
    if (c->is_always)
        return NULL;
    if (calendar_hours(c, day)->n == 0)
        return "weekly closing day";
    const char *holiday = holidays_name(c->holidays, day);
    return holiday ? holiday : in_closed_range(c, day) ? "closed" : NULL;
}

static int32_t wall_minute(const struct calendar *c, int32_t day, int minute) {
    int64_t us = zone_instant_us(c->zone, day * US_PER_DAY + minute * US_PER_MIN, NULL);
    if (us % US_PER_MIN != 0)
        BUG("the zone of calendar %s has an offset of seconds", c->name);
    return (int32_t)(us / US_PER_MIN);
}

/* Spans that touch or overlap (clock changes) are joined. */
static void add_span(struct calendar *c, int32_t from_min, int32_t to_min) {
    if (to_min <= from_min)
        return;
    if (c->n_spans > 0 && c->spans[c->n_spans - 1].to_min >= from_min) {
        if (c->spans[c->n_spans - 1].to_min < to_min)
            c->spans[c->n_spans - 1].to_min = to_min;
        return;
    }
    c->spans[c->n_spans++] = (struct open_span){from_min, to_min, 0};
}

static void sum_up(struct calendar *c) {
    int32_t total = 0;
    for (int i = 0; i < c->n_spans; i++) {
        c->spans[i].before_min = total;
        total += c->spans[i].to_min - c->spans[i].from_min;
    }
}

/* For each UTC day the last span that begins before it: a look-up then walks over a
 * handful of spans at most. */
static void remember_spans(struct arena *a, struct calendar *c) {
    c->span_before = arena_array(a, (size_t)c->n_table, sizeof *c->span_before);
    int k = -1;
    for (int32_t i = 0; i < c->n_table; i++) {
        int64_t begins = (c->first_day + i) * US_PER_DAY;
        while (k + 1 < c->n_spans && open_span_from_us(&c->spans[k + 1]) < begins)
            k++;
        c->span_before[i] = k;
    }
}

void calendar_compile(struct arena *a, struct calendar *c) {
    if (c->is_always)
        return;
    int32_t first = civil_days(CALENDAR_FIRST_YEAR, 1, 1);
    int32_t n = civil_days(CALENDAR_LAST_YEAR + 1, 1, 1) - first;
    int parts = 1;
    for (int d = 0; d < 7; d++)
        parts = c->week[d].n > parts ? c->week[d].n : parts;
    c->first_day = first;
    c->n_table = n;
    c->spans = arena_array(a, (size_t)n * (size_t)parts, sizeof *c->spans);
    c->days = arena_array(a, (size_t)n, sizeof *c->days);
    c->open_before = arena_array(a, (size_t)n + 1, sizeof *c->open_before);
    for (int32_t i = 0; i < n; i++) {
        c->open_before[i] = (uint16_t)c->n_days;
        int32_t day = first + i;
        if (calendar_closed_because(c, day))
            continue;
        const struct day_hours *h = calendar_hours(c, day);
        for (int k = 0; k < h->n; k++) {
            add_span(c, wall_minute(c, day, h->parts[k].from_min),
                     wall_minute(c, day, h->parts[k].to_min));
        }
        c->days[c->n_days++] = (struct open_day){day, (int16_t)h->parts[0].from_min,
                                                 (int16_t)h->parts[h->n - 1].to_min};
    }
    c->open_before[n] = (uint16_t)c->n_days;
    sum_up(c);
    remember_spans(a, c);
}

/* The last span that begins at or before the instant; -1 when there is none. */
static int span_at(const struct calendar *c, int64_t instant_us) {
    int64_t day = instant_us / US_PER_DAY - c->first_day;
    if (instant_us < 0 || day < 0)
        return -1;
    int i = day < c->n_table ? c->span_before[day] : c->n_spans - 1;
    while (i + 1 < c->n_spans && open_span_from_us(&c->spans[i + 1]) <= instant_us)
        i++;
    return i;
}

/* Beyond the compiled years every answer would be an invention. */
static bool is_covered(const struct calendar *c, int64_t instant_us) {
    int64_t from = (c->first_day + 1) * US_PER_DAY;
    int64_t to = (c->first_day + c->n_table - 1) * US_PER_DAY;
    return instant_us >= from && instant_us < to && c->n_spans > 0;
}

bool calendar_is_open(const struct calendar *c, int64_t instant_us) {
    if (c->is_always)
        return true;
    int i = span_at(c, instant_us);
    return i >= 0 && instant_us < open_span_to_us(&c->spans[i]);
}

int64_t calendar_last_open(const struct calendar *c, int64_t instant_us) {
    if (c->is_always)
        return instant_us;
    int i = is_covered(c, instant_us) ? span_at(c, instant_us) : -1;
    if (i < 0)
        return POLICY_NO_INSTANT;
    int64_t to = open_span_to_us(&c->spans[i]);
    return instant_us < to ? instant_us : to;
}

int64_t calendar_next_open(const struct calendar *c, int64_t instant_us) {
    if (c->is_always || calendar_is_open(c, instant_us))
        return instant_us;
    int i = span_at(c, instant_us) + 1;
    return is_covered(c, instant_us) && i < c->n_spans ? open_span_from_us(&c->spans[i])
                                                       : POLICY_NO_INSTANT;
}

/* Open time from the first compiled instant up to this one. */
static int64_t open_before(const struct calendar *c, int64_t instant_us) {
    int i = span_at(c, instant_us);
    if (i < 0)
        return 0;
    const struct open_span *s = &c->spans[i];
    int64_t to = open_span_to_us(s);
    return s->before_min * US_PER_MIN + (instant_us < to ? instant_us : to) -
           open_span_from_us(s);
}

int64_t calendar_open_between(const struct calendar *c, int64_t from_us, int64_t to_us) {
    return c->is_always ? to_us - from_us
                        : open_before(c, to_us) - open_before(c, from_us);
}

int64_t calendar_add_open(const struct calendar *c, int64_t from_us, int64_t open_us) {
    if (c->is_always)
        return from_us + open_us;
    if (!is_covered(c, from_us))
        return POLICY_NO_INSTANT;
    /* The span in which the running total first reaches the target: at a boundary the
     * earlier span wins, so that work that ends with the office day is due at closing
     * time. */
    int64_t target = open_before(c, from_us) + open_us;
    int lo = 0, hi = c->n_spans - 1;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        const struct open_span *s = &c->spans[mid];
        if ((s->before_min + (s->to_min - s->from_min)) * US_PER_MIN < target)
            lo = mid + 1;
        else
            hi = mid;
    }
    const struct open_span *s = &c->spans[lo];
    int64_t due = open_span_from_us(s) + (target - s->before_min * US_PER_MIN);
    if (due > open_span_to_us(s))
        return POLICY_NO_INSTANT;
    return open_us == 0 ? calendar_next_open(c, from_us) : due;
}

int64_t calendar_add_days(const struct calendar *c, int64_t from_us, int64_t n) {
    return zone_instant_us(c->zone, zone_wall_us(c->zone, from_us) + n * US_PER_DAY,
                           NULL);
}

int64_t calendar_add_open_days(const struct calendar *c, int64_t from_us, int64_t n) {
    if (c->is_always)
        return calendar_add_days(c, from_us, n);
    int64_t wall = zone_wall_us(c->zone, from_us);
    int32_t day = civil_day_of_us(wall);
    if (day < c->first_day || day >= c->first_day + c->n_table - 1)
        return POLICY_NO_INSTANT;
    /* Open days up to and including the start's own day do not count. */
    int64_t k = c->open_before[day - c->first_day + 1] + n - 1;
    if (n < 1 || k >= c->n_days)
        return POLICY_NO_INSTANT;
    const struct open_day *d = &c->days[k];
    int64_t time = wall - day * US_PER_DAY;
    int64_t opens = d->open_min * US_PER_MIN, closes = d->close_min * US_PER_MIN;
    time = time < opens ? opens : time > closes ? closes : time;
    return zone_instant_us(c->zone, d->day * US_PER_DAY + time, NULL);
}
