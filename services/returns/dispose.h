/*
 * dispose.h: what becomes of the goods, line by line, as events tell more. No library
 * types, no I/O.
 *
 * Each line is decided by what is known of it (common/policy/known.h), as of the latest
 * event that rules speak of goods at: its arrival or inspection, before that the request.
 * Its tasks follow (common/policy/tasks.h). Only lines of which an event tells something
 * new are decided again, so events of one case end in the same tasks in any order of
 * reading; what a rule cannot evaluate, and lines that no event mentions, keep theirs.
 */
#ifndef SERVICES_RETURNS_DISPOSE_H
#define SERVICES_RETURNS_DISPOSE_H

#include "common/policy/tasks.h"
#include "services/returns/returns.h"

/* Of an order in several hands: whose each line is, and what of the event is worked. What
 * is the marketplace's is known of, and has no tasks. */
struct returns_hands {
    struct whose whose;
    struct returns_share share;
};

/* Of one case, what an event may tell at most; nothing real has so many. What would be
 * more is not taken, and a person is told. */
enum { SAID_MAX = 10000 };

struct returns_goods_case {
    struct arena *a; /* of the attempt */
    struct span marketplace;
    int64_t purchased_us; /* of the order; EVENT_ABSENT: not known */
    struct span lines;    /* what the row knows: lines_of_said(); ptr NULL: nothing */
    /* What the case knows by now, in the attempt; NULL: what the row does. Changes.
     * Borrows from the events. It becomes text once, for the row: events of one case
     * mostly share a batch. */
    struct said_line *said;
    size_t n_said;
    struct tasks *tasks; /* as they are; changes */
    struct span
        disposition; /* of all lines, in one word each: "hazmat, restock"; changes;
                                ptr NULL: no rule has said */
    /* The order's lines, to compare an arrival with them: lines_of_order(); ptr NULL: not
     * wanted or not known. `ordered` are the same, in the attempt, read when a line is
     * first compared; NULL: not read yet. Changes. */
    struct span order_lines;
    struct line_classes *ordered;
    const struct returns_hands *hands; /* NULL: the order is in one hand */
};

/* Before the event joins the history of `c`. `e` has all its lines, `goods` are those of it
 * that are worked, `facts` state it as
 * returns_decide() left them, with its decision in `d`, which may get causes for a person.
 */
void returns_dispose(struct returns_goods_case *g, const struct case_state *c,
                     const struct return_event *e, const struct goods *goods,
                     const struct policy *p, const struct policy_facts *facts,
                     struct case_decision *d);

#endif
