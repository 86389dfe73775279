/* test_kafka_real.c: the consumer on a real broker, for what the mock cluster cannot do:
 * transactions, deleted records, topics that come later, a group with real sessions. */
// needs: kafka
// timeout: 240
#include "tests/common/io/kafka_fixture.h"

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#define N_LANES 2

/* With a Kafka of its own when it is run by hand. */
static void serve(char **argv) {
    char name[40];
    if (getenv("KAFKA_BOOTSTRAP_SERVERS"))
        return;
    snprintf(name, sizeof name, "unit-kafka.%d", (int)getpid());
    execl("tests/tools/servers", "servers", "with", name, "kafka", "--", argv[0],
          (char *)NULL);
    perror("tests/tools/servers");
    exit(1);
}

/* ---- a topic of its own, and a handle to change it ---- */

struct topic {
    char name[64];
    rd_kafka_t *rk;
};

static const char *bootstrap(void) {
    return getenv("KAFKA_BOOTSTRAP_SERVERS");
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char why[256];
    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
        fail_msg("%s", why);
}

/* A producer, transactional when `transactional_id` is given. */
static rd_kafka_t *producer(const char *transactional_id) {
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", bootstrap());
    set(conf, "log_level", "0");
    if (transactional_id)
        set(conf, "transactional.id", transactional_id);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    assert_non_null(rk);
    return rk;
}

static int setup(void **state) {
    static int n;
    struct topic *t = calloc(1, sizeof *t);
    snprintf(t->name, sizeof t->name, "kafka-real.%d.%lld.%d", (int)getpid(),
             (long long)(clock_now_us() / US_PER_MS), n++);
    t->rk = producer(NULL);
    *state = t;
    return 0;
}

static int teardown(void **state) {
    struct topic *t = *state;
    rd_kafka_destroy(t->rk);
    free(t);
    return 0;
}

static void create(const struct topic *t, int n_partitions) {
    const struct kafka_properties properties = {.bootstrap_servers = bootstrap()};
    struct error err = {0};
    if (kafka_topic_create(&properties, t->name, n_partitions, &err) != ST_OK)
        fail_msg("%s", err.text);
}

static void produce(rd_kafka_t *rk, const struct topic *t, int32_t partition, int n) {
    char value[] = "value";
    for (int i = 0; i < n; i++)
        assert_int_equal(rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(t->name),
                                           RD_KAFKA_V_PARTITION(partition),
                                           RD_KAFKA_V_VALUE(value, 5), RD_KAFKA_V_END),
                         0);
    assert_int_equal(rd_kafka_flush(rk, 20000), 0);
}

static void delete_before(const struct topic *t, int32_t partition, int64_t offset) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, t->name, partition)->offset = offset;
    rd_kafka_DeleteRecords_t *request = rd_kafka_DeleteRecords_new(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(t->rk);
    rd_kafka_DeleteRecords(t->rk, &request, 1, NULL, queue);
    rd_kafka_event_t *answer = rd_kafka_queue_poll(queue, 30000);
    assert_non_null(answer);
    assert_int_equal(rd_kafka_event_error(answer), 0);
    rd_kafka_event_destroy(answer);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteRecords_destroy(request);
    rd_kafka_topic_partition_list_destroy(list);
}

/* ---- consumers ---- */

struct reader {
    struct kafka_consumer_config config;
    const char *topics[1];
    struct kafka_consumer *c;
    struct seen s;
    bool skips; /* offsets may have gaps: transaction markers */
};

static void open_reader(struct reader *r, const struct topic *t, const char *assignor) {
    r->config = fixture_config(bootstrap(), assignor, N_LANES);
    r->config.group = t->name;
    r->config.session_timeout_us = 6 * US_PER_S;
    r->topics[0] = t->name;
    r->config.topics = r->topics;
    r->s.next = r->s.next ? r->s.next : r->s.own_next;
    r->c = fixture_consumer(&r->config, &r->s);
}

