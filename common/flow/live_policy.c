#include "common/flow/live_policy.h"

#include "common/base/absent.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/flow/moves.h"

/* A worker that starts says nothing about which revision is the newest: it may be the
 * last one that nobody has told. */
static const struct pg_statement record_revision = {
    "worker_revision",
    "INSERT INTO henpin.policy_revision (policy_revision_id, hash, label, canonical)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"};

/* One that is told to change does: going back to a revision makes it the newest again. */
static const struct pg_statement record_change = {
    "worker_change",
    "INSERT INTO henpin.policy_revision (policy_revision_id, hash, label, canonical)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (policy_revision_id) DO UPDATE SET since = "
    "now()"};

/* The desks of the revision that went live last, whoever is asked to record one. Sorted:
 * workers start side by side. */
static const struct pg_statement record_desks = {
    "worker_desks",
    "WITH t AS MATERIALIZED (SELECT * FROM unnest($2::text[], $3::text[], $4::text[],"
    "   $5::text[], $6::text[], $7::text[], $8::bigint[]) AS u(desk, title, kind, zone,"
    "   languages, licences, capacity)"
    "  WHERE $1 = (SELECT policy_revision_id FROM henpin.policy_revision"
    "   ORDER BY since DESC, policy_revision_id LIMIT 1)"
    "  ORDER BY desk),"
    " gone AS (DELETE FROM henpin.desk d WHERE EXISTS (SELECT FROM t)"
    "  AND d.desk NOT IN (SELECT desk FROM t))"
    " INSERT INTO henpin.desk AS d"
    " SELECT t.desk, t.title, t.kind, t.zone, string_to_array(t.languages, ','),"
    "  t.capacity, string_to_array(t.licences, ','), $1 FROM t"
    " ON CONFLICT (desk) DO UPDATE SET title = EXCLUDED.title, kind = EXCLUDED.kind,"
    "  zone = EXCLUDED.zone, languages = EXCLUDED.languages,"
    "  capacity = EXCLUDED.capacity, licences = EXCLUDED.licences,"
    "  policy_revision_id = $1"
    " WHERE d.policy_revision_id <> $1"};

static const struct pg_statement hide_revision = {"worker_hide",
                                                  "SELECT pg_advisory_unlock_all()"};
static const struct pg_statement show_revision = {"worker_show",
                                                  "SELECT pg_advisory_lock_shared($1)"};

static void write_desks(struct pg_script *s, struct arena *a, const struct policy *p) {
    struct pg_query *q = pg_script_query(s, &record_desks);
    size_t n = (size_t)policy_desk_count(p);
    struct pg_array *columns[6], *capacity;
    pg_param_i64(q, policy_revision(p)->id);
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        columns[i] = pg_param_array(q, PG_TEXT, n);
    capacity = pg_param_array(q, PG_INT8, n);
    for (size_t i = 0; i < n; i++) {
        const struct policy_desk d = policy_desk(p, (int)i, a);
        const char *const words[] = {d.name, d.title,     d.kind,
                                     d.zone, d.languages, d.licences};
        for (size_t k = 0; k < COUNT_OF(columns); k++)
            pg_array_text(columns[k], span_of(words[k]));
        pg_array_i64(capacity, d.capacity < 0 ? EVENT_ABSENT : d.capacity);
    }
}

/* What duties refer to; their rows come later. Sorted: workers start side by side. */
static const struct pg_statement record_stops = {
    "worker_stops",
    "INSERT INTO henpin.duty_stop (stop_id, events)"
    " SELECT stop_id, string_to_array(events, ',')"
    " FROM unnest($1::bigint[], $2::text[]) AS t(stop_id, events) ORDER BY stop_id"
    " ON CONFLICT DO NOTHING"};

struct stop_lists {
    struct arena *a;
    size_t n;
    struct pg_array *ids, *events; /* NULL: they are only counted */
};

static void take_stops(void *context, int64_t stop_id, const char *const *words, int n) {
    struct stop_lists *l = context;
    l->n++;
    if (!l->ids)
        return;
    size_t room = 1;
    for (int i = 0; i < n; i++)
        room += strlen(words[i]) + 1;
    struct builder b = builder_in(l->a, room);
    for (int i = 0; i < n; i++) {
        build_text(&b, i > 0 ? "," : "");
        build_text(&b, words[i]);
    }
    pg_array_i64(l->ids, stop_id);
    pg_array_text(l->events, builder_span(&b));
}

static void write_stops(struct pg_script *s, struct arena *a, const struct policy *p) {
    struct stop_lists l = {.a = a};
    policy_each_stops(p, take_stops, &l);
    struct pg_query *q = pg_script_query(s, &record_stops);
    l.ids = pg_param_array(q, PG_INT8, l.n);
    l.events = pg_param_array(q, PG_TEXT, l.n);
    policy_each_stops(p, take_stops, &l);
}

static void tell_finding(void *context, const struct policy_finding *f) {
    (void)context;
    static const enum log_level levels[] = {[POLICY_NOTE] = LOG_INFO,
                                            [POLICY_WARNING] = LOG_WARN,
                                            [POLICY_ERROR] = LOG_ERROR};
    log_write(
        levels[f->severity], "policy.finding",
        (const struct log_field[]){LOG_STR("kind", f->kind), LOG_STR("file", f->file),
                                   LOG_I64("line", f->line), LOG_STR("text", f->text)},
        4);
}

