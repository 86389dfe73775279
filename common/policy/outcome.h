/*
 * outcome.h: what a rule gives: `then: {duty: {...}}`, `{blocker: ...}`, `{chain:
 * [...]}`, `{code:, steps:, remedy:, destination:}`.
 */
#ifndef COMMON_POLICY_OUTCOME_H
#define COMMON_POLICY_OUTCOME_H

#include "common/policy/model.h"
#include "common/policy/severity.h"

/* Fills `out`. Slots outside `allowed` (bits of enum slot) are told. */
void outcome_read(struct loader *l, const struct node *n, unsigned allowed,
                  struct outcome *out);
/* duty.c */
void duty_read(struct loader *l, const struct node *n, struct duty_spec *out);
/* chain.c */
struct chain *chain_read(struct loader *l, const struct node *n);
/* steps.c */
void steps_read(struct loader *l, const struct node *n, struct outcome *out);
/* Whether both say the same but for when they are due; of what follows a late one, that
 * too. */
bool step_says_same(const struct policy_step *a, const struct policy_step *b);
bool step_equal(const struct policy_step *a, const struct policy_step *b);
/* The first of their words that differ (who does it, by which licence, ...). False: none. */
bool step_difference(const struct policy_step *a, const struct policy_step *b,
                     const char **of_a, const char **of_b);

const char *slot_name(int slot);
int slot_find(struct span name); /* -1 when unknown */
/* note 0, low 1, normal 2, high 3, grave 4; `n` may be NULL: `fallback`. */
int severity_read(struct loader *l, const struct node *n, int fallback);
/* Same content, for "contributions must agree". */
bool outcome_equal(const struct outcome *a, const struct outcome *b, int slot);

#endif
