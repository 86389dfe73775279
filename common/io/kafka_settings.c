/*
 * kafka_settings.c: what a consumer is configured with, and what is refused because it is
 * known to lose or double. No librdkafka here.
 */
#include "common/base/clock.h"
#include "common/io/kafka_conf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VERSION_2_12 0x020c00ff /* the first with KIP-848 that its makers call ready */
#define NUMBER_SIZE 24

static enum status check(const struct kafka_consumer_config *config, int version,
                         const char *version_text, struct error *err) {
    const char *protocol = kafka_property(&config->properties, "group.protocol");
    if (protocol && strcmp(protocol, "consumer") == 0 && version < VERSION_2_12) {
        error_set(err, E_KAFKA_CONFIG,
                  "group.protocol \"consumer\" is not ready in librdkafka %s",
                  version_text);
        return error_hint(err, "leave it out, or use librdkafka 2.12 and Kafka 4.0");
    }
    const char *isolation = kafka_property(&config->properties, "isolation.level");
    if (isolation && strcmp(isolation, "read_committed") != 0) {
        error_set(
            err, E_KAFKA_CONFIG,
            "isolation.level \"%s\" would apply records that their producer took back",
            isolation);
        return error_hint(err, "leave it out: read_committed is the default");
    }
    if (strcmp(config->assignor, "range") != 0 &&
        strcmp(config->assignor, "cooperative-sticky") != 0) {
        error_set(err, E_KAFKA_CONFIG, "assignor \"%s\" is not known", config->assignor);
        return error_hint(err, "range or cooperative-sticky");
    }
    if (config->n_topics == 0 || config->n_lanes < 1 || !config->group ||
        !*config->group) {
        return error_set(err, E_KAFKA_CONFIG,
                         "a consumer needs a group, a topic and a lane");
    }
    return ST_OK;
}

/* At least 1, as librdkafka refuses 0. */
static const char *number(char text[NUMBER_SIZE], int64_t value) {
    snprintf(text, NUMBER_SIZE, "%" PRId64, value > 0 ? value : 1);
    return text;
}

enum status kafka_consumer_conf_new(const struct kafka_consumer_config *config,
                                    int version, const char *version_text,
                                    struct kafka_log *log, struct rd_kafka_conf_s **out,
                                    struct error *err) {
    enum status st = check(config, version, version_text, err);
    if (st != ST_OK)
        return st;
    char session_ms[NUMBER_SIZE], heartbeat_ms[NUMBER_SIZE], wait_ms[NUMBER_SIZE];
    char lane_kib[NUMBER_SIZE];
    int64_t session = config->session_timeout_us / US_PER_MS;
    const struct kafka_setting defaults[] = {
        {"session.timeout.ms", number(session_ms, session), false},
        {"heartbeat.interval.ms",
         number(heartbeat_ms, session / 3 < 3000 ? session / 3 : 3000), false},
        {"fetch.wait.max.ms", number(wait_ms, config->fetch_wait_us / US_PER_MS), false},
        /* The limit is bytes: 2.0.2 waits a fixed second once this count is reached. */
        {"queued.min.messages", "10000000", false},
        {"queued.max.messages.kbytes",
         number(lane_kib, config->queued_bytes / config->n_lanes / 1024), false},
        {"fetch.queue.backoff.ms", "10", true},
        /* One record that is kept keeps the answer alive in which it came: small answers.
         */
        {"fetch.message.max.bytes", "131072", false},
        {"fetch.max.bytes", "1048576", false},
        {"fetch.error.backoff.ms", "100", false},
        /* A topic that is created after us is noticed soon. */
        {"topic.metadata.refresh.interval.ms", "10000", false},
        {"statistics.interval.ms", "0", false},
        {NULL, NULL, false},
    };
    const struct kafka_setting firm[] = {
        {"group.id", config->group, false},
        {"group.instance.id", config->instance_id ? config->instance_id : "", false},
        /* I1, I2: a position is the ledger's, and nothing starts from the group's. */
        {"enable.auto.commit", "false", false},
        {"enable.auto.offset.store", "false", false},
        {"auto.offset.reset", "error", false},
        {"enable.partition.eof", "true", false}, /* tells how far the log was read */
        {"allow.auto.create.topics", "false", false},
        {"partition.assignment.strategy", config->assignor, false},
        {NULL, NULL, false},
    };
    return kafka_conf_new(&config->properties, defaults, firm, log, out, err);
}
