/* seller_show.c: `henpin seller show`: what is known of sellers, what ends soon, and what
 * would lift their blockers. */
#include "services/henpin/rows.h"
#include "services/henpin/seller.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/policy/directory.h"

static const char program[] = "henpin seller show";

/* An open end is NULL here. */
static const struct pg_statement all = {
    "seller_all",
    "SELECT s.seller_id, s.name, (SELECT string_agg(m.marketplace, ' ' ORDER BY"
    "   m.marketplace) FROM henpin.seller_marketplace m WHERE m.seller_id = s.seller_id),"
    "  (SELECT count(*) FROM henpin.seller_fact f WHERE f.seller_id = s.seller_id"
    "   AND f.valid_from <= now() AND now() < f.valid_until)"
    "  + (SELECT count(*) FROM henpin.seller_licence l WHERE l.seller_id = s.seller_id"
    "   AND l.valid_from <= now() AND now() < l.valid_until),"
    "  (SELECT min(x.valid_until) FROM (SELECT valid_until FROM henpin.seller_fact f"
    "    WHERE f.seller_id = s.seller_id UNION ALL SELECT valid_until FROM"
    "    henpin.seller_licence l WHERE l.seller_id = s.seller_id) x"
    "   WHERE x.valid_until > now() AND x.valid_until < 'infinity'),"
    "  (SELECT string_agg(b.blocker || ' on ' || b.marketplace, ', ' ORDER BY b.severity"
    "   DESC, b.blocker, b.marketplace) FROM henpin.blocker b"
    "   WHERE b.seller_id = s.seller_id AND b.state = 'raised')"
    " FROM henpin.seller s ORDER BY 1"};

static const struct pg_statement itself = {
    "seller_itself",
    "SELECT seller_id, name, country, false FROM henpin.seller WHERE seller_id = $1::text"
    " UNION ALL SELECT $1::text, NULL, NULL, true WHERE NOT EXISTS (SELECT FROM"
    "  henpin.seller WHERE seller_id = $1::text) AND EXISTS (SELECT FROM henpin.blocker"
    "  WHERE seller_id = $1::text)"};
enum { S_IS_UNENTERED = 3 }; /* workers met its blockers, the directory knows nothing */

static const struct pg_statement entries = {
    "seller_show_entries",
    "WITH x AS (SELECT fact AS word, false AS is_licence, value, valid_from, valid_until"
    "  FROM henpin.seller_fact WHERE seller_id = $1::text UNION ALL SELECT licence, true,"
    "  number, valid_from, valid_until FROM henpin.seller_licence"
    "  WHERE seller_id = $1::text)"
    " SELECT word, CASE WHEN is_licence THEN 'licence' ELSE 'fact' END, value,"
    "  nullif(valid_from, '-infinity'), nullif(valid_until, 'infinity'),"
    "  CASE WHEN valid_until <= now() THEN 'ended' WHEN valid_from > now() THEN 'to come'"
    "  ELSE 'valid' END, is_licence, valid_from <= now() AND now() < valid_until,"
    "  EXISTS (SELECT FROM x y WHERE y.word = x.word AND y.valid_from <= x.valid_until"
    "   AND y.valid_until > x.valid_until)"
    " FROM x ORDER BY valid_until <= now(), word, valid_from, value"};
static const struct pg_statement stores = {
    "seller_show_stores",
    "SELECT marketplace, ships_from, array_to_string(categories, ' '),"
    " nullif(valid_from, '-infinity'), nullif(valid_until, 'infinity')"
    " FROM henpin.seller_marketplace WHERE seller_id = $1::text ORDER BY 1"};
static const struct pg_statement blockers = {
    "seller_show_blockers",
    "SELECT blocker, marketplace, state, instance, raised_at, resolved_at, rule_id"
    " FROM henpin.blocker WHERE seller_id = $1::text"
    " ORDER BY state, severity DESC, blocker, marketplace"};
static const struct pg_statement changes = {
    "seller_show_changes",
    "SELECT changed_at, changed_by, subject, was::text, became::text"
    " FROM henpin.seller_change WHERE seller_id = $1::text ORDER BY change_id"};

