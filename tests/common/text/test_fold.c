/* test_fold.c: many ways of writing become one. */
#include "common/text/fold.h"

#include "common/base/backoff.h"
#include "tests/common/base/harness.h"

static void expect(const char *text, const char *folded) {
    struct arena *a = arena_new(1 << 20);
    struct span out = text_fold(a, span_of(text));
    if (!span_is(out, folded))
        fail_msg("\"%s\" reads \"%.*s\", expected \"%s\"", text, SPAN_ARGS(out), folded);
    arena_free(a);
}

static void test_fold__case_width_accents_and_kana_are_one(void **state) {
    (void)state;
    expect("SWOLLEN", ".swollen.");
    expect("ＳＷＯＬＬＥＮ", ".swollen.");
    expect("Réclamation", ".reclamation.");
    expect("Re\xcc\x81"
           "clamation",
           ".reclamation."); /* a combining accent */
    expect("große GRÖẞE", ".grosse grosse.");
    expect("バッテリー", ".ばってりー.");
    expect("ﾊﾞｯﾃﾘｰ", ".ばってりー.");
    expect("ﾊﾟﾝﾊﾟﾝ ｶﾞｽ ﾂﾞ", ".ぱんぱんがすづ.");
    expect("㈱", ".株.");
    expect("ｹｰﾌﾞﾙ", ".けーぶる.");
    expect("배터리", ".배터리.");
}

static void test_fold__blanks_stand_between_words_only(void **state) {
    (void)state;
    expect("  it's   SWOLLEN ", ".it s swollen.");
    expect("電 池 が", ".電池が.");
    expect("불이 났어요", ".불이났어요.");
    expect("Fire TV Stickで使える", ".fire tv stickで使える.");
    expect("iPhone 用 case", ".iphone用case.");
    expect("a-b/c_d", ".a b c d.");
    expect("hot🔥battery", ".hot battery.");
}

static void test_fold__clauses_end_once(void **state) {
    (void)state;
    expect("No smoke, no fire!!!", ".no smoke.no fire.");
    expect("煙なし。火なし、", ".煙なし.火なし.");
    expect("¿Qué? (sí)…", ".que.si.");
    expect("two\nlines", ".two.lines.");
    expect("「け」", ".け.");
}

static void test_fold__nothing_is_a_clause_end(void **state) {
    (void)state;
    expect("", ".");
    expect(" \n ,.", ".");
    expect("👍", ".");
    struct arena *a = arena_new(1 << 20);
    assert_span_is(text_fold(a, (struct span){NULL, 0}), ".");
    assert_span_is(text_fold(a, (struct span){"a\0b", 3}), ".a b.");
    assert_span_is(text_fold(a, SPAN("a\xff\xe3\x81z")), ".a z.");
    arena_free(a);
}

static void test_fold__what_lies_beyond_the_cap_is_not_read(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    char *big = xmalloc(SIZE);
    memset(big, 'x', SIZE);
    struct arena *a = arena_new(1 << 20);
    assert_int_equal(text_fold(a, (struct span){big, SIZE}).len, FOLD_MAX_BYTES + 2);
    /* Each of these three bytes unfolds to thirty-three. */
    for (size_t i = 0; i + 3 <= SIZE; i += 3)
        memcpy(big + i, "\xef\xb7\xba", 3);
    assert_true(text_fold(a, (struct span){big, SIZE}).len <= 2 * FOLD_MAX_BYTES + 18);
    arena_free(a);
    free(big);
}

static void test_fold__any_bytes_end_as_text(void **state) {
    (void)state;
    uint64_t random = 11;
    char bytes[200];
    struct arena *a = arena_new(1 << 20);
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)(random_next(&random) >> (round % 2 ? 13 : 8));
        size_t len = random_next(&random) % sizeof bytes;
        struct span out = text_fold(a, (struct span){bytes, len});
        assert_true(span_is_text(out));
        assert_true(out.ptr[0] == '.' && out.ptr[out.len - 1] == '.');
        arena_reset(a);
    }
    arena_free(a);
}

static void test_fold__folding_again_changes_nothing(void **state) {
    (void)state;
    const char *const texts[] = {"It's ＳＷＯＬＬＥＮ, ﾊﾞｯﾃﾘｰ が…", "Große Réclamation!",
                                 "불이 났어요 Fire 12,5"};
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct span once = text_fold(a, span_of(texts[i]));
        assert_true(span_equal(text_fold(a, once), once));
    }
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold__case_width_accents_and_kana_are_one),
        cmocka_unit_test(test_fold__blanks_stand_between_words_only),
        cmocka_unit_test(test_fold__clauses_end_once),
        cmocka_unit_test(test_fold__nothing_is_a_clause_end),
        cmocka_unit_test(test_fold__what_lies_beyond_the_cap_is_not_read),
        cmocka_unit_test(test_fold__any_bytes_end_as_text),
        cmocka_unit_test(test_fold__folding_again_changes_nothing),
    };
    return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
