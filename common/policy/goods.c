#include "common/policy/goods.h"

void goods_add_hazard(struct goods *g, struct span hazard) {
    for (size_t i = 0; i < g->n_hazards; i++)
        if (span_equal(g->hazards[i], hazard))
            return;
    if (g->n_hazards < GOODS_MAX_HAZARDS)
        g->hazards[g->n_hazards++] = hazard;
    else
        g->has_more_hazards = true;
}

/* From best to worst: the case is treated as its worst line. */
int goods_worse(int a, int b) {
    static const int rank[CONDITION_COUNT] = {
        [CONDITION_UNOPENED] = 1,  [CONDITION_OPENED] = 2,  [CONDITION_USED] = 3,
        [CONDITION_DEFECTIVE] = 4, [CONDITION_DAMAGED] = 5, [CONDITION_UNKNOWN] = 0,
    };
    int rank_a = a < 0 ? -1 : rank[a], rank_b = b < 0 ? -1 : rank[b];
    return rank_b > rank_a ? b : a;
}

void goods_add(struct goods *g, struct span product_class, int condition,
               const struct span_list *hazards) {
    bool is_first = g->n_lines++ == 0;
    if (is_first)
        g->condition = condition;
    if (is_first || (hazards->count > 0 && g->n_hazards == 0))
        g->product_class = product_class;
    g->condition = goods_worse(g->condition, condition);
    for (size_t i = 0; i < hazards->count; i++)
        goods_add_hazard(g, hazards->items[i]);
}

static bool has_hazard(const struct goods *g, struct span hazard) {
    for (size_t i = 0; i < g->n_hazards; i++)
        if (span_equal(g->hazards[i], hazard))
            return true;
    return false;
}

bool goods_equal(const struct goods *a, const struct goods *b) {
    bool is_equal = a->condition == b->condition && a->n_hazards == b->n_hazards &&
                    a->has_more_hazards == b->has_more_hazards &&
                    (a->n_lines == 0) == (b->n_lines == 0) &&
                    span_equal(a->product_class, b->product_class);
    for (size_t i = 0; is_equal && i < a->n_hazards; i++)
        is_equal = has_hazard(b, a->hazards[i]);
    return is_equal;
}

/* Connectors have one list for what the packs tell apart: dangers, traits that decide the
 * way of the goods (recalled, radio_mark_missing), and what the goods did (injury, fire):
 * a word that is both a danger and a signal is the danger. */
enum policy_fact goods_fact_of(const struct policy *p, struct span word) {
    if (policy_lists(p, FACT_TRAITS, word))
        return FACT_TRAITS;
    bool is_signal =
        !policy_lists(p, FACT_HAZARDS, word) && policy_lists(p, FACT_SIGNALS, word);
    return is_signal ? FACT_SIGNALS : FACT_HAZARDS;
}

void goods_state(const struct policy *p, const struct goods *g,
                 struct policy_facts *out) {
    static const enum policy_fact told[] = {FACT_CATEGORY, FACT_CONDITION, FACT_HAZARDS,
                                            FACT_TRAITS, FACT_SIGNALS};
    for (size_t i = 0; i < COUNT_OF(told); i++)
        policy_state_missing(out, told[i]);
    policy_state(p, out, FACT_CATEGORY, g->product_class);
    if (g->n_lines > 0 && g->condition != CONDITION_ABSENT &&
        g->condition != CONDITION_UNKNOWN)
        policy_state(p, out, FACT_CONDITION, span_of(condition_names[g->condition]));
    policy_state_none(out, FACT_HAZARDS);
    for (size_t i = 0; i < g->n_hazards; i++)
        policy_state_member(p, out, goods_fact_of(p, g->hazards[i]), g->hazards[i]);
    if (g->has_more_hazards)
        policy_state_member(p, out, FACT_HAZARDS,
                            SPAN("more hazards than can be told apart"));
}
