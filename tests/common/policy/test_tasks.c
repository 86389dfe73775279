/* test_tasks.c: the tasks of goods that get one plan after the other: within a turn each
 * change is told once, as the key of the trail says. */
#include "common/event/event.h"
#include "common/policy/tasks.h"
#include "tests/common/base/harness.h"

#include <stdlib.h>

enum { WEIGH, HAND_OVER }; /* the steps of every plan here */

static struct policy_disposition plan_of(const char *code, int hand_over_after,
                                         const char *licence) {
    struct policy_disposition d = {.code = code, .rule_id = code, .n_steps = 2};
    d.steps[WEIGH] = (struct policy_step){.action = "weigh", .after = -1};
    d.steps[HAND_OVER] = (struct policy_step){
        .action = "hand_over", .licence = licence, .after = hand_over_after};
    return d;
}

/* One event; what it told of the second step since. */
static unsigned apply(struct tasks *t, const struct policy_disposition *d,
                      int64_t at_us) {
    for (size_t i = 0; i < t->n; i++)
        t->items[i].tells = 0;
    const struct task_goods g = {.line_id = SPAN("1"), .at_us = at_us};
    (void)tasks_plan(t, &g, d, 1);
    assert_int_equal(t->n, 2);
    return t->items[HAND_OVER].tells;
}

static struct tasks new_tasks(void) {
    return (struct tasks){.a = arena_new(1 << 20), .identity_us = EVENT_ABSENT};
}

/* As henpin-deadlines does it. */
static void make_ready(struct task *x) {
    assert_int_equal(x->state, TASK_CREATED);
    x->state = TASK_READY;
}

static void test_tasks__what_was_ready_and_has_to_wait_begins_another_turn(void **state) {
    (void)state;
    const struct policy_disposition free = plan_of("free", -1, NULL),
                                    waits = plan_of("waits", WEIGH, NULL);
    struct tasks t = new_tasks();
    assert_int_equal(apply(&t, &free, 10), TASK_TELLS_CREATED | TASK_TELLS_READY);
    struct task *x = &t.items[HAND_OVER];
    assert_int_equal(x->turn, 1);
    assert_int_equal(apply(&t, &waits, 20), TASK_TELLS_REOPENED);
    assert_int_equal(x->state, TASK_CREATED);
    assert_int_equal(x->turn, 2);
    assert_int_equal(apply(&t, &free, 30), TASK_TELLS_READY);
    assert_int_equal(x->turn, 2);
    assert_int_equal(apply(&t, &waits, 40), TASK_TELLS_REOPENED);
    assert_int_equal(x->turn, 3);
    arena_free(t.a);
}

static void test_tasks__what_is_ready_and_waits_for_none_goes_on(void **state) {
    (void)state;
    static const char *const licences[] = {NULL, "CARRIER"};
    for (int i = 0; i < 2; i++) {
        const struct policy_disposition free = plan_of("free", -1, licences[i]),
                                        waits = plan_of("waits", WEIGH, licences[i]);
        struct tasks t = new_tasks();
        assert_int_equal(apply(&t, &waits, 10), TASK_TELLS_CREATED);
        struct task *x = &t.items[HAND_OVER];
        t.items[WEIGH].state = TASK_DONE;
        make_ready(x);
        assert_int_equal(apply(&t, &free, 20), 0);
        assert_int_equal(x->state, TASK_READY);
        assert_int_equal(x->turn, 1);
        assert_int_equal(x->after_step, 0);
        assert_int_equal(apply(&t, &waits, 30), TASK_TELLS_REOPENED);
        assert_int_equal(x->state, TASK_CREATED);
        assert_int_equal(x->look_us, 30); /* what is before it is done */
        assert_int_equal(x->turn, 2);
        arena_free(t.a);
    }
}

static void test_tasks__what_never_was_ready_waits_in_the_same_turn(void **state) {
    (void)state;
    const struct policy_disposition free = plan_of("free", -1, "CARRIER"),
                                    waits = plan_of("waits", WEIGH, "CARRIER");
    struct tasks t = new_tasks();
    assert_int_equal(apply(&t, &free, 10), TASK_TELLS_CREATED);
    assert_int_equal(apply(&t, &waits, 20), 0);
    assert_int_equal(apply(&t, &free, 30), 0);
    assert_int_equal(t.items[HAND_OVER].turn, 1);
    make_ready(&t.items[HAND_OVER]);
    assert_int_equal(apply(&t, &waits, 40), TASK_TELLS_REOPENED);
    assert_int_equal(t.items[HAND_OVER].turn, 2);
    arena_free(t.a);
}

/* Any change of plans, with a clock between them. */
static void test_tasks__no_change_is_told_twice_in_a_turn(void **state) {
    (void)state;
    static const struct policy_disposition none = {0};
    const struct policy_disposition plans[] = {plan_of("free", -1, NULL),
                                               plan_of("waits", WEIGH, NULL), none};
    srand(1);
    for (int round = 0; round < 300; round++) {
        struct tasks t = new_tasks();
        unsigned told[100] = {0}; /* by turn */
        (void)apply(&t, &plans[0], 1);
        const struct task *x = &t.items[HAND_OVER];
        told[x->turn] = x->tells;
        for (int i = 0; i < 40; i++) {
            t.items[WEIGH].state = rand() % 2 ? TASK_DONE : t.items[WEIGH].state;
            unsigned tells = apply(&t, &plans[rand() % 3], 2 + i);
            bool is_clocks =
                x->state == TASK_CREATED && t.items[WEIGH].state == TASK_DONE;
            assert_int_equal(told[x->turn] & tells, 0);
            told[x->turn] |= tells;
            if (!is_clocks || rand() % 2)
                continue;
            make_ready(&t.items[HAND_OVER]);
            assert_int_equal(told[x->turn] & TASK_TELLS_READY, 0);
            told[x->turn] |= TASK_TELLS_READY;
        }
        arena_free(t.a);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tasks__what_was_ready_and_has_to_wait_begins_another_turn),
        cmocka_unit_test(test_tasks__what_is_ready_and_waits_for_none_goes_on),
        cmocka_unit_test(test_tasks__what_never_was_ready_waits_in_the_same_turn),
        cmocka_unit_test(test_tasks__no_change_is_told_twice_in_a_turn),
    };
    return cmocka_run_group_tests_name("tasks", tests, NULL, NULL);
}
