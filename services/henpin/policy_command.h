/*
 * policy_command.h: `henpin policy ACTION`, one file each; what they share. Every action
 * gets its own argv (argv[0] is "henpin policy ACTION") and returns an exit code: 0 good;
 * 1 findings, failed tests or differences; 2 wrong usage, or a directory or file that
 * cannot be read.
 */
#ifndef SERVICES_HENPIN_POLICY_COMMAND_H
#define SERVICES_HENPIN_POLICY_COMMAND_H

#include "common/policy/policy.h"

int policy_check_main(int argc, char **argv, char **envp);
int policy_test_main(int argc, char **argv, char **envp);
int policy_explain_main(int argc, char **argv, char **envp);
int policy_show_main(int argc, char **argv, char **envp);
int policy_diff_main(int argc, char **argv, char **envp);
int policy_coverage_main(int argc, char **argv, char **envp);

/* False after telling why on stderr: exit code 2. */
bool policy_dir_is_readable(const char *program, const char *dir);

/* The rule set of `dir`, for the caller to free; tests in the packs are not run, overlaps
 * and gaps only looked for when `is_proved`. NULL after telling: its errors as findings
 * (`*code` 1), or that the directory cannot be read (`*code` 2). */
struct policy *policy_open(const char *program, const char *dir, bool is_proved,
                           int *code);

/* Writes a finding as people read it: place, what, the line with a mark under it, a
 * witness. */
void policy_print_finding(const struct policy_finding *f);

#endif
