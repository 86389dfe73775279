/* apply.c: decisions become rows. */
#include "common/base/clock.h"
#include "common/base/fault.h"
#include "services/inquiries/worker.h"

enum { READING_ROOM = 1 << 20 }; /* of one message: policy_signals takes 200 KiB */

/* ---- what an agent needs to answer, beside an escalation ----
 *
 * What moves on with the order (shipment, promise, lines, returns) is not written: the
 * view inquiry_escalation shows it as it stands, whenever the message was read. */

static void add_text(struct builder *d, const char *name, struct span value) {
    if (!value.ptr)
        return;
    build_format(d, ",\"%s\":", name);
    build_json(d, value);
}

static void add_age(struct builder *d, const struct work_case *c, int64_t now_us) {
    if (c->order.purchased_us != EVENT_ABSENT)
        build_format(d, ",\"days_since_order\":%lld",
                     (long long)((now_us - c->order.purchased_us) / US_PER_DAY));
}

static void add_signals(struct builder *d, struct span joined) {
    struct span word;
    if (joined.len == 0)
        return;
    build_text(d, ",\"signals\":");
    for (char before = '['; span_cut(&joined, '+', &word); before = ',') {
        build_char(d, before);
        build_json(d, word);
    }
    build_char(d, ']');
}

/* Six bytes are the most that JSON makes of one. */
static size_t room_for(const struct inquiries_case *c, const struct inquiry *q,
                       struct span remedy) {
    return 500 + 6 * (q->event.inquiry_id.len + c->language.tag.len + q->signals.len +
                      remedy.len + c->line_id.len);
}

