/* task_show.c: `henpin task show`: one step, what it asks for and what was shown; or the
 * steps of a case, one a line. */
#include "services/henpin/rows.h"
#include "services/henpin/task.h"

#include "common/base/clock.h"
#include "common/event/event.h"

static const char program[] = "henpin task show";

/* NULL when it is no task's. */
#define ITS_ID                                                                           \
    "CASE WHEN $1 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN $1::uuid END"

static const struct pg_statement tasks = {
    "task_tasks",
    "SELECT t.task_id::text, t.case_id::text, t.marketplace, t.order_id, t.line_id,"
    "  t.product_class, t.quantity, t.playbook, t.step_no, t.action, t.lot,"
    "  t.responsible, t.partner, t.site, t.place, t.licence_required, t.licence_until,"
    "  t.evidence_required, t.unit, array_to_string(t.waste, ' '), t.keep_years,"
    "  CASE WHEN t.overdue_at IS NOT NULL AND t.closed_at IS NULL THEN 'OVERDUE'"
    "   WHEN t.blocked IS NOT NULL AND t.closed_at IS NULL THEN 'BLOCKED'"
    "   ELSE t.state END,"
    "  coalesce(t.blocked, CASE WHEN t.state = 'CREATED' THEN 'waits for ' || b.action"
    "   END, 'failed at ' || t.failed_at),"
    "  t.due_at, t.ready_at, t.done_at, t.done_by, t.rule_id"
    " FROM henpin.disposal_task t"
    " LEFT JOIN henpin.disposal_task b ON b.task_id = t.after_task"
    " WHERE t.task_id IN (SELECT " ITS_ID " UNION ALL SELECT d.task_id"
    "  FROM henpin.find_case($1) f JOIN henpin.disposal_task d USING (case_id))"
    " ORDER BY t.case_id, t.line_id, t.playbook, t.step_no"};
enum {
    T_ID,
    T_CASE,
    T_MARKETPLACE,
    T_ORDER,
    T_LINE,
    T_CLASS,
    T_QUANTITY,
    T_PLAYBOOK,
    T_STEP,
    T_ACTION,
    T_LOT,
    T_RESPONSIBLE,
    T_PARTNER,
    T_SITE,
    T_PLACE,
    T_LICENCE,
    T_LICENCE_UNTIL,
    T_EVIDENCE,
    T_UNIT,
    T_WASTE,
    T_KEEP,
    T_STATE,
    T_WHY,
    T_DUE,
    T_READY,
    T_DONE,
    T_BY,
    T_RULE
};

static const struct pg_statement asked = {
    "task_asked",
    "SELECT f.field, CASE WHEN f.instead_of IS NOT NULL THEN 'instead of ' ||"
    "  f.instead_of WHEN f.is_required THEN 'yes' ELSE '' END, f.meaning"
    " FROM henpin.evidence_field f JOIN henpin.disposal_task t"
    "  ON t.evidence_required = f.evidence WHERE t.task_id = " ITS_ID
    " UNION ALL SELECT t.unit, 'yes', 'the amount, above 0'"
    " FROM henpin.disposal_task t WHERE t.task_id = " ITS_ID " AND t.unit IS NOT NULL"};
enum { A_FIELD, A_REQUIRED, A_MEANING };

static const struct pg_statement considered = {
    "task_considered",
    "SELECT c ->> 'partner', c ->> 'title', coalesce(c ->> 'why_not', CASE"
    "  WHEN c ? 'is_taken' AND c ? 'is_bound' THEN 'does it: he did the steps before'"
    "  WHEN c ? 'is_taken' THEN 'does it' ELSE 'may, too' END)"
    " FROM henpin.disposal_task t, jsonb_array_elements(t.considered) c"
    " WHERE t.task_id = " ITS_ID};
enum { C_PARTNER, C_TITLE, C_WHY };

static const struct pg_statement shown = {
    "task_shown",
    "SELECT e.turn, e.recorded_at, e.done_at, coalesce(e.evidence, ''), e.done_by,"
    "  e.content::text, encode(e.content_hash, 'hex')"
    " FROM henpin.task_evidence e WHERE e.task_id = " ITS_ID " ORDER BY e.turn"};
