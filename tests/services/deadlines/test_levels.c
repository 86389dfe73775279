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
    struct level l = level_at(d, 0, now_us);
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
    struct level first = level_at(&d, 0, 12), again = level_at(&d, 0, 13);
    d.fires_us = 19;
    struct level second = level_at(&d, 0, 19);
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
            struct level l = level_at(&d, 0, now);
            assert_true(l.kind != LEVEL_NONE && l.at_us > told && l.at_us <= now);
            told = l.at_us;
            ended = l.kind == LEVEL_BREACHED;
            assert_true(ended == (now >= 24));
            assert_true(ended || l.next_us > now);
            d.fires_us = l.next_us;
        }
    }
}

/* The first desk has it from 4 to 14, act by 15; the second to 20 and would act by 22. */
static struct standing_duty chain(int64_t fires_us, unsigned skips) {
    struct standing_duty d = duty(fires_us);
    d.act_by_us = 15;
    d.turns =
        (struct policy_turns){.n = 3,
                              .desk = {SPAN("house"), SPAN("partner"), SPAN("night")},
                              .from_us = {4, 14, 20},
                              .act_by_us = {15, 22, 24},
                              .skips = skips};
    return d;
}

static void test_levels__a_turn_ends_at_its_instant(void **state) {
    (void)state;
    struct standing_duty d = chain(12, 0);
    assert_int_equal(turns_at(&d.turns, 13), 0);
    assert_int_equal(level_at(&d, 0, 13).next_us, 14);
    assert_int_equal(turns_at(&d.turns, 14), 1);
    d.fires_us = 14;
    struct level l = level_at(&d, 1, 14), handed = level_handed_over(&d, 1, 14);
    assert_int_equal(l.kind, LEVEL_NONE); /* the act-by of the first is nobody's now */
    assert_int_equal(l.next_us, 19);
    assert_int_equal(handed.number, 2);
    assert_int_equal(handed.at_us, 14);
}

static void
test_levels__who_slept_hears_the_latest_turn_and_what_came_after_it(void **state) {
    (void)state;
    struct standing_duty d = chain(12, 0);
    struct level l = level_at(&d, turns_at(&d.turns, 19), 19);
    assert_int_equal(l.kind, LEVEL_WARNED); /* at 19, in the second's turn */
    assert_int_equal(l.number, 2);
    l = level_at(&d, turns_at(&d.turns, 21), 21);
    assert_int_equal(turns_at(&d.turns, 21), 2);
    assert_int_equal(l.kind, LEVEL_NONE); /* the warning was before its turn */
    assert_int_equal(l.next_us, 24);
    l = level_at(&d, turns_at(&d.turns, 99), 99);
    assert_int_equal(l.kind, LEVEL_BREACHED);
}

static void test_turns__who_is_full_is_passed_over_and_the_last_takes_all(void **state) {
    (void)state;
    struct standing_duty d = chain(12, 3); /* house and partner hand on, night does not */
    struct room items[] = {
        {SPAN("house"), -1, 10}, {SPAN("partner"), 1, 5}, {SPAN("night"), 0, 1}};
    struct rooms rooms = {items, COUNT_OF(items)};
    assert_int_equal(turns_fitting(&d.turns, 1, &rooms), 1);
    assert_int_equal(turns_fitting(&d.turns, 1, &rooms), 2); /* its room is gone */
    assert_int_equal(items[0].left, 1);
    assert_int_equal(items[1].left, 0);
    assert_int_equal(items[2].left, -1);
    assert_true(turns_hand_on(&d.turns, 0));
    assert_false(turns_hand_on(&d.turns, 2));
    d.turns.skips = 0;
    assert_int_equal(turns_fitting(&d.turns, 1, &rooms), 1); /* takes it, full or not */
    assert_int_equal(level_handed_over(&d, 1, 6).at_us, 6);  /* before its turn */
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
        cmocka_unit_test(test_levels__a_turn_ends_at_its_instant),
        cmocka_unit_test(
            test_levels__who_slept_hears_the_latest_turn_and_what_came_after_it),
        cmocka_unit_test(test_turns__who_is_full_is_passed_over_and_the_last_takes_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
