/* licence_round.c: see licence_round.h. */
#include "services/deadlines/licence_round.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/flow/escalation.h"
#include "common/flow/turn_rows.h"
#include "common/io/pg_session.h"
#include "common/policy/desk_licence.h"
#include "common/policy/directory.h"
#include "services/deadlines/levels.h"

#include <stdio.h>

#define ROUND_TIMEOUT_US (10 * US_PER_S)
#define ROUND_BYTES ((size_t)64 << 20)

enum { SEVERITY_STOPS = 3, SEVERITY_NOTHING = 1 }; /* see severity.h */

/* ---- what was lost ---- */

/* Which desks have duties that need a licence, and which: few rows of a small index. */
static const struct pg_statement ask_needs = {
    "licence_needs",
    "SELECT DISTINCT d.desk, d.turn_requires[coalesce(array_position(d.turn_desk,"
    "  d.desk), 1)] FROM henpin.duty d WHERE d.turn_requires IS NOT NULL"
    " AND d.closed_at IS NULL AND d.state IN ('open', 'breached')"};

/* The oldest first: it has the least time left. */
static const struct pg_statement look = {
    "licence_look",
    "SELECT d.duty_id, d.name, d.desk, d.start_at, d.due_at, d.act_by_at, d.turn_desk,"
    " d.turn_from, d.turn_act_by, d.turn_skips, d.turn_requires, l.requires"
    " FROM unnest($1::text[], $2::text[]) AS l(desk, requires) JOIN henpin.duty d"
    "  ON d.desk = l.desk AND l.requires = d.turn_requires[coalesce(array_position("
    "   d.turn_desk, d.desk), 1)]"
    " WHERE d.turn_requires IS NOT NULL AND d.closed_at IS NULL"
    "  AND d.state IN ('open', 'breached')"
    " ORDER BY d.due_at LIMIT $3 FOR UPDATE OF d SKIP LOCKED"};
enum {
    L_DUTY,
    L_NAME,
    L_DESK,
    L_START,
    L_DUE,
    L_ACT_BY,
    L_TURNS,
    L_REQUIRES = L_TURNS + 4,
    L_LACKS
};

/* Turn $5 (from 1) has it since $6; one beyond the plan is added to it. The plan of one
 * that a single desk had to the end begins with that desk. */
static const struct pg_statement hand_on = {
    "licence_hand_on",
    "UPDATE henpin.duty d SET desk = t.desk, act_by_at = t.act_by,"
    " turn_desk = p.desks || CASE WHEN t.is_added THEN ARRAY[t.desk] ELSE '{}' END,"
    " turn_from = p.since[:t.turn - 1] || t.since || p.since[t.turn + 1:],"
    " turn_act_by = p.act_by || CASE WHEN t.is_added THEN ARRAY[t.act_by] ELSE '{}' END,"
    " turn_skips = coalesce(d.turn_skips, 0),"
    " turn_requires = d.turn_requires || CASE WHEN t.is_added THEN ARRAY[''] ELSE '{}'"
    "  END,"
    " hands_on = CASE WHEN d.fires_at IS NOT NULL THEN t.hands_on END"
    " FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::boolean[], $5::int[],"
    "   $6::timestamptz[], $7::boolean[])"
    "  AS t(duty_id, desk, act_by, is_added, turn, since, hands_on)"
    " JOIN henpin.duty o ON o.duty_id = t.duty_id"
    " CROSS JOIN LATERAL (SELECT coalesce(o.turn_desk, ARRAY[o.desk]) AS desks,"
    "   coalesce(o.turn_from, ARRAY[o.start_at]) AS since,"
    "   coalesce(o.turn_act_by, ARRAY[o.act_by_at]) AS act_by) p"
    " WHERE d.duty_id = t.duty_id"};

struct looking {
    struct pg *pg;
    const struct policy *p;
    struct arena *a;
    int64_t now_us;
    size_t most;
};

struct handing {
    struct pg_array *ids, *desks, *act_by, *added, *turns, *since, *hands_on;
    struct tell tell;
};

