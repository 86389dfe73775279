#include "common/flow/moves.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/event/identity.h"
#include "common/flow/escalation.h"
#include "common/policy/redate.h"

#include <jansson.h>
#include <stdlib.h>

enum { MOVES_PIECE = 2000 };
#define MOVES_TIMEOUT_US (30 * US_PER_S)
#define MOVES_BYTES ((size_t)256 << 20) /* every revision's text, parsed once */

/* A revision that open duties began under. */
struct earlier {
    int64_t id;
    json_t *text;
};

/* What was found out about one rule's duty, for all duties that came of it. */
struct verdict {
    int64_t revision;
    struct span rule_id, duty;
    const struct duty_spec *terms; /* NULL: they stay where they are */
};

/* Where a duty stands in the pass. */
struct place {
    int64_t severity, fires_us;
    struct uuid id;
};

struct moves {
    const struct policy *policy;
    struct arena *arena; /* of the whole pass */
    json_t *live;
    struct earlier *earlier;
    size_t n_earlier;
    bool is_begun;
    int64_t since_us; /* from when the live revision is the newest */
    struct verdict *verdicts;
    size_t n_verdicts, verdict_room;
    struct place after; /* the last duty looked at */
    size_t n_moved;
};

struct moves *moves_new(const struct policy *p) {
    struct moves *m = xcalloc(1, sizeof *m);
    m->policy = p;
    m->arena = arena_new(MOVES_BYTES);
    m->after.severity = -1;
    return m;
}

void moves_free(struct moves *m) {
    if (!m)
        return;
    for (size_t i = 0; i < m->n_earlier; i++)
        json_decref(m->earlier[i].text);
    json_decref(m->live);
    arena_free(m->arena);
    free(m);
}

size_t moves_count(const struct moves *m) {
    return m->n_moved;
}

/* ---- what the revisions say ---- */

static const struct pg_statement find_earlier = {
    "moves_earlier",
    "SELECT r.policy_revision_id, r.canonical, l.since FROM henpin.policy_revision r"
    " JOIN henpin.policy_revision l ON l.policy_revision_id = $1 AND r.since < l.since"
    " WHERE r.policy_revision_id IN"
    "  (SELECT policy_revision_id FROM henpin.duty WHERE closed_at IS NULL AND state = "
    "'open')"};

static enum status begin(struct moves *m, struct pg *pg, struct error *err) {
    struct arena *a = arena_new(MOVES_BYTES);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &find_earlier);
    pg_param_i64(q, policy_revision(m->policy)->id);
    enum status st = pg_run_wait(pg, s, MOVES_TIMEOUT_US, err);
    size_t n = st == ST_OK ? pg_rows(q) : 0;
    m->earlier = arena_array(m->arena, n + 1, sizeof *m->earlier);
    for (size_t row = 0; row < n; row++) {
        struct span text = pg_text(q, row, 1);
        m->since_us = pg_instant(q, row, 2);
        m->earlier[m->n_earlier++] =
            (struct earlier){pg_i64(q, row, 0), json_loadb(text.ptr, text.len, 0, NULL)};
    }
    if (n > 0) {
        struct span text = policy_revision(m->policy)->canonical;
        m->live = json_loadb(text.ptr, text.len, 0, NULL);
    }
    m->is_begun = st == ST_OK;
    if (st != ST_OK)
        pg_close(pg);
    arena_free(a);
    return st;
}

static bool has_text(const json_t *object, const char *key, struct span text) {
    const char *found = json_string_value(json_object_get(object, key));
    return found && span_is(text, found);
}

/* A rule gives one duty, or a list of them. */
static json_t *duty_of_rule(json_t *rule, struct span name) {
    json_t *duty = json_object_get(json_object_get(rule, "then"), "duty"), *each;
    size_t i;
    if (json_is_object(duty))
        return has_text(duty, "name", name) ? duty : NULL;
    json_array_foreach(duty, i, each) {
        if (has_text(each, "name", name))
            return each;
    }
    return NULL;
}

static json_t *duty_in(json_t *revision, struct span rule_id, struct span name) {
    json_t *pack, *table, *rule;
    size_t i, k, n;
    json_array_foreach(json_object_get(revision, "packs"), i, pack) {
        json_array_foreach(json_object_get(pack, "tables"), k, table) {
            json_array_foreach(json_object_get(table, "rules"), n, rule) {
                if (has_text(rule, "id", rule_id))
                    return duty_of_rule(rule, name);
            }
        }
    }
    return NULL;
}

/* The same words for how long and from when; what they lead to is for the calendars to
 * say. */
static bool are_same_terms(json_t *a, json_t *b) {
    json_t *due = json_object_get(a, "due"), *start = json_object_get(a, "start");
    json_t *other = json_object_get(b, "start");
    return due && json_equal(due, json_object_get(b, "due")) &&
           (start == other || (start && other && json_equal(start, other)));
}

