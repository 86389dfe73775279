#include "common/event/breach.h"
#include "tests/common/base/harness.h"

static void says(struct span breach, struct span cost, const char *wanted) {
    char text[200];
    struct builder b = builder_over(text, sizeof text);
    build_breach(&b, SPAN("answer_return"), 0, breach, cost);
    assert_int_equal(b.len, strlen(wanted));
    assert_memory_equal(b.ptr, wanted, b.len);
}

static void test_breach__says_what_is_at_stake_as_far_as_the_rule_does(void **state) {
    (void)state;
#define LATE "answer_return was due 1970-01-01T00:00:00Z and was not done in time"
    const struct span none = {NULL, 0};
    says(none, none, LATE);
    says(SPAN("account_risk"), none, LATE "; at stake: account_risk");
    says(none, SPAN("the refund"), LATE "; at stake: the refund");
    says(SPAN("account_risk"), SPAN("the refund"),
         LATE "; at stake: the refund (account_risk)");
    says(SPAN(""), SPAN(""), LATE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breach__says_what_is_at_stake_as_far_as_the_rule_does),
    };
    return cmocka_run_group_tests_name("breach", tests, NULL, NULL);
}
