/*
 * drain.c: `henpin drain`: before workers are stopped for good, a Kafka cluster is left or
 * tables are compared.
 *
 * `henpin ledger wait` wants the end of the log, which a busy topic never reaches. This
 * takes Kafka's ends as they are at the start, so it ends while events still come. It
 * stops nobody: workers are stopped by whoever runs them (`henpin drain && systemctl stop
 * ...`), and where they stop is safe in any case.
 */
#include "services/henpin/commands.h"
#include "services/henpin/ledger.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/event/event.h"

#include <stdio.h>
#include <unistd.h>

static const char program[] = "henpin drain";
#define LOOK_EVERY_US (200 * US_PER_MS)
#define MEMORY ((size_t)256 << 20)

#define AT(member) offsetof(struct ledger_config, member)
static const struct option options[] = {
    {"timeout", "HENPIN_DRAIN_TIMEOUT", OPT_DURATION, AT(timeout_us), "10m", 0,
     86400000000, 0, NULL, NULL, "longest time to wait"},
    {0},
};

static const struct pg_statement leftovers = {
    "drain_leftovers",
    "SELECT (SELECT count(*) FROM henpin.parked WHERE is_ready)"
    "  + (SELECT count(*) FROM henpin.dead_letter WHERE state = 'retry'),"
    " (SELECT count(*) FROM henpin.parked WHERE NOT is_ready),"
    " (SELECT count(*) FROM henpin.dead_letter WHERE state = 'open')"};

struct left {
    int64_t records, recalls, parked, letters;
};

static int64_t position_of(const struct ledger_rows *rows, const struct ledger_row *r) {
    for (size_t i = 0; i < rows->n; i++)
        if (rows->items[i].partition == r->partition &&
            strcmp(rows->items[i].topic, r->topic) == 0 &&
            strcmp(rows->items[i].group, r->group) == 0)
            return rows->items[i].position;
    return r->extent.low;
}

static enum status look(struct pg *pg, const struct ledger_config *config,
                        const struct ledger_rows *wanted, struct left *out,
                        struct error *err) {
    struct arena *a = arena_new(MEMORY);
    struct ledger_rows now;
    struct pg_script *s = pg_script_new(a);
    const struct pg_query *q = pg_script_query(s, &leftovers);
    enum status st = ledger_load(pg, config, a, &now, err);
    st = st == ST_OK ? database_run(pg, s, err) : st;
    if (st == ST_OK) {
        *out = (struct left){0, pg_i64(q, 0, 0), pg_i64(q, 0, 1), pg_i64(q, 0, 2)};
        for (size_t i = 0; i < wanted->n; i++) {
            const struct ledger_row *r = &wanted->items[i];
            int64_t missing = r->extent.high - position_of(&now, r);
            out->records += missing > 0 ? missing : 0;
        }
    }
    arena_free(a);
    return st;
}

static void tell(struct arena *a, const struct ledger_rows *wanted,
                 const struct left *left) {
    static const struct table_column columns[] = {{"GROUP", false, false, 0},
                                                  {"TOPIC", false, false, 0},
                                                  {"PARTITION", true, false, 0},
                                                  {"DRAINED TO", true, false, 0}};
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (size_t i = 0; i < wanted->n; i++) {
        table_cell_text(t, wanted->items[i].group);
        table_cell_text(t, wanted->items[i].topic);
        table_cell_i64(t, wanted->items[i].partition);
        table_cell_i64(t, wanted->items[i].extent.high);
    }
    table_print(t, stdout, table_width(stdout));
    printf("\n%s for orders that have not come, %s open\n",
           table_things(left->parked, "record waits", "records wait"),
           table_things(left->letters, "dead letter is", "dead letters are"));
}

static bool is_asked_for(const struct ledger_pair *pairs, size_t n,
                         const struct ledger_row *r) {
    bool is_asked = n == 0;
    for (size_t i = 0; i < n; i++)
        is_asked = is_asked || (strcmp(pairs[i].group, r->group) == 0 &&
                                strcmp(pairs[i].topic, r->topic) == 0);
    return is_asked;
}

