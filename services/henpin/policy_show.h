/* policy_show.h: between the two forms of `henpin policy show`. Private to
 * policy_show*.c. */
#ifndef SERVICES_HENPIN_POLICY_SHOW_H
#define SERVICES_HENPIN_POLICY_SHOW_H

#include "common/policy/explain_rule.h"

#include <stdio.h>

struct show {
    const struct policy *p;
    struct words *w;
    const char *rule;      /* id of a rule or name of a table; NULL: all */
    struct arena *scratch; /* reset after each rule */
};

bool show_takes(const struct show *s, const struct rule *r, const struct table *t);
/* What a table's hit policy means, in words. */
const char *show_hit(const struct words *w, enum hit_policy hit);
/* The rules that win where this one hits too, "route-now (40), ..."; NULL: none does. */
const char *show_yields(const struct show *s, const struct table *t,
                        const struct rule *r);
/* A sentence for each thing that the table wants before its rules are asked. */
enum { SHOW_MAX_NEEDS = 16 };
int show_needs(const struct show *s, const struct table *t,
               const char *out[SHOW_MAX_NEEDS]);

/* The page; gives how many rules it holds. */
int show_html(const struct show *s, FILE *out);

#endif
