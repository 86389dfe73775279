#include "common/flow/source_stdin.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/event/event.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One record, its bytes in one piece of heap behind it: that piece is its handle. */
struct held {
    struct kafka_record record;
    int lane;
    struct held *next;
};

struct stdin_source {
    struct kafka_callbacks callbacks;
    const char *const *topics;
    size_t n_topics;
    int n_lanes;
    char *buffer;
    size_t len, cap;
    bool is_at_end;
    struct held *first, **last; /* taken from the pipe, not yet by a lane */
    struct held *given;         /* taken by a lane */
    int64_t flush_id;
    bool wants_flush; /* nothing is read behind a flush until it is answered */
    struct kafka_partition *partitions[256];
    size_t n_partitions;
};

struct stdin_source *stdin_source_new(const struct kafka_consumer_config *config,
                                      const struct kafka_callbacks *callbacks) {
    struct stdin_source *s = xcalloc(1, sizeof *s);
    s->callbacks = *callbacks;
    s->topics = config->topics;
    s->n_topics = config->n_topics;
    s->n_lanes = config->n_lanes;
    s->last = &s->first;
    (void)fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
    return s;
}

static void free_held(struct held *first) {
    while (first) {
        struct held *h = first;
        first = h->next;
        free(h);
    }
}

void stdin_source_free(struct stdin_source *s) {
    free_held(s->first);
    free_held(s->given);
    for (size_t i = 0; i < s->n_partitions; i++)
        free(s->partitions[i]);
    free(s->buffer);
    free(s);
}

int stdin_source_fd(const struct stdin_source *s) {
    return s->is_at_end || s->wants_flush ? -1 : STDIN_FILENO;
}

NORETURN static void refuse(const char *why) {
    log_error("stdin.refused", LOG_STR("why", why));
    exit(1);
}

static const char *topic_of(const struct stdin_source *s, const char *name) {
    for (size_t i = 0; name && i < s->n_topics; i++)
        if (strcmp(s->topics[i], name) == 0)
            return s->topics[i];
    refuse("a record of a topic that this worker does not read");
}

static const struct kafka_partition *partition_of(struct stdin_source *s,
                                                  const char *topic, int32_t number) {
    for (size_t i = 0; i < s->n_partitions; i++)
        if (s->partitions[i]->topic == topic && s->partitions[i]->partition == number)
            return s->partitions[i];
    if (s->n_partitions == COUNT_OF(s->partitions))
        refuse("too many partitions");
    struct kafka_partition *p = xcalloc(1, sizeof *p);
    *p = (struct kafka_partition){topic, number};
    int64_t start = 0;
    struct error err = {0};
    while (s->callbacks.assigned(s->callbacks.context, p, 1, &start, &err) != ST_OK) {
        log_warn("partition.unassigned", LOG_ERR(&err));
        usleep(100000);
    }
    s->partitions[s->n_partitions++] = p;
    return p;
}

