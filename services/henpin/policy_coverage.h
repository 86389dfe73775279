/* policy_coverage.h: one picture of who answers when, and its renderings. */
#ifndef SERVICES_HENPIN_POLICY_COVERAGE_H
#define SERVICES_HENPIN_POLICY_COVERAGE_H

#include "common/policy/coverage_rows.h"

#include <stdio.h>

struct coverage_picture {
    const struct policy *p;
    const struct coverage *coverage;
    const struct coverage_row *rows;
    int n_rows;
    const char *zone; /* of the hours; NULL: each store's own */
    int n_holes;      /* rows with hours at which nobody answers ... */
    int n_accepted;   /* ... of them accepted by the pack */
};

/* A letter per desk, in the order of first use (the last one for all that are left); 0:
 * the desk answers nowhere. Capitals are for hours at which nobody is in some weeks. */
#define COVERAGE_LETTERS "abcdefghijklmnopqrstuvwxyz"
struct coverage_letters {
    char *of;   /* by number of the desk */
    int *desks; /* numbers, in the order of their letters */
    int n;
};
struct coverage_letters coverage_letters(struct arena *a,
                                         const struct coverage_picture *x);

/* "2026-11-23", from a civil day. */
void coverage_day_text(int32_t day, char out[16]);

void coverage_print_text(const struct coverage_picture *x, FILE *out, int width,
                         bool has_colour);
void coverage_print_json(const struct coverage_picture *x, FILE *out);
void coverage_print_svg(const struct coverage_picture *x, FILE *out);
void coverage_print_html(const struct coverage_picture *x, FILE *out);

#endif
