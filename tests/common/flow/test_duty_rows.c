/* test_duty_rows.c: when the clock has something to tell of a duty first. */
#include "common/flow/duty_rows.h"
#include "tests/common/base/harness.h"

#include "common/event/event.h"

#define FIRST_TURN 0

/* Warned at 40 and 60, handed over at 50 and 70, act by 80, due 100. */
static struct policy_duty duty(void) {
    return (struct policy_duty){
        .due_us = 100,
        .owner = {.act_by_us = 80},
        .turns = {{.from_us = 10}, {.from_us = 50}, {.from_us = 70}},
        .n_turns = 3,
        .warn_us = {40, 60},
        .n_warnings = 2,
    };
}

static void test_duty_rows__the_earliest_of_all_instants_fires(void **state) {
    (void)state;
    struct policy_duty d = duty();
    assert_int_equal(duty_rows_fires_us(&d, FIRST_TURN), 40);
    d.n_warnings = 0;
    assert_int_equal(duty_rows_fires_us(&d, FIRST_TURN), 50);
    d.n_turns = 1;
    assert_int_equal(duty_rows_fires_us(&d, FIRST_TURN), 80);
    d.owner.act_by_us = EVENT_ABSENT;
    assert_int_equal(duty_rows_fires_us(&d, FIRST_TURN), 100);
    d.due_us = EVENT_ABSENT;
    assert_int_equal(duty_rows_fires_us(&d, FIRST_TURN), EVENT_ABSENT);
}

static void test_duty_rows__turns_that_have_been_fire_no_more(void **state) {
    (void)state;
    struct policy_duty d = duty();
    d.n_warnings = 0;
    assert_int_equal(duty_rows_fires_us(&d, 1), 70);
    assert_int_equal(duty_rows_fires_us(&d, 2), 80); /* the last has it to the end */
}

static void test_duty_rows__what_comes_after_due_does_not_hide_it(void **state) {
    (void)state;
    struct policy_duty d = duty();
    d.due_us = 30;
    assert_int_equal(duty_rows_fires_us(&d, FIRST_TURN), 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duty_rows__the_earliest_of_all_instants_fires),
        cmocka_unit_test(test_duty_rows__turns_that_have_been_fire_no_more),
        cmocka_unit_test(test_duty_rows__what_comes_after_due_does_not_hide_it),
    };
    return cmocka_run_group_tests_name("duty_rows", tests, NULL, NULL);
}
