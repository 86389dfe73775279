/* test_thread.c: conversations folded event by event, by rules of the test's own: a
 * message is answered within a day by a person's reply or the mark that none is needed,
 * and completed within two. */
#include "common/policy/thread.h"
#include "tests/common/policy/folding.h"

#include <stdlib.h>

/* ---- the rules ---- */

static int n_decided;        /* how often the rules were asked */
static bool has_no_messages; /* no rule is for messages */

void policy_decide(const struct policy *p, const struct policy_facts *f,
                   struct policy_decision *out) {
    (void)p;
    n_decided++;
    *out = (struct policy_decision){.route = {.desk = "tokyo"}};
    int64_t since = f->time_us[TIME_OLDEST_UNANSWERED];
    if (span_is(folding_word, "claim_opened"))
        out->duties[out->n_duties++] = (struct policy_duty){
            .name = "answer_claim",
            .start_us = f->time_us[TIME_EVENT],
            .due_us = f->time_us[TIME_EVENT] + 3 * US_PER_DAY,
            .stop = {"claim_answered"},
            .n_stops = 1,
            .breach = "money",
        };
    if (has_no_messages || !span_is(folding_word, "message_received"))
        return;
    out->duties[out->n_duties++] = (struct policy_duty){
        .name = "answer_message",
        .start_us = since,
        .due_us = since + US_PER_DAY,
        .stop = {"replied_by_human", "marked_no_reply_needed"},
        .n_stops = 2,
        .breach = "account_risk",
        .follows_messages = true,
    };
    out->duties[out->n_duties++] = (struct policy_duty){
        .name = "complete_inquiry",
        .start_us = since,
        .due_us = since + 2 * US_PER_DAY,
        .stop = {"inquiry_closed"},
        .n_stops = 1,
        .follows_messages = true,
    };
}

static bool is_reread; /* by the event that is folded */

static void fold(struct folded *f, const char *word, int hour, int number) {
    char id[32];
    snprintf(id, sizeof id, "e%d", number);
    const struct case_event e = {.word = word,
                                 .event_id = span_of(id),
                                 .occurred_us = folding_us(hour),
                                 .is_reread = is_reread};
    struct policy_facts facts;
    memset(&facts, 0, sizeof facts);
    thread_decide(&f->state, &e, NULL, &facts, &f->last);
    if (!f->last.is_duplicate)
        folding_keep(f, &e);
}

/* ---- the claims ---- */

static void test_thread__the_clock_runs_from_the_oldest_unanswered_message(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "message_received", 0, 1);
    fold(f, "message_received", 5, 2);
    assert_int_equal(folding_standing(f, "answer_message"), 1);
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_OPEN);
    assert_int_equal(folding_since(f, "answer_message", 0)->due_us, folding_us(24));
}

static void test_thread__an_automatic_reply_stops_nothing(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "message_received", 0, 1);
    fold(f, "replied_automatically", 1, 2);
    fold(f, "replied_by_translation", 2, 3);
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_OPEN);
    fold(f, "replied_by_human", 3, 4);
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_MET);
}

static void test_thread__the_next_message_starts_a_clock_of_its_own(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "message_received", 0, 1);
    fold(f, "replied_by_human", 30, 2);
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_BREACHED);
    fold(f, "message_received", 31, 3);
    assert_int_equal(folding_since(f, "answer_message", 31)->state, DUTY_OPEN);
    assert_int_equal(folding_standing(f, "answer_message"), 2);
}

static void test_thread__an_answer_read_late_counts_from_when_it_was_given(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "message_received", 0, 1);
    fold(f, "message_received", 10, 2);
    fold(f, "replied_by_human", 40, 3); /* both answered by this one: too late */
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_BREACHED);
    fold(f, "replied_by_human", 4, 4); /* read last, given first */
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_MET);
    assert_int_equal(folding_since(f, "answer_message", 0)->closed_us, folding_us(4));
    assert_int_equal(folding_since(f, "answer_message", 10)->state, DUTY_BREACHED);
}

static void test_thread__an_older_message_read_late_moves_the_clock_back(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "message_received", 5, 1);
    fold(f, "message_received", 0, 2);
    assert_int_equal(folding_standing(f, "answer_message"), 1);
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_OPEN);
}

static void test_thread__each_duty_has_its_own_answer(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "message_received", 0, 1);
    fold(f, "replied_by_human", 1, 2);
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_MET);
    assert_int_equal(folding_since(f, "complete_inquiry", 0)->state, DUTY_OPEN);
    fold(f, "message_received", 2, 3);
    assert_int_equal(folding_since(f, "answer_message", 2)->state, DUTY_OPEN);
    assert_null(folding_since(f, "complete_inquiry", 2));
}

