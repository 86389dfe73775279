/* policy_recorded.c: what a recorded decision was taken on; see policy_recorded.h. */
#include "services/henpin/policy_recorded.h"

#include "common/event/lines.h"
#include "common/event/reason.h"
#include "common/policy/goods.h"
#include "common/policy/whose.h"
#include "services/henpin/database.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* The own id and what only one kind of case says stand in its row, the rest in the row of
 * its order, which is there as soon as any of them is decided. Plain joins: a few decisions
 * are looked up by key, a million hashed. */
const char recorded_columns[] =
    " d.occurred_at, d.recorded_at, d.case_kind, d.event_id, d.event, d.outcome, d.cause,"
    " d.rules, d.policy_revision_id, d.source_topic, d.source_partition, d.source_offset,"
    " o.marketplace, o.seller_id, o.order_id, coalesce(r.return_id, t.inquiry_id),"
    " o.fulfilment, o.ship_from_country, o.buyer_country,"
    " coalesce(t.language, o.buyer_language), o.purchased_at,"
    " CASE WHEN d.case_kind = 'order' THEN o.lines ELSE r.lines END::text,"
    " o.lines::text, r.reason_code, r.wanted, r.currency, r.amount_minor, t.topic,"
    " h.requested_at, h.received_at, o.delivered_at, h.unanswered_at,"
    " d.occurred_at >= h.latest_at, h.signals, o.is_mixed, t.line_id,"
    " ARRAY(SELECT f.fact FROM henpin.seller_fact f WHERE f.seller_id = o.seller_id"
    "   AND f.valid_from <= d.occurred_at AND d.occurred_at < f.valid_until) ";

const char recorded_joins[] =
    " LEFT JOIN henpin.return_case r ON d.case_kind = 'return' AND r.case_id = d.case_id"
    " LEFT JOIN henpin.inquiry_thread t ON d.case_kind = 'inquiry'"
    "   AND t.case_id = d.case_id"
    " LEFT JOIN henpin.sales_order o"
    "   ON o.order_key = coalesce(r.order_key, t.order_key, d.case_id)"
    " CROSS JOIN LATERAL (SELECT"
    "     coalesce(r.history_event, t.history_event, o.history_event) AS words,"
    "     coalesce(r.history_at, t.history_at, o.history_at) AS instants) c"
    " LEFT JOIN LATERAL ("
    "   SELECT min(e.at) FILTER (WHERE e.word = 'return_requested') AS requested_at,"
    "     min(e.at) FILTER (WHERE e.word = 'return_received') AS received_at,"
    "     max(e.at) AS latest_at,"
    "     string_agg(substring(e.word FROM '[+](.*)$'), '+')"
    "       FILTER (WHERE e.at = d.occurred_at) AS signals," /* see mark.h of inquiries */
    "     min(e.at) FILTER (WHERE e.word LIKE 'message_received%'"
    "       AND e.at <= d.occurred_at"
    "       AND NOT EXISTS (SELECT FROM unnest(c.words, c.instants) x(word, at)"
    "         WHERE (x.word LIKE 'replied_by_human%' OR x.word IN ('holding_reply_sent',"
    "           'marked_no_reply_needed')) AND x.at >= e.at AND x.at < d.occurred_at))"
    "       AS unanswered_at"
    "   FROM unnest(c.words, c.instants) AS e(word, at)) h ON true ";

enum {
    C_OCCURRED,
    C_RECORDED,
    C_KIND,
    C_EVENT_ID,
    C_EVENT,
    C_OUTCOME,
    C_CAUSE,
    C_RULES,
    C_REVISION,
    C_TOPIC,
    C_PARTITION,
    C_OFFSET,
    C_MARKETPLACE,
    C_SELLER,
    C_ORDER,
    C_OWN_ID,
    C_FULFILMENT,
    C_SHIP_FROM,
    C_BUYER_COUNTRY,
    C_BUYER_LANGUAGE,
    C_PURCHASED,
    C_LINES,
    C_ORDER_LINES,
    C_REASON,
    C_WANTED,
    C_CURRENCY,
    C_AMOUNT,
    C_CASE_TOPIC,
    C_REQUESTED,
    C_RECEIVED,
    C_DELIVERED,
    C_UNANSWERED,
    C_IS_LATEST,
    C_SIGNALS,
    C_IS_MIXED,
    C_LINE_ID,
    C_FACTS
};

