#include "common/flow/moves.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/event/identity.h"
#include "common/flow/duty_rows.h"
#include "common/flow/escalation.h"
#include "common/flow/turn_rows.h"
#include "common/io/pg_session.h"
#include "common/policy/canonical.h"
#include "common/policy/redate.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOVES_PIECE = 2000 };
#define MOVES_TIMEOUT_US (30 * US_PER_S)
#define MOVES_BYTES ((size_t)256 << 20) /* every revision's text, parsed once */

/* A revision that open duties began under. */
struct earlier {
    int64_t id;
    struct canonical *text;
};

/* What was found out about one rule's duty, for all duties that came of it. */
struct verdict {
    int64_t revision;
    struct span rule_id, duty;
    const struct duty_spec *terms; /* of the live revision; NULL: it has none */
    enum canonical_terms change;   /* TERMS_SAME when they are for open duties, too */
};

/* Where a duty stands in the pass. */
struct place {
    int64_t severity, fires_us;
    struct uuid id;
};

struct moves {
    const struct policy *policy;
    struct arena *arena; /* of the whole pass */
    struct canonical *live;
    struct earlier *earlier;
    size_t n_earlier;
    bool is_begun;
    int64_t since_us; /* from when the live revision is the newest */
    struct verdict *verdicts;
    size_t n_verdicts, verdict_room;
    bool is_at_late;    /* the second of the two looks */
    struct place after; /* the last duty looked at */
    size_t n_moved;
};

static const struct place before_all = {.severity = -1};

struct moves *moves_new(const struct policy *p) {
    struct moves *m = xcalloc(1, sizeof *m);
    m->policy = p;
    m->arena = arena_new(MOVES_BYTES);
    m->after = before_all;
    return m;
}

void moves_free(struct moves *m) {
    if (!m)
        return;
    for (size_t i = 0; i < m->n_earlier; i++)
        canonical_free(m->earlier[i].text);
    canonical_free(m->live);
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
        m->since_us = pg_instant(q, row, 2);
        m->earlier[m->n_earlier++] =
            (struct earlier){pg_i64(q, row, 0), canonical_read(pg_text(q, row, 1))};
    }
    if (n > 0)
        m->live = canonical_read(policy_revision(m->policy)->canonical);
    m->is_begun = st == ST_OK;
    if (st != ST_OK)
        pg_close(pg);
    arena_free(a);
    return st;
}

static struct verdict judge(const struct moves *m, int64_t revision, struct span rule_id,
                            struct span duty) {
    struct verdict v = {revision, span_dup(m->arena, rule_id), span_dup(m->arena, duty),
                        NULL, TERMS_SAME};
    bool applies_to_open = false;
    v.terms = redate_terms(m->policy, rule_id, duty, &applies_to_open);
    for (size_t i = 0; v.terms && !applies_to_open && i < m->n_earlier; i++)
        if (m->earlier[i].id == revision)
            v.change = canonical_compare(m->earlier[i].text, m->live, rule_id, duty);
    return v;
}

static const struct verdict *verdict_of(struct moves *m, int64_t revision,
                                        struct span rule_id, struct span duty) {
    for (size_t i = 0; i < m->n_verdicts; i++) {
        const struct verdict *v = &m->verdicts[i];
        if (v->revision == revision && span_equal(v->rule_id, rule_id) &&
            span_equal(v->duty, duty))
            return v;
    }
    m->verdicts = arena_grow(m->arena, m->verdicts, m->n_verdicts, &m->verdict_room,
                             sizeof *m->verdicts);
    m->verdicts[m->n_verdicts] = judge(m, revision, rule_id, duty);
    return &m->verdicts[m->n_verdicts++];
}

/* ---- one piece ---- */

/* What somebody holds is not waited for: it may be a lane of this process, which could
 * not let go meanwhile. Its row has nothing but its place then. */
#define LOOK(behind)                                                                     \
    "SELECT w.severity, w.fires_at, w.duty_id, d.case_kind, d.case_id, d.name,"          \
    " d.seller_id, d.marketplace, d.order_id, d.desk, d.start_at, d.due_at,"             \
    " d.act_by_at, d.aim_at, d.warn_at, d.rule_id, d.policy_revision_id,"                \
    " d.state = 'open', d.held_at, d.turn_desk, d.turn_from, d.turn_act_by, "            \
    "d.turn_skips"                                                                       \
    " FROM (SELECT duty_id, severity, fires_at FROM henpin.duty"                         \
    "   WHERE closed_at IS NULL AND state = 'open' AND " behind                          \
    "   AND policy_revision_id = ANY($1) ORDER BY severity, fires_at, duty_id LIMIT $5)" \
    " w LEFT JOIN LATERAL (SELECT * FROM henpin.duty x WHERE x.duty_id = w.duty_id"      \
    "   FOR UPDATE SKIP LOCKED) d ON true"                                               \
    " ORDER BY w.severity, w.fires_at, w.duty_id"