/* Its statements are the first that a worker runs: a database without tables shows here. */
static void tell_tables(const struct pg *pg, struct error *err) {
    static const char *const absent[] = {"42P01", "3F000"}; /* no such table, schema */
    for (size_t i = 0; i < COUNT_OF(absent); i++)
        if (strcmp(pg_failure(pg)->sqlstate, absent[i]) == 0) {
            error_set(err, E_PG_VERSION, "henpin's tables are not in this database");
            error_hint(err,
                       "henpin migrate creates them; --postgres says which database");
            return;
        }
    error_hint(err, "is the database up to date? henpin migrate");
}

/* Every row names its revision, so the revision's row comes first. */
static enum status record(struct live_policy *l, const struct pg_statement *how,
                          const struct policy *p, struct error *err) {
    const struct policy_revision *r = policy_revision(p);
    struct arena *a = arena_new(64u << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, how);
    pg_param_i64(q, r->id);
    pg_param_text(q, span_of(r->hash));
    pg_param_text(q, span_of(r->label));
    pg_param_text(q, r->canonical);
    write_desks(s, a, p);
    write_stops(s, a, p);
    enum status st = pg_state(l->control) == PG_IDLE
                         ? ST_OK
                         : pg_connect_wait(l->control, 10 * US_PER_S, err);
    if (st == ST_OK)
        st = pg_run_wait(l->control, s, 10 * US_PER_S, err);
    if (st != ST_OK && err->code == E_PG_STATEMENT)
        tell_tables(l->control, err);
    if (st != ST_OK)
        pg_close(l->control);
    arena_free(a);
    return st;
}

static void use(struct live_policy *l, struct policy *p) {
    moves_free(l->moves);
    policy_free(l->policy);
    l->moves = moves_new(p);
    l->policy = p;
    l->live = p;
    const struct policy_revision *r = policy_revision(p);
    metrics_set(M_POLICY_REVISION, r->id);
    log_info("policy.loaded", LOG_STR("label", r->label), LOG_STR("hash", r->hash));
}

static enum status load(const struct live_policy *l, struct policy **out,
                        struct error *err) {
    const struct policy_report report = {tell_finding, NULL};
    return policy_load(l->dir, &report, out, err);
}

enum status live_policy_load(struct live_policy *l, struct error *err) {
    struct policy *p = NULL;
    enum status st = load(l, &p, err);
    if (st == ST_OK)
        use(l, p);
    return st;
}

enum status live_policy_record(struct live_policy *l, struct error *err) {
    return record(l, &record_revision, l->live, err);
}

void live_policy_reload(struct live_policy *l) {
    struct policy *p = NULL;
    struct error err = {0};
    l->wants_reload = false;
    enum status st = load(l, &p, &err);
    bool is_another =
        st == ST_OK && policy_revision(p)->id != policy_revision(l->live)->id;
    if (st == ST_OK)
        st = record(l, is_another ? &record_change : &record_revision, p, &err);
    if (st == ST_OK) {
        use(l, p);
        return;
    }
    if (st == ST_FATAL && !*err.hint)
        error_hint(&err,
                   "the last good rules stay live; henpin policy check tells what is "
                   "wrong: mend it, send SIGHUP again");
    log_error("policy.kept", LOG_ERR(&err));
    policy_free(p);
    l->wants_reload = st == ST_RETRY; /* Postgres is away: once more at the next turn */
}

static void move_deadlines(struct live_policy *l) {
    struct error err = {0};
    bool is_done = false;
    if (pg_state(l->control) != PG_IDLE &&
        pg_connect_wait(l->control, 2 * US_PER_S, &err) != ST_OK)
        return;
    if (moves_turn(l->moves, l->control, &is_done, &err) != ST_OK)
        log_warn("moves.failed", LOG_ERR(&err));
    if (!is_done)
        return;
    size_t n = moves_count(l->moves);
    log_at(n > 0 ? LOG_INFO : LOG_DEBUG, "deadlines.moved", LOG_I64("count", n),
           LOG_STR("label", policy_revision(l->live)->label));
    moves_free(l->moves);
    l->moves = NULL;
}

void live_policy_show(struct live_policy *l) {
    struct error err = {0};
    int64_t id = policy_revision(l->live)->id;
    bool is_shown = l->shown_session == pg_session(l->control) && l->shown_id == id;
    if (is_shown || pg_state(l->control) != PG_IDLE)
        return;
    struct arena *a = arena_new((size_t)1 << 20);
    struct pg_script *s = pg_script_new(a);
    (void)pg_script_query(s, &hide_revision);
    pg_param_i64(pg_script_query(s, &show_revision), id);
    if (pg_run_wait(l->control, s, 2 * US_PER_S, &err) == ST_OK) {
        l->shown_session = pg_session(l->control);
        l->shown_id = id;
    } else {
        log_warn("policy.unshown", LOG_ERR(&err));
    }
    arena_free(a);
}

void live_policy_turn(struct live_policy *l) {
    if (l->wants_reload)
        live_policy_reload(l);
    live_policy_show(l);
    if (l->moves)
        move_deadlines(l);
}

void live_policy_release(struct live_policy *l) {
    moves_free(l->moves);
    policy_free(l->policy);
    l->moves = NULL;
    l->policy = NULL;
    l->live = NULL;
}
