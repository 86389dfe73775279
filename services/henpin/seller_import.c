/*
 * seller_import.c: `henpin seller import`: many lines of the directory from tab-separated
 * files. All of them or none: one transaction, in which every line is tried, so that a
 * file that is wrong in ten places says so once.
 */
#include "services/henpin/seller.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"
#include "common/event/event.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static const char program[] = "henpin seller import";

enum {
    FILE_MAX_BYTES = 64 << 20,
    PIECE_LINES = 500, /* in one statement */
    TOLD_MAX = 100,    /* bad lines */
};

enum column { C_SELLER, C_KIND, C_WORD, C_VALUE, C_FROM, C_UNTIL, C_MORE, COLUMN_COUNT };
static const char *const columns[COLUMN_COUNT] = {"seller", "kind",  "word", "value",
                                                  "from",   "until", "more"};

/* A line that was understood, and where it stands. */
struct placed {
    const char *file;
    int line;
};

struct import {
    const struct policy *policy;
    struct arena *a;
    const char *file;
    int line_number;
    int at[COLUMN_COUNT]; /* which field of a line; -1: the file has no such column */
    int n_fields;         /* that the first line names */
    struct seller_line *lines;
    struct placed *places;
    size_t n, line_room, place_room, n_bad;
    size_t n_told[3]; /* entered, changed, unchanged */
};

static void tell_bad(struct import *m, const struct placed *at, long column,
                     struct span what) {
    if (m->n_bad++ < TOLD_MAX)
        fprintf(stderr, "%s:%d:%ld: %.*s\n", at->file, at->line, column, SPAN_ARGS(what));
}

/* ---- reading ---- */

static bool read_head(struct import *m, struct span line) {
    struct span name;
    for (int c = 0; c < COLUMN_COUNT; c++)
        m->at[c] = -1;
    for (int i = 0; span_cut(&line, '\t', &name); i++) {
        int c = 0;
        while (c < COLUMN_COUNT && !span_is(span_trim(name), columns[c]))
            c++;
        if (c == COLUMN_COUNT || m->at[c] >= 0) {
            char text[200];
            struct builder b = builder_over(text, sizeof text);
            build_format(&b,
                         "the first line names the columns seller, kind, word, value,"
                         " from, until, more once each, parted by tabs; not \"%.40s\"",
                         span_cstr(m->a, name));
            tell_bad(m, &(struct placed){m->file, 1}, 1, builder_span(&b));
            return false;
        }
        m->at[c] = i;
        m->n_fields = i + 1;
    }
    if (m->at[C_SELLER] >= 0 && m->at[C_KIND] >= 0)
        return true;
    tell_bad(m, &(struct placed){m->file, 1}, 1,
             SPAN("the columns seller and kind are missing"));
    return false;
}

/* The fields of a line by column; empty when it has fewer. Of a line that has more than
 * the first line names, the first such field; else NULL. */
static const char *cut_fields(const struct import *m, struct span line,
                              struct span out[COLUMN_COUNT]) {
    struct span field;
    const char *surplus = NULL;
    for (int c = 0; c < COLUMN_COUNT; c++)
        out[c] = (struct span){line.ptr + line.len, 0};
    for (int i = 0; span_cut(&line, '\t', &field); i++) {
        if (i == m->n_fields)
            surplus = field.ptr;
        for (int c = 0; c < COLUMN_COUNT; c++)
            if (m->at[c] == i)
                out[c] = span_trim(field);
    }
    return surplus;
}

static enum status read_instant(const struct import *m, enum column c, struct span text,
                                int64_t open_us, int64_t *out, struct error *err) {
    enum status st = database_instant(columns[c], span_cstr(m->a, text), out, err);
    if (st == ST_OK && *out == EVENT_ABSENT)
        *out = open_us;
    return st;
}

/* `*at` is the column that is looked at: of a failure, the one that is wrong. */
static enum status read_fields(struct import *m, const struct span f[COLUMN_COUNT],
                               struct seller_line *out, enum column *at,
                               struct error *err) {
    enum seller_kind kind = SELLER_ITSELF;
    const char *spelled = "";
    enum status st = ST_OK;
    int k = 0;
    *at = C_KIND;
    while (seller_kinds[k] && !span_is(f[C_KIND], seller_kinds[k]))
        k++;
    if (!seller_kinds[k])
        return error_set(err, E_CONFIG, "kind is seller, fact, licence or marketplace");
    *at = C_WORD;
    if (k != SELLER_ITSELF)
        st = seller_word(m->policy, f[C_WORD], &kind, &spelled, err);
    if (st == ST_OK && kind != (enum seller_kind)k)
        return error_set(err, E_CONFIG, "\"%s\" is a %s", spelled, seller_kinds[kind]);
    *out = (struct seller_line){.kind = kind,
                                .seller_id = f[C_SELLER],
                                .word = span_of(spelled),
                                .value = f[C_VALUE],
                                .more = f[C_MORE]};
    if (st == ST_OK && kind == SELLER_MARKETPLACE) {
        *at = C_MORE;
        st = seller_classes(m->policy, f[C_MORE], err);
    }
    if (st == ST_OK) {
        *at = C_FROM;
        st = read_instant(m, C_FROM, f[C_FROM], SELLER_EVER, &out->from_us, err);
    }
    if (st == ST_OK) {
        *at = C_UNTIL;
        st = read_instant(m, C_UNTIL, f[C_UNTIL], INT64_MAX, &out->until_us, err);
    }
    return st;
}

