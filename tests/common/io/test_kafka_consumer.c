/* One consumer on the mock cluster: positions, lanes, restarts, ranges. Each test runs
 * both assignors side by side. */
#include "tests/common/io/kafka_fixture.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <unistd.h>

#define N_LANES 2

/* Two consumers, range and cooperative-sticky, each alone in its group. */
struct pair {
    rd_kafka_t *rk;
    rd_kafka_mock_cluster_t *cluster;
    const char *bootstrap;
    struct kafka_consumer *c[2];
    struct seen s[2];
};

static const char *const assignors[] = {"range", "cooperative-sticky"};

static void pair_broker(struct pair *t, int n_partitions) {
    *t = (struct pair){0};
    char why[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "0", why, sizeof why);
    t->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    t->cluster = rd_kafka_mock_cluster_new(t->rk, 1);
    t->bootstrap = rd_kafka_mock_cluster_bootstraps(t->cluster);
    assert_int_equal(rd_kafka_mock_topic_create(t->cluster, TOPIC, n_partitions, 1), 0);
}

static void pair_consumers(struct pair *t, int64_t queued_bytes) {
    for (size_t a = 0; a < 2; a++) {
        struct kafka_consumer_config config =
            fixture_config(t->bootstrap, assignors[a], N_LANES);
        config.queued_bytes = queued_bytes;
        t->c[a] = fixture_consumer(&config, &t->s[a]);
    }
}

static void pair_turn(struct pair *t, int only_lane) {
    size_t n = 0;
    for (size_t a = 0; a < 2; a++)
        n += fixture_turn(t->c[a], &t->s[a], N_LANES, only_lane);
    if (n == 0)
        usleep(1000);
}

static void pair_free(struct pair *t) {
    for (size_t a = 0; a < 2; a++) {
        kafka_consumer_free(t->c[a], 10 * US_PER_S);
        assert_int_equal(t->s[a].n_owned, 0);
        assert_int_equal(t->s[a].n_lost, 0);
    }
    rd_kafka_mock_cluster_destroy(t->cluster);
    rd_kafka_destroy(t->rk);
}

static bool both_took(const struct pair *t, int64_t n) {
    return t->s[0].n_taken >= n && t->s[1].n_taken >= n;
}

/* Turns for a while, so that what should not happen has its chance. */
static void pair_idle(struct pair *t, int64_t ms) {
    int64_t until = clock_monotonic_us() + ms * US_PER_MS;
    while (clock_monotonic_us() < until)
        pair_turn(t, -1);
}

static void test_kafka__records_come_in_order_from_the_given_offset(void **state) {
    (void)state;
    struct pair t;
    pair_broker(&t, 2);
    fixture_produce(t.bootstrap, 0, 500, 0);
    fixture_produce(t.bootstrap, 1, 300, 0);
    t.s[0].own_next[0] = t.s[1].own_next[0] = 123;
    pair_consumers(&t, 8 << 20);
    UNTIL(20, both_took(&t, 377 + 300), pair_turn(&t, -1));
    for (size_t a = 0; a < 2; a++) {
        assert_int_equal(t.s[a].next[0], 500);
        assert_int_equal(t.s[a].next[1], 300);
        assert_true(kafka_is_connected(t.c[a]));
        struct kafka_partition p = {TOPIC, 0};
        int64_t low = -5, high = -5;
        struct error err = {0};
        assert_int_equal(kafka_watermarks(t.c[a], &p, &low, &high, 5 * US_PER_S, &err),
                         ST_OK);
        assert_int_equal(low, 0);
        assert_int_equal(high, 500);
        assert_int_equal(kafka_end(t.c[a], &p), 500);
    }
    pair_free(&t);
}

