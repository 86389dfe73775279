/*
 * metrics.c: storage and text exposition of the table in metrics.h.
 *
 * Values are plain integers, changed and read by one thread: the worker's loop answers
 * its own HTTP requests. The sum of a histogram is a double, because ages of replayed
 * events (years, in microseconds) would leave 64 bits behind after some ten thousand.
 */
#include "common/base/metrics.h"

#include "common/base/clock.h"
#include "common/base/series.h"
#include "common/base/version.h"

#include <stdio.h>
#include <stdlib.h>

enum kind { COUNTER, GAUGE, GAUGE_US, GAUGE_INSTANT, HISTOGRAM, HISTOGRAM_US };

static const struct row {
    enum kind kind;
    const char *name;
    const char *help;
} rows[] = {
#define X(id, kind, name, help) [id] = {kind, name, help},
    METRICS(X)
#undef X
};
_Static_assert(COUNT_OF(rows) == METRIC_COUNT, "each metric has a row");

/* Upper bounds, inclusive. From 0.5 ms, which is a good batch, to the day that most desks
 * promise. */
static const int64_t bounds_us[] = {
    500,
    1 * US_PER_MS,
    2500,
    5 * US_PER_MS,
    10 * US_PER_MS,
    25 * US_PER_MS,
    50 * US_PER_MS,
    100 * US_PER_MS,
    250 * US_PER_MS,
    500 * US_PER_MS,
    1 * US_PER_S,
    2500 * US_PER_MS,
    5 * US_PER_S,
    10 * US_PER_S,
    30 * US_PER_S,
    1 * US_PER_MIN,
    5 * US_PER_MIN,
    15 * US_PER_MIN,
    1 * US_PER_HOUR,
    6 * US_PER_HOUR,
    1 * US_PER_DAY,
};
static const int64_t bounds_count[] = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000};

#define BUCKETS_MAX 24 /* the longer of the two, and one for what lies beyond */
_Static_assert(COUNT_OF(bounds_us) < BUCKETS_MAX, "a bucket beyond the last bound");
_Static_assert(COUNT_OF(bounds_count) < BUCKETS_MAX, "a bucket beyond the last bound");

static struct value {
    int64_t number; /* of a histogram: how many were observed */
    bool is_set;    /* gauges only */
} values[METRIC_COUNT];

static struct {
    int64_t buckets[BUCKETS_MAX]; /* not cumulative; that is done by the exposition */
    double sum;
} histograms[METRIC_COUNT];

static int64_t errors[ERROR_CODE_COUNT];

static struct {
    char *group;
    struct partition_metric *items;
    size_t n, cap;
} partitions;

static bool is_histogram(enum metric m) {
    return rows[m].kind == HISTOGRAM || rows[m].kind == HISTOGRAM_US;
}

void metrics_add(enum metric m, int64_t n) {
    if (UNLIKELY(rows[m].kind != COUNTER))
        BUG("%s is no counter", rows[m].name);
    values[m].number += n;
}

void metrics_set(enum metric m, int64_t value) {
    if (UNLIKELY(rows[m].kind == COUNTER || is_histogram(m)))
        BUG("%s is no gauge", rows[m].name);
    values[m] = (struct value){value, true};
}

static const int64_t *bounds_of(enum metric m, size_t *n) {
    bool is_time = rows[m].kind == HISTOGRAM_US;
    *n = is_time ? COUNT_OF(bounds_us) : COUNT_OF(bounds_count);
    return is_time ? bounds_us : bounds_count;
}

