/*
 * money.h: what each way of returned goods is expected to cost or bring, beside the one
 * that the rules chose. Pure. It is shown, and decides nothing.
 *
 *     money:
 *       ways:
 *         restock: {title: Sold again, codes: [restock], parts: [refund, resale],
 *                   when: {condition: unopened}}
 *       figures:
 *       - {part: refund, ways: [restock], amount: 100% of value, source: ..., confidence: own}
 *       - {part: resale, ways: [restock], when: {category: toy}, amount: 900..1200 JPY, ...}
 *
 * A way is shown where its `when` holds; of a part that no figure is about it says so, and
 * never takes it as nothing. Two figures for one part of one way and one input are an
 * error at load. Amounts are whole minor units; a share of the value is rounded towards
 * the seller's disadvantage. Where the event states no currency, its amount is taken to be
 * in the store's.
 */
#ifndef COMMON_POLICY_MONEY_H
#define COMMON_POLICY_MONEY_H

#include "common/policy/model.h"

/* One row: identifier, name in the packs, whether it brings money (1) or costs it (-1). */
#define MONEY_PARTS(X)                                                                   \
    X(MONEY_REFUND, "refund", -1)                                                        \
    X(MONEY_MARKETPLACE_FEE, "marketplace_fee", -1) /* that it keeps of a refund */      \
    X(MONEY_RETURN_FREIGHT, "return_freight", -1)                                        \
    X(MONEY_WORK, "work", -1) /* testing, repair, taking apart */                        \
    X(MONEY_DISPOSAL_FEE, "disposal_fee", -1)                                            \
    X(MONEY_RESALE, "resale", 1)

enum money_part {
#define X(id, name, sign) id,
    MONEY_PARTS(X)
#undef X
        MONEY_PART_COUNT
};
const char *money_part_name(enum money_part part);

/* As the seller feels it: a cost is negative. */
struct money_amount {
    bool is_known;
    int64_t low, high;    /* minor units */
    const char *currency; /* NULL: nothing, whatever the currency; or nobody said */
};

struct money_way_sum {
    const struct money_way *way;
    bool is_chosen; /* it has the disposition's code */
    struct money_amount parts[MONEY_PART_COUNT];
    const struct money_figure *figures[MONEY_PART_COUNT]; /* NULL: the packs have none */
    struct money_amount sum; /* of the known parts; not known when there is none, or they
                                are in two currencies */
    unsigned lacks;          /* parts of the way without an amount: bit per part */
};

/* The ways that are open to these goods, in the packs' order; how many. `code`: of the
 * disposition, NULL when there is none. */
int money_compare(const struct policy *p, const struct policy_facts *f, const char *code,
                  struct money_way_sum out[POLICY_MAX_WAYS]);

/* "-12.50 EUR", "-500 to 0 JPY"; nothing for an amount that is not known. */
void money_build(struct builder *b, const struct money_amount *m, const char *to);

/* Read `money:` of one file: the ways of all files before the figures of any. */
void money_ways_read(struct loader *l, const struct node *node);
void money_figures_read(struct loader *l, const struct node *node);

#endif
