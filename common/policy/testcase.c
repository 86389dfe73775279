/* testcase.c: reads tests and compares what they expect with what is decided. */
#include "common/policy/testcase.h"

#include "common/base/suggest.h"
#include "common/policy/civil.h"
#include "common/policy/desk.h"
#include "common/policy/money.h"
#include "common/policy/schema.h"
#include "common/policy/witness.h"

#include "common/base/clock.h"

#include <stdlib.h>

/* ---- reading ---- */

static bool given_fact(struct loader *l, const struct node *n, int fact,
                       struct policy_facts *f) {
    const struct attribute *at = &l->p->domain.facts[fact];
    int64_t number;
    if (!at->is_listed) {
        finding_error(l->fs, "unknown-fact", n->key, "the domain does not list \"%s\"",
                      fact_name(fact));
        return false;
    }
    if (at->kind == KIND_NUMBER) {
        if (!schema_number(l, n, INT64_MIN + 1, INT64_MAX, &number))
            return false;
        policy_state_number(f, (enum policy_fact)fact, number);
    } else if (at->kind == KIND_WORD) {
        if (n->kind != NODE_SCALAR) {
            finding_error(l->fs, "schema", n, "a single word is wanted");
            return false;
        }
        policy_state(l->p, f, (enum policy_fact)fact, n->text);
    } else {
        policy_state_none(f, (enum policy_fact)fact);
        NODE_WORDS(w, n) {
            if (w->kind == NODE_SCALAR && !node_is(w, "none")) {
                if (attribute_find(at, w->text) < 0) {
                    finding_error(l->fs, "unknown-value", w,
                                  "the domain lists no %s \"%s\"", fact_name(fact),
                                  w->text.ptr);
                }
                policy_state_member(l->p, f, (enum policy_fact)fact, w->text);
            }
        }
    }
    return true;
}

bool given_read(struct loader *l, const struct node *map, struct policy_facts *f) {
    int errors_before = l->fs->n_errors;
    policy_facts_init(l->p, f);
    if (map->kind != NODE_MAP) {
        finding_error(l->fs, "schema", map,
                      "\"given\" must be a mapping of facts and times");
        return false;
    }
    NODE_EACH(n, map) {
        int fact = fact_find(n->key->text);
        int time = span_is(n->key->text, "time") ? TIME_EVENT : time_find(n->key->text);
        if (fact >= 0) {
            (void)given_fact(l, n, fact, f);
        } else if (time >= 0) {
            int64_t us;
            if (instant_read(l, n, &us))
                policy_state_instant(f, (enum policy_time)time, us);
        } else {
            struct suggestion s = suggest_for(n->key->text);
            suggest_consider(&s, "time");
            for (int i = 0; i < POLICY_FACT_COUNT; i++)
                suggest_consider(&s, fact_name(i));
            for (int i = 0; i < POLICY_TIME_COUNT; i++)
                suggest_consider(&s, time_name(i));
            finding_error(l->fs, "unknown-fact", n->key, "no worker states \"%s\"%s",
                          n->key->text.ptr, suggest_text(&s));
        }
    }
    return l->fs->n_errors == errors_before;
}

static void read_expectation(struct loader *l, const struct node *n, struct testcase *t) {
    if (t->n_expect == TESTCASE_MAX_EXPECT) {
        finding_error(l->fs, "test", n, "at most %d expectations in a test",
                      (int)TESTCASE_MAX_EXPECT);
        return;
    }
    struct expectation *e = &t->expect[t->n_expect++];
    *e = (struct expectation){.key = span_cstr(l->a, n->key->text),
                              .is_list = n->kind == NODE_LIST};
    e->words = arena_array(l->a, (size_t)n->count + 1, sizeof *e->words);
    NODE_WORDS(w, n) {
        const char *word = schema_word(l, w, "what is expected");
        if (word)
            e->words[e->n_words++] = word;
    }
}

static void read_test(struct loader *l, const struct node *n, struct testcase *t) {
    static const char *const keys[] = {"test", "now", "given", "expect", NULL};
    *t = (struct testcase){.at = n,
                           .line = n->line,
                           .file = span_cstr(l->a, span_of(n->source->name)),
                           .name = ""};
    if (!schema_map(l, n, "a test", keys))
        return;
    const char *name = schema_text(l, n, "test", true);
    t->name = name ? name : "";
    const struct node *given = node_get(n, "given"), *expect = node_get(n, "expect");
    if (!given || !expect || expect->kind != NODE_MAP || expect->count == 0) {
        finding_error(l->fs, "test", n, "a test needs \"given\" and \"expect\"");
        return;
    }
    (void)given_read(l, given, &t->facts);
    t->expect = arena_array(l->a, (size_t)expect->count, sizeof *t->expect);
    NODE_EACH(e, expect) {
        read_expectation(l, e, t);
    }
}

