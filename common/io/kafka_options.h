/*
 * kafka_options.h: the option that every program that speaks to Kafka has, and librdkafka's
 * own properties, which pass through without our listing them.
 *
 * Append a row of the option table, {kafka_options, &config.kafka}, say
 * `.pass_prefix = KAFKA_PREFIX` beside it, and call kafka_options_pass() after parsing.
 */
#ifndef COMMON_IO_KAFKA_OPTIONS_H
#define COMMON_IO_KAFKA_OPTIONS_H

#include "common/io/kafka.h"

#define KAFKA_PREFIX "kafka."

extern const struct option kafka_options[]; /* rows over struct kafka_properties */

/* Borrows from `parsed`, which lives as long as the process. */
static inline void kafka_options_pass(struct kafka_properties *out,
                                      const struct config_result *parsed) {
    out->names = parsed->pass_names;
    out->values = parsed->pass_values;
}

#endif
