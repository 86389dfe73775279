/* signals.c: see signals.h. Phrases wait in lists by file until all are read. */
#include "common/policy/signals.h"

#include "common/base/suggest.h"
#include "common/policy/schema.h"
#include "common/text/fold.h"
#include "common/text/phrases.h"

/* All phrases of the packs read so far. */
struct signal_lists {
    struct phrase phrases[PHRASES_MAX];
    size_t n, n_joined;
    struct negation negations[DOMAIN_MAX_WORDS];
};

static struct signal_lists *lists_of(struct loader *l) {
    if (!l->p->signals)
        l->p->signals = arena_zalloc(l->a, sizeof *l->p->signals);
    return l->p->signals;
}

/* The number of a word of the domain; -1 after telling. */
static int domain_word(struct loader *l, int fact, const struct node *n) {
    const struct attribute *at = &l->p->domain.facts[fact];
    int i = attribute_find(at, n->text);
    if (i >= 0)
        return i;
    struct suggestion s = suggest_for(n->text);
    for (int k = 0; k < at->n_words; k++)
        suggest_consider(&s, at->words[k]);
    finding_error(l->fs, "unknown-value", n, "the domain lists no %s \"%.*s\"%s",
                  fact_name(fact), SPAN_ARGS(n->text), suggest_text(&s));
    return -1;
}

/* ---- negation ---- */

static struct span *read_negators(struct loader *l, const struct node *map,
                                  const char *key, int *n_out) {
    const struct node *list = node_get(map, key);
    if (!list)
        return NULL;
    size_t room = list->kind == NODE_LIST ? (size_t)list->count : 1;
    struct span *all = arena_array(l->a, room, sizeof *all);
    NODE_WORDS(w, list) {
        struct span word =
            w->kind == NODE_SCALAR ? phrase_fold(l->a, w->text) : (struct span){NULL, 0};
        if (word.ptr)
            all[(*n_out)++] = word;
        else
            finding_error(l->fs, "schema", w, "a negator is a word or a few");
    }
    return all;
}

static void read_negation(struct loader *l, const struct node *n) {
    static const char *const keys[] = {"before", "after", "ends", "within", NULL};
    enum { WITHIN_MAX = 20 };
    int language = domain_word(l, FACT_LANG, n->key);
    if (language < 0 || !schema_map(l, n, "a negation", keys))
        return;
    struct negation *out = &lists_of(l)->negations[language];
    if (out->within > 0) {
        finding_error(l->fs, "duplicate-name", n->key,
                      "the negation of \"%.*s\" stands twice", SPAN_ARGS(n->key->text));
        return;
    }
    const struct node *within = node_get(n, "within");
    int64_t units = 0;
    if (!within) {
        finding_error(l->fs, "schema", n,
                      "a negation needs \"within\": how many words or characters may "
                      "stand between");
        return;
    }
    if (!schema_number(l, within, 1, WITHIN_MAX, &units))
        return;
    out->within = (int)units;
    out->before = read_negators(l, n, "before", &out->n_before);
    out->after = read_negators(l, n, "after", &out->n_after);
    out->ends = read_negators(l, n, "ends", &out->n_ends);
}

/* ---- phrases ---- */

static bool is_same(const struct phrase *a, const struct phrase *b) {
    if (a->meaning != b->meaning || a->n_parts != b->n_parts)
        return false;
    for (int i = 0; i < a->n_parts; i++)
        if (a->parts[i].is_stem != b->parts[i].is_stem ||
            !span_equal(a->parts[i].text, b->parts[i].text))
            return false;
    return true;
}

/* Two lists may share one ("tribunal"); one list says each thing once. */
static bool stands_already(const struct signal_lists *s, size_t list_begin,
                           const struct phrase *wanted) {
    for (size_t i = list_begin; i < s->n; i++)
        if (is_same(&s->phrases[i], wanted))
            return true;
    return false;
}

static void read_phrases(struct loader *l, int signal, const struct node *list) {
    struct signal_lists *s = lists_of(l);
    int language = domain_word(l, FACT_LANG, list->key);
    size_t begin = s->n;
    if (language < 0 || !schema_list(l, list, "the phrases of a language"))
        return;
    if (!schema_room(l, list, (int)s->n, list->count, PHRASES_MAX, "phrases"))
        return;
    NODE_EACH(n, list) {
        struct phrase *p = &s->phrases[s->n];
        *p = (struct phrase){.meaning = signal, .language = language};
        const char *problem =
            n->kind == NODE_SCALAR ? phrase_read(l->a, n->text, p) : "is no text";
        if (problem)
            finding_error(l->fs, "phrase", n, "the phrase %s", problem);
        else if (stands_already(s, begin, p))
            finding_error(l->fs, "duplicate-name", n,
                          "folded, this phrase stands in the list already");
        else if (p->n_parts > 1 && s->n_joined == PHRASES_MAX_JOINED)
            finding_error(l->fs, "limit", n, "more than %d phrases of several parts",
                          PHRASES_MAX_JOINED);
        else
            s->n_joined += s->phrases[s->n++].n_parts > 1;
    }
}

static void read_signal(struct loader *l, const struct node *n) {
    int signal = domain_word(l, FACT_SIGNALS, n->key);
    if (signal < 0)
        return;
    if (n->kind != NODE_MAP) {
        finding_error(l->fs, "schema", n,
                      "the phrases of a signal are a list by language");
        return;
    }
    NODE_EACH(list, n)
    read_phrases(l, signal, list);
}

static void read_goods(struct loader *l, const struct node *list) {
    NODE_WORDS(w, list) {
        int signal = domain_word(l, FACT_SIGNALS, w);
        if (signal >= 0)
            word_set_add(&l->p->goods_signals, signal);
    }
}

void signals_read(struct loader *l, const struct node *node) {
    static const char *const keys[] = {"negation", "phrases", "goods", NULL};
    if (!schema_map(l, node, "\"signals\"", keys))
        return;
    NODE_EACH(n, node_get(node, "negation"))
    read_negation(l, n);
    NODE_EACH(n, node_get(node, "phrases"))
    read_signal(l, n);
    if (node_get(node, "goods"))
        read_goods(l, node_get(node, "goods"));
}

void signals_compile(struct loader *l) {
    struct signal_lists *s = l->p->signals;
    if (s)
        l->p->phrases = phrases_compile(l->a, s->phrases, s->n, s->negations);
}

/* ---- asking ---- */

bool policy_signal_is_of_goods(const struct policy *p, struct span word) {
    int i = attribute_find(&p->domain.facts[FACT_SIGNALS], word);
    return i >= 0 && word_set_has(&p->goods_signals, i);
}

int policy_signals(const struct policy *p, struct arena *scratch, struct span text,
                   const char *out[POLICY_MAX_SIGNALS]) {
    struct phrases_found found;
    int n = 0;
    if (!p->phrases || text.len == 0)
        return 0;
    phrases_find(p->phrases, text_fold(scratch, text), &found);
    for (int i = 0; i < p->domain.facts[FACT_SIGNALS].n_words; i++)
        if (found.meanings >> i & 1)
            out[n++] = p->domain.facts[FACT_SIGNALS].words[i];
    return n;
}
