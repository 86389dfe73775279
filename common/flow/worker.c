/*
 * worker.c: the loop. Everything that waits, waits in one poll(2): the source, each
 * lane's connection, the HTTP port, signals. No threads but librdkafka's own.
 *
 *   source_turn    rebalances, which read the ledger and drop or finish what is open
 *   lane_fill      records -> messages, decoded while Postgres works on the batch before
 *   lane_turn      load, decide, write, commit
 */
#include "common/flow/worker.h"

#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/base/stop.h"
#include "common/base/version.h"
#include "common/flow/sweep.h"
#include "common/flow/worker_private.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define TICK_US US_PER_S /* metrics, stopped partitions, sweeps */
#define IDLE_TOLD_US (5 * US_PER_S)
#define MIRROR_US                                                                        \
    (5 * US_PER_S) /* commits during a rebalance can cost the assignment: rarely */
#define REVOKE_WAIT_US                                                                   \
    (5 * US_PER_S) /* to let an open transaction finish when partitions go */

/* ---- partitions ---- */

static enum status on_assigned(void *context, const struct kafka_partition *p, size_t n,
                               int64_t *starts, struct error *err) {
    struct worker *w = context;
    enum status st = positions_assign(&w->positions, p, n, w->n_lanes, starts, err);
    if (st != ST_OK) /* told by on_trouble, and asked again */
        error_prefix(err, "reading the positions of new partitions");
    return st;
}

/* Partitions go. What is committed now need not be read again by the next owner; but
 * fencing, not this courtesy, is what makes it safe. */
static void on_revoked(void *context, const struct kafka_partition *p, size_t n,
                       bool is_lost) {
    struct worker *w = context;
    int64_t until = clock_monotonic_us() + REVOKE_WAIT_US;
    CRASH_POINT("in-revoke");
    if (!MECHANISM("revocation"))
        return;
    for (int i = 0; i < w->n_lanes && !is_lost; i++)
        while (lane_is_busy(w->lanes[i]) && lane_touches(w->lanes[i], p, n) &&
               clock_monotonic_us() < until && !w->is_fatal) {
            struct pollfd fd = {lane_fd(w->lanes[i]), lane_poll_events(w->lanes[i]), 0};
            (void)poll(&fd, fd.fd >= 0, 20);
            lane_turn(w->lanes[i], false);
        }
    for (int i = 0; i < w->n_lanes; i++)
        lane_drop(w->lanes[i], p, n);
    positions_revoke(&w->positions, p, n);
}

static void on_out_of_range(void *context, const struct kafka_partition *p, int64_t low,
                            int64_t high) {
    struct worker *w = context;
    positions_out_of_range(&w->positions, p, low, high);
}

static void on_trouble(void *context, const struct error *err) {
    struct worker *w = context;
    metrics_count_error(err->code);
    if (error_status(err->code) != ST_FATAL) {
        log_warn("kafka.troubled", LOG_ERR(err));
        return;
    }
    if (!w->is_fatal)
        w->fatal = *err;
    w->is_fatal = true;
}

/* ---- the loop ---- */

static void mirror(struct worker *w) {
    static struct kafka_partition ids[COUNT_OF(w->positions.items)];
    static int64_t offsets[COUNT_OF(w->positions.items)];
    for (size_t i = 0; i < w->positions.n; i++) {
        ids[i] = w->positions.items[i]->id;
        offsets[i] = w->positions.items[i]->position;
    }
    if (w->positions.n > 0)
        source_mirror(w->source, ids, offsets, w->positions.n);
}

static void sweep(struct worker *w) {
    struct error err = {0};
    size_t n = 0;
    if (pg_state(w->control) != PG_IDLE &&
        pg_connect_wait(w->control, 2 * US_PER_S, &err) != ST_OK)
        return;
    if (sweep_unknown_orders(w->control, w->policy.live, clock_now_us(), &n, &err) !=
        ST_OK)
        log_warn("sweep.failed", LOG_ERR(&err));
    else if (n > 0)
        log_info("orders.missed", LOG_I64("count", n));
}

