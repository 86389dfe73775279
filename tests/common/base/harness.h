/* harness.h: cmocka with the headers it forgets, and two things that the tests of base/
 * share. */
#ifndef TESTS_COMMON_BASE_HARNESS_H
#define TESTS_COMMON_BASE_HARNESS_H

#include "common/base/compiler.h"
#include "common/base/span.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Runs `run` in a child with standard error in `said` (NUL-terminated); returns the wait
 * status. */
static inline int UNUSED run_in_child(void (*run)(void), char *said, size_t size) {
    FILE *out = tmpfile();
    assert_non_null(out);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(fileno(out), STDERR_FILENO);
        run();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    rewind(out);
    said[fread(said, 1, size - 1, out)] = '\0';
    fclose(out);
    return status;
}

static inline void UNUSED assert_is_bug(void (*run)(void), const char *text) {
    char said[2048];
    int status = run_in_child(run, said, sizeof said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    if (!strstr(said, text))
        fail_msg("\"%s\" does not contain \"%s\"", said, text);
}

static inline void UNUSED assert_span_is(struct span s, const char *text) {
    if (!span_is(s, text))
        fail_msg("got \"%.*s\", expected \"%s\"", SPAN_ARGS(s), text);
}

static inline void UNUSED assert_contains(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("\"%s\" does not contain \"%s\"", text, part);
}

static inline void UNUSED assert_lacks(const char *text, const char *part) {
    if (strstr(text, part))
        fail_msg("\"%s\" contains \"%s\"", text, part);
}

#endif