/* One record to partition 0; a producer may write any timestamp and any header. */
static void produce_strange(const char *bootstrap, int64_t timestamp_ms,
                            const char *header) {
    char why[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    assert_int_equal(
        rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, why, sizeof why), 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    assert_non_null(rk);
    rd_kafka_resp_err_t code =
        rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(TOPIC), RD_KAFKA_V_PARTITION(0),
                          RD_KAFKA_V_TIMESTAMP(timestamp_ms),
                          RD_KAFKA_V_HEADER(header, "\xff", 1), RD_KAFKA_V_END);
    assert_int_equal(code, 0);
    assert_int_equal(rd_kafka_flush(rk, 10000), 0); /* a batch of its own */
    rd_kafka_destroy(rk);
}

/* Postgres takes neither an instant beyond its years nor a name that is no text. */
static void test_kafka__what_postgres_refuses_does_not_come_in(void **state) {
    (void)state;
    static const struct {
        int64_t timestamp_ms, timestamp_us;
        const char *header, *name;
    } strange[] = {
        {1700000000000, 1700000000000000, "trace", "trace"},
        {253402300799999, 253402300799999000, "\xE8\xBF\x94\\", "\xE8\xBF\x94\\"},
        {253402300800000, INT64_MIN, "a\xff", "a\\xFF"}, /* the year 10000 */
        {INT64_MAX / 1000 + 1, INT64_MIN, "\xE8\xBF", "\\xE8\\xBF"},
        {INT64_MAX, INT64_MIN, "\xff\n\\\xE8\xBF\x94~",
         "\\xFF\\x0A\\x5C\\xE8\\xBF\\x94~"},
    };
    struct pair t;
    pair_broker(&t, 1);
    for (size_t i = 0; i < COUNT_OF(strange); i++)
        produce_strange(t.bootstrap, strange[i].timestamp_ms, strange[i].header);
    pair_consumers(&t, 8 << 20);
    struct arena *arena = arena_new(1 << 20);
    for (size_t a = 0; a < 2; a++) {
        struct kafka_record r;
        for (size_t i = 0; i < COUNT_OF(strange); i++) {
            size_t n = 0;
            UNTIL(20, n == 1, {
                kafka_turn(t.c[0]);
                kafka_turn(t.c[1]);
                n = kafka_take(t.c[a], 0, &r, 1);
            });
            kafka_headers(&r, arena);
            assert_int_equal(r.timestamp_us, strange[i].timestamp_us);
            assert_int_equal(r.n_headers, 1);
            assert_true(span_is_text(r.headers[0].name));
            assert_true(span_is(r.headers[0].name, strange[i].name));
            assert_true(span_is(r.headers[0].value, "\xff")); /* bytes stay */
            kafka_release(r.handle);
        }
    }
    arena_free(arena);
    pair_free(&t);
}

static void test_kafka__a_running_partition_restarts_at_any_offset(void **state) {
    (void)state;
    struct pair t;
    pair_broker(&t, 2);
    fixture_produce(t.bootstrap, 0, 500, 0);
    fixture_produce(t.bootstrap, 1, 500, 0);
    pair_consumers(&t, 8 << 20);
    UNTIL(20, both_took(&t, 200), pair_turn(&t, -1));
    for (size_t a = 0; a < 2; a++) {
        struct kafka_partition p = {TOPIC, 0};
        struct error err = {0};
        assert_int_equal(kafka_restart(t.c[a], &p, 7, &err), ST_OK);
        t.s[a].next[0] = 7; /* the very next record taken must be this one */
    }
    UNTIL(20, t.s[0].next[0] == 500 && t.s[1].next[0] == 500, pair_turn(&t, -1));
    UNTIL(20, t.s[0].next[1] == 500 && t.s[1].next[1] == 500, pair_turn(&t, -1));
    pair_free(&t);
}

