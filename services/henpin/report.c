/*
 * report.c: `henpin report manifests`: what the yearly report on manifests
 * (産業廃棄物管理票交付等状況報告書) is filled in from: the manifests issued from 1 April to
 * 31 March by site, kind of waste, carrier and processor; due on 30 June (K-020). Those of
 * JWNET are reported by JWNET (K-021) and marked.
 */
#include "services/henpin/report.h"

#include "services/henpin/actions.h"
#include "services/henpin/commands.h"
#include "services/henpin/database.h"
#include "services/henpin/policy_command.h"
#include "services/henpin/rows.h"

#include "common/base/clock.h"

static const char program[] = "henpin report manifests";

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_HTML, FORMAT_JSON };

struct report_config {
    struct pg_config database;
    const char *policy_dir;
    int64_t year;
    int format, language;
};

#define AT(member) offsetof(struct report_config, member)
static const struct option report_options[] = {
    {"year", "HENPIN_REPORT_YEAR", OPT_I64, AT(year), "0", 0, 9998, 0, NULL, "YEAR",
     "manifests issued from 1 April of it to 31 March after it; 0: the year before this "
     "one, which is the one to report"},
    {"format", "HENPIN_REPORT_FORMAT", OPT_CHOICE, AT(format), "table", 0, 0, 0,
     "table|csv|html|json", NULL, "csv: for a spreadsheet; html: to print"},
    {"lang", "HENPIN_REPORT_LANG", OPT_CHOICE, AT(language), "en", 0, 0, 0, "en|ja", NULL,
     "language of titles and kinds of waste"},
    {"policy", "HENPIN_POLICY_DIR", OPT_STRING, AT(policy_dir), "deploy/policy", 0, 0,
     OPT_REQUIRED | OPT_SHIPPED, NULL, "DIR",
     "directory of the rule packs, which name kinds of waste"},
    {0},
};

static const struct pg_statement reported = {
    "report_manifests",
    "SELECT site, array_to_string(waste, ' '), is_special, is_electronic, carrier,"
    "  processor, manifests, tonnes::text, trim_scale(pieces)::text,"
    "  trim_scale(litres)::text, unweighed FROM henpin.manifest_report($1)"};

struct span report_waste(const struct report *r, size_t row) {
    struct span words = pg_text(r->rows, row, REPORT_WASTE);
    struct builder b = builder_in(r->a, 4000);
    while (words.len > 0) {
        const char *blank = memchr(words.ptr, ' ', words.len);
        size_t n = blank ? (size_t)(blank - words.ptr) : words.len;
        char word[64];
        snprintf(word, sizeof word, "%.*s", (int)n, words.ptr);
        const struct policy_term *term = policy_term(r->policy, TERM_WASTE, word);
        if (builder_span(&b).len > 0)
            build_text(&b, r->is_japanese ? "、" : "; ");
        build_text(&b, !term                        ? word
                       : r->is_japanese && term->ja ? term->ja
                                                    : term->title);
        words.ptr += n + (blank ? 1 : 0);
        words.len -= n + (blank ? 1 : 0);
    }
    return builder_span(&b);
}

/* ---- for people and programs ---- */

static void print_table(const struct report *r) {
    static const struct table_column columns[] = {
        {"SITE", false, false, 3},     {"MANIFEST", false, false, 2},
        {"CARRIER", false, false, 0},  {"PROCESSOR", false, false, 4},
        {"MANIFESTS", true, false, 0}, {"TONNES", true, false, 0},
        {"UNWEIGHED", true, false, 1}, {"WASTE", false, true, 0},
    };
    struct table *t = table_new(r->a, columns, COUNT_OF(columns));
    for (size_t row = 0; row < pg_rows(r->rows); row++) {
        if (pg_i64(r->rows, row, REPORT_UNWEIGHED) > 0)
            table_row_look(t, TABLE_YELLOW);
        rows_text(t, r->rows, row, REPORT_SITE);
        table_cell_text(t,
                        pg_bool(r->rows, row, REPORT_IS_ELECTRONIC) ? "JWNET" : "paper");
        rows_text(t, r->rows, row, REPORT_CARRIER);
        rows_text(t, r->rows, row, REPORT_PROCESSOR);
        rows_count(t, r->rows, row, REPORT_MANIFESTS);
        rows_text(t, r->rows, row, REPORT_TONNES);
        rows_count(t, r->rows, row, REPORT_UNWEIGHED);
        table_cell(t, report_waste(r, row));
    }
    table_print(t, stdout, table_width(stdout));
}

