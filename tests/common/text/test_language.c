/* test_language.c: the confusions on the labelled set, and what is no language at all. */
#include "common/text/language.h"

#include "common/base/backoff.h"
#include "tests/common/base/harness.h"
#include "tests/common/text/messages.h"

#define README "common/text/README.md"

static const char *const tags[] = {
#define X(tag) tag,
    LANGUAGE_TAGS(X)
#undef X
};
enum { N_TAGS = COUNT_OF(tags), UNKNOWN = N_TAGS };

struct confusions {
    int n[N_TAGS][N_TAGS + 1]; /* [is][was told], the last column: unknown */
};

static int number_of(struct span tag) {
    for (int i = 0; i < N_TAGS; i++)
        if (span_is(tag, tags[i]))
            return i;
    return UNKNOWN;
}

static struct confusions measure(bool only_held_out) {
    struct confusions c = {0};
    struct messages *m = messages_read();
    for (size_t i = 0; i < m->n; i++) {
        const struct labelled *one = &m->items[i];
        int is = number_of(one->language);
        assert_int_not_equal(is, UNKNOWN);
        if (one->is_held_out || !only_held_out)
            c.n[is][number_of(span_of(language_detect(one->text).tag))]++;
    }
    messages_free(m);
    return c;
}

static void sums(const struct confusions *c, int *right, int *wrong, int *all) {
    *right = *wrong = *all = 0;
    for (int i = 0; i < N_TAGS; i++)
        for (int k = 0; k <= N_TAGS; k++) {
            *right += i == k ? c->n[i][k] : 0;
            *wrong += i != k && k != UNKNOWN ? c->n[i][k] : 0;
            *all += c->n[i][k];
        }
}

static struct span table_of(const struct confusions *c, char *buffer, size_t size) {
    struct builder b = builder_over(buffer, size);
    build_text(&b, "| is / told |");
    for (int k = 0; k < N_TAGS; k++)
        build_format(&b, " %s |", tags[k]);
    build_text(&b, " unknown |\n|---|");
    for (int k = 0; k <= N_TAGS; k++)
        build_text(&b, "---|");
    build_char(&b, '\n');
    for (int i = 0; i < N_TAGS; i++) {
        build_format(&b, "| %s |", tags[i]);
        for (int k = 0; k <= N_TAGS; k++)
            if (c->n[i][k])
                build_format(&b, " %d |", c->n[i][k]);
            else
                build_text(&b, " |");
        build_char(&b, '\n');
    }
    return builder_span(&b);
}

static void test_language__on_messages_not_tuned_on_few_are_wrong(void **state) {
    (void)state;
    const struct confusions c = measure(true);
    int right, wrong, all;
    sums(&c, &right, &wrong, &all);
    print_message("held out: %d right, %d wrong, %d unknown of %d\n", right, wrong,
                  all - right - wrong, all);
    assert_in_range(all, 300, 1000);
    assert_in_range(100 * right, 85 * all, 100 * all);
    assert_in_range(100 * wrong, 0, 1 * all);
}

static void test_language__japanese_and_korean_are_always_told(void **state) {
    (void)state;
    const struct confusions c = measure(false);
    int ja = number_of(SPAN("ja")), ko = number_of(SPAN("ko"));
    assert_int_equal(c.n[ja][UNKNOWN] + c.n[ko][UNKNOWN], 0);
}

/* Whoever changes the detector or the set pastes what this prints. */
static void test_language__the_table_of_the_readme_is_what_is_measured(void **state) {
    (void)state;
    static char document[1 << 16];
    char buffer[4096];
    FILE *f = fopen(README, "rb");
    assert_non_null(f);
    document[fread(document, 1, sizeof document - 1, f)] = '\0';
    fclose(f);
    const struct confusions c = measure(false);
    const struct span table = table_of(&c, buffer, sizeof buffer);
    if (!memmem(document, strlen(document), table.ptr, table.len)) {
        print_message("%.*s", SPAN_ARGS(table));
        fail_msg("%s holds another table than the one above", README);
    }
}

static void test_language__what_is_no_language_is_unknown(void **state) {
    (void)state;
    const struct span texts[] = {
        {NULL, 0},
        SPAN(""),
        SPAN(" \n\t"),
        SPAN("👍👍👍"),
        SPAN("250-1234567-7654321"),
        SPAN("SKU-4471-B"),
        SPAN("???"),
        SPAN("\xff\xfe\x80"),
        SPAN("ok"),
        SPAN("Xyzzy"),
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_null(language_detect(texts[i]).tag);
}

static void test_language__product_names_do_not_make_it_english(void **state) {
    (void)state;
    const char *const texts[][2] = {
        {"Fire TV Stickで使えますか？", "ja"},
        {"ｱｯﾌﾟﾙのiPhone 15 Pro Maxケースですか", "ja"},
        {"Galaxy S24 Ultra 케이스 있나요?", "ko"},
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_string_equal(language_detect(span_of(texts[i][0])).tag, texts[i][1]);
}

static void test_language__a_language_outside_the_set_is_none_of_it(void **state) {
    (void)state;
    const char *const texts[] = {
        "Gdzie jest moja paczka? Czekam już dwa tygodnie.",
        "Var är mitt paket? Jag har väntat i två veckor.",
        "Siparişim nerede? İki haftadır bekliyorum.",
        "Где мой заказ? Я жду уже две недели.",
        "أين طلبي؟ أنا أنتظر منذ أسبوعين.",
        "मेरा ऑर्डर कहाँ है?",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_null(language_detect(span_of(texts[i])).tag);
}

static void test_language__broken_bytes_and_a_megabyte_are_survived(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    char *big = xmalloc(SIZE);
    static const char words[] = "Wo bleibt mein Paket und wann kommt es an? ";
    for (size_t i = 0; i < SIZE; i++)
        big[i] = words[i % (sizeof words - 1)];
    assert_string_equal(language_detect((struct span){big, SIZE}).tag, "de");
    uint64_t random = 7;
    for (int round = 0; round < 300; round++) {
        for (size_t i = 0; i < 600; i++)
            big[i] = (char)random_next(&random);
        (void)language_detect((struct span){big, 600});
    }
    memset(big, 0, 4096);
    assert_null(language_detect((struct span){big, 4096}).tag);
    free(big);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_language__on_messages_not_tuned_on_few_are_wrong),
        cmocka_unit_test(test_language__japanese_and_korean_are_always_told),
        cmocka_unit_test(test_language__the_table_of_the_readme_is_what_is_measured),
        cmocka_unit_test(test_language__what_is_no_language_is_unknown),
        cmocka_unit_test(test_language__product_names_do_not_make_it_english),
        cmocka_unit_test(test_language__a_language_outside_the_set_is_none_of_it),
        cmocka_unit_test(test_language__broken_bytes_and_a_megabyte_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
