/* feed_columns.c: delimited text with a header line: CSV with quotes, or tab-separated
 * without. */
#include "services/henpin/feed.h"

#include <string.h>

/* Takes one field off the front of `*rest`. Quotes as in RFC 4180, only in CSV; a doubled
 * quote inside is undone in the arena. False when a quote is not closed or text follows
 * it. */
static bool take_field(struct arena *a, char delimiter, struct span *rest,
                       struct span *out) {
    if (delimiter != ',' || rest->len == 0 || rest->ptr[0] != '"') {
        if (!span_cut(rest, delimiter, out))
            *out = (struct span){"", 0};
        return true;
    }
    struct builder text = builder_in(a, rest->len);
    size_t i = 1;
    for (; i < rest->len; i++)
        if (rest->ptr[i] != '"')
            build_char(&text, rest->ptr[i]);
        else if (i + 1 < rest->len && rest->ptr[i + 1] == '"')
            build_char(&text, rest->ptr[i++]);
        else
            break;
    if (i == rest->len)
        return false;
    i++; /* the closing quote */
    if (i < rest->len && rest->ptr[i] != delimiter)
        return false;
    *out = builder_span(&text);
    *rest = i < rest->len ? (struct span){rest->ptr + i + 1, rest->len - i - 1}
                          : (struct span){NULL, 0};
    return true;
}

/* All fields of a line; their number, 0 when a quote is wrong. */
static size_t split(struct arena *a, char delimiter, struct span line,
                    struct span *fields) {
    size_t n = 0;
    bool is_more = true;
    while (is_more && n < FEED_COLUMNS_MAX) {
        if (!take_field(a, delimiter, &line, &fields[n++]))
            return 0;
        is_more = line.ptr != NULL;
    }
    return is_more ? FEED_COLUMNS_MAX + 1 : n;
}

static bool is_known(struct feed_columns *c, struct span name, size_t position) {
    for (size_t k = 0; k < c->n_known; k++) {
        if (span_equal_nocase(name, span_of(c->known[k].name))) {
            c->at[k] = (int)position;
            return true;
        }
    }
    return false;
}

enum status feed_columns_read(struct feed *f, struct feed_columns *c, struct error *err) {
    struct span line, fields[FEED_COLUMNS_MAX];
    if (!feed_line(f, &line))
        return error_set(err, E_CONFIG, "%s: the file is empty; a header line is needed",
                         f->file);
    if (span_starts_with(line, SPAN("\xef\xbb\xbf"))) /* a byte order mark */
        line = (struct span){line.ptr + 3, line.len - 3};
    for (size_t k = 0; k < c->n_known; k++)
        c->at[k] = -1;
    c->n_in_file = split(f->arena, c->delimiter, line, fields);
    if (c->n_in_file == 0 || c->n_in_file > FEED_COLUMNS_MAX)
        return error_set(err, E_CONFIG, "%s:1: this is no header line", f->file);
    for (size_t i = 0; i < c->n_in_file; i++) {
        if (!is_known(c, span_trim(fields[i]), i))
            fprintf(f->messages,
                    "%s:1: column %zu, \"%.*s\", is not known and not read\n", f->file,
                    i + 1, SPAN_ARGS(fields[i]));
    }
    for (size_t k = 0; k < c->n_known; k++) {
        if (c->known[k].is_required && c->at[k] < 0) {
            error_set(err, E_CONFIG, "%s:1: column \"%s\" is missing", f->file,
                      c->known[k].name);
            error_hint(err, "is the file of the format that --format names?");
            return error_status(E_CONFIG);
        }
    }
    return ST_OK;
}

bool feed_columns_split(struct feed *f, const struct feed_columns *c, struct span line,
                        struct span *values) {
    struct span fields[FEED_COLUMNS_MAX];
    if (!span_is_text(line)) {
        feed_reject(f, f->line, NULL,
                    "not UTF-8; convert the file first, e.g. with iconv");
        return false;
    }
    size_t n = split(f->arena, c->delimiter, line, fields);
    if (n == 0) {
        feed_reject(f, f->line, NULL, "a quote is not closed or text follows it");
        return false;
    }
    if (n != c->n_in_file) {
        feed_reject(f, f->line, NULL, "%zu columns instead of %zu",
                    n > FEED_COLUMNS_MAX ? (size_t)FEED_COLUMNS_MAX : n, c->n_in_file);
        return false;
    }
    for (size_t k = 0; k < c->n_known; k++)
        values[k] = c->at[k] >= 0 ? fields[c->at[k]] : (struct span){"", 0};
    return true;
}
