/* test_backoff.c: waits grow, stay in their bounds, and differ. */
#include "common/base/backoff.h"

#include "tests/common/base/harness.h"

static void test_backoff__doubles_up_to_the_maximum(void **state) {
    (void)state;
    const int64_t steps[] = {100, 100, 200, 400, 800, 1000, 1000};
    for (unsigned attempt = 0; attempt < COUNT_OF(steps); attempt++) {
        int64_t step = steps[attempt];
        for (uint64_t random = 0; random < 3000; random++) {
            int64_t ms = backoff_ms(attempt, 100, 1000, random);
            assert_in_range(ms, step - step / 2, step);
        }
    }
}

static void test_backoff__reaches_both_ends_of_the_jitter(void **state) {
    (void)state;
    assert_int_equal(backoff_ms(1, 100, 1000, 0), 50);
    assert_int_equal(backoff_ms(1, 100, 1000, 50), 100);
}

static void test_backoff__survives_any_attempt_and_any_bound(void **state) {
    (void)state;
    assert_in_range(backoff_ms(4000000000u, 1, INT64_MAX, UINT64_MAX), INT64_MAX / 2,
                    INT64_MAX);
    assert_in_range(backoff_ms(1, 0, 0, 7), 0, 1);
    assert_in_range(backoff_ms(3, 5000, 1000, 7), 500, 1000);
}

/* Reference values of splitmix64 with seed 1234567 (Vigna's published generator). */
static void test_random__is_splitmix64(void **state) {
    (void)state;
    uint64_t seed = 1234567;
    assert_true(random_next(&seed) == 6457827717110365317u);
    assert_true(random_next(&seed) == 3203168211198807973u);
}

static void test_random__seeds_differ(void **state) {
    (void)state;
    assert_true(random_seed() != random_seed());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff__doubles_up_to_the_maximum),
        cmocka_unit_test(test_backoff__reaches_both_ends_of_the_jitter),
        cmocka_unit_test(test_backoff__survives_any_attempt_and_any_bound),
        cmocka_unit_test(test_random__is_splitmix64),
        cmocka_unit_test(test_random__seeds_differ),
    };
    return cmocka_run_group_tests_name("backoff", tests, NULL, NULL);
}
