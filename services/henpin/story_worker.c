/*
 * story_worker.c: the programs that a story runs: workers, driven through their standard
 * input (common/flow/source.h) or started on Kafka, and `henpin migrate`.
 *
 * What they log goes to a file without a name; its end is told when one fails.
 */
#include "services/henpin/story.h"

#include "common/base/clock.h"
#include "common/base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_US US_PER_MIN
#define END_TIMEOUT_US (30 * US_PER_S)
#define LINE_EXTRA 256 /* a record's line besides its value and key */

extern char **environ;

/* With the end of what it said: of a log the last line, of a tool all lines. */
static enum status failed(const struct story_worker *w, const char *what,
                          struct error *err) {
    char end[601] = "";
    long size = w->log && fseek(w->log, 0, SEEK_END) == 0 ? ftell(w->log) : 0;
    if (size > 0) {
        (void)fseek(w->log, size > 600 ? size - 600 : 0, SEEK_SET);
        end[fread(end, 1, sizeof end - 1, w->log)] = '\0';
    }
    struct span said = span_trim(span_of(end)), line;
    char text[800];
    struct builder b = builder_over(text, sizeof text);
    while (span_cut(&said, '\n', &line)) {
        const char *event = memmem(line.ptr, line.len, " event=", 7);
        if (event) { /* what stands before it is the same on every line */
            b.len = 0;
            line = (struct span){event + 1, line.len - (size_t)(event + 1 - line.ptr)};
        }
        build_format(&b, "%s%.*s", b.len > 0 ? "; " : "", SPAN_ARGS(line));
    }
    return error_set(err, E_INPUT, "%s %s: %.*s", w->program, what,
                     SPAN_ARGS(builder_span(&b)));
}

static enum status spawn(struct story_worker *w, const char *const argv[], int in,
                         int out, struct error *err) {
    const char *slash = strrchr(argv[0], '/');
    w->program = slash ? slash + 1 : argv[0];
    w->log = tmpfile();
    if (!w->log)
        return error_set(err, E_FILE, "no temporary file: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, out >= 0 ? out : fileno(w->log),
                                     STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(w->log), STDERR_FILENO);
    pid_t pid = 0;
    int code = posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0)
        return error_set(err, E_FILE, "cannot run \"%s\": %s", argv[0], strerror(code));
    w->pid = pid;
    return ST_OK;
}

