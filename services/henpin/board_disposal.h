/* board_disposal.h: `henpin board --disposal`: what sites and partners have to do. */
#ifndef SERVICES_HENPIN_BOARD_DISPOSAL_H
#define SERVICES_HENPIN_BOARD_DISPOSAL_H

#include "common/io/pg.h"

/* An empty text filters nothing; limit 0: only the counts. */
struct disposal_filter {
    const char *site, *partner, *seller;
    int64_t limit;
};

/* Prints it on stdout: counts by site and partner, then the steps that can be done, the
 * most urgent first. */
MUST_USE enum status board_disposal(struct pg *pg, const struct disposal_filter *f,
                                    bool is_json, struct error *err);

#endif
