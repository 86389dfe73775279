/* policy_test.c: `henpin policy test`: the tests in the packs, expected and actual side
 * by side. */
#include "common/policy/load.h"
#include "common/policy/testcase.h"
#include "services/henpin/database.h"
#include "services/henpin/policy_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_result(void *context, const struct test_result *r) {
    const struct testcase *t = context;
    if (!r->is_met) {
        printf("FAIL %s:%d: %s\n  %s\n    expected  %s\n    actual    %s\n", t->file,
               t->line, t->name, r->key, r->expected, r->actual);
    }
}

static int run_tests(const struct policy *p, const char *name, int *n_run, bool *is_hit) {
    int n_failed = 0;
    for (int i = 0; i < p->n_tests; i++) {
        struct testcase *t = &p->tests[i];
        struct policy_decision d;
        if (name && !strstr(t->name, name)) {
            continue;
        }
        ++*n_run;
        n_failed += test_run(p, t, &d, tell_result, t) > 0;
        for (int k = 0; k < d.n_rules; k++) {
            for (int r = 0; r < p->n_rules; r++) {
                is_hit[r] = is_hit[r] || p->rules[r]->id == d.rules[k];
            }
        }
    }
    return n_failed;
}

int policy_test_main(int argc, char **argv, char **envp) {
    static const struct option_table tables[] = {{0}};
    const struct config_spec spec = {
        .program = argv[0],
        .summary =
            "Runs the tests that stand beside the rules; with NAME only those whose "
            "name holds it.",
        .operands = "DIR [NAME]",
        .tables = tables};
    struct config_result parsed;
    int code;
    if (!database_parse(&spec, argc, argv, envp, &parsed, &code))
        return code;
    if (parsed.operands.count < 1 || parsed.operands.count > 2) {
        fprintf(stderr,
                "%s: name a directory of rules, and at most a part of the tests' "
                "names\n",
                argv[0]);
        return 2;
    }
    struct policy *p = policy_open(argv[0], parsed.operands.items[0], true, &code);
    if (!p)
        return code;
    const char *name = parsed.operands.count > 1 ? parsed.operands.items[1] : NULL;
    int n_run = 0, n_hit = 0;
    bool *is_hit = xcalloc((size_t)p->n_rules + 1, sizeof *is_hit);
    int n_failed = run_tests(p, name, &n_run, is_hit);
    for (int r = 0; r < p->n_rules; r++) {
        n_hit += is_hit[r];
        if (!is_hit[r] && !name) {
            printf("untested %s:%d: %s\n", p->rules[r]->file, p->rules[r]->line,
                   p->rules[r]->id);
        }
    }
    printf("%d tests, %d failed; %d of %d rules reached\n", n_run, n_failed, n_hit,
           p->n_rules);
    free(is_hit);
    policy_free(p);
    return n_failed > 0 || n_run == 0 ? 1 : 0;
}
