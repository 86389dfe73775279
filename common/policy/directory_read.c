/* directory_read.c: `directory:` of the packs; see directory.h. */
#include "common/policy/directory_read.h"

#include "common/base/clock.h"
#include "common/policy/directory.h"
#include "common/policy/schema.h"

enum { DAYS_MAX = 3660 };

/* "60 days". */
static bool read_days(struct loader *l, const struct node *n, int64_t *out_us) {
    struct span rest = n->kind == NODE_SCALAR ? n->text : SPAN(""), number;
    int64_t days = 0;
    bool is_good = span_cut(&rest, ' ', &number) && span_to_i64(number, &days) &&
                   days >= 1 && days <= DAYS_MAX &&
                   (span_is(rest, "days") || (days == 1 && span_is(rest, "day")));
    if (!is_good) {
        finding_error(l->fs, "schema", n, "write \"60 days\", 1 to %d", (int)DAYS_MAX);
        return false;
    }
    *out_us = days * US_PER_DAY;
    return true;
}

static void read_ends_soon(struct loader *l, const struct node *n,
                           struct directory_ends *out) {
    out->n = 0;
    NODE_WORDS(w, n) {
        int64_t us;
        if (!read_days(l, w, &us))
            return;
        if (out->n == POLICY_MAX_WARNINGS || (out->n > 0 && us >= out->us[out->n - 1])) {
            finding_error(l->fs, "schema", w, "at most %d warnings, the longest first",
                          (int)POLICY_MAX_WARNINGS);
            return;
        }
        out->us[out->n++] = us;
    }
}

/* The position among the words of `has`; -1 when it is none. */
static int has_word(const struct policy *p, struct span word) {
    const struct attribute *has = &p->domain.facts[FACT_HAS];
    return has->is_listed ? attribute_find(has, word) : -1;
}

static void read_fact(struct loader *l, const struct node *n, struct directory_word *word,
                      bool is_licence) {
    word->fact = n->kind == NODE_SCALAR ? has_word(l->p, n->text) : -1;
    if (!is_licence)
        finding_error(l->fs, "schema", n, "only a licence stands for a fact");
    else if (word->fact < 0)
        finding_error(l->fs, "unknown-value", n, "the domain lists no such \"has\"");
}

static void read_word(struct loader *l, const struct node *n,
                      const struct directory_ends *by_default) {
    static const char *const keys[] = {"fact", "ends_soon", "source", "why", NULL};
    struct directory_spec *d = &l->p->directory;
    struct directory_word *word = &d->words[d->n_words];
    const char *spelled;
    enum directory_kind kind = directory_kind(l->p, n->key->text, &spelled);
    if (kind == DIRECTORY_UNKNOWN) {
        struct suggestion s = suggest_for(n->key->text);
        directory_suggest(l->p, &s);
        finding_error(l->fs, "unknown-value", n->key,
                      "\"%s\" is neither a fact of \"has\" nor a licence of \"terms\"%s",
                      n->key->text.ptr, suggest_text(&s));
        return;
    }
    if (!schema_map(l, n, "a word of the directory", keys))
        return;
    *word = (struct directory_word){spelled, -1, *by_default};
    const struct node *fact = node_get(n, "fact"), *ends = node_get(n, "ends_soon");
    if (fact)
        read_fact(l, fact, word, kind == DIRECTORY_LICENCE);
    if (ends)
        read_ends_soon(l, ends, &word->ends_soon);
    d->n_words++;
}

static bool is_read(const struct directory_spec *d, const char *word) {
    for (int i = 0; i < d->n_words; i++)
        if (strcmp(d->words[i].word, word) == 0)
            return true;
    return false;
}

/* What is said of a licence holds for each of its kinds that is not named itself. */
static void add_kinds(struct loader *l) {
    struct directory_spec *d = &l->p->directory;
    for (int i = 0, n = d->n_words; i < n; i++) {
        const struct policy_term *t = policy_term(l->p, TERM_LICENCE, d->words[i].word);
        for (int k = 0; t && k < t->n_kinds; k++) {
            if (is_read(d, t->kinds[k].licence))
                continue;
            struct directory_word *kind = &d->words[d->n_words++];
            *kind = d->words[i];
            kind->word = t->kinds[k].licence;
        }
    }
}

void directory_read(struct loader *l, const struct node *node) {
    static const char *const keys[] = {"ends_soon", "words", "source", NULL};
    struct directory_spec *d = &l->p->directory;
    if (d->is_read) {
        finding_error(l->fs, "schema", node, "\"directory\" stands in one file");
        return;
    }
    if (!schema_map(l, node, "\"directory\"", keys))
        return;
    d->is_read = true;
    const struct node *ends = node_get(node, "ends_soon");
    const struct node *words = node_get(node, "words");
    if (ends)
        read_ends_soon(l, ends, &d->ends_soon);
    if (words && words->kind != NODE_MAP) {
        finding_error(l->fs, "schema", words, "\"words\" maps a word to what it means");
        return;
    }
    size_t room = (size_t)(words ? words->count : 0) + 1;
    for (int i = 0; i < l->p->n_terms[TERM_LICENCE]; i++) /* listed or not: an error */
        room += (size_t)l->p->terms[TERM_LICENCE][i].n_kinds;
    d->words = arena_array(l->a, room, sizeof *d->words);
    NODE_EACH(n, words) {
        read_word(l, n, &d->ends_soon);
    }
    add_kinds(l);
}
