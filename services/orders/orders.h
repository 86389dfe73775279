/*
 * orders.h: what the orders worker decides: blockers that stand in the seller's way, and
 * what nobody foresaw.
 */
#ifndef SERVICES_ORDERS_ORDERS_H
#define SERVICES_ORDERS_ORDERS_H

#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/case.h"

/* Facts of an order are those of the first event that told of it. Returns are decided by
 * them whenever they come, so they do not change; an event that says otherwise is shown
 * to a person. */
struct order_record {
    bool is_known;
    struct span fulfilment, ship_from_country, buyer_country, buyer_language;
    int64_t purchased_us;
};

/* The word of an event kind in the packs: "order_placed"; NULL for a kind that we do not
 * know. */
const char *orders_word(int kind);

/* States everything about this event that rules may look at, except the seller's facts.
 */
void orders_state(const struct policy *p, const struct order_event *e,
                  const struct marketplace *m, struct policy_facts *out);

/* Pure, total, repeatable. `r` is what was known before. */
void orders_decide(const struct case_state *c, const struct order_record *r,
                   const struct order_event *e, const struct policy *p,
                   struct policy_facts *facts, struct case_decision *out);

/* The class that speaks for the whole order: its lines' when they agree, else of the
 * first with hazards, else the first line's. */
struct span orders_class(const struct order_event *e);

#endif
