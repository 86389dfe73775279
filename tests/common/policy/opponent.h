/*
 * opponent.h: what a random rule set does, found out by trying every input.
 *
 * Shares no code with common/policy. An input matters only through the rules it hits, so
 * first all inputs are tried and the combinations of hits that occur are noted; all else
 * is asked of these combinations.
 */
#ifndef TESTS_COMMON_POLICY_OPPONENT_H
#define TESTS_COMMON_POLICY_OPPONENT_H

#include "tests/common/policy/random_rules.h"

struct opponent {
    bool occurs[1 << RR_RULES]; /* by combination of hits: bit per rule */
    bool has_effect[RR_RULES][RR_FACTS];
    bool overlaps[RR_RULES][RR_RULES]; /* [lower][higher] */
    bool has_gap;
    bool is_hit[RR_RULES], is_dead[RR_RULES], is_redundant[RR_RULES];
};

enum { OP_CODE, OP_REMEDY, OP_BLOCKERS, OP_SLOTS };

static inline bool op_gives(const struct rr_rule *r, int slot) {
    return slot == OP_CODE     ? r->code >= 0
           : slot == OP_REMEDY ? r->remedy >= 0
                               : r->blockers != 0;
}

static inline bool op_same(const struct rr_rule *a, const struct rr_rule *b, int slot) {
    return slot == OP_CODE     ? a->code == b->code
           : slot == OP_REMEDY ? a->remedy == b->remedy
                               : a->blockers == b->blockers;
}

/* Tries every input. */
static inline void op_try_all(const struct rr_set *s, struct opponent *o) {
    struct rr_input in = rr_first(s);
    memset(o, 0, sizeof *o);
    do {
        unsigned hits = 0;
        if (!rr_reaches(s, &in))
            continue;
        for (int i = 0; i < s->n; i++) {
            bool is_hit = rr_hits(&s->rules[i], &in);
            hits |= is_hit ? 1U << i : 0;
            for (int f = 0; f < RR_FACTS && !is_hit; f++) {
                o->has_effect[i][f] =
                    o->has_effect[i][f] || rr_hits_but(&s->rules[i], &in, f);
            }
        }
        o->occurs[hits] = true;
    } while (rr_next(s, &in));
}

/* Whether two rules of one mode that hit together contradict. */
static inline bool op_contradict(const struct rr_set *s, const struct rr_rule *a,
                                 const struct rr_rule *b) {
    if (a->is_shadow != b->is_shadow)
        return false;
    if (s->hit == RR_UNIQUE)
        return true;
    if (s->hit == RR_PRIORITY && a->priority != b->priority)
        return false;
    int n_slots = s->hit == RR_PRIORITY ? OP_SLOTS : OP_BLOCKERS; /* blockers add up */
    for (int slot = 0; slot < n_slots; slot++)
        if (op_gives(a, slot) && op_gives(b, slot) && !op_same(a, b, slot))
            return true;
    return false;
}

/* The rule that fills a slot, among those that hit; -1: none. */
static inline int op_winner(const struct rr_set *s, unsigned hits, bool is_shadow,
                            int slot) {
    int best = -1;
    for (int i = 0; i < s->n; i++) {
        const struct rr_rule *r = &s->rules[i];
        if (hits >> i & 1 && r->is_shadow == is_shadow && op_gives(r, slot) &&
            (best < 0 || r->priority > s->rules[best].priority))
            best = i;
    }
    return best;
}

/* Whether some slot would hold something else without rule i. */
static inline bool op_matters(const struct rr_set *s, unsigned hits, int i) {
    const struct rr_rule *r = &s->rules[i];
    unsigned rest = hits & ~(1U << i);
    for (int slot = 0; slot < OP_SLOTS; slot++) {
        if (s->hit == RR_PRIORITY) {
            int with = op_winner(s, hits, r->is_shadow, slot),
                without = op_winner(s, rest, r->is_shadow, slot);
            if (with == i && (without < 0 || !op_same(r, &s->rules[without], slot)))
                return true;
        } else if (slot == OP_BLOCKERS) {
            unsigned others = 0;
            for (int k = 0; k < s->n; k++) {
                others |= rest >> k & 1 && s->rules[k].is_shadow == r->is_shadow
                              ? s->rules[k].blockers
                              : 0;
            }
            if (r->blockers & ~others)
                return true;
        } else if (op_gives(r, slot)) {
            bool has_same = false;
            for (int k = 0; k < s->n; k++) {
                has_same =
                    has_same ||
                    (rest >> k & 1 && s->rules[k].is_shadow == r->is_shadow &&
                     op_gives(&s->rules[k], slot) && op_same(r, &s->rules[k], slot));
            }
            if (!has_same)
                return true;
        }
    }
    return false;
}

static inline void op_find_dead(const struct rr_set *s, struct opponent *o) {
    for (int i = 0; i < s->n; i++) {
        bool wins = false;
        for (unsigned hits = 0; hits < 1U << s->n; hits++) {
            if (!o->occurs[hits] || !(hits >> i & 1))
                continue;
            o->is_hit[i] = true;
            for (int slot = 0; slot < OP_SLOTS; slot++) {
                const struct rr_rule *r = &s->rules[i];
                int best = op_winner(s, hits, r->is_shadow, slot);
                wins =
                    wins || (op_gives(r, slot) && s->rules[best].priority == r->priority);
            }
        }
        o->is_dead[i] = s->hit == RR_PRIORITY ? !wins : !o->is_hit[i];
    }
}

/* From the highest priority down, the later of equals first; what was found idle is gone. */
static inline void op_find_redundant(const struct rr_set *s, struct opponent *o) {
    unsigned gone = 0, done = 0;
    for (int i = 0; i < s->n; i++)
        gone |= o->is_dead[i] ? 1U << i : 0;
    for (int n = 0; n < s->n && s->hit != RR_UNIQUE; n++) {
        int next = -1;
        for (int i = 0; i < s->n; i++)
            if (!(done >> i & 1) && (next < 0 || s->hit == RR_COLLECT ||
                                     s->rules[i].priority >= s->rules[next].priority))
                next = i;
        done |= 1U << next;
        bool matters = o->is_dead[next];
        for (unsigned hits = 0; hits < 1U << s->n && !matters; hits++) {
            matters =
                o->occurs[hits] && hits >> next & 1 && op_matters(s, hits & ~gone, next);
        }
        if (!matters) {
            o->is_redundant[next] = true;
            gone |= 1U << next;
        }
    }
}

static inline void op_find_all(const struct rr_set *s, struct opponent *o) {
    unsigned active = 0;
    op_try_all(s, o);
    for (int i = 0; i < s->n; i++)
        active |= s->rules[i].is_shadow ? 0 : 1U << i;
    for (unsigned hits = 0; hits < 1U << s->n; hits++) {
        if (!o->occurs[hits])
            continue;
        o->has_gap = o->has_gap || !(hits & active);
        for (int b = 0; b < s->n; b++) {
            for (int a = 0; a < b; a++) {
                o->overlaps[a][b] =
                    o->overlaps[a][b] || (hits >> a & 1 && hits >> b & 1 &&
                                          op_contradict(s, &s->rules[a], &s->rules[b]));
            }
        }
    }
    op_find_dead(s, o);
    op_find_redundant(s, o);
}

#endif
