/* kafka_fixture.h: a mock cluster with one topic, and a consumer that remembers what it
 * was told. For tests/common/io/test_kafka_*.c only. */
#ifndef TESTS_COMMON_IO_KAFKA_FIXTURE_H
#define TESTS_COMMON_IO_KAFKA_FIXTURE_H

#include "common/base/clock.h"
#include "common/io/kafka.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TOPIC "fixture.topic"
#define MAX_PARTITIONS 8

/* What a consumer's callbacks saw, and what they shall answer. `next` is the fixture's
 * ledger: a record counts as committed when it was taken. */
struct seen {
    bool is_owned[MAX_PARTITIONS];
    int64_t own_next[MAX_PARTITIONS];
    int64_t *next; /* own_next, or shared with other consumers of the group */
    int n_owned, n_assigned, n_revoked, n_lost, n_trouble, n_out_of_range;
    int n_failures_left; /* so often `assigned` fails first */
    int64_t low, high;
    struct kafka_partition out_of_range;
    struct error last_trouble;
    int64_t n_taken;
};

static inline enum status fixture_assigned(void *context, const struct kafka_partition *p,
                                           size_t n, int64_t *starts, struct error *err) {
    struct seen *s = context;
    if (s->n_failures_left > 0) {
        s->n_failures_left--;
        return error_set(err, E_PG_DOWN, "not now");
    }
    for (size_t i = 0; i < n; i++) {
        assert_true(p[i].partition < MAX_PARTITIONS);
        assert_false(s->is_owned[p[i].partition]);
        s->is_owned[p[i].partition] = true;
        starts[i] = s->next[p[i].partition];
        s->n_assigned++;
        s->n_owned++;
    }
    return ST_OK;
}

static inline void fixture_revoked(void *context, const struct kafka_partition *p,
                                   size_t n, bool is_lost) {
    struct seen *s = context;
    for (size_t i = 0; i < n; i++) {
        assert_true(s->is_owned[p[i].partition]);
        s->is_owned[p[i].partition] = false;
        s->n_revoked++;
        s->n_owned--;
    }
    s->n_lost += is_lost;
}

static inline void fixture_out_of_range(void *context, const struct kafka_partition *p,
                                        int64_t low, int64_t high) {
    struct seen *s = context;
    s->n_out_of_range++;
    s->out_of_range = *p;
    s->low = low;
    s->high = high;
}

static inline void fixture_trouble(void *context, const struct error *err) {
    struct seen *s = context;
    s->n_trouble++;
    s->last_trouble = *err;
}

static const char *const fixture_topics[] = {TOPIC};

static inline struct kafka_consumer_config
fixture_config(const char *bootstrap, const char *assignor, int n_lanes) {
    return (struct kafka_consumer_config){
        .properties = {.bootstrap_servers = bootstrap},
        .group = assignor, /* tests run both assignors side by side */
        .topics = fixture_topics,
        .n_topics = 1,
        .n_lanes = n_lanes,
        .assignor = assignor,
        .instance_id = "",
        .queued_bytes = 8 << 20,
        .session_timeout_us = 4 * US_PER_S, /* the mock waits 3 s for the first join */
        .fetch_wait_us = 10 * US_PER_MS,
    };
}

static inline struct kafka_consumer *
fixture_consumer(const struct kafka_consumer_config *config, struct seen *seen) {
    struct kafka_callbacks callbacks = {fixture_assigned, fixture_revoked,
                                        fixture_out_of_range, fixture_trouble, seen};
    if (!seen->next)
        seen->next = seen->own_next;
    struct kafka_consumer *c = NULL;
    struct error err = {0};
    if (kafka_consumer_new(config, &callbacks, &c, &err) != ST_OK)
        fail_msg("%s", err.text);
    return c;
}

/* Produces `n` records "p:i" to a partition; `size` pads the value. */
static inline void fixture_produce(const char *bootstrap, int32_t partition, int64_t n,
                                   size_t size) {
    struct kafka_properties properties = {.bootstrap_servers = bootstrap};
    struct kafka_producer *p = NULL;
    struct error err = {0};
    assert_int_equal(kafka_producer_new(&properties, &p, &err), ST_OK);
    char *value = calloc(1, size + 64);
    for (int64_t i = 0; i < n; i++) {
        int len = snprintf(value, 64, "%d:%lld", (int)partition, (long long)i);
        size_t total = (size_t)len > size ? (size_t)len : size;
        struct span key = {value, (size_t)len};
        assert_int_equal(kafka_produce(p, TOPIC, partition, key,
                                       (struct span){value, total}, NULL, 0,
                                       1700000000000000 + i * 1000, &err),
                         ST_OK);
    }
    if (kafka_producer_flush(p, 20 * US_PER_S, &err) != ST_OK)
        fail_msg("%s", err.text);
    kafka_producer_free(p);
    free(value);
}

/* One turn and a take of each lane, or of one; checks order and completeness. Returns how
 * many were taken. */
static inline size_t fixture_turn(struct kafka_consumer *c, struct seen *s, int n_lanes,
                                  int only_lane) {
    size_t total = 0;
    kafka_turn(c);
    for (int lane = 0; lane < n_lanes; lane++) {
        struct kafka_record records[64];
        size_t n =
            only_lane < 0 || only_lane == lane ? kafka_take(c, lane, records, 64) : 0;
        for (size_t i = 0; i < n; i++) {
            int32_t p = records[i].partition->partition;
            assert_int_equal(p % n_lanes, lane);
            assert_true(s->is_owned[p]);
            assert_int_equal(records[i].offset, s->next[p]);
            s->next[p] = records[i].offset + 1;
            kafka_release(records[i].handle);
        }
        total += n;
    }
    s->n_taken += (int64_t)total;
    return total;
}

static inline int64_t fixture_scale(void) {
    const char *slow = getenv("TEST_SLOW");
    return slow ? atoll(slow) : 1;
}

/* Repeats `step` until `condition` holds; fails after `seconds`. */
#define UNTIL(seconds, condition, step)                                                  \
    do {                                                                                 \
        int64_t give_up = clock_monotonic_us() + (seconds)*US_PER_S * fixture_scale();   \
        while (!(condition)) {                                                           \
            step;                                                                        \
            if (clock_monotonic_us() > give_up)                                          \
                fail_msg("waited in vain for %s", #condition);                           \
        }                                                                                \
    } while (0)

#endif
