/*
 * log.h: one event name and typed fields, one line; logfmt on a terminal, JSON otherwise.
 *
 *   log_info("batch.applied", LOG_I64("count", n), LOG_STR("topic", topic));
 *
 * The name is `noun.past-participle`, constant and searchable. Context that a whole
 * process shares (service, and so on) is set once. Never secrets, and nothing of a
 * message but its position (I8). Levels: error, a person should act; warn, we coped; info, life of the
 * process and of batches; debug, per message, off by default.
 */
#ifndef COMMON_BASE_LOG_H
#define COMMON_BASE_LOG_H

#include "common/base/error.h"
#include "common/base/span.h"

#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *name;
    enum {
        LOG_FIELD_I64,
        LOG_FIELD_SPAN,
        LOG_FIELD_ERROR,
    } kind;
    int64_t i64;
    struct span span;
    const struct error *error;
};

#define LOG_I64(name, value)                                                             \
    ((struct log_field){(name), LOG_FIELD_I64, .i64 = (int64_t)(value)})
#define LOG_STR(name, value)                                                             \
    ((struct log_field){(name), LOG_FIELD_SPAN, .span = span_of(value)})
#define LOG_SPAN(name, value)                                                            \
    ((struct log_field){(name), LOG_FIELD_SPAN, .span = (value)})
/* Gives three fields: code, error and hint. */
#define LOG_ERR(value) ((struct log_field){"error", LOG_FIELD_ERROR, .error = (value)})

#define log_at(level, event, ...)                                                        \
    log_write((level), (event), (const struct log_field[]){__VA_ARGS__},                 \
              sizeof((const struct log_field[]){__VA_ARGS__}) /                          \
                  sizeof(struct log_field))
#define log_debug(event, ...) log_at(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...) log_at(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...) log_at(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_at(LOG_ERROR, event, __VA_ARGS__)

/* A span that is absent (ptr NULL) leaves its field out. Writes to standard error with one write(2). Long values are cut and say their length.
 */
void log_write(enum log_level level, const char *event, const struct log_field *fields,
               size_t n_fields);

enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };
void log_set_level(enum log_level level);
void log_toggle_debug(void); /* async-signal-safe */
void log_set_format(enum log_format format);
void log_set_service(const char *name); /* borrowed for ever; appears in each line */

#endif
