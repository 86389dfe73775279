/*
 * kafka_client.c: configuration shared by all handles, the producer, questions about
 * topics, and those of a monitor.
 *
 * librdkafka writes its log from its own threads; log.queue makes it wait until we poll,
 * so that all of henpin stays single-threaded. A broker that is away can fill a log,
 * hence the limit per window.
 */
#include "common/base/absent.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/io/kafka_conf.h"
#include "common/io/kafka_watch.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <stdlib.h>
#include <string.h>

#define VERSION_2_6_1 0x020601ff
#define LOG_WINDOW_US (10 * US_PER_S)
#define LOG_WINDOW_MAX 20
#define FLUSH_SLICE_MS 200
#define METADATA_WAIT_MS 2000
#define METADATA_TRIES 5
#define LAST_INSTANT_MS INT64_C(253402300799999) /* the end of the year 9999 */

/* ---- configuration ---- */

static enum log_level level_of(int syslog_level) {
    /* What librdkafka calls an error it mostly copes with; worse than that, a person
     * should act. */
    return syslog_level <= 2   ? LOG_ERROR
           : syslog_level <= 4 ? LOG_WARN
           : syslog_level <= 6 ? LOG_INFO
                               : LOG_DEBUG;
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility,
                   const char *text) {
    struct kafka_log *log = rd_kafka_opaque(rk);
    /* Each of these comes as an error, too, and is told as one. */
    if (strcmp(facility, "FAIL") == 0)
        return;
    /* A mirrored position of a partition that is no longer ours: the ledger has it. */
    if (strcmp(facility, "COMMITFAIL") == 0) {
        log_info("position.unmirrored", LOG_STR("source", "kafka"),
                 LOG_STR("text", text));
        return;
    }
    int64_t now = clock_monotonic_us();
    if (now - log->window_start_us > LOG_WINDOW_US) {
        if (log->n_dropped > 0) {
            log_warn("kafka.log-lines-dropped", LOG_STR("source", "kafka"),
                     LOG_I64("count", log->n_dropped));
        }
        log->window_start_us = now;
        log->n_written = log->n_dropped = 0;
    }
    if (log->n_written >= LOG_WINDOW_MAX) {
        log->n_dropped++;
        return;
    }
    log->n_written++;
    log_at(level_of(level), "kafka.reported", LOG_STR("source", "kafka"),
           LOG_STR("facility", facility), LOG_STR("text", text));
}

bool kafka_refusal(int code, const char *reason, bool is_new, struct error *err) {
    if (code == RD_KAFKA_RESP_ERR__SSL || strstr(reason, "SSL_HANDSHAKE")) {
        (void)error_set(err, E_KAFKA_DOWN, "could not trust the broker: %s", reason);
        error_hint(err,
                   "its certificate must be valid, name the host and be signed by an "
                   "authority of KAFKA_SSL_CA_LOCATION");
        return true;
    }
    if (code != RD_KAFKA_RESP_ERR__AUTHENTICATION)
        return false;
    bool has_no_token = strstr(reason, "OAUTHBEARER token") != NULL;
    (void)error_set(err, is_new && !has_no_token ? E_KAFKA_CONFIG : E_KAFKA_DOWN,
                    "the broker could not be asked in our name: %s", reason);
    if (has_no_token)
        error_hint(err, "does the endpoint answer, and know this client?");
    else if (strstr(reason, "SCRAM") && rd_kafka_version() < VERSION_2_6_1)
        error_hint(err, "if user and password are right: Kafka 4 refuses the SCRAM of a "
                        "librdkafka before 2.6.1; use Debian 13's, or PLAIN over TLS");
    else
        error_hint(err, "the broker must know the user and password or token of "
                        "KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD_FILE and the like");
    return true;
}