static void test_kafka__an_offset_out_of_range_stops_that_partition_only(void **state) {
    (void)state;
    struct pair t;
    pair_broker(&t, 2);
    fixture_produce(t.bootstrap, 0, 300, 0);
    fixture_produce(t.bootstrap, 1, 200, 0);
    t.s[0].own_next[1] = t.s[1].own_next[1] = 9000;
    pair_consumers(&t, 8 << 20);
    UNTIL(20, t.s[0].n_out_of_range > 0 && t.s[1].n_out_of_range > 0, pair_turn(&t, -1));
    UNTIL(20, both_took(&t, 300), pair_turn(&t, -1));
    pair_idle(&t, 300);
    for (size_t a = 0; a < 2; a++) {
        assert_int_equal(t.s[a].n_out_of_range, 1);
        assert_string_equal(t.s[a].out_of_range.topic, TOPIC);
        assert_int_equal(t.s[a].out_of_range.partition, 1);
        assert_int_equal(t.s[a].low, 0);
        assert_int_equal(t.s[a].high, 200);
        struct kafka_partition p = {TOPIC, 1};
        struct error err = {0};
        assert_int_equal(kafka_restart(t.c[a], &p, 0, &err), ST_OK);
        t.s[a].next[1] = 0;
    }
    UNTIL(20, both_took(&t, 500), pair_turn(&t, -1));
    pair_free(&t);
}

/* Takes what is left of a lane without any broker. */
static int64_t bytes_left(struct kafka_consumer *c, int lane) {
    int64_t bytes = 0;
    struct kafka_record r;
    while (kafka_take(c, lane, &r, 1) == 1) {
        bytes += (int64_t)r.value.len;
        kafka_release(r.handle);
    }
    return bytes;
}

static void test_kafka__a_lane_that_is_not_read_fetches_to_its_limit_and_stays_a_member(
    void **state) {
    (void)state;
    struct pair t;
    pair_broker(&t, 2);
    fixture_produce(t.bootstrap, 0, 4000, 1000);
    fixture_produce(t.bootstrap, 1, 4000, 1000);
    pair_consumers(&t, 1 << 20);
    UNTIL(20, both_took(&t, 4000),
          pair_turn(&t, 1)); /* lane 1 is not held up by lane 0 */
    int64_t until = clock_monotonic_us() + 5 * US_PER_S; /* beyond the session timeout */
    while (clock_monotonic_us() < until)
        pair_turn(&t, 1);
    rd_kafka_mock_broker_set_down(t.cluster, 1);
    usleep(200000);
    for (size_t a = 0; a < 2; a++) {
        assert_int_equal(t.s[a].n_revoked, 0);
        int64_t bytes = bytes_left(t.c[a], 0);
        assert_true(bytes >= 512 << 10); /* half of 1 MiB is this lane's share */
        assert_true(bytes <= (512 << 10) + (1 << 20)); /* and one answer of the broker */
    }
    rd_kafka_mock_broker_set_up(t.cluster, 1);
    pair_free(&t);
}

static void test_kafka__positions_are_asked_for_until_they_are_known(void **state) {
    (void)state;
    struct pair t;
    pair_broker(&t, 2);
    fixture_produce(t.bootstrap, 0, 50, 0);
    fixture_produce(t.bootstrap, 1, 50, 0);
    t.s[0].n_failures_left = t.s[1].n_failures_left = 2;
    pair_consumers(&t, 8 << 20);
    UNTIL(20, both_took(&t, 100), pair_turn(&t, -1));
    for (size_t a = 0; a < 2; a++) {
        assert_int_equal(t.s[a].n_assigned, 2);
        assert_true(t.s[a].n_trouble >= 2);
        assert_int_equal(t.s[a].last_trouble.code, E_PG_DOWN);
    }
    pair_free(&t);
}

static void test_kafka__the_descriptor_tells_of_each_new_record(void **state) {
    (void)state;
    struct pair t;
    pair_broker(&t, 2);
    pair_consumers(&t, 8 << 20);
    UNTIL(20, t.s[0].n_owned == 2 && t.s[1].n_owned == 2, pair_turn(&t, -1));
    pair_idle(&t, 200);
    for (int i = 0; i < 20; i++) {
        fixture_produce(t.bootstrap, i % 2, 1, 0);
        for (size_t a = 0; a < 2; a++) {
            int64_t wanted = t.s[a].n_taken + 1;
            int64_t start = clock_monotonic_us();
            while (t.s[a].n_taken <
                   wanted) { /* no polling: only the descriptor wakes us */
                struct pollfd fd = {.fd = kafka_fd(t.c[a]), .events = POLLIN};
                assert_int_equal(poll(&fd, 1, 5000 * (int)fixture_scale()), 1);
                fixture_turn(t.c[a], &t.s[a], N_LANES, -1);
            }
            assert_true(clock_monotonic_us() - start < US_PER_S * fixture_scale());
        }
    }
    pair_free(&t);
}

