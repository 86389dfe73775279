/* test_names.c: each enum value has its word, and the words of one enum differ. */
#include "common/event/event.h"

#include "tests/common/base/harness.h"

static void check(const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++) {
        assert_non_null(names[i]);
        assert_int_equal(strspn(names[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"),
                         strlen(names[i]));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(names[i], names[k]);
    }
    /* What a newer writer invented reads as the last one. */
    assert_string_equal(names[n - 1], "UNKNOWN");
}

static void test_names__are_complete_distinct_and_end_with_unknown(void **state) {
    (void)state;
    check(order_kind_names, ORDER_KIND_COUNT);
    check(fulfilment_names, FULFILMENT_COUNT);
    check(return_kind_names, RETURN_KIND_COUNT);
    check(wanted_names, WANTED_COUNT);
    check(condition_names, CONDITION_COUNT);
    check(inquiry_kind_names, INQUIRY_KIND_COUNT);
    check(inquiry_topic_names, INQUIRY_TOPIC_COUNT);
    check(language_source_names, LANGUAGE_SOURCE_COUNT);
    check(reply_author_names, REPLY_AUTHOR_COUNT);
}

static void test_names__stand_at_their_value(void **state) {
    (void)state;
    assert_string_equal(order_kind_names[ORDER_DELIVERED], "DELIVERED");
    assert_string_equal(return_kind_names[RETURN_LABEL_ISSUED], "LABEL_ISSUED");
    assert_string_equal(inquiry_kind_names[INQUIRY_CLAIM_INFO_REQUESTED],
                        "CLAIM_INFO_REQUESTED");
    assert_string_equal(reply_author_names[REPLY_MACHINE_TRANSLATION],
                        "MACHINE_TRANSLATION");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names__are_complete_distinct_and_end_with_unknown),
        cmocka_unit_test(test_names__stand_at_their_value),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
