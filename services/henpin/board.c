/*
 * board.c: `henpin board`: what a person should know now, ranked by consequence within
 * the time left, how much of it there is, and where it came from. The ranking itself is
 * the view henpin.open_escalations; only views are read, so that a desk's own login may
 * run it.
 *
 * Late is what is past its act-by: the desk should have acted. Breached is what is past
 * its due, the marketplace's instant; it is late, too.
 */
#include "services/henpin/board_disposal.h"
#include "services/henpin/commands.h"
#include "services/henpin/database.h"
#include "services/henpin/rows.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/policy/severity.h"

#include <unistd.h>

static const char program[] = "henpin board";

struct board_config {
    struct pg_config database;
    const char *marketplace, *seller, *desk, *site, *partner;
    int64_t limit, watch_us;
    bool is_json, is_disposal;
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
    {"watch", "HENPIN_BOARD_WATCH", OPT_DURATION, AT(watch_us), "0s", 0, 3600000000, 0,
     NULL, NULL, "show it again so often, until Ctrl-C; 0s: once"},
    {"disposal", "HENPIN_BOARD_DISPOSAL", OPT_BOOL, AT(is_disposal), "false", 0, 0, 0,
     NULL, NULL, "what is to be done with returned goods instead, by site and partner"},
    {"site", "HENPIN_BOARD_SITE", OPT_STRING, AT(site), "", 0, 0, 0, NULL, "NAME",
     "with --disposal: only this site"},
    {"partner", "HENPIN_BOARD_PARTNER", OPT_STRING, AT(partner), "", 0, 0, 0, NULL,
     "NAME", "with --disposal: only what this partner does"},
    {"json", "HENPIN_BOARD_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object: open, late, breached, counts, escalations, waiting returns"},
    {0},
};

static const struct pg_statement ranked = {
    "board_ranked",
    "SELECT b.rank, b.kind, b.subject, b.severity, b.desk, b.due_at, b.act_by_at,"
    "  (extract(epoch FROM b.time_left) * 1000000)::bigint, b.seller_id, b.marketplace,"
    "  b.order_id, b.return_id, b.rule_id, b.consequence, b.source_topic,"
    "  b.source_partition, b.source_offset, b.reason,"
    "  CASE WHEN b.due_at < now() THEN (extract(epoch FROM now() - b.due_at) * "
    "1000000)::bigint END, b.remedy, b.destination, b.escalation_id::text,"
    "  b.case_id::text, b.moved, b.acknowledged_by, b.acknowledged_at,"
    "  CASE WHEN b.case_kind = 'inquiry' THEN henpin.seller_speaks(b.seller_id)::text END"
    " FROM henpin.board($1, $2, $3, $4) b ORDER BY b.rank"};
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
    B_REASON,
    B_BREACHED, /* since how long; NULL: not */
    B_REMEDY,
    B_DESTINATION,
    B_ESCALATION,
    B_CASE,
    B_MOVED,
    B_TAKEN_BY,
    B_TAKEN_AT,
    B_SPEAKS
};

static const struct pg_statement counted = {
    "board_counted",
    "SELECT b.marketplace, b.kind, CASE WHEN b.kind IN ('duty', 'blocker') THEN "
    "b.subject ELSE '' END,"
    "  count(*), count(*) FILTER (WHERE b.time_left < '0'::interval), "
    "min(coalesce(b.act_by_at, b.due_at)),"
    "  count(DISTINCT b.seller_id), count(*) FILTER (WHERE b.due_at < now())"
    " FROM henpin.standing_escalation b"
    " WHERE ($1::text IS NULL OR b.marketplace = $1)"
    "  AND ($2::text IS NULL OR b.seller_id = $2) AND ($3::text IS NULL OR b.desk = $3)"
    " GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"};
enum { C_MARKETPLACE, C_KIND, C_SUBJECT, C_OPEN, C_LATE, C_NEXT, C_SELLERS, C_BREACHED };

/* Nobody's desk yet. */
static const struct pg_statement waiting = {
    "board_waiting",
    "SELECT count(*) FROM henpin.waiting_return w"
    " WHERE ($1::text IS NULL OR w.marketplace = $1) AND ($2::text IS NULL OR "
    "w.seller_id = $2) AND $3::text IS NULL"};

struct answers {
    const struct pg_query *rows, *counts, *waiting;
};

/* ---- for people ---- */

