/* report_write.c: the yearly report on manifests for spreadsheets and for paper. */
#include "services/henpin/markup.h"
#include "services/henpin/report.h"

#include "common/base/version.h"

enum { COLUMN_COUNT = 11 };

/* What each column is called: in English, in Japanese (as on the form, 様式第三号, where it
 * has one). */
static const struct {
    const char *en, *ja;
    bool is_number;
} titles[COLUMN_COUNT] = {
    [REPORT_SITE] = {"Site", "事業場", false},
    [REPORT_WASTE] = {"Kind of waste", "産業廃棄物の種類", false},
    [REPORT_IS_SPECIAL] = {"Specially controlled", "特別管理", false},
    [REPORT_IS_ELECTRONIC] = {"Manifest", "管理票", false},
    [REPORT_CARRIER] = {"Carrier", "運搬受託者", false},
    [REPORT_PROCESSOR] = {"Processor", "処分受託者", false},
    [REPORT_MANIFESTS] = {"Manifests issued", "管理票の交付枚数", true},
    [REPORT_TONNES] = {"Amount (t)", "排出量（t）", true},
    [REPORT_PIECES] = {"Pieces", "個数", true},
    [REPORT_LITRES] = {"Litres", "容量（L）", true},
    [REPORT_UNWEIGHED] = {"Manifests without weight", "重量未記入の管理票", true},
};

static const char *title_of(const struct report *r, int column) {
    return r->is_japanese ? titles[column].ja : titles[column].en;
}

static struct span cell(const struct report *r, size_t row, int column) {
    static char number[24];
    bool is_yes;
    switch (column) {
    case REPORT_WASTE:
        return report_waste(r, row);
    case REPORT_IS_SPECIAL:
        is_yes = pg_bool(r->rows, row, column);
        return r->is_japanese ? (is_yes ? SPAN("該当") : SPAN(""))
                              : (is_yes ? SPAN("yes") : SPAN(""));
    case REPORT_IS_ELECTRONIC:
        is_yes = pg_bool(r->rows, row, column);
        return r->is_japanese ? (is_yes ? SPAN("電子") : SPAN("紙"))
                              : (is_yes ? SPAN("JWNET") : SPAN("paper"));
    case REPORT_MANIFESTS:
    case REPORT_UNWEIGHED:
        snprintf(number, sizeof number, "%lld", (long long)pg_i64(r->rows, row, column));
        return span_of(number);
    default:
        return pg_text(r->rows, row, column);
    }
}

/* ---- CSV ---- */

/* The full-width ones, too: a Japanese spreadsheet reads them alike. */
static bool begins_formula(struct span text) {
    static const char *const signs[] = {"=",  "+",  "-",  "@",  "\t",
                                        "\r", "＝", "＋", "－", "＠"};
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (text.len >= strlen(signs[i]) &&
            memcmp(text.ptr, signs[i], strlen(signs[i])) == 0)
            return true;
    return false;
}

/* A text that a spreadsheet would run is led by an apostrophe, which it shows as text. */
static void csv_cell(FILE *out, struct span text, bool is_number) {
    bool is_formula = !is_number && begins_formula(text);
    fputc('"', out);
    if (is_formula)
        fputc('\'', out);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            fputc('"', out);
        fputc(text.ptr[i], out);
    }
    fputc('"', out);
}

static void csv_end(FILE *out, int column) {
    fputs(column == COLUMN_COUNT - 1 ? "\r\n" : ",", out);
}

void report_csv(const struct report *r, FILE *out) {
    fputs("\xEF\xBB\xBF", out);
    for (int c = 0; c < COLUMN_COUNT; c++) {
        csv_cell(out, span_of(title_of(r, c)), true);
        csv_end(out, c);
    }
    for (size_t row = 0; row < pg_rows(r->rows); row++)
        for (int c = 0; c < COLUMN_COUNT; c++) {
            csv_cell(out, cell(r, row, c), titles[c].is_number);
            csv_end(out, c);
        }
}

/* ---- HTML ---- */

static const char style[] =
    "body{font:14px/1.5 system-ui,'Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',"
    "'Yu Gothic',sans-serif;color:#1c1d21;background:#fff;margin:2rem}\n"
    "h1{font-size:1.4rem;margin:0}p{margin:.2rem 0 1rem}\n"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;"
    "padding:.3rem .5rem;text-align:left;vertical-align:top}\n"
    "th{background:#eef1f5}td.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "@media print{@page{size:A4 landscape;margin:12mm}body{margin:0;font-size:10pt}"
    "tr{break-inside:avoid}thead{display:table-header-group}}\n";

static void html_rows(const struct report *r, FILE *out) {
    fputs("<table>\n<thead><tr>", out);
    for (int c = 0; c < COLUMN_COUNT; c++)
        fprintf(out, "<th scope=\"col\">%s</th>", title_of(r, c));
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t row = 0; row < pg_rows(r->rows); row++) {
        fputs("<tr>", out);
        for (int c = 0; c < COLUMN_COUNT; c++) {
            fputs(titles[c].is_number ? "<td class=\"n\">" : "<td>", out);
            markup_text(out, cell(r, row, c));
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table>\n", out);
}

void report_html(const struct report *r, FILE *out) {
    const char *title = r->is_japanese ? "産業廃棄物管理票交付等の状況"
                                       : "Industrial-waste manifests issued";
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<title>%s %d</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>%s</h1>\n",
            r->is_japanese ? "ja" : "en", title, r->year, style, title);
    if (r->is_japanese)
        fprintf(out,
                "<p>%d年4月1日から%d年3月31日までに交付したもの。紙の管理票は%"
                "d年6月30日までに"
                "知事・政令市長へ報告する。電子マニフェストの分は情報処理センターが報告す"
                "る。</p>\n",
                r->year, r->year + 1, r->year + 1);
    else
        fprintf(
            out,
            "<p>Issued from 1 April %d to 31 March %d. Those on paper are reported to "
            "the governor or city by 30 June %d; those of JWNET are reported by "
            "JWNET.</p>\n",
            r->year, r->year + 1, r->year + 1);
    if (pg_rows(r->rows) > 0)
        html_rows(r, out);
    else
        fprintf(out, "<p>%s</p>\n",
                r->is_japanese ? "交付した管理票はない。" : "No manifest was issued.");
    fprintf(out, "<p>henpin %s</p>\n</body>\n</html>\n", HENPIN_VERSION);
}
