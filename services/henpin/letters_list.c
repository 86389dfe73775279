/* letters_list.c: `henpin dead-letters list`: which codes, then which letters. */
#include "services/henpin/letters.h"
#include "services/henpin/rows.h"

#include "common/base/clock.h"
#include "common/event/event.h"

static const struct pg_statement by_code = {
    "letters_by_code",
    "SELECT d.code, count(*), string_agg(DISTINCT d.source_topic, ', '), "
    "min(d.recorded_at),"
    "  max(d.recorded_at), (array_agg(d.reason ORDER BY d.recorded_at DESC))[1]"
    " FROM henpin.dead_letter d" LETTERS_WHERE " GROUP BY d.code ORDER BY 2 DESC, 1"};

static const struct pg_statement one_by_one = {
    "letters_one_by_one",
    "SELECT d.source_topic, d.source_partition, d.source_offset, d.consumer_group, "
    "d.state, d.retries,"
    "  d.recorded_at, d.code, d.reason, d.hint, d.record_at, d.changed_at, d.changed_by"
    " FROM henpin.dead_letter d" LETTERS_WHERE
    " ORDER BY d.recorded_at DESC, d.consumer_group, d.source_topic, d.source_partition, "
    "d.source_offset"
    " LIMIT $11"};
enum {
    L_TOPIC,
    L_PARTITION,
    L_OFFSET,
    L_GROUP,
    L_STATE,
    L_RETRIES,
    L_RECORDED,
    L_CODE,
    L_REASON,
    L_HINT,
    L_RECORD_AT,
    L_CHANGED,
    L_CHANGED_BY
};

static void cell_name(struct table *t, const struct pg_query *q, size_t row, int column) {
    char name[320];
    letters_name(q, row, column, name, sizeof name);
    table_cell_text(t, name);
}

static const struct rows_column summary_columns[] = {
    {"CODE", rows_text, 0, 0},
    {"LETTERS", rows_count, 1, 0},
    {"TOPICS", rows_text, 2, 2},
    {"FIRST RECORDED", rows_instant, 3, 3},
    {"LAST RECORDED", rows_instant, 4, 1},
    {"WHY (THE LATEST)", rows_text, 5, 0},
};

static const struct rows_column letter_columns[] = {
    {"LETTER", cell_name, L_TOPIC, 0},         {"GROUP", rows_text, L_GROUP, 3},
    {"STATE", rows_text, L_STATE, 0},          {"RETRIES", rows_i64, L_RETRIES, 1},
    {"RECORDED", rows_instant, L_RECORDED, 2}, {"CODE", rows_text, L_CODE, 0},
    {"WHY", rows_text, L_REASON, 0},
};

static void print_letters(struct arena *a, const struct pg_query *q) {
    rows_print(a, q, letter_columns, COUNT_OF(letter_columns), true, stdout);
}

/* ---- JSON ---- */

static json_t *json_name(const struct pg_query *q, size_t row, int column) {
    char name[320];
    letters_name(q, row, column, name, sizeof name);
    return json_string(name);
}

static const struct rows_field summary_fields[] = {
    {"code", rows_json_text, 0},
    {"letters", rows_json_number, 1},
    {"first_recorded_at", rows_json_instant, 3},
    {"last_recorded_at", rows_json_instant, 4},
};

static const struct rows_field letter_fields[] = {
    {"letter", json_name, L_TOPIC},
    {"group", rows_json_text, L_GROUP},
    {"topic", rows_json_text, L_TOPIC},
    {"partition", rows_json_number, L_PARTITION},
    {"offset", rows_json_number, L_OFFSET},
    {"state", rows_json_text, L_STATE},
    {"retries", rows_json_number, L_RETRIES},
    {"code", rows_json_text, L_CODE},
    {"reason", rows_json_text, L_REASON},
    {"hint", rows_json_text, L_HINT},
    {"record_at", rows_json_instant, L_RECORD_AT},
    {"recorded_at", rows_json_instant, L_RECORDED},
    {"changed_at", rows_json_instant, L_CHANGED},
    {"changed_by", rows_json_text, L_CHANGED_BY},
};

static void print_json(const struct pg_query *codes, const struct pg_query *letters) {
    rows_json_print(json_pack("{s:o, s:o}", "summary",
                              rows_json(codes, summary_fields, COUNT_OF(summary_fields)),
                              "letters",
                              rows_json(letters, letter_fields, COUNT_OF(letter_fields))),
                    stdout);
}

/* ---- the action ---- */

static void print_tables(struct arena *a, const struct letters_filter *f,
                         const struct pg_query *codes, const struct pg_query *letters) {
    int64_t total = 0;
    for (size_t row = 0; row < pg_rows(codes); row++)
        total += pg_i64(codes, row, 1);
    if (total == 0) {
        printf("no dead letter%s\n",
               letters_is_everything(f) && f->config->state == LETTERS_UNSETTLED
                   ? ": every record was applied, or its letter is settled"
                   : " matches");
        return;
    }
    rows_print(a, codes, summary_columns, COUNT_OF(summary_columns), true, stdout);
    fputc('\n', stdout);
    print_letters(a, letters);
    int64_t shown = (int64_t)pg_rows(letters);
    if (shown < total)
        printf("\n%s of %s; --limit shows more\n", table_count(shown),
               table_things(total, "letter", "letters"));
}

int letters_list(struct pg *pg, const struct letters_filter *f) {
    struct arena *a = arena_new((size_t)1 << 30);
    struct error err = {0};
    struct pg_script *s = pg_script_new(a);
    enum letter_states states = (enum letter_states)f->config->state;
    struct pg_query *codes = pg_script_query(s, &by_code);
    letters_params(codes, f, states, -1);
    struct pg_query *letters = pg_script_query(s, &one_by_one);
    letters_params(letters, f, states, -1);
    pg_param_i64(letters, f->config->limit);
    enum status st = database_run(pg, s, &err);
    if (st == ST_OK && f->config->is_json)
        print_json(codes, letters);
    else if (st == ST_OK)
        print_tables(a, f, codes, letters);
    int code = st == ST_OK ? 0 : database_failed("henpin dead-letters list", &err);
    arena_free(a);
    return code;
}

enum status letters_print(struct pg *pg, const struct letters_filter *f,
                          enum letter_states states, int64_t max_retries, size_t *n,
                          struct error *err) {
    struct arena *a = arena_new((size_t)1 << 30);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *letters = pg_script_query(s, &one_by_one);
    letters_params(letters, f, states, max_retries);
    pg_param_i64(letters, f->config->limit);
    enum status st = database_run(pg, s, err);
    *n = st == ST_OK ? pg_rows(letters) : 0;
    if (*n > 0)
        print_letters(a, letters);
    arena_free(a);
    return st;
}
