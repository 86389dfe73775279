/* directory.c: questions about sellers; see directory.h. Slow readings: asked when
 * something of a seller changes, never for each event. */
#include "common/policy/directory.h"

#include "common/policy/condition.h"

/* ---- words ---- */

enum directory_kind directory_kind(const struct policy *p, struct span word,
                                   const char **spelled) {
    const struct attribute *has = &p->domain.facts[FACT_HAS];
    int i = has->is_listed ? attribute_find(has, word) : -1;
    if (i >= 0) {
        *spelled = has->words[i];
        return DIRECTORY_FACT;
    }
    for (i = 0; i < p->n_terms[TERM_LICENCE]; i++) {
        if (span_equal_nocase(word, span_of(p->terms[TERM_LICENCE][i].word))) {
            *spelled = p->terms[TERM_LICENCE][i].word;
            return DIRECTORY_LICENCE;
        }
    }
    return DIRECTORY_UNKNOWN;
}

void directory_suggest(const struct policy *p, struct suggestion *s) {
    const struct attribute *has = &p->domain.facts[FACT_HAS];
    for (int i = 0; i < has->n_words; i++)
        suggest_consider(s, has->words[i]);
    for (int i = 0; i < p->n_terms[TERM_LICENCE]; i++)
        suggest_consider(s, p->terms[TERM_LICENCE][i].word);
}

static const struct directory_word *find_word(const struct policy *p, struct span word) {
    for (int i = 0; i < p->directory.n_words; i++)
        if (span_equal_nocase(word, span_of(p->directory.words[i].word)))
            return &p->directory.words[i];
    return NULL;
}

void directory_state_licence(const struct policy *p, struct policy_facts *f,
                             struct span licence) {
    const struct directory_word *w = find_word(p, licence);
    policy_state_member(
        p, f, FACT_HAS,
        w && w->fact >= 0 ? span_of(p->domain.facts[FACT_HAS].words[w->fact]) : licence);
}

int directory_warnings(const struct policy *p, struct span word,
                       const int64_t **ends_soon_us) {
    const struct directory_word *w = find_word(p, word);
    const struct directory_ends *ends = w ? &w->ends_soon : &p->directory.ends_soon;
    *ends_soon_us = ends->us;
    return ends->n;
}

/* ---- blockers ---- */

static bool gives_blocker(const struct rule *r, struct span blocker) {
    for (int i = 0; i < r->then.n_blockers; i++)
        if (span_is(blocker, r->then.blockers[i].name))
            return !r->is_shadow;
    return false;
}

static bool admits(const struct policy *p, struct condition *const *conditions,
                   const struct policy_facts *f, int fact) {
    return condition_holds(conditions[fact], &p->domain.facts[fact], f->value[fact]);
}

/* Live, and about this marketplace. */
static bool is_about(const struct policy *p, const struct table *t, const struct rule *r,
                     const struct policy_facts *f) {
    int64_t at_us = f->time_us[TIME_EVENT];
    return r->from_us <= at_us && at_us < r->until_us &&
           admits(p, t->guard, f, FACT_MARKETPLACE) &&
           admits(p, r->conditions, f, FACT_MARKETPLACE);
}

static bool holds_for(const struct policy *p, const struct table *t, const struct rule *r,
                      const struct policy_facts *f) {
    return is_about(p, t, r, f) && admits(p, t->guard, f, FACT_HAS) &&
           admits(p, r->conditions, f, FACT_HAS);
}

/* Walks the rules that give the blocker and are about the marketplace. */
struct walk {
    const struct table *table;
    const struct rule *rule;
};
static bool walk_next(const struct policy *p, const struct policy_facts *f,
                      struct span blocker, struct walk *w) {
    const struct table *end = p->tables + p->n_tables;
    const struct rule *r = w->rule ? w->rule + 1 : NULL;
    for (const struct table *t = w->table ? w->table : p->tables; t < end; t++) {
        for (r = r ? r : t->rules; r < t->rules + t->n_rules; r++) {
            if (gives_blocker(r, blocker) && is_about(p, t, r, f)) {
                *w = (struct walk){t, r};
                return true;
            }
        }
        r = NULL;
    }
    return false;
}

bool directory_blocks(const struct policy *p, const struct policy_facts *f,
                      struct span blocker) {
    for (struct walk w = {0}; walk_next(p, f, blocker, &w);)
        if (holds_for(p, w.table, w.rule, f))
            return true;
    return false;
}

static void build_words(const struct policy *p, uint64_t words, struct builder *b,
                        const char *between) {
    bool is_first = true;
    for (; words; words &= words - 1) {
        build_text(b, is_first ? "" : between);
        build_text(b, p->domain.facts[FACT_HAS].words[__builtin_ctzll(words)]);
        is_first = false;
    }
}

/* The facts whose absence a rule asks for. */
static uint64_t wanted_by(const struct rule *r) {
    const struct condition *c = r->conditions[FACT_HAS];
    uint64_t wanted = 0;
    for (int i = 0; c && i < c->n; i++)
        wanted |= c->clauses[i].none;
    return wanted;
}

void directory_build_wanted(const struct policy *p, const struct policy_facts *f,
                            struct span blocker, struct builder *b) {
    uint64_t told = 0;
    for (struct walk w = {0}; walk_next(p, f, blocker, &w);) {
        uint64_t wanted = wanted_by(w.rule);
        if (!holds_for(p, w.table, w.rule, f) || (wanted & ~told) == 0)
            continue;
        build_text(b, told ? ", and " : "");
        build_words(p, wanted, b, " or ");
        told |= wanted;
    }
}

void directory_build_met(const struct policy *p, const struct policy_facts *f,
                         struct span blocker, struct builder *b) {
    uint64_t met = 0;
    for (struct walk w = {0}; walk_next(p, f, blocker, &w);)
        met |= wanted_by(w.rule) & (uint64_t)f->value[FACT_HAS];
    build_words(p, met, b, " and ");
}

int64_t directory_next_rule(const struct policy *p, int64_t us) {
    int64_t next = INT64_MAX;
    for (int i = 0; i < p->n_rules; i++) {
        const struct rule *r = p->rules[i];
        if (r->then.n_blockers == 0)
            continue;
        next = r->from_us > us && r->from_us < next ? r->from_us : next;
        next = r->until_us > us && r->until_us < next ? r->until_us : next;
    }
    return next;
}
