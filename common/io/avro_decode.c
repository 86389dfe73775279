/*
 * avro_decode.c: runs a plan over the bytes of one record.
 *
 * A small interpreter: the state is where we are and where the bytes end, and every step
 * checks before it takes (avro_take.h). Nothing here trusts the writer: a count or a
 * branch is compared with what is left and with the plan's limits before it is used, and
 * memory is taken only after the bytes that must pay for it are known to be there.
 */
#include "common/io/avro_take.h"

/* The place behind what the steps from `op` on have read; NULL with the error set. */
static const unsigned char *run(struct reader *r, const unsigned char *at,
                                const struct op *op, char *base);

/* --- arrays and maps --- */

struct block {
    size_t n;                   /* items; 0 at the end */
    const unsigned char *start; /* of the items */
    int64_t n_bytes;            /* negative when the writer did not say it */
};

/* Reads a block's head. */
static const unsigned char *take_block(struct reader *r, const unsigned char *at,
                                       const struct op *op, size_t so_far,
                                       struct block *out) {
    int64_t count;
    out->n_bytes = -1;
    at = take_long(r, at, op, &count);
    if (at && UNLIKELY(count < 0)) {
        at = take_long(r, at, op, &out->n_bytes);
        if (at && (out->n_bytes < 0 || (uint64_t)out->n_bytes > left(r, at))) {
            return fail(r, op, E_AVRO_SHORT, "a block of %lld bytes, %zu are left",
                        (long long)out->n_bytes, left(r, at));
        }
        count = count == INT64_MIN ? INT64_MAX : -count;
    }
    if (UNLIKELY(!at))
        return NULL;
    if (UNLIKELY((uint64_t)count > r->plan->limits.max_items - so_far)) {
        return fail(r, op, E_AVRO_LIMIT, "more than %zu items",
                    r->plan->limits.max_items);
    }
    uint64_t cost; /* the count is small by the limit, the least size by the schema's */
    if (UNLIKELY(__builtin_mul_overflow((uint64_t)count, op->array->min_wire, &cost) ||
                 cost > left(r, at))) {
        return fail(r, op, E_AVRO_SHORT, "%lld items do not fit in the %zu bytes left",
                    (long long)count, left(r, at));
    }
    out->n = (size_t)count;
    out->start = at;
    return at;
}

/* A block that says its bytes must be as long as it says. */
static const unsigned char *end_block(struct reader *r, const unsigned char *at,
                                      const struct op *op, const struct block *b) {
    if (UNLIKELY(b->n_bytes >= 0 && at - b->start != b->n_bytes)) {
        return fail(r, op, E_AVRO_RANGE, "a block of %lld bytes says that it has %lld",
                    (long long)(at - b->start), (long long)b->n_bytes);
    }
    return at;
}

struct items {
    char *at;
    size_t n, cap;
};

/* Makes room for `more` items after those that are there. Doubles, so that many small
 * blocks cost at most twice the memory of one. False, with the error set, when a limit
 * forbids it. */
static bool grow(struct reader *r, const struct op *op, struct items *items,
                 size_t more) {
    if (more <= items->cap - items->n)
        return true;
    size_t want = items->n + more;
    size_t cap = want > 2 * items->cap ? want : 2 * items->cap;
    size_t bytes = cap * op->array->item_size; /* max_items times a structure's size */
    size_t room = arena_room(r->a), limit = r->plan->limits.max_total_bytes;
    if (UNLIKELY(bytes > limit - r->taken || bytes + 64 > room)) {
        return fail(r, op, E_AVRO_LIMIT, "the record needs more than %zu bytes of memory",
                    limit < room ? limit : room) != NULL;
    }
    r->taken += bytes;
    char *grown = arena_alloc(r->a, bytes);
    if (items->n > 0)
        memcpy(grown, items->at, items->n * op->array->item_size);
    items->at = grown;
    items->cap = cap;
    return true;
}

