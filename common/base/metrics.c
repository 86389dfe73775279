/*
 * metrics.c: storage and text exposition of the table in metrics.h.
 *
 * Values are plain integers, changed and read by one thread: the worker's loop answers
 * its own HTTP requests. The sum of a histogram is a double, because ages of replayed
 * events (years, in microseconds) would leave 64 bits behind after some ten thousand.
 */
#include "common/base/metrics.h"

#include "common/base/clock.h"
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

/* Microseconds as seconds, exactly: 1500000 is "1.5". */
static void put_seconds(struct builder *out, int64_t us) {
    char text[40];
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    int n = snprintf(text, sizeof text, "%s%llu.%06llu", us < 0 ? "-" : "",
                     (unsigned long long)(size / 1000000),
                     (unsigned long long)(size % 1000000));
    while (n > 0 && text[n - 1] == '0')
        n--;
    if (n > 0 && text[n - 1] == '.')
        n--;
    build_bytes(out, text, (size_t)n);
}

static void put_label_value(struct builder *out, const char *text) {
    build_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            build_char(out, '\\');
        if (*text == '\n')
            build_text(out, "\\n");
        else
            build_char(out, *text);
    }
    build_char(out, '"');
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
            put_seconds(out, bounds[i]);
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
            put_seconds(out, values[m].number);
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

/* The four families keep the names and labels of Burrow's and of kafka-lag-exporter's
 * dashboards. */
enum family { GROUP_OFFSET, GROUP_LAG, GROUP_LAG_SECONDS, TOPIC_OFFSET, FAMILY_COUNT };

static const struct {
    const char *name;
    const char *group_label; /* NULL: the group is no label */
    const char *help;
} families[FAMILY_COUNT] = {
    [GROUP_OFFSET] = {"kafka_consumergroup_current_offset", "consumergroup",
                      "Next offset to apply, as committed in Postgres"},
    [GROUP_LAG] =
        {"kafka_consumergroup_lag", "consumergroup",
         "Messages between the committed position and the end of the partition"},
    [GROUP_LAG_SECONDS] = {"kafka_consumergroup_group_lag_seconds", "group",
                           "Age of the oldest record that is not yet committed"},
    [TOPIC_OFFSET] = {"kafka_topic_partition_current_offset", NULL,
                      "End of the partition"},
};

static bool is_known(enum family f, const struct partition_metric *p) {
    switch (f) {
    case GROUP_OFFSET:
        return p->position >= 0;
    case GROUP_LAG:
        return p->position >= 0 && p->end >= 0;
    case GROUP_LAG_SECONDS:
        return true;
    case TOPIC_OFFSET:
        return p->end >= 0;
    case FAMILY_COUNT:
        break;
    }
    return false;
}

static void put_partition_value(struct builder *out, enum family f,
                                const struct partition_metric *p, int64_t now_us) {
    /* The end is heard earlier than the position moves; behind it there is no negative
     * lag. */
    int64_t lag = p->end > p->position ? p->end - p->position : 0;
    int64_t age_us =
        p->oldest_us > 0 && p->oldest_us < now_us ? now_us - p->oldest_us : 0;
    switch (f) {
    case GROUP_OFFSET:
        build_i64(out, p->position);
        return;
    case GROUP_LAG:
        build_i64(out, lag);
        return;
    case GROUP_LAG_SECONDS:
        put_seconds(out, age_us);
        return;
    case TOPIC_OFFSET:
        build_i64(out, p->end);
        return;
    case FAMILY_COUNT:
        break;
    }
}

static void expose_family(struct builder *out, enum family f, int64_t now_us) {
    bool has_head = false;
    for (size_t i = 0; i < partitions.n; i++) {
        const struct partition_metric *p = &partitions.items[i];
        if (!is_known(f, p))
            continue;
        if (!has_head)
            put_head(out, families[f].name, "gauge", families[f].help);
        has_head = true;
        build_format(out, "%s{", families[f].name);
        if (families[f].group_label) {
            build_format(out, "%s=", families[f].group_label);
            put_label_value(out, partitions.group);
            build_char(out, ',');
        }
        build_text(out, "topic=");
        put_label_value(out, p->topic);
        build_format(out, ",partition=\"%d\"} ", (int)p->partition);
        put_partition_value(out, f, p, now_us);
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
    for (unsigned f = 0; f < FAMILY_COUNT; f++)
        expose_family(out, (enum family)f, now_us);
}