void tests_read(struct loader *l, const struct node *node) {
    if (!schema_list(l, node, "\"tests\"") ||
        !schema_room(l, node, l->p->n_tests, node->count, POLICY_MAX_TESTS, "tests"))
        return;
    struct policy *p = l->p;
    struct testcase *all =
        schema_extend(l, p->tests, p->n_tests, node->count, sizeof *all);
    p->tests = all;
    NODE_EACH(n, node) {
        read_test(l, n, &all[p->n_tests++]);
    }
}

/* ---- comparing ---- */

_Static_assert((int)POLICY_MAX_CHAIN >= (int)POLICY_MAX_WARNINGS,
               "room for all instants");
struct actual {
    const char *words[POLICY_MAX_RULES_HIT];
    int n;
    char instants[POLICY_MAX_CHAIN][CLOCK_TEXT_SIZE];
    bool is_instant;
    bool is_known; /* the key means something */
};

static void actual_word(struct actual *a, const char *word) {
    a->is_known = true;
    if (word && a->n < POLICY_MAX_RULES_HIT)
        a->words[a->n++] = word;
}

static void actual_instant(struct actual *a, int64_t us) {
    a->is_known = a->is_instant = true;
    if (us != POLICY_NO_INSTANT && a->n < POLICY_MAX_CHAIN) {
        clock_text(us, a->instants[a->n]);
        a->words[a->n] = a->instants[a->n];
        a->n++;
    }
}

static const struct policy_duty *find_duty(const struct policy_decision *d,
                                           struct span name) {
    for (int i = 0; i < d->n_duties; i++)
        if (span_is(name, d->duties[i].name))
            return &d->duties[i];
    return NULL;
}

/* What stands in a duty or a step as it is expected. */
struct field {
    const char *name;
    enum { FIELD_INSTANT, FIELD_WORD } kind;
    size_t offset;
};

#define DUTY(name, kind, member)                                                         \
    { name, kind, offsetof(struct policy_duty, member) }
static const struct field duty_fields[] = {
    DUTY("start", FIELD_INSTANT, start_us),
    DUTY("due", FIELD_INSTANT, due_us),
    DUTY("aim", FIELD_INSTANT, aim_us),
    DUTY("act_by", FIELD_INSTANT, owner.act_by_us),
    DUTY("desk", FIELD_WORD, owner.desk),
    DUTY("rule", FIELD_WORD, rule_id),
    DUTY("waits_for", FIELD_WORD, waits_for),
    DUTY("breach", FIELD_WORD, breach),
};

