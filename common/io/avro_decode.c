/*
 * avro_decode.c: runs a plan over the bytes of one record.
 *
 * A small interpreter: the state is where we are and where the bytes end, and every step
 * checks before it takes (avro_take.h). Nothing here trusts the writer: a count or a
 * branch is compared with what is left and with the plan's limits before it is used, and
 * memory is taken only after the bytes that must pay for it are known to be there.
 */
#include "common/io/avro_take.h"

#include <math.h>
#include <string.h>

static bool run(struct reader *r, const struct op *op, char *base);

/* --- arrays and maps --- */

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

/* --- steps that write without reading --- */

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

/* --- the interpreter --- */

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
