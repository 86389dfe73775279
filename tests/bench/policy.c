/*
 * policy.c: what a decision costs against the number of rules, for three shapes, and what
 * loading costs.
 *
 *     policy [MAX_RULES]                (default 10000)
 *
 * Shapes: `indexable` (words only), `ranges` (half of the conditions are number ranges),
 * `wildcards` (one word, the rest open). Each is loaded and analysed, then 4,096 random
 * inputs are decided in turn; the best of several rounds counts, so that a neighbour on
 * the machine disturbs all alike. Last come the shipped packs. Prints name, value, unit,
 * note, separated by tabs.
 */
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/policy/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { INPUTS = 4096, ROUNDS = 5, WORDS = 40 };
static const char *const shapes[] = {"indexable", "ranges", "wildcards"};

static void write_domain(FILE *f) {
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
          "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {blocker: set}\n"
          "  else: none\n  rules:\n",
          f);
}

static unsigned pick(uint64_t *seed, unsigned n) {
    return (unsigned)(random_next(seed) % n);
}

static void write_rule(FILE *f, size_t shape, int i, uint64_t *seed) {
    fprintf(f, "  - {id: r%05d, title: t, source: s, when: {event: e%u", i,
            pick(seed, WORDS));
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
    fprintf(f, "}, then: {blocker: b%d}}\n", i % 8);
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
                             span_of(at->words[roll % (unsigned)at->n_words]));
            else
                policy_state_none(&inputs[i], (enum policy_fact)fact);
        }
        for (int t = 0; t < POLICY_TIME_COUNT; t++)
            policy_state_instant(&inputs[i], (enum policy_time)t,
                                 INT64_C(1795143600000000));
    }
}

static void measure(const char *name, const char *dir) {
    struct policy *p;
    struct error err;
    struct load_options o = {.skips_tests = true};
    static struct policy_facts inputs[INPUTS];
    static struct policy_decision d;
    int64_t began = clock_monotonic_us(), best = INT64_MAX, hits = 0;
    if (policy_load_with(dir, &o, &p, &err) != ST_OK) {
        fprintf(stderr, "policy: %s: %s\n", name, err.text);
        exit(1);
    }
    printf("policy.load.%s\t%.1f\tms\tread, analysed and compiled\n", name,
           (double)(clock_monotonic_us() - began) / 1000);
    state_inputs(p, inputs);
    for (int round = 0; round < ROUNDS; round++) {
        began = clock_monotonic_us();
        hits = 0;
        for (int i = 0; i < 8 * INPUTS; i++) {
            policy_decide(p, &inputs[i % INPUTS], &d);
            hits += d.n_rules;
        }
        int64_t took = clock_monotonic_us() - began;
        best = took < best ? took : best;
    }
    printf("policy.decide.%s\t%.0f\tns\t%.2f rules hit\n", name,
           (double)best * 1000 / (8 * INPUTS), (double)hits / (8 * INPUTS));
    policy_free(p);
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
            uint64_t seed = 7;
            FILE *f = fopen(path, "w");
            if (!f)
                return 1;
            write_domain(f);
            for (int i = 0; i < n; i++)
                write_rule(f, shape, i, &seed);
            fclose(f);
            snprintf(name, sizeof name, "%s.%d", shapes[shape], n);
            measure(name, dir);
        }
    }
    unlink(path);
    rmdir(dir);
    measure("shipped", "deploy/policy");
    return 0;
}
