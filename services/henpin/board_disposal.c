#include "services/henpin/board_disposal.h"

#include "services/henpin/database.h"
#include "services/henpin/rows.h"

#define OPEN_WHERE                                                                       \
    " WHERE ($1::text IS NULL OR b.site = $1) AND ($2::text IS NULL OR b.partner = $2)"  \
    "  AND ($3::text IS NULL OR b.seller_id = $3)"

static const struct pg_statement counted = {
    "disposal_counted",
    "SELECT b.site, coalesce(b.partner, b.responsible),"
    "  count(*) FILTER (WHERE b.standing = 'overdue'),"
    "  count(*) FILTER (WHERE b.standing = 'today'),"
    "  count(*) FILTER (WHERE b.standing = 'ready'),"
    "  count(*) FILTER (WHERE b.standing = 'blocked'),"
    "  count(*) FILTER (WHERE b.standing = 'waiting'),"
    "  min(b.due_at) FILTER (WHERE b.standing IN ('today', 'ready')), min(b.due_at) "
    "FILTER (WHERE b.action LIKE 'hand\\_over%')"
    " FROM henpin.disposal_board b" OPEN_WHERE " GROUP BY 1, 2"
    " ORDER BY 3 DESC, 4 DESC, 8, 1, 2"};
enum {
    C_SITE,
    C_WHO,
    C_OVERDUE,
    C_TODAY,
    C_READY,
    C_BLOCKED,
    C_WAITING,
    C_NEXT,
    C_STORED
};

#define RANK                                                                             \
    " ORDER BY array_position('{overdue,today,blocked,ready}'::text[], b.standing),"     \
    "  b.due_at NULLS LAST, b.task_id"

/* The first ones are found in the index of what is open, and only they are read. */
static const struct pg_statement listed = {
    "disposal_listed",
    "SELECT b.standing, b.due_at, b.site, coalesce(b.partner, b.responsible), b.action,"
    "  b.place, b.order_id, b.line_id, b.product_class, b.quantity, b.playbook,"
    "  b.step_no, b.evidence_required, b.licence_required, b.stored_until, b.why,"
    "  b.task_id::text, b.marketplace, b.seller_id, array_to_string(b.waste, ' '),"
    "  b.failed_at"
    " FROM (SELECT b.task_id FROM henpin.disposal_board b" OPEN_WHERE
    "   AND b.standing <> 'waiting'" RANK " LIMIT $4) first"
    " JOIN henpin.disposal_board b ON b.task_id = first.task_id" RANK};
enum {
    L_STANDING,
    L_DUE,
    L_SITE,
    L_WHO,
    L_ACTION,
    L_PLACE,
    L_ORDER,
    L_LINE,
    L_CLASS,
    L_QUANTITY,
    L_PLAYBOOK,
    L_STEP,
    L_EVIDENCE,
    L_LICENCE,
    L_STORED,
    L_WHY,
    L_TASK,
    L_MARKETPLACE,
    L_SELLER,
    L_WASTE,
    L_FAILED
};

/* ---- for people ---- */

static void cell_standing(struct table *t, const struct pg_query *q, size_t row,
                          int column) {
    struct span standing = pg_text(q, row, column);
    if (span_is(standing, "overdue"))
        table_row_look(t, TABLE_RED);
    else if (span_is(standing, "blocked") || span_is(standing, "today"))
        table_row_look(t, TABLE_YELLOW);
    table_cell(t, standing);
}

/* Nothing rather than a column of zeros. */
static void cell_some(struct table *t, const struct pg_query *q, size_t row, int column) {
    int64_t n = pg_i64(q, row, column);
    table_cell_text(t, n > 0 ? table_count(n) : "");
}

static const struct rows_column count_columns[] = {
    {"SITE", rows_text, C_SITE, 3},
    {"WHO", rows_text, C_WHO, 0},
    {"OVERDUE", cell_some, C_OVERDUE, 0},
    {"TODAY", cell_some, C_TODAY, 0},
    {"READY", cell_some, C_READY, 0},
    {"BLOCKED", cell_some, C_BLOCKED, 0},
    {"WAITING", cell_some, C_WAITING, 1},
    {"NEXT DUE", rows_instant, C_NEXT, 2},
    {"STORED UNTIL", rows_instant, C_STORED, 4},
};

