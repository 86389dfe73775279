/*
 * board.c: `henpin board`: what a person should know now, ranked by consequence within
 * the time left, how much of it there is, and where it came from. The ranking itself is
 * the view henpin.open_escalations.
 */
#include "services/henpin/commands.h"
#include "services/henpin/database.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"
#include "common/event/event.h"

#include <jansson.h>

static const char program[] = "henpin board";

struct board_config {
    struct pg_config database;
    const char *marketplace, *seller, *desk;
    int64_t limit;
    bool is_json;
};

#define AT(member) offsetof(struct board_config, member)
static const struct option board_options[] = {
    {"limit", "HENPIN_BOARD_LIMIT", OPT_I64, AT(limit), "20", 0, 100000, 0, NULL, "N",
     "at most so many escalations; 0: only the counts"},
    {"marketplace", "HENPIN_BOARD_MARKETPLACE", OPT_STRING, AT(marketplace), "", 0, 0, 0,
     NULL, "CODE", "only this store, such as amazon.co.jp"},
    {"seller", "HENPIN_BOARD_SELLER", OPT_STRING, AT(seller), "", 0, 0, 0, NULL, "ID",
     "only this seller"},
    {"desk", "HENPIN_BOARD_DESK", OPT_STRING, AT(desk), "", 0, 0, 0, NULL, "NAME",
     "only what is routed to this desk"},
    {"json", "HENPIN_BOARD_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object: total, late, counts and escalations"},
    {0},
};

#define WHERE                                                                            \
    " WHERE ($1::text IS NULL OR b.marketplace = $1) AND ($2::text IS NULL OR "          \
    "b.seller_id = $2)"                                                                  \
    " AND ($3::text IS NULL OR b.desk = $3)"

/* The event that raised it: an escalation row of the instant that it stands from, or of
 * those without one. */
static const struct pg_statement ranked = {
    "board_ranked",
    "SELECT b.rank, b.kind, b.subject, b.severity, b.desk, b.due_at, b.act_by_at,"
    "  (extract(epoch FROM b.time_left) * 1000000)::bigint, b.seller_id, b.marketplace, "
    "b.order_id,"
    "  b.return_id, b.rule_id, b.consequence, x.source_topic, x.source_partition, "
    "x.source_offset, x.reason"
    " FROM (SELECT * FROM henpin.open_escalations b" WHERE " ORDER BY b.rank LIMIT $4) b"
    " LEFT JOIN LATERAL (SELECT * FROM henpin.escalation_event e"
    "  WHERE e.identity_at IN (b.since, 'epoch') AND e.subject_id = b.subject_id"
    "  ORDER BY e.recorded_at LIMIT 1) x ON true"
    " ORDER BY b.rank"};
enum {
    B_RANK,
    B_KIND,
    B_SUBJECT,
    B_SEVERITY,
    B_DESK,
    B_DUE,
    B_ACT_BY,
    B_LEFT,
    B_SELLER,
    B_MARKETPLACE,
    B_ORDER,
    B_RETURN,
    B_RULE,
    B_CONSEQUENCE,
    B_TOPIC,
    B_PARTITION,
    B_OFFSET,
    B_REASON
};

static const struct pg_statement counted = {
    "board_counted",
    "SELECT b.marketplace, b.kind, CASE WHEN b.kind IN ('duty', 'blocker') THEN "
    "b.subject ELSE '' END,"
    "  count(*), count(*) FILTER (WHERE b.time_left < '0'::interval), "
    "min(coalesce(b.act_by_at, b.due_at)),"
    "  count(DISTINCT b.seller_id)"
    " FROM henpin.open_escalations b" WHERE " GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"};

/* ---- for people ---- */

static const char *severity_word(int64_t severity) {
    static const char *const words[] = {"note", "low", "medium", "serious", "grave"};
    return severity >= 0 && severity < (int64_t)COUNT_OF(words) ? words[severity] : "?";
}

/* "2 d 3 h", "47 min", "late 3 h": two units at most, as nobody acts on more. */
static void cell_left(struct table *t, int64_t us) {
    char text[48] = "";
    int64_t min = us == EVENT_ABSENT ? 0 : llabs(us) / US_PER_MIN;
    const char *late = us != EVENT_ABSENT && us < 0 ? "late " : "";
    if (us != EVENT_ABSENT && min >= 2 * 24 * 60)
        snprintf(text, sizeof text, "%s%lld d %lld h", late, (long long)(min / 1440),
                 (long long)(min / 60 % 24));
    else if (us != EVENT_ABSENT && min >= 120)
        snprintf(text, sizeof text, "%s%lld h %lld min", late, (long long)(min / 60),
                 (long long)(min % 60));
    else if (us != EVENT_ABSENT)
        snprintf(text, sizeof text, "%s%lld min", late, (long long)min);
    table_cell_text(t, text);
}

