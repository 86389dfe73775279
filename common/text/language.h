/*
 * language.h: in which language a short message is written, or that nobody can tell.
 *
 * Scripts first: kana is Japanese, Hangul is Korean, whatever product names stand among
 * it. Everything else is CLD2's guess, and it counts only as one of the languages below
 * and with enough evidence: a wrong guess sends a buyer to a desk that cannot read him and
 * lets a good answer count for none, while "unknown" falls back on what the order and the
 * marketplace say. So the threshold is chosen for few wrong answers, not for many answers;
 * README.md here has the table of confusions, which a test keeps true.
 *
 * Pure; allocates nothing; any bytes will do.
 */
#ifndef COMMON_TEXT_LANGUAGE_H
#define COMMON_TEXT_LANGUAGE_H

#include "common/base/span.h"

enum {
    /* The language of a text is plain from its beginning; what follows is not read. */
    LANGUAGE_MAX_BYTES = 4096,
    /* Least confidence of CLD2's answer. On the tuning half of the labelled set, in the
     * languages of one script: from 0 on 95 of 100 messages are told right and 3.0 wrong,
     * from 50 on 92 and 2.5, from 70 on 85 and 0.8. */
    LANGUAGE_MIN_CONFIDENCE = 70,
    LANGUAGE_MAX_CONFIDENCE = 99,
};

/* The languages that are told: those of the labelled set, in its order. */
#define LANGUAGE_TAGS(X)                                                                 \
    X("de") X("en") X("es") X("fr") X("it") X("ja") X("ko") X("nl") X("pt") X("zh")

struct language_guess {
    const char *tag; /* BCP 47, without a region; NULL: unknown */
    int confidence;  /* of what was found: 0 nothing .. 99 plain; not a probability */
};

struct language_guess language_detect(struct span text);

#endif
