/*
 * policy_coverage_text.c: the map on a terminal.
 *
 * A letter is the desk that answers, a capital one that does not in some weeks; `#` is
 * nobody but triage, `-` the same where the pack accepts it, `.` no duty; a row whose holes
 * are accepted begins with `*`. Where 168 columns do not fit, a column is two, three, four or six hours,
 * and shows the worst of them. Colour repeats what the letters say.
 */
#include "common/policy/civil.h"
#include "services/henpin/policy_coverage.h"

#include <stdio.h>
#include <string.h>

enum { LABEL_MAX = 44, LABEL_GOOD = 26, LABEL_MIN = 5 };

struct layout {
    int label, hours; /* columns of the label; hours a column stands for */
};

void coverage_day_text(int32_t day, char out[16]) {
    struct civil c = civil_of(day);
    snprintf(out, 16, "%04d-%02d-%02d", c.year, c.month, c.day);
}

struct coverage_letters coverage_letters(struct arena *a,
                                         const struct coverage_picture *x) {
    static const char all[] = COVERAGE_LETTERS;
    struct coverage_letters l = {
        .of = arena_zalloc(a, (size_t)x->p->n_desks + 1),
        .desks = arena_array(a, (size_t)x->p->n_desks + 1, sizeof(int))};
    for (int i = 0; i < x->n_rows; i++) {
        for (int h = 0; h < COVERAGE_HOURS; h++) {
            int desk = x->rows[i].slots[h].desk;
            if (desk != COVERAGE_NOBODY && !l.of[desk]) {
                int k = l.n < (int)sizeof all - 2 ? l.n : (int)sizeof all - 2;
                l.of[desk] = all[k];
                l.desks[l.n++] = desk;
            }
        }
    }
    return l;
}

static struct layout choose(int width) {
    static const int hours[] = {1, 2, 3, 4, 6};
    struct layout y = {LABEL_MIN, 6};
    for (size_t i = 0; i < COUNT_OF(hours) && y.label < LABEL_GOOD; i++) {
        int map = COVERAGE_HOURS / hours[i] + 6; /* a blank between days */
        int label = width - map - 1;
        if (label >= LABEL_GOOD || (hours[i] == 6 && label > LABEL_MIN))
            y = (struct layout){label < LABEL_MAX ? label : LABEL_MAX, hours[i]};
    }
    return y;
}

static const struct coverage_slot *worst_of(const struct coverage_slot *s, int n) {
    const struct coverage_slot *worst = s;
    for (int i = 1; i < n; i++)
        worst = s[i].state > worst->state ? &s[i] : worst;
    return worst;
}

static char mark_of(const struct coverage_letters *l, const struct coverage_row *r,
                    const struct coverage_slot *s) {
    switch ((enum coverage_state)s->state) {
    case COVER_SILENT:
        return '.';
    case COVER_PARTLY:
        return s->desk == COVERAGE_NOBODY ? '+' : (char)(l->of[s->desk] - 'a' + 'A');
    case COVER_NOBODY:
        return r->gap ? '-' : '#';
    case COVER_HELD:
        break;
    }
    return s->desk == COVERAGE_NOBODY ? '?' : l->of[s->desk];
}

static const char *colour_of(const struct coverage_row *r,
                             const struct coverage_slot *s) {
    switch ((enum coverage_state)s->state) {
    case COVER_SILENT:
        return "\033[2m";
    case COVER_PARTLY:
        return r->gap ? "\033[2;33m" : "\033[30;43m";
    case COVER_NOBODY:
        return r->gap ? "\033[2;31m" : "\033[97;41m";
    case COVER_HELD:
        break;
    }
    return "\033[32m";
}

static void print_hours(const struct coverage_letters *l, const struct coverage_row *r,
                        const struct layout *y, FILE *out, bool has_colour) {
    const char *colour = "";
    for (int h = 0; h < COVERAGE_HOURS; h += y->hours) {
        const struct coverage_slot *s = worst_of(&r->slots[h], y->hours);
        const char *wanted = has_colour ? colour_of(r, s) : "";
        bool is_midnight = h > 0 && h % 24 == 0;
        if (has_colour && (strcmp(wanted, colour) != 0 || is_midnight)) {
            fputs(is_midnight ? "\033[0m \033[0m" : "\033[0m", out);
            fputs(wanted, out);
            colour = wanted;
        } else if (is_midnight) {
            putc(' ', out);
        }
        putc(mark_of(l, r, s), out);
    }
    fputs(has_colour ? "\033[0m\n" : "\n", out);
}

static void print_label(const char *text, size_t len, int width, FILE *out) {
    if (len > (size_t)width)
        fprintf(out, "%.*s~ ", width - 1, text);
    else
        fprintf(out, "%-*.*s ", width, (int)len, text);
}