/* Of producers and tools, which ask for the reason when nothing comes. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque) {
    (void)rk;
    struct kafka_log *log = opaque;
    if (!log->is_refused)
        log->is_refused = kafka_refusal(code, reason, true, &log->refusal);
}

const char *kafka_property(const struct kafka_properties *properties, const char *name) {
    const char *found = NULL;
    for (size_t i = 0; i < properties->names.count; i++)
        if (strcmp(properties->names.items[i], name) == 0)
            found = properties->values.items[i];
    return found;
}

static enum status set(rd_kafka_conf_t *conf, const char *name, const char *value,
                       bool is_newer, struct error *err) {
    char why[160];
    switch (rd_kafka_conf_set(conf, name, value, why, sizeof why)) {
    case RD_KAFKA_CONF_OK:
        return ST_OK;
    case RD_KAFKA_CONF_UNKNOWN:
        if (is_newer)
            return ST_OK;
        break;
    case RD_KAFKA_CONF_INVALID:
        break;
    }
    error_set(err, E_KAFKA_CONFIG, "kafka property \"%s\": %s", name, why);
    return error_hint(err, "this is librdkafka %s", rd_kafka_version_str());
}

static enum status set_all(rd_kafka_conf_t *conf, const struct kafka_setting *rows,
                           struct error *err) {
    for (; rows && rows->name; rows++) {
        enum status st = set(conf, rows->name, rows->value, rows->is_newer, err);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

static enum status set_users(rd_kafka_conf_t *conf,
                             const struct kafka_properties *properties,
                             const struct kafka_setting *firm, struct error *err) {
    for (size_t i = 0; i < properties->names.count; i++) {
        const char *name = properties->names.items[i],
                   *value = properties->values.items[i];
        enum status st = set(conf, name, value, false, err);
        if (st != ST_OK)
            return st;
        for (const struct kafka_setting *f = firm; f && f->name; f++) {
            if (strcmp(f->name, name) == 0 && strcmp(f->value, value) != 0) {
                log_warn("kafka.property-overruled", LOG_STR("property", name),
                         LOG_STR("given", value), LOG_STR("used", f->value));
            }
        }
    }
    return ST_OK;
}

enum status kafka_conf_new(const struct kafka_properties *properties,
                           const struct kafka_setting *defaults,
                           const struct kafka_setting *firm, struct kafka_log *log,
                           rd_kafka_conf_t **out, struct error *err) {
    static const struct kafka_setting common_defaults[] = {
        {"client.id", "henpin", false},
        {"socket.nagle.disable", "true", false},
        {"socket.keepalive.enable", "true", false},
        {"reconnect.backoff.max.ms", "5000", false},
        {"topic.metadata.refresh.interval.ms", "30000", false},
        {"enable.metrics.push", "false", true},
        {NULL, NULL, false},
    };
    if (!properties->bootstrap_servers || !*properties->bootstrap_servers) {
        error_set(err, E_KAFKA_CONFIG, "no Kafka bootstrap servers are given");
        return error_hint(err, "set KAFKA_BOOTSTRAP_SERVERS to host:port");
    }
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    const struct kafka_setting always[] = {
        {"bootstrap.servers", properties->bootstrap_servers, false},
        {"log.queue", "true", false},
        {NULL, NULL, false},
    };
    enum status st = set_all(conf, common_defaults, err);
    st = st == ST_OK ? set_all(conf, defaults, err) : st;
    st = st == ST_OK ? set_users(conf, properties, firm, err) : st;
    st = st == ST_OK ? set_all(conf, firm, err) : st;
    st = st == ST_OK ? set_all(conf, always, err) : st;
    if (st != ST_OK) {
        rd_kafka_conf_destroy(conf);
        return st;
    }
    rd_kafka_conf_set_opaque(conf, log);
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_error_cb(conf, on_error); /* the consumer has its own */
    *out = conf;
    return ST_OK;
}

enum status kafka_handle_new(bool is_consumer, rd_kafka_conf_t *conf, rd_kafka_t **out,
                             struct error *err) {
    char why[200];
    rd_kafka_t *rk = rd_kafka_new(is_consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER,
                                  conf, why, sizeof why);
    if (!rk) {
        rd_kafka_conf_destroy(conf);
        return error_set(err, E_KAFKA_CONFIG, "cannot set up Kafka: %s", why);
    }
    if (rd_kafka_set_log_queue(rk, NULL) != RD_KAFKA_RESP_ERR_NO_ERROR)
        BUG("librdkafka refuses its log queue although log.queue is set");
    *out = rk;
    return ST_OK;
}

/* ---- producer ---- */

struct kafka_producer {
    struct kafka_log log; /* first: librdkafka's opaque */
    rd_kafka_t *rk;
    int64_t n_failed; /* since the last flush */
    rd_kafka_resp_err_t first_failure;
    int64_t *delivered; /* what the next records count in; theirs is their opaque */
};

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque) {
    (void)rk;
    struct kafka_producer *p = opaque;
    if (m->err) {
        if (p->n_failed++ == 0)
            p->first_failure = m->err;
    } else if (m->_private) {
        ++*(int64_t *)m->_private;
    }
}

enum status kafka_producer_new(const struct kafka_properties *properties,
                               struct kafka_producer **out, struct error *err) {
    static const struct kafka_setting defaults[] = {
        {"linger.ms", "5", false},
        {"compression.codec", "lz4", false},
        {"queue.buffering.max.kbytes", "32768", false},
        {"message.timeout.ms", "60000", false},
        {NULL, NULL, false},
    };
    static const struct kafka_setting firm[] = {
        {"enable.idempotence", "true", false},
        {"partitioner", "murmur2_random", false},
        {NULL, NULL, false},
    };
    struct kafka_producer *p = xcalloc(1, sizeof *p);
    rd_kafka_conf_t *conf = NULL;
    enum status st = kafka_conf_new(properties, defaults, firm, &p->log, &conf, err);
    if (st == ST_OK) {
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
        st = kafka_handle_new(false, conf, &p->rk, err);
    }
    if (st != ST_OK) {
        free(p);
        return st;
    }
    *out = p;
    return ST_OK;
}

static rd_kafka_headers_t *headers_of(const struct record_header *headers, size_t n) {
    rd_kafka_headers_t *list = rd_kafka_headers_new(n);
    for (size_t i = 0; i < n; i++) {
        rd_kafka_header_add(list, headers[i].name.ptr, (ssize_t)headers[i].name.len,
                            headers[i].value.ptr, (ssize_t)headers[i].value.len);
    }
    return list;
}

/* One attempt; takes the headers on success only. */
static rd_kafka_resp_err_t try_produce(struct kafka_producer *p, const char *topic,
                                       int32_t partition, struct span key,
                                       struct span value, rd_kafka_headers_t *headers,
                                       int64_t timestamp_us) {
    rd_kafka_vu_t vus[8] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)key.ptr, key.len}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)value.ptr, value.len}},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP,
         .u.i64 = timestamp_us > 0 ? timestamp_us / US_PER_MS : 0},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = p->delivered},
    };
    size_t n = 7;
    if (headers)
        vus[n++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers};
    rd_kafka_error_t *e = rd_kafka_produceva(p->rk, vus, n);
    rd_kafka_resp_err_t code = e ? rd_kafka_error_code(e) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (e)
        rd_kafka_error_destroy(e);
    return code;
}

