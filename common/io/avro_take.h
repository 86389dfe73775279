/*
 * avro_take.h: takes one value off the front of a record, checked. For avro_decode.c
 * alone; a header because these few functions must be inlined into the interpreter.
 *
 * Each gets the place where it is to read and returns the place behind, or NULL with the
 * error set. So the place stays in a register: kept in the structure it would be stored
 * and loaded again for every value, and that chain was half the time. Written for the
 * common record, whose lengths and counts fit one byte and whose text is ASCII: those
 * ways are inline, everything else is a call. A length is compared with what is left and
 * with the limits before it is used.
 */
#ifndef COMMON_IO_AVRO_TAKE_H
#define COMMON_IO_AVRO_TAKE_H

#include "common/io/avro_ops.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reader {
    const unsigned char *end;
    const struct avro_plan *plan;
    struct arena *a;
    size_t taken; /* bytes taken from the arena for this record */
    unsigned depth;
    struct error *err;
};

/* --- what can go wrong --- */

static inline size_t left(const struct reader *r, const unsigned char *at) {
    return (size_t)(r->end - at);
}

static __attribute__((noinline, cold, format(printf, 4, 5))) void
set_failure(struct reader *r, const struct op *op, enum error_code code,
            const char *format, ...) {
    char why[160];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    error_set(r->err, code, "field \"%s\": %s", op->path, why);
}
/* An expression that is always NULL: so the compiler, too, knows what holds after it. */
#define fail(...) (set_failure(__VA_ARGS__), NULL)
#define fail_short(r, at, op, wanted)                                                    \
    fail(r, op, E_AVRO_SHORT, "needs %zu bytes, %zu are left", (size_t)(wanted),         \
         left(r, at))

/* --- numbers --- */

static __attribute__((noinline)) const unsigned char *
take_long_slow(struct reader *r, const unsigned char *at, const struct op *op,
               int64_t *out) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (at == r->end)
            return fail(r, op, E_AVRO_SHORT, "the record ends inside a number");
        unsigned char byte = *at++;
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = (int64_t)((value >> 1) ^ (0 - (value & 1)));
            return at;
        }
    }
    return fail(r, op, E_AVRO_VARINT, "a number is longer than 64 bits");
}

static inline const unsigned char *take_long(struct reader *r, const unsigned char *at,
                                             const struct op *op, int64_t *out) {
    if (LIKELY(at < r->end && *at < 0x80)) {
        uint64_t byte = *at;
        *out = (int64_t)((byte >> 1) ^ (0 - (byte & 1)));
        return at + 1;
    }
    int64_t value = 0; /* not `out`, whose address would otherwise be known outside */
    at = take_long_slow(r, at, op, &value);
    *out = value;
    return at;
}

static inline const unsigned char *take_int(struct reader *r, const unsigned char *at,
                                            const struct op *op, int64_t *out) {
    at = take_long(r, at, op, out);
    if (UNLIKELY(at && (*out < INT32_MIN || *out > INT32_MAX)))
        return fail(r, op, E_AVRO_RANGE, "%lld is no 32-bit number", (long long)*out);
    return at;
}

static inline const unsigned char *take_bool(struct reader *r, const unsigned char *at,
                                             const struct op *op, bool *out) {
    if (UNLIKELY(at == r->end))
        return fail_short(r, at, op, 1);
    if (UNLIKELY(*at > 1))
        return fail(r, op, E_AVRO_RANGE, "%u is no boolean", *at);
    *out = *at == 1;
    return at + 1;
}

/* A position in a list of n: an enum's symbol or a union's branch. */
static inline const unsigned char *take_position(struct reader *r,
                                                 const unsigned char *at,
                                                 const struct op *op, const char *what,
                                                 size_t n, size_t *out) {
    int64_t value;
    at = take_long(r, at, op, &value);
    if (UNLIKELY(at && (value < 0 || (uint64_t)value >= n)))
        return fail(r, op, E_AVRO_RANGE, "%s %lld of %zu", what, (long long)value, n);
    *out = (size_t)value;
    return at;
}

