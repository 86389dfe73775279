/*
 * case.c: `henpin case ID`: the whole story of a case, in order: each event and the rules
 * that it met, duties and how they ended, escalations, tasks, who took what, the blockers
 * of its seller, and what its clock tells next if nobody answers.
 *
 * The ID is what a person holds in their hand: a case id, an order id (then all cases of
 * the order are told), a return id or an inquiry id. Only functions are asked, so that a
 * desk's own login may run it. What a buyer wrote is in no table.
 */
#include "services/henpin/commands.h"
#include "services/henpin/database.h"
#include "services/henpin/rows.h"

#include "common/base/clock.h"
#include "common/event/event.h"

static const char program[] = "henpin case";

struct case_config {
    struct pg_config database;
    bool is_json;
};

#define AT(member) offsetof(struct case_config, member)
static const struct option case_options[] = {
    {"json", "HENPIN_CASE_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object: the cases, each with its story"},
    {0},
};

static const struct pg_statement found = {
    "case_found",
    "SELECT case_id, case_kind, marketplace, seller_id, order_id, own_id, status,"
    " opened_at, disposition, amount_minor, currency, is_parked, case_id::text,"
    " henpin.case_hands(case_id),"
    " CASE WHEN case_kind = 'inquiry' THEN henpin.seller_speaks(seller_id)::text END"
    " FROM henpin.find_case($1) LIMIT 100"};
enum {
    F_ID,
    F_KIND,
    F_MARKETPLACE,
    F_SELLER,
    F_ORDER,
    F_OWN_ID,
    F_STATUS,
    F_OPENED,
    F_DISPOSITION,
    F_AMOUNT,
    F_CURRENCY,
    F_PARKED,
    F_ID_TEXT,
    F_HANDS,
    F_SPEAKS
};

/* Beside a reason of its own, what the rules say; what is a rule's title already, once. */
static const struct pg_statement told = {
    "case_told",
    "SELECT at, what, name, state, desk, concat_ws('; ', reason, CASE what"
    "  WHEN 'event' THEN array_to_string(titles, '; ')"
    "  WHEN 'blocker' THEN titles[1] WHEN 'duty' THEN titles[1] END),"
    " reason, array_to_json(rules)::text, array_to_json(titles)::text,"
    " policy_revision_id, source_topic, source_partition, source_offset, at > now()"
    " FROM henpin.case_story($1)"};
enum {
    T_AT,
    T_WHAT,
    T_NAME,
    T_STATE,
    T_DESK,
    T_WHY,
    T_REASON,
    T_RULES,
    T_TITLES,
    T_REVISION,
    T_TOPIC,
    T_PARTITION,
    T_OFFSET,
    T_AHEAD
};

struct answers {
    const struct pg_query *found;
    const struct pg_query *const *stories; /* one for each found */
};

/* ---- for people ---- */

static const struct rows_column story_columns[] = {
    {"WHEN", rows_instant, T_AT, 0},       {"", rows_text, T_WHAT, 1},
    {"WHAT", rows_text, T_NAME, 0},        {"STATE", rows_text, T_STATE, 0},
    {"DESK OR WHO", rows_text, T_DESK, 2}, {"WHY", rows_text, T_WHY, 0},
};

static void print_word(const char *before, struct span word) {
    if (word.len > 0)
        printf("%s%.*s", before, SPAN_ARGS(word));
}

static void print_head(struct arena *a, const struct pg_query *q, size_t row) {
    char opened[CLOCK_TEXT_SIZE];
    clock_text(pg_instant(q, row, F_OPENED), opened);
    print_word("", table_harmless(a, pg_text(q, row, F_KIND)));
    print_word(" ", table_harmless(a, pg_text(q, row, F_OWN_ID)));
    print_word(pg_is_null(q, row, F_OWN_ID) ? " " : " of order ",
               table_harmless(a, pg_text(q, row, F_ORDER)));
    print_word(" at ", table_harmless(a, pg_text(q, row, F_MARKETPLACE)));
    print_word(", seller ", table_harmless(a, pg_text(q, row, F_SELLER)));
    printf("\ncase %.*s since %s", SPAN_ARGS(pg_text(q, row, F_ID_TEXT)), opened);
    print_word(": ", pg_text(q, row, F_STATUS));
    print_word(", ", pg_text(q, row, F_DISPOSITION));
    if (pg_bool(q, row, F_PARKED))
        printf("; waits for its order, and is decided when that comes");
    print_word("; the seller's own people speak ", pg_text(q, row, F_SPEAKS));
    print_word("; decided by line: ", table_harmless(a, pg_text(q, row, F_HANDS)));
    printf("\n\n");
}

static void print_cases(struct arena *a, const struct answers *q) {
    for (size_t row = 0; row < pg_rows(q->found); row++) {
        if (row > 0)
            fputc('\n', stdout);
        print_head(a, q->found, row);
        if (pg_rows(q->stories[row]) > 0)
            rows_print(a, q->stories[row], story_columns, COUNT_OF(story_columns), true,
                       stdout);
        else
            printf("nothing has been decided yet\n");
    }
}

