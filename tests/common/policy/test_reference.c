/*
 * test_reference.c: decisions equal those of a naive interpreter that shares no code with
 * common/policy, over random rule sets and inputs: every hit policy, priorities, rules in
 * the shadow, `else`, `needs` on slots and facts, validity by two times, facts that are
 * missing or outside the domain, near misses. And no decision allocates.
 *
 * RULE_SETS=20000 is the long form (50 inputs each); RULE_SEED repeats a run.
 */
#include "tests/common/policy/random_rules.h"

enum { INPUTS_PER_SET = 50, NAME = 16 };

/* What the naive interpreter says. */
struct verdict {
    int outcome; /* as in policy_decision */
    const char *cause, *handler;
    char rules[RR_RULES + 2][NAME];
    int n_rules;
    unsigned near;        /* of the rules of the table */
    int code, remedy;     /* 9: the else's; -1 none */
    int giver;            /* of the disposition; -1 none, -2 the else */
    bool is_shadow;       /* the disposition */
    unsigned blockers[2]; /* active, in the shadow */
    unsigned duties[2];
};

/* ---- naive ---- */

static void give_up(struct verdict *v, const char *cause) {
    v->outcome = POLICY_NOT_EVALUATED;
    v->cause = cause;
    v->code = v->remedy = v->giver = -1;
    v->is_shadow = false;
    memset(v->blockers, 0, sizeof v->blockers);
    memset(v->duties, 0, sizeof v->duties);
}

/* Why a fact cannot be looked at; NULL when it can. */
static const char *unusable(const struct rr_input *x, int f) {
    static const char *const missing[] = {"event is missing", "marketplace is missing"};
    static const char *const outside[] = {"event is outside the domain",
                                          "marketplace is outside the domain", NULL,
                                          "condition is outside the domain"};
    if (f < 4 && x->words[f] == -2 && f != 2) /* lang has "other" */
        return outside[f];
    if (f < 2 && x->words[f] < 0)
        return missing[f];
    return f == 4 && x->value > 1000 ? "value is outside the domain" : NULL;
}

/* The condition that a word of no other name is `other` for. */
static struct rr_input as_known(const struct rr_input *x) {
    struct rr_input known = *x;
    known.words[2] = x->words[2] == -2 ? 2 : x->words[2];
    return known;
}

static bool looks_at(const struct rr_rule *r, int f) {
    return f < 4 ? r->words[f] != 0 : f == 4 ? r->has_range : r->set_kind != 0;
}

static bool looks_at_unusable(const struct rr_rule *r, const struct rr_input *x) {
    for (int f = 0; f < RR_FACTS; f++)
        if (looks_at(r, f) && unusable(x, f))
            return true;
    return false;
}

static int failures(const struct rr_rule *r, const struct rr_input *x) {
    int n = 0, day = r->is_by_order ? x->order_day : x->day;
    for (int f = 0; f < RR_FACTS; f++)
        n += !rr_holds(r, f, x);
    bool is_stated = !r->is_by_order || x->order_day >= 0;
    return n + (is_stated && (day < r->from_day || day >= r->until_day));
}

static void add_rule(struct verdict *v, char kind, int i) {
    snprintf(v->rules[v->n_rules++], NAME, kind == 's' ? "s%d" : "r%02d", i);
}

/* False: the table with the rules is not reached. */
static bool decide_scope(const struct rr_set *s, const struct rr_input *x,
                         struct verdict *v) {
    const struct rr_scope *c = &s->scope;
    if (!c->is_there)
        return true;
    for (int f = 0; f < 2; f++) {
        if (unusable(x, f)) {
            give_up(v, unusable(x, f));
            return false;
        }
    }
    if (c->events >> x->words[0] & 1)
        add_rule(v, 's', 0);
    if (c->marketplaces >> x->words[1] & 1)
        add_rule(v, 's', 1);
    v->handler = rr_is_sellers(c, x) ? "seller" : "none";
    return rr_is_sellers(c, x);
}

