/* test_task_turn.c: what the clock does with one disposal task. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/base/absent.h"
#include "common/policy/model.h"
#include "services/deadlines/task_turn.h"

static const struct duration ten = {.kind = SPAN_ELAPSED, .amount = 10};
static const struct policy_step step = {.action = "hand_over", .due = &ten};

static struct standing_task waits(int64_t before_us) {
    return (struct standing_task){.has_before = true,
                                  .before_us = before_us,
                                  .counts_from_us = EVENT_ABSENT,
                                  .due_us = EVENT_ABSENT,
                                  .overdue_us = EVENT_ABSENT,
                                  .licence_until_us = EVENT_ABSENT};
}

static void
test_task_turn__nothing_is_ready_before_the_step_before_is_done(void **state) {
    (void)state;
    struct standing_task t = waits(EVENT_ABSENT);
    struct task_turn turn = task_turn_at(&t, &step, 1000);
    assert_false(turn.becomes_ready || turn.becomes_late);
    assert_int_equal(turn.look_us, EVENT_ABSENT);
}

static void test_task_turn__the_time_counts_from_the_step_before(void **state) {
    (void)state;
    struct standing_task t = waits(100);
    struct task_turn turn = task_turn_at(&t, &step, 105);
    assert_true(turn.becomes_ready);
    assert_false(turn.becomes_late);
    assert_int_equal(turn.counts_from_us, 100);
    assert_int_equal(turn.due_us, 110);
    assert_int_equal(turn.look_us, 110);
}

static void test_task_turn__who_slept_finds_it_ready_and_late_at_once(void **state) {
    (void)state;
    struct standing_task t = waits(100);
    struct task_turn turn = task_turn_at(&t, &step, 100000);
    assert_true(turn.becomes_ready && turn.becomes_late);
    assert_int_equal(turn.due_us, 110);
    assert_int_equal(turn.look_us, EVENT_ABSENT);
}

static void test_task_turn__what_counts_from_nothing_counts_from_now(void **state) {
    (void)state;
    struct standing_task t = waits(EVENT_ABSENT);
    t.has_before = false;
    struct task_turn turn = task_turn_at(&t, &step, 1000);
    assert_true(turn.becomes_ready);
    assert_int_equal(turn.counts_from_us, 1000);
    assert_int_equal(turn.due_us, 1010);
}

static void test_task_turn__other_rules_are_asked_who_may_do_it(void **state) {
    (void)state;
    struct standing_task t = waits(100);
    t.is_ready = true;
    assert_false(task_turn_at(&t, &step, 1000).wants_partner);
    t.has_other_rules = true;
    assert_true(task_turn_at(&t, &step, 1000).wants_partner);
}

static void test_task_turn__late_is_told_once(void **state) {
    (void)state;
    struct standing_task t = {.is_ready = true,
                              .counts_from_us = 100,
                              .due_us = 110,
                              .before_us = EVENT_ABSENT,
                              .overdue_us = EVENT_ABSENT,
                              .licence_until_us = EVENT_ABSENT};
    assert_false(task_turn_at(&t, &step, 109).becomes_late);
    assert_int_equal(task_turn_at(&t, &step, 109).look_us, 110);
    assert_true(task_turn_at(&t, &step, 110).becomes_late);
    t.overdue_us = 110;
    assert_false(task_turn_at(&t, &step, 200).becomes_late);
    assert_int_equal(task_turn_at(&t, &step, 200).look_us, EVENT_ABSENT);
}

static void test_task_turn__without_a_rule_or_a_date_it_is_never_late(void **state) {
    (void)state;
    struct standing_task t = waits(100);
    static const struct policy_step dateless = {.action = "hand_over"};
    const struct policy_step *const steps[] = {NULL, &dateless};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct task_turn turn = task_turn_at(&t, steps[i], 100000);
        assert_true(turn.becomes_ready);
        assert_false(turn.becomes_late);
        assert_int_equal(turn.due_us, EVENT_ABSENT);
        assert_int_equal(turn.look_us, EVENT_ABSENT);
    }
}

static void test_task_turn__the_first_step_counts_from_its_event(void **state) {
    (void)state;
    struct standing_task t = waits(EVENT_ABSENT);
    t.has_before = false;
    t.counts_from_us = 50;
    struct task_turn turn = task_turn_at(&t, &step, 55);
    assert_true(turn.becomes_ready);
    assert_int_equal(turn.due_us, 60);
}

static void test_task_turn__who_does_it_is_found_when_it_is_ready_and_when_a_licence_ends(
    void **state) {
    (void)state;
    struct standing_task t = waits(100);
    assert_true(task_turn_at(&t, &step, 101).wants_partner);
    t.is_ready = true;
    t.due_us = 300;
    t.licence_until_us = 200;
    struct task_turn turn = task_turn_at(&t, &step, 199);
    assert_false(turn.wants_partner || turn.licence_ended);
    assert_int_equal(turn.look_us, 200);
    turn = task_turn_at(&t, &step, 200);
    assert_true(turn.wants_partner && turn.licence_ended);
    task_turn_routed(&turn, false, 250, 200);
    assert_int_equal(turn.look_us, 250);
}

static void
test_task_turn__what_is_blocked_is_tried_again_and_late_all_the_same(void **state) {
    (void)state;
    struct standing_task t = waits(100);
    struct task_turn turn = task_turn_at(&t, &step, 101);
    task_turn_routed(&turn, true, EVENT_ABSENT, 101);
    assert_int_equal(turn.look_us, 110); /* due before the next try */
    t.is_ready = t.is_blocked = true;
    t.due_us = 110;
    turn = task_turn_at(&t, &step, 110);
    assert_true(turn.becomes_late && turn.wants_partner);
    task_turn_routed(&turn, true, EVENT_ABSENT, 110);
    assert_int_equal(turn.look_us, 110 + TASK_RETRY_US);
}

#define TEST(f) cmocka_unit_test(f)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_task_turn__nothing_is_ready_before_the_step_before_is_done),
        TEST(test_task_turn__the_time_counts_from_the_step_before),
        TEST(test_task_turn__who_slept_finds_it_ready_and_late_at_once),
        TEST(test_task_turn__what_counts_from_nothing_counts_from_now),
        TEST(test_task_turn__other_rules_are_asked_who_may_do_it),
        TEST(test_task_turn__late_is_told_once),
        TEST(test_task_turn__without_a_rule_or_a_date_it_is_never_late),
        TEST(test_task_turn__the_first_step_counts_from_its_event),
        TEST(
            test_task_turn__who_does_it_is_found_when_it_is_ready_and_when_a_licence_ends),
        TEST(test_task_turn__what_is_blocked_is_tried_again_and_late_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