static const char *severity_word(int64_t severity) {
    return severity >= 0 && severity <= SEVERITY_MAX ? severity_name((int)severity) : "?";
}

static void cell_severity(struct table *t, const struct pg_query *q, size_t row,
                          int column) {
    table_cell_text(t, severity_word(pg_i64(q, row, column)));
}

/* "3 d", "20 h", "47 min": of what is over, the order of magnitude is enough. */
static void build_ago(struct builder *b, const char *word, int64_t us) {
    long long min = llabs(us) / US_PER_MIN;
    if (min >= 2 * 24 * 60)
        build_format(b, "%s %lld d", word, min / 1440);
    else if (min >= 120)
        build_format(b, "%s %lld h", word, min / 60);
    else
        build_format(b, "%s %lld min", word, min);
}

/* "2 d 3 h", "47 min": two units at most, as nobody acts on more. */
static void build_left(struct builder *b, int64_t us) {
    long long min = us / US_PER_MIN;
    if (min >= 2 * 24 * 60)
        build_format(b, "%lld d %lld h", min / 1440, min / 60 % 24);
    else if (min >= 120)
        build_format(b, "%lld h %lld min", min / 60, min % 60);
    else
        build_format(b, "%lld min", min);
}

static void cell_left(struct table *t, const struct pg_query *q, size_t row, int column) {
    char text[48];
    struct builder b = builder_over(text, sizeof text);
    int64_t left = pg_i64(q, row, column), breached = pg_i64(q, row, B_BREACHED);
    if (breached != EVENT_ABSENT)
        build_ago(&b, "breached", breached);
    else if (left != EVENT_ABSENT && left < 0)
        build_ago(&b, "late", left);
    else if (left != EVENT_ABSENT)
        build_left(&b, left);
    table_cell(t, builder_span(&b));
}

/* The rank, and with it the colour of the whole row: red is breached, yellow late, and
 * what somebody has taken is faint. */
static void cell_rank(struct table *t, const struct pg_query *q, size_t row, int column) {
    int64_t left = pg_i64(q, row, B_LEFT);
    if (!pg_is_null(q, row, B_TAKEN_BY))
        table_row_look(t, TABLE_FAINT);
    else if (!pg_is_null(q, row, B_BREACHED))
        table_row_look(t, TABLE_RED);
    else if (left != EVENT_ABSENT && left < 0)
        table_row_look(t, TABLE_YELLOW);
    rows_i64(t, q, row, column);
}

/* Which duty or blocker; for the others their kind says it. `kind` stands before. */
static void cell_what(struct table *t, const struct pg_query *q, size_t row, int kind) {
    struct span k = pg_text(q, row, kind);
    bool is_named = span_is(k, "duty") || span_is(k, "blocker");
    table_cell(t, is_named ? pg_text(q, row, kind + 1) : k);
}

static void build_part(struct builder *b, const char *before, struct span text) {
    if (text.len == 0)
        return;
    build_format(b, "%s%s%.*s", b->len > 0 ? "; " : "", before, SPAN_ARGS(text));
}

/* With the record that it came from, at any width: a column of its own would be the first
 * to be left out. */
static void cell_why(struct table *t, const struct pg_query *q, size_t row, int column) {
    char text[2400];
    struct builder b = builder_over(text, sizeof text);
    build_part(&b, "taken by ", pg_text(q, row, B_TAKEN_BY));
    build_part(&b, "",
               pg_text(q, row, pg_is_null(q, row, column) ? B_CONSEQUENCE : column));
    build_part(&b, "", pg_text(q, row, B_MOVED));
    if (!pg_is_null(q, row, B_TOPIC) && pg_i64(q, row, B_PARTITION) >= 0)
        build_format(&b, "%sfrom %.*s:%lld:%lld", b.len > 0 ? "; " : "",
                     SPAN_ARGS(pg_text(q, row, B_TOPIC)),
                     (long long)pg_i64(q, row, B_PARTITION),
                     (long long)pg_i64(q, row, B_OFFSET));
    table_cell(t, builder_span(&b));
}

