/* contradict.c: see contradict.h. */
#include "common/policy/contradict.h"

#include "common/base/suggest.h"
#include "common/policy/schema.h"

/* Some words of one fact: bit per word. */
struct word_mask {
    int fact; /* -1: broken, and told */
    uint64_t bits;
};

static uint64_t bits_of(struct loader *l, const struct node *n, int fact) {
    const struct attribute *at = &l->p->domain.facts[fact];
    int i = n->kind == NODE_SCALAR ? attribute_find(at, n->text) : -1;
    const struct word_group *g =
        n->kind == NODE_SCALAR ? attribute_group(at, n->text) : NULL;
    if (i >= 0)
        return UINT64_C(1) << i;
    if (g)
        return g->words.bits[0];
    struct suggestion s = suggest_for(n->kind == NODE_SCALAR ? n->text : SPAN(""));
    for (int k = 0; k < at->n_words; k++)
        suggest_consider(&s, at->words[k]);
    finding_error(l->fs, "unknown-value", n, "the domain lists no %s \"%.*s\"%s",
                  fact_name(fact), SPAN_ARGS(n->text), suggest_text(&s));
    return 0;
}

/* `{condition: unopened}`: one fact, some of its words. */
static struct word_mask read_words(struct loader *l, const struct node *n) {
    struct word_mask out = {.fact = -1};
    const struct node *words = n->kind == NODE_MAP ? n->first : NULL;
    int fact = words ? fact_find(words->key->text) : -1;
    if (!words || n->count != 1 || fact < 0) {
        finding_error(l->fs, "schema", n,
                      "one fact and some of its words are wanted: {condition: unopened}");
        return out;
    }
    const struct attribute *at = &l->p->domain.facts[fact];
    if (!at->is_listed || at->kind == KIND_NUMBER || at->n_words > DOMAIN_MAX_MEMBERS) {
        finding_error(l->fs, "schema", n,
                      "\"%s\" has no words, or more than %d: nothing contradicts it",
                      fact_name(fact), (int)DOMAIN_MAX_MEMBERS);
        return out;
    }
    int errors_before = l->fs->n_errors;
    NODE_WORDS(w, words) {
        out.bits |= bits_of(l, w, fact);
    }
    out.fact = l->fs->n_errors == errors_before ? fact : -1;
    return out;
}

static void add_pair(struct loader *l, struct contradiction *c, int word, int other) {
    const struct attribute *of = &l->p->domain.facts[c->fact],
                           *and = &l->p->domain.facts[c->other];
    struct contradiction_pair *pair = &c->pairs[c->n_pairs++];
    const char *a = fact_name(c->fact), *b = fact_name(c->other);
    struct builder text =
        builder_in(l->a, strlen(a) + strlen(b) + strlen(of->words[word]) +
                             strlen(and->words[other]) + 64);
    build_format(&text, "%s %s and %s %s contradict each other", a, of->words[word],
                 b, and->words[other]);
    build_char(&text, '\0');
    *pair = (struct contradiction_pair){
        .told = {text.ptr, c->title, c->source, (enum policy_fact)c->fact,
                 (enum policy_fact)c->other, of->words[word], and->words[other]},
        .word = UINT64_C(1) << word,
        .other = UINT64_C(1) << other,
    };
}

/* `is_one`: among the same words, each pair once. */
static void list_pairs(struct loader *l, struct contradiction *c, bool is_one) {
    size_t n =
        (size_t)__builtin_popcountll(c->words) * (size_t)__builtin_popcountll(c->others);
    c->pairs = arena_array(l->a, n + 1, sizeof *c->pairs);
    for (uint64_t these = c->words; these; these &= these - 1)
        for (uint64_t those = c->others; those; those &= those - 1)
            if (!is_one || __builtin_ctzll(these) < __builtin_ctzll(those))
                add_pair(l, c, __builtin_ctzll(these), __builtin_ctzll(those));
}

/* After the fact's name; NULL: it makes sense. */
static const char *why_impossible(const struct loader *l, const struct word_mask *a,
                                  const struct word_mask *b, bool is_one) {
    if (a->fact == b->fact && l->p->domain.facts[a->fact].kind == KIND_WORD)
        return "has one value only: nothing contradicts itself";
    if (is_one && __builtin_popcountll(a->bits) < 2)
        return "needs two words or more under \"at_most_one\"";
    if (!is_one && a->fact == b->fact && a->bits & b->bits)
        return "has the same word on both sides";
    return NULL;
}

static void read_one(struct loader *l, const struct node *n) {
    static const char *const keys[] = {"title",   "source",      "these",
                                       "exclude", "at_most_one", NULL};
    struct contradiction *c = &l->p->contradictions[l->p->n_contradictions];
    if (!schema_map(l, n, "a contradiction", keys))
        return;
    const struct node *these = node_get(n, "these"), *exclude = node_get(n, "exclude"),
                      *one = node_get(n, "at_most_one");
    if (!one == (!these || !exclude) || (one && (these || exclude))) {
        finding_error(l->fs, "schema", n,
                      "a contradiction needs \"these\" and \"exclude\", or "
                      "\"at_most_one\"");
        return;
    }
    struct word_mask a = read_words(l, one ? one : these),
                     b = one ? a : read_words(l, exclude);
    *c = (struct contradiction){.title = schema_text(l, n, "title", true),
                                .source = schema_text(l, n, "source", true),
                                .fact = a.fact,
                                .other = b.fact,
                                .words = a.bits,
                                .others = b.bits};
    if (a.fact < 0 || b.fact < 0)
        return;
    const char *wrong = why_impossible(l, &a, &b, one != NULL);
    if (wrong) {
        finding_error(l->fs, "impossible", n, "\"%s\" %s", fact_name(a.fact), wrong);
        return;
    }
    list_pairs(l, c, one != NULL);
    l->p->n_contradictions++;
}

void contradictions_read(struct loader *l, const struct node *node) {
    struct policy *p = l->p;
    if (!schema_list(l, node, "contradictions") ||
        !schema_room(l, node, p->n_contradictions, node->count, POLICY_MAX_CONTRADICTIONS,
                     "contradictions"))
        return;
    struct contradiction *all = schema_extend(l, p->contradictions, p->n_contradictions,
                                              node->count, sizeof *all);
    p->contradictions = all;
    NODE_EACH(n, node) {
        read_one(l, n);
    }
}

/* ---- asking ---- */

static uint64_t stated(const struct policy *p, const struct policy_facts *f, int fact) {
    int64_t value = f->value[fact];
    if (value == FACT_MISSING)
        return 0;
    return p->domain.facts[fact].kind == KIND_WORD ? UINT64_C(1) << value
                                                   : (uint64_t)value;
}

int policy_contradictions(
    const struct policy *p, const struct policy_facts *f,
    const struct policy_contradiction *out[POLICY_TOLD_CONTRADICTIONS]) {
    int n = 0;
    for (int i = 0; i < p->n_contradictions; i++) {
        const struct contradiction *c = &p->contradictions[i];
        uint64_t these = stated(p, f, c->fact) & c->words,
                 those = stated(p, f, c->other) & c->others;
        for (int k = 0; these && those && k < c->n_pairs; k++)
            if (these & c->pairs[k].word && those & c->pairs[k].other &&
                n < POLICY_TOLD_CONTRADICTIONS)
                out[n++] = &c->pairs[k].told;
    }
    return n;
}
