/*
 * idle_redundant.c: a rule without which every slot would hold the same. In a priority
 * table that is so when, wherever the rule wins, the next one below gives the same; in a
 * table that collects, when others give each of its things wherever it hits.
 */
#include "common/policy/idle.h"

#include "common/policy/index.h"
#include "common/policy/same.h"
#include "common/policy/witness.h"

/* Whether `r` is covered, where it meets `d`, by rules that win over `d` and say what `r`
 * says, or win over both. */
static enum cover_answer covered_from(struct idle *x, const struct world *w,
                                      const struct rule *r, const struct rule *d,
                                      const struct region *region, int slot) {
    struct region differs = *region;
    struct policy_facts f;
    const struct rule *other;
    if (!region_add_rule(&differs, d))
        return COVER_WHOLE;
    idle_list_begin(&x->list, w);
    for (int i = 0; (other = idle_next_rival(x, r, 1u << slot, &i));)
        if (idle_is_above(other, d) && other != d &&
            (idle_is_above(other, r) || same_slot(&r->then, &other->then, slot)))
            x->list.items[x->list.n++] = other;
    return analysis_find(x->a, &differs, x->list.items, x->list.n, &f);
}

/* Begins a question about the inputs of this world that hit `r`; false: there are none. */
static bool begin_question(struct idle *x, const struct world *w, const struct rule *r,
                           struct region *region) {
    *region = w->region;
    if (!region_add_rule(region, r))
        return false;
    idle_list_begin(&x->list, w);
    return true;
}

/* Rules below `r` give the slot the same, and those that would give it differently are
 * always covered: then what holds without `r` is the same. */
static enum cover_answer needed_for_slot(struct idle *x, const struct world *w,
                                         const struct rule *r, int slot) {
    struct region region;
    struct policy_facts f;
    const struct rule *other;
    if (!begin_question(x, w, r, &region))
        return COVER_WHOLE;
    for (int i = 0; (other = idle_next_rival(x, r, 1u << slot, &i));)
        x->list.items[x->list.n++] = other;
    enum cover_answer answer = analysis_find(x->a, &region, x->list.items, x->list.n, &f);
    for (int i = 0;
         answer == COVER_WHOLE && (other = idle_next_rival(x, r, 1u << slot, &i));)
        if (!idle_is_above(other, r) && !same_slot(&r->then, &other->then, slot))
            answer = covered_from(x, w, r, other, &region, slot);
    return answer;
}

/* In a table that collects, each thing the rule gives must come from others too. */
static enum cover_answer needed_for_item(struct idle *x, const struct world *w,
                                         const struct rule *r, int slot, int item) {
    struct region region;
    struct policy_facts f;
    const struct rule *other;
    if (!begin_question(x, w, r, &region))
        return COVER_WHOLE;
    for (int i = 0; (other = idle_next_rival(x, r, 1u << slot, &i));)
        if (same_item(&r->then, item, &other->then, slot))
            x->list.items[x->list.n++] = other;
    /* nobody else gives it: needed wherever the rule hits, and it does */
    return x->list.n == w->n_takers
               ? COVER_GAP
               : analysis_find(x->a, &region, x->list.items, x->list.n, &f);
}

/* COVER_GAP: there is an input for which the rule is needed. */
static enum cover_answer needed_in(struct idle *x, const struct world *w,
                                   const struct rule *r) {
    enum cover_answer all = COVER_WHOLE;
    for (unsigned slots = r->then.gives; slots; slots &= slots - 1) {
        int slot = __builtin_ctz(slots);
        int n = x->t->hit == HIT_PRIORITY ? 1 : same_count(&r->then, slot);
        for (int i = 0; i < n; i++) {
            enum cover_answer answer = x->t->hit == HIT_PRIORITY
                                           ? needed_for_slot(x, w, r, slot)
                                           : needed_for_item(x, w, r, slot, i);
            if (answer == COVER_GAP)
                return answer;
            all = answer == COVER_NOT_FINISHED ? answer : all;
        }
    }
    return all;
}

/* The first rule that gives the same somewhere, to be named. */
static const struct rule *find_twin(struct idle *x, const struct rule *r,
                                    struct policy_facts *f, bool *is_exact) {
    const struct worlds *ws = worlds_of_table(x->a, x->t);
    const struct rule *found = NULL;
    *is_exact = false;
    for (int i = next_bit(x->t, x->meets, 0); i < x->t->n_rules && !*is_exact;
         i = next_bit(x->t, x->meets, i + 1)) {
        const struct rule *other = &x->t->rules[i];
        x->a->work_left -= PAIR_WORK;
        bool is_same = idle_competes(x, r, other);
        for (unsigned slots = r->then.gives; slots && is_same; slots &= slots - 1) {
            int slot = __builtin_ctz(slots);
            for (int k = 0; k < same_count(&r->then, slot) && is_same; k++)
                is_same = same_item(&r->then, k, &other->then, slot);
        }
        for (int k = 0; k < ws->n && is_same; k++) {
            struct region region = ws->items[k].region;
            struct policy_facts both;
            if (!region_add_rule(&region, r) || !region_add_rule(&region, other) ||
                !region_find(&x->a->p->domain, &region, &both))
                continue;
            *is_exact = same_inputs(r, other) && r->then.gives == other->then.gives;
            if (!found || *is_exact) {
                found = other;
                *f = both;
            }
            break;
        }
    }
    return found;
}

static void tell_redundant(struct idle *x, const struct rule *r) {
    struct loader *l = x->a->l;
    struct policy_facts f;
    bool is_exact;
    const struct rule *twin = find_twin(x, r, &f, &is_exact);
    if (!twin) {
        finding_tell(l->fs, POLICY_WARNING, "redundant", r->at,
                     witness_of_rule(l, x->t, r, "other rules say the same"),
                     "without the rule \"%s\" the other rules say the same: drop it",
                     r->id);
        return;
    }
    finding_tell(l->fs, POLICY_WARNING, is_exact ? "duplicate" : "redundant", r->at,
                 witness_show(l, &f, "two rules say the same", r, twin),
                 is_exact ? "the rules \"%s\" and \"%s\" say the same: drop one"
                          : "the rule \"%s\" says what \"%s\" says anyway: drop it",
                 is_exact ? twin->id : r->id, is_exact ? r->id : twin->id);
}

void idle_look_for_redundant(struct idle *x, const struct rule *r) {
    const struct worlds *ws = worlds_of_table(x->a, x->t);
    struct use use = {0};
    if (x->t->hit == HIT_PRIORITY)
        idle_try_examples(x, r, true, false, &use);
    enum cover_answer all = COVER_WHOLE;
    if (!use.is_needed && x->a->work_left <= 0) {
        x->n_open++;
        return;
    }
    if (!use.is_needed)
        index_meeting(x->t->index, r, x->meets);
    for (int i = 0; i < ws->n && !use.is_needed; i++) {
        enum cover_answer answer = needed_in(x, &ws->items[i], r);
        use.is_needed = answer == COVER_GAP;
        all = answer == COVER_NOT_FINISHED ? answer : all;
    }
    if (use.is_needed)
        return;
    if (all == COVER_NOT_FINISHED) {
        if (x->t->hit == HIT_PRIORITY)
            idle_try_examples(x, r, true, true, &use);
        x->n_open += !use.is_needed;
        return;
    }
    tell_redundant(x, r);
    x->is_idle[r - x->t->rules] = true;
}
