/*
 * redate.h: the dates of a duty that stands open, under the revision that is live now.
 *
 * A duty keeps the terms under which it started. Its dates move all the same when a
 * calendar behind them changes (a holiday that the law moved), or when the rule says
 * `applies_to: open`.
 */
#ifndef COMMON_POLICY_REDATE_H
#define COMMON_POLICY_REDATE_H

#include "common/policy/policy.h"

/* What the rule says about its duty of this name; opaque, borrowed from the policy. */
struct duty_spec;

/* NULL: the live rules have no such rule, no such duty of it, or only in the shadow. */
const struct duty_spec *redate_terms(const struct policy *p, struct span rule_id,
                                     struct span duty_name, bool *applies_to_open);

/* Fills start, due, aim, act-by and warnings of a duty that began at `start_us` and
 * belongs to `desk`, which keeps it: handing over is not a matter of dates. False: an
 * instant lies beyond the years of the calendars, nothing can be said. */
bool redate_duty(const struct policy *p, const struct duty_spec *terms, struct span desk,
                 int64_t start_us, struct policy_duty *out);

#endif