/* ---- JSON ---- */

static json_t *json_bool(const struct pg_query *q, size_t row, int column) {
    return json_boolean(pg_bool(q, row, column));
}

static const struct rows_field found_fields[] = {
    {"case_id", rows_json_text, F_ID_TEXT},
    {"case_kind", rows_json_text, F_KIND},
    {"marketplace", rows_json_text, F_MARKETPLACE},
    {"seller_id", rows_json_text, F_SELLER},
    {"order_id", rows_json_text, F_ORDER},
    {"own_id", rows_json_text, F_OWN_ID},
    {"status", rows_json_text, F_STATUS},
    {"opened_at", rows_json_instant, F_OPENED},
    {"disposition", rows_json_text, F_DISPOSITION},
    {"amount_minor", rows_json_number, F_AMOUNT},
    {"currency", rows_json_text, F_CURRENCY},
    {"waits_for_order", json_bool, F_PARKED},
    {"hands", rows_json_text, F_HANDS},
    {"seller_speaks", rows_json_nested, F_SPEAKS},
};

static const struct rows_field story_fields[] = {
    {"at", rows_json_instant, T_AT},
    {"is_ahead", json_bool, T_AHEAD},
    {"what", rows_json_text, T_WHAT},
    {"name", rows_json_text, T_NAME},
    {"state", rows_json_text, T_STATE},
    {"desk", rows_json_text, T_DESK},
    {"reason", rows_json_text, T_REASON},
    {"rules", rows_json_nested, T_RULES},
    {"titles", rows_json_nested, T_TITLES},
    {"policy_revision_id", rows_json_number, T_REVISION},
    {"source_topic", rows_json_text, T_TOPIC},
    {"source_partition", rows_json_number, T_PARTITION},
    {"source_offset", rows_json_number, T_OFFSET},
};

static void print_json(const struct answers *q) {
    json_t *cases = rows_json(q->found, found_fields, COUNT_OF(found_fields));
    for (size_t row = 0; row < pg_rows(q->found); row++)
        json_object_set_new(
            json_array_get(cases, row), "story",
            rows_json(q->stories[row], story_fields, COUNT_OF(story_fields)));
    rows_json_print(json_pack("{s:o}", "cases", cases), stdout);
}

/* ---- the command ---- */

static enum status ask(struct pg *pg, struct arena *a, const char *id,
                       struct answers *out, struct error *err) {
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &found);
    pg_param_text(q, span_of(id));
    enum status st = database_run(pg, s, err);
    if (st != ST_OK)
        return st;
    size_t n = pg_rows(q);
    const struct pg_query **stories = arena_array(a, n + 1, sizeof *stories);
    s = pg_script_new(a);
    for (size_t row = 0; row < n; row++) {
        struct pg_query *story = pg_script_query(s, &told);
        pg_param_uuid(story, pg_uuid(q, row, F_ID));
        stories[row] = story;
    }
    *out = (struct answers){q, stories};
    return n > 0 ? database_run(pg, s, err) : ST_OK;
}

/* The exit code: 1 when there is no such case. */
static int show(struct pg *pg, const struct case_config *c, const char *id) {
    struct arena *a = arena_new((size_t)1 << 28);
    struct error err = {0};
    struct answers q = {0};
    enum status st = ask(pg, a, id, &q, &err);
    int code = st != ST_OK ? database_failed(program, &err) : pg_rows(q.found) == 0;
    if (st == ST_OK && c->is_json) {
        print_json(&q);
    } else if (st == ST_OK && code == 0) {
        print_cases(a, &q);
    } else if (st == ST_OK) {
        struct span name = table_harmless(a, span_of(id));
        fprintf(stderr, "%s: no case, order, return or inquiry is called \"%.*s\"\n",
                program, SPAN_ARGS(name));
    }
    arena_free(a);
    return code;
}

int case_main(int argc, char **argv, char **envp) {
    struct case_config config = {.is_json = false};
    const struct option_table tables[] = {
        {case_options, &config}, {pg_options, &config.database}, {0}};
    const struct config_spec spec = {
        .program = program,
        .summary = "Tells the whole story of a case: what happened, what was decided and "
                   "why, what was told to whom, and what its clock tells next. The ID is "
                   "a case id, an order id, a return id or an inquiry id.",
        .operands = "ID",
        .tables = tables,
    };
    struct config_result parsed;
    struct error err = {0};
    struct pg *pg = NULL;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    const char *id = parsed.operands.count == 1 ? parsed.operands.items[0] : "";
    enum status st = ST_OK;
    if (!*id || !span_is_text(span_of(id)))
        st = error_set(&err, E_CONFIG, "name one ID, as UTF-8 text");
    if (st == ST_OK)
        st = database_open(&config.database, &pg, &err);
    if (st != ST_OK)
        return database_failed(program, &err);
    code = show(pg, &config, id);
    pg_free(pg);
    return code;
}
