/* A uuid as text, and back. */
#include "common/base/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_uuid__text_goes_both_ways(void **state) {
    (void)state;
    struct uuid id = {"\xab\xcd\xef\x00\x12\x34\x8a\xbc\x9d\xef\x01\x23\x45\x67\x89\xab"},
                back;
    char text[UUID_TEXT_SIZE];
    uuid_text(id, text);
    assert_string_equal(text, "abcdef00-1234-8abc-9def-0123456789ab");
    assert_true(uuid_parse(span_of(text), &back));
    assert_true(uuid_equal(id, back));
    assert_true(uuid_parse(SPAN("ABCDEF00-1234-8abc-9DEF-0123456789ab"), &back));
    assert_true(uuid_equal(id, back));
}

static void test_uuid__refuses_what_is_no_uuid(void **state) {
    (void)state;
    const char *const wrong[] = {"",
                                 "abcdef00-1234-8abc-9def-0123456789a",
                                 "abcdef00-1234-8abc-9def-0123456789abc",
                                 "abcdef0-01234-8abc-9def-0123456789ab",
                                 "abcdefg0-1234-8abc-9def-0123456789ab",
                                 "abcdef00-1234-8abc-9def-0123456789a ",
                                 "{bcdef00-1234-8abc-9def-0123456789a}",
                                 "abcdef00\r1234-8abc-9def-0123456789ab"};
    const struct uuid before = {{1, 2, 3}};
    struct uuid id = before;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(uuid_parse(span_of(wrong[i]), &id));
    assert_true(uuid_equal(id, before));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uuid__text_goes_both_ways),
        cmocka_unit_test(test_uuid__refuses_what_is_no_uuid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
