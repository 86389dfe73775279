/* duration.c: reading and applying durations. */
#include "common/policy/duration.h"

#include "common/base/clock.h"
#include "common/policy/civil.h"
#include "common/policy/desk.h"

#define ELAPSED_MAX_US (INT64_C(4000) * US_PER_DAY)
enum { DAYS_MAX = 4000 };

/* "2h30m", "90m", "24h", "45s" */
static bool parse_elapsed(struct span t, int64_t *out_us) {
    size_t i = 0;
    int64_t total = 0;
    while (i < t.len) {
        int64_t v = 0;
        size_t start = i;
        while (i < t.len && t.ptr[i] >= '0' && t.ptr[i] <= '9' && i - start < 7)
            v = v * 10 + (t.ptr[i++] - '0');
        if (i == start || i == t.len)
            return false;
        char unit = t.ptr[i++];
        int64_t scale = unit == 'h'   ? US_PER_HOUR
                        : unit == 'm' ? US_PER_MIN
                        : unit == 's' ? US_PER_S
                                      : 0;
        if (scale == 0 || v > ELAPSED_MAX_US / scale)
            return false;
        total += v * scale;
        if (total > ELAPSED_MAX_US)
            return false;
    }
    *out_us = total;
    return t.len > 0;
}

bool duration_read_elapsed(struct loader *l, const struct node *n, int64_t *out_us) {
    if (n->kind == NODE_SCALAR && parse_elapsed(n->text, out_us))
        return true;
    finding_error(l->fs, "duration", n, "write elapsed time such as 12h, 90m or 2h30m");
    return false;
}

static const char *const day_hint =
    "say which days: \"5 calendar-days in C\" counts weekends, \"5 business-days in C\" "
    "counts C's open days, \"120h\" is elapsed time";

static bool read_modifier(struct loader *l, const struct node *n, struct span part,
                          struct duration *out) {
    struct span roll = SPAN("rolling to open in ");
    if (span_is(part, "first day counted")) {
        out->is_first_day_counted = true;
    } else if (span_is(part, "to the end of the day")) {
        out->is_to_end_of_day = true;
    } else if (span_starts_with(part, roll)) {
        struct span name = {part.ptr + roll.len, part.len - roll.len};
        out->roll = calendar_find(l, name, n);
        return out->roll != NULL;
    } else {
        finding_error(
            l->fs, "duration", n,
            "\"%.*s\" is not known; after the calendar may stand \"first day counted\", "
            "\"to the end of the day\", \"rolling to open in C\"",
            SPAN_ARGS(part));
        return false;
    }
    return true;
}

static bool read_kind(struct span word, struct duration *out, int64_t amount) {
    if (span_is(word, "calendar-days") || span_is(word, "calendar-day")) {
        out->kind = SPAN_CALENDAR_DAYS;
    } else if (span_is(word, "business-days") || span_is(word, "business-day")) {
        out->kind = SPAN_BUSINESS_DAYS;
    } else if (span_is(word, "business-hours") || span_is(word, "business-hour")) {
        out->kind = SPAN_BUSINESS_HOURS;
        amount *= US_PER_HOUR;
    } else {
        return false;
    }
    out->amount = amount;
    return true;
}