static void close_reader(struct reader *r) {
    kafka_consumer_free(r->c, 10 * US_PER_S);
    assert_int_equal(r->s.n_owned, 0);
    assert_int_equal(r->s.n_lost, 0);
}

/* Like fixture_turn; a reader that `skips` takes what comes as long as it is further on. */
static void turn(struct reader *r) {
    size_t n = 0;
    if (!r->skips) {
        n = fixture_turn(r->c, &r->s, N_LANES, -1);
    } else {
        kafka_turn(r->c);
        for (int lane = 0; lane < N_LANES; lane++) {
            struct kafka_record records[64];
            size_t got = kafka_take(r->c, lane, records, 64);
            for (size_t i = 0; i < got; i++) {
                int32_t p = records[i].partition->partition;
                assert_true(records[i].offset >= r->s.next[p]);
                r->s.next[p] = records[i].offset + 1;
                kafka_release(records[i].handle);
            }
            r->s.n_taken += (int64_t)got;
            n += got;
        }
    }
    if (n == 0)
        usleep(1000);
}

static int64_t read_to(const struct reader *r, int32_t partition) {
    const struct kafka_partition p = {r->topics[0], partition};
    return kafka_read_to(r->c, &p);
}

/* ---- tests ---- */

static void real_markers_are_read_over(const struct topic *t, const char *assignor) {
    struct reader r = {.skips = true};
    char id[128];
    snprintf(id, sizeof id, "%s.%s", t->name, assignor);
    rd_kafka_t *writer = producer(id);
    assert_null(rd_kafka_init_transactions(writer, 60000));
    for (int i = 0; i < 2; i++) { /* 5 kept and a marker, 3 taken back and a marker */
        assert_null(rd_kafka_begin_transaction(writer));
        produce(writer, t, 0, i == 0 ? 5 : 3);
        assert_null(i == 0 ? rd_kafka_commit_transaction(writer, 60000)
                           : rd_kafka_abort_transaction(writer, 60000));
    }
    open_reader(&r, t, assignor);
    UNTIL(30, read_to(&r, 0) == 10, turn(&r));
    assert_int_equal(r.s.n_taken, 5);
    assert_int_equal(r.s.next[0], 5);
    UNTIL(30, read_to(&r, 1) == 0, turn(&r)); /* an empty partition, too */
    assert_null(rd_kafka_begin_transaction(writer));
    produce(writer, t, 0, 1);
    assert_null(rd_kafka_commit_transaction(writer, 60000));
    UNTIL(30, read_to(&r, 0) == 12, turn(&r));
    assert_int_equal(r.s.n_taken, 6);
    /* Started anew at an earlier record, it does not know yet how far it will read. */
    const struct kafka_partition p = {r.topics[0], 0};
    struct error err = {0};
    r.s.next[0] = 2;
    assert_int_equal(kafka_restart(r.c, &p, 2, &err), ST_OK);
    assert_int_equal(read_to(&r, 0), -1);
    UNTIL(30, read_to(&r, 0) == 12, turn(&r));
    assert_int_equal(r.s.n_taken, 6 + 4);
    close_reader(&r);
    rd_kafka_destroy(writer);
}

static void test_kafka_real__markers_of_transactions_are_read_over(void **state) {
    create(*state, 2);
    real_markers_are_read_over(*state, "range");
}

static void test_kafka_real__and_by_a_cooperative_group(void **state) {
    create(*state, 2);
    real_markers_are_read_over(*state, "cooperative-sticky");
}

