/*
 * policy.c: the table of `henpin policy` actions. A new one is a file of its own with its
 * policy_NAME_main, and a row here.
 *
 * Exit codes of all of them: 0 good; 1 the rules or the tests have findings, or something
 * differs; 2 wrong usage, or a directory or file that cannot be read.
 */
#include "services/henpin/commands.h"
#include "services/henpin/policy_command.h"

#include "common/base/compiler.h"
#include "common/policy/load.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct action {
    const char *name;
    int (*run)(int argc, char **argv, char **envp);
    const char *operands, *help;
} actions[] = {
    {"check", policy_check_main, "[--strict] [--json] [DIR]",
     "every mistake, gap and conflict in the rules of DIR; --strict: warnings fail too"},
    {"test", policy_test_main, "DIR [NAME]",
     "run the tests that stand beside the rules; only those whose name holds NAME"},
    {"explain", policy_explain_main, "DIR [EVENT.yaml]",
     "why is it decided so, and why not otherwise: an event that you describe, or a "
     "recorded one"},
    {"show", policy_show_main, "DIR [RULE]",
     "read the rules: what they ask, what they give, who says so"},
    {"diff", policy_diff_main, "OLD NEW [FILE...]",
     "what other rules change: rule by rule, and for events, tests or what was recorded"},
    {"coverage", policy_coverage_main, "[OPTION...] DIR",
     "who answers at each hour of the week, and where nobody does"},
};

static int usage(FILE *out) {
    fprintf(out, "usage: henpin policy ACTION [OPTION...]\n\n");
    for (size_t i = 0; i < COUNT_OF(actions); i++)
        fprintf(out, "  %-8s %-24s %s\n", actions[i].name, actions[i].operands,
                actions[i].help);
    fprintf(out,
            "\nDIR holds the rules as *.yaml files: deploy/policy, say. `henpin policy "
            "ACTION --help` tells its options.\n"
            "Exit codes: 0 good; 1 findings, failed tests or differences; 2 wrong usage, "
            "or a directory or file\nthat cannot be read.\n");
    return out == stdout ? 0 : 2;
}

bool policy_dir_is_readable(const char *program, const char *dir) {
    DIR *d = opendir(dir);
    if (!d) {
        fprintf(stderr,
                "%s: could not read the directory \"%s\": %s\nname the directory "
                "of the rules; in the root of the sources that is deploy/policy\n",
                program, dir, strerror(errno));
        return false;
    }
    closedir(d);
    return true;
}

static void tell_error(void *context, const struct policy_finding *f) {
    (void)context;
    if (f->severity == POLICY_ERROR)
        policy_print_finding(f);
}

struct policy *policy_open(const char *program, const char *dir, bool is_proved,
                           int *code) {
    struct policy_report report = {tell_error, NULL};
    struct load_options o = {
        .report = &report, .skips_tests = true, .skips_proofs = !is_proved};
    struct policy *p = NULL;
    struct error err = {0};
    *code = 2;
    if (!policy_dir_is_readable(program, dir))
        return NULL;
    if (policy_load_with(dir, &o, &p, &err) == ST_OK)
        return p;
    *code = err.code == E_FILE ? 2 : 1;
    fprintf(stderr, "%s: %s\n", program, err.text);
    return NULL;
}

int policy_main(int argc, char **argv, char **envp) {
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return usage(stdout);
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        if (strcmp(actions[i].name, name) != 0)
            continue;
        char program[40];
        snprintf(program, sizeof program, "henpin policy %s", name);
        argv[1] = program;
        return actions[i].run(argc - 1, argv + 1, envp);
    }
    if (*name)
        fprintf(stderr, "henpin policy: there is no action \"%s\"\n", name);
    return usage(stderr);
}