enum { S_TURN, S_RECORDED, S_DONE, S_EVIDENCE, S_BY, S_CONTENT, S_HASH };

struct answers {
    const struct pg_query *tasks, *asked, *considered, *shown;
};

/* ---- for people ---- */

static void print_line(struct arena *a, const char *title, struct span value) {
    if (value.len > 0)
        printf("%-12s %.*s\n", title, SPAN_ARGS(table_harmless(a, value)));
}

static void print_instant(const char *title, const struct pg_query *q, int column) {
    char text[CLOCK_TEXT_SIZE];
    if (pg_is_null(q, 0, column))
        return;
    clock_text(pg_instant(q, 0, column), text);
    printf("%-12s %s\n", title, text);
}

static void print_one(struct arena *a, const struct answers *x) {
    static const struct {
        const char *title;
        int column;
        bool is_instant;
    } lines[] = {
        {"state", T_STATE, false},
        {"why", T_WHY, false},
        {"due", T_DUE, true},
        {"done", T_DONE, true},
        {"done by", T_BY, false},
        {"order", T_ORDER, false},
        {"at", T_MARKETPLACE, false},
        {"line", T_LINE, false},
        {"class", T_CLASS, false},
        {"playbook", T_PLAYBOOK, false},
        {"part", T_LOT, false},
        {"who", T_RESPONSIBLE, false},
        {"partner", T_PARTNER, false},
        {"licence", T_LICENCE, false},
        {"it ends", T_LICENCE_UNTIL, true},
        {"site", T_SITE, false},
        {"place", T_PLACE, false},
        {"waste", T_WASTE, false},
        {"evidence", T_EVIDENCE, false},
        {"rule", T_RULE, false},
        {"case", T_CASE, false},
    };
    static const struct rows_column asks[] = {{"FIELD", rows_text, A_FIELD, 0},
                                              {"REQUIRED", rows_text, A_REQUIRED, 0},
                                              {"WHAT", rows_text, A_MEANING, 0}};
    static const struct rows_column said[] = {
        {"TURN", rows_i64, S_TURN, 3},     {"RECORDED", rows_instant, S_RECORDED, 1},
        {"DONE", rows_instant, S_DONE, 0}, {"BY", rows_text, S_BY, 0},
        {"", rows_text, S_EVIDENCE, 2},    {"SHOWN", rows_text, S_CONTENT, 0},
    };
    static const struct rows_column partners[] = {{"PARTNER", rows_text, C_PARTNER, 0},
                                                  {"", rows_text, C_TITLE, 3},
                                                  {"WHY", rows_text, C_WHY, 0}};
    print_line(a, "step", pg_text(x->tasks, 0, T_ACTION));
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        if (lines[i].is_instant)
            print_instant(lines[i].title, x->tasks, lines[i].column);
        else
            print_line(a, lines[i].title, pg_text(x->tasks, 0, lines[i].column));
    if (pg_rows(x->asked) > 0) {
        printf("\n");
        rows_print(a, x->asked, asks, COUNT_OF(asks), true, stdout);
    }
    if (pg_rows(x->considered) > 0) {
        printf("\n");
        rows_print(a, x->considered, partners, COUNT_OF(partners), true, stdout);
    }
    if (pg_rows(x->shown) > 0) {
        printf("\n");
        rows_print(a, x->shown, said, COUNT_OF(said), true, stdout);
    }
}

static void print_many(struct arena *a, const struct pg_query *q) {
    static const struct rows_column columns[] = {
        {"ORDER", rows_text, T_ORDER, 5},       {"LINE", rows_text, T_LINE, 3},
        {"STEP", rows_i64, T_STEP, 0},          {"ACTION", rows_text, T_ACTION, 0},
        {"STATE", rows_text, T_STATE, 0},       {"DUE", rows_instant, T_DUE, 0},
        {"WHO", rows_text, T_RESPONSIBLE, 2},   {"PARTNER", rows_text, T_PARTNER, 4},
        {"EVIDENCE", rows_text, T_EVIDENCE, 1}, {"TASK", rows_text, T_ID, 0},
        {"WHY", rows_text, T_WHY, 0},
    };
    rows_print(a, q, columns, COUNT_OF(columns), true, stdout);
}

/* ---- for programs ---- */

