/*
 * stop.c: signals become flags, and an eventfd that wakes a waiting poll().
 *
 * The handler only sets flags, reads the clock and writes to the eventfd (clock_gettime and
 * write are async-signal-safe). Everything that a stop means is done by the loop, between
 * two batches.
 */
#include "common/base/stop.h"

#include "common/base/clock.h"
#include "common/base/compiler.h"
#include "common/base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A supervisor may signal the process and then its group (coreutils' timeout does): that
 * is one request. */
enum { TOGETHER_US = 500000 };

static volatile sig_atomic_t is_stopping;
static volatile int64_t asked_us; /* when to stop, by clock_monotonic_us() */
static volatile sig_atomic_t is_reload_wanted;
static volatile sig_atomic_t wake_fd = -1;

static void wake(void) {
    const uint64_t one = 1;
    /* It can only fail when the counter is full, and then the descriptor is readable
     * already. */
    ssize_t written = write(wake_fd, &one, sizeof one);
    (void)written;
}

static void on_signal(int signal_number) {
    int saved = errno;
    switch (signal_number) {
    case SIGHUP:
        is_reload_wanted = 1;
        break;
    case SIGUSR1:
        log_toggle_debug();
        break;
    default:
        /* The second request: whoever asks twice does not want to wait for the batch. */
        if (is_stopping && clock_monotonic_us() - asked_us > TOGETHER_US)
            _exit(EXIT_FAILURE);
        if (!is_stopping)
            asked_us = clock_monotonic_us();
        is_stopping = 1;
    }
    wake();
    errno = saved;
}

void stop_install(void) {
    if (wake_fd < 0)
        wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0)
        BUG("could not make an eventfd: %s", strerror(errno));
    /* SA_RESTART: libraries' calls are not disturbed; poll() returns all the same. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    const int caught[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    for (size_t i = 0; i < COUNT_OF(caught); i++)
        sigaction(caught[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int stop_fd(void) {
    return wake_fd;
}

void stop_drain_fd(void) {
    uint64_t count;
    ssize_t n = read(wake_fd, &count, sizeof count);
    (void)n; /* unreadable already: nothing to drain */
}

bool stop_requested(void) {
    return is_stopping;
}

bool stop_take_reload(void) {
    bool is_wanted = is_reload_wanted;
    /* A signal between these two lines is served by the reload that follows this call. */
    is_reload_wanted = 0;
    return is_wanted;
}
