/* The consumer on the mock cluster: positions, lanes, restarts, ranges, rebalances. */
#include "tests/common/io/kafka_fixture.h"

#include <poll.h>
#include <unistd.h>

static const char *const assignors[] = {"range", "cooperative-sticky"};

static struct kafka_mock *mock_with(int n_partitions) {
    struct kafka_mock *m = NULL;
    struct error err = {0};
    assert_int_equal(kafka_mock_new(1, &m, &err), ST_OK);
    assert_int_equal(kafka_mock_topic(m, TOPIC, n_partitions, &err), ST_OK);
    return m;
}

static void test_kafka__records_come_in_order_from_the_given_offset(void **state) {
    (void)state;
    for (size_t a = 0; a < 2; a++) {
        struct kafka_mock *m = mock_with(2);
        const char *bootstrap = kafka_mock_bootstrap(m);
        fixture_produce(bootstrap, 0, 500, 0);
        fixture_produce(bootstrap, 1, 300, 0);
        struct seen s = {.start = {[0] = {.offset = 123}}};
        struct kafka_consumer_config config = fixture_config(bootstrap, assignors[a], 2);
        struct kafka_consumer *c = fixture_consumer(&config, &s);
        UNTIL(20, s.n_taken == 377 + 300, fixture_turn(c, &s, 2, -1); usleep(1000));
        assert_int_equal(s.next[0], 500);
        assert_int_equal(s.next[1], 300);
        assert_true(kafka_is_connected(c));
        kafka_consumer_free(c, 5 * US_PER_S);
        assert_int_equal(s.n_revoked, 2);
        assert_int_equal(s.n_lost, 0);
        kafka_mock_free(m);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kafka__records_come_in_order_from_the_given_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