/* Which duty or blocker; for the others their kind says it. */
static struct span what(const struct pg_query *q, size_t row, int kind, int subject) {
    struct span k = pg_text(q, row, kind);
    return span_is(k, "duty") || span_is(k, "blocker") ? pg_text(q, row, subject) : k;
}

static void cell_case(struct table *t, const struct pg_query *q, size_t row) {
    struct span order = pg_text(q, row, B_ORDER), returned = pg_text(q, row, B_RETURN);
    char text[256];
    snprintf(text, sizeof text, "%.*s%s%.*s", SPAN_ARGS(order),
             returned.len > 0 ? " / " : "", SPAN_ARGS(returned));
    table_cell_text(t, text);
}

static void cell_source(struct table *t, const struct pg_query *q, size_t row) {
    char text[320] = "";
    if (!pg_is_null(q, row, B_TOPIC) && pg_i64(q, row, B_PARTITION) >= 0)
        snprintf(text, sizeof text, "%.*s:%lld:%lld", SPAN_ARGS(pg_text(q, row, B_TOPIC)),
                 (long long)pg_i64(q, row, B_PARTITION),
                 (long long)pg_i64(q, row, B_OFFSET));
    table_cell_text(t, text);
}

static void print_ranked(struct arena *a, const struct pg_query *q) {
    static const struct table_column columns[] = {
        {"#", true, false, 0},
        {"WHAT", false, false, 0},
        {"SEVERITY", false, false, 2},
        {"TIME LEFT", true, false, 0},
        {"ACT BY", false, false, 3},
        {"DESK", false, false, 1},
        {"MARKETPLACE", false, false, 0},
        {"SELLER", false, false, 4},
        {"ORDER / RETURN", false, false, 5},
        {"FROM", false, false, 6},
        {"WHY", false, true, 0},
    };
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (size_t row = 0; row < pg_rows(q); row++) {
        int64_t act_by = pg_instant(q, row, B_ACT_BY);
        table_cell_i64(t, pg_i64(q, row, B_RANK));
        table_cell(t, what(q, row, B_KIND, B_SUBJECT));
        table_cell_text(t, severity_word(pg_i64(q, row, B_SEVERITY)));
        cell_left(t, pg_i64(q, row, B_LEFT));
        table_cell_instant(t,
                           act_by != EVENT_ABSENT ? act_by : pg_instant(q, row, B_DUE));
        table_cell(t, pg_text(q, row, B_DESK));
        table_cell(t, pg_text(q, row, B_MARKETPLACE));
        table_cell(t, pg_text(q, row, B_SELLER));
        cell_case(t, q, row);
        cell_source(t, q, row);
        table_cell(
            t, pg_text(q, row, pg_is_null(q, row, B_REASON) ? B_CONSEQUENCE : B_REASON));
    }
    table_print(t, stdout, table_width(stdout));
}

static void print_counted(struct arena *a, const struct pg_query *q) {
    static const struct table_column columns[] = {
        {"MARKETPLACE", false, false, 0}, {"KIND", false, false, 2},
        {"WHAT", false, false, 0},        {"OPEN", true, false, 0},
        {"LATE", true, false, 0},         {"SELLERS", true, false, 3},
        {"NEXT ACT BY", false, false, 1},
    };
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (size_t row = 0; row < pg_rows(q); row++) {
        table_cell(t, pg_text(q, row, 0));
        table_cell(t, pg_text(q, row, 1));
        table_cell(t, what(q, row, 1, 2));
        table_cell_text(t, table_count(pg_i64(q, row, 3)));
        table_cell_text(t, table_count(pg_i64(q, row, 4)));
        table_cell_text(t, table_count(pg_i64(q, row, 6)));
        table_cell_instant(t, pg_instant(q, row, 5));
    }
    table_print(t, stdout, table_width(stdout));
}

struct total {
    int64_t open, late;
};

static struct total add_up(const struct pg_query *counts) {
    struct total t = {0, 0};
    for (size_t row = 0; row < pg_rows(counts); row++) {
        t.open += pg_i64(counts, row, 3);
        t.late += pg_i64(counts, row, 4);
    }
    return t;
}