static json_t *json_yes(const struct pg_query *q, size_t row, int column) {
    return json_boolean(pg_bool(q, row, column));
}

static void print_json(const struct report *r) {
    static const struct rows_field fields[] = {
        {"site", rows_json_text, REPORT_SITE},
        {"waste", rows_json_text, REPORT_WASTE},
        {"is_special", json_yes, REPORT_IS_SPECIAL},
        {"is_electronic", json_yes, REPORT_IS_ELECTRONIC},
        {"carrier", rows_json_text, REPORT_CARRIER},
        {"processor", rows_json_text, REPORT_PROCESSOR},
        {"manifests", rows_json_number, REPORT_MANIFESTS},
        {"tonnes", rows_json_text, REPORT_TONNES},
        {"pieces", rows_json_text, REPORT_PIECES},
        {"litres", rows_json_text, REPORT_LITRES},
        {"unweighed", rows_json_number, REPORT_UNWEIGHED},
    };
    rows_json_print(json_pack("{s:i, s:o}", "year", r->year, "manifests",
                              rows_json(r->rows, fields, COUNT_OF(fields))),
                    stdout);
}

static void print(const struct report *r, enum format format) {
    if (format == FORMAT_CSV)
        report_csv(r, stdout);
    else if (format == FORMAT_HTML)
        report_html(r, stdout);
    else if (format == FORMAT_JSON)
        print_json(r);
    else if (pg_rows(r->rows) == 0)
        printf("no manifest was issued from %d-04-01 to %d-03-31; `--year %d` is of the "
               "year after\n",
               r->year, r->year + 1, r->year + 1);
    else
        print_table(r);
}

/* ---- the command ---- */

/* The fiscal year before that in which we are, in Japan. */
static int year_to_report(void) {
    char now[CLOCK_TEXT_SIZE]; /* 2026-11-20T03:00:00Z */
    int64_t year = 0, month = 0;
    clock_text(clock_now_us() + 9 * US_PER_HOUR, now);
    if (!span_to_i64((struct span){now, 4}, &year) ||
        !span_to_i64((struct span){now + 5, 2}, &month))
        BUG("clock_text wrote \"%s\"", now);
    return (int)(month >= 4 ? year - 1 : year - 2);
}

static int report(const struct report_config *c) {
    int code;
    struct policy *p = policy_open(program, c->policy_dir, false, &code);
    if (!p)
        return code;
    struct error err = {0};
    struct pg *pg = NULL;
    struct report r = {.policy = p,
                       .year = c->year ? (int)c->year : year_to_report(),
                       .is_japanese = c->language == 1,
                       .a = arena_new((size_t)256 << 20)};
    enum status st = database_open(&c->database, &pg, &err);
    if (st == ST_OK) {
        struct pg_script *s = pg_script_new(r.a);
        struct pg_query *q = pg_script_query(s, &reported);
        pg_param_i32(q, r.year);
        r.rows = q;
        st = database_run(pg, s, &err);
    }
    if (st == ST_OK)
        print(&r, (enum format)c->format);
    pg_free(pg);
    arena_free(r.a);
    policy_free(p);
    return st == ST_OK ? 0 : database_failed(program, &err);
}

static const struct action {
    struct action_head head;
} actions[] = {
    {{"manifests", report_options, NULL, 0, 0,
      "the year's industrial-waste manifests, to be reported by 30 June",
      "Counts and weighs the industrial-waste manifests of a year by site, waste, "
      "carrier and processor, for the yearly report. Those on paper are reported by the "
      "discharger; those of JWNET by JWNET."}},
};

static const struct action_list list = {"henpin report", "[OPTION...]", ACTIONS(actions)};

int report_main(int argc, char **argv, char **envp) {
    char title[ACTION_TITLE_SIZE];
    int code;
    const struct action *action = actions_choose(&list, argc, argv, title, &code);
    if (!action)
        return code;
    struct report_config config = {.year = 0};
    const struct option_table tables[] = {
        {action->head.options, &config}, {pg_options, &config.database}, {0}};
    struct config_result parsed;
    if (!actions_parse(&action->head, tables, NULL, argc, argv, envp, &parsed, &code))
        return code;
    return report(&config);
}
