/*
 * rows.h: the rows of a query, as a table for people or as JSON for programs, each by a
 * list of columns.
 */
#ifndef SERVICES_HENPIN_ROWS_H
#define SERVICES_HENPIN_ROWS_H

#include "common/io/pg.h"
#include "services/henpin/table.h"

#include <jansson.h>

/* ---- for people ---- */

/* Writes one cell from the row; `column` is the query's. */
typedef void rows_cell(struct table *t, const struct pg_query *q, size_t row, int column);
rows_cell rows_text, rows_i64, rows_count, rows_instant; /* count: 1,234,567 */

struct rows_column {
    const char *title;
    rows_cell *cell;
    int column;
    int dropped; /* as in table.h */
};

/* Numbers stand to the right; a last column that is `is_prose` wraps. */
void rows_print(struct arena *a, const struct pg_query *q,
                const struct rows_column *columns, size_t n, bool is_last_prose,
                FILE *out);

/* ---- for programs ---- */

typedef json_t *rows_value(const struct pg_query *q, size_t row, int column);
rows_value rows_json_text, rows_json_number, rows_json_instant,
    rows_json_nested; /* JSON as text, taken apart. NULL of any: null */

struct rows_field {
    const char *name;
    rows_value *value;
    int column;
};

/* An array with an object for each row; the caller's. */
json_t *rows_json(const struct pg_query *q, const struct rows_field *fields, size_t n);
/* Prints and forgets it. */
void rows_json_print(json_t *take, FILE *out);

#endif
