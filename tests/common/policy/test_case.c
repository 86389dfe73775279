/* test_case.c: one event after the other folded into one case, by rules of the test's
 * own: a request must be answered within five days. */
#include "tests/common/policy/folding.h"

/* ---- the rules ---- */

static struct rules {
    bool is_shadow;
    bool has_no_breach;
    const char *not_evaluated;
    bool is_not_ours;
} rules;

void policy_decide(const struct policy *p, const struct policy_facts *f,
                   struct policy_decision *out) {
    (void)p;
    *out = (struct policy_decision){.route = {.desk = "tokyo"}};
    if (rules.not_evaluated || rules.is_not_ours) {
        out->outcome = rules.is_not_ours ? POLICY_NOT_OURS : POLICY_NOT_EVALUATED;
        out->cause = rules.not_evaluated;
        return;
    }
    if (!span_is(folding_word, "return_requested") &&
        !span_is(folding_word, "return_reopened"))
        return;
    int64_t start = f->time_us[TIME_EVENT];
    out->duties[out->n_duties++] = (struct policy_duty){
        .name = "answer_return",
        .rule_id = "five-days",
        .start_us = start,
        .due_us = start + 5 * US_PER_DAY,
        .stop = {"return_authorized", "return_refunded"},
        .n_stops = 2,
        .breach = rules.has_no_breach ? NULL : "account_risk",
        .is_shadow = rules.is_shadow,
    };
}

static int setup(void **state) {
    rules = (struct rules){0};
    *state = folding_begin();
    return 0;
}

static const struct case_decision *fold(struct folded *f, const char *word, int day,
                                        const char *event_id) {
    const struct case_event e = {
        .word = word, .event_id = span_of(event_id), .occurred_us = folding_us(24 * day)};
    struct policy_facts facts;
    memset(&facts, 0, sizeof facts);
    case_decide(&f->state, &e, NULL, &facts, NULL, &f->last);
    if (!f->last.is_duplicate)
        folding_keep(f, &e);
    return &f->last;
}

static enum duty_state duty(const struct folded *f, int i) {
    assert_true(i < f->state.n_duties);
    return f->state.duties[i].state;
}

/* ---- the claims ---- */

static void test_case__a_second_copy_changes_nothing(void **state) {
    struct folded *f = *state;
    assert_int_equal(fold(f, "return_requested", 0, "e1")->n_starts, 1);
    const struct case_decision *d = fold(f, "return_requested", 0, "e1");
    assert_true(d->is_duplicate);
    assert_int_equal(d->n_starts + d->n_changes + d->n_triages, 0);
}

static void test_case__a_copy_after_the_end_changes_nothing(void **state) {
    struct folded *f = *state;
    fold(f, "return_requested", 0, "e1");
    fold(f, "return_refunded", 1, "e2");
    fold(f, "return_closed", 2, "e3");
    assert_true(fold(f, "return_requested", 0, "e1")->is_duplicate);
    assert_int_equal(duty(f, 0), DUTY_MET);
    assert_int_equal(f->state.n_duties, 1);
}

static void test_case__an_answer_in_time_meets_the_duty(void **state) {
    struct folded *f = *state;
    fold(f, "return_requested", 0, "e1");
    assert_int_equal(duty(f, 0), DUTY_OPEN);
    fold(f, "return_in_transit", 1, "e2");
    assert_int_equal(duty(f, 0), DUTY_OPEN);
    fold(f, "return_authorized", 5, "e3"); /* exactly at the due instant */
    assert_int_equal(duty(f, 0), DUTY_MET);
}

static void test_case__a_late_answer_is_a_breach(void **state) {
    struct folded *f = *state;
    fold(f, "return_requested", 0, "e1");
    fold(f, "return_authorized", 6, "e2");
    assert_int_equal(duty(f, 0), DUTY_BREACHED);
    assert_int_equal(fold(f, "return_refunded", 7, "e3")->n_changes, 0);
}

static void test_case__late_without_a_consequence_just_ends(void **state) {
    struct folded *f = *state;
    rules.has_no_breach = true;
    fold(f, "return_requested", 0, "e1");
    fold(f, "return_authorized", 6, "e2");
    assert_int_equal(duty(f, 0), DUTY_MET);
}

static void test_case__an_answer_read_before_the_request_counts_once(void **state) {
    struct folded *f = *state;
    fold(f, "return_authorized", 2, "e2");
    assert_int_equal(f->state.n_duties, 0);
    const struct case_decision *d = fold(f, "return_requested", 0, "e1");
    assert_int_equal(d->n_starts, 1);
    assert_int_equal(d->starts[0].now.state, DUTY_MET);
    assert_int_equal(d->starts[0].now.closed_us, f->at[0]);
    assert_int_equal(fold(f, "return_refunded", 3, "e3")->n_changes, 0);
}

