/* coverage_read.c: `coverage:`: the weeks that the proof at load looks at, and the holes
 * that are accepted. */
#include "common/base/clock.h"
#include "common/policy/civil.h"
#include "common/policy/condition.h"
#include "common/policy/coverage.h"
#include "common/policy/schema.h"

#define COVERED_FACTS                                                                    \
    (UINT32_C(1) << FACT_MARKETPLACE | UINT32_C(1) << FACT_LANG |                        \
     UINT32_C(1) << FACT_CATEGORY)

static void read_gap(struct loader *l, const struct node *n, struct coverage_spec *s) {
    static const char *const keys[] = {"when", "duty", "why", NULL};
    struct coverage_gap *g = &s->gaps[s->n_gaps];
    *g = (struct coverage_gap){.at = n};
    if (!schema_map(l, n, "a gap", keys))
        return;
    const struct node *when = node_get(n, "when");
    g->why = schema_text(l, n, "why", true);
    NODE_WORDS(duty, node_get(n, "duty")) {
        if (g->n_duties == (int)COUNT_OF(g->duties)) {
            finding_error(l->fs, "schema", duty, "at most 8 duties in one gap");
            return;
        }
        g->duties[g->n_duties++] = schema_word(l, duty, "a duty");
    }
    if (!when && g->n_duties > 0) {
        s->n_gaps++;
        return;
    }
    if (!when || when->kind != NODE_MAP || when->count == 0) {
        finding_error(l->fs, "schema", n,
                      "a gap needs \"when\" (marketplace, lang, category) or \"duty\"");
        return;
    }
    conditions_read(l, when, g->conditions);
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (g->conditions[fact] && !(COVERED_FACTS >> fact & 1)) {
            finding_error(l->fs, "schema", when,
                          "coverage is looked at by marketplace, lang and category, not "
                          "by %s",
                          fact_name(fact));
            return;
        }
    }
    s->n_gaps++;
}

void coverage_read(struct loader *l, const struct node *node) {
    static const char *const keys[] = {"from", "weeks", "gaps", NULL};
    if (l->p->coverage) {
        finding_error(l->fs, "schema", node, "\"coverage\" stands in another file too");
        return;
    }
    if (!schema_map(l, node, "coverage", keys))
        return;
    struct coverage_spec *s = arena_zalloc(l->a, sizeof *s);
    const struct node *from = node_get(node, "from"), *weeks = node_get(node, "weeks"),
                      *gaps = node_get(node, "gaps");
    int64_t n = 1;
    s->at = node;
    if (!from || from->kind != NODE_SCALAR || !civil_parse(from->text, &s->first_day) ||
        civil_weekday(s->first_day) != 0) {
        finding_error(l->fs, "date", from ? from : node,
                      "coverage needs \"from\": a Monday, such as 2026-11-23");
        return;
    }
    if (weeks && !schema_number(l, weeks, 1, COVERAGE_MAX_WEEKS, &n))
        return;
    s->weeks = (int)n;
    if (gaps && schema_list(l, gaps, "gaps")) {
        s->gaps = arena_array(l->a, (size_t)gaps->count + 1, sizeof *s->gaps);
        NODE_EACH(gap, gaps) {
            read_gap(l, gap, s);
        }
    }
    l->p->coverage = s;
}

static bool admits_cell(const struct policy *p, const struct coverage_gap *g,
                        const struct coverage_cell *cell,
                        const struct coverage_class *class) {
    const struct domain *d = &p->domain;
    int64_t lang = cell->lang < 0 ? FACT_MISSING : cell->lang;
    const struct attribute *category = &d->facts[FACT_CATEGORY];
    if (!condition_holds(g->conditions[FACT_MARKETPLACE], &d->facts[FACT_MARKETPLACE],
                         cell->marketplace) ||
        !condition_holds(g->conditions[FACT_LANG], &d->facts[FACT_LANG], lang))
        return false;
    for (int v = 0; v < category->n_words; v++)
        if (word_set_has(&class->words, v) &&
            !condition_holds(g->conditions[FACT_CATEGORY], category, v))
            return false;
    return !class->has_missing ||
           condition_holds(g->conditions[FACT_CATEGORY], category, FACT_MISSING);
}

static bool names_duty(const struct coverage_gap *g, const char *duty) {
    for (int i = 0; i < g->n_duties; i++)
        if (g->duties[i] && strcmp(g->duties[i], duty) == 0)
            return true;
    return g->n_duties == 0;
}

const struct coverage_gap *coverage_accepted(const struct policy *p,
                                             const struct coverage *c,
                                             const struct coverage_cell *cell,
                                             const struct coverage_promise *promise) {
    const struct coverage_spec *s = p->coverage;
    for (int i = 0; s && i < s->n_gaps; i++)
        if (names_duty(&s->gaps[i], promise->duty->name) &&
            admits_cell(p, &s->gaps[i], cell, &c->classes[cell->category_class]))
            return &s->gaps[i];
    return NULL;
}
