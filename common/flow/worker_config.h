/* worker_config.h: the options that every worker has; one row each in worker_config.c. */
#ifndef COMMON_FLOW_WORKER_CONFIG_H
#define COMMON_FLOW_WORKER_CONFIG_H

#include "common/base/config.h"
#include "common/base/log_options.h"
#include "common/io/kafka_options.h"
#include "common/io/pg_options.h"
#include "common/io/schemas.h"

struct worker_config {
    struct kafka_properties kafka;
    struct pg_config pg;
    const char *topic;       /* empty: the service's */
    const char *group;       /* empty: henpin-<service> */
    const char *instance_id; /* static membership */
    const char *partitions;  /* pinned, as text; empty: the group gives them */
    const char *policy_dir;
    const char *listen;
    int assignor; /* index into "range|cooperative-sticky" */
    int source;   /* index into "kafka|stdin" */
    int64_t lanes;
    int64_t batch_max, batch_bytes, linger_us;
    int64_t queued_bytes;
    int64_t session_timeout_us, fetch_wait_us, statement_timeout_us, stop_timeout_us;
    int64_t recall_interval_us;
    int64_t order_patience_us;
    int64_t breaker_min, breaker_share;
    struct schemas_config schemas;
    struct log_config log;
};

extern const struct option worker_options[];

/* What config_parse needs for a service's worker. Tables are kept in static memory. */
struct config_spec worker_config_spec(const char *program, const char *summary,
                                      struct worker_config *config);

#endif
