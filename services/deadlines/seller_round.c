#include "services/deadlines/seller_round.h"

#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/base/log.h"
#include "common/event/event.h"
#include "common/event/identity.h"
#include "common/io/pg_session.h"
#include "services/deadlines/seller_fold.h"

#include <stdio.h>

#define ROUND_TIMEOUT_US (10 * US_PER_S)
#define ROUND_BYTES ((size_t)256 << 20)

/* Who changes the directory holds its sellers, perhaps for long: nothing here waits for
 * that. True: some were held. */
static const struct pg_statement renew = {
    "seller_renew",
    "WITH free AS (SELECT seller_id FROM henpin.seller_watch WHERE policy_revision_id"
    "   IS DISTINCT FROM $1::bigint FOR UPDATE SKIP LOCKED),"
    " renewed AS (UPDATE henpin.seller_watch w SET look_at = '-infinity' FROM free"
    "   WHERE w.seller_id = free.seller_id AND w.look_at > '-infinity')"
    " SELECT (SELECT count(*) FROM free) < (SELECT count(*) FROM henpin.seller_watch"
    "  WHERE policy_revision_id IS DISTINCT FROM $1::bigint)"};

static const struct pg_statement look = {
    "seller_look",
    "SELECT seller_id, looked_at, look_at = '-infinity' FROM (SELECT * FROM"
    "  henpin.seller_watch WHERE look_at <= $1 ORDER BY look_at LIMIT $2"
    "  FOR UPDATE SKIP LOCKED) w ORDER BY 1"};
enum { W_SELLER, W_LOOKED, W_IS_CHANGED };

/* Sorted as the sellers are, so that one walk through the rows serves them all. */
static const struct pg_statement entries = {
    "seller_entries",
    "SELECT seller_id, fact, NULL::text, valid_from, valid_until, known_at"
    " FROM henpin.seller_fact WHERE seller_id = ANY($1) UNION ALL"
    " SELECT seller_id, licence, number, valid_from, valid_until, known_at"
    " FROM henpin.seller_licence WHERE seller_id = ANY($1) ORDER BY 1, 2, 4, 3"};
static const struct pg_statement stores = {
    "seller_stores", "SELECT seller_id, marketplace, ships_from, categories, valid_from,"
                     " valid_until, known_at FROM henpin.seller_marketplace"
                     " WHERE seller_id = ANY($1) ORDER BY 1, 2"};
static const struct pg_statement blockers = {
    "seller_rows", "SELECT seller_id, marketplace, blocker, rule_id, desk, severity,"
                   " instance, raised_at, resolved_at FROM henpin.blocker"
                   " WHERE seller_id = ANY($1) ORDER BY 1, 2, 3"};

/* Whoever told it before is right: the same ending has the same id. */
static const struct pg_statement tell = {
    "seller_tell",
    "INSERT INTO henpin.escalation_event (identity_at, escalation_id, kind, level,"
    "  severity, case_kind, subject_id, seller_id, marketplace, desk, due_at,"
    "  policy_revision_id, occurred_at, reason, source_topic, source_partition,"
    "  source_offset)"
    " SELECT at, id, kind, level, severity, 'seller', subject, seller_id, '', desk, due,"
    "  $10::bigint, at, reason, 'henpin', -1, -1"
    " FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::smallint[],"
    "  $6::uuid[], $7::text[], $8::timestamptz[], $9::text[])"
    "  AS t(at, id, kind, level, severity, subject, seller_id, due, reason),"
    "  (SELECT $11::text AS desk) d"
    " ON CONFLICT (identity_at, escalation_id) DO NOTHING"};

static const struct pg_statement go_on = {
    "seller_go_on",
    "UPDATE henpin.seller_watch w SET look_at = t.next, looked_at ="
    "  greatest(w.looked_at, $3::timestamptz), policy_revision_id = $4::bigint"
    " FROM unnest($1::text[], $2::timestamptz[]) AS t(seller_id, next)"
    " WHERE w.seller_id = t.seller_id"};

/* ---- reading ---- */

struct look {
    struct arena *a;
    const struct pg_query *watch, *entries, *stores, *blockers;
    size_t entry, store, blocker; /* the next row of each */
};

/* The rows of the answer that belong to the seller, from *row on. */
static size_t rows_of(const struct pg_query *q, struct span seller_id, size_t *row,
                      size_t *first) {
    *first = *row;
    while (*row < pg_rows(q) && span_equal(pg_text(q, *row, 0), seller_id))
        ++*row;
    return *row - *first;
}

static void read_entries(struct look *l, struct seller_picture *s) {
    const struct pg_query *q = l->entries;
    size_t row;
    s->n_entries = rows_of(q, s->seller_id, &l->entry, &row);
    s->entries = arena_array(l->a, s->n_entries, sizeof *s->entries);
    for (size_t i = 0; i < s->n_entries; i++, row++)
        s->entries[i] = (struct seller_entry){
            .word = pg_text(q, row, 1),
            .number = pg_text(q, row, 2),
            .from_us = pg_instant(q, row, 3),
            .until_us = pg_instant(q, row, 4),
            .known_us = pg_instant(q, row, 5),
        };
}

