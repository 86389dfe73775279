#include "common/policy/canonical.h"
#include "tests/common/base/harness.h"

#define REVISION(duty)                                                                   \
    "{\"packs\":[{\"tables\":[{\"rules\":[{\"id\":\"r1\",\"then\":{\"duty\":" duty       \
    "}}]}]}]}"
#define ANSWER(rest) "{\"name\":\"answer\",\"due\":\"24h\"" rest "}"

static enum canonical_terms change(const char *before, const char *after) {
    struct canonical *a = canonical_read(span_of(before));
    struct canonical *b = canonical_read(span_of(after));
    enum canonical_terms t = canonical_compare(a, b, SPAN("r1"), SPAN("answer"));
    canonical_free(a);
    canonical_free(b);
    return t;
}

static void test_canonical__tells_another_due_from_another_reserve(void **state) {
    (void)state;
    const char *plain = REVISION(ANSWER(""));
    static const struct {
        const char *text;
        enum canonical_terms wanted;
    } cases[] = {
        {REVISION(ANSWER("")), TERMS_SAME},
        {REVISION("[{\"name\":\"other\",\"due\":\"1h\"}," ANSWER("") "]"), TERMS_SAME},
        {REVISION(ANSWER(",\"severity\":\"high\"")), TERMS_SAME},
        {REVISION(ANSWER(",\"reserve\":\"4h\"")), TERMS_SAME_DUE},
        {REVISION(ANSWER(",\"aim\":\"4h\"")), TERMS_SAME_DUE},
        {REVISION(ANSWER(",\"warn\":[\"50%\"]")), TERMS_SAME_DUE},
        {REVISION(ANSWER(",\"start\":\"delivered\"")), TERMS_OTHER},
        {REVISION("{\"name\":\"answer\",\"due\":\"25h\"}"), TERMS_OTHER},
        {REVISION("{\"name\":\"other\",\"due\":\"24h\"}"), TERMS_OTHER},
        {"{}", TERMS_OTHER},
        {"no JSON", TERMS_OTHER},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(change(plain, cases[i].text), cases[i].wanted);
        assert_int_equal(change(cases[i].text, plain), cases[i].wanted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical__tells_another_due_from_another_reserve),
    };
    return cmocka_run_group_tests_name("canonical", tests, NULL, NULL);
}
