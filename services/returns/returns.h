/*
 * returns.h: what the returns worker knows of one message and one case. No library types.
 */
#ifndef SERVICES_RETURNS_RETURNS_H
#define SERVICES_RETURNS_RETURNS_H

#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/case.h"

/* What the order says that a return's decision depends on. Facts of the order's first
 * event: they never change afterwards, so it does not matter when the return is decided
 * (I5). */
struct order_facts {
    bool is_known;
    struct span fulfilment;        /* "SELLER" ... */
    struct span ship_from_country; /* absent: ptr NULL */
    struct span buyer_country;
    struct span buyer_language;
    int64_t purchased_us;
    struct span lines; /* JSON, for classes that the return does not state itself */
};

/* The goods of one event, all lines taken together. */
struct goods {
    struct span product_class; /* of the lines when they agree, else of the one with
                                  hazards, else the first */
    int condition;             /* the worst */
    struct span hazards[16];
    size_t n_hazards;
    bool has_more_hazards; /* than fit: no rule can know them all */
    bool lines_differ;     /* a disposition must be decided line by line */
};

/* The word of an event kind in the packs: "return_requested"; NULL for a kind that we do
 * not know. */
const char *returns_word(int kind);

/* Lines that state no class must have been given their order's before (returns_load
 * does). */
struct goods returns_goods(const struct return_event *e);

/* States everything about this event that rules may look at, except the seller's facts.
 */
void returns_state(const struct policy *p, const struct return_event *e,
                   const struct marketplace *m, const struct order_facts *o,
                   const struct goods *g, struct policy_facts *out);

/* Pure, total, repeatable. `facts` comes from returns_state, with the seller's facts
 * added. */
void returns_decide(const struct case_state *c, const struct return_event *e,
                    const struct goods *g, const struct policy *p,
                    struct policy_facts *facts, struct case_decision *out);

#endif