/* Behind the last record of a partition there may be offsets without one. */
static void pass_ends(struct worker *w) {
    for (size_t i = 0; i < w->positions.n; i++) {
        struct partition *part = w->positions.items[i];
        int64_t end = source_read_to(w->source, &part->id);
        if (end > part->position && part->taken == part->position && !part->is_stopped &&
            !part->wants_restart && !part->verifies &&
            !lane_has(w->lanes[part->lane], &part->id))
            positions_pass(&w->positions, part, end);
    }
}

/* Open duties follow a new policy when nothing that the one before led to is still to be
 * committed. */
static bool is_any_behind(const struct worker *w) {
    for (int i = 0; i < w->n_lanes; i++)
        if (lane_is_behind(w->lanes[i]))
            return true;
    return false;
}

/* Kafka gives the partitions of a worker that was killed to others only when it misses it,
 * and to nobody when there are more workers than partitions: said after some seconds, then
 * less and less often. */
static void tell_idle(struct worker *w, int64_t now) {
    if (w->positions.n > 0 || w->idle_since_us == 0) {
        w->idle_since_us = w->positions.n > 0 ? 0 : now;
        w->tell_idle_us = now + IDLE_TOLD_US;
        return;
    }
    if (now < w->tell_idle_us)
        return;
    int64_t waited_us = now - w->idle_since_us;
    log_info("partitions.awaited", LOG_STR("group", w->group),
             LOG_I64("waited_s", waited_us / US_PER_S),
             LOG_I64("session_timeout_s", w->config.session_timeout_us / US_PER_S));
    w->tell_idle_us = now + waited_us;
}