static const struct duty_spec *judge(const struct moves *m, int64_t revision,
                                     struct span rule_id, struct span duty) {
    bool applies_to_open = false;
    const struct duty_spec *terms =
        redate_terms(m->policy, rule_id, duty, &applies_to_open);
    if (!terms || applies_to_open)
        return terms;
    for (size_t i = 0; i < m->n_earlier; i++)
        if (m->earlier[i].id == revision)
            return are_same_terms(duty_in(m->earlier[i].text, rule_id, duty),
                                  duty_in(m->live, rule_id, duty))
                       ? terms
                       : NULL;
    return NULL;
}

static const struct duty_spec *verdict_of(struct moves *m, int64_t revision,
                                          struct span rule_id, struct span duty) {
    for (size_t i = 0; i < m->n_verdicts; i++) {
        const struct verdict *v = &m->verdicts[i];
        if (v->revision == revision && span_equal(v->rule_id, rule_id) &&
            span_equal(v->duty, duty))
            return v->terms;
    }
    m->verdicts = arena_grow(m->arena, m->verdicts, m->n_verdicts, &m->verdict_room,
                             sizeof *m->verdicts);
    struct verdict *v = &m->verdicts[m->n_verdicts++];
    *v = (struct verdict){revision, span_dup(m->arena, rule_id), span_dup(m->arena, duty),
                          judge(m, revision, rule_id, duty)};
    return v->terms;
}

/* ---- one piece ---- */

/* What somebody holds is not waited for: it may be a lane of this process, which could
 * not let go meanwhile. Its row has nothing but its place then. */
static const struct pg_statement look = {
    "moves_look",
    "SELECT w.severity, w.fires_at, w.duty_id, d.case_kind, d.case_id, d.name, "
    "d.seller_id,"
    " d.marketplace, d.order_id, d.desk, d.start_at, d.due_at, d.act_by_at, d.severity,"
    " d.rule_id, d.policy_revision_id, d.state = 'open'"
    " FROM (SELECT duty_id, severity, fires_at FROM henpin.duty"
    "   WHERE closed_at IS NULL AND state = 'open'"
    "   AND (severity, fires_at) >= ($2, $3) AND (severity, fires_at, duty_id) > ($2, "
    "$3, $4)"
    "   AND policy_revision_id = ANY($1) ORDER BY severity, fires_at, duty_id LIMIT $5) w"
    " LEFT JOIN LATERAL (SELECT * FROM henpin.duty x WHERE x.duty_id = w.duty_id"
    "   FOR UPDATE SKIP LOCKED) d ON true"
    " ORDER BY w.severity, w.fires_at, w.duty_id"};

static const struct pg_statement move = {
    "moves_move",
    "UPDATE henpin.duty d SET due_at = t.due_at, act_by_at = t.act_by_at,"
    " aim_at = t.aim_at, warn_at = array_remove(ARRAY[t.w1, t.w2, t.w3, t.w4], NULL),"
    " fires_at = least(t.w1, t.act_by_at, t.due_at),"
    " policy_revision_id = $1"
    " FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[],"
    "  $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[])"
    "  AS t(duty_id, due_at, act_by_at, aim_at, w1, w2, w3, w4)"
    " WHERE d.duty_id = t.duty_id"};

enum { MOVE_DATES = 3 + POLICY_MAX_WARNINGS }; /* due, act-by, aim, warnings */

/* What is written of the duties that move; made at the first. */
struct writes {
    struct pg_script *script;
    struct pg_copy *events;
    struct pg_array *ids, *dates[MOVE_DATES];
};

static void open_writes(struct writes *w, const struct moves *m, size_t n) {
    w->events = pg_script_copy(w->script, escalation_copy_sql);
    struct pg_query *q = pg_script_query(w->script, &move);
    pg_param_i64(q, policy_revision(m->policy)->id);
    w->ids = pg_param_array(q, PG_UUID, n);
    for (int i = 0; i < MOVE_DATES; i++)
        w->dates[i] = pg_param_array(q, PG_TIMESTAMPTZ, n);
}

static void write_dates(struct writes *w, struct uuid id, const struct policy_duty *to) {
    pg_array_uuid(w->ids, id);
    pg_array_i64(w->dates[0], to->due_us);
    pg_array_i64(w->dates[1], to->owner.act_by_us);
    pg_array_i64(w->dates[2], to->aim_us);
    for (int i = 0; i < POLICY_MAX_WARNINGS; i++)
        pg_array_i64(w->dates[3 + i], i < to->n_warnings ? to->warn_us[i] : EVENT_ABSENT);
}

static bool is_held(const struct pg_query *q, size_t row) {
    return pg_is_null(q, row, 3);
}

