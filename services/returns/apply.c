/*
 * apply.c: decisions become rows. The cases move on in memory, event by event in offset
 * order; each case's row is written once.
 */
#include "common/event/lines.h"
#include "common/flow/park.h"
#include "common/flow/sellers.h"
#include "services/returns/worker.h"

/* What an agent sees beside an escalation, without opening the case. */
static struct span details_of(struct batch *b, const struct return_event *e) {
    struct builder d = builder_in(
        b->attempt, 200 + 6 * (e->return_id.len + e->reason_code.len + e->currency.len));
    build_text(&d, "{\"return_id\":");
    build_json(&d, e->return_id);
    build_text(&d, ",\"reason_code\":");
    build_json(&d, e->reason_code);
    build_text(&d, ",\"wanted\":");
    build_json(&d, span_of(wanted_names[e->wanted]));
    if (e->amount_minor != EVENT_ABSENT) {
        build_text(&d, ",\"amount_minor\":");
        build_i64(&d, e->amount_minor);
    }
    if (e->currency.ptr) {
        build_text(&d, ",\"currency\":");
        build_json(&d, e->currency);
    }
    build_char(&d, '}');
    return builder_span(&d);
}

static bool raises_something(const struct case_decision *d) {
    return d->n_starts > 0 || d->n_changes > 0 || d->triage || d->policy.n_blockers > 0;
}

/* The row shows the latest word on each thing, by the events' own time. */
static void show_latest(struct batch *b, struct returns_case *c,
                        const struct return_event *e) {
    if (c->latest_us != EVENT_ABSENT && e->head.occurred_at_us < c->latest_us)
        return;
    c->latest_us = e->head.occurred_at_us;
    c->status = return_kind_names[e->kind];
    if (e->reason_code.len > 0)
        c->reason_code = e->reason_code;
    if (e->wanted != WANTED_UNKNOWN)
        c->wanted = span_of(wanted_names[e->wanted]);
    if (e->amount_minor != EVENT_ABSENT) {
        c->amount_minor = e->amount_minor;
        c->currency = e->currency;
    }
    if (e->n_lines > 0)
        c->lines = lines_of_return(b->attempt, e->lines, e->n_lines);
}

static void park(struct message *m, struct returns_case *c, bool is_ready) {
    const struct span event_id = returns_item_of(m)->event.head.event_id;
    m->fate = FATE_PARKED;
    m->order_key = c->work.order_key;
    m->event_key = identity_event(c->work.id, event_id);
    m->is_ready = is_ready;
    if (c->is_parked)
        return;
    c->is_parked = c->work.is_changed = true;
    if (c->work.state.opened_us == EVENT_ABSENT)
        c->work.state.opened_us = m->occurred_us;
}

static void decide_one(struct batch *b, struct returns_case *c, struct message *m,
                       const struct policy *p) {
    struct returns_state *state = returns_state_of(b);
    struct returns_item *item = returns_item_of(m);
    struct return_event *e = &item->event;
    struct goods goods = returns_goods(e);
    struct policy_facts facts;
    struct case_decision d;
    returns_state(p, e, item->marketplace, &c->order, &goods, &facts);
    sellers_state(b->sellers, p, &facts, e->head.seller_id, e->head.occurred_at_us);
    returns_decide(&c->work.state, e, &goods, p, &facts, &d);
    if (d.is_duplicate) {
        m->fate = FATE_DUPLICATE;
        return;
    }
    if (casework_refuse_full(state->work, &c->work, m))
        return;
    const struct case_event event = {returns_word(e->kind), e->head.event_id,
                                     e->head.occurred_at_us};
    struct span details = {NULL, 0};
    if (raises_something(&d))
        details = details_of(b, e);
    show_latest(b, c, e);
    casework_take(state->work, &c->work, m, &event, &d, policy_revision(p)->id,
                  goods.product_class, details);
    m->fate = FATE_APPLIED;
}

