/* suggest.h: "did you mean ...": the nearest known word to one that is not known. */
#ifndef COMMON_BASE_SUGGEST_H
#define COMMON_BASE_SUGGEST_H

#include "common/base/span.h"

struct suggestion {
    struct span word;
    int best; /* twice the distance of `known`, letters left out once; INT_MAX: none yet */
    const char *known;
    char text[160];
};
struct suggestion suggest_for(struct span word);
void suggest_consider(struct suggestion *s, const char *known);
/* The nearest word; NULL when even that is so far away that it would be a guess. */
const char *suggest_known(const struct suggestion *s);
/* ": did you mean "x"?", or an empty text. */
const char *suggest_text(struct suggestion *s);

#endif
