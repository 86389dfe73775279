#include "services/henpin/rows.h"

#include "common/base/clock.h"
#include "common/event/event.h"

enum { COLUMNS_MAX = 16 };

void rows_text(struct table *t, const struct pg_query *q, size_t row, int column) {
    table_cell(t, pg_text(q, row, column));
}

void rows_i64(struct table *t, const struct pg_query *q, size_t row, int column) {
    table_cell_i64(t, pg_i64(q, row, column));
}

void rows_count(struct table *t, const struct pg_query *q, size_t row, int column) {
    table_cell_text(t, table_count(pg_i64(q, row, column)));
}

void rows_instant(struct table *t, const struct pg_query *q, size_t row, int column) {
    table_cell_instant(t, pg_instant(q, row, column));
}

void rows_print(struct arena *a, const struct pg_query *q,
                const struct rows_column *columns, size_t n, bool is_last_prose,
                FILE *out) {
    struct table_column as[COLUMNS_MAX];
    if (n > COLUMNS_MAX)
        BUG("%zu columns", n);
    for (size_t c = 0; c < n; c++)
        as[c] = (struct table_column){
            .title = columns[c].title,
            .is_right = columns[c].cell == rows_i64 || columns[c].cell == rows_count,
            .is_prose = is_last_prose && c == n - 1,
            .dropped = columns[c].dropped,
        };
    struct table *t = table_new(a, as, n);
    for (size_t row = 0; row < pg_rows(q); row++)
        for (size_t c = 0; c < n; c++)
            columns[c].cell(t, q, row, columns[c].column);
    table_print(t, out, table_width(out));
}

json_t *rows_json_nested(const struct pg_query *q, size_t row, int column) {
    struct span s = pg_text(q, row, column);
    return s.ptr ? json_loadb(s.ptr, s.len, JSON_DECODE_ANY, NULL) : json_null();
}

json_t *rows_json_text(const struct pg_query *q, size_t row, int column) {
    struct span s = pg_text(q, row, column);
    return s.ptr ? json_stringn(s.ptr, s.len) : json_null();
}

json_t *rows_json_number(const struct pg_query *q, size_t row, int column) {
    return pg_is_null(q, row, column) ? json_null()
                                      : json_integer(pg_i64(q, row, column));
}

json_t *rows_json_instant(const struct pg_query *q, size_t row, int column) {
    char text[CLOCK_TEXT_SIZE];
    int64_t us = pg_instant(q, row, column);
    if (us == EVENT_ABSENT)
        return json_null();
    clock_text(us, text);
    return json_string(text);
}

json_t *rows_json(const struct pg_query *q, const struct rows_field *fields, size_t n) {
    json_t *list = json_array();
    for (size_t row = 0; row < pg_rows(q); row++) {
        json_t *object = json_object();
        for (size_t i = 0; i < n; i++)
            json_object_set_new(object, fields[i].name,
                                fields[i].value(q, row, fields[i].column));
        json_array_append_new(list, object);
    }
    return list;
}

void rows_json_print(json_t *take, FILE *out) {
    json_dumpf(take, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(take);
}