static const struct rows_column list_columns[] = {
    {"", cell_standing, L_STANDING, 0},     {"DUE", rows_instant, L_DUE, 0},
    {"SITE", rows_text, L_SITE, 6},         {"WHO", rows_text, L_WHO, 0},
    {"ACTION", rows_text, L_ACTION, 0},     {"PLACE", rows_text, L_PLACE, 5},
    {"ORDER", rows_text, L_ORDER, 0},       {"CLASS", rows_text, L_CLASS, 3},
    {"EVIDENCE", rows_text, L_EVIDENCE, 2}, {"LICENCE", rows_text, L_LICENCE, 4},
    {"TASK", rows_text, L_TASK, 1},         {"WHY", rows_text, L_WHY, 0},
};

static void print_board(struct arena *a, const struct pg_query *counts,
                        const struct pg_query *rows, bool is_filtered) {
    if (pg_rows(counts) == 0) {
        printf("nothing is to be done with returned goods%s\n",
               is_filtered ? " that matches" : "");
        return;
    }
    rows_print(a, counts, count_columns, COUNT_OF(count_columns), false, stdout);
    if (pg_rows(rows) == 0)
        return;
    printf("\n");
    rows_print(a, rows, list_columns, COUNT_OF(list_columns), true, stdout);
    printf("\n`henpin task show TASK` tells what evidence a step asks for; `henpin task "
           "done TASK FIELD=VALUE ...` completes it.\n");
}

/* ---- for programs ---- */

static const struct rows_field count_fields[] = {
    {"site", rows_json_text, C_SITE},
    {"who", rows_json_text, C_WHO},
    {"overdue", rows_json_number, C_OVERDUE},
    {"today", rows_json_number, C_TODAY},
    {"ready", rows_json_number, C_READY},
    {"blocked", rows_json_number, C_BLOCKED},
    {"waiting", rows_json_number, C_WAITING},
    {"next_due_at", rows_json_instant, C_NEXT},
    {"stored_until", rows_json_instant, C_STORED},
};

static const struct rows_field list_fields[] = {
    {"standing", rows_json_text, L_STANDING},
    {"due_at", rows_json_instant, L_DUE},
    {"site", rows_json_text, L_SITE},
    {"who", rows_json_text, L_WHO},
    {"action", rows_json_text, L_ACTION},
    {"place", rows_json_text, L_PLACE},
    {"marketplace", rows_json_text, L_MARKETPLACE},
    {"seller_id", rows_json_text, L_SELLER},
    {"order_id", rows_json_text, L_ORDER},
    {"line_id", rows_json_text, L_LINE},
    {"product_class", rows_json_text, L_CLASS},
    {"quantity", rows_json_number, L_QUANTITY},
    {"playbook", rows_json_text, L_PLAYBOOK},
    {"step_no", rows_json_number, L_STEP},
    {"evidence_required", rows_json_text, L_EVIDENCE},
    {"licence_required", rows_json_text, L_LICENCE},
    {"waste", rows_json_text, L_WASTE},
    {"stored_until", rows_json_instant, L_STORED},
    {"failed_at", rows_json_instant, L_FAILED},
    {"why", rows_json_text, L_WHY},
    {"task_id", rows_json_text, L_TASK},
};

/* ---- both ---- */

static struct pg_query *add(struct pg_script *s, const struct pg_statement *statement,
                            const struct disposal_filter *f) {
    const char *const filters[] = {f->site, f->partner, f->seller};
    struct pg_query *q = pg_script_query(s, statement);
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        pg_param_text(q, span_given(filters[i]));
    return q;
}

enum status board_disposal(struct pg *pg, const struct disposal_filter *f, bool is_json,
                           struct error *err) {
    struct arena *a = arena_new((size_t)1 << 30);
    struct pg_script *s = pg_script_new(a);
    const struct pg_query *counts = add(s, &counted, f);
    struct pg_query *rows = add(s, &listed, f);
    pg_param_i64(rows, f->limit);
    enum status st = database_run(pg, s, err);
    if (st == ST_OK && is_json)
        rows_json_print(json_pack("{s:o, s:o}", "counts",
                                  rows_json(counts, count_fields, COUNT_OF(count_fields)),
                                  "steps",
                                  rows_json(rows, list_fields, COUNT_OF(list_fields))),
                        stdout);
    else if (st == ST_OK)
        print_board(a, counts, rows, *f->site || *f->partner || *f->seller);
    arena_free(a);
    return st;
}
