/*
 * returns.h: what the returns worker decides: duties, blockers and what becomes of the
 * goods. No library types.
 */
#ifndef SERVICES_RETURNS_RETURNS_H
#define SERVICES_RETURNS_RETURNS_H

#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/case.h"
#include "common/policy/goods.h"
#include "common/policy/order_facts.h"

/* The word of an event kind in the packs: "return_requested"; NULL for a kind that we do
 * not know. */
const char *returns_word(int kind);

/* Lines that state no class must have been given their order's before (returns_load
 * does). */
struct goods returns_goods(const struct return_event *e);

/* States everything about this event that rules may look at, except the seller's facts.
 * `m` is its marketplace, NULL when it is not in the register. */
void returns_state(const struct policy *p, const struct return_event *e,
                   const struct marketplace *m, const struct order_facts *o,
                   const struct goods *g, struct policy_facts *out);

/* Pure, total, repeatable. `facts` comes from returns_state, with the seller's facts
 * added. */
void returns_decide(const struct case_state *c, const struct return_event *e,
                    const struct goods *g, const struct policy *p,
                    struct policy_facts *facts, struct case_decision *out);

#endif
