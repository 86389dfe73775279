/*
 * goods.h: the lines of one event, taken together, in the packs' words. Pure; borrows
 * what it is given.
 */
#ifndef COMMON_POLICY_GOODS_H
#define COMMON_POLICY_GOODS_H

#include "common/event/event.h"
#include "common/policy/policy.h"

enum { GOODS_MAX_HAZARDS = 16 };

/* All zero: no line. */
struct goods {
    size_t n_lines;
    struct span product_class; /* of the lines when they agree, else of the first one with
                                  hazards, else the first */
    int condition;             /* enum condition: the worst */
    struct span hazards[GOODS_MAX_HAZARDS];
    size_t n_hazards;
    bool has_more_hazards; /* than fit: no rule can know them all */
};

/* `condition` is CONDITION_ABSENT where events state none. */
void goods_add(struct goods *g, struct span product_class, int condition,
               const struct span_list *hazards);
/* The same of parts that are told one by one. */
void goods_add_hazard(struct goods *g, struct span hazard);
int goods_worse(int a, int b); /* enum condition; what is not known is the best */
/* Whether rules see no difference. */
bool goods_equal(const struct goods *a, const struct goods *b);
/* What rules take a word of a line's hazards for: a hazard, a trait or a signal. */
enum policy_fact goods_fact_of(const struct policy *p, struct span word);
/* States category, condition, hazards, and the traits and signals that stand among them, in
 * place of what `out` may say of other goods. */
void goods_state(const struct policy *p, const struct goods *g, struct policy_facts *out);

#endif