static void give(const struct rr_set *s, int i, int slots, struct verdict *v) {
    const struct rr_rule *r = &s->rules[i];
    if (slots & 1 && r->code >= 0)
        v->code = r->code;
    if (slots & 2 && r->remedy >= 0)
        v->remedy = r->remedy;
    v->blockers[r->is_shadow] |= slots & 4 ? r->blockers : 0;
    v->duties[r->is_shadow] |= slots & 8 && s->has_duties ? 1U << i : 0;
}

static bool has_slot(const struct rr_set *s, int i, int slot) {
    const struct rr_rule *r = &s->rules[i];
    return slot == 0   ? r->code >= 0
           : slot == 1 ? r->remedy >= 0
           : slot == 2 ? r->blockers != 0
                       : s->has_duties;
}

/* Who fills a slot: active before shadow, the highest priority, the first id. */
static int filler(const struct rr_set *s, unsigned hits, int slot, bool shadow_too) {
    int best = -1;
    for (int pass = 0; pass <= (shadow_too ? 1 : 0) && best < 0; pass++) {
        for (int i = 0; i < s->n; i++)
            if (hits >> i & 1 && s->rules[i].is_shadow == (pass == 1) &&
                has_slot(s, i, slot) &&
                (best < 0 || (s->hit == RR_PRIORITY &&
                              s->rules[i].priority > s->rules[best].priority)))
                best = i;
    }
    return best;
}

static void fill(const struct rr_set *s, unsigned hits, bool has_active,
                 struct verdict *v) {
    for (int slot = 2; slot < 4; slot++) {
        int best = filler(s, hits, slot, true);
        for (int i = 0; i < s->n; i++)
            if (s->hit == RR_COLLECT ? hits >> i & 1 : i == best)
                give(s, i, 1 << slot, v);
    }
    int code = filler(s, hits, 0, false), remedy = filler(s, hits, 1, false);
    if (!has_active && s->has_else && s->else_gives) {
        v->code = 9;
        v->giver = -2;
        return;
    }
    v->is_shadow = code < 0 && remedy < 0;
    if (v->is_shadow) { /* nothing active speaks of the goods */
        code = filler(s, hits, 0, true);
        remedy = filler(s, hits, 1, true);
    }
    v->giver = code >= 0 ? code : remedy;
    v->is_shadow = v->is_shadow && v->giver >= 0;
    if (code >= 0)
        give(s, code, 1, v);
    if (remedy >= 0)
        give(s, remedy, 2, v);
}

static void decide_naively(const struct rr_set *s, const struct rr_input *raw,
                           struct verdict *v) {
    *v = (struct verdict){
        .outcome = POLICY_DECIDED, .code = -1, .remedy = -1, .giver = -1};
    struct rr_input x = as_known(raw);
    if (!decide_scope(s, &x, v)) {
        v->outcome = v->cause ? v->outcome : POLICY_NOT_OURS;
        return;
    }
    bool is_shadow = !(s->has_else && s->else_gives);
    for (int i = 0; i < s->n; i++)
        is_shadow = is_shadow && s->rules[i].is_shadow;
    if (s->guard && unusable(&x, 1) && is_shadow)
        return;
    if (s->guard && unusable(&x, 1)) {
        give_up(v, unusable(&x, 1));
        return;
    }
    if (s->guard && !(s->guard >> x.words[1] & 1))
        return;
    for (int f = 0; f < RR_FACTS; f++) {
        for (int i = 0; i < s->n; i++) {
            if (!s->rules[i].is_shadow && looks_at(&s->rules[i], f) && unusable(&x, f)) {
                give_up(v, unusable(&x, f));
                return;
            }
        }
    }
    unsigned hits = 0;
    bool has_active = false, lacks_time = false;
    for (int i = 0; i < s->n; i++) {
        int n = failures(&s->rules[i], &x);
        v->near |= n == 1 ? 1U << i : 0;
        if (n == 0) {
            const struct rr_rule *r = &s->rules[i];
            bool is_dated = r->from_day > 0 || r->until_day < 99;
            bool is_undated = is_dated && r->is_by_order && x.order_day < 0;
            if (r->is_shadow && (is_undated || looks_at_unusable(r, &x)))
                continue;
            hits |= 1U << i;
            has_active = has_active || !r->is_shadow;
            lacks_time = lacks_time || is_undated;
            add_rule(v, 'r', i);
        }
    }
    if (lacks_time) {
        give_up(v, "ordered_at is missing");
        return;
    }
    fill(s, hits, has_active, v);
}