static void run_timers(struct worker *w) {
    int64_t now = clock_monotonic_us();
    if (now >= w->next_recall_us) {
        w->next_recall_us = now + w->config.recall_interval_us;
        lane_recall(w->lanes[0]);
        if (lane_is_connected(w->lanes[0]) && !is_any_behind(w))
            live_policy_turn(&w->policy);
    }
    if (now >= w->next_mirror_us) {
        w->next_mirror_us = now + MIRROR_US;
        mirror(w);
    }
    if (now >= w->next_sweep_us && lane_is_connected(w->lanes[0])) {
        w->next_sweep_us = now + 10 * US_PER_S;
        sweep(w);
    }
    if (now >= w->next_tick_us) {
        w->next_tick_us = now + TICK_US;
        positions_check_stopped(&w->positions);
        tell_idle(w, now);
        pass_ends(w);
    }
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int wait_ms(const struct worker *w) {
    int64_t now = clock_monotonic_us();
    int64_t at = least(least(w->next_tick_us, w->next_recall_us), w->next_mirror_us);
    for (int i = 0; i < w->n_lanes; i++)
        at = least(at, lane_wakes_us(w->lanes[i]));
    return at <= now ? 0 : (int)least((at - now + 999) / 1000, 1000);
}

static void wait_for(struct worker *w, int timeout_ms) {
    struct pollfd fds[LANES_MAX + 3];
    nfds_t n = 0;
    fds[n++] = (struct pollfd){stop_fd(), POLLIN, 0};
    fds[n++] = (struct pollfd){source_fd(w->source), POLLIN, 0};
    if (w->http)
        fds[n++] = (struct pollfd){http_fd(w->http), POLLIN, 0};
    for (int i = 0; i < w->n_lanes; i++)
        fds[n++] =
            (struct pollfd){lane_fd(w->lanes[i]), lane_poll_events(w->lanes[i]), 0};
    if (poll(fds, n, timeout_ms) > 0 && (fds[0].revents & POLLIN))
        stop_drain_fd();
}

static bool is_empty(const struct worker *w) {
    for (int i = 0; i < w->n_lanes; i++)
        if (!lane_is_empty(w->lanes[i]))
            return false;
    return true;
}

/* Stories: everything so far is committed, and nothing that was parked became ready. */
static void answer_flush(struct worker *w) {
    int64_t id;
    if (!source_wants_flush(w->source, &id) || !is_empty(w))
        return;
    if (id != w->flush_id) { /* only a recall that begins after everything was committed
                                counts */
        w->flush_id = id;
        lane_doubt_quiet(w->lanes[0]);
    }
    if (!lane_is_quiet(w->lanes[0]))
        return;
    if (clock_is_simulated())
        sweep(w);
    source_flushed(w->source, id);
}

static void turn(struct worker *w) {
    source_turn(w->source);
    for (int i = 0; i < w->n_lanes; i++) {
        lane_turn(w->lanes[i], true);
        lane_fill(w->lanes[i]);
        lane_turn(w->lanes[i], true);
    }
    positions_restart(&w->positions);
    if (w->http)
        http_turn(w->http);
    run_timers(w);
    answer_flush(w);
    if (stop_take_reload())
        live_policy_reload(&w->policy);
}

static bool is_done(const struct worker *w) {
    return w->is_fatal || stop_requested() ||
           (source_is_at_end(w->source) && is_empty(w));
}

/* Finishes or drops the open transactions; either is safe. */
static void drain(struct worker *w) {
    int64_t until = clock_monotonic_us() + w->config.stop_timeout_us;
    bool is_busy = true;
    w->is_stopping = true;
    while (is_busy && clock_monotonic_us() < until && !w->is_fatal) {
        is_busy = false;
        for (int i = 0; i < w->n_lanes; i++) {
            lane_turn(w->lanes[i], false);
            is_busy = is_busy || (lane_is_busy(w->lanes[i]) && !lane_holds(w->lanes[i]) &&
                                  lane_is_connected(w->lanes[i]));
        }
        if (w->http)
            http_turn(w->http);
        if (is_busy)
            wait_for(w, 50);
    }
    mirror(w);
}

/* ---- life ---- */

static enum status open_source(struct worker *w, struct error *err) {
    static const char *topics[1];
    static const char *const assignors[] = {"range", "cooperative-sticky"};
    topics[0] = w->topic;
    const struct kafka_consumer_config config = {
        .properties = w->config.kafka,
        .group = w->group,
        .topics = topics,
        .n_topics = 1,
        .n_lanes = w->n_lanes,
        .assignor = assignors[w->config.assignor],
        .instance_id = w->config.instance_id,
        .queued_bytes = w->config.queued_bytes,
        .session_timeout_us = w->config.session_timeout_us,
        .fetch_wait_us = w->config.fetch_wait_us,
        .pinned = w->pins.n > 0 ? w->pins.items : NULL,
        .n_pinned = w->pins.n,
    };
    const struct kafka_callbacks callbacks = {on_assigned, on_revoked, on_out_of_range,
                                              on_trouble, w};
    enum status st = w->config.source == 0
                         ? source_open_kafka(&config, &callbacks, &w->source, err)
                         : source_open_stdin(&config, &callbacks, &w->source, err);
    w->positions.source = w->source;
    return st;
}

static void open_lanes(struct worker *w) {
    w->n_lanes = (int)w->config.lanes;
    const struct lane_shared shared = {&w->positions,   w->source, w->schemas,
                                       &w->policy.live, &w->fatal, &w->is_fatal};
    for (int i = 0; i < w->n_lanes; i++) {
        const struct lane_config config = {
            .service = w->service,
            .topic = w->topic,
            .postgres = w->config.pg.postgres,
            .application_name = w->program,
            .number = i,
            .batch_max = (size_t)w->config.batch_max,
            .batch_bytes = (size_t)w->config.batch_bytes,
            .linger_us = w->config.linger_us,
            .statement_timeout_us = w->config.statement_timeout_us,
            .order_patience_us = w->config.order_patience_us,
            .breaker_min = w->config.breaker_min,
            .breaker_share = (double)w->config.breaker_share / 100,
        };
        w->lanes[i] = lane_new(&config, &shared);
    }
}

/* Postgres may come up after us: wait for it, but say so (at once, then less and less
 * often, at least every minute), and stop when asked to. */
static enum status wait_for_postgres(struct worker *w, struct error *err) {
    const int64_t began_us = clock_monotonic_us();
    int64_t tell_us = began_us;
    for (unsigned attempt = 0;; attempt++) {
        enum status st = live_policy_record(&w->policy, err);
        if (st != ST_RETRY || stop_requested())
            return st;
        int64_t now = clock_monotonic_us(), waited_us = now - began_us;
        if (now >= tell_us) {
            log_warn("postgres.awaited", LOG_STR("where", pg_where(w->control)),
                     LOG_I64("waited_s", waited_us / US_PER_S), LOG_ERR(err));
            tell_us = now + least(US_PER_MIN,
                                  waited_us > 5 * US_PER_S ? waited_us : 5 * US_PER_S);
        }
        struct pollfd fd = {stop_fd(), POLLIN, 0};
        (void)poll(&fd, 1, attempt < 5 ? 200 : 2000);
    }
}

static enum status open_all(struct worker *w, struct error *err) {
    w->policy.dir = w->config.policy_dir;
    enum status st = pins_parse(&w->config, &w->pins, err);
    if (st == ST_OK)
        st = live_policy_load(&w->policy, err);
    if (st != ST_OK)
        return st;
    st = schemas_new(&w->config.schemas, w->service->reader_file, w->service->shape,
                     &w->schemas, err);
    w->probes = worker_probes(w);
    if (st == ST_OK && w->config.listen[0])
        st = http_new(w->config.listen, probes_answer, &w->probes, &w->http, err);
    if (st != ST_OK)
        return st;
    w->control = pg_new(w->config.pg.postgres, w->program);
    w->positions.control = w->policy.control = w->control;
    w->positions.group = w->group;
    st = wait_for_postgres(w, err);
    if (st != ST_OK)
        return st;
    w->n_lanes = (int)w->config.lanes;
    st = open_source(w, err);
    if (st == ST_OK)
        open_lanes(w);
    return st;
}

/* Records must go back before the consumer that they came from is freed. */
static void release_records(struct worker *w) {
    static struct kafka_partition ids[COUNT_OF(w->positions.items)];
    for (size_t i = 0; i < w->positions.n; i++)
        ids[i] = w->positions.items[i]->id;
    for (int i = 0; i < w->n_lanes && w->lanes[i]; i++)
        lane_drop(w->lanes[i], ids, w->positions.n);
}

static void close_all(struct worker *w) {
    release_records(w);
    source_close(w->source, 10 * US_PER_S);
    for (int i = 0; i < w->n_lanes; i++)
        lane_free(w->lanes[i]);
    if (w->control)
        pg_free(w->control);
    if (w->http)
        http_free(w->http);
    schemas_free(w->schemas);
    live_policy_release(&w->policy);
}

static int run(struct worker *w) {
    struct error err = {0};
    enum status st = open_all(w, &err);
    if (st != ST_OK) {
        if (!stop_requested())
            log_error("worker.failed", LOG_ERR(&err));
        return stop_requested() ? 0 : error_exit_code(err.code);
    }
    log_info("worker.started", LOG_STR("version", HENPIN_VERSION),
             LOG_STR("topic", w->topic), LOG_STR("group", w->group),
             LOG_I64("lanes", w->n_lanes),
             LOG_I64("http_port", w->http ? http_port(w->http) : -1));
    while (!is_done(w)) {
        turn(w);
        if (!is_done(w))
            wait_for(w, wait_ms(w));
    }
    drain(w);
    if (w->is_fatal)
        log_error("worker.failed", LOG_ERR(&w->fatal));
    log_info("worker.stopped", LOG_STR("why", w->is_fatal ? "fatal" : "asked to"),
             LOG_I64("applied", metrics_value(M_MESSAGES_APPLIED)),
             LOG_I64("rejected", metrics_value(M_MESSAGES_REJECTED)));
    return w->is_fatal ? error_exit_code(w->fatal.code) : 0;
}

int worker_main(const struct service *s, int argc, char **argv, char **envp) {
    static struct worker worker;
    struct worker *w = &worker;
    w->service = s;
    snprintf(w->program, sizeof w->program, "henpin-%s", s->name);
    const struct config_spec spec =
        worker_config_spec(w->program, s->summary, &w->config);
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    kafka_options_pass(&w->config.kafka, &parsed);
    w->topic = w->config.topic[0] ? w->config.topic : s->topic;
    w->group = w->config.group[0] ? w->config.group : w->program;
    log_configure(&w->config.log, w->program);
    stop_install();
    code = run(w);
    close_all(w);
    return code;
}
