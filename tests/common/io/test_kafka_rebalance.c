/* Several consumers of one group share a ledger; whatever moves between them, each record
 * is taken exactly once. */
#include "tests/common/io/kafka_fixture.h"

#include <unistd.h>

#define N_PARTITIONS 6
#define N_LANES 2

static const char *const assignors[] = {"range", "cooperative-sticky"};

/* A group of two; the second joins and leaves while the first works. */
struct group {
    struct kafka_consumer_config config;
    struct kafka_consumer *c[2];
    struct seen s[2];
    int64_t ledger[MAX_PARTITIONS]; /* shared: every take must continue exactly here */
};

static void group_join(struct group *g, int member) {
    memset(&g->s[member], 0, sizeof g->s[member]);
    g->s[member].next = g->ledger;
    g->c[member] = fixture_consumer(&g->config, &g->s[member]);
}

static void group_leave(struct group *g, int member) {
    kafka_consumer_free(g->c[member], 10 * US_PER_S);
    g->c[member] = NULL;
    assert_int_equal(g->s[member].n_owned, 0);
}

static void turn_all(struct group *groups) {
    size_t n = 0;
    for (size_t a = 0; a < 2; a++) {
        for (int member = 0; member < 2; member++) {
            struct group *g = &groups[a];
            if (g->c[member])
                n += fixture_turn(g->c[member], &g->s[member], N_LANES, -1);
        }
    }
    if (n == 0)
        usleep(1000);
}

static bool owns(const struct group *groups, int member, int n) {
    return groups[0].s[member].n_owned == n && groups[1].s[member].n_owned == n;
}

static bool both_at(const struct group *groups, int64_t end) {
    for (size_t a = 0; a < 2; a++) {
        for (int p = 0; p < N_PARTITIONS; p++)
            if (groups[a].ledger[p] != end)
                return false;
    }
    return true;
}

static void produce_all(const char *bootstrap, int64_t n) {
    for (int p = 0; p < N_PARTITIONS; p++)
        fixture_produce(bootstrap, p, n, 100);
}

static void test_kafka__members_come_and_go_and_nothing_is_lost_or_doubled(void **state) {
    (void)state;
    struct kafka_mock *m = NULL;
    struct error err = {0};
    assert_int_equal(kafka_mock_new(1, &m, &err), ST_OK);
    assert_int_equal(kafka_mock_topic(m, TOPIC, N_PARTITIONS, &err), ST_OK);
    const char *bootstrap = kafka_mock_bootstrap(m);
    struct group groups[2] = {0};
    for (size_t a = 0; a < 2; a++) {
        groups[a].config = fixture_config(bootstrap, assignors[a], N_LANES);
        groups[a].config.queued_bytes = 64 << 10;
        group_join(&groups[a], 0);
    }
    produce_all(bootstrap, 1000);
    UNTIL(20, owns(groups, 0, N_PARTITIONS), turn_all(groups));
    for (size_t a = 0; a < 2; a++)
        group_join(&groups[a], 1);
    UNTIL(30, owns(groups, 0, N_PARTITIONS / 2) && owns(groups, 1, N_PARTITIONS / 2),
          turn_all(groups));
    produce_all(bootstrap, 1000);
    UNTIL(20, both_at(groups, 2000), turn_all(groups));
    /* Eager members give everything back at each rebalance, and a member that joins may
     * cause more than one. The cooperative group kept half of its partitions all the
     * time. */
    assert_true(groups[0].s[0].n_revoked >= N_PARTITIONS);
    assert_int_equal(groups[1].s[0].n_revoked, N_PARTITIONS / 2);
    for (size_t a = 0; a < 2; a++)
        group_leave(&groups[a], 0);
    produce_all(bootstrap, 500);
    UNTIL(30, owns(groups, 1, N_PARTITIONS), turn_all(groups));
    UNTIL(20, both_at(groups, 2500), turn_all(groups));
    for (size_t a = 0; a < 2; a++) {
        group_leave(&groups[a], 1);
        for (int member = 0; member < 2; member++)
            assert_int_equal(groups[a].s[member].n_lost, 0);
    }
    kafka_mock_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kafka__members_come_and_go_and_nothing_is_lost_or_doubled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
