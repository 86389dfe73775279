/*
 * replay.c: `henpin replay --into CONNINFO [--from INSTANT]`.
 *
 *  1. `henpin migrate` there, and a copy of what is known of sellers.
 *  2. Each partition is claimed where the records of --from begin.
 *  3. Workers of this installation run there in groups of their own, so that the live ones
 *     notice nothing, until what was in Kafka at the start is applied.
 *  4. Their groups are deleted from Kafka, so that no monitor takes them for groups that
 *     nobody reads for.
 *  5. The tables are compared, if both sides have applied the same records. A difference
 *     is exit code 1.
 * Run again it goes on where it was: the ledger there knows.
 */
#include "services/henpin/replay.h"
#include "services/henpin/commands.h"
#include "services/henpin/ledger.h"
#include "services/henpin/story.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/event/event.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char program[] = "henpin replay";
#define CONNECT_TIMEOUT_US (10 * US_PER_S)
#define KAFKA_TIMEOUT_US (10 * US_PER_S)
#define MIGRATE_TIMEOUT_US US_PER_HOUR /* the database may be full */
enum { PARTITIONS_MAX = 4096, SERVICES = 3 };
static const char *const services[SERVICES] = {"orders", "returns", "inquiries"};

struct config {
    struct ledger_config ledger; /* of the live database and Kafka */
    const char *into, *from, *group, *policy_dir;
    const char *topics[SERVICES];
};

#define AT(member) offsetof(struct config, member)
static const struct option options[] = {
    {"into", "HENPIN_REPLAY_INTO", OPT_STRING, AT(into), "", 0, 0,
     OPT_REQUIRED | OPT_MASKED, NULL, "CONNINFO",
     "another database, as --postgres takes it: empty, or of an earlier replay"},
    {"from", "HENPIN_REPLAY_FROM", OPT_STRING, AT(from), "", 0, 0, 0, NULL, "INSTANT",
     "the records of this instant on, by Kafka's clock; empty: all that Kafka has"},
    {"group", "HENPIN_REPLAY_GROUP", OPT_STRING, AT(group), "henpin-replay", 0, 0,
     OPT_REQUIRED, NULL, "NAME", "how the names of its consumer groups begin"},
    {"policy", "HENPIN_POLICY_DIR", OPT_STRING, AT(policy_dir), "deploy/policy", 0, 0,
     OPT_REQUIRED | OPT_SHIPPED, NULL, "DIR", "directory of the rule packs"},
    {"orders-topic", "HENPIN_ORDERS_TOPIC", OPT_STRING, AT(topics[0]),
     "marketplace.orders", 0, 0, OPT_REQUIRED, NULL, "NAME", "topic of the orders"},
    {"returns-topic", "HENPIN_RETURNS_TOPIC", OPT_STRING, AT(topics[1]),
     "marketplace.returns", 0, 0, OPT_REQUIRED, NULL, "NAME", "topic of the returns"},
    {"inquiries-topic", "HENPIN_INQUIRIES_TOPIC", OPT_STRING, AT(topics[2]),
     "marketplace.inquiries", 0, 0, OPT_REQUIRED, NULL, "NAME", "topic of the inquiries"},
    {"timeout", "HENPIN_REPLAY_TIMEOUT", OPT_DURATION, AT(ledger.timeout_us), "12h", 0,
     INT64_C(864000000000), 0, NULL, NULL, "longest time to wait for the workers"},
    {0},
};

struct replay {
    const struct config *config;
    struct arena *arena;
    char dir[500]; /* of the programs */
    struct pg *live, *into;
    struct story_worker workers[SERVICES];
};

static const char *joined(struct replay *r, const char *first, const char *between,
                          const char *last) {
    struct builder b =
        builder_in(r->arena, strlen(first) + strlen(between) + strlen(last));
    build_format(&b, "%s%s%s", first, between, last);
    return span_cstr(r->arena, builder_span(&b));
}

/* ---- 1: a database to write to ---- */

static const struct pg_statement identity = {
    "replay_identity", "SELECT system_identifier::text || '/' || current_database()"
                       " FROM pg_control_system()"};

/* Nothing is to be written to the live tables: asked before anything is. */
static enum status check_other(struct replay *r, struct error *err) {
    struct pg *there = pg_new(r->config->into, program);
    struct pg_script *left = pg_script_new(r->arena), *right = pg_script_new(r->arena);
    const struct pg_query *live = pg_script_query(left, &identity),
                          *into = pg_script_query(right, &identity);
    enum status st = pg_connect_wait(there, CONNECT_TIMEOUT_US, err);
    st = st == ST_OK ? database_run(r->live, left, err) : st;
    st = st == ST_OK ? database_run(there, right, err) : st;
    if (st == ST_OK && span_equal(pg_text(live, 0, 0), pg_text(into, 0, 0))) {
        (void)error_set(err, E_CONFIG, "--into is the live database itself");
        st = error_hint(err, "name another one, empty or of an earlier replay");
    }
    pg_free(there);
    return st;
}

