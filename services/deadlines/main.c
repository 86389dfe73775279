/*
 * henpin-deadlines: the clock. Tells warnings, last calls and breaches of duties that
 * nobody has answered.
 *
 * It keeps nothing: what is to be told next stands in henpin.duty, what was told in
 * henpin.escalation_event. Any number of instances may run; one is enough, two survive
 * the loss of one.
 */
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/config.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/base/stop.h"
#include "common/base/version.h"
#include "common/io/http.h"
#include "common/io/pg_options.h"
#include "services/deadlines/announce.h"
#include "services/deadlines/round.h"

#include <poll.h>
#include <string.h>

static const char program[] = "henpin-deadlines";

static struct {
    struct pg_config pg;
    const char *listen;
    int64_t look_every_us, most;
    int log_level, log_format;
} config;

#define AT(member) offsetof(__typeof__(config), member)

static const struct option options[] = {
    {"listen", NULL, OPT_LISTEN, AT(listen), "127.0.0.1:0", 0, 0, 0, NULL, "HOST:PORT",
     "where /metrics, /live and /ready are served; port 0: a free one; empty: nowhere"},
    {"look-every", NULL, OPT_DURATION, AT(look_every_us), "1s", 10000, 60000000, 0, NULL,
     NULL, "how often duties whose time has come are looked for"},
    {"most", NULL, OPT_I64, AT(most), "1000", 1, 10000, 0, NULL, "N",
     "most duties of each severity in one transaction"},
    {"log-level", NULL, OPT_CHOICE, AT(log_level), "info", 0, 0, 0,
     "debug|info|warn|error", NULL, "least grave log lines to write"},
    {"log-format", NULL, OPT_CHOICE, AT(log_format), "auto", 0, 0, 0, "auto|logfmt|json",
     NULL, "auto: logfmt on a terminal, JSON otherwise"},
    {0},
};

struct clockwork {
    struct pg *pg;
    struct http *http;
    unsigned failures;
    uint64_t random;
    int64_t wake_us;   /* not before (monotonic) */
    int64_t announced; /* up to which transaction: announce.h */
};

static void answer(void *context, const char *path, struct http_answer *answer) {
    const struct clockwork *c = context;
    answer->content_type = "text/plain; charset=utf-8";
    answer->status = 200;
    if (strcmp(path, "/metrics") == 0) {
        answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
        metrics_expose(answer->body);
    } else if (strcmp(path, "/live") == 0) {
        build_text(answer->body, "live\n");
    } else if (strcmp(path, "/ready") == 0) {
        bool is_ready = pg_state(c->pg) == PG_IDLE && c->failures == 0;
        answer->status = is_ready ? 200 : 503;
        build_text(answer->body, is_ready ? "ready\n" : "no connection to Postgres\n");
    } else {
        answer->status = 404;
        build_text(answer->body, "/metrics, /live, /ready\n");
    }
}

static void observe(const struct round *r) {
    metrics_set(M_DEADLINES_BEHIND_US, r->behind_us);
    metrics_set(M_LAST_COMMIT, clock_now_us());
    metrics_add(M_DEADLINES_TOLD, (int64_t)r->n_told);
    metrics_add(M_BATCHES_COMMITTED, 1);
    if (r->n_told > 0)
        log_info("deadlines.told", LOG_I64("count", r->n_told),
                 LOG_I64("behind_s", r->behind_us / US_PER_S));
}

/* False: it cannot work at all; `err` says why. */
static bool look(struct clockwork *c, struct error *err) {
    struct round r = {0};
    enum status st = ST_OK;
    if (pg_state(c->pg) != PG_IDLE)
        st = pg_connect_wait(c->pg, 10 * US_PER_S, err);
    if (st == ST_OK)
        st = round_run(c->pg, clock_now_us(), (size_t)config.most, &r, err);
    if (st == ST_OK)
        st = announce(c->pg, &c->announced, err);
    if (st == ST_OK) {
        observe(&r);
        c->failures = 0;
        c->wake_us = clock_monotonic_us() + (r.n_looked > 0 ? 0 : config.look_every_us);
        return true;
    }
    metrics_count_error(err->code);
    if (st == ST_FATAL)
        return false;
    c->failures++;
    log_warn("deadlines.delayed", LOG_STR("where", pg_where(c->pg)),
             LOG_I64("attempt", c->failures), LOG_ERR(err));
    c->wake_us = clock_monotonic_us() +
                 US_PER_MS * backoff_ms(c->failures, 100, 10000, random_next(&c->random));
    return true;
}

static void wait_for(struct clockwork *c) {
    int64_t left_us = c->wake_us - clock_monotonic_us();
    struct pollfd fds[2] = {{stop_fd(), POLLIN, 0}};
    nfds_t n = 1;
    if (c->http)
        fds[n++] = (struct pollfd){http_fd(c->http), POLLIN, 0};
    if (poll(fds, n, left_us <= 0 ? 0 : (int)((left_us + 999) / 1000)) > 0 &&
        (fds[0].revents & POLLIN))
        stop_drain_fd();
    if (c->http)
        http_turn(c->http);
    (void)stop_take_reload(); /* there is no policy to load */
}

static int run(struct clockwork *c) {
    struct error err = {0};
    if (config.listen[0] && http_new(config.listen, answer, c, &c->http, &err) != ST_OK) {
        log_error("worker.failed", LOG_ERR(&err));
        return error_exit_code(err.code);
    }
    log_info("worker.started", LOG_STR("version", HENPIN_VERSION),
             LOG_STR("postgres", pg_where(c->pg)),
             LOG_I64("http_port", c->http ? http_port(c->http) : -1));
    while (!stop_requested()) {
        if (clock_monotonic_us() >= c->wake_us && !look(c, &err)) {
            log_error("worker.failed", LOG_ERR(&err));
            return error_exit_code(err.code);
        }
        wait_for(c);
    }
    log_info("worker.stopped", LOG_STR("why", "asked to"),
             LOG_I64("told", metrics_value(M_DEADLINES_TOLD)));
    return 0;
}

int main(int argc, char **argv, char **envp) {
    const struct option_table tables[] = {
        {pg_options, &config.pg}, {options, &config}, {NULL, NULL}};
    const struct config_spec spec = {
        .program = program,
        .summary = "tells, once, what nobody has answered in time: warnings, last calls "
                   "and breaches",
        .tables = tables,
    };
    struct config_result parsed = config_parse(&spec, argc, argv, envp, stdout, stderr);
    if (parsed.outcome != CONFIG_RUN)
        return parsed.outcome == CONFIG_WRONG ? 2 : 0;
    log_set_service(program);
    log_set_level((enum log_level)config.log_level);
    log_set_format((enum log_format)config.log_format);
    stop_install();
    struct clockwork c = {.pg = pg_new(config.pg.postgres, program),
                          .random = random_seed()};
    int code = run(&c);
    pg_free(c.pg);
    if (c.http)
        http_free(c.http);
    return code;
}
