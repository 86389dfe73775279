/*
 * worker_private.h: what the files of a worker share and nobody else includes.
 *
 *   worker.c       the loop and its life
 *   worker_http.c  what it says of itself to those who ask
 */
#ifndef COMMON_FLOW_WORKER_PRIVATE_H
#define COMMON_FLOW_WORKER_PRIVATE_H

#include "common/flow/lane.h"
#include "common/flow/live_policy.h"
#include "common/flow/pins.h"
#include "common/flow/source.h"
#include "common/flow/worker.h"
#include "common/flow/worker_config.h"
#include "common/io/probes.h"

enum { LANES_MAX = 16 };

struct worker {
    const struct service *service;
    struct worker_config config;
    struct pins pins;
    char program[64];
    const char *topic, *group;
    struct positions positions;
    struct pg *control;
    struct source *source;
    struct schemas *schemas;
    struct live_policy policy;
    struct lane *lanes[LANES_MAX];
    int n_lanes;
    struct probes probes;
    struct http *http;
    struct error fatal;
    bool is_fatal;
    bool is_stopping;
    int64_t flush_id;      /* the last one seen */
    int64_t idle_since_us; /* without a partition (monotonic); 0: it has one */
    int64_t tell_idle_us;  /* when to say so next */
    int64_t next_tick_us, next_recall_us, next_mirror_us, next_sweep_us;
};

struct probes worker_probes(struct worker *w);

#endif
