/*
 * returns.h: what the returns worker decides: duties, blockers, what becomes of the
 * goods, what the buyer is offered and where the goods go. No library types.
 */
#ifndef SERVICES_RETURNS_RETURNS_H
#define SERVICES_RETURNS_RETURNS_H

#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/case.h"
#include "common/policy/goods.h"
#include "common/policy/whose.h"

/* The word of an event kind in the packs: "return_requested"; NULL for a kind that we do
 * not know. */
const char *returns_word(int kind);

/* Lines that state no class must have been given their order's before (returns_completed()
 * does). */
struct goods returns_goods(const struct return_event *e);

/* What of an event is worked, when its order's lines are in several hands. */
struct returns_share {
    const struct return_event *event; /* with the lines and the money of the share */
    int fulfilment; /* enum fulfilment: of the event, by the lines that it is about */
    bool is_unsure; /* it is worked, and who fulfils another line of it is not known */
    const char
        *noted; /* what the history keeps of an event that is only watched: no clock
                          of the seller's hears it; NULL: its word */
};

/* The lines that count are the event's, else those that the case knows (`said`), else all
 * of the order's. The money is divided by the prices of these lines; where they have none
 * it is all taken to be at stake. Lives in `a`. */
struct returns_share returns_share_of(struct arena *a, const struct return_event *e,
                                      const struct whose *w, const struct said_line *said,
                                      size_t n_said);

/* States everything about this event that rules may look at, except the seller's facts.
 * `m` is its marketplace, NULL when it is not in the register. */
void returns_state(const struct policy *p, const struct return_event *e,
                   const struct marketplace *m, const struct order_facts *o,
                   const struct goods *g, struct policy_facts *out);

/* Pure, total, repeatable. `share` is NULL when the order is in one hand. `facts` comes
 * from returns_state, with the seller's facts added. */
void returns_decide(const struct case_state *c, const struct return_event *e,
                    const struct returns_share *share, const struct policy *p,
                    struct policy_facts *facts, struct case_decision *out);

struct returns_word_said {
    struct span word; /* of the packs; ptr NULL: no rule has said */
    int64_t at_us;    /* of the event that it was said of; word.ptr NULL: any value */
};

/* What the case shows to the desk. */
struct returns_offer {
    struct returns_word_said remedy;      /* refund, exchange, repair ... */
    struct returns_word_said destination; /* own_address, partner_address, branch,
                                             prepaid_label, no_return_shipping */
};

/* The offer after `e`, whose decision `d` is. The latest word counts, by the events' own
 * time (of one instant, the greater in the order of bytes), whatever order they are read
 * in; a decision that says nothing changes nothing. Two things are firmer:
 *
 * - no_return_shipping stays. What later events do not repeat is still dangerous, and
 *   what the buyer may keep is not asked for afterwards; only a person can lift it.
 * - From the instant at which the goods are here, nothing that is said sends them
 *   elsewhere. This alone depends on reading: a destination that was taken before the
 *   arrival is read stays, though the goods had arrived before it was said.
 *
 * Where the goods may be on their way to the wrong place, d->triages says so, once for the
 * case: the destination moved after the buyer was told one, or the parcel has a label or
 * has left though nothing should be sent. */
struct returns_offer returns_offer_after(const struct returns_offer *before,
                                         const struct case_state *c,
                                         const struct return_event *e,
                                         struct case_decision *d);

#endif
