/*
 * policy_test.c: `henpin policy test`: the tests that stand beside the rules, expected and
 * actual side by side, and the rules that no test reaches. For people, as TAP or as JSON.
 */
#include "common/base/config.h"
#include "common/policy/testcase.h"
#include "services/henpin/policy_command.h"
#include "services/henpin/table.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form { FORM_TEXT, FORM_TAP, FORM_JSON };

struct test_config {
    bool is_json, is_tap, is_all;
    int64_t min_coverage;
};

#define AT(member) offsetof(struct test_config, member)
static const struct option test_options[] = {
    {"all", "HENPIN_POLICY_TEST_ALL", OPT_BOOL, AT(is_all), "false", 0, 0, 0, NULL, NULL,
     "show the tests that pass, too"},
    {"json", "HENPIN_POLICY_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object: tests with all expectations, and the rules that none reaches"},
    {"tap", "HENPIN_POLICY_TEST_TAP", OPT_BOOL, AT(is_tap), "false", 0, 0, 0, NULL, NULL,
     "in TAP's words, a line a test, as CI systems read them"},
    {"min-coverage", "HENPIN_POLICY_TEST_MIN_COVERAGE", OPT_I64, AT(min_coverage), "0", 0,
     100, 0, NULL, "PERCENT", "exit code 1 when the tests reach fewer of the rules"},
    {0},
};

struct run {
    const struct policy *p;
    enum form form;
    bool is_all;
    const char *name; /* only tests whose names hold it; NULL: all */
    int n_run, n_failed, n_reached;
    bool *is_reached; /* by rule number */
    json_t *tests;
};

/* ---- one test ---- */

enum { RESULTS_MAX = TESTCASE_MAX_EXPECT };

struct results {
    struct test_result items[RESULTS_MAX];
    int n;
};

static void keep(void *context, const struct test_result *r) {
    struct results *results = context;
    if (results->n < RESULTS_MAX)
        results->items[results->n++] = *r;
}

static void print_text(const struct testcase *t, const struct results *results,
                       bool is_met) {
    static const struct table_column columns[] = {
        {"", false, false, 0},
        {"EXPECTATION", false, false, 0},
        {"EXPECTED", false, false, 0},
        {"ACTUAL", false, true, 0},
    };
    printf("%s %s:%d: %s\n", is_met ? "ok  " : "FAIL", t->file, t->line, t->name);
    if (is_met)
        return;
    struct arena *a = arena_new((size_t)1 << 20);
    struct table *table = table_new(a, columns, COUNT_OF(columns));
    for (int i = 0; i < results->n; i++) {
        const struct test_result *r = &results->items[i];
        table_cell_text(table, r->is_met ? "  ok" : "  no");
        table_cell_text(table, r->key);
        table_cell_text(table, r->expected);
        table_cell_text(table, r->actual);
    }
    table_print(table, stdout, table_width(stdout));
    arena_free(a);
}

static void print_tap(const struct run *run, const struct testcase *t,
                      const struct results *results, bool is_met) {
    printf("%s %d - %s\n", is_met ? "ok" : "not ok", run->n_run, t->name);
    for (int i = 0; i < results->n && !is_met; i++) {
        const struct test_result *r = &results->items[i];
        if (!r->is_met)
            printf("# %s:%d: %s is %s, expected %s\n", t->file, t->line, r->key,
                   r->actual, r->expected);
    }
}

static void add_json(struct run *run, const struct testcase *t,
                     const struct results *results, bool is_met) {
    json_t *list = json_array();
    for (int i = 0; i < results->n; i++) {
        const struct test_result *r = &results->items[i];
        json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s}", "key", r->key, "ok",
                                              r->is_met, "expected", r->expected,
                                              "actual", r->actual));
    }
    json_array_append_new(run->tests, json_pack("{s:s, s:s, s:i, s:b, s:o}", "name",
                                                t->name, "file", t->file, "line", t->line,
                                                "ok", is_met, "expectations", list));
}

static void run_one(struct run *run, const struct testcase *t) {
    static struct results results; /* 70 KiB */
    struct policy_decision d;
    results.n = 0;
    bool is_met = test_run(run->p, t, &d, keep, &results) == 0;
    run->n_run++;
    run->n_failed += !is_met;
    tests_mark(run->p, &d, run->is_reached);
    if (run->form == FORM_JSON)
        add_json(run, t, &results, is_met);
    else if (run->form == FORM_TAP)
        print_tap(run, t, &results, is_met);
    else if (!is_met || run->is_all)
        print_text(t, &results, is_met);
}

