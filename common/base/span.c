/* span.c: see span.h. UTF-8 is checked in one place, utf8_length, which text and JSON
 * share. */
#include "common/base/span.h"

#include "common/base/arena.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int span_compare(struct span a, struct span b) {
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static inline char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool span_equal_nocase(struct span a, struct span b) {
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

bool span_starts_with(struct span s, struct span prefix) {
    return s.len >= prefix.len && span_equal((struct span){s.ptr, prefix.len}, prefix);
}

bool span_ends_with(struct span s, struct span suffix) {
    return s.len >= suffix.len &&
           span_equal((struct span){s.ptr + s.len - suffix.len, suffix.len}, suffix);
}

static inline bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s) {
    while (s.len && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool span_cut(struct span *rest, char separator, struct span *out) {
    if (!rest->ptr)
        return false;
    const char *at = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    if (!at) {
        *out = *rest;
        *rest = (struct span){NULL, 0};
        return true;
    }
    *out = (struct span){rest->ptr, (size_t)(at - rest->ptr)};
    *rest = (struct span){at + 1, rest->len - out->len - 1};
    return true;
}

static inline bool is_continuation(unsigned char c) {
    return (c & 0xC0) == 0x80;
}

/* The length of the character that begins at `p`, or 0 when the bytes are not well-formed
 * UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above
 * U+10FFFF). `n` is at least 1. */
static size_t utf8_length(const unsigned char *p, size_t n) {
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || n < 2 || !is_continuation(p[1]))
        return 0;
    if (p[0] < 0xE0)
        return 2;
    if (n < 3 || !is_continuation(p[2]))
        return 0;
    if (p[0] < 0xF0) {
        bool is_overlong = p[0] == 0xE0 && p[1] < 0xA0;
        bool is_surrogate = p[0] == 0xED && p[1] > 0x9F;
        return is_overlong || is_surrogate ? 0 : 3;
    }
    if (p[0] > 0xF4 || n < 4 || !is_continuation(p[3]))
        return 0;
    bool is_overlong = p[0] == 0xF0 && p[1] < 0x90;
    bool is_beyond = p[0] == 0xF4 && p[1] > 0x8F;
    return is_overlong || is_beyond ? 0 : 4;
}

/* How many bytes at the front are ASCII other than NUL, eight at a time (a multiple of
 * eight). A byte of 0 borrows into its top bit, a byte above 127 has it set already. */
static size_t ascii_run(const char *p, size_t n) {
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t w;
        memcpy(&w, p + i, 8);
        if (((w - ones) | w) & tops)
            break;
    }
    return i;
}

struct span span_whole(struct span s) {
    for (size_t back = 1; back <= 3 && back <= s.len; back++) {
        unsigned char c = (unsigned char)s.ptr[s.len - back];
        if (!is_continuation(c)) {
            size_t wanted = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;
            return (struct span){s.ptr, s.len - (wanted > back ? back : 0)};
        }
    }
    return s;
}

bool span_is_text(struct span s) {
    size_t i = 0;
    while (i < s.len) {
        i += ascii_run(s.ptr + i, s.len - i);
        /* Up to eight more characters one by one, then the fast way is worth another try.
         */
        for (int k = 0; k < 8 && i < s.len; k++) {
            size_t n = utf8_length((const unsigned char *)s.ptr + i, s.len - i);
            if (n == 0 || s.ptr[i] == '\0')
                return false;
            i += n;
        }
    }
    return true;
}

bool span_to_i64(struct span s, int64_t *out) {
    size_t i = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');
    bool is_negative = i && s.ptr[0] == '-';
    if (i == s.len)
        return false;
    /* Counted below zero, because that side reaches one further. */
    int64_t value = 0;
    for (; i < s.len; i++) {
        unsigned digit = (unsigned char)s.ptr[i] - (unsigned)'0';
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, (int64_t)digit, &value))
            return false;
    }
    if (!is_negative && value == INT64_MIN)
        return false;
    *out = is_negative ? value : -value;
    return true;
}

