#include "common/flow/worker_config.h"

#include "common/flow/batch.h"

#define AT(member) offsetof(struct worker_config, member)

const struct option worker_options[] = {
    {"topic", NULL, OPT_STRING, AT(topic), "", 0, 0, 0, NULL, "NAME",
     "topic to read; empty: the service's own"},
    {"group", NULL, OPT_STRING, AT(group), "", 0, 0, 0, NULL, "NAME",
     "consumer group; empty: the program's name"},
    {"group-instance-id", NULL, OPT_STRING, AT(instance_id), "", 0, 0, 0, NULL, "NAME",
     "static membership: a restart within the session timeout moves no partition"},
    {"partitions", NULL, OPT_STRING, AT(partitions), "", 0, 0, 0, NULL, "LIST",
     "read these partitions only, such as 0-3,8, whatever the group does; empty: those "
     "that the group gives"},
    {"policy", "HENPIN_POLICY_DIR", OPT_STRING, AT(policy_dir), "deploy/policy", 0, 0,
     OPT_REQUIRED | OPT_SHIPPED, NULL, "DIR", "directory of the rule packs"},
    {"listen", NULL, OPT_LISTEN, AT(listen), "127.0.0.1:0", 0, 0, 0, NULL, "HOST:PORT",
     "where /metrics, /live and /ready are served; port 0: a free one; empty: nowhere"},
    {"assignor", NULL, OPT_CHOICE, AT(assignor), "range", 0, 0, 0,
     "range|cooperative-sticky", NULL, "how partitions are shared out in the group"},
    {"source", NULL, OPT_CHOICE, AT(source), "kafka", 0, 0, 0, "kafka|stdin", NULL,
     "where records come from; stdin serves stories and tests"},
    {"lanes", NULL, OPT_I64, AT(lanes), "2", 1, 16, 0, NULL, "N",
     "connections to Postgres that work side by side"},
    {"batch-max", NULL, OPT_I64, AT(batch_max), "1000", 1, BATCH_MESSAGES_MAX, 0, NULL,
     "N", "most messages in one transaction"},
    {"batch-bytes", NULL, OPT_SIZE, AT(batch_bytes), "8MiB", 1024, 64 << 20, 0, NULL,
     NULL, "most bytes of records in one transaction"},
    {"linger", NULL, OPT_DURATION, AT(linger_us), "0ms", 0, 10000000, 0, NULL, NULL,
     "how long a batch that is not full may wait for more"},
    {"queued-bytes", NULL, OPT_SIZE, AT(queued_bytes), "1MiB", 65536, 1 << 30, 0, NULL,
     NULL, "memory for records fetched ahead"},
    {"session-timeout", NULL, OPT_DURATION, AT(session_timeout_us), "45s", 6000000,
     1800000000, 0, NULL, NULL,
     "silence after which the group gives our partitions to others"},
    {"fetch-wait", NULL, OPT_DURATION, AT(fetch_wait_us), "500ms", 1000, 10000000, 0,
     NULL, NULL, "how long the broker may hold a request when there is nothing new"},
    {"statement-timeout", NULL, OPT_DURATION, AT(statement_timeout_us), "60s", 1000000,
     3600000000, 0, NULL, NULL,
     "longest wait for Postgres before the connection counts as lost"},
    {"stop-timeout", NULL, OPT_DURATION, AT(stop_timeout_us), "20s", 100000, 3600000000,
     0, NULL, NULL, "longest wait for the open transaction when asked to stop"},
    {"recall-interval", NULL, OPT_DURATION, AT(recall_interval_us), "250ms", 10000,
     60000000, 0, NULL, NULL, "how often parked work is looked for"},
    {"order-patience", NULL, OPT_DURATION, AT(order_patience_us), "15m", 1000000,
     604800000000, 0, NULL, NULL,
     "how long an event waits for its order before order_unknown is raised"},
    {"breaker-min", NULL, OPT_I64, AT(breaker_min), "100", 1, 1000000, 0, NULL, "N",
     "bad messages, of the last 2,000, before the breaker may open"},
    {"breaker-share", NULL, OPT_I64, AT(breaker_share), "50", 1, 100, 0, NULL, "PERCENT",
     "share of bad messages above which the worker holds; 100: never"},
    {0},
};

struct config_spec worker_config_spec(const char *program, const char *summary,
                                      struct worker_config *config) {
    static struct option_table tables[6];
    tables[0] = (struct option_table){kafka_options, &config->kafka};
    tables[1] = (struct option_table){worker_options, config};
    tables[2] = (struct option_table){pg_options, &config->pg};
    tables[3] = (struct option_table){schemas_options, &config->schemas};
    tables[4] = (struct option_table){log_options, &config->log};
    tables[5] = (struct option_table){0};
    return (struct config_spec){
        .program = program,
        .summary = summary,
        .tables = tables,
        .pass_prefix = KAFKA_PREFIX,
    };
}
