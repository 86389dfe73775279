/*
 * henpin-lag: how far behind everything is, while workers are dead, paused or days behind.
 *
 * It only looks: positions in Postgres, ends and records in Kafka; it joins no group and
 * writes nothing. One is enough; several may run. It keeps nothing but the last hour's
 * trend in memory.
 *
 * One loop, no threads: between two looks it answers /, /lag.json, /metrics, /live and
 * /ready. A look waits for Kafka and Postgres, some milliseconds when they answer and up
 * to a few times --timeout when they do not; whoever asks over HTTP waits as long.
 */
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/base/stop.h"
#include "common/base/version.h"
#include "common/io/probes.h"
#include "services/lag/lag.h"

#include <poll.h>
#include <stdio.h>

static const char program[] = "henpin-lag";

/* About 1 KiB a partition and group; beyond, the sums are told without them. */
#define ANSWER_MAX ((size_t)128 << 20)

static struct lag_config config;

#define AT(member) offsetof(struct lag_config, member)

static const struct option options[] = {
    {"listen", NULL, OPT_LISTEN, AT(listen), "127.0.0.1:0", 0, 0, OPT_REQUIRED, NULL,
     "HOST:PORT",
     "where the page, /lag.json, /metrics, /live and /ready are served; port 0: a free "
     "one"},
    {"watch-group", NULL, OPT_REPEAT, AT(groups), "", 0, 0, 0, NULL, "NAME",
     "a group beside those of the ledger whose commits to Kafka are watched; none given: "
     "all groups"},
    {"ledger-only", NULL, OPT_BOOL, AT(is_ledger_only), "false", 0, 0, 0, NULL, NULL,
     "watch no other groups than those of the ledger"},
    {"interval", NULL, OPT_DURATION, AT(interval_us), "5s", 100000, 300000000, 0, NULL,
     NULL, "how often positions and ends are looked at"},
    {"facts-interval", NULL, OPT_DURATION, AT(facts_interval_us), "30s", 100000,
     3600000000, 0, NULL, NULL,
     "how often deadlines, dead letters and the like are counted"},
    {"window", NULL, OPT_DURATION, AT(window_us), "2m", 1000000, 3600000000, 0, NULL,
     NULL,
     "what speeds and states are judged over; longer than a rebalance or a restart "
     "takes"},
    {"timeout", NULL, OPT_DURATION, AT(timeout_us), "2s", 100000, 60000000, 0, NULL, NULL,
     "how long one question to Kafka or Postgres may take"},
    {"records-max", NULL, OPT_I64, AT(records_max), "200", 1, 10000, 0, NULL, "N",
     "most records looked at in one round; the age of others is interpolated"},
    {0},
};

static bool is_ready(const void *context, struct builder *why) {
    const struct lag *l = context;
    bool knows_kafka = lag_is_fresh(l, &l->from_kafka),
         knows_postgres = lag_is_fresh(l, &l->from_postgres);
    build_text(why, knows_kafka && knows_postgres ? "ready"
                    : knows_kafka                 ? "Postgres does not answer"
                                                  : "Kafka does not answer");
    return knows_kafka && knows_postgres;
}

static void answer(void *context, const char *path, struct http_answer *a) {
    const struct lag *l = context;
    struct probes probes = {is_ready, NULL, context};
    if (strcmp(path, "/") == 0) {
        a->status = 200;
        a->content_type = "text/html; charset=utf-8";
        build_span(a->body, lag_page());
        return;
    }
    if (strcmp(path, "/lag.json") == 0) {
        a->status = 200;
        a->content_type = "application/json";
        lag_json(l, a->body);
        return;
    }
    probes_answer(&probes, path, a);
    if (strcmp(path, "/metrics") != 0)
        return;
    const struct builder before = *a->body;
    lag_expose(l, true, a->body);
    if (!a->body->is_cut)
        return;
    log_warn("partitions.left-out", LOG_I64("partitions", (int64_t)l->n_rows),
             LOG_I64("bytes_max", ANSWER_MAX));
    *a->body = before;
    lag_expose(l, false, a->body);
}

static void wait_for(const struct lag *l, struct http *http, int64_t until_us) {
    kafka_watch_turn(l->kafka);
    int64_t left_us = until_us - clock_monotonic_us();
    struct pollfd fds[] = {{stop_fd(), POLLIN, 0}, {http_fd(http), POLLIN, 0}};
    if (poll(fds, COUNT_OF(fds), left_us <= 0 ? 0 : (int)((left_us + 999) / 1000)) > 0 &&
        (fds[0].revents & POLLIN))
        stop_drain_fd();
    http_turn(http);
    (void)stop_take_reload(); /* nothing to load again */
}

static int run(struct lag *l) {
    struct error err = {0};
    struct http *http = NULL;
    if (http_new(config.listen, answer, l, &http, &err) != ST_OK) {
        log_error("worker.failed", LOG_ERR(&err));
        return error_exit_code(err.code);
    }
    http_answers_up_to(http, ANSWER_MAX);
    log_info("worker.started", LOG_STR("version", HENPIN_VERSION),
             LOG_STR("kafka", config.kafka.bootstrap_servers),
             LOG_I64("http_port", http_port(http)));
    int64_t round_at = 0, facts_at = 0;
    while (!stop_requested()) {
        int64_t now = clock_monotonic_us();
        if (now >= round_at) {
            lag_round(l);
            round_at = now + config.interval_us;
            http_turn(http);
        }
        if (now >= facts_at && lag_is_fresh(l, &l->from_postgres)) {
            lag_take_facts(l);
            facts_at = now + config.facts_interval_us;
        }
        wait_for(l, http, round_at);
    }
    log_info("worker.stopped", LOG_STR("why", "asked to"), LOG_I64("rounds", l->rounds));
    http_free(http);
    return 0;
}

int main(int argc, char **argv, char **envp) {
    const struct option_table tables[] = {{kafka_options, &config.kafka},
                                          {options, &config},
                                          {pg_options, &config.pg},
                                          {log_options, &config.log},
                                          {0}};
    const struct config_spec spec = {
        .program = program,
        .summary =
            "tells how far behind every group is, in records, seconds and deadlines",
        .tables = tables,
        .pass_prefix = KAFKA_PREFIX,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    kafka_options_pass(&config.kafka, &parsed);
    log_configure(&config.log, program);
    stop_install();
    struct lag l = {
        .config = &config,
        .pg = pg_new(config.pg.postgres, program),
        .arena = arena_new((size_t)256 << 20),
        .group_arena = arena_new((size_t)16 << 20),
    };
    struct error err = {0};
    if (kafka_watch_new(&config.kafka, &l.kafka, &err) != ST_OK) {
        log_error("worker.failed", LOG_ERR(&err));
        code = error_exit_code(err.code);
    } else {
        code = run(&l);
    }
    lag_release(&l);
    kafka_watch_free(l.kafka);
    pg_free(l.pg);
    return code;
}
