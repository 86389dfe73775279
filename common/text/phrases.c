/*
 * phrases.c: see phrases.h.
 *
 * The trie is built with lists of children, then laid out breadth first, so that the
 * children of a state lie side by side: their labels are found by memchr. Failure links
 * lead to the longest proper suffix; output links to the next suffix where a part ends.
 */
#include "common/text/phrases.h"

#include "common/text/fold.h"

enum { ROOT = 0, NO_PART = -1 };

/* A part that ends in a state. */
struct ending {
    uint16_t phrase;
    uint8_t part;
    int32_t next; /* of the same state; NO_PART: none */
};

struct state {
    uint32_t first, n; /* children: labels[first .. first + n), whose states are the same
                          numbers plus 1 */
    uint32_t fail;
    uint32_t output; /* the nearest suffix with an ending, itself included; ROOT: none */
    int32_t endings;
};

struct phrases {
    const struct phrase *all;
    const struct negation *negations;
    uint16_t *joined; /* by phrase: its number among those of several parts */
    bool *denies;     /* by phrase: it holds a negator itself */
    struct state *states;
    uint8_t *labels;
    uint32_t from_root[256];
    struct ending *endings;
};

/* ---- reading ---- */

struct span phrase_fold(struct arena *a, struct span written) {
    struct span folded = text_fold(a, written);
    if (folded.len < 3)
        return (struct span){NULL, 0};
    folded = (struct span){folded.ptr + 1, folded.len - 2};
    return memchr(folded.ptr, '.', folded.len) ? (struct span){NULL, 0} : folded;
}

static const char *read_part(struct arena *a, struct span written,
                             struct phrase_part *out) {
    struct span text = span_trim(written);
    out->is_stem = text.len > 0 && text.ptr[text.len - 1] == '*';
    text.len -= out->is_stem;
    if (text.len > 0 && memchr(text.ptr, '*', text.len))
        return "a * stands at the end of a word";
    out->text = phrase_fold(a, text);
    if (!out->text.ptr)
        return "holds no letter, or the end of a clause";
    return out->text.len < 2 ? "a single letter says nothing" : NULL;
}

const char *phrase_read(struct arena *a, struct span written, struct phrase *out) {
    struct span rest = written, part;
    out->n_parts = 0;
    if (written.len > PHRASE_MAX_BYTES)
        return "is longer than 120 bytes";
    while (span_cut(&rest, '&', &part)) {
        if (out->n_parts == PHRASE_MAX_PARTS)
            return "has more than 4 parts";
        const char *problem = read_part(a, part, &out->parts[out->n_parts++]);
        if (problem)
            return problem;
    }
    return out->n_parts > 0 ? NULL : "holds no letter, or the end of a clause";
}

/* ---- building ---- */

/* The trie while it grows. */
struct twig {
    uint32_t child, sibling;
    int32_t endings;
    uint8_t label;
};

struct growing {
    struct twig *twigs;
    uint32_t n;
    struct phrases *p;
    int32_t n_endings;
};

static uint32_t twig_below(struct growing *g, uint32_t at, uint8_t label) {
    uint32_t *link = &g->twigs[at].child;
    while (*link && g->twigs[*link].label < label)
        link = &g->twigs[*link].sibling;
    const uint32_t next = *link;
    if (next && g->twigs[next].label == label)
        return next;
    g->twigs[g->n] = (struct twig){.sibling = next, .endings = NO_PART, .label = label};
    *link = g->n;
    return g->n++;
}

static void grow(struct growing *g, size_t phrase, int part) {
    const struct span text = g->p->all[phrase].parts[part].text;
    uint32_t at = ROOT;
    for (size_t i = 0; i < text.len; i++)
        at = twig_below(g, at, (uint8_t)text.ptr[i]);
    g->p->endings[g->n_endings] = (struct ending){
        .phrase = (uint16_t)phrase, .part = (uint8_t)part, .next = g->twigs[at].endings};
    g->twigs[at].endings = g->n_endings++;
}

static uint32_t child_of(const struct phrases *p, uint32_t at, uint8_t label) {
    if (at == ROOT)
        return p->from_root[label];
    const struct state *s = &p->states[at];
    const uint8_t *found = s->n ? memchr(p->labels + s->first, label, s->n) : NULL;
    return found ? (uint32_t)(found - p->labels) + 1 : ROOT;
}

