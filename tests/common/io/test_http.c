/* The server over real sockets: the test is the client and the loop at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/io/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

struct fixture {
    struct http *http;
    struct error err;
    int n_calls;
};

static void handler(void *context, const char *path, struct http_answer *answer) {
    struct fixture *f = context;
    f->n_calls++;
    if (strcmp(path, "/live") == 0) {
        answer->status = 200;
        build_text(answer->body, "alive\n");
    } else if (strcmp(path, "/ready") == 0) {
        answer->status = 503;
        answer->content_type = "application/json";
        build_text(answer->body, "{}");
    } else if (strcmp(path, "/large") == 0) {
        answer->status = 200;
        for (int i = 0; i < 100000; i++)
            build_text(answer->body, "0123456789");
    } else if (strcmp(path, "/endless") == 0) {
        answer->status = 200;
        while (!answer->body->is_cut)
            build_text(answer->body, "0123456789");
    }
}

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    signal(SIGPIPE, SIG_IGN); /* as stop_install does */
    assert_int_equal(http_new("127.0.0.1:0", handler, f, &f->http, &f->err), ST_OK);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    http_free(f->http);
    free(f);
    return 0;
}

static int open_client(struct fixture *f) {
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)http_port(f->http))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void send_text(int fd, const char *text) {
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Watches only http_fd, as a worker does; true when it had something to do. */
static bool turn(struct fixture *f, int wait_ms) {
    struct pollfd p = {.fd = http_fd(f->http), .events = POLLIN};
    if (poll(&p, 1, wait_ms) <= 0)
        return false;
    http_turn(f->http);
    return true;
}

/* Reads until the server closes or `limit_ms` have passed; the answer's whole length. */
static size_t receive(struct fixture *f, int fd, char *to, size_t size, int limit_ms) {
    int64_t until_us = clock_monotonic_us() + limit_ms * US_PER_MS;
    size_t len = 0;
    while (clock_monotonic_us() < until_us) {
        (void)turn(f, 5);
        char piece[65536];
        ssize_t n = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n <= 0)
            break;
        for (ssize_t i = 0; i < n && len + (size_t)i + 1 < size; i++)
            to[len + (size_t)i] = piece[i];
        len += (size_t)n;
    }
    to[len < size ? len : size - 1] = '\0';
    return len;
}

static size_t ask(struct fixture *f, const char *request, char *to, size_t size) {
    int fd = open_client(f);
    send_text(fd, request);
    size_t len = receive(f, fd, to, size, 10000);
    close(fd);
    return len;
}