static int nibble(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t unhex(const char *hex, char *out) {
    size_t n = 0;
    for (; hex && hex[0]; hex += 2) {
        if (nibble(hex[0]) < 0 || nibble(hex[1]) < 0)
            refuse("value_hex is not hexadecimal");
        out[n++] = (char)(nibble(hex[0]) << 4 | nibble(hex[1]));
    }
    return n;
}

static void hold_record(struct stdin_source *s, json_t *json) {
    const char *key = json_string_value(json_object_get(json, "key"));
    const char *hex = json_string_value(json_object_get(json, "value_hex"));
    json_t *stamp = json_object_get(json, "timestamp_us"),
           *headers = json_object_get(json, "headers");
    size_t key_len = key ? strlen(key) : 0, value_len = hex ? strlen(hex) / 2 : 0,
           more = 0;
    const char *name;
    json_t *value;
    json_object_foreach(headers, name, value) more +=
        sizeof(struct record_header) + strlen(name) + json_string_length(value);
    struct held *h = xcalloc(1, sizeof *h + key_len + value_len + more + 16);
    struct record_header *list = (struct record_header *)(h + 1);
    char *bytes = (char *)(list + json_object_size(headers));
    struct kafka_record *r = &h->record;
    json_object_foreach(headers, name, value) {
        struct record_header *into = &list[r->n_headers++];
        into->name = (struct span){memcpy(bytes, name, strlen(name)), strlen(name)};
        bytes += strlen(name);
        into->value = (struct span){bytes, unhex(json_string_value(value), bytes)};
        bytes += into->value.len;
    }
    r->headers = list;
    r->key = (struct span){key ? memcpy(bytes, key, key_len) : NULL, key_len};
    bytes += key_len;
    r->value = (struct span){hex ? bytes : NULL, hex ? unhex(hex, bytes) : 0};
    r->offset = json_integer_value(json_object_get(json, "offset"));
    r->timestamp_us = json_is_integer(stamp) ? json_integer_value(stamp) : EVENT_ABSENT;
    r->partition =
        partition_of(s, topic_of(s, json_string_value(json_object_get(json, "topic"))),
                     (int32_t)json_integer_value(json_object_get(json, "partition")));
    r->handle = NULL;
    h->lane = r->partition->partition % s->n_lanes;
    *s->last = h;
    s->last = &h->next;
}

static void read_line(struct stdin_source *s, const char *line, size_t len) {
    json_error_t why;
    json_t *json = json_loadb(line, len, 0, &why);
    json_t *record = json_object_get(json, "record");
    if (record) {
        hold_record(s, record);
    } else if (json_object_get(json, "clock_us")) {
        clock_simulate(json_integer_value(json_object_get(json, "clock_us")));
    } else if (json_object_get(json, "flush")) {
        s->wants_flush = true;
        s->flush_id = json_integer_value(json_object_get(json, "flush"));
    } else {
        refuse("a line that is neither record, clock_us nor flush");
    }
    json_decref(json);
}

static void read_lines(struct stdin_source *s) {
    size_t at = 0;
    while (!s->wants_flush) {
        char *end = memchr(s->buffer + at, '\n', s->len - at);
        if (!end)
            break;
        read_line(s, s->buffer + at, (size_t)(end - s->buffer) - at);
        at = (size_t)(end - s->buffer) + 1;
    }
    memmove(s->buffer, s->buffer + at, s->len - at);
    s->len -= at;
}

void stdin_source_turn(struct stdin_source *s) {
    if (s->len > 0)
        read_lines(s);
    while (!s->is_at_end && !s->wants_flush) {
        if (s->cap - s->len < 65536)
            s->buffer = xrealloc(s->buffer, s->cap = 2 * s->cap + 65536);
        ssize_t n = read(STDIN_FILENO, s->buffer + s->len, s->cap - s->len);
        if (n == 0)
            s->is_at_end = true;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        s->len += (size_t)n;
        read_lines(s);
    }
}

/* Handed-out records stay on the heap for the life of the process: stories are short. */
size_t stdin_source_take(struct stdin_source *s, int lane, struct kafka_record *out,
                         size_t max) {
    size_t n = 0;
    for (struct held **at = &s->first; *at && n < max;) {
        struct held *h = *at;
        if (h->lane != lane) {
            at = &h->next;
            continue;
        }
        out[n++] = h->record;
        *at = h->next;
        if (!*at)
            s->last = at;
        h->next = s->given;
        s->given = h;
    }
    return n;
}

bool stdin_source_wants_flush(const struct stdin_source *s, int64_t *id) {
    *id = s->flush_id;
    return s->wants_flush && !s->first;
}

void stdin_source_flushed(struct stdin_source *s, int64_t id) {
    printf("flushed %lld\n", (long long)id);
    fflush(stdout);
    s->wants_flush = false;
}

bool stdin_source_is_at_end(const struct stdin_source *s) {
    return s->is_at_end && !s->first && !s->wants_flush;
}
