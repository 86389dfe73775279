/*
 * scorecard.c: `henpin scorecard`: how sellers answer, by the marketplaces' own measures:
 * in time, how fast on both clocks, what was breached, what is at risk and what it is
 * worth. The counting itself is the function henpin.scorecard.
 */
#include "services/henpin/commands.h"
#include "services/henpin/database.h"
#include "services/henpin/rows.h"

#include "common/base/clock.h"
#include "common/event/event.h"

static const char program[] = "henpin scorecard";

struct scorecard_config {
    struct pg_config database;
    const char *marketplace, *seller;
    int days;
    bool is_json;
};

#define AT(member) offsetof(struct scorecard_config, member)
static const struct option scorecard_options[] = {
    {"marketplace", "HENPIN_SCORECARD_MARKETPLACE", OPT_STRING, AT(marketplace), "", 0, 0,
     0, NULL, "CODE", "only this store, such as amazon.co.jp"},
    {"seller", "HENPIN_SCORECARD_SELLER", OPT_STRING, AT(seller), "", 0, 0, 0, NULL, "ID",
     "only this seller"},
    {"days", "HENPIN_SCORECARD_DAYS", OPT_CHOICE, AT(days), "30", 0, 0, 0, "all|7|30|90",
     NULL, "of clocks that began in the last so many days"},
    {"json", "HENPIN_SCORECARD_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object; times in microseconds"},
    {0},
};

static const struct pg_statement scored = {
    "scorecard",
    "SELECT s.seller_id, s.marketplace, s.duty, s.days, s.started, s.answered,"
    "  s.in_time, (s.share_in_time * 10000)::bigint, s.late, s.unanswered, s.breached,"
    "  s.at_risk, s.standing,"
    "  (extract(epoch FROM s.elapsed_mean) * 1000000)::bigint,"
    "  (extract(epoch FROM s.elapsed_median) * 1000000)::bigint,"
    "  (extract(epoch FROM s.elapsed_p90) * 1000000)::bigint,"
    "  (extract(epoch FROM s.desk_median) * 1000000)::bigint,"
    "  (extract(epoch FROM s.desk_p90) * 1000000)::bigint,"
    "  (extract(epoch FROM s.line) * 1000000)::bigint,"
    "  s.within_line, (s.share_within_line * 10000)::bigint,"
    "  (s.wanted_share * 10000)::bigint, s.stake::text,"
    "  (SELECT string_agg(k.value || ' ' || k.key, ', ' ORDER BY k.key)"
    "   FROM jsonb_each_text(s.stake) k)"
    " FROM henpin.scorecard($1, $2) s WHERE $3 = 0 OR s.days = $3"};
enum {
    S_SELLER,
    S_MARKETPLACE,
    S_DUTY,
    S_DAYS,
    S_STARTED,
    S_ANSWERED,
    S_IN_TIME,
    S_SHARE,
    S_LATE,
    S_UNANSWERED,
    S_BREACHED,
    S_AT_RISK,
    S_STANDING,
    S_MEAN,
    S_MEDIAN,
    S_P90,
    S_DESK_MEDIAN,
    S_DESK_P90,
    S_LINE,
    S_WITHIN,
    S_LINE_SHARE,
    S_WANTED,
    S_STAKE,
    S_STAKE_WORDS
};

/* ---- for people ---- */

/* Hundredths of a percent as "93.4 %"; nothing where nothing is over. */
static void cell_share(struct table *t, const struct pg_query *q, size_t row,
                       int column) {
    char text[32] = "";
    if (!pg_is_null(q, row, column)) {
        int64_t n = pg_i64(q, row, column);
        snprintf(text, sizeof text, "%lld.%lld %%", (long long)(n / 100),
                 (long long)(n % 100 / 10));
    }
    table_cell_text(t, text);
}

/* Of the marketplace's measure: red when it wants more. */
static void cell_line_share(struct table *t, const struct pg_query *q, size_t row,
                            int column) {
    if (!pg_is_null(q, row, column) && !pg_is_null(q, row, S_WANTED) &&
        pg_i64(q, row, column) < pg_i64(q, row, S_WANTED))
        table_row_look(t, TABLE_RED);
    cell_share(t, q, row, column);
}

static void cell_hours(struct table *t, const struct pg_query *q, size_t row,
                       int column) {
    char text[32] = "";
    int64_t us = pg_i64(q, row, column);
    if (us != EVENT_ABSENT)
        snprintf(text, sizeof text, "%lld.%lld h", (long long)(us / US_PER_HOUR),
                 (long long)(us % US_PER_HOUR * 10 / US_PER_HOUR));
    table_cell_text(t, text);
}