#define STEP(member)                                                                     \
    { #member, FIELD_WORD, offsetof(struct policy_step, member) }
static const struct field step_fields[] = {
    STEP(to), STEP(licence), STEP(evidence), STEP(place), STEP(unlocks), STEP(overdue),
};

/* `of` NULL: there is no such duty or step, hence nothing. False: no such field. */
static bool actual_of_field(struct actual *a, const struct field *fields, size_t n,
                            const void *of, struct span name) {
    for (size_t i = 0; i < n; i++) {
        if (!span_is(name, fields[i].name))
            continue;
        const void *at = of ? (const char *)of + fields[i].offset : NULL;
        if (fields[i].kind == FIELD_INSTANT)
            actual_instant(a, at ? *(const int64_t *)at : POLICY_NO_INSTANT);
        else
            actual_word(a, at ? *(const char *const *)at : NULL);
        return true;
    }
    return false;
}

static void actual_of_duty(struct actual *a, const struct policy_decision *d,
                           struct span path) {
    size_t dot = path.len;
    while (dot > 0 && path.ptr[dot - 1] != '.')
        dot--;
    if (dot == 0)
        return;
    struct span field = {path.ptr + dot, path.len - dot};
    const struct policy_duty *x = find_duty(d, (struct span){path.ptr, dot - 1});
    if (actual_of_field(a, duty_fields, COUNT_OF(duty_fields), x, field))
        return;
    if (span_is(field, "warn")) {
        a->is_known = a->is_instant = true;
        for (int i = 0; x && i < x->n_warnings; i++)
            actual_instant(a, x->warn_us[i]);
    } else if (span_is(field, "desks")) {
        a->is_known = true;
        for (int i = 0; x && i < x->n_turns; i++)
            actual_word(a, x->turns[i].desk);
    } else if (span_is(field, "hands_over")) {
        a->is_known = a->is_instant = true;
        for (int i = 1; x && i < x->n_turns; i++)
            actual_instant(a, x->turns[i].from_us);
    }
}

/* "step.hand_over.due": what is asked of the first step of that name. A step that follows
 * another is due as if that one had been done at the event's time. */
static void actual_of_step(struct actual *a, const struct policy_decision *d,
                           struct span path, int64_t at_us) {
    struct span name;
    const struct policy_step *s = NULL;
    (void)span_cut(&path, '.', &name);
    for (int i = d->disposition.n_steps - 1; i >= 0; i--)
        s = span_is(name, d->disposition.steps[i].action) ? &d->disposition.steps[i] : s;
    if (actual_of_field(a, step_fields, COUNT_OF(step_fields), s, path))
        return;
    if (span_is(path, "due")) {
        actual_instant(a, s ? policy_step_due(s, at_us) : POLICY_NO_INSTANT);
    } else if (span_is(path, "after")) {
        actual_word(a, s && s->after >= 0 ? d->disposition.steps[s->after].action : NULL);
    } else if (span_is(path, "waste")) {
        a->is_known = true;
        for (int i = 0; s && i < s->n_waste; i++)
            actual_word(a, s->waste[i]);
    }
}

static bool is_shadow_rule(const struct policy *p, const char *id) {
    for (int i = 0; i < p->n_rules; i++)
        if (p->rules[i]->id == id)
            return p->rules[i]->is_shadow;
    return false;
}

/* Shadow duties and blockers are listed under `shadow`, by their rule. */
static void actual_list(struct actual *a, const struct policy *p,
                        const struct policy_decision *d, struct span key) {
    if (span_is(key, "rules") || span_is(key, "hits") || span_is(key, "shadow")) {
        a->is_known = true;
        for (int i = 0; i < d->n_rules; i++)
            if (!span_is(key, "shadow") || is_shadow_rule(p, d->rules[i]))
                actual_word(a, d->rules[i]);
    } else if (span_is(key, "duties")) {
        a->is_known = true;
        for (int i = 0; i < d->n_duties; i++)
            actual_word(a, d->duties[i].is_shadow ? NULL : d->duties[i].name);
    } else if (span_is(key, "blockers")) {
        a->is_known = true;
        for (int i = 0; i < d->n_blockers; i++)
            actual_word(a, d->blockers[i].is_shadow ? NULL : d->blockers[i].name);
    } else if (span_is(key, "steps")) {
        a->is_known = true;
        for (int i = 0; i < d->disposition.n_steps; i++)
            actual_word(a, d->disposition.steps[i].action);
    }
}

/* The ways whose money is compared, the chosen one among them. */
static void actual_ways(struct actual *a, const struct policy *p,
                        const struct policy_decision *d, const struct policy_facts *f) {
    struct money_way_sum ways[POLICY_MAX_WAYS];
    int n =
        money_compare(p, f, d->disposition.is_shadow ? NULL : d->disposition.code, ways);
    a->is_known = true;
    for (int i = 0; i < n; i++)
        actual_word(a, ways[i].way->name);
}

/* Each as its two words: "unopened, swollen_battery". */
static void actual_contradictions(struct actual *a, const struct policy *p,
                                  const struct policy_facts *f) {
    const struct policy_contradiction *found[POLICY_TOLD_CONTRADICTIONS];
    int n = policy_contradictions(p, f, found);
    a->is_known = true;
    for (int i = 0; i < n; i++) {
        actual_word(a, found[i]->word);
        actual_word(a, found[i]->other_word);
    }
}

static void actual_of(struct actual *a, const struct policy *p,
                      const struct policy_decision *d, struct span key,
                      const struct policy_facts *f) {
    static const char *const outcomes[] = {"decided", "not_ours", "not_evaluated"};
    struct span duty = SPAN("duty."), step = SPAN("step.");
    if (span_starts_with(key, duty)) {
        actual_of_duty(a, d, (struct span){key.ptr + duty.len, key.len - duty.len});
    } else if (span_starts_with(key, step)) {
        actual_of_step(a, d, (struct span){key.ptr + step.len, key.len - step.len},
                       f->time_us[TIME_EVENT]);
    } else if (span_is(key, "outcome")) {
        actual_word(a, outcomes[d->outcome]);
    } else if (span_is(key, "cause")) {
        actual_word(a, d->cause);
    } else if (span_is(key, "handle")) {
        actual_word(a, d->handler);
    } else if (span_is(key, "code")) {
        actual_word(a, d->disposition.code);
    } else if (span_is(key, "remedy")) {
        actual_word(a, d->disposition.remedy);
    } else if (span_is(key, "destination")) {
        actual_word(a, d->disposition.destination);
    } else if (span_is(key, "route.first_open")) {
        actual_word(a, d->route.desk);
    } else if (span_is(key, "contradicts")) {
        actual_contradictions(a, p, f);
    } else if (span_is(key, "ways")) {
        actual_ways(a, p, d, f);
    } else {
        actual_list(a, p, d, key);
    }
}

static int compare_words(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void join(char out[TESTCASE_TEXT], const char **words, int n, bool is_ordered) {
    struct builder b = builder_over(out, TESTCASE_TEXT - 1);
    if (!is_ordered)
        qsort(words, (size_t)n, sizeof *words, compare_words);
    for (int i = 0; i < n; i++) {
        build_text(&b, i ? ", " : "");
        build_text(&b, words[i]);
    }
    build_text(&b, n == 0 ? "none" : "");
    out[b.len] = '\0';
}

static bool has_word(const struct actual *a, const char *word) {
    for (int i = 0; i < a->n; i++)
        if (strcmp(a->words[i], word) == 0)
            return true;
    return false;
}

static bool meets(const struct policy *p, const struct policy_decision *d,
                  const struct expectation *e, const struct policy_facts *f,
                  struct test_result *r) {
    struct actual a = {0};
    actual_of(&a, p, d, span_of(e->key), f);
    const char *words[POLICY_MAX_RULES_HIT];
    char instants[POLICY_MAX_RULES_HIT][CLOCK_TEXT_SIZE];
    int n = 0;
    bool is_subset = strcmp(e->key, "hits") == 0, is_met = true;
    for (int i = 0; i < e->n_words && n < POLICY_MAX_RULES_HIT; i++) {
        int64_t us;
        if (strcmp(e->words[i], "none") == 0)
            continue;
        words[n] = e->words[i];
        if (a.is_instant && civil_parse_instant(span_of(e->words[i]), &us)) {
            clock_text(us, instants[n]);
            words[n] = instants[n];
        }
        is_met = is_met && (!is_subset || has_word(&a, words[n]));
        n++;
    }
    const char *field = strrchr(e->key, '.');
    bool is_ordered =
        strcmp(e->key, "steps") == 0 || (field && strcmp(field, ".desks") == 0);
    join(r->expected, words, n, is_ordered);
    join(r->actual, a.words, a.n, is_ordered);
    if (!a.is_known) {
        struct builder b = builder_over(r->actual, sizeof r->actual - 1);
        build_text(&b, "\"");
        build_text(&b, e->key);
        build_text(&b, "\" cannot be expected");
        r->actual[b.len] = '\0';
        return false;
    }
    return is_subset ? is_met : strcmp(r->expected, r->actual) == 0;
}

int test_run(const struct policy *p, const struct testcase *t, struct policy_decision *d,
             void (*tell)(void *context, const struct test_result *r), void *context) {
    int n_failed = 0;
    policy_decide(p, &t->facts, d);
    for (int i = 0; i < t->n_expect; i++) {
        struct test_result r = {.key = t->expect[i].key};
        r.is_met = meets(p, d, &t->expect[i], &t->facts, &r);
        n_failed += !r.is_met;
        if (tell)
            tell(context, &r);
    }
    return n_failed;
}

void tests_mark(const struct policy *p, const struct policy_decision *d,
                bool *is_reached) {
    for (int k = 0; k < d->n_rules; k++)
        for (int r = 0; r < p->n_rules; r++)
            is_reached[r] = is_reached[r] || p->rules[r]->id == d->rules[k];
}

struct load_test {
    struct loader *l;
    const struct testcase *t;
};

static void tell_failure(void *context, const struct test_result *r) {
    const struct load_test *x = context;
    if (!r->is_met) {
        finding_error(x->l->fs, "test", x->t->at,
                      "the test \"%s\" fails: %s is \"%s\", expected \"%s\"", x->t->name,
                      r->key, r->actual, r->expected);
    }
}

void tests_run_all(struct loader *l) {
    const struct policy *p = l->p;
    bool *is_tested = arena_zalloc(l->scratch, (size_t)p->n_rules + 1);
    for (int i = 0; i < p->n_tests; i++) {
        struct policy_decision d;
        struct load_test x = {l, &p->tests[i]};
        (void)test_run(p, &p->tests[i], &d, tell_failure, &x);
        tests_mark(p, &d, is_tested);
    }
    for (int r = 0; r < p->n_rules && p->n_tests > 0; r++) {
        if (!is_tested[r]) {
            finding_tell(l->fs, POLICY_NOTE, "untested", p->rules[r]->at,
                         witness_of_number(l, r, "an input that reaches the rule"),
                         "no test reaches the rule \"%s\"", p->rules[r]->id);
        }
    }
}