/* ---- all tests ---- */

static bool is_wanted(const struct run *run, const struct testcase *t) {
    return !run->name || strstr(t->name, run->name);
}

static int percent(const struct run *run) {
    return run->p->n_rules ? run->n_reached * 100 / run->p->n_rules : 100;
}

static void print_json(struct run *run) {
    json_t *untested = json_array();
    for (int r = 0; r < run->p->n_rules; r++) {
        const struct rule *rule = run->p->rules[r];
        if (!run->is_reached[r])
            json_array_append_new(untested,
                                  json_pack("{s:s, s:s, s:i}", "rule", rule->id, "file",
                                            rule->file, "line", rule->line));
    }
    json_t *all = json_pack("{s:i, s:i, s:i, s:i, s:i, s:o, s:o}", "run", run->n_run,
                            "failed", run->n_failed, "rules", run->p->n_rules, "reached",
                            run->n_reached, "coverage_percent", percent(run), "untested",
                            untested, "tests", run->tests);
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(all);
}

/* With a filter most rules are unreached by intention: then only the failures count. */
static void print_summary(const struct run *run) {
    const char *mark = run->form == FORM_TAP ? "# " : "";
    for (int r = 0; r < run->p->n_rules && !run->name; r++) {
        const struct rule *rule = run->p->rules[r];
        if (!run->is_reached[r])
            printf("%suntested %s:%d: no test reaches the rule %s\n", mark, rule->file,
                   rule->line, rule->id);
    }
    if (run->n_run == 0 && run->name)
        printf("%sno test's name holds \"%s\"\n", mark, run->name);
    printf("%s%d test%s, %d failed; %d of %d rules reached (%d %%)\n", mark, run->n_run,
           run->n_run == 1 ? "" : "s", run->n_failed, run->n_reached, run->p->n_rules,
           percent(run));
}

static int run_all(struct run *run, int64_t min_coverage) {
    int n_wanted = 0;
    for (int i = 0; i < run->p->n_tests; i++)
        n_wanted += is_wanted(run, &run->p->tests[i]);
    if (run->form == FORM_TAP)
        printf("1..%d\n", n_wanted);
    for (int i = 0; i < run->p->n_tests; i++)
        if (is_wanted(run, &run->p->tests[i]))
            run_one(run, &run->p->tests[i]);
    for (int r = 0; r < run->p->n_rules; r++)
        run->n_reached += run->is_reached[r];
    if (run->form == FORM_JSON)
        print_json(run);
    else
        print_summary(run);
    bool is_thin = percent(run) < min_coverage;
    if (is_thin)
        fprintf(stderr,
                "henpin policy test: the tests reach %d %% of the rules, less than the "
                "%d %% wanted\n",
                percent(run), (int)min_coverage);
    return run->n_failed > 0 || run->n_run == 0 || is_thin ? 1 : 0;
}

int policy_test_main(int argc, char **argv, char **envp) {
    struct test_config config = {.is_json = false};
    const struct option_table tables[] = {{test_options, &config}, {0}};
    const struct config_spec spec = {
        .program = argv[0],
        .summary =
            "Runs the tests that stand beside the rules; with NAME only those whose "
            "names hold it.\nExit codes: 0 all pass; 1 some fail, or there is none, or "
            "the rules have errors; 2 wrong usage.",
        .operands = "DIR [NAME]",
        .tables = tables};
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    if (parsed.operands.count < 1 || parsed.operands.count > 2 ||
        (config.is_json && config.is_tap)) {
        fprintf(stderr,
                "%s: name a directory of rules, and at most a part of the tests' names; "
                "--json or --tap\n",
                argv[0]);
        return 2;
    }
    struct policy *p = policy_open(argv[0], parsed.operands.items[0], true, &code);
    if (!p)
        return code;
    struct run run = {.p = p,
                      .form = config.is_json  ? FORM_JSON
                              : config.is_tap ? FORM_TAP
                                              : FORM_TEXT,
                      .is_all = config.is_all,
                      .name = parsed.operands.count > 1 ? parsed.operands.items[1] : NULL,
                      .is_reached = xcalloc((size_t)p->n_rules + 1, sizeof(bool)),
                      .tests = json_array()};
    code = run_all(&run, config.min_coverage);
    if (run.form != FORM_JSON)
        json_decref(run.tests);
    free(run.is_reached);
    policy_free(p);
    return code;
}
