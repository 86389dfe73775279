/*
 * walk.c: the plain reader, and random bytes for it.
 *
 * It knows only the writer's schema, copies nothing, and goes on after whatever avro-c
 * goes on after, so that it knows in advance where avro-c 1.11 would crash (a negative
 * length) or count for hours (nulls).
 */
#include "tests/fuzz/fuzz.h"

const char *const rule_names[RULE_COUNT] = {"short",   "varint", "range",  "limit",
                                            "text",    "symbol", "branch", "trailing",
                                            "boolean", "block"};

static bool is_hard_stop; /* the walk cannot go on; set with `ended` or `is_dangerous` */

static void stop(struct walk *w, unsigned rule) {
    w->broken |= rule;
    is_hard_stop = true;
}

static int64_t walk_long(struct walk *w) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 10; i++) {
        if (w->at == w->end) {
            w->ended = true;
            stop(w, RULE_SHORT);
            return 0;
        }
        unsigned char byte = *w->at++;
        if (i == 9 && byte > 1)
            w->broken |= RULE_VARINT;
        value |= i < 9 || (byte & 0x7f) < 2 ? (uint64_t)(byte & 0x7f) << (7 * i)
                                            : (uint64_t)(byte & 1) << 63;
        if (byte < 0x80)
            return (int64_t)((value >> 1) ^ (0 - (value & 1)));
    }
    stop(w, RULE_VARINT);
    return 0;
}

static int64_t walk_int(struct walk *w) {
    int64_t value = walk_long(w);
    if (!is_hard_stop && (value < INT32_MIN || value > INT32_MAX))
        stop(w, RULE_RANGE);
    return value;
}

static void walk_size(struct walk *w, int64_t size) {
    if (w->end - w->at < size) {
        w->ended = true;
        stop(w, RULE_SHORT);
        return;
    }
    w->at += size;
}

/* Slow and by the book (RFC 3629). */
static bool is_plain_text(const unsigned char *s, size_t n) {
    for (size_t i = 0; i < n;) {
        unsigned c = s[i++], more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        if (c == 0 || (c >= 0x80 && c < 0xc2) || c > 0xf4 || more > n - i)
            return false;
        uint32_t code = more == 0 ? c : c & (0x3fu >> more);
        for (unsigned k = 0; k < more; k++, i++) {
            if ((s[i] & 0xc0) != 0x80)
                return false;
            code = code << 6 | (s[i] & 0x3fu);
        }
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
    }
    return true;
}

static void walk_text(struct walk *w, bool is_text) {
    int64_t len = walk_long(w);
    if (is_hard_stop)
        return;
    if (len < 0) {
        w->is_dangerous = true;
        stop(w, RULE_RANGE);
        return;
    }
    if ((uint64_t)len > w->limits->max_text_bytes)
        w->broken |= RULE_LIMIT;
    const unsigned char *start = w->at;
    walk_size(w, len);
    if (!is_hard_stop && is_text && !is_plain_text(start, (size_t)len))
        w->broken |= RULE_TEXT;
}

/* The least that a value takes; a list ends at its union's null. */
static int64_t least_bytes(const struct type *t) {
    int64_t sum = 0, least = INT64_MAX;
    switch (t->kind) {
    case NUL:
        return 0;
    case FLOAT:
        return 4;
    case DOUBLE:
        return 8;
    case FIXED:
        return t->size;
    case RECORD:
        for (int i = 0; i < t->n_fields && !t->is_link; i++)
            sum += least_bytes(t->fields[i].type);
        return sum;
    case UNION:
        for (int i = 0; i < t->n_branches; i++) {
            int64_t branch = least_bytes(t->branches[i]);
            least = branch < least ? branch : least;
        }
        return 1 + least;
    default:
        return 1;
    }
}

static void walk_type(struct walk *w, const struct type *t, bool is_read, int depth);

static void walk_items(struct walk *w, const struct type *t, int64_t n, bool is_read,
                       int depth) {
    for (int64_t i = 0; i < n && !is_hard_stop; i++) {
        if (t->kind == MAP)
            walk_text(w, false);
        if (!is_hard_stop)
            walk_type(w, t->item, is_read, depth);
    }
}

static void walk_list(struct walk *w, const struct type *t, bool is_read, int depth) {
    uint64_t total = 0;
    for (;;) {
        int64_t n = walk_long(w), n_bytes = -1;
        if (is_hard_stop || n == 0)
            return;
        if (n < 0) {
            n_bytes = walk_long(w);
            if (is_hard_stop)
                return;
            if (n_bytes < 0 || n_bytes > w->end - w->at) {
                w->is_dangerous = true;
                stop(w, RULE_SHORT);
                return;
            }
        }
        uint64_t count = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
        if (count > w->limits->max_items - total) {
            w->is_dangerous = true;
            /* Ours says which of the two it met first. */
            stop(w, RULE_LIMIT | (count > (uint64_t)(w->end - w->at) ? RULE_SHORT : 0));
            return;
        }
        int64_t least = least_bytes(t->item) + (t->kind == MAP);
        if (least > 0 && count > (uint64_t)((w->end - w->at) / least))
            w->broken |= RULE_SHORT; /* ours need not walk to the end to know */
        w->avro_c_cannot = w->avro_c_cannot || (is_read && least == 0);
        const unsigned char *start = w->at;
        walk_items(w, t, (int64_t)count, is_read, depth);
        if (is_hard_stop)
            return;
        if (n_bytes >= 0 && w->at - start != n_bytes) {
            w->broken |= RULE_BLOCK;
            w->is_dangerous = true; /* avro-c skips by the size and reads by the count */
        }
        total += count;
    }
}

