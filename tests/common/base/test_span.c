/* test_span.c: text, UTF-8 and the bounded builder. */
#include "common/base/span.h"

#include "common/base/arena.h"
#include "tests/common/base/harness.h"

#define NONE ((struct span){NULL, 0})

static void test_span__compares_bytes_and_then_lengths(void **state) {
    (void)state;
    assert_true(span_compare(SPAN("a"), SPAN("b")) < 0);
    assert_true(span_compare(SPAN("ab"), SPAN("a")) > 0);
    assert_true(span_compare(NONE, SPAN("a")) < 0);
    assert_int_equal(span_compare(NONE, SPAN("")), 0);
    assert_true(span_compare(SPAN("\xff"), SPAN("a")) > 0);
}

static void test_span__ignores_case_of_ascii_only(void **state) {
    (void)state;
    assert_true(span_equal_nocase(SPAN("Amazon.CO.jp"), SPAN("amazon.co.JP")));
    assert_false(span_equal_nocase(SPAN("@"), SPAN("`")));
    assert_false(span_equal_nocase(SPAN("\xC3\x84"), SPAN("\xC3\xA4")));
}

static void test_span__starts_with_itself_and_with_nothing(void **state) {
    (void)state;
    assert_true(span_starts_with(SPAN("abc"), SPAN("abc")));
    assert_true(span_starts_with(NONE, NONE));
    assert_false(span_starts_with(SPAN("ab"), SPAN("abc")));
}

static void test_span__trims_blanks_at_both_ends(void **state) {
    (void)state;
    assert_span_is(span_trim(SPAN(" \t a b\r\n")), "a b");
    assert_span_is(span_trim(SPAN(" \n ")), "");
}

static void test_span__cut_gives_each_piece_and_then_ends(void **state) {
    (void)state;
    struct span rest = SPAN("a,,b,"), out;
    const char *const expected[] = {"a", "", "b", ""};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_true(span_cut(&rest, ',', &out));
        assert_span_is(out, expected[i]);
    }
    assert_null(rest.ptr);
    assert_false(span_cut(&rest, ',', &out));
}

