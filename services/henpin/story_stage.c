/*
 * story_stage.c: a database of its own with the workers on it.
 *
 *  1. Creates henpin_story_<pid>_<number>, and `henpin migrate` fills it.
 *  2. Starts the workers next to our own program: on pipes with the story's clock, or
 *     on Kafka topics of their own with the real one.
 *  3. After each event all workers must have nothing left to do: on pipes they answer a
 *     flush, through Kafka the ledger and the parked records tell. So what a story writes
 *     in order happens in order.
 *  4. With a seed to kill by, workers are killed at random while an event is on its way and
 *     while it is awaited, and started again at once: a static membership per worker, so
 *     that its partitions need not wait for the session to end.
 *  5. Drops the database and deletes the topics, whatever happened.
 */
#include "services/henpin/story.h"

#include "common/base/absent.h"
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/stop.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_US (10 * US_PER_S)
#define RUN_TIMEOUT_US US_PER_MIN
#define SETTLE_TIMEOUT_US (90 * US_PER_S)

enum {
    KILL_CHANCE = 3,   /* one event of so many is disturbed */
    KILL_DELAY_MS = 60 /* at most so long after it was sent, or a look begun */
};

struct story_stage {
    const struct story_config *config;
    struct arena *arena;
    struct pg *server;               /* where databases are created */
    struct pg *pg;                   /* the scratch database */
    struct kafka_producer *producer; /* NULL: pipes */
    struct story_worker workers[STORY_TOPIC_COUNT];
    char name[64];
    const char *topics[STORY_TOPIC_COUNT];
    char program_dir[512];
    int64_t clock_us, n_sent, n_kills;
    uint64_t random; /* of the kills */
    bool has_database, is_running;
    int n_topics; /* created in Kafka */
};

static const char *const services[STORY_TOPIC_COUNT] = {"orders", "returns", "inquiries"};

struct pg *story_stage_pg(struct story_stage *s) {
    return s->pg;
}

int64_t story_stage_now(const struct story_stage *s) {
    return s->clock_us;
}

int64_t story_stage_kills(const struct story_stage *s) {
    return s->n_kills;
}

/* The same server, another database: of a repeated key the last one counts. */
static const char *conninfo_of(struct arena *a, const char *server, const char *name) {
    bool is_uri = strncmp(server, "postgres://", 11) == 0 ||
                  strncmp(server, "postgresql://", 13) == 0;
    struct builder b = builder_in(a, strlen(server) + 128);
    build_text(&b, server);
    build_text(&b, !is_uri ? " " : strchr(server, '?') ? "&" : "?");
    build_format(&b, "dbname=%s", name);
    return span_cstr(a, builder_span(&b));
}

static const char *program_path(struct story_stage *s, const char *name) {
    struct builder b = builder_in(s->arena, sizeof s->program_dir + 64);
    build_format(&b, "%s/%s", s->program_dir, name);
    return span_cstr(s->arena, builder_span(&b));
}

static enum status find_programs(struct story_stage *s, struct error *err) {
    ssize_t n = readlink("/proc/self/exe", s->program_dir, sizeof s->program_dir - 1);
    char *slash = n > 0 ? memrchr(s->program_dir, '/', (size_t)n) : NULL;
    if (!slash)
        return error_set(err, E_FILE, "cannot tell where the programs are");
    *slash = '\0';
    return ST_OK;
}

static enum status create_database(struct story_stage *s, struct error *err) {
    char sql[128];
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", s->name);
    enum status st = pg_connect_wait(s->server, CONNECT_TIMEOUT_US, err);
    if (st == ST_OK)
        st = pg_exec_wait(s->server, sql, RUN_TIMEOUT_US, err);
    if (st != ST_OK)
        return st;
    s->has_database = true;
    const char *conninfo = conninfo_of(s->arena, s->config->postgres, s->name);
    /* By the environment: an argument could be read by every user of the machine. */
    (void)setenv("HENPIN_POSTGRES", conninfo, 1);
    const char *const argv[] = {program_path(s, "henpin"), "migrate", "--dir",
                                s->config->sql_dir, NULL};
    st = story_run(argv, STORY_RUN_TIMEOUT_US, err);
    if (st != ST_OK)
        return st;
    s->pg = pg_new(conninfo, "henpin story");
    return pg_connect_wait(s->pg, CONNECT_TIMEOUT_US, err);
}

