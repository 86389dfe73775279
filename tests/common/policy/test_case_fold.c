/* test_case_fold.c: calls and answers cut into clocks, in any order of reading. The rules
 * are the test's own: what a word calls for stands in `called_for`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/policy/case_fold.h"

#define FIRST_US INT64_C(1795143600000000)

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

static void decide(const char *word, int64_t at_us, struct policy_decision *out) {
    int r = rule_of(word);
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

/* ---- a case in memory ---- */

enum { MOST = 200 };

struct folded {
    struct case_state state;
    struct case_duty duties[CASE_MAX_DUTIES];
    struct span stops[CASE_MAX_DUTIES][POLICY_MAX_STOPS];
    struct span events[MOST];
    int64_t at[MOST], ids[MOST];
    struct case_decision last;
    int n_revived;
};

static struct folded *empty(void) {
    static struct folded f;
    memset(&f.state, 0, sizeof f.state);
    f.n_revived = 0;
    f.state.case_id = (struct uuid){{7}};
    f.state.duties = f.duties;
    f.state.history = (struct case_history){f.events, f.at, f.ids, 0};
    return &f;
}

/* As a worker does. */
static void keep(struct folded *f, const struct case_event *e) {
    struct case_state *s = &f->state;
    for (int i = 0; i < f->last.n_changes; i++) {
        const struct duty_change *change = &f->last.changes[i];
        struct case_duty *d = &f->duties[change->index];
        f->n_revived += change->is_revived;
        d->state = change->now.state;
        d->closed_us = change->now.closed_us;
        d->instance = change->now.instance;
    }
    for (int i = 0; i < f->last.n_starts; i++) {
        const struct duty_start *start = &f->last.starts[i];
        const struct policy_duty *p = &start->policy;
        int n = s->n_duties++;
        for (int k = 0; k < p->n_stops; k++)
            f->stops[n][k] = span_of(p->stop[k]);
        f->duties[n] = (struct case_duty){.duty_id = start->duty_id,
                                          .name = span_of(p->name),
                                          .instance = start->now.instance,
                                          .state = start->now.state,
                                          .called_us = start->called_us,
                                          .start_us = p->start_us,
                                          .due_us = p->due_us,
                                          .act_by_us = p->owner.act_by_us,
                                          .closed_us = start->now.closed_us,
                                          .has_breach = p->breach != NULL,
                                          .stop = f->stops[n],
                                          .n_stops = p->n_stops,
                                          .reopen = p->reopen};
    }
    f->events[s->history.n] = span_of(e->word);
    f->at[s->history.n++] = e->occurred_us;
}

static const struct case_decision *fold(struct folded *f, const char *word, int hour) {
    const struct case_event e = {.word = word,
                                 .occurred_us = FIRST_US + hour * US_PER_HOUR};
    const struct case_view v = {&f->state, &e};
    f->last.n_changes = f->last.n_starts = f->last.n_triages = 0;
    decide(word, e.occurred_us, &f->last.policy);
    case_fold(&v, NULL, NULL, &f->last);
    keep(f, &e);
    return &f->last;
}

/* The duty of this name that began at this hour and is not cancelled; NULL: none. */
static const struct case_duty *since(const struct folded *f, const char *name, int hour) {
    const struct case_duty *found = NULL;
    for (int i = 0; i < f->state.n_duties; i++) {
        const struct case_duty *d = &f->duties[i];
        if (d->state == DUTY_CANCELLED || !span_is(d->name, name) ||
            d->start_us != FIRST_US + hour * US_PER_HOUR)
            continue;
        assert_null(found); /* never two */
        found = d;
    }
    return found;
}

static int standing(const struct folded *f, const char *name) {
    int n = 0;
    for (int i = 0; i < f->state.n_duties; i++)
        n += f->duties[i].state != DUTY_CANCELLED && span_is(f->duties[i].name, name);
    return n;
}

/* ---- the claims ---- */

static void test_case_fold__a_call_after_the_answer_begins_anew(void **state) {
    (void)state;
    struct folded *f = empty();
    fold(f, "ask", 0);
    fold(f, "answered", 5);
    assert_int_equal(fold(f, "ask", 9)->n_starts, 1);
    assert_int_equal(since(f, "answer", 0)->state, DUTY_MET);
    assert_int_equal(since(f, "answer", 9)->state, DUTY_OPEN);
    assert_int_equal(since(f, "answer", 9)->instance, 2);
}

static void test_case_fold__while_one_stands_another_call_adds_none(void **state) {
    (void)state;
    struct folded *f = empty();
    fold(f, "ask", 0);
    fold(f, "ask", 3);
    assert_int_equal(standing(f, "answer"), 1);
    fold(f, "answered", 4);
    assert_int_equal(standing(f, "answer"), 1);
    assert_int_equal(since(f, "answer", 0)->state, DUTY_MET);
}