void kafka_producer_count(struct kafka_producer *p, int64_t *delivered) {
    p->delivered = delivered;
}

enum status kafka_produce(struct kafka_producer *p, const char *topic, int32_t partition,
                          struct span key, struct span value,
                          const struct record_header *headers, size_t n_headers,
                          int64_t timestamp_us, struct error *err) {
    rd_kafka_headers_t *list = n_headers > 0 ? headers_of(headers, n_headers) : NULL;
    rd_kafka_resp_err_t code;
    while ((code = try_produce(p, topic, partition, key, value, list, timestamp_us)) ==
           RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rd_kafka_poll(p->rk, 100); /* makes room: each ends in message.timeout.ms */
    rd_kafka_poll(p->rk, 0);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return ST_OK;
    if (list)
        rd_kafka_headers_destroy(list);
    return error_set(err, E_KAFKA_PRODUCE, "could not send to topic \"%s\": %s", topic,
                     rd_kafka_err2str(code));
}

enum status kafka_producer_flush(struct kafka_producer *p, int64_t timeout_us,
                                 struct error *err) {
    const int64_t until_us = clock_monotonic_us() + timeout_us;
    rd_kafka_resp_err_t code;
    do
        code = rd_kafka_flush(p->rk, FLUSH_SLICE_MS);
    while (code == RD_KAFKA_RESP_ERR__TIMED_OUT && !p->log.is_refused &&
           clock_monotonic_us() < until_us);
    if (p->log.is_refused && code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        *err = p->log.refusal;
        return error_status(err->code);
    }
    int64_t n_failed = p->n_failed;
    p->n_failed = 0;
    if (n_failed > 0) {
        return error_set(err, E_KAFKA_PRODUCE, "could not deliver %lld record%s: %s",
                         (long long)n_failed, n_failed == 1 ? "" : "s",
                         rd_kafka_err2str(p->first_failure));
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return error_set(err, E_KAFKA_PRODUCE, "could not deliver %d records in time: %s",
                         rd_kafka_outq_len(p->rk), rd_kafka_err2str(code));
    }
    return ST_OK;
}

void kafka_producer_free(struct kafka_producer *p) {
    if (!p)
        return;
    rd_kafka_destroy(p->rk);
    free(p);
}

/* ---- records ---- */

/* A producer may write any number; what is no instant of the years 1970 to 9999 is none.
 */
static int64_t instant_us(const rd_kafka_message_t *m) {
    rd_kafka_timestamp_type_t kind;
    int64_t ms = rd_kafka_message_timestamp(m, &kind);
    bool is_none =
        kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || ms < 0 || ms > LAST_INSTANT_MS;
    return is_none ? EVENT_ABSENT : ms * US_PER_MS;
}

struct kafka_record kafka_record_of(rd_kafka_message_t *m) {
    return (struct kafka_record){
        .offset = m->offset,
        .timestamp_us = instant_us(m),
        .key = {m->key, m->key ? m->key_len : 0},
        .value = {m->payload, m->payload ? m->len : 0},
        .handle = m,
    };
}

/* ---- topics ---- */

/* A handle that asks questions and never creates a topic by asking. */
static enum status asking_handle(const struct kafka_properties *properties,
                                 struct kafka_log *log, rd_kafka_t **out,
                                 struct error *err) {
    static const struct kafka_setting firm[] = {
        {"allow.auto.create.topics", "false", false},
        {"queued.min.messages", "1", false}, /* of kafka_peek: no more than asked for */
        {NULL, NULL, false},
    };
    rd_kafka_conf_t *conf = NULL;
    enum status st = kafka_conf_new(properties, NULL, firm, log, &conf, err);
    return st == ST_OK ? kafka_handle_new(true, conf, out, err) : st;
}

static enum status ask_partitions(rd_kafka_t *rk, const char *topic, int *n,
                                  struct error *err) {
    const struct kafka_log *log = rd_kafka_opaque(rk);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(rk, topic, NULL);
    const struct rd_kafka_metadata *answer = NULL;
    rd_kafka_resp_err_t code;
    int tries = METADATA_TRIES;
    do {
        code = rd_kafka_metadata(rk, 0, handle, &answer, METADATA_WAIT_MS);
        (void)rd_kafka_poll(rk, 0); /* why not, if not */
    } while (code != RD_KAFKA_RESP_ERR_NO_ERROR && !log->is_refused && --tries > 0);
    rd_kafka_topic_destroy(handle);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && log->is_refused) {
        *err = log->refusal;
        return error_status(err->code);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return error_set(err, E_KAFKA_DOWN, "could not ask Kafka about topic \"%s\": %s",
                         topic, rd_kafka_err2str(code));
    }
    const struct rd_kafka_metadata_topic *t =
        answer->topic_cnt == 1 ? &answer->topics[0] : NULL;
    code = t ? t->err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    *n = t && code == RD_KAFKA_RESP_ERR_NO_ERROR ? t->partition_cnt : 0;
    rd_kafka_metadata_destroy(answer);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR ||
        code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        return ST_OK;
    return error_set(err, E_KAFKA_DOWN, "could not ask Kafka about topic \"%s\": %s",
                     topic, rd_kafka_err2str(code));
}

