/* test_reason.c: raw return codes find their family, whatever prefix a report adds. */
#include "common/event/reason.h"

#include "tests/common/base/harness.h"

static void test_reason__codes_find_their_family_with_and_without_prefix(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"CR-DEFECTIVE", "defective"},
        {"DEFECTIVE", "defective"},
        {"RO_CR-DEFECTIVE", "defective"},
        {"AMZ-PG-BAD-ITEM", "defective"},
        {"CR-QUALITY_UNACCEPTABLE", "defective"},
        {"CR-MISSING_PARTS", "missing_parts"},
        {"CR-DAMAGED_BY_CARRIER", "damaged_in_transit"},
        {"CR-DAMAGED_BY_FC", "damaged_in_transit"},
        {"AMZ-PG-DAMAGED", "damaged_in_transit"},
        {"CR-MISSED_ESTIMATED_DELIVERY", "late"},
        {"AMZ-PG-APP-TOO-LATE", "late"},
        {"NEVER_ARRIVED", "late"},
        {"UND-UNKNOWN", "late"},
        {"AMZ-PG-BAD-DESC", "not_as_described"},
        {"NOT_AS_DESCRIBED", "not_as_described"},
        {"PRODUCT_NOT_SPANISH", "not_as_described"},
        {"CR-SWITCHEROO", "wrong_item"},
        {"DIFFERENT_PRODUCT", "wrong_item"},
        {"AMZ-PG-APP-TOO-SMALL", "size_or_style"},
        {"apparel_too_large", "size_or_style"},
        {"DID_NOT_LIKE_COLOR", "size_or_style"},
        {"CR-UNWANTED_ITEM", "buyer_choice"},
        {"AMZ-PG-MISORDERED", "buyer_choice"},
        {"CR-NO_REASON_GIVEN", "buyer_choice"},
        {"CR-UNAUTHORIZED_PURCHASE", "fraud"},
        {" CR-DEFECTIVE ", "defective"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_string_equal(reason_family(span_of(rows[i][0])), rows[i][1]);
}

static void test_reason__an_unknown_code_is_other_and_no_code_is_none(void **state) {
    (void)state;
    assert_string_equal(reason_family(SPAN("CR-MOON_PHASE")), "other");
    assert_string_equal(reason_family(SPAN("CR-")), "other");
    assert_null(reason_family(SPAN("")));
    assert_null(reason_family((struct span){NULL, 0}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reason__codes_find_their_family_with_and_without_prefix),
        cmocka_unit_test(test_reason__an_unknown_code_is_other_and_no_code_is_none),
    };
    return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
