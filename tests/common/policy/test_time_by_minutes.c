/*
 * test_time_by_minutes.c: every kind of duration, act-by and elapsed business time against
 * stepping minute by minute, over random calendars.
 *
 * The slow side knows a zone only as "the offset at an instant", and a calendar only as it
 * is written: it paints the open minutes of some weeks and counts them. It shares no code
 * with calendar.c, duration.c and deadline.c. HENPIN_LONG=3 compares 100,000 cases.
 */
#include "common/base/backoff.h"
#include "common/policy/civil.h"
#include "common/policy/deadline.h"
#include "common/policy/duration.h"
#include "tests/common/policy/packs.h"

#include <stdlib.h>

enum { DAYS = 70, MINUTES = DAYS * 1440, MARGIN_DAYS = 3 };

static struct arena *a;
static int64_t first_us; /* of the painted minutes */

/* ---- the slow side ---- */

static int64_t minute_at(int i) {
    return first_us + i * US_PER_MIN;
}

/* The earliest instant whose wall time is this; where none has it, the earlier of the two
 * that the clocks jumped over. */
static int64_t slow_instant(const struct zone *z, int64_t wall_us) {
    int64_t best = INT64_MAX, worst = INT64_MAX;
    for (int h = -30; h <= 30; h++) {
        int64_t offset = zone_offset_us(z, wall_us + h * US_PER_HOUR);
        int64_t candidate = wall_us - offset;
        if (zone_offset_us(z, candidate) == offset && candidate < best)
            best = candidate;
        worst = candidate < worst ? candidate : worst;
    }
    return best != INT64_MAX ? best : worst;
}

static int32_t slow_day(const struct zone *z, int64_t us) {
    int64_t wall = us + zone_offset_us(z, us);
    int64_t days = wall / US_PER_DAY; /* all times here are after 1970 */
    return (int32_t)days;
}

static int weekday(int32_t day) { /* day 0 was a Thursday */
    return (int)((day + 3) % 7);
}

static bool has_day(const struct holiday *days, int n, int32_t day) {
    for (int i = 0; i < n; i++)
        if (days[i].day == day)
            return true;
    return false;
}

/* The hours of a civil day; n is 0 where it is closed. */
static struct day_hours slow_hours(const struct calendar *c, int32_t day) {
    struct day_hours none = {0}, hours = c->week[weekday(day)];
    if (weekday(day) >= 5 &&
        has_day(c->holidays->workdays, c->holidays->n_workdays, day)) {
        for (int d = 0; d < 7; d++) {
            if (c->week[d].n > 0) {
                hours = c->week[d];
                break;
            }
        }
    }
    for (int i = 0; i < c->n_closed; i++)
        if (day >= c->closed[i].first && day <= c->closed[i].last)
            return none;
    return has_day(c->holidays->items, c->holidays->n, day) ? none : hours;
}

struct painted {
    struct calendar *c;
    bool is_open[MINUTES];
};

static void paint(struct painted *p) {
    int32_t day = slow_day(p->c->zone, first_us) - 1;
    memset(p->is_open, 0, sizeof p->is_open);
    for (int d = 0; d < DAYS + 2; d++) {
        struct day_hours h = slow_hours(p->c, day + d);
        for (int k = 0; k < h.n; k++) {
            int64_t midnight = (day + d) * US_PER_DAY;
            int64_t from =
                slow_instant(p->c->zone, midnight + h.parts[k].from_min * US_PER_MIN);
            int64_t to =
                slow_instant(p->c->zone, midnight + h.parts[k].to_min * US_PER_MIN);
            for (int64_t t = from; t < to; t += US_PER_MIN) {
                int64_t i = (t - first_us) / US_PER_MIN;
                if (t >= first_us && i < MINUTES)
                    p->is_open[i] = true;
            }
        }
    }
}

/* The end of the wanted-th open minute after i; -1 beyond what is painted. */
static int slow_add(const struct painted *p, int i, int wanted) {
    while (wanted > 0 && i < MINUTES)
        wanted -= p->is_open[i++];
    return wanted == 0 ? i : -1;
}

