/*
 * index.h: a table's rules as rows of bits.
 *
 * For each fact that some rule looks at there is a row per value, with a bit per rule
 * whose condition admits that value. A decision picks one row a fact and and-s them: what
 * is left are the rules that hit. Numbers and times have a row per interval between all
 * the bounds in use, found by binary search. Distinct conditions on a set have a row
 * each, picked when the condition fails. Counting the rows that lack a bit once gives the
 * near misses on the way.
 */
#ifndef COMMON_POLICY_INDEX_H
#define COMMON_POLICY_INDEX_H

#include "common/policy/model.h"

enum {
    INDEX_MAX_HITS = 256,
    INDEX_MAX_ROWS = 256,
    INDEX_BLOCK = 8,        /* words matched at a time */
    INDEX_NEAR_RULES = 256, /* rules whose near misses are kept */
};

struct word_axis {
    int fact;
    int n_words; /* the row after the last word stands for missing */
    uint64_t *rows;
};

struct range_axis {
    bool is_time;
    int source; /* enum policy_time or enum policy_fact */
    int n_bounds;
    int64_t *bounds; /* sorted; row i holds for values below bounds[i], the last row
                        beyond all */
    uint64_t *rows;
    uint64_t *missing;
};

struct set_row {
    int fact;
    const struct condition *condition;
    uint64_t *row; /* of the rules that do not have this condition */
};

struct rule_index {
    int n_rules;
    int n_words; /* of 64 rules */
    int stride;  /* words from one row to the next: room for whole blocks behind the last
                  */
    struct word_axis *words;
    int n_word_axes;
    struct range_axis *ranges;
    int n_range_axes;
    struct set_row *sets;
    int n_sets;
};

/* False after telling a finding (too many different set conditions). */
bool index_build(struct loader *l, struct table *t);

/* Positions of the rules that hit, ascending, at most INDEX_MAX_HITS; how many there are.
 * When `near` is given, the rules that failed on exactly one condition are set in it,
 * from bit `first` on, below 256. */
int index_match(const struct rule_index *x, const struct policy_facts *f, uint16_t *hits,
                uint64_t *near, int first);

/* Rules of the table that admit a common word with `r`, a rule of this or another table,
 * on every word fact: all others cannot hit where it hits. `bits` has room for n_words
 * words. */
void index_meeting(const struct rule_index *x, const struct rule *r, uint64_t *bits);

#endif
