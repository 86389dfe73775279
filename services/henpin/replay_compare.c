/* replay_compare.c: the live tables beside those of a replay, row by row. */
#include "services/henpin/replay.h"
#include "services/henpin/table.h"

#include <stdio.h>

#define MEMORY ((size_t)2 << 30)
#define EXAMPLES 3

/* What records lead to. Left out is what the clock ("henpin") and people (such as
 * "henpin.reopen_step") add, what says when a row was written and by which group, and ids of revisions, which each database numbers for
 * itself; and what is null, such as a column that only one side has yet. $1: only from this instant on. */
#define ROWS(table, id, at, row, which)                                                  \
    {                                                                                    \
        table, {                                                                         \
            "replay_" table,                                                             \
                "SELECT hashtextextended(r, 0), id FROM (SELECT (" row                   \
                ")::text AS r, " id "::text AS id FROM henpin." table                    \
                " t WHERE ($1::timestamptz IS NULL"                                      \
                " OR " at " >= $1::timestamptz) AND " which ") x ORDER BY 1, 2"          \
        }                                                                                \
    }
#define ALL                                                                              \
    "jsonb_strip_nulls(to_jsonb(t)) - "                                                  \
    "'{recorded_at,recorded_xid,consumer_group,policy_revision_id,"                      \
    "wanted_by,changed_at}'::text[]"
/* By their names and not by "henpin%", as a topic may be called henpin.returns. */
#define OF_A_RECORD                                                                      \
    "source_topic <> ALL ('{henpin,henpin.complete_step,henpin.fail_step,"               \
    "henpin.reopen_step}')"
static const struct compared {
    const char *name;
    struct pg_statement rows;
} tables[] = {
    ROWS("sales_order", "order_key", "opened_at", ALL, "is_known"),
    ROWS("return_case", "case_id", "opened_at", ALL, "true"),
    ROWS("inquiry_thread", "case_id", "opened_at", ALL, "true"),
    ROWS("duty", "duty_id", "start_at",
         "jsonb_build_array(case_id, name, start_at, due_at, rule_id)", "true"),
    ROWS("decision", "case_id", "occurred_at", ALL, "true"),
    ROWS("escalation_event", "escalation_id", "occurred_at", ALL,
         "level = 'open' AND " OF_A_RECORD),
    ROWS("disposal_task_event", "task_id", "occurred_at", ALL,
         "change IN ('CREATED', 'READY') AND " OF_A_RECORD),
};

/* Rows that only one side has. */
struct only {
    int64_t n;
    struct span examples[EXAMPLES];
};

static void note(struct only *o, const struct pg_query *q, size_t row) {
    if (o->n < EXAMPLES)
        o->examples[o->n] = pg_text(q, row, 1);
    o->n++;
}

/* Both are sorted by hash. */
static void merge(const struct pg_query *live, const struct pg_query *again,
                  struct only *in_live, struct only *in_again) {
    size_t i = 0, j = 0, n = pg_rows(live), m = pg_rows(again);
    while (i < n || j < m) {
        int64_t a = i < n ? pg_i64(live, i, 0) : INT64_MAX;
        int64_t b = j < m ? pg_i64(again, j, 0) : INT64_MAX;
        if (i < n && j < m && a == b)
            i++, j++;
        else if (j == m || (i < n && a < b))
            note(in_live, live, i++);
        else
            note(in_again, again, j++);
    }
}

static void tell(struct table *t, const char *name, size_t rows, const struct only *o,
                 const char *side) {
    char text[200];
    struct builder b = builder_over(text, sizeof text);
    for (int64_t i = 0; i < o->n && i < EXAMPLES; i++)
        build_format(&b, "%s%.*s", i ? ", " : "", SPAN_ARGS(o->examples[i]));
    table_cell_text(t, name);
    table_cell_text(t, side);
    table_cell_i64(t, (int64_t)rows);
    table_cell_i64(t, o->n);
    table_cell(t, builder_span(&b));
}

static enum status compare(const struct compared *c, struct pg *live, struct pg *again,
                           int64_t since_us, struct table *out, bool *differs,
                           struct error *err) {
    struct arena *a = arena_new(MEMORY);
    struct pg_script *left = pg_script_new(a), *right = pg_script_new(a);
    struct pg_query *q = pg_script_query(left, &c->rows),
                    *r = pg_script_query(right, &c->rows);
    pg_param_instant(q, since_us);
    pg_param_instant(r, since_us);
    enum status st = database_run(live, left, err);
    st = st == ST_OK ? database_run(again, right, err) : st;
    if (st == ST_OK) {
        struct only in_live = {0}, in_again = {0};
        merge(q, r, &in_live, &in_again);
        tell(out, c->name, pg_rows(q), &in_live, "live");
        tell(out, c->name, pg_rows(r), &in_again, "replay");
        *differs = *differs || in_live.n + in_again.n > 0;
    }
    arena_free(a);
    return st;
}

enum status replay_compare(struct pg *live, struct pg *again, int64_t since_us,
                           bool *differs, struct error *err) {
    static const struct table_column columns[] = {{"TABLE", false, false, 0},
                                                  {"IN", false, false, 0},
                                                  {"ROWS", true, false, 0},
                                                  {"ONLY THERE", true, false, 0},
                                                  {"SUCH AS", false, true, 0}};
    struct arena *a = arena_new((size_t)1 << 20);
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    enum status st = ST_OK;
    *differs = false;
    for (size_t i = 0; i < COUNT_OF(tables) && st == ST_OK; i++)
        st = compare(&tables[i], live, again, since_us, t, differs, err);
    if (st == ST_OK)
        table_print(t, stdout, table_width(stdout));
    arena_free(a);
    return st;
}