static void read_stores(struct look *l, struct seller_picture *s) {
    const struct pg_query *q = l->stores;
    size_t row;
    s->n_stores = rows_of(q, s->seller_id, &l->store, &row);
    s->stores = arena_array(l->a, s->n_stores, sizeof *s->stores);
    for (size_t i = 0; i < s->n_stores; i++, row++) {
        struct seller_store *store = &s->stores[i];
        *store = (struct seller_store){
            .marketplace = pg_text(q, row, 1),
            .ships_from = pg_text(q, row, 2),
            .from_us = pg_instant(q, row, 4),
            .until_us = pg_instant(q, row, 5),
            .known_us = pg_instant(q, row, 6),
        };
        store->n_categories = pg_array_items(q, row, 3, l->a, &store->categories);
    }
}

static void read_blockers(struct look *l, struct seller_picture *s) {
    const struct pg_query *q = l->blockers;
    size_t row;
    s->n_blockers = rows_of(q, s->seller_id, &l->blocker, &row);
    s->blockers = arena_array(l->a, s->n_blockers, sizeof *s->blockers);
    for (size_t i = 0; i < s->n_blockers; i++, row++)
        s->blockers[i] = (struct seller_blocker){
            .marketplace = pg_text(q, row, 1),
            .name = pg_text(q, row, 2),
            .rule_id = pg_text(q, row, 3),
            .desk = pg_text(q, row, 4),
            .severity = (int)pg_i64(q, row, 5),
            .instance = (int)pg_i64(q, row, 6),
            .raised_us = pg_instant(q, row, 7),
            .resolved_us = pg_instant(q, row, 8),
        };
}

/* ---- writing ---- */

/* The arrays of the two statements. */
struct writes {
    struct arena *a;
    struct blocker_step *steps; /* of all sellers */
    size_t n_steps, step_room;
    struct pg_array *at, *ids, *kinds, *levels, *severities, *subjects, *sellers, *dues,
        *reasons;
    struct pg_array *looked, *next;
};

static void open_writes(struct writes *w, struct pg_script *s, const struct policy *p,
                        int64_t now_us, size_t n_sellers, size_t n_entries) {
    struct pg_query *q = pg_script_query(s, &tell);
    w->at = pg_param_array(q, PG_TIMESTAMPTZ, n_entries);
    w->ids = pg_param_array(q, PG_UUID, n_entries);
    w->kinds = pg_param_array(q, PG_TEXT, n_entries);
    w->levels = pg_param_array(q, PG_TEXT, n_entries);
    w->severities = pg_param_array(q, PG_INT2, n_entries);
    w->subjects = pg_param_array(q, PG_UUID, n_entries);
    w->sellers = pg_param_array(q, PG_TEXT, n_entries);
    w->dues = pg_param_array(q, PG_TIMESTAMPTZ, n_entries);
    w->reasons = pg_param_array(q, PG_TEXT, n_entries);
    pg_param_i64(q, policy_revision(p)->id);
    pg_param_text(q, span_of(policy_triage(p, now_us).desk));
    q = pg_script_query(s, &go_on);
    w->looked = pg_param_array(q, PG_TEXT, n_sellers);
    w->next = pg_param_array(q, PG_TIMESTAMPTZ, n_sellers);
    pg_param_instant(q, now_us);
    pg_param_i64(q, policy_revision(p)->id);
}

static void build_ending(struct builder *b, const struct seller_ending *e) {
    char until[CLOCK_TEXT_SIZE];
    clock_text(e->entry->until_us, until);
    build_span(b, e->entry->word);
    if (e->entry->number.ptr) {
        build_char(b, ' ');
        build_span(b, e->entry->number);
    }
    build_format(b, "%s %s and nothing follows",
                 e->ahead_us > 0 ? " ends on" : " ended on", until);
    if (e->missing.len > 0) {
        build_text(b, e->ahead_us > 0 ? "; then is missing: " : "; missing: ");
        build_span(b, e->missing);
    }
}

static void write_ending(struct writes *w, struct span seller_id,
                         const struct seller_ending *e) {
    char text[1600], level[40];
    struct builder reason = builder_over(text, sizeof text);
    build_ending(&reason, e);
    const struct span parts[] = {SPAN("directory"), seller_id, e->entry->word,
                                 e->entry->number.ptr ? e->entry->number : SPAN("")};
    struct uuid subject = identity_at(e->entry->until_us, parts, COUNT_OF(parts));
    snprintf(level, sizeof level, "ends_soon:%lld",
             (long long)(e->ahead_us / US_PER_DAY));
    pg_array_i64(w->at, e->at_us);
    pg_array_uuid(w->ids, identity_escalation(e->at_us, subject,
                                              e->ahead_us > 0 ? level : "ended"));
    pg_array_text(w->kinds, e->entry->word);
    pg_array_text(w->levels, e->ahead_us > 0 ? SPAN("ends_soon") : SPAN("ended"));
    pg_array_i64(w->severities, e->severity);
    pg_array_uuid(w->subjects, subject);
    pg_array_text(w->sellers, seller_id);
    pg_array_i64(w->dues, e->entry->until_us);
    pg_array_text(w->reasons, builder_span(&reason));
}

