/*
 * ledger.c: `henpin ledger show|wait|accept`: how far each partition is applied, and what
 * to do when Kafka no longer has what comes next.
 */
#include "services/henpin/ledger.h"
#include "services/henpin/actions.h"
#include "services/henpin/commands.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/event/event.h"

#include <jansson.h>
#include <stdio.h>

#define AT(member) offsetof(struct ledger_config, member)

static const struct option show_options[] = {
    {"group", "HENPIN_LEDGER_GROUP", OPT_STRING, AT(group), "", 0, 0, 0, NULL, "NAME",
     "only this consumer group, such as henpin-returns"},
    {"topic", "HENPIN_LEDGER_TOPIC", OPT_STRING, AT(topic), "", 0, 0, 0, NULL, "NAME",
     "only this topic"},
    {"partition", "HENPIN_LEDGER_PARTITION", OPT_I64, AT(partition), "-1", -1, INT32_MAX,
     0, NULL, "N", "only this partition; -1: all"},
    {"json", "HENPIN_LEDGER_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "an array of JSON objects"},
    {"offline", "HENPIN_LEDGER_OFFLINE", OPT_BOOL, AT(is_offline), "false", 0, 0, 0, NULL,
     NULL, "do not ask Kafka for its ends"},
    {"archived", "HENPIN_LEDGER_ARCHIVED", OPT_BOOL, AT(is_everything), "false", 0, 0, 0,
     NULL, NULL, "also topics that were created anew since"},
    {0},
};

static const struct option accept_options[] = {
    {"group", "HENPIN_LEDGER_GROUP", OPT_STRING, AT(group), "", 0, 0, 0, NULL, "NAME",
     "the consumer group; may be left out when only one reads the partition"},
    {"topic", "HENPIN_LEDGER_TOPIC", OPT_STRING, AT(topic), "", 0, 0, OPT_REQUIRED, NULL,
     "NAME", "the topic"},
    {"partition", "HENPIN_LEDGER_PARTITION", OPT_I64, AT(partition), "-1", -1, INT32_MAX,
     0, NULL, "N", "the partition; needed"},
    {"to", "HENPIN_LEDGER_TO", OPT_I64, AT(to), "-1", -1, INT64_MAX, 0, NULL, "OFFSET",
     "go on here: what lies between the position and this offset is given up"},
    {"recreated", "HENPIN_LEDGER_RECREATED", OPT_BOOL, AT(is_recreated), "false", 0, 0, 0,
     NULL, NULL,
     "the topic is a new one: archive what is known of the old one and begin at its "
     "start"},
    {"yes", "HENPIN_LEDGER_YES", OPT_BOOL, AT(is_yes), "false", 0, 0, 0, NULL, NULL,
     "do it; without, only tell what would be given up"},
    {0},
};

static const struct option wait_options[] = {
    {"timeout", "HENPIN_LEDGER_TIMEOUT", OPT_DURATION, AT(timeout_us), "60s", 0,
     86400000000, 0, NULL, NULL, "longest time to wait"},
    {0},
};

/* ---- show ---- */

static void cell_offset(struct table *t, int64_t offset) {
    if (offset >= 0)
        table_cell_i64(t, offset);
    else
        table_cell_text(t, "");
}

static void print_table(struct arena *a, const struct ledger_rows *rows) {
    static const struct table_column columns[] = {
        {"GROUP", false, false, 0},      {"TOPIC", false, false, 0},
        {"PARTITION", true, false, 0},   {"APPLIED UP TO", true, false, 0},
        {"KAFKA FROM", true, false, 2},  {"KAFKA TO", true, false, 1},
        {"LAG", true, false, 0},         {"STATE", false, false, 0},
        {"MOVED LAST", false, false, 3},
    };
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (size_t i = 0; i < rows->n; i++) {
        const struct ledger_row *r = &rows->items[i];
        table_cell_text(t, r->group);
        table_cell_text(t, r->topic);
        table_cell_i64(t, r->partition);
        cell_offset(t, r->position);
        cell_offset(t, r->extent.low);
        cell_offset(t, r->extent.high);
        cell_offset(t, r->extent.high < 0 ? -1 : r->lag);
        table_cell_text(t,
                        r->position < 0 ? "not claimed" : ledger_state_words[r->state]);
        table_cell_instant(t, r->recorded_us);
    }
    table_print(t, stdout, table_width(stdout));
}

/* Records that are gone stop a partition until a person decides: say how. */
static void print_troubles(const struct ledger_rows *rows) {
    for (size_t i = 0; i < rows->n; i++) {
        const struct ledger_row *r = &rows->items[i];
        if (r->state == LEDGER_GONE)
            printf("\n%s:%d for %s: %s, offsets %lld to %lld, deleted "
                   "before being applied. Restore them, or:\n  henpin ledger accept "
                   "--group %s "
                   "--topic %s --partition %d "
                   "--to %lld --yes\n",
                   r->topic, r->partition, r->group,
                   table_things(r->gone, "record", "records"), (long long)r->position,
                   (long long)(r->extent.low - 1), r->group, r->topic, r->partition,
                   (long long)r->extent.low);
        if (r->state == LEDGER_RECREATED && r->position > r->extent.high)
            printf("\n%s:%d for %s: everything before %lld was applied, but the topic "
                   "ends at %lld: it was created anew or cut.",
                   r->topic, r->partition, r->group, (long long)r->position,
                   (long long)r->extent.high);
        else if (r->state == LEDGER_RECREATED)
            printf("\n%s:%d for %s: the record at offset %lld is not the one that was "
                   "applied: the topic was created anew.",
                   r->topic, r->partition, r->group, (long long)r->last_offset);
        if (r->state == LEDGER_RECREATED)
            printf(" If it is a new topic:\n  henpin ledger accept --group %s --topic %s "
                   "--partition %d --recreated --yes\n",
                   r->group, r->topic, r->partition);
    }
}

static json_t *json_offset(int64_t offset) {
    return offset >= 0 ? json_integer(offset) : json_null();
}

static void print_json(const struct ledger_rows *rows) {
    json_t *all = json_array();
    for (size_t i = 0; i < rows->n; i++) {
        const struct ledger_row *r = &rows->items[i];
        char moved[CLOCK_TEXT_SIZE];
        if (r->recorded_us != EVENT_ABSENT)
            clock_text(r->recorded_us, moved);
        json_array_append_new(
            all,
            json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:I, s:s, s:o}", "group",
                      r->group, "topic", r->topic, "partition", (int)r->partition,
                      "position", json_offset(r->position), "low",
                      json_offset(r->extent.low), "high", json_offset(r->extent.high),
                      "lag", json_offset(r->extent.high < 0 ? -1 : r->lag), "gone",
                      (json_int_t)r->gone, "state", ledger_state_words[r->state],
                      "moved_at",
                      r->recorded_us != EVENT_ABSENT ? json_string(moved) : json_null()));
    }
    json_dumpf(all, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
    json_decref(all);
}

