/*
 * whose.h: whose a case is when the lines of its order are in several hands.
 *
 * Mostly an order is all the seller's or all the marketplace's, and its word decides. It
 * is *mixed* when a line says otherwise than the order (order_facts.is_mixed); then each
 * event is decided by the lines that it is about:
 *
 *   one of them is the seller's    worked, for the seller's lines alone
 *   else, one of them is UNKNOWN   nobody guesses: the rules miss it, a person is told
 *   else                           the marketplace's: watched
 *
 * What names no line is about all lines of the order, and so is a line that the order
 * does not list: as soon as one line is the seller's it is worked. That is the stricter
 * reading: to look at a case in vain costs minutes, a clock that was missed the goods.
 * Pure; borrows what it is given.
 */
#ifndef COMMON_POLICY_WHOSE_H
#define COMMON_POLICY_WHOSE_H

#include "common/event/lines.h"
#include "common/policy/order_facts.h"

struct whose {
    const struct line_classes *lines;
    int order; /* enum fulfilment: of the order, for lines that do not say */
    int all;   /* of all lines together */
};

/* `lines` are those of a mixed order. */
struct whose whose_of(const struct order_facts *o, const struct line_classes *lines);
/* Of one line, by its id, else its sku: enum fulfilment, never absent. */
int whose_line(const struct whose *w, struct span line_id, struct span sku);
/* Of two lines, or what else is about both: the stricter. FULFILMENT_ABSENT: of nothing. */
int whose_together(int a, int b);

/* The enum of a row's word; what is no such word is UNKNOWN. */
int whose_word(struct span fulfilment);

#endif
