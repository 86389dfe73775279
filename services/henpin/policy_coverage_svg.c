/*
 * policy_coverage_svg.c: the map as a picture that stands alone.
 *
 * A row is 168 hours; hours that say the same are one rectangle with a title that says so
 * in words. Colours are classes of a style inside the picture, light and dark; holes are
 * hatched too, so that nothing is said by colour alone.
 */
#include "common/policy/civil.h"
#include "services/henpin/markup.h"
#include "services/henpin/policy_coverage.h"

#include <stdio.h>
#include <string.h>

enum {
    LABEL_WIDTH = 330,
    HOUR_WIDTH = 5,
    MAP_WIDTH = COVERAGE_HOURS * HOUR_WIDTH,
    MARGIN = 16,
    WIDTH = LABEL_WIDTH + MAP_WIDTH + 2 * MARGIN,
    ROW_HEIGHT = 20,
    HEAD_HEIGHT = 24, /* of the stores above their rows */
    COLOURS = 10,
    LEGEND_COLUMNS = 3,
    LABEL_CHARACTERS = 50,
};

static const char style[] =
    "svg.coverage{--ink:#1b1f24;--soft:#5b6570;--line:#d5dae0;--paper:#ffffff;"
    "--hole:#c62828;--part:#b26a00;--none:#eceff2;font:12px system-ui,'Segoe UI',"
    "'Noto Sans','Noto Sans JP',sans-serif}"
    "@media (prefers-color-scheme:dark){svg.coverage{--ink:#e6e9ed;--soft:#9aa4af;"
    "--line:#3a424b;--paper:#14181d;--hole:#ff6b61;--part:#ffb74d;--none:#242a31}}"
    "svg.coverage text{fill:var(--ink)}svg.coverage .soft{fill:var(--soft)}"
    "svg.coverage .key{fill:#fff;font-size:11px;font-weight:600;text-anchor:middle}"
    "svg.coverage .bold{font-weight:600;paint-order:stroke;stroke:var(--paper);"
    "stroke-width:4px}svg.coverage .grid{stroke:var(--line)}"
    "svg.coverage .paper{fill:var(--paper)}svg.coverage .none{fill:var(--none)}"
    "svg.coverage .hole{fill:var(--hole)}svg.coverage .part{fill:var(--part)}"
    "svg.coverage .known{fill:var(--none);stroke:var(--hole);stroke-width:1}"
    ".d0{fill:#1f6fb2}.d1{fill:#2e7d32}.d2{fill:#7b4fb5}.d3{fill:#00798c}"
    ".d4{fill:#6b7a1f}.d5{fill:#a0488b}.d6{fill:#3f51b5}.d7{fill:#5d6d7e}"
    ".d8{fill:#8d5a2b}.d9{fill:#00695c}";

static const char patterns[] =
    "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" class=\"hole\"/>"
    "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" stroke=\"#fff\" stroke-opacity=\".45\" "
    "stroke-width=\"3\"/></pattern>"
    "<pattern id=\"part\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(-45)\"><rect width=\"6\" height=\"6\" class=\"part\"/>"
    "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" stroke=\"#fff\" stroke-opacity=\".45\" "
    "stroke-width=\"2\"/></pattern>";

static const char *const day_names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};

struct drawing {
    const struct coverage_picture *x;
    struct coverage_letters letters;
    FILE *out;
    int y;
};

static bool has_new_stores(const struct coverage_picture *x, int i) {
    return i == 0 || memcmp(&x->rows[i].marketplaces, &x->rows[i - 1].marketplaces,
                            sizeof x->rows[i].marketplaces) != 0;
}