static struct handing open_handing(struct pg_script *s, size_t n) {
    struct handing h;
    struct pg_query *q = pg_script_query(s, &hand_on);
    h.ids = pg_param_array(q, PG_UUID, n);
    h.desks = pg_param_array(q, PG_TEXT, n);
    h.act_by = pg_param_array(q, PG_TIMESTAMPTZ, n);
    h.added = pg_param_array(q, PG_BOOL, n);
    h.turns = pg_param_array(q, PG_INT4, n);
    h.since = pg_param_array(q, PG_TIMESTAMPTZ, n);
    h.hands_on = pg_param_array(q, PG_BOOL, n);
    h.tell = tell_open(s, n);
    return h;
}

/* The first later turn whose desk may do it and that is not over; n: none. */
static int next_turn(const struct looking *k, const struct policy_turns *t,
                     const struct span *requires, size_t n_requires) {
    int i = t->present + 1;
    for (; i < t->n; i++)
        if ((size_t)i < n_requires && t->act_by_us[i] > k->now_us &&
            desk_holds(k->p, t->desk[i], requires[i], k->now_us))
            break;
    return i;
}

static void build_lost(struct builder *b, const struct pg_query *q, size_t row,
                       struct span to) {
    build_span(b, pg_text(q, row, L_NAME));
    build_text(b, " goes from ");
    build_span(b, pg_text(q, row, L_DESK));
    build_text(b, " to ");
    build_span(b, to);
    build_text(b, ": it does not hold the licence any more (");
    build_span(b, pg_text(q, row, L_LACKS));
    build_text(b, ")");
    build_instant(b, "; due ", pg_instant(q, row, L_DUE));
}

static void hand_one(const struct looking *k, const struct handing *h,
                     const struct pg_query *q, size_t row) {
    struct policy_turns t;
    struct span *requires;
    struct uuid id = pg_uuid(q, row, L_DUTY);
    turn_rows_read(k->a, q, row, L_TURNS, pg_text(q, row, L_DESK), &t);
    size_t n_requires = pg_array_items(q, row, L_REQUIRES, k->a, &requires);
    int turn = next_turn(k, &t, requires, n_requires);
    bool is_added = turn >= t.n;
    if (is_added)
        turn = t.n > 0 ? t.n : 1;
    struct span to =
        is_added ? span_of(policy_triage(k->p, k->now_us).desk) : t.desk[turn];
    pg_array_uuid(h->ids, id);
    pg_array_text(h->desks, to);
    pg_array_i64(h->act_by, is_added ? pg_instant(q, row, L_DUE) : t.act_by_us[turn]);
    pg_array_i64(h->added, is_added);
    pg_array_i64(h->turns, turn + 1);
    pg_array_i64(h->since, k->now_us);
    pg_array_i64(h->hands_on, !is_added && turns_hand_on(&t, turn));
    char text[500];
    struct builder reason = builder_over(text, sizeof text);
    build_lost(&reason, q, row, to);
    const struct level l = {LEVEL_HANDED_OVER, turn + 1, k->now_us, EVENT_ABSENT};
    tell_add(&h->tell, &(struct telling){
                           .duty_id = id,
                           .at_us = k->now_us,
                           .id = level_id(id, &l),
                           .level = level_names[l.kind],
                           .reason = builder_span(&reason),
                           .occurred_us = k->now_us,
                       });
}

static enum status run(const struct looking *k, struct pg_script *s, struct error *err) {
    return pg_run_wait(k->pg, s, ROUND_TIMEOUT_US, err);
}

/* The desks that lack what their duties need; NULL: none does. */
static struct pg_query *ask_lost(const struct looking *k, struct pg_script *s,
                                 const struct pg_query *needs) {
    struct pg_query *q = NULL;
    struct pg_array *desks = NULL, *licences = NULL;
    for (size_t row = 0; row < pg_rows(needs); row++) {
        struct span desk = pg_text(needs, row, 0), requires = pg_text(needs, row, 1);
        if (desk_holds(k->p, desk, requires, k->now_us))
            continue;
        if (!q) {
            pg_begin_by_key(s, ROUND_TIMEOUT_US);
            q = pg_script_query(s, &look);
            desks = pg_param_array(q, PG_TEXT, pg_rows(needs));
            licences = pg_param_array(q, PG_TEXT, pg_rows(needs));
            pg_param_i64(q, (int64_t)k->most);
        }
        pg_array_text(desks, desk);
        pg_array_text(licences, requires);
    }
    return q;
}

