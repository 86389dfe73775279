/* calendars.c: reads `calendars:`: zones, weekly hours, holidays, closed ranges. */
#include "common/base/suggest.h"
#include "common/policy/civil.h"
#include "common/policy/desk.h"
#include "common/policy/files.h"
#include "common/policy/schema.h"

#include "common/base/clock.h"

#include <stdio.h>

static const char *const weekday_names[] = {"mon", "tue", "wed", "thu",
                                            "fri", "sat", "sun", NULL};

/* What is read on with where no zone can be had: the load fails, but only at its end. */
static struct zone_segment since_ever = {INT64_MIN, 0};
static const struct zone utc = {.name = "UTC", .segments = &since_ever, .n_segments = 1};

const struct zone *zone_find(struct loader *l, struct span name, const struct node *at) {
    for (int i = 0; i < l->p->n_zones; i++)
        if (span_is(name, l->p->zones[i]->name))
            return l->p->zones[i];
    enum { ZONES_MAX = 64 };
    if (!l->p->zones)
        l->p->zones = arena_array(l->a, ZONES_MAX, sizeof(struct zone *));
    struct error err;
    struct zone *z;
    if (l->p->n_zones == ZONES_MAX) {
        finding_error(l->fs, "zone", at, "more than 64 time zones");
        return &utc;
    }
    if (zone_load(l->a, NULL, span_cstr(l->scratch, name), &z, &err) != ST_OK) {
        finding_error(l->fs, "zone", at,
                      "the time zone \"%.*s\" is not known to this system: %s",
                      SPAN_ARGS(name), err.text);
        return &utc;
    }
    l->p->zones[l->p->n_zones++] = z;
    return z;
}

bool instant_read(struct loader *l, const struct node *n, int64_t *out_us) {
    int32_t day;
    if (n->kind == NODE_SCALAR && civil_parse(n->text, &day)) {
        *out_us = zone_instant_us(l->zone, day * US_PER_DAY, NULL);
        return true;
    }
    if (n->kind == NODE_SCALAR && civil_parse_instant(n->text, out_us))
        return true;
    finding_error(
        l->fs, "date", n,
        "write a date such as 2026-11-20, or an instant with its offset such as "
        "2026-11-20T12:00+09:00");
    return false;
}

const struct calendar *calendar_find(struct loader *l, struct span name,
                                     const struct node *at) {
    struct suggestion s = suggest_for(name);
    for (int i = 0; i < l->p->n_calendars; i++) {
        if (span_is(name, l->p->calendars[i]->name))
            return l->p->calendars[i];
        suggest_consider(&s, l->p->calendars[i]->name);
    }
    finding_error(l->fs, "unknown-calendar", at, "there is no calendar \"%.*s\"%s",
                  SPAN_ARGS(name), suggest_text(&s));
    return NULL;
}

/* "09:00": minutes from midnight, up to 24:00; -1 when it is no time of day. */
static int parse_minute(const char *t) {
    for (int i = 0; i < 5; i++)
        if (i == 2 ? t[i] != ':' : t[i] < '0' || t[i] > '9')
            return -1;
    int hour = (t[0] - '0') * 10 + (t[1] - '0'),
        minute = (t[3] - '0') * 10 + (t[4] - '0');
    return minute > 59 || hour * 60 + minute > 1440 ? -1 : hour * 60 + minute;
}

/* "09:00-12:00" */
static bool read_part(struct loader *l, const struct node *n, struct day_hours *h) {
    bool is_shaped = n->kind == NODE_SCALAR && n->text.len == 11 && n->text.ptr[5] == '-';
    int from = is_shaped ? parse_minute(n->text.ptr) : -1;
    int to = is_shaped ? parse_minute(n->text.ptr + 6) : -1;
    if (from < 0 || to <= from) {
        finding_error(
            l->fs, "hours", n,
            "opening hours read 09:00-12:00; a night is two parts, 22:00-24:00 and "
            "00:00-06:00 of the next day");
        return false;
    }
    if (h->n == CALENDAR_DAY_PARTS || (h->n > 0 && from < h->parts[h->n - 1].to_min)) {
        finding_error(l->fs, "hours", n,
                      "the parts of a day must follow each other, at most 6");
        return false;
    }
    if (to == 1439) {
        finding_error(l->fs, "hours", n,
                      "23:59 leaves out the last minute of the day: write 24:00");
    }
    h->parts[h->n].from_min = from;
    h->parts[h->n++].to_min = to;
    return true;
}

/* "mon-fri", "sat": first and last weekday. */
static bool read_weekdays(struct loader *l, const struct node *key, int *first,
                          int *last) {
    struct span rest = key->text, a = {0}, b = {0};
    (void)span_cut(&rest, '-', &a);
    b = rest.ptr ? rest : a;
    *first = *last = -1;
    for (int i = 0; weekday_names[i]; i++) {
        *first = span_is(a, weekday_names[i]) ? i : *first;
        *last = span_is(b, weekday_names[i]) ? i : *last;
    }
    if (*first < 0 || *last < *first) {
        finding_error(l->fs, "hours", key, "days read mon, tue ... sun or mon-fri");
        return false;
    }
    return true;
}