static const unsigned char *read_items(struct reader *r, const unsigned char *at,
                                       const struct op *op, char *to, size_t n) {
    const struct op_array *array = op->array;
    for (size_t i = 0; at && i < n; i++, to += array->item_size) {
        at = array->is_text ? take_text(r, at, array->item, to)
                            : run(r, at, array->item, to);
    }
    return at;
}

static const unsigned char *read_array(struct reader *r, const unsigned char *at,
                                       const struct op *op, char *base) {
    static char nothing;
    struct items items = {NULL, 0, 0};
    struct block block;
    do {
        at = take_block(r, at, op, items.n, &block);
        if (at && block.n > 0) {
            if (!grow(r, op, &items, block.n))
                return NULL;
            at =
                read_items(r, at, op, items.at + items.n * op->array->item_size, block.n);
            items.n += block.n;
        }
        at = at ? end_block(r, at, op, &block) : NULL;
    } while (at && block.n > 0);
    if (!items.at && op->array->is_optional)
        items.at = &nothing;
    memcpy(base + op->offset, &items.at, sizeof items.at);
    memcpy(base + op->array->count_offset, &items.n, sizeof items.n);
    return at;
}

static const unsigned char *skip_list(struct reader *r, const unsigned char *at,
                                      const struct op *op) {
    size_t n = 0;
    struct block block;
    do {
        at = take_block(r, at, op, n, &block);
        for (size_t i = 0; at && i < block.n; i++) {
            struct span key;
            at = op->array->is_map ? take_bytes(r, at, op, &key) : at;
            at = at ? run(r, at, op->array->item, NULL) : NULL;
        }
        at = at ? end_block(r, at, op, &block) : NULL;
        n += at ? block.n : 0;
    } while (at && block.n > 0);
    return at;
}

/* --- the longer steps --- */

static void absent(const struct op *op, char *base) {
    put_absent((enum absent_kind)op->kind, base, op->offset, op->n);
}

/* I7: a symbol that the reader lacks is its default, which our schemas call UNKNOWN. */
static const unsigned char *read_enum(struct reader *r, const unsigned char *at,
                                      const struct op *op, char *base) {
    size_t position;
    at = take_position(r, at, op, "symbol", op->n, &position);
    if (UNLIKELY(!at))
        return NULL;
    int symbol = op->table[position];
    if (UNLIKELY(symbol < 0)) {
        return fail(r, op, E_AVRO_SYMBOL,
                    "symbol %zu is not known, and there is no default", position);
    }
    memcpy(base + op->offset, &symbol, sizeof symbol);
    return at;
}

static const unsigned char *call(struct reader *r, const unsigned char *at,
                                 const struct op *op) {
    if (r->depth == r->plan->limits.max_depth)
        return fail(r, op, E_AVRO_LIMIT, "nested deeper than %u", r->depth);
    r->depth++;
    at = run(r, at, r->plan->programs[op->n].ops, NULL);
    r->depth--;
    return at;
}

/* --- the interpreter --- */

/* Takes a value of `type` and stores it at the step's offset. */
#define READ(type, take)                                                                 \
    do {                                                                                 \
        type value;                                                                      \
        at = take(r, at, op, &value);                                                    \
        if (UNLIKELY(!at))                                                               \
            return NULL;                                                                 \
        memcpy(base + op->offset, &value, sizeof value);                                 \
    } while (0)
#define SKIP(type, take)                                                                 \
    do {                                                                                 \
        type ignored;                                                                    \
        at = take(r, at, op, &ignored);                                                  \
    } while (0)

