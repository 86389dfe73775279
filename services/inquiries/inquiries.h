/*
 * inquiries.h: what the inquiries worker decides: how long a buyer may wait for an
 * answer, and what claims and chargebacks ask for.
 *
 * Which reply is an answer depends on the language of the conversation, and that may be
 * told later than the reply is read. So a case's history keeps what was read in an event
 * beside its word, and each event looks at the whole of it anew: in any order of reading
 * the same replies answer the same duties. Which duties an event calls for, and which
 * desk has one until when, the rules say with the language that was known when it was
 * read: a language that is told later takes no duty from its desk.
 *
 *     replied_by_human/es                    its language, as somebody states
 *     message_received/es?85                 as a detector guesses, and how surely
 *     message_received/es?85+complaint+fire  and the signals in the buyer's words
 *
 * The words themselves are read once and kept nowhere. No library types.
 */
#ifndef SERVICES_INQUIRIES_INQUIRIES_H
#define SERVICES_INQUIRIES_INQUIRIES_H

#include "common/base/arena.h"
#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/thread.h"
#include "common/policy/whose.h"

/* How the language of a conversation is known; the words of henpin.inquiry_thread. */
enum language_from {
    LANGUAGE_FROM_NOTHING,
    LANGUAGE_FROM_MESSAGE,     /* by the marketplace, for its oldest message that says */
    LANGUAGE_FROM_GUESS,       /* by a detector, ours or the connector's, likewise */
    LANGUAGE_FROM_ORDER,       /* the buyer's, as the order says */
    LANGUAGE_FROM_MARKETPLACE, /* the marketplace's own */
    LANGUAGE_FROM_COUNT
};
extern const char *const language_from_names[LANGUAGE_FROM_COUNT];

enum { CONFIDENCE_ABSENT = -1 };

struct thread_language {
    struct span tag; /* BCP 47; ptr NULL: not known */
    enum language_from from;
    int confidence; /* of a guess: 0 .. 99, see language.h; CONFIDENCE_ABSENT: it was no
                       guess, or the connector's, who does not say */
    bool is_new;    /* the tag is another than the case had (the caller's to say) */
};

/* An event and what was read in its words. */
struct inquiry {
    struct inquiry_event event; /* first: the decoder fills it in. Its `language` and
                                   `reply_language` may be our guess */
    int confidence;             /* of that; CONFIDENCE_ABSENT: it is not ours */
    struct span signals;        /* in the buyer's words: "complaint+fire", words of the
                                   packs; ptr NULL: there were none to read */
};

/* Guesses the language of words whose language nobody states. */
void inquiries_read_language(struct inquiry *q);
/* Finds the signals in what a buyer wrote; they live in `a`. */
void inquiries_read_signals(const struct policy *p, struct arena *a,
                            struct arena *scratch, struct inquiry *q);
/* The signals of all messages of the conversation, this event's included, sorted, joined
 * by '+'; ptr NULL when there are none. Lives in `a`. */
struct span inquiries_signals(struct arena *a, const struct case_state *c,
                              const struct inquiry *q);

/* The event's word in the packs, as the conversation's language reads it; NULL for a kind
 * that we do not know. */
const char *inquiries_word(const struct inquiry *q, const struct thread_language *l);
/* What the history keeps of an event: its word before that, and what was read in it.
 * Lives in `a`. */
const char *inquiries_noted(struct arena *a, const struct inquiry *q);

/* The language that the buyer reads: of the oldest message that has one (this event's
 * included), else the order's, else the marketplace's. Borrows from all three. */
struct thread_language inquiries_language(const struct case_state *c,
                                          const struct inquiry *q,
                                          const struct order_facts *o,
                                          const struct marketplace *m);

/* The line that the conversation is about after the event: `before` (ptr NULL: none was
 * named) unless this one is the first, or the first that the seller fulfils. `w` is NULL
 * when the order is in one hand. */
struct span inquiries_line(struct span before, const struct inquiry *q,
                           const struct whose *w);
/* Whose the event is, enum fulfilment: by its own line, else the conversation's
 * (inquiries_line()), else by all lines of the order. */
int inquiries_whose(struct span line_id, const struct inquiry *q, const struct whose *w);

/* States everything about this event that rules may look at, except the seller's facts. */
void inquiries_state(const struct policy *p, const struct inquiry *q,
                     const struct marketplace *m, const struct order_facts *o,
                     const struct thread_language *l, struct policy_facts *out);

/* Pure, total, repeatable; scratch memory comes from `a`. `facts` comes from
 * inquiries_state, with the seller's facts added. */
void inquiries_decide(struct arena *a, const struct case_state *c,
                      const struct inquiry *q, const struct thread_language *l,
                      const struct policy *p, struct policy_facts *facts,
                      struct case_decision *out);

#endif