static enum status hand_over(const struct looking *k, struct licence_round *out,
                             struct error *err) {
    struct pg_script *s = pg_script_new(k->a);
    const struct pg_query *needs = pg_script_query(s, &ask_needs);
    enum status st = run(k, s, err);
    if (st != ST_OK)
        return st;
    s = pg_script_new(k->a);
    const struct pg_query *q = ask_lost(k, s, needs);
    if (!q)
        return ST_OK;
    st = run(k, s, err);
    if (st != ST_OK)
        return st;
    s = pg_script_new(k->a);
    out->n_handed = pg_rows(q);
    if (out->n_handed > 0) {
        struct handing h = open_handing(s, out->n_handed);
        for (size_t row = 0; row < out->n_handed; row++)
            hand_one(k, &h, q, row);
    }
    (void)pg_script_query(s, &pg_commit);
    return run(k, s, err);
}

/* ---- what ends ---- */

/* Whoever told it before is right: the same ending has the same id. */
static const struct pg_statement tell_endings = {
    "licence_tell",
    "INSERT INTO henpin.escalation_event (identity_at, escalation_id, kind, level,"
    "  severity, case_kind, subject_id, seller_id, marketplace, desk, due_at,"
    "  policy_revision_id, occurred_at, reason, details, source_topic,"
    "  source_partition, source_offset)"
    " SELECT t.at, t.id, t.kind, t.level, t.severity, 'desk', t.subject, '', '', $9,"
    "  t.due, $10::bigint, t.at, t.reason || CASE WHEN n.n > 0 THEN"
    "   format('; %s duties stand on it', n.n) ELSE '' END,"
    "  jsonb_build_object('desk', t.desk, 'open_duties', n.n), 'henpin', -1, -1"
    " FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::smallint[],"
    "  $6::uuid[], $7::timestamptz[], $8::text[], $11::text[])"
    "  AS t(at, id, kind, level, severity, subject, due, reason, desk)"
    " CROSS JOIN LATERAL (SELECT count(*) AS n FROM henpin.duty d WHERE d.desk = t.desk"
    "  AND d.turn_requires IS NOT NULL AND d.closed_at IS NULL"
    "  AND d.state IN ('open', 'breached') AND t.kind = ANY (string_to_array("
    "   d.turn_requires[coalesce(array_position(d.turn_desk, d.desk), 1)], '+'))) n"
    " ON CONFLICT (identity_at, escalation_id) DO NOTHING"};

struct ending {
    const struct desk_ending *what;
    int64_t at_us, ahead_us; /* `ahead_us` before the end; 0: it has ended */
};

/* The latest telling of this ending that has passed; false: none has. */
static bool find_latest(const struct looking *k, const struct desk_ending *e,
                        struct ending *out, int64_t *next_us) {
    const int64_t *ends_soon;
    int n = directory_warnings(k->p, span_of(e->licence), &ends_soon);
    *out = (struct ending){.what = e, .at_us = EVENT_ABSENT};
    for (int i = 0; i <= n; i++) {
        int64_t ahead_us = i < n ? ends_soon[i] : 0, at_us = e->until_us - ahead_us;
        if (at_us > k->now_us) {
            *next_us = at_us < *next_us ? at_us : *next_us;
            break;
        }
        out->at_us = at_us;
        out->ahead_us = ahead_us;
    }
    return out->at_us != EVENT_ABSENT;
}

static void build_ending(struct builder *b, const struct ending *e) {
    build_format(b, "the licence %s of %s %s", e->what->licence, e->what->desk,
                 e->ahead_us > 0 ? "ends" : "ended");
    build_instant(b, " on ", e->what->until_us);
    build_text(b, " and nothing follows; ");
    if (e->what->stops.len == 0)
        build_text(b, "no rule needs it");
    else
        build_text(b, e->ahead_us > 0 ? "then stops: " : "stopped: ");
    build_span(b, e->what->stops);
}

struct endings {
    struct pg_array *at, *ids, *kinds, *levels, *severities, *subjects, *dues, *reasons;
    struct pg_array *desks;
};

