/*
 * analyse.c: what the rules do to each other: the questions, in order.
 *
 *     overlap     two rules claim an input that only one may      analyse_overlaps.c
 *     gap         no rule claims an input that one must           analyse_gaps.c
 *     dead, duplicate, redundant   a rule that changes nothing    analyse_idle.c
 *     no-effect, time-gap          a condition that excludes nothing, a hole between two
 *                                  versions of a rule             analyse_conditions.c
 *
 * Each finding carries an input that shows it. Rules in the shadow are compared among
 * themselves only: they cannot take anything from an active one. All answers are exact
 * within the inputs that reach the table (world.h); a question that would cost too much
 * is answered by `not-finished`, which says how far the proof went.
 */
#include "common/policy/analyse.h"

#include "common/policy/analysis.h"

/* Beyond so many rules few are looked for first: soon enough that random tests go both
 * ways. */
enum { MANY_RULES = 3, FEW_RULES = 192 };

uint64_t *rule_bits(struct analysis *x, const struct table *t) {
    return arena_zalloc(x->l->scratch, ((size_t)t->n_rules / 64 + 1) * sizeof(uint64_t));
}

int next_bit(const struct table *t, const uint64_t *bits, int i) {
    while (i < t->n_rules) {
        uint64_t rest = bits[i >> 6] >> (i & 63);
        if (rest)
            return i + __builtin_ctzll(rest);
        i = (i | 63) + 1;
    }
    return t->n_rules;
}

bool may_meet(const struct policy *p, const struct rule *a, const struct rule *b) {
    if (a->by == b->by && (a->from_us >= b->until_us || b->from_us >= a->until_us))
        return false;
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct condition *x = a->conditions[fact], *y = b->conditions[fact];
        if (!x || !y || (x->allows_missing && y->allows_missing))
            continue;
        const struct attribute *at = &p->domain.facts[fact];
        if (at->kind == KIND_WORD && !word_set_meets(&x->words, &y->words))
            return false;
        if (at->kind == KIND_NUMBER && x->n == 1 && y->n == 1 &&
            (x->ranges[0].high < y->ranges[0].low ||
             y->ranges[0].high < x->ranges[0].low))
            return false;
    }
    return true;
}

bool may_reach(const struct policy *p, const struct region *region,
               const struct rule *r) {
    if (r->from_us >= region->until_us[r->by] || r->until_us <= region->from_us[r->by])
        return false;
    for (int i = 0; i < region->n; i++) {
        for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
            const struct condition *x = region->conditions[i][fact],
                                   *y = r->conditions[fact];
            if (x && y && !(x->allows_missing && y->allows_missing) &&
                p->domain.facts[fact].kind == KIND_WORD &&
                !word_set_meets(&x->words, &y->words))
                return false;
        }
    }
    return true;
}

/* The rule that hits the input and looks at the fewest facts: it will cover most. */
static const struct rule *widest_at(struct analysis *x, const struct rule *const *rules,
                                    int n, const struct policy_facts *f) {
    const struct rule *best = NULL;
    int fewest = POLICY_FACT_COUNT + 1;
    x->work_left -= (int64_t)n * 20;
    for (int i = 0; i < n; i++) {
        if (!rule_holds(&x->p->domain, rules[i], f))
            continue;
        int looks = rules[i]->from_us != INT64_MIN || rules[i]->until_us != INT64_MAX;
        for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
            looks += rules[i]->conditions[fact] != NULL;
        if (looks < fewest) {
            best = rules[i];
            fewest = looks;
        }
    }
    return best;
}

/* Few of many rules cover a small region. Those are found by the gaps that they leave:
 * each gap that some other rule meets brings that one in. */
static enum cover_answer find_by_few(struct analysis *x, const struct cover_question *all,
                                     struct policy_facts *out) {
    const struct rule *few[FEW_RULES];
    struct cover_question q = *all;
    q.rules = few;
    q.n_rules = 0;
    while (q.n_rules < FEW_RULES && x->work_left > 0) {
        enum cover_answer answer = q.n_rules > 0 ? cover_find(&q, out)
                                   : region_find(&x->p->domain, q.within, out)
                                       ? COVER_GAP
                                       : COVER_WHOLE;
        const struct rule *other =
            answer == COVER_GAP ? widest_at(x, all->rules, all->n_rules, out) : NULL;
        if (!other)
            return answer;
        few[q.n_rules++] = other;
    }
    return x->work_left > 0 ? cover_find(all, out) : COVER_NOT_FINISHED;
}

enum cover_answer analysis_find(struct analysis *x, const struct region *region,
                                const struct rule *const *rules, int n,
                                struct policy_facts *out) {
    struct cover_question q = {.p = x->p,
                               .within = region,
                               .rules = rules,
                               .n_rules = n,
                               .work_max = COVER_QUESTION_WORK,
                               .work_left = &x->work_left};
    if (n == 0)
        return region_find(&x->p->domain, region, out) ? COVER_GAP : COVER_WHOLE;
    return n <= MANY_RULES ? cover_find(&q, out) : find_by_few(x, &q, out);
}

void analyse(struct loader *l) {
    struct analysis x = {.l = l,
                         .p = l->p,
                         .worlds = worlds_of(l->scratch, l->p),
                         .work_left = COVER_LOAD_WORK};
    analyse_overlaps(&x);
    analyse_gaps(&x);
    analyse_idle(&x);
    analyse_conditions(&x);
}
