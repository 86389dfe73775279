#include "common/policy/order_facts.h"

bool order_facts_differ(const struct order_facts *o, const struct order_line *lines,
                        size_t n) {
    for (size_t i = 0; i < n; i++)
        if (lines[i].fulfilment != FULFILMENT_ABSENT &&
            !span_is(o->fulfilment, fulfilment_names[lines[i].fulfilment]))
            return true;
    return false;
}

struct order_facts order_facts_of(const struct order_event *e) {
    struct order_facts o = {
        .is_known = true,
        .fulfilment = span_of(fulfilment_names[e->fulfilment]),
        .ship_from_country = e->ship_from_country,
        .buyer_country = e->buyer_country,
        .buyer_language = e->buyer_language,
        .purchased_us = e->purchased_at_us,
    };
    o.is_mixed = order_facts_differ(&o, e->lines, e->n_lines);
    return o;
}

void order_facts_state(const struct policy *p, const struct order_facts *o,
                       const struct marketplace *m, struct policy_facts *out) {
    /* One that we do not know is missing, so that no rule takes it for an answer. */
    if (!span_is(o->fulfilment, fulfilment_names[FULFILMENT_UNKNOWN]))
        policy_state(p, out, FACT_FULFILMENT, o->fulfilment);
    policy_state(p, out, FACT_SHIP_FROM, o->ship_from_country);
    policy_state(p, out, FACT_BUYER_COUNTRY, o->buyer_country);
    if (m && o->ship_from_country.len > 0) {
        bool is_home = span_equal_nocase(o->ship_from_country, span_of(m->country));
        policy_state(p, out, FACT_CROSS_BORDER, is_home ? SPAN("no") : SPAN("yes"));
    }
    if (o->buyer_language.ptr)
        policy_state(p, out, FACT_LANG, o->buyer_language);
    else if (m)
        policy_state(p, out, FACT_LANG, span_of(m->language));
    if (o->purchased_us != EVENT_ABSENT)
        policy_state_instant(out, TIME_ORDERED, o->purchased_us);
}
