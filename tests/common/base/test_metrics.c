/* test_metrics.c: the exposition as Prometheus reads it. */
#include "common/base/metrics.h"

#include "common/base/clock.h"
#include "tests/common/base/harness.h"

static char page[65536];

static const char *expose(void) {
    struct builder b = builder_over(page, sizeof page - 1);
    metrics_expose(&b);
    assert_false(b.is_cut);
    page[b.len] = '\0';
    return page;
}

static void test_metrics__a_counter_stands_from_the_start_and_adds_up(void **state) {
    (void)state;
    assert_contains(expose(),
                    "# HELP henpin_messages_applied_total Messages whose effects were "
                    "committed\n# TYPE henpin_messages_applied_total counter\n"
                    "henpin_messages_applied_total 0\n");
    metrics_add(M_MESSAGES_APPLIED, 3);
    metrics_add(M_MESSAGES_APPLIED, 4);
    assert_int_equal(metrics_value(M_MESSAGES_APPLIED), 7);
    assert_contains(expose(), "\nhenpin_messages_applied_total 7\n");
}

static void test_metrics__an_unknown_gauge_is_absent(void **state) {
    (void)state;
    assert_lacks(expose(), "henpin_partitions_assigned");
    metrics_set(M_PARTITIONS, 0);
    assert_contains(expose(), "\nhenpin_partitions_assigned 0\n");
}

static void test_metrics__times_are_shown_in_exact_seconds(void **state) {
    (void)state;
    metrics_set(M_OLDEST_US, 1500000);
    assert_contains(expose(), "\nhenpin_oldest_uncommitted_seconds 1.5\n");
    metrics_set(M_OLDEST_US, 0);
    assert_contains(expose(), "\nhenpin_oldest_uncommitted_seconds 0\n");
    metrics_set(M_OLDEST_US, 20);
    assert_contains(expose(), "\nhenpin_oldest_uncommitted_seconds 0.00002\n");
    metrics_set(M_OLDEST_US, -2500000);
    assert_contains(expose(), "\nhenpin_oldest_uncommitted_seconds -2.5\n");
    metrics_set(M_LAST_COMMIT, INT64_C(1795143600000001));
    assert_contains(expose(),
                    "\nhenpin_last_commit_timestamp_seconds 1795143600.000001\n");
}

static void test_metrics__histogram_buckets_are_cumulative_and_inclusive(void **state) {
    (void)state;
    metrics_observe(M_BATCH_US, 500);
    metrics_observe(M_BATCH_US, 501);
    metrics_observe(M_BATCH_US,
                    -5); /* a clock that runs ahead counts as no time at all */
    metrics_observe(M_BATCH_US, 2 * US_PER_DAY);
    const char *text = expose();
    assert_contains(text, "# TYPE henpin_batch_seconds histogram\n"
                          "henpin_batch_seconds_bucket{le=\"0.0005\"} 2\n"
                          "henpin_batch_seconds_bucket{le=\"0.001\"} 3\n");
    assert_contains(text, "henpin_batch_seconds_bucket{le=\"86400\"} 3\n"
                          "henpin_batch_seconds_bucket{le=\"+Inf\"} 4\n"
                          "henpin_batch_seconds_sum 172800.00100");
    assert_contains(text, "\nhenpin_batch_seconds_count 4\n");
    assert_int_equal(metrics_value(M_BATCH_US), 4);
}

static void test_metrics__message_counts_have_their_own_buckets(void **state) {
    (void)state;
    metrics_observe(M_BATCH_MESSAGES, 1);
    metrics_observe(M_BATCH_MESSAGES, 100000);
    metrics_observe(M_BATCH_MESSAGES, 100001);
    const char *text = expose();
    assert_contains(text, "henpin_batch_messages_bucket{le=\"1\"} 1\n"
                          "henpin_batch_messages_bucket{le=\"2\"} 1\n");
    assert_contains(text,
                    "henpin_batch_messages_bucket{le=\"100000\"} 2\n"
                    "henpin_batch_messages_bucket{le=\"+Inf\"} 3\n"
                    "henpin_batch_messages_sum 200002\nhenpin_batch_messages_count 3\n");
}

static void test_metrics__a_million_old_events_do_not_overflow_the_sum(void **state) {
    (void)state;
    int64_t age_us = 16 * 365 * US_PER_DAY; /* invoices of 2010 */
    for (int i = 0; i < 1000000; i++)
        metrics_observe(M_EVENT_TO_COMMIT_US, age_us);
    assert_contains(expose(), "\nhenpin_event_to_commit_seconds_sum 50457600000000");
}

static void test_metrics__every_error_code_has_its_series(void **state) {
    (void)state;
    metrics_count_error(E_AVRO_SHORT);
    metrics_count_error(E_AVRO_SHORT);
    const char *text = expose();
    assert_contains(text, "# TYPE henpin_errors_total counter\n");
    assert_contains(text, "\nhenpin_errors_total{code=\"avro.short\"} 2\n");
    assert_contains(text, "\nhenpin_errors_total{code=\"pg.fenced\"} 0\n");
}

