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
#include "common/flow/lane.h"
#include "common/flow/moves.h"
#include "common/flow/source.h"
#include "common/flow/sweep.h"
#include "common/flow/worker_config.h"
#include "common/io/http.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

enum { LANES_MAX = 16 };
#define TICK_US US_PER_S /* metrics, stopped partitions, sweeps */
#define MIRROR_US                                                                        \
    (5 * US_PER_S) /* commits during a rebalance can cost the assignment: rarely */
#define REVOKE_WAIT_US                                                                   \
    (5 * US_PER_S) /* to let an open transaction finish when partitions go */

struct worker {
    const struct service *service;
    struct worker_config config;
    char program[64];
    const char *topic, *group;
    struct positions positions;
    struct pg *control;
    struct source *source;
    struct schemas *schemas;
    struct policy *policy;
    const struct policy *live; /* what lanes look at */
    struct moves *moves;       /* open duties follow the live revision; NULL: all have */
    struct lane *lanes[LANES_MAX];
    int n_lanes;
    struct http *http;
    struct error fatal;
    bool is_fatal;
    bool is_stopping;
    bool wants_reload; /* SIGHUP came */
    int64_t flush_id;  /* the last one seen */
    int64_t next_tick_us, next_recall_us, next_mirror_us, next_sweep_us;
};

/* ---- policy ---- */

static const struct pg_statement record_revision = {
    "worker_revision",
    "INSERT INTO henpin.policy_revision (policy_revision_id, hash, label, canonical)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"};

static void tell_finding(void *context, const struct policy_finding *f) {
    (void)context;
    static const enum log_level levels[] = {[POLICY_NOTE] = LOG_INFO,
                                            [POLICY_WARNING] = LOG_WARN,
                                            [POLICY_ERROR] = LOG_ERROR};
    log_write(
        levels[f->severity], "policy.finding",
        (const struct log_field[]){LOG_STR("kind", f->kind), LOG_STR("file", f->file),
                                   LOG_I64("line", f->line), LOG_STR("text", f->text)},
        4);
}

/* Every row names its revision, so the revision's row comes first. */
static enum status record_policy(struct worker *w, const struct policy *p,
                                 struct error *err) {
    const struct policy_revision *r = policy_revision(p);
    struct arena *a = arena_new(64u << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &record_revision);
    pg_param_i64(q, r->id);
    pg_param_text(q, span_of(r->hash));
    pg_param_text(q, span_of(r->label));
    pg_param_text(q, r->canonical);
    enum status st = pg_state(w->control) == PG_IDLE
                         ? ST_OK
                         : pg_connect_wait(w->control, 10 * US_PER_S, err);
    if (st == ST_OK)
        st = pg_run_wait(w->control, s, 10 * US_PER_S, err);
    if (st != ST_OK && err->code == E_PG_STATEMENT)
        error_hint(err, "is the database up to date? henpin migrate");
    if (st != ST_OK)
        pg_close(w->control);
    arena_free(a);
    return st;
}

static void use_policy(struct worker *w, struct policy *p) {
    moves_free(w->moves);
    policy_free(w->policy);
    w->moves = moves_new(p);
    w->policy = p;
    w->live = p;
    const struct policy_revision *r = policy_revision(p);
    metrics_set(M_POLICY_REVISION, r->id);
    log_info("policy.loaded", LOG_STR("label", r->label), LOG_STR("hash", r->hash));
}

/* SIGHUP: the new revision goes live between two batches, or the last good one stays. */
static void reload_policy(struct worker *w) {
    const struct policy_report report = {tell_finding, NULL};
    struct policy *p = NULL;
    struct error err = {0};
    w->wants_reload = false;
    enum status st = policy_load(w->config.policy_dir, &report, &p, &err);
    if (st == ST_OK)
        st = record_policy(w, p, &err);
    if (st == ST_OK) {
        use_policy(w, p);
        return;
    }
    log_error("policy.kept", LOG_ERR(&err));
    policy_free(p);
    w->wants_reload =
        st == ST_RETRY; /* Postgres is away: once more with the next recall */
}

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

/* ---- HTTP ---- */

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

static void answer_http(void *context, const char *path, struct http_answer *answer) {
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
    if (sweep_unknown_orders(w->control, w->live, clock_now_us(), &n, &err) != ST_OK)
        log_warn("sweep.failed", LOG_ERR(&err));
    else if (n > 0)
        log_info("orders.missed", LOG_I64("count", n));
}

/* Open duties that began under an earlier revision, some at a time. */
static void move_deadlines(struct worker *w) {
    struct error err = {0};
    bool is_done = false;
    if (pg_state(w->control) != PG_IDLE &&
        pg_connect_wait(w->control, 2 * US_PER_S, &err) != ST_OK)
        return;
    if (moves_turn(w->moves, w->control, &is_done, &err) != ST_OK)
        log_warn("moves.failed", LOG_ERR(&err));
    if (!is_done)
        return;
    log_info("deadlines.moved", LOG_I64("count", (int64_t)moves_count(w->moves)),
             LOG_STR("label", policy_revision(w->live)->label));
    moves_free(w->moves);
    w->moves = NULL;
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

static void run_timers(struct worker *w) {
    int64_t now = clock_monotonic_us();
    if (now >= w->next_recall_us) {
        w->next_recall_us = now + w->config.recall_interval_us;
        lane_recall(w->lanes[0]);
        if (w->wants_reload && lane_is_connected(w->lanes[0]))
            reload_policy(w);
        if (w->moves && lane_is_connected(w->lanes[0]))
            move_deadlines(w);
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
        reload_policy(w);
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
        .properties = {w->config.bootstrap_servers, w->config.kafka_names,
                       w->config.kafka_values},
        .group = w->group,
        .topics = topics,
        .n_topics = 1,
        .n_lanes = w->n_lanes,
        .assignor = assignors[w->config.assignor],
        .instance_id = w->config.instance_id,
        .queued_bytes = w->config.queued_bytes,
        .session_timeout_us = w->config.session_timeout_us,
        .fetch_wait_us = w->config.fetch_wait_us,
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
    const struct lane_shared shared = {&w->positions, w->source, w->schemas,
                                       &w->live,      &w->fatal, &w->is_fatal};
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
        enum status st = record_policy(w, w->policy, err);
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
    const struct policy_report report = {tell_finding, NULL};
    struct policy *p = NULL;
    enum status st = policy_load(w->config.policy_dir, &report, &p, err);
    if (st != ST_OK)
        return st;
    use_policy(w, p);
    st = schemas_new(&w->config.schemas, w->service->reader_file, w->service->shape,
                     &w->schemas, err);
    if (st == ST_OK && w->config.listen[0])
        st = http_new(w->config.listen, answer_http, w, &w->http, err);
    if (st != ST_OK)
        return st;
    w->control = pg_new(w->config.pg.postgres, w->program);
    w->positions.control = w->control;
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
    moves_free(w->moves);
    policy_free(w->policy);
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
    struct config_result parsed = config_parse(&spec, argc, argv, envp, stdout, stderr);
    if (parsed.outcome != CONFIG_RUN)
        return parsed.outcome == CONFIG_WRONG ? 2 : 0;
    w->config.kafka_names = parsed.pass_names;
    w->config.kafka_values = parsed.pass_values;
    w->topic = w->config.topic[0] ? w->config.topic : s->topic;
    w->group = w->config.group[0] ? w->config.group : w->program;
    log_set_service(w->program);
    log_set_level((enum log_level)w->config.log_level);
    log_set_format((enum log_format)w->config.log_format);
    stop_install();
    int code = run(w);
    close_all(w);
    return code;
}
