/* explain_condition.c: what a rule asks, as text; see explain_rule.h. */
#include "common/policy/explain_rule.h"

enum { WORDS_SPELT_OUT = 14 };

static int count_words(const struct attribute *at, const struct condition *c) {
    int n = 0;
    for (int i = 0; i < at->n_words; i++)
        n += word_set_has(&c->words, i);
    return n;
}

static const char *group_name(const struct attribute *at, const struct condition *c) {
    for (int g = 0; g < at->n_groups; g++)
        if (word_set_equal(&at->groups[g].words, &c->words))
            return at->groups[g].name;
    return NULL;
}

/* The words that the condition takes, or those that it does not take. */
static const char *words_of(struct arena *a, const struct words *w,
                            const struct attribute *at, const struct condition *c,
                            bool taken) {
    struct builder b = builder_in(a, EXPLAIN_TEXT_MAX);
    for (int i = 0; i < at->n_words; i++) {
        if (word_set_has(&c->words, i) == taken) {
            text_join(&b, words_phrase(w, PH_COMMA),
                      words_text(w, fact_name(c->fact), at->words[i]));
        }
    }
    return text_finished(&b);
}

/* By the name that the packs give the words, with a short list spelt out; more than half
 * of a list as what it does not take. */
static void build_words(struct builder *b, struct arena *a, const struct words *w,
                        const struct attribute *at, const struct condition *c) {
    int n = count_words(at, c), n_left = at->n_words - n;
    const char *group = n > 1 ? group_name(at, c) : NULL;
    if (n_left == 0) {
        build_text(b, words_phrase(w, PH_ANY_SET));
    } else if (group) {
        build_text(b, words_text(w, fact_name(c->fact), group));
        if (n <= WORDS_SPELT_OUT)
            build_format(b, " (%s)", words_of(a, w, at, c, true));
    } else if (n > at->n_words / 2 + 1) {
        build_text(b, words_say(a, w, n_left > 1 ? PH_NONE_OF : PH_NOT,
                                words_of(a, w, at, c, false), NULL, NULL));
    } else {
        build_text(b, words_of(a, w, at, c, true));
    }
}

static void build_clause(struct builder *b, struct arena *a, const struct words *w,
                         const struct attribute *at, const struct set_clause *c,
                         int fact) {
    size_t before = b->len;
    for (int negative = 0; negative < 2; negative++) {
        uint64_t bits = negative ? c->none : c->all;
        for (int i = 0; i < at->n_words; i++) {
            if (!(bits >> i & 1))
                continue;
            const char *word = words_text(w, fact_name(fact), at->words[i]);
            build_text(b, b->len > before ? words_phrase(w, PH_AND) : "");
            build_text(b,
                       negative ? words_say(a, w, PH_WITHOUT, word, NULL, NULL) : word);
        }
    }
    if (b->len == before)
        build_text(b, words_phrase(w, PH_ANY_SET));
}

static void build_range(struct builder *b, const struct attribute *at,
                        const struct number_range *r) {
    if (r->low > at->min && r->low != INT64_MIN)
        build_i64(b, r->low);
    if (r->low == r->high)
        return;
    build_text(b, "..");
    if (r->high < at->max && r->high != INT64_MAX)
        build_i64(b, r->high);
}

const char *condition_text(struct arena *a, const struct words *w,
                           const struct condition *c) {
    const struct attribute *at = &words_policy(w)->domain.facts[c->fact];
    struct builder b = builder_in(a, EXPLAIN_TEXT_MAX);
    if (c->allows_missing) /* first: behind "none of a, b" it would be read as one of them */
        build_text(&b, words_phrase(w, PH_MISSING));
    if (at->kind == KIND_WORD && count_words(at, c) > 0) {
        build_text(&b, b.len ? words_phrase(w, PH_OR) : "");
        build_words(&b, a, w, at, c);
    }
    for (int i = 0; at->kind != KIND_WORD && i < c->n; i++) {
        build_text(&b, b.len ? words_phrase(w, PH_OR) : "");
        if (at->kind == KIND_NUMBER)
            build_range(&b, at, &c->ranges[i]);
        else
            build_clause(&b, a, w, at, &c->clauses[i], c->fact);
    }
    return text_finished(&b);
}

const char *fact_text(struct arena *a, const struct words *w,
                      const struct policy_facts *f, int fact) {
    const struct attribute *at = &words_policy(w)->domain.facts[fact];
    int64_t v = f->value[fact];
    if (f->outside >> fact & 1)
        return words_phrase(w, PH_OUTSIDE);
    if (v == FACT_MISSING)
        return words_phrase(w, PH_MISSING);
    if (at->kind == KIND_WORD)
        return words_text(w, fact_name(fact), at->words[v]);
    struct builder b = builder_in(a, EXPLAIN_TEXT_MAX);
    if (at->kind == KIND_NUMBER) {
        build_i64(&b, v);
        return text_finished(&b);
    }
    for (int i = 0; i < at->n_words; i++) {
        if (v >> i & 1) {
            text_join(&b, words_phrase(w, PH_COMMA),
                      words_text(w, fact_name(fact), at->words[i]));
        }
    }
    build_text(&b, v ? "" : words_phrase(w, PH_NONE));
    return text_finished(&b);
}

const char *validity_text(struct arena *a, const struct words *w, const struct rule *r) {
    bool begins = r->from_us != INT64_MIN, ends = r->until_us != INT64_MAX;
    if (!begins && !ends)
        return NULL;
    const char *from = begins ? words_moment(a, w, r->from_us, NULL) : NULL;
    const char *until = ends ? words_moment(a, w, r->until_us, NULL) : NULL;
    const char *span = begins && ends
                           ? words_say(a, w, PH_R_FROM_UNTIL, from, until, NULL)
                       : begins ? words_say(a, w, PH_R_FROM, from, NULL, NULL)
                                : words_say(a, w, PH_R_UNTIL, until, NULL, NULL);
    struct builder utc = builder_in(a, strlen(span) + 8);
    build_text(&utc, span);
    build_text(&utc, " UTC");
    return words_say(a, w, PH_R_BY, text_finished(&utc),
                     words_text(w, "time", time_name(r->by)), NULL);
}

const char *severity_text(const struct words *w, int severity) {
    static const enum phrase names[] = {PH_SEVERITY_NOTE, PH_SEVERITY_LOW,
                                        PH_SEVERITY_NORMAL, PH_SEVERITY_HIGH,
                                        PH_SEVERITY_GRAVE};
    return severity >= 0 && severity < (int)COUNT_OF(names)
               ? words_phrase(w, names[severity])
               : "?";
}

const char *confidence_text(const struct words *w, const char *confidence) {
    static const struct {
        const char *word;
        enum phrase phrase;
    } names[] = {{"confirmed", PH_CONFIRMED},
                 {"seed", PH_SEED},
                 {"own", PH_OWN},
                 {"recalled-not-confirmed", PH_RECALLED}};
    for (size_t i = 0; confidence && i < COUNT_OF(names); i++)
        if (strcmp(confidence, names[i].word) == 0)
            return words_phrase(w, names[i].phrase);
    return words_phrase(w, PH_NOT_GIVEN);
}
