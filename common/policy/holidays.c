/* holidays.c: the small part of iCalendar (RFC 5545) that holiday files use. */
#include "common/policy/holidays.h"

#include "common/policy/civil.h"

#include <stdlib.h>

enum { HOLIDAYS_MAX = 4096, ICS_LINE_MAX = 1024, HOLIDAY_SPAN_MAX = 31 };

struct ics {
    struct arena *a;
    const struct source *source;
    struct findings *fs;
    struct holiday *items, *workdays;
    int n, n_workdays;
    /* the open VEVENT */
    bool is_inside, is_cancelled, is_observance, is_workday;
    int32_t start, end;
    const char *summary;
    int line;
};

/* Unfolds one content line (a line that begins with a blank continues the one before). */
static bool next_line(struct span *rest, char buffer[ICS_LINE_MAX], size_t *len,
                      int *line) {
    struct span part;
    if (!span_cut(rest, '\n', &part))
        return false;
    *len = 0;
    for (;;) {
        ++*line;
        if (part.len > 0 && part.ptr[part.len - 1] == '\r')
            part.len--;
        size_t room = ICS_LINE_MAX - *len;
        size_t take = part.len < room ? part.len : room;
        memcpy(buffer + *len, part.ptr, take);
        *len += take;
        if (!rest->ptr || rest->len == 0 || (rest->ptr[0] != ' ' && rest->ptr[0] != '\t'))
            return true;
        rest->ptr++;
        rest->len--;
        if (!span_cut(rest, '\n', &part))
            return true;
    }
}

static void complain(struct ics *x, const char *what) {
    finding_at(x->fs, "holidays", x->source, x->line, 1, "%s", what);
}

static bool parse_date(struct span v, int32_t *out) {
    if (v.len < 8)
        return false;
    char text[11] = {v.ptr[0], v.ptr[1], v.ptr[2], v.ptr[3], '-', v.ptr[4],
                     v.ptr[5], '-',      v.ptr[6], v.ptr[7], 0};
    return civil_parse((struct span){text, 10}, out);
}

static bool has_category(struct span value, const char *wanted) {
    struct span one;
    while (span_cut(&value, ',', &one))
        if (span_equal_nocase(span_trim(one), span_of(wanted)))
            return true;
    return false;
}

static void end_event(struct ics *x) {
    x->is_inside = false;
    if (x->start == INT32_MIN) {
        complain(x, "an event without a whole-day DTSTART: a clock change or an "
                    "appointment is no holiday");
        return;
    }
    if (x->is_cancelled || (x->is_observance && !x->is_workday))
        return;
    int32_t end = x->end == INT32_MIN ? x->start + 1 : x->end;
    if (end <= x->start || end - x->start > HOLIDAY_SPAN_MAX) {
        complain(x, "an event that ends before it begins, or lasts longer than a month");
        return;
    }
    for (int32_t d = x->start; d < end; d++) {
        int *n = x->is_workday ? &x->n_workdays : &x->n;
        if (*n == HOLIDAYS_MAX) {
            complain(x, "more than 4096 holidays in one file");
            return;
        }
        (x->is_workday ? x->workdays : x->items)[(*n)++] =
            (struct holiday){d, x->summary ? x->summary : ""};
    }
}

static void take_line(struct ics *x, struct span line) {
    struct span value = line, name;
    if (!span_cut(&value, ':', &name))
        return;
    struct span params = name, key;
    (void)span_cut(&params, ';', &key);
    if (span_is(key, "BEGIN") && span_is(value, "VEVENT")) {
        x->is_inside = true;
        x->is_cancelled = x->is_observance = x->is_workday = false;
        x->start = x->end = INT32_MIN;
        x->summary = NULL;
    } else if (!x->is_inside) {
        return;
    } else if (span_is(key, "END") && span_is(value, "VEVENT")) {
        end_event(x);
    } else if (span_is(key, "DTSTART")) {
        if (value.len != 8 || !parse_date(value, &x->start))
            x->start = INT32_MIN;
    } else if (span_is(key, "DTEND")) {
        if (!parse_date(value, &x->end))
            complain(x, "DTEND is no date");
    } else if (span_is(key, "SUMMARY")) {
        x->summary = span_cstr(x->a, value);
    } else if (span_is(key, "STATUS")) {
        x->is_cancelled = span_equal_nocase(value, SPAN("CANCELLED"));
    } else if (span_is(key, "CATEGORIES")) {
        x->is_observance = !has_category(value, "HOLIDAY");
        x->is_workday = has_category(value, "WORKDAY");
    } else if (span_is(key, "RRULE") || span_is(key, "RDATE")) {
        complain(
            x,
            "repeating events are not taken: list each year's day, moved ones included");
    }
}

static int compare_days(const void *a, const void *b) {
    const struct holiday *x = a, *y = b;
    return x->day < y->day ? -1 : x->day > y->day;
}

/* Sorts, and leaves each day once; gives how many there are. */
static int sort_days(struct holiday *days, int n) {
    int kept = 0;
    if (n > 0)
        qsort(days, (size_t)n, sizeof *days, compare_days);
    for (int i = 0; i < n; i++)
        if (kept == 0 || days[kept - 1].day != days[i].day)
            days[kept++] = days[i];
    return kept;
}

struct holidays *holidays_read(struct arena *a, const char *name,
                               const struct source *source, struct findings *fs) {
    int errors_before = fs->n_errors;
    struct ics x = {.a = a, .source = source, .fs = fs};
    x.items = arena_array(a, HOLIDAYS_MAX, sizeof *x.items);
    x.workdays = arena_array(a, HOLIDAYS_MAX, sizeof *x.workdays);
    if (!span_is_text(source->text)) {
        complain(&x, "the file is not valid UTF-8");
        return NULL;
    }
    struct span rest = source->text;
    char buffer[ICS_LINE_MAX];
    size_t len;
    int line = 0;
    while (next_line(&rest, buffer, &len, &line)) {
        x.line = line;
        take_line(&x, (struct span){buffer, len});
    }
    if (x.is_inside || x.n == 0) {
        complain(&x, x.is_inside ? "the file ends inside an event"
                                 : "the file holds no holiday");
    }
    if (fs->n_errors > errors_before)
        return NULL;
    struct holidays *h = arena_zalloc(a, sizeof *h);
    h->name = name;
    h->items = x.items;
    h->n = sort_days(x.items, x.n);
    h->workdays = x.workdays;
    h->n_workdays = sort_days(x.workdays, x.n_workdays);
    h->first_year = civil_of(h->items[0].day).year;
    h->last_year = civil_of(h->items[h->n - 1].day).year;
    return h;
}

static const struct holiday *find_day(const struct holiday *days, int n, int32_t day) {
    int lo = 0, hi = n;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (days[mid].day < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && days[lo].day == day ? &days[lo] : NULL;
}

const char *holidays_name(const struct holidays *h, int32_t day) {
    const struct holiday *found = h ? find_day(h->items, h->n, day) : NULL;
    return found ? found->name : NULL;
}

bool holidays_is_worked(const struct holidays *h, int32_t day) {
    return h && find_day(h->workdays, h->n_workdays, day) != NULL;
}
