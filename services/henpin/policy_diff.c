/*
 * policy_diff.c: `henpin policy diff OLD NEW`: what another revision changes: rule by rule,
 * and for the tests of both packs, for events in files, or for what Postgres has recorded.
 */
#include "services/henpin/policy_diff.h"

#include "common/base/clock.h"
#include "common/event/marketplace.h"
#include "services/henpin/database.h"
#include "services/henpin/policy_command.h"
#include "services/henpin/table.h"

#include <stdio.h>
#include <unistd.h>

struct diff_config {
    struct pg_config database;
    const char *rule, *since;
    int64_t n_shown;
    bool is_json, is_recorded;
};

#define AT(member) offsetof(struct diff_config, member)
static const struct option diff_options[] = {
    {"recorded", "HENPIN_POLICY_DIFF_RECORDED", OPT_BOOL, AT(is_recorded), "false", 0, 0,
     0, NULL, NULL, "compare on the decisions recorded in Postgres"},
    {"since", "HENPIN_POLICY_DIFF_SINCE", OPT_STRING, AT(since), "", 0, 0, 0, NULL,
     "TIME", "with --recorded: only events from then on: an instant, a day, or 30d"},
    {"rule", "HENPIN_POLICY_RULE", OPT_STRING, AT(rule), "", 0, 0, 0, NULL, "ID",
     "only this rule, both revisions side by side"},
    {"events", "HENPIN_POLICY_DIFF_EVENTS", OPT_I64, AT(n_shown), "10", 0, INT64_MAX, 0,
     NULL, "N", "show at most so many events that change, before the totals"},
    {"json", "HENPIN_POLICY_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object, written as it goes: rules, every event that changes, totals"},
    {0},
};

/* ---- events ---- */

struct comparison {
    const struct diff_config *c;
    const struct diff_sides *sides;
    struct diff_input *in;
    struct diff_totals *totals;
    int64_t n_shown, shown_us, started_us;
    bool is_terminal;
};

/* The currency that an amount is stated in, else that of the store; NULL: no amount. */
static const char *currency_of(const struct policy *p, const struct policy_facts *f) {
    const struct attribute *stated = &p->domain.facts[FACT_CURRENCY];
    const struct attribute *stores = &p->domain.facts[FACT_MARKETPLACE];
    int64_t word = f->value[FACT_CURRENCY], store = f->value[FACT_MARKETPLACE];
    if (f->value[FACT_VALUE] == FACT_MISSING)
        return NULL;
    if (stated->is_listed && word >= 0)
        return stated->words[word];
    const struct marketplace *m =
        store >= 0 ? marketplace_find(span_of(stores->words[store])) : NULL;
    return m ? m->currency : "?";
}

static void show_progress(struct comparison *x) {
    int64_t now = clock_monotonic_us();
    if (!x->is_terminal || now - x->shown_us < US_PER_S / 2)
        return;
    x->shown_us = now;
    int64_t n = x->totals->n_events;
    double seconds = (double)(now - x->started_us) / (double)US_PER_S;
    fprintf(stderr, "\r%s events, %s/s, %s change ", table_count(n),
            table_count((int64_t)((double)n / seconds)),
            table_count(x->totals->n_changed));
}

static void compare_one(struct comparison *x) {
    static struct policy_decision before, after; /* 20 KiB each */
    struct policy_facts f, g;
    struct diff_result r;
    x->in->state(x->in, x->sides->before, &f);
    x->in->state(x->in, x->sides->after, &g);
    policy_decide(x->sides->before, &f, &before);
    policy_decide(x->sides->after, &g, &after);
    diff_decisions(&before, &after, &r);
    diff_totals_add(x->totals, &r, x->in->name, currency_of(x->sides->after, &g),
                    g.value[FACT_VALUE]);
    if (r.n == 0)
        return;
    if (x->c->is_json)
        diff_json_event(x->in->name, &r, x->n_shown == 0);
    else if (x->n_shown < x->c->n_shown)
        diff_print_event(x->in->name, &r);
    x->n_shown++;
}

static enum status compare_events(struct comparison *x, struct error *err) {
    bool has_event = true;
    enum status st = ST_OK;
    x->started_us = x->shown_us = clock_monotonic_us();
    x->is_terminal = isatty(STDERR_FILENO) == 1;
    while (st == ST_OK) {
        st = x->in->next(x->in, &has_event, err);
        if (st != ST_OK || !has_event)
            break;
        compare_one(x);
        if (x->totals->n_events % 1024 == 0)
            show_progress(x);
    }
    if (x->is_terminal && x->shown_us != x->started_us)
        fputs("\r\033[K", stderr);
    return st;
}