static void test_case_fold__an_answer_read_late_parts_two_calls(void **state) {
    (void)state;
    struct folded *f = empty();
    fold(f, "ask", 0);
    fold(f, "ask", 10);
    assert_null(since(f, "answer", 10));
    fold(f, "answered", 4);
    assert_int_equal(f->n_revived, 1);
    assert_int_equal(since(f, "answer", 0)->state, DUTY_MET);
    assert_int_equal(since(f, "answer", 10)->state, DUTY_OPEN);
    assert_int_equal(since(f, "answer", 10)->instance, 2);
}

static void test_case_fold__an_older_call_read_late_takes_the_newer_one_in(void **state) {
    (void)state;
    struct folded *f = empty();
    fold(f, "ask", 10);
    struct uuid id = since(f, "answer", 10)->duty_id;
    fold(f, "ask", 0);
    assert_null(since(f, "answer", 10));
    assert_int_equal(since(f, "answer", 0)->state, DUTY_OPEN);
    fold(f, "answered", 2);
    assert_true(uuid_equal(since(f, "answer", 10)->duty_id, id));
    assert_int_equal(since(f, "answer", 10)->instance, 2); /* numbered anew, same id */
}

static void test_case_fold__what_is_closed_for_good_stays_so(void **state) {
    (void)state;
    struct folded *f = empty();
    fold(f, "claim", 0);
    fold(f, "appealed", 2);
    fold(f, "claim", 5);
    assert_int_equal(f->state.n_duties, 1);
    assert_int_equal(since(f, "appeal", 0)->state, DUTY_MET);
}

static void test_case_fold__what_the_clock_has_told_stays_told(void **state) {
    (void)state;
    struct folded *f = empty();
    fold(f, "ask", 0);
    f->duties[0].state = DUTY_BREACHED;
    assert_int_equal(fold(f, "ask", 30)->n_changes, 0);
    assert_int_equal(since(f, "answer", 0)->state, DUTY_BREACHED);
    fold(f, "answered", 20); /* it was answered in time, and read late */
    assert_int_equal(since(f, "answer", 0)->state, DUTY_MET);
    assert_int_equal(since(f, "answer", 30)->state, DUTY_OPEN);
}

static void test_case_fold__a_full_case_tells_it_and_begins_no_more(void **state) {
    (void)state;
    struct folded *f = empty();
    int n_told = 0;
    for (int i = 0; i < 95; i++) {
        n_told += fold(f, "ask", 2 * i)->n_triages;
        fold(f, "answered", 2 * i + 1);
    }
    assert_int_equal(f->state.n_duties, CASE_MAX_DUTIES);
    assert_int_equal(n_told, 5);
}

static void test_case_fold__repeated_calls_leave_room_for_other_duties(void **state) {
    (void)state;
    struct folded *f = empty();
    for (int i = 0; i < 100; i++)
        assert_int_equal(fold(f, "ask", i)->n_triages, 0);
    assert_int_equal(f->state.n_duties, CASE_MAX_DUTIES / 2);
    fold(f, "claim", 100);
    assert_int_equal(since(f, "appeal", 100)->state, DUTY_OPEN);
    fold(f, "answered", 101);
    assert_int_equal(since(f, "answer", 0)->state, DUTY_BREACHED);
    assert_int_equal(standing(f, "answer"), 1);
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

static void assert_walk(const struct folded *f, const struct happened *events, int n,
                        const char *duty) {
    struct happened sorted[MOST];
    struct clock clocks[MOST];
    memcpy(sorted, events, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_time);
    int n_clocks = walk(duty, sorted, n, clocks);
    assert_int_equal(standing(f, duty), n_clocks);
    for (int i = 0; i < n_clocks; i++) {
        const struct clock *c = &clocks[i];
        const struct case_duty *d = since(f, duty, c->start);
        assert_non_null(d);
        assert_int_equal(d->instance, i + 1);
        assert_true(uuid_equal(
            d->duty_id, identity_duty(d->start_us, f->state.case_id, span_of(duty))));
        bool is_late = c->end - c->start > DAY && called_for[c->rule].has_breach;
        assert_int_equal(d->state, c->end < 0 ? DUTY_OPEN
                                   : is_late  ? DUTY_BREACHED
                                              : DUTY_MET);
        assert_true(d->closed_us ==
                    (c->end < 0 ? EVENT_ABSENT : FIRST_US + c->end * US_PER_HOUR));
    }
}

static void shuffle(uint64_t *random, int *order, int n) {
    for (int i = n - 1; i > 0; i--) {
        int k = (int)(random_next(random) % (uint64_t)(i + 1)), kept = order[i];
        order[i] = order[k];
        order[k] = kept;
    }
}

/* No two calls at one instant: which of two rules counts would be anybody's guess. */
static int happen(uint64_t *random, struct happened *events) {
    bool is_called[120] = {false};
    int n = 1 + (int)(random_next(random) % 12);
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
        struct happened events[12];
        int order[12], n = happen(&random, events);
        for (int i = 0; i < n; i++)
            order[i] = i;
        shuffle(&random, order, n);
        struct folded *f = empty();
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
