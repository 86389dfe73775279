/* feed_retail.h: one line of the UCI Online Retail file, understood. Private to
 * feed_retail*.c. */
#ifndef SERVICES_HENPIN_FEED_RETAIL_H
#define SERVICES_HENPIN_FEED_RETAIL_H

#include "services/henpin/feed.h"

/* Where the buyers of a country are, and at which store they buy. */
struct retail_country {
    const char *name;   /* as in the file */
    const char *code;   /* ISO 3166-1; ZZ unknown, EU the European Community */
    const char *market; /* the store */
};
const struct retail_country *retail_country_find(struct span name); /* NULL: unknown */

/* Charges, discounts and fees: no goods, so no line of an order and nothing that can come
 * back. */
bool retail_is_charge(struct span stock_code);

/* Pounds with any number of decimals, rounded half up to pence; false when it is no such
 * number or negative. */
bool retail_pence(struct span text, int64_t *out);

enum {
    COL_INVOICE,
    COL_STOCK,
    COL_TITLE,
    COL_QUANTITY,
    COL_DATE,
    COL_PRICE,
    COL_CUSTOMER,
    COL_COUNTRY,
    COL_COUNT
};
extern const struct feed_column retail_columns[COL_COUNT];

struct retail_line {
    struct span invoice, stock, title, customer; /* borrow from the feed's line */
    int64_t quantity;                            /* negative in what is taken back */
    int64_t pence;
    int64_t wall_us; /* London's clock as if it were UTC */
    const struct retail_country *country;
};
/* False after a rejection. */
bool retail_line_read(struct feed *f, const struct span *values, struct retail_line *out);

#endif
