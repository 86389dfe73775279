/* terms.c: see terms.h. */
#include "common/policy/terms.h"

#include "common/base/suggest.h"
#include "common/policy/desk.h"
#include "common/policy/schema.h"

/* The keys under `terms:` are the keys of a step, so that the list reads like the steps. */
static const char *const kind_names[POLICY_TERM_KINDS + 1] = {
    [TERM_CODE] = "code",
    [TERM_ACTION] = "do",
    [TERM_ROLE] = "to",
    [TERM_LICENCE] = "licence",
    [TERM_EVIDENCE] = "evidence",
    [TERM_PLACE] = "place",
    [TERM_WASTE] = "waste",
    [TERM_UNLOCKS] = "unlocks",
    [TERM_DESTINATION] = "destination",
};

static const struct policy_term *find(const struct policy *p, int kind,
                                      struct span word) {
    for (int i = 0; i < p->n_terms[kind]; i++)
        if (span_is(word, p->terms[kind][i].word))
            return &p->terms[kind][i];
    return NULL;
}

const struct policy_term *policy_term(const struct policy *p, enum policy_term_kind kind,
                                      const char *word) {
    return word ? find(p, kind, span_of(word)) : NULL;
}

const char *policy_role_desk(const struct policy *p, struct span role) {
    const struct policy_term *t = role.ptr ? find(p, TERM_ROLE, role) : NULL;
    return t && t->desk ? t->desk : p->triage->name;
}

bool policy_ends_evidence(const struct policy *p, struct span action) {
    const struct policy_term *t = find(p, TERM_ACTION, action);
    return t && t->ends_evidence;
}

bool years_read(struct loader *l, const struct node *n, int *out) {
    struct span rest = n->kind == NODE_SCALAR ? n->text : SPAN(""), number;
    int64_t years = 0;
    bool is_good = span_cut(&rest, ' ', &number) && span_to_i64(number, &years) &&
                   years >= 1 && years <= 100 &&
                   (span_is(rest, "years") || (years == 1 && span_is(rest, "year")));
    if (!is_good) {
        finding_error(l->fs, "schema", n, "write \"5 years\", 1 to 100");
        return false;
    }
    *out = (int)years;
    return true;
}

/* `by_trait: {TRAIT: LICENCE}`. */
static void read_kinds(struct loader *l, const struct node *n, struct policy_term *t) {
    const struct attribute *traits = &l->p->domain.facts[FACT_TRAITS];
    if (n->kind != NODE_MAP) {
        finding_error(l->fs, "schema", n, "\"by_trait\" maps traits to licences");
        return;
    }
    struct term_kind *kinds = arena_array(l->a, (size_t)n->count + 1, sizeof *kinds);
    NODE_EACH(kind, n) {
        int i = traits->is_listed ? attribute_find(traits, kind->key->text) : -1;
        const char *licence = schema_word(l, kind, "by_trait");
        if (i < 0)
            finding_error(l->fs, "unknown-value", kind->key,
                          "the domain lists no traits \"%s\"", kind->key->text.ptr);
        else if (licence)
            kinds[t->n_kinds++] = (struct term_kind){UINT64_C(1) << i, licence, kind};
    }
    t->kinds = kinds;
}

static void read_term(struct loader *l, const struct node *n, int kind) {
    static const char *const keys[] = {"title",    "ja",   "source",  "valid",
                                       "by_trait", "desk", "held_by", "ends_evidence",
                                       NULL};
    struct policy *p = l->p;
    if (find(p, kind, n->key->text)) {
        finding_error(l->fs, "duplicate-name", n->key,
                      "the word \"%s\" is explained twice", n->key->text.ptr);
        return;
    }
    if (!schema_map(l, n, "a term", keys))
        return;
    struct policy_term *t = &p->terms[kind][p->n_terms[kind]];
    *t = (struct policy_term){.word = span_cstr(l->a, n->key->text),
                              .title = schema_text(l, n, "title", true),
                              .ja = schema_text(l, n, "ja", false),
                              .source = schema_text(l, n, "source", false)};
    const struct node *valid = node_get(n, "valid"), *desk = node_get(n, "desk");
    static const char *const holders[] = {"seller", NULL};
    const struct node *held_by = node_get(n, "held_by");
    const struct node *by_trait = node_get(n, "by_trait");
    if (by_trait && kind == TERM_LICENCE)
        read_kinds(l, by_trait, t);
    else if (by_trait)
        finding_error(l->fs, "schema", by_trait, "only a licence goes \"by_trait\"");
    t->is_seller = held_by && schema_choice(l, held_by, "held_by", holders) == 0;
    static const char *const yes[] = {"yes", NULL};
    const struct node *ends = node_get(n, "ends_evidence");
    t->ends_evidence = ends && schema_choice(l, ends, "ends_evidence", yes) == 0;
    if (desk && kind != TERM_ROLE)
        finding_error(l->fs, "schema", desk, "only a role (\"to\") has a desk");
    else if (desk && desk->kind != NODE_SCALAR)
        finding_error(l->fs, "schema", desk, "\"desk\" names a desk");
    else if (desk && desk_find(l, desk->text, desk))
        t->desk = span_cstr(l->a, desk->text);
    if (!valid || years_read(l, valid, &t->valid_years))
        p->n_terms[kind]++;
}

