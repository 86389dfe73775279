/* suggest.c: edit distance (insert, delete, replace, swap neighbours) over short words.
 */
#include "common/base/suggest.h"

#include <limits.h>
#include <stdio.h>

enum { WORD_MAX = 48 };

static int min3(int a, int b, int c) {
    int m = a < b ? a : b;
    return m < c ? m : c;
}

static int distance(struct span a, struct span b) {
    if (a.len > WORD_MAX || b.len > WORD_MAX)
        return INT_MAX;
    int d[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a.len; i++) {
        for (size_t j = 0; j <= b.len; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (int)(i + j);
                continue;
            }
            int differs = a.ptr[i - 1] != b.ptr[j - 1];
            d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + differs);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
                a.ptr[i - 2] == b.ptr[j - 1] && d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    }
    return d[a.len][b.len];
}

struct suggestion suggest_for(struct span word) {
    return (struct suggestion){.word = word, .best = INT_MAX};
}

/* Whether letters were only left out of `known`. */
static bool is_left_out_of(struct span word, const char *known) {
    size_t i = 0;
    for (; i < word.len && *known; known++)
        i += word.ptr[i] == *known;
    return i == word.len;
}

/* Letters left out count half: who writes amazon.jp means amazon.co.jp, not amazon.sg. */
void suggest_consider(struct suggestion *s, const char *known) {
    int d = distance(s->word, span_of(known));
    if (d > 1 + (int)s->word.len / 3)
        return;
    d = is_left_out_of(s->word, known) ? d : 2 * d;
    if (d < s->best) {
        s->best = d;
        s->known = known;
    }
}

const char *suggest_known(const struct suggestion *s) {
    return s->known;
}

const char *suggest_text(struct suggestion *s) {
    const char *known = suggest_known(s);
    s->text[0] = '\0';
    if (known)
        snprintf(s->text, sizeof s->text, ": did you mean \"%s\"?", known);
    return s->text;
}
