/* test_case_fold.c: calls and answers cut into clocks, in any order of reading. The rules
 * are the test's own: what a word calls for stands in `called_for`. */
#include "common/policy/case_fold.h"
#include "tests/common/policy/folding.h"

#include <stdlib.h>

/* ---- the rules ---- */

enum { DAY = 24 };

/* "ask" and "urge" call for one duty by different rules, whose answers differ; "claim"
 * for one that never begins anew. */
static const struct {
    const char *word, *duty;
    const char *stops[2];
    enum policy_reopen reopen;
    bool has_breach;
} called_for[] = {
    {"ask", "answer", {"answered", "closed"}, REOPEN_RESTARTS, true},
    {"urge", "answer", {"closed", "closed"}, REOPEN_RESTARTS, false},
    {"claim", "appeal", {"appealed", "closed"}, REOPEN_CLOSED, true},
};
static const char *const words[] = {"ask",      "ask",      "urge",   "claim",
                                    "answered", "appealed", "closed", "noted"};

static int rule_of(const char *word) {
    for (int i = 0; i < (int)COUNT_OF(called_for); i++)
        if (strcmp(called_for[i].word, word) == 0)
            return i;
    return -1;
}

void policy_decide(const struct policy *p, const struct policy_facts *f,
                   struct policy_decision *out) {
    (void)p;
    int64_t at_us = f->time_us[TIME_EVENT];
    int r = rule_of(folding_word.ptr);
    out->n_duties = 0;
    if (r >= 0)
        out->duties[out->n_duties++] = (struct policy_duty){
            .name = called_for[r].duty,
            .rule_id = called_for[r].word,
            .start_us = at_us,
            .due_us = at_us + DAY * US_PER_HOUR,
            .owner = {"desk", at_us + (DAY - 1) * US_PER_HOUR, false},
            .stop = {called_for[r].stops[0], called_for[r].stops[1]},
            .n_stops = 2,
            .breach = called_for[r].has_breach ? "money" : NULL,
            .reopen = called_for[r].reopen,
        };
}

/* Straight into case_fold(): no event is a copy, none has goods. */
static const struct case_decision *fold(struct folded *f, const char *word, int hour) {
    const struct case_event e = {.word = word, .occurred_us = folding_us(hour)};
    const struct case_view v = {&f->state, &e};
    struct policy_facts facts;
    facts.time_us[TIME_EVENT] = e.occurred_us;
    folding_word = span_of(word);
    f->last.n_changes = f->last.n_starts = f->last.n_triages = 0;
    policy_decide(NULL, &facts, &f->last.policy);
    case_fold(&v, NULL, NULL, &f->last);
    folding_keep(f, &e);
    return &f->last;
}

/* ---- the claims ---- */

static void test_case_fold__a_call_after_the_answer_begins_anew(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "ask", 0);
    fold(f, "answered", 5);
    assert_int_equal(fold(f, "ask", 9)->n_starts, 1);
    assert_int_equal(folding_since(f, "answer", 0)->state, DUTY_MET);
    assert_int_equal(folding_since(f, "answer", 9)->state, DUTY_OPEN);
    assert_int_equal(folding_since(f, "answer", 9)->instance, 2);
}

static void test_case_fold__while_one_stands_another_call_adds_none(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "ask", 0);
    fold(f, "ask", 3);
    assert_int_equal(folding_standing(f, "answer"), 1);
    fold(f, "answered", 4);
    assert_int_equal(folding_standing(f, "answer"), 1);
    assert_int_equal(folding_since(f, "answer", 0)->state, DUTY_MET);
}

static void test_case_fold__an_answer_read_late_parts_two_calls(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "ask", 0);
    fold(f, "ask", 10);
    assert_null(folding_since(f, "answer", 10));
    fold(f, "answered", 4);
    assert_int_equal(f->n_revived, 1);
    assert_int_equal(folding_since(f, "answer", 0)->state, DUTY_MET);
    assert_int_equal(folding_since(f, "answer", 10)->state, DUTY_OPEN);
    assert_int_equal(folding_since(f, "answer", 10)->instance, 2);
}

static void test_case_fold__an_older_call_read_late_takes_the_newer_one_in(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "ask", 10);
    struct uuid id = folding_since(f, "answer", 10)->duty_id;
    fold(f, "ask", 0);
    assert_null(folding_since(f, "answer", 10));
    assert_int_equal(folding_since(f, "answer", 0)->state, DUTY_OPEN);
    fold(f, "answered", 2);
    assert_true(uuid_equal(folding_since(f, "answer", 10)->duty_id, id));
    assert_int_equal(folding_since(f, "answer", 10)->instance,
                     2); /* numbered anew, same id */
}

static void test_case_fold__what_is_closed_for_good_stays_so(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "claim", 0);
    fold(f, "appealed", 2);
    fold(f, "claim", 5);
    assert_int_equal(f->state.n_duties, 1);
    assert_int_equal(folding_since(f, "appeal", 0)->state, DUTY_MET);
}

static void test_case_fold__what_the_clock_has_told_stays_told(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "ask", 0);
    f->duties[0].state = DUTY_BREACHED;
    assert_int_equal(fold(f, "ask", 30)->n_changes, 0);
    assert_int_equal(folding_since(f, "answer", 0)->state, DUTY_BREACHED);
    fold(f, "answered", 20); /* it was answered in time, and read late */
    assert_int_equal(folding_since(f, "answer", 0)->state, DUTY_MET);
    assert_int_equal(folding_since(f, "answer", 30)->state, DUTY_OPEN);
}

