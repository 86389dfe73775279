/* load.c: what a decision about a conversation must know: its case and its order. */
#include "services/inquiries/worker.h"

/* A question before any order waits for none: it is put to the seller, so it is the
 * seller's. */
static void begin(struct work_case *work, const struct message *m) {
    struct inquiries_case *c = (struct inquiries_case *)work;
    c->inquiry_id = inquiry_of(m)->event.inquiry_id;
    c->latest_us = EVENT_ABSENT;
    c->language.confidence = CONFIDENCE_ABSENT;
    if (work->order_id.len == 0)
        work->order = (struct order_facts){
            .is_known = true,
            .fulfilment = span_of(fulfilment_names[FULFILMENT_SELLER]),
            .purchased_us = EVENT_ABSENT,
        };
}

static enum language_from from_of(struct span word) {
    for (int i = 0; i < LANGUAGE_FROM_COUNT; i++)
        if (span_is(word, language_from_names[i]))
            return (enum language_from)i;
    return LANGUAGE_FROM_NOTHING;
}

static const struct pg_statement read_cases = {
    "inquiries_cases",
    "SELECT case_id, is_parked, status, topic, language, language_from,"
    " language_confidence, array_to_string(signals, '+'), line_id, " CASEWORK_COLUMNS
    " FROM henpin.inquiry_thread WHERE case_id = ANY($1) ORDER BY case_id FOR UPDATE"};

static void take_row(struct work_case *work, const struct pg_query *q, size_t row) {
    struct inquiries_case *c = (struct inquiries_case *)work;
    work->is_parked = pg_bool(q, row, 1);
    c->status = pg_text(q, row, 2);
    c->topic = pg_text(q, row, 3);
    c->language.tag = pg_text(q, row, 4);
    c->language.from = from_of(pg_text(q, row, 5));
    c->language.confidence =
        pg_is_null(q, row, 6) ? CONFIDENCE_ABSENT : (int)pg_i64(q, row, 6);
    c->signals = pg_text(q, row, 7);
    c->line_id = pg_text(q, row, 8);
    c->latest_us = casework_latest_us(work);
}

static const struct case_reader reader = {
    .kind = "inquiry",
    .case_size = sizeof(struct inquiries_case),
    .begin = begin,
    .read = &read_cases,
    .take_row = take_row,
};

static const struct pg_statement read_siblings = {
    "inquiries_siblings",
    "SELECT case_id, order_key FROM henpin.inquiry_thread"
    " WHERE is_parked AND order_key = ANY($1) ORDER BY case_id FOR UPDATE"};

static const struct pg_statement free_cases = {
    "inquiries_free",
    "UPDATE henpin.inquiry_thread SET is_parked = false WHERE case_id = ANY($1)"};

static const struct case_waiter waiter = {&read_siblings, &free_cases};

void inquiries_load(struct batch *b, struct pg_script *s) {
    struct inquiries_state *state = inquiries_state_of(b);
    if (b->round == 0) {
        state->wait = order_wait_begin(b, &waiter, s);
        state->work = casework_begin(b, &reader, s);
        order_wait_ask(state->wait, state->work, false, s);
        return;
    }
    order_wait_load(state->wait, s);
    casework_load(state->work, s);
}
