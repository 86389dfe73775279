/* pull.c: see pull.h. */
#include "common/base/pull.h"

#include "common/base/arena.h"

enum { DEPTH_MAX = 64 }; /* of what is passed over */

static void pass_blanks(struct pull *r) {
    while (r->at < r->end &&
           (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

/* The next character that is no blank; 0 at the end. */
char pull_peek(struct pull *r) {
    pass_blanks(r);
    return r->at < r->end ? *r->at : '\0';
}

bool pull_take(struct pull *r, char c) {
    bool is_there = pull_peek(r) == c && r->at < r->end;
    r->at += is_there;
    return is_there;
}

void pull_demand(struct pull *r, char c) {
    r->is_bad = !pull_take(r, c) || r->is_bad;
}

static void demand_word(struct pull *r, struct span word) {
    struct span rest = {r->at, (size_t)(r->end - r->at)};
    r->is_bad = !span_starts_with(rest, word) || r->is_bad;
    r->at = r->is_bad ? r->end : r->at + word.len;
}

/* "E9" of "\u00E9": four digits. */
static unsigned take_unit(struct pull *r) {
    unsigned unit = 0;
    for (int i = 0; i < 4; i++) {
        char c = r->at < r->end ? *r->at++ : '\0';
        bool is_digit = c >= '0' && c <= '9';
        char low = (char)(c | 0x20);
        r->is_bad = r->is_bad || (!is_digit && (low < 'a' || low > 'f'));
        unit = unit << 4 | (unsigned)(is_digit ? c - '0' : low - 'a' + 10);
    }
    return unit;
}

/* A pair of units makes a character beyond the first plane; half of one makes none. */
static unsigned take_code(struct pull *r) {
    unsigned code = take_unit(r);
    if (code >= 0xD800 && code < 0xDC00) {
        demand_word(r, SPAN("\\u"));
        unsigned low = take_unit(r);
        r->is_bad = r->is_bad || low < 0xDC00 || low > 0xDFFF;
        return 0x10000 + ((code - 0xD800) << 10) + (low & 0x3FF);
    }
    r->is_bad = r->is_bad || code == 0 || (code >= 0xDC00 && code < 0xE000);
    return code;
}

static void build_code(struct builder *b, unsigned code) {
    static const unsigned firsts[] = {0, 0xC0, 0xE0, 0xF0};
    if (code < 0x80) {
        build_char(b, (char)code);
        return;
    }
    int n = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3; /* bytes after the first */
    build_char(b, (char)(firsts[n] | code >> 6 * n));
    while (n-- > 0)
        build_char(b, (char)(0x80 | (code >> 6 * n & 0x3F)));
}

static void take_escape(struct pull *r, struct builder *b) {
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char c = r->at < r->end ? *r->at++ : '\0';
    const char *name = c ? strchr(names, c) : NULL;
    if (c == 'u')
        build_code(b, take_code(r));
    else if (name)
        build_char(b, values[name - names]);
    else
        r->is_bad = true;
}

/* Where a run of characters ends that stand for themselves. */
static const char *plain_end(const struct pull *r) {
    const char *p = r->at;
    while (p < r->end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
        p++;
    return p;
}

struct span pull_text(struct pull *r) {
    pull_demand(r, '"');
    const char *end = plain_end(r);
    struct span text = {r->at, (size_t)(end - r->at)};
    if (end < r->end && *end == '\\') {
        struct builder b = builder_in(r->a, (size_t)(r->end - r->at));
        while (!r->is_bad && end < r->end && *end == '\\') {
            build_bytes(&b, r->at, (size_t)(end - r->at));
            r->at = end + 1;
            take_escape(r, &b);
            end = plain_end(r);
        }
        build_bytes(&b, r->at, (size_t)(end - r->at));
        text = builder_span(&b);
    }
    r->at = end;
    r->is_bad = r->is_bad || r->at == r->end || *r->at != '"';
    r->at += !r->is_bad;
    return text;
}

static size_t take_digits(struct pull *r) {
    const char *begin = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return (size_t)(r->at - begin);
}

static bool take_at_once(struct pull *r, char c) {
    bool is_there = r->at < r->end && *r->at == c;
    r->at += is_there;
    return is_there;
}

/* 0 for what is no whole number. */
int64_t pull_number(struct pull *r) {
    const char *begin = r->at;
    (void)take_at_once(r, '-');
    bool is_zero = r->at < r->end && *r->at == '0';
    size_t n = take_digits(r);
    struct span whole = {begin, (size_t)(r->at - begin)};
    bool is_real = take_at_once(r, '.');
    r->is_bad =
        r->is_bad || n == 0 || (is_zero && n > 1) || (is_real && take_digits(r) == 0);
    if (take_at_once(r, 'e') || take_at_once(r, 'E')) {
        is_real = true;
        (void)(take_at_once(r, '-') || take_at_once(r, '+'));
        r->is_bad = take_digits(r) == 0 || r->is_bad;
    }
    int64_t value = 0;
    if (!is_real && !r->is_bad)
        r->is_bad = !span_to_i64(whole, &value);
    return is_real ? 0 : value;
}

static void pass_value(struct pull *r, int depth);

/* An array or an object whose bracket is next. */
static void pass_nested(struct pull *r, int depth) {
    bool is_object = *r->at++ == '{';
    char close = is_object ? '}' : ']';
    r->is_bad = r->is_bad || depth == DEPTH_MAX;
    if (pull_take(r, close))
        return;
    do {
        if (is_object) {
            (void)pull_text(r);
            pull_demand(r, ':');
        }
        pass_value(r, depth + 1);
    } while (!r->is_bad && pull_take(r, ','));
    pull_demand(r, close);
}

static void pass_value(struct pull *r, int depth) {
    switch (r->is_bad ? '\0' : pull_peek(r)) {
    case '"':
        (void)pull_text(r);
        break;
    case '{':
    case '[':
        pass_nested(r, depth);
        break;
    case 't':
        demand_word(r, SPAN("true"));
        break;
    case 'f':
        demand_word(r, SPAN("false"));
        break;
    case 'n':
        demand_word(r, SPAN("null"));
        break;
    default:
        (void)pull_number(r);
    }
}

void pull_pass(struct pull *r) {
    pass_value(r, 0);
}

bool pull_is_done(struct pull *r) {
    pass_blanks(r);
    return !r->is_bad && r->at == r->end;
}
