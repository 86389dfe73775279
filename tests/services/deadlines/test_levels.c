/* test_levels.c: what the clock tells of a duty, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/base/backoff.h"
#include "common/event/event.h"
#include "services/deadlines/levels.h"

/* Warned at 12 and 19, act by 20, due at 24. */
static struct standing_duty duty(int64_t fires_us) {
    return (struct standing_duty){.fires_us = fires_us,
                                  .warn_us = {12, 19},
                                  .n_warnings = 2,
                                  .act_by_us = 20,
                                  .due_us = 24,
                                  .has_breach = true};
}

static void assert_level(const struct standing_duty *d, int64_t now_us,
                         enum level_kind kind, int number, int64_t at_us,
                         int64_t next_us) {
    struct level l = level_at(d, now_us);
    assert_int_equal(l.kind, kind);
    assert_int_equal(l.number, number);
    assert_int_equal(l.at_us, at_us);
    assert_int_equal(l.next_us, next_us);
}

static void test_levels__each_is_told_at_its_instant(void **state) {
    (void)state;
    struct standing_duty d = duty(12);
    assert_level(&d, 11, LEVEL_NONE, 0, EVENT_ABSENT, 12);
    assert_level(&d, 12, LEVEL_WARNED, 1, 12, 19);
    d.fires_us = 19;
    assert_level(&d, 19, LEVEL_WARNED, 2, 19, 20);
    d.fires_us = 20;
    assert_level(&d, 20, LEVEL_ACT_BY, 0, 20, 24);
    d.fires_us = 24;
    assert_level(&d, 24, LEVEL_BREACHED, 0, 24, EVENT_ABSENT);
}

static void test_levels__who_slept_hears_the_latest_only(void **state) {
    (void)state;
    struct standing_duty d = duty(12);
    assert_level(&d, 22, LEVEL_ACT_BY, 0, 20, 24);
    assert_level(&d, 1000, LEVEL_BREACHED, 0, 24, EVENT_ABSENT);
}

static void test_levels__what_was_told_before_is_not_told_again(void **state) {
    (void)state;
    struct standing_duty d = duty(20);
    assert_level(&d, 19, LEVEL_NONE, 0, EVENT_ABSENT, 20); /* the clock went back */
}

static void test_levels__without_a_price_it_is_overdue(void **state) {
    (void)state;
    struct standing_duty d = duty(24);
    d.has_breach = false;
    assert_level(&d, 24, LEVEL_OVERDUE, 0, 24, EVENT_ABSENT);
}

static void
test_levels__a_last_call_outweighs_a_warning_of_the_same_instant(void **state) {
    (void)state;
    struct standing_duty d = duty(12);
    d.warn_us[1] = 20;
    assert_level(&d, 20, LEVEL_ACT_BY, 0, 20, 24);
}

static void test_levels__the_id_is_of_level_and_instant(void **state) {
    (void)state;
    struct standing_duty d = duty(12);
    const struct uuid id = {{7}};
    struct level first = level_at(&d, 12), again = level_at(&d, 13);
    d.fires_us = 19;
    struct level second = level_at(&d, 19);
    assert_true(uuid_equal(level_id(id, &first), level_id(id, &again)));
    assert_false(uuid_equal(level_id(id, &first), level_id(id, &second)));
}

/* However often and irregularly the clock is looked at, each level is told once at most,
 * in order, and the end is always told. */
static void test_levels__any_looking_tells_each_once(void **state) {
    (void)state;
    uint64_t random = 20261122;
    for (int round = 0; round < 20000; round++) {
        struct standing_duty d = duty(12);
        int64_t now = 0, told = -1;
        bool ended = false;
        while (!ended) {
            now += 1 + (int64_t)(random_next(&random) % 9);
            if (d.fires_us > now)
                continue;
            struct level l = level_at(&d, now);
            assert_true(l.kind != LEVEL_NONE && l.at_us > told && l.at_us <= now);
            told = l.at_us;
            ended = l.kind == LEVEL_BREACHED;
            assert_true(ended == (now >= 24));
            assert_true(ended || l.next_us > now);
            d.fires_us = l.next_us;
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels__each_is_told_at_its_instant),
        cmocka_unit_test(test_levels__who_slept_hears_the_latest_only),
        cmocka_unit_test(test_levels__what_was_told_before_is_not_told_again),
        cmocka_unit_test(test_levels__without_a_price_it_is_overdue),
        cmocka_unit_test(
            test_levels__a_last_call_outweighs_a_warning_of_the_same_instant),
        cmocka_unit_test(test_levels__the_id_is_of_level_and_instant),
        cmocka_unit_test(test_levels__any_looking_tells_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
