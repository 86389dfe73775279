/*
 * inquiries.h: what the inquiries worker decides: how long a buyer may wait for an
 * answer, and what claims and chargebacks ask for.
 *
 * Which reply is an answer depends on the language of the conversation, and that may be
 * told later than the reply is read. So a case's history keeps the language beside the
 * word ("replied_by_human/es"), and each event looks at the whole of it anew: events in
 * any order end alike. No library types.
 */
#ifndef SERVICES_INQUIRIES_INQUIRIES_H
#define SERVICES_INQUIRIES_INQUIRIES_H

#include "common/base/arena.h"
#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/order_facts.h"
#include "common/policy/thread.h"

/* How the language of a conversation is known; the words of henpin.inquiry_thread. */
enum language_from {
    LANGUAGE_FROM_NOTHING,
    LANGUAGE_FROM_MESSAGE,     /* by the marketplace, for its oldest message that says */
    LANGUAGE_FROM_GUESS,       /* by a detector, likewise */
    LANGUAGE_FROM_ORDER,       /* the buyer's, as the order says */
    LANGUAGE_FROM_MARKETPLACE, /* the marketplace's own */
    LANGUAGE_FROM_COUNT
};
extern const char *const language_from_names[LANGUAGE_FROM_COUNT];

struct thread_language {
    struct span tag; /* BCP 47; ptr NULL: not known */
    enum language_from from;
};

/* The event's word in the packs, as the conversation's language reads it; NULL for a kind
 * that we do not know. */
const char *inquiries_word(const struct inquiry_event *e,
                           const struct thread_language *l);
/* What the history keeps of an event: its word before that, with the language behind a
 * slash where one is stated. Lives in `a`. */
const char *inquiries_noted(struct arena *a, const struct inquiry_event *e);

/* The language that the buyer reads: of the oldest message that has one (this event's
 * included), else the order's, else the marketplace's. Borrows from all three. */
struct thread_language inquiries_language(const struct case_state *c,
                                          const struct inquiry_event *e,
                                          const struct order_facts *o,
                                          const struct marketplace *m);

/* States everything about this event that rules may look at, except the seller's facts. */
void inquiries_state(const struct policy *p, const struct inquiry_event *e,
                     const struct marketplace *m, const struct order_facts *o,
                     const struct thread_language *l, struct policy_facts *out);

/* Pure, total, repeatable; scratch memory comes from `a`. `facts` comes from
 * inquiries_state, with the seller's facts added. */
void inquiries_decide(struct arena *a, const struct case_state *c,
                      const struct inquiry_event *e, const struct thread_language *l,
                      const struct policy *p, struct policy_facts *facts,
                      struct case_decision *out);

#endif
