/*
 * domain.h: the closed world that rules speak about.
 *
 * A pack's `domain` lists, for each fact it uses, the words it may have. Closedness is
 * what makes gaps and overlaps decidable. A word's number is its position in the list;
 * one past the last stands for "missing".
 */
#ifndef COMMON_POLICY_DOMAIN_H
#define COMMON_POLICY_DOMAIN_H

#include "common/base/arena.h"
#include "common/policy/findings.h"

enum {
    DOMAIN_MAX_WORDS = 255,
    DOMAIN_MAX_MEMBERS = 60, /* of a set: they are bits of one number */
    DOMAIN_LANG_FACT = FACT_LANG,
};
#define FACT_MISSING INT64_MIN

enum fact_kind { KIND_WORD, KIND_NUMBER, KIND_SET };

struct word_set {
    uint64_t bits[4];
};
static inline void word_set_add(struct word_set *s, int i) {
    s->bits[i >> 6] |= UINT64_C(1) << (i & 63);
}
static inline bool word_set_has(const struct word_set *s, int i) {
    return s->bits[i >> 6] >> (i & 63) & 1;
}
static inline bool word_set_equal(const struct word_set *a, const struct word_set *b) {
    return memcmp(a, b, sizeof *a) == 0;
}
static inline bool word_set_meets(const struct word_set *a, const struct word_set *b) {
    return ((a->bits[0] & b->bits[0]) | (a->bits[1] & b->bits[1]) |
            (a->bits[2] & b->bits[2]) | (a->bits[3] & b->bits[3])) != 0;
}

/* A name for several words: `groups: {marketplace: {eu: [amazon.de, ...]}}`. */
struct word_group {
    const char *name;
    struct word_set words;
};

/* A worker states some fifteen words an event: no length is counted twice. */
struct word_slot {
    struct span word;
    int number; /* -1: free */
};

struct attribute {
    bool is_listed;   /* the domain has this fact */
    bool is_optional; /* may be missing without stopping the decision */
    enum fact_kind kind;
    int n_words;
    const char **words; /* KIND_WORD and KIND_SET */
    int other;          /* the number of "other"; -1: none */
    int64_t min, max;   /* KIND_NUMBER */
    struct word_group *groups;
    int n_groups;
    /* open addressing over the words, ASCII case ignored; a power of two long */
    struct word_slot *lookup;
    uint32_t lookup_mask;
    const char *cause_missing; /* "marketplace is missing" */
    const char *cause_outside; /* "marketplace is outside the domain" */
};

struct domain {
    struct attribute facts[POLICY_FACT_COUNT];
    const char *time_missing[POLICY_TIME_COUNT]; /* "requested_at is missing" */
};

const char *fact_name(int fact);
const char *time_name(int time);
enum fact_kind fact_kind(int fact);
int fact_find(struct span name); /* -1 when unknown */
int time_find(struct span name);

/* The number of a word, ASCII case ignored; -1 when it is not listed. */
int attribute_find(const struct attribute *at, struct span word);
const struct word_group *attribute_group(const struct attribute *at, struct span name);

/* Reads `domain:` and `groups:`. Call domain_finish once when all files were read. */
void domain_read(struct arena *a, struct domain *d, const struct node *node,
                 struct findings *fs);
void domain_read_groups(struct arena *a, struct domain *d, const struct node *node,
                        struct findings *fs);
void domain_finish(struct arena *a, struct domain *d);

#endif
