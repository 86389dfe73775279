/* test_compiler.c: allocation that never fails, and the end of a process that cannot go
 * on. */
#include "common/base/compiler.h"

#include "tests/common/base/harness.h"

struct outer {
    int first;
    long member;
};

static void test_compiler__counts_elements_and_finds_the_container(void **state) {
    (void)state;
    struct outer o = {1, 2};
    int array[7];
    assert_int_equal(COUNT_OF(array), 7);
    assert_ptr_equal(CONTAINER_OF(&o.member, struct outer, member), &o);
}

static void test_compiler__zero_bytes_are_a_pointer_too(void **state) {
    (void)state;
    char *p = xmalloc(0);
    char *q = xcalloc(0, 8);
    assert_non_null(p);
    assert_non_null(q);
    p = xrealloc(p, 4);
    strcpy(p, "abc");
    char *copy = xstrdup(p);
    assert_string_equal(copy, "abc");
    free(p);
    free(q);
    free(copy);
}

static void find_a_bug(void) {
    BUG("%d is not %s", 7, "eight");
}

static void say_much(void) {
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    BUG("%s", text);
}

static void test_compiler__bug_says_where_and_what(void **state) {
    (void)state;
    assert_is_bug(find_a_bug, "test_compiler.c:");
    assert_is_bug(find_a_bug, "7 is not eight\n");
    assert_is_bug(say_much, "xxxx\n");
}

#ifndef __SANITIZE_ADDRESS__ /* which ends the process itself, in its own words */
static void ask_for_too_much(void) {
    volatile size_t huge = SIZE_MAX / 2;
    free(xmalloc(huge));
}

static void test_compiler__out_of_memory_ends_with_1(void **state) {
    (void)state;
    char said[512];
    int status = run_in_child(ask_for_too_much, said, sizeof said);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_contains(said,
                    "out of memory: could not allocate 9223372036854775807 bytes\n");
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compiler__counts_elements_and_finds_the_container),
        cmocka_unit_test(test_compiler__zero_bytes_are_a_pointer_too),
        cmocka_unit_test(test_compiler__bug_says_where_and_what),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(test_compiler__out_of_memory_ends_with_1),
#endif
    };
    return cmocka_run_group_tests_name("compiler", tests, NULL, NULL);
}