enum {
    E_WORD,
    E_KIND,
    E_VALUE,
    E_FROM,
    E_UNTIL,
    E_STATE,
    E_IS_LICENCE,
    E_IS_VALID,
    E_IS_FOLLOWED
};
enum { B_BLOCKER, B_MARKETPLACE, B_STATE, B_INSTANCE, B_RAISED, B_RESOLVED, B_RULE };

struct answers {
    const struct policy *policy;
    const struct pg_query *itself, *entries, *stores, *blockers, *changes;
};

/* ---- what the packs say ---- */

static struct span state_of(const struct answers *x, size_t row) {
    const struct pg_query *q = x->entries;
    const char *spelled;
    const int64_t *ends_soon;
    if (directory_kind(x->policy, pg_text(q, row, E_WORD), &spelled) == DIRECTORY_UNKNOWN)
        return SPAN("not in the packs");
    int64_t until_us = pg_instant(q, row, E_UNTIL);
    if (!pg_bool(q, row, E_IS_VALID) || until_us == EVENT_ABSENT)
        return pg_text(q, row, E_STATE);
    if (pg_bool(q, row, E_IS_FOLLOWED))
        return SPAN("valid, followed");
    int n = directory_warnings(x->policy, pg_text(q, row, E_WORD), &ends_soon);
    bool is_soon = n > 0 && until_us - ends_soon[0] <= clock_now_us();
    return is_soon ? SPAN("ends soon") : pg_text(q, row, E_STATE);
}

/* What would lift a blocker that stands; a text for one that does not. */
static struct span wanted_by(struct arena *a, const struct answers *x, size_t row) {
    struct policy_facts facts;
    struct builder b = builder_in(a, 400);
    if (!span_is(pg_text(x->blockers, row, B_STATE), "raised"))
        return SPAN("");
    policy_facts_init(x->policy, &facts);
    policy_state(x->policy, &facts, FACT_MARKETPLACE,
                 pg_text(x->blockers, row, B_MARKETPLACE));
    policy_state_instant(&facts, TIME_EVENT, clock_now_us());
    policy_state_none(&facts, FACT_HAS);
    for (size_t i = 0; i < pg_rows(x->entries); i++) {
        struct span word = pg_text(x->entries, i, E_WORD);
        if (!pg_bool(x->entries, i, E_IS_VALID))
            continue;
        if (pg_bool(x->entries, i, E_IS_LICENCE))
            directory_state_licence(x->policy, &facts, word);
        else
            policy_state_member(x->policy, &facts, FACT_HAS, word);
    }
    directory_build_wanted(x->policy, &facts, pg_text(x->blockers, row, B_BLOCKER), &b);
    return builder_span(&b).len > 0 ? builder_span(&b) : SPAN("no fact of the seller");
}

/* ---- for people ---- */

static void print_entries(struct arena *a, const struct answers *x) {
    static const struct table_column columns[] = {
        {"word", false, false, 0}, {"", false, false, 3},      {"state", false, false, 0},
        {"from", false, false, 2}, {"until", false, false, 1}, {"says", false, true, 0},
    };
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (size_t row = 0; row < pg_rows(x->entries); row++) {
        rows_text(t, x->entries, row, E_WORD);
        rows_text(t, x->entries, row, E_KIND);
        table_cell(t, state_of(x, row));
        rows_instant(t, x->entries, row, E_FROM);
        rows_instant(t, x->entries, row, E_UNTIL);
        rows_text(t, x->entries, row, E_VALUE);
    }
    table_print(t, stdout, table_width(stdout));
}

static void print_blockers(struct arena *a, const struct answers *x) {
    static const struct table_column columns[] = {
        {"blocker", false, false, 0},  {"marketplace", false, false, 0},
        {"state", false, false, 0},    {"raised", false, false, 2},
        {"resolved", false, false, 3}, {"rule", false, false, 1},
        {"wanted", false, true, 0},
    };
    static const int cells[] = {B_BLOCKER, B_MARKETPLACE, B_STATE};
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (size_t row = 0; row < pg_rows(x->blockers); row++) {
        for (size_t c = 0; c < COUNT_OF(cells); c++)
            rows_text(t, x->blockers, row, cells[c]);
        rows_instant(t, x->blockers, row, B_RAISED);
        rows_instant(t, x->blockers, row, B_RESOLVED);
        rows_text(t, x->blockers, row, B_RULE);
        table_cell(t, wanted_by(a, x, row));
    }
    table_print(t, stdout, table_width(stdout));
}

