/*
 * log.c: one line, built on the stack and written with one write(2), so that lines of
 * several threads and processes on one descriptor do not mix.
 *
 * A value longer than VALUE_MAX is cut and says its length; a field that no longer fits
 * the line is left out whole and counted in "fields_dropped". The line stays valid JSON
 * either way.
 */
#include "common/base/log.h"

#include "common/base/clock.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define VALUE_MAX ((size_t)512)
#define LINE_MAX_BYTES 8192
#define TAIL_ROOM 48 /* for "fields_dropped" and the end of the line */

static volatile sig_atomic_t level_wanted = LOG_INFO;
static volatile sig_atomic_t level_before_debug = LOG_INFO;
static enum log_format format_wanted = LOG_FORMAT_AUTO;
static const char *service;

static const char *const level_names[] = {[LOG_DEBUG] = "debug",
                                          [LOG_INFO] = "info",
                                          [LOG_WARN] = "warn",
                                          [LOG_ERROR] = "error"};

struct line {
    struct builder text;
    bool is_json;
};

/* What logfmt may show without quotes: nothing that would end the value or move the
 * cursor. */
static bool is_bare(struct span value) {
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c <= ' ' || c >= 0x7F || c == '"' || c == '=' || c == '\\')
            return false;
    }
    return value.len > 0;
}

static void put_name(struct line *l, const char *name) {
    if (l->is_json) {
        build_char(&l->text, l->text.len == 0 ? '{' : ',');
        build_json(&l->text, span_of(name));
        build_char(&l->text, ':');
    } else {
        if (l->text.len)
            build_char(&l->text, ' ');
        build_text(&l->text, name);
        build_char(&l->text, '=');
    }
}

static void put_span(struct line *l, const char *name, struct span value) {
    char shortened[VALUE_MAX + 40];
    if (value.len > VALUE_MAX) {
        struct builder b = builder_over(shortened, sizeof shortened);
        build_span(&b, span_whole((struct span){value.ptr, VALUE_MAX}));
        build_format(&b, "... (%zu bytes)", value.len);
        value = builder_span(&b);
    }
    put_name(l, name);
    if (l->is_json || !is_bare(value))
        build_json(&l->text, value);
    else
        build_span(&l->text, value);
}

static void put_error(struct line *l, const struct error *err) {
    put_span(l, "code", span_of(error_token(err->code)));
    put_span(l, "error", span_of(err->text));
    if (err->hint[0])
        put_span(l, "hint", span_of(err->hint));
}

static void put_field(struct line *l, const struct log_field *f) {
    switch (f->kind) {
    case LOG_FIELD_I64:
        put_name(l, f->name);
        build_i64(&l->text, f->i64);
        return;
    case LOG_FIELD_SPAN:
        if (f->span.ptr)
            put_span(l, f->name, f->span);
        return;
    case LOG_FIELD_ERROR:
        put_error(l, f->error);
        return;
    }
    BUG("log field \"%s\" of kind %d", f->name, (int)f->kind);
}

static void put_fields(struct line *l, const struct log_field *fields, size_t n_fields) {
    size_t n_dropped = 0;
    for (size_t i = 0; i < n_fields; i++) {
        size_t before = l->text.len;
        put_field(l, &fields[i]);
        if (l->text.is_cut) {
            l->text.len = before;
            l->text.is_cut = false;
            n_dropped++;
        }
    }
    l->text.cap += TAIL_ROOM;
    if (n_dropped > 0) {
        put_name(l, "fields_dropped");
        build_i64(&l->text, (int64_t)n_dropped);
    }
}

static void write_all(struct span s) {
    while (s.len > 0) {
        ssize_t n = write(STDERR_FILENO, s.ptr, s.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* a log that cannot be written is no reason to stop the work */
        s = (struct span){s.ptr + n, s.len - (size_t)n};
    }
}

void log_write(enum log_level level, const char *event, const struct log_field *fields,
               size_t n_fields) {
    if ((int)level < level_wanted)
        return;
    int saved_errno = errno;
    char buffer[LINE_MAX_BYTES];
    struct line l = {
        .text = builder_over(buffer, sizeof buffer - TAIL_ROOM),
        .is_json = format_wanted == LOG_FORMAT_JSON ||
                   (format_wanted == LOG_FORMAT_AUTO && !isatty(STDERR_FILENO)),
    };
    char now[CLOCK_TEXT_SIZE];
    clock_text(clock_now_us(), now);
    put_span(&l, "ts", span_of(now));
    put_span(&l, "level", span_of(level_names[level]));
    if (service)
        put_span(&l, "service", span_of(service));
    put_span(&l, "event", span_of(event));
    put_fields(&l, fields, n_fields);
    build_text(&l.text, l.is_json ? "}\n" : "\n");
    write_all(builder_span(&l.text));
    errno = saved_errno;
}

void log_set_level(enum log_level level) {
    level_wanted = (int)level;
    level_before_debug = level == LOG_DEBUG ? LOG_INFO : (int)level;
}

void log_toggle_debug(void) {
    level_wanted = level_wanted == LOG_DEBUG ? level_before_debug : LOG_DEBUG;
}

void log_set_format(enum log_format format) {
    format_wanted = format;
}

void log_set_service(const char *name) {
    service = name;
}