static void test_kafka_real__deleted_records_stop_their_partition_only(void **state) {
    struct topic *t = *state;
    struct reader r = {0};
    create(t, 2);
    produce(t->rk, t, 0, 20);
    produce(t->rk, t, 1, 20);
    delete_before(t, 0, 7);
    open_reader(&r, t, "range");
    UNTIL(30, r.s.n_out_of_range > 0 && r.s.next[1] == 20, turn(&r));
    assert_int_equal(r.s.low, 7);
    assert_int_equal(r.s.high, 20);
    assert_int_equal(r.s.out_of_range.partition, 0);
    assert_int_equal(r.s.next[0], 0);
    assert_int_equal(read_to(&r, 0), -1);
    struct error err = {0};
    const struct kafka_partition p = {r.topics[0], 0};
    r.s.next[0] = 7;
    assert_int_equal(kafka_restart(r.c, &p, 7, &err), ST_OK);
    UNTIL(30, r.s.next[0] == 20, turn(&r));
    assert_int_equal(r.s.n_out_of_range, 1);
    close_reader(&r);
}

static void test_kafka_real__a_topic_that_comes_later_is_noticed(void **state) {
    struct topic *t = *state;
    struct reader r = {0};
    open_reader(&r, t, "range");
    for (int i = 0; i < 300; i++)
        turn(&r);
    assert_int_equal(r.s.n_owned, 0);
    create(t, 3);
    produce(t->rk, t, 2, 4);
    UNTIL(60, r.s.n_owned == 3 && r.s.next[2] == 4, turn(&r));
    close_reader(&r);
}

static void test_kafka_real__a_mirrored_position_is_seen_by_others(void **state) {
    struct topic *t = *state;
    struct reader r = {0};
    create(t, 1);
    produce(t->rk, t, 0, 5);
    open_reader(&r, t, "range");
    UNTIL(30, r.s.next[0] == 5, turn(&r));
    const struct kafka_partition p = {r.topics[0], 0};
    kafka_mirror(r.c, &p, &(int64_t){3}, 1);
    int64_t low = -1, high = -1;
    struct error err = {0};
    assert_int_equal(kafka_watermarks(r.c, &p, &low, &high, 10 * US_PER_S, &err), ST_OK);
    assert_int_equal(low, 0);
    assert_int_equal(high, 5);
    close_reader(&r);
    /* The next one starts where it is told, whatever Kafka remembers. */
    struct reader next = {0};
    open_reader(&next, t, "range");
    UNTIL(30, next.s.next[0] == 5, turn(&next));
    assert_int_equal(next.s.n_taken, 5);
    close_reader(&next);
}

static void test_kafka_real__members_share_and_take_over(void **state) {
    struct topic *t = *state;
    struct reader a = {0}, b = {0};
    int64_t ledger[MAX_PARTITIONS] = {0};
    create(t, 4);
    for (int p = 0; p < 4; p++)
        produce(t->rk, t, p, 50);
    a.s.next = b.s.next = ledger;
    open_reader(&a, t, "cooperative-sticky");
    UNTIL(30, a.s.n_owned == 4 && a.s.n_taken == 200, turn(&a));
    open_reader(&b, t, "cooperative-sticky");
    UNTIL(60, a.s.n_owned == 2 && b.s.n_owned == 2, (turn(&a), turn(&b)));
    for (int p = 0; p < 4; p++)
        produce(t->rk, t, p, 50);
    UNTIL(30, a.s.n_taken + b.s.n_taken == 400, (turn(&a), turn(&b)));
    close_reader(&a);
    for (int p = 0; p < 4; p++)
        produce(t->rk, t, p, 50);
    UNTIL(60, b.s.n_owned == 4 && a.s.n_taken + b.s.n_taken == 600, turn(&b));
    for (int p = 0; p < 4; p++)
        assert_int_equal(ledger[p], 150);
    close_reader(&b);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv) {
    (void)argc;
    serve(argv);
    const struct CMUnitTest tests[] = {
        CASE(test_kafka_real__markers_of_transactions_are_read_over),
        CASE(test_kafka_real__and_by_a_cooperative_group),
        CASE(test_kafka_real__deleted_records_stop_their_partition_only),
        CASE(test_kafka_real__a_topic_that_comes_later_is_noticed),
        CASE(test_kafka_real__a_mirrored_position_is_seen_by_others),
        CASE(test_kafka_real__members_share_and_take_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
