/* policy.c: the policy owner's command line. */
#include "services/henpin/commands.h"
#include "services/henpin/policy_command.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: henpin policy check [--strict] DIR     every finding in a rule set; "
    "--strict: warnings fail too\n"
    "       henpin policy test DIR [NAME]          run the tests in the packs\n"
    "       henpin policy explain DIR EVENT.yaml   a decision in words; the file holds a "
    "test's `given`\n"
    "       henpin policy show DIR [RULE]          the rules as tables, with their "
    "sources\n";

int policy_main(int argc, char **argv, char **envp) {
    (void)envp;
    const char *command = argc > 1 ? argv[1] : "";
    if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    bool is_strict = argc > 2 && strcmp(argv[2], "--strict") == 0;
    int first = is_strict ? 3 : 2;
    const char *dir = argc > first ? argv[first] : NULL;
    const char *rest = argc > first + 1 ? argv[first + 1] : NULL;
    bool is_clean = dir && dir[0] != '-' && argc <= first + 2 &&
                    (!is_strict || strcmp(command, "check") == 0);
    if (is_clean && strcmp(command, "check") == 0 && !rest) {
        return policy_check(dir, is_strict);
    }
    if (is_clean && strcmp(command, "test") == 0) {
        return policy_test(dir, rest);
    }
    if (is_clean && strcmp(command, "explain") == 0 && rest) {
        return policy_explain_file(dir, rest);
    }
    if (is_clean && strcmp(command, "show") == 0) {
        return policy_show(dir, rest);
    }
    fputs(usage, stderr);
    return 2;
}
