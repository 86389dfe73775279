/* check.c: what is wrong with typed rules before any two are compared. */
#include "common/policy/check.h"

#include "common/base/clock.h"
#include "common/policy/cover.h"
#include "common/policy/desk.h"
#include "common/policy/outcome.h"
#include "common/policy/witness.h"

static bool desk_holds_some(const struct desk *d, const char *licence) {
    for (int i = 0; i < d->n_licences; i++)
        if (strcmp(d->licences[i].name, licence) == 0)
            return true;
    return false;
}

static const char *takes(struct loader *l, const struct table *t, const struct rule *r) {
    return r == &t->otherwise
               ? NULL
               : witness_of_rule(l, t, r, "an input that takes this chain");
}

static void check_chain(struct loader *l, const struct table *t, const struct rule *r) {
    const struct chain *c = r->then.chain;
    if (c && c->n > 0 &&
        (c->steps[c->n - 1].wait_us > 0 || c->steps[c->n - 1].wait_percent > 0)) {
        finding_tell(l->fs, POLICY_WARNING, "no-effect", c->at, takes(l, t, r),
                     "the last step has nobody to wait for: drop its \"wait\"");
    }
    for (int i = 0; c && i + 1 < c->n; i++) {
        const struct chain_step *s = &c->steps[i];
        for (int k = 0; k < s->n_requires; k++) {
            if (!desk_holds_some(s->desk, s->requires[k])) {
                finding_tell(l->fs, POLICY_ERROR, "licence", c->at, takes(l, t, r),
                             "the desk \"%s\" does not hold the licence \"%s\" that this "
                             "step requires: drop the step, or list the licence",
                             s->desk->name, s->requires[k]);
            }
        }
    }
}

static int64_t rough_length_us(const struct duration *d) {
    return d->kind == SPAN_ELAPSED || d->kind == SPAN_BUSINESS_HOURS
               ? d->amount
               : d->amount * US_PER_DAY;
}

/* Whether what stops a duty can be undone: the domain knows an event that reopens. */
static bool can_reopen(const struct policy *p) {
    const struct attribute *events = &p->domain.facts[FACT_EVENT];
    for (int i = 0; i < events->n_words; i++)
        if (strstr(events->words[i], "reopened"))
            return true;
    return false;
}

static const char *begins(struct loader *l, const struct table *t, const struct rule *r) {
    return witness_of_rule(l, t, r, "an input that begins the duty");
}

/* The event that begins the duty also ends it: it would be met at birth. */
static void check_duty(struct loader *l, const struct table *t, const struct rule *r,
                       const struct duty_spec *d) {
    const struct condition *when = r->conditions[FACT_EVENT],
                           *guard = t->guard[FACT_EVENT];
    const struct attribute *events = &l->p->domain.facts[FACT_EVENT];
    for (int i = 0; i < d->n_stops; i++) {
        int e = attribute_find(events, span_of(d->stops[i]));
        if ((!when || word_set_has(&when->words, e)) &&
            (!guard || word_set_has(&guard->words, e))) {
            finding_tell(l->fs, POLICY_ERROR, "duty", r->at, begins(l, t, r),
                         "the duty \"%s\" starts at the event that stops it, \"%s\": "
                         "exclude that event, or drop it from \"stop\"",
                         d->name, d->stops[i]);
        }
    }
    if (!d->says_reopen && can_reopen(l->p)) {
        finding_tell(l->fs, POLICY_WARNING, "reopen", r->at, begins(l, t, r),
                     "the duty \"%s\" does not say what reopening does: \"reopen: "
                     "restart\", \"resume\" or \"closed\"",
                     d->name);
    }
    if (d->has_aim && rough_length_us(&d->aim) > rough_length_us(&d->due)) {
        finding_tell(l->fs, POLICY_WARNING, "duty", r->at, begins(l, t, r),
                     "the aim of \"%s\" is later than its due instant: shorten it",
                     d->name);
    }
    if (d->reserve_us >= rough_length_us(&d->due) && d->reserve_us > 0) {
        finding_tell(l->fs, POLICY_ERROR, "duty", r->at, begins(l, t, r),
                     "the reserve of \"%s\" takes all of its time: shorten it", d->name);
    }
}

static void check_rule(struct loader *l, const struct table *t, const struct rule *r) {
    if (r->then.gives >> SLOT_CHAIN & 1)
        check_chain(l, t, r);
    for (int i = 0; i < r->then.n_duties; i++)
        check_duty(l, t, r, &r->then.duties[i]);
}

/* A needed word that no table gives makes the table unreachable. */
static void check_needs(struct loader *l, const struct table *t) {
    for (int k = 0; k < t->n_needs; k++) {
        bool is_given = false;
        for (int i = 0; i < l->p->n_tables; i++)
            is_given = is_given || l->p->tables[i].gives >> t->needs[k].slot & 1;
        if (!is_given) {
            finding_error(l->fs, "needs", t->at,
                          "no table gives \"%s\", which the table \"%s\" needs",
                          slot_name((int)t->needs[k].slot), t->name);
        }
    }
}