static void print_head(const struct coverage_picture *x, const struct layout *y,
                       FILE *out) {
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    char first[16];
    int wide = 24 / y->hours;
    coverage_day_text(x->coverage->first_day, first);
    fprintf(
        out,
        "Who can act before what begins at that hour is due. %d week%s from %s, hours "
        "of %s",
        x->coverage->weeks, x->coverage->weeks == 1 ? "" : "s", first,
        x->zone ? x->zone : "each store's own clock");
    fprintf(out, y->hours > 1 ? "; a column is %d hours.\n\n" : ".\n\n", y->hours);
    fprintf(out, "%*s ", y->label, "");
    for (int d = 0; d < 7; d++)
        fprintf(out, d < 6 ? "%-*s " : "%.*s\n", d < 6 ? wide : 3, days[d]);
}

static void print_row(const struct coverage_picture *x, const struct coverage_letters *l,
                      int i, const struct layout *y, FILE *out, bool has_colour) {
    const struct coverage_row *r = &x->rows[i];
    char text[512];
    struct builder b = builder_over(text, sizeof text);
    bool is_same = i > 0 && memcmp(&r->marketplaces, &x->rows[i - 1].marketplaces,
                                   sizeof r->marketplaces) == 0;
    if (!is_same) {
        coverage_spell_marketplaces(x->p, r, 200, &b);
        fprintf(out, "%s%.*s%s\n", has_colour ? "\033[1m" : "", (int)b.len, text,
                has_colour ? "\033[0m" : "");
    }
    b = builder_over(text, sizeof text);
    build_text(&b, r->gap ? "* " : "  ");
    coverage_spell_langs(x->p, r, 6, &b);
    build_text(&b, ": ");
    coverage_spell_categories(x->p, r, 3, &b);
    print_label(text, b.len, y->label, out);
    print_hours(l, r, y, out, has_colour);
}

static void print_hole(const struct coverage_picture *x, const struct coverage_row *r,
                       FILE *out) {
    char text[1024];
    struct builder b = builder_over(text, sizeof text);
    coverage_spell_marketplaces(x->p, r, 4, &b);
    build_text(&b, "; ");
    coverage_spell_langs(x->p, r, 8, &b);
    build_text(&b, "; ");
    coverage_spell_categories(x->p, r, 4, &b);
    fprintf(out, "  %.*s\n", (int)b.len, text);
    b = builder_over(text, sizeof text);
    coverage_spell_holes(r, &b);
    fprintf(out, "    %.*s: %s (%s, %s)\n", (int)b.len, text, r->promise->duty->name,
            r->promise->rule->id, r->promise->duty->due.text);
    if (r->gap)
        fprintf(out, "    accepted: %s\n", r->gap->why);
}

static void print_legend(const struct coverage_picture *x,
                         const struct coverage_letters *l, FILE *out, int width) {
    int column = 0;
    for (int i = 0; i < l->n; i++) {
        const struct desk *d = &x->p->desks[l->desks[i]];
        const char *title = d->title ? d->title : d->name;
        int len = (int)strlen(title) + 5;
        if (column > 0 && column + len > width) {
            putc('\n', out);
            column = 0;
        }
        fprintf(out, "%s%c %s", column ? "   " : "", l->of[l->desks[i]], title);
        column += len;
    }
    fprintf(
        out,
        "%s# nobody but triage   capital letter: nobody in some weeks   . no duty begins "
        "here\n",
        l->n ? "\n" : "");
    if (x->n_accepted > 0) {
        fputs("* the holes of this row are accepted   - nobody but triage, accepted\n",
              out);
    }
}

void coverage_print_text(const struct coverage_picture *x, FILE *out, int width,
                         bool has_colour) {
    struct arena *a = arena_new(1 << 20);
    struct coverage_letters l = coverage_letters(a, x);
    struct layout y = choose(width);
    print_head(x, &y, out);
    for (int i = 0; i < x->n_rows; i++)
        print_row(x, &l, i, &y, out, has_colour);
    putc('\n', out);
    print_legend(x, &l, out, width);
    for (int accepted = 0; accepted < 2; accepted++) {
        int n = accepted ? x->n_accepted : x->n_holes - x->n_accepted;
        fprintf(out, accepted ? "\n%d accepted hole%s%s\n" : "\n%d open hole%s%s\n", n,
                n == 1 ? "" : "s", n ? ":" : "");
        for (int i = 0; n > 0 && i < x->n_rows; i++)
            if (x->rows[i].n_missed > 0 && (x->rows[i].gap != NULL) == (accepted > 0))
                print_hole(x, &x->rows[i], out);
    }
    if (!x->coverage->is_finished || x->coverage->n_undecided > 0) {
        fprintf(out, "\nnot proved: %s\n",
                x->coverage->undecided_rule ? x->coverage->undecided_rule
                                            : "the chains depend on too many facts");
    }
    arena_free(a);
}
