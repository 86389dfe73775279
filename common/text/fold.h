/*
 * fold.h: a text as phrases are looked for in it.
 *
 * What people write in many ways becomes one: case, width (ＡＢＣ, ｶﾅ), compatibility forms
 * (㈱, ﬁ), accents (é is e), katakana (is hiragana). Only letters and digits stay, and
 *
 *     ' '  between two words of a script that has words; never beside kana, Han or Hangul,
 *          which people space as they like
 *     '.'  where a clause ends (. , ; : ! ? brackets, their eastern kin, a new line), once,
 *          and at both ends
 *
 * "It's SWOLLEN, ﾊﾞｯﾃﾘｰ が…" reads ".it s swollen.ばってりーが.".
 */
#ifndef COMMON_TEXT_FOLD_H
#define COMMON_TEXT_FOLD_H

#include "common/base/arena.h"
#include "common/base/span.h"

/* A message is no novel: what lies beyond is not read. */
enum { FOLD_MAX_BYTES = 64 << 10 };

/* Lives in `a`. Bytes that are not UTF-8 stand for a blank each. */
struct span text_fold(struct arena *a, struct span text);

/* How the character that begins at `at` of a folded text reads, and how many bytes it
 * has. */
enum letter { LETTER_NONE, LETTER_SPACED, LETTER_KANA, LETTER_HANGUL, LETTER_HAN };
enum letter fold_letter(const char *at, size_t *len);
static inline bool letter_is_dense(enum letter l) {
    return l >= LETTER_KANA;
}

#endif
