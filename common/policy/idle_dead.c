/*
 * idle_dead.c: a rule that no input reaches, or that never wins anything: for each slot
 * it gives, rules of higher priority cover its inputs.
 */
#include "common/policy/idle.h"

#include "common/policy/index.h"
#include "common/policy/witness.h"

static void add_rivals(struct idle *x, const struct region *region, const struct rule *r,
                       int slot) {
    const struct rule *other;
    for (int i = 0; (other = idle_next_rival(x, r, 1u << slot, &i));)
        if (other->priority > r->priority && may_reach(x->a->p, region, other))
            x->list.items[x->list.n++] = other;
}

/* Whether the rule hits, and wins something, in this world: the exact answer. */
static enum cover_answer wins_in(struct idle *x, const struct world *w,
                                 const struct rule *r, struct policy_facts *example) {
    struct region region = w->region;
    struct policy_facts f;
    idle_list_begin(&x->list, w);
    if (!region_add_rule(&region, r))
        return COVER_WHOLE;
    enum cover_answer answer =
        analysis_find(x->a, &region, x->list.items, x->list.n, example);
    x->is_reached = x->is_reached || answer == COVER_GAP;
    bool is_open = answer == COVER_NOT_FINISHED;
    for (unsigned slots = answer == COVER_GAP && x->t->hit == HIT_PRIORITY ? r->then.gives
                                                                           : 0;
         slots; slots &= slots - 1) {
        idle_list_begin(&x->list, w);
        add_rivals(x, &region, r, __builtin_ctz(slots));
        answer = analysis_find(x->a, &region, x->list.items, x->list.n, &f);
        if (answer == COVER_GAP)
            return COVER_GAP;
        is_open = is_open || answer == COVER_NOT_FINISHED;
    }
    return is_open ? COVER_NOT_FINISHED : answer;
}

/* The rule that wins over `r` at an input where `r` hits. */
static const struct rule *winner_at(struct idle *x, const struct rule *r,
                                    const struct policy_facts *f) {
    uint16_t hits[INDEX_MAX_HITS];
    const struct rule *best = NULL;
    int n = index_match(x->t->index, f, hits, NULL, 0);
    for (int i = 0; i < n && i < INDEX_MAX_HITS; i++) {
        const struct rule *other = &x->t->rules[hits[i]];
        if (idle_competes(x, r, other) && other->then.gives & r->then.gives &&
            (!best || idle_is_above(other, best)))
            best = other;
    }
    return best;
}

static void tell_dead(struct idle *x, const struct rule *r,
                      const struct policy_facts *f) {
    struct loader *l = x->a->l;
    if (x->is_reached) {
        const struct rule *winner = winner_at(x, r, f);
        finding_tell(l->fs, POLICY_WARNING, "dead", r->at,
                     witness_show(l, f, "a rule of higher priority wins", r, winner),
                     "the rule \"%s\" can never win: rules of higher priority take all "
                     "its inputs%s%s%s; drop it, or raise its priority",
                     r->id, winner ? ", here \"" : "", winner ? winner->id : "",
                     winner ? "\"" : "");
        return;
    }
    struct region own;
    struct policy_facts own_f;
    region_init(&own);
    bool has_input =
        region_add_rule(&own, r) && region_find(&x->a->p->domain, &own, &own_f);
    finding_tell(
        l->fs, POLICY_WARNING, "dead", r->at,
        has_input ? witness_show(l, &own_f, "the rule is not reached", NULL, NULL) : NULL,
        "the rule \"%s\" can never hit: what the table needs excludes it; drop "
        "it, or widen its conditions",
        r->id);
}

void idle_look_for_dead(struct idle *x, const struct rule *r) {
    const struct worlds *ws = worlds_of_table(x->a, x->t);
    struct use use = {0};
    struct policy_facts f, example;
    idle_try_examples(x, r, false, false, &use);
    bool is_alive = x->t->hit == HIT_PRIORITY ? use.wins_any : use.is_hit;
    bool is_open = false;
    x->is_reached = false;
    if (!is_alive && x->a->work_left <= 0) {
        x->n_open++;
        return;
    }
    if (!is_alive)
        index_meeting(x->t->index, r, x->meets);
    for (int i = 0; i < ws->n && !is_alive; i++) {
        bool was_reached = x->is_reached;
        enum cover_answer answer = wins_in(x, &ws->items[i], r, &f);
        is_alive = answer == COVER_GAP;
        is_open = is_open || answer == COVER_NOT_FINISHED;
        if (x->is_reached && !was_reached)
            example = f;
    }
    if (is_open && !is_alive) {
        idle_try_examples(x, r, false, true, &use);
        x->n_open += x->t->hit == HIT_PRIORITY ? !use.wins_any : !use.is_hit;
    } else if (!is_alive) {
        x->is_dead[r - x->t->rules] = true;
        tell_dead(x, r, x->is_reached ? &example : NULL);
    }
}
