/* test_stop.c: what each signal does; each in a process of its own, because stopping is
 * for ever. */
#include "common/base/stop.h"

#include "common/base/log.h"
#include "tests/common/base/harness.h"

#include <poll.h>
#include <signal.h>

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                      \
            _exit(99);                                                                   \
        }                                                                                \
    } while (0)

static bool is_readable(void) {
    struct pollfd p = {.fd = stop_fd(), .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void assert_exit(void (*run)(void), int code) {
    char said[512];
    int status = run_in_child(run, said, sizeof said);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        fail_msg("wait status %d, expected exit %d: %s", status, code, said);
}

static void stop_once(void) {
    stop_install();
    CHECK(!stop_requested() && !is_readable());
    raise(SIGTERM);
    CHECK(stop_requested() && is_readable());
    stop_drain_fd();
    CHECK(stop_requested() && !is_readable());
}

static void interrupt_once(void) {
    stop_install();
    raise(SIGINT);
    CHECK(stop_requested());
}

static void stop_twice(void) {
    stop_install();
    raise(SIGINT);
    usleep(600000);
    raise(SIGTERM);
    _exit(99);
}

static void stop_together(void) {
    stop_install();
    raise(SIGTERM);
    raise(SIGTERM);
    CHECK(stop_requested());
}

static void reload(void) {
    stop_install();
    CHECK(!stop_take_reload());
    raise(SIGHUP);
    raise(SIGHUP);
    CHECK(is_readable());
    CHECK(stop_take_reload());
    CHECK(!stop_take_reload());
    CHECK(!stop_requested());
}

static void break_a_pipe(void) {
    stop_install();
    int ends[2];
    CHECK(pipe(ends) == 0);
    close(ends[0]);
    CHECK(write(ends[1], "x", 1) == -1);
}

static void toggle_debug(void) {
    stop_install();
    raise(SIGUSR1);
    log_debug("debug.shown", LOG_I64("n", 1));
    raise(SIGUSR1);
    log_debug("debug.hidden", LOG_I64("n", 1));
}

static void test_stop__sigterm_and_sigint_ask_to_stop(void **state) {
    (void)state;
    assert_exit(stop_once, 0);
    assert_exit(interrupt_once, 0);
}

static void test_stop__a_second_signal_leaves_at_once(void **state) {
    (void)state;
    assert_exit(stop_twice, 1);
}

static void
test_stop__signals_to_the_process_and_its_group_are_one_request(void **state) {
    (void)state;
    assert_exit(stop_together, 0);
}

static void test_stop__sighup_asks_for_one_reload(void **state) {
    (void)state;
    assert_exit(reload, 0);
}

static void test_stop__a_broken_pipe_is_an_error_not_a_death(void **state) {
    (void)state;
    assert_exit(break_a_pipe, 0);
}

static void test_stop__sigusr1_toggles_debug(void **state) {
    (void)state;
    char said[2048];
    assert_int_equal(run_in_child(toggle_debug, said, sizeof said), 0);
    assert_contains(said, "debug.shown");
    assert_lacks(said, "debug.hidden");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop__sigterm_and_sigint_ask_to_stop),
        cmocka_unit_test(test_stop__a_second_signal_leaves_at_once),
        cmocka_unit_test(test_stop__signals_to_the_process_and_its_group_are_one_request),
        cmocka_unit_test(test_stop__sighup_asks_for_one_reload),
        cmocka_unit_test(test_stop__a_broken_pipe_is_an_error_not_a_death),
        cmocka_unit_test(test_stop__sigusr1_toggles_debug),
    };
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