#define CLOSING " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static void test_get__is_answered_by_the_handler(void **state) {
    struct fixture *f = *state;
    char text[4096];
    ask(f, "GET /live" CLOSING, text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 200"));
    assert_non_null(strstr(text, "\r\n\r\nalive\n"));
    ask(f, "GET /ready" CLOSING, text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 503"));
    assert_non_null(strstr(text, "application/json"));
    ask(f, "GET /unknown" CLOSING, text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 404"));
}

static void test_head__has_the_length_and_no_body(void **state) {
    struct fixture *f = *state;
    char text[4096];
    ask(f, "HEAD /live" CLOSING, text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 200"));
    assert_non_null(strstr(text, "Content-Length: 6"));
    assert_null(strstr(text, "alive"));
}

static void test_post__is_refused_without_reading_its_body(void **state) {
    struct fixture *f = *state;
    char text[4096];
    ask(f, "POST /live HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc", text,
        sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 405"));
    assert_non_null(strstr(text, "Allow: GET, HEAD"));
    assert_int_equal(f->n_calls, 0);
}

static void test_request__with_a_huge_header_is_refused(void **state) {
    struct fixture *f = *state;
    char text[4096];
    char *request = malloc(60000);
    int len = sprintf(request, "GET /live HTTP/1.1\r\nHost: x\r\nX: ");
    memset(request + len, 'x', 50000);
    strcpy(request + len + 50000, "\r\n\r\n");
    int fd = open_client(f);
    (void)send(fd, request, strlen(request), MSG_NOSIGNAL);
    receive(f, fd, text, sizeof text, 10000);
    close(fd);
    free(request);
    assert_int_equal(f->n_calls, 0);
    ask(f, "GET /live" CLOSING, text, sizeof text); /* and the next one is served */
    assert_non_null(strstr(text, "HTTP/1.1 200"));
}

static void test_answer__of_a_megabyte_arrives_whole(void **state) {
    struct fixture *f = *state;
    char text[4096];
    assert_true(ask(f, "GET /large" CLOSING, text, sizeof text) > 1000000);
    assert_non_null(strstr(text, "Content-Length: 1000000"));
}

static void test_answer__that_does_not_fit_is_an_error_not_a_cut(void **state) {
    struct fixture *f = *state;
    char text[4096];
    ask(f, "GET /endless" CLOSING, text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 500"));
}

static void test_slow_client__neither_blocks_others_nor_stays(void **state) {
    struct fixture *f = *state;
    char text[4096];
    int slow = open_client(f);
    send_text(slow, "GET /live HTTP/1.1\r\nHos");
    while (turn(f, 50))
        ;
    ask(f, "GET /live" CLOSING, text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 200"));
    int64_t began_us = clock_monotonic_us();
    receive(f, slow, text, sizeof text, 20000); /* until it is closed */
    assert_true(clock_monotonic_us() - began_us < 10 * US_PER_S);
    close(slow);
    for (int i = 0; i < 20 && turn(f, 50); i++)
        ;
    assert_false(turn(f, 1500)); /* nobody is there: nothing wakes the loop */
}

static void test_many__connections_are_bounded_and_then_served(void **state) {
    struct fixture *f = *state;
    int fds[100];
    char text[4096];
    for (int i = 0; i < 100; i++) {
        fds[i] = open_client(f);
        (void)turn(f, 0);
    }
    for (int i = 0; i < 200; i++)
        (void)turn(f, 0);
    for (int i = 0; i < 100; i++)
        close(fds[i]);
    for (int i = 0; i < 200; i++)
        (void)turn(f, 1);
    ask(f, "GET /live" CLOSING, text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 200"));
}

/* A port scanner, a confused client, an attacker: whatever comes, the next is served. */
static void test_garbage__never_reaches_the_handler_nor_stops_the_server(void **state) {
    struct fixture *f = *state;
    static const char *const starts[] = {
        "",
        "GET ",
        "GET /live HTTP/1.1\r\n",
        "GET /live HTTP/9.9\r\nHost: ",
        "HEAD /live HTTP/1.1\r\nContent-Length: -",
        "GET /live HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"};
    uint64_t random = 88172645463325252u; /* xorshift: the same at every run */
    for (int round = 0; round < 2000; round++) {
        char bytes[300], text[4096];
        size_t len = strlen(starts[round % (int)COUNT_OF(starts)]);
        memcpy(bytes, starts[round % (int)COUNT_OF(starts)], len);
        while (len < sizeof bytes - (size_t)(round % 250)) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            bytes[len++] = (char)random;
        }
        int fd = open_client(f);
        (void)send(fd, bytes, len, MSG_NOSIGNAL);
        (void)turn(f, 1);
        if (round % 500 == 0)
            receive(f, fd, text, sizeof text, 50);
        close(fd);
        (void)turn(f, 1);
    }
    assert_int_equal(f->n_calls, 0);
    char text[4096] = ""; /* what hangs is let go after five seconds of silence */
    for (int i = 0; i < 100 && !strstr(text, "HTTP/1.1 200"); i++) {
        (void)turn(f, 100);
        ask(f, "GET /live" CLOSING, text, sizeof text);
    }
    assert_non_null(strstr(text, "HTTP/1.1 200"));
}

/* Ten thousand that connect and say nothing get no memory of ours, and go. */
static void test_flood__of_ten_thousand_connections_passes(void **state) {
    struct fixture *f = *state;
    char text[4096];
    for (int i = 0; i < 10000; i++) {
        int fd = open_client(f);
        (void)turn(f, 0);
        struct linger reset = {1, 0}; /* else their ports would wait for a minute */
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
    }
    for (int i = 0; i < 200; i++)
        (void)turn(f, 1);
    ask(f, "GET /live" CLOSING, text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 200"));
}

static void test_keep_alive__serves_two_requests_on_one_connection(void **state) {
    struct fixture *f = *state;
    char text[4096];
    int fd = open_client(f);
    send_text(fd, "GET /live HTTP/1.1\r\nHost: x\r\n\r\n");
    receive(f, fd, text, sizeof text, 300);
    assert_non_null(strstr(text, "alive"));
    send_text(fd, "GET /ready" CLOSING);
    receive(f, fd, text, sizeof text, 10000);
    assert_non_null(strstr(text, "HTTP/1.1 503"));
    close(fd);
    assert_int_equal(f->n_calls, 2);
}

static void test_new__says_which_address_it_cannot_take(void **state) {
    struct fixture *f = *state;
    struct http *other;
    char taken[40];
    snprintf(taken, sizeof taken, "127.0.0.1:%d", http_port(f->http));
    const char *wrong[] = {
        taken, "9464", "", "127.0.0.1:", "::1:9464", "127.0.0.1:http", "192.0.2.1:0"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_int_equal(http_new(wrong[i], handler, NULL, &other, &f->err), ST_FATAL);
        assert_int_equal(f->err.code, E_HTTP);
        assert_non_null(strstr(f->err.text, wrong[i]));
        assert_true(strlen(f->err.hint) > 0);
    }
}

static void test_new__takes_any_interface(void **state) {
    struct fixture *f = *state;
    struct http *other;
    assert_int_equal(http_new(":0", handler, f, &other, &f->err), ST_OK);
    assert_true(http_port(other) > 0);
    http_free(other);
}

#define test_case(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        test_case(test_get__is_answered_by_the_handler),
        test_case(test_head__has_the_length_and_no_body),
        test_case(test_post__is_refused_without_reading_its_body),
        test_case(test_request__with_a_huge_header_is_refused),
        test_case(test_answer__of_a_megabyte_arrives_whole),
        test_case(test_answer__that_does_not_fit_is_an_error_not_a_cut),
        test_case(test_slow_client__neither_blocks_others_nor_stays),
        test_case(test_many__connections_are_bounded_and_then_served),
        test_case(test_garbage__never_reaches_the_handler_nor_stops_the_server),
        test_case(test_flood__of_ten_thousand_connections_passes),
        test_case(test_keep_alive__serves_two_requests_on_one_connection),
        test_case(test_new__says_which_address_it_cannot_take),
        test_case(test_new__takes_any_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
