/*
 * http.h: /metrics, /live, /ready of a worker, served by libmicrohttpd from our own loop,
 * without threads. Read-only and bounded: GET and HEAD, few connections, short timeouts,
 * small requests.
 */
#ifndef COMMON_IO_HTTP_H
#define COMMON_IO_HTTP_H

#include "common/base/error.h"
#include "common/base/span.h"

struct http;

struct http_answer {
    int status; /* 200, 503 ... */
    const char *content_type;
    struct builder *body; /* to be filled by the handler */
};
/* Fills the answer for a path; status 404 when it does not know it. */
typedef void http_handler(void *context, const char *path, struct http_answer *answer);

/* `listen_on` is "127.0.0.1:9464", "[::]:9464" or ":0" (a free port). E_HTTP names the
 * address and what to do. */
MUST_USE enum status http_new(const char *listen_on, http_handler *handler, void *context,
                              struct http **out, struct error *err);
int http_port(const struct http *h);
int http_fd(const struct http *h); /* readable when there is something to do */
void http_turn(struct http *h);    /* serves what is there, without blocking */
/* Room for larger answers than 4 MiB; memory is used as far as answers need it. Not while
 * one is made. */
void http_answers_up_to(struct http *h, size_t bytes);
void http_free(struct http *h);

#endif
