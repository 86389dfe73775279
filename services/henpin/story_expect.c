/*
 * story_expect.c: what a story expects, against the rows.
 *
 * A row is expected by some of its columns, never by all: a story says what it is about.
 * Tables of a story are small, so all rows come as JSON and are compared here; that keeps
 * each kind of value readable on both sides of a difference.
 */
#include "services/henpin/story.h"

#include "common/base/clock.h"

#define QUERY_TIMEOUT_US (30 * US_PER_S)
#define ROWS(table, order)                                                               \
    "SELECT to_jsonb(t)::text FROM henpin." table " t ORDER BY " order

/* The word in a story, what a row of it is called by, and its rows. */
static const struct story_table {
    const char *word;
    const char *keys[2];
    struct pg_statement rows;
    bool takes_clock; /* $1 of its statement is the story's instant */
} tables[] = {
    {"duty",
     {"name", "state"},
     {"story_duty", ROWS("duty", "t.start_at, t.name, t.instance")},
     false},
    {"escalation",
     {"kind", "level"},
     {"story_escalation", ROWS("escalation_event", "t.occurred_at, t.kind, t.level")},
     false},
    {"to_answer",
     {"kind", "level"},
     {"story_to_answer", ROWS("inquiry_escalation", "t.identity_at, t.kind, t.level")},
     false},
    {"blocker",
     {"blocker", "state"},
     {"story_blocker", ROWS("blocker", "t.blocker")},
     false},
    {"order",
     {"order_id", "status"},
     {"story_order", ROWS("sales_order", "t.order_id")},
     false},
    {"return",
     {"return_id", "status"},
     {"story_return", ROWS("return_case", "t.return_id")},
     false},
    {"inquiry",
     {"inquiry_id", "status"},
     {"story_inquiry", ROWS("inquiry_thread", "t.inquiry_id")},
     false},
    {"task",
     {"action", "change"},
     {"story_task", ROWS("disposal_task_event", "t.case_id, t.step_no, t.change")},
     false},
    {"step",
     {"action", "state"},
     {"story_step", ROWS("disposal_task", "t.case_id, t.line_id, t.step_no")},
     false},
    {"board",
     {"action", "standing"},
     {"story_board", ROWS("disposal_board", "t.case_id, t.line_id, t.step_no")},
     false},
    {"scorecard",
     {"duty", "days"},
     {"story_scorecard", "SELECT to_jsonb(t)::text FROM henpin.scorecard_of("
                         "ARRAY(SELECT DISTINCT seller_id FROM henpin.duty), $1) t"},
     true},
    {"decision",
     {"event", "outcome"},
     {"story_decision", ROWS("decision", "t.occurred_at, t.event_id")},
     false},
    {"dead_letter",
     {"code", "state"},
     {"story_dead_letter", ROWS("dead_letter", "t.source_topic, t.source_offset")},
     false},
};

/* ---- reading ---- */

static const char clock_mark[] = "(story clock)";

/* "due 2026-11-25 12:00 +09:00", "reason has five days", "rule_id amz-jp-answer" */
static enum status read_column(struct arena *a, struct span text, struct story_expect *e,
                               struct error *err) {
    struct span rest = text, name = story_word(&rest), after = rest;
    if (e->n_columns == STORY_COLUMNS_MAX || span_trim(rest).len == 0)
        return error_set(err, E_INPUT,
                         "\"%.60s\" must be COLUMN VALUE, at most %d of them",
                         span_cstr(a, text), STORY_COLUMNS_MAX);
    bool is_part = span_is(story_word(&after), "has");
    e->columns[e->n_columns++] = (struct story_column){
        span_cstr(a, name), span_cstr(a, span_trim(is_part ? after : rest)), is_part};
    return ST_OK;
}