enum {
    D_SEVERITY,
    D_FIRES,
    D_DUTY,
    D_CASE_KIND,
    D_CASE,
    D_NAME,
    D_SELLER,
    D_MARKETPLACE,
    D_ORDER,
    D_DESK,
    D_START,
    D_DUE,
    D_ACT_BY,
    D_AIM,
    D_WARN,
    D_RULE,
    D_REVISION,
    D_IS_OPEN,
    D_HELD,
    D_TURNS
};

/* Behind the place: those that the clock has something to tell of, by the index; then
 * those that are late at no cost, of which it has nothing to tell any more. */
static const struct pg_statement looks[] = {
    {"moves_look", LOOK("fires_at IS NOT NULL AND (severity, fires_at) >= ($2, $3)"
                        " AND (severity, fires_at, duty_id) > ($2, $3, $4)")},
    {"moves_look_late", LOOK("fires_at IS NULL AND $3::timestamptz IS NULL"
                             " AND severity >= $2 AND (severity, duty_id) > ($2, $4)")},
};

static const struct pg_statement move = {
    "moves_move",
    "UPDATE henpin.duty d SET due_at = t.due_at, act_by_at = t.act_by_at,"
    " aim_at = t.aim_at, fires_at = t.fires_at,"
    " warn_at = array_remove(ARRAY[t.w1, t.w2, t.w3, t.w4], NULL),"
    " turn_from = t.turn_from::timestamptz[], turn_act_by = t.turn_act_by::timestamptz[],"
    " policy_revision_id = $1"
    " FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[],"
    "  $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[],"
    "  $10::timestamptz[], $11::text[], $12::text[])"
    "  AS t(duty_id, due_at, act_by_at, aim_at, fires_at, w1, w2, w3, w4, turn_from,"
    "  turn_act_by)"
    " WHERE d.duty_id = t.duty_id"};

/* due, act-by, aim, fires, warnings */
enum { MOVE_DATES = 4 + POLICY_MAX_WARNINGS };

/* What is written of the duties that move; made at the first. */
struct writes {
    struct arena *arena;
    struct pg_script *script;
    struct pg_copy *events;
    struct pg_array *ids, *dates[MOVE_DATES], *turn_from, *turn_act_by;
};

static void open_writes(struct writes *w, const struct moves *m, size_t n) {
    w->events = pg_script_copy(w->script, escalation_copy_sql);
    struct pg_query *q = pg_script_query(w->script, &move);
    pg_param_i64(q, policy_revision(m->policy)->id);
    w->ids = pg_param_array(q, PG_UUID, n);
    for (int i = 0; i < MOVE_DATES; i++)
        w->dates[i] = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w->turn_from = pg_param_array(q, PG_TEXT, n);
    w->turn_act_by = pg_param_array(q, PG_TEXT, n);
}

static void write_dates(struct writes *w, struct uuid id, int present,
                        const struct policy_duty *to) {
    pg_array_uuid(w->ids, id);
    pg_array_i64(w->dates[0], to->due_us);
    pg_array_i64(w->dates[1], to->owner.act_by_us);
    pg_array_i64(w->dates[2], to->aim_us);
    pg_array_i64(w->dates[3], duty_rows_fires_us(to, present));
    for (int i = 0; i < POLICY_MAX_WARNINGS; i++)
        pg_array_i64(w->dates[4 + i], i < to->n_warnings ? to->warn_us[i] : EVENT_ABSENT);
    turn_rows_plan(w->turn_from, w->turn_act_by, to);
}

static bool is_held(const struct pg_query *q, size_t row) {
    return pg_is_null(q, row, D_CASE_KIND);
}

/* The same dates may come back with another revision, or with this one after another. */
static void tell(struct pg_copy *copy, const struct moves *m, const struct pg_query *q,
                 size_t row, const struct policy_duty *to) {
    const struct policy_revision *revision = policy_revision(m->policy);
    struct span name = pg_text(q, row, D_NAME);
    char text[400], meaning[128];
    struct builder reason = builder_over(text, sizeof text);
    snprintf(meaning, sizeof meaning, "deadline_moved:%s:%lld", revision->hash,
             (long long)m->since_us);
    build_span(&reason, name);
    build_instant(&reason, " was due ", pg_instant(q, row, D_DUE));
    build_instant(&reason, ", act by ", pg_instant(q, row, D_ACT_BY));
    build_instant(&reason, "; now due ", to->due_us);
    build_instant(&reason, ", act by ", to->owner.act_by_us);
    build_format(&reason, ": a calendar or the rule changed with revision %s",
                 revision->label);
    escalation_copy(copy, &(struct escalation){
                              .identity_us = pg_instant(q, row, D_START),
                              .meaning = meaning,
                              .subject_id = pg_uuid(q, row, D_DUTY),
                              .kind = name,
                              .level = "deadline_moved",
                              .severity = (int)pg_i64(q, row, D_SEVERITY),
                              .case_kind = pg_text(q, row, D_CASE_KIND),
                              .case_id = pg_uuid(q, row, D_CASE),
                              .seller_id = pg_text(q, row, D_SELLER),
                              .marketplace = pg_text(q, row, D_MARKETPLACE),
                              .order_id = pg_text(q, row, D_ORDER),
                              .desk = pg_text(q, row, D_DESK),
                              .due_us = to->due_us,
                              .act_by_us = to->owner.act_by_us,
                              .rule_id = pg_text(q, row, D_RULE),
                              .revision = revision->id,
                              .occurred_us = clock_now_us(),
                              .reason = builder_span(&reason),
                          });
}

