/* tz.c: TZif (RFC 8536) and its POSIX footer become an array of segments. */
#include "common/policy/tz.h"

#include "common/base/clock.h"
#include "common/policy/civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ZONE_FILE_MAX = 64 << 10,
    ZONE_NAME_MAX = 64,
    ZONE_FIRST_YEAR = 1970,
    ZONE_LAST_YEAR = 2100,
    TZIF_HEADER = 44,
    SEGMENTS_MAX = 2048,
};
#define LATEST_TRANSITION_S INT64_C(4102444800) /* 2100-01-01 */

/* ---- the POSIX rule: EST5EDT,M3.2.0,M11.1.0 ---- */

struct rule_day {
    char
        kind; /* 'M' month.week.day, 'J' day 1..365 without 29 February, '0' day 0..365 */
    int month, week, day;
    int64_t time_s; /* local wall time of the change */
};

struct posix_rule {
    int64_t std_s, dst_s; /* offsets, local minus UTC */
    bool has_dst;
    struct rule_day start, end;
};

struct cursor {
    const char *p, *end;
};

static bool cursor_int(struct cursor *c, int64_t *out) {
    const char *start = c->p;
    *out = 0;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && c->p - start < 6)
        *out = *out * 10 + (*c->p++ - '0');
    return c->p > start;
}

static bool cursor_take(struct cursor *c, char wanted) {
    if (c->p < c->end && *c->p == wanted) {
        c->p++;
        return true;
    }
    return false;
}

static bool cursor_name(struct cursor *c) {
    const char *start = c->p;
    if (cursor_take(c, '<')) {
        while (c->p < c->end && *c->p != '>')
            c->p++;
        return cursor_take(c, '>');
    }
    while (c->p < c->end &&
           ((*c->p >= 'A' && *c->p <= 'Z') || (*c->p >= 'a' && *c->p <= 'z')))
        c->p++;
    return c->p - start >= 3;
}

/* [+-]h[h][:mm[:ss]]; the sign belongs to all of it. */
static bool cursor_time(struct cursor *c, int64_t *out_s) {
    bool is_negative = cursor_take(c, '-');
    if (!is_negative)
        (void)cursor_take(c, '+');
    int64_t h, m = 0, s = 0;
    if (!cursor_int(c, &h))
        return false;
    if (cursor_take(c, ':') && !cursor_int(c, &m))
        return false;
    if (cursor_take(c, ':') && !cursor_int(c, &s))
        return false;
    *out_s = h * 3600 + m * 60 + s;
    if (is_negative)
        *out_s = -*out_s;
    return true;
}

static bool cursor_rule_day(struct cursor *c, struct rule_day *d) {
    int64_t a = 0, b = 0, e = 0;
    if (!cursor_take(c, ','))
        return false;
    if (cursor_take(c, 'M')) {
        d->kind = 'M';
        if (!cursor_int(c, &a) || !cursor_take(c, '.') || !cursor_int(c, &b) ||
            !cursor_take(c, '.') || !cursor_int(c, &e) || a < 1 || a > 12 || b < 1 ||
            b > 5 || e > 6)
            return false;
        d->month = (int)a;
        d->week = (int)b;
        d->day = (int)e;
    } else {
        d->kind = cursor_take(c, 'J') ? 'J' : '0';
        if (!cursor_int(c, &a) || a > 365)
            return false;
        d->day = (int)a;
    }
    d->time_s = 2 * 3600;
    return !cursor_take(c, '/') || cursor_time(c, &d->time_s);
}

static bool parse_rule(struct span text, struct posix_rule *r) {
    struct cursor c = {text.ptr, text.ptr + text.len};
    memset(r, 0, sizeof *r);
    if (!cursor_name(&c) || !cursor_time(&c, &r->std_s))
        return false;
    r->std_s = -r->std_s; /* POSIX counts west of Greenwich */
    if (c.p == c.end)
        return true;
    r->has_dst = true;
    r->dst_s = r->std_s + 3600;
    if (!cursor_name(&c))
        return false;
    if (c.p < c.end && *c.p != ',') {
        if (!cursor_time(&c, &r->dst_s))
            return false;
        r->dst_s = -r->dst_s;
    }
    return cursor_rule_day(&c, &r->start) && cursor_rule_day(&c, &r->end) && c.p == c.end;
}