enum status kafka_topic_extents(const struct kafka_properties *properties,
                                const char *topic, struct kafka_extent *out, int max,
                                int *n, int64_t timeout_us, struct error *err) {
    struct kafka_log log = {0};
    rd_kafka_t *rk = NULL;
    enum status st = asking_handle(properties, &log, &rk, err);
    if (st != ST_OK)
        return st;
    *n = 0;
    st = ask_partitions(rk, topic, n, err);
    for (int i = 0; i < *n && i < max && st == ST_OK; i++) {
        rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            rk, topic, i, &out[i].low, &out[i].high, (int)(timeout_us / US_PER_MS));
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            st = error_set(err, E_KAFKA_DOWN,
                           "could not ask Kafka about topic \"%s\", partition %d: %s",
                           topic, i, rd_kafka_err2str(code));
        }
    }
    rd_kafka_destroy(rk);
    return st;
}

enum status kafka_offsets_since(const struct kafka_properties *properties,
                                const char *topic, int64_t since_us, int64_t *offsets,
                                int n, int64_t timeout_us, struct error *err) {
    struct kafka_log log = {0};
    rd_kafka_t *rk = NULL;
    enum status st = asking_handle(properties, &log, &rk, err);
    if (st != ST_OK)
        return st;
    const int wait_ms = (int)(timeout_us / US_PER_MS);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(n);
    for (int i = 0; i < n; i++)
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = since_us / US_PER_MS;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(rk, list, wait_ms);
    for (int i = 0; i < n && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        int64_t low;
        offsets[i] = list->elems[i].offset;
        code = list->elems[i].err;
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR && offsets[i] < 0)
            code = rd_kafka_query_watermark_offsets(rk, topic, i, &low, &offsets[i],
                                                    wait_ms);
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? ST_OK
               : error_set(err, E_KAFKA_DOWN,
                           "could not ask Kafka about topic \"%s\": %s", topic,
                           rd_kafka_err2str(code));
}

/* The first record that comes of a partition settles its question. */
static void take_peeked(rd_kafka_queue_t *queue, int64_t *offsets, size_t n_asked,
                        kafka_peeked *seen, void *context, int64_t timeout_us) {
    int64_t until = clock_monotonic_us() + timeout_us;
    for (int64_t left = timeout_us; n_asked > 0 && left > 0;
         left = until - clock_monotonic_us()) {
        rd_kafka_message_t *m =
            rd_kafka_consume_queue(queue, (int)(left / US_PER_MS) + 1);
        if (m && !m->err && offsets[m->partition] >= 0) {
            const struct kafka_record r = kafka_record_of(m);
            if (m->offset == offsets[m->partition])
                seen(context, m->partition, &r);
            offsets[m->partition] = -1;
            n_asked--;
        }
        if (m)
            rd_kafka_message_destroy(m);
    }
}

enum status kafka_peek(const struct kafka_properties *properties, const char *topic,
                       int64_t *offsets, int n, kafka_peeked *seen, void *context,
                       int64_t timeout_us, struct error *err) {
    struct kafka_log log = {0};
    rd_kafka_t *rk = NULL;
    enum status st = asking_handle(properties, &log, &rk, err);
    if (st != ST_OK)
        return st;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(rk, topic, NULL);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    size_t n_asked = 0;
    bool *is_started = xcalloc((size_t)n + 1, sizeof *is_started);
    for (int p = 0; p < n; p++) {
        is_started[p] = offsets[p] >= 0 &&
                        rd_kafka_consume_start_queue(handle, p, offsets[p], queue) == 0;
        n_asked += is_started[p];
    }
    take_peeked(queue, offsets, n_asked, seen, context, timeout_us);
    for (int p = 0; p < n; p++)
        if (is_started[p])
            (void)rd_kafka_consume_stop(handle, p);
    free(is_started);
    rd_kafka_queue_destroy(queue);
    rd_kafka_topic_destroy(handle);
    rd_kafka_destroy(rk);
    return ST_OK;
}

/* What the broker says of the one topic that the request in `queue` was about. */
static rd_kafka_resp_err_t topic_result(
    rd_kafka_queue_t *queue,
    const rd_kafka_topic_result_t **(*results_of)(rd_kafka_event_t *e, size_t *n),
    char *why, size_t why_size) {
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
    rd_kafka_resp_err_t code =
        event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    snprintf(why, why_size, "%s",
             event ? rd_kafka_event_error_string(event) : "no answer");
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        size_t n = 0;
        const rd_kafka_topic_result_t **results = results_of(event, &n);
        code =
            n == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
        const char *text = n == 1 ? rd_kafka_topic_result_error_string(results[0]) : NULL;
        snprintf(why, why_size, "%s", text ? text : rd_kafka_err2str(code));
    }
    if (event)
        rd_kafka_event_destroy(event);
    return code;
}

static const rd_kafka_topic_result_t **created(rd_kafka_event_t *e, size_t *n) {
    return rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(e), n);
}

static const rd_kafka_topic_result_t **deleted(rd_kafka_event_t *e, size_t *n) {
    return rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(e), n);
}

