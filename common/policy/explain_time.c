/*
 * explain_time.c: how a due instant came about: the stretches from start to due, each
 * counted or skipped, and why.
 *
 * Nothing is computed here that the decision needs: the due instant is given. The walk
 * goes from local midnight to local midnight (or from opening to closing) and must arrive
 * there; what lies on the way is classified by the same calendar that counted.
 */
#include "common/policy/explain.h"

#include "common/base/clock.h"
#include "common/policy/civil.h"
#include "common/policy/duration.h"

static const bool counts[EXPLAIN_WHY_COUNT] = {
#define X(id, name, is_counted) [id] = is_counted,
    EXPLAIN_REASONS(X)
#undef X
};

struct walk {
    struct arena *a;
    const struct calendar *c;
    struct explain_path path;
    size_t room;
    int nth; /* open days counted so far */
};

/* Neighbours of one reason are one stretch, unless days are numbered. */
static struct explain_segment *add(struct walk *w, int64_t from_us, int64_t to_us,
                                   enum explain_why why, const char *holiday) {
    if (to_us <= from_us)
        return NULL;
    struct explain_segment *last = w->path.n > 0 ? &w->path.items[w->path.n - 1] : NULL;
    if (last && last->why == why && last->nth == 0 && last->holiday == holiday &&
        (why == WHY_NIGHT || why == WHY_RUNS || why == WHY_WEEKEND)) {
        last->to_us = to_us;
        return last;
    }
    w->path.items = arena_grow(w->a, w->path.items, (size_t)w->path.n, &w->room,
                               sizeof *w->path.items);
    struct explain_segment *s = &w->path.items[w->path.n++];
    *s = (struct explain_segment){from_us, to_us, why, counts[why], holiday, 0};
    return s;
}

static int32_t day_at(const struct calendar *c, int64_t instant_us) {
    return civil_day_of_us(zone_wall_us(c->zone, instant_us));
}

static int64_t midnight(const struct calendar *c, int32_t day) {
    return zone_instant_us(c->zone, day * US_PER_DAY, NULL);
}

/* WHY_OPEN for an open day. */
static enum explain_why why_closed(const struct calendar *c, int32_t day,
                                   const char **holiday) {
    *holiday = NULL;
    if (!calendar_closed_because(c, day))
        return WHY_OPEN;
    if (calendar_hours(c, day)->n == 0)
        return civil_weekday(day) >= 5 ? WHY_WEEKEND : WHY_DAY_OFF;
    *holiday = holidays_name(c->holidays, day);
    return *holiday ? WHY_HOLIDAY : WHY_CLOSURE;
}

/* ---- days ---- */

static void walk_open_days(struct walk *w, const struct duration *d, int64_t start_us,
                           int64_t end_us) {
    int32_t first = day_at(w->c, start_us);
    int64_t from = start_us;
    for (int32_t day = first; from < end_us; day++) {
        int64_t to = midnight(w->c, day + 1);
        to = to < end_us ? to : end_us;
        const char *holiday = NULL;
        enum explain_why why = day == first && d->is_first_day_counted ? WHY_FIRST_DAY
                               : day == first                          ? WHY_START_DAY
                                              : why_closed(w->c, day, &holiday);
        struct explain_segment *s = add(w, from, to, why, holiday);
        if (s && s->is_counted)
            s->nth = ++w->nth;
        from = to > from ? to : from;
    }
}

/* Where days run to the midnight that ends the last one, which may first move on to an
 * open day of another calendar. */
static void walk_to_midnight(struct walk *w, const struct duration *d, int64_t from_us,
                             int64_t due_us) {
    const struct calendar *roll = d->roll ? d->roll : d->calendar;
    struct walk rest = *w;
    rest.c = d->calendar;
    for (int32_t day = day_at(d->calendar, from_us); from_us < due_us; day++) {
        int64_t to = midnight(d->calendar, day + 1);
        to = to < due_us ? to : due_us;
        const char *holiday = NULL;
        enum explain_why why = d->roll ? why_closed(roll, day, &holiday) : WHY_OPEN;
        (void)add(&rest, from_us, to, why == WHY_OPEN ? WHY_REST_OF_DAY : why, holiday);
        from_us = to > from_us ? to : from_us;
    }
    *w = rest;
}

