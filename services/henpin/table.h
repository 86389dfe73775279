/*
 * table.h: rows for people, as wide as their terminal.
 *
 * A column is as wide as its widest cell. When that is too much for the terminal, columns
 * that say the least are left out first; the last column may be prose, which is wrapped
 * in place, or below its row when less than 36 columns or a third of the width are left
 * for it. Text that comes
 * from outside cannot move the cursor: control characters are shown as '?'.
 */
#ifndef SERVICES_HENPIN_TABLE_H
#define SERVICES_HENPIN_TABLE_H

#include "common/base/arena.h"
#include "common/base/span.h"

#include <stdio.h>

struct table_column {
    const char *title;
    bool is_right; /* numbers */
    bool is_prose; /* only the last column */
    int dropped;   /* 0 never; else the highest number is left out first */
};

struct table; /* dead with its arena */

/* A copy without anything that a terminal would obey. */
struct span table_harmless(struct arena *a, struct span s);

struct table *table_new(struct arena *a, const struct table_column *columns, size_t n);
/* The next cell, row by row; text is copied. */
void table_cell(struct table *t, struct span text);
void table_cell_text(struct table *t, const char *text);
void table_cell_i64(struct table *t, int64_t value);
/* "2026-11-20 03:00 UTC"; EVENT_ABSENT: empty. */
void table_cell_instant(struct table *t, int64_t us);
/* The look of the row that the next cell begins, on a terminal without NO_COLOR. */
enum table_look { TABLE_PLAIN, TABLE_RED, TABLE_YELLOW, TABLE_FAINT };
void table_row_look(struct table *t, enum table_look look);
void table_print(const struct table *t, FILE *out, int width);

/* COLUMNS when it is set (40 to 500), else the terminal's width, else 200. */
int table_width(FILE *out);

/* "1,234,567" in a buffer that the next eight calls leave alone. */
const char *table_count(int64_t n);
/* "1 letter", "2,000 letters"; the buffer as above. */
const char *table_things(int64_t n, const char *one, const char *many);

#endif