static rd_kafka_resp_err_t create_topic(rd_kafka_t *rk, const char *topic,
                                        int n_partitions, char *why, size_t why_size) {
    rd_kafka_NewTopic_t *wanted =
        rd_kafka_NewTopic_new(topic, n_partitions, -1, why, why_size);
    if (!wanted)
        return RD_KAFKA_RESP_ERR__INVALID_ARG;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_CreateTopics(rk, &wanted, 1, NULL, queue);
    rd_kafka_resp_err_t code = topic_result(queue, created, why, why_size);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(wanted);
    return code;
}

enum status kafka_topic_delete(const struct kafka_properties *properties,
                               const char *topic, struct error *err) {
    struct kafka_log log = {0};
    rd_kafka_t *rk = NULL;
    enum status st = asking_handle(properties, &log, &rk, err);
    if (st != ST_OK)
        return st;
    char why[160];
    rd_kafka_DeleteTopic_t *unwanted = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteTopics(rk, &unwanted, 1, NULL, queue);
    rd_kafka_resp_err_t code = topic_result(queue, deleted, why, sizeof why);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteTopic_destroy(unwanted);
    rd_kafka_destroy(rk);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
                   code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
               ? ST_OK
               : error_set(err, E_KAFKA_DOWN, "could not delete topic \"%s\": %s", topic,
                           why);
}

/* What the broker says of the one group that the request in `queue` was about. */
static rd_kafka_resp_err_t group_result(rd_kafka_queue_t *queue) {
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
    rd_kafka_resp_err_t code =
        event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        size_t n = 0;
        const rd_kafka_group_result_t **results = rd_kafka_DeleteGroups_result_groups(
            rd_kafka_event_DeleteGroups_result(event), &n);
        const rd_kafka_error_t *refused =
            n == 1 ? rd_kafka_group_result_error(results[0]) : NULL;
        code = n != 1    ? RD_KAFKA_RESP_ERR__BAD_MSG
               : refused ? rd_kafka_error_code(refused)
                         : RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    if (event)
        rd_kafka_event_destroy(event);
    return code;
}

enum status kafka_group_delete(const struct kafka_properties *properties,
                               const char *group, struct error *err) {
    struct kafka_log log = {0};
    rd_kafka_t *rk = NULL;
    enum status st = asking_handle(properties, &log, &rk, err);
    if (st != ST_OK)
        return st;
    rd_kafka_DeleteGroup_t *unwanted = rd_kafka_DeleteGroup_new(group);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteGroups(rk, &unwanted, 1, NULL, queue);
    rd_kafka_resp_err_t code = group_result(queue);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteGroup_destroy(unwanted);
    rd_kafka_destroy(rk);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
                   code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND
               ? ST_OK
               : error_set(err, E_KAFKA_DOWN, "could not delete group \"%s\": %s", group,
                           rd_kafka_err2str(code));
}

enum status kafka_topic_create(const struct kafka_properties *properties,
                               const char *topic, int n_partitions, struct error *err) {
    struct kafka_log log = {0};
    rd_kafka_t *rk = NULL;
    enum status st = asking_handle(properties, &log, &rk, err);
    if (st != ST_OK)
        return st;
    int n = 0;
    st = ask_partitions(rk, topic, &n, err);
    if (st == ST_OK && n == 0) {
        char why[160];
        rd_kafka_resp_err_t code = create_topic(rk, topic, n_partitions, why, sizeof why);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR &&
            code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            st = error_set(err, E_KAFKA_DOWN, "could not create topic \"%s\": %s", topic,
                           why);
            error_hint(err, "the embedded broker takes its topics from its command line");
        }
    }
    rd_kafka_destroy(rk);
    return st;
}

/* ---- what a monitor asks: kafka_watch.h ---- */

struct kafka_watch {
    struct kafka_log log; /* first: librdkafka's opaque */
    rd_kafka_t *rk;
    rd_kafka_queue_t *answers;
};

enum status kafka_watch_new(const struct kafka_properties *properties,
                            struct kafka_watch **out, struct error *err) {
    static const struct kafka_setting defaults[] = {
        {"client.id", "henpin-lag", false},
        {"fetch.wait.max.ms", "50", false},
        {NULL, NULL, false},
    };
    /* One record is wanted: a fetch brings at least a batch, and no more than that. */
    static const struct kafka_setting firm[] = {
        {"allow.auto.create.topics", "false", false},
        {"auto.offset.reset", "error", false},
        {"enable.partition.eof", "true", false},
        {"queued.min.messages", "1", false},
        {"fetch.message.max.bytes", "1024", false},
        {NULL, NULL, false},
    };
    struct kafka_watch *w = xcalloc(1, sizeof *w);
    rd_kafka_conf_t *conf = NULL;
    enum status st = kafka_conf_new(properties, defaults, firm, &w->log, &conf, err);
    if (st == ST_OK)
        st = kafka_handle_new(true, conf, &w->rk, err);
    if (st != ST_OK) {
        free(w);
        return st;
    }
    w->answers = rd_kafka_queue_new(w->rk);
    *out = w;
    return ST_OK;
}

void kafka_watch_free(struct kafka_watch *w) {
    if (!w)
        return;
    rd_kafka_queue_destroy(w->answers);
    rd_kafka_destroy(w->rk);
    free(w);
}

void kafka_watch_turn(struct kafka_watch *w) {
    rd_kafka_poll(w->rk, 0);
}

static enum status unanswered(struct error *err, const char *what,
                              rd_kafka_resp_err_t code) {
    return error_set(err, E_KAFKA_DOWN, "could not ask Kafka for %s: %s", what,
                     rd_kafka_err2str(code));
}

static int ms_of(int64_t us) {
    return (int)(us / US_PER_MS) + 1;
}