/* ---- comparing ---- */

static bool text_is(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool number_is(const char *text, char letter, int n) {
    char wanted[NAME];
    snprintf(wanted, sizeof wanted, "%c%d", letter, n);
    return n < 0 ? text == NULL : text_is(text, wanted);
}

static unsigned blockers_of(const struct policy_decision *d, bool is_shadow) {
    unsigned bits = 0;
    for (int i = 0; i < d->n_blockers; i++) {
        bits |= d->blockers[i].is_shadow == is_shadow
                    ? 1U << (d->blockers[i].name[1] - '0')
                    : 0;
    }
    return bits;
}

static unsigned duties_of(const struct policy_decision *d, bool is_shadow) {
    unsigned bits = 0;
    for (int i = 0; i < d->n_duties; i++) {
        const struct policy_duty *x = &d->duties[i];
        int number = x->name[1] - '0';
        assert_int_equal(x->due_us - x->start_us, (number + 1) * US_PER_HOUR);
        bits |= x->is_shadow == is_shadow ? 1U << number : 0;
    }
    return bits;
}

static const char *difference(const struct rr_set *s, const struct verdict *v,
                              const struct policy_decision *d) {
    char giver[NAME] = "";
    snprintf(giver, sizeof giver, v->giver == -2 ? "t.else" : "r%02d", v->giver);
    if ((int)d->outcome != v->outcome || !text_is(d->cause, v->cause))
        return "outcome or cause";
    if (!text_is(d->handler, v->handler))
        return "handler";
    if (d->n_rules != v->n_rules)
        return "number of rules hit";
    for (int i = 0; i < v->n_rules; i++)
        if (!text_is(d->rules[i], v->rules[i]))
            return "rules hit";
    if (!number_is(d->disposition.code, 'c', v->code) ||
        !number_is(d->disposition.remedy, 'm', v->remedy) ||
        !text_is(d->disposition.rule_id, v->giver == -1 ? NULL : giver) ||
        (v->giver != -1 && d->disposition.is_shadow != v->is_shadow))
        return "disposition";
    for (int shadow = 0; shadow < 2; shadow++)
        if (blockers_of(d, shadow) != v->blockers[shadow] ||
            duties_of(d, shadow) != v->duties[shadow])
            return "blockers or duties";
    uint64_t near = d->near_misses[0] >> (s->scope.is_there ? 2 : 0);
    return near != v->near ? "near misses" : NULL;
}

/* ---- no allocation ---- */

static int64_t n_allocations;

#ifdef __SANITIZE_ADDRESS__
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *,
                                                                size_t),
                                              void (*on_free)(const volatile void *));
static void on_malloc(const volatile void *p, size_t size) {
    (void)p;
    (void)size;
    n_allocations++;
}
static void on_free(const volatile void *p) {
    (void)p;
}
static void count_allocations(void) {
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
}
#else
void *__libc_malloc(size_t size);
void *malloc(size_t size) {
    n_allocations++;
    return __libc_malloc(size);
}
static void count_allocations(void) {
}
#endif

/* ---- the test ---- */

static struct rr_input random_input(uint64_t *seed) {
    struct rr_input x = {.value = (int)rr_pick(seed, 23) - 1,
                         .has = (int)rr_pick(seed, 9) - 1,
                         .day = (int)rr_pick(seed, 32),
                         .order_day = (int)rr_pick(seed, 33) - 1};
    for (int f = 0; f < 4; f++) {
        x.words[f] = (int)rr_pick(seed, (unsigned)rr_words[f] + 1) - (f >= 2 ? 1 : 0);
        if (x.words[f] == rr_words[f] || rr_pick(seed, 40) == 0)
            x.words[f] = rr_pick(seed, 2) && f >= 2 ? -1 : (int)rr_pick(seed, 2);
        if (rr_pick(seed, 60) == 0)
            x.words[f] = rr_pick(seed, 2) ? -1 : -2;
    }
    x.value = rr_pick(seed, 60) == 0 ? 1001 : x.value;
    return x;
}