/* "[no|N] WORD [KEY [KEY]]" */
static enum status read_row(struct arena *a, struct span text, struct story_expect *e,
                            struct error *err) {
    struct span word = story_word(&text);
    e->count = -1;
    if (span_is(word, "no") || span_to_i64(word, &e->count)) {
        if (span_is(word, "no"))
            e->count = 0;
        word = story_word(&text);
    }
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        if (span_is(word, tables[i].word))
            e->table = &tables[i];
    if (!e->table) {
        struct builder known = builder_in(a, 200);
        for (size_t i = 0; i < COUNT_OF(tables); i++)
            build_format(&known, "%s%s", i > 0 ? ", " : "", tables[i].word);
        return error_set(err, E_INPUT, "\"%.30s\" is none of %s", span_cstr(a, word),
                         span_cstr(a, builder_span(&known)));
    }
    for (size_t k = 0; k < COUNT_OF(e->table->keys); k++) {
        struct span key = story_word(&text);
        if (key.len > 0)
            e->columns[e->n_columns++] =
                (struct story_column){e->table->keys[k], span_cstr(a, key), false};
    }
    return span_trim(text).len == 0
               ? ST_OK
               : error_set(err, E_INPUT, "a comma is missing before \"%.60s\"",
                           span_cstr(a, span_trim(text)));
}

enum status story_expect_read(struct arena *a, struct span words,
                              struct story_expect *out, struct error *err) {
    *out = (struct story_expect){0};
    words = span_trim(words);
    size_t n = sizeof clock_mark - 1;
    if (words.len >= n && memcmp(words.ptr + words.len - n, clock_mark, n) == 0) {
        out->needs_clock = true;
        words = span_trim((struct span){words.ptr, words.len - n});
    }
    struct span part;
    enum status st = ST_OK;
    for (bool is_row = true; st == ST_OK && span_cut(&words, ',', &part); is_row = false)
        st = is_row ? read_row(a, part, out, err)
                    : read_column(a, span_trim(part), out, err);
    return st;
}

/* ---- comparing ---- */

/* The column by its name, or by its name with _at, _id. */
static const json_t *column_of(const json_t *row, const char *name) {
    static const char *const ends[] = {"", "_at", "_id"};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char full[80];
        snprintf(full, sizeof full, "%.60s%s", name, ends[i]);
        const json_t *value = json_object_get(row, full);
        if (value)
            return value;
    }
    return NULL;
}

static const char *text_of(struct arena *a, const json_t *value) {
    if (json_is_null(value))
        return "none";
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "yes" : "no";
    char *dumped =
        json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    const char *kept = span_cstr(a, span_of(dumped));
    free(dumped);
    return kept;
}

static bool equals(struct arena *a, const struct story_column *c, const json_t *value) {
    const char *text = text_of(a, value);
    int64_t wanted, actual;
    if (json_is_string(value) && story_instant(span_of(c->value), &wanted) &&
        clock_parse(span_of(text), &actual))
        return wanted == actual;
    return strcmp(text, c->value) == 0;
}

static bool matches(struct arena *a, const struct story_column *c, const json_t *row) {
    const json_t *value = column_of(row, c->name), *item;
    if (!value)
        return false;
    if (!c->is_part)
        return equals(a, c, value);
    if (!json_is_array(value))
        return strstr(text_of(a, value), c->value) != NULL;
    size_t i;
    json_array_foreach(value, i, item) {
        const struct story_column whole = {c->name, c->value, false};
        if (equals(a, &whole, item))
            return true;
    }
    return false;
}

static size_t count_matches(struct arena *a, const struct story_expect *e,
                            const json_t *row) {
    size_t n = 0;
    for (size_t i = 0; i < e->n_columns; i++)
        n += matches(a, &e->columns[i], row);
    return n;
}

/* ---- telling ---- */