static inline const unsigned char *take_raw(struct reader *r, const unsigned char *at,
                                            const struct op *op, void *out, size_t size) {
    if (UNLIKELY(left(r, at) < size))
        return fail_short(r, at, op, size);
    memcpy(out, at, size); /* little-endian, as are the machines we build for */
    return at + size;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "Avro's floats are copied as they are");

static inline const unsigned char *take_number(struct reader *r, const unsigned char *at,
                                               const struct op *op, double *out) {
    int64_t i = 0;
    float f = 0;
    switch ((enum op_code)op->code) {
    case OP_DOUBLE:
        return take_raw(r, at, op, out, sizeof *out);
    case OP_FLOAT:
        at = take_raw(r, at, op, &f, sizeof f);
        *out = (double)f;
        return at;
    case OP_INT_F32:
    case OP_INT_F64:
        at = take_int(r, at, op, &i);
        break;
    default:
        at = take_long(r, at, op, &i);
        break;
    }
    bool is_float = op->code == OP_INT_F32 || op->code == OP_LONG_F32;
    *out = is_float ? (double)(float)i : (double)i;
    return at;
}

static inline const unsigned char *take_millis(struct reader *r, const unsigned char *at,
                                               const struct op *op, int64_t *out) {
    int64_t millis;
    at = take_long(r, at, op, &millis);
    if (at && __builtin_mul_overflow(millis, INT64_C(1000), out))
        return fail(r, op, E_AVRO_RANGE, "an instant beyond the range of microseconds");
    return at;
}

/* --- text and bytes --- */

/* Whether eight bytes are ASCII without NUL: no high bit, and none that borrows when 1 is
 * taken off. */
static inline bool are_ascii(uint64_t word) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    return (((word - ones) | word) & highs) == 0;
}

static inline bool is_text(const unsigned char *at, size_t len) {
    uint64_t word;
    if (len >= sizeof word) {
        size_t i = 0;
        for (; i + sizeof word <= len; i += sizeof word) {
            memcpy(&word, at + i, sizeof word);
            if (UNLIKELY(!are_ascii(word)))
                return span_is_text((struct span){(const char *)at, len});
        }
        memcpy(&word, at + len - sizeof word, sizeof word); /* the rest, overlapping */
        if (LIKELY(are_ascii(word)))
            return true;
    } else {
        unsigned char bad = 0;
        for (size_t i = 0; i < len; i++)
            bad |= (unsigned char)((at[i] - 1) | at[i]);
        if (LIKELY(bad < 0x80))
            return true;
    }
    return span_is_text((struct span){(const char *)at, len});
}

static inline const unsigned char *take_bytes(struct reader *r, const unsigned char *at,
                                              const struct op *op, struct span *out) {
    int64_t len;
    at = take_long(r, at, op, &len);
    if (UNLIKELY(!at))
        return NULL;
    if (UNLIKELY((uint64_t)len > left(r, at) ||
                 (uint64_t)len > r->plan->limits.max_text_bytes)) {
        return len < 0 ? fail(r, op, E_AVRO_RANGE, "length %lld", (long long)len)
               : (uint64_t)len > left(r, at)
                   ? fail_short(r, at, op, len)
                   : fail(r, op, E_AVRO_LIMIT, "%lld bytes: at most %zu are read",
                          (long long)len, r->plan->limits.max_text_bytes);
    }
    *out = (struct span){(const char *)at, (size_t)len};
    return at + len;
}

static inline const unsigned char *take_text(struct reader *r, const unsigned char *at,
                                             const struct op *op, char *to) {
    struct span text;
    at = take_bytes(r, at, op, &text);
    if (UNLIKELY(!at))
        return NULL;
    if (UNLIKELY(!is_text((const unsigned char *)text.ptr, text.len)))
        return fail(r, op, E_AVRO_TEXT, "not valid UTF-8 text, or a NUL in it");
    memcpy(to, &text, sizeof text);
    return at;
}

static inline const unsigned char *take_fixed(struct reader *r, const unsigned char *at,
                                              const struct op *op, struct span *out) {
    if (UNLIKELY(op->n > left(r, at)))
        return fail_short(r, at, op, op->n);
    *out = (struct span){(const char *)at, op->n};
    return at + op->n;
}

#endif
