/* apply.c: decisions become rows. */
#include "common/base/clock.h"
#include "services/inquiries/worker.h"

/* ---- what an agent needs to answer, beside an escalation ---- */

static void add_text(struct builder *d, const char *name, struct span value) {
    if (!value.ptr)
        return;
    build_format(d, ",\"%s\":", name);
    build_json(d, value);
}

static void add_order(struct builder *d, const struct work_case *c, int64_t now_us) {
    if (c->order.purchased_us != EVENT_ABSENT)
        build_format(d, ",\"days_since_order\":%lld",
                     (long long)((now_us - c->order.purchased_us) / US_PER_DAY));
    add_text(d, "shipment", c->shipment.status);
    add_text(d, "carrier", c->shipment.carrier);
    add_text(d, "tracking", c->shipment.tracking);
    if (c->shipment.status.ptr && c->shipment.promised_us != EVENT_ABSENT) {
        build_instant(d, ",\"promised_at\":\"", c->shipment.promised_us);
        build_char(d, '"');
    }
    if (c->order_lines.ptr) {
        build_text(d, ",\"lines\":");
        build_span(d, c->order_lines);
    }
}

/* Six bytes are the most that JSON makes of one. */
static size_t room_for(const struct inquiries_case *c, const struct inquiry_event *e) {
    const struct shipment *s = &c->work.shipment;
    return 500 + c->work.order_lines.len +
           6 * (e->inquiry_id.len + c->language.tag.len + s->status.len + s->carrier.len +
                s->tracking.len);
}

static struct span details_of(struct batch *b, const struct inquiries_case *c,
                              const struct inquiry_event *e) {
    struct builder d = builder_in(b->attempt, room_for(c, e));
    build_text(&d, "{\"inquiry_id\":");
    build_json(&d, e->inquiry_id);
    add_text(&d, "topic", span_of(inquiry_topic_names[e->topic]));
    add_text(&d, "answer_in", c->language.tag);
    add_text(&d, "language_from", span_of(language_from_names[c->language.from]));
    add_order(&d, &c->work, e->head.occurred_at_us);
    build_char(&d, '}');
    return builder_span(&d);
}

/* ---- deciding ---- */

static void show_latest(struct inquiries_case *c, const struct inquiry_event *e) {
    if (c->latest_us != EVENT_ABSENT && e->head.occurred_at_us < c->latest_us)
        return;
    c->latest_us = e->head.occurred_at_us;
    c->status = span_of(inquiry_kind_names[e->kind]);
    if (e->topic != TOPIC_UNKNOWN)
        c->topic = span_of(inquiry_topic_names[e->topic]);
}

static void decide_one(struct batch *b, struct message *m, const struct policy *p) {
    struct casework *work = inquiries_state_of(b)->work;
    struct inquiries_case *c = (struct inquiries_case *)casework_of(work, m);
    const struct inquiry_event *e = inquiries_event_of(m);
    if (!order_wait_admits(&c->work, m))
        return;
    const struct marketplace *market = m->subject.marketplace;
    struct policy_facts facts;
    struct case_decision d;
    struct thread_language language =
        inquiries_language(&c->work.state, e, &c->work.order, market);
    inquiries_state(p, e, market, &c->work.order, &language, &facts);
    casework_state_seller(work, m, p, &facts);
    inquiries_decide(b->attempt, &c->work.state, e, &language, p, &facts, &d);
    if (!casework_admits(work, &c->work, m, &d))
        return;
    c->language = language;
    show_latest(c, e);
    casework_take(work, &c->work, m,
                  &(struct case_step){
                      .word = inquiries_word(e, &language),
                      .noted = inquiries_noted(b->attempt, e),
                      .decision = &d,
                      .revision = policy_revision(p)->id,
                      .details = case_tells(&d) ? details_of(b, c, e) : (struct span){0},
                  });
}

void inquiries_decide_batch(struct batch *b, const struct policy *p) {
    struct message *m;
    for (size_t i = 0; (m = batch_next(b, &i));)
        decide_one(b, m, p);
    order_wait_settle(inquiries_state_of(b)->wait);
}

/* ---- rows ---- */

#define CASE_COLUMNS                                                                     \
    "case_id, order_key, marketplace, seller_id, order_id, inquiry_id, is_parked,"       \
    " status, topic, language, language_from"

const struct pg_statement inquiries_session = {
    "inquiries_session",
    CASEWORK_SESSION("inquiry_thread_changed", "henpin.inquiry_thread")};

static const struct pg_statement update_cases = {
    "inquiries_update",
    "UPDATE henpin.inquiry_thread c SET is_parked = t.is_parked, status = t.status,"
    " topic = t.topic, language = t.language, language_from = t.language_from,"
    " " CASEWORK_UPDATES
    " FROM pg_temp.inquiry_thread_changed t WHERE c.case_id = t.case_id"};

static void copy_row(struct pg_copy *copy, const struct work_case *work) {
    const struct inquiries_case *c = (const struct inquiries_case *)work;
    pg_copy_uuid(copy, work->id);
    pg_copy_uuid(copy, work->order_key);
    pg_copy_text(copy, work->marketplace);
    pg_copy_text(copy, work->seller_id);
    pg_copy_text(copy, work->order_id);
    pg_copy_text(copy, c->inquiry_id);
    pg_copy_bool(copy, work->is_parked);
    pg_copy_text(copy, c->status.ptr ? c->status : SPAN("PARKED"));
    pg_copy_text(copy, c->topic);
    pg_copy_text(copy, c->language.tag);
    pg_copy_text(copy, span_of(language_from_names[c->language.from]));
}

static const struct case_writer writer = {
    .copy_new = CASEWORK_COPY("henpin.inquiry_thread", CASE_COLUMNS),
    .copy_changed = CASEWORK_COPY("pg_temp.inquiry_thread_changed", CASE_COLUMNS),
    .n_columns = 11,
    .copy_row = copy_row,
    .update = &update_cases,
};

void inquiries_apply(struct batch *b) {
    struct inquiries_state *state = inquiries_state_of(b);
    order_wait_apply(state->wait);
    casework_apply(state->work, &writer);
}