/* The command line of one worker, NULL at its end. */
static const char *const *worker_command(struct story_stage *s, int t) {
    const struct story_config *c = s->config;
    struct arena *a = s->arena;
    char program[32], group[128];
    snprintf(program, sizeof program, "henpin-%s", services[t]);
    snprintf(group, sizeof group, "%s-%s", s->name, services[t]);
    const char *const common[] = {
        program_path(s, program),
        s->producer ? "--source=kafka" : "--source=stdin",
        "--listen=", /* nowhere */
        "--recall-interval=20ms",
        "--log-level=warn",
        "--log-format=logfmt",
        "--policy",
        c->policy_dir,
        "--topic",
        s->topics[t],
        "--group",
        span_cstr(a, span_of(group)),
    };
    size_t n_passed = s->producer ? c->kafka.names.count : 0;
    const char **argv =
        arena_array(a, COUNT_OF(common) + n_passed + 5, sizeof(const char *));
    memcpy(argv, common, sizeof common);
    size_t n = COUNT_OF(common);
    if (s->producer) {
        argv[n++] = "--bootstrap-servers";
        argv[n++] = c->kafka.bootstrap_servers;
    }
    if (c->kill) {
        argv[n++] = "--group-instance-id";
        argv[n++] = services[t];
    }
    for (size_t i = 0; i < n_passed; i++) {
        const char *name = c->kafka.names.items[i], *value = c->kafka.values.items[i];
        if (config_property_is_secret(name))
            continue; /* it came by the environment, which the worker has, too */
        struct builder b = builder_in(a, strlen(name) + strlen(value) + 16);
        build_format(&b, "--kafka.%s=%s", name, value);
        argv[n++] = span_cstr(a, builder_span(&b));
    }
    argv[n] = NULL;
    return argv;
}

static enum status start_workers(struct story_stage *s, struct error *err) {
    enum status st = ST_OK;
    s->is_running = true;
    for (int t = 0; st == ST_OK && t < STORY_TOPIC_COUNT; t++)
        st = story_worker_start(&s->workers[t], worker_command(s, t), !s->producer, err);
    return st;
}

static enum status prepare_topics(struct story_stage *s, struct error *err) {
    if (!*s->config->kafka.bootstrap_servers)
        return ST_OK;
    enum status st = kafka_producer_new(&s->config->kafka, &s->producer, err);
    while (st == ST_OK && s->n_topics < STORY_TOPIC_COUNT) {
        st = kafka_topic_create(&s->config->kafka, s->topics[s->n_topics], 2, err);
        s->n_topics += st == ST_OK;
    }
    return st;
}

enum status story_stage_open(const struct story_config *config, struct arena *a,
                             int number, struct story_stage **out, struct error *err) {
    struct story_stage *s = arena_zalloc(a, sizeof *s);
    *s = (struct story_stage){.config = config,
                              .arena = a,
                              .clock_us = EVENT_ABSENT,
                              .random = (uint64_t)config->kill + (uint64_t)number};
    *out = s;
    snprintf(s->name, sizeof s->name, "henpin_story_%d_%d", (int)getpid(), number);
    for (int t = 0; t < STORY_TOPIC_COUNT; t++) {
        struct builder b = builder_in(a, 128);
        bool is_kafka = *config->kafka.bootstrap_servers;
        build_format(&b, "%s.%s", is_kafka ? s->name : "marketplace", services[t]);
        s->topics[t] = span_cstr(a, builder_span(&b));
        s->workers[t] = (struct story_worker){.input = -1, .output = -1};
    }
    s->server = pg_new(config->postgres, "henpin story");
    enum status st = find_programs(s, err);
    if (st == ST_OK)
        st = prepare_topics(s, err);
    if (st == ST_OK)
        st = create_database(s, err);
    return st;
}

enum status story_stage_close(struct story_stage *s, struct error *err) {
    enum status st = ST_OK;
    for (int t = 0; s->is_running && t < STORY_TOPIC_COUNT; t++) {
        enum status ended = story_worker_end(&s->workers[t], err);
        st = st == ST_OK ? ended : st;
    }
    kafka_producer_free(s->producer);
    for (int t = 0; t < s->n_topics; t++) {
        enum status deleted = kafka_topic_delete(&s->config->kafka, s->topics[t], err);
        st = st == ST_OK ? deleted : st;
    }
    pg_free(s->pg);
    char sql[128];
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", s->name);
    if (s->has_database) {
        enum status dropped = pg_exec_wait(s->server, sql, RUN_TIMEOUT_US, err);
        st = st == ST_OK ? dropped : st;
    }
    pg_free(s->server);
    return st;
}

/* ---- what a story does ---- */

