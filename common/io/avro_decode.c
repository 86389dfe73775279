/*
 * avro_decode.c: runs a plan over the bytes of one record.
 *
 * A small interpreter: the state is where we are and where the bytes end, and every step
 * checks before it takes. It is written for the common record, whose lengths and counts
 * fit one byte and whose text is ASCII: those ways are inline, everything else is a call.
 * Nothing here trusts the writer: a length, a count or a branch is compared with what is
 * left and with the plan's limits before it is used, and memory is taken only after the
 * bytes that must pay for it are known to be there.
 */
#include "common/io/avro_ops.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reader {
    const unsigned char *at, *end;
    const struct avro_plan *plan;
    struct arena *a;
    size_t taken; /* bytes taken from the arena for this record */
    unsigned depth;
    struct error *err;
};

static bool run(struct reader *r, const struct op *op, char *base);

/* --- what can go wrong
 * ------------------------------------------------------------------------ */

static size_t left(const struct reader *r) {
    return (size_t)(r->end - r->at);
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
/* An expression that is always false: so the compiler, too, knows what holds after it. */
#define fail(...) (set_failure(__VA_ARGS__), false)
#define fail_short(r, op, wanted)                                                        \
    fail(r, op, E_AVRO_SHORT, "needs %zu bytes, %zu are left", (size_t)(wanted), left(r))

/* --- numbers
 * ---------------------------------------------------------------------------------- */

static __attribute__((noinline)) bool take_long_slow(struct reader *r,
                                                     const struct op *op, int64_t *out) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (r->at == r->end) {
            return fail(r, op, E_AVRO_SHORT, "the record ends inside a number");
        }
        unsigned char byte = *r->at++;
        if (shift == 63 && byte > 1) {
            break;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = (int64_t)((value >> 1) ^ (0 - (value & 1)));
            return true;
        }
    }
    return fail(r, op, E_AVRO_VARINT, "a number is longer than 64 bits");
}

static inline bool take_long(struct reader *r, const struct op *op, int64_t *out) {
    if (LIKELY(r->at < r->end && *r->at < 0x80)) {
        uint64_t byte = *r->at++;
        *out = (int64_t)((byte >> 1) ^ (0 - (byte & 1)));
        return true;
    }
    return take_long_slow(r, op, out);
}

static inline bool take_int(struct reader *r, const struct op *op, int64_t *out) {
    if (!take_long(r, op, out)) {
        return false;
    }
    if (UNLIKELY(*out < INT32_MIN || *out > INT32_MAX)) {
        return fail(r, op, E_AVRO_RANGE, "%lld is no 32-bit number", (long long)*out);
    }
    return true;
}

static bool take_bool(struct reader *r, const struct op *op, bool *out) {
    if (UNLIKELY(r->at == r->end)) {
        return fail_short(r, op, 1);
    }
    unsigned char byte = *r->at++;
    *out = byte == 1;
    return byte <= 1 || fail(r, op, E_AVRO_RANGE, "%u is no boolean", byte);
}

/* A position in a list of n: an enum's symbol or a union's branch. */
static inline bool take_position(struct reader *r, const struct op *op, const char *what,
                                 size_t n, size_t *out) {
    int64_t value;
    if (!take_long(r, op, &value)) {
        return false;
    }
    if (UNLIKELY(value < 0 || (uint64_t)value >= n)) {
        return fail(r, op, E_AVRO_RANGE, "%s %lld of %zu", what, (long long)value, n);
    }
    *out = (size_t)value;
    return true;
}

static bool take_float(struct reader *r, const struct op *op, float *out) {
    if (UNLIKELY(left(r) < sizeof *out)) {
        return fail_short(r, op, sizeof *out);
    }
    memcpy(out, r->at, sizeof *out); /* little-endian, as are the machines we build for */
    r->at += sizeof *out;
    return true;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "Avro's floats are copied as they are");

static bool take_double(struct reader *r, const struct op *op, double *out) {
    if (UNLIKELY(left(r) < sizeof *out)) {
        return fail_short(r, op, sizeof *out);
    }
    memcpy(out, r->at, sizeof *out);
    r->at += sizeof *out;
    return true;
}

static bool read_number(struct reader *r, const struct op *op, double *out) {
    int64_t i = 0;
    float f = 0;
    bool ok;
    switch ((enum op_code)op->code) {
    case OP_DOUBLE:
        return take_double(r, op, out);
    case OP_FLOAT:
        ok = take_float(r, op, &f);
        *out = (double)f;
        return ok;
    case OP_INT_F32:
    case OP_INT_F64:
        ok = take_int(r, op, &i);
        break;
    default:
        ok = take_long(r, op, &i);
        break;
    }
    bool is_float = op->code == OP_INT_F32 || op->code == OP_LONG_F32;
    *out = is_float ? (double)(float)i : (double)i;
    return ok;
}

