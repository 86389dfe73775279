/*
 * config_variables.c: HENPIN_* variables that no program knows, told with the nearest
 * that one does. A misspelt HENPIN_BACTH_MAX would otherwise do nothing, and say nothing.
 *
 * One environment often serves all programs (a compose file, an operator's shell), so a
 * name is unknown only when it belongs to none of them: each program knows its own rows,
 * and `elsewhere` lists those of all. tests/integration/environment.test compares the
 * list with every --help; a new option goes in here, too.
 */
#include "common/base/config_private.h"
#include "common/base/suggest.h"

static const char *const elsewhere[] = {
    "HENPIN_ASSIGNOR",
    "HENPIN_AT",
    "HENPIN_BATCH_BYTES",
    "HENPIN_BATCH_MAX",
    "HENPIN_BOARD_DESK",
    "HENPIN_BOARD_JSON",
    "HENPIN_BOARD_LIMIT",
    "HENPIN_BOARD_MARKETPLACE",
    "HENPIN_BOARD_SELLER",
    "HENPIN_BOARD_WATCH",
    "HENPIN_BREAKER_MIN",
    "HENPIN_BREAKER_SHARE",
    "HENPIN_BROKER_BROKERS",
    "HENPIN_BROKER_READY_FILE",
    "HENPIN_BROKER_TOPIC",
    "HENPIN_CHECK",
    "HENPIN_FEED_DRY_RUN",
    "HENPIN_FEED_FORMAT",
    "HENPIN_FEED_FRAMING",
    "HENPIN_FEED_MARKETPLACE",
    "HENPIN_FEED_MAX_REJECTS",
    "HENPIN_FEED_REGISTER_SCHEMAS",
    "HENPIN_FEED_SELLER",
    "HENPIN_FEED_SHIP_FROM",
    "HENPIN_FEED_ZONEINFO",
    "HENPIN_FETCH_WAIT",
    "HENPIN_GROUP",
    "HENPIN_GROUP_INSTANCE_ID",
    "HENPIN_INQUIRIES_TOPIC",
    "HENPIN_LANES",
    "HENPIN_LEDGER_ARCHIVED",
    "HENPIN_LEDGER_GROUP",
    "HENPIN_LEDGER_JSON",
    "HENPIN_LEDGER_OFFLINE",
    "HENPIN_LEDGER_PARTITION",
    "HENPIN_LEDGER_RECREATED",
    "HENPIN_LEDGER_TIMEOUT",
    "HENPIN_LEDGER_TO",
    "HENPIN_LEDGER_TOPIC",
    "HENPIN_LEDGER_YES",
    "HENPIN_LETTERS_CODE",
    "HENPIN_LETTERS_DRY_RUN",
    "HENPIN_LETTERS_GROUP",
    "HENPIN_LETTERS_HEX",
    "HENPIN_LETTERS_JSON",
    "HENPIN_LETTERS_LIMIT",
    "HENPIN_LETTERS_MAX_RETRIES",
    "HENPIN_LETTERS_OFFSET",
    "HENPIN_LETTERS_PARTITION",
    "HENPIN_LETTERS_PATIENCE",
    "HENPIN_LETTERS_REASON",
    "HENPIN_LETTERS_SHOW_TEXT",
    "HENPIN_LETTERS_SINCE",
    "HENPIN_LETTERS_STATE",
    "HENPIN_LETTERS_TOPIC",
    "HENPIN_LETTERS_UNTIL",
    "HENPIN_LETTERS_YES",
    "HENPIN_LINGER",
    "HENPIN_LISTEN",
    "HENPIN_LOG_FORMAT",
    "HENPIN_LOG_LEVEL",
    "HENPIN_LOOK_EVERY",
    "HENPIN_MAINTAIN",
    "HENPIN_MOST",
    "HENPIN_ORDERS_TOPIC",
    "HENPIN_ORDER_PATIENCE",
    "HENPIN_PARTITIONS",
    "HENPIN_PARTITIONS_AHEAD",
    "HENPIN_PARTITIONS_KEEP",
    "HENPIN_PLAIN_SCHEMA",
    "HENPIN_POLICY_DIR",
    "HENPIN_POSTGRES",
    "HENPIN_PROBE",
    "HENPIN_PROBE_TIMEOUT",
    "HENPIN_QUEUED_BYTES",
    "HENPIN_RECALL_INTERVAL",
    "HENPIN_REGISTRY_TIMEOUT",
    "HENPIN_RETURNS_TOPIC",
    "HENPIN_SCHEMA_DIR",
    "HENPIN_SESSION_TIMEOUT",
    "HENPIN_SHOW_TEXT",
    "HENPIN_SOURCE",
    "HENPIN_SQL_DIR",
    "HENPIN_STATEMENT_TIMEOUT",
    "HENPIN_STOP_TIMEOUT",
    "HENPIN_TOPIC",
    "HENPIN_TOPIC_SCHEMA",
    "HENPIN_VIA_KAFKA",
};

/* Of the tests: crash points, switched-off mechanisms, where the programs are. */
static const char *const of_tests[] = {
    "HENPIN_BENCH_INSIDE", "HENPIN_BIN",     "HENPIN_CRASH_AT",
    "HENPIN_MUTANT",       "HENPIN_STOP_AT",
};

static bool is_listed(struct span name, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (span_is(name, list[i]))
            return true;
    return false;
}

/* Kubernetes gives each container HENPIN_RETURNS_SERVICE_HOST, HENPIN_RETURNS_PORT_9100_TCP
 * and the like for a service called "henpin-returns". */
static bool is_of_kubernetes(struct span name) {
    return memmem(name.ptr, name.len, "_SERVICE_HOST", 13) ||
           memmem(name.ptr, name.len, "_SERVICE_PORT", 13) ||
           memmem(name.ptr, name.len, "_PORT_", 6) || span_ends_with(name, SPAN("_PORT"));
}

static bool is_known(struct config_parser *p, struct span name) {
    char env[CONFIG_NAME_SIZE];
    config_env_name(env, "", name);
    return config_owner_of_env(p, env) ||
           is_listed(name, elsewhere, COUNT_OF(elsewhere)) ||
           is_listed(name, of_tests, COUNT_OF(of_tests));
}

static void unknown_variable(struct config_parser *p, struct span name) {
    struct suggestion near = suggest_for(name);
    for (size_t i = 0; i < p->states.n; i++)
        suggest_consider(&near, p->states.items[i].env);
    for (size_t i = 0; i < COUNT_OF(elsewhere); i++)
        suggest_consider(&near, elsewhere[i]);
    const char *known = suggest_known(&near);
    if (known)
        config_mistake(p, "unknown variable %.*s in the environment; did you mean %s?",
                       SPAN_ARGS(name), known);
    else
        config_mistake(p, "unknown variable %.*s in the environment", SPAN_ARGS(name));
}

void config_check_variables(struct config_parser *p, char **envp) {
    const struct span prefix = SPAN("HENPIN_"), file = SPAN("_FILE");
    for (char **e = envp; *e; e++) {
        struct span rest = span_of(*e), name;
        if (!span_cut(&rest, '=', &name) || rest.len == 0 ||
            name.len >= CONFIG_NAME_SIZE || !span_starts_with(name, prefix))
            continue;
        struct span base = name;
        if (span_ends_with(name, file))
            base.len -= file.len;
        if (!is_known(p, name) && !is_known(p, base) && !is_of_kubernetes(name))
            unknown_variable(p, name);
    }
}
