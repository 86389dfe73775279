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
struct span lines_of_return(struct arena *a, const struct return_line *lines, size_t n);

/* An order's lines back from their JSON, as far as decisions stand on them: id, quantity,
 * class, hazards; the rest is absent. Everything in the arena. What is no such JSON (ptr
 * NULL included) has none. */
size_t lines_read(struct arena *a, struct span json, struct order_line **lines);

/* The product classes and hazards of an order's lines, read once from its JSON; everything
 * in the arena. What is no such JSON (ptr NULL included) has no lines. */
struct line_classes;
struct line_classes *lines_classes(struct arena *a, struct span json);
/* By line id, else by sku; ptr NULL: not there. */
struct span lines_class_of(const struct line_classes *c, struct span line_id,
                           struct span sku);
/* The same for the hazards; empty: none, or not there. */
struct span_list lines_hazards_of(const struct line_classes *c, struct span line_id,
                                  struct span sku);

#endif