static void test_case__an_answer_read_first_but_given_late_is_a_breach(void **state) {
    struct folded *f = *state;
    fold(f, "return_authorized", 6, "e2");
    assert_int_equal(fold(f, "return_requested", 0, "e1")->starts[0].now.state,
                     DUTY_BREACHED);
}

static void test_case__an_answer_from_before_the_request_answers_nothing(void **state) {
    struct folded *f = *state;
    fold(f, "return_authorized", 0, "e1");
    assert_int_equal(fold(f, "return_requested", 1, "e2")->starts[0].now.state,
                     DUTY_OPEN);
}

static void test_case__reopening_starts_a_second_clock(void **state) {
    struct folded *f = *state;
    fold(f, "return_requested", 0, "e1");
    fold(f, "return_authorized", 1, "e2");
    fold(f, "return_reopened", 9, "e3");
    assert_int_equal(f->state.n_duties, 2);
    assert_int_equal(f->state.duties[1].instance, 2);
    assert_int_equal(duty(f, 0), DUTY_MET);
    assert_int_equal(duty(f, 1), DUTY_OPEN);
    assert_memory_not_equal(&f->state.duties[0].duty_id, &f->state.duties[1].duty_id, 16);
    fold(f, "return_refunded", 10, "e4");
    assert_int_equal(duty(f, 1), DUTY_MET);
}

static void test_case__a_shadow_rule_starts_nothing(void **state) {
    struct folded *f = *state;
    rules.is_shadow = true;
    const struct case_decision *d = fold(f, "return_requested", 0, "e1");
    assert_int_equal(d->n_starts, 0);
    assert_int_equal(d->policy.n_duties, 1); /* evaluated all the same */
}

static void test_case__a_person_is_told_of_one_cause_once(void **state) {
    struct folded *f = *state;
    rules.not_evaluated = "fulfilment is missing";
    assert_string_equal(fold(f, "return_requested", 0, "e1")->triages[0],
                        "fulfilment is missing");
    assert_int_equal(fold(f, "return_received", 1, "e2")->n_triages, 0);
    rules.not_evaluated = "marketplace is outside the domain";
    assert_int_equal(fold(f, "return_inspected", 2, "e3")->n_triages, 1);
}

static void test_case__an_unknown_kind_is_for_a_person(void **state) {
    struct folded *f = *state;
    fold(f, "return_requested", 0, "e1");
    const struct case_decision *d = fold(f, NULL, 1, "e2");
    assert_int_equal(d->n_triages, 1);
    assert_int_equal(d->n_starts + d->n_changes, 0);
}

static void test_case__what_is_not_ours_starts_nothing(void **state) {
    struct folded *f = *state;
    rules.is_not_ours = true;
    const struct case_decision *d = fold(f, "return_requested", 0, "e1");
    assert_int_equal(d->n_starts + d->n_triages, 0);
}

static void test_case__each_cause_of_an_event_is_told(void **state) {
    struct folded *f = *state;
    struct case_decision *d = &f->last;
    d->n_triages = 0;
    case_tell(&f->state, "one cause", d);
    case_tell(&f->state, "another", d);
    case_tell(&f->state, "one cause", d);
    assert_int_equal(d->n_triages, 2);
    for (int i = 0; i < 2; i++)
        f->triaged[f->state.n_triaged++] = span_of(d->triages[i]);
    d->n_triages = 0;
    case_tell(&f->state, "another", d);
    assert_int_equal(d->n_triages, 0);
}

static void test_case__happened_is_the_earliest_by_its_own_time(void **state) {
    struct folded *f = *state;
    assert_int_equal(case_happened(&f->state, "return_received"), EVENT_ABSENT);
    fold(f, "return_received", 3, "e1");
    fold(f, "return_received", 2, "e2");
    assert_int_equal(case_happened(&f->state, "return_received"), f->at[1]);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        TEST(test_case__a_second_copy_changes_nothing),
        TEST(test_case__a_copy_after_the_end_changes_nothing),
        TEST(test_case__an_answer_in_time_meets_the_duty),
        TEST(test_case__a_late_answer_is_a_breach),
        TEST(test_case__late_without_a_consequence_just_ends),
        TEST(test_case__an_answer_read_before_the_request_counts_once),
        TEST(test_case__an_answer_read_first_but_given_late_is_a_breach),
        TEST(test_case__an_answer_from_before_the_request_answers_nothing),
        TEST(test_case__reopening_starts_a_second_clock),
        TEST(test_case__a_shadow_rule_starts_nothing),
        TEST(test_case__a_person_is_told_of_one_cause_once),
        TEST(test_case__an_unknown_kind_is_for_a_person),
        TEST(test_case__what_is_not_ours_starts_nothing),
        TEST(test_case__each_cause_of_an_event_is_told),
        TEST(test_case__happened_is_the_earliest_by_its_own_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