/* Day number of the rule's day in a year. */
static int32_t rule_day_in(const struct rule_day *d, int year) {
    if (d->kind == 'M') {
        int32_t first = civil_days(year, d->month, 1);
        int sunday_based = (civil_weekday(first) + 1) % 7;
        int32_t day = first + (d->day - sunday_based + 7) % 7 + (d->week - 1) * 7;
        int32_t next_month = d->month == 12 ? civil_days(year + 1, 1, 1)
                                            : civil_days(year, d->month + 1, 1);
        return day >= next_month ? day - 7 : day;
    }
    int32_t first = civil_days(year, 1, 1);
    if (d->kind == '0')
        return first + d->day;
    bool is_leap = civil_is_valid(year, 2, 29);
    return first + d->day - 1 + (is_leap && d->day >= 60 ? 1 : 0);
}

/* ---- segments ---- */

struct segments {
    struct zone_segment items[SEGMENTS_MAX];
    int n;
};

static bool segments_add(struct segments *s, int64_t from_s, int64_t offset_s) {
    int64_t offset_us = offset_s * US_PER_S;
    if (s->n > 0 && s->items[s->n - 1].offset_us == offset_us)
        return true; /* a change of name only */
    if (s->n == SEGMENTS_MAX)
        return false;
    s->items[s->n++] = (struct zone_segment){from_s * US_PER_S, offset_us};
    return true;
}

static bool expand_rule(struct segments *s, const struct posix_rule *r, int64_t after_s) {
    if (!r->has_dst)
        return segments_add(s, after_s, r->std_s);
    for (int year = ZONE_FIRST_YEAR; year <= ZONE_LAST_YEAR; year++) {
        int64_t on =
            rule_day_in(&r->start, year) * INT64_C(86400) + r->start.time_s - r->std_s;
        int64_t off =
            rule_day_in(&r->end, year) * INT64_C(86400) + r->end.time_s - r->dst_s;
        bool is_south = off < on;
        int64_t first = is_south ? off : on, second = is_south ? on : off;
        if (first > after_s && !segments_add(s, first, is_south ? r->std_s : r->dst_s))
            return false;
        if (second > after_s && !segments_add(s, second, is_south ? r->dst_s : r->std_s))
            return false;
    }
    return true;
}

/* ---- TZif ---- */

struct tzif {
    const unsigned char *times, *types, *type_rows;
    uint32_t n_times, n_types;
    size_t size; /* of the whole block */
};

static int64_t be(const unsigned char *p, int n) {
    uint64_t v = (p[0] & 0x80) ? UINT64_MAX : 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return (int64_t)v;
}

/* A data block whose times take `width` bytes (4 or 8). */
static bool tzif_block(struct span f, size_t at, size_t width, struct tzif *out) {
    if (at + TZIF_HEADER > f.len || memcmp(f.ptr + at, "TZif", 4) != 0)
        return false;
    const unsigned char *h = (const unsigned char *)f.ptr + at;
    size_t isut = (size_t)be(h + 20, 4), isstd = (size_t)be(h + 24, 4),
           leap = (size_t)be(h + 28, 4), times = (size_t)be(h + 32, 4),
           types = (size_t)be(h + 36, 4), chars = (size_t)be(h + 40, 4);
    size_t limit = ZONE_FILE_MAX;
    if (isut > limit || isstd > limit || leap > limit || times > limit || types > limit ||
        chars > limit || types == 0)
        return false;
    out->size = TZIF_HEADER + times * width + times + types * 6 + chars +
                leap * (width + 4) + isstd + isut;
    if (at + out->size > f.len)
        return false;
    out->times = h + TZIF_HEADER;
    out->types = out->times + times * width;
    out->type_rows = out->types + times;
    out->n_times = (uint32_t)times;
    out->n_types = (uint32_t)types;
    return true;
}

static bool compile(struct span file, struct segments *s) {
    struct tzif v1, v2;
    if (!tzif_block(file, 0, 4, &v1) || file.ptr[4] < '2' ||
        !tzif_block(file, v1.size, 8, &v2))
        return false;
    if (!segments_add(s, INT64_MIN / US_PER_S, be(v2.type_rows, 4)))
        return false;
    int64_t last = INT64_MIN / US_PER_S;
    for (uint32_t i = 0; i < v2.n_times; i++) {
        int64_t at = be(v2.times + (size_t)i * 8, 8);
        unsigned type = v2.types[i];
        if (type >= v2.n_types || at < last)
            return false;
        if (at > LATEST_TRANSITION_S)
            break;
        if (at < last || at < INT64_MIN / US_PER_S)
            at = last;
        last = at;
        if (!segments_add(s, at, be(v2.type_rows + (size_t)type * 6, 4)))
            return false;
    }
    struct span footer = {file.ptr + v1.size + v2.size, file.len - v1.size - v2.size};
    footer = span_trim(footer);
    struct posix_rule rule;
    if (footer.len == 0)
        return true;
    return parse_rule(footer, &rule) && expand_rule(s, &rule, last);
}

