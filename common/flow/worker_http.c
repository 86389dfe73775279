#include "common/base/clock.h"
#include "common/base/metrics.h"
#include "common/flow/worker_private.h"

static bool is_not_ready(struct builder *why, const char *reason) {
    build_text(why, reason);
    return false;
}

static bool is_ready(const void *context, struct builder *why) {
    const struct worker *w = context;
    if (w->is_stopping || w->is_fatal)
        return is_not_ready(why, "stopping");
    if (!source_is_connected(w->source))
        return is_not_ready(why, "no broker answers");
    if (w->positions.n == 0)
        return is_not_ready(why, "no partition is assigned");
    for (int i = 0; i < w->n_lanes; i++) {
        if (!lane_is_connected(w->lanes[i]))
            return is_not_ready(why, "no connection to Postgres");
        if (lane_holds(w->lanes[i]))
            return is_not_ready(why, "the breaker is open");
    }
    for (size_t i = 0; i < w->positions.n; i++) {
        const struct partition *part = w->positions.items[i];
        if (part->is_stopped) {
            build_format(why, "partition %d of %s is stopped: ", (int)part->id.partition,
                         part->id.topic);
            return is_not_ready(why, "henpin ledger show tells what to do");
        }
    }
    build_text(why, "ready");
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

static void refresh(void *context) {
    publish_partitions(context);
    publish_lanes(context);
}

struct probes worker_probes(struct worker *w) {
    return (struct probes){is_ready, refresh, w};
}