/* What is dropped last is what finds the case: which order, what, until when. */
static const struct rows_column ranked_columns[] = {
    {"#", cell_rank, B_RANK, 1},
    {"WHAT", cell_what, B_KIND, 0},
    {"SEVERITY", cell_severity, B_SEVERITY, 6},
    {"TIME LEFT", cell_left, B_LEFT, 0},
    {"DUE", rows_instant, B_DUE, 2},
    {"ACT BY", rows_instant, B_ACT_BY, 5},
    {"DESK", rows_text, B_DESK, 4},
    {"MARKETPLACE", rows_text, B_MARKETPLACE, 3},
    {"SELLER", rows_text, B_SELLER, 8},
    {"ORDER", rows_text, B_ORDER, 0},
    {"RETURN", rows_text, B_RETURN, 7},
    {"OFFER", rows_text, B_REMEDY, 8},
    {"SEND TO", rows_text, B_DESTINATION, 6},
    {"WHY", cell_why, B_REASON, 0},
};

static const struct rows_column counted_columns[] = {
    {"MARKETPLACE", rows_text, C_MARKETPLACE, 0},
    {"KIND", rows_text, C_KIND, 2},
    {"WHAT", cell_what, C_KIND, 0},
    {"OPEN", rows_count, C_OPEN, 0},
    {"LATE", rows_count, C_LATE, 0},
    {"BREACHED", rows_count, C_BREACHED, 0},
    {"SELLERS", rows_count, C_SELLERS, 3},
    {"NEXT ACT BY", rows_instant, C_NEXT, 1},
};

struct total {
    int64_t open, late, breached;
};

static struct total add_up(const struct pg_query *counts) {
    struct total t = {0};
    for (size_t row = 0; row < pg_rows(counts); row++) {
        t.open += pg_i64(counts, row, C_OPEN);
        t.late += pg_i64(counts, row, C_LATE);
        t.breached += pg_i64(counts, row, C_BREACHED);
    }
    return t;
}

static void print_open(struct arena *a, const struct answers *q) {
    struct total t = add_up(q->counts);
    const char *open = table_things(t.open, "open escalation", "open escalations");
    if (pg_rows(q->rows) > 0) {
        printf("%s of %s, the most urgent first\n\n",
               table_count((int64_t)pg_rows(q->rows)), open);
        rows_print(a, q->rows, ranked_columns, COUNT_OF(ranked_columns), true, stdout);
        fputc('\n', stdout);
    }
    printf("%s, %s late, %s of them breached\n(late: past act by; breached: past "
           "due)\n\n",
           open, table_count(t.late), table_count(t.breached));
    rows_print(a, q->counts, counted_columns, COUNT_OF(counted_columns), false, stdout);
}

static void print_board(struct arena *a, const struct board_config *c,
                        const struct answers *q) {
    int64_t n = pg_i64(q->waiting, 0, 0);
    if (pg_rows(q->counts) > 0)
        print_open(a, q);
    else
        printf("nothing is open%s\n",
               *c->marketplace || *c->seller || *c->desk
                   ? " that matches"
                   : ": no duty runs, nothing blocks a seller, nothing waits for triage");
    if (n > 0)
        printf("\n%s: decided when it comes\n",
               table_things(n, "return waits for its order",
                            "returns wait for their order"));
}

/* ---- JSON ---- */

static json_t *json_severity(const struct pg_query *q, size_t row, int column) {
    return json_string(severity_word(pg_i64(q, row, column)));
}

static const struct rows_field ranked_fields[] = {
    {"rank", rows_json_number, B_RANK},
    {"kind", rows_json_text, B_KIND},
    {"subject", rows_json_text, B_SUBJECT},
    {"severity", rows_json_number, B_SEVERITY},
    {"severity_word", json_severity, B_SEVERITY},
    {"desk", rows_json_text, B_DESK},
    {"due_at", rows_json_instant, B_DUE},
    {"act_by_at", rows_json_instant, B_ACT_BY},
    {"time_left_us", rows_json_number, B_LEFT},
    {"seller_id", rows_json_text, B_SELLER},
    {"marketplace", rows_json_text, B_MARKETPLACE},
    {"order_id", rows_json_text, B_ORDER},
    {"return_id", rows_json_text, B_RETURN},
    {"rule_id", rows_json_text, B_RULE},
    {"remedy", rows_json_text, B_REMEDY},
    {"destination", rows_json_text, B_DESTINATION},
    {"consequence", rows_json_text, B_CONSEQUENCE},
    {"reason", rows_json_text, B_REASON},
    {"source_topic", rows_json_text, B_TOPIC},
    {"source_partition", rows_json_number, B_PARTITION},
    {"source_offset", rows_json_number, B_OFFSET},
    {"case_id", rows_json_text, B_CASE},
    {"escalation_id", rows_json_text, B_ESCALATION},
    {"moved", rows_json_text, B_MOVED},
    {"acknowledged_by", rows_json_text, B_TAKEN_BY},
    {"acknowledged_at", rows_json_instant, B_TAKEN_AT},
    {"seller_speaks", rows_json_nested, B_SPEAKS},
};