static bool read_millis(struct reader *r, const struct op *op, int64_t *out) {
    int64_t millis;
    if (!take_long(r, op, &millis)) {
        return false;
    }
    if (__builtin_mul_overflow(millis, INT64_C(1000), out)) {
        return fail(r, op, E_AVRO_RANGE, "an instant beyond the range of microseconds");
    }
    return true;
}

/* --- text and bytes
 * --------------------------------------------------------------------------- */

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
            if (UNLIKELY(!are_ascii(word))) {
                return span_is_text((struct span){(const char *)at, len});
            }
        }
        memcpy(&word, at + len - sizeof word, sizeof word); /* the rest, overlapping */
        if (LIKELY(are_ascii(word))) {
            return true;
        }
    } else {
        unsigned char bad = 0;
        for (size_t i = 0; i < len; i++) {
            bad |= (unsigned char)((at[i] - 1) | at[i]);
        }
        if (LIKELY(bad < 0x80)) {
            return true;
        }
    }
    return span_is_text((struct span){(const char *)at, len});
}

static inline bool take_bytes(struct reader *r, const struct op *op, struct span *out) {
    int64_t len;
    if (!take_long(r, op, &len)) {
        return false;
    }
    if (UNLIKELY(len < 0)) {
        return fail(r, op, E_AVRO_RANGE, "length %lld", (long long)len);
    }
    if (UNLIKELY((uint64_t)len > left(r))) {
        return fail_short(r, op, (size_t)len);
    }
    if (UNLIKELY((uint64_t)len > r->plan->limits.max_text_bytes)) {
        return fail(r, op, E_AVRO_LIMIT, "%lld bytes: at most %zu are read",
                    (long long)len, r->plan->limits.max_text_bytes);
    }
    *out = (struct span){(const char *)r->at, (size_t)len};
    r->at += len;
    return true;
}

static inline bool take_text(struct reader *r, const struct op *op, char *to) {
    struct span text;
    if (!take_bytes(r, op, &text)) {
        return false;
    }
    if (UNLIKELY(!is_text((const unsigned char *)text.ptr, text.len))) {
        return fail(r, op, E_AVRO_TEXT, "not valid UTF-8 text, or a NUL in it");
    }
    memcpy(to, &text, sizeof text);
    return true;
}

static bool take_fixed(struct reader *r, const struct op *op, struct span *out) {
    if (UNLIKELY(op->n > left(r))) {
        return fail_short(r, op, op->n);
    }
    *out = (struct span){(const char *)r->at, op->n};
    r->at += op->n;
    return true;
}

/* --- arrays and maps
 * -------------------------------------------------------------------------- */

/* Reads a block's head. *n is 0 at the end; *n_bytes is negative when the writer did not
 * say it. */
static bool take_block(struct reader *r, const struct op *op, size_t so_far, size_t *n,
                       int64_t *n_bytes) {
    int64_t count;
    *n_bytes = -1;
    if (!take_long(r, op, &count)) {
        return false;
    }
    if (count < 0) {
        if (!take_long(r, op, n_bytes)) {
            return false;
        }
        if (*n_bytes < 0 || (uint64_t)*n_bytes > left(r)) {
            return fail(r, op, E_AVRO_SHORT, "a block of %lld bytes, %zu are left",
                        (long long)*n_bytes, left(r));
        }
        count = count == INT64_MIN ? INT64_MAX : -count;
    }
    if (UNLIKELY((uint64_t)count > r->plan->limits.max_items - so_far)) {
        return fail(r, op, E_AVRO_LIMIT, "more than %zu items",
                    r->plan->limits.max_items);
    }
    size_t least = op->array->min_wire;
    if (UNLIKELY(least > 0 && (uint64_t)count > left(r) / least)) {
        return fail(r, op, E_AVRO_SHORT, "%lld items do not fit in the %zu bytes left",
                    (long long)count, left(r));
    }
    *n = (size_t)count;
    return true;
}

/* A block that says its bytes must be as long as it says. */
static bool is_block_end(struct reader *r, const struct op *op,
                         const unsigned char *start, int64_t n_bytes) {
    if (n_bytes >= 0 && r->at - start != n_bytes) {
        return fail(r, op, E_AVRO_RANGE, "a block of %lld bytes says that it has %lld",
                    (long long)(r->at - start), (long long)n_bytes);
    }
    return true;
}

/* Room for `want` items in all; the first `have` are kept. Doubles, so that many small
 * blocks cost at most twice the memory of one. */
