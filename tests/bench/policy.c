/*
 * policy.c: what a decision costs against the number of rules, for three shapes, and what
 * loading costs.
 *
 *     policy [MAX_RULES]                (default 10000)
 *
 * Shapes: `indexable` (words only), `ranges` (half of the conditions are number ranges),
 * `wildcards` (one word, the rest open). Each is loaded and analysed, as a table that
 * collects and as one with priorities, then random inputs are decided in turn: `match` is
 * the index alone, `decide` all that a worker does (near misses are always counted), and
 * `explain` builds the whole record besides. p50 and p99 are of batches of 32; of each
 * batch the best of several rounds counts, so that a neighbour on the machine disturbs all
 * alike. Last come the shipped packs. Prints name, value, unit, note, separated by tabs.
 */
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/policy/explain.h"
#include "common/policy/index.h"
#include "common/policy/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { INPUTS = 4096, ROUNDS = 5, WORDS = 40 };
enum { COLLECT, PRIORITY };
static const char *const shapes[] = {"indexable", "ranges", "wildcards"};

static void write_domain(FILE *f, int hit) {
    static const char *const facts[] = {"event", "marketplace", "category", "lang",
                                        "reason"};
    fputs("domain:\n", f);
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        fprintf(f, "  %s: [", facts[i]);
        for (int w = 0; w < WORDS; w++)
            fprintf(f, "%s%c%d", w ? ", " : "", facts[i][0], w);
        fputs("]\n", f);
    }
    fputs("  value: {int: 0..1000000}\n"
          "calendars: {always: {tz: UTC, open: always}}\n"
          "desks: {d: {langs: [any], calendar: always}}\ntriage: d\n"
          "tables:\n- table: t\n  title: t\n  else: none\n",
          f);
    fputs(hit == COLLECT ? "  hit: collect\n  gives: {blocker: set}\n  rules:\n"
                         : "  hit: priority\n  gives: {code: one}\n  rules:\n",
          f);
}

static unsigned pick(uint64_t *seed, unsigned n) {
    return (unsigned)(random_next(seed) % n);
}

static void write_rule(FILE *f, size_t shape, int hit, int i, uint64_t *seed) {
    fprintf(f, "  - {id: r%05d, title: t, source: s, ", i);
    if (hit == PRIORITY)
        fprintf(f, "priority: %d, ", i);
    fprintf(f, "when: {event: e%u", pick(seed, WORDS));
    if (shape < 2) {
        fprintf(f, ", marketplace: [m%u, m0], category: [c%u, c1]",
                pick(seed, WORDS - 1) + 1, pick(seed, WORDS - 2) + 2);
    }
    if (shape == 0)
        fprintf(f, ", lang: l%u", pick(seed, WORDS));
    if (shape == 1) {
        unsigned low = pick(seed, 900000);
        fprintf(f, ", value: %u..%u", low, low + pick(seed, 100000));
    }
    /* few rules without limits hit any input, as in packs that people write */
    if (shape == 2 && i >= 8)
        fprintf(f, ", value: %u..1000000", 999000 + pick(seed, 900));
    fprintf(f, hit == COLLECT ? "}, then: {blocker: b%d}}\n" : "}, then: {code: c%d}}\n",
            i % 8);
}

/* Half of the inputs have the words that all rules admit, so that rules hit. */
static unsigned word_for(int fact, uint64_t roll, int n_words) {
    if (roll >> 40 & 1 && (fact == FACT_MARKETPLACE || fact == FACT_CATEGORY))
        return fact == FACT_MARKETPLACE ? 0 : 1;
    return (unsigned)(roll % (unsigned)n_words);
}

static void state_inputs(const struct policy *p, struct policy_facts *inputs) {
    uint64_t seed = 11;
    for (int i = 0; i < INPUTS; i++) {
        policy_facts_init(p, &inputs[i]);
        for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
            const struct attribute *at = &p->domain.facts[fact];
            uint64_t roll = random_next(&seed);
            if (!at->is_listed)
                continue;
            if (at->kind == KIND_NUMBER)
                policy_state_number(&inputs[i], (enum policy_fact)fact,
                                    (int64_t)(roll % 1000000));
            else if (at->kind == KIND_WORD)
                policy_state(p, &inputs[i], (enum policy_fact)fact,
                             span_of(at->words[word_for(fact, roll, at->n_words)]));
            else
                policy_state_none(&inputs[i], (enum policy_fact)fact);
        }
        for (int t = 0; t < POLICY_TIME_COUNT; t++)
            policy_state_instant(&inputs[i], (enum policy_time)t,
                                 INT64_C(1795143600000000));
    }
}

/* ---- measuring ---- */