static void read_arrays(const struct pg_query *q, size_t row, struct arena *a,
                        struct recorded *out) {
    struct span *items;
    size_t n = pg_array_items(q, row, C_RULES, a, &items);
    for (size_t i = 0; i < n && out->n_rules < RECORDED_MAX_RULES; i++)
        out->rules[out->n_rules++] = span_cstr(a, items[i]);
    n = pg_array_items(q, row, C_FACTS, a, &items);
    for (size_t i = 0; i < n && out->n_seller_facts < RECORDED_MAX_FACTS; i++)
        out->seller_facts[out->n_seller_facts++] = items[i];
}

void recorded_read(const struct pg_query *q, size_t row, struct arena *a,
                   struct recorded *out) {
    *out = (struct recorded){
        .occurred_us = pg_instant(q, row, C_OCCURRED),
        .recorded_us = pg_instant(q, row, C_RECORDED),
        .case_kind = pg_text(q, row, C_KIND),
        .event_id = pg_text(q, row, C_EVENT_ID),
        .event = pg_text(q, row, C_EVENT),
        .outcome = pg_text(q, row, C_OUTCOME),
        .cause = pg_text(q, row, C_CAUSE),
        .revision_id = pg_i64(q, row, C_REVISION),
        .topic = pg_text(q, row, C_TOPIC),
        .partition = pg_i64(q, row, C_PARTITION),
        .offset = pg_i64(q, row, C_OFFSET),
        .marketplace = pg_text(q, row, C_MARKETPLACE),
        .seller_id = pg_text(q, row, C_SELLER),
        .order_id = pg_text(q, row, C_ORDER),
        .own_id = pg_text(q, row, C_OWN_ID),
        .fulfilment = pg_text(q, row, C_FULFILMENT),
        .ship_from_country = pg_text(q, row, C_SHIP_FROM),
        .buyer_country = pg_text(q, row, C_BUYER_COUNTRY),
        .buyer_language = pg_text(q, row, C_BUYER_LANGUAGE),
        .purchased_us = pg_instant(q, row, C_PURCHASED),
        .lines = pg_text(q, row, C_LINES),
        .order_lines = pg_text(q, row, C_ORDER_LINES),
        .reason_code = pg_text(q, row, C_REASON),
        .wanted = pg_text(q, row, C_WANTED),
        .currency = pg_text(q, row, C_CURRENCY),
        .amount_minor = pg_i64(q, row, C_AMOUNT),
        .case_topic = pg_text(q, row, C_CASE_TOPIC),
        .signals = pg_text(q, row, C_SIGNALS),
        .is_mixed = !pg_is_null(q, row, C_IS_MIXED) && pg_bool(q, row, C_IS_MIXED),
        .line_id = pg_text(q, row, C_LINE_ID),
        .unanswered_us = pg_instant(q, row, C_UNANSWERED),
        .requested_us = pg_instant(q, row, C_REQUESTED),
        .received_us = pg_instant(q, row, C_RECEIVED),
        .delivered_us = pg_instant(q, row, C_DELIVERED),
        .hand = FULFILMENT_ABSENT,
        .is_latest = !pg_is_null(q, row, C_IS_LATEST) && pg_bool(q, row, C_IS_LATEST),
    };
    read_arrays(q, row, a, out);
}

/* ---- stating ---- */

bool recorded_can_be_stated(const struct recorded *d) {
    return d->marketplace.ptr && d->fulfilment.ptr &&
           (span_is(d->case_kind, "order") || span_is(d->case_kind, "return") ||
            span_is(d->case_kind, "inquiry"));
}

static struct span text_of(const json_t *object, const char *key) {
    const json_t *v = json_object_get(object, key);
    return (struct span){json_string_value(v), json_string_length(v)};
}

