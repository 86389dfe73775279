/*
 * policy_show.c: `henpin policy show`: the rules as people read them: what each asks, what
 * it gives, since when, and who says so. On a terminal, or as a page (policy_show_html.c).
 */
#include "services/henpin/policy_show.h"

#include "common/base/config.h"
#include "common/base/suggest.h"
#include "common/policy/outrank.h"
#include "services/henpin/policy_command.h"
#include "services/henpin/table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct show_config {
    const char *html;
    int language;
};

#define AT(member) offsetof(struct show_config, member)
static const struct option show_options[] = {
    {"lang", "HENPIN_POLICY_LANG", OPT_CHOICE, AT(language), "en", 0, 0, 0, "en|ja", NULL,
     "in English or in Japanese"},
    {"html", "HENPIN_POLICY_SHOW_HTML", OPT_STRING, AT(html), "", 0, 0, 0, NULL, "FILE",
     "write a page that needs nothing else, for the screen and for paper; -: to the "
     "standard output"},
    {0},
};

bool show_takes(const struct show *s, const struct rule *r, const struct table *t) {
    return !s->rule || strcmp(s->rule, r->id) == 0 || strcmp(s->rule, t->name) == 0;
}

const char *show_hit(const struct words *w, enum hit_policy hit) {
    static const enum phrase phrases[] = {[HIT_UNIQUE] = PH_T_UNIQUE,
                                          [HIT_PRIORITY] = PH_T_PRIORITY,
                                          [HIT_COLLECT] = PH_T_COLLECT};
    return words_phrase(w, phrases[hit]);
}

/* One of the slots that the table needs from an earlier one. */
static const char *show_slot(const struct show *s, const struct slot_need *need) {
    static const char *const kinds[SLOT_COUNT] = {
        [SLOT_HANDLE] = "handle", [SLOT_CODE] = "code", [SLOT_REMEDY] = "remedy"};
    static const enum phrase names[SLOT_COUNT] = {[SLOT_HANDLE] = PH_SLOT_HANDLE,
                                                  [SLOT_CODE] = PH_SLOT_CODE,
                                                  [SLOT_REMEDY] = PH_SLOT_REMEDY};
    struct builder b = builder_in(s->scratch, 2048);
    for (int i = 0; i < need->n; i++) {
        build_text(&b, i ? words_phrase(s->w, PH_OR) : "");
        build_text(&b, words_text(s->w, kinds[need->slot], need->words[i]));
    }
    build_char(&b, '\0');
    return words_say(s->scratch, s->w, PH_T_NEEDS, words_phrase(s->w, names[need->slot]),
                     b.ptr, NULL);
}

int show_needs(const struct show *s, const struct table *t,
               const char *out[SHOW_MAX_NEEDS]) {
    int n = 0;
    for (int i = 0; i < t->n_needs; i++)
        out[n++] = show_slot(s, &t->needs[i]);
    for (int fact = 0; fact < POLICY_FACT_COUNT && n < SHOW_MAX_NEEDS; fact++)
        if (t->guard[fact])
            out[n++] = words_say(s->scratch, s->w, PH_T_NEEDS,
                                 words_text(s->w, "fact", fact_name(fact)),
                                 condition_text(s->scratch, s->w, t->guard[fact]), NULL);
    return n;
}

/* ---- the terminal ---- */

/* Label and text beside each other; on a narrow terminal the text is wrapped. */
static const struct table_column label_and_text[] = {{"", false, false, 0},
                                                     {"", false, true, 0}};

static void print_rule(const struct show *s, const struct table *t,
                       const struct rule *r) {
    struct rule_rows rows = rule_rows(s->scratch, s->w, r, t);
    struct table *table = table_new(s->scratch, label_and_text, COUNT_OF(label_and_text));
    char text[320];
    enum rule_row_part part = ROW_ABOUT;
    printf("\n%s\n", r->id);
    for (int i = 0; i < rows.n; i++) {
        const struct rule_row *row = &rows.items[i];
        const char *lead = row->part == part       ? "  "
                           : row->part == ROW_WHEN ? "? "
                           : row->part == ROW_THEN ? "> "
                                                   : "  ";
        part = row->part;
        snprintf(text, sizeof text, "  %s%s", lead, row->label);
        table_cell_text(table, text);
        table_cell_text(table, row->text);
    }
    const char *yields = show_yields(s, t, r);
    if (yields) {
        snprintf(text, sizeof text, "    %s", words_phrase(s->w, PH_R_YIELDS));
        table_cell_text(table, text);
        table_cell_text(table, yields);
    }
    snprintf(text, sizeof text, "    %s", words_phrase(s->w, PH_R_PLACE));
    table_cell_text(table, text);
    snprintf(text, sizeof text, "%s:%d", r->file, r->line);
    table_cell_text(table, text);
    table_print(table, stdout, table_width(stdout));
}