/* Whether some input of `both` is served by this chain, and not by one of a higher
 * priority; then `f` is such an input. When the search does not end, it may be. */
static bool route_serves(const struct loader *l, const struct table *t,
                         const struct rule *route, const struct region *both,
                         struct policy_facts *f) {
    const struct rule **above =
        arena_array(l->scratch, (size_t)t->n_rules, sizeof *above);
    int64_t work = COVER_QUESTION_WORK;
    struct cover_question q = {
        .p = l->p, .within = both, .rules = above, .work_max = work, .work_left = &work};
    for (int i = 0; t->hit == HIT_PRIORITY && i < t->n_rules; i++) {
        const struct rule *other = &t->rules[i];
        if (other->then.chain && !other->is_shadow && other->priority > route->priority)
            above[q.n_rules++] = other;
    }
    struct policy_facts served;
    enum cover_answer answer =
        q.n_rules > 0 ? cover_find(&q, &served) : COVER_NOT_FINISHED;
    if (answer == COVER_GAP)
        *f = served;
    return answer != COVER_WHOLE;
}

/* The waits of a chain that may serve a duty must leave time before it is due. */
static void check_budget(struct loader *l, const struct table *t, const struct rule *r,
                         const struct rule *route, const struct region *both) {
    struct policy_facts f;
    const struct chain *c = route->then.chain;
    int64_t waits = 0, percent = 0;
    for (int i = 0; i + 1 < c->n; i++) {
        waits += c->steps[i].wait_us;
        percent += c->steps[i].wait_percent;
    }
    for (int i = 0; i < r->then.n_duties; i++) {
        const struct duty_spec *d = &r->then.duties[i];
        int64_t whole = rough_length_us(&d->due) - d->reserve_us;
        if ((waits > 0 || percent > 0) && d->start_time >= 0 &&
            waits + whole / 100 * percent >= whole &&
            region_find(&l->p->domain, both, &f) && route_serves(l, t, route, both, &f)) {
            finding_tell(l->fs, POLICY_WARNING, "wait-exceeds-budget", route->at,
                         witness_show(l, &f, "the chain waits too long", r, route),
                         "the waits of \"%s\" use up all the time of the duty \"%s\" "
                         "(rule \"%s\"): shorten them, or route this input otherwise",
                         route->id, d->name, r->id);
        }
    }
}

static void check_budgets(struct loader *l, const struct table *of,
                          const struct rule *r) {
    const struct policy *p = l->p;
    for (int i = 0; r->then.n_duties > 0 && i < p->n_tables; i++) {
        const struct table *t = &p->tables[i];
        for (int k = 0; t->gives >> SLOT_CHAIN & 1 && k < t->n_rules; k++) {
            const struct rule *route = &t->rules[k];
            struct region both;
            region_init(&both);
            if (route->then.chain && region_add(&both, of->guard) &&
                region_add(&both, t->guard) && region_add_rule(&both, r) &&
                region_add_rule(&both, route))
                check_budget(l, t, r, route, &both);
        }
    }
}

/* A licence that ends while the rule that requires it goes on will be passed over from
 * that day. */
static void check_licences(struct loader *l, const struct table *t,
                           const struct rule *r) {
    const struct chain *c = r->then.chain;
    for (int i = 0; c && i < c->n; i++) {
        const struct desk *d = c->steps[i].desk;
        for (int k = 0; k < c->steps[i].n_requires; k++) {
            for (int x = 0; x < d->n_licences; x++) {
                const struct licence *licence = &d->licences[x];
                if (strcmp(licence->name, c->steps[i].requires[k]) != 0 ||
                    licence->until_us >= r->until_us)
                    continue;
                struct rule after = *r; /* from then on */
                after.from_us =
                    licence->until_us > r->from_us ? licence->until_us : r->from_us;
                struct policy_facts f;
                struct region region;
                region_init(&region);
                bool has_input = region_add(&region, t->guard) &&
                                 region_add_rule(&region, &after) &&
                                 region_find(&l->p->domain, &region, &f);
                finding_tell(
                    l->fs, POLICY_NOTE, "licence-ends", r->at,
                    has_input ? witness_show(l, &f, "the licence has ended", r, NULL)
                              : NULL,
                    "the licence \"%s\" of \"%s\" ends while the rule \"%s\" goes on: "
                    "from then on the desk is passed over",
                    licence->name, d->name, r->id);
            }
        }
    }
}

void check_rules(struct loader *l) {
    for (int i = 0; i < l->p->n_tables; i++) {
        const struct table *t = &l->p->tables[i];
        check_needs(l, t);
        for (int k = 0; k < t->n_rules; k++) {
            check_rule(l, t, &t->rules[k]);
            check_budgets(l, t, &t->rules[k]);
            check_licences(l, t, &t->rules[k]);
        }
        check_chain(l, t, &t->otherwise);
    }
}
