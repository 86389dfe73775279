/*
 * test_opponent.c: over random rule sets the analyser says what trying every input says:
 * the same overlaps, gaps, dead rules, redundant rules and conditions without effect, in
 * both directions.
 *
 * RULE_SETS=200000 is the long form; RULE_SEED repeats a run.
 */
#include "common/policy/cover.h"
#include "common/policy/world.h"
#include "tests/common/policy/opponent.h"

/* What the analyser told, in the opponent's terms. */
struct said {
    bool overlaps[RR_RULES][RR_RULES], has_gap;
    bool is_dead[RR_RULES], is_redundant[RR_RULES], is_idle[RR_RULES][RR_FACTS];
    int n_other;
    char other[2048];
};

/* The number of the n-th rule that the text names ("r07"), -1: none. */
static int named_rule(const char *text, int n) {
    for (const char *at = text; (at = strstr(at, "\"r")); at++) {
        bool is_rule =
            at[2] >= '0' && at[2] <= '9' && at[3] >= '0' && at[3] <= '9' && at[4] == '"';
        if (is_rule && n-- == 0)
            return (at[2] - '0') * 10 + at[3] - '0';
    }
    return -1;
}

static int named_fact(const char *text) {
    static const char *const names[RR_FACTS] = {"event",     "marketplace", "lang",
                                                "condition", "value",       "has"};
    for (int f = 0; f < RR_FACTS; f++) {
        char quoted[40];
        snprintf(quoted, sizeof quoted, "condition on \"%s\"", names[f]);
        if (strstr(text, quoted))
            return f;
    }
    return -1;
}

static void listen(void *context, const struct policy_finding *f) {
    struct said *x = context;
    int a = named_rule(f->text, 0), b = named_rule(f->text, 1);
    int fact = named_fact(f->text);
    if (strcmp(f->kind, "overlap") == 0 && a >= 0 && b >= 0) {
        x->overlaps[a][b] = true;
    } else if (strcmp(f->kind, "gap") == 0) {
        x->has_gap = true;
    } else if (strcmp(f->kind, "dead") == 0 && a >= 0) {
        x->is_dead[a] = true;
    } else if (strcmp(f->kind, "redundant") == 0 && a >= 0) {
        x->is_redundant[a] = true;
    } else if (strcmp(f->kind, "duplicate") == 0 && b >= 0) {
        x->is_redundant[b] = true;
    } else if (strcmp(f->kind, "no-effect") == 0 && a >= 0 && fact >= 0) {
        x->is_idle[a][fact] = true;
    } else if (strcmp(f->kind, "time-gap") != 0 && !strstr(f->text, "\"s0\"") &&
               !strstr(f->text, "\"s1\"")) {
        snprintf(x->other, sizeof x->other, "%s: %s", f->kind, f->text);
        x->n_other++;
    }
}

/* ---- gaps as sets of inputs ---- */

static bool is_in(const struct cover_gap *gap, const struct policy_facts *f) {
    for (int i = 0; i < POLICY_FACT_COUNT + POLICY_TIME_COUNT; i++) {
        const struct cover_piece *piece = gap->pieces[i];
        bool is_time = i >= POLICY_FACT_COUNT, is_found = piece == NULL;
        int64_t v = is_time ? f->time_us[i - POLICY_FACT_COUNT] : f->value[i];
        if (!is_time && fact_kind(i) == KIND_SET && v != FACT_MISSING)
            v &= (int64_t)gap->members[i];
        for (; piece && !is_found; piece = piece->next)
            is_found = v >= piece->low && v <= piece->high;
        if (!is_found)
            return false;
    }
    return true;
}

static struct policy_facts every_input[40000];
static int8_t is_uncovered[40000];
static int times_in[40000];
static int n_inputs;

static bool mark(void *context, const struct cover_gap *gap) {
    (void)context;
    for (int i = 0; i < n_inputs; i++)
        times_in[i] += is_in(gap, &every_input[i]);
    return true;
}

