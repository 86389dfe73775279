/*
 * feed.h: `henpin feed`, between files of several formats and the three topics. Private
 * to feed*.c.
 *
 * A format is one function: it reads lines from the feed, rejects what it cannot
 * understand, and emits events. It knows neither Kafka nor Avro. What each format's
 * columns become is written in FEED.md.
 */
#ifndef SERVICES_HENPIN_FEED_H
#define SERVICES_HENPIN_FEED_H

#include "common/base/arena.h"
#include "common/base/config.h"
#include "common/event/event.h"
#include "common/io/kafka_options.h"
#include "common/io/schemas.h"

#include <jansson.h>
#include <stdio.h>

enum feed_kind { FEED_ORDER, FEED_RETURN, FEED_INQUIRY, FEED_KIND_COUNT };

struct feed_config {
    const char *orders_topic, *returns_topic, *inquiries_topic;
    const char *seller, *marketplace, *ship_from, *zone_dir;
    int format, framing;
    int64_t max_rejects;
    bool is_dry_run, may_register;
    struct schemas_config schemas;
    struct kafka_properties kafka;
};

enum feed_framing {
    FRAMING_AUTO,
    FRAMING_CONFLUENT,
    FRAMING_HEADER,
    FRAMING_SINGLE,
    FRAMING_PLAIN
};

/* Why lines were left out although nothing is wrong with them. */
struct feed_skip {
    const char *why; /* a literal */
    int64_t n;
};

struct feed_counts {
    int64_t lines, rejected;
    int64_t events[FEED_KIND_COUNT]; /* understood */
    int64_t sent[FEED_KIND_COUNT];   /* of those, acknowledged by the broker or written */
    struct feed_skip skips[8];
};

struct feed_sink;

struct feed {
    const struct feed_config *config;
    struct arena *arena; /* reset by feed_line: lives as long as one line */
    struct feed_sink *sink;
    struct feed_counts counts;
    FILE *messages;     /* rejections, progress and summary */
    const char *format; /* its name, which first lines are checked against; NULL: not */
    /* the file that is being read */
    const char *file;
    FILE *input;
    int64_t line;                    /* number of the line in hand, from 1 */
    int64_t bytes_read, bytes_total; /* total 0: unknown */
    char *buffer;
    size_t buffer_cap;
    int64_t started_us, shown_us;
    bool is_terminal;
    bool is_over;        /* more rejections than allowed, or a misfit */
    struct error misfit; /* E_CONFIG when the file is of another format */
};

/* The next line without its end, valid until the next call; resets the arena. False at
 * the end of the file, or when enough was rejected. */
bool feed_line(struct feed *f, struct span *out);

/* Whether the file's first line is of f->format; fills f->misfit. (feed_guess.c) */
bool feed_first_line_fits(struct feed *f, struct span line);

/* Tells where and why, and counts. `column` names it, NULL when the line as a whole is
 * wrong. Values of buyers are not shown. */
void feed_reject(struct feed *f, int64_t line, const char *column, const char *format,
                 ...) PRINTF_LIKE(4, 5);
/* `n` lines were understood but mean no event. */
void feed_skip(struct feed *f, const char *why, int64_t n);

/* The last lines: how many of what. */
void feed_summary(struct feed *f);

/* Encodes and sends. E_INPUT: the event does not fit its schema (the caller rejects its
 * line); anything else ends the feed. */
MUST_USE enum status feed_emit(struct feed *f, enum feed_kind kind, const void *event,
                               struct error *err);

/* Reads all of f->input. ST_OK also when lines were rejected. */
typedef enum status feed_format(struct feed *f, struct error *err);
feed_format feed_retail, feed_amazon_returns, feed_order_change, feed_events;

/* ---- columns (feed_columns.c) ---- */

#define FEED_COLUMNS_MAX 64

/* What a format expects of its header line. */
struct feed_column {
    const char *name;
    bool is_required;
};
struct feed_columns {
    char delimiter;
    const struct feed_column *known;
    size_t n_known;
    int at[FEED_COLUMNS_MAX]; /* known column -> position in the line, -1 when the file
                                 has none */
    size_t n_in_file;
};

/* Reads the header line, tells of columns that it does not know; E_CONFIG names one that
 * is missing: the file is of another format. */
MUST_USE enum status feed_columns_read(struct feed *f, struct feed_columns *c,
                                       struct error *err);
/* Splits a line; values[i] belongs to known column i (empty when the file has none).
 * False after a rejection. */
bool feed_columns_split(struct feed *f, const struct feed_columns *c, struct span line,
                        struct span *values);

/* ---- JSON by shape (feed_json.c) ---- */

/* {"record":"OrderEvent", ...}; fields whose names end in _at are instants, written as
 * RFC 3339. */
void feed_json_write(const struct avro_shape *shape, const void *in, struct builder *out);
/* Fills `out` from an object. On ST_REJECT err->text begins with the path of the field.
 * Keys that no field has are told once each by `unknown`. */
MUST_USE enum status feed_json_read(const struct avro_shape *shape, const json_t *object,
                                    struct arena *a, void *out,
                                    void (*unknown)(void *context, const char *path),
                                    void *context, struct error *err);

/* ---- the sink (feed_sink.c) ---- */

MUST_USE enum status feed_sink_new(const struct feed_config *config, FILE *out,
                                   struct feed_sink **sink, struct error *err);
/* Adds one to `*sent` once the broker has it, at the latest in feed_sink_flush. */
MUST_USE enum status feed_sink_send(struct feed_sink *sink, enum feed_kind kind,
                                    const void *event, int64_t *sent, struct error *err);
/* Waits until the broker has everything. */
MUST_USE enum status feed_sink_flush(struct feed_sink *sink, struct error *err);
void feed_sink_free(struct feed_sink *sink);

/* The id under which the registry knows a schema (feed_registry.c); registers it when
 * allowed. E_REGISTRY_*, E_SCHEMA_*. */
MUST_USE enum status feed_registry_id(const struct schemas_config *config,
                                      const char *topic, struct span schema,
                                      bool may_register, int64_t *id, struct error *err);

#endif