static void print_rest(struct arena *a, const struct answers *x) {
    static const struct rows_column store_columns[] = {
        {"sells on", rows_text, 0, 0}, {"ships from", rows_text, 1, 0},
        {"from", rows_instant, 3, 0},  {"until", rows_instant, 4, 0},
        {"classes", rows_text, 2, 0},
    };
    static const struct rows_column change_columns[] = {
        {"changed", rows_instant, 0, 0}, {"by", rows_text, 1, 0},
        {"where", rows_text, 2, 0},      {"was", rows_text, 3, 0},
        {"became", rows_text, 4, 0},
    };
    if (pg_rows(x->stores) > 0) {
        putchar('\n');
        rows_print(a, x->stores, store_columns, COUNT_OF(store_columns), true, stdout);
    }
    putchar('\n');
    if (pg_rows(x->blockers) > 0)
        print_blockers(a, x);
    else
        puts("no blocker");
    if (x->changes) {
        putchar('\n');
        rows_print(a, x->changes, change_columns, COUNT_OF(change_columns), true, stdout);
    }
}

/* The id comes from outside: a table shows it without moving the cursor. */
static void print_one(struct arena *a, const struct answers *x) {
    static const struct rows_column columns[] = {{"seller", rows_text, 0, 0},
                                                 {"name", rows_text, 1, 0},
                                                 {"country", rows_text, 2, 0}};
    rows_print(a, x->itself, columns, COUNT_OF(columns), false, stdout);
    if (pg_bool(x->itself, 0, S_IS_UNENTERED))
        puts("\nnot in the directory; henpin seller set SELLER --new enters it");
    putchar('\n');
    if (pg_rows(x->entries) > 0)
        print_entries(a, x);
    else
        puts("no fact and no licence");
    print_rest(a, x);
}

/* ---- for programs ---- */

static json_t *json_of(struct span s) {
    return json_stringn(s.ptr ? s.ptr : "", s.len);
}

static void print_json(struct arena *a, const struct answers *x) {
    static const struct rows_field itself_fields[] = {{"seller_id", rows_json_text, 0},
                                                      {"name", rows_json_text, 1},
                                                      {"country", rows_json_text, 2}};
    static const struct rows_field entry_fields[] = {
        {"word", rows_json_text, E_WORD},
        {"kind", rows_json_text, E_KIND},
        {"value", rows_json_text, E_VALUE},
        {"from", rows_json_instant, E_FROM},
        {"until", rows_json_instant, E_UNTIL}};
    static const struct rows_field store_fields[] = {{"marketplace", rows_json_text, 0},
                                                     {"ships_from", rows_json_text, 1},
                                                     {"classes", rows_json_text, 2},
                                                     {"from", rows_json_instant, 3},
                                                     {"until", rows_json_instant, 4}};
    static const struct rows_field blocker_fields[] = {
        {"blocker", rows_json_text, B_BLOCKER},
        {"marketplace", rows_json_text, B_MARKETPLACE},
        {"state", rows_json_text, B_STATE},
        {"instance", rows_json_number, B_INSTANCE},
        {"raised_at", rows_json_instant, B_RAISED},
        {"resolved_at", rows_json_instant, B_RESOLVED},
        {"rule_id", rows_json_text, B_RULE}};
    static const struct rows_field change_fields[] = {
        {"changed_at", rows_json_instant, 0},
        {"changed_by", rows_json_text, 1},
        {"subject", rows_json_text, 2},
        {"was", rows_json_text, 3},
        {"became", rows_json_text, 4}};
    json_t *list = rows_json(x->itself, itself_fields, COUNT_OF(itself_fields));
    json_t *o = json_incref(json_array_get(list, 0));
    json_decref(list);
    json_object_set_new(o, "is_entered",
                        json_boolean(!pg_bool(x->itself, 0, S_IS_UNENTERED)));
    json_t *held = rows_json(x->entries, entry_fields, COUNT_OF(entry_fields));
    for (size_t i = 0; i < pg_rows(x->entries); i++)
        json_object_set_new(json_array_get(held, i), "state", json_of(state_of(x, i)));
    json_t *stand = rows_json(x->blockers, blocker_fields, COUNT_OF(blocker_fields));
    for (size_t i = 0; i < pg_rows(x->blockers); i++)
        json_object_set_new(json_array_get(stand, i), "wanted",
                            json_of(wanted_by(a, x, i)));
    json_object_set_new(o, "entries", held);
    json_object_set_new(o, "marketplaces",
                        rows_json(x->stores, store_fields, COUNT_OF(store_fields)));
    json_object_set_new(o, "blockers", stand);
    if (x->changes)
        json_object_set_new(
            o, "changes", rows_json(x->changes, change_fields, COUNT_OF(change_fields)));
    rows_json_print(o, stdout);
}

