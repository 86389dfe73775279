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
#include <math.h>
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

/* Off the end of a cut value: the bytes of a character that was cut in two. */
static struct span without_half_character(struct span s) {
    size_t n = s.len;
    while (n > 0 && s.len - n < 3 && ((unsigned char)s.ptr[n - 1] & 0xC0) == 0x80)
        n--;
    bool is_half = n > 0 && (unsigned char)s.ptr[n - 1] >= 0xC0 &&
                   !span_is_text((struct span){s.ptr + n - 1, s.len - n + 1});
    return is_half ? (struct span){s.ptr, n - 1} : s;
}

static void put_span(struct line *l, const char *name, struct span value) {
    char shortened[VALUE_MAX + 40];
    if (value.len > VALUE_MAX) {
        struct builder b = builder_over(shortened, sizeof shortened);
        build_span(&b, without_half_character((struct span){value.ptr, VALUE_MAX}));
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

static void put_instant(struct line *l, const char *name, int64_t instant_us) {
    char text[CLOCK_TEXT_SIZE];
    clock_text(instant_us, text);
    put_span(l, name, span_of(text));
}

static void put_field(struct line *l, const struct log_field *f) {
    switch (f->kind) {
    case LOG_FIELD_I64:
        put_name(l, f->name);
        build_i64(&l->text, f->i64);
        return;
    case LOG_FIELD_F64:
        put_name(l, f->name);
        if (isfinite(f->f64))
            build_format(&l->text, "%.9g", f->f64);
        else
            build_text(&l->text, "null"); /* JSON has no word for it */
        return;
    case LOG_FIELD_SPAN:
        put_span(l, f->name, f->span);
        return;
    case LOG_FIELD_ERROR:
        put_error(l, f->error);
        return;
    case LOG_FIELD_INSTANT:
        put_instant(l, f->name, f->i64);
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
    put_instant(&l, "ts", clock_now_us());
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
