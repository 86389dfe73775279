/*
 * broker.c: `henpin broker`, the embedded broker as a process of its own.
 *
 * It is librdkafka's mock cluster: it speaks enough Kafka for producers and consumer
 * groups, keeps at most 5 MiB or 100,000 batches a partition, and forgets everything when
 * it stops. For demos and trials, not for anything that matters.
 */
#include "services/henpin/commands.h"

#include "common/base/config.h"
#include "common/base/stop.h"
#include "common/io/kafka.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

struct broker_config {
    struct option_list topics;
    const char *ready_file;
    int64_t brokers;
};

#define AT(field) offsetof(struct broker_config, field)
static const struct option broker_options[] = {
    {"topic", "HENPIN_BROKER_TOPIC", OPT_REPEAT, AT(topics), "", 0, 0, 0, NULL,
     "NAME:PARTITIONS", "topic to create; may be given many times"},
    {"ready-file", "HENPIN_BROKER_READY_FILE", OPT_STRING, AT(ready_file), "", 0, 0, 0,
     NULL, "FILE", "written with the bootstrap servers once the broker answers"},
    {"brokers", "HENPIN_BROKER_BROKERS", OPT_I64, AT(brokers), "1", 1, 9, 0, NULL, "N",
     "brokers in the cluster"},
    {0},
};

static enum status create_topic(struct kafka_mock *m, const char *text,
                                struct error *err) {
    struct span rest = span_of(text), name;
    int64_t n = 0;
    if (!span_cut(&rest, ':', &name) || name.len == 0 || name.len > 249 ||
        !span_to_i64(rest, &n) || n < 1 || n > 10000)
        return error_set(err, E_CONFIG, "\"%s\" is no NAME:PARTITIONS", text);
    char topic[250];
    snprintf(topic, sizeof topic, "%.*s", SPAN_ARGS(name));
    return kafka_mock_topic(m, topic, (int)n, err);
}

/* Written under another name first, so that whoever waits for it never sees half. */
static enum status write_ready(const char *path, const char *bootstrap,
                               struct error *err) {
    char partial[4096];
    if (snprintf(partial, sizeof partial, "%s.partial", path) >= (int)sizeof partial)
        return error_set(err, E_FILE, "the name of the ready file is too long");
    FILE *f = fopen(partial, "we");
    bool is_written = f && fprintf(f, "%s\n", bootstrap) > 0;
    if (f && fclose(f) != 0)
        is_written = false;
    if (!is_written || rename(partial, path) != 0)
        return error_set(err, E_FILE, "cannot write \"%s\": %s", path, strerror(errno));
    return ST_OK;
}

static void wait_for_stop(void) {
    while (!stop_requested()) {
        struct pollfd fd = {.fd = stop_fd(), .events = POLLIN};
        (void)poll(&fd, 1, -1);
        stop_drain_fd();
    }
}

static enum status serve(struct kafka_mock *m, const struct broker_config *config,
                         struct error *err) {
    for (size_t i = 0; i < config->topics.count; i++) {
        enum status st = create_topic(m, config->topics.items[i], err);
        if (st != ST_OK)
            return st;
    }
    printf("%s\n", kafka_mock_bootstrap(m));
    fflush(stdout);
    if (*config->ready_file) {
        enum status st = write_ready(config->ready_file, kafka_mock_bootstrap(m), err);
        if (st != ST_OK)
            return st;
    }
    wait_for_stop();
    if (*config->ready_file)
        (void)remove(config->ready_file); /* it may be gone with its directory */
    return ST_OK;
}

int broker_main(int argc, char **argv, char **envp) {
    struct broker_config config = {0};
    const struct option_table tables[] = {{broker_options, &config}, {0}};
    const struct config_spec spec = {
        .program = "henpin broker",
        .summary = "Runs the embedded Kafka broker until SIGTERM and prints its address. "
                   "It keeps 5 MiB a "
                   "partition at most and forgets everything when it stops: for demos "
                   "and trials.",
        .tables = tables,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    stop_install();
    struct error err = {0};
    struct kafka_mock *m = NULL;
    enum status st = kafka_mock_new((int)config.brokers, &m, &err);
    if (st == ST_OK)
        st = serve(m, &config, &err);
    kafka_mock_free(m);
    if (st == ST_OK)
        return 0;
    fprintf(stderr, "henpin broker: %s\n", err.text);
    return error_exit_code(err.code);
}