static int64_t slow_end_of_day(const struct duration *d, int64_t us) {
    int32_t day = slow_day(d->calendar->zone, us);
    while (d->roll && slow_hours(d->roll, day).n == 0)
        day++;
    return slow_instant(d->calendar->zone, (day + 1) * US_PER_DAY);
}

static int64_t slow_business_days(const struct calendar *c, int64_t from, int64_t n) {
    int32_t day = slow_day(c->zone, from);
    int64_t time = from + zone_offset_us(c->zone, from) - day * US_PER_DAY;
    if (n == 0)
        return from;
    while (n > 0)
        n -= slow_hours(c, ++day).n > 0;
    struct day_hours h = slow_hours(c, day);
    int64_t opens = h.parts[0].from_min * US_PER_MIN,
            closes = h.parts[h.n - 1].to_min * US_PER_MIN;
    time = time < opens ? opens : time > closes ? closes : time;
    return slow_instant(c->zone, day * US_PER_DAY + time);
}

static int64_t slow_due(const struct painted *p, const struct duration *d, int64_t from) {
    int64_t n = d->amount - d->is_first_day_counted, due = from;
    const struct zone *z = p->c->zone;
    if (d->kind == SPAN_ELAPSED)
        return from + d->amount;
    if (d->kind == SPAN_BUSINESS_HOURS) {
        int i = slow_add(p, (int)((from - first_us) / US_PER_MIN),
                         (int)(d->amount / US_PER_MIN));
        return i < 0 ? POLICY_NO_INSTANT : minute_at(i);
    }
    due = d->kind == SPAN_BUSINESS_DAYS
              ? slow_business_days(d->calendar, from, n)
              : slow_instant(z, from + zone_offset_us(z, from) + n * US_PER_DAY);
    return d->is_to_end_of_day || d->roll ? slow_end_of_day(d, due) : due;
}

/* ---- random calendars ---- */

static struct day_hours random_hours(uint64_t *seed) {
    struct day_hours h = {0};
    int minute = 0, parts = (int)(random_next(seed) % 4);
    for (int i = 0; i < parts; i++) {
        int from = minute + (int)(random_next(seed) % 400);
        int to = from + 1 + (int)(random_next(seed) % 500);
        if (random_next(seed) % 9 == 0) {
            from = minute;
            to = 1440;
        }
        if (to > 1440)
            break;
        h.parts[h.n].from_min = from;
        h.parts[h.n++].to_min = to;
        minute = to;
    }
    return h;
}

static int compare_days(const void *x, const void *y) {
    return ((const struct holiday *)x)->day - ((const struct holiday *)y)->day;
}

static struct holiday *random_days(uint64_t *seed, int n, int from_weekday) {
    struct holiday *days = arena_zalloc(a, (size_t)n * sizeof *days);
    int32_t first = (int32_t)(first_us / US_PER_DAY);
    for (int i = 0; i < n; i++) { /* each another day */
        int32_t day = first + i * (DAYS / n) +
                      (int32_t)(random_next(seed) % (uint64_t)(DAYS / n - 7));
        while (weekday(day) < from_weekday)
            day++;
        days[i] = (struct holiday){day, "day"};
    }
    qsort(days, (size_t)n, sizeof *days, compare_days);
    return days;
}

static struct calendar *random_calendar(uint64_t *seed) {
    static const char *const zones[] = {"Asia/Tokyo",
                                        "Europe/Berlin",
                                        "America/New_York",
                                        "Australia/Lord_Howe",
                                        "America/St_Johns",
                                        "Asia/Kathmandu",
                                        "UTC",
                                        "Africa/Casablanca",
                                        "Europe/London",
                                        "America/Sao_Paulo",
                                        "Asia/Shanghai",
                                        "Australia/Sydney"};
    struct calendar *c = arena_zalloc(a, sizeof *c);
    struct holidays *h = arena_zalloc(a, sizeof *h);
    struct zone *z;
    struct error err;
    assert_int_equal(
        zone_load(a, NULL, zones[random_next(seed) % COUNT_OF(zones)], &z, &err), ST_OK);
    c->zone = z;
    for (int d = 0; d < 7; d++)
        c->week[d] = random_next(seed) % 5 ? random_hours(seed) : (struct day_hours){0};
    c->week[random_next(seed) % 7] = (struct day_hours){.n = 1, .parts = {{480, 1080}}};
    h->items = random_days(seed, 5, 0);
    h->n = 5;
    h->workdays = random_days(seed, 3, 5);
    h->n_workdays = 3;
    c->holidays = h;
    c->closed = arena_array(a, 3, sizeof *c->closed);
    for (int i = 0; i < 3; i++) {
        int32_t day =
            (int32_t)(first_us / US_PER_DAY) + (int32_t)(random_next(seed) % DAYS);
        c->closed[c->n_closed++] =
            (struct closed_range){day, day + (int32_t)(random_next(seed) % 3)};
    }
    calendar_compile(a, c);
    return c;
}

