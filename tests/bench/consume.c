/*
 * consume: the first ceiling: librdkafka alone, every record of a topic taken and
 * released, nothing else.
 *
 *   consume BROKERS TOPIC PARTITIONS RECORDS
 */
#include "common/base/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: consume BROKERS TOPIC PARTITIONS RECORDS\n");
        return 2;
    }
    char why[256];
    long wanted = strtol(argv[4], NULL, 10), seen = 0, bytes = 0;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    const char *settings[][2] = {{"bootstrap.servers", argv[1]},
                                 {"group.id", "bench-consume"},
                                 {"enable.auto.commit", "false"},
                                 {"queued.min.messages", "10000000"}};
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why)) {
            fprintf(stderr, "consume: %s\n", why);
            return 1;
        }
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    rd_kafka_poll_set_consumer(rk);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
    for (int p = 0; p < atol(argv[3]); p++)
        rd_kafka_topic_partition_list_add(list, argv[2], p)->offset = 0;
    rd_kafka_assign(rk, list);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(rk);
    static rd_kafka_message_t *messages[2000];
    int64_t began = 0;
    while (seen < wanted) {
        ssize_t n =
            rd_kafka_consume_batch_queue(queue, 1000, messages, COUNT_OF(messages));
        for (ssize_t i = 0; i < n; i++) {
            if (!messages[i]->err) {
                if (began == 0)
                    began = clock_monotonic_us();
                seen++;
                bytes += (long)messages[i]->len;
            }
            rd_kafka_message_destroy(messages[i]);
        }
    }
    double s = (double)(clock_monotonic_us() - began) / 1e6;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("events_per_s %.0f\ncpu_s_per_million %.2f\nmean_bytes %.0f\n",
           (double)seen / s,
           ((double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6 +
            (double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec / 1e6) *
               1e6 / (double)seen,
           (double)bytes / (double)seen);
    fflush(stdout);
    _Exit(0); /* an orderly close takes seconds and is not the subject */
}
