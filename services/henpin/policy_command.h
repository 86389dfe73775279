/* policy_command.h: `henpin policy check|test|explain|show`, one file each. Exit codes: 0
 * good, 1 something was found, 2 wrong usage. */
#ifndef SERVICES_HENPIN_POLICY_COMMAND_H
#define SERVICES_HENPIN_POLICY_COMMAND_H

#include "common/policy/policy.h"

int policy_check(const char *dir, bool is_strict);
int policy_test(const char *dir,
                const char *name); /* `name`: only tests that contain it; NULL: all */
int policy_explain_file(const char *dir, const char *event);
int policy_show(const char *dir, const char *rule); /* NULL: all rules */

/* Writes a finding as people read it: place, what, the line with a mark under it, a
 * witness. */
void policy_print_finding(const struct policy_finding *f);

#endif
