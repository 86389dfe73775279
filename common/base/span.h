/*
 * span.h: text and bytes as pointer and length, and a bounded builder for new ones.
 *
 * Kafka keys and Avro strings are not terminated, so nothing here looks for a NUL.
 * A span borrows: it is valid as long as the memory it points into.
 */
#ifndef COMMON_BASE_SPAN_H
#define COMMON_BASE_SPAN_H

#include "common/base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct span {
    const char *ptr; /* may be NULL only when len is 0 */
    size_t len;
};

/* A span over a string literal, at no cost. */
#define SPAN(literal) ((struct span){"" literal, sizeof(literal) - 1})

/* For printf's "%.*s". Lengths beyond INT_MAX are cut. */
#define SPAN_ARGS(s) span_print_len(s), (s).ptr

static inline struct span span_of(const char *text) {
    return (struct span){text, text ? strlen(text) : 0};
}

/* Of a text that may be left out by leaving it empty: ptr NULL then. */
static inline struct span span_given(const char *text) {
    return *text ? span_of(text) : (struct span){NULL, 0};
}

static inline int span_print_len(struct span s) {
    return s.len > 0x7fffffff ? 0x7fffffff : (int)s.len;
}

static inline bool span_equal(struct span a, struct span b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_is(struct span a, const char *text) {
    return span_equal(a, span_of(text));
}

/* Byte order, shorter first on a tie: negative, zero or positive. */
int span_compare(struct span a, struct span b);
bool span_equal_nocase(struct span a, struct span b); /* ASCII case only */
bool span_starts_with(struct span s, struct span prefix);
bool span_ends_with(struct span s, struct span suffix);
struct span span_trim(struct span s); /* ASCII blanks off both ends */

/* Takes the text before the first `separator` off the front of `*rest`; all of it, when
 * there is none. Returns false when `*rest` was already used up (its ptr is then NULL).
 */
bool span_cut(struct span *rest, char separator, struct span *out);

/* Without the bytes at its end that begin a character of UTF-8 and do not end it: for
 * text that was cut at a number of bytes. */
struct span span_whole(struct span s);

/* Whether all of `s` is valid UTF-8 without NUL (Postgres' text refuses both). */
bool span_is_text(struct span s);

/* Decimal with optional sign; false on anything else, overflow included. */
MUST_USE bool span_to_i64(struct span s, int64_t *out);

/* Copies into the arena. _cstr adds a NUL. */
struct span span_dup(struct arena *a, struct span s);
char *span_cstr(struct arena *a, struct span s);

/*
 * A builder over a buffer of fixed size. What does not fit is dropped and `is_cut` is
 * set, so a long value can never overrun; the caller decides whether a cut matters. A cut
 * steps back to the start of a character of UTF-8: what was text stays text.
 */
struct builder {
    char *ptr;
    size_t len;
    size_t cap;
    bool is_cut;
};

static inline struct builder builder_over(char *buffer, size_t size) {
    return (struct builder){buffer, 0, size, false};
}

struct builder builder_in(struct arena *a, size_t cap);
static inline struct span builder_span(const struct builder *b) {
    return (struct span){b->ptr, b->len};
}

void build_bytes(struct builder *b, const void *bytes, size_t len);
void build_span(struct builder *b, struct span s);
/* Inline, so that a literal's length is known when it is compiled. */
static inline void build_text(struct builder *b, const char *text) {
    build_bytes(b, text, strlen(text));
}
static inline void build_char(struct builder *b, char c) {
    if (b->len < b->cap && !b->is_cut)
        b->ptr[b->len++] = c;
    else
        build_bytes(b, &c, 1);
}
void build_i64(struct builder *b, int64_t value);
void build_format(struct builder *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* A JSON string with its quotes; invalid UTF-8 becomes U+FFFD, NUL becomes \u0000. */
void build_json(struct builder *b, struct span s);
/* Lower-case hexadecimal, two digits a byte. */
void build_hex(struct builder *b, const void *bytes, size_t len);

#endif