static const struct rows_field task_fields[] = {
    {"task_id", rows_json_text, T_ID},
    {"case_id", rows_json_text, T_CASE},
    {"marketplace", rows_json_text, T_MARKETPLACE},
    {"order_id", rows_json_text, T_ORDER},
    {"line_id", rows_json_text, T_LINE},
    {"product_class", rows_json_text, T_CLASS},
    {"quantity", rows_json_number, T_QUANTITY},
    {"playbook", rows_json_text, T_PLAYBOOK},
    {"step_no", rows_json_number, T_STEP},
    {"action", rows_json_text, T_ACTION},
    {"lot", rows_json_text, T_LOT},
    {"responsible", rows_json_text, T_RESPONSIBLE},
    {"partner", rows_json_text, T_PARTNER},
    {"site", rows_json_text, T_SITE},
    {"place", rows_json_text, T_PLACE},
    {"licence_required", rows_json_text, T_LICENCE},
    {"licence_until", rows_json_instant, T_LICENCE_UNTIL},
    {"evidence_required", rows_json_text, T_EVIDENCE},
    {"unit", rows_json_text, T_UNIT},
    {"waste", rows_json_text, T_WASTE},
    {"keep_years", rows_json_number, T_KEEP},
    {"state", rows_json_text, T_STATE},
    {"why", rows_json_text, T_WHY},
    {"due_at", rows_json_instant, T_DUE},
    {"ready_at", rows_json_instant, T_READY},
    {"done_at", rows_json_instant, T_DONE},
    {"done_by", rows_json_text, T_BY},
    {"rule_id", rows_json_text, T_RULE},
};
static const struct rows_field asked_fields[] = {
    {"field", rows_json_text, A_FIELD},
    {"required", rows_json_text, A_REQUIRED},
    {"meaning", rows_json_text, A_MEANING},
};
static const struct rows_field considered_fields[] = {
    {"partner", rows_json_text, C_PARTNER},
    {"title", rows_json_text, C_TITLE},
    {"why", rows_json_text, C_WHY},
};
static const struct rows_field shown_fields[] = {
    {"turn", rows_json_number, S_TURN},
    {"recorded_at", rows_json_instant, S_RECORDED},
    {"done_at", rows_json_instant, S_DONE},
    {"done_by", rows_json_text, S_BY},
    {"evidence", rows_json_text, S_EVIDENCE},
    {"content", rows_json_text, S_CONTENT},
    {"content_hash", rows_json_text, S_HASH},
};

static void print_json(const struct answers *x) {
    rows_json_print(
        json_pack(
            "{s:o, s:o, s:o, s:o}", "tasks",
            rows_json(x->tasks, task_fields, COUNT_OF(task_fields)), "asked",
            rows_json(x->asked, asked_fields, COUNT_OF(asked_fields)), "considered",
            rows_json(x->considered, considered_fields, COUNT_OF(considered_fields)),
            "shown", rows_json(x->shown, shown_fields, COUNT_OF(shown_fields))),
        stdout);
}

/* ---- the command ---- */

static const struct pg_query *add(struct pg_script *s,
                                  const struct pg_statement *statement, const char *id) {
    struct pg_query *q = pg_script_query(s, statement);
    pg_param_text(q, span_of(id));
    return q;
}

int task_show(struct pg *pg, const struct task_config *c,
              const struct option_list *operands) {
    struct arena *a = arena_new((size_t)64 << 20);
    struct pg_script *s = pg_script_new(a);
    struct error err = {0};
    const char *id = operands->items[0];
    const struct answers x = {add(s, &tasks, id), add(s, &asked, id),
                              add(s, &considered, id), add(s, &shown, id)};
    enum status st = database_run(pg, s, &err);
    if (st == ST_OK && pg_rows(x.tasks) == 0 && !c->is_json)
        (void)(st = error_set(&err, E_INPUT, "no step is known under \"%s\"", id));
    if (st == ST_OK && c->is_json)
        print_json(&x);
    else if (st == ST_OK && span_is(pg_text(x.tasks, 0, T_ID), id))
        print_one(a, &x);
    else if (st == ST_OK)
        print_many(a, x.tasks);
    int code = st == ST_OK ? 0 : database_failed(program, &err);
    arena_free(a);
    return code;
}
