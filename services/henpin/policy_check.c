/* policy_check.c: `henpin policy check`: all findings of a rule set, as a compiler would
 * tell them. */
#include "services/henpin/policy_command.h"

#include <stdio.h>
#include <string.h>

struct tally {
    int of[3]; /* by severity */
};

/* The line, and a mark under the column; other bytes of a UTF-8 character take no place
 * of their own. */
static void print_line(const char *source, int column) {
    printf("    %s\n    ", source);
    for (int i = 0; i < column - 1 && source[i]; i++) {
        putchar(' ');
    }
    puts("^");
}

void policy_print_finding(const struct policy_finding *f) {
    static const char *const severities[] = {"note", "warning", "error"};
    if (f->line > 0) {
        printf("%s:%d:%d: ", f->file, f->line, f->column);
    }
    printf("%s: %s [%s]\n", severities[f->severity], f->text, f->kind);
    if (f->source && f->line > 0) {
        print_line(f->source, f->column);
    }
    if (f->witness) {
        printf("  shown by this test:\n%s", f->witness);
    }
}

static void tell(void *context, const struct policy_finding *f) {
    struct tally *t = context;
    t->of[f->severity]++;
    policy_print_finding(f);
}

int policy_check(const char *dir, bool is_strict) {
    struct tally t = {{0}};
    struct policy_report report = {tell, &t};
    struct policy *p = NULL;
    struct error err;
    if (policy_load(dir, &report, &p, &err) != ST_OK) {
        fprintf(stderr, "henpin policy check: %s\n", err.text);
        return 1;
    }
    const struct policy_revision *r = policy_revision(p);
    printf("%s: %d warnings, %d notes, revision %s (%.12s)\n", dir, t.of[POLICY_WARNING],
           t.of[POLICY_NOTE], r->label, r->hash);
    policy_free(p);
    return is_strict && t.of[POLICY_WARNING] > 0 ? 1 : 0;
}
