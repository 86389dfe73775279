/* test_markup.c: text from outside stays text. */
#include "services/henpin/markup.h"
#include "tests/common/base/harness.h"

#include <stdlib.h>
#include <string.h>

static void assert_written(const char *text, size_t len, const char *expected) {
    char *out = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&out, &size);
    markup_text(f, (struct span){text, len});
    fclose(f);
    assert_string_equal(out, expected);
    free(out);
}

static void
test_markup__what_could_be_a_tag_or_end_an_attribute_is_escaped(void **state) {
    (void)state;
    static const char text[] = "<script>alert(\"x\" & 'y')</script>";
    assert_written(text, sizeof text - 1,
                   "&lt;script&gt;alert(&quot;x&quot; &amp; &#39;y&#39;)&lt;/script&gt;");
}

static void test_markup__japanese_stays_as_it_is(void **state) {
    (void)state;
    static const char text[] = "返品 5日";
    assert_written(text, sizeof text - 1, text);
}

static void test_markup__what_is_no_text_is_replaced(void **state) {
    (void)state;
    assert_written("a\xff\x01z\0", 5, "a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd");
    assert_written("\xe8\xbf", 2, "\xef\xbf\xbd\xef\xbf\xbd"); /* cut in the middle */
    assert_written("", 0, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markup__what_could_be_a_tag_or_end_an_attribute_is_escaped),
        cmocka_unit_test(test_markup__japanese_stays_as_it_is),
        cmocka_unit_test(test_markup__what_is_no_text_is_replaced),
    };
    return cmocka_run_group_tests_name("markup", tests, NULL, NULL);
}
