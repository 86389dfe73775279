/*
 * orders.h: what the orders worker decides: blockers that stand in the seller's way, and
 * what nobody foresaw.
 */
#ifndef SERVICES_ORDERS_ORDERS_H
#define SERVICES_ORDERS_ORDERS_H

#include "common/base/arena.h"
#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/case.h"
#include "common/policy/goods.h"
#include "common/policy/whose.h"

/* The word of an event kind in the packs: "order_placed"; NULL for a kind that we do not
 * know. */
const char *orders_word(int kind);

/* What stands of an order before an event. Decisions stand on it: on the facts of its
 * first event, and on the lines of the first that has any. */
struct orders_before {
    const struct case_state *state;
    const struct order_facts *facts;
    struct span lines; /* JSON, see lines.h; ptr NULL: none yet */
    /* Read from `lines` when they are first needed, sorted; NULL until then. Begin with
     * NULL again when `lines` changes. */
    struct order_line *read;
    size_t n_read;
};
void orders_read_lines(struct arena *a, struct orders_before *before);

/* Whose the order is, enum fulfilment: by the lines of the event, else those that are
 * known (whose.h). */
int orders_whose(struct arena *a, struct orders_before *before,
                 const struct order_event *e);

/* The goods of the event that are in this hand. */
struct goods orders_goods(const struct order_event *e, int fulfilment);

/* States everything about this event that rules may look at, except the seller's facts.
 * `m` is its marketplace, NULL when it is not in the register; `fulfilment` comes from
 * orders_whose(). */
void orders_state(const struct policy *p, const struct order_event *e,
                  const struct marketplace *m, int fulfilment, struct policy_facts *out);

/*
 * What an event says otherwise: who fulfils, the country of origin, and of each line (by
 * its id) who fulfils it, the quantity, class and hazards; a line that only one side lists has a quantity
 * of 0 on the other. What the event does not say (UNKNOWN, an empty country or class, no
 * lines at all) says nothing otherwise; what the first left open and it says, does.
 *
 * Returns a JSON object in the arena that names the first ORDERS_MAX_OTHERWISE
 * differences, for `details` of an escalation; ptr NULL: there is none. Nothing of the
 * buyer is in it.
 */
enum { ORDERS_MAX_OTHERWISE = 20 };
struct span orders_otherwise(struct arena *a, struct orders_before *before,
                             const struct order_event *e);

/* Pure, total, repeatable. An event that says otherwise is told to a person, once an
 * order; then its differences are returned, else ptr NULL. */
struct span orders_decide(struct arena *a, struct orders_before *before,
                          const struct order_event *e, const struct policy *p,
                          struct policy_facts *facts, struct case_decision *out);

#endif
