/*
 * findings.h: what loading has to say, told in one go.
 *
 * Nothing in the loader stops at the first mistake: each is told with its place and the
 * line it stands on, and the load fails at the end if any of them was an error.
 */
#ifndef COMMON_POLICY_FINDINGS_H
#define COMMON_POLICY_FINDINGS_H

#include "common/policy/node.h"
#include "common/policy/policy.h"

struct findings {
    const struct policy_report *report; /* may be NULL */
    int n_errors;
    int n_warnings;
    int n_notes;
};

/* `at` may be NULL when the finding is about no place in particular. */
void finding_error(struct findings *fs, const char *kind, const struct node *at,
                   const char *format, ...) PRINTF_LIKE(4, 5);
void finding_warning(struct findings *fs, const char *kind, const struct node *at,
                     const char *format, ...) PRINTF_LIKE(4, 5);
/* The general form: with a witness (a test stub), or NULL. */
void finding_tell(struct findings *fs, int severity, const char *kind,
                  const struct node *at, const char *witness, const char *format, ...)
    PRINTF_LIKE(6, 7);
/* For what has no node yet: a place in a file. */
void finding_at(struct findings *fs, const char *kind, const struct source *source,
                int line, int column, const char *format, ...) PRINTF_LIKE(6, 7);

#endif
