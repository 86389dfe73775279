/* condition.c: reads and tests conditions; see condition.h. */
#include "common/policy/condition.h"

#include "common/base/suggest.h"
#include "common/policy/schema.h"

enum { CLAUSES_MAX = 64 };

/* Takes "not " off the front. */
static bool take_not(struct span *t) {
    struct span prefix = SPAN("not ");
    if (!span_starts_with(*t, prefix))
        return false;
    *t = span_trim((struct span){t->ptr + prefix.len, t->len - prefix.len});
    return true;
}

static void tell_unknown_value(struct loader *l, const struct node *n,
                               const struct attribute *at, int fact, struct span word) {
    struct suggestion s = suggest_for(word);
    for (int i = 0; i < at->n_words; i++)
        suggest_consider(&s, at->words[i]);
    for (int i = 0; i < at->n_groups; i++)
        suggest_consider(&s, at->groups[i].name);
    finding_error(l->fs, "unknown-value", n, "the domain lists no %s \"%.*s\"%s",
                  fact_name(fact), SPAN_ARGS(word), suggest_text(&s));
}

static void add_all_words(const struct attribute *at, struct word_set *s) {
    for (int i = 0; i < at->n_words; i++)
        word_set_add(s, i);
}

/* The words that one item of the list names. */
static struct word_set words_of(struct loader *l, const struct node *n,
                                const struct attribute *at, int fact, struct span word) {
    struct word_set s = {0};
    int i = attribute_find(at, word);
    const struct word_group *g = attribute_group(at, word);
    if (i >= 0)
        word_set_add(&s, i);
    else if (g)
        s = g->words;
    else
        tell_unknown_value(l, n, at, fact, word);
    return s;
}

static void merge_words(struct word_set *to, const struct word_set *from) {
    for (int k = 0; k < 4; k++)
        to->bits[k] |= from->bits[k];
}

static void complement(const struct attribute *at, struct word_set *s) {
    struct word_set all = {0};
    add_all_words(at, &all);
    for (int k = 0; k < 4; k++)
        s->bits[k] = all.bits[k] & ~s->bits[k];
}

static void read_missing(struct loader *l, const struct node *n,
                         const struct attribute *at, struct condition *c) {
    if (!at->is_optional) {
        finding_error(l->fs, "impossible", n,
                      "\"%s\" is not optional in the domain, so it is never missing",
                      fact_name(c->fact));
    }
    c->allows_missing = true;
}

static void read_word_item(struct loader *l, const struct node *n,
                           const struct attribute *at, struct condition *c) {
    if (n->kind != NODE_SCALAR) {
        finding_error(l->fs, "schema", n, "a condition's value must be a word");
        return;
    }
    struct span word = n->text;
    if (span_is(word, "missing")) {
        read_missing(l, n, at, c);
    } else if (span_is(word, "present")) {
        add_all_words(at, &c->words);
    } else {
        bool is_not = take_not(&word);
        struct word_set s = words_of(l, n, at, c->fact, word);
        if (is_not)
            complement(at, &s);
        merge_words(&c->words, &s);
    }
}

static void read_word_condition(struct loader *l, const struct node *n,
                                const struct attribute *at, struct condition *c) {
    if (n->kind != NODE_MAP) {
        NODE_WORDS(w, n) {
            read_word_item(l, w, at, c);
        }
        return;
    }
    static const char *const keys[] = {"not", NULL};
    if (!schema_map(l, n, "a condition", keys))
        return;
    const struct node *list = node_get(n, "not");
    NODE_WORDS(w, list) {
        if (w->kind == NODE_SCALAR) {
            struct word_set s = words_of(l, w, at, c->fact, w->text);
            merge_words(&c->words, &s);
        }
    }
    complement(at, &c->words);
}

static bool read_range(struct loader *l, const struct node *n, const struct attribute *at,
                       struct number_range *r) {
    struct span low, high;
    (void)node_cut_range(n, &low, &high);
    r->low = at->min;
    r->high = at->max;
    bool is_good =
        n->kind == NODE_SCALAR && (low.len == 0 || span_to_i64(low, &r->low)) &&
        (high.len == 0 || span_to_i64(high, &r->high)) && (low.len > 0 || high.len > 0);
    if (!is_good || r->low > r->high) {
        finding_error(l->fs, "range", n,
                      "a number or a range low..high is wanted, both ends included");
        return false;
    }
    if (r->low < at->min || r->high > at->max) {
        finding_error(l->fs, "range", n, "outside the domain %lld..%lld",
                      (long long)at->min, (long long)at->max);
        return false;
    }
    return true;
}

static void read_number_condition(struct loader *l, const struct node *n,
                                  const struct attribute *at, struct condition *c) {
    c->ranges = arena_array(l->a, (size_t)n->count + 1, sizeof *c->ranges);
    NODE_WORDS(w, n) {
        if (node_is(w, "missing"))
            read_missing(l, w, at, c);
        else if (node_is(w, "present"))
            c->ranges[c->n++] = (struct number_range){at->min, at->max};
        else if (read_range(l, w, at, &c->ranges[c->n]))
            c->n++;
    }
}

static uint64_t member_bit(struct loader *l, const struct node *n,
                           const struct attribute *at, int fact, struct span word) {
    int i = n->kind == NODE_SCALAR ? attribute_find(at, word) : -1;
    if (i < 0) {
        tell_unknown_value(l, n, at, fact, word);
        return 0;
    }
    return UINT64_C(1) << i;
}