const char *show_yields(const struct show *s, const struct table *t,
                        const struct rule *r) {
    enum { MAX = 64 };
    const struct rule *rules[MAX];
    int n = outranking_rules(s->p, t, r, rules, MAX);
    struct builder b = builder_in(s->scratch, MAX * 96);
    for (int i = 0; i < n; i++)
        build_format(&b, "%s%.64s (%d)", i ? words_phrase(s->w, PH_COMMA) : "",
                     rules[i]->id, rules[i]->priority);
    return n > 0 ? text_finished(&b) : NULL;
}

static void print_table(const struct show *s, const struct table *t) {
    const char *needs[SHOW_MAX_NEEDS];
    int n = show_needs(s, t, needs);
    struct table *table = table_new(s->scratch, label_and_text, COUNT_OF(label_and_text));
    printf("\n== %s\n", t->name);
    if (t->title) {
        table_cell_text(table, " ");
        table_cell_text(table, table_title(s->w, t));
    }
    table_cell_text(table, " ");
    table_cell_text(table, show_hit(s->w, t->hit));
    for (int i = 0; i < n; i++) {
        table_cell_text(table, " ");
        table_cell_text(table, needs[i]);
    }
    table_print(table, stdout, table_width(stdout));
}

static int print_terminal(const struct show *s) {
    int n_shown = 0;
    for (int i = 0; i < s->p->n_tables; i++) {
        const struct table *t = &s->p->tables[i];
        bool is_told = false;
        for (int k = 0; k < t->n_rules; k++) {
            if (!show_takes(s, &t->rules[k], t))
                continue;
            if (!is_told)
                print_table(s, t);
            is_told = true;
            print_rule(s, t, &t->rules[k]);
            arena_reset(s->scratch);
            n_shown++;
        }
    }
    return n_shown;
}

/* ---- the command ---- */

static int write_page(const struct show *s, const char *path) {
    bool is_stdout = strcmp(path, "-") == 0;
    FILE *out = is_stdout ? stdout : fopen(path, "w");
    if (!out) {
        fprintf(stderr, "henpin policy show: could not write \"%s\": %s\n", path,
                strerror(errno));
        return -1;
    }
    int n = show_html(s, out);
    if (!is_stdout && fclose(out) != 0) {
        fprintf(stderr, "henpin policy show: could not write \"%s\": %s\n", path,
                strerror(errno));
        return -1;
    }
    return n;
}

static void tell_unknown(const struct policy *p, const char *dir, const char *rule) {
    struct suggestion s = suggest_for(span_of(rule));
    for (int i = 0; i < p->n_rules; i++)
        suggest_consider(&s, p->rules[i]->id);
    for (int i = 0; i < p->n_tables; i++)
        suggest_consider(&s, p->tables[i].name);
    fprintf(stderr, "henpin policy show: there is no rule and no table \"%s\" in %s%s\n",
            rule, dir, suggest_text(&s));
}

static int show(const struct show_config *c, const struct policy *p, const char *dir,
                const char *rule) {
    struct arena *a = arena_new((size_t)64 << 20);
    struct show s = {.p = p,
                     .w = words_new(a, p, (enum words_language)c->language),
                     .rule = rule,
                     .scratch = arena_new((size_t)64 << 20)};
    struct error err = {0};
    int n = -1;
    if (words_read(s.w, dir, NULL, &err) != ST_OK)
        fprintf(stderr, "henpin policy show: %s\n", err.text);
    else
        n = *c->html ? write_page(&s, c->html) : print_terminal(&s);
    if (n == 0)
        tell_unknown(p, dir, rule ? rule : "");
    arena_free(s.scratch);
    arena_free(a);
    return n > 0 ? 0 : n == 0 ? 1 : 2;
}

int policy_show_main(int argc, char **argv, char **envp) {
    struct show_config config = {.html = ""};
    const struct option_table tables[] = {{show_options, &config}, {0}};
    const struct config_spec spec = {
        .program = argv[0],
        .summary = "Shows the rules as people read them: ? what a rule asks, > what it "
                   "gives, and who says so.\nRULE is the id of one rule, or the name of "
                   "one table; without it all are shown.",
        .operands = "DIR [RULE]",
        .tables = tables};
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    if (parsed.operands.count < 1 || parsed.operands.count > 2) {
        fprintf(stderr, "%s: name a directory of rules, and at most one rule or table\n",
                argv[0]);
        return 2;
    }
    struct policy *p = policy_open(argv[0], parsed.operands.items[0], false, &code);
    if (!p)
        return code;
    code = show(&config, p, parsed.operands.items[0],
                parsed.operands.count > 1 ? parsed.operands.items[1] : NULL);
    policy_free(p);
    return code;
}
