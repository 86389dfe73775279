/* test_yaml.c: what YAML could do to us is refused in words, at its place, each by name. */
#include "tests/common/policy/packs.h"

struct refused {
    char said[4096]; /* "line:column: kind: text" of the first finding */
    int n;
    bool is_loaded;
};

static void listen(void *context, const struct policy_finding *f) {
    struct refused *x = context;
    if (x->n++ == 0) {
        snprintf(x->said, sizeof x->said, "%d:%d: %s: %s", f->line, f->column, f->kind,
                 f->text);
    }
}

static struct refused load_bytes(const void *bytes, size_t len) {
    static struct refused x;
    struct source source = {"pack.yaml", {bytes, len}};
    struct policy_report report = {listen, &x};
    struct load_options o = {.report = &report, .sources = &source, .n_sources = 1};
    struct policy *p = NULL;
    struct error err = {0};
    x = (struct refused){.n = 0};
    x.is_loaded = policy_load_with("/nowhere", &o, &p, &err) == ST_OK;
    if (x.is_loaded) {
        policy_free(p);
    } else {
        assert_int_equal(err.code, E_POLICY);
        assert_true(err.text[0] && x.n > 0);
    }
    return x;
}

static void assert_refused(const char *text, const char *wanted) {
    struct refused x = load_bytes(text, strlen(text));
    if (x.is_loaded || !strstr(x.said, wanted))
        fail_msg("wanted \"%s\", got \"%s\"", wanted, x.said);
}

/* `piece` n times between two texts. */
static struct refused load_repeated(const char *before, const char *piece, size_t n,
                                    const char *after) {
    size_t size = strlen(before) + n * (strlen(piece) + 12) + strlen(after) + 1;
    char *text = xmalloc(size);
    struct builder b = builder_over(text, size - 1);
    build_text(&b, before);
    for (size_t i = 0; i < n; i++) {
        const char *number = strchr(piece, '#');
        build_bytes(&b, piece, number ? (size_t)(number - piece) : strlen(piece));
        if (number) {
            build_i64(&b, (int64_t)i);
            build_text(&b, number + 1);
        }
    }
    build_text(&b, after);
    assert_false(b.is_cut);
    struct refused x = load_bytes(text, b.len);
    free(text);
    return x;
}

static void test_yaml__a_key_that_stands_twice_is_refused(void **state) {
    (void)state;
    assert_refused("zone: UTC\ntitle: t\nzone: UTC\n",
                   "3:1: duplicate-key: the key \"zone\" stands twice in one mapping, "
                   "first in line 1");
    assert_refused("domain: {event: [a], \"event\": [b]}\n", "duplicate-key");
}

static void test_yaml__anchors_are_refused(void **state) {
    (void)state;
    assert_refused("title: &x b\n", "1:8: syntax: anchors");
    assert_refused("tables: &all [a]\n", "syntax: anchors");
}

static void test_yaml__aliases_are_refused(void **state) {
    (void)state;
    assert_refused("title: *x\n", "1:8: syntax: aliases");
}

static void test_yaml__tags_are_refused(void **state) {
    (void)state;
    assert_refused("title: !!str b\n", "1:8: syntax: tags");
    assert_refused("tables: !mine [a]\n", "syntax: tags");
}

static void test_yaml__merge_keys_are_refused(void **state) {
    (void)state;
    assert_refused("<<: {title: b}\n", "1:1: duplicate-key: merge keys");
}

static void test_yaml__a_document_that_holds_itself_is_refused(void **state) {
    (void)state;
    assert_refused("tables: &a [*a]\n", "syntax: anchors");
    assert_refused("tables: [*a]\n", "syntax: aliases");
}

static void test_yaml__aliases_cannot_blow_a_small_file_up(void **state) {
    (void)state;
    assert_refused("a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n",
                   "syntax: anchors");
}

static void test_yaml__tabs_are_refused_where_they_stand(void **state) {
    (void)state;
    assert_refused("title: b\n\tzone: d\n", "2:1: tab: a tab character");
    assert_refused("title: a\tb\n", "1:9: tab");
}

static void test_yaml__what_is_not_utf8_is_refused(void **state) {
    (void)state;
    assert_refused("title: \xff\xfe\n", "encoding: the file is not valid UTF-8");
    assert_refused("title: \xe8\xbf\n", "not valid UTF-8");     /* cut in a character */
    assert_refused("title: \xc0\xaf\n", "not valid UTF-8");     /* longer than need be */
    assert_refused("title: \xed\xa0\x80\n", "not valid UTF-8"); /* half a surrogate */
    struct refused utf16 = load_bytes("\xff\xfet\0i\0", 6);
    assert_false(utf16.is_loaded);
    assert_contains(utf16.said, "encoding");
}

