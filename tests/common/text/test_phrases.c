/* test_phrases.c: what is found, and what is not, beside a search that tries everything. */
#include "common/text/phrases.h"

#include "common/base/backoff.h"
#include "common/text/fold.h"
#include "tests/common/base/harness.h"

enum { EN, JA, KO };

static struct arena *a;

static int begin(void **state) {
    (void)state;
    a = arena_new(256 << 20);
    return 0;
}

static int end(void **state) {
    (void)state;
    arena_free(a);
    return 0;
}

static const struct negation *negations(void) {
    static const struct span en[] = {{"not", 3}, {"no", 2}, {"nobody", 6}, {"don t", 5}};
    static const struct span but[] = {{"but", 3}, {"and", 3}};
    static const struct span ja[] = {{"ません", 9}, {"ない", 6}};
    static const struct span ko[] = {{"지않", 6}};
    static const struct negation all[] = {
        [EN] = {.before = en, .n_before = 4, .ends = but, .n_ends = 2, .within = 2},
        [JA] = {.after = ja, .n_after = 2, .within = 8},
        [KO] = {.after = ko, .n_after = 1, .within = 2},
    };
    return all;
}

static struct phrases *compiled(const struct phrase *all, size_t n) {
    return phrases_compile(a, all, n, negations());
}

/* Whether `text` holds the phrase. */
static bool finds(int language, const char *written, const char *text) {
    struct phrase *p = arena_zalloc(a, sizeof *p);
    *p = (struct phrase){.language = language};
    assert_null(phrase_read(a, span_of(written), p));
    struct phrases_found found;
    phrases_find(compiled(p, 1), text_fold(a, span_of(text)), &found);
    return found.meanings != 0;
}

static void test_phrases__words_are_whole_words(void **state) {
    (void)state;
    assert_true(finds(EN, "fire", "Fire!"));
    assert_true(finds(EN, "fire", "a fire."));
    assert_false(finds(EN, "fire", "the fireplace"));
    assert_false(finds(EN, "fire", "a campfire"));
    assert_true(finds(EN, "caught fire", "It   caught\tFIRE"));
    assert_false(finds(EN, "caught fire", "caught. Fire"));
    assert_true(finds(EN, "verklag*", "Ich werde Sie verklagen"));
    assert_false(finds(EN, "verklag*", "eingeverklagt"));
    assert_true(finds(EN, "fire", "昨日fireが"));
}

static void test_phrases__scripts_without_spaces_have_no_whole_words(void **state) {
    (void)state;
    assert_true(finds(JA, "火が出", "充電器から火が出ました"));
    assert_true(finds(JA, "バッテリー", "ﾓﾊﾞｲﾙﾊﾞｯﾃﾘｰです"));
    assert_true(finds(KO, "불이 나", "충전기에불이나요"));
    assert_true(finds(JA, "着火", "充电器着 火了"));
}

static void test_phrases__all_parts_stand_in_one_clause(void **state) {
    (void)state;
    assert_true(finds(EN, "batter* & swollen", "My batteries look swollen"));
    assert_true(finds(EN, "batter* & swollen", "swollen old battery"));
    assert_false(finds(EN, "batter* & swollen", "The battery. My hand is swollen"));
    assert_false(finds(EN, "batter* & swollen", "battery battery"));
    assert_true(finds(EN, "aa & bb & cc & dd", "dd bb aa cc"));
    assert_false(finds(EN, "aa & bb & cc & dd", "dd bb. aa cc"));
}

static void test_phrases__what_is_denied_does_not_count(void **state) {
    (void)state;
    assert_false(finds(EN, "swollen", "it is not swollen"));
    assert_false(finds(EN, "sue", "I don't want to sue"));
    assert_false(finds(EN, "hurt", "Nobody was hurt"));
    assert_true(finds(EN, "swollen", "not charging but swollen"));
    assert_true(finds(EN, "swollen", "No. Swollen"));
    assert_true(finds(EN, "lawyer", "if I do not get it back by Friday my lawyer"));
    assert_true(finds(EN, "fire", "no smoke, fire"));
    assert_false(finds(EN, "batter* & swollen", "the battery is not swollen"));
    assert_true(finds(EN, "nobody answers", "nobody answers"));
    assert_true(finds(EN, "fire", "piano fire"));
}

static void test_phrases__in_japanese_and_korean_the_negator_comes_after(void **state) {
    (void)state;
    assert_false(finds(JA, "膨らん", "膨らんでいません"));
    assert_false(finds(JA, "発火", "発火しない"));
    assert_true(finds(JA, "膨らん", "膨らんで充電できません"));
    assert_true(finds(JA, "膨らん", "膨らんでいます。ありません"));
    assert_false(finds(KO, "부풀", "부풀지 않았고"));
    assert_true(finds(KO, "부풀", "부풀어서 쓸 수 없어요"));
    assert_true(finds(JA, "納得できません", "納得できません"));
}

static void test_phrases__one_that_is_found_once_counts(void **state) {
    (void)state;
    assert_true(finds(EN, "smoke", "no smoke at first. Then smoke"));
}

static void test_phrases__a_phrase_inside_another_is_found_too(void **state) {
    (void)state;
    struct phrase all[] = {
        {.meaning = 0}, {.meaning = 1}, {.meaning = 2}, {.meaning = 63}};
    const char *const written[] = {"he", "she", "his", "hers"};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        assert_null(phrase_read(a, span_of(written[i]), &all[i]));
    struct phrases_found found;
    for (size_t i = 0; i < COUNT_OF(all); i++)
        all[i].parts[0].is_stem = true;
    phrases_find(compiled(all, COUNT_OF(all)), SPAN(".hers.she."), &found);
    assert_true(found.meanings == (1u | 2u | UINT64_C(1) << 63));
    assert_int_equal(found.by[1], 1);
}