/* ---- the two pictures ---- */

static enum status show_all(struct arena *a, struct pg *pg, bool is_json,
                            struct error *err) {
    static const struct rows_column columns[] = {
        {"seller", rows_text, 0, 0},      {"name", rows_text, 1, 3},
        {"sells on", rows_text, 2, 2},    {"holds", rows_i64, 3, 1},
        {"next end", rows_instant, 4, 0}, {"missing", rows_text, 5, 0}};
    static const struct rows_field fields[] = {
        {"seller_id", rows_json_text, 0},    {"name", rows_json_text, 1},
        {"marketplaces", rows_json_text, 2}, {"holds", rows_json_number, 3},
        {"next_end", rows_json_instant, 4},  {"missing", rows_json_text, 5}};
    struct pg_script *s = pg_script_new(a);
    const struct pg_query *q = pg_script_query(s, &all);
    enum status st = database_run(pg, s, err);
    if (st == ST_OK && is_json)
        rows_json_print(rows_json(q, fields, COUNT_OF(fields)), stdout);
    else if (st == ST_OK && pg_rows(q) == 0)
        puts("no seller is in the directory; henpin seller set SELLER --new enters one");
    else if (st == ST_OK)
        rows_print(a, q, columns, COUNT_OF(columns), true, stdout);
    return st;
}

static enum status show_one(struct arena *a, struct pg *pg, const struct policy *p,
                            const struct seller_config *c, struct span seller_id,
                            struct error *err) {
    struct pg_script *s = pg_script_new(a);
    struct answers x = {.policy = p};
    const struct pg_statement *statements[] = {&itself, &entries, &stores, &blockers,
                                               &changes};
    const struct pg_query **answers[] = {&x.itself, &x.entries, &x.stores, &x.blockers,
                                         &x.changes};
    for (size_t i = 0; i < COUNT_OF(answers) - !c->shows_history; i++) {
        struct pg_query *q = pg_script_query(s, statements[i]);
        pg_param_text(q, seller_id);
        *answers[i] = q;
    }
    enum status st = database_run(pg, s, err);
    if (st == ST_OK && pg_rows(x.itself) == 0)
        return error_set(err, E_INPUT,
                         "no seller \"%.*s\" is in the directory; henpin seller"
                         " set SELLER --new enters one",
                         SPAN_ARGS(seller_id));
    if (st == ST_OK && c->is_json)
        print_json(a, &x);
    else if (st == ST_OK)
        print_one(a, &x);
    return st;
}

int seller_show(struct pg *pg, const struct policy *p, const struct seller_config *c,
                const struct option_list *operands) {
    struct arena *a = arena_new((size_t)1 << 30);
    struct error err = {0};
    enum status st =
        operands->count == 0 && c->shows_history
            ? error_set(&err, E_CONFIG, "option \"history\" is of one SELLER: name it")
        : operands->count == 0 ? show_all(a, pg, c->is_json, &err)
                               : show_one(a, pg, p, c, span_of(operands->items[0]), &err);
    arena_free(a);
    return st == ST_OK ? 0 : database_failed(program, &err);
}