static int by_place(const void *left, const void *right) {
    const struct kafka_watched *l = left, *r = right;
    int order = strcmp(l->topic, r->topic);
    return order != 0 ? order
                      : (l->partition > r->partition) - (l->partition < r->partition);
}

static bool is_kafkas_own(const char *topic) {
    return strncmp(topic, "__", 2) == 0;
}

enum status kafka_watch_topics(struct kafka_watch *w, struct arena *a,
                               struct kafka_watched **out, size_t *n, int64_t timeout_us,
                               struct error *err) {
    const struct rd_kafka_metadata *answer = NULL;
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(w->rk, 1, NULL, &answer, ms_of(timeout_us));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return unanswered(err, "its topics", code);
    size_t count = 0;
    for (int t = 0; t < answer->topic_cnt; t++)
        count += (size_t)answer->topics[t].partition_cnt;
    *out = arena_array(a, count + 1, sizeof **out);
    *n = 0;
    for (int t = 0; t < answer->topic_cnt; t++) {
        const struct rd_kafka_metadata_topic *topic = &answer->topics[t];
        if (topic->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
            is_kafkas_own(topic->topic))
            continue;
        const char *name = span_cstr(a, span_of(topic->topic));
        for (int p = 0; p < topic->partition_cnt; p++)
            (*out)[(*n)++] = (struct kafka_watched){
                name, topic->partitions[p].id, -1, -1,
                topic->partitions[p].leader >= 0 ? NULL : "no leader"};
    }
    rd_kafka_metadata_destroy(answer);
    qsort(*out, *n, sizeof **out, by_place);
    return ST_OK;
}

enum status kafka_watch_hidden(struct kafka_watch *w, const char *topic, const char **why,
                               int64_t timeout_us, struct error *err) {
    const struct rd_kafka_metadata *answer = NULL;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(w->rk, topic, NULL);
    rd_kafka_resp_err_t code =
        handle ? rd_kafka_metadata(w->rk, 0, handle, &answer, ms_of(timeout_us))
               : rd_kafka_last_error();
    if (handle)
        rd_kafka_topic_destroy(handle);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return unanswered(err, "a topic", code);
    code = answer->topic_cnt == 1 ? answer->topics[0].err
                                  : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) /* no topic can be called so */
        *why = NULL;
    else if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        *why = "created just now";
    else
        *why = rd_kafka_err2str(code);
    rd_kafka_metadata_destroy(answer);
    return ST_OK;
}