enum status story_stage_seller(struct story_stage *s, const struct story_step *step,
                               struct error *err) {
    return story_seller_tell(s->arena, s->pg, &step->seller, s->clock_us, err);
}

static int random_below(struct story_stage *s, int n) {
    return (int)(random_next(&s->random) % (uint64_t)n);
}

/* One of them, or none: it is killed and started again. */
static enum status disturb(struct story_stage *s, struct error *err) {
    if (!s->config->kill || random_below(s, KILL_CHANCE) > 0)
        return ST_OK;
    int t = random_below(s, STORY_TOPIC_COUNT);
    (void)poll(NULL, 0, random_below(s, KILL_DELAY_MS));
    story_worker_kill(&s->workers[t]);
    s->n_kills++;
    return story_worker_start(&s->workers[t], worker_command(s, t), false, err);
}

enum status story_stage_look(struct story_stage *s, struct error *err) {
    char at[CLOCK_TEXT_SIZE];
    clock_text(s->clock_us, at);
    const char *const argv[] = {program_path(s, "henpin-deadlines"),
                                "--at",
                                at,
                                "--listen=",
                                "--log-level=warn",
                                "--policy",
                                s->config->policy_dir,
                                NULL};
    enum status st = ST_OK;
    if (s->config->kill) {
        s->n_kills++;
        st = story_run_killed(argv, random_below(s, KILL_DELAY_MS), err);
    }
    return st == ST_OK ? story_run(argv, STORY_RUN_TIMEOUT_US, err) : st;
}

static enum status flush_workers(struct story_stage *s, struct error *err) {
    enum status st = ST_OK;
    for (int t = 0; st == ST_OK && t < STORY_TOPIC_COUNT; t++)
        st = story_worker_flush(&s->workers[t], err);
    return st;
}

enum status story_stage_clock(struct story_stage *s, int64_t clock_us,
                              struct error *err) {
    s->clock_us = clock_us;
    enum status st = s->is_running ? ST_OK : start_workers(s, err);
    if (s->producer)
        return st;
    for (int t = 0; st == ST_OK && t < STORY_TOPIC_COUNT; t++)
        st = story_worker_clock(&s->workers[t], clock_us, err);
    return st == ST_OK ? flush_workers(s, err) : st;
}

static const struct pg_statement has_settled = {
    "story_has_settled",
    "SELECT (SELECT coalesce(sum(n), 0) FROM (SELECT max(next_offset) AS n FROM"
    " henpin.ledger WHERE topic LIKE $1 GROUP BY topic, partition) p) >= $2::bigint"
    " AND NOT EXISTS (SELECT FROM henpin.parked WHERE is_ready)"};

/* Through Kafka: all that was sent stands in the ledger, and nothing that waited for its
 * order is still to be taken up. */
static enum status wait_for_ledger(struct story_stage *s, struct error *err) {
    int64_t until_us = clock_monotonic_us() + SETTLE_TIMEOUT_US;
    char pattern[80];
    snprintf(pattern, sizeof pattern, "%s.%%", s->name);
    while (clock_monotonic_us() < until_us) {
        struct pg_script *script = pg_script_new(s->arena);
        struct pg_query *q = pg_script_query(script, &has_settled);
        pg_param_text(q, span_of(pattern));
        pg_param_i64(q, s->n_sent);
        enum status st = pg_run_wait(s->pg, script, RUN_TIMEOUT_US, err);
        if (st != ST_OK || pg_bool(q, 0, 0))
            return st;
        if (stop_requested())
            return error_set(err, E_INPUT, "stopped by a signal");
        (void)poll(NULL, 0, 50);
    }
    return error_set(err, E_INPUT, "the workers did not read event %lld within %lld s",
                     (long long)s->n_sent, (long long)(SETTLE_TIMEOUT_US / US_PER_S));
}

enum status story_stage_event(struct story_stage *s, const struct story_event *e,
                              struct error *err) {
    const char *topic = s->topics[e->topic];
    enum status st;
    if (!s->producer) {
        st = story_worker_send(&s->workers[e->topic], s->arena, topic, e, s->clock_us,
                               err);
        return st == ST_OK ? flush_workers(s, err) : st;
    }
    st = kafka_produce(s->producer, topic, -1, e->key, e->value, NULL, 0, 0, err);
    if (st == ST_OK)
        st = kafka_producer_flush(s->producer, RUN_TIMEOUT_US, err);
    s->n_sent++;
    if (st == ST_OK)
        st = disturb(s, err);
    return st == ST_OK ? wait_for_ledger(s, err) : st;
}