static bool grow(struct reader *r, const struct op *op, char **items, size_t have,
                 size_t *cap, size_t want) {
    if (want <= *cap) {
        return true;
    }
    size_t next = want > 2 * *cap ? want : 2 * *cap;
    size_t bytes = next * op->array->item_size; /* max_items times a structure's size */
    size_t room = arena_room(r->a);
    if (bytes > r->plan->limits.max_total_bytes - r->taken || bytes + 64 > room) {
        return fail(r, op, E_AVRO_LIMIT, "the record needs more than %zu bytes of memory",
                    r->plan->limits.max_total_bytes < room
                        ? r->plan->limits.max_total_bytes
                        : room);
    }
    r->taken += bytes;
    char *grown = arena_alloc(r->a, bytes);
    if (have > 0) {
        memcpy(grown, *items, have * op->array->item_size);
    }
    *items = grown;
    *cap = next;
    return true;
}

static bool read_items(struct reader *r, const struct op *op, char *items, size_t n) {
    const struct op_array *array = op->array;
    if (array->is_text) {
        for (size_t i = 0; i < n; i++) {
            if (!take_text(r, array->item, items + i * sizeof(struct span))) {
                return false;
            }
        }
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        if (!run(r, array->item, items + i * array->item_size)) {
            return false;
        }
    }
    return true;
}

static bool read_array(struct reader *r, const struct op *op, char *base) {
    char *items = NULL;
    size_t have = 0, cap = 0;
    for (;;) {
        size_t n;
        int64_t n_bytes;
        if (!take_block(r, op, have, &n, &n_bytes)) {
            return false;
        }
        const unsigned char *start = r->at;
        if (n > 0 && (!grow(r, op, &items, have, &cap, have + n) ||
                      !read_items(r, op, items + have * op->array->item_size, n))) {
            return false;
        }
        if (!is_block_end(r, op, start, n_bytes)) {
            return false;
        }
        if (n == 0) {
            break;
        }
        have += n;
    }
    static char nothing;
    if (!items && op->array->is_optional) {
        items = &nothing;
    }
    memcpy(base + op->offset, &items, sizeof items);
    memcpy(base + op->array->count_offset, &have, sizeof have);
    return true;
}

static bool skip_list(struct reader *r, const struct op *op) {
    size_t have = 0;
    for (;;) {
        size_t n;
        int64_t n_bytes;
        if (!take_block(r, op, have, &n, &n_bytes)) {
            return false;
        }
        const unsigned char *start = r->at;
        for (size_t i = 0; i < n; i++) {
            struct span key;
            if ((op->array->is_map && !take_bytes(r, op, &key)) ||
                !run(r, op->array->item, NULL)) {
                return false;
            }
        }
        if (!is_block_end(r, op, start, n_bytes)) {
            return false;
        }
        if (n == 0) {
            return true;
        }
        have += n;
    }
}

/* --- steps that write without reading
 * --------------------------------------------------------- */

static void put_absent(const struct op *op, char *base) {
    char *to = base + op->offset;
    switch ((enum absent_kind)op->kind) {
    case ABSENT_SPAN:
        memset(to, 0, sizeof(struct span));
        break;
    case ABSENT_I64:
        memcpy(to, &(int64_t){INT64_MIN}, sizeof(int64_t));
        break;
    case ABSENT_I32:
        memcpy(to, &(int32_t){INT32_MIN}, sizeof(int32_t));
        break;
    case ABSENT_INT:
        memcpy(to, &(int){-1}, sizeof(int));
        break;
    case ABSENT_F64:
        memcpy(to, &(double){(double)NAN}, sizeof(double));
        break;
    case ABSENT_ARRAY:
        memset(to, 0, sizeof(void *));
        memset(base + op->n, 0, sizeof(size_t));
        break;
    }
}

static bool read_enum(struct reader *r, const struct op *op, char *base) {
    size_t position;
    if (!take_position(r, op, "symbol", op->n, &position)) {
        return false;
    }
    int symbol = op->table[position];
    if (UNLIKELY(symbol < 0)) {
        return fail(r, op, E_AVRO_SYMBOL,
                    "symbol %zu is not known, and there is no default", position);
    }
    memcpy(base + op->offset, &symbol, sizeof symbol);
    return true;
}

static bool call(struct reader *r, const struct op *op) {
    if (r->depth == r->plan->limits.max_depth) {
        return fail(r, op, E_AVRO_LIMIT, "nested deeper than %u", r->depth);
    }
    r->depth++;
    bool ok = run(r, r->plan->programs[op->n].ops, NULL);
    r->depth--;
    return ok;
}

/* --- the interpreter
 * -------------------------------------------------------------------------- */