static void test_thread__what_is_no_message_is_an_ordinary_case(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "message_received", 0, 1);
    fold(f, "claim_opened", 1, 2);
    assert_int_equal(folding_since(f, "answer_claim", 1)->state, DUTY_OPEN);
    fold(f, "claim_answered", 2, 3);
    assert_int_equal(folding_since(f, "answer_claim", 1)->state, DUTY_MET);
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_OPEN);
}

/* The next message tells the language, and an earlier reply turns out to be no answer, or
 * to be one after all: whoever keeps the history says it in other words then. */
static void test_thread__a_duty_hears_that_the_history_reads_otherwise(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "claim_opened", 1, 1);
    fold(f, "claim_answered", 2, 2);
    assert_int_equal(folding_since(f, "answer_claim", 1)->state, DUTY_MET);
    f->events[1] = SPAN("claim_answered_in_other_language");
    fold(f, "message_received", 0, 3);
    assert_int_equal(folding_since(f, "answer_claim", 1)->state, DUTY_OPEN);
    assert_true(folding_since(f, "answer_claim", 1)->closed_us == EVENT_ABSENT);
    f->events[1] = SPAN("claim_answered");
    fold(f, "message_received", 3, 4);
    assert_int_equal(folding_since(f, "answer_claim", 1)->state, DUTY_MET);
}

static void test_thread__a_second_copy_changes_nothing(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "message_received", 0, 1);
    fold(f, "replied_by_human", 1, 2);
    fold(f, "message_received", 0, 1);
    assert_true(f->last.is_duplicate);
    assert_int_equal(f->state.n_duties, 2);
}

/* A breach that was told, a cancelled duty that comes back: what changes has its instant,
 * so that nobody is told twice. */
static void test_thread__a_cancelled_duty_remembers_that_it_was_breached(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    fold(f, "message_received", 5, 1);
    fold(f, "replied_by_human", 50, 2);
    int64_t closed_us = folding_since(f, "answer_message", 5)->closed_us;
    fold(f, "message_received", 0, 3);
    assert_null(folding_since(f, "answer_message", 5));
    for (int i = 0; i < f->state.n_duties; i++)
        if (f->duties[i].state == DUTY_CANCELLED &&
            span_is(f->duties[i].name, "answer_message"))
            assert_int_equal(f->duties[i].closed_us, closed_us);
    fold(f, "replied_by_human", 2, 4);
    assert_int_equal(folding_since(f, "answer_message", 5)->state, DUTY_BREACHED);
}

/* Twenty messages before there was a rule; all but the last were answered. */
static struct folded *before_the_rule(void) {
    struct folded *f = folding_begin();
    has_no_messages = true;
    for (int i = 0; i < 20; i++) {
        fold(f, "message_received", 100 * i, 2 * i);
        fold(f, i < 19 ? "replied_by_human" : "replied_automatically", 100 * i + 50,
             2 * i + 1);
        fold(f, i < 19 ? "inquiry_closed" : "noted", 100 * i + 51, 100 + i);
    }
    has_no_messages = false;
    assert_int_equal(f->state.n_duties, 0);
    return f;
}

static void test_thread__a_new_rule_is_not_for_what_was_answered_before_it(void **state) {
    (void)state;
    struct folded *f = before_the_rule();
    fold(f, "message_received", 1999, 200);
    assert_int_equal(f->state.n_duties, 2); /* of the one that waits, 1900 */
    assert_int_equal(folding_since(f, "answer_message", 1900)->state, DUTY_OPEN);
    assert_int_equal(folding_since(f, "complete_inquiry", 1900)->state, DUTY_OPEN);
    fold(f, "replied_by_human", 1920, 201); /* parts 1999 from it */
    assert_int_equal(folding_since(f, "answer_message", 1900)->state, DUTY_MET);
    assert_int_equal(folding_since(f, "answer_message", 1999)->state, DUTY_OPEN);
    assert_int_equal(f->state.n_triaged, 0);
}

static void test_thread__what_is_read_anew_begins_answered_clocks_too(void **state) {
    (void)state;
    struct folded *f = before_the_rule();
    is_reread = true;
    fold(f, "message_received", 1999, 200);
    is_reread = false;
    assert_int_equal(f->state.n_duties, POLICY_MAX_DUTIES);
    assert_int_equal(folding_since(f, "answer_message", 0)->state, DUTY_BREACHED);
    assert_true(
        span_is(f->triaged[0], "the event begins more duties than one event can"));
}

