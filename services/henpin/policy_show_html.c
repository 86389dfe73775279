/*
 * policy_show_html.c: the rules as one page: no script, nothing loaded from elsewhere,
 * light and dark, and fit for paper. Everything that the packs say is escaped.
 */
#include "services/henpin/policy_show.h"

#include "common/base/version.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>%s</title>\n<style>\n";

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c1d21;--soft:#5b6069;--line:#d9dce1;"
    "--paper:#fff;--when:#eef4fb;--then:#eef8f0;--shadow:#f6f0e2}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e7e8ea;--soft:#a2a8b2;"
    "--line:#3a3f47;--paper:#16181c;--when:#1b2734;--then:#1a2a1f;--shadow:#2e2818}}\n"
    "body{font:15px/1.5 system-ui,'Hiragino Sans','Noto Sans JP','Yu Gothic',sans-serif;"
    "color:var(--ink);background:var(--paper);max-width:64rem;margin:0 auto;"
    "padding:1.5rem}\n"
    "h1{font-size:1.5rem;margin:0 0 .2rem}h2{font-size:1.2rem;margin:2.4rem 0 .2rem;"
    "border-bottom:2px solid var(--line)}h3{font-size:1rem;margin:0}\n"
    "p{margin:.2rem 0}.soft,nav{color:var(--soft);font-size:.9rem}a{color:inherit}\n"
    "nav ul{columns:16rem;padding-left:1.2rem}article{border:1px solid var(--line);"
    "border-radius:6px;padding:.7rem .9rem;margin:.9rem 0;break-inside:avoid}\n"
    "code{font-size:.85rem;color:var(--soft)}table{border-collapse:collapse;width:100%;"
    "margin:.5rem 0 0}th{text-align:left;font-weight:600;white-space:nowrap;width:1%}\n"
    "th,td{padding:.2rem .6rem;vertical-align:top;border-top:1px solid var(--line)}"
    "tr.when{background:var(--when)}tr.then{background:var(--then)}"
    "tr.source{color:var(--soft);font-size:.9rem}\n"
    "article.shadow{background:var(--shadow)}td{overflow-wrap:anywhere}\n"
    "@media (max-width:40rem){th{white-space:normal}}\n"
    "@media print{body{max-width:none;padding:0;font-size:10pt}nav{display:none}"
    "tr,article{background:none!important}}\n";

/* Text of the packs: nothing in it may become markup. */
static void escaped(FILE *out, const char *text) {
    for (const char *c = text; *c; c++) {
        switch (*c) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*c, out);
        }
    }
}

static void element(FILE *out, const char *open, const char *text, const char *close) {
    fputs(open, out);
    escaped(out, text);
    fputs(close, out);
}

static void write_head(const struct show *s, FILE *out) {
    const struct policy_revision *r = &s->p->revision;
    fprintf(out, head, words_language(s->w) == WORDS_JA ? "ja" : "en",
            words_language(s->w) == WORDS_JA ? "ルール一覧" : "Rules");
    fputs(style, out);
    fputs("</style>\n</head>\n<body>\n<header>\n", out);
    element(out, "<h1>", s->p->ruleset, "</h1>\n");
    element(out, "<p class=\"soft\">", r->label, ", ");
    fprintf(out, "<code>%s</code>; henpin %s</p>\n</header>\n", r->hash, HENPIN_VERSION);
}

static int count_rules(const struct show *s, const struct table *t) {
    int n = 0;
    for (int i = 0; i < t->n_rules; i++)
        n += show_takes(s, &t->rules[i], t);
    return n;
}

static void write_contents(const struct show *s, FILE *out) {
    fputs("<nav><ul>\n", out);
    for (int i = 0; i < s->p->n_tables; i++) {
        const struct table *t = &s->p->tables[i];
        int n = count_rules(s, t);
        if (n == 0)
            continue;
        fprintf(out, "<li><a href=\"#table-%d\">", i);
        escaped(out, table_title(s->w, t));
        fprintf(out, "</a> (%d)</li>\n", n);
    }
    fputs("</ul></nav>\n", out);
}

static void write_rule(const struct show *s, const struct table *t, const struct rule *r,
                       FILE *out) {
    static const char *const classes[] = {[ROW_ABOUT] = "about",
                                          [ROW_WHEN] = "when",
                                          [ROW_THEN] = "then",
                                          [ROW_SOURCE] = "source"};
    struct rule_rows rows = rule_rows(s->scratch, s->w, r, t);
    fprintf(out, "<article%s id=\"", r->is_shadow ? " class=\"shadow\"" : "");
    escaped(out, r->id);
    element(out, "\">\n<h3>", rule_title(s->scratch, s->w, r), "</h3>\n");
    element(out, "<code>", r->id, "</code>\n<table>\n");
    for (int i = 0; i < rows.n; i++) {
        const struct rule_row *row = &rows.items[i];
        if (strcmp(row->key, "title") == 0)
            continue;
        fprintf(out, "<tr class=\"%s\">", classes[row->part]);
        element(out, "<th scope=\"row\">", row->label, "</th>");
        element(out, "<td>", row->text, "</td></tr>\n");
    }
    const char *yields = show_yields(s, t, r);
    if (yields) {
        element(out, "<tr class=\"source\"><th scope=\"row\">",
                words_phrase(s->w, PH_R_YIELDS), "</th>");
        element(out, "<td>", yields, "</td></tr>\n");
    }
    element(out, "<tr class=\"source\"><th scope=\"row\">",
            words_phrase(s->w, PH_R_PLACE), "</th>");
    element(out, "<td>", r->file, "");
    fprintf(out, ":%d</td></tr>\n</table>\n</article>\n", r->line);
}

static void write_table(const struct show *s, const struct table *t, int i, FILE *out) {
    fprintf(out, "<section>\n<h2 id=\"table-%d\">", i);
    element(out, "", table_title(s->w, t), "</h2>\n");
    const char *needs[SHOW_MAX_NEEDS];
    int n = show_needs(s, t, needs);
    element(out, "<p class=\"soft\">", show_hit(s->w, t->hit), "");
    for (int k = 0; k < n; k++)
        element(out, "; ", needs[k], "");
    fputs("</p>\n", out);
    for (int k = 0; k < t->n_rules; k++) {
        if (show_takes(s, &t->rules[k], t))
            write_rule(s, t, &t->rules[k], out);
        arena_reset(s->scratch);
    }
    fputs("</section>\n", out);
}

int show_html(const struct show *s, FILE *out) {
    int n = 0;
    for (int i = 0; i < s->p->n_tables; i++)
        n += count_rules(s, &s->p->tables[i]);
    if (n == 0)
        return 0;
    write_head(s, out);
    write_contents(s, out);
    for (int i = 0; i < s->p->n_tables; i++)
        if (count_rules(s, &s->p->tables[i]) > 0)
            write_table(s, &s->p->tables[i], i, out);
    fputs("</body>\n</html>\n", out);
    return n;
}
