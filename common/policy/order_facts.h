/*
 * order_facts.h: what an order says in the packs' words.
 *
 * Facts of an order are those of its first event: they never change afterwards, so it
 * does not matter when a case that depends on them is decided (I5). Pure; borrows what it
 * is given.
 */
#ifndef COMMON_POLICY_ORDER_FACTS_H
#define COMMON_POLICY_ORDER_FACTS_H

#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/policy.h"

struct order_facts {
    bool is_known;
    struct span
        fulfilment; /* "SELLER" ...; "UNKNOWN" when the event's word was none of ours */
    struct span ship_from_country; /* absent: ptr NULL */
    struct span buyer_country;
    struct span buyer_language;
    int64_t purchased_us; /* EVENT_ABSENT: not known */
    bool is_mixed; /* a line is fulfilled otherwise: what is about lines is decided by
                      them, see whose.h */
};

/* Those that this event tells. */
struct order_facts order_facts_of(const struct order_event *e);
/* Whether one of these lines says otherwise than the order. */
bool order_facts_differ(const struct order_facts *o, const struct order_line *lines,
                        size_t n);

/* States fulfilment, origin, buyer, language and the time of the order. `m` is the
 * marketplace, NULL when it is not in the register: its language stands in for the
 * buyer's, its country says what crosses a border. */
void order_facts_state(const struct policy *p, const struct order_facts *o,
                       const struct marketplace *m, struct policy_facts *out);

#endif
