/* When a worker holds rather than flood the dead letters. */
#include "common/base/log.h"
#include "common/flow/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct error why = {.code = E_EVENT_FIELD, .text = "order_id is empty"};

/* The first n_bad of n messages are rejected. */
static struct batch batch_of(struct message *messages, size_t n, size_t n_bad) {
    for (size_t i = 0; i < n; i++)
        messages[i] = (struct message){
            .fate = i < n_bad ? FATE_REJECTED : FATE_OPEN,
            .error = i < n_bad ? &why : NULL,
        };
    return (struct batch){.messages = messages, .n_messages = n, .n_rejected = n_bad};
}

static bool holds(struct breaker *k, size_t n, size_t n_bad) {
    struct message messages[1000];
    const struct batch b = batch_of(messages, n, n_bad);
    return breaker_holds(k, &b);
}

static void count(struct breaker *k, size_t n, size_t n_bad) {
    struct message messages[1000];
    const struct batch b = batch_of(messages, n, n_bad);
    breaker_count(k, &b);
}

static void test_breaker__needs_the_share_and_the_number(void **state) {
    (void)state;
    struct breaker k = {.min_bad = 10, .share = 0.5};
    assert_false(holds(&k, 9, 9));   /* too few */
    assert_false(holds(&k, 20, 10)); /* half is not more than half */
    assert_true(holds(&k, 20, 11));
    assert_true(holds(&k, 10, 10));
}

static void test_breaker__remembers_what_was_committed(void **state) {
    (void)state;
    struct breaker k = {.min_bad = 10, .share = 0.5};
    count(&k, 30, 0);
    assert_false(holds(&k, 20, 20));
    count(&k, 20, 20);
    assert_true(holds(&k, 20, 20)); /* 40 of 70 */
}

static void test_breaker__forgets_by_and_by(void **state) {
    (void)state;
    struct breaker k = {.min_bad = 10, .share = 0.5};
    for (int i = 0; i < 100; i++)
        count(&k, 1000, 0);
    for (int i = 0; i < 3; i++)
        count(&k, 1000, 1000);
    assert_true(holds(&k, 1000, 1000));
}

static void test_breaker__a_good_batch_closes_it(void **state) {
    (void)state;
    struct breaker k = {.min_bad = 10, .share = 0.5};
    assert_true(holds(&k, 20, 20));
    assert_true(k.is_open);
    assert_true(holds(&k, 20, 20));
    assert_false(holds(&k, 20, 0));
    assert_false(k.is_open);
}

static void test_breaker__a_share_of_one_never_holds(void **state) {
    (void)state;
    struct breaker k = {.min_bad = 1, .share = 1.0};
    assert_false(holds(&k, 1000, 1000));
    assert_false(k.is_open);
}

/* One conversation that two machines keep up, and one bad record of somebody else's. */
static void test_breaker__a_full_case_is_nobodys_bug(void **state) {
    (void)state;
    static const struct error full = {.code = E_EVENT_SIZE, .text = "holds 1000 events"};
    struct breaker k = {.min_bad = 10, .share = 0.5};
    struct message messages[100];
    const struct batch b = batch_of(messages, 100, 100);
    for (size_t i = 0; i < 100; i++)
        messages[i].error = &full;
    for (int i = 0; i < 30; i++) {
        assert_false(breaker_holds(&k, &b)); /* tried again after a conflict */
        breaker_count(&k, &b);
    }
    assert_false(holds(&k, 1, 1));
}

int main(void) {
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breaker__needs_the_share_and_the_number),
        cmocka_unit_test(test_breaker__remembers_what_was_committed),
        cmocka_unit_test(test_breaker__forgets_by_and_by),
        cmocka_unit_test(test_breaker__a_good_batch_closes_it),
        cmocka_unit_test(test_breaker__a_share_of_one_never_holds),
        cmocka_unit_test(test_breaker__a_full_case_is_nobodys_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
