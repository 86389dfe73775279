/* test_error.c: the table of codes, and texts that fit everywhere. */
#include "common/base/error.h"

#include "tests/common/base/harness.h"

static void test_error__set_fills_and_returns_the_status_of_the_code(void **state) {
    (void)state;
    struct error err = {.hint = "old"};
    assert_int_equal(error_set(&err, E_PG_DOWN, "could not connect to \"%s\"", "db"),
                     ST_RETRY);
    assert_int_equal(err.code, E_PG_DOWN);
    assert_string_equal(err.text, "could not connect to \"db\"");
    assert_string_equal(err.hint, "");
    assert_int_equal(error_set(&err, E_AVRO_SHORT, "x"), ST_REJECT);
    assert_int_equal(error_set(&err, E_CONFIG, "x"), ST_FATAL);
}

static void test_error__prefixes_stand_outermost_first(void **state) {
    (void)state;
    struct error err;
    (void)error_set(&err, E_AVRO_SHORT, "2 bytes missing");
    error_prefix(&err, "field \"%s\"", "kind");
    error_prefix(&err, "reading a return");
    assert_string_equal(err.text, "reading a return: field \"kind\": 2 bytes missing");
}

static void test_error__hint_is_a_second_text(void **state) {
    (void)state;
    struct error err;
    (void)error_set(&err, E_FILE, "could not open \"%s\"", "a");
    error_hint(&err, "run %s", "henpin migrate");
    assert_string_equal(err.hint, "run henpin migrate");
    assert_string_equal(err.text, "could not open \"a\"");
}

static void test_error__long_texts_are_cut_between_characters(void **state) {
    (void)state;
    /* Cuts of all four lengths at the end of the buffer. */
    for (int shift = 0; shift < 4; shift++) {
        char value[400] = "";
        memset(value, 'x', (size_t)shift);
        while (strlen(value) < 300)
            strcat(value, "\xF0\x9F\x93\xA6");
        struct error err;
        (void)error_set(&err, E_INPUT, "%s", value);
        assert_true(span_is_text(span_of(err.text)));
        assert_true(strlen(err.text) >= sizeof err.text - 5);
        assert_null(strchr(err.text, '?'));
        error_prefix(&err, "with a prefix of some length");
        assert_true(span_is_text(span_of(err.text)));
        assert_null(strchr(err.text, '?'));
    }
}

static void test_error__bytes_that_nobody_could_store_are_replaced(void **state) {
    (void)state;
    struct error err;
    (void)error_set(&err, E_INPUT, "got \"%s\"", "a\n\x1b[2J\xff\xfe");
    assert_string_equal(err.text, "got \"a??[2J??\"");
    (void)error_set(&err, E_INPUT, "got \"%s\"", "\xE8\xBF\x94");
    assert_string_equal(err.text, "got \"\xE8\xBF\x94\"");
}

static void test_error__may_be_built_from_its_own_text(void **state) {
    (void)state;
    struct error err;
    (void)error_set(&err, E_PG_DATA, "the database refused it");
    (void)error_set(&err, E_EVENT_CONSTRAINT, "line 3: %s", err.text);
    assert_string_equal(err.text, "line 3: the database refused it");
    error_prefix(&err, "%.6s", err.text);
    assert_string_equal(err.text, "line 3: line 3: the database refused it");
}

static void test_error__tokens_are_unique_and_well_formed(void **state) {
    (void)state;
    for (unsigned i = 0; i < ERROR_CODE_COUNT; i++) {
        const char *token = error_token((enum error_code)i);
        assert_true(strlen(token) > 0);
        assert_int_equal(strspn(token, "abcdefghijklmnopqrstuvwxyz.-"), strlen(token));
        assert_int_not_equal(error_status((enum error_code)i), ST_OK);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(token, error_token((enum error_code)j));
    }
}

static void ask_for_no_code(void) {
    (void)error_token(ERROR_CODE_COUNT);
}

static void test_error__a_code_outside_the_table_is_a_bug(void **state) {
    (void)state;
    assert_is_bug(ask_for_no_code, "no error code");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error__set_fills_and_returns_the_status_of_the_code),
        cmocka_unit_test(test_error__prefixes_stand_outermost_first),
        cmocka_unit_test(test_error__hint_is_a_second_text),
        cmocka_unit_test(test_error__long_texts_are_cut_between_characters),
        cmocka_unit_test(test_error__bytes_that_nobody_could_store_are_replaced),
        cmocka_unit_test(test_error__may_be_built_from_its_own_text),
        cmocka_unit_test(test_error__tokens_are_unique_and_well_formed),
        cmocka_unit_test(test_error__a_code_outside_the_table_is_a_bug),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