struct span span_dup(struct arena *a, struct span s) {
    char *copy = arena_alloc(a, s.len);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    return (struct span){copy, s.len};
}

char *span_cstr(struct arena *a, struct span s) {
    if (s.len == SIZE_MAX)
        BUG("span without end");
    char *copy = arena_alloc(a, s.len + 1);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return copy;
}

struct builder builder_in(struct arena *a, size_t cap) {
    return builder_over(arena_alloc(a, cap), cap);
}

/* After the first cut nothing is added any more: a text without its end, never one with a
 * hole, nor with half a character. */
void build_bytes(struct builder *b, const void *bytes, size_t len) {
    if (UNLIKELY(b->is_cut) || len == 0)
        return;
    size_t room = b->cap - b->len;
    if (UNLIKELY(len > room)) {
        len = room;
        b->is_cut = true;
    }
    if (len)
        memcpy(b->ptr + b->len, bytes, len);
    b->len += len;
    if (UNLIKELY(b->is_cut))
        b->len = span_whole(builder_span(b)).len;
}

void build_span(struct builder *b, struct span s) {
    build_bytes(b, s.ptr, s.len);
}

void build_i64(struct builder *b, int64_t value) {
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        digits[--at] = '-';
    build_bytes(b, digits + at, sizeof digits - at);
}

void build_format(struct builder *b, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(text, sizeof text, format, args);
    if (n < 0)
        BUG("cannot format \"%s\"", format);
    if ((size_t)n < sizeof text) {
        build_bytes(b, text, (size_t)n);
    } else {
        char *longer = xmalloc((size_t)n + 1);
        vsnprintf(longer, (size_t)n + 1, format, again);
        build_bytes(b, longer, (size_t)n);
        free(longer);
    }
    va_end(again);
    va_end(args);
}

static void build_json_escape(struct builder *b, unsigned code) {
    switch (code) {
    case '"':
        build_bytes(b, "\\\"", 2);
        return;
    case '\\':
        build_bytes(b, "\\\\", 2);
        return;
    case '\n':
        build_bytes(b, "\\n", 2);
        return;
    case '\r':
        build_bytes(b, "\\r", 2);
        return;
    case '\t':
        build_bytes(b, "\\t", 2);
        return;
    default:
        build_bytes(b, "\\u00", 4);
        build_char(b, "0123456789abcdef"[code >> 4 & 15]);
        build_char(b, "0123456789abcdef"[code & 15]);
    }
}

/* DEL and the C1 controls (C2 80 to C2 9F) are escaped as well: JSON does not ask for it,
 * but a terminal that shows the line would obey them. */
void build_json(struct builder *b, struct span s) {
    const unsigned char *p = (const unsigned char *)s.ptr;
    build_char(b, '"');
    size_t plain = 0; /* where the piece begins that can be copied as it is */
    for (size_t i = 0; i < s.len;) {
        if (LIKELY(p[i] >= 0x20 && p[i] < 0x7F && p[i] != '"' && p[i] != '\\')) {
            i++;
            continue;
        }
        size_t n = utf8_length(p + i, s.len - i);
        bool is_c1 = n == 2 && p[i] == 0xC2 && p[i + 1] < 0xA0;
        if (n > 1 && !is_c1) {
            i += n;
            continue;
        }
        build_bytes(b, p + plain, i - plain);
        if (n == 0)
            build_bytes(b, "\xEF\xBF\xBD", 3);
        else
            build_json_escape(b, is_c1 ? p[i + 1] : p[i]);
        i += n ? n : 1;
        plain = i;
    }
    if (s.len)
        build_bytes(b, p + plain, s.len - plain);
    build_char(b, '"');
}

void build_hex(struct builder *b, const void *bytes, size_t len) {
    const unsigned char *p = bytes;
    for (size_t i = 0; i < len && !b->is_cut; i++) {
        const char *digits = "0123456789abcdef";
        build_bytes(b, (const char[]){digits[p[i] >> 4], digits[p[i] & 15]}, 2);
    }
}
