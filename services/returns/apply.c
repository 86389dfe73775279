/*
 * apply.c: decisions become rows. The cases move on in memory, event by event in offset
 * order; each case's row is written once.
 */
#include "common/event/lines.h"
#include "services/returns/worker.h"

/* What an agent sees beside an escalation, without opening the case. */
static struct span details_of(struct batch *b, const struct return_event *e,
                              const struct returns_offer *offer) {
    struct builder d = builder_in(
        b->attempt, 250 + 6 * (e->return_id.len + e->reason_code.len + e->currency.len +
                               offer->remedy.word.len + offer->destination.word.len));
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
    if (offer->remedy.word.ptr) {
        build_text(&d, ",\"remedy\":");
        build_json(&d, offer->remedy.word);
    }
    if (offer->destination.word.ptr) {
        build_text(&d, ",\"destination\":");
        build_json(&d, offer->destination.word);
    }
    build_char(&d, '}');
    return builder_span(&d);
}

/* The row shows the latest word on each thing, by the events' own time. */
static void show_latest(struct returns_case *c, const struct return_event *e) {
    if (c->latest_us != EVENT_ABSENT && e->head.occurred_at_us < c->latest_us)
        return;
    c->latest_us = e->head.occurred_at_us;
    c->status = span_of(return_kind_names[e->kind]);
    if (e->reason_code.len > 0)
        c->reason_code = e->reason_code;
    if (e->wanted != WANTED_UNKNOWN)
        c->wanted = span_of(wanted_names[e->wanted]);
    if (e->amount_minor != EVENT_ABSENT) {
        c->amount_minor = e->amount_minor;
        c->currency = e->currency;
    }
}

/* What becomes of the goods, and of their tasks. */
static void dispose(struct batch *b, struct returns_case *c, const struct message *m,
                    const struct return_event *e, const struct returns_hands *hands,
                    const struct goods *goods, const struct policy *p,
                    const struct policy_facts *facts, struct case_decision *d) {
    struct returns_goods_case g = {
        .a = b->attempt,
        .marketplace = c->work.marketplace,
        .purchased_us = c->work.order.purchased_us,
        .lines = c->lines,
        .said = c->said,
        .n_said = c->n_said,
        .tasks = &c->tasks,
        .disposition = c->disposition,
        .order_lines = returns_is_arrival(e) ? c->work.order_lines : (struct span){0},
        .ordered = c->classes,
        .hands = hands,
    };
    returns_dispose(&g, &c->work.state, e, goods, p, facts, d);
    c->classes = g.ordered;
    c->said = g.said;
    c->n_said = g.n_said;
    c->disposition = g.disposition;
    c->revision = policy_revision(p)->id;
    task_rows_tell(returns_state_of(b)->tasks, &c->tasks, m->occurred_us, m, &c->work,
                   c->revision);
}

/* Whose the event is: of an order in several hands its lines decide. */
static struct returns_hands hands_of(struct batch *b, struct returns_case *c,
                                     const struct return_event *e) {
    struct returns_hands h = {.whose = whose_of(&c->work.order, returns_classes(b, c))};
    if (e->n_lines == 0 && !c->said)
        c->n_said = lines_said(b->attempt, c->lines, &c->said);
    h.share = returns_share_of(b->attempt, e, &h.whose, c->said, c->n_said);
    return h;
}

static void decide_one(struct batch *b, struct message *m, const struct policy *p) {
    struct casework *work = returns_state_of(b)->work;
    struct returns_case *c = (struct returns_case *)casework_of(work, m);
    if (!order_wait_admits(&c->work, m))
        return;
    const struct return_event *whole = returns_completed(b, c, returns_event_of(m)),
                              *e = whole;
    struct order_facts order = c->work.order;
    struct returns_hands hands;
    const struct returns_share *share = NULL;
    if (order.is_mixed) {
        hands = hands_of(b, c, whole);
        share = &hands.share;
        e = share->event;
        order.fulfilment = span_of(fulfilment_names[share->fulfilment]);
    }
    struct goods goods = returns_goods(e);
    struct policy_facts facts;
    struct case_decision d;
    returns_state(p, e, m->subject.marketplace, &order, &goods, &facts);
    casework_state_seller(work, m, p, &facts);
    returns_decide(&c->work.state, e, share, p, &facts, &d);
    struct returns_offer offer = returns_offer_after(&c->offer, &c->work.state, e, &d);
    if (!casework_admits(work, &c->work, m, &d))
        return;
    c->offer = offer;
    c->begins = c->begins || c->work.state.history.n == 0;
    show_latest(c, e);
    dispose(b, c, m, whole, share ? &hands : NULL, &goods, p, &facts, &d);
    /* Whoever fulfilled them, somebody must be told of goods that hurt (scope-harm). */
    harm_note(b->attempt, &returns_state_of(b)->harm, c->work.id, whole, p);
    casework_take(
        work, &c->work, m,
        &(struct case_step){
            .word = returns_word(e->kind),
            .noted = share ? share->noted : NULL,
            .decision = &d,
            .revision = policy_revision(p)->id,
            .details = case_tells(&d) ? details_of(b, e, &offer) : (struct span){0},
        });
}