static enum status prepare(struct replay *r, struct error *err) {
    ssize_t n = readlink("/proc/self/exe", r->dir, sizeof r->dir - 1);
    char *slash = n > 0 ? memrchr(r->dir, '/', (size_t)n) : NULL;
    if (!slash)
        return error_set(err, E_FILE, "cannot tell where the programs are");
    *slash = '\0';
    enum status st = check_other(r, err);
    if (st != ST_OK)
        return st;
    /* What is started here works there. By the environment, which nobody else can read. */
    (void)setenv("HENPIN_POSTGRES", r->config->into, 1);
    (void)unsetenv("HENPIN_POSTGRES_FILE");
    (void)setenv("KAFKA_BOOTSTRAP_SERVERS", r->config->ledger.kafka.bootstrap_servers, 1);
    const char *const argv[] = {joined(r, r->dir, "/", "henpin"), "migrate", NULL};
    st = story_run(argv, MIGRATE_TIMEOUT_US, err);
    if (st != ST_OK)
        return st;
    const struct pg_config there = {r->config->into};
    st = database_open(&there, &r->into, err);
    return st == ST_OK ? replay_copy_directory(r->live, r->into, err) : st;
}

/* ---- 2: where to begin ---- */

static const struct pg_statement claim = {
    "replay_claim", "INSERT INTO henpin.ledger (consumer_group, topic, partition, "
                    "first_offset, next_offset, kind, records)"
                    " VALUES ($1, $2, $3, -1, $4, 'start', 0) ON CONFLICT DO NOTHING"};

static enum status claim_topic(struct replay *r, const char *group, const char *topic,
                               int64_t since_us, struct error *err) {
    static struct kafka_extent extents[PARTITIONS_MAX];
    static int64_t offsets[PARTITIONS_MAX];
    const struct kafka_properties *kafka = &r->config->ledger.kafka;
    int n = 0;
    enum status st = kafka_topic_extents(kafka, topic, extents, PARTITIONS_MAX, &n,
                                         KAFKA_TIMEOUT_US, err);
    if (st == ST_OK && (n == 0 || n > PARTITIONS_MAX))
        return error_set(err, E_INPUT, "topic \"%s\" has %d partitions", topic, n);
    if (st == ST_OK && since_us != EVENT_ABSENT)
        st = kafka_offsets_since(kafka, topic, since_us, offsets, n, KAFKA_TIMEOUT_US,
                                 err);
    if (st != ST_OK)
        return st;
    struct pg_script *s = pg_script_new(r->arena);
    for (int i = 0; i < n; i++) {
        struct pg_query *q = pg_script_query(s, &claim);
        pg_param_text(q, span_of(group));
        pg_param_text(q, span_of(topic));
        pg_param_i32(q, i);
        pg_param_i64(q, since_us != EVENT_ABSENT ? offsets[i] : extents[i].low);
    }
    return database_run(r->into, s, err);
}

/* ---- 3: workers ---- */

static enum status start_worker(struct replay *r, int i, const char *group,
                                struct error *err) {
    const struct option_list *names = &r->config->ledger.kafka.names,
                             *values = &r->config->ledger.kafka.values;
    const char **argv = arena_array(r->arena, names->count + 10, sizeof *argv);
    size_t n = 0;
    argv[n++] = joined(r, r->dir, "/henpin-", services[i]);
    argv[n++] = "--listen=";
    argv[n++] = "--log-level=warn";
    argv[n++] = "--log-format=logfmt";
    argv[n++] = joined(r, "--policy", "=", r->config->policy_dir);
    argv[n++] = joined(r, "--topic", "=", r->config->topics[i]);
    argv[n++] = joined(r, "--group", "=", group);
    for (size_t k = 0; k < names->count; k++)
        if (!config_property_is_secret(names->items[k])) /* those it has from us */
            argv[n++] = joined(r, joined(r, "--kafka.", names->items[k], ""), "=",
                               values->items[k]);
    argv[n] = NULL;
    return story_worker_start(&r->workers[i], argv, false, err);
}