static const struct rows_field counted_fields[] = {
    {"marketplace", rows_json_text, C_MARKETPLACE},
    {"kind", rows_json_text, C_KIND},
    {"subject", rows_json_text, C_SUBJECT},
    {"open", rows_json_number, C_OPEN},
    {"late", rows_json_number, C_LATE},
    {"breached", rows_json_number, C_BREACHED},
    {"next_act_by_at", rows_json_instant, C_NEXT},
    {"sellers", rows_json_number, C_SELLERS},
};

static void print_json(const struct answers *q) {
    struct total t = add_up(q->counts);
    rows_json_print(
        json_pack("{s:I, s:I, s:I, s:o, s:o, s:o}", "open", (json_int_t)t.open, "late",
                  (json_int_t)t.late, "breached", (json_int_t)t.breached,
                  "waiting_returns", rows_json_number(q->waiting, 0, 0), "counts",
                  rows_json(q->counts, counted_fields, COUNT_OF(counted_fields)),
                  "escalations",
                  rows_json(q->rows, ranked_fields, COUNT_OF(ranked_fields))),
        stdout);
}

/* ---- the command ---- */

static struct pg_query *add_query(struct pg_script *s,
                                  const struct pg_statement *statement,
                                  const struct board_config *c) {
    const char *const filters[] = {c->marketplace, c->seller, c->desk};
    struct pg_query *q = pg_script_query(s, statement);
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        pg_param_text(q, span_given(filters[i]));
    return q;
}

static void clear_screen(const struct board_config *c) {
    if (c->watch_us > 0 && isatty(STDOUT_FILENO))
        fputs("\033[H\033[2J", stdout);
}

static enum status show(struct pg *pg, const struct board_config *c, struct error *err) {
    if (c->is_disposal) {
        const struct disposal_filter f = {c->site, c->partner, c->seller, c->limit};
        clear_screen(c);
        return board_disposal(pg, &f, c->is_json, err);
    }
    struct arena *a = arena_new((size_t)1 << 30);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *rows = add_query(s, &ranked, c);
    pg_param_i64(rows, c->limit);
    const struct answers q = {rows, add_query(s, &counted, c), add_query(s, &waiting, c)};
    enum status st = database_run(pg, s, err);
    if (st == ST_OK)
        clear_screen(c); /* only now: what is seen stays until then */
    if (st == ST_OK && c->is_json)
        print_json(&q);
    else if (st == ST_OK)
        print_board(a, c, &q);
    arena_free(a);
    return st;
}

/* One connection for all; an outage is told and waited for. */
static enum status watch(const struct board_config *c, struct error *err) {
    struct pg *pg = NULL;
    enum status st;
    do {
        st = pg ? ST_OK : database_open(&c->database, &pg, err);
        if (st == ST_OK)
            st = show(pg, c, err);
        if (st != ST_OK) {
            pg_free(pg);
            pg = NULL;
        }
        if (st == ST_RETRY && c->watch_us > 0)
            fprintf(stderr, "%s: %s\n", program, err->text);
        fflush(stdout);
        if (c->watch_us > 0)
            (void)usleep((useconds_t)c->watch_us);
    } while (c->watch_us > 0 && (st == ST_OK || st == ST_RETRY));
    pg_free(pg);
    return st;
}

/* Each of the two boards has filters of its own. */
static enum status check_filters(const struct board_config *c, struct error *err) {
    const struct {
        const char *option, *value;
        bool is_disposal;
    } rows[] = {{"marketplace", c->marketplace, false},
                {"desk", c->desk, false},
                {"site", c->site, true},
                {"partner", c->partner, true}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (*rows[i].value && rows[i].is_disposal != c->is_disposal)
            return error_set(err, E_CONFIG, "option \"%s\" is of the board %s --disposal",
                             rows[i].option, rows[i].is_disposal ? "with" : "without");
    return ST_OK;
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
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    enum status st = check_filters(&config, &err);
    if (st == ST_OK)
        st = watch(&config, &err);
    return st == ST_OK ? 0 : database_failed(program, &err);
}
