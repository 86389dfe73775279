/* witness.c: see witness.h. */
#include "common/policy/witness.h"

#include "common/base/clock.h"

enum { SHOWN_TEXT = 16 << 10 };
#define USUAL_TIME_US (INT64_C(1790000000) * US_PER_S) /* in 2026: any instant will do */

/* Plain where YAML reads it as it stands, else in quotes. */
static void build_word(struct builder *b, const char *word) {
    size_t plain = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_./+-");
    if (word[plain] || plain == 0 || word[0] == '-' || word[0] == '.')
        build_json(b, span_of(word));
    else
        build_text(b, word);
}

static void build_set(struct builder *b, const struct attribute *at, int64_t bits) {
    const char *comma = "";
    build_text(b, bits ? "[" : "none");
    for (int i = 0; i < at->n_words; i++) {
        if (bits >> i & 1) {
            build_text(b, comma);
            build_word(b, at->words[i]);
            comma = ", ";
        }
    }
    build_text(b, bits ? "]" : "");
}

static void build_given(struct builder *b, const struct policy *p,
                        const struct policy_facts *f) {
    const char *comma = "";
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct attribute *at = &p->domain.facts[fact];
        int64_t v = f->value[fact];
        if (v == FACT_MISSING || !at->is_listed)
            continue;
        build_format(b, "%s%s: ", comma, fact_name(fact));
        comma = ", ";
        if (at->kind == KIND_WORD)
            build_word(b, at->words[v]);
        else if (at->kind == KIND_NUMBER)
            build_i64(b, v);
        else
            build_set(b, at, v);
    }
    for (int t = 0; t < POLICY_TIME_COUNT; t++) {
        char text[CLOCK_TEXT_SIZE];
        if (f->time_us[t] != POLICY_NO_INSTANT) {
            clock_text(f->time_us[t], text);
            build_format(b, "%s%s: %s", comma, time_name(t), text);
            comma = ", ";
        }
    }
}

void witness_write(const struct policy *p, const struct policy_facts *f,
                   const char *title, const char *expect, char out[WITNESS_TEXT]) {
    struct builder b = builder_over(out, WITNESS_TEXT - 1);
    build_text(&b, "- test: ");
    build_json(&b, span_of(title));
    build_text(&b, "\n  given: {");
    build_given(&b, p, f);
    build_format(&b, "}\n  expect: {%s}\n", expect);
    out[b.len] = '\0';
}

static bool has_rule(const struct policy_decision *d, const struct rule *r) {
    for (int i = 0; r && i < d->n_rules; i++)
        if (d->rules[i] == r->id)
            return true;
    return r == NULL;
}

/* Times that some rule goes by are stated, or the decision would stop there. */
static void complete(const struct policy *p, struct policy_facts *f) {
    for (int i = 0; i < p->n_rules; i++) {
        const struct rule *r = p->rules[i];
        if (f->time_us[r->by] == POLICY_NO_INSTANT &&
            (r->from_us != INT64_MIN || r->until_us != INT64_MAX))
            f->time_us[r->by] = USUAL_TIME_US;
    }
    if (f->time_us[TIME_EVENT] == POLICY_NO_INSTANT)
        f->time_us[TIME_EVENT] = USUAL_TIME_US;
}

static void build_list(struct builder *b, const char *key, const char *const *words,
                       int n) {
    build_format(b, "%s: %s", key, n ? "[" : "none");
    for (int i = 0; i < n; i++) {
        build_text(b, i ? ", " : "");
        build_word(b, words[i]);
    }
    build_text(b, n ? "]" : "");
}

const char *witness_show(struct loader *l, const struct policy_facts *f,
                         const char *title, const struct rule *a, const struct rule *b) {
    struct policy_facts given = *f;
    struct policy_decision d = {.n_rules = 0};
    struct builder out = builder_in(l->scratch, SHOWN_TEXT);
    const char *hits[2] = {a ? a->id : "", b ? b->id : ""};
    complete(l->p, &given);
    if (l->is_compiled)
        policy_decide(l->p, &given, &d);
    build_text(&out, "- test: ");
    build_json(&out, span_of(title));
    build_text(&out, "\n  given: {");
    build_given(&out, l->p, &given);
    build_text(&out, "}\n  expect: {");
    if (a && (!l->is_compiled || (has_rule(&d, a) && has_rule(&d, b))))
        build_list(&out, "hits", hits, b ? 2 : 1);
    else
        build_list(&out, "rules", d.rules, d.n_rules);
    build_text(&out, "}\n");
    return out.is_cut ? NULL : span_cstr(l->scratch, builder_span(&out));
}

const char *witness_of_rule(struct loader *l, const struct table *t, const struct rule *r,
                            const char *title) {
    struct policy_facts f;
    struct region region;
    region_init(&region);
    if (!region_add(&region, t->guard) || !region_add_rule(&region, r) ||
        !region_find(&l->p->domain, &region, &f))
        return NULL;
    return witness_show(l, &f, title, r, NULL);
}

const char *witness_here(struct loader *l, const char *title) {
    return l->rule && l->table ? witness_of_rule(l, l->table, l->rule, title) : NULL;
}

const char *witness_of_number(struct loader *l, int number, const char *title) {
    const struct rule *r = l->p->rules[number];
    for (int i = 0; i < l->p->n_tables; i++) {
        const struct table *t = &l->p->tables[i];
        if (r >= t->rules && r < t->rules + t->n_rules)
            return witness_of_rule(l, t, r, title);
    }
    return NULL;
}