static void read_line(struct import *m, struct span line) {
    const struct placed place = {m->file, m->line_number};
    struct span fields[COLUMN_COUNT];
    struct seller_line read;
    enum column at = C_SELLER;
    struct error err = {0};
    if (!span_is_text(line)) {
        tell_bad(m, &place, 1, SPAN("the line is no text (UTF-8 without NUL)"));
        return;
    }
    const char *surplus = cut_fields(m, line, fields);
    if (surplus) {
        tell_bad(m, &place, surplus - line.ptr + 1,
                 SPAN("the line has more fields than the first line names"));
        return;
    }
    if (read_fields(m, fields, &read, &at, &err) != ST_OK) {
        tell_bad(m, &place, fields[at].ptr - line.ptr + 1, span_of(err.text));
        return;
    }
    m->lines = arena_grow(m->a, m->lines, m->n, &m->line_room, sizeof *m->lines);
    m->places = arena_grow(m->a, m->places, m->n, &m->place_room, sizeof *m->places);
    m->lines[m->n] = read;
    m->places[m->n++] = place;
}

/* All lines of the text; only the first, when it is no head. */
static void read_lines(struct import *m, struct span text) {
    struct span line;
    bool has_head = false;
    for (m->line_number = 1; span_cut(&text, '\n', &line); m->line_number++) {
        if (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--;
        if (line.len == 0)
            continue;
        if (has_head)
            read_line(m, line);
        else if (!(has_head = read_head(m, line)))
            return;
    }
    if (!has_head)
        tell_bad(m, &(struct placed){m->file, 1}, 1,
                 SPAN("the file is empty; its first line names the columns"));
}

static enum status read_file(struct import *m, const char *file, struct error *err) {
    FILE *f = fopen(file, "re");
    if (!f)
        return error_set(err, E_FILE, "cannot read \"%s\": %s", file, strerror(errno));
    char *bytes = arena_alloc(m->a, FILE_MAX_BYTES);
    struct span text = {bytes, fread(bytes, 1, FILE_MAX_BYTES, f)};
    const struct span bom = SPAN("\xEF\xBB\xBF"); /* spreadsheets write it */
    bool is_whole = !ferror(f) && text.len < FILE_MAX_BYTES;
    (void)fclose(f);
    if (!is_whole)
        return error_set(err, E_FILE, "cannot read all of \"%s\": at most 64 MiB", file);
    m->file = file;
    if (span_starts_with(text, bom)) {
        text.ptr += bom.len;
        text.len -= bom.len;
    }
    read_lines(m, text);
    return ST_OK;
}

/* ---- writing ---- */

static void count(struct import *m, const struct pg_query *q, size_t first, size_t n) {
    static const char *const told[] = {"entered", "changed", "unchanged"};
    for (size_t i = 0; i < n; i++) {
        struct span said;
        if (!seller_told(q, i, &said)) {
            tell_bad(m, &m->places[first + i], 1, said);
            continue;
        }
        for (size_t k = 0; k < COUNT_OF(told); k++)
            m->n_told[k] += span_is(said, told[k]);
    }
}

static enum status write_lines(struct import *m, struct pg *pg, struct error *err) {
    bool shows_progress = isatty(STDERR_FILENO);
    enum status st = ST_OK;
    for (size_t first = 0; st == ST_OK && first < m->n; first += PIECE_LINES) {
        struct arena *a = arena_new(64u << 20);
        struct pg_script *s = pg_script_new(a);
        size_t n = m->n - first < PIECE_LINES ? m->n - first : PIECE_LINES;
        if (first == 0)
            seller_begin(s, m->lines, m->n);
        const struct pg_query *q = seller_take(s, m->lines + first, n);
        st = database_run(pg, s, err);
        if (st == ST_OK)
            count(m, q, first, n);
        arena_free(a);
        if (shows_progress)
            fprintf(stderr, "\r%s of %s", table_count((int64_t)(first + n)),
                    table_things((int64_t)m->n, "line", "lines"));
    }
    if (shows_progress && m->n > 0)
        fputc('\n', stderr);
    return st;
}

static enum status finish(struct pg *pg, struct error *err) {
    struct arena *a = arena_new(1u << 20);
    struct pg_script *s = pg_script_new(a);
    (void)pg_script_query(s, &pg_commit);
    enum status st = database_run(pg, s, err);
    arena_free(a);
    return st;
}

static int tell_end(const struct import *m, bool is_dry_run) {
    if (m->n_bad > TOLD_MAX)
        fprintf(stderr, "and %s more\n", table_count((int64_t)m->n_bad - TOLD_MAX));
    if (m->n_bad > 0) {
        fprintf(stderr, "%s: %s wrong; nothing was changed\n", program,
                table_things((int64_t)m->n_bad, "line is", "lines are"));
        return 1;
    }
    printf("%s: %s entered, %s changed, %s unchanged%s\n",
           table_things((int64_t)m->n, "line", "lines"),
           table_count((int64_t)m->n_told[0]), table_count((int64_t)m->n_told[1]),
           table_count((int64_t)m->n_told[2]),
           is_dry_run ? " (a trial: nothing was changed)" : "");
    return 0;
}

int seller_import(struct pg *pg, const struct policy *p, const struct seller_config *c,
                  const struct option_list *operands) {
    struct import m = {.policy = p, .a = arena_new((size_t)4 << 30)};
    struct error err = {0};
    enum status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < operands->count; i++)
        st = read_file(&m, operands->items[i], &err);
    if (st == ST_OK)
        st = write_lines(&m, pg, &err);
    /* Else the transaction ends with the connection. */
    if (st == ST_OK && m.n > 0 && m.n_bad == 0 && !c->is_dry_run)
        st = finish(pg, &err);
    int code = st == ST_OK ? tell_end(&m, c->is_dry_run) : database_failed(program, &err);
    arena_free(m.a);
    return code;
}
