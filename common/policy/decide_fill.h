/* decide_fill.h: what rules that hit put into a decision. Private to decide*.c. */
#ifndef COMMON_POLICY_DECIDE_FILL_H
#define COMMON_POLICY_DECIDE_FILL_H

#include "common/policy/decide.h"

struct evaluation {
    const struct policy *p;
    const struct policy_facts *f;
    struct policy_decision *d;
    const struct chain *chain;
    const struct duty_spec *duties[POLICY_MAX_DUTIES];
    uint32_t unusable, facts_read;
    const char *cause;
};

/* No code, remedy, destination or step. */
void disposition_clear(struct policy_disposition *d);
/* Everything that a rule gives, as `collect` and `else` do. */
void fill_all(struct evaluation *e, const struct rule *r);
/* The winner of each slot among the `n` rules of `hits` (positions in the table): active
 * before shadow, then the highest priority. */
void fill_winners(struct evaluation *e, const struct table *t, const uint16_t *hits,
                  int n);

#endif
