/* report.h: `henpin report manifests`, between its files: rows, and how they are
 * written. */
#ifndef SERVICES_HENPIN_REPORT_H
#define SERVICES_HENPIN_REPORT_H

#include "common/io/pg.h"
#include "common/policy/policy.h"

#include <stdio.h>

/* Columns of henpin.manifest_report(), waste as words parted by blanks, amounts as
 * texts. */
enum report_column {
    REPORT_SITE,
    REPORT_WASTE,
    REPORT_IS_SPECIAL,
    REPORT_IS_ELECTRONIC,
    REPORT_CARRIER,
    REPORT_PROCESSOR,
    REPORT_MANIFESTS,
    REPORT_TONNES,
    REPORT_PIECES,
    REPORT_LITRES,
    REPORT_UNWEIGHED,
};

struct report {
    const struct policy *policy; /* for the titles of waste; borrowed */
    const struct pg_query *rows;
    int year; /* it begins on 1 April of it, in Japan */
    bool is_japanese;
    struct arena *a;
};

/* The kinds of waste of a row, as people call them in the report's language. */
struct span report_waste(const struct report *r, size_t row);

/* CSV that a Japanese Excel opens: UTF-8 with a byte order mark, lines end in CR LF, and
 * no cell begins like a formula. */
void report_csv(const struct report *r, FILE *out);
/* One page for paper and screen, without anything from elsewhere. */
void report_html(const struct report *r, FILE *out);

#endif