/* Whether a partition can be waited for at all. */
static enum status check(const struct ledger_row *r, struct error *err) {
    if (r->state == LEDGER_GONE || r->state == LEDGER_RECREATED)
        return error_set(err, E_INPUT, "%s:%d is stopped, see henpin ledger show",
                         r->topic, (int)r->partition);
    if (r->extent.high >= 0)
        return ST_OK;
    (void)error_set(err, E_INPUT, "Kafka does not have %s:%d, which %s has read",
                    r->topic, (int)r->partition, r->group);
    return error_hint(err, "to leave it out name the others, as GROUP:TOPIC");
}

/* What is wanted: each partition with its end now. */
static enum status take_ends(struct pg *pg, const struct ledger_config *config,
                             const struct option_list *names, struct arena *a,
                             struct ledger_rows *out, struct error *err) {
    struct ledger_pair *pairs = arena_array(a, names->count + 1, sizeof *pairs);
    enum status st = ledger_parse_pairs(a, names, pairs, err);
    st = st == ST_OK ? ledger_load(pg, config, a, out, err) : st;
    st = st == ST_OK ? ledger_compare(config, a, pairs, names->count, out, err) : st;
    size_t kept = 0;
    for (size_t i = 0; st == ST_OK && i < out->n; i++)
        if (is_asked_for(pairs, names->count, &out->items[i]))
            out->items[kept++] = out->items[i];
    out->n = kept;
    for (size_t i = 0; st == ST_OK && i < names->count; i++) {
        bool is_there = false;
        for (size_t k = 0; k < kept; k++)
            is_there = is_there || is_asked_for(&pairs[i], 1, &out->items[k]);
        if (!is_there)
            st = error_set(err, E_INPUT, "neither Kafka nor the ledger knows %s:%s",
                           pairs[i].group, pairs[i].topic);
    }
    if (st == ST_OK && out->n == 0)
        st = error_set(err, E_INPUT, "no worker has claimed a partition yet");
    for (size_t i = 0; st == ST_OK && i < out->n; i++)
        st = check(&out->items[i], err);
    return st;
}

int ledger_drain(struct pg *pg, const struct ledger_config *config,
                 const struct option_list *names) {
    struct arena *a = arena_new(MEMORY);
    struct ledger_rows wanted = {NULL, 0};
    struct error err = {0};
    struct left left = {0};
    const int64_t until = clock_monotonic_us() + config->timeout_us;
    enum status st = take_ends(pg, config, names, a, &wanted, &err);
    while (st == ST_OK && (st = look(pg, config, &wanted, &left, &err)) == ST_OK &&
           left.records + left.recalls > 0 && clock_monotonic_us() < until)
        (void)usleep((useconds_t)LOOK_EVERY_US);
    int code = 0;
    if (st != ST_OK) {
        code = database_failed(program, &err);
    } else if (left.records + left.recalls > 0) {
        fprintf(stderr,
                "%s: not drained in time: %s to apply, %s to recall: do the "
                "workers run?\n",
                program, table_things(left.records, "record", "records"),
                table_count(left.recalls));
        code = 1;
    } else {
        tell(a, &wanted, &left);
    }
    arena_free(a);
    return code;
}

int drain_main(int argc, char **argv, char **envp) {
    struct ledger_config config = {.group = "", .topic = "", .partition = -1, .to = -1};
    const struct option_table tables[] = {{options, &config},
                                          {kafka_options, &config.kafka},
                                          {pg_options, &config.database},
                                          {0}};
    const struct config_spec spec = {
        .program = program,
        .summary =
            "Waits until all that is in Kafka now is applied and nothing is left to "
            "recall, and tells what stays behind; without operands, for all in the "
            "ledger. Events that come later do not count.",
        .operands = "[GROUP:TOPIC...]",
        .tables = tables,
        .pass_prefix = KAFKA_PREFIX,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    kafka_options_pass(&config.kafka, &parsed);
    log_set_level(LOG_ERROR); /* librdkafka's own words would stand between ours */
    struct error err = {0};
    struct pg *pg = NULL;
    if (database_open(&config.database, &pg, &err) != ST_OK)
        return database_failed(program, &err);
    code = ledger_drain(pg, &config, &parsed.operands);
    pg_free(pg);
    return code;
}