static enum status apply_log(struct replay *r, int64_t since_us, struct error *err) {
    enum status st = ST_OK;
    struct option_list pairs = {arena_array(r->arena, SERVICES, sizeof(char *)),
                                SERVICES};
    for (int i = 0; i < SERVICES && st == ST_OK; i++) {
        const char *group = joined(r, r->config->group, "-", services[i]);
        pairs.items[i] = joined(r, group, ":", r->config->topics[i]);
        st = claim_topic(r, group, r->config->topics[i], since_us, err);
        st = st == ST_OK ? start_worker(r, i, group, err) : st;
    }
    if (st == ST_OK && ledger_drain(r->into, &r->config->ledger, &pairs) != 0)
        st = error_set(err, E_INPUT, "the replay is not done; run it again to go on");
    for (int i = 0; i < SERVICES; i++) {
        enum status ended =
            story_worker_end(&r->workers[i], st == ST_OK ? err : &(struct error){0});
        st = st == ST_OK ? ended : st;
    }
    return st;
}

/* ---- 4: nothing stays in Kafka ---- */

/* Positions stand in the ledger. A broker that does not let us is no reason to keep the
 * comparison from who waited for it: it is told, with what to do. */
static void delete_groups(struct replay *r) {
    for (int i = 0; i < SERVICES; i++) {
        const char *group = joined(r, r->config->group, "-", services[i]);
        struct error err = {0};
        if (kafka_group_delete(&r->config->ledger.kafka, group, &err) != ST_OK)
            fprintf(stderr,
                    "%s: %s\nkafka-consumer-groups.sh --delete --group %s, or "
                    "henpin-lag tells of it as long as Kafka keeps it\n",
                    program, err.text, group);
    }
}

/* ---- 5: the same records on both sides ---- */

/* Tables are equal only if both sides have applied the same records: live traffic that
 * comes meanwhile would be told as differences. */
static enum status check_positions(struct replay *r, struct error *err) {
    struct ledger_config any = {.group = "", .topic = "", .partition = -1, .to = -1};
    struct ledger_rows live, into;
    enum status st = ledger_load(r->live, &any, r->arena, &live, err);
    st = st == ST_OK ? ledger_load(r->into, &any, r->arena, &into, err) : st;
    for (size_t i = 0; st == ST_OK && i < into.n; i++) {
        const struct ledger_row *there = &into.items[i];
        int64_t position = -1; /* of the live group that is furthest */
        for (size_t k = 0; k < live.n; k++)
            if (live.items[k].partition == there->partition &&
                strcmp(live.items[k].topic, there->topic) == 0 &&
                live.items[k].position > position)
                position = live.items[k].position;
        if (there->last_offset < 0 || position == there->position)
            continue;
        (void)error_set(err, E_INPUT,
                        "%s:%d is applied up to %lld live and up to %lld in the replay: "
                        "their tables cannot be equal",
                        there->topic, (int)there->partition, (long long)position,
                        (long long)there->position);
        st = error_hint(err, "stop what publishes, wait with henpin drain, and run the "
                             "replay again: it goes on where it is");
    }
    return st;
}

/* ---- the command ---- */

static int run(struct replay *r) {
    struct error err = {0};
    int64_t since_us;
    bool differs = false;
    enum status st = database_instant("from", r->config->from, &since_us, &err);
    st = st == ST_OK ? database_open(&r->config->ledger.database, &r->live, &err) : st;
    st = st == ST_OK ? prepare(r, &err) : st;
    st = st == ST_OK ? apply_log(r, since_us, &err) : st;
    if (st == ST_OK) {
        delete_groups(r);
        st = check_positions(r, &err);
    }
    if (st == ST_OK)
        printf("\n");
    st = st == ST_OK ? replay_compare(r->live, r->into, since_us, &differs, &err) : st;
    pg_free(r->live);
    pg_free(r->into);
    if (st != ST_OK)
        return database_failed(program, &err);
    puts(differs ? "\nthe tables differ" : "\nthe tables are equal");
    return differs;
}

int replay_main(int argc, char **argv, char **envp) {
    static struct config config = {
        .ledger = {.group = "", .topic = "", .partition = -1, .to = -1}};
    const struct option_table tables[] = {{options, &config},
                                          {kafka_options, &config.ledger.kafka},
                                          {pg_options, &config.ledger.database},
                                          {0}};
    const struct config_spec spec = {
        .program = program,
        .summary =
            "Applies what is in Kafka to another database, with the rules of today, "
            "and compares its tables with the live ones.",
        .tables = tables,
        .pass_prefix = KAFKA_PREFIX,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    kafka_options_pass(&config.ledger.kafka, &parsed);
    log_set_level(LOG_ERROR);
    struct replay r = {.config = &config, .arena = arena_new((size_t)16 << 20)};
    for (int i = 0; i < SERVICES; i++)
        r.workers[i] = (struct story_worker){.input = -1, .output = -1};
    code = run(&r);
    arena_free(r.arena);
    return code;
}