static void walk_union(struct walk *w, const struct type *t, bool is_read, int depth) {
    int64_t branch = walk_long(w);
    if (is_hard_stop)
        return;
    if (branch < 0 || branch >= t->n_branches) {
        stop(w, RULE_RANGE);
        return;
    }
    if (is_read && t->is_unreadable[branch]) {
        stop(w, RULE_BRANCH);
        return;
    }
    walk_type(w, t->branches[branch], is_read, depth);
}

static void walk_fields(struct walk *w, const struct type *t, int depth) {
    if (t->is_skipped && ++depth > (int)w->limits->max_depth) {
        w->is_dangerous = true;
        stop(w, RULE_LIMIT);
        return;
    }
    for (int i = 0; i < t->n_fields && !is_hard_stop; i++)
        walk_type(w, t->fields[i].type, t->fields[i].feeds != NULL, depth);
}

static void walk_type(struct walk *w, const struct type *t, bool is_read, int depth) {
    int64_t value;
    switch (t->kind) {
    case NUL:
        break;
    case BOOLEAN:
        if (w->at<w->end && * w->at> 1)
            w->broken |= RULE_BOOLEAN;
        walk_size(w, 1);
        break;
    case INT:
        walk_int(w);
        break;
    case LONG:
        walk_long(w);
        break;
    case FLOAT:
        walk_size(w, 4);
        break;
    case DOUBLE:
        walk_size(w, 8);
        break;
    case BYTES:
    case STRING: /* by the reader's word: the oracle's kind is the reader's */
        walk_text(w, is_read && t->oracle_kind == STRING);
        break;
    case RECORD:
        walk_fields(w, t, depth);
        break;
    case ENUM:
        value = walk_long(w);
        if (is_hard_stop)
            break;
        if (value < 0 || value >= t->n_symbols)
            stop(w, RULE_RANGE);
        else if (is_read && t->is_unknown[value])
            stop(w, RULE_SYMBOL);
        else if (is_read && (t->is_defaulted[value] || value >= t->other->n_symbols))
            w->avro_c_cannot = true;
        break;
    case FIXED:
        walk_size(w, t->size);
        break;
    case ARRAY:
    case MAP:
        walk_list(w, t, is_read, depth);
        break;
    case UNION:
        walk_union(w, t, is_read, depth);
        break;
    }
}

void walk_record(struct walk *w, const struct type *writer) {
    is_hard_stop = false;
    walk_fields(w, writer, 0);
    if (!is_hard_stop && w->at != w->end)
        w->broken |= RULE_TRAILING;
}

/* --- random values --- */

static void put_long(struct builder *b, int64_t value) {
    uint64_t z = ((uint64_t)value << 1) ^ (0 - ((uint64_t)value >> 63));
    for (; z >= 0x80; z >>= 7)
        build_char(b, (char)(z | 0x80));
    build_char(b, (char)z);
}

static void put_text(uint64_t *r, struct builder *b) {
    static const char *const words[] = {"",     "a", "amazon.co.jp",
                                        "返品", "é", "0123456789abcdef0123"};
    const char *word = words[below(r, COUNT_OF(words))];
    put_long(b, (int64_t)strlen(word));
    build_text(b, word);
}

static void put_random(uint64_t *r, struct builder *b, int size) {
    for (int i = 0; i < size; i++)
        build_char(b, (char)random_next(r));
}

static void put_list(uint64_t *r, struct builder *b, const struct type *t, int depth) {
    for (int blocks = (int)below(r, 3); blocks > 0; blocks--) {
        char inner[MESSAGE_MAX];
        struct builder items = builder_over(inner, sizeof inner);
        int n = 1 + (int)below(r, depth > 4 ? 1 : 3);
        for (int i = 0; i < n; i++) {
            if (t->kind == MAP)
                put_text(r, &items);
            random_value(r, &items, t->item, depth + 1);
        }
        bool says_size = one_in(r, 3);
        put_long(b, says_size ? -n : n);
        if (says_size)
            put_long(b, (int64_t)items.len);
        build_span(b, builder_span(&items));
    }
    put_long(b, 0);
}

void random_value(uint64_t *r, struct builder *b, const struct type *t, int depth) {
    int branch;
    switch (t->kind) {
    case NUL:
        break;
    case BOOLEAN:
        build_char(b, (char)below(r, 2));
        break;
    case INT:
        put_long(b, (int32_t)random_next(r) >> below(r, 31));
        break;
    case LONG:
        put_long(b, (int64_t)random_next(r) >> below(r, 63));
        break;
    case FLOAT:
        put_random(r, b, 4);
        break;
    case DOUBLE:
        put_random(r, b, 8);
        break;
    case BYTES:
    case STRING:
        put_text(r, b);
        break;
    case RECORD:
        for (int i = 0; i < t->n_fields; i++)
            random_value(r, b, t->fields[i].type, depth + 1);
        break;
    case ENUM:
        put_long(b, below(r, (unsigned)t->n_symbols));
        break;
    case FIXED:
        put_random(r, b, t->size);
        break;
    case ARRAY:
    case MAP:
        put_list(r, b, t, depth);
        break;
    case UNION:
        branch = (int)below(r, (unsigned)t->n_branches);
        if (depth >
            6) /* end lists: null is one of the branches of every union that nests */
            for (int i = 0; i < t->n_branches; i++)
                branch = t->branches[i]->kind == NUL ? i : branch;
        put_long(b, branch);
        random_value(r, b, t->branches[branch], depth + 1);
        break;
    }
}
