/* cover_private.h: what cover.c (the search) and cover_atoms.c (the axes) share. */
#ifndef COMMON_POLICY_COVER_PRIVATE_H
#define COMMON_POLICY_COVER_PRIVATE_H

#include "common/policy/cover.h"

enum { COVER_AXES = POLICY_FACT_COUNT + POLICY_TIME_COUNT };

/* Values of one fact that no rule tells apart. */
struct atom {
    int64_t value; /* one of them */
    uint64_t hash;
    uint64_t *row; /* rules that admit them: bit per rule of the question */
    struct cover_piece *pieces;
};

struct axis {
    bool is_time;
    int source; /* enum policy_fact or enum policy_time */
    struct atom *atoms;
    int n_atoms;
    uint64_t members;     /* of a set: those that rules name */
    uint64_t *free_after; /* rules that no axis after this one constrains */
};

struct cover_search {
    struct arena *a;
    const struct cover_question *q;
    int n_words;
    struct axis axes[COVER_AXES];
    int n_axes;
    int64_t work_left; /* of this question */
    bool is_too_big;   /* an axis has too many atoms to be looked at */
    uint32_t big_sets; /* those facts: bit per fact */
};

/* Fills the axes: those that a rule of the question looks at. */
void cover_cut_axes(struct cover_search *s);
/* Whether the rule has a condition on a set that is too big; ask when `is_too_big`. */
bool cover_looks_at_big_set(const struct cover_search *s, const struct rule *r);

#endif
