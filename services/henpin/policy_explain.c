/* policy_explain.c: `henpin policy explain`: a decision in words. */
#include "common/policy/explain.h"
#include "services/henpin/database.h"
#include "services/henpin/policy_command.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXPLAIN_TEXT_MAX = 256 << 10 };

static void tell_finding(void *context, const struct policy_finding *f) {
    (void)context;
    if (f->severity == POLICY_ERROR) {
        policy_print_finding(f);
    }
}

int policy_explain_main(int argc, char **argv, char **envp) {
    static const struct option_table tables[] = {{0}};
    const struct config_spec spec = {.program = argv[0],
                                     .summary = "Tells a decision in words.",
                                     .operands = "DIR EVENT.yaml",
                                     .tables = tables};
    struct config_result parsed;
    int code;
    if (!database_parse(&spec, argc, argv, envp, &parsed, &code))
        return code;
    if (parsed.operands.count != 2) {
        fprintf(stderr, "%s: name a directory of rules and a file with an event\n",
                argv[0]);
        return 2;
    }
    struct policy_report report = {tell_finding, NULL};
    struct policy *p = policy_open(argv[0], parsed.operands.items[0], false, &code);
    struct policy_facts f;
    struct error err;
    if (!p)
        return code;
    if (policy_read_given(p, parsed.operands.items[1], &report, &f, &err) != ST_OK) {
        fprintf(stderr, "%s: %s\n", argv[0], err.text);
        policy_free(p);
        return 2;
    }
    char *text = xmalloc(EXPLAIN_TEXT_MAX);
    struct builder b = builder_over(text, EXPLAIN_TEXT_MAX);
    policy_explain(p, &f, &b);
    fwrite(b.ptr, 1, b.len, stdout);
    free(text);
    policy_free(p);
    return 0;
}