static int condition_of(struct span name) {
    for (int i = 0; i < CONDITION_COUNT; i++)
        if (name.ptr && span_is(name, condition_names[i]))
            return i;
    return CONDITION_ABSENT;
}

static void add_line(struct goods *g, const json_t *line,
                     const struct line_classes *classes) {
    struct span hazards[GOODS_MAX_HAZARDS + 1];
    struct span_list list = {.items = hazards};
    const json_t *all = json_object_get(line, "hazards");
    size_t i;
    json_t *one;
    json_array_foreach(all, i, one) {
        if (json_is_string(one) && list.count < COUNT_OF(hazards))
            hazards[list.count++] =
                (struct span){json_string_value(one), json_string_length(one)};
    }
    struct span class = text_of(line, "product_class");
    if (!class.ptr && classes)
        class = lines_class_of(classes, text_of(line, "line_id"), text_of(line, "sku"));
    goods_add(g, class, condition_of(text_of(line, "condition")), &list);
}

/* Whose the line is; of an order in one hand all are alike. */
static int hand_of(const struct whose *w, const json_t *line) {
    return w ? whose_line(w, text_of(line, "line_id"), text_of(line, "sku"))
             : FULFILMENT_ABSENT;
}

/* By what the case is about, as the worker has it (whose.h): a return's lines, an
 * inquiry's line, else all of the order. */
static int whose_case(const struct recorded *d, const struct whose *w,
                      const json_t *lines) {
    int hand = FULFILMENT_ABSENT;
    size_t i;
    json_t *line;
    if (span_is(d->case_kind, "inquiry") && d->line_id.ptr)
        return whose_line(w, d->line_id, (struct span){NULL, 0});
    if (!span_is(d->case_kind, "return"))
        return w->all;
    json_array_foreach(lines, i, line) {
        if (text_of(line, "line_id").len > 0)
            hand = whose_together(hand, hand_of(w, line));
    }
    return hand == FULFILMENT_ABSENT ? w->all : hand;
}

static void state_lines(const struct recorded *d, const struct policy *p,
                        const json_t *lines, const struct line_classes *classes,
                        const struct whose *w, int hand, struct policy_facts *out) {
    struct goods goods = {0};
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line) {
        if (hand_of(w, line) == hand)
            add_line(&goods, line, d->own_id.ptr ? classes : NULL);
    }
    goods_state(p, &goods, out);
}

/* Who fulfils what the case is about, and its goods. */
static void state_goods(const struct recorded *d, const struct policy *p,
                        struct order_facts *order, const struct marketplace *m,
                        struct policy_facts *out) {
    json_error_t why;
    struct arena *a = arena_new((size_t)16 << 20);
    json_t *lines = d->lines.ptr ? json_loadb(d->lines.ptr, d->lines.len, 0, &why) : NULL;
    const struct line_classes *classes =
        d->order_lines.ptr ? lines_classes(a, d->order_lines) : NULL;
    struct whose whose;
    int hand = FULFILMENT_ABSENT;
    bool is_mixed = d->is_mixed && classes;
    if (is_mixed) {
        whose = whose_of(order, classes);
        hand = d->hand == FULFILMENT_ABSENT ? whose_case(d, &whose, lines) : d->hand;
        order->fulfilment = span_of(fulfilment_names[hand]);
    }
    order_facts_state(p, order, m, out);
    if (!span_is(d->case_kind, "inquiry"))
        state_lines(d, p, lines, classes, is_mixed ? &whose : NULL, hand, out);
    json_decref(lines);
    arena_free(a);
}

static struct span yes_no(bool value) {
    return value ? SPAN("yes") : SPAN("no");
}

