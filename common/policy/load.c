/*
 * load.c: policy_load: a directory becomes one immutable revision.
 *
 * All files are read before any is typed, because a rule may use a calendar that a later
 * file defines. Passes: domain, groups, calendars, desks, tables, tests; then index,
 * checks, analysis, the tests in the packs, revision. Each pass tells all it finds; a
 * pass whose input is broken is left out, so that one mistake is told once.
 */
#include "common/policy/load.h"

#include "common/policy/analyse.h"
#include "common/policy/check.h"
#include "common/policy/contradict.h"
#include "common/policy/coverage.h"
#include "common/policy/desk.h"
#include "common/policy/directory_read.h"
#include "common/policy/files.h"
#include "common/policy/index.h"
#include "common/policy/money.h"
#include "common/policy/partner_read.h"
#include "common/policy/playbook.h"
#include "common/policy/revision.h"
#include "common/policy/schema.h"
#include "common/policy/signals.h"
#include "common/policy/table.h"
#include "common/policy/terms.h"
#include "common/policy/testcase.h"
#include "common/policy/yaml.h"

#include <stdio.h>
#include <stdlib.h>

#define POLICY_MEMORY ((size_t)2 << 30)

struct pack {
    const struct node *root;
    const struct zone *zone;
};

static const char *const pack_keys[] = {
    "ruleset",        "revision", "zone",    "domain",    "groups", "calendars",
    "desks",          "triage",   "tables",  "tests",     "title",  "terms",
    "playbooks",      "coverage", "signals", "directory", "sites",  "partners",
    "contradictions", "money",    NULL};

/* The texts of the directory's files; those that cannot be read are told and left out. */
static enum status read_files(struct loader *l, const struct source **out, int *n_out,
                              struct error *err) {
    const char **names;
    int n = 0;
    enum status status = files_list(l->scratch, l->dir, &names, &n, err);
    if (status != ST_OK)
        return status;
    if (n == 0) {
        return error_set(err, E_POLICY, "the directory \"%s\" holds no *.yaml file",
                         l->dir);
    }
    struct source *all = arena_array(l->scratch, (size_t)n, sizeof *all);
    for (int i = 0; i < n; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", l->dir, names[i]);
        const struct source *source = file_read(l->scratch, path, names[i]);
        if (!source) {
            struct source unreadable = {.name = names[i], .text = SPAN("")};
            finding_at(l->fs, "file", &unreadable, 0, 0,
                       "the file cannot be read, or is larger than 8 MiB");
            continue;
        }
        all[(*n_out)++] = *source;
    }
    *out = all;
    return ST_OK;
}

/* All files as trees. */
static enum status read_packs(struct loader *l, const struct load_options *o,
                              struct pack **out, int *n_out, struct error *err) {
    const struct source *sources = o->sources;
    int n = o->n_sources;
    if (!sources) {
        enum status status = read_files(l, &sources, &n, err);
        if (status != ST_OK)
            return status;
    }
    *out = arena_zalloc(l->scratch, (size_t)n * sizeof **out + 1);
    for (int i = 0; i < n; i++) {
        const struct source *source = &sources[i];
        l->n_bytes += source->text.len;
        if (l->n_bytes > POLICY_MAX_BYTES) {
            finding_at(l->fs, "limit", source, 1, 1,
                       "all files together are larger than 16 MiB");
            break;
        }
        struct node *root = yaml_read(l->scratch, source, l->fs);
        if (root && schema_map(l, root, "a pack", pack_keys))
            (*out)[(*n_out)++].root = root;
    }
    return ST_OK;
}

static void read_heads(struct loader *l, struct pack *packs, int n) {
    for (int i = 0; i < n; i++) {
        const struct node *zone = node_get(packs[i].root, "zone");
        packs[i].zone = zone_find(
            l, zone && zone->kind == NODE_SCALAR ? zone->text : SPAN("UTC"), zone);
        const char *ruleset = schema_text(l, packs[i].root, "ruleset", false);
        const char *label = schema_text(l, packs[i].root, "revision", false);
        l->p->ruleset = ruleset ? ruleset : l->p->ruleset;
        l->p->revision.label = label ? label : l->p->revision.label;
    }
}

typedef void read_part(struct loader *l, const struct node *node);

static void each_pack(struct loader *l, const struct pack *packs, int n, const char *key,
                      read_part *read) {
    for (int i = 0; i < n; i++) {
        const struct node *node = node_get(packs[i].root, key);
        l->zone = packs[i].zone;
        if (node)
            read(l, node);
    }
}

static void read_domain(struct loader *l, const struct node *n) {
    domain_read(l->a, &l->p->domain, n, l->fs);
}

static void read_groups(struct loader *l, const struct node *n) {
    domain_read_groups(l->a, &l->p->domain, n, l->fs);
}

static void read_triage(struct loader *l, const struct node *n) {
    if (n->kind != NODE_SCALAR || l->p->triage) {
        finding_error(l->fs, "schema", n, "\"triage\" names one desk, in one file");
        return;
    }
    l->p->triage = desk_find(l, n->text, n);
    const struct desk *d = l->p->triage;
    if (d && (!d->calendar || !d->calendar->is_always || !d->speaks_any)) {
        finding_error(l->fs, "chain", n,
                      "the triage desk must be open always and have langs [any]");
    }
}

