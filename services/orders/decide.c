/* decide.c: an order event put into the packs' words. No I/O. */
#include "services/orders/orders.h"

const char *orders_word(int kind) {
    static const char *const words[ORDER_KIND_COUNT] = {
        [ORDER_PLACED] = "order_placed",       [ORDER_CONFIRMED] = "order_confirmed",
        [ORDER_SHIPPED] = "order_shipped",     [ORDER_DELIVERED] = "order_delivered",
        [ORDER_CANCELLED] = "order_cancelled", [ORDER_UPDATED] = "order_updated",
    };
    return kind >= 0 && kind < ORDER_KIND_COUNT ? words[kind] : NULL;
}

struct span orders_class(const struct order_event *e) {
    for (size_t i = 0; i < e->n_lines; i++)
        if (e->lines[i].hazards.count > 0)
            return e->lines[i].product_class;
    return e->n_lines > 0 ? e->lines[0].product_class : (struct span){NULL, 0};
}

/* One that we do not know is missing, so that no rule takes it for an answer. */
static struct span known_fulfilment(int fulfilment) {
    return fulfilment == FULFILMENT_UNKNOWN ? (struct span){NULL, 0}
                                            : span_of(fulfilment_names[fulfilment]);
}

void orders_state(const struct policy *p, const struct order_event *e,
                  const struct marketplace *m, struct policy_facts *out) {
    policy_facts_init(p, out);
    policy_state(p, out, FACT_MARKETPLACE, m ? span_of(m->code) : e->head.marketplace);
    policy_state(p, out, FACT_FULFILMENT, known_fulfilment(e->fulfilment));
    policy_state(p, out, FACT_SHIP_FROM, e->ship_from_country);
    policy_state(p, out, FACT_BUYER_COUNTRY, e->buyer_country);
    if (m && e->ship_from_country.len > 0)
        policy_state(p, out, FACT_CROSS_BORDER,
                     span_equal_nocase(e->ship_from_country, span_of(m->country))
                         ? SPAN("no")
                         : SPAN("yes"));
    policy_state(p, out, FACT_LANG,
                 e->buyer_language.ptr ? e->buyer_language
                 : m                   ? span_of(m->language)
                                       : (struct span){NULL, 0});
    policy_state(p, out, FACT_CATEGORY, orders_class(e));
    policy_state_none(out, FACT_HAZARDS);
    for (size_t i = 0; i < e->n_lines; i++)
        for (size_t k = 0; k < e->lines[i].hazards.count; k++)
            policy_state_member(p, out, FACT_HAZARDS, e->lines[i].hazards.items[k]);
    policy_state_instant(out, TIME_ORDERED, e->purchased_at_us);
    if (e->delivered_at_us != EVENT_ABSENT)
        policy_state_instant(out, TIME_DELIVERED, e->delivered_at_us);
}

/* A case may be decided already by what the first event said. */
static bool contradicts(const struct order_record *r, const struct order_event *e) {
    return r->is_known && (!span_is(r->fulfilment, fulfilment_names[e->fulfilment]) ||
                           !span_equal(r->ship_from_country, e->ship_from_country));
}

void orders_decide(const struct case_state *c, const struct order_record *r,
                   const struct order_event *e, const struct policy *p,
                   struct policy_facts *facts, struct case_decision *out) {
    static const char cause[] =
        "the order's fulfilment or origin is not what its first event said";
    const struct case_event event = {
        .word = orders_word(e->kind),
        .event_id = e->head.event_id,
        .occurred_us = e->head.occurred_at_us,
    };
    case_decide(c, &event, p, facts, out);
    if (out->is_duplicate || out->triage || !contradicts(r, e))
        return;
    out->triage = case_untold(c, cause);
}