/* The same dates may come back with another revision, or with this one after another. */
static void tell(struct pg_copy *copy, const struct moves *m, const struct pg_query *q,
                 size_t row, const struct policy_duty *to) {
    const struct policy_revision *revision = policy_revision(m->policy);
    struct span name = pg_text(q, row, 5);
    char text[400], meaning[128];
    struct builder reason = builder_over(text, sizeof text);
    snprintf(meaning, sizeof meaning, "deadline_moved:%s:%lld", revision->hash,
             (long long)m->since_us);
    build_span(&reason, name);
    build_instant(&reason, " was due ", pg_instant(q, row, 11));
    build_instant(&reason, ", act by ", pg_instant(q, row, 12));
    build_instant(&reason, "; now due ", to->due_us);
    build_instant(&reason, ", act by ", to->owner.act_by_us);
    build_format(&reason, ": a calendar or the rule changed with revision %s",
                 revision->label);
    escalation_copy(copy, &(struct escalation){
                              .identity_us = pg_instant(q, row, 10),
                              .meaning = meaning,
                              .subject_id = pg_uuid(q, row, 2),
                              .kind = name,
                              .level = "deadline_moved",
                              .severity = (int)pg_i64(q, row, 13),
                              .case_kind = pg_text(q, row, 3),
                              .case_id = pg_uuid(q, row, 4),
                              .seller_id = pg_text(q, row, 6),
                              .marketplace = pg_text(q, row, 7),
                              .order_id = pg_text(q, row, 8),
                              .desk = pg_text(q, row, 9),
                              .due_us = to->due_us,
                              .act_by_us = to->owner.act_by_us,
                              .rule_id = pg_text(q, row, 14),
                              .revision = revision->id,
                              .occurred_us = clock_now_us(),
                              .reason = builder_span(&reason),
                          });
}

static void consider(struct moves *m, struct writes *w, const struct pg_query *q,
                     size_t row) {
    struct policy_duty to;
    if (is_held(q, row))
        return;
    const struct duty_spec *terms =
        verdict_of(m, pg_i64(q, row, 15), pg_text(q, row, 14), pg_text(q, row, 5));
    if (!pg_bool(q, row, 16) || !terms ||
        !redate_duty(m->policy, terms, pg_text(q, row, 9), pg_instant(q, row, 10), &to))
        return;
    if (to.due_us == pg_instant(q, row, 11) &&
        to.owner.act_by_us == pg_instant(q, row, 12))
        return;
    if (!w->ids)
        open_writes(w, m, pg_rows(q));
    tell(w->events, m, q, row, &to);
    write_dates(w, pg_uuid(q, row, 2), &to);
    m->n_moved++;
}

/* The next piece begins behind the last of this one, or at the first that is held. False:
 * there is none. */
static bool go_on_behind(struct moves *m, const struct pg_query *q) {
    for (size_t row = 0; row < pg_rows(q); row++) {
        if (is_held(q, row))
            return true;
        m->after =
            (struct place){pg_i64(q, row, 0), pg_instant(q, row, 1), pg_uuid(q, row, 2)};
    }
    return pg_rows(q) == MOVES_PIECE;
}

static struct pg_query *ask_piece(const struct moves *m, struct pg_script *s) {
    (void)pg_script_query(s, &pg_begin);
    struct pg_query *q = pg_script_query(s, &look);
    struct pg_array *ids = pg_param_array(q, PG_INT8, m->n_earlier);
    for (size_t i = 0; i < m->n_earlier; i++)
        pg_array_i64(ids, m->earlier[i].id);
    pg_param_i16(q, (int16_t)m->after.severity);
    pg_param_instant(q, m->after.fires_us);
    pg_param_uuid(q, m->after.id);
    pg_param_i64(q, MOVES_PIECE);
    return q;
}

enum status moves_turn(struct moves *m, struct pg *pg, bool *is_done, struct error *err) {
    enum status st = m->is_begun ? ST_OK : begin(m, pg, err);
    *is_done = st == ST_OK && m->n_earlier == 0;
    if (st != ST_OK || *is_done)
        return st;
    struct arena *a = arena_new(MOVES_BYTES);
    struct pg_script *s = pg_script_new(a);
    const struct pg_query *q = ask_piece(m, s);
    size_t n_before = m->n_moved;
    st = pg_run_wait(pg, s, MOVES_TIMEOUT_US, err);
    if (st == ST_OK) {
        struct writes w = {.script = pg_script_new(a)};
        for (size_t row = 0; row < pg_rows(q); row++)
            consider(m, &w, q, row);
        (void)pg_script_query(w.script, &pg_commit);
        st = pg_run_wait(pg, w.script, MOVES_TIMEOUT_US, err);
    }
    if (st == ST_OK) {
        *is_done = !go_on_behind(m, q);
    } else {
        m->n_moved = n_before;
        pg_close(pg);
    }
    arena_free(a);
    return st;
}