/* Kafka's own numbers for "the earliest" and "the latest" where a time is asked for. */
static enum status ask_ends(struct kafka_watch *w, struct kafka_watched *items, size_t n,
                            bool is_high, int64_t timeout_us, struct error *err) {
    if (n == 0)
        return ST_OK;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);
    for (size_t i = 0; i < n; i++)
        if (!items[i].why)
            rd_kafka_topic_partition_list_add(list, items[i].topic, items[i].partition)
                ->offset = is_high ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (list->cnt > 0)
        code = rd_kafka_offsets_for_times(w->rk, list, ms_of(timeout_us));
    for (size_t i = 0; i < n && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        const rd_kafka_topic_partition_t *p =
            rd_kafka_topic_partition_list_find(list, items[i].topic, items[i].partition);
        int64_t offset =
            p && p->err == RD_KAFKA_RESP_ERR_NO_ERROR && p->offset >= 0 ? p->offset : -1;
        *(is_high ? &items[i].high : &items[i].low) = offset;
        if (p && p->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            items[i].why = rd_kafka_err2str(p->err);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? ST_OK
                                              : unanswered(err, "ends of topics", code);
}

enum status kafka_watch_extents(struct kafka_watch *w, struct kafka_watched *items,
                                size_t n, int64_t timeout_us, struct error *err) {
    enum status st = ask_ends(w, items, n, false, timeout_us, err);
    return st == ST_OK ? ask_ends(w, items, n, true, timeout_us, err) : st;
}

/* The answer to a question that was put with `w->answers`, which the caller destroys; NULL
 * and the error when there is none. */
static rd_kafka_event_t *take_answer(struct kafka_watch *w, const char *what,
                                     int64_t timeout_us, struct error *err) {
    rd_kafka_event_t *e = rd_kafka_queue_poll(w->answers, ms_of(timeout_us) + 500);
    rd_kafka_resp_err_t code = e ? rd_kafka_event_error(e) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return e;
    if (e)
        rd_kafka_event_destroy(e);
    (void)unanswered(err, what, code);
    return NULL;
}

static rd_kafka_AdminOptions_t *
admin_options(struct kafka_watch *w, rd_kafka_admin_op_t op, int64_t timeout_us) {
    char why[100];
    rd_kafka_AdminOptions_t *o = rd_kafka_AdminOptions_new(w->rk, op);
    if (rd_kafka_AdminOptions_set_request_timeout(
            o, ms_of(timeout_us), why, sizeof why) != RD_KAFKA_RESP_ERR_NO_ERROR)
        BUG("librdkafka refuses a timeout: %s", why);
    return o;
}

static enum status list_groups(struct kafka_watch *w, struct arena *a,
                               struct kafka_group **out, size_t *n, int64_t timeout_us,
                               struct error *err) {
    rd_kafka_AdminOptions_t *o =
        admin_options(w, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, timeout_us);
    rd_kafka_ListConsumerGroups(w->rk, o, w->answers);
    rd_kafka_AdminOptions_destroy(o);
    rd_kafka_event_t *e = take_answer(w, "its groups", timeout_us, err);
    if (!e)
        return error_status(err->code);
    const rd_kafka_ListConsumerGroups_result_t *result =
        rd_kafka_event_ListConsumerGroups_result(e);
    size_t n_errors = 0;
    (void)rd_kafka_ListConsumerGroups_result_errors(result, &n_errors);
    const rd_kafka_ConsumerGroupListing_t **valid =
        rd_kafka_ListConsumerGroups_result_valid(result, n);
    *out = arena_array(a, *n + 1, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct kafka_group){
            span_cstr(a, span_of(rd_kafka_ConsumerGroupListing_group_id(valid[i]))), -1};
    rd_kafka_event_destroy(e);
    /* A broker that does not know the question answers with an error of its own. */
    return n_errors == 0 ? ST_OK
                         : error_set(err, E_KAFKA_DOWN,
                                     "%zu brokers did not tell their groups", n_errors);
}

static enum status count_members(struct kafka_watch *w, struct kafka_group *groups,
                                 size_t n, int64_t timeout_us, struct error *err) {
    if (n == 0)
        return ST_OK;
    const char **names = xcalloc(n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = groups[i].name;
    rd_kafka_AdminOptions_t *o =
        admin_options(w, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, timeout_us);
    rd_kafka_DescribeConsumerGroups(w->rk, names, n, o, w->answers);
    rd_kafka_AdminOptions_destroy(o);
    free(names);
    rd_kafka_event_t *e = take_answer(w, "the members of groups", timeout_us, err);
    if (!e)
        return error_status(err->code);
    size_t n_told = 0;
    const rd_kafka_ConsumerGroupDescription_t **told =
        rd_kafka_DescribeConsumerGroups_result_groups(
            rd_kafka_event_DescribeConsumerGroups_result(e), &n_told);
    for (size_t i = 0; i < n_told; i++) {
        const rd_kafka_error_t *wrong = rd_kafka_ConsumerGroupDescription_error(told[i]);
        const char *name = rd_kafka_ConsumerGroupDescription_group_id(told[i]);
        for (size_t g = 0; g < n && (!wrong || !rd_kafka_error_code(wrong)); g++)
            if (strcmp(groups[g].name, name) == 0)
                groups[g].members =
                    (int64_t)rd_kafka_ConsumerGroupDescription_member_count(told[i]);
    }
    rd_kafka_event_destroy(e);
    return ST_OK;
}

enum status kafka_watch_groups(struct kafka_watch *w, struct arena *a,
                               struct kafka_group **out, size_t *n, int64_t timeout_us,
                               struct error *err) {
    enum status st = list_groups(w, a, out, n, timeout_us, err);
    return st == ST_OK ? count_members(w, *out, *n, timeout_us, err) : st;
}

enum status kafka_watch_commits(struct kafka_watch *w, struct arena *a, const char *group,
                                struct kafka_commit **out, size_t *n, int64_t timeout_us,
                                struct error *err) {
    rd_kafka_ListConsumerGroupOffsets_t *wanted =
        rd_kafka_ListConsumerGroupOffsets_new(group, NULL);
    rd_kafka_AdminOptions_t *o =
        admin_options(w, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout_us);
    rd_kafka_ListConsumerGroupOffsets(w->rk, &wanted, 1, o, w->answers);
    rd_kafka_AdminOptions_destroy(o);
    rd_kafka_ListConsumerGroupOffsets_destroy(wanted);
    rd_kafka_event_t *e = take_answer(w, "the commits of a group", timeout_us, err);
    if (!e)
        return error_status(err->code);
    size_t n_groups = 0;
    const rd_kafka_group_result_t **groups =
        rd_kafka_ListConsumerGroupOffsets_result_groups(
            rd_kafka_event_ListConsumerGroupOffsets_result(e), &n_groups);
    const rd_kafka_topic_partition_list_t *list =
        n_groups == 1 ? rd_kafka_group_result_partitions(groups[0]) : NULL;
    *n = 0;
    *out = arena_array(a, (size_t)(list ? list->cnt : 0) + 1, sizeof **out);
    for (int i = 0; list && i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *p = &list->elems[i];
        if (p->err == RD_KAFKA_RESP_ERR_NO_ERROR && p->offset >= 0)
            (*out)[(*n)++] = (struct kafka_commit){span_cstr(a, span_of(p->topic)),
                                                   p->partition, p->offset};
    }
    rd_kafka_event_destroy(e);
    return list ? ST_OK
                : unanswered(err, "the commits of a group", RD_KAFKA_RESP_ERR__BAD_MSG);
}

static int64_t retention_of(const rd_kafka_ConfigResource_t *r) {
    size_t n = 0;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(r, &n);
    int64_t ms = -2;
    for (size_t i = 0; i < n; i++) {
        const char *text = rd_kafka_ConfigEntry_value(entries[i]);
        int64_t value;
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "retention.ms") == 0 && text &&
            span_to_i64(span_of(text), &value))
            ms = value < 0 ? -1 : value;
        /* A compacted topic keeps what is not replaced, whatever its retention says. */
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "cleanup.policy") == 0 &&
            text && strcmp(text, "compact") == 0)
            return -1;
    }
    return ms;
}

