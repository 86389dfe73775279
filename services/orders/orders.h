/*
 * orders.h: what the orders worker decides: blockers that stand in the seller's way, and
 * what nobody foresaw.
 */
#ifndef SERVICES_ORDERS_ORDERS_H
#define SERVICES_ORDERS_ORDERS_H

#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/case.h"
#include "common/policy/goods.h"
#include "common/policy/order_facts.h"

/* The word of an event kind in the packs: "order_placed"; NULL for a kind that we do not
 * know. */
const char *orders_word(int kind);

struct goods orders_goods(const struct order_event *e);

/* States everything about this event that rules may look at, except the seller's facts.
 * `m` is its marketplace, NULL when it is not in the register. */
void orders_state(const struct policy *p, const struct order_event *e,
                  const struct marketplace *m, struct policy_facts *out);

/* Pure, total, repeatable. `known` is what the first event of the order said: returns are
 * decided by that whenever they come, so it does not change; an event that says otherwise
 * is shown to a person. */
void orders_decide(const struct case_state *c, const struct order_facts *known,
                   const struct order_event *e, const struct policy *p,
                   struct policy_facts *facts, struct case_decision *out);

#endif
