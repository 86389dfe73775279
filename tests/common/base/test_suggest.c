/* test_suggest.c: the word that was meant, and no wild guess. */
#include "common/base/suggest.h"

#include "tests/common/base/harness.h"

static const char *suggested(const char *word) {
    static struct suggestion s;
    static const char *const known[] = {"return_requested", "return_received",
                                        "order_placed",     "east",
                                        "amazon.sg",        "amazon.co.jp"};
    s = suggest_for(span_of(word));
    for (size_t i = 0; i < COUNT_OF(known); i++)
        suggest_consider(&s, known[i]);
    return suggest_text(&s);
}

static void test_suggest__finds_the_word_that_was_meant(void **state) {
    (void)state;
    assert_string_equal(suggested("return_requestd"),
                        ": did you mean \"return_requested\"?");
    assert_string_equal(suggested("retrun_received"),
                        ": did you mean \"return_received\"?");
    assert_string_equal(suggested("oder_placed"), ": did you mean \"order_placed\"?");
    assert_string_equal(suggested("est"), ": did you mean \"east\"?");
}

static void test_suggest__takes_letters_left_out_for_the_likelier_slip(void **state) {
    (void)state;
    assert_string_equal(suggested("amazon.jp"), ": did you mean \"amazon.co.jp\"?");
    assert_string_equal(suggested("amazon.sj"), ": did you mean \"amazon.sg\"?");
}

static void test_suggest__does_not_guess_wildly(void **state) {
    (void)state;
    assert_string_equal(suggested("zebra"), "");
    assert_string_equal(suggested("x"), "");
    char word[200];
    memset(word, 'r', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_string_equal(suggested(word), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suggest__finds_the_word_that_was_meant),
        cmocka_unit_test(test_suggest__takes_letters_left_out_for_the_likelier_slip),
        cmocka_unit_test(test_suggest__does_not_guess_wildly),
    };
    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
