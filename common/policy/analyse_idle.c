/*
 * analyse_idle.c: rules that change nothing: dead, duplicate, redundant.
 *
 * dead: no input reaches it, or rules of higher priority take all it gives everywhere.
 * redundant: without it every slot would hold the same, because another rule gives it
 * wherever this one does. Rules are looked at from the highest priority down, and one
 * that was found idle counts no more: so all that are told can be dropped together.
 *
 * Most rules of a large table are of use, and an example proves it: some inputs are tried
 * before the exact question is asked.
 */
#include "common/policy/idle.h"

#include "common/policy/index.h"
#include "common/policy/same.h"

#include <stdlib.h>

/* Inputs tried before the exact question is asked: few in a small table, where the answer
 * costs little; and many when it could not be found, shared by the rules of a table. */
enum { SAMPLES_MIN = 3, SAMPLES_MAX = 24, SAMPLES_SHARED = 20000 };

/* ---- who is above, who below ---- */

/* Whether `a` wins a slot that both give: the order of fill_winners. */
bool idle_is_above(const struct rule *a, const struct rule *b) {
    return a->priority != b->priority ? a->priority > b->priority : a < b;
}

bool idle_competes(const struct idle *x, const struct rule *r, const struct rule *other) {
    return other != r && other->is_shadow == r->is_shadow &&
           !x->is_idle[other - x->t->rules];
}

const struct rule *idle_next_rival(struct idle *x, const struct rule *r, unsigned slots,
                                   int *i) {
    while ((*i = next_bit(x->t, x->meets, *i)) < x->t->n_rules) {
        const struct rule *other = &x->t->rules[(*i)++];
        x->a->work_left -= PAIR_WORK;
        if (idle_competes(x, r, other) && (other->then.gives & slots) == slots &&
            may_meet(x->a->p, r, other))
            return other;
    }
    return NULL;
}

void idle_list_begin(struct rule_list *list, const struct world *w) {
    list->n = 0;
    for (int i = 0; i < w->n_takers; i++)
        list->items[list->n++] = w->takers[i];
}

/* ---- examples ---- */

/* One decision about an input that reaches the table and the rule: which slots the rule
 * wins there, and for which of these nothing below would say the same. */
static void look_at(struct idle *x, const struct rule *r, const uint16_t *hits, int n,
                    struct use *use) {
    use->is_hit = true;
    for (unsigned slots = r->then.gives; slots; slots &= slots - 1) {
        int slot = __builtin_ctz(slots);
        const struct rule *best = NULL;
        bool is_won = true;
        for (int i = 0; i < n; i++) {
            const struct rule *other = &x->t->rules[hits[i]];
            if (!idle_competes(x, r, other) || !(other->then.gives >> slot & 1))
                continue;
            is_won = is_won && idle_is_above(r, other);
            best = !best || idle_is_above(other, best) ? other : best;
        }
        use->wins_any = use->wins_any || is_won;
        if (x->t->hit == HIT_PRIORITY && is_won &&
            (!best || !same_slot(&r->then, &best->then, slot)))
            use->is_needed = true;
    }
}

void idle_try_examples(struct idle *x, const struct rule *r, bool for_need, bool is_last,
                       struct use *use) {
    const struct worlds *ws = worlds_of_table(x->a, x->t);
    uint16_t hits[INDEX_MAX_HITS];
    struct policy_facts f;
    uint64_t seed = (uint64_t)r->number + 1;
    int n_tries = SAMPLES_MIN + x->t->n_rules / 16;
    n_tries = n_tries < SAMPLES_MAX ? n_tries : SAMPLES_MAX;
    if (is_last) {
        seed ^= 0x5eed;
        n_tries = SAMPLES_SHARED / (x->t->n_rules + 1);
    }
    for (int i = 0; ws->n > 0 && i < n_tries; i++) {
        const struct world *w = &ws->items[i % ws->n];
        struct region region = w->region;
        if (!region_add_rule(&region, r) ||
            !region_sample(&x->a->p->domain, &region, &seed, &f))
            continue;
        bool is_taken = false;
        for (int k = 0; k < w->n_takers && !is_taken; k++)
            is_taken = rule_holds(&x->a->p->domain, w->takers[k], &f);
        int n = is_taken ? 0 : index_match(x->t->index, &f, hits, NULL, 0);
        if (n > 0 && n <= INDEX_MAX_HITS)
            look_at(x, r, hits, n, use);
        if (for_need ? use->is_needed : use->wins_any)
            return;
    }
}

/* ---- one table ---- */

static int compare_rank(const void *a, const void *b) {
    const struct rule *x = *(const struct rule *const *)a,
                      *y = *(const struct rule *const *)b;
    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return x > y ? -1 : x < y;
}

static void look_at_table(struct analysis *a, const struct table *t) {
    size_t n = (size_t)t->n_rules + 1;
    int n_takers = 0;
    const struct worlds *ws = worlds_of_table(a, t);
    for (int i = 0; i < ws->n; i++)
        n_takers = ws->items[i].n_takers > n_takers ? ws->items[i].n_takers : n_takers;
    struct idle x = {.a = a,
                     .t = t,
                     .is_dead = arena_zalloc(a->l->scratch, n),
                     .is_idle = arena_zalloc(a->l->scratch, n)};
    x.meets = rule_bits(a, t);
    x.list.items = arena_array(a->l->scratch, n + (size_t)n_takers, sizeof *x.list.items);
    for (int i = 0; i < t->n_rules; i++)
        idle_look_for_dead(&x, &t->rules[i]);
    memcpy(x.is_idle, x.is_dead, n);
    const struct rule **order = arena_array(a->l->scratch, n, sizeof *order);
    for (int i = 0; i < t->n_rules; i++)
        order[i] = &t->rules[i];
    qsort(order, (size_t)t->n_rules, sizeof *order, compare_rank);
    for (int i = 0; i < t->n_rules && t->hit != HIT_UNIQUE; i++)
        if (!x.is_dead[order[i] - t->rules])
            idle_look_for_redundant(&x, order[i]);
    if (x.n_open > 0) {
        finding_warning(a->l->fs, "not-finished", t->at,
                        "whether some rules of \"%s\" do anything was not found out in "
                        "time: of %d questions about %d rules %d are open",
                        t->name, t->hit == HIT_UNIQUE ? t->n_rules : t->n_rules * 2,
                        t->n_rules, x.n_open);
    }
}

void analyse_idle(struct analysis *a) {
    for (int i = 0; i < a->p->n_tables; i++)
        look_at_table(a, &a->p->tables[i]);
}
