/*
 * breach.h: the sentences about being late, the same whoever tells them: the worker that
 * reads a late answer, and the clock that has waited for it.
 *
 * `breach` and `cost` are the rule's: the kind of what follows, and what it costs in
 * words. Either may be empty or absent.
 */
#ifndef COMMON_EVENT_BREACH_H
#define COMMON_EVENT_BREACH_H

#include "common/base/span.h"

#include <stdint.h>

/* `before`, then "Amazon refunds the buyer (account_risk)"; nothing when nothing is at
 * stake. */
void build_stake(struct builder *b, const char *before, struct span breach,
                 struct span cost);

/* "answer_return was due 2026-11-25T03:00:00Z and was not done in time; at stake: ...".
 * Says nothing that depends on when it is told: the row has one meaning and one id. */
void build_breach(struct builder *b, struct span duty, int64_t due_us, struct span breach,
                  struct span cost);

#endif
