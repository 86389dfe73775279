/*
 * cover.h: is every input of a region met by one of some rules? If not, which is not?
 *
 * Each fact is cut into atoms: its values, or the intervals between all bounds in use,
 * plus "missing" where it may be; atoms that no rule tells apart are one. The search
 * walks the facts in turn, keeping the set of rules that still match as a row of bits,
 * and remembers which (fact, row) pairs it has proved covered: rule sets are far smaller
 * than their product spaces. It stops, and says so, after a budget of steps.
 */
#ifndef COMMON_POLICY_COVER_H
#define COMMON_POLICY_COVER_H

#include "common/policy/witness.h"

enum cover_answer { COVER_WHOLE, COVER_GAP, COVER_NOT_FINISHED };

/* `wanted`: bit per rule of the table, those that may cover. `within`: the region asked
 * about, its validity in times included. On COVER_GAP `out` holds an input that none of
 * them meets. */
enum cover_answer cover_search(const struct policy *p, const struct table *t,
                               const uint64_t *wanted, const struct region *within,
                               struct policy_facts *out);

#endif