enum status kafka_watch_retention(struct kafka_watch *w, const char *const *topics,
                                  size_t n, int64_t *ms, int64_t timeout_us,
                                  struct error *err) {
    if (n == 0)
        return ST_OK;
    rd_kafka_ConfigResource_t **wanted = xcalloc(n, sizeof *wanted);
    for (size_t i = 0; i < n; i++)
        wanted[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topics[i]);
    rd_kafka_AdminOptions_t *o =
        admin_options(w, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_us);
    rd_kafka_DescribeConfigs(w->rk, wanted, n, o, w->answers);
    rd_kafka_AdminOptions_destroy(o);
    rd_kafka_ConfigResource_destroy_array(wanted, n);
    free(wanted);
    rd_kafka_event_t *e = take_answer(w, "the retention of topics", timeout_us, err);
    if (!e)
        return error_status(err->code);
    size_t n_told = 0;
    const rd_kafka_ConfigResource_t **told = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(e), &n_told);
    for (size_t i = 0; i < n; i++)
        ms[i] = -2;
    for (size_t t = 0; t < n_told; t++)
        for (size_t i = 0; i < n; i++)
            if (!rd_kafka_ConfigResource_error(told[t]) &&
                strcmp(rd_kafka_ConfigResource_name(told[t]), topics[i]) == 0)
                ms[i] = retention_of(told[t]);
    rd_kafka_event_destroy(e);
    return ST_OK;
}

/* ---- records ---- */

struct reading {
    struct kafka_question *question;
    rd_kafka_topic_t *topic;
};

static bool is_asked_in(const struct reading *readings, size_t n,
                        const struct kafka_question *q) {
    for (size_t i = 0; i < n; i++)
        if (readings[i].question->partition == q->partition &&
            strcmp(readings[i].question->topic, q->topic) == 0)
            return true;
    return false;
}

/* The first message of a partition settles its question: a record, or why there is none. */
static bool settle(struct reading *readings, size_t n, rd_kafka_message_t *m,
                   kafka_answered *answered) {
    for (size_t i = 0; i < n; i++) {
        struct kafka_question *q = readings[i].question;
        if (q->partition != m->partition || readings[i].topic != m->rkt ||
            q->answer != KAFKA_UNANSWERED)
            continue;
        if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            q->answer = KAFKA_NOTHING;
        if (!m->err && m->offset < q->offset)
            return false;
        if (!m->err) {
            const struct kafka_record r = kafka_record_of(m);
            q->answer = KAFKA_FOUND;
            answered(q, &r);
        }
        return true;
    }
    return false;
}

/* One question for each partition; the rest waits for the next round. */
static size_t read_once(struct kafka_watch *w, struct kafka_question **asked, size_t n,
                        kafka_answered *answered, int64_t until_us) {
    struct reading *readings = xcalloc(n + 1, sizeof *readings);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(w->rk);
    size_t n_reading = 0, n_left = 0;
    for (size_t i = 0; i < n; i++) {
        struct kafka_question *q = asked[i];
        if (is_asked_in(readings, n_reading, q)) {
            asked[n_left++] = q;
            continue;
        }
        rd_kafka_topic_t *topic = rd_kafka_topic_new(w->rk, q->topic, NULL);
        if (rd_kafka_consume_start_queue(topic, q->partition, q->offset, queue) == 0)
            readings[n_reading++] = (struct reading){q, topic};
        else
            rd_kafka_topic_destroy(topic);
    }
    size_t n_open = n_reading;
    for (int64_t left = until_us - clock_monotonic_us(); n_open > 0 && left > 0;
         left = until_us - clock_monotonic_us()) {
        rd_kafka_message_t *m = rd_kafka_consume_queue(queue, ms_of(left));
        n_open -= m && settle(readings, n_reading, m, answered);
        if (m)
            rd_kafka_message_destroy(m);
    }
    for (size_t i = 0; i < n_reading; i++) {
        (void)rd_kafka_consume_stop(readings[i].topic, readings[i].question->partition);
        rd_kafka_topic_destroy(readings[i].topic);
    }
    rd_kafka_queue_destroy(queue);
    free(readings);
    return n_left;
}

void kafka_watch_records(struct kafka_watch *w, struct kafka_question *q, size_t n,
                         kafka_answered *answered, int64_t timeout_us) {
    int64_t until_us = clock_monotonic_us() + timeout_us;
    struct kafka_question **asked = xcalloc(n + 1, sizeof *asked);
    for (size_t i = 0; i < n; i++) {
        q[i].answer = KAFKA_UNANSWERED;
        asked[i] = &q[i];
    }
    while (n > 0 && clock_monotonic_us() < until_us)
        n = read_once(w, asked, n, answered, until_us);
    free(asked);
}

/* ---- the embedded broker ----
 *
 * librdkafka's mock cluster listens on a port of the loopback interface, so other
 * processes can connect.
 */

struct kafka_mock {
    rd_kafka_t *rk; /* the cluster lives inside a client that does nothing else */
    rd_kafka_mock_cluster_t *cluster;
};

enum status kafka_mock_new(int n_brokers, struct kafka_mock **out, struct error *err) {
    char why[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    /* It will say that it has no bootstrap servers, which is right. */
    if (rd_kafka_conf_set(conf, "log_level", "3", why, sizeof why) != RD_KAFKA_CONF_OK)
        BUG("librdkafka: %s", why);
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
    if (!m)
        return;
    rd_kafka_mock_cluster_destroy(m->cluster);
    rd_kafka_destroy(m->rk);
    free(m);
}