/* ---- the command ---- */

static int one_rule(const struct diff_sides *s, const char *id) {
    struct arena *a = arena_new((size_t)64 << 20);
    struct diff_rule rule;
    bool is_there = diff_one_rule(a, words_new(a, s->before, WORDS_EN),
                                  words_new(a, s->after, WORDS_EN), id, &rule);
    if (is_there)
        diff_print_rule(&rule);
    else
        fprintf(stderr, "henpin policy diff: neither revision has a rule \"%s\"\n", id);
    int code = !is_there ? 2 : rule.n_changed > 0 ? 1 : 0;
    arena_free(a);
    return code;
}

static int whole(const struct diff_config *c, const struct diff_sides *s,
                 struct diff_input *in, const char *source) {
    struct arena *a = arena_new((size_t)512 << 20);
    struct diff_rules rules = diff_rule_sets(a, words_new(a, s->before, WORDS_EN),
                                             words_new(a, s->after, WORDS_EN));
    struct comparison x = {.c = c, .sides = s, .in = in, .totals = diff_totals_new(a)};
    struct error err = {0};
    if (c->is_json)
        diff_json_begin(s, &rules);
    else
        diff_print_rules(s, &rules);
    enum status st = compare_events(&x, &err);
    if (st == ST_OK && c->is_json)
        diff_json_end(x.totals, in);
    else if (st == ST_OK)
        diff_print_totals(x.totals, in, source);
    int code = rules.n > 0 || x.totals->n_changed > 0 ? 1 : 0;
    if (st != ST_OK) {
        (void)database_failed("henpin policy diff", &err);
        code = 2;
    } else if (in->n_rejected > 0) {
        code = 2;
    }
    arena_free(a);
    return code;
}

static int on_recorded(const struct diff_config *c, const struct diff_sides *s) {
    struct error err = {0};
    struct pg *pg = NULL;
    int64_t since_us;
    if (database_instant("since", c->since, &since_us, &err) != ST_OK ||
        database_open(&c->database, &pg, &err) != ST_OK) {
        (void)database_failed("henpin policy diff", &err);
        return 2;
    }
    struct diff_input *in = diff_input_recorded(pg, since_us, s->before);
    int code = whole(c, s, in, "the recorded decisions");
    in->close(in);
    pg_free(pg);
    return code;
}

static int compare(const struct diff_config *c, const struct diff_sides *s,
                   const struct option_list *operands) {
    if (*c->rule)
        return one_rule(s, c->rule);
    if (c->is_recorded)
        return on_recorded(c, s);
    bool has_files = operands->count > 2;
    struct diff_input *in =
        has_files ? diff_input_files(operands->items + 2, operands->count - 2)
                  : diff_input_tests(s->before, s->after);
    int code =
        whole(c, s, in, has_files ? operands->items[2] : "the tests of both packs");
    in->close(in);
    return code;
}

int policy_diff_main(int argc, char **argv, char **envp) {
    struct diff_config config = {.rule = ""};
    const struct option_table tables[] = {
        {diff_options, &config}, {pg_options, &config.database}, {0}};
    const struct config_spec spec = {
        .program = argv[0],
        .summary =
            "What the rules in NEW change against those in OLD: rule by rule, and for "
            "events: the tests of both packs, FILEs of JSON lines (each a test's "
            "`given`; "
            "-: the standard input), or --recorded.\nExit codes: 0 nothing; 1 rules or "
            "results differ; 2 wrong usage, or some events could not be read.",
        .operands = "OLD NEW [FILE...]",
        .tables = tables};
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    const struct option_list *dirs = &parsed.operands;
    if (dirs->count < 2 || (dirs->count > 2 && config.is_recorded)) {
        fprintf(stderr,
                "%s: name two directories of rules, and files of events or --recorded\n",
                argv[0]);
        return 2;
    }
    struct policy *before = policy_open(argv[0], dirs->items[0], false, &code);
    struct policy *after =
        before ? policy_open(argv[0], dirs->items[1], false, &code) : NULL;
    if (before && after) {
        struct diff_sides s = {before, after, dirs->items[0], dirs->items[1]};
        code = compare(&config, &s, dirs);
    }
    policy_free(before);
    policy_free(after);
    return code;
}
