#include "services/henpin/table.h"

#include "common/base/clock.h"
#include "common/event/event.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_MAX = 16, GAP = 2, PROSE_MIN = 36, INDENT = 4 };

struct table {
    struct arena *arena;
    const struct table_column *columns;
    size_t n_columns;
    struct span *cells;     /* n_columns to a row */
    enum table_look *looks; /* of each row; NULL: all are plain */
    size_t n_cells, capacity;
    size_t n_looks;
};

struct table *table_new(struct arena *a, const struct table_column *columns, size_t n) {
    if (n > COLUMNS_MAX)
        BUG("a table of %zu columns", n);
    struct table *t = arena_zalloc(a, sizeof *t);
    *t = (struct table){.arena = a, .columns = columns, .n_columns = n};
    return t;
}

/* ---- text on a terminal ---- */

/* The character at the front of valid UTF-8, and how many bytes it has. */
static uint32_t front(struct span s, size_t *n) {
    unsigned char c = (unsigned char)s.ptr[0];
    *n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (*n > s.len)
        *n = s.len;
    uint32_t code = *n == 1 ? c : c & (0xffu >> (*n + 1));
    for (size_t i = 1; i < *n; i++)
        code = code << 6 | ((unsigned char)s.ptr[i] & 0x3f);
    return code;
}

