/*
 * kafka_mock.c: librdkafka's mock cluster as the embedded broker of the demo and of
 * tests.
 *
 * It listens on a port of the loopback interface, so other processes can connect. It
 * keeps 5 MiB or 100,000 batches a partition and drops older ones without a word; it has
 * no admin requests.
 */
#include "common/io/kafka.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <stdlib.h>

struct kafka_mock {
    rd_kafka_t *rk; /* the cluster lives inside a client that does nothing else */
    rd_kafka_mock_cluster_t *cluster;
};

enum status kafka_mock_new(int n_brokers, struct kafka_mock **out, struct error *err) {
    char why[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    /* It will say that it has no bootstrap servers, which is right. */
    if (rd_kafka_conf_set(conf, "log_level", "3", why, sizeof why) != RD_KAFKA_CONF_OK) {
        BUG("librdkafka: %s", why);
    }
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!rk) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, E_KAFKA_CONFIG, "cannot set up the embedded broker: %s",
                         why);
    }
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(rk, n_brokers);
    if (!cluster) {
        rd_kafka_destroy(rk);
        return error_set(err, E_KAFKA_CONFIG, "cannot start the embedded broker");
    }
    struct kafka_mock *m = xcalloc(1, sizeof *m);
    *m = (struct kafka_mock){rk, cluster};
    *out = m;
    return ST_OK;
}

const char *kafka_mock_bootstrap(const struct kafka_mock *m) {
    return rd_kafka_mock_cluster_bootstraps(m->cluster);
}

enum status kafka_mock_topic(struct kafka_mock *m, const char *topic, int n_partitions,
                             struct error *err) {
    rd_kafka_resp_err_t code =
        rd_kafka_mock_topic_create(m->cluster, topic, n_partitions, 1);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
                   code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS
               ? ST_OK
               : error_set(err, E_KAFKA_CONFIG, "cannot create topic \"%s\": %s", topic,
                           rd_kafka_err2str(code));
}

void kafka_mock_free(struct kafka_mock *m) {
    if (!m) {
        return;
    }
    rd_kafka_mock_cluster_destroy(m->cluster);
    rd_kafka_destroy(m->rk);
    free(m);
}
