#include "services/deadlines/harm_round.h"

#include "common/base/clock.h"
#include "common/event/identity.h"
#include "common/event/lines.h"
#include "common/flow/task_rows.h"
#include "common/io/pg_session.h"
#include "common/policy/harm.h"

#include <stdlib.h>

#define ROUND_TIMEOUT_US (10 * US_PER_S)
#define ROUND_BYTES ((size_t)256 << 20)

/* The case's row first, as everybody who changes tasks. Most looks find nothing: they
 * begin no transaction. */
static const struct pg_statement find = {
    "harm_find", "SELECT EXISTS (SELECT FROM henpin.harm WHERE NOT is_planned)"};
static const struct pg_statement look = {
    "harm_look",
    "SELECT r.case_id, r.seller_id, r.marketplace, r.order_id, r.opened_at, r.lines,"
    " o.fulfilment, o.ship_from_country, o.buyer_country, o.buyer_language,"
    " o.purchased_at FROM henpin.return_case r LEFT JOIN henpin.sales_order o"
    "  ON o.order_key = r.order_key AND o.is_known"
    " WHERE r.case_id IN (SELECT case_id FROM henpin.harm WHERE NOT is_planned)"
    " ORDER BY r.case_id LIMIT $1 FOR UPDATE OF r SKIP LOCKED"};
enum {
    H_CASE,
    H_SELLER,
    H_MARKETPLACE,
    H_ORDER,
    H_OPENED,
    H_LINES,
    H_FULFILMENT,
    H_SHIP_FROM,
    H_BUYER_COUNTRY,
    H_LANGUAGE,
    H_PURCHASED
};

static const struct pg_statement ask_words = {
    "harm_words", "SELECT case_id, product_class, word, min(known_at) FROM henpin.harm"
                  " WHERE case_id = ANY($1) GROUP BY case_id, product_class, word"
                  " ORDER BY case_id, min(known_at), product_class, word"};
enum { W_CASE, W_CLASS, W_WORD, W_KNOWN };

static const struct pg_statement plan_made = {
    "harm_planned", "UPDATE henpin.harm SET is_planned = true"
                    " WHERE case_id = ANY($1) AND NOT is_planned"};

/* What would end the evidence is looked at once more: it is blocked now. */
static const struct pg_statement wake = {
    "harm_wake", "UPDATE henpin.disposal_task SET look_at = '-infinity'"
                 " WHERE case_id = ANY($1) AND about = 'goods' AND state = 'READY'"};

/* One case, while it is planned. */
struct harmed {
    struct work_case work; /* as far as its tasks' rows need it */
    struct harm harm;
    struct tasks tasks[HARM_KINDS];
};

struct looking {
    struct pg *pg;
    struct arena *a;
    const struct policy *policy;
    int64_t now_us;
    size_t most, n;
    struct harmed *cases; /* by id */
    struct batch batch;   /* what the rows of tasks are read and written with */
    struct task_rows *rows[HARM_KINDS];
};

static enum status run(const struct looking *k, struct pg_script *s, struct error *err) {
    return pg_run_wait(k->pg, s, ROUND_TIMEOUT_US, err);
}

/* ---- reading ---- */