static struct span details_of(struct batch *b, const struct inquiries_case *c,
                              const struct inquiry *q, struct span remedy) {
    const struct inquiry_event *e = &q->event;
    struct builder d = builder_in(b->attempt, room_for(c, q, remedy));
    build_text(&d, "{\"inquiry_id\":");
    build_json(&d, e->inquiry_id);
    add_text(&d, "topic", span_of(inquiry_topic_names[e->topic]));
    add_text(&d, "line_id", c->line_id);
    add_text(&d, "answer_in", c->language.tag);
    add_text(&d, "language_from", span_of(language_from_names[c->language.from]));
    add_signals(&d, q->signals);
    add_text(&d, "remedy", remedy);
    add_age(&d, &c->work, e->head.occurred_at_us);
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

/* The first of an order that says so counts, see danger.h. */
static void note_dangers(struct batch *b, const struct message *m, const struct policy *p,
                         const struct inquiry *q, const struct case_decision *d) {
    const struct policy_disposition *said = &d->policy.disposition;
    struct span rest = q->signals, word;
    if (d->policy.outcome != POLICY_DECIDED || q->event.head.order_id.len == 0)
        return;
    struct danger danger = {
        .order_key = m->subject.order_key,
        .event_key = identity_event(m->subject.case_id, m->subject.event_id),
        .inquiry_id = q->event.inquiry_id,
        .desk = span_of(d->policy.route.desk),
        .said_us = q->event.head.occurred_at_us,
        .stops_shipping = said->destination && !said->is_shadow &&
                          strcmp(said->destination, "no_return_shipping") == 0,
        .revision = policy_revision(p)->id,
    };
    while (span_cut(&rest, '+', &word)) {
        if (!policy_signal_is_of_goods(p, word))
            continue;
        danger.signal = word;
        danger_note(b->attempt, &inquiries_state_of(b)->dangers, &danger);
    }
}

/* The order as it stands for this event; sets the line that the conversation is about. */
static struct order_facts order_for(struct batch *b, struct inquiries_case *c,
                                    const struct inquiry *q, struct span *line_id) {
    struct order_facts order = c->work.order;
    if (!order.is_mixed) {
        *line_id = inquiries_line(c->line_id, q, NULL);
        return order;
    }
    if (!c->lines)
        c->lines = lines_classes(b->attempt, c->work.order_lines);
    const struct whose w = whose_of(&order, c->lines);
    *line_id = inquiries_line(c->line_id, q, &w);
    order.fulfilment = span_of(fulfilment_names[inquiries_whose(*line_id, q, &w)]);
    return order;
}

/* The words are read by the rules that decide, so that one revision answers for both. */
static void decide_one(struct batch *b, struct message *m, const struct policy *p,
                       struct arena *scratch) {
    struct casework *work = inquiries_state_of(b)->work;
    struct inquiries_case *c = (struct inquiries_case *)casework_of(work, m);
    struct inquiry q = *inquiry_of(m);
    if (!order_wait_admits(&c->work, m))
        return;
    inquiries_read_signals(p, b->attempt, scratch, &q);
    arena_reset(scratch);
    CRASH_POINT("words-read");
    const struct marketplace *market = m->subject.marketplace;
    struct policy_facts facts;
    struct case_decision d;
    struct span line_id;
    const struct order_facts order = order_for(b, c, &q, &line_id);
    struct thread_language language =
        inquiries_language(&c->work.state, &q, &order, market);
    language.is_new = !span_equal(language.tag, c->language.tag);
    inquiries_state(p, &q, market, &order, &language, &facts);
    casework_state_seller(work, m, p, &facts);
    inquiries_decide(b->attempt, &c->work.state, &q, &language, p, &facts, &d);
    if (!casework_admits(work, &c->work, m, &d))
        return;
    c->language = language;
    c->line_id = line_id;
    c->signals = inquiries_signals(b->attempt, &c->work.state, &q);
    show_latest(c, &q.event);
    note_dangers(b, m, p, &q, &d);
    const struct span remedy = span_of(d.policy.disposition.remedy);
    casework_take(
        work, &c->work, m,
        &(struct case_step){
            .word = inquiries_word(&q, &language),
            .noted = inquiries_noted(b->attempt, &q),
            .decision = &d,
            .revision = policy_revision(p)->id,
            .details = case_tells(&d) ? details_of(b, c, &q, remedy) : (struct span){0},
        });
}

void inquiries_decide_batch(struct batch *b, const struct policy *p) {
    struct message *m;
    struct arena *scratch = arena_new(READING_ROOM);
    for (size_t i = 0; (m = batch_next(b, &i));)
        decide_one(b, m, p, scratch);
    arena_free(scratch);
    order_wait_settle(inquiries_state_of(b)->wait);
}

/* ---- rows ---- */

#define CASE_COLUMNS                                                                     \
    "case_id, order_key, marketplace, seller_id, order_id, inquiry_id, is_parked,"       \
    " status, topic, language, language_from, language_confidence, signals, line_id"

const struct pg_statement inquiries_session = {
    "inquiries_session",
    CASEWORK_SESSION("inquiry_thread_changed", "henpin.inquiry_thread")};

static const struct pg_statement update_cases = {
    "inquiries_update",
    "UPDATE henpin.inquiry_thread c SET is_parked = t.is_parked, status = t.status,"
    " topic = t.topic, language = t.language, language_from = t.language_from,"
    " language_confidence = t.language_confidence, signals = t.signals,"
    " line_id = t.line_id, " CASEWORK_UPDATES
    " FROM pg_temp.inquiry_thread_changed t WHERE c.case_id = t.case_id"};

static void copy_signals(struct pg_copy *copy, struct span joined) {
    size_t n = joined.len > 0;
    struct span word;
    for (size_t i = 0; i < joined.len; i++)
        n += joined.ptr[i] == '+';
    pg_copy_array(copy, PG_TEXT, n);
    while (joined.len > 0 && span_cut(&joined, '+', &word))
        pg_copy_text(copy, word);
    pg_copy_array_end(copy);
}

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
    if (c->language.confidence == CONFIDENCE_ABSENT)
        pg_copy_null(copy);
    else
        pg_copy_i16(copy, (int16_t)c->language.confidence);
    copy_signals(copy, c->signals);
    pg_copy_text(copy, c->line_id);
}

static const struct case_writer writer = {
    .copy_new = CASEWORK_COPY("henpin.inquiry_thread", CASE_COLUMNS),
    .copy_changed = CASEWORK_COPY("pg_temp.inquiry_thread_changed", CASE_COLUMNS),
    .copy_row = copy_row,
    .update = &update_cases,
};

void inquiries_apply(struct batch *b) {
    struct inquiries_state *state = inquiries_state_of(b);
    order_wait_apply(state->wait);
    casework_apply(state->work, &writer);
    danger_write(&state->dangers, b->writes);
}