static void listen_to_none(void *context, const struct policy_finding *f) {
    (void)context;
    (void)f;
}

static void test_reference__decisions_equal_a_naive_interpreter(void **state) {
    (void)state;
    uint64_t seed = rr_seed(77);
    int64_t n_sets = 0, n_pairs = 0, n_outcomes[3] = {0}, n_hits = 0;
    static struct rr_set s;
    count_allocations();
    for (int64_t wanted = rr_rounds(600); n_sets < wanted;) {
        rr_random_set(&seed, &s);
        s.facts = 255;
        for (int i = 0; i < s.n; i++) { /* conditions on all facts, kept apart below */
            struct rr_rule kept = s.rules[i];
            rr_random_rule(&seed, &s, &s.rules[i], i);
            s.rules[i].priority = s.hit == RR_PRIORITY ? 10 + i * 3 % 7 : 0;
            s.rules[i].is_shadow = kept.is_shadow;
            s.rules[i].code = s.hit == RR_COLLECT && kept.code > 0 ? 0 : kept.code;
            s.rules[i].remedy = s.hit == RR_COLLECT && kept.remedy > 0 ? 0 : kept.remedy;
            s.rules[i].blockers = kept.blockers;
        }
        s.n = s.hit == RR_UNIQUE && s.n > 3 ? 3 : s.n;
        s.has_else = true;
        s.else_gives = rr_pick(&seed, 2);
        s.has_duties = rr_pick(&seed, 2);
        rr_write_set(&s);
        struct policy_report report = {listen_to_none, NULL};
        struct source text = {"pack.yaml", span_of(s.text)};
        struct load_options o = {.report = &report,
                                 .sources = &text,
                                 .n_sources = 1,
                                 .skips_proofs = s.hit != RR_UNIQUE};
        struct policy *p;
        struct error err;
        if (policy_load_with("/nowhere", &o, &p, &err) != ST_OK)
            continue; /* two of its rules overlap */
        for (int k = 0; k < INPUTS_PER_SET; k++) {
            struct rr_input x = random_input(&seed);
            struct policy_facts f;
            struct policy_decision d;
            struct verdict v;
            rr_state(p, &x, &f);
            int64_t before = n_allocations;
            policy_decide(p, &f, &d);
            assert_int_equal(n_allocations, before);
            decide_naively(&s, &x, &v);
            const char *what = difference(&s, &v, &d);
            if (what) {
                fail_msg(
                    "%s: outcome %d/%d, cause %s/%s, rules %d/%d, code %s/%d, "
                    "remedy %s/%d, near %llx/%x\n"
                    "event %d marketplace %d lang %d condition %d value %d has %d day "
                    "%d order %d\n%s",
                    what, d.outcome, v.outcome, d.cause ? d.cause : "-",
                    v.cause ? v.cause : "-", d.n_rules, v.n_rules,
                    d.disposition.code ? d.disposition.code : "-", v.code,
                    d.disposition.remedy ? d.disposition.remedy : "-", v.remedy,
                    (unsigned long long)d.near_misses[0], v.near, x.words[0], x.words[1],
                    x.words[2], x.words[3], x.value, x.has, x.day, x.order_day, s.text);
            }
            n_outcomes[d.outcome]++;
            n_hits += d.n_rules;
            n_pairs++;
        }
        policy_free(p);
        n_sets++;
    }
    print_message("rule sets %lld, decisions %lld (decided %lld, not ours %lld, not "
                  "evaluated %lld; %lld rules hit); differences 0, allocations 0\n",
                  (long long)n_sets, (long long)n_pairs, (long long)n_outcomes[0],
                  (long long)n_outcomes[1], (long long)n_outcomes[2], (long long)n_hits);
    assert_true(n_allocations > 0); /* the counter does count: loading allocates */
    assert_true(n_outcomes[0] > n_pairs / 4 && n_outcomes[1] > n_pairs / 50 &&
                n_outcomes[2] > n_pairs / 50 && n_hits > n_pairs / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference__decisions_equal_a_naive_interpreter),
    };
    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
