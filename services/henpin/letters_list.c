/* letters_list.c: `henpin dead-letters list`: which codes, then which letters. */
#include "services/henpin/letters.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"
#include "common/event/event.h"

#include <jansson.h>

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

static void print_summary(struct arena *a, const struct pg_query *q) {
    static const struct table_column columns[] = {
        {"CODE", false, false, 0},          {"LETTERS", true, false, 0},
        {"TOPICS", false, false, 2},        {"FIRST RECORDED", false, false, 3},
        {"LAST RECORDED", false, false, 1}, {"WHY (THE LATEST)", false, true, 0},
    };
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (size_t row = 0; row < pg_rows(q); row++) {
        table_cell(t, pg_text(q, row, 0));
        table_cell_text(t, table_count(pg_i64(q, row, 1)));
        table_cell(t, pg_text(q, row, 2));
        table_cell_instant(t, pg_instant(q, row, 3));
        table_cell_instant(t, pg_instant(q, row, 4));
        table_cell(t, pg_text(q, row, 5));
    }
    table_print(t, stdout, table_width(stdout));
}

static void print_letters(struct arena *a, const struct pg_query *q) {
    static const struct table_column columns[] = {
        {"LETTER", false, false, 0},   {"GROUP", false, false, 3},
        {"STATE", false, false, 0},    {"RETRIES", true, false, 1},
        {"RECORDED", false, false, 2}, {"CODE", false, false, 0},
        {"WHY", false, true, 0},
    };
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (size_t row = 0; row < pg_rows(q); row++) {
        char name[320];
        letters_name(q, row, L_TOPIC, name, sizeof name);
        table_cell_text(t, name);
        table_cell(t, pg_text(q, row, L_GROUP));
        table_cell(t, pg_text(q, row, L_STATE));
        table_cell_i64(t, pg_i64(q, row, L_RETRIES));
        table_cell_instant(t, pg_instant(q, row, L_RECORDED));
        table_cell(t, pg_text(q, row, L_CODE));
        table_cell(t, pg_text(q, row, L_REASON));
    }
    table_print(t, stdout, table_width(stdout));
}

/* ---- JSON ---- */

static json_t *json_text(const struct pg_query *q, size_t row, int column) {
    struct span s = pg_text(q, row, column);
    return s.ptr ? json_stringn(s.ptr, s.len) : json_null();
}

static json_t *json_instant(const struct pg_query *q, size_t row, int column) {
    char text[CLOCK_TEXT_SIZE];
    int64_t us = pg_instant(q, row, column);
    if (us == EVENT_ABSENT)
        return json_null();
    clock_text(us, text);
    return json_string(text);
}

static void print_json(const struct pg_query *codes, const struct pg_query *letters) {
    json_t *summary = json_array(), *list = json_array();
    for (size_t row = 0; row < pg_rows(codes); row++)
        json_array_append_new(
            summary, json_pack("{s:o, s:I, s:o, s:o}", "code", json_text(codes, row, 0),
                               "letters", (json_int_t)pg_i64(codes, row, 1),
                               "first_recorded_at", json_instant(codes, row, 3),
                               "last_recorded_at", json_instant(codes, row, 4)));
    for (size_t row = 0; row < pg_rows(letters); row++) {
        char name[320];
        letters_name(letters, row, L_TOPIC, name, sizeof name);
        json_array_append_new(
            list,
            json_pack(
                "{s:s, s:o, s:o, s:I, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                "letter", name, "group", json_text(letters, row, L_GROUP), "topic",
                json_text(letters, row, L_TOPIC), "partition",
                (json_int_t)pg_i64(letters, row, L_PARTITION), "offset",
                (json_int_t)pg_i64(letters, row, L_OFFSET), "state",
                json_text(letters, row, L_STATE), "retries",
                (json_int_t)pg_i64(letters, row, L_RETRIES), "code",
                json_text(letters, row, L_CODE), "reason",
                json_text(letters, row, L_REASON), "hint",
                json_text(letters, row, L_HINT), "record_at",
                json_instant(letters, row, L_RECORD_AT), "recorded_at",
                json_instant(letters, row, L_RECORDED), "changed_at",
                json_instant(letters, row, L_CHANGED), "changed_by",
                json_text(letters, row, L_CHANGED_BY)));
    }
    json_t *all = json_pack("{s:o, s:o}", "summary", summary, "letters", list);
    json_dumpf(all, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
    json_decref(all);
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
    print_summary(a, codes);
    fputc('\n', stdout);
    print_letters(a, letters);
    int64_t shown = (int64_t)pg_rows(letters);
    if (shown < total)
        printf("\n%s of %s letters; --limit shows more\n", table_count(shown),
               table_count(total));
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
