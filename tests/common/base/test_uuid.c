/* A uuid as text. */
#include "common/base/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_uuid__text_is_lower_case_with_dashes(void **state) {
    (void)state;
    struct uuid id = {"\xab\xcd\xef\x00\x12\x34\x8a\xbc\x9d\xef\x01\x23\x45\x67\x89\xab"};
    char text[UUID_TEXT_SIZE];
    uuid_text(id, text);
    assert_string_equal(text, "abcdef00-1234-8abc-9def-0123456789ab");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uuid__text_is_lower_case_with_dashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