enum { BATCH = 32, SAMPLES = 8 * INPUTS / BATCH };
static struct policy_facts inputs[INPUTS];

static int64_t now_ns(void) {
    struct timespec t;
    (void)timespec_get(&t, TIME_UTC);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare_times(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* What is measured: returns how many rules hit. */
typedef int64_t one_input(const struct policy *p, struct arena *a,
                          const struct policy_facts *f);

/* The index alone: which rules hit. */
static int64_t match_only(const struct policy *p, struct arena *a,
                          const struct policy_facts *f) {
    (void)a;
    uint16_t hits[INDEX_MAX_HITS];
    int64_t n = 0;
    for (int i = 0; i < p->n_tables; i++)
        n += index_match(p->tables[i].index, f, hits, NULL, 0);
    return n;
}

/* What a worker does: rules, near misses, slots, instants, desks. */
static int64_t decide(const struct policy *p, struct arena *a,
                      const struct policy_facts *f) {
    (void)a;
    static struct policy_decision d;
    policy_decide(p, f, &d);
    return d.n_rules;
}

/* And the whole record of why and why not. */
static int64_t explain(const struct policy *p, struct arena *a,
                       const struct policy_facts *f) {
    arena_reset(a);
    return explain_build(a, p, f, NULL)->n_hits;
}

static void time_it(const char *what, const char *name, const struct policy *p,
                    one_input *run, int n_samples) {
    static int64_t took[SAMPLES];
    struct arena *a = arena_new((size_t)64 << 20);
    int64_t hits = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int s = 0; s < n_samples; s++) {
            int64_t began = now_ns();
            for (int i = 0; i < BATCH; i++)
                hits += run(p, a, &inputs[(s * BATCH + i) % INPUTS]);
            int64_t t = now_ns() - began;
            took[s] = round == 0 || t < took[s] ? t : took[s];
        }
    }
    arena_free(a);
    qsort(took, (size_t)n_samples, sizeof *took, compare_times);
    printf("policy.%s.%s.p50\t%.0f\tns\t%.2f rules hit\n", what, name,
           (double)took[n_samples / 2] / BATCH,
           (double)hits / ((double)ROUNDS * n_samples * BATCH));
    printf("policy.%s.%s.p99\t%.0f\tns\t\n", what, name,
           (double)took[n_samples * 99 / 100] / BATCH);
}

struct findings_seen {
    int n, n_open;
};

static void count_finding(void *context, const struct policy_finding *f) {
    struct findings_seen *x = context;
    x->n++;
    x->n_open += strcmp(f->kind, "not-finished") == 0;
}

static void measure(const char *name, const char *dir, bool is_load_only) {
    struct policy *p;
    struct error err;
    struct findings_seen seen = {0};
    struct policy_report report = {count_finding, &seen};
    struct load_options o = {.report = &report, .skips_tests = true};
    int64_t began = clock_monotonic_us();
    if (policy_load_with(dir, &o, &p, &err) != ST_OK) {
        fprintf(stderr, "policy: %s: %s\n", name, err.text);
        exit(1);
    }
    printf("policy.load.%s\t%.1f\tms\tread, analysed and compiled: %d findings, %s\n",
           name, (double)(clock_monotonic_us() - began) / 1000, seen.n,
           seen.n_open ? "NOT FINISHED" : "finished");
    if (!is_load_only) {
        state_inputs(p, inputs);
        time_it("match", name, p, match_only, SAMPLES);
        time_it("decide", name, p, decide, SAMPLES);
        time_it("explain", name, p, explain, SAMPLES / 16);
    }
    policy_free(p);
    fflush(stdout);
}

int main(int argc, char **argv) {
    int64_t max = 10000;
    if (argc > 1 && !span_to_i64(span_of(argv[1]), &max))
        return 2;
    char dir[] = "/tmp/henpin-bench-XXXXXX", path[64], name[64];
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/p.yaml", dir);
    for (size_t shape = 0; shape < COUNT_OF(shapes); shape++) {
        for (int n = 10; n <= max; n *= 10) {
            for (int hit = COLLECT; hit <= PRIORITY; hit++) {
                uint64_t seed = 7;
                FILE *f = fopen(path, "w");
                if (!f)
                    return 1;
                write_domain(f, hit);
                for (int i = 0; i < n; i++)
                    write_rule(f, shape, hit, i, &seed);
                fclose(f);
                snprintf(name, sizeof name, "%s%s.%d", hit == PRIORITY ? "priority." : "",
                         shapes[shape], n);
                measure(name, dir, hit == PRIORITY);
            }
        }
    }
    unlink(path);
    rmdir(dir);
    measure("shipped", "deploy/policy", false);
    return 0;
}
