/* suggest.h: "did you mean ...": the nearest known word to one that is not known. */
#ifndef COMMON_POLICY_SUGGEST_H
#define COMMON_POLICY_SUGGEST_H

#include "common/base/span.h"

struct suggestion {
    struct span word;
    int best; /* distance of `known`, INT_MAX: none yet */
    const char *known;
    char text[160];
};
struct suggestion suggest_for(struct span word);
void suggest_consider(struct suggestion *s, const char *known);
/* ": did you mean "x"?", or an empty text. */
const char *suggest_text(struct suggestion *s);

#endif
