/* policy_explain.c: `henpin policy explain`: a decision in words: one that was taken, or
 * one for an event that a person describes. */
#include "services/henpin/policy_explain.h"

#include "common/event/marketplace.h"
#include "common/io/pg_options.h"
#include "common/policy/rule.h"
#include "common/policy/testcase.h"
#include "services/henpin/policy_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPLANATION_MAX = 1 << 20 };

struct explain_config {
    struct pg_config database;
    const char *rule, *test, *order, *marketplace, *decision;
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
    {"order", "HENPIN_POLICY_ORDER", OPT_STRING, AT(order), "", 0, 0, 0, NULL, "ID",
     "instead of EVENT.yaml: the last decision recorded for this order and its returns"},
    {"marketplace", "HENPIN_POLICY_MARKETPLACE", OPT_STRING, AT(marketplace), "", 0, 0, 0,
     NULL, "CODE", "with --order: of this store only"},
    {"decision", "HENPIN_POLICY_DECISION", OPT_STRING, AT(decision), "", 0, 0, 0, NULL,
     "ID", "the recorded decision on this event: TOPIC:PARTITION:OFFSET, or an event id"},
    {0},
};

static void tell_finding(void *context, const struct policy_finding *f) {
    (void)context;
    if (f->severity == POLICY_ERROR)
        policy_print_finding(f);
}

const char *explain_zone(const struct explain_command *c, const struct policy_facts *f) {
    int64_t word = f->value[FACT_MARKETPLACE];
    const struct attribute *at = &c->p->domain.facts[FACT_MARKETPLACE];
    const struct marketplace *m = word >= 0 && word < at->n_words
                                      ? marketplace_find(span_of(at->words[word]))
                                      : NULL;
    return m ? m->zone : words_language(c->w) == WORDS_JA ? "Asia/Tokyo" : NULL;
}

void explain_print(const struct explain_command *c, const struct explanation *x) {
    char *text = xmalloc(EXPLANATION_MAX);
    struct builder b = builder_over(text, EXPLANATION_MAX);
    if (c->is_json)
        explain_json(x, c->rule, &b);
    else
        explain_text(x, c->w, c->rule, &b);
    fwrite(b.ptr, 1, b.len, stdout);
    free(text);
}

/* What is to be explained, from a file or from a test of the packs. */
static enum status read_event(const struct explain_config *config,
                              const struct explain_command *c, const char *path,
                              struct policy_facts *f, struct error *err) {
    struct policy_report report = {tell_finding, NULL};
    if (path)
        return policy_read_given(c->p, path, &report, f, err);
    for (int i = 0; i < c->p->n_tests; i++) {
        const struct testcase *t = &c->p->tests[i];
        if (!strstr(t->name, config->test))
            continue;
        if (!c->is_json)
            printf("test \"%s\" (%s:%d)\n", t->name, t->file, t->line);
        *f = t->facts;
        return ST_OK;
    }
    return error_set(err, E_INPUT, "no test's name holds \"%s\"", config->test);
}

static int explain_event(const struct explain_config *config,
                         const struct explain_command *c, const char *path) {
    struct arena *a = arena_new((size_t)256 << 20);
    struct policy_facts f;
    struct error err = {0};
    int code = 0;
    if (read_event(config, c, path, &f, &err) == ST_OK) {
        explain_print(c, explain_build(a, c->p, &f, explain_zone(c, &f)));
    } else {
        fprintf(stderr, "henpin policy explain: %s\n", err.text);
        code = error_exit_code(err.code);
    }
    arena_free(a);
    return code;
}

static int explain(const struct explain_config *config, const struct policy *p,
                   const char *dir, const char *path) {
    struct policy_report report = {tell_finding, NULL};
    struct arena *a = arena_new((size_t)32 << 20);
    struct explain_command c = {
        .p = p,
        .w = words_new(a, p, (enum words_language)config->language),
        .rule = *config->rule ? rule_find(p, span_of(config->rule)) : NULL,
        .is_json = config->is_json,
        .order = config->order,
        .marketplace = config->marketplace,
        .decision = config->decision};
    struct error err = {0};
    int code = 2;
    if (*config->rule && !c.rule)
        fprintf(stderr, "henpin policy explain: there is no rule \"%s\" in %s\n",
                config->rule, dir);
    else if (words_read(c.w, dir, &report, &err) != ST_OK)
        fprintf(stderr, "henpin policy explain: %s\n", err.text);
    else if (*config->order || *config->decision)
        code = explain_recorded(&c, &config->database);
    else
        code = explain_event(config, &c, path);
    arena_free(a);
    return code;
}

int policy_explain_main(int argc, char **argv, char **envp) {
    struct explain_config config = {.rule = ""};
    const struct option_table tables[] = {
        {explain_options, &config}, {pg_options, &config.database}, {0}};
    const struct config_spec spec = {
        .program = argv[0],
        .summary =
            "Tells why an event is decided as it is, and why not otherwise: rules that "
            "apply, rules that nearly do, how each deadline came about, who gets it. "
            "EVENT.yaml holds what a test's `given` holds:\n{event: return_requested, "
            "time: 2026-11-20T12:00+09:00, marketplace: amazon.co.jp, fulfilment: "
            "seller, "
            "...}",
        .operands = "DIR [EVENT.yaml]",
        .tables = tables};
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    int n_sources = (*config.test != 0) + (*config.order || *config.decision) +
                    (parsed.operands.count > 1);
    if (parsed.operands.count < 1 || parsed.operands.count > 2 || n_sources != 1) {
        fprintf(
            stderr,
            "%s: name a directory of rules, and one of: a file with an event, --test, "
            "--order, --decision\n",
            argv[0]);
        return 2;
    }
    const char *dir = parsed.operands.items[0];
    struct policy *p = policy_open(argv[0], dir, false, &code);
    if (p)
        code = explain(&config, p, dir,
                       parsed.operands.count > 1 ? parsed.operands.items[1] : NULL);
    policy_free(p);
    return code;
}