static void test_case_fold__a_full_case_tells_it_and_begins_no_more(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    int n_told = 0;
    for (int i = 0; i < 95; i++) {
        n_told += fold(f, "ask", 2 * i)->n_triages;
        fold(f, "answered", 2 * i + 1);
    }
    assert_int_equal(f->state.n_duties, CASE_MAX_DUTIES);
    assert_int_equal(n_told, 1); /* five found no room */
}

static void test_case_fold__repeated_calls_leave_room_for_other_duties(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    for (int i = 0; i < 100; i++)
        assert_int_equal(fold(f, "ask", i)->n_triages, 0);
    assert_int_equal(f->state.n_duties, CASE_MAX_DUTIES / 2);
    fold(f, "claim", 100);
    assert_int_equal(folding_since(f, "appeal", 100)->state, DUTY_OPEN);
    fold(f, "answered", 101);
    assert_int_equal(folding_since(f, "answer", 0)->state, DUTY_BREACHED);
    assert_int_equal(folding_standing(f, "answer"), 1);
}

/* ---- any order ---- */

struct happened {
    const char *word;
    int hour;
};

static int by_time(const void *a, const void *b) {
    const struct happened *x = a, *y = b;
    if (x->hour != y->hour)
        return x->hour < y->hour ? -1 : 1;
    return (rule_of(y->word) >= 0) - (rule_of(x->word) >= 0); /* calls come first */
}

/* A clock of the reference, by walking once through time. */
struct clock {
    int start, end, rule; /* end -1: it stands */
};

static int walk(const char *duty, const struct happened *sorted, int n,
                struct clock *out) {
    int n_clocks = 0;
    for (int i = 0; i < n; i++) {
        struct clock *last = n_clocks > 0 ? &out[n_clocks - 1] : NULL;
        int r = rule_of(sorted[i].word);
        if (r >= 0 && strcmp(called_for[r].duty, duty) == 0) {
            bool begins = !last || (called_for[last->rule].reopen == REOPEN_RESTARTS &&
                                    last->end >= 0 && sorted[i].hour > last->end);
            if (begins)
                out[n_clocks++] = (struct clock){sorted[i].hour, -1, r};
        } else if (last && last->end < 0 &&
                   (strcmp(called_for[last->rule].stops[0], sorted[i].word) == 0 ||
                    strcmp(called_for[last->rule].stops[1], sorted[i].word) == 0)) {
            last->end = sorted[i].hour;
        }
    }
    return n_clocks;
}

enum { MOST = 12 }; /* events of a case */

static void assert_walk(const struct folded *f, const struct happened *events, int n,
                        const char *duty) {
    struct happened sorted[MOST];
    struct clock clocks[MOST];
    memcpy(sorted, events, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_time);
    int n_clocks = walk(duty, sorted, n, clocks);
    assert_int_equal(folding_standing(f, duty), n_clocks);
    for (int i = 0; i < n_clocks; i++) {
        const struct clock *c = &clocks[i];
        const struct case_duty *d = folding_since(f, duty, c->start);
        assert_non_null(d);
        assert_int_equal(d->instance, i + 1);
        assert_true(uuid_equal(
            d->duty_id, identity_duty(d->start_us, f->state.case_id, span_of(duty))));
        bool is_late = c->end - c->start > DAY && called_for[c->rule].has_breach;
        assert_int_equal(d->state, c->end < 0 ? DUTY_OPEN
                                   : is_late  ? DUTY_BREACHED
                                              : DUTY_MET);
        assert_true(d->closed_us == (c->end < 0 ? EVENT_ABSENT : folding_us(c->end)));
    }
}

/* No two calls at one instant: which of two rules counts would be anybody's guess. */
static int happen(uint64_t *random, struct happened *events) {
    bool is_called[120] = {false};
    int n = 1 + (int)(random_next(random) % MOST);
    for (int i = 0; i < n; i++) {
        const char *word = words[random_next(random) % COUNT_OF(words)];
        int hour = (int)(random_next(random) % 80);
        while (rule_of(word) >= 0 && is_called[hour])
            hour++;
        is_called[hour] |= rule_of(word) >= 0;
        events[i] = (struct happened){word, hour};
    }
    return n;
}

static void test_case_fold__any_order_of_reading_ends_alike(void **state) {
    (void)state;
    uint64_t random = 20261122;
    int n_revived = 0;
    for (int round = 0; round < 30000; round++) {
        struct happened events[MOST];
        int order[MOST], n = happen(&random, events);
        for (int i = 0; i < n; i++)
            order[i] = i;
        folding_shuffle(&random, order, n);
        struct folded *f = folding_begin();
        for (int i = 0; i < n; i++)
            fold(f, events[order[i]].word, events[order[i]].hour);
        n_revived += f->n_revived;
        assert_walk(f, events, n, "answer");
        assert_walk(f, events, n, "appeal");
    }
    assert_true(n_revived > 1000); /* the hard way was taken often */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_fold__a_call_after_the_answer_begins_anew),
        cmocka_unit_test(test_case_fold__while_one_stands_another_call_adds_none),
        cmocka_unit_test(test_case_fold__an_answer_read_late_parts_two_calls),
        cmocka_unit_test(test_case_fold__an_older_call_read_late_takes_the_newer_one_in),
        cmocka_unit_test(test_case_fold__what_is_closed_for_good_stays_so),
        cmocka_unit_test(test_case_fold__what_the_clock_has_told_stays_told),
        cmocka_unit_test(test_case_fold__a_full_case_tells_it_and_begins_no_more),
        cmocka_unit_test(test_case_fold__repeated_calls_leave_room_for_other_duties),
        cmocka_unit_test(test_case_fold__any_order_of_reading_ends_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