static uint32_t step(const struct phrases *p, uint32_t at, uint8_t label) {
    uint32_t next;
    while (!(next = child_of(p, at, label)) && at != ROOT)
        at = p->states[at].fail;
    return next;
}

/* Breadth first: state k has the label labels[k - 1]. A parent comes before its children,
 * so the links of what is shorter are known. */
static void lay_out(struct growing *g, struct arena *scratch) {
    struct phrases *p = g->p;
    uint32_t *twig_of = arena_array(scratch, g->n, sizeof *twig_of);
    uint32_t n = 1;
    twig_of[ROOT] = ROOT;
    p->states[ROOT] = (struct state){.endings = NO_PART};
    for (uint32_t at = 0; at < n; at++) {
        struct state *s = &p->states[at];
        s->first = n - 1;
        for (uint32_t t = g->twigs[twig_of[at]].child; t; t = g->twigs[t].sibling) {
            const struct twig *twig = &g->twigs[t];
            struct state *new = &p->states[n];
            *new = (struct state){.endings = twig->endings};
            p->labels[n - 1] = twig->label;
            if (at == ROOT)
                p->from_root[twig->label] = n;
            else
                new->fail = step(p, s->fail, twig->label);
            new->output = twig->endings == NO_PART ? p->states[new->fail].output : n;
            twig_of[n++] = t;
            s->n++;
        }
    }
}

static bool holds(struct span text, struct span word) {
    const char *at = text.ptr;
    size_t left = text.len;
    while ((at = memmem(at, left, word.ptr, word.len))) {
        const char *end = at + word.len;
        bool begins = at == text.ptr || at[-1] == ' ';
        bool ends = end == text.ptr + text.len || *end == ' ';
        if ((begins && ends) || (unsigned char)*word.ptr >= 0x80)
            return true;
        left = text.len - (size_t)(++at - text.ptr);
    }
    return false;
}

static bool holds_negator(const struct phrase *f, const struct negation *n) {
    for (int i = 0; i < f->n_parts; i++) {
        for (int k = 0; k < n->n_before; k++)
            if (holds(f->parts[i].text, n->before[k]))
                return true;
        for (int k = 0; k < n->n_after; k++)
            if (holds(f->parts[i].text, n->after[k]))
                return true;
    }
    return false;
}

struct phrases *phrases_compile(struct arena *a, const struct phrase *all, size_t n,
                                const struct negation *negations) {
    size_t bytes = 1, n_parts = 0, n_joined = 0;
    struct phrases *p = arena_zalloc(a, sizeof *p);
    p->all = all;
    p->negations = negations;
    p->joined = arena_array(a, n + 1, sizeof *p->joined);
    p->denies = arena_array(a, n + 1, sizeof *p->denies);
    for (size_t i = 0; i < n; i++) {
        p->joined[i] = (uint16_t)n_joined;
        n_joined += all[i].n_parts > 1;
        p->denies[i] = holds_negator(&all[i], &negations[all[i].language]);
        n_parts += (size_t)all[i].n_parts;
        for (int k = 0; k < all[i].n_parts; k++)
            bytes += all[i].parts[k].text.len;
    }
    if (n > PHRASES_MAX || n_joined > PHRASES_MAX_JOINED)
        BUG("more phrases than were asked for");
    p->endings = arena_array(a, n_parts + 1, sizeof *p->endings);
    p->states = arena_array(a, bytes, sizeof *p->states);
    p->labels = arena_array(a, bytes, 1);
    struct arena *scratch = arena_new(bytes * 64 + (1 << 16));
    struct growing g = {arena_zalloc(scratch, bytes * sizeof *g.twigs), 1, p, 0};
    g.twigs[ROOT].endings = NO_PART;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < all[i].n_parts; k++)
            grow(&g, i, k);
    lay_out(&g, scratch);
    arena_free(scratch);
    return p;
}

/* ---- denial ---- */

/* What the character that ends at `end` is, and where it begins. */
static enum letter letter_before(struct span t, size_t end, size_t *begin) {
    size_t at = end - 1, len;
    while (((unsigned char)t.ptr[at] & 0xc0) == 0x80)
        at--;
    *begin = at;
    return fold_letter(t.ptr + at, &len);
}

/* The beginning of the character or word that ends at `end`. */
static size_t unit_before(struct span t, size_t end) {
    size_t at;
    if (letter_is_dense(letter_before(t, end, &at)))
        return at;
    while (at > 0 && t.ptr[at - 1] != ' ' && t.ptr[at - 1] != '.')
        at--;
    return at;
}