static int legend_rows(const struct drawing *d) {
    return (d->letters.n + 3 + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS;
}

static int height_of(const struct drawing *d) {
    int height = 96 + legend_rows(d) * ROW_HEIGHT + MARGIN;
    for (int i = 0; i < d->x->n_rows; i++)
        height += ROW_HEIGHT + (has_new_stores(d->x, i) ? HEAD_HEIGHT : 0);
    return height;
}

/* Text cut to so many characters; the whole of it as a title. */
static void put_label(struct drawing *d, int x, int y, const char *class,
                      struct span text, size_t most) {
    size_t n = 0, characters = 0;
    while (n < text.len && characters < most) {
        n++;
        while (n < text.len && (text.ptr[n] & 0xc0) == 0x80)
            n++;
        characters++;
    }
    fprintf(d->out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
    markup_text(d->out, (struct span){text.ptr, n});
    if (n < text.len) {
        fputs("…<title>", d->out);
        markup_text(d->out, text);
        fputs("</title>", d->out);
    }
    fputs("</text>\n", d->out);
}

/* ---- one row ---- */

static int colour_of(const struct drawing *d, int desk) {
    for (int i = 0; i < d->letters.n; i++)
        if (d->letters.desks[i] == desk)
            return i % COLOURS;
    return 0;
}

static void put_fill(struct drawing *d, const struct coverage_row *r,
                     const struct coverage_slot *s) {
    switch ((enum coverage_state)s->state) {
    case COVER_SILENT:
        fputs("class=\"none\"", d->out);
        return;
    case COVER_PARTLY:
        if (s->desk == COVERAGE_NOBODY)
            fputs(r->gap ? "class=\"known\"" : "fill=\"url(#part)\"", d->out);
        else
            fprintf(d->out, "class=\"d%d\"", colour_of(d, s->desk));
        return;
    case COVER_NOBODY:
        fputs(r->gap ? "class=\"known\"" : "fill=\"url(#hatch)\"", d->out);
        return;
    case COVER_HELD:
        fprintf(d->out, "class=\"d%d\"", colour_of(d, s->desk));
        return;
    }
}

static void put_hour(FILE *out, int hour) {
    fprintf(out, "%.3s %02d:00", day_names[hour / 24 % 7], hour % 24);
}

static void put_title(struct drawing *d, const struct coverage_row *r, int from, int to) {
    const struct coverage_slot *s = &r->slots[from];
    put_hour(d->out, from);
    fputs(" to ", d->out);
    put_hour(d->out, to);
    fputs(": ", d->out);
    if (s->desk != COVERAGE_NOBODY) {
        const struct desk *desk = &d->x->p->desks[s->desk];
        markup_text(d->out, span_of(desk->title ? desk->title : desk->name));
    }
    fputs(s->state == COVER_SILENT   ? "no duty begins here"
          : s->state == COVER_PARTLY ? ", in some weeks nobody but triage"
          : s->state == COVER_NOBODY ? "nobody but triage"
                                     : "",
          d->out);
    if (r->gap && s->state >= COVER_PARTLY) {
        fputs("; accepted: ", d->out);
        markup_text(d->out, span_of(r->gap->why));
    }
}

static void put_run(struct drawing *d, const struct coverage_row *r, int from, int to) {
    const struct coverage_slot *s = &r->slots[from];
    int x = MARGIN + LABEL_WIDTH + from * HOUR_WIDTH, width = (to - from) * HOUR_WIDTH;
    fprintf(d->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" ", x, d->y + 2,
            width, ROW_HEIGHT - 4);
    put_fill(d, r, s);
    fputs("><title>", d->out);
    put_title(d, r, from, to);
    fputs("</title></rect>", d->out);
    if (s->state == COVER_PARTLY && s->desk != COVERAGE_NOBODY) {
        fprintf(d->out,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                "class=\"%s\" pointer-events=\"none\"/>",
                x, d->y + ROW_HEIGHT - 7, width, 5, r->gap ? "known" : "part");
    }
    if (s->desk != COVERAGE_NOBODY && width >= 12) {
        fprintf(d->out, "<text x=\"%d\" y=\"%d\" class=\"key\">%c</text>", x + width / 2,
                d->y + 13, d->letters.of[s->desk]);
    }
    putc('\n', d->out);
}

static void put_row(struct drawing *d, int i) {
    const struct coverage_row *r = &d->x->rows[i];
    char text[2048];
    struct builder b = builder_over(text, sizeof text);
    if (has_new_stores(d->x, i)) {
        coverage_spell_marketplaces(d->x->p, r, 200, &b);
        put_label(d, MARGIN, d->y + 17, "bold", builder_span(&b), 160);
        d->y += HEAD_HEIGHT;
    }
    b = builder_over(text, sizeof text);
    coverage_spell_langs(d->x->p, r, 10, &b);
    build_text(&b, ": ");
    coverage_spell_categories(d->x->p, r, 4, &b);
    put_label(d, MARGIN + 10, d->y + 14, "soft", builder_span(&b), LABEL_CHARACTERS);
    for (int from = 0, to; from < COVERAGE_HOURS; from = to) {
        to = from + 1;
        while (to < COVERAGE_HOURS && r->slots[to].state == r->slots[from].state &&
               r->slots[to].desk == r->slots[from].desk)
            to++;
        put_run(d, r, from, to);
    }
    d->y += ROW_HEIGHT;
}

/* ---- around the rows ---- */

static void put_head(struct drawing *d) {
    char first[16], text[256];
    coverage_day_text(d->x->coverage->first_day, first);
    int n = d->x->coverage->weeks;
    int len = snprintf(
        text, sizeof text, "%d week%s from %s; hours of %s; rules %s (%.12s)", n,
        n == 1 ? "" : "s", first, d->x->zone ? d->x->zone : "each store's own clock",
        d->x->p->revision.label, d->x->p->revision.hash);
    fprintf(d->out,
            "<text x=\"%d\" y=\"26\" class=\"bold\" style=\"font-size:16px\">"
            "Who can act before it is due, hour by hour</text>\n",
            MARGIN);
    put_label(d, MARGIN, 46, "soft", (struct span){text, (size_t)len}, 160);
    for (int day = 0; day < 7; day++) {
        int x = MARGIN + LABEL_WIDTH + day * 24 * HOUR_WIDTH;
        fprintf(d->out, "<text x=\"%d\" y=\"74\">%s</text>", x + 4, day_names[day]);
    }
    putc('\n', d->out);
    d->y = 82;
}

static void put_grid(struct drawing *d, int from, int to) {
    for (int day = 0; day <= 7; day++) {
        int x = MARGIN + LABEL_WIDTH + day * 24 * HOUR_WIDTH;
        fprintf(d->out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"grid\"/>",
                x, from, x, to);
    }
    putc('\n', d->out);
}

static void put_legend_item(struct drawing *d, int i, const char *fill, char key,
                            const char *text) {
    int x = MARGIN + i % LEGEND_COLUMNS * ((WIDTH - 2 * MARGIN) / LEGEND_COLUMNS);
    int y = d->y + i / LEGEND_COLUMNS * ROW_HEIGHT;
    fprintf(d->out, "<rect x=\"%d\" y=\"%d\" width=\"18\" height=\"14\" %s/>", x, y + 2,
            fill);
    if (key) {
        fprintf(d->out, "<text x=\"%d\" y=\"%d\" class=\"key\">%c</text>", x + 9, y + 13,
                key);
    }
    put_label(d, x + 24, y + 13, "ink", span_of(text), 60);
}

static void put_legend(struct drawing *d) {
    char fill[32];
    int i = 0;
    d->y += 8;
    for (; i < d->letters.n; i++) {
        const struct desk *desk = &d->x->p->desks[d->letters.desks[i]];
        snprintf(fill, sizeof fill, "class=\"d%d\"", i % COLOURS);
        put_legend_item(d, i, fill, d->letters.of[d->letters.desks[i]],
                        desk->title ? desk->title : desk->name);
    }
    put_legend_item(d, i++, "fill=\"url(#hatch)\"", 0, "nobody but triage");
    put_legend_item(d, i++, "fill=\"url(#part)\"", 0, "nobody, in some weeks");
    put_legend_item(d, i++, "class=\"known\"", 0, "nobody, and accepted");
}

void coverage_print_svg(const struct coverage_picture *x, FILE *out) {
    struct arena *a = arena_new(1 << 20);
    struct drawing d = {.x = x, .out = out};
    d.letters = coverage_letters(a, x);
    int height = height_of(&d);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"coverage\" role=\"img\" "
            "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n<title>Who can act "
            "before it is due, hour by hour</title>\n<style>%s</style>\n<defs>%s</defs>\n"
            "<rect width=\"%d\" height=\"%d\" class=\"paper\"/>\n",
            WIDTH, height, WIDTH, height, style, patterns, WIDTH, height);
    put_head(&d);
    put_grid(&d, d.y, height - MARGIN - 8 - legend_rows(&d) * ROW_HEIGHT);
    for (int i = 0; i < x->n_rows; i++)
        put_row(&d, i);
    put_legend(&d);
    fputs("</svg>\n", out);
    arena_free(a);
}
