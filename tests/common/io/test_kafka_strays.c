/* Records that wait for their lane outside librdkafka: the list, and that a consumer
 * drops them when their partition moves or goes. Such records come about only by a race
 * inside librdkafka, so the consumer's source is included here and the race is played by
 * hand. */
#include "common/io/kafka_consumer.c" /* NOLINT(bugprone-suspicious-include) */

#include "tests/common/io/kafka_fixture.h"

static int n_released;
static void count_release(void *handle) {
    (void)handle;
    n_released++;
}

static void test_strays__drop_leaves_the_others_in_order(void **state) {
    (void)state;
    struct kafka_slot a = {.lane = 0}, b = {.lane = 0};
    char handles[100];
    struct kafka_strays s = {0};
    for (size_t i = 0; i < COUNT_OF(handles); i++)
        kafka_strays_add(&s, i % 3 == 0 ? &a : &b, &handles[i]);
    assert_ptr_equal(kafka_strays_next(&s), &handles[0]);
    assert_ptr_equal(kafka_strays_next(&s), &handles[1]);
    n_released = 0;
    kafka_strays_drop(&s, &a, count_release);
    assert_int_equal(n_released, 33); /* 3, 6 ... 99 */
    for (size_t i = 2; i < COUNT_OF(handles); i++)
        if (i % 3 != 0)
            assert_ptr_equal(kafka_strays_next(&s), &handles[i]);
    assert_null(kafka_strays_next(&s));
    kafka_strays_add(&s, &a, &handles[7]);
    kafka_strays_free(&s, count_release);
    assert_int_equal(n_released, 34);
    assert_null(kafka_strays_next(&s));
}

/* ---- in a consumer ---- */

static const char *const assignors[] = {"range", "cooperative-sticky"};

/* A consumer of one partition and lane that was given records 0 to 49, of which nothing
 * was committed, and that has at least record 50 among its strays. */
static struct kafka_consumer *make_strays(const struct kafka_consumer_config *config,
                                          struct seen *seen) {
    struct kafka_consumer *c = fixture_consumer(config, seen);
    struct kafka_record records[50];
    size_t n = 0;
    UNTIL(20, n == 50, {
        kafka_turn(c);
        size_t more = kafka_take(c, 0, records, 50 - n);
        for (size_t i = 0; i < more; i++)
            kafka_release(records[i].handle);
        n += more;
    });
    rd_kafka_message_t *m = NULL;
    UNTIL(20, m, { m = rd_kafka_consume_queue(c->lanes[0].queue, 0); });
    assert_int_equal(m->offset, 50);
    for (; m; m = rd_kafka_consume_queue(c->lanes[0].queue, 0)) {
        assert_int_equal(m->err, 0);
        keep_stray(c, m);
    }
    return c;
}

static struct kafka_mock *make_broker(void) {
    struct kafka_mock *m = NULL;
    struct error err = {0};
    assert_int_equal(kafka_mock_new(1, &m, &err), ST_OK);
    assert_int_equal(kafka_mock_topic(m, TOPIC, 1, &err), ST_OK);
    fixture_produce(kafka_mock_bootstrap(m), 0, 500, 0);
    return m;
}

static void test_strays__do_not_survive_a_restart(void **state) {
    (void)state;
    struct kafka_mock *m = make_broker();
    for (size_t a = 0; a < COUNT_OF(assignors); a++) {
        struct kafka_consumer_config config =
            fixture_config(kafka_mock_bootstrap(m), assignors[a], 1);
        struct seen seen = {0};
        struct kafka_consumer *c = make_strays(&config, &seen);
        struct kafka_partition p = {TOPIC, 0};
        struct error err = {0};
        assert_int_equal(kafka_restart(c, &p, 7, &err), ST_OK);
        seen.next[0] = 7; /* the very next record taken must be this one */
        UNTIL(20, seen.next[0] == 500, fixture_turn(c, &seen, 1, -1));
        kafka_consumer_free(c, 10 * US_PER_S);
    }
    kafka_mock_free(m);
}

/* The partition is lost and given to the same member again, as after a session that
 * timed out, with its open batch rolled back: it starts at the ledger's 0. */
static void test_strays__do_not_survive_a_loss(void **state) {
    (void)state;
    struct kafka_mock *m = make_broker();
    for (size_t a = 0; a < COUNT_OF(assignors); a++) {
        struct kafka_consumer_config config =
            fixture_config(kafka_mock_bootstrap(m), assignors[a], 1);
        struct seen seen = {0};
        struct kafka_consumer *c = make_strays(&config, &seen);
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(list, TOPIC, 0);
        on_revoked(c, list);
        assert_int_equal(seen.n_owned, 0);
        on_assigned(c, list);
        rd_kafka_topic_partition_list_destroy(list);
        assert_int_equal(seen.n_owned, 1);
        UNTIL(20, seen.next[0] == 500, fixture_turn(c, &seen, 1, -1));
        kafka_consumer_free(c, 10 * US_PER_S);
    }
    kafka_mock_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strays__drop_leaves_the_others_in_order),
        cmocka_unit_test(test_strays__do_not_survive_a_restart),
        cmocka_unit_test(test_strays__do_not_survive_a_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
