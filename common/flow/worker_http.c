#include "common/base/clock.h"
#include "common/base/metrics.h"
#include "common/flow/worker_private.h"

static bool is_ready(const struct worker *w, const char **why) {
    *why = "stopping";
    if (w->is_stopping || w->is_fatal)
        return false;
    *why = "no broker answers";
    if (!source_is_connected(w->source))
        return false;
    *why = "no partition is assigned";
    if (w->positions.n == 0)
        return false;
    for (int i = 0; i < w->n_lanes; i++) {
        *why = "no connection to Postgres";
        if (!lane_is_connected(w->lanes[i]))
            return false;
        *why = "the breaker is open";
        if (lane_holds(w->lanes[i]))
            return false;
    }
    *why = "ready";
    return true;
}

static void publish_partitions(struct worker *w) {
    static struct partition_metric m[COUNT_OF(w->positions.items)];
    int64_t oldest = 0;
    for (size_t i = 0; i < w->positions.n; i++) {
        const struct partition *part = w->positions.items[i];
        m[i] = (struct partition_metric){
            .topic = part->id.topic,
            .partition = part->id.partition,
            .position = part->position,
            .end = source_end(w->source, &part->id),
            .oldest_us = part->oldest_us,
        };
        if (part->oldest_us > 0 && (oldest == 0 || part->oldest_us < oldest))
            oldest = part->oldest_us;
    }
    metrics_set_partitions(w->group, m, w->positions.n);
    metrics_set(M_OLDEST_US, oldest > 0 ? clock_now_us() - oldest : 0);
}

static void publish_lanes(const struct worker *w) {
    bool is_open = false;
    for (int i = 0; i < w->n_lanes; i++)
        is_open = is_open || lane_holds(w->lanes[i]);
    metrics_set(M_BREAKER_OPEN, is_open);
}

void worker_answer(void *context, const char *path, struct http_answer *answer) {
    struct worker *w = context;
    const char *why = "";
    answer->content_type = "text/plain; charset=utf-8";
    answer->status = 200;
    if (strcmp(path, "/metrics") == 0) {
        answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
        publish_partitions(w);
        publish_lanes(w);
        metrics_expose(answer->body);
    } else if (strcmp(path, "/live") == 0) {
        build_text(answer->body,
                   "live\n"); /* a loop that does not turn does not answer */
    } else if (strcmp(path, "/ready") == 0) {
        answer->status = is_ready(w, &why) ? 200 : 503;
        build_format(answer->body, "%s\n", why);
    } else {
        answer->status = 404;
        build_text(answer->body, "/metrics, /live, /ready\n");
    }
}
