/*
 * policy_check.c: `henpin policy check`: all findings of a rule set, as a compiler would
 * tell them, or as JSON for a program; one line of totals at the end.
 */
#include "services/henpin/policy_command.h"

#include "common/base/shipped.h"
#include "common/base/span.h"
#include "common/policy/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const severities[] = {"note", "warning", "error"};

static const char usage[] =
    "usage: henpin policy check [--strict] [--json] [DIR]\n"
    "\n"
    "Reads all *.yaml files of DIR (deploy/policy without it) as one rule set and tells "
    "everything that is found "
    "in\n"
    "them: mistakes, overlaps, gaps, rules that do nothing, hours when nobody answers,\n"
    "tests that fail. Where an input shows it, it is told as a test to paste under "
    "tests:.\n"
    "\n"
    "  --strict   warnings fail too\n"
    "  --json     one object: dir, findings, totals, revision\n"
    "\n"
    "Exit codes: 0 no error (with --strict: and no warning); 1 findings; 2 wrong usage, "
    "or\n"
    "a directory that cannot be read.\n";

struct check {
    bool is_json;
    int of[3]; /* by severity */
};

/* ---- for people ---- */

/* How many columns of a terminal a character takes: Japanese and Chinese take two. */
static int width_of(unsigned char first) {
    return first < 0x80 ? 1 : first < 0xc0 ? 0 : first >= 0xe1 ? 2 : 1;
}

/* The line, and a mark under the column, which counts characters. */
static void print_line(const char *source, int column) {
    printf("    %s\n    ", source);
    int n = 1;
    for (const char *s = source; *s && n <= column; s++) {
        unsigned char c = (unsigned char)*s;
        n += width_of(c) > 0;
        if (n <= column)
            printf("%*s", width_of(c), "");
    }
    puts("^");
}

void policy_print_finding(const struct policy_finding *f) {
    if (f->line > 0)
        printf("%s:%d:%d: ", f->file, f->line, f->column);
    printf("%s: %s [%s]\n", severities[f->severity], f->text, f->kind);
    if (f->source && f->line > 0)
        print_line(f->source, f->column);
    if (f->witness)
        printf("  shown by this test:\n%s", f->witness);
}

/* ---- for programs ---- */

static void print_json_text(const char *key, const char *text) {
    printf("\"%s\":", key);
    if (!text) {
        fputs("null", stdout);
        return;
    }
    size_t size = strlen(text) * 6 + 8;
    char *buffer = xmalloc(size);
    struct builder b = builder_over(buffer, size);
    build_json(&b, span_of(text));
    fwrite(b.ptr, 1, b.len, stdout);
    free(buffer);
}

static void print_json_finding(const struct policy_finding *f, bool is_first) {
    printf("%s\n  {", is_first ? "" : ",");
    print_json_text("severity", severities[f->severity]);
    putchar(',');
    print_json_text("kind", f->kind);
    putchar(',');
    print_json_text("file", f->file);
    printf(",\"line\":%d,\"column\":%d,", f->line, f->column);
    print_json_text("text", f->text);
    putchar(',');
    print_json_text("source", f->source);
    putchar(',');
    print_json_text("witness", f->witness);
    putchar('}');
}

/* ---- the command ---- */

static void tell(void *context, const struct policy_finding *f) {
    struct check *x = context;
    if (x->is_json)
        print_json_finding(f, x->of[0] + x->of[1] + x->of[2] == 0);
    else
        policy_print_finding(f);
    x->of[f->severity]++;
}

static const char *plural(int n) {
    return n == 1 ? "" : "s";
}

static void print_totals(const struct check *x, const char *dir,
                         const struct load_totals *n, const struct policy *p) {
    const struct policy_revision *r = p ? policy_revision(p) : NULL;
    if (x->is_json) {
        printf("%s],\n \"totals\":{\"files\":%d,\"tables\":%d,\"rules\":%d,\"tests\":%d,"
               "\"errors\":%d,\"warnings\":%d,\"notes\":%d},\n ",
               x->of[0] + x->of[1] + x->of[2] ? "\n " : "", n->n_files, n->n_tables,
               n->n_rules, n->n_tests, x->of[POLICY_ERROR], x->of[POLICY_WARNING],
               x->of[POLICY_NOTE]);
        print_json_text("label", r ? r->label : NULL);
        putchar(',');
        print_json_text("revision", r ? r->hash : NULL);
        puts("}");
        return;
    }
    printf("%s: %d rule%s in %d table%s, %d test%s; %d error%s, %d warning%s, %d note%s",
           dir, n->n_rules, plural(n->n_rules), n->n_tables, plural(n->n_tables),
           n->n_tests, plural(n->n_tests), x->of[POLICY_ERROR],
           plural(x->of[POLICY_ERROR]), x->of[POLICY_WARNING],
           plural(x->of[POLICY_WARNING]), x->of[POLICY_NOTE], plural(x->of[POLICY_NOTE]));
    if (r)
        printf("; revision %s (%.12s)\n", r->label, r->hash);
    else
        puts("; not loaded");
}

static int check(const char *dir, bool is_strict, bool is_json) {
    struct check x = {.is_json = is_json};
    struct policy_report report = {tell, &x};
    struct load_totals totals = {0};
    struct load_options o = {.report = &report, .totals = &totals};
    struct policy *p = NULL;
    struct error err = {0};
    if (is_json) {
        fputs("{", stdout);
        print_json_text("dir", dir);
        fputs(",\n \"findings\":[", stdout);
    }
    bool is_loaded = policy_load_with(dir, &o, &p, &err) == ST_OK;
    print_totals(&x, dir, &totals, p);
    if (!is_loaded)
        fprintf(stderr, "henpin policy check: %s\n", err.text);
    policy_free(p);
    return !is_loaded || (is_strict && x.of[POLICY_WARNING] > 0) ? 1 : 0;
}

int policy_check_main(int argc, char **argv, char **envp) {
    (void)envp;
    bool is_strict = false, is_json = false;
    const char *dir = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        }
        if (strcmp(argv[i], "--strict") == 0) {
            is_strict = true;
        } else if (strcmp(argv[i], "--json") == 0) {
            is_json = true;
        } else if (argv[i][0] != '-' && !dir) {
            dir = argv[i];
        } else {
            fputs(usage, stderr);
            return 2;
        }
    }
    dir = dir ? dir : shipped_path("deploy/policy");
    return policy_dir_is_readable(argv[0], dir) ? check(dir, is_strict, is_json) : 2;
}