static void test_metrics__partitions_show_position_lag_and_age(void **state) {
    (void)state;
    clock_simulate(100 * US_PER_S);
    const struct partition_metric p[] = {
        {"returns", 0, .position = 90, .end = 100, .oldest_us = 97500000},
        {"returns", 1, .position = 5, .end = -1, .oldest_us = 0},
        {"re\"tu\\rns\n", 2, .position = 8, .end = 7, .oldest_us = 101 * US_PER_S},
    };
    metrics_set_partitions("g", p, COUNT_OF(p));
    const char *text = expose();
#define P0 "topic=\"returns\",partition=\"0\"} "
#define P1 "topic=\"returns\",partition=\"1\"} "
#define P2 "topic=\"re\\\"tu\\\\rns\\n\",partition=\"2\"} "
    assert_contains(text,
                    "kafka_consumergroup_current_offset{consumergroup=\"g\"," P0 "90\n"
                    "kafka_consumergroup_current_offset{consumergroup=\"g\"," P1 "5\n");
    assert_contains(text, "# TYPE kafka_consumergroup_lag gauge\n"
                          "kafka_consumergroup_lag{consumergroup=\"g\"," P0 "10\n"
                          "kafka_consumergroup_lag{consumergroup=\"g\"," P2 "0\n");
    assert_contains(text, "kafka_consumergroup_group_lag_seconds{group=\"g\"," P0 "2.5\n"
                          "kafka_consumergroup_group_lag_seconds{group=\"g\"," P1 "0\n"
                          "kafka_consumergroup_group_lag_seconds{group=\"g\"," P2 "0\n");
    assert_contains(text, "kafka_topic_partition_current_offset{" P0 "100\n");
    assert_lacks(text, "kafka_topic_partition_current_offset{" P1);
    metrics_set_partitions("g2", p, 1);
    text = expose();
    assert_contains(text, "{consumergroup=\"g2\"," P0);
    assert_lacks(text, P1);
    metrics_set_partitions("g2", NULL, 0);
    assert_lacks(expose(), "kafka_");
}

static void test_metrics__a_page_too_small_says_so(void **state) {
    (void)state;
    char small[100];
    struct builder b = builder_over(small, sizeof small);
    metrics_expose(&b);
    assert_true(b.is_cut);
}

/* Each sample line belongs to the family that the last TYPE line named, and no family
 * comes twice. */
static void test_metrics__the_page_is_well_formed(void **state) {
    (void)state;
    metrics_set_partitions("g", &(struct partition_metric){"t", 0, 1, 2, 0}, 1);
    struct span rest = span_of(expose()), line, family = {NULL, 0};
    size_t n_families = 0;
    assert_int_equal(page[strlen(page) - 1], '\n');
    while (span_cut(&rest, '\n', &line) && rest.ptr) {
        if (span_starts_with(line, SPAN("# HELP ")))
            continue;
        if (span_starts_with(line, SPAN("# TYPE "))) {
            struct span words = {line.ptr + 7, line.len - 7};
            assert_true(span_cut(&words, ' ', &family));
            assert_true(span_is(words, "counter") || span_is(words, "gauge") ||
                        span_is(words, "histogram"));
            n_families++;
            continue;
        }
        assert_true(span_starts_with(line, family));
        char *end;
        const char *value = memrchr(line.ptr, ' ', line.len);
        (void)strtod(value + 1, &end);
        assert_ptr_equal(end, line.ptr + line.len);
    }
    assert_in_range(n_families, 20, METRIC_COUNT + 6);
    metrics_set_partitions("g", NULL, 0);
}

static void test_metrics__names_follow_their_kind(void **state) {
    (void)state;
    static const struct {
        const char *kind, *name, *help;
    } rows[] = {
#define X(id, kind, name, help) {#kind, name, help},
        METRICS(X)
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *name = rows[i].name, *kind = rows[i].kind;
        assert_true(strncmp(name, "henpin_", 7) == 0);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
        bool is_total = strlen(name) > 6 && !strcmp(name + strlen(name) - 6, "_total");
        bool is_seconds =
            strlen(name) > 8 && !strcmp(name + strlen(name) - 8, "_seconds");
        bool is_time = strstr(kind, "_US") || strstr(kind, "_INSTANT");
        assert_int_equal(is_total, !strcmp(kind, "COUNTER"));
        assert_int_equal(is_seconds, is_time);
        assert_true(strlen(rows[i].help) > 0 &&
                    rows[i].help[strlen(rows[i].help) - 1] != '.');
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(name, rows[k].name);
    }
}

static void add_to_a_gauge(void) {
    metrics_add(M_PARTITIONS, 1);
}

static void set_a_counter(void) {
    metrics_set(M_MESSAGES_APPLIED, 1);
}

static void observe_a_counter(void) {
    metrics_observe(M_MESSAGES_APPLIED, 1);
}

static void test_metrics__the_wrong_verb_is_a_bug(void **state) {
    (void)state;
    assert_is_bug(add_to_a_gauge, "is no counter");
    assert_is_bug(set_a_counter, "is no gauge");
    assert_is_bug(observe_a_counter, "is no histogram");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics__a_counter_stands_from_the_start_and_adds_up),
        cmocka_unit_test(test_metrics__an_unknown_gauge_is_absent),
        cmocka_unit_test(test_metrics__times_are_shown_in_exact_seconds),
        cmocka_unit_test(test_metrics__histogram_buckets_are_cumulative_and_inclusive),
        cmocka_unit_test(test_metrics__message_counts_have_their_own_buckets),
        cmocka_unit_test(test_metrics__a_million_old_events_do_not_overflow_the_sum),
        cmocka_unit_test(test_metrics__every_error_code_has_its_series),
        cmocka_unit_test(test_metrics__partitions_show_position_lag_and_age),
        cmocka_unit_test(test_metrics__a_page_too_small_says_so),
        cmocka_unit_test(test_metrics__the_page_is_well_formed),
        cmocka_unit_test(test_metrics__names_follow_their_kind),
        cmocka_unit_test(test_metrics__the_wrong_verb_is_a_bug),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