/* ---- hours ---- */

/* The closed part of one local day: before, between or after its opening hours. */
static void add_closed(struct walk *w, int32_t day, int64_t from_us, int64_t to_us) {
    const char *holiday;
    enum explain_why why = why_closed(w->c, day, &holiday);
    if (why == WHY_OPEN) {
        const struct day_hours *h = calendar_hours(w->c, day);
        int64_t opens = zone_instant_us(
            w->c->zone, day * US_PER_DAY + h->parts[0].from_min * US_PER_MIN, NULL);
        int64_t closes = zone_instant_us(
            w->c->zone, day * US_PER_DAY + h->parts[h->n - 1].to_min * US_PER_MIN, NULL);
        why = to_us <= opens || from_us >= closes ? WHY_NIGHT : WHY_BREAK;
    }
    (void)add(w, from_us, to_us, why, holiday);
}

/* Where the span that holds an open instant ends. */
static int64_t closes_after(const struct calendar *c, int64_t instant_us) {
    int lo = 0, hi = c->n_spans - 1;
    while (lo < hi) {
        int mid = lo + (hi - lo + 1) / 2;
        if (open_span_from_us(&c->spans[mid]) <= instant_us)
            lo = mid;
        else
            hi = mid - 1;
    }
    return open_span_to_us(&c->spans[lo]);
}

static void walk_hours(struct walk *w, int64_t from_us, int64_t to_us) {
    while (from_us < to_us) {
        int64_t next = calendar_next_open(w->c, from_us);
        if (next == POLICY_NO_INSTANT || next > to_us)
            next = to_us;
        while (from_us < next) {
            int32_t day = day_at(w->c, from_us);
            int64_t end = midnight(w->c, day + 1);
            end = end < next ? end : next;
            add_closed(w, day, from_us, end);
            from_us = end;
        }
        if (from_us >= to_us)
            break;
        /* The open stretch ends where its span does. */
        int64_t closes = closes_after(w->c, from_us);
        closes = closes < to_us ? closes : to_us;
        (void)add(w, from_us, closes, WHY_OPEN, NULL);
        from_us = closes;
    }
}

struct explain_path explain_hours(struct arena *a, const struct calendar *c,
                                  int64_t from_us, int64_t to_us) {
    struct walk w = {.a = a, .c = c};
    if (c->is_always)
        (void)add(&w, from_us, to_us, WHY_OPEN, NULL);
    else
        walk_hours(&w, from_us, to_us);
    return w.path;
}

struct explain_path explain_duration(struct arena *a, const struct duration *d,
                                     int64_t start_us, int64_t due_us) {
    struct walk w = {.a = a, .c = d->calendar};
    struct duration days = *d;
    days.is_to_end_of_day = false;
    days.roll = NULL;
    int64_t counted_until =
        d->is_to_end_of_day || d->roll ? duration_after(&days, start_us) : due_us;
    switch (d->kind) {
    case SPAN_ELAPSED:
        (void)add(&w, start_us, due_us, WHY_RUNS, NULL);
        break;
    case SPAN_BUSINESS_HOURS:
        if (d->calendar->is_always)
            (void)add(&w, start_us, due_us, WHY_RUNS, NULL);
        else
            walk_hours(&w, start_us, due_us);
        break;
    case SPAN_CALENDAR_DAYS:
        (void)add(&w, start_us, counted_until, WHY_RUNS, NULL);
        walk_to_midnight(&w, d, counted_until, due_us);
        break;
    case SPAN_BUSINESS_DAYS:
        if (d->calendar->is_always)
            (void)add(&w, start_us, counted_until, WHY_RUNS, NULL);
        else
            walk_open_days(&w, d, start_us, counted_until);
        walk_to_midnight(&w, d, counted_until, due_us);
        break;
    }
    return w.path;
}
