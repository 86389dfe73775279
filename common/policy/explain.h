/*
 * explain.h: a decision in words: what was read, which rules hit and who says so, which
 * failed on one condition only, how each due instant came about day by day, and who gets
 * it and why the others were passed over.
 *
 * The decision is made again on the production path, with a trace; nothing is interpreted
 * a second time.
 */
#ifndef COMMON_POLICY_EXPLAIN_H
#define COMMON_POLICY_EXPLAIN_H

#include "common/policy/policy.h"

/* Appends the text, lines of plain English. `out` may be cut at its end: is_cut says so.
 */
void policy_explain(const struct policy *p, const struct policy_facts *f,
                    struct builder *out);

/* Reads a `given:` mapping (see testcase.h) from a YAML file: what a person wants
 * explained. */
MUST_USE enum status policy_read_given(const struct policy *p, const char *path,
                                       const struct policy_report *report,
                                       struct policy_facts *out, struct error *err);

#endif