void metrics_observe(enum metric m, int64_t value) {
    if (UNLIKELY(!is_histogram(m)))
        BUG("%s is no histogram", rows[m].name);
    if (value < 0)
        value = 0; /* the clock of a connector runs ahead of ours */
    size_t n;
    const int64_t *bounds = bounds_of(m, &n);
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (bounds[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    histograms[m].buckets[low]++;
    histograms[m].sum += (double)value;
    values[m].number++;
}

int64_t metrics_value(enum metric m) {
    return values[m].number;
}

void metrics_count_error(enum error_code code) {
    if ((unsigned)code >= ERROR_CODE_COUNT)
        BUG("no error code %u", (unsigned)code);
    errors[code]++;
}

void metrics_set_partitions(const char *group, const struct partition_metric *p,
                            size_t n) {
    if (!partitions.group || strcmp(partitions.group, group) != 0) {
        free(partitions.group);
        partitions.group = xstrdup(group);
    }
    if (n > partitions.cap) {
        partitions.items = xrealloc(partitions.items, n * sizeof *p);
        partitions.cap = n;
    }
    if (n > 0)
        memcpy(partitions.items, p, n * sizeof *p);
    partitions.n = n;
}

static void put_head(struct builder *out, const char *name, const char *type,
                     const char *help) {
    build_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void expose_histogram(struct builder *out, enum metric m) {
    const char *name = rows[m].name;
    bool is_time = rows[m].kind == HISTOGRAM_US;
    put_head(out, name, "histogram", rows[m].help);
    size_t n;
    const int64_t *bounds = bounds_of(m, &n);
    int64_t below = 0;
    for (size_t i = 0; i < n; i++) {
        below += histograms[m].buckets[i];
        build_format(out, "%s_bucket{le=\"", name);
        if (is_time)
            series_seconds(out, bounds[i]);
        else
            build_i64(out, bounds[i]);
        build_format(out, "\"} %lld\n", (long long)below);
    }
    long long count = (long long)values[m].number;
    build_format(out, "%s_bucket{le=\"+Inf\"} %lld\n", name, count);
    build_format(out, "%s_sum %.17g\n", name, histograms[m].sum / (is_time ? 1e6 : 1.0));
    build_format(out, "%s_count %lld\n", name, count);
}

static void expose_row(struct builder *out, enum metric m) {
    const struct row *r = &rows[m];
    switch (r->kind) {
    case COUNTER:
        put_head(out, r->name, "counter", r->help);
        build_format(out, "%s %lld\n", r->name, (long long)values[m].number);
        return;
    case GAUGE:
    case GAUGE_US:
    case GAUGE_INSTANT:
        if (!values[m].is_set)
            return;
        put_head(out, r->name, "gauge", r->help);
        build_format(out, "%s ", r->name);
        if (r->kind == GAUGE)
            build_i64(out, values[m].number);
        else
            series_seconds(out, values[m].number);
        build_char(out, '\n');
        return;
    case HISTOGRAM:
    case HISTOGRAM_US:
        expose_histogram(out, m);
        return;
    }
}

/* All codes from the start, so that a rate over the first error of its kind is not lost.
 */
static void expose_errors(struct builder *out) {
    put_head(out, "henpin_errors_total", "counter", "Errors disposed of, by code");
    for (unsigned code = 0; code < ERROR_CODE_COUNT; code++)
        build_format(out, "henpin_errors_total{code=\"%s\"} %lld\n",
                     error_token((enum error_code)code), (long long)errors[code]);
}

/* The series that a worker tells of its own partitions are the first of SERIES. */
static bool is_known(enum series s, const struct partition_metric *p) {
    return s == S_GROUP_OFFSET ? p->position >= 0
           : s == S_GROUP_LAG  ? p->position >= 0 && p->end >= 0
                               : s == S_GROUP_LAG_SECONDS || p->end >= 0;
}

static void put_partition_value(struct builder *out, enum series s,
                                const struct partition_metric *p, int64_t now_us) {
    if (s == S_GROUP_LAG_SECONDS) {
        bool waits = p->oldest_us > 0 && p->oldest_us < now_us;
        series_seconds(out, waits ? now_us - p->oldest_us : 0);
        return;
    }
    /* The end is heard earlier than the position moves; behind it there is no negative
     * lag. */
    int64_t lag = p->end > p->position ? p->end - p->position : 0;
    build_i64(out, s == S_GROUP_OFFSET ? p->position : s == S_GROUP_LAG ? lag : p->end);
}

static void expose_series(struct builder *out, enum series s, int64_t now_us) {
    bool has_head = false;
    for (size_t i = 0; i < partitions.n; i++) {
        const struct partition_metric *p = &partitions.items[i];
        if (!is_known(s, p))
            continue;
        if (!has_head)
            series_head(out, s);
        has_head = true;
        char number[12];
        snprintf(number, sizeof number, "%d", (int)p->partition);
        const char *const all[] = {partitions.group, p->topic, number};
        series_name(out, s, s == S_TOPIC_OFFSET ? all + 1 : all);
        put_partition_value(out, s, p, now_us);
        build_char(out, '\n');
    }
}

void metrics_expose(struct builder *out) {
    put_head(out, "henpin_build_info", "gauge", "1, labelled with the version that runs");
    build_text(out, "henpin_build_info{version=\"" HENPIN_VERSION "\"} 1\n");
    for (unsigned m = 0; m < METRIC_COUNT; m++)
        expose_row(out, (enum metric)m);
    expose_errors(out);
    int64_t now_us = clock_now_us();
    for (unsigned n = S_GROUP_OFFSET; n <= S_TOPIC_OFFSET; n++)
        expose_series(out, (enum series)n, now_us);
}