static bool has_same_warnings(struct arena *a, const struct pg_query *q, size_t row,
                              const struct policy_duty *to) {
    int64_t *warn_us;
    size_t n = pg_array_instants(q, row, D_WARN, a, &warn_us);
    return n == (size_t)to->n_warnings &&
           (n == 0 || memcmp(warn_us, to->warn_us, n * sizeof *warn_us) == 0);
}

static bool has_same_turns(const struct policy_turns *was, const struct policy_duty *to) {
    for (int i = was->present + 1; i < was->n; i++)
        if (was->from_us[i] != to->turns[i].from_us ||
            was->act_by_us[i] != to->turns[i].act_by_us)
            return false;
    return true;
}

/* A calendar that moves the due instant moves all that hangs on it, by the live terms.
 * Otherwise what the rule says anew of reserve, aim or warnings is for new duties. */
static bool are_other_dates(const struct writes *w, const struct pg_query *q, size_t row,
                            enum canonical_terms change, const struct policy_turns *was,
                            const struct policy_duty *to) {
    if (change == TERMS_OTHER)
        return false;
    if (to->due_us != pg_instant(q, row, D_DUE))
        return true;
    return change == TERMS_SAME &&
           (to->owner.act_by_us != pg_instant(q, row, D_ACT_BY) ||
            to->aim_us != pg_instant(q, row, D_AIM) || !has_same_turns(was, to) ||
            !has_same_warnings(w->arena, q, row, to));
}

static struct clock_course course_of(struct arena *a, const struct pg_query *q,
                                     size_t row) {
    struct clock_course c = {.start_us = pg_instant(q, row, D_START),
                             .ended_us = EVENT_ABSENT};
    int64_t *held_us;
    size_t n = pg_array_instants(q, row, D_HELD, a, &held_us);
    for (size_t i = 0; i < n && i < COUNT_OF(c.held_us); i++)
        c.held_us[c.n_held++] = held_us[i];
    return c;
}

static void consider(struct moves *m, struct writes *w, const struct pg_query *q,
                     size_t row) {
    struct policy_duty to;
    struct policy_turns was;
    if (is_held(q, row) || !pg_bool(q, row, D_IS_OPEN))
        return;
    const struct clock_course course = course_of(w->arena, q, row);
    const struct verdict *v = verdict_of(
        m, pg_i64(q, row, D_REVISION), pg_text(q, row, D_RULE), pg_text(q, row, D_NAME));
    struct span desk = pg_text(q, row, D_DESK);
    turn_rows_read(w->arena, q, row, D_TURNS, desk, &was);
    if (!v->terms || !redate_duty(m->policy, v->terms, desk, &was, &course, &to) ||
        !are_other_dates(w, q, row, v->change, &was, &to))
        return;
    if (!w->ids)
        open_writes(w, m, pg_rows(q));
    if (to.due_us != pg_instant(q, row, D_DUE) ||
        to.owner.act_by_us != pg_instant(q, row, D_ACT_BY))
        tell(w->events, m, q, row, &to);
    write_dates(w, pg_uuid(q, row, D_DUTY), was.present, &to);
    m->n_moved++;
}

/* The next piece begins behind the last of this one, or at the first that is held. False:
 * there is none. */
static bool go_on_behind(struct moves *m, const struct pg_query *q) {
    for (size_t row = 0; row < pg_rows(q); row++) {
        if (is_held(q, row))
            return true;
        m->after = (struct place){pg_i64(q, row, D_SEVERITY), pg_instant(q, row, D_FIRES),
                                  pg_uuid(q, row, D_DUTY)};
    }
    return pg_rows(q) == MOVES_PIECE;
}

static struct pg_query *ask_piece(const struct moves *m, struct pg_script *s) {
    pg_begin_by_key(s, MOVES_TIMEOUT_US);
    struct pg_query *q = pg_script_query(s, &looks[m->is_at_late]);
    struct pg_array *ids = pg_param_array(q, PG_INT8, m->n_earlier);
    for (size_t i = 0; i < m->n_earlier; i++)
        pg_array_i64(ids, m->earlier[i].id);
    pg_param_i16(q, (int16_t)m->after.severity);
    pg_param_instant(q, m->is_at_late ? EVENT_ABSENT : m->after.fires_us);
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
        struct writes w = {.arena = a, .script = pg_script_new(a)};
        for (size_t row = 0; row < pg_rows(q); row++)
            consider(m, &w, q, row);
        (void)pg_script_query(w.script, &pg_commit);
        st = pg_run_wait(pg, w.script, MOVES_TIMEOUT_US, err);
    }
    if (st == ST_OK && !go_on_behind(m, q)) {
        *is_done = m->is_at_late;
        m->is_at_late = true;
        m->after = before_all;
    } else if (st != ST_OK) {
        m->n_moved = n_before;
        pg_close(pg);
    }
    arena_free(a);
    return st;
}