static void close_fd(int *fd) {
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

enum status story_worker_start(struct story_worker *w, const char *const argv[],
                               bool has_pipes, struct error *err) {
    *w = (struct story_worker){.input = -1, .output = -1};
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    if (has_pipes && (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)) {
        close_fd(&in[0]);
        close_fd(&in[1]);
        return error_set(err, E_FILE, "no pipe: %s", strerror(errno));
    }
    enum status st = spawn(w, argv, in[0], out[1], err);
    close_fd(&in[0]);
    close_fd(&out[1]);
    w->input = in[1];
    w->output = out[0];
    return st;
}

/* ---- the protocol ---- */

static enum status say(struct story_worker *w, struct span text, struct error *err) {
    while (text.len > 0) {
        ssize_t n = write(w->input, text.ptr, text.len);
        if (n < 0 && errno != EINTR)
            return failed(w, "listens no more", err);
        if (n > 0)
            text = (struct span){text.ptr + n, text.len - (size_t)n};
    }
    return ST_OK;
}

enum status story_worker_clock(struct story_worker *w, int64_t clock_us,
                               struct error *err) {
    char line[64];
    int n = snprintf(line, sizeof line, "{\"clock_us\":%lld}\n", (long long)clock_us);
    return say(w, (struct span){line, (size_t)n}, err);
}

enum status story_worker_send(struct story_worker *w, struct arena *a, const char *topic,
                              const struct story_event *e, int64_t clock_us,
                              struct error *err) {
    struct builder b = builder_in(a, e->value.len * 2 + e->key.len * 6 + LINE_EXTRA);
    build_format(&b,
                 "{\"record\":{\"topic\":\"%s\",\"partition\":0,\"offset\":%lld,"
                 "\"timestamp_us\":%lld,\"key\":",
                 topic, (long long)w->n_records++, (long long)clock_us);
    build_json(&b, e->key);
    build_text(&b, ",\"value_hex\":\"");
    build_hex(&b, e->value.ptr, e->value.len);
    build_text(&b, "\"}}\n");
    return say(w, builder_span(&b), err);
}

/* One line of its answer, waited for. */
static enum status hear(struct story_worker *w, char *line, size_t size,
                        struct error *err) {
    int64_t until_us = clock_monotonic_us() + ANSWER_TIMEOUT_US;
    size_t len = 0;
    while (len == 0 || line[len - 1] != '\n') {
        struct pollfd p = {.fd = w->output, .events = POLLIN};
        int ready = poll(&p, 1, 100);
        if (stop_requested())
            return error_set(err, E_INPUT, "stopped by a signal");
        if (clock_monotonic_us() > until_us)
            return failed(w, "does not answer", err);
        if (ready <= 0)
            continue;
        ssize_t n = read(w->output, line + len, size - 1 - len);
        if (n <= 0)
            return failed(w, "ended", err);
        len += (size_t)n;
        if (len == size - 1)
            return failed(w, "says too much", err);
    }
    line[len - 1] = '\0';
    return ST_OK;
}

enum status story_worker_flush(struct story_worker *w, struct error *err) {
    char line[64], answer[64];
    long long id = (long long)++w->n_flushes;
    int n = snprintf(line, sizeof line, "{\"flush\":%lld}\n", id);
    enum status st = say(w, (struct span){line, (size_t)n}, err);
    if (st == ST_OK)
        st = hear(w, answer, sizeof answer, err);
    snprintf(line, sizeof line, "flushed %lld", id);
    return st != ST_OK || strcmp(answer, line) == 0 ? st
                                                    : failed(w, "answers amiss", err);
}

/* ---- the end ---- */

/* Waits for its end and asks less and less politely; its exit code, -1 by a signal. One
 * that dies of being asked had not begun: stop_install() is among the first things. */
static int reap(int pid, bool is_asked) {
    int64_t until_us = clock_monotonic_us() + END_TIMEOUT_US;
    int how = 0;
    if (!is_asked)
        (void)kill(pid, SIGTERM);
    while (waitpid(pid, &how, WNOHANG) == 0) {
        if (clock_monotonic_us() > until_us)
            (void)kill(pid, SIGKILL);
        (void)poll(NULL, 0, 2);
    }
    if (!is_asked && WIFSIGNALED(how) && WTERMSIG(how) == SIGTERM)
        return 0;
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

enum status story_worker_end(struct story_worker *w, struct error *err) {
    bool is_asked = w->input >= 0; /* the end of its input is the end of its work */
    close_fd(&w->input);
    int code = w->pid > 0 ? reap(w->pid, is_asked) : 0;
    w->pid = 0;
    enum status st = code == 0 ? ST_OK : failed(w, "did not end well", err);
    close_fd(&w->output);
    if (w->log)
        (void)fclose(w->log);
    w->log = NULL;
    return st;
}

void story_worker_kill(struct story_worker *w) {
    int how = 0;
    (void)kill(w->pid, SIGKILL);
    (void)waitpid(w->pid, &how, 0);
    w->pid = 0;
    if (w->log)
        (void)fclose(w->log);
    w->log = NULL;
}

enum status story_run_killed(const char *const argv[], int delay_ms, struct error *err) {
    struct story_worker w = {.input = -1, .output = -1};
    enum status st = spawn(&w, argv, -1, -1, err);
    if (st != ST_OK)
        return st;
    (void)poll(NULL, 0, delay_ms);
    story_worker_kill(&w);
    return ST_OK;
}

enum status story_run(const char *const argv[], int64_t timeout_us, struct error *err) {
    struct story_worker w = {.input = -1, .output = -1};
    int64_t until_us = clock_monotonic_us() + timeout_us;
    enum status st = spawn(&w, argv, -1, -1, err);
    int how = 0;
    pid_t ended = 0;
    while (st == ST_OK && (ended = waitpid(w.pid, &how, WNOHANG)) == 0 &&
           clock_monotonic_us() < until_us && !stop_requested())
        (void)poll(NULL, 0, 2);
    if (st == ST_OK && ended == 0) {
        (void)kill(w.pid, SIGKILL);
        (void)waitpid(w.pid, &how, 0);
        st = stop_requested() ? error_set(err, E_INPUT, "stopped by a signal")
                              : failed(&w, "does not end", err);
    } else if (st == ST_OK && (ended < 0 || how != 0)) {
        st = failed(&w, argv[1], err);
    }
    if (w.log)
        (void)fclose(w.log);
    return st;
}