bool duration_read(struct loader *l, const struct node *n, struct duration *out) {
    *out = (struct duration){0};
    if (n->kind != NODE_SCALAR) {
        finding_error(l->fs, "duration", n, "a duration is a single value such as 24h");
        return false;
    }
    out->text = span_cstr(l->a, n->text);
    if (parse_elapsed(n->text, &out->amount))
        return true;
    struct span rest = n->text, main_part, number, kind, in;
    (void)span_cut(&rest, ',', &main_part);
    struct span words = span_trim(main_part);
    int64_t amount;
    bool is_good = span_cut(&words, ' ', &number) && span_to_i64(number, &amount) &&
                   amount >= 1 && amount <= DAYS_MAX && span_cut(&words, ' ', &kind);
    if (!is_good || !read_kind(kind, out, amount) || !span_cut(&words, ' ', &in) ||
        !span_is(in, "in")) {
        finding_error(l->fs, "duration", n, "\"%s\" is no duration; %s", n->text.ptr,
                      day_hint);
        return false;
    }
    out->calendar = calendar_find(l, span_trim(words), n);
    if (!out->calendar)
        return false;
    struct span part;
    while (rest.ptr && span_cut(&rest, ',', &part))
        if (!read_modifier(l, n, span_trim(part), out))
            return false;
    bool is_days = out->kind == SPAN_CALENDAR_DAYS || out->kind == SPAN_BUSINESS_DAYS;
    if (!is_days && (out->is_first_day_counted || out->is_to_end_of_day || out->roll)) {
        finding_error(l->fs, "duration", n,
                      "only days can count the first day or run to the end of the day");
        return false;
    }
    return true;
}

/* The midnight that ends the local day of an instant, after moving on to an open day when
 * asked to. */
static int64_t end_of_day(const struct duration *d, int64_t instant_us) {
    const struct zone *zone = d->calendar->zone;
    int32_t day = civil_day_of_us(zone_wall_us(zone, instant_us));
    if (d->roll)
        for (int i = 0; i < 31 && calendar_closed_because(d->roll, day); i++)
            day++;
    return zone_instant_us(zone, (day + 1) * US_PER_DAY, NULL);
}

int64_t duration_nominal(const struct duration *d, int64_t start_us) {
    int64_t n = d->amount - (d->is_first_day_counted ? 1 : 0);
    switch (d->kind) {
    case SPAN_ELAPSED:
        break;
    case SPAN_BUSINESS_HOURS:
        return calendar_add_open(d->calendar, start_us, d->amount);
    case SPAN_CALENDAR_DAYS:
        return calendar_add_days(d->calendar, start_us, n);
    case SPAN_BUSINESS_DAYS:
        return n == 0 ? start_us : calendar_add_open_days(d->calendar, start_us, n);
    }
    return start_us + d->amount;
}

bool duration_equal(const struct duration *a, const struct duration *b) {
    return a->kind == b->kind && a->amount == b->amount && a->calendar == b->calendar &&
           a->is_first_day_counted == b->is_first_day_counted &&
           a->is_to_end_of_day == b->is_to_end_of_day && a->roll == b->roll;
}

int64_t duration_finish(const struct duration *d, int64_t nominal_us) {
    if (nominal_us == POLICY_NO_INSTANT || (!d->is_to_end_of_day && !d->roll))
        return nominal_us;
    return end_of_day(d, nominal_us);
}

int64_t duration_after(const struct duration *d, int64_t start_us) {
    return duration_finish(d, duration_nominal(d, start_us));
}

int64_t duration_counted(const struct duration *d, int64_t from_us, int64_t to_us) {
    switch (d->kind) {
    case SPAN_ELAPSED:
        break;
    case SPAN_BUSINESS_HOURS:
    case SPAN_BUSINESS_DAYS:
        return calendar_open_between(d->calendar, from_us, to_us);
    case SPAN_CALENDAR_DAYS:
        return zone_wall_us(d->calendar->zone, to_us) -
               zone_wall_us(d->calendar->zone, from_us);
    }
    return to_us - from_us;
}

int64_t duration_advance(const struct duration *d, int64_t from_us, int64_t counted_us) {
    switch (d->kind) {
    case SPAN_ELAPSED:
        break;
    case SPAN_BUSINESS_HOURS:
    case SPAN_BUSINESS_DAYS:
        return calendar_add_open(d->calendar, from_us, counted_us);
    case SPAN_CALENDAR_DAYS:
        return zone_instant_us(d->calendar->zone,
                               zone_wall_us(d->calendar->zone, from_us) + counted_us,
                               NULL);
    }
    return from_us + counted_us;
}