static bool stands_before(struct span t, size_t end, struct span word) {
    if (word.len >= end || memcmp(t.ptr + end - word.len, word.ptr, word.len) != 0)
        return false;
    size_t len;
    char before = t.ptr[end - word.len - 1];
    return before == ' ' || before == '.' ||
           letter_is_dense(fold_letter(t.ptr + end - word.len, &len));
}

static bool is_one_of(const struct span *words, int n, struct span word) {
    for (int i = 0; i < n; i++)
        if (span_equal(words[i], word))
            return true;
    return false;
}

static bool is_denied_before(struct span t, size_t start, const struct negation *n) {
    size_t end = start;
    for (int between = 0; between <= n->within; between++) {
        end -= t.ptr[end - 1] == ' ';
        for (int i = 0; i < n->n_before; i++)
            if (stands_before(t, end, n->before[i]))
                return true;
        if (t.ptr[end - 1] == '.')
            return false;
        size_t begin = unit_before(t, end);
        struct span unit = {t.ptr + begin, end - begin};
        if (is_one_of(n->ends, n->n_ends, unit))
            return false;
        end = begin;
    }
    return false;
}

static bool is_denied_after(struct span t, size_t at, const struct negation *n) {
    for (int between = 0; between <= n->within; between++) {
        for (int i = 0; i < n->n_after; i++)
            if (span_starts_with((struct span){t.ptr + at, t.len - at}, n->after[i]))
                return true;
        size_t len;
        enum letter letter = fold_letter(t.ptr + at, &len);
        if (letter != LETTER_KANA && letter != LETTER_HANGUL)
            return false;
        at += len;
    }
    return false;
}

/* ---- finding ---- */

struct finding {
    const struct phrases *p;
    struct span text;
    uint32_t clause;
    /* By phrase of several parts: the clause, and the parts seen in it. */
    uint32_t seen[PHRASES_MAX_JOINED];
    struct phrases_found *out;
};

/* Whether [start, end) is not cut out of a longer word. */
static bool is_whole(struct span t, size_t start, size_t end, bool is_stem) {
    size_t at;
    enum letter first = fold_letter(t.ptr + start, &at);
    enum letter last = letter_before(t, end, &at);
    bool begins = first != LETTER_SPACED || letter_before(t, start, &at) != LETTER_SPACED;
    return begins && (is_stem || last != LETTER_SPACED ||
                      fold_letter(t.ptr + end, &at) != LETTER_SPACED);
}

static bool is_complete(struct finding *f, const struct ending *e, int n_parts) {
    uint32_t *seen = &f->seen[f->p->joined[e->phrase]];
    uint32_t all = (1u << n_parts) - 1;
    if (n_parts == 1)
        return true;
    if (*seen >> PHRASE_MAX_PARTS != f->clause)
        *seen = f->clause << PHRASE_MAX_PARTS;
    *seen |= 1u << e->part;
    return (*seen & all) == all;
}

static void consider(struct finding *f, const struct ending *e, size_t end) {
    const struct phrase *phrase = &f->p->all[e->phrase];
    const struct phrase_part *part = &phrase->parts[e->part];
    const struct negation *n = &f->p->negations[phrase->language];
    size_t start = end - part->text.len;
    if (f->out->meanings >> phrase->meaning & 1 ||
        !is_whole(f->text, start, end, part->is_stem))
        return;
    if (!f->p->denies[e->phrase] &&
        (is_denied_before(f->text, start, n) || is_denied_after(f->text, end, n)))
        return;
    if (!is_complete(f, e, phrase->n_parts))
        return;
    f->out->meanings |= UINT64_C(1) << phrase->meaning;
    f->out->by[phrase->meaning] = e->phrase;
}

void phrases_find(const struct phrases *p, struct span folded,
                  struct phrases_found *out) {
    out->meanings = 0;
    if (!p)
        return;
    struct finding f = {.p = p, .text = folded, .clause = 1, .out = out};
    uint32_t at = ROOT;
    for (size_t i = 0; i < folded.len; i++) {
        at = step(p, at, (uint8_t)folded.ptr[i]);
        f.clause += folded.ptr[i] == '.';
        for (uint32_t s = p->states[at].output; s != ROOT;
             s = p->states[p->states[s].fail].output)
            for (int32_t e = p->states[s].endings; e != NO_PART; e = p->endings[e].next)
                consider(&f, &p->endings[e], i + 1);
    }
}
