/* coverage_check.c: the proof at load: every hole that no pack accepts is a finding. */
#include "common/base/clock.h"
#include "common/policy/coverage_rows.h"
#include "common/policy/witness.h"

#include <stdio.h>

enum { TOLD_MAX = 40, NAMES_MAX = 4 };

/* The test that shows the hole: the duty is the triage desk's. */
static void write_witness(const struct policy *p, const struct coverage_row *r,
                          char out[WITNESS_TEXT]) {
    const struct coverage_promise *x = r->promise;
    struct policy_facts f = coverage_input(x);
    int hour = coverage_worst_hour(x->hours);
    for (int t = 0; t < POLICY_TIME_COUNT; t++)
        f.time_us[t] = x->hours->first_us[hour];
    char expect[POLICY_MAX_CHARACTERS * 2 + 40];
    snprintf(expect, sizeof expect, "duty.%s.desk: %s", x->duty->name,
             x->chain ? x->chain->steps[x->chain->n - 1].desk->name : p->triage->name);
    witness_write(p, &f, "nobody but triage before it is due", expect, out);
}

static void tell_hole(struct loader *l, const struct coverage *c,
                      const struct coverage_row *r) {
    char stores[300], langs[200], goods[200], hours[400], witness[WITNESS_TEXT];
    struct builder s = builder_over(stores, sizeof stores - 1),
                   la = builder_over(langs, sizeof langs - 1),
                   g = builder_over(goods, sizeof goods - 1),
                   h = builder_over(hours, sizeof hours - 1);
    coverage_spell_marketplaces(l->p, r, NAMES_MAX, &s);
    coverage_spell_langs(l->p, r, NAMES_MAX, &la);
    coverage_spell_categories(l->p, r, NAMES_MAX, &g);
    coverage_spell_holes(r, &h);
    write_witness(l->p, r, witness);
    const struct coverage_promise *x = r->promise;
    finding_tell(l->fs, POLICY_WARNING, "no-open-desk",
                 x->chain && x->chain->at ? x->chain->at : l->p->coverage->at, witness,
                 "nobody but the triage desk can act before \"%s\" (rule \"%s\", %s) is "
                 "due on %.*s, %.*s, %.*s: %.*s (of %d weeks); add a desk, its "
                 "hours or its languages, or accept it under \"gaps:\" of \"coverage:\"",
                 x->duty->name, x->rule->id, x->duty->due.text, (int)s.len, stores,
                 (int)la.len, langs, (int)g.len, goods, (int)h.len, hours, c->weeks);
}

static bool is_used(const struct policy *p, const struct coverage *c,
                    const struct coverage_gap *gap) {
    for (int i = 0; i < c->n_cells; i++) {
        const struct coverage_cell *cell = &c->cells[i];
        for (int k = 0; k < cell->n_promises; k++)
            if (cell->promises[k].hours->n_missed > 0 &&
                coverage_accepted(p, c, cell, &cell->promises[k]) == gap)
                return true;
    }
    return false;
}

/* An accepted hole that is none any more hides the next one. */
static void tell_idle_gaps(struct loader *l, const struct coverage *c) {
    const struct coverage_spec *s = l->p->coverage;
    for (int i = 0; i < s->n_gaps; i++) {
        if (!is_used(l->p, c, &s->gaps[i])) {
            finding_warning(l->fs, "no-effect", s->gaps[i].at,
                            "this gap accepts nothing: somebody answers there, or an "
                            "earlier gap accepts it; drop it");
        }
    }
}

void coverage_check(struct loader *l) {
    const struct coverage_spec *s = l->p->coverage;
    if (!s)
        return;
    struct coverage_query q = {.first_day = s->first_day,
                               .weeks = s->weeks,
                               .marketplace = COVERAGE_ALL,
                               .lang = COVERAGE_ALL,
                               .category = COVERAGE_ALL};
    const struct coverage *c = coverage_find(l->scratch, l->p, &q);
    if (!c->is_finished || c->n_undecided > 0) {
        finding_warning(l->fs, "not-finished", s->at,
                        "whether every hour has an open desk was not proved%s%s: %s",
                        c->undecided_rule ? " for the rule " : "",
                        c->undecided_rule ? c->undecided_rule : "",
                        c->is_finished ? "its duty could not be begun by an example"
                                       : "the chains depend on too many facts");
    }
    int n = 0, told = 0;
    const struct coverage_row *rows = coverage_rows(l->scratch, l->p, c, &n);
    for (int i = 0; i < n; i++)
        if (rows[i].n_missed > 0 && !rows[i].gap && told++ < TOLD_MAX)
            tell_hole(l, c, &rows[i]);
    if (told > TOLD_MAX) {
        finding_warning(l->fs, "no-open-desk", s->at,
                        "%d more holes of this kind: `henpin policy coverage` shows all",
                        told - TOLD_MAX);
    }
    tell_idle_gaps(l, c);
}