static void test_span__text_is_utf8_without_nul(void **state) {
    (void)state;
    const struct {
        struct span s;
        bool is_text;
    } cases[] = {
        {NONE, true},
        {SPAN("plain"), true},
        {SPAN("eight by eight by eight"), true},
        {SPAN("a\0b"), false},
        {SPAN("0123456\0"), false},
        {SPAN("\xE8\xBF\x94\xE5\x93\x81"), true}, /* the product's name */
        {SPAN("12345678\xE8\xBF\x94 12345678"), true},
        {SPAN("\xF0\x9F\x93\xA6"), true},  /* U+1F4E6 */
        {SPAN("\xF4\x8F\xBF\xBF"), true},  /* U+10FFFF */
        {SPAN("\xF4\x90\x80\x80"), false}, /* beyond */
        {SPAN("\xC0\xAF"), false},         /* overlong */
        {SPAN("\xE0\x9F\xBF"), false},     /* overlong */
        {SPAN("\xF0\x8F\xBF\xBF"), false}, /* overlong */
        {SPAN("\xED\xA0\x80"), false},     /* surrogate */
        {SPAN("\xED\x9F\xBF"), true},      /* just below the surrogates */
        {SPAN("12345678\xE8\xBF"), false}, /* cut */
        {SPAN("\x80"), false},
        {SPAN("\xFF"), false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (span_is_text(cases[i].s) != cases[i].is_text)
            fail_msg("case %zu", i);
}

/* The eight-byte way must see a bad byte wherever it stands. */
static void test_span__text_check_sees_each_position(void **state) {
    (void)state;
    char bytes[40];
    const char bad[] = {'\0', '\x80', '\xFF', '\xC3'};
    for (size_t at = 0; at < sizeof bytes; at++) {
        for (size_t k = 0; k < sizeof bad; k++) {
            memset(bytes, 'x', sizeof bytes);
            bytes[at] = bad[k];
            assert_false(span_is_text((struct span){bytes, sizeof bytes}));
        }
        memset(bytes, '\x01', sizeof bytes);
        bytes[at] = '\x7F';
        assert_true(span_is_text((struct span){bytes, sizeof bytes}));
    }
}

static void test_span__reads_all_of_int64_and_nothing_more(void **state) {
    (void)state;
    int64_t n = 7;
    assert_true(span_to_i64(SPAN("9223372036854775807"), &n) && n == INT64_MAX);
    assert_true(span_to_i64(SPAN("-9223372036854775808"), &n) && n == INT64_MIN);
    assert_true(span_to_i64(SPAN("+12"), &n) && n == 12);
    assert_true(span_to_i64(SPAN("-0"), &n) && n == 0);
    n = 7;
    const struct span wrong[] = {SPAN("9223372036854775808"),
                                 SPAN("-9223372036854775809"),
                                 SPAN(""),
                                 SPAN("-"),
                                 SPAN("1 "),
                                 SPAN(" 1"),
                                 SPAN("0x1"),
                                 SPAN("1.0"),
                                 SPAN("99999999999999999999"),
                                 NONE};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(span_to_i64(wrong[i], &n));
    assert_int_equal(n, 7);
}

static void test_span__copies_into_the_arena(void **state) {
    (void)state;
    struct arena *a = arena_new(1024);
    assert_span_is(span_dup(a, SPAN("abc")), "abc");
    assert_non_null(span_dup(a, NONE).ptr);
    assert_string_equal(span_cstr(a, (struct span){"abcdef", 3}), "abc");
    arena_free(a);
}

static void test_span__what_is_left_empty_was_not_given(void **state) {
    (void)state;
    assert_null(span_given("").ptr);
    assert_int_equal(span_given("").len, 0);
    assert_span_is(span_given("amazon-jp"), "amazon-jp");
}

static void test_builder__cuts_and_then_adds_nothing(void **state) {
    (void)state;
    char buffer[5];
    struct builder b = builder_over(buffer, sizeof buffer);
    build_text(&b, "abc");
    assert_false(b.is_cut);
    build_text(&b, "defg");
    assert_true(b.is_cut);
    build_char(&b, 'x');
    assert_span_is(builder_span(&b), "abcde");
}

/* Postgres refuses half a character, and with it the whole batch. */
static void test_builder__never_cuts_inside_a_character(void **state) {
    (void)state;
    static const char text[] = "a\xE8\xBF\x94\xC3\xA9\xF0\x9F\x93\xA6z"; /* 1 3 2 4 1 */
    static const size_t kept[] = {0, 1, 1, 1, 4, 4, 6, 6, 6, 6, 10};
    for (size_t cap = 0; cap < COUNT_OF(kept); cap++) {
        char buffer[16];
        struct builder whole = builder_over(buffer, cap);
        build_text(&whole, text);
        assert_true(whole.is_cut);
        assert_int_equal(whole.len, kept[cap]);
        assert_true(span_is_text(builder_span(&whole)));
        struct builder bytewise = builder_over(buffer, cap);
        for (const char *p = text; *p; p++)
            build_char(&bytewise, *p);
        assert_true(bytewise.is_cut);
        assert_int_equal(bytewise.len, kept[cap]);
    }
}

static void test_builder__fills_to_the_last_byte(void **state) {
    (void)state;
    char buffer[5];
    struct builder b = builder_over(buffer, sizeof buffer);
    build_format(&b, "%d", 12345);
    assert_false(b.is_cut);
    assert_span_is(builder_span(&b), "12345");
}

static void test_builder__formats_beyond_its_own_buffer(void **state) {
    (void)state;
    char buffer[2000];
    struct builder b = builder_over(buffer, sizeof buffer);
    build_format(&b, "%01500d", 7);
    assert_int_equal(b.len, 1500);
    assert_int_equal(buffer[1499], '7');
}

static void test_builder__writes_the_ends_of_int64(void **state) {
    (void)state;
    char buffer[64];
    struct builder b = builder_over(buffer, sizeof buffer);
    build_i64(&b, INT64_MIN);
    build_char(&b, ' ');
    build_i64(&b, INT64_MAX);
    build_char(&b, ' ');
    build_i64(&b, 0);
    assert_span_is(builder_span(&b), "-9223372036854775808 9223372036854775807 0");
}

static void assert_json(struct span in, const char *expected) {
    char buffer[128];
    struct builder b = builder_over(buffer, sizeof buffer);
    build_json(&b, in);
    assert_span_is(builder_span(&b), expected);
}

static void test_builder__json_is_always_valid_text(void **state) {
    (void)state;
    assert_json(NONE, "\"\"");
    assert_json(SPAN("say \"hi\" \\ bye"), "\"say \\\"hi\\\" \\\\ bye\"");
    assert_json(SPAN("\n\r\t\x1b[31m\x7f"), "\"\\n\\r\\t\\u001b[31m\\u007f\"");
    assert_json(SPAN("a\0b"), "\"a\\u0000b\"");
    assert_json(SPAN("\xE8\xBF\x94"), "\"\xE8\xBF\x94\"");
    assert_json(SPAN("a\xE8\xBFz\xFF"), "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\"");
    assert_json(SPAN("\xC2\x9B"
                     "31m"),
                "\"\\u009b31m\"");
}

static void test_builder__hex_is_two_digits_a_byte(void **state) {
    (void)state;
    char buffer[8];
    struct builder b = builder_over(buffer, sizeof buffer);
    build_hex(&b, "\x00\xc3\x01", 3);
    assert_span_is(builder_span(&b), "00c301");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_span__compares_bytes_and_then_lengths),
        cmocka_unit_test(test_span__ignores_case_of_ascii_only),
        cmocka_unit_test(test_span__starts_with_itself_and_with_nothing),
        cmocka_unit_test(test_span__trims_blanks_at_both_ends),
        cmocka_unit_test(test_span__cut_gives_each_piece_and_then_ends),
        cmocka_unit_test(test_span__text_is_utf8_without_nul),
        cmocka_unit_test(test_span__text_check_sees_each_position),
        cmocka_unit_test(test_span__reads_all_of_int64_and_nothing_more),
        cmocka_unit_test(test_span__copies_into_the_arena),
        cmocka_unit_test(test_span__what_is_left_empty_was_not_given),
        cmocka_unit_test(test_builder__cuts_and_then_adds_nothing),
        cmocka_unit_test(test_builder__never_cuts_inside_a_character),
        cmocka_unit_test(test_builder__fills_to_the_last_byte),
        cmocka_unit_test(test_builder__formats_beyond_its_own_buffer),
        cmocka_unit_test(test_builder__writes_the_ends_of_int64),
        cmocka_unit_test(test_builder__json_is_always_valid_text),
        cmocka_unit_test(test_builder__hex_is_two_digits_a_byte),
    };
    return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