/* East Asian wide and full-width characters take two columns, combining marks none. */
static int width_of(uint32_t c) {
    if ((c >= 0x300 && c < 0x370) || (c >= 0x200b && c <= 0x200f))
        return 0;
    bool is_wide = (c >= 0x1100 && c < 0x1160) || (c >= 0x2e80 && c < 0xa4d0) ||
                   (c >= 0xac00 && c < 0xd7a4) || (c >= 0xf900 && c < 0xfb00) ||
                   (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
                   (c >= 0xffe0 && c < 0xffe7) || (c >= 0x1f300 && c < 0x1f650) ||
                   (c >= 0x20000 && c < 0x40000);
    return is_wide ? 2 : 1;
}

static int text_width(struct span s) {
    int width = 0;
    while (s.len > 0) {
        size_t n;
        width += width_of(front(s, &n));
        s = (struct span){s.ptr + n, s.len - n};
    }
    return width;
}

static bool is_control(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

struct span table_harmless(struct arena *a, struct span s) {
    struct builder b = builder_in(a, s.len + 1);
    bool is_text = span_is_text(s);
    while (s.len > 0) {
        size_t n = 1;
        uint32_t c = is_text ? front(s, &n) : (unsigned char)s.ptr[0];
        if (is_control(c) || (!is_text && c >= 0x80))
            build_char(&b, '?');
        else
            build_bytes(&b, s.ptr, n);
        s = (struct span){s.ptr + n, s.len - n};
    }
    return builder_span(&b);
}

/* ---- cells ---- */

void table_cell(struct table *t, struct span text) {
    if (t->n_cells == t->capacity) {
        size_t capacity = t->capacity ? 2 * t->capacity : 16 * t->n_columns;
        struct span *cells = arena_array(t->arena, capacity, sizeof *cells);
        if (t->n_cells > 0)
            memcpy(cells, t->cells, t->n_cells * sizeof *cells);
        t->cells = cells;
        t->capacity = capacity;
    }
    t->cells[t->n_cells++] = table_harmless(t->arena, text);
}

void table_cell_text(struct table *t, const char *text) {
    table_cell(t, text ? span_of(text) : SPAN(""));
}

void table_cell_i64(struct table *t, int64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    table_cell_text(t, text);
}

void table_cell_instant(struct table *t, int64_t us) {
    char text[CLOCK_TEXT_SIZE] = "";
    if (us == INT64_MAX || us == INT64_MIN + 1)
        snprintf(text, sizeof text, us > 0 ? "infinity" : "-infinity");
    else if (us != EVENT_ABSENT) {
        clock_text(us, text);
        text[10] = ' ';
        memcpy(text + 16, " UTC", sizeof " UTC");
    }
    table_cell_text(t, text);
}

void table_row_look(struct table *t, enum table_look look) {
    size_t row = t->n_cells / t->n_columns;
    if (row >= t->n_looks) {
        size_t n = 2 * row + 64;
        enum table_look *looks = arena_zalloc(t->arena, n * sizeof *looks);
        if (t->n_looks > 0)
            memcpy(looks, t->looks, t->n_looks * sizeof *looks);
        t->looks = looks;
        t->n_looks = n;
    }
    t->looks[row] = look;
}

/* ---- printing ---- */

struct layout {
    int widths[COLUMNS_MAX]; /* -1: left out */
    int prose_at;            /* where prose begins; INDENT below the row */
    bool is_below;
};

static bool has_prose(const struct table *t) {
    return t->columns[t->n_columns - 1].is_prose;
}

static int sum(const struct table *t, const struct layout *l) {
    int total = 0;
    for (size_t c = 0; c < t->n_columns - has_prose(t); c++)
        total += l->widths[c] < 0 ? 0 : l->widths[c] + GAP;
    return total;
}

static struct layout lay_out(const struct table *t, int width) {
    struct layout l = {.is_below = false};
    int prose_min = width / 3 > PROSE_MIN ? width / 3 : PROSE_MIN;
    for (size_t c = 0; c < t->n_columns; c++)
        l.widths[c] = text_width(span_of(t->columns[c].title));
    for (size_t i = 0; i < t->n_cells; i++) {
        int w = text_width(t->cells[i]);
        if (w > l.widths[i % t->n_columns])
            l.widths[i % t->n_columns] = w;
    }
    for (;;) {
        size_t least = t->n_columns;
        int total = sum(t, &l);
        if (has_prose(t) && total + prose_min <= width)
            break;
        if (total - GAP <= width && !has_prose(t))
            break;
        for (size_t c = 0; c < t->n_columns; c++)
            if (l.widths[c] >= 0 && t->columns[c].dropped > 0 &&
                (least == t->n_columns ||
                 t->columns[c].dropped > t->columns[least].dropped))
                least = c;
        if (has_prose(t) && total - GAP <= width) {
            l.is_below = true;
            break;
        }
        if (least == t->n_columns)
            break;
        l.widths[least] = -1;
    }
    l.prose_at = l.is_below ? INDENT : sum(t, &l);
    return l;
}

static void pad(FILE *out, int n) {
    fprintf(out, "%*s", n > 0 ? n : 0, "");
}

/* How much of `s` fits into `width`: to the last blank when there is one. */
static size_t fitting(struct span s, int width) {
    size_t at = 0, blank = 0;
    int used = 0;
    while (at < s.len) {
        size_t n;
        used += width_of(front((struct span){s.ptr + at, s.len - at}, &n));
        if (used > width)
            return blank > 0 ? blank : at > 0 ? at : n;
        if (s.ptr[at] == ' ')
            blank = at;
        at += n;
    }
    return s.len;
}

static void print_prose(FILE *out, struct span s, int at, int width) {
    int room = width - at > 20 ? width - at : 20;
    for (bool is_first = true; s.len > 0; is_first = false) {
        if (!is_first) {
            fputc('\n', out);
            pad(out, at);
        }
        size_t n = fitting(s, room);
        fprintf(out, "%.*s", (int)n, s.ptr);
        s = span_trim((struct span){s.ptr + n, s.len - n});
    }
}

static void print_row(const struct table *t, const struct layout *l,
                      const struct span *cells, FILE *out, int width, bool is_title) {
    int owed = 0; /* blanks that are written only when something follows */
    for (size_t c = 0; c < t->n_columns - has_prose(t); c++) {
        int free_columns = l->widths[c] - text_width(cells[c]);
        if (l->widths[c] < 0)
            continue;
        if (cells[c].len == 0) {
            owed += l->widths[c] + GAP;
            continue;
        }
        pad(out, owed + (t->columns[c].is_right ? free_columns : 0));
        fprintf(out, "%.*s", SPAN_ARGS(cells[c]));
        owed = GAP + (t->columns[c].is_right ? 0 : free_columns);
    }
    if (has_prose(t) && (!l->is_below || !is_title) && cells[t->n_columns - 1].len > 0) {
        if (l->is_below) {
            fputc('\n', out);
            owed = INDENT;
        }
        pad(out, owed);
        print_prose(out, cells[t->n_columns - 1], l->prose_at, width);
    }
    fputc('\n', out);
}

static const char *const look_escapes[] = {
    [TABLE_PLAIN] = "",
    [TABLE_RED] = "\033[31m",
    [TABLE_YELLOW] = "\033[33m",
    [TABLE_FAINT] = "\033[2m",
};

void table_print(const struct table *t, FILE *out, int width) {
    struct layout l = lay_out(t, width);
    struct span titles[COLUMNS_MAX];
    for (size_t c = 0; c < t->n_columns; c++)
        titles[c] = span_of(t->columns[c].title);
    print_row(t, &l, titles, out, width, true);
    const char *no_colour = getenv("NO_COLOR");
    bool is_coloured = isatty(fileno(out)) && !(no_colour && *no_colour);
    for (size_t i = 0; i + t->n_columns <= t->n_cells; i += t->n_columns) {
        size_t row = i / t->n_columns;
        enum table_look look = row < t->n_looks ? t->looks[row] : TABLE_PLAIN;
        if (is_coloured && look != TABLE_PLAIN)
            fputs(look_escapes[look], out);
        print_row(t, &l, &t->cells[i], out, width, false);
        if (is_coloured && look != TABLE_PLAIN)
            fputs("\033[0m", out);
    }
}

int table_width(FILE *out) {
    const char *columns = getenv("COLUMNS");
    int64_t wanted = 0;
    struct winsize size;
    if (columns && span_to_i64(span_of(columns), &wanted) && wanted >= 40 &&
        wanted <= 500)
        return (int)wanted;
    if (isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 &&
        size.ws_col >= 40)
        return size.ws_col;
    return isatty(fileno(out)) ? 80 : 200;
}

static char *next_buffer(size_t *size) {
    static char texts[8][96];
    static unsigned next;
    *size = sizeof texts[0];
    return texts[next++ % COUNT_OF(texts)];
}

static void group_digits(int64_t n, char *out, size_t size) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, n);
    size_t len = strlen(digits), at = 0;
    for (size_t i = 0; i < len && at + 2 < size; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

const char *table_count(int64_t n) {
    size_t size;
    char *out = next_buffer(&size);
    group_digits(n, out, size);
    return out;
}

const char *table_things(int64_t n, const char *one, const char *many) {
    char digits[32];
    size_t size;
    char *out = next_buffer(&size);
    group_digits(n, digits, sizeof digits);
    snprintf(out, size, "%s %s", digits, n == 1 ? one : many);
    return out;
}