static void state_return(const struct recorded *d, const struct policy *p,
                         struct policy_facts *out) {
    policy_state(p, out, FACT_REASON, span_of(reason_family(d->reason_code)));
    if (d->wanted.ptr && !span_is(d->wanted, wanted_names[WANTED_UNKNOWN]))
        policy_state(p, out, FACT_WANTED, d->wanted);
    policy_state(p, out, FACT_IN_POLICY, d->in_policy);
    policy_state(p, out, FACT_CLAIM, yes_no(d->is_claim_open));
    if (d->amount_minor != EVENT_ABSENT)
        policy_state_number(out, FACT_VALUE, d->amount_minor);
    policy_state(p, out, FACT_CURRENCY, d->currency);
    if (d->requested_us != EVENT_ABSENT)
        policy_state_instant(out, TIME_REQUESTED, d->requested_us);
    if (d->received_us != EVENT_ABSENT)
        policy_state_instant(out, TIME_RECEIVED, d->received_us);
}

static void state_inquiry(const struct recorded *d, const struct policy *p,
                          struct policy_facts *out) {
    struct span rest = d->signals, word;
    while (rest.len > 0 && span_cut(&rest, '+', &word))
        if (policy_lists(p, FACT_SIGNALS, word))
            policy_state_member(p, out, FACT_SIGNALS, word);
    if (d->case_topic.ptr && span_is(d->case_topic, inquiry_topic_names[TOPIC_COMPLAINT]))
        policy_state_member(p, out, FACT_SIGNALS, SPAN("complaint"));
    if (d->unanswered_us != EVENT_ABSENT)
        policy_state_instant(out, TIME_OLDEST_UNANSWERED, d->unanswered_us);
}

void recorded_state(const struct recorded *d, const struct policy *p,
                    struct policy_facts *out) {
    const struct marketplace *m = marketplace_find(d->marketplace);
    struct order_facts order = {.is_known = true,
                                .fulfilment = d->fulfilment,
                                .ship_from_country = d->ship_from_country,
                                .buyer_country = d->buyer_country,
                                .buyer_language = d->buyer_language,
                                .purchased_us = d->purchased_us};
    policy_facts_init(p, out);
    policy_state(p, out, FACT_MARKETPLACE, m ? span_of(m->code) : d->marketplace);
    state_goods(d, p, &order, m, out);
    if (span_is(d->case_kind, "inquiry"))
        state_inquiry(d, p, out);
    if (span_is(d->case_kind, "return"))
        state_return(d, p, out);
    else if (span_is(d->case_kind, "order") && d->delivered_us != EVENT_ABSENT &&
             d->delivered_us <= d->occurred_us)
        policy_state_instant(out, TIME_DELIVERED, d->delivered_us);
    policy_state_none(out, FACT_HAS);
    for (int i = 0; i < d->n_seller_facts; i++)
        policy_state_member(p, out, FACT_HAS, d->seller_facts[i]);
    policy_state(p, out, FACT_EVENT, d->event);
    policy_state_instant(out, TIME_EVENT, d->occurred_us);
}

/* ---- what is not stored ---- */

static bool gives_recorded_rules(const struct recorded *d, const struct policy *p) {
    struct policy_facts f;
    struct policy_decision x;
    recorded_state(d, p, &f);
    policy_decide(p, &f, &x);
    if (x.n_rules != d->n_rules)
        return false;
    for (int i = 0; i < x.n_rules; i++)
        if (strcmp(x.rules[i], d->rules[i]) != 0)
            return false;
    return true;
}

static bool settle_flags(struct recorded *d, const struct policy *p) {
    const struct span in_policy[] = {{NULL, 0}, SPAN("yes"), SPAN("no")};
    for (int claim = 0; claim < 2; claim++)
        for (size_t i = 0; i < COUNT_OF(in_policy); i++) {
            d->is_claim_open = claim;
            d->in_policy = in_policy[i];
            if (gives_recorded_rules(d, p))
                return true;
        }
    d->is_claim_open = false;
    d->in_policy = (struct span){NULL, 0};
    return false;
}

void recorded_settle(struct recorded *d, const struct policy *p) {
    const int last = d->is_mixed ? FULFILMENT_COUNT - 1 : FULFILMENT_ABSENT;
    if (d->revision_id != policy_revision(p)->id || !recorded_can_be_stated(d))
        return;
    for (d->hand = FULFILMENT_ABSENT; d->hand <= last; d->hand++) {
        d->is_settled = settle_flags(d, p);
        if (d->is_settled)
            return;
    }
    d->hand = FULFILMENT_ABSENT;
}

