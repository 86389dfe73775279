/* policy_diff_print.c: what another revision changes, for people and as JSON. */
#include "services/henpin/policy_diff.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { GROUPS_SHOWN = 60 };

static bool has_shift(const struct diff_change *c) {
    return c->before_us != POLICY_NO_INSTANT && c->after_us != POLICY_NO_INSTANT;
}

/* "+24 h", "-2 d 3 h": later is +. */
static void build_shift(struct builder *b, struct arena *a, const struct words *w,
                        int64_t us) {
    build_format(b, "%s%s", us > 0 ? "+" : "", words_elapsed(a, w, us));
}

static const char *text_of(const char *word) {
    return word ? word : "-";
}

static const char *instant_text(struct arena *a, int64_t us) {
    char *text = arena_alloc(a, CLOCK_TEXT_SIZE);
    if (us == POLICY_NO_INSTANT)
        return "-";
    clock_text(us, text);
    return text;
}

/* ---- rules ---- */

/* The end of the first line of `text` that fits `width` columns: at a blank where there is
 * one. Both revisions are shown in English. */
static size_t cut_line(const char *text, size_t width) {
    size_t len = strlen(text), at = width;
    if (len <= width)
        return len;
    while (at > 0 && text[at] != ' ')
        at--;
    at = at > 0 ? at : width;
    while (at > 1 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--; /* never within a character */
    return at;
}

static void print_beside(const char *mark, const char *label, const char *before,
                         const char *after, int label_width, int width) {
    bool is_first = true;
    while (is_first || *before || *after) {
        size_t n = cut_line(before, (size_t)width), m = cut_line(after, (size_t)width);
        printf("%s %-*s  %-*.*s  %.*s\n", is_first ? mark : " ", label_width,
               is_first ? label : "", width, (int)n, before, (int)m, after);
        before += n + (before[n] == ' ');
        after += m + (after[m] == ' ');
        is_first = false;
    }
}

void diff_print_rule(const struct diff_rule *rule) {
    int label_width = 0;
    for (int i = 0; i < rule->n_fields; i++) {
        int width = words_width(rule->fields[i].label);
        label_width = width > label_width ? width : label_width;
    }
    int width = (table_width(stdout) - label_width - 6) / 2;
    width = width < 16 ? 16 : width;
    printf("%s%s\n\n", rule->id,
           !rule->before      ? " (only in NEW)"
           : !rule->after     ? " (only in OLD)"
           : !rule->n_changed ? " (the same in both)"
                              : "");
    print_beside(" ", "", "OLD", "NEW", label_width, width);
    for (int i = 0; i < rule->n_fields; i++) {
        const struct diff_field *f = &rule->fields[i];
        bool is_same = f->before && f->after && strcmp(f->before, f->after) == 0;
        print_beside(is_same ? " " : "*", f->label, text_of(f->before),
                     is_same ? "same" : text_of(f->after), label_width, width);
    }
}

static void print_side(const char *side, const char *dir, const struct policy *p) {
    printf("%s  %s, %s (%.12s)\n", side, dir, p->revision.label, p->revision.hash);
}

void diff_print_rules(const struct diff_sides *s, const struct diff_rules *rules) {
    print_side("OLD", s->before_dir, s->before);
    print_side("NEW", s->after_dir, s->after);
    printf("\nRules: %d the same, %d changed, %d added, %d removed\n", rules->n_same,
           rules->n_changed, rules->n_added, rules->n_removed);
    bool is_other = strcmp(s->before->revision.hash, s->after->revision.hash) != 0;
    if (is_other && rules->n == 0)
        puts("  the revisions differ in something else: domain, calendars, holidays, "
             "desks or an `else`");
    for (int i = 0; i < rules->n; i++) {
        const struct diff_rule *r = &rules->items[i];
        printf("  %s %s\n",
               !r->before  ? "added  "
               : !r->after ? "removed"
                           : "changed",
               r->id);
        for (int k = 0; k < r->n_fields; k++)
            printf("          %s: %s -> %s\n", r->fields[k].label,
                   text_of(r->fields[k].before), text_of(r->fields[k].after));
    }
}

/* ---- events ---- */

static struct words *english(struct arena *a) {
    return words_new(a, NULL, WORDS_EN);
}

void diff_print_event(const char *name, const struct diff_result *r) {
    struct arena *a = arena_new((size_t)1 << 20);
    const struct words *w = english(a);
    printf("\n%s\n", name);
    for (int i = 0; i < r->n; i++) {
        const struct diff_change *c = &r->items[i];
        printf("  %s%s%s: ", diff_kind_name(c->kind), *c->subject ? " of " : "",
               c->subject);
        if (c->before || c->after) {
            printf("%s -> %s\n", text_of(c->before), text_of(c->after));
            continue;
        }
        printf("%s -> %s", instant_text(a, c->before_us), instant_text(a, c->after_us));
        if (has_shift(c)) {
            struct builder b = builder_in(a, 128);
            build_shift(&b, a, w, c->after_us - c->before_us);
            printf(" (%.*s)", SPAN_ARGS(builder_span(&b)));
        }
        putchar('\n');
    }
    arena_free(a);
}

/* ---- totals ---- */

static void cell_shift(struct table *t, struct arena *a, const struct diff_group *g) {
    struct builder b = builder_in(a, 512);
    const struct words *w = english(a);
    if (!has_shift(&g->key)) {
        table_cell_text(t, "");
        return;
    }
    build_shift(&b, a, w, g->least_us);
    if (g->most_us != g->least_us) {
        build_text(&b, " to ");
        build_shift(&b, a, w, g->most_us);
        build_text(&b, ", mean ");
        build_shift(&b, a, w,
                    (int64_t)(g->sum_us / (double)g->n / (double)US_PER_MIN) *
                        US_PER_MIN);
    }
    table_cell(t, builder_span(&b));
}

static void cell_money(struct table *t, struct arena *a, const struct diff_group *g) {
    struct builder b = builder_in(a, 512);
    for (int i = 0; i < g->n_money; i++)
        build_format(&b, "%s%s %s", i ? ", " : "", g->money[i].currency,
                     table_count(g->money[i].minor));
    table_cell(t, builder_span(&b));
}

/* What the rules say: their ids where they differ. */
static void cell_change(struct table *t, struct arena *a, const struct diff_change *c) {
    const char *x = c->before || c->after ? c->before : c->rule_before;
    const char *y = c->before || c->after ? c->after : c->rule_after;
    struct builder b = builder_in(a, strlen(text_of(x)) + strlen(text_of(y)) + 16);
    if (x && y && strcmp(x, y) == 0)
        build_format(&b, "rule %s", x);
    else
        build_format(&b, "%s -> %s", text_of(x), text_of(y));
    table_cell(t, builder_span(&b));
}

static void print_groups(const struct diff_totals *totals) {
    static const struct table_column columns[] = {
        {"EVENTS", true, false, 0},       {"WHAT", false, false, 0},
        {"OF", false, false, 0},          {"FROM -> TO", false, false, 0},
        {"BY HOW MUCH", false, false, 0}, {"VALUE (MINOR UNITS)", false, false, 1},
        {"FOR EXAMPLE", false, true, 0},
    };
    struct arena *a = arena_new((size_t)8 << 20);
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (int i = 0; i < totals->n_groups && i < GROUPS_SHOWN; i++) {
        const struct diff_group *g = &totals->groups[i];
        table_cell_text(t, table_count(g->n));
        table_cell_text(t, diff_kind_name(g->key.kind));
        table_cell_text(t, g->key.subject);
        cell_change(t, a, &g->key);
        cell_shift(t, a, g);
        cell_money(t, a, g);
        table_cell_text(t, g->example);
    }
    table_print(t, stdout, table_width(stdout));
    arena_free(a);
    if (totals->n_groups > GROUPS_SHOWN)
        printf("... and %d more kinds of change: --json tells all\n",
               totals->n_groups - GROUPS_SHOWN);
    if (totals->n_ungrouped > 0)
        printf("... and %s changes beyond %d kinds\n", table_count(totals->n_ungrouped),
               (int)DIFF_MAX_GROUPS);
}

void diff_print_totals(struct diff_totals *t, const struct diff_input *in,
                       const char *source) {
    int64_t same = t->n_events - t->n_changed - t->n_other_rules;
    double percent = t->n_events ? 100.0 * (double)t->n_changed / (double)t->n_events : 0;
    printf("\nEvents: %s from %s\n", table_count(t->n_events), source);
    printf("  %s change (%.2f %%), %s have the same result by other rules, %s are the "
           "same\n",
           table_count(t->n_changed), percent, table_count(t->n_other_rules),
           table_count(same));
    if (in->n_rejected > 0)
        printf("  %s could not be compared: see above\n", table_count(in->n_rejected));
    for (int i = 0; i < DIFF_KIND_COUNT; i++)
        if (t->of[i] > 0)
            printf("  %9s %s\n", table_count(t->of[i]),
                   diff_kind_name((enum diff_kind)i));
    diff_totals_sort(t);
    if (t->n_groups > 0) {
        putchar('\n');
        print_groups(t);
    }
}

/* ---- JSON ---- */

/* Each piece is built in memory and written: the document is never held whole. */
static void write_out(struct builder *b) {
    fwrite(b->ptr, 1, b->len, stdout);
    b->len = 0;
}

static void json_text(struct builder *b, const char *key, const char *value) {
    build_json(b, span_of(key));
    build_char(b, ':');
    if (value)
        build_json(b, span_of(value));
    else
        build_text(b, "null");
}

static void json_number(struct builder *b, const char *key, int64_t value) {
    build_json(b, span_of(key));
    build_format(b, ":%lld", (long long)value);
}

static void json_side(struct builder *b, const char *key, const char *dir,
                      const struct policy *p) {
    build_format(b, "\"%s\":{", key);
    json_text(b, "dir", dir);
    build_char(b, ',');
    json_text(b, "label", p->revision.label);
    build_char(b, ',');
    json_text(b, "hash", p->revision.hash);
    build_text(b, "},");
}

static void json_rule(struct builder *b, const struct diff_rule *r) {
    build_char(b, '{');
    json_text(b, "rule", r->id);
    build_char(b, ',');
    json_text(b, "what", !r->before ? "added" : !r->after ? "removed" : "changed");
    build_text(b, ",\"fields\":[");
    for (int i = 0; i < r->n_fields; i++) {
        build_text(b, i ? ",{" : "{");
        json_text(b, "field", r->fields[i].key);
        build_char(b, ',');
        json_text(b, "old", r->fields[i].before);
        build_char(b, ',');
        json_text(b, "new", r->fields[i].after);
        build_char(b, '}');
    }
    build_text(b, "]}");
}

enum { PIECE = 256 << 10 };

void diff_json_begin(const struct diff_sides *s, const struct diff_rules *rules) {
    struct arena *a = arena_new((size_t)4 << 20);
    struct builder b = builder_in(a, PIECE);
    build_char(&b, '{');
    json_side(&b, "old", s->before_dir, s->before);
    json_side(&b, "new", s->after_dir, s->after);
    build_format(&b,
                 "\"rules\":{\"same\":%d,\"changed\":%d,\"added\":%d,\"removed\":%d,"
                 "\"differences\":[",
                 rules->n_same, rules->n_changed, rules->n_added, rules->n_removed);
    for (int i = 0; i < rules->n; i++) {
        build_text(&b, i ? ",\n" : "\n");
        json_rule(&b, &rules->items[i]);
        write_out(&b);
    }
    build_text(&b, "]},\n\"changed\":[");
    write_out(&b);
    arena_free(a);
}

static void json_change(struct builder *b, const struct diff_change *c) {
    char before[CLOCK_TEXT_SIZE], after[CLOCK_TEXT_SIZE];
    const char *x = c->before, *y = c->after;
    if (!x && c->before_us != POLICY_NO_INSTANT) {
        clock_text(c->before_us, before);
        x = before;
    }
    if (!y && c->after_us != POLICY_NO_INSTANT) {
        clock_text(c->after_us, after);
        y = after;
    }
    build_char(b, '{');
    json_text(b, "what", diff_kind_name(c->kind));
    build_char(b, ',');
    json_text(b, "of", c->subject);
    build_char(b, ',');
    json_text(b, "old", x);
    build_char(b, ',');
    json_text(b, "new", y);
    build_char(b, ',');
    json_text(b, "old_rule", c->rule_before);
    build_char(b, ',');
    json_text(b, "new_rule", c->rule_after);
    if (has_shift(c)) {
        build_char(b, ',');
        json_number(b, "by_us", c->after_us - c->before_us);
    }
    build_char(b, '}');
}

void diff_json_event(const char *name, const struct diff_result *r, bool is_first) {
    static char buffer[PIECE];
    struct builder b = builder_over(buffer, sizeof buffer);
    build_text(&b, is_first ? "\n{" : ",\n{");
    json_text(&b, "event", name);
    build_text(&b, ",\"changes\":[");
    for (int i = 0; i < r->n; i++) {
        build_text(&b, i ? "," : "");
        json_change(&b, &r->items[i]);
    }
    build_text(&b, "]}");
    write_out(&b);
}

static void json_group(struct builder *b, const struct diff_group *g) {
    build_char(b, '{');
    json_number(b, "events", g->n);
    build_char(b, ',');
    json_text(b, "what", diff_kind_name(g->key.kind));
    build_char(b, ',');
    json_text(b, "of", g->key.subject);
    build_char(b, ',');
    json_text(b, "old", g->key.before);
    build_char(b, ',');
    json_text(b, "new", g->key.after);
    build_char(b, ',');
    json_text(b, "old_rule", g->key.rule_before);
    build_char(b, ',');
    json_text(b, "new_rule", g->key.rule_after);
    build_char(b, ',');
    if (has_shift(&g->key)) {
        json_number(b, "least_us", g->least_us);
        build_char(b, ',');
        json_number(b, "most_us", g->most_us);
        build_char(b, ',');
        json_number(b, "mean_us", (int64_t)(g->sum_us / (double)g->n));
        build_char(b, ',');
    }
    build_text(b, "\"value_minor\":{");
    for (int i = 0; i < g->n_money; i++) {
        build_text(b, i ? "," : "");
        json_number(b, g->money[i].currency, g->money[i].minor);
    }
    build_text(b, "},");
    json_text(b, "example", g->example);
    build_char(b, '}');
}

void diff_json_end(struct diff_totals *t, const struct diff_input *in) {
    static char buffer[PIECE];
    struct builder b = builder_over(buffer, sizeof buffer);
    diff_totals_sort(t);
    build_text(&b, "],\n\"totals\":{");
    json_number(&b, "events", t->n_events);
    build_char(&b, ',');
    json_number(&b, "changed", t->n_changed);
    build_char(&b, ',');
    json_number(&b, "same_by_other_rules", t->n_other_rules);
    build_char(&b, ',');
    json_number(&b, "not_compared", in->n_rejected);
    build_text(&b, ",\"of\":{");
    bool is_first = true;
    for (int i = 0; i < DIFF_KIND_COUNT; i++) {
        if (t->of[i] == 0)
            continue;
        build_text(&b, is_first ? "" : ",");
        json_number(&b, diff_kind_name((enum diff_kind)i), t->of[i]);
        is_first = false;
    }
    build_text(&b, "},\"groups\":[");
    for (int i = 0; i < t->n_groups; i++) {
        build_text(&b, i ? ",\n" : "\n");
        json_group(&b, &t->groups[i]);
        write_out(&b);
    }
    build_text(&b, "]}}\n");
    write_out(&b);
}