/* One case a step; it is long because it is a table. */
static const unsigned char *run(struct reader *r, const unsigned char *at,
                                const struct op *op, char *base) {
    const struct op *start = op;
    for (;; op++) {
        size_t branch;
        switch ((enum op_code)op->code) {
        case OP_END:
            return at;
        case OP_TEXTS:
            for (const struct op *last = op + op->n - 1; at && op < last; op++)
                at = take_text(r, at, op, base + op->offset);
            if (UNLIKELY(!at))
                return NULL;
            at = take_text(r, at, op, base + op->offset);
            break;
        case OP_TEXT:
            at = take_text(r, at, op, base + op->offset);
            break;
        case OP_BYTES:
            READ(struct span, take_bytes);
            break;
        case OP_FIXED:
            READ(struct span, take_fixed);
            break;
        case OP_I64:
            READ(int64_t, take_long);
            break;
        case OP_INT_64:
            READ(int64_t, take_int);
            break;
        case OP_MILLIS:
            READ(int64_t, take_millis);
            break;
        case OP_I32: {
            int64_t wide = 0;
            at = take_int(r, at, op, &wide);
            memcpy(base + op->offset, &(int32_t){(int32_t)wide}, sizeof(int32_t));
            break;
        }
        case OP_BOOL:
            READ(bool, take_bool);
            break;
        case OP_TRI: {
            bool is_true = false;
            at = take_bool(r, at, op, &is_true);
            memcpy(base + op->offset, &(int){is_true}, sizeof(int));
            break;
        }
        case OP_ENUM:
            at = read_enum(r, at, op, base);
            break;
        case OP_DOUBLE:
        case OP_FLOAT:
        case OP_INT_F64:
        case OP_LONG_F64:
        case OP_INT_F32:
        case OP_LONG_F32:
            READ(double, take_number);
            break;
        case OP_ARRAY:
            at = read_array(r, at, op, base);
            break;
        case OP_COPY:
            memcpy(base + op->offset, op->from, op->n);
            break;
        case OP_ABSENT:
            absent(op, base);
            break;
        case OP_OPTIONAL:
            at = take_position(r, at, op, "branch", 2, &branch);
            if (UNLIKELY(!at))
                return NULL;
            if (branch == op->kind) {
                absent(op + 1, base);
                op += op->n;
            }
            op++;
            break;
        case OP_UNION:
            at = take_position(r, at, op, "branch", op->n, &branch);
            if (UNLIKELY(!at))
                return NULL;
            op = start + op->targets[branch] - 1; /* the loop goes one further */
            break;
        case OP_GOTO:
            op = start + op->n - 1;
            break;
        case OP_REFUSE:
            return fail(
                r, op, E_SCHEMA_INCOMPATIBLE,
                "this branch of the writer's union is not in the reader's schema");
        case OP_SKIP_INT:
            SKIP(int64_t, take_int);
            break;
        case OP_SKIP_LONG:
            SKIP(int64_t, take_long);
            break;
        case OP_SKIP_BOOL:
            SKIP(bool, take_bool);
            break;
        case OP_SKIP_ENUM:
            at = take_position(r, at, op, "symbol", op->n, &branch);
            break;
        case OP_SKIP_BYTES:
            SKIP(struct span, take_bytes);
            break;
        case OP_SKIP_FIXED:
            SKIP(struct span, take_fixed);
            break;
        case OP_SKIP_LIST:
            at = skip_list(r, at, op);
            break;
        case OP_SKIP_CALL:
            at = call(r, at, op);
            break;
        }
        if (UNLIKELY(!at))
            return NULL;
    }
}

enum status avro_decode(const struct avro_plan *p, struct span bytes, struct arena *a,
                        void *out, struct error *err) {
    static const unsigned char empty[1];
    const unsigned char *at = bytes.len ? (const unsigned char *)bytes.ptr : empty;
    struct reader r = {.end = at + bytes.len, .plan = p, .a = a, .err = err};
    at = run(&r, at, p->main, out);
    if (!at)
        return error_status(err->code);
    if (at != r.end) {
        return error_set(err, E_AVRO_TRAILING,
                         "%zu of %zu bytes are left after the record", left(&r, at),
                         bytes.len);
    }
    return ST_OK;
}