/* What every rule set must have before rules make sense. */
static void check_ground(struct loader *l) {
    struct policy *p = l->p;
    if (!p->domain.facts[FACT_EVENT].is_listed)
        finding_error(l->fs, "domain", NULL, "no file lists the domain's \"event\"");
    if (!p->triage) {
        finding_error(l->fs, "schema", NULL,
                      "no file says \"triage: DESK\": where goes what no rule foresaw?");
    }
    if (p->n_tables == 0)
        finding_error(l->fs, "schema", NULL, "no file holds a table of rules");
}

static void type_packs(struct loader *l, struct pack *packs, int n) {
    read_heads(l, packs, n);
    each_pack(l, packs, n, "domain", read_domain);
    each_pack(l, packs, n, "groups", read_groups);
    domain_finish(l->a, &l->p->domain);
    each_pack(l, packs, n, "contradictions", contradictions_read);
    each_pack(l, packs, n, "calendars", calendars_read);
    each_pack(l, packs, n, "desks", desks_read);
    each_pack(l, packs, n, "triage", read_triage);
    each_pack(l, packs, n, "signals", signals_read);
    signals_compile(l);
    each_pack(l, packs, n, "terms", terms_read);
    terms_finish(l);
    each_pack(l, packs, n, "money", money_ways_read);
    each_pack(l, packs, n, "money", money_figures_read);
    each_pack(l, packs, n, "sites", sites_read);
    each_pack(l, packs, n, "partners", partners_read);
    each_pack(l, packs, n, "directory", directory_read);
    each_pack(l, packs, n, "playbooks", playbooks_collect);
    playbooks_read(l);
    each_pack(l, packs, n, "tables", tables_read);
    playbooks_check(l);
    check_ground(l);
    if (l->p->n_tables > 0)
        tables_finish(l);
    each_pack(l, packs, n, "tests", tests_read);
    each_pack(l, packs, n, "coverage", coverage_read);
}

static void list_tables_of_events(struct loader *l) {
    struct policy *p = l->p;
    int n_words = p->domain.facts[FACT_EVENT].n_words;
    p->tables_of_event =
        arena_array(l->a, (size_t)n_words + 1, sizeof(struct table_list));
    for (int word = 0; word < n_words; word++) {
        struct table_list *list = &p->tables_of_event[word];
        *list = (struct table_list){
            arena_array(l->a, (size_t)p->n_tables + 1, sizeof *list->items), 0};
        for (int i = 0; i < p->n_tables; i++) {
            const struct condition *events = p->tables[i].guard[FACT_EVENT];
            if (!events || word_set_has(&events->words, word))
                list->items[list->n++] = &p->tables[i];
        }
    }
}

static void compile(struct loader *l) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct attribute *at = &l->p->domain.facts[fact];
        uint32_t bit = at->is_listed ? UINT32_C(1) << fact : 0;
        l->p->listed |= bit;
        l->p->required |= at->is_optional ? 0 : bit;
        l->p->numbers |= at->kind == KIND_NUMBER ? bit : 0;
    }
    list_tables_of_events(l);
    l->is_compiled = true;
    for (int i = 0; i < l->p->n_tables; i++)
        l->is_compiled = index_build(l, &l->p->tables[i]) && l->is_compiled;
}

static enum status load_all(struct loader *l, const struct load_options *o,
                            struct error *err) {
    struct pack *packs = NULL;
    int n = 0;
    enum status status = read_packs(l, o, &packs, &n, err);
    if (status != ST_OK)
        return status;
    const struct node **roots = arena_array(l->scratch, (size_t)n + 1, sizeof *roots);
    for (int i = 0; i < n; i++)
        roots[i] = packs[i].root;
    if (l->fs->n_errors ==
        0) /* a file that is missing would be told again by all who use it */
        type_packs(l, packs, n);
    if (l->fs->n_errors == 0)
        compile(l);
    if (l->is_compiled) { /* what the rules do is told in one go, tests included */
        check_rules(l);
        if (!o->skips_proofs)
            analyse(l);
        if (!o->skips_tests)
            tests_run_all(l);
    }
    if (o->totals)
        *o->totals = (struct load_totals){n, l->p->n_tables, l->n_rules, l->p->n_tests};
    if (l->fs->n_errors == 0 && !o->skips_proofs)
        coverage_check(l);
    if (l->fs->n_errors == 0)
        revision_seal(l, roots, n);
    if (l->fs->n_errors > 0) {
        return error_set(err, E_POLICY, "the policy in \"%s\" has %d error%s", l->dir,
                         l->fs->n_errors, l->fs->n_errors == 1 ? "" : "s");
    }
    return ST_OK;
}

enum status policy_load_with(const char *dir, const struct load_options *o,
                             struct policy **out, struct error *err) {
    struct findings fs = {.report = o->report};
    struct arena *a = arena_new(POLICY_MEMORY);
    struct policy *p = arena_zalloc(a, sizeof *p);
    p->a = a;
    p->ruleset = "";
    p->revision.label = "";
    struct loader l = {
        .p = p, .a = a, .scratch = arena_new(POLICY_MEMORY), .fs = &fs, .dir = dir};
    enum status status = load_all(&l, o, err);
    arena_free(l.scratch);
    if (status == ST_OK)
        *out = p;
    else
        arena_free(a);
    return status;
}

enum status policy_load(const char *dir, const struct policy_report *report,
                        struct policy **out, struct error *err) {
    struct load_options o = {.report = report};
    return policy_load_with(dir, &o, out, err);
}

void policy_free(struct policy *p) {
    if (p)
        arena_free(p->a);
}

const struct policy_revision *policy_revision(const struct policy *p) {
    return &p->revision;
}