static void test_kafka__broker_errors_and_outages_lose_and_double_nothing(void **state) {
    (void)state;
    struct pair t;
    pair_broker(&t, 2);
    fixture_produce(t.bootstrap, 0, 3000, 200);
    fixture_produce(t.bootstrap, 1, 3000, 200);
    pair_consumers(&t, 64 << 10);
    rd_kafka_mock_push_request_errors(
        t.cluster, 1 /* Fetch */, 4, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_UNKNOWN,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    UNTIL(20, both_took(&t, 500), pair_turn(&t, -1));
    rd_kafka_mock_broker_set_down(t.cluster, 1);
    UNTIL(20, !kafka_is_connected(t.c[0]) && !kafka_is_connected(t.c[1]),
          pair_turn(&t, -1));
    rd_kafka_mock_broker_set_up(t.cluster, 1);
    UNTIL(20, kafka_is_connected(t.c[0]) && kafka_is_connected(t.c[1]),
          pair_turn(&t, -1));
    UNTIL(30, t.s[0].next[0] == 3000 && t.s[1].next[0] == 3000, pair_turn(&t, -1));
    UNTIL(30, t.s[0].next[1] == 3000 && t.s[1].next[1] == 3000, pair_turn(&t, -1));
    for (size_t a = 0; a < 2; a++)
        kafka_consumer_free(t.c[a], 10 * US_PER_S);
    rd_kafka_mock_cluster_destroy(t.cluster);
    rd_kafka_destroy(t.rk);
}

static bool file_says(FILE *f, const char *words) {
    static char text[65536];
    rewind(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    return strstr(text, words) != NULL;
}

/* Whatever the broker has against it, such as a partition that has just gone. */
static void test_kafka__a_position_that_kafka_does_not_take_is_no_warning(void **state) {
    (void)state;
    struct pair t;
    pair_broker(&t, 1);
    fixture_produce(t.bootstrap, 0, 10, 20);
    pair_consumers(&t, 64 << 10);
    UNTIL(20, both_took(&t, 1), pair_turn(&t, -1));
    rd_kafka_mock_push_request_errors(t.cluster, 8 /* OffsetCommit */, 2,
                                      RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE,
                                      RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE);
    FILE *said = tmpfile();
    int kept = dup(STDERR_FILENO);
    assert_true(said && dup2(fileno(said), STDERR_FILENO) >= 0);
    const struct kafka_partition p = {TOPIC, 0};
    const int64_t offset = 1;
    for (size_t a = 0; a < 2; a++)
        kafka_mirror(t.c[a], &p, &offset, 1);
    UNTIL(20, file_says(said, "position.unmirrored"), pair_turn(&t, -1));
    dup2(kept, STDERR_FILENO);
    assert_false(file_says(said, "\"warn\""));
    assert_false(file_says(said, "kafka.reported"));
    close(kept);
    fclose(said);
    pair_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kafka__records_come_in_order_from_the_given_offset),
        cmocka_unit_test(test_kafka__what_postgres_refuses_does_not_come_in),
        cmocka_unit_test(test_kafka__a_running_partition_restarts_at_any_offset),
        cmocka_unit_test(test_kafka__an_offset_out_of_range_stops_that_partition_only),
        cmocka_unit_test(
            test_kafka__a_lane_that_is_not_read_fetches_to_its_limit_and_stays_a_member),
        cmocka_unit_test(test_kafka__positions_are_asked_for_until_they_are_known),
        cmocka_unit_test(test_kafka__the_descriptor_tells_of_each_new_record),
        cmocka_unit_test(test_kafka__a_position_that_kafka_does_not_take_is_no_warning),
        cmocka_unit_test(test_kafka__broker_errors_and_outages_lose_and_double_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
