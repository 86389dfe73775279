/*
 * http.c: libmicrohttpd in external polling mode: its epoll descriptor, our loop, no
 * threads.
 *
 * libmicrohttpd closes silent connections by itself, but only while it runs, and its
 * descriptor does not become readable for a timeout. So ours is an epoll over two:
 * theirs, and a timer set to what MHD_get_timeout says. A loop that only watches
 * http_fd() therefore serves everything, and sleeps when nobody is there.
 *
 * Bounded: 32 connections (16 from one address), 16 KiB for a request (431 beyond), 5 s
 * of silence, GET and HEAD (405 otherwise, and the connection is closed without reading a
 * body), answers up to 4 MiB, or what
 * http_answers_up_to() says (500 beyond, and a line in the log).
 */
#include "common/io/http.h"

#include "common/base/log.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define CONNECTIONS 32u
#define CONNECTIONS_OF_ONE 16u
#define SILENCE_S 5u
#define REQUEST_MAX ((size_t)16 * 1024)
#define ANSWER_MAX ((size_t)4 * 1024 * 1024)

struct http {
    struct MHD_Daemon *daemon;
    http_handler *handler;
    void *context;
    int port;
    int fd, timer_fd;
    size_t answer_max;
    char *buffer; /* of an answer while it is made; its pages are touched only as far as
                     needed */
};

/* ---- answering ---- */

static enum MHD_Result refuse_method(struct MHD_Connection *c) {
    static char text[] = "only GET and HEAD are served\n";
    struct MHD_Response *r =
        MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    (void)MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    (void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result sent = MHD_queue_response(c, MHD_HTTP_METHOD_NOT_ALLOWED, r);
    MHD_destroy_response(r);
    return sent;
}

static enum MHD_Result answer(void *cls, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request) {
    (void)version, (void)upload;
    struct http *h = cls;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
        strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return refuse_method(c);
    /* An answer before the request is read to its end makes libmicrohttpd close the
     * connection, so the first call only takes note. */
    if (!*request || *upload_size > 0) {
        *request = h;
        *upload_size = 0; /* what a GET brings along is dropped */
        return MHD_YES;
    }
    struct builder body = builder_over(h->buffer, h->answer_max);
    struct http_answer a = {.status = MHD_HTTP_NOT_FOUND, .body = &body};
    h->handler(h->context, path, &a);
    if (body.is_cut) {
        log_warn("http.answer-too-large", LOG_STR("path", path),
                 LOG_I64("bytes_max", (int64_t)h->answer_max));
        body = builder_over(h->buffer, h->answer_max);
        build_format(&body, "the answer is larger than %zu bytes\n", h->answer_max);
        a.status = MHD_HTTP_INTERNAL_SERVER_ERROR;
        a.content_type = NULL;
    }
    if (a.status == MHD_HTTP_NOT_FOUND && body.len == 0)
        build_text(&body, "not found\n");
    struct MHD_Response *r =
        MHD_create_response_from_buffer(body.len, body.ptr, MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    (void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
                                  a.content_type ? a.content_type
                                                 : "text/plain; charset=utf-8");
    (void)MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    enum MHD_Result sent = MHD_queue_response(c, (unsigned)a.status, r);
    MHD_destroy_response(r);
    return sent;
}

/* ---- listening ---- */

static enum status cannot_listen(const char *listen_on, const char *why,
                                 struct error *err) {
    (void)error_set(err, E_HTTP, "cannot listen on \"%s\": %s", listen_on, why);
    return error_hint(
        err, "give a free address as HOST:PORT, [HOST]:PORT or :PORT; port 0 picks one");
}

/* Splits at the last colon; a host in brackets is IPv6. False when there is no port. */
static bool split_address(const char *text, char *host, size_t size, const char **port) {
    const char *colon = strrchr(text, ':');
    if (!colon || !colon[1])
        return false;
    size_t len = (size_t)(colon - text);
    if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    } else if (memchr(text, ':', len)) {
        return false;
    }
    if (len >= size)
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    *port = colon + 1;
    return true;
}

/* -1 and errno on failure. */
static int listen_at(const struct addrinfo *ai) {
    int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    ai->ai_protocol);
    if (fd < 0)
        return -1;
    int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, 64) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