/* All gaps together are the inputs that no active rule hits, each in exactly one. */
static int compare_gaps(const struct rr_set *s, const struct policy *p) {
    const struct table *t = &p->tables[p->n_tables - 1];
    const struct rule *rules[RR_RULES];
    int n_rules = 0, n_uncovered = 0;
    int64_t work = COVER_LOAD_WORK;
    struct region all;
    region_init(&all);
    region_add(&all, t->guard);
    for (int i = 0; i < t->n_rules; i++)
        if (!t->rules[i].is_shadow)
            rules[n_rules++] = &t->rules[i];
    n_inputs = 0;
    struct rr_input in = rr_first(s);
    do {
        bool is_hit = false;
        if (s->guard && !(s->guard >> in.words[1] & 1))
            continue;
        for (int i = 0; i < s->n; i++)
            is_hit = is_hit || (!s->rules[i].is_shadow && rr_hits(&s->rules[i], &in));
        assert_true(n_inputs < (int)COUNT_OF(every_input));
        rr_state(p, &in, &every_input[n_inputs]);
        is_uncovered[n_inputs] = !is_hit;
        times_in[n_inputs++] = 0;
    } while (rr_next(s, &in));
    struct cover_question q = {p, &all, rules, n_rules, COVER_QUESTION_WORK, &work};
    assert_int_not_equal(cover_each(&q, mark, NULL), COVER_NOT_FINISHED);
    for (int i = 0; i < n_inputs; i++) {
        if (times_in[i] != is_uncovered[i]) {
            fail_msg("an input is %s a gap, but %d gaps hold it\n%s",
                     is_uncovered[i] ? "in" : "not in", times_in[i], s->text);
        }
        n_uncovered += is_uncovered[i];
    }
    return n_uncovered;
}

/* ---- comparing ---- */

struct tally {
    int64_t sets, overlaps, gaps, wholes, dead, redundant, no_effect, uncovered;
};

static void must_agree(const struct rr_set *s, const char *what, int a, int b, bool said,
                       bool is_so) {
    if (said != is_so) {
        fail_msg("%s r%02d %d: the analyser says %s, every input says %s\n%s", what, a, b,
                 said ? "yes" : "no", is_so ? "yes" : "no", s->text);
    }
}

static void compare(const struct rr_set *s, const struct opponent *o,
                    const struct said *x, struct tally *n) {
    must_agree(s, "gap", 0, 0, x->has_gap, o->has_gap && !s->has_else);
    n->gaps += x->has_gap;
    n->wholes += !s->has_else && !x->has_gap;
    for (int i = 0; i < s->n; i++) {
        for (int a = 0; a < i; a++) {
            must_agree(s, "overlap", a, i, x->overlaps[a][i], o->overlaps[a][i]);
            n->overlaps += x->overlaps[a][i];
        }
        must_agree(s, "dead", i, 0, x->is_dead[i], o->is_dead[i]);
        must_agree(s, "redundant", i, 0, x->is_redundant[i], o->is_redundant[i]);
        n->dead += x->is_dead[i];
        n->redundant += x->is_redundant[i];
        for (int f = 0; f < RR_FACTS; f++) {
            const struct rr_rule *r = &s->rules[i];
            bool has_condition = f < 4    ? r->words[f] != 0
                                 : f == 4 ? r->has_range
                                          : r->set_kind != 0;
            must_agree(s, "no-effect", i, f, x->is_idle[i][f],
                       has_condition && o->is_hit[i] && !o->has_effect[i][f]);
            n->no_effect += x->is_idle[i][f];
        }
    }
    if (x->n_other > 0)
        fail_msg("told besides: %s\n%s", x->other, s->text);
}

static void test_opponent__the_analyser_says_what_trying_every_input_says(void **state) {
    (void)state;
    uint64_t seed = rr_seed(2026);
    struct tally n = {0};
    static struct rr_set s;
    static struct opponent o;
    for (int64_t k = rr_rounds(2500); k > 0; k--) {
        struct said said = {.n_other = 0};
        struct policy_report report = {listen, &said};
        struct policy *p = NULL;
        struct error err;
        rr_random_set(&seed, &s);
        rr_write_set(&s);
        op_find_all(&s, &o);
        struct source text = {"pack.yaml", span_of(s.text)};
        struct load_options options = {
            .report = &report, .sources = &text, .n_sources = 1};
        if (policy_load_with("/nowhere", &options, &p, &err) == ST_OK) {
            n.uncovered += k % 16 == 0 ? compare_gaps(&s, p) : 0;
            policy_free(p);
        }
        compare(&s, &o, &said, &n);
        n.sets++;
    }
    print_message("rule sets %lld: overlaps %lld, gaps %lld (whole %lld), dead %lld, "
                  "redundant %lld, no-effect %lld; inputs in gaps %lld; differences 0\n",
                  (long long)n.sets, (long long)n.overlaps, (long long)n.gaps,
                  (long long)n.wholes, (long long)n.dead, (long long)n.redundant,
                  (long long)n.no_effect, (long long)n.uncovered);
    assert_true(n.overlaps > n.sets / 5 && n.gaps > n.sets / 20);
    assert_true(n.wholes > n.sets / 200 && n.dead > n.sets / 20);
    assert_true(n.redundant > n.sets / 50 && n.no_effect > n.sets / 50);
    assert_true(n.uncovered > n.sets / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opponent__the_analyser_says_what_trying_every_input_says),
    };
    return cmocka_run_group_tests_name("opponent", tests, NULL, NULL);
}