/* Money in minor units, as the tables have it. */
static const struct rows_column columns[] = {
    {"SELLER", rows_text, S_SELLER, 0},
    {"MARKETPLACE", rows_text, S_MARKETPLACE, 0},
    {"DUTY", rows_text, S_DUTY, 0},
    {"DAYS", rows_i64, S_DAYS, 5},
    {"BEGAN", rows_count, S_STARTED, 1},
    {"IN TIME", cell_share, S_SHARE, 0},
    {"BY LINE", cell_line_share, S_LINE_SHARE, 2},
    {"LINE", cell_hours, S_LINE, 7},
    {"MEDIAN", cell_hours, S_MEDIAN, 3},
    {"90 %", cell_hours, S_P90, 3},
    {"DESK MEDIAN", cell_hours, S_DESK_MEDIAN, 6},
    {"DESK 90 %", cell_hours, S_DESK_P90, 6},
    {"BREACHED", rows_count, S_BREACHED, 2},
    {"AT RISK", rows_count, S_AT_RISK, 1},
    {"STANDING", rows_count, S_STANDING, 4},
    {"AT STAKE", rows_text, S_STAKE_WORDS, 4},
};

static void print_table(struct arena *a, const struct pg_query *q) {
    if (pg_rows(q) == 0) {
        printf("no duty began in that time\n");
        return;
    }
    rows_print(a, q, columns, COUNT_OF(columns), false, stdout);
    printf(
        "\nin time: by the duty's own due\nby line: within what the marketplace itself "
        "counts\nmedian, 90 %%: time to the answer; of the desk: only its open "
        "hours\nat stake: minor units of the currency\n");
}

/* ---- JSON ---- */

static json_t *json_money(const struct pg_query *q, size_t row, int column) {
    struct span s = pg_text(q, row, column);
    return s.ptr ? json_loadb(s.ptr, s.len, 0, NULL) : json_object();
}

static json_t *json_share(const struct pg_query *q, size_t row, int column) {
    return pg_is_null(q, row, column) ? json_null()
                                      : json_real((double)pg_i64(q, row, column) / 10000);
}

static const struct rows_field fields[] = {
    {"seller_id", rows_json_text, S_SELLER},
    {"marketplace", rows_json_text, S_MARKETPLACE},
    {"duty", rows_json_text, S_DUTY},
    {"days", rows_json_number, S_DAYS},
    {"started", rows_json_number, S_STARTED},
    {"answered", rows_json_number, S_ANSWERED},
    {"in_time", rows_json_number, S_IN_TIME},
    {"share_in_time", json_share, S_SHARE},
    {"late", rows_json_number, S_LATE},
    {"unanswered", rows_json_number, S_UNANSWERED},
    {"breached", rows_json_number, S_BREACHED},
    {"at_risk", rows_json_number, S_AT_RISK},
    {"standing", rows_json_number, S_STANDING},
    {"elapsed_mean_us", rows_json_number, S_MEAN},
    {"elapsed_median_us", rows_json_number, S_MEDIAN},
    {"elapsed_p90_us", rows_json_number, S_P90},
    {"desk_median_us", rows_json_number, S_DESK_MEDIAN},
    {"desk_p90_us", rows_json_number, S_DESK_P90},
    {"line_us", rows_json_number, S_LINE},
    {"within_line", rows_json_number, S_WITHIN},
    {"share_within_line", json_share, S_LINE_SHARE},
    {"wanted_share", json_share, S_WANTED},
    {"stake", json_money, S_STAKE},
};

/* ---- the command ---- */

static enum status show(struct pg *pg, const struct scorecard_config *c,
                        struct error *err) {
    static const int64_t days[] = {0, 7, 30, 90}; /* as the option's choices */
    struct arena *a = arena_new((size_t)1 << 30);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &scored);
    pg_param_text(q, span_given(c->seller));
    pg_param_text(q, span_given(c->marketplace));
    pg_param_i32(q, (int32_t)days[c->days]);
    enum status st = database_run(pg, s, err);
    if (st == ST_OK && c->is_json)
        rows_json_print(
            json_pack("{s:o}", "scorecard", rows_json(q, fields, COUNT_OF(fields))),
            stdout);
    else if (st == ST_OK)
        print_table(a, q);
    arena_free(a);
    return st;
}

int scorecard_main(int argc, char **argv, char **envp) {
    struct scorecard_config config = {.days = 0};
    const struct option_table tables[] = {
        {scorecard_options, &config}, {pg_options, &config.database}, {0}};
    const struct config_spec spec = {
        .program = program,
        .summary =
            "Shows how sellers answer, by marketplace and duty: in time, how fast, "
            "what was breached, what is at risk.",
        .tables = tables,
    };
    struct config_result parsed;
    struct error err = {0};
    struct pg *pg = NULL;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    enum status st = database_open(&config.database, &pg, &err);
    if (st == ST_OK)
        st = show(pg, &config, &err);
    pg_free(pg);
    return st == ST_OK ? 0 : database_failed(program, &err);
}