static void test_phrases__what_says_nothing_is_refused(void **state) {
    (void)state;
    const char *const bad[] = {
        "",  " ", "&", "a & ", "!!", "x", "two. clauses", "sw*llen", "a & b & c & d & e",
        "👍", "*"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct phrase p = {0};
        if (!phrase_read(a, span_of(bad[i]), &p))
            fail_msg("\"%s\" was taken", bad[i]);
    }
    char long_one[PHRASE_MAX_BYTES + 2];
    memset(long_one, 'a', sizeof long_one);
    struct phrase p = {0};
    assert_non_null(phrase_read(a, (struct span){long_one, sizeof long_one}, &p));
}

static void test_phrases__without_any_nothing_is_found(void **state) {
    (void)state;
    struct phrases_found found;
    phrases_find(NULL, SPAN(".fire."), &found);
    assert_true(found.meanings == 0);
    phrases_find(compiled(NULL, 0), SPAN(".fire."), &found);
    assert_true(found.meanings == 0);
}

/* A search that tries every place: no automaton, no links. Whole words only. */
static bool stands_in(struct span text, struct span words) {
    for (size_t i = 1; i + words.len < text.len; i++) {
        char before = text.ptr[i - 1], after = text.ptr[i + words.len];
        if (memcmp(text.ptr + i, words.ptr, words.len) == 0 &&
            (before == ' ' || before == '.') && (after == ' ' || after == '.'))
            return true;
    }
    return false;
}

static struct span random_words(uint64_t *random, int n, const char *alphabet) {
    struct builder b = builder_in(a, (size_t)n * 5 + 2);
    for (int i = 0; i < n; i++) {
        build_text(&b, i ? " " : "");
        for (uint64_t k = 0; k <= random_next(random) % 3; k++)
            build_char(&b, alphabet[random_next(random) % 2]);
    }
    return builder_span(&b);
}

static void test_phrases__agree_with_a_search_that_tries_every_place(void **state) {
    (void)state;
    uint64_t random = 20261122;
    enum { N = 40 };
    for (int round = 0; round < 3000; round++) {
        struct phrase all[N];
        size_t n = 1 + random_next(&random) % N;
        for (size_t i = 0; i < n; i++) {
            int words = 1 + (int)(random_next(&random) % 3);
            all[i] = (struct phrase){.meaning = (int)i, .language = JA, .n_parts = 1};
            all[i].parts[0].text = random_words(&random, words, "xy");
        }
        struct builder b = builder_in(a, 400);
        build_char(&b, '.');
        build_span(&b, random_words(&random, 12, "xy"));
        build_char(&b, '.');
        struct phrases_found found;
        phrases_find(compiled(all, n), builder_span(&b), &found);
        for (size_t i = 0; i < n; i++)
            if ((found.meanings >> i & 1) !=
                stands_in(builder_span(&b), all[i].parts[0].text))
                fail_msg("\"%.*s\" in \"%.*s\"", SPAN_ARGS(all[i].parts[0].text),
                         SPAN_ARGS(builder_span(&b)));
    }
}

static void test_phrases__a_text_made_to_be_slow_is_not(void **state) {
    (void)state;
    struct phrase *all = arena_zalloc(a, 3 * sizeof *all);
    const char *const written[] = {"aaaaaaaaaaaaaaaaaaaaaaaaaaab", "aaaaaaaaa & zz",
                                   "aa & zz"};
    for (int i = 0; i < 3; i++)
        assert_null(phrase_read(a, span_of(written[i]), &all[i]));
    char *big = arena_alloc(a, FOLD_MAX_BYTES);
    memset(big, 'a', FOLD_MAX_BYTES);
    struct phrases_found found;
    const struct phrases *p = compiled(all, 3);
    alarm(20);
    for (int i = 0; i < 20; i++)
        phrases_find(p, text_fold(a, (struct span){big, FOLD_MAX_BYTES}), &found);
    for (size_t i = 2; i < FOLD_MAX_BYTES; i += 3)
        big[i] = ' ';
    for (int i = 0; i < 20; i++)
        phrases_find(p, text_fold(a, (struct span){big, FOLD_MAX_BYTES}), &found);
    alarm(0);
    assert_true(found.meanings == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phrases__words_are_whole_words),
        cmocka_unit_test(test_phrases__scripts_without_spaces_have_no_whole_words),
        cmocka_unit_test(test_phrases__all_parts_stand_in_one_clause),
        cmocka_unit_test(test_phrases__what_is_denied_does_not_count),
        cmocka_unit_test(test_phrases__in_japanese_and_korean_the_negator_comes_after),
        cmocka_unit_test(test_phrases__one_that_is_found_once_counts),
        cmocka_unit_test(test_phrases__a_phrase_inside_another_is_found_too),
        cmocka_unit_test(test_phrases__what_says_nothing_is_refused),
        cmocka_unit_test(test_phrases__without_any_nothing_is_found),
        cmocka_unit_test(test_phrases__agree_with_a_search_that_tries_every_place),
        cmocka_unit_test(test_phrases__a_text_made_to_be_slow_is_not),
    };
    return cmocka_run_group_tests_name("phrases", tests, begin, end);
}
