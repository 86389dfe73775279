/*
 * lines.h: order and return lines as JSON, the form they have in henpin.sales_order and
 * henpin.return_case.
 */
#ifndef COMMON_EVENT_LINES_H
#define COMMON_EVENT_LINES_H

#include "common/base/arena.h"
#include "common/event/event.h"

/* A JSON array, in the arena. Absent optional fields are left out; amounts are in the
 * currency's minor unit. Lines that say the same in the same order have the same text
 * here and as Postgres gives it back; the converse must be looked at (escapes differ). */
struct span lines_of_order(struct arena *a, const struct order_line *lines, size_t n);

/* What a return is known to hold: who said it, and when. */
enum said_event {
    SAID_BEFORE, /* before it came */
    SAID_RECEIVED,
    SAID_INSPECTED,
    SAID_EVENT_COUNT
};
extern const char *const said_event_names[SAID_EVENT_COUNT]; /* NULL: SAID_BEFORE */
struct said_line {
    struct return_line line; /* line_id empty: whatever the return holds */
    int event;               /* enum said_event */
    int64_t at_us;           /* EVENT_ABSENT with SAID_BEFORE: it is not kept */
    struct span disposition; /* what becomes of its line, on the first that tells of it;
                                ptr NULL: no rule has said, or an earlier one has it */
};
struct span lines_of_said(struct arena *a, const struct said_line *said, size_t n);
/* Back from that; borrows from the text, else in the arena. What is no such JSON (ptr NULL
 * included) says nothing. */
size_t lines_said(struct arena *a, struct span json, struct said_line **said);

/* An order's lines back from their JSON, as far as decisions stand on them: id, quantity,
 * class, hazards, who fulfils; the rest is absent. Borrows from the text, else in the
 * arena. What is no such JSON (ptr NULL included) has none. */
size_t lines_read(struct arena *a, struct span json, struct order_line **lines);

/* The product classes and hazards of an order's lines, read once from its JSON; borrows
 * from it, else in the arena. What is no such JSON (ptr NULL included) has no lines. */
struct line_classes;
struct line_classes *lines_classes(struct arena *a, struct span json);
/* By line id, else by sku; ptr NULL: not there. */
struct span lines_class_of(const struct line_classes *c, struct span line_id,
                           struct span sku);
/* The same for the hazards; empty: none, or not there. */
struct span_list lines_hazards_of(const struct line_classes *c, struct span line_id,
                                  struct span sku);

/* Who fulfils it, enum fulfilment: `order`, the order's, when it does not say. False: it
 * is not there, or only by a sku that several lines of different hands share. */
bool lines_fulfilment_of(const struct line_classes *c, struct span line_id,
                         struct span sku, int order, int *fulfilment);
/* The price of one piece in minor units; 0: not there, or not known. */
int64_t lines_price_of(const struct line_classes *c, struct span line_id,
                       struct span sku);
/* Of the `i`th line, in the order of their ids; FULFILMENT_ABSENT when it does not say.
 * False: there are no more that have an id. */
bool lines_fulfilment_at(const struct line_classes *c, size_t i, int *fulfilment);

/* How a returned line stands to its order. */
enum line_match {
    LINE_NOT_KNOWN,   /* the order's lines are not known */
    LINE_ORDERED,     /* `quantity` pieces of it */
    LINE_NOT_ORDERED, /* neither the id nor the sku is the order's */
    LINE_OTHER_GOODS, /* the id is, but the order has another sku there */
};
enum line_match lines_match(const struct line_classes *c, struct span line_id,
                            struct span sku, int32_t *quantity);

#endif
