/*
 * canonical.h: what earlier revisions said, read from the canonical text that
 * henpin.policy_revision keeps of each (revision.h writes it).
 *
 * Words are compared, not what they lead to: calendars may have changed beneath them.
 */
#ifndef COMMON_POLICY_CANONICAL_H
#define COMMON_POLICY_CANONICAL_H

#include "common/base/span.h"

struct canonical;

/* Never NULL; a text that cannot be read has no rules. To be freed; NULL is allowed. */
struct canonical *canonical_read(struct span text);
void canonical_free(struct canonical *c);

enum canonical_terms {
    TERMS_OTHER,    /* another start or due, or one of them has no such duty */
    TERMS_SAME_DUE, /* another reserve, aim or warning */
    TERMS_SAME,
};

/* What two revisions say about the dates of one rule's duty. */
enum canonical_terms canonical_compare(const struct canonical *a,
                                       const struct canonical *b, struct span rule_id,
                                       struct span duty);

#endif