#define TAKE(type, take)                                                                 \
    do {                                                                                 \
        type value;                                                                      \
        ok = take(r, op, &value);                                                        \
        memcpy(base + op->offset, &value, ok ? sizeof value : 0);                        \
    } while (0)

/* One case a step; it is long because it is a table. */
static bool run(struct reader *r, const struct op *op, char *base) {
    const struct op *start = op;
    for (;;) {
        bool ok = true;
        switch ((enum op_code)op->code) {
        case OP_END:
            return true;
        case OP_TEXT:
            ok = take_text(r, op, base + op->offset);
            break;
        case OP_TEXTS: {
            char *to = base + op->offset;
            for (const struct op *last = op + op->n - 1;;
                 op++, to += sizeof(struct span)) {
                ok = take_text(r, op, to);
                if (op == last || !ok) {
                    break;
                }
            }
            break;
        }
        case OP_BYTES:
            TAKE(struct span, take_bytes);
            break;
        case OP_FIXED:
            TAKE(struct span, take_fixed);
            break;
        case OP_I64:
            TAKE(int64_t, take_long);
            break;
        case OP_INT_64:
            TAKE(int64_t, take_int);
            break;
        case OP_MILLIS:
            TAKE(int64_t, read_millis);
            break;
        case OP_I32: {
            int64_t wide = 0;
            ok = take_int(r, op, &wide);
            memcpy(base + op->offset, &(int32_t){(int32_t)wide}, sizeof(int32_t));
            break;
        }
        case OP_BOOL:
            TAKE(bool, take_bool);
            break;
        case OP_TRI: {
            bool is_true = false;
            ok = take_bool(r, op, &is_true);
            memcpy(base + op->offset, &(int){is_true}, sizeof(int));
            break;
        }
        case OP_ENUM:
            ok = read_enum(r, op, base);
            break;
        case OP_DOUBLE:
        case OP_FLOAT:
        case OP_INT_F64:
        case OP_LONG_F64:
        case OP_INT_F32:
        case OP_LONG_F32:
            TAKE(double, read_number);
            break;
        case OP_ARRAY:
            ok = read_array(r, op, base);
            break;
        case OP_COPY:
            memcpy(base + op->offset, op->from, op->n);
            break;
        case OP_ABSENT:
            put_absent(op, base);
            break;
        case OP_OPTIONAL: {
            size_t branch;
            if (!take_position(r, op, "branch", 2, &branch)) {
                return false;
            }
            if (branch == op->kind) {
                put_absent(op + 1, base);
                op += op->n;
            }
            op++;
            break;
        }
        case OP_UNION: {
            size_t branch;
            if (!take_position(r, op, "branch", op->n, &branch)) {
                return false;
            }
            op = start + op->targets[branch];
            continue;
        }
        case OP_GOTO:
            op = start + op->n;
            continue;
        case OP_REFUSE:
            return fail(
                r, op, E_SCHEMA_INCOMPATIBLE,
                "this branch of the writer's union is not in the reader's schema");
        case OP_SKIP_INT: {
            int64_t ignored;
            ok = take_int(r, op, &ignored);
            break;
        }
        case OP_SKIP_LONG: {
            int64_t ignored;
            ok = take_long(r, op, &ignored);
            break;
        }
        case OP_SKIP_BOOL: {
            bool ignored;
            ok = take_bool(r, op, &ignored);
            break;
        }
        case OP_SKIP_ENUM: {
            size_t ignored;
            ok = take_position(r, op, "symbol", op->n, &ignored);
            break;
        }
        case OP_SKIP_BYTES: {
            struct span ignored;
            ok = take_bytes(r, op, &ignored);
            break;
        }
        case OP_SKIP_FIXED: {
            struct span ignored;
            ok = take_fixed(r, op, &ignored);
            break;
        }
        case OP_SKIP_LIST:
            ok = skip_list(r, op);
            break;
        case OP_SKIP_CALL:
            ok = call(r, op);
            break;
        }
        if (UNLIKELY(!ok)) {
            return false;
        }
        op++;
    }
}

enum status avro_decode(const struct avro_plan *p, struct span bytes, struct arena *a,
                        void *out, struct error *err) {
    static const unsigned char empty[1];
    const unsigned char *at = bytes.len ? (const unsigned char *)bytes.ptr : empty;
    struct reader r = {.at = at, .end = at + bytes.len, .plan = p, .a = a, .err = err};
    if (!run(&r, p->main, out)) {
        return error_status(err->code);
    }
    if (r.at != r.end) {
        return error_set(err, E_AVRO_TRAILING,
                         "%zu of %zu bytes are left after the record", left(&r),
                         bytes.len);
    }
    return ST_OK;
}
