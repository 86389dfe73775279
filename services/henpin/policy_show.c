/* policy_show.c: `henpin policy show`: the rules for people, with who says so. */
#include "common/base/clock.h"
#include "common/policy/condition.h"
#include "common/policy/model.h"
#include "services/henpin/database.h"
#include "services/henpin/policy_command.h"

#include <stdio.h>
#include <string.h>

static void print_instant(const char *what, int64_t us) {
    char text[CLOCK_TEXT_SIZE];
    if (us != INT64_MIN && us != INT64_MAX) {
        clock_text(us, text);
        printf(" %s %s", what, text);
    }
}

/* Word conditions as the words they take; more than half of a list as what they do not
 * take. */
static void print_words(const struct attribute *at, const struct condition *c) {
    int n = 0;
    for (int i = 0; i < at->n_words; i++) {
        n += word_set_has(&c->words, i);
    }
    bool is_negative = n > at->n_words / 2 + 1;
    const char *comma = is_negative ? "not " : "";
    for (int i = 0; i < at->n_words; i++) {
        if (word_set_has(&c->words, i) != is_negative) {
            printf("%s%s", comma, at->words[i]);
            comma = ", ";
        }
    }
    if (c->allows_missing) {
        printf("%smissing", n ? ", " : "");
    }
}

static void print_members(const struct attribute *at, uint64_t bits, const char *before,
                          const char **comma) {
    for (int i = 0; i < at->n_words; i++) {
        if (bits >> i & 1) {
            printf("%s%s%s", *comma, before, at->words[i]);
            *comma = " and ";
        }
    }
}

static void print_condition(const struct policy *p, int fact, const struct condition *c) {
    const struct attribute *at = &p->domain.facts[fact];
    printf("    %-14s ", fact_name(fact));
    if (at->kind == KIND_WORD) {
        print_words(at, c);
    }
    for (int i = 0; i < c->n; i++) {
        printf("%s", i ? " or " : "");
        if (at->kind == KIND_NUMBER) {
            printf("%lld..%lld", (long long)c->ranges[i].low,
                   (long long)c->ranges[i].high);
        } else {
            const char *comma = "";
            print_members(at, c->clauses[i].all, "", &comma);
            print_members(at, c->clauses[i].none, "without ", &comma);
        }
    }
    putchar('\n');
}

static void print_outcome(const struct outcome *o) {
    if (o->handle) {
        printf("    -> handled by %s\n", o->handle);
    }
    for (int i = 0; i < o->n_duties; i++) {
        const struct duty_spec *d = &o->duties[i];
        printf("    -> duty %s within %s%s%s%s\n", d->name, d->due.text,
               d->has_aim ? ", aim " : "", d->has_aim ? d->aim.text : "",
               d->is_own_clock ? ", our own clock" : "");
        if (d->cost) {
            printf("       if not: %s\n", d->cost);
        }
    }
    for (int i = 0; i < o->n_blockers; i++) {
        printf("    -> the seller must have %s\n", o->blockers[i].name);
    }
    if (o->remedy) {
        printf("    -> offer %s\n", o->remedy);
    }
    if (o->code) {
        printf("    -> the goods: %s\n", o->code);
    }
    for (int i = 0; i < o->n_steps; i++) {
        printf("       %2d %s%s%s%s\n", i + 1, o->steps[i].action,
               o->steps[i].to ? " to " : "", o->steps[i].to ? o->steps[i].to : "",
               o->steps[i].has_due ? ", " : "");
    }
    for (int i = 0; o->chain && i < o->chain->n; i++) {
        printf("    -> desk %d: %s\n", i + 1, o->chain->steps[i].desk->name);
    }
}

static void print_rule(const struct policy *p, const struct rule *r) {
    printf("\n  %s%s\n    %s\n", r->id, r->is_shadow ? " [shadow]" : "", r->title);
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (r->conditions[fact]) {
            print_condition(p, fact, r->conditions[fact]);
        }
    }
    if (r->from_us != INT64_MIN || r->until_us != INT64_MAX) {
        printf("    valid         ");
        print_instant("from", r->from_us);
        print_instant("until", r->until_us);
        printf(", by %s\n", time_name(r->by));
    }
    print_outcome(&r->then);
    printf("    source: %s (%s); %s line %d\n", r->source ? r->source : "not given",
           r->confidence ? r->confidence : "-", r->file, r->line);
    if (r->why) {
        printf("    why: %s\n", r->why);
    }
}

int policy_show_main(int argc, char **argv, char **envp) {
    static const struct option_table tables[] = {{0}};
    const struct config_spec spec = {.program = argv[0],
                                     .summary = "Shows the rules.",
                                     .operands = "DIR [RULE]",
                                     .tables = tables};
    struct config_result parsed;
    int code;
    if (!database_parse(&spec, argc, argv, envp, &parsed, &code))
        return code;
    if (parsed.operands.count < 1 || parsed.operands.count > 2) {
        fprintf(stderr, "%s: name a directory of rules, and at most one rule\n", argv[0]);
        return 2;
    }
    struct policy *p = policy_open(argv[0], parsed.operands.items[0], true, &code);
    if (!p)
        return code;
    const char *rule = parsed.operands.count > 1 ? parsed.operands.items[1] : NULL;
    int n_shown = 0;
    for (int i = 0; i < p->n_tables; i++) {
        const struct table *t = &p->tables[i];
        if (!rule) {
            printf("\n%s: %s\n", t->name, t->title ? t->title : "");
        }
        for (int k = 0; k < t->n_rules; k++) {
            if (!rule || strcmp(rule, t->rules[k].id) == 0) {
                print_rule(p, &t->rules[k]);
                n_shown++;
            }
        }
    }
    if (n_shown == 0) {
        fprintf(stderr, "henpin policy show: there is no rule \"%s\"\n", rule);
    }
    policy_free(p);
    return n_shown > 0 ? 0 : 1;
}
