/*
 * kafka_conf.h: what the consumer and the clients set up alike. Private to kafka_*.c.
 */
#ifndef COMMON_IO_KAFKA_CONF_H
#define COMMON_IO_KAFKA_CONF_H

#include "common/io/kafka.h"

struct rd_kafka_conf_s;
struct rd_kafka_s;
struct rd_kafka_message_s;

/* The first member of whatever is librdkafka's opaque: its log lines are limited here. */
struct kafka_log {
    int64_t window_start_us; /* monotonic */
    int64_t n_written;       /* in this window */
    int64_t n_dropped;
    bool is_refused;      /* of a producer or a tool: who asks was not let in ... */
    struct error refusal; /* ... and why */
};

struct kafka_setting {
    const char *name;
    const char *value;
    bool is_newer; /* librdkafka 2.0.2 does not know it: skipped there */
};

/* Builds a configuration: `defaults`, then the user's properties, then `firm`, which the
 * user cannot override (a different value of theirs is logged). Each list ends with a row
 * without a name. E_KAFKA_CONFIG names the property. The caller hands the result to
 * kafka_handle_new. */
MUST_USE enum status kafka_conf_new(const struct kafka_properties *properties,
                                    const struct kafka_setting *defaults,
                                    const struct kafka_setting *firm,
                                    struct kafka_log *log, struct rd_kafka_conf_s **out,
                                    struct error *err);

/* The same for a consumer (kafka_settings.c); refuses what is known to lose or double. The
 * version is librdkafka's, as a number and for people. */
MUST_USE enum status kafka_consumer_conf_new(const struct kafka_consumer_config *config,
                                             int version, const char *version_text,
                                             struct kafka_log *log,
                                             struct rd_kafka_conf_s **out,
                                             struct error *err);

/* Creates the handle, consumer or producer, and consumes `conf` in any case. Its log
 * lines are served by polling, in our own thread. */
MUST_USE enum status kafka_handle_new(bool is_consumer, struct rd_kafka_conf_s *conf,
                                      struct rd_kafka_s **out, struct error *err);

/* Whether an error of librdkafka says that one side does not trust the other: E_KAFKA_CONFIG
 * when the broker refuses the credentials and `is_new`, who asks was never let in: they are
 * read once, so a person must act. Else E_KAFKA_DOWN: what changed on the other side may
 * change back, and so may a certificate or whoever gives tokens. */
bool kafka_refusal(int code, const char *reason, bool is_new, struct error *err);

/* What a message says of itself; the partition is the caller's to fill in. Its texts are
 * the message's. */
struct kafka_record kafka_record_of(struct rd_kafka_message_s *m);

/* The value the user gave for a property, NULL when none. */
const char *kafka_property(const struct kafka_properties *properties, const char *name);

#endif