/* ---- finding ---- */

/* A case's row says when its events happened, and decisions are found by that: the audit
 * trail needs no index but that of its time. OFFSET 0: one search for each of the few
 * instants, whatever the planner thinks of their number. */
#define DECISIONS_OF_ORDER                                                               \
    "(WITH o AS (SELECT * FROM henpin.sales_order WHERE order_id = $1"                   \
    "   AND ($2::text IS NULL OR marketplace = $2)),"                                    \
    " k AS (SELECT order_key AS case_id, history_at FROM o"                              \
    "   UNION ALL SELECT r.case_id, r.history_at FROM o"                                 \
    "   JOIN henpin.return_case r USING (order_key)"                                     \
    "   UNION ALL SELECT t.case_id, t.history_at FROM o"                                 \
    "   JOIN henpin.inquiry_thread t USING (order_key)),"                                \
    " w AS (SELECT DISTINCT case_id, unnest(history_at) AS at FROM k)"                   \
    " SELECT x.* FROM w JOIN LATERAL (SELECT * FROM henpin.decision y"                   \
    "   WHERE y.occurred_at = w.at AND y.case_id = w.case_id OFFSET 0) x ON true)"

#define DECISIONS_OF_EVENT                                                               \
    "(SELECT * FROM henpin.decision x WHERE x.event_id = $1 OR"                          \
    "   (x.source_topic = $2 AND x.source_partition = $3::bigint AND x.source_offset = " \
    "$4::bigint))"

#define FIND(decisions, max)                                                             \
    "SELECT%s FROM " decisions " d%s"                                                    \
    " ORDER BY d.occurred_at, d.source_topic, d.source_partition, d.source_offset"       \
    " LIMIT " max

/* "topic:partition:offset"; false: it is none. */
static bool is_position(struct span text, struct span *topic, int64_t *partition,
                        int64_t *offset) {
    struct span last;
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != ':')
        at--;
    last = (struct span){text.ptr + at, text.len - at};
    size_t before = at > 0 ? at - 1 : 0;
    while (before > 0 && text.ptr[before - 1] != ':')
        before--;
    if (before == 0)
        return false;
    *topic = (struct span){text.ptr, before - 1};
    return span_to_i64((struct span){text.ptr + before, at - 1 - before}, partition) &&
           span_to_i64(last, offset);
}

static void ask_for_event(struct pg_query *q, struct span event) {
    struct span topic = {NULL, 0};
    int64_t partition = 0, offset = 0;
    if (!is_position(event, &topic, &partition, &offset))
        topic = (struct span){NULL, 0};
    pg_param_text(q, event);
    pg_param_text(q, topic);
    pg_param_i64(q, partition);
    pg_param_i64(q, offset);
}

enum status recorded_find(struct pg *pg, const struct recorded_search *search,
                          struct arena *a, size_t max, struct recorded **out, size_t *n,
                          struct error *err) {
    static char by_order[8192], by_event[8192];
    static const struct pg_statement statements[] = {
        {"policy_recorded_of_order", by_order}, {"policy_recorded_of_event", by_event}};
    snprintf(by_order, sizeof by_order, FIND(DECISIONS_OF_ORDER, "$3"), recorded_columns,
             recorded_joins);
    snprintf(by_event, sizeof by_event, FIND(DECISIONS_OF_EVENT, "$5"), recorded_columns,
             recorded_joins);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &statements[search->order_id.ptr ? 0 : 1]);
    if (search->order_id.ptr) {
        pg_param_text(q, search->order_id);
        pg_param_text(q, search->marketplace);
    } else {
        ask_for_event(q, search->event);
    }
    pg_param_i64(q, (int64_t)max);
    enum status st = database_run(pg, s, err);
    if (st != ST_OK)
        return st;
    *n = pg_rows(q);
    *out = arena_array(a, *n + 1, sizeof **out);
    for (size_t row = 0; row < *n; row++)
        recorded_read(q, row, a, &(*out)[row]);
    return ST_OK;
}
