/*
 * feed_sink.c: where events go: framed Avro into the topics, or JSON lines on standard
 * output.
 *
 * Records carry no timestamp of ours: brokers delete by it, and the events of a file may
 * be years old.
 */
#include "services/henpin/feed.h"

#include "common/base/clock.h"
#include "common/event/shapes.h"

#include <errno.h>
#include <stdlib.h>

#define RECORD_MAX_BYTES ((size_t)1 << 20)
#define FLUSH_US (60 * US_PER_S)

/* One per kind of event. */
struct route {
    const struct avro_shape *shape;
    const char *file; /* in the schema directory */
    const char *topic;
    struct avro_schema *schema;
    uint8_t prefix[10]; /* the framing before the body */
    size_t prefix_len;
    uint8_t header_id[5];
    bool has_header;
    bool is_ready;
};

struct feed_sink {
    const struct feed_config *config;
    struct route routes[FEED_KIND_COUNT];
    struct kafka_producer *producer; /* NULL: dry run */
    FILE *out;
    char *buffer;
};

static enum feed_framing framing_of(const struct feed_config *c) {
    if (c->framing != FRAMING_AUTO)
        return (enum feed_framing)c->framing;
    return *c->schemas.registry.url ? FRAMING_CONFLUENT : FRAMING_SINGLE;
}

static void put_id(uint8_t *at, int64_t id) {
    at[0] = 0;
    for (int i = 0; i < 4; i++)
        at[1 + i] = (uint8_t)(id >> (24 - 8 * i));
}

static enum status read_text(const char *path, char *buffer, size_t size,
                             struct span *out, struct error *err) {
    FILE *f = fopen(path, "re");
    if (!f)
        return error_set(err, E_FILE, "cannot read \"%s\": %s", path, strerror(errno));
    size_t n = fread(buffer, 1, size, f);
    bool is_whole = !ferror(f) && n < size;
    (void)fclose(f);
    *out = (struct span){buffer, n};
    return is_whole ? ST_OK : error_set(err, E_FILE, "cannot read all of \"%s\"", path);
}

/* Reads the schema and settles the framing, when the first event of the kind comes. */
static enum status prepare(struct feed_sink *s, struct route *r, struct error *err) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", s->config->schemas.schema_dir, r->file);
    struct span text;
    enum status st = read_text(path, s->buffer, RECORD_MAX_BYTES, &text, err);
    if (st == ST_OK)
        st = avro_schema_parse(text, &r->schema, err);
    if (st != ST_OK)
        return st;
    enum feed_framing framing = framing_of(s->config);
    if (framing == FRAMING_SINGLE) {
        uint64_t print = avro_schema_fingerprint(r->schema);
        r->prefix[0] = 0xc3;
        r->prefix[1] = 0x01;
        for (int i = 0; i < 8; i++)
            r->prefix[2 + i] = (uint8_t)(print >> (8 * i));
        r->prefix_len = 10;
    } else if (framing != FRAMING_PLAIN) {
        int64_t id = 0;
        st = feed_registry_id(&s->config->schemas, r->topic, text,
                              s->config->may_register, &id, err);
        if (st != ST_OK)
            return st;
        put_id(framing == FRAMING_HEADER ? r->header_id : r->prefix, id);
        r->prefix_len = framing == FRAMING_HEADER ? 0 : 5;
        r->has_header = framing == FRAMING_HEADER;
    }
    r->is_ready = true;
    return ST_OK;
}

enum status feed_sink_new(const struct feed_config *config, FILE *out,
                          struct feed_sink **sink, struct error *err) {
    enum feed_framing framing = framing_of(config);
    if (!config->is_dry_run && !*config->schemas.registry.url &&
        (framing == FRAMING_CONFLUENT || framing == FRAMING_HEADER)) {
        error_set(err, E_CONFIG,
                  "this framing needs a schema id, and there is no registry");
        error_hint(err, "set SCHEMA_REGISTRY_URL, or use --framing=single-object");
        return error_status(E_CONFIG);
    }
    struct kafka_producer *producer = NULL;
    if (!config->is_dry_run) {
        enum status st = kafka_producer_new(&config->kafka, &producer, err);
        if (st != ST_OK)
            return st;
    }
    struct feed_sink *s = xcalloc(1, sizeof *s);
    *s = (struct feed_sink){
        .config = config,
        .routes =
            {
                {&order_event_shape, ORDER_EVENT_AVSC, config->orders_topic,
                 .is_ready = false},
                {&return_event_shape, RETURN_EVENT_AVSC, config->returns_topic,
                 .is_ready = false},
                {&inquiry_event_shape, INQUIRY_EVENT_AVSC, config->inquiries_topic,
                 .is_ready = false},
            },
        .producer = producer,
        .out = out,
        .buffer = xmalloc(RECORD_MAX_BYTES),
    };
    *sink = s;
    return ST_OK;
}

static enum status show(struct feed_sink *s, const struct route *r, const void *event,
                        struct error *err) {
    struct builder text = builder_over(s->buffer, RECORD_MAX_BYTES);
    feed_json_write(r->shape, event, &text);
    build_char(&text, '\n');
    if (text.is_cut)
        return error_set(err, E_INPUT, "the event is larger than 1 MiB");
    if (fwrite(text.ptr, 1, text.len, s->out) != text.len)
        return error_set(err, E_FILE, "cannot write: %s", strerror(errno));
    return ST_OK;
}

/* A schema that cannot be used would reject each event; it ends the feed instead. */
static enum status not_its_fault(const struct route *r, enum status st,
                                 struct error *err) {
    if (st == ST_REJECT) {
        err->code = E_CONFIG;
        error_prefix(err, "schema \"%s\"", r->file);
        return ST_FATAL;
    }
    return st;
}

enum status feed_sink_send(struct feed_sink *s, enum feed_kind kind, const void *event,
                           int64_t *sent, struct error *err) {
    struct route *r = &s->routes[kind];
    if (!s->producer) {
        enum status st = show(s, r, event, err);
        *sent += st == ST_OK;
        return st;
    }
    if (!r->is_ready) {
        enum status st = prepare(s, r, err);
        if (st != ST_OK)
            return not_its_fault(r, st, err);
    }
    struct builder record = builder_over(s->buffer, RECORD_MAX_BYTES);
    build_bytes(&record, r->prefix, r->prefix_len);
    enum status st = avro_encode(r->schema, r->shape, event, &record, err);
    if (st != ST_OK)
        return st;
    if (record.is_cut)
        return error_set(err, E_INPUT, "the event is larger than 1 MiB");
    const struct record_header header = {
        SPAN("__value_schema_id"), {(const char *)r->header_id, sizeof r->header_id}};
    const struct event_head *head = event; /* all three begin with it */
    kafka_producer_count(s->producer, sent);
    return kafka_produce(s->producer, r->topic, -1, head->order_id, builder_span(&record),
                         &header, r->has_header ? 1 : 0, 0, err);
}

enum status feed_sink_flush(struct feed_sink *s, struct error *err) {
    if (!s->producer)
        return fflush(s->out) == 0
                   ? ST_OK
                   : error_set(err, E_FILE, "cannot write: %s", strerror(errno));
    return kafka_producer_flush(s->producer, FLUSH_US, err);
}

void feed_sink_free(struct feed_sink *s) {
    if (!s)
        return;
    for (size_t i = 0; i < FEED_KIND_COUNT; i++)
        avro_schema_free(s->routes[i].schema);
    kafka_producer_free(s->producer);
    free(s->buffer);
    free(s);
}
