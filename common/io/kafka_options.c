/* kafka_options.c: --bootstrap-servers, KAFKA_BOOTSTRAP_SERVERS. */
#include "common/io/kafka_options.h"

const struct option kafka_options[] = {
    {.name = "bootstrap-servers",
     .env = "KAFKA_BOOTSTRAP_SERVERS",
     .type = OPT_STRING,
     .offset = offsetof(struct kafka_properties, bootstrap_servers),
     .fallback = "localhost:9092",
     .flags = OPT_REQUIRED,
     .argument = "HOST:PORT,...",
     .help = "Kafka brokers to ask first"},
    {0},
};