static void read_open(struct loader *l, struct calendar *c, const struct node *n) {
    if (node_is(n, "always")) {
        c->is_always = true;
        return;
    }
    if (n->kind != NODE_MAP) {
        finding_error(l->fs, "hours", n,
                      "\"open\" is \"always\" or a mapping of days to hours");
        return;
    }
    NODE_EACH(days, n) {
        struct day_hours h = {0};
        int first, last;
        bool is_good = read_weekdays(l, days->key, &first, &last);
        NODE_WORDS(part, days) {
            is_good = read_part(l, part, &h) && is_good;
        }
        for (int d = first; is_good && d <= last; d++) {
            if (c->week[d].n > 0) {
                finding_error(l->fs, "hours", days->key, "%s stands twice",
                              weekday_names[d]);
            }
            c->week[d] = h;
        }
    }
}

/* "2026-12-29..2027-01-03" or one date */
static void read_closed(struct loader *l, struct calendar *c, const struct node *list) {
    c->closed = arena_array(l->a, (size_t)list->count + 1, sizeof *c->closed);
    NODE_WORDS(n, list) {
        struct closed_range r = {0};
        struct span a = n->text, b = n->text;
        const char *dots = n->kind == NODE_SCALAR ? strstr(n->text.ptr, "..") : NULL;
        if (dots) {
            a = (struct span){n->text.ptr, (size_t)(dots - n->text.ptr)};
            b = span_of(dots + 2);
        }
        if (n->kind != NODE_SCALAR || !civil_parse(a, &r.first) ||
            !civil_parse(b, &r.last) || r.last < r.first) {
            finding_error(l->fs, "date", n,
                          "a closed range reads 2026-12-29..2027-01-03");
            continue;
        }
        c->closed[c->n_closed++] = r;
    }
}

static const struct holidays *find_holidays(struct loader *l, const struct node *n) {
    const char *name = schema_word(l, n, "holidays");
    if (!name)
        return NULL;
    for (int i = 0; i < l->p->n_holidays; i++)
        if (strcmp(l->p->holidays[i]->name, name) == 0)
            return l->p->holidays[i];
    char path[600], shown[128];
    snprintf(shown, sizeof shown, "calendars/%s.ics", name);
    snprintf(path, sizeof path, "%s/%s", l->dir, shown);
    struct source *source = NULL;
    if (strchr(name, '/') || !(source = file_read(l->scratch, path, shown))) {
        finding_error(l->fs, "holidays", n, "there is no file %s", shown);
        return NULL;
    }
    struct holidays *h = holidays_read(l->a, name, source, l->fs);
    enum { HOLIDAY_FILES_MAX = 64 };
    if (!l->p->holidays)
        l->p->holidays = arena_array(l->a, HOLIDAY_FILES_MAX, sizeof h);
    if (h && l->p->n_holidays < HOLIDAY_FILES_MAX)
        l->p->holidays[l->p->n_holidays++] = h;
    return h;
}

static struct calendar *read_calendar(struct loader *l, const struct node *n) {
    static const char *const keys[] = {"tz", "open", "holidays", "closed", "title", NULL};
    int errors_before = l->fs->n_errors;
    struct calendar *c = arena_zalloc(l->a, sizeof *c);
    c->name = span_cstr(l->a, n->key->text);
    c->at = n->key;
    if (!schema_map(l, n, "a calendar", keys))
        return c;
    const struct node *tz = node_get(n, "tz"), *open = node_get(n, "open"),
                      *holidays = node_get(n, "holidays"),
                      *closed = node_get(n, "closed");
    if (!tz || !open || tz->kind != NODE_SCALAR) {
        finding_error(l->fs, "schema", n, "a calendar needs \"tz\" and \"open\"");
        return c;
    }
    c->title = schema_text(l, n, "title", false);
    c->zone = zone_find(l, tz->text, tz);
    read_open(l, c, open);
    if (holidays)
        c->holidays = find_holidays(l, holidays);
    if (closed)
        read_closed(l, c, closed);
    if (c->is_always && (holidays || closed)) {
        finding_error(l->fs, "hours", n,
                      "what is always open has no holidays and no closed days");
    }
    if (l->fs->n_errors == errors_before) {
        calendar_compile(l->a, c);
        if (!c->is_always && c->n_spans == 0)
            finding_error(l->fs, "hours", n, "this calendar is never open");
    }
    return c;
}

void calendars_read(struct loader *l, const struct node *node) {
    if (node->kind != NODE_MAP) {
        finding_error(l->fs, "schema", node, "\"calendars\" must be a mapping");
        return;
    }
    if (!schema_room(l, node, l->p->n_calendars, node->count, POLICY_MAX_CALENDARS,
                     "calendars"))
        return;
    struct calendar **all =
        schema_extend(l, l->p->calendars, l->p->n_calendars, node->count, sizeof *all);
    l->p->calendars = all;
    NODE_EACH(n, node) {
        struct calendar *c = read_calendar(l, n);
        for (int i = 0; i < l->p->n_calendars; i++) {
            if (strcmp(all[i]->name, c->name) == 0) {
                finding_error(l->fs, "duplicate-name", n->key,
                              "the calendar \"%s\" stands in another file too", c->name);
            }
        }
        all[l->p->n_calendars++] = c;
    }
}