static struct duration random_duration(uint64_t *seed, const struct calendar *c,
                                       const struct calendar *roll) {
    struct duration d = {.kind = (enum duration_kind)(random_next(seed) % 4),
                         .calendar = c};
    switch (d.kind) {
    case SPAN_ELAPSED:
        d.amount = (int64_t)(1 + random_next(seed) % 9000) * US_PER_MIN;
        d.calendar = NULL;
        return d;
    case SPAN_BUSINESS_HOURS:
        d.amount = (int64_t)(1 + random_next(seed) % 2500) * US_PER_MIN;
        return d;
    case SPAN_CALENDAR_DAYS:
    case SPAN_BUSINESS_DAYS:
        break;
    }
    d.amount = (int64_t)(1 + random_next(seed) % 6);
    d.is_first_day_counted = random_next(seed) % 3 == 0;
    d.is_to_end_of_day = random_next(seed) % 3 == 0;
    d.roll = d.is_to_end_of_day && random_next(seed) % 2 == 0 ? roll : NULL;
    return d;
}

/* ---- comparisons ---- */

static void compare_elapsed(const struct painted *p, int i, int k) {
    int open = 0;
    for (int m = i; m < k; m++)
        open += p->is_open[m];
    assert_int_equal(calendar_open_between(p->c, minute_at(i), minute_at(k)),
                     open * US_PER_MIN);
    assert_int_equal(calendar_is_open(p->c, minute_at(i)), p->is_open[i]);
    int next = i;
    while (next < MINUTES && !p->is_open[next])
        next++;
    if (next < MINUTES)
        assert_int_equal(calendar_next_open(p->c, minute_at(i)), minute_at(next));
}

/* Whether the desk holds what the step requires during the minute. */
static bool slow_holds(const struct chain_step *step, int minute) {
    bool holds = true;
    for (int r = 0; r < step->n_requires; r++) {
        bool has = false;
        for (int i = 0; i < step->desk->n_licences; i++) {
            const struct licence *x = &step->desk->licences[i];
            has = has ||
                  (strcmp(x->name, step->requires[r]) == 0 &&
                   x->from_us <= minute_at(minute) && x->until_us > minute_at(minute));
        }
        holds = holds && has;
    }
    return holds;
}

/* The end of the last minute, up to `i`, in which the desk is open and licensed. */
static int slow_last_able(const struct painted *p, const struct chain_step *step, int i) {
    if (p->is_open[i] && (i == 0 || slow_holds(step, i - 1)))
        return i; /* which may be the opening instant */
    while (i > 0 && !(p->is_open[i - 1] && slow_holds(step, i - 1)))
        i--;
    return i > 0 ? i : -1;
}

/* The first desk of the chain with an open minute after the start and up to due minus the
 * reserve. */
static void compare_act_by(const struct painted *desks, const struct chain *chain,
                           const struct desk *triage, int64_t lang, int64_t start,
                           int64_t due, int64_t reserve) {
    struct deadline_request q = {chain, triage, lang};
    struct policy_desk_choice got = deadline_owner(&q, start, due, reserve);
    int last = (int)((due - reserve - first_us) / US_PER_MIN);
    int begin = (int)((start - first_us) / US_PER_MIN);
    for (int i = 0; i + 1 < chain->n; i++) {
        bool speaks = lang < 0 || word_set_has(&chain->steps[i].desk->langs, (int)lang);
        int act_by = speaks ? slow_last_able(&desks[i], &chain->steps[i], last) : -1;
        if (act_by > begin) {
            assert_string_equal(got.desk, chain->steps[i].desk->name);
            assert_int_equal(got.act_by_us, minute_at(act_by));
            assert_false(got.is_catch_all);
            return;
        }
    }
    assert_string_equal(got.desk, triage->name);
    assert_true(got.is_catch_all);
}

