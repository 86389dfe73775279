/* Prefixes that are tried, and whom they blame. */
#include "common/flow/bisect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N = 100 };

/* Runs attempts until one of the whole batch succeeds; a prefix fails when it holds a bad
 * message that is not rejected. After `since` trials the message `later` is bad, too. */
static int trials_while(struct batch *b, bool *is_bad, size_t later, int since) {
    struct bisection s = {0};
    const struct error why = {.code = E_PG_DATA, .text = "refused"};
    for (int trials = 0; trials < 10000; trials++) {
        if (trials == since)
            is_bad[later] = true;
        size_t limit = bisect_limit(&s, b->n_messages);
        bool fails = false, was_trial = s.is_on;
        for (size_t i = 0; i < limit; i++)
            fails = fails || (is_bad[i] && b->messages[i].fate != FATE_REJECTED);
        if (!fails && !was_trial)
            return trials;
        if (fails)
            bisect_failed(&s, limit, &why);
        else
            bisect_succeeded(&s, limit);
        struct message *guilty = NULL;
        enum bisect_verdict verdict = bisect_settle(&s, b, &guilty);
        assert_int_not_equal(verdict, BISECT_NOBODY);
        if (verdict == BISECT_FOUND)
            guilty->fate = FATE_REJECTED;
    }
    fail_msg("the bisection does not end");
    return -1;
}

static int trials_until_clean(struct batch *b, bool *is_bad) {
    return trials_while(b, is_bad, 0, -1);
}

static void test_bisect__blames_exactly_the_bad_ones(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct message messages[N] = {0};
        bool is_bad[N] = {false};
        struct batch b = {.messages = messages, .n_messages = 1 + seed % N};
        for (size_t i = 0; i < b.n_messages; i++)
            is_bad[i] = (seed * 2654435761u + i * 40503u) % 97 < seed % 7;
        (void)trials_until_clean(&b, is_bad);
        for (size_t i = 0; i < b.n_messages; i++)
            assert_int_equal(messages[i].fate == FATE_REJECTED, is_bad[i]);
    }
}

static void test_bisect__takes_a_logarithm_of_trials_for_one_bad_message(void **state) {
    (void)state;
    for (size_t at = 0; at < N; at++) {
        struct message messages[N] = {0};
        bool is_bad[N] = {false};
        struct batch b = {.messages = messages, .n_messages = N};
        is_bad[at] = true;
        assert_true(trials_until_clean(&b, is_bad) <= 10);
    }
}

static void
test_bisect__blames_nobody_for_a_failure_that_does_not_come_again(void **state) {
    (void)state;
    struct bisection s = {0};
    const struct error why = {.code = E_PG_DATA};
    bisect_failed(&s, N, &why);
    assert_int_equal(bisect_limit(&s, N), N);
    bisect_succeeded(&s, N);
    assert_false(s.is_on);
    assert_int_equal(bisect_limit(&s, N), N);
}

/* The tables change between two trials: from the given one on another message is bad. */
static void test_bisect__blames_nobody_for_what_became_bad_meanwhile(void **state) {
    (void)state;
    for (size_t at = 0; at < N; at += 3) {
        for (size_t later = 0; later < N; later++) {
            for (int since = 0; since < 12; since++) {
                struct message messages[N] = {0};
                bool is_bad[N] = {false};
                struct batch b = {.messages = messages, .n_messages = N};
                is_bad[at] = true;
                (void)trials_while(&b, is_bad, later, since);
                for (size_t i = 0; i < N; i++)
                    assert_int_equal(messages[i].fate == FATE_REJECTED, is_bad[i]);
            }
        }
    }
}

static void test_bisect__says_when_no_message_is_left_to_blame(void **state) {
    (void)state;
    struct message messages[2] = {{.fate = FATE_REJECTED}, {.fate = FATE_REJECTED}};
    struct batch b = {.messages = messages, .n_messages = 2};
    struct bisection s = {0};
    struct message *guilty = NULL;
    const struct error why = {.code = E_PG_DATA};
    bisect_failed(&s, 2, &why);
    assert_int_equal(bisect_settle(&s, &b, &guilty), BISECT_GO_ON);
    bisect_failed(&s, 2, &why);
    assert_int_equal(bisect_settle(&s, &b, &guilty), BISECT_NOBODY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bisect__blames_exactly_the_bad_ones),
        cmocka_unit_test(test_bisect__takes_a_logarithm_of_trials_for_one_bad_message),
        cmocka_unit_test(
            test_bisect__blames_nobody_for_a_failure_that_does_not_come_again),
        cmocka_unit_test(test_bisect__blames_nobody_for_what_became_bad_meanwhile),
        cmocka_unit_test(test_bisect__says_when_no_message_is_left_to_blame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