/* A thousand events, an answer for each message: more waits than a case can hold. */
static void test_thread__a_long_conversation_asks_the_rules_no_more(void **state) {
    (void)state;
    struct folded *f = folding_begin();
    int most = 0;
    for (int i = 0; i < CASE_MAX_HISTORY; i++) {
        n_decided = 0;
        fold(f, i % 2 ? "replied_by_human" : "message_received", 3 * i, i);
        most = n_decided > most ? n_decided : most;
    }
    assert_true(f->state.n_duties == CASE_MAX_DUTIES);
    assert_true(most <= 4); /* this event, the latest message, a new wait of each duty */
}

/* ---- any order ---- */

struct happened {
    const char *word;
    int hour;
};

static const char *const words[] = {"message_received", "message_received",
                                    "replied_by_human", "marked_no_reply_needed",
                                    "inquiry_closed",   "replied_automatically",
                                    "message_received"};

static bool stops(const char *duty, const char *word) {
    if (strcmp(duty, "answer_message") == 0)
        return strcmp(word, "replied_by_human") == 0 ||
               strcmp(word, "marked_no_reply_needed") == 0;
    return strcmp(word, "inquiry_closed") == 0;
}

static int by_time(const void *a, const void *b) {
    const struct happened *x = a, *y = b;
    bool x_asks = strcmp(x->word, "message_received") == 0;
    bool y_asks = strcmp(y->word, "message_received") == 0;
    if (x->hour != y->hour)
        return x->hour < y->hour ? -1 : 1;
    return y_asks - x_asks; /* an answer of the same instant answers */
}

/* The truth, by walking once through time. */
static void assert_walk(const struct folded *f, const struct happened *events, int n,
                        const char *duty, int hours) {
    struct happened sorted[CASE_MAX_HISTORY];
    int open = -1, expected = 0, answered = -1;
    memcpy(sorted, events, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_time);
    for (int i = 0; i < n; i++) {
        bool asks = strcmp(sorted[i].word, "message_received") == 0;
        if (asks && open < 0 && sorted[i].hour > answered) {
            open = sorted[i].hour;
            expected++;
            assert_non_null(folding_since(f, duty, open));
        } else if (open >= 0 && stops(duty, sorted[i].word)) {
            const struct case_duty *d = folding_since(f, duty, open);
            bool is_late = sorted[i].hour - open > hours && d->has_breach;
            assert_int_equal(d->closed_us, folding_us(sorted[i].hour));
            assert_int_equal(d->state, is_late ? DUTY_BREACHED : DUTY_MET);
            answered = sorted[i].hour;
            open = -1;
        }
    }
    if (open >= 0)
        assert_int_equal(folding_since(f, duty, open)->state, DUTY_OPEN);
    assert_int_equal(folding_standing(f, duty), expected);
}

static void test_thread__any_order_of_reading_ends_alike(void **state) {
    (void)state;
    uint64_t random = 20261122;
    for (int round = 0; round < 20000; round++) {
        struct happened events[12];
        int order[24], n = 1 + (int)(random_next(&random) % 12), n_read = n;
        for (int i = 0; i < n; i++)
            events[i] = (struct happened){words[random_next(&random) % COUNT_OF(words)],
                                          (int)(random_next(&random) % 80)};
        for (int i = 0; i < n; i++)
            order[i] = i;
        for (int i = 0; i < n; i += 3) /* some are sent twice */
            order[n_read++] = i;
        folding_shuffle(&random, order, n_read);
        struct folded *f = folding_begin();
        for (int i = 0; i < n_read; i++)
            fold(f, events[order[i]].word, events[order[i]].hour, order[i]);
        assert_walk(f, events, n, "answer_message", 24);
        assert_walk(f, events, n, "complete_inquiry", 48);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thread__the_clock_runs_from_the_oldest_unanswered_message),
        cmocka_unit_test(test_thread__an_automatic_reply_stops_nothing),
        cmocka_unit_test(test_thread__the_next_message_starts_a_clock_of_its_own),
        cmocka_unit_test(test_thread__an_answer_read_late_counts_from_when_it_was_given),
        cmocka_unit_test(test_thread__an_older_message_read_late_moves_the_clock_back),
        cmocka_unit_test(test_thread__each_duty_has_its_own_answer),
        cmocka_unit_test(test_thread__what_is_no_message_is_an_ordinary_case),
        cmocka_unit_test(test_thread__a_duty_hears_that_the_history_reads_otherwise),
        cmocka_unit_test(test_thread__a_second_copy_changes_nothing),
        cmocka_unit_test(test_thread__a_cancelled_duty_remembers_that_it_was_breached),
        cmocka_unit_test(test_thread__a_new_rule_is_not_for_what_was_answered_before_it),
        cmocka_unit_test(test_thread__what_is_read_anew_begins_answered_clocks_too),
        cmocka_unit_test(test_thread__a_long_conversation_asks_the_rules_no_more),
        cmocka_unit_test(test_thread__any_order_of_reading_ends_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