struct world {
    struct painted desks[2];
    struct desk desk[3];
    struct licence licences[2][4];
    struct chain chain;
};

/* Two kinds, up to four stretches of them, which may meet, overlap or leave holes. */
static void add_licences(struct world *w, struct chain_step *step,
                         struct licence *licences, uint64_t *seed) {
    static const char *const names[] = {"repair", "sale"};
    step->n_requires = (int)(random_next(seed) % 3);
    int n = (int)(random_next(seed) % 5);
    for (int r = 0; r < step->n_requires; r++)
        step->requires[r] = names[r];
    for (int i = 0; i < n; i++) {
        int from = (int)(random_next(seed) % MINUTES);
        int length = 1 + (int)(random_next(seed) % (20 * 1440));
        licences[i] = (struct licence){names[random_next(seed) % 2], minute_at(from),
                                       random_next(seed) % 4 ? minute_at(from + length)
                                                             : INT64_MAX};
    }
    struct desk *d = &w->desk[step->desk - w->desk];
    d->licences = licences;
    d->n_licences = n;
}

static void world_fill(struct world *w, uint64_t *seed) {
    w->chain = (struct chain){.n = 3};
    for (int i = 0; i < 2; i++) {
        w->desks[i].c = random_calendar(seed);
        paint(&w->desks[i]);
        w->desk[i] = (struct desk){.name = i ? "second" : "first",
                                   .calendar = w->desks[i].c,
                                   .langs = {{1 + random_next(seed) % 3}}};
        w->chain.steps[i] = (struct chain_step){.desk = &w->desk[i]};
        add_licences(w, &w->chain.steps[i], w->licences[i], seed);
    }
    struct calendar *always = arena_zalloc(a, sizeof *always);
    always->is_always = true;
    w->desk[2] = (struct desk){.name = "triage", .calendar = always, .speaks_any = true};
    w->chain.steps[2] = (struct chain_step){.desk = &w->desk[2]};
}

static int compare_case(struct world *w, uint64_t *seed) {
    int i = MARGIN_DAYS * 1440 + (int)(random_next(seed) % (40 * 1440));
    int64_t from = minute_at(i);
    struct duration d = random_duration(seed, w->desks[0].c, w->desks[1].c);
    int64_t due = slow_due(&w->desks[0], &d, from);
    if (due == POLICY_NO_INSTANT || due >= minute_at(MINUTES - 1440))
        return 0; /* beyond what was painted */
    assert_int_equal(duration_after(&d, from), due);
    compare_elapsed(&w->desks[0], i, i + (int)(random_next(seed) % 10000));
    int64_t reserve = (int64_t)(random_next(seed) % 600) * US_PER_MIN;
    if (due - reserve > from) {
        compare_act_by(w->desks, &w->chain, &w->desk[2],
                       (int64_t)(random_next(seed) % 3) - 1, from, due, reserve);
    }
    return 1;
}

static void test_time__agrees_with_stepping_minute_by_minute(void **state) {
    (void)state;
    static const char *const begins[] = {/* with the clock changes of both hemispheres */
                                         "2026-02-20T00:00:00Z", "2026-03-10T00:00:00Z",
                                         "2026-09-20T00:00:00Z", "2026-10-10T00:00:00Z",
                                         "2026-12-01T00:00:00Z"};
    const char *longer = getenv("HENPIN_LONG");
    int times = longer && atoi(longer) > 0 ? atoi(longer) : 1;
    uint64_t seed = 20261122;
    int cases = 0;
    struct world *w = xcalloc(1, sizeof *w);
    for (int k = 0; k < 900 * times; k++) {
        a = arena_new((size_t)256 << 20);
        first_us = at(begins[k % (int)COUNT_OF(begins)]);
        world_fill(w, &seed);
        for (int i = 0; i < 40; i++)
            cases += compare_case(w, &seed);
        arena_free(a);
    }
    free(w);
    print_message("calendars %d, cases %d\n", 1800 * times, cases);
    assert_true(cases > 30000 * times);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time__agrees_with_stepping_minute_by_minute),
    };
    return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
