/*
 * cld2.h: the one door to CLD2, whose interface is C++ (cld2.cc is the other side).
 *
 * CLD2 (Compact Language Detector 2, Debian's libcld2) finds the likeliest of some eighty
 * languages by the quadgrams of a text; for scripts without spaces, by characters. Its
 * tables are constants: no state, no memory kept, no failure.
 */
#ifndef COMMON_TEXT_CLD2_H
#define COMMON_TEXT_CLD2_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cld2_answer {
    const char *tag; /* BCP 47, static: "de", "zh-Hant"; "un": none */
    int percent;     /* how much of the letters is in that language */
    int score;       /* evidence per 1,024 bytes of it; 500 is thin, 1,000 is firm */
};

/* `text` must be UTF-8; what follows a byte that is not is not looked at. */
struct cld2_answer cld2_detect(const char *text, size_t len);

#ifdef __cplusplus
}
#endif

#endif