static int show(struct pg *pg, const struct ledger_config *config,
                const struct option_list *names) {
    (void)names;
    struct arena *a = arena_new((size_t)256 << 20);
    struct ledger_rows rows;
    struct error err = {0};
    enum status st = ledger_load(pg, config, a, &rows, &err);
    bool is_compared = st == ST_OK && !config->is_offline;
    if (is_compared && (ledger_compare(config, a, NULL, 0, &rows, &err) != ST_OK ||
                        ledger_verify(config, &rows, &err) != ST_OK))
        (void)database_failed("henpin ledger show: ends are unknown", &err);
    if (st == ST_OK && config->is_json) {
        print_json(&rows);
    } else if (st == ST_OK && rows.n == 0) {
        printf("the ledger is empty: no worker has claimed a partition%s\n",
               *config->group || *config->topic || config->partition >= 0
                   ? " that matches"
                   : " yet");
    } else if (st == ST_OK) {
        print_table(a, &rows);
        print_troubles(&rows);
    }
    int code = st == ST_OK ? 0 : database_failed("henpin ledger show", &err);
    arena_free(a);
    return code;
}

static int accept_loss(struct pg *pg, const struct ledger_config *config,
                       const struct option_list *names) {
    (void)names;
    return ledger_accept(pg, config);
}

/* ---- the command ---- */

static const struct action {
    struct action_head head;
    int (*run)(struct pg *pg, const struct ledger_config *config,
               const struct option_list *names);
} actions[] = {
    {{"show", show_options, NULL, 0, 0, "positions beside what Kafka has",
      "Shows how far each partition is applied, beside what Kafka has."},
     show},
    {{"wait", wait_options, "[GROUP:TOPIC...]", 0, ACTION_ANY_NUMBER,
      "until everything in Kafka is applied and nothing is left to recall",
      "Waits until everything in the given topics is applied by the given groups "
      "(without operands: by all in the ledger) and no parked record or marked letter is "
      "left to process."},
     ledger_wait},
    {{"accept", accept_options, NULL, 0, 0,
      "let a partition go on where records are gone, or the topic is new",
      "Lets a stopped partition go on: records that Kafka has lost are given up, or the "
      "topic is a new one."},
     accept_loss},
};

static const struct action_list list = {"henpin ledger", "[OPTION...]", ACTIONS(actions)};

static int run(const struct action *action, const char *program,
               const struct ledger_config *config, const struct option_list *names) {
    struct error err = {0};
    struct pg *pg = NULL;
    if (database_open(&config->database, &pg, &err) != ST_OK)
        return database_failed(program, &err);
    int code = action->run(pg, config, names);
    pg_free(pg);
    return code;
}

int ledger_main(int argc, char **argv, char **envp) {
    char program[ACTION_TITLE_SIZE];
    int code;
    const struct action *action = actions_choose(&list, argc, argv, program, &code);
    if (!action)
        return code;
    struct ledger_config config = {.group = "", .topic = "", .partition = -1, .to = -1};
    const struct option_table tables[] = {
        {action->head.options, &config},
        {pg_options, &config.database},
        {kafka_options, &config.kafka},
        {0},
    };
    struct config_result parsed;
    if (!actions_parse(&action->head, tables, KAFKA_PREFIX, argc, argv, envp, &parsed,
                       &code))
        return code;
    kafka_options_pass(&config.kafka, &parsed);
    log_set_level(LOG_ERROR); /* librdkafka's own words would stand between ours */
    return run(action, program, &config, &parsed.operands);
}
