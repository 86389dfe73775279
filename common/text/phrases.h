/*
 * phrases.h: thousands of phrases looked for in one pass over a folded text (fold.h).
 *
 * A phrase is written as people say it:
 *
 *     caught fire          these words side by side, whole words
 *     verklag*             a word that begins so
 *     akku* & aufgebläht   all of these in one clause, in any order
 *
 * Scripts without spaces have no whole words: there a phrase counts wherever it stands.
 *
 * A phrase that is denied does not count. Denied is one with a negator of its language
 * near: at most `within` units (words; characters of scripts without spaces) stand between
 * them, none of which ends a negation ("not charging but swollen"). In Japanese and Korean
 * the negator comes after, and only kana or Hangul may stand between: 膨らんでいません is
 * denied, 膨らんで充電できません is not. A phrase that holds a negator itself ("nobody
 * answers") is never denied. Nobody's grammar is that simple; what it does and does not see
 * is measured on the labelled set, see README.md.
 *
 * The automaton is Aho and Corasick's: the time depends on the text, not on the number of
 * phrases. Pure; finding allocates nothing.
 */
#ifndef COMMON_TEXT_PHRASES_H
#define COMMON_TEXT_PHRASES_H

#include "common/base/arena.h"
#include "common/base/span.h"

enum {
    PHRASES_MAX = 8192,
    PHRASES_MAX_MEANINGS = 64, /* they are bits of a set */
    PHRASE_MAX_PARTS = 4,      /* joined by & */
    PHRASES_MAX_JOINED = 2048, /* phrases of several parts */
    PHRASE_MAX_BYTES = 120,    /* as written */
};

struct phrase_part {
    struct span text; /* folded, without the '.' at its ends */
    bool is_stem;     /* a word may go on behind it */
};

struct phrase {
    int meaning;  /* 0 .. PHRASES_MAX_MEANINGS - 1 */
    int language; /* whose negators count: an index of the compiled `negations` */
    struct phrase_part parts[PHRASE_MAX_PARTS];
    int n_parts;
};

/* All texts folded, without the '.' at their ends. */
struct negation {
    const struct span *before, *after, *ends;
    int n_before, n_after, n_ends;
    int within;
};

/* Reads a phrase as it is written; its texts live in `a`. What is wrong with it, in words,
 * or NULL. */
const char *phrase_read(struct arena *a, struct span written, struct phrase *out);
/* A single word or phrase without & and *, folded, for lists of negators; ptr NULL: no
 * letter in it, or a clause ends in it. */
struct span phrase_fold(struct arena *a, struct span written);

struct phrases; /* compiled, immutable */

/* Copies nothing: phrases and negations, which languages are numbers of, must live as
 * long. At most PHRASES_MAX, of them PHRASES_MAX_JOINED of several parts. */
struct phrases *phrases_compile(struct arena *a, const struct phrase *all, size_t n,
                                const struct negation *negations);

struct phrases_found {
    uint64_t meanings;                 /* a bit each */
    uint16_t by[PHRASES_MAX_MEANINGS]; /* the first phrase of each that was found */
};
/* `p` NULL: no phrases, none found. */
void phrases_find(const struct phrases *p, struct span folded, struct phrases_found *out);

#endif
