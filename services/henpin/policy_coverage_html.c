/* policy_coverage_html.c: the page for a manager: the picture, the holes in words, the
 * desks. It needs nothing but itself. */
#include "common/base/clock.h"
#include "common/policy/civil.h"
#include "services/henpin/markup.h"
#include "services/henpin/policy_coverage.h"

#include <stdio.h>
#include <string.h>

static const char page_style[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--line:#d5dae0;"
    "--paper:#fff;--bad:#c62828;--good:#2e7d32}"
    "@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa4af;"
    "--line:#3a424b;--paper:#14181d;--bad:#ff6b61;--good:#66bb6a}}"
    "body{margin:2rem auto;max-width:1240px;padding:0 1rem;background:var(--paper);"
    "color:var(--ink);font:15px/1.5 system-ui,'Segoe UI','Noto Sans','Noto Sans JP',"
    "sans-serif}"
    "h1{font-size:1.4rem;margin:0 0 .2rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}"
    "p.soft,td.soft{color:var(--soft)}.bad{color:var(--bad)}.good{color:var(--good)}"
    "strong.figure{font-size:1.6rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
    "padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line)}"
    "th{font-weight:600;color:var(--soft)}.map{overflow-x:auto}"
    ".map svg{max-width:100%;height:auto;min-width:820px}"
    "@media print{body{margin:0;max-width:none}.map{overflow:visible}"
    "h2{break-after:avoid}tr{break-inside:avoid}}";

static void put(FILE *out, const char *text) {
    markup_text(out, span_of(text ? text : ""));
}

static void put_hole(const struct coverage_picture *x, const struct coverage_row *r,
                     FILE *out) {
    char text[1024];
    struct builder b = builder_over(text, sizeof text);
    fputs("<tr><td>", out);
    coverage_spell_marketplaces(x->p, r, 8, &b);
    markup_text(out, builder_span(&b));
    fputs("</td><td>", out);
    b = builder_over(text, sizeof text);
    coverage_spell_langs(x->p, r, 12, &b);
    build_text(&b, "; ");
    coverage_spell_categories(x->p, r, 6, &b);
    markup_text(out, builder_span(&b));
    fputs("</td><td>", out);
    b = builder_over(text, sizeof text);
    coverage_spell_holes(r, &b);
    markup_text(out, builder_span(&b));
    fputs("</td><td>", out);
    put(out, r->promise->rule->title);
    fputs("<br><span class=\"soft\">", out);
    put(out, r->promise->duty->due.text);
    fputs("</span></td>", out);
    if (r->gap) {
        fputs("<td>", out);
        put(out, r->gap->why);
        fputs("</td>", out);
    }
    fputs("</tr>\n", out);
}

static void put_holes(const struct coverage_picture *x, bool is_accepted, FILE *out) {
    int n = is_accepted ? x->n_accepted : x->n_holes - x->n_accepted;
    if (n == 0)
        return;
    fprintf(out,
            "<h2>%s</h2>\n<table><tr><th>Stores</th><th>Buyers</th><th>Hours</th>"
            "<th>What falls due</th>%s</tr>\n",
            is_accepted ? "Accepted" : "Where nobody is",
            is_accepted ? "<th>Why</th>" : "");
    for (int i = 0; i < x->n_rows; i++)
        if (x->rows[i].n_missed > 0 && (x->rows[i].gap != NULL) == is_accepted)
            put_hole(x, &x->rows[i], out);
    fputs("</table>\n", out);
}

static void put_day(FILE *out, int64_t us) {
    char text[16];
    coverage_day_text(civil_day_of_us(us), text);
    fputs(text, out);
}

static void put_desk(const struct coverage_picture *x, const struct desk *d, FILE *out) {
    const struct attribute *lang = &x->p->domain.facts[FACT_LANG];
    const char *comma = "";
    fputs("<tr><td>", out);
    put(out, d->title ? d->title : d->name);
    fprintf(out, "</td><td>%s", d->speaks_any ? "any" : "");
    for (int v = 0; !d->speaks_any && v < lang->n_words; v++) {
        if (word_set_has(&d->langs, v)) {
            fputs(comma, out);
            put(out, lang->words[v]);
            comma = ", ";
        }
    }
    fputs("</td><td>", out);
    put(out, d->calendar->title ? d->calendar->title : d->calendar->name);
    fputs("</td><td class=\"soft\">", out);
    put(out, d->calendar->zone->name);
    fputs("</td><td>", out);
    for (int i = 0; i < d->n_licences; i++) {
        put(out, d->licences[i].name);
        if (d->licences[i].until_us != INT64_MAX) {
            fputs(" until ", out);
            put_day(out, d->licences[i].until_us);
        }
        fputs(i + 1 < d->n_licences ? ", " : "", out);
    }
    fputs("</td></tr>\n", out);
}

void coverage_print_html(const struct coverage_picture *x, FILE *out) {
    char first[16], last[16];
    int open = x->n_holes - x->n_accepted;
    coverage_day_text(x->coverage->first_day, first);
    coverage_day_text(x->coverage->first_day + x->coverage->weeks * 7 - 1, last);
    fprintf(out,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
            "<title>Who answers when</title><style>%s</style></head><body>\n"
            "<h1>Who answers when</h1>\n<p class=\"soft\">%s to %s, rules ",
            page_style, first, last);
    put(out, x->p->revision.label);
    fprintf(out,
            " (%.12s)</p>\n<p><strong class=\"figure %s\">%d</strong> hole%s in the week "
            "where nobody but the triage desk can act in time, and %d accepted.</p>\n"
            "<div class=\"map\">\n",
            x->p->revision.hash, open ? "bad" : "good", open, open == 1 ? "" : "s",
            x->n_accepted);
    coverage_print_svg(x, out);
    fputs("</div>\n", out);
    put_holes(x, false, out);
    put_holes(x, true, out);
    fputs("<h2>Desks</h2>\n<table><tr><th>Desk</th><th>Languages</th><th>Hours</th>"
          "<th>Time zone</th><th>Licences</th></tr>\n",
          out);
    for (int i = 0; i < x->p->n_desks; i++)
        put_desk(x, &x->p->desks[i], out);
    fputs("</table>\n</body></html>\n", out);
}
