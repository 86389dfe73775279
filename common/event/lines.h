/*
 * lines.h: order and return lines as JSON, the form they have in henpin.sales_order and
 * henpin.return_case.
 */
#ifndef COMMON_EVENT_LINES_H
#define COMMON_EVENT_LINES_H

#include "common/base/arena.h"
#include "common/event/event.h"

/* A JSON array, in the arena. */
struct span lines_of_order(struct arena *a, const struct order_line *lines, size_t n);
struct span lines_of_return(struct arena *a, const struct return_line *lines, size_t n);

/* The product class of an order's line, by line id, else by sku; copied into the arena.
 * ptr NULL: not there. */
struct span lines_class(struct arena *a, struct span json, struct span line_id,
                        struct span sku);

#endif
