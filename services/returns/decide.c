/*
 * decide.c: a return event and what is known -> what is to be done. No I/O: the rules
 * stand in deploy/policy, the folding in common/policy/case.c; here the event is put into
 * the packs' words.
 */
#include "services/returns/returns.h"

#include "common/event/reason.h"

const char *returns_word(int kind) {
    static const char *const words[RETURN_KIND_COUNT] = {
        [RETURN_REQUESTED] = "return_requested",
        [RETURN_AUTHORIZED] = "return_authorized",
        [RETURN_DECLINED] = "return_declined",
        [RETURN_LABEL_ISSUED] = "return_label_issued",
        [RETURN_IN_TRANSIT] = "return_in_transit",
        [RETURN_RECEIVED] = "return_received",
        [RETURN_INSPECTED] = "return_inspected",
        [RETURN_REFUNDED] = "return_refunded",
        [RETURN_REPLACED] = "return_replaced",
        [RETURN_REPAIRED] = "return_repaired",
        [RETURN_CLOSED] = "return_closed",
        [RETURN_REOPENED] = "return_reopened",
    };
    return kind >= 0 && kind < RETURN_KIND_COUNT ? words[kind] : NULL;
}

static void add_hazards(struct goods *g, const struct span_list *hazards) {
    for (size_t i = 0; i < hazards->count; i++) {
        bool is_there = false;
        for (size_t k = 0; k < g->n_hazards; k++)
            is_there = is_there || span_equal(g->hazards[k], hazards->items[i]);
        if (!is_there && g->n_hazards < COUNT_OF(g->hazards))
            g->hazards[g->n_hazards++] = hazards->items[i];
        else if (!is_there)
            g->has_more_hazards = true;
    }
}

/* From best to worst: the case is treated as its worst line. */
static int worse(int a, int b) {
    static const int rank[CONDITION_COUNT] = {
        [CONDITION_UNOPENED] = 1,  [CONDITION_OPENED] = 2,  [CONDITION_USED] = 3,
        [CONDITION_DEFECTIVE] = 4, [CONDITION_DAMAGED] = 5, [CONDITION_UNKNOWN] = 0,
    };
    int rank_a = a < 0 ? -1 : rank[a], rank_b = b < 0 ? -1 : rank[b];
    return rank_b > rank_a ? b : a;
}

struct goods returns_goods(const struct return_event *e) {
    struct goods g = {.condition = CONDITION_ABSENT};
    bool has_hazardous = false;
    for (size_t i = 0; i < e->n_lines; i++) {
        const struct return_line *line = &e->lines[i];
        struct span class = line->product_class;
        bool is_hazardous = line->hazards.count > 0;
        if (i > 0 && (!span_equal(class, g.product_class) ||
                      line->condition != e->lines[0].condition))
            g.lines_differ = true;
        if (i == 0 || (is_hazardous && !has_hazardous))
            g.product_class = class;
        has_hazardous = has_hazardous || is_hazardous;
        g.condition = worse(g.condition, line->condition);
        add_hazards(&g, &line->hazards);
    }
    return g;
}

static struct span yes_no(bool value) {
    return value ? SPAN("yes") : SPAN("no");
}

static void state_goods(const struct policy *p, const struct goods *g,
                        struct policy_facts *f) {
    policy_state(p, f, FACT_CATEGORY, g->product_class);
    if (g->condition != CONDITION_ABSENT && g->condition != CONDITION_UNKNOWN)
        policy_state(p, f, FACT_CONDITION, span_of(condition_names[g->condition]));
    policy_state_none(f, FACT_HAZARDS);
    for (size_t i = 0; i < g->n_hazards; i++)
        policy_state_member(p, f, FACT_HAZARDS, g->hazards[i]);
    if (g->has_more_hazards)
        policy_state_member(p, f, FACT_HAZARDS,
                            SPAN("more hazards than can be told apart"));
}

static void state_order(const struct policy *p, const struct order_facts *o,
                        const struct marketplace *m, struct policy_facts *f) {
    if (!span_is(o->fulfilment, fulfilment_names[FULFILMENT_UNKNOWN]))
        policy_state(p, f, FACT_FULFILMENT, o->fulfilment);
    policy_state(p, f, FACT_SHIP_FROM, o->ship_from_country);
    policy_state(p, f, FACT_BUYER_COUNTRY, o->buyer_country);
    if (m && o->ship_from_country.len > 0)
        policy_state(
            p, f, FACT_CROSS_BORDER,
            yes_no(!span_equal_nocase(o->ship_from_country, span_of(m->country))));
    if (o->buyer_language.ptr)
        policy_state(p, f, FACT_LANG, o->buyer_language);
    else if (m)
        policy_state(p, f, FACT_LANG, span_of(m->language));
    if (o->purchased_us != EVENT_ABSENT)
        policy_state_instant(f, TIME_ORDERED, o->purchased_us);
}

void returns_state(const struct policy *p, const struct return_event *e,
                   const struct marketplace *m, const struct order_facts *o,
                   const struct goods *g, struct policy_facts *out) {
    policy_facts_init(p, out);
    policy_state(p, out, FACT_MARKETPLACE, m ? span_of(m->code) : e->head.marketplace);
    state_order(p, o, m, out);
    state_goods(p, g, out);
    policy_state(p, out, FACT_REASON, span_of(reason_family(e->reason_code)));
    if (e->wanted != WANTED_UNKNOWN)
        policy_state(p, out, FACT_WANTED, span_of(wanted_names[e->wanted]));
    if (e->in_policy != TRI_ABSENT)
        policy_state(p, out, FACT_IN_POLICY, yes_no(e->in_policy == TRI_TRUE));
    policy_state(p, out, FACT_CLAIM, yes_no(e->claim_opened));
    if (e->amount_minor != EVENT_ABSENT)
        policy_state_number(out, FACT_VALUE, e->amount_minor);
    policy_state(p, out, FACT_CURRENCY, e->currency);
}

void returns_decide(const struct case_state *c, const struct return_event *e,
                    const struct goods *g, const struct policy *p,
                    struct policy_facts *facts, struct case_decision *out) {
    const struct case_event event = {
        .word = returns_word(e->kind),
        .event_id = e->head.event_id,
        .occurred_us = e->head.occurred_at_us,
    };
    case_decide(c, &event, p, facts, out);
    if (!out->is_duplicate && out->creates_tasks && g->lines_differ) {
        out->creates_tasks = false;
        out->triage = case_untold(
            c, "the lines differ: their disposition must be decided one by one");
    }
}
