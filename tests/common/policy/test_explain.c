/* test_explain.c: the words of a decision say what was decided, by whom, and why not
 * otherwise. */
#include "common/policy/explain.h"
#include "tests/common/policy/packs.h"

static struct pack_fixture x;

static int setup(void **state) {
    (void)state;
    x = (struct pack_fixture){.dir = "deploy/policy"};
    pack_load(&x);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    policy_free(x.p);
    return 0;
}

static const char *explain(const char *given) {
    static char text[64 << 10];
    char path[] = "/tmp/henpin-given-XXXXXX";
    struct policy_facts f;
    struct error err = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, given, strlen(given)), strlen(given));
    close(fd);
    if (policy_read_given(x.p, path, NULL, &f, &err) != ST_OK) {
        fail_msg("%s", err.text);
    }
    unlink(path);
    struct builder b = builder_over(text, sizeof text - 1);
    policy_explain(x.p, &f, &b);
    assert_false(b.is_cut);
    text[b.len] = '\0';
    return text;
}

static void test_explain__a_due_instant_is_told_day_by_day(void **state) {
    (void)state;
    const char *text = explain(
        "given: {event: return_requested, time: 2026-11-20T12:00+09:00, marketplace: "
        "rakuten.co.jp,\n"
        "  fulfilment: seller, cross_border: yes, lang: ja, has: [policy.disclosed]}\n");
    assert_contains(text, "Outcome: decided");
    assert_contains(text, "2026-11-20 start, not counted");
    assert_contains(text, "2026-11-21 skipped: weekly closing day");
    assert_contains(text, "2026-11-23 skipped: Labor Thanksgiving Day");
    assert_contains(text, "2026-11-24 counted");
    assert_contains(text,
                    "due       Thu 2026-11-26 12:00 Asia/Tokyo (2026-11-26T03:00:00Z)");
    assert_contains(text, "inhouse-tokyo must act by");
    assert_contains(text, "branch.jp (high, rule rak-branch)");
    assert_contains(text, "rakuten.yaml line ");
}

static void test_explain__says_why_a_desk_is_passed_over(void **state) {
    (void)state;
    const char *text = explain("given: {event: return_requested, time: "
                               "2026-11-20T12:00+09:00, marketplace: amazon.co.jp,\n"
                               "  fulfilment: seller, cross_border: yes, lang: zh, has: "
                               "[policy.disclosed, return_address.jp]}\n");
    assert_contains(text, "inhouse-tokyo is passed over: it does not speak the language");
    assert_contains(text, "triage must act by");
    assert_contains(text, "because no other desk can");
}

static void test_explain__near_misses_name_the_one_condition(void **state) {
    (void)state;
    const char *text =
        explain("given: {event: return_requested, time: 2026-11-20T12:00+01:00, "
                "marketplace: amazon.de,\n"
                "  fulfilment: seller, cross_border: yes, lang: de, has: none}\n");
    assert_contains(
        text, "amz-de-answer-before-2025-08-11: event.time lies outside its validity");
    assert_contains(
        text, "amz-uk-answer: marketplace is amazon.de, which the rule does not take");
}

static void test_explain__what_is_not_evaluated_says_its_cause(void **state) {
    (void)state;
    const char *text = explain("{event: return_requested, time: 2026-11-20T12:00+01:00, "
                               "marketplace: amazon.xx, fulfilment: seller}\n");
    assert_contains(text,
                    "Outcome: not evaluated, because marketplace is outside the domain");
    assert_contains(text, "it goes to triage");
}

static void test_explain__steps_are_told_in_order(void **state) {
    (void)state;
    const char *text = explain("{event: return_received, time: 2026-11-20T12:00+09:00, "
                               "marketplace: amazon.co.jp, fulfilment: seller,\n"
                               " cross_border: yes, has: none, category: power_bank, "
                               "condition: damaged, hazards: [lithium_ion]}\n");
    assert_contains(text, "The goods: hazmat (rule jp-lithium-damaged)");
    assert_contains(text, " 1 isolate, evidence: photo, by 2026-11-20T07:00:00Z");
    assert_contains(text, " 5 hand_over to licensed_carrier, licence IW_TRANSPORT");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain__a_due_instant_is_told_day_by_day),
        cmocka_unit_test(test_explain__says_why_a_desk_is_passed_over),
        cmocka_unit_test(test_explain__near_misses_name_the_one_condition),
        cmocka_unit_test(test_explain__what_is_not_evaluated_says_its_cause),
        cmocka_unit_test(test_explain__steps_are_told_in_order),
    };
    return cmocka_run_group_tests_name("explain", tests, setup, teardown);
}
