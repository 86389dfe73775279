/* decide.h: policy_decide with a witness: what explain needs to know beside the decision.
 */
#ifndef COMMON_POLICY_DECIDE_H
#define COMMON_POLICY_DECIDE_H

#include "common/policy/model.h"

struct decide_trace {
    const struct chain *chain; /* that was chosen; NULL: triage alone */
    uint32_t facts_read;       /* by the tables that were reached: bit per fact */
    uint32_t unusable;         /* missing though required, or outside the domain */
    const struct duty_spec *duties[POLICY_MAX_DUTIES];
    uint64_t reached[(POLICY_MAX_TABLES + 63) / 64]; /* bit per table whose rules were
                                                        matched */
};

/* False for a rule in the shadow that looks at one of the `unusable` facts, or whose
 * validity asks for a time that is not stated: it does not hit, and stops nothing. */
bool decide_can_ask(const struct policy_facts *f, uint32_t unusable,
                    const struct rule *r);

/* The same path as policy_decide, which calls it without a trace. */
void decide_traced(const struct policy *p, const struct policy_facts *f,
                   struct policy_decision *out, struct decide_trace *trace);

#endif
