/*
 * testcase.h: tests that live beside the rules.
 *
 *     - test: five days on Amazon Japan
 *       given: {event: return_requested, time: 2026-11-20T12:00+09:00,
 *               marketplace: amazon.co.jp, ...}
 *       expect: {duty.answer_return.due: 2026-11-25T12:00+09:00}
 *
 * `given` takes the facts of the domain, the times of policy.h, and `time` for
 * event.time. What may be expected:
 *
 *     outcome: decided | not_ours | not_evaluated
 *     cause, handle, code, remedy, destination: WORD | none
 *     rules, hits, shadow, duties, blockers, steps: a list of names, or none
 *     contradicts: the words that contradict each other, or none
 *     ways: the ways of the goods whose money is compared (money.h)
 *     duty.NAME.start|due|act_by|aim: INSTANT | none
 *     duty.NAME.desk|rule|waits_for|breach: WORD | none
 *     duty.NAME.warn|hands_over: a list of instants
 *     duty.NAME.desks: the desks of its turns, in their order
 *     route.first_open: DESK
 *     step.NAME.due: INSTANT | none
 *     step.NAME.to|licence|evidence|place|unlocks|overdue|after: WORD | none
 *     step.NAME.waste: a list of words
 *
 * `rules` is all rules that hit, `hits` some of them; both sides are shown when they
 * differ.
 */
#ifndef COMMON_POLICY_TESTCASE_H
#define COMMON_POLICY_TESTCASE_H

#include "common/policy/model.h"

enum { TESTCASE_MAX_EXPECT = 32, TESTCASE_TEXT = 1024 };

struct expectation {
    const char *key;
    const char **words; /* one, or the items of a list */
    int n_words;
    bool is_list;
};

struct testcase {
    const char *name;
    const char *file;
    int line;
    struct policy_facts facts;
    struct expectation *expect; /* at most TESTCASE_MAX_EXPECT; most tests have a few */
    int n_expect;
    const struct node *at; /* valid while loading only */
};

/* Types `tests:` of one file and appends them. */
void tests_read(struct loader *l, const struct node *node);
/* Runs all; each failure is a finding, and each rule that no test reaches a note. */
void tests_run_all(struct loader *l);

/* Reads a `given` mapping into facts; false after telling. */
bool given_read(struct loader *l, const struct node *map, struct policy_facts *f);

struct test_result {
    const char *key;
    bool is_met;
    char expected[TESTCASE_TEXT], actual[TESTCASE_TEXT];
};
/* Runs one test and tells each expectation's result; gives how many were not met. */
int test_run(const struct policy *p, const struct testcase *t, struct policy_decision *d,
             void (*tell)(void *context, const struct test_result *r), void *context);
/* Sets `is_reached` (by rule number) for each rule that hit: a rule that no test reaches
 * may say anything. */
void tests_mark(const struct policy *p, const struct policy_decision *d,
                bool *is_reached);

#endif
