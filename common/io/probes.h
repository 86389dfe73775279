/*
 * probes.h: what a process answers to those who watch it: /metrics, /live, /ready.
 *
 * /live needs no look: a loop that does not turn does not answer.
 */
#ifndef COMMON_IO_PROBES_H
#define COMMON_IO_PROBES_H

#include "common/io/http.h"

struct probes {
    /* Whether it can work now; writes why (not), a line without its end. */
    bool (*is_ready)(const void *context, struct builder *why);
    /* Brings the metrics that are not counted as they happen up to date; NULL: none. */
    void (*refresh)(void *context);
    void *context;
};

/* An http_handler; `context` is the struct probes. */
void probes_answer(void *context, const char *path, struct http_answer *answer);

#endif
