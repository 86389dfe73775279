/* policy_explain.h: between the two halves of `henpin policy explain`: of an event that a
 * person describes, and of one that was recorded. Private to policy_explain*.c. */
#ifndef SERVICES_HENPIN_POLICY_EXPLAIN_H
#define SERVICES_HENPIN_POLICY_EXPLAIN_H

#include "common/io/pg_options.h"
#include "common/policy/explain.h"
#include "common/policy/explain_words.h"

struct explain_command {
    const struct policy *p;
    struct words *w;
    const struct rule *rule; /* asked for; NULL: none */
    bool is_json;
    const char *order, *marketplace, *decision; /* recorded ones; "" where not asked */
};

/* The zone by which a reader of the case thinks: that of the store; where it is not known,
 * that of the language; NULL: neither. */
const char *explain_zone(const struct explain_command *c, const struct policy_facts *f);
void explain_print(const struct explain_command *c, const struct explanation *x);
/* The exit code. */
int explain_recorded(const struct explain_command *c, const struct pg_config *database);

#endif
