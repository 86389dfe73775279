/* policy_explain.c: `henpin policy explain`: a decision in words. */
#include "common/policy/explain.h"
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

int policy_explain_file(const char *dir, const char *event) {
    struct policy_report report = {tell_finding, NULL};
    struct policy *p = NULL;
    struct policy_facts f;
    struct error err;
    if (policy_load(dir, &report, &p, &err) != ST_OK ||
        policy_read_given(p, event, &report, &f, &err) != ST_OK) {
        fprintf(stderr, "henpin policy explain: %s\n", err.text);
        policy_free(p);
        return 1;
    }
    char *text = xmalloc(EXPLAIN_TEXT_MAX);
    struct builder b = builder_over(text, EXPLAIN_TEXT_MAX);
    policy_explain(p, &f, &b);
    fwrite(b.ptr, 1, b.len, stdout);
    free(text);
    policy_free(p);
    return 0;
}