static void read_kind(struct loader *l, const struct node *n) {
    struct policy *p = l->p;
    int kind = 0;
    struct suggestion s = suggest_for(n->key->text);
    while (kind_names[kind] && !span_is(n->key->text, kind_names[kind]))
        suggest_consider(&s, kind_names[kind++]);
    if (!kind_names[kind]) {
        finding_error(l->fs, "unknown-key", n->key, "there are no terms for \"%s\"%s",
                      n->key->text.ptr, suggest_text(&s));
        return;
    }
    if (n->kind != NODE_MAP) {
        finding_error(l->fs, "schema", n, "terms map each word to {title, ja, source}");
        return;
    }
    if (!schema_room(l, n, p->n_terms[kind], n->count, POLICY_MAX_TERMS, "terms"))
        return;
    struct policy_term *all =
        schema_extend(l, p->terms[kind], p->n_terms[kind], n->count, sizeof *all);
    p->terms[kind] = all;
    NODE_EACH(term, n) {
        read_term(l, term, kind);
    }
}

void terms_read(struct loader *l, const struct node *node) {
    if (node->kind != NODE_MAP) {
        finding_error(l->fs, "schema", node, "\"terms\" must be a mapping");
        return;
    }
    NODE_EACH(n, node) {
        read_kind(l, n);
    }
}

/* The licences of kinds, too, are listed words, and have no kinds themselves. */
void terms_finish(struct loader *l) {
    struct policy *p = l->p;
    for (int i = 0; i < p->n_terms[TERM_LICENCE]; i++) {
        struct policy_term *t = &p->terms[TERM_LICENCE][i];
        struct term_kind *kinds = (struct term_kind *)t->kinds; /* read_kinds() made it */
        for (int k = 0; k < t->n_kinds; k++) {
            const struct policy_term *one =
                policy_term(p, TERM_LICENCE, kinds[k].licence);
            if (one && one->n_kinds == 0)
                kinds[k].licence = one->word;
            else
                finding_error(
                    l->fs, "unknown-value", kinds[k].at,
                    "\"terms\" lists no licence \"%s\" without kinds of its own",
                    kinds[k].licence);
        }
    }
}

const char *term_licence(const struct policy_term *t, int64_t traits) {
    const char *licence = t->word;
    int n = 0;
    for (int i = 0; i < t->n_kinds && traits != FACT_MISSING; i++) {
        if ((uint64_t)traits & t->kinds[i].trait) {
            licence = t->kinds[i].licence;
            n++;
        }
    }
    return n == 1 ? licence : t->word;
}

const char *term_word(struct loader *l, const struct node *n, enum policy_term_kind kind,
                      const char *what) {
    const char *word = schema_word(l, n, what);
    const struct policy *p = l->p;
    if (!word || p->n_terms[kind] == 0)
        return word;
    const struct policy_term *t = policy_term(p, kind, word);
    if (t)
        return t->word;
    struct suggestion s = suggest_for(n->text);
    for (int i = 0; i < p->n_terms[kind]; i++)
        suggest_consider(&s, p->terms[kind][i].word);
    finding_error(l->fs, "unknown-value", n, "\"terms\" lists no %s \"%s\"%s", what, word,
                  suggest_text(&s));
    return NULL;
}