static int by_text(const void *a, const void *b) {
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

/* Each once, in the order of bytes. */
static void take_classes(struct arena *a, struct harm *h, const struct said_line *said,
                         size_t n) {
    struct span *classes = arena_array(a, n + 1, sizeof *classes);
    size_t n_named = 0;
    for (size_t i = 0; i < n; i++)
        if (said[i].line.product_class.ptr)
            classes[n_named++] = said[i].line.product_class;
    qsort(classes, n_named, sizeof *classes, by_text);
    for (size_t i = 0; i < n_named; i++)
        if (i == 0 || !span_equal(classes[i], classes[h->n_classes - 1]))
            classes[h->n_classes++] = classes[i];
    h->classes = classes;
}

static void take_case(const struct looking *k, const struct pg_query *q, size_t row,
                      struct harmed *c) {
    struct said_line *said;
    c->work = (struct work_case){.id = pg_uuid(q, row, H_CASE),
                                 .seller_id = pg_text(q, row, H_SELLER),
                                 .marketplace = pg_text(q, row, H_MARKETPLACE),
                                 .order_id = pg_text(q, row, H_ORDER)};
    c->work.state.opened_us = pg_instant(q, row, H_OPENED);
    c->harm.marketplace = c->work.marketplace;
    c->harm.order = (struct order_facts){
        .is_known = true,
        .fulfilment = pg_text(q, row, H_FULFILMENT),
        .ship_from_country = pg_text(q, row, H_SHIP_FROM),
        .buyer_country = pg_text(q, row, H_BUYER_COUNTRY),
        .buyer_language = pg_text(q, row, H_LANGUAGE),
        .purchased_us = pg_instant(q, row, H_PURCHASED),
    };
    size_t n = lines_said(k->a, pg_text(q, row, H_LINES), &said);
    take_classes(k->a, &c->harm, said, n);
    for (int kind = 0; kind < HARM_KINDS; kind++)
        c->tasks[kind] = (struct tasks){.a = k->a,
                                        .case_id = c->work.id,
                                        .about = span_of(harm_names[kind]),
                                        .identity_us = EVENT_ABSENT};
}

static struct harmed *case_of(const struct looking *k, struct uuid id) {
    for (size_t i = 0; i < k->n; i++)
        if (uuid_equal(k->cases[i].work.id, id))
            return &k->cases[i];
    BUG("harm of a case that was not asked for");
}

/* They come case by case. */
static void take_words(const struct looking *k, const struct pg_query *q) {
    struct harm_word *words = arena_array(k->a, pg_rows(q) + 1, sizeof *words);
    struct harmed *c = NULL;
    for (size_t row = 0; row < pg_rows(q); row++) {
        struct uuid id = pg_uuid(q, row, W_CASE);
        if (!c || !uuid_equal(c->work.id, id)) {
            c = case_of(k, id);
            c->harm.words = &words[row];
        }
        words[row] = (struct harm_word){.word = pg_text(q, row, W_WORD),
                                        .product_class = pg_text(q, row, W_CLASS),
                                        .known_us = pg_instant(q, row, W_KNOWN)};
        c->harm.n++;
    }
}

static struct tasks *accidents_of(void *context, struct uuid case_id) {
    return &case_of(context, case_id)->tasks[HARM_ACCIDENT];
}

static struct tasks *malfunctions_of(void *context, struct uuid case_id) {
    return &case_of(context, case_id)->tasks[HARM_MALFUNCTION];
}

static enum status read_more(struct looking *k, struct error *err) {
    static struct tasks *(*const tasks_of[HARM_KINDS])(void *, struct uuid) = {
        accidents_of, malfunctions_of};
    struct pg_script *s = pg_script_new(k->a);
    struct uuid *ids = arena_array(k->a, k->n, sizeof *ids);
    struct pg_query *words = pg_script_query(s, &ask_words);
    struct pg_array *cases = pg_param_array(words, PG_UUID, k->n);
    for (size_t i = 0; i < k->n; i++) {
        ids[i] = k->cases[i].work.id;
        pg_array_uuid(cases, ids[i]);
    }
    for (int kind = 0; kind < HARM_KINDS; kind++) {
        k->rows[kind] = task_rows_new(&k->batch);
        task_rows_ask(k->rows[kind], s, span_of(harm_names[kind]), ids, k->n);
    }
    enum status st = run(k, s, err);
    if (st != ST_OK)
        return st;
    take_words(k, words);
    for (int kind = 0; kind < HARM_KINDS; kind++)
        task_rows_read(k->rows[kind], tasks_of[kind], k);
    return ST_OK;
}

static enum status read_cases(struct looking *k, struct error *err) {
    struct pg_script *s = pg_script_new(k->a);
    pg_begin_by_key(s, ROUND_TIMEOUT_US);
    struct pg_query *q = pg_script_query(s, &look);
    pg_param_i64(q, (int64_t)k->most);
    enum status st = run(k, s, err);
    if (st != ST_OK || pg_rows(q) == 0)
        return st;
    k->cases = arena_array(k->a, pg_rows(q), sizeof *k->cases);
    memset(k->cases, 0, pg_rows(q) * sizeof *k->cases);
    /* Those with many lines take turns: half is left for what is planned. */
    for (; k->n < pg_rows(q) && arena_room(k->a) > ROUND_BYTES / 2; k->n++)
        take_case(k, q, k->n, &k->cases[k->n]);
    return read_more(k, err);
}

/* ---- writing ---- */

/* What the rules cannot say anything of goes to a person, never unsaid. A case is planned
 * again when more of it is known: what was told of it before is the same event. */
static const struct pg_statement tell = {
    "harm_tell",
    "INSERT INTO henpin.escalation_event (identity_at, escalation_id, kind, level,"
    "  severity, case_kind, case_id, subject_id, seller_id, marketplace, order_id, desk,"
    "  policy_revision_id, occurred_at, reason, source_topic, source_partition,"
    "  source_offset)"
    " SELECT t.known_at, t.id, 'triage', 'open', 3, 'return', t.case_id, t.case_id,"
    "  r.seller_id, r.marketplace, r.order_id, $1, $2, t.known_at, t.reason, 'henpin', "
    "-1,"
    "  -1"
    " FROM unnest($3::uuid[], $4::timestamptz[], $5::uuid[], $6::text[])"
    "  AS t(case_id, known_at, id, reason)"
    " JOIN henpin.return_case r ON r.case_id = t.case_id ORDER BY t.case_id"
    " ON CONFLICT (identity_at, escalation_id) DO NOTHING"};

struct causes {
    struct pg_array *cases, *known, *ids, *reasons;
};

static struct causes open_causes(const struct looking *k, struct pg_script *s) {
    struct pg_query *q = pg_script_query(s, &tell);
    pg_param_text(q, span_of(policy_triage(k->policy, k->now_us).desk));
    pg_param_i64(q, policy_revision(k->policy)->id);
    struct causes c;
    c.cases = pg_param_array(q, PG_UUID, k->n);
    c.known = pg_param_array(q, PG_TIMESTAMPTZ, k->n);
    c.ids = pg_param_array(q, PG_UUID, k->n);
    c.reasons = pg_param_array(q, PG_TEXT, k->n);
    return c;
}

static void tell_cause(const struct causes *to, const struct harmed *c,
                       const char *cause) {
    int64_t known_us = c->harm.words[0].known_us;
    pg_array_uuid(to->cases, c->work.id);
    pg_array_i64(to->known, known_us);
    pg_array_uuid(to->ids, identity_escalation(known_us, c->work.id, "harm"));
    pg_array_text(to->reasons, span_of(cause));
}

static void plan_case(struct looking *k, struct harmed *c, const struct causes *causes) {
    int64_t revision = policy_revision(k->policy)->id;
    int64_t purchased_us = c->harm.order.purchased_us;
    const char *cause = NULL;
    for (int kind = 0; c->harm.n > 0 && kind < HARM_KINDS; kind++) {
        struct tasks *t = &c->tasks[kind];
        const char *why = harm_plan(k->policy, &c->harm, kind, t,
                                    purchased_us == EVENT_ABSENT ? c->work.state.opened_us
                                                                 : purchased_us);
        cause = cause ? cause : why;
        task_rows_tell(k->rows[kind], t, c->harm.words[c->harm.n - 1].known_us, NULL,
                       &c->work, revision);
        task_rows_write(k->rows[kind], t, &c->work, revision);
    }
    if (cause)
        tell_cause(causes, c, cause);
}

static enum status write_plans(struct looking *k, struct error *err) {
    struct pg_script *s = k->batch.writes = pg_script_new(k->a);
    const struct causes causes = open_causes(k, s);
    for (size_t i = 0; i < k->n; i++)
        plan_case(k, &k->cases[i], &causes);
    struct pg_array *planned =
        pg_param_array(pg_script_query(s, &plan_made), PG_UUID, k->n);
    struct pg_array *woken = pg_param_array(pg_script_query(s, &wake), PG_UUID, k->n);
    for (size_t i = 0; i < k->n; i++) {
        pg_array_uuid(planned, k->cases[i].work.id);
        pg_array_uuid(woken, k->cases[i].work.id);
    }
    return run(k, s, err);
}

static enum status look_and_write(struct looking *k, struct harm_round *out,
                                  struct error *err) {
    struct pg_script *s = pg_script_new(k->a);
    const struct pg_query *q = pg_script_query(s, &find);
    enum status st = run(k, s, err);
    if (st != ST_OK || !pg_bool(q, 0, 0))
        return st;
    st = read_cases(k, err);
    out->n_looked = k->n;
    if (st == ST_OK && k->n > 0)
        st = write_plans(k, err);
    s = pg_script_new(k->a);
    (void)pg_script_query(s, &pg_commit);
    return st == ST_OK ? run(k, s, err) : st;
}

enum status harm_round_run(struct pg *pg, const struct policy *p, int64_t now_us,
                           size_t most, struct harm_round *out, struct error *err) {
    struct looking k = {.pg = pg,
                        .a = arena_new(ROUND_BYTES),
                        .policy = p,
                        .now_us = now_us,
                        .most = most};
    k.batch.attempt = k.a;
    *out = (struct harm_round){0};
    enum status st = look_and_write(&k, out, err);
    if (st != ST_OK)
        pg_close(pg);
    arena_free(k.a);
    return st;
}