static void test_yaml__control_characters_are_refused(void **state) {
    (void)state;
    assert_refused("title: \"\x01\"\n", "1:9: encoding: a control character (0x01)");
    struct refused nul = load_bytes("title: a\0b\n", 11);
    assert_false(nul.is_loaded);
    assert_contains(nul.said, "1:9: encoding: a control character (0x00)");
}

static void test_yaml__deep_nesting_is_refused(void **state) {
    (void)state;
    struct refused x = load_repeated("title: ", "[", 30, "]");
    assert_contains(x.said, "nested deeper than 24 levels");
    x = load_repeated("title: ", "[", 1000000, "");
    assert_contains(x.said, "nested deeper than 24 levels");
    x = load_repeated("title: ", "{a: ", 100000, "");
    assert_contains(x.said, "nested deeper than 24 levels");
}

static void test_yaml__huge_files_and_values_are_refused(void **state) {
    (void)state;
    struct refused x = load_repeated("title: ", "xxxxxxxxxx", 500, "\n");
    assert_contains(x.said, "a value longer than 4096 bytes");
    x = load_repeated("title: ", "xxxxxxxxxx", 900000, "\n");
    assert_contains(x.said, "the file is larger than 8 MiB");
    x = load_repeated("tables: [", "a,", 2100000, "a]\n");
    assert_contains(x.said, "too many values");
    x = load_repeated("", "k#: 1\n", 1100, "");
    assert_contains(x.said, "a mapping with more than 1000 keys");
}

static void test_yaml__a_second_document_is_refused(void **state) {
    (void)state;
    assert_refused("title: b\n---\ntitle: c\n", "syntax: a second document");
}

static void test_yaml__a_key_must_be_a_single_value(void **state) {
    (void)state;
    assert_refused("? [a]\n: b\n", "a key must be a single value");
}

static void test_yaml__nothing_is_refused_too(void **state) {
    (void)state;
    assert_refused("", "1:1: syntax: the file is empty");
    assert_refused("# only a comment\n", "syntax: the file is empty");
}

/* Wherever a file is cut, there is a verdict in words; cut inside a text or a bracket it
 * never passes for the whole. */
static void
test_yaml__a_file_that_was_cut_is_refused_or_says_what_is_missing(void **state) {
    (void)state;
    static const char whole[] = PACK_GROUND
        "tables:\n- table: t\n  hit: collect\n  gives: {blocker: set}\n  else: none\n  "
        "rules:\n  - {id: a, title: \"t\", source: s, when: {event: asked}, then: "
        "{blocker: x}}\n";
    assert_true(load_bytes(whole, sizeof whole - 1).is_loaded);
    for (size_t len = 0; len < sizeof whole - 3; len++) {
        struct refused x = load_bytes(whole, len);
        if (x.is_loaded && !strstr(whole + len, "rules:"))
            fail_msg("cut after %zu bytes it loads", len);
    }
    assert_refused("title: \"never closed\n", "cannot be read as YAML");
    assert_refused("tables: [a, b\n", "cannot be read as YAML");
    assert_refused("domain: {event: [a]\n", "cannot be read as YAML");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml__a_key_that_stands_twice_is_refused),
        cmocka_unit_test(test_yaml__anchors_are_refused),
        cmocka_unit_test(test_yaml__aliases_are_refused),
        cmocka_unit_test(test_yaml__tags_are_refused),
        cmocka_unit_test(test_yaml__merge_keys_are_refused),
        cmocka_unit_test(test_yaml__a_document_that_holds_itself_is_refused),
        cmocka_unit_test(test_yaml__aliases_cannot_blow_a_small_file_up),
        cmocka_unit_test(test_yaml__tabs_are_refused_where_they_stand),
        cmocka_unit_test(test_yaml__what_is_not_utf8_is_refused),
        cmocka_unit_test(test_yaml__control_characters_are_refused),
        cmocka_unit_test(test_yaml__deep_nesting_is_refused),
        cmocka_unit_test(test_yaml__huge_files_and_values_are_refused),
        cmocka_unit_test(test_yaml__a_second_document_is_refused),
        cmocka_unit_test(test_yaml__a_key_must_be_a_single_value),
        cmocka_unit_test(test_yaml__nothing_is_refused_too),
        cmocka_unit_test(
            test_yaml__a_file_that_was_cut_is_refused_or_says_what_is_missing),
    };
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}
