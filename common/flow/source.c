#include "common/flow/source.h"

#include "common/flow/source_stdin.h"

#include <stdlib.h>

struct source {
    struct kafka_consumer *kafka; /* one of the two */
    struct stdin_source *input;
};

enum status source_open_kafka(const struct kafka_consumer_config *config,
                              const struct kafka_callbacks *callbacks,
                              struct source **out, struct error *err) {
    struct source *s = xcalloc(1, sizeof *s);
    enum status st = kafka_consumer_new(config, callbacks, &s->kafka, err);
    if (st != ST_OK) {
        free(s);
        return st;
    }
    *out = s;
    return ST_OK;
}

enum status source_open_stdin(const struct kafka_consumer_config *config,
                              const struct kafka_callbacks *callbacks,
                              struct source **out, struct error *err) {
    (void)err;
    struct source *s = xcalloc(1, sizeof *s);
    s->input = stdin_source_new(config, callbacks);
    *out = s;
    return ST_OK;
}

void source_close(struct source *s, int64_t timeout_us) {
    if (!s)
        return;
    if (s->kafka)
        kafka_consumer_free(s->kafka, timeout_us);
    else
        stdin_source_free(s->input);
    free(s);
}

int source_fd(const struct source *s) {
    return s->kafka ? kafka_fd(s->kafka) : stdin_source_fd(s->input);
}

void source_turn(struct source *s) {
    if (s->kafka)
        kafka_turn(s->kafka);
    else
        stdin_source_turn(s->input);
}

size_t source_take(struct source *s, int lane, struct kafka_record *out, size_t max) {
    return s->kafka ? kafka_take(s->kafka, lane, out, max)
                    : stdin_source_take(s->input, lane, out, max);
}

enum status source_restart(struct source *s, const struct kafka_partition *p,
                           int64_t offset, struct error *err) {
    return s->kafka ? kafka_restart(s->kafka, p, offset, err) : ST_OK;
}

void source_mirror(struct source *s, const struct kafka_partition *p,
                   const int64_t *offsets, size_t n) {
    if (s->kafka)
        kafka_mirror(s->kafka, p, offsets, n);
}

enum status source_watermarks(struct source *s, const struct kafka_partition *p,
                              int64_t *low, int64_t *high, struct error *err) {
    if (s->kafka)
        return kafka_watermarks(s->kafka, p, low, high, SOURCE_WATERMARKS_US, err);
    *low = 0;
    *high = INT64_MAX;
    return ST_OK;
}

int64_t source_end(const struct source *s, const struct kafka_partition *p) {
    return s->kafka ? kafka_end(s->kafka, p) : -1;
}

int64_t source_read_to(const struct source *s, const struct kafka_partition *p) {
    return s->kafka ? kafka_read_to(s->kafka, p) : -1;
}

bool source_is_connected(const struct source *s) {
    return s->kafka ? kafka_is_connected(s->kafka) : true;
}

bool source_wants_flush(const struct source *s, int64_t *id) {
    return s->input && stdin_source_wants_flush(s->input, id);
}

void source_flushed(struct source *s, int64_t id) {
    stdin_source_flushed(s->input, id);
}

bool source_is_at_end(const struct source *s) {
    return s->input && stdin_source_is_at_end(s->input);
}
