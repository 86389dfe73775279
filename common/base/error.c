/*
 * error.c: the table of codes, and texts that are always fit to be stored and shown.
 *
 * A text often quotes a value that came from outside, and it is cut at a fixed size;
 * Postgres and JSON refuse bytes that are not UTF-8. So each text is made harmless when
 * it is set.
 */
#include "common/base/error.h"

#include "common/base/span.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *token;
    enum status status;
} codes[] = {
#define X(id, token, status) [id] = {token, status},
    ERROR_CODES(X)
#undef X
};
_Static_assert(COUNT_OF(codes) == ERROR_CODE_COUNT, "each code has a row");

/* Drops half a character at a cut end; control characters and bytes that are not UTF-8
 * become '?'. */
static void make_printable(char *text) {
    text[span_whole(span_of(text)).len] = '\0';
    bool is_text = span_is_text(span_of(text));
    for (char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20 || c == 0x7F || (c >= 0x80 && !is_text))
            *p = '?';
    }
}

/* Through a buffer of its own, so that an error may be built from its own old text. */
PRINTF_LIKE(3, 0)
static void format_text(char *out, size_t size, const char *format, va_list args) {
    char text[512];
    if (vsnprintf(text, sizeof text, format, args) < 0)
        BUG("cannot format \"%s\"", format);
    struct builder b = builder_over(out, size - 1);
    build_text(&b, text);
    out[b.len] = '\0';
    make_printable(out);
}

enum status error_set(struct error *err, enum error_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    format_text(err->text, sizeof err->text, format, args);
    va_end(args);
    err->code = code;
    err->hint[0] = '\0';
    return error_status(code);
}

void error_prefix(struct error *err, const char *format, ...) {
    char prefix[sizeof err->text], text[sizeof err->text];
    va_list args;
    va_start(args, format);
    format_text(prefix, sizeof prefix, format, args);
    va_end(args);
    struct builder b = builder_over(text, sizeof text - 1);
    build_text(&b, prefix);
    build_text(&b, ": ");
    build_text(&b, err->text);
    text[b.len] = '\0';
    make_printable(text);
    memcpy(err->text, text, sizeof text);
}

enum status error_hint(struct error *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    format_text(err->hint, sizeof err->hint, format, args);
    va_end(args);
    return error_status(err->code);
}

const char *error_token(enum error_code code) {
    if ((unsigned)code >= ERROR_CODE_COUNT)
        BUG("no error code %u", (unsigned)code);
    return codes[code].token;
}

int error_exit_code(enum error_code code) {
    switch ((int)code) {
    case E_CONFIG:
    case E_KAFKA_CONFIG:
    case E_PG_CONFIG:
    case E_POLICY:
    case E_FILE:
        return EXIT_TOLD_WRONG;
    }
    return EXIT_FOUND;
}

enum status error_status(enum error_code code) {
    if ((unsigned)code >= ERROR_CODE_COUNT)
        BUG("no error code %u", (unsigned)code);
    return codes[code].status;
}