static enum status open_socket(const char *listen_on, int *fd, struct error *err) {
    char host[256];
    const char *port;
    if (!split_address(listen_on, host, sizeof host, &port))
        return cannot_listen(listen_on, "no address with a port", err);
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int rc = getaddrinfo(*host ? host : NULL, port, &hints, &found);
    if (rc != 0)
        return cannot_listen(listen_on, gai_strerror(rc), err);
    *fd = -1;
    for (const struct addrinfo *ai = found; ai && *fd < 0; ai = ai->ai_next)
        *fd = listen_at(ai);
    int why = errno;
    freeaddrinfo(found);
    return *fd < 0 ? cannot_listen(listen_on, strerror(why), err) : ST_OK;
}

static int port_of(int fd) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage room;
    } a;
    socklen_t len = sizeof a;
    if (getsockname(fd, &a.any, &len) != 0)
        BUG("getsockname: %s", strerror(errno));
    return ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

/* ---- life ---- */

static bool watch(int epoll_fd, int fd) {
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e) == 0;
}

static bool start(struct http *h, int listen_fd) {
    h->daemon = MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, answer, h, MHD_OPTION_LISTEN_SOCKET, listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        CONNECTIONS_OF_ONE, MHD_OPTION_CONNECTION_TIMEOUT, SILENCE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, REQUEST_MAX, MHD_OPTION_END);
    if (!h->daemon)
        return false;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    h->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    h->fd = epoll_create1(EPOLL_CLOEXEC);
    return info && h->timer_fd >= 0 && h->fd >= 0 && watch(h->fd, info->epoll_fd) &&
           watch(h->fd, h->timer_fd);
}

enum status http_new(const char *listen_on, http_handler *handler, void *context,
                     struct http **out, struct error *err) {
    int listen_fd;
    enum status st = open_socket(listen_on, &listen_fd, err);
    if (st != ST_OK)
        return st;
    struct http *h = xcalloc(1, sizeof *h);
    *h = (struct http){.handler = handler, .context = context, .fd = -1, .timer_fd = -1};
    http_answers_up_to(h, ANSWER_MAX);
    h->port = port_of(listen_fd);
    if (!start(h, listen_fd)) {
        const char *why = strerror(errno);
        if (!h->daemon)
            close(listen_fd); /* otherwise the daemon's */
        http_free(h);
        return cannot_listen(listen_on, why, err);
    }
    *out = h;
    return ST_OK;
}

void http_answers_up_to(struct http *h, size_t bytes) {
    h->buffer = xrealloc(h->buffer, bytes);
    h->answer_max = bytes;
}

void http_free(struct http *h) {
    if (!h)
        return;
    if (h->daemon)
        MHD_stop_daemon(h->daemon);
    if (h->timer_fd >= 0)
        close(h->timer_fd);
    if (h->fd >= 0)
        close(h->fd);
    free(h->buffer);
    free(h);
}

int http_port(const struct http *h) {
    return h->port;
}

int http_fd(const struct http *h) {
    return h->fd;
}

/* Wakes us when libmicrohttpd wants to run again; never, when it waits for nobody. */
static void set_timer(struct http *h) {
    MHD_UNSIGNED_LONG_LONG ms;
    struct itimerspec when = {0};
    if (MHD_get_timeout(h->daemon, &ms) == MHD_YES) {
        when.it_value.tv_sec = (time_t)(ms / 1000);
        when.it_value.tv_nsec =
            (long)(ms % 1000) * 1000000 + 1; /* all zero would switch it off */
    }
    (void)timerfd_settime(h->timer_fd, 0, &when, NULL);
}

void http_turn(struct http *h) {
    (void)MHD_run(h->daemon);
    set_timer(h);
}