void returns_decide_batch(struct batch *b, const struct policy *p) {
    struct message *m;
    for (size_t i = 0; (m = batch_next(b, &i));)
        decide_one(b, m, p);
    order_wait_settle(returns_state_of(b)->wait);
}

/* ---- rows ---- */

#define CASE_COLUMNS                                                                     \
    "case_id, order_key, marketplace, seller_id, order_id, return_id, is_parked,"        \
    " status, reason_code, wanted, amount_minor, currency, lines, disposition, tasks,"   \
    " remedy, destination_said, remedy_at, destination_at"

const struct pg_statement returns_session = {
    "returns_session", CASEWORK_SESSION("return_case_changed", "henpin.return_case")};

static const struct pg_statement update_cases = {
    "returns_update",
    "UPDATE henpin.return_case c SET is_parked = t.is_parked, status = t.status,"
    " reason_code = t.reason_code, wanted = t.wanted, amount_minor = t.amount_minor,"
    " currency = t.currency, lines = t.lines, disposition = t.disposition,"
    " tasks = t.tasks, remedy = t.remedy, destination_said = t.destination_said,"
    " remedy_at = t.remedy_at, destination_at = t.destination_at, " CASEWORK_UPDATES
    " FROM pg_temp.return_case_changed t WHERE c.case_id = t.case_id"};

static void copy_said_at(struct pg_copy *copy, const struct returns_word_said *said) {
    pg_copy_instant(copy, said->word.ptr ? said->at_us : EVENT_ABSENT);
}

static void copy_row(struct pg_copy *copy, const struct work_case *work) {
    const struct returns_case *c = (const struct returns_case *)work;
    pg_copy_uuid(copy, work->id);
    pg_copy_uuid(copy, work->order_key);
    pg_copy_text(copy, work->marketplace);
    pg_copy_text(copy, work->seller_id);
    pg_copy_text(copy, work->order_id);
    pg_copy_text(copy, c->return_id);
    pg_copy_bool(copy, work->is_parked);
    pg_copy_text(copy, c->status.ptr ? c->status : SPAN("PARKED"));
    pg_copy_text(copy, c->reason_code);
    pg_copy_text(copy, c->wanted);
    pg_copy_i64(copy, c->amount_minor);
    pg_copy_text(copy, c->currency);
    pg_copy_jsonb(copy, c->lines);
    pg_copy_text(copy, c->disposition);
    pg_copy_i16(copy, (int16_t)c->tasks.n);
    pg_copy_text(copy, c->offer.remedy.word);
    pg_copy_text(copy, c->offer.destination.word);
    copy_said_at(copy, &c->offer.remedy);
    copy_said_at(copy, &c->offer.destination);
}

static const struct case_writer writer = {
    .copy_new = CASEWORK_COPY("henpin.return_case", CASE_COLUMNS),
    .copy_changed = CASEWORK_COPY("pg_temp.return_case_changed", CASE_COLUMNS),
    .copy_row = copy_row,
    .update = &update_cases,
};

/* As text, once for all events of a case. */
static void state_lines(struct batch *b, struct casework *work) {
    for (size_t i = 0; i < casework_count(work); i++) {
        struct returns_case *c = (struct returns_case *)casework_at(work, i);
        if (c->said && (c->n_said > 0 || c->lines.ptr))
            c->lines = lines_of_said(b->attempt, c->said, c->n_said);
    }
}

/* What the buyer wrote of the goods before. */
static void meet_dangers(struct batch *b, const struct casework *work) {
    size_t n = 0, n_cases = casework_count(work);
    struct uuid *orders = arena_array(b->attempt, n_cases + 1, sizeof *orders);
    for (size_t i = 0; i < n_cases; i++) {
        const struct returns_case *c = (const struct returns_case *)casework_at(work, i);
        if (c->begins)
            orders[n++] = c->work.order_key;
    }
    danger_meet(b->writes, orders, n);
}

void returns_apply(struct batch *b) {
    struct returns_state *state = returns_state_of(b);
    order_wait_apply(state->wait);
    state_lines(b, state->work);
    casework_apply(state->work, &writer);
    for (size_t i = 0; i < casework_count(state->work); i++) {
        const struct returns_case *c =
            (const struct returns_case *)casework_at(state->work, i);
        task_rows_write(state->tasks, &c->tasks, &c->work, c->revision);
    }
    harm_write(&state->harm, b->writes);
    meet_dangers(b, state->work);
}