void returns_decide_batch(struct batch *b, const struct policy *p) {
    struct returns_state *state = returns_state_of(b);
    struct message *m;
    for (size_t i = 0; (m = batch_next(b, &i));) {
        struct returns_case *c = (struct returns_case *)casework_find(
            state->work, returns_item_of(m)->case_id);
        if (!c->order.is_known)
            park(m, c, false);
        else if (c->is_parked && m->origin != ORIGIN_PARKED)
            park(m, c, true); /* behind its own, which are recalled in their order */
        else
            decide_one(b, c, m, p);
    }
    for (size_t i = 0; b->recount && i < casework_count(state->work); i++) {
        struct returns_case *c = (struct returns_case *)casework_at(state->work, i);
        bool was_parked = c->is_parked;
        c->is_parked = was_parked && park_remains(b, b->recount, c->work.order_key);
        c->work.is_changed = c->work.is_changed || was_parked != c->is_parked;
    }
}

/* ---- rows ---- */

#define CASE_COLUMNS                                                                     \
    "case_id, order_key, marketplace, seller_id, order_id, return_id, is_parked, "       \
    "status,"                                                                            \
    " reason_code, wanted, amount_minor, currency, lines, disposition, "                 \
    "tasks, " CASEWORK_COLUMNS

static const char copy_new[] =
    "COPY henpin.return_case (" CASE_COLUMNS ") FROM STDIN (FORMAT binary)";
static const char copy_changed[] =
    "COPY pg_temp.return_case_changed (" CASE_COLUMNS ") FROM STDIN (FORMAT binary)";

const struct pg_statement returns_session = {
    "returns_session", "CREATE TEMPORARY TABLE IF NOT EXISTS return_case_changed"
                       " (LIKE henpin.return_case) ON COMMIT DELETE ROWS"};

static const struct pg_statement update_changed = {
    "returns_update",
    "UPDATE henpin.return_case c SET is_parked = t.is_parked, status = t.status,"
    " reason_code = t.reason_code, wanted = t.wanted, amount_minor = t.amount_minor,"
    " currency = t.currency, lines = t.lines, disposition = t.disposition, tasks = "
    "t.tasks,"
    " opened_at = t.opened_at, history_event = t.history_event, history_at = "
    "t.history_at,"
    " history_id = t.history_id, duties = t.duties, triaged = t.triaged"
    " FROM pg_temp.return_case_changed t WHERE c.case_id = t.case_id"};

static void copy_case(struct pg_copy *copy, const struct returns_case *c) {
    pg_copy_row(copy, 21);
    pg_copy_uuid(copy, c->work.id);
    pg_copy_uuid(copy, c->work.order_key);
    pg_copy_text(copy, c->work.marketplace);
    pg_copy_text(copy, c->work.seller_id);
    pg_copy_text(copy, c->work.order_id);
    pg_copy_text(copy, c->return_id);
    pg_copy_bool(copy, c->is_parked);
    pg_copy_text(copy, c->status              ? span_of(c->status)
                       : c->loaded_status.ptr ? c->loaded_status
                                              : SPAN("PARKED"));
    pg_copy_text(copy, c->reason_code);
    pg_copy_text(copy, c->wanted);
    if (c->amount_minor == EVENT_ABSENT)
        pg_copy_null(copy);
    else
        pg_copy_i64(copy, c->amount_minor);
    pg_copy_text(copy, c->currency);
    pg_copy_jsonb(copy, c->lines);
    pg_copy_text(copy, c->work.state.disposition);
    pg_copy_i16(copy, (int16_t)c->work.state.n_tasks);
    casework_copy_columns(&c->work, copy);
}

static void write_cases(struct batch *b, struct returns_state *state, bool is_loaded,
                        const char *sql) {
    struct pg_copy *copy = NULL;
    for (size_t i = 0; i < casework_count(state->work); i++) {
        const struct returns_case *c = (struct returns_case *)casework_at(state->work, i);
        if (!c->work.is_changed || c->work.is_loaded != is_loaded)
            continue;
        if (!copy)
            copy = pg_script_copy(b->writes, sql);
        copy_case(copy, c);
    }
    if (copy && is_loaded)
        (void)pg_script_query(b->writes, &update_changed);
}

void returns_apply(struct batch *b) {
    struct returns_state *state = returns_state_of(b);
    if (!state->work)
        return;
    write_cases(b, state, false, copy_new);
    write_cases(b, state, true, copy_changed);
    returns_free_siblings(b);
    casework_apply(state->work, b->writes);
}