static enum status read_zone_file(const char *path, char *buffer, size_t size,
                                  size_t *len, struct error *err) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return error_set(err, E_FILE, "could not read the time zone file \"%s\"", path);
    *len = fread(buffer, 1, size, f);
    fclose(f);
    return ST_OK;
}

static bool name_is_safe(const char *name) {
    size_t len = strlen(name);
    return len > 0 && len < ZONE_NAME_MAX && name[0] != '/' && !strstr(name, "..") &&
           strspn(name,
                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
               len;
}

/* ---- looking up ---- */

enum { STRETCH_BITS = 43, STRETCHES = 470 }; /* to 2100 */

/* From a stretch's first segment it is a step or two. */
static int segment_at(const struct zone *z, int64_t instant_us) {
    int64_t stretch = instant_us >> STRETCH_BITS;
    int lo = 0, hi = z->n_segments - 1;
    if (stretch >= 0 && stretch < z->n_first) {
        lo = z->first[stretch];
        while (lo < hi && z->segments[lo + 1].from_us <= instant_us)
            lo++;
        return lo;
    }
    while (lo < hi) {
        int mid = (lo + hi + 1) / 2;
        if (z->segments[mid].from_us <= instant_us)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}

static void index_stretches(struct arena *a, struct zone *z) {
    uint16_t *first = arena_array(a, STRETCHES, sizeof *first);
    for (int64_t i = 0; i < STRETCHES; i++)
        first[i] = (uint16_t)segment_at(z, i << STRETCH_BITS);
    z->first = first;
    z->n_first = STRETCHES;
}

enum status zone_load(struct arena *a, const char *dir, const char *name,
                      struct zone **out, struct error *err) {
    if (!name_is_safe(name))
        return error_set(err, E_FILE, "\"%s\" is no time zone name", name);
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir ? dir : "/usr/share/zoneinfo", name);
    char *buffer = xmalloc(ZONE_FILE_MAX);
    struct segments *s = xcalloc(1, sizeof *s);
    size_t len = 0;
    enum status status = read_zone_file(path, buffer, ZONE_FILE_MAX, &len, err);
    if (status == ST_OK && !compile((struct span){buffer, len}, s)) {
        status = error_set(err, E_FILE,
                           "\"%s\" is not a time zone file of version 2 or later", path);
    }
    if (status == ST_OK) {
        struct zone *z = arena_zalloc(a, sizeof *z);
        z->name = span_cstr(a, span_of(name));
        z->n_segments = s->n;
        z->segments = arena_array(a, (size_t)s->n, sizeof *z->segments);
        memcpy(z->segments, s->items, (size_t)s->n * sizeof *z->segments);
        z->segments[0].from_us = INT64_MIN;
        index_stretches(a, z);
        *out = z;
    }
    free(s);
    free(buffer);
    return status;
}

int64_t zone_offset_us(const struct zone *z, int64_t instant_us) {
    return z->segments[segment_at(z, instant_us)].offset_us;
}

/* Candidates come in the order of the segments, so the first one that lies in its own
 * segment is the earliest. A skipped wall time lies in none: then the larger offset, the
 * one after the jump, gives the earlier instant. */
int64_t zone_instant_us(const struct zone *z, int64_t wall_us, enum wall_kind *kind) {
    int k = segment_at(z, wall_us - 26 * US_PER_HOUR);
    int64_t found = INT64_MIN;
    enum wall_kind what = WALL_SKIPPED;
    for (; k < z->n_segments; k++) {
        const struct zone_segment *s = &z->segments[k];
        int64_t candidate = wall_us - s->offset_us;
        if (candidate < s->from_us) {
            if (found == INT64_MIN)
                found = candidate;
            break;
        }
        bool is_inside = k + 1 == z->n_segments || candidate < z->segments[k + 1].from_us;
        if (is_inside && what == WALL_SKIPPED) {
            found = candidate;
            what = WALL_UNIQUE;
        } else if (is_inside) {
            what = WALL_TWICE;
        }
    }
    if (kind)
        *kind = what;
    return found;
}