/* Instants as the story writes them: in the zone of the expected value. */
static void tell_value(struct arena *a, const struct story_column *c, const json_t *value,
                       struct builder *out) {
    int64_t us;
    char text[CLOCK_TEXT_SIZE];
    if (!value) {
        build_text(out, "(no such column)");
    } else if (json_is_string(value) &&
               clock_parse(span_of(json_string_value(value)), &us)) {
        clock_text(us, text);
        build_text(out, text);
    } else {
        build_format(out, "%s%.300s", c->is_part ? "is " : "", text_of(a, value));
    }
}

static void tell_expected(const struct story_expect *e, struct builder *out) {
    build_text(out, "expected  ");
    if (e->count == 0)
        build_text(out, "no ");
    else if (e->count > 0)
        build_format(out, "%lld ", (long long)e->count);
    build_text(out, e->table->word);
    for (size_t i = 0; i < e->n_columns; i++) {
        const struct story_column *c = &e->columns[i];
        int64_t us;
        char text[CLOCK_TEXT_SIZE];
        const char *value = c->value;
        if (story_instant(span_of(value), &us)) {
            clock_text(us, text);
            value = text;
        }
        build_format(out, "%s %s%s %s", i > 0 ? "," : "", c->name,
                     c->is_part ? " has" : "", value);
    }
}

static void tell_row(struct arena *a, const struct story_expect *e, const json_t *row,
                     struct builder *out) {
    build_format(out, "\nactual    %s", e->table->word);
    for (size_t k = 0; k < e->n_columns; k++) {
        build_format(out, "%s %s ", k > 0 ? "," : "", e->columns[k].name);
        tell_value(a, &e->columns[k], column_of(row, e->columns[k].name), out);
    }
    /* Nothing was named, as in "expect no step": the keys tell which rows those are. */
    for (size_t k = 0; e->n_columns == 0 && k < COUNT_OF(e->table->keys); k++) {
        const struct story_column key = {e->table->keys[k], "", false};
        build_format(out, "%s %s ", k > 0 ? "," : "", key.name);
        tell_value(a, &key, column_of(row, key.name), out);
    }
}

/* Those that match, or else those that come nearest. */
static void tell_actual(struct arena *a, const struct story_expect *e, const json_t *rows,
                        struct builder *out) {
    size_t best = 0, i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        size_t n = count_matches(a, e, row);
        best = n > best ? n : best;
    }
    if (json_array_size(rows) == 0)
        build_format(out, "\nactual    no %s at all", e->table->word);
    json_array_foreach(rows, i, row) {
        if (count_matches(a, e, row) == best)
            tell_row(a, e, row, out);
    }
}

static json_t *parse_rows(const struct pg_query *q) {
    json_t *rows = json_array();
    for (size_t i = 0; i < pg_rows(q); i++) {
        struct span text = pg_text(q, i, 0);
        json_array_append_new(rows, json_loadb(text.ptr, text.len, 0, NULL));
    }
    return rows;
}

enum status story_expect_check(struct arena *a, struct pg *pg,
                               const struct story_expect *e, int64_t clock_us,
                               bool *holds, struct builder *told, struct error *err) {
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &e->table->rows);
    if (e->table->takes_clock)
        pg_param_instant(q, clock_us);
    enum status st = pg_run_wait(pg, s, QUERY_TIMEOUT_US, err);
    if (st != ST_OK)
        return st;
    json_t *rows = parse_rows(q);
    const json_t *row;
    size_t i;
    int64_t n = 0;
    json_array_foreach(rows, i, row) n += count_matches(a, e, row) == e->n_columns;
    *holds = e->count < 0 ? n > 0 : n == e->count;
    /* A column that does not exist never matches: "expect no" would hold for ever. */
    row = json_array_get(rows, 0);
    for (size_t k = 0; row && k < e->n_columns; k++)
        *holds = *holds && column_of(row, e->columns[k].name);
    if (!*holds) {
        tell_expected(e, told);
        tell_actual(a, e, rows, told);
    }
    json_decref(rows);
    return ST_OK;
}