static uint64_t member_bits(struct loader *l, const struct node *list,
                            const struct attribute *at, int fact) {
    uint64_t bits = 0;
    NODE_WORDS(w, list) {
        bits |= member_bit(l, w, at, fact, w->text);
    }
    return bits;
}

static void add_clause(struct loader *l, const struct node *n, struct condition *c,
                       uint64_t all, uint64_t none) {
    if (all & none)
        finding_error(l->fs, "impossible", n, "the same member is wanted and not wanted");
    else if (c->n < CLAUSES_MAX)
        c->clauses[c->n++] = (struct set_clause){all, none};
}

static void read_set_map(struct loader *l, const struct node *n,
                         const struct attribute *at, struct condition *c) {
    static const char *const keys[] = {"all", "any", "none", "or", NULL};
    if (!schema_map(l, n, "a condition on a set", keys))
        return;
    const struct node *besides = node_get(n, "or");
    if (besides && node_is(besides, "missing"))
        read_missing(l, besides, at, c);
    else if (besides)
        finding_error(l->fs, "schema", besides, "only \"or: missing\" is known here");
    uint64_t all = member_bits(l, node_get(n, "all"), at, c->fact);
    uint64_t any = member_bits(l, node_get(n, "any"), at, c->fact);
    uint64_t none = member_bits(l, node_get(n, "none"), at, c->fact);
    if (!any)
        add_clause(l, n, c, all, none);
    for (int i = 0; i < at->n_words; i++)
        if (any >> i & 1)
            add_clause(l, n, c, all | UINT64_C(1) << i, none);
}

static void read_set_condition(struct loader *l, const struct node *n,
                               const struct attribute *at, struct condition *c) {
    c->clauses = arena_array(l->a, CLAUSES_MAX, sizeof *c->clauses);
    if (n->kind == NODE_MAP) {
        read_set_map(l, n, at, c);
        return;
    }
    NODE_WORDS(w, n) {
        struct span word = w->text;
        if (node_is(w, "missing"))
            read_missing(l, w, at, c);
        else if (node_is(w, "present"))
            add_clause(l, w, c, 0, 0);
        else if (w->kind == NODE_SCALAR && take_not(&word))
            add_clause(l, w, c, 0, member_bit(l, w, at, c->fact, word));
        else
            add_clause(l, w, c, member_bit(l, w, at, c->fact, word), 0);
    }
}

static void read_condition(struct loader *l, const struct node *n, int fact,
                           struct condition **out) {
    const struct attribute *at = &l->p->domain.facts[fact];
    if (!at->is_listed) {
        finding_error(l->fs, "unknown-fact", n->key, "the domain does not list \"%s\"",
                      fact_name(fact));
        return;
    }
    struct condition *c = arena_zalloc(l->a, sizeof *c);
    c->fact = fact;
    int errors_before = l->fs->n_errors;
    if (at->kind == KIND_WORD)
        read_word_condition(l, n, at, c);
    else if (at->kind == KIND_NUMBER)
        read_number_condition(l, n, at, c);
    else
        read_set_condition(l, n, at, c);
    bool admits_words =
        (c->words.bits[0] | c->words.bits[1] | c->words.bits[2] | c->words.bits[3]) != 0;
    if (l->fs->n_errors == errors_before && !admits_words && c->n == 0 &&
        !c->allows_missing)
        finding_error(l->fs, "impossible", n, "no value satisfies this condition");
    out[fact] = c;
}

void conditions_read(struct loader *l, const struct node *map, struct condition **out) {
    if (map->kind != NODE_MAP) {
        finding_error(l->fs, "schema", map, "conditions must be a mapping of facts");
        return;
    }
    NODE_EACH(n, map) {
        int fact = fact_find(n->key->text);
        if (fact >= 0) {
            read_condition(l, n, fact, out);
            continue;
        }
        struct suggestion s = suggest_for(n->key->text);
        for (int i = 0; i < POLICY_FACT_COUNT; i++)
            suggest_consider(&s, fact_name(i));
        finding_error(l->fs, "unknown-fact", n->key, "no worker states a fact \"%s\"%s",
                      n->key->text.ptr, suggest_text(&s));
    }
}

bool condition_holds(const struct condition *c, const struct attribute *at,
                     int64_t value) {
    if (!c)
        return true;
    if (value == FACT_MISSING)
        return c->allows_missing;
    if (at->kind == KIND_WORD)
        return word_set_has(&c->words, (int)value);
    for (int i = 0; i < c->n; i++) {
        if (at->kind == KIND_NUMBER) {
            if (value >= c->ranges[i].low && value <= c->ranges[i].high)
                return true;
        } else if (((uint64_t)value & c->clauses[i].all) == c->clauses[i].all &&
                   ((uint64_t)value & c->clauses[i].none) == 0) {
            return true;
        }
    }
    return false;
}

bool condition_met(const struct condition *c, const struct policy *p,
                   const struct policy_facts *f, int fact) {
    return !(f->outside >> fact & 1) &&
           condition_holds(c, &p->domain.facts[fact], f->value[fact]);
}

bool condition_equal(const struct condition *a, const struct condition *b) {
    if (!a || !b)
        return a == b;
    if (a->fact != b->fact || a->allows_missing != b->allows_missing || a->n != b->n ||
        !word_set_equal(&a->words, &b->words))
        return false;
    for (int i = 0; i < a->n; i++)
        if (a->ranges ? a->ranges[i].low != b->ranges[i].low ||
                            a->ranges[i].high != b->ranges[i].high
                      : a->clauses[i].all != b->clauses[i].all ||
                            a->clauses[i].none != b->clauses[i].none)
            return false;
    return true;
}
