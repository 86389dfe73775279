/* policy_explain.c: `henpin policy explain`: a decision in words: one that was taken, or
 * one for an event that a person describes. */
#include "common/event/marketplace.h"
#include "common/policy/explain.h"
#include "common/policy/explain_words.h"
#include "common/policy/testcase.h"
#include "services/henpin/database.h"
#include "services/henpin/policy_command.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXPLAIN_TEXT_MAX = 1 << 20 };

struct explain_config {
    const char *rule, *test;
    int language;
    bool is_json;
};

#define AT(member) offsetof(struct explain_config, member)
static const struct option explain_options[] = {
    {"lang", "HENPIN_POLICY_LANG", OPT_CHOICE, AT(language), "en", 0, 0, 0, "en|ja", NULL,
     "in English or in Japanese"},
    {"json", "HENPIN_POLICY_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object with everything; its names do not depend on the language"},
    {"rule", "HENPIN_POLICY_RULE", OPT_STRING, AT(rule), "", 0, 0, 0, NULL, "ID",
     "tell first why this rule applies or not, condition by condition"},
    {"test", "HENPIN_POLICY_TEST", OPT_STRING, AT(test), "", 0, 0, 0, NULL, "NAME",
     "instead of EVENT.yaml: what the test in the packs whose name holds this is given"},
    {0},
};

static void tell_finding(void *context, const struct policy_finding *f) {
    (void)context;
    if (f->severity == POLICY_ERROR)
        policy_print_finding(f);
}

static const struct rule *find_rule(const struct policy *p, const char *id) {
    for (int i = 0; i < p->n_rules; i++)
        if (strcmp(p->rules[i]->id, id) == 0)
            return p->rules[i];
    return NULL;
}

/* A reader of a case in Japan thinks in Japanese time. */
static const char *zone_of(const struct policy *p, const struct policy_facts *f) {
    int64_t word = f->value[FACT_MARKETPLACE];
    const struct attribute *at = &p->domain.facts[FACT_MARKETPLACE];
    if (word < 0 || word >= at->n_words)
        return NULL;
    const struct marketplace *m = marketplace_find(span_of(at->words[word]));
    return m ? m->zone : NULL;
}

static void print(const struct explanation *x, const struct words *w,
                  const struct rule *r, bool is_json) {
    char *text = xmalloc(EXPLAIN_TEXT_MAX);
    struct builder b = builder_over(text, EXPLAIN_TEXT_MAX);
    if (is_json)
        explain_json(x, r, &b);
    else
        explain_text(x, w, r, &b);
    fwrite(b.ptr, 1, b.len, stdout);
    free(text);
}

/* What is to be explained, from a file or from a test of the packs. */
static enum status read_event(const struct explain_config *c, const struct policy *p,
                              const char *path, struct policy_facts *f,
                              struct error *err) {
    struct policy_report report = {tell_finding, NULL};
    if (path)
        return policy_read_given(p, path, &report, f, err);
    for (int i = 0; i < p->n_tests; i++)
        if (strstr(p->tests[i].name, c->test)) {
            printf("test \"%s\" (%s:%d)\n", p->tests[i].name, p->tests[i].file,
                   p->tests[i].line);
            *f = p->tests[i].facts;
            return ST_OK;
        }
    return error_set(err, E_CONFIG, "no test's name holds \"%s\"", c->test);
}

static int explain_event(const struct explain_config *c, const struct policy *p,
                         const char *dir, const char *path) {
    struct policy_report report = {tell_finding, NULL};
    struct arena *a = arena_new((size_t)256 << 20);
    struct words *w = words_new(a, p, (enum words_language)c->language);
    const struct rule *r = *c->rule ? find_rule(p, c->rule) : NULL;
    struct policy_facts f;
    struct error err = {0};
    int code = 0;
    if (*c->rule && !r) {
        fprintf(stderr, "henpin policy explain: there is no rule \"%s\" in %s\n", c->rule,
                dir);
        code = 2;
    } else if (words_read(w, dir, &report, &err) != ST_OK ||
               read_event(c, p, path, &f, &err) != ST_OK) {
        fprintf(stderr, "henpin policy explain: %s\n", err.text);
        code = 2;
    } else {
        print(explain_build(a, p, &f, zone_of(p, &f)), w, r, c->is_json);
    }
    arena_free(a);
    return code;
}

int policy_explain_main(int argc, char **argv, char **envp) {
    struct explain_config config = {.rule = "", .test = ""};
    const struct option_table tables[] = {{explain_options, &config}, {0}};
    const struct config_spec spec = {
        .program = argv[0],
        .summary = "Tells why an event is decided as it is, and why not otherwise: rules "
                   "that apply, rules that\nnearly do, how each deadline came about, who "
                   "gets it. EVENT.yaml holds what a test's `given` holds:\n{event: "
                   "return_requested, time: 2026-11-20T12:00+09:00, marketplace: "
                   "amazon.co.jp, fulfilment: seller, ...}",
        .operands = "DIR [EVENT.yaml]",
        .tables = tables};
    struct config_result parsed;
    int code;
    if (!database_parse(&spec, argc, argv, envp, &parsed, &code))
        return code;
    if (parsed.operands.count != (*config.test ? 1 : 2)) {
        fprintf(stderr,
                "%s: name a directory of rules, and a file with an event or --test\n",
                argv[0]);
        return 2;
    }
    struct policy *p = policy_open(argv[0], parsed.operands.items[0], false, &code);
    if (p)
        code =
            explain_event(&config, p, parsed.operands.items[0], parsed.operands.items[1]);
    policy_free(p);
    return code;
}