static void print_board(struct arena *a, const struct board_config *c,
                        const struct pg_query *rows, const struct pg_query *counts) {
    struct total t = add_up(counts);
    if (t.open == 0) {
        printf("nothing is open%s\n",
               *c->marketplace || *c->seller || *c->desk
                   ? " that matches"
                   : ": no duty runs, nothing blocks a seller, nothing waits for triage");
        return;
    }
    if (pg_rows(rows) > 0) {
        printf("%s of %s open escalations, the most urgent first (late: %s)\n\n",
               table_count((int64_t)pg_rows(rows)), table_count(t.open),
               table_count(t.late));
        print_ranked(a, rows);
        fputc('\n', stdout);
    }
    printf("%s open escalations, %s late, by marketplace and kind\n\n",
           table_count(t.open), table_count(t.late));
    print_counted(a, counts);
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

static json_t *json_number(const struct pg_query *q, size_t row, int column) {
    return pg_is_null(q, row, column) ? json_null()
                                      : json_integer(pg_i64(q, row, column));
}

static json_t *json_escalation(const struct pg_query *q, size_t row) {
    static const struct {
        const char *name;
        int column;
        json_t *(*make)(const struct pg_query *q, size_t row, int column);
    } fields[] = {
        {"rank", B_RANK, json_number},
        {"kind", B_KIND, json_text},
        {"subject", B_SUBJECT, json_text},
        {"severity", B_SEVERITY, json_number},
        {"desk", B_DESK, json_text},
        {"due_at", B_DUE, json_instant},
        {"act_by_at", B_ACT_BY, json_instant},
        {"time_left_us", B_LEFT, json_number},
        {"seller_id", B_SELLER, json_text},
        {"marketplace", B_MARKETPLACE, json_text},
        {"order_id", B_ORDER, json_text},
        {"return_id", B_RETURN, json_text},
        {"rule_id", B_RULE, json_text},
        {"consequence", B_CONSEQUENCE, json_text},
        {"reason", B_REASON, json_text},
        {"source_topic", B_TOPIC, json_text},
        {"source_partition", B_PARTITION, json_number},
        {"source_offset", B_OFFSET, json_number},
    };
    json_t *object = json_object();
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        json_object_set_new(object, fields[i].name,
                            fields[i].make(q, row, fields[i].column));
    return object;
}

static void print_json(const struct pg_query *rows, const struct pg_query *counts) {
    struct total t = add_up(counts);
    json_t *list = json_array(), *groups = json_array();
    for (size_t row = 0; row < pg_rows(rows); row++)
        json_array_append_new(list, json_escalation(rows, row));
    for (size_t row = 0; row < pg_rows(counts); row++)
        json_array_append_new(
            groups,
            json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "marketplace",
                      json_text(counts, row, 0), "kind", json_text(counts, row, 1),
                      "subject", json_text(counts, row, 2), "open",
                      json_number(counts, row, 3), "late", json_number(counts, row, 4),
                      "next_act_by_at", json_instant(counts, row, 5), "sellers",
                      json_number(counts, row, 6)));
    json_t *all = json_pack("{s:I, s:I, s:o, s:o}", "open", (json_int_t)t.open, "late",
                            (json_int_t)t.late, "counts", groups, "escalations", list);
    json_dumpf(all, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
    json_decref(all);
}

/* ---- the command ---- */

static struct pg_query *add_query(struct pg_script *s,
                                  const struct pg_statement *statement,
                                  const struct board_config *c) {
    const char *const filters[] = {c->marketplace, c->seller, c->desk};
    struct pg_query *q = pg_script_query(s, statement);
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        pg_param_text(q, *filters[i] ? span_of(filters[i]) : (struct span){NULL, 0});
    return q;
}

static enum status show(struct pg *pg, const struct board_config *c, struct error *err) {
    struct arena *a = arena_new((size_t)1 << 30);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *rows = add_query(s, &ranked, c);
    pg_param_i64(rows, c->limit);
    const struct pg_query *counts = add_query(s, &counted, c);
    enum status st = database_run(pg, s, err);
    if (st == ST_OK && c->is_json)
        print_json(rows, counts);
    else if (st == ST_OK)
        print_board(a, c, rows, counts);
    arena_free(a);
    return st;
}

int board_main(int argc, char **argv, char **envp) {
    struct board_config config = {.limit = 0};
    const struct option_table tables[] = {
        {board_options, &config}, {pg_options, &config.database}, {0}};
    const struct config_spec spec = {
        .program = program,
        .summary = "Shows what is open and wants a person: duties, blockers, triage; the "
                   "most urgent first.",
        .tables = tables,
    };
    struct config_result parsed;
    struct error err = {0};
    struct pg *pg = NULL;
    int code;
    if (!database_parse(&spec, argc, argv, envp, &parsed, &code))
        return code;
    enum status st = database_open(&config.database, &pg, &err);
    if (st == ST_OK)
        st = show(pg, &config, &err);
    pg_free(pg);
    return st == ST_OK ? 0 : database_failed(program, &err);
}