static void write_seller(struct writes *w, const struct seller_picture *s,
                         const struct seller_steps *out) {
    for (size_t i = 0; i < out->n_steps; i++) {
        w->steps =
            arena_grow(w->a, w->steps, w->n_steps, &w->step_room, sizeof *w->steps);
        w->steps[w->n_steps++] = out->steps[i];
    }
    for (size_t i = 0; i < out->n_endings; i++)
        write_ending(w, s->seller_id, &out->endings[i]);
    pg_array_text(w->looked, s->seller_id);
    pg_array_i64(w->next, out->next_us);
    if (out->cause)
        log_warn("seller.unasked", LOG_STR("cause", out->cause));
}

static size_t write_all(struct look *l, struct pg_script *s, const struct policy *p,
                        int64_t now_us) {
    struct writes w = {.a = l->a};
    size_t n_told = 0;
    open_writes(&w, s, p, now_us, pg_rows(l->watch), pg_rows(l->entries));
    for (size_t row = 0; row < pg_rows(l->watch); row++) {
        struct seller_picture picture = {
            .seller_id = pg_text(l->watch, row, W_SELLER),
            .looked_us = pg_instant(l->watch, row, W_LOOKED),
            .is_changed = pg_bool(l->watch, row, W_IS_CHANGED),
        };
        struct seller_steps out;
        read_entries(l, &picture);
        read_stores(l, &picture);
        read_blockers(l, &picture);
        seller_fold(l->a, p, &picture, now_us, &out);
        write_seller(&w, &picture, &out);
        n_told += out.n_steps + out.n_endings;
    }
    if (w.n_steps > 0)
        blocker_rows_write(s, w.steps, w.n_steps);
    return n_told;
}

/* ---- the round ---- */

static void read_sellers(struct look *l, struct pg_script *s) {
    const struct pg_statement *statements[] = {&entries, &stores, &blockers};
    const struct pg_query **answers[] = {&l->entries, &l->stores, &l->blockers};
    for (size_t k = 0; k < COUNT_OF(statements); k++) {
        struct pg_query *q = pg_script_query(s, statements[k]);
        struct pg_array *ids = pg_param_array(q, PG_TEXT, pg_rows(l->watch));
        for (size_t row = 0; row < pg_rows(l->watch); row++)
            pg_array_text(ids, pg_text(l->watch, row, W_SELLER));
        *answers[k] = q;
    }
}

enum status seller_round_renew(struct pg *pg, const struct policy *p, bool *some_left,
                               struct error *err) {
    struct arena *a = arena_new(1u << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &renew);
    pg_param_i64(q, policy_revision(p)->id);
    enum status st = pg_run_wait(pg, s, ROUND_TIMEOUT_US, err);
    if (st == ST_OK)
        *some_left = pg_bool(q, 0, 0);
    else
        pg_close(pg);
    arena_free(a);
    return st;
}

enum status seller_round_run(struct pg *pg, const struct policy *p, int64_t now_us,
                             size_t most, struct seller_round *out, struct error *err) {
    struct arena *a = arena_new(ROUND_BYTES);
    struct look l = {.a = a};
    struct pg_script *s = pg_script_new(a);
    *out = (struct seller_round){0};
    pg_begin_by_key(s, ROUND_TIMEOUT_US);
    struct pg_query *q = pg_script_query(s, &look);
    pg_param_instant(q, now_us);
    pg_param_i64(q, (int64_t)most);
    l.watch = q;
    enum status st = pg_run_wait(pg, s, ROUND_TIMEOUT_US, err);
    if (st == ST_OK && (out->n_looked = pg_rows(q)) > 0) {
        s = pg_script_new(a);
        read_sellers(&l, s);
        st = pg_run_wait(pg, s, ROUND_TIMEOUT_US, err);
        CRASH_POINT("sellers-looked");
    }
    if (st == ST_OK && out->n_looked > 0) {
        s = pg_script_new(a);
        out->n_told = write_all(&l, s, p, now_us);
        st = pg_run_wait(pg, s, ROUND_TIMEOUT_US, err);
        CRASH_POINT("sellers-written");
    }
    if (st == ST_OK) {
        s = pg_script_new(a);
        (void)pg_script_query(s, &pg_commit);
        st = pg_run_wait(pg, s, ROUND_TIMEOUT_US, err);
    }
    if (st != ST_OK)
        pg_close(pg);
    arena_free(a);
    return st;
}