static struct endings open_endings(const struct looking *k, struct pg_script *s,
                                   size_t n) {
    struct pg_query *q = pg_script_query(s, &tell_endings);
    struct endings w;
    w.at = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.ids = pg_param_array(q, PG_UUID, n);
    w.kinds = pg_param_array(q, PG_TEXT, n);
    w.levels = pg_param_array(q, PG_TEXT, n);
    w.severities = pg_param_array(q, PG_INT2, n);
    w.subjects = pg_param_array(q, PG_UUID, n);
    w.dues = pg_param_array(q, PG_TIMESTAMPTZ, n);
    w.reasons = pg_param_array(q, PG_TEXT, n);
    pg_param_text(q, span_of(policy_triage(k->p, k->now_us).desk));
    pg_param_i64(q, policy_revision(k->p)->id);
    w.desks = pg_param_array(q, PG_TEXT, n);
    return w;
}

static void write_ending(const struct endings *w, const struct ending *e) {
    const struct desk_ending *what = e->what;
    const struct span parts[] = {SPAN("desk"), span_of(what->desk),
                                 span_of(what->licence)};
    struct uuid subject = identity_at(what->until_us, parts, COUNT_OF(parts));
    char text[1000], level[40] = "ended";
    struct builder reason = builder_over(text, sizeof text);
    if (e->ahead_us > 0)
        snprintf(level, sizeof level, "ends_soon:%lld",
                 (long long)(e->ahead_us / US_PER_DAY));
    build_ending(&reason, e);
    pg_array_i64(w->at, e->at_us);
    pg_array_uuid(w->ids, identity_escalation(e->at_us, subject, level));
    pg_array_text(w->kinds, span_of(what->licence));
    pg_array_text(w->levels, e->ahead_us > 0 ? SPAN("ends_soon") : SPAN("ended"));
    pg_array_i64(w->severities, what->stops.len > 0 ? SEVERITY_STOPS : SEVERITY_NOTHING);
    pg_array_uuid(w->subjects, subject);
    pg_array_i64(w->dues, what->until_us);
    pg_array_text(w->reasons, builder_span(&reason));
    pg_array_text(w->desks, span_of(what->desk));
}

/* Those that another process, or this one before it was killed, has told are no news, but
 * nobody keeps which: Postgres refuses them. */
static enum status tell_ahead(const struct looking *k, int64_t *next_us,
                              struct licence_round *out, struct error *err) {
    const struct desk_ending *all;
    size_t n = desk_endings(k->p, k->a, &all);
    struct ending *news = arena_array(k->a, n + 1, sizeof *news);
    *next_us = INT64_MAX;
    for (size_t i = 0; i < n; i++)
        if (find_latest(k, &all[i], &news[out->n_told], next_us))
            out->n_told++;
    if (out->n_told == 0)
        return ST_OK;
    struct pg_script *s = pg_script_new(k->a);
    const struct endings w = open_endings(k, s, out->n_told);
    for (size_t i = 0; i < out->n_told; i++)
        write_ending(&w, &news[i]);
    return run(k, s, err);
}

static bool is_time(const struct licence_watch *w, const struct policy *p,
                    int64_t now_us) {
    return w->revision != policy_revision(p)->id || w->has_more || now_us >= w->next_us ||
           now_us - w->looked_us >= US_PER_MIN;
}

enum status licence_round_run(struct pg *pg, const struct policy *p, int64_t now_us,
                              size_t most, struct licence_watch *watch,
                              struct licence_round *out, struct error *err) {
    *out = (struct licence_round){0};
    if (!is_time(watch, p, now_us))
        return ST_OK;
    struct looking k = {pg, p, arena_new(ROUND_BYTES), now_us, most};
    bool is_known = watch->revision == policy_revision(p)->id && now_us < watch->next_us;
    enum status st = hand_over(&k, out, err);
    if (st == ST_OK && !is_known)
        st = tell_ahead(&k, &watch->next_us, out, err);
    if (st == ST_OK) {
        watch->revision = policy_revision(p)->id;
        watch->looked_us = now_us;
        watch->has_more = out->n_handed > 0;
    } else {
        pg_close(pg);
    }
    arena_free(k.a);
    return st;
}
