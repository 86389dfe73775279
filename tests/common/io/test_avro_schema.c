/* test_avro_schema.c: what is a schema, what is none, and what identifies it. */
#include "tests/common/io/avro_fixture.h"

#include "common/io/schema_dir.h"

static void test_schema__fingerprints_are_those_of_the_specification(void **state) {
    (void)state;
    static const struct {
        const char *json;
        uint64_t print;
    } cases[] = {
        {"'null'", 0x63dd24e7cc258f8a},   {"'boolean'", 0x9f42fc78a4d4f764},
        {"'int'", 0x7275d51a3f395c8f},    {"{'type':'int'}", 0x7275d51a3f395c8f},
        {"'string'", 0x8f014872634503c7},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct avro_schema *s = schema_of(cases[i].json);
        assert_true(avro_schema_fingerprint(s) == cases[i].print);
        avro_schema_free(s);
    }
}

static void
test_schema__the_canonical_form_has_full_names_and_nothing_else(void **state) {
    (void)state;
    struct avro_schema *s =
        schema_of("{'doc':'d','type':'record','namespace':'a.b','name':'R','aliases':['Q'"
                  "],'fields':["
                  "{'name':'e','doc':'x','type':{'symbols':['A','B'],'type':'enum','name'"
                  ":'c.E','default':'A'}},"
                  "{'name':'again','type':'c.E','order':'ignore'},"
                  "{'name':'f','type':{'type':'fixed','size':16,'name':'F'}},"
                  "{'name':'m','default':{},'type':{'type':'map','values':['null','F']}},"
                  "{'name':'t','type':{'type':'long','logicalType':'timestamp-micros'}},"
                  "{'name':'self','type':{'type':'array','items':'R'}}]}");
    assert_span_is(
        avro_schema_canonical(s),
        "{\"name\":\"a.b.R\",\"type\":\"record\",\"fields\":["
        "{\"name\":\"e\",\"type\":{\"name\":\"c.E\",\"type\":\"enum\",\"symbols\":[\"A\","
        "\"B\"]}},"
        "{\"name\":\"again\",\"type\":\"c.E\"},"
        "{\"name\":\"f\",\"type\":{\"name\":\"a.b.F\",\"type\":\"fixed\",\"size\":16}},"
        "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":[\"null\",\"a.b.F\"]}},"
        "{\"name\":\"t\",\"type\":\"long\"},"
        "{\"name\":\"self\",\"type\":{\"type\":\"array\",\"items\":\"a.b.R\"}}]}");
    assert_string_equal(avro_schema_full_name(s), "a.b.R");
    struct avro_schema *again = NULL;
    struct error err;
    assert_int_equal(avro_schema_parse(avro_schema_canonical(s), &again, &err), ST_OK);
    assert_true(avro_schema_fingerprint(again) == avro_schema_fingerprint(s));
    avro_schema_free(again);
    avro_schema_free(s);
}

static void test_schema__mistakes_are_refused_in_words(void **state) {
    (void)state;
    static const struct {
        const char *json, *words;
    } cases[] = {
        {"", "no JSON"},
        {"{", "no JSON"},
        {"{'type':'int','type':'int'}", "no JSON"},
        {"7", "must be a name, an object or an array"},
        {"{}", "no \"type\""},
        {"'nope'", "unknown type \"nope\""},
        {"'no pe'", "no valid name"},
        {"[]", "1 to 1000 branches"},
        {"['int','int']", "\"int\" stands twice"},
        {"['null',['int']]", "union directly inside a union"},
        {"[{'type':'array','items':'int'},{'type':'array','items':'long'}]",
         "\"array\" stands twice"},
        {"{'type':'array'}", "without \"items\""},
        {"{'type':'map'}", "without \"values\""},
        {"{'type':'record','fields':[]}", "without a name"},
        {"{'type':'record','name':'R'}", "without \"fields\""},
        {"{'type':'record','name':'1R','fields':[]}", "no valid name"},
        {"{'type':'record','name':'a..R','fields':[]}", "no valid name"},
        {"{'type':'record','name':'int','fields':[]}", "cannot be named \"int\""},
        {"{'type':'record','name':'R','fields':[{'name':'a'}]}",
         "at \"a\": field without a type"},
        {"{'type':'record','name':'R','fields':[{'name':'a-b','type':'int'}]}",
         "no valid name"},
        {"{'type':'record','name':'R','fields':[{'name':'a','type':'int'},{'name':'a','"
         "type':'int'}]}",
         "\"a\" stands twice"},
        {"{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'array','"
         "items':'X'}}]}",
         "at \"a.item\": unknown type \"X\""},
        {"{'type':'record','name':'R','fields':[{'name':'a','type':{'type':'record','"
         "name':'R','fields':[]}}]}",
         "\"R\" is defined twice"},
        {"{'type':'record','name':'R','aliases':'x','fields':[]}", "aliases"},
        {"{'type':'enum','name':'E','symbols':[]}", "1 to 4000 symbols"},
        {"{'type':'enum','name':'E','symbols':['A','A']}", "\"A\" stands twice"},
        {"{'type':'enum','name':'E','symbols':['a-b']}", "symbol 1"},
        {"{'type':'enum','name':'E','symbols':['A'],'default':'B'}",
         "is not one of its symbols"},
        {"{'type':'fixed','name':'F','size':-1}", "size from 0"},
        {"{'type':'fixed','name':'F','size':99999999}", "size from 0"},
        {"{'type':'fixed','name':'F'}", "size from 0"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_contains(schema_refusal(cases[i].json), cases[i].words);
}

static void test_schema__size_depth_and_count_are_capped(void **state) {
    (void)state;
    struct error err;
    struct avro_schema *s = NULL;
    size_t cap = AVRO_SCHEMA_MAX_BYTES + 1;
    char *text = xmalloc(cap + 1);
    memset(text, ' ', cap);
    assert_int_equal(avro_schema_parse((struct span){text, cap}, &s, &err), ST_REJECT);
    assert_contains(err.text, "at most");

    struct builder b = builder_over(text, cap);
    for (int i = 0; i < 100; i++)
        build_text(&b, "{\"type\":\"array\",\"items\":");
    build_text(&b, "\"int\"");
    for (int i = 0; i < 100; i++)
        build_char(&b, '}');
    assert_int_equal(avro_schema_parse(builder_span(&b), &s, &err), ST_REJECT);
    assert_contains(err.text, "deeper than 48");

    b.len = 0;
    build_text(&b, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[");
    for (int i = 0; i < 1001; i++)
        build_format(&b, "%s{\"name\":\"f%d\",\"type\":\"int\"}", i ? "," : "", i);
    build_text(&b, "]}");
    assert_int_equal(avro_schema_parse(builder_span(&b), &s, &err), ST_REJECT);
    assert_contains(err.text, "more than 1000 fields");
    free(text);
}

static void test_schema__what_others_write_is_accepted(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{'type':{'type':'string','avro.java.string':'String'}}",
        "{'type':['null','int']}",
        "{'type':'error','name':'E','fields':[]}",
        "{'type':'record','name':'E','namespace':null,'fields':[]}",
        "{'type':'record','name':'E','fields':[{'name':'d','type':{'type':'bytes','"
        "logicalType':'decimal',"
        "'precision':9,'scale':2}}],'connect.name':'x','unknown':{'a':[1]}}",
        "{'type':'record','name':'E','fields':[{'name':'a','type':'string','default':7}]"
        "}", /* unused */
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        avro_schema_free(schema_of(texts[i]));
}

static void note_obstacle(void *context, const char *path, const char *why) {
    struct builder *b = context;
    build_format(b, "%s: %s\n", path, why);
}

static void test_schema__check_tells_every_obstacle_with_its_path(void **state) {
    (void)state;
    struct avro_schema *w = schema_of(
        "{'type':'record','name':'R','fields':["
        "{'name':'a','type':'string'},{'name':'u','type':['null','int','string']},"
        "{'name':'l','type':{'type':'array','items':{'type':'enum','name':'E','symbols':["
        "'A','B']}}},"
        "{'name':'x','type':{'type':'fixed','name':'F','size':4}}]}");
    struct avro_schema *r =
        schema_of("{'type':'record','name':'R','fields':["
                  "{'name':'a','type':'int'},{'name':'u','type':['null','long']},"
                  "{'name':'l','type':{'type':'array','items':{'type':'enum','name':'E','"
                  "symbols':['A']}}},"
                  "{'name':'x','type':{'type':'fixed','name':'F','size':5}},"
                  "{'name':'n','type':'int'},{'name':'d','type':'int','default':'no'}]}");
    char text[2048];
    struct builder b = builder_over(text, sizeof text - 1);
    assert_int_equal(avro_schema_check(w, r, note_obstacle, &b), 6);
    text[b.len] = '\0';
    assert_contains(text, "a: \"string\" cannot be read as \"int\"\n");
    assert_contains(text, "u: no branch of the reader's union takes \"string\"\n");
    assert_contains(text, "l.item: the reader's enum \"E\" has neither the symbol \"B\"");
    assert_contains(text, "x: fixed \"F\" of 4 bytes cannot be read as 5\n");
    assert_contains(text, "n: the reader needs it");
    assert_contains(text, "d: its default is not a value of its type\n");
    assert_int_equal(avro_schema_check(w, w, NULL, NULL), 0);
    assert_int_equal(avro_schema_check(r, r, NULL, NULL), 0);
    avro_schema_free(w);
    avro_schema_free(r);
}

static void test_schema__a_file_that_is_none_is_named(void **state) {
    (void)state;
    struct avro_schema *s;
    struct error err;
    assert_int_equal(schema_file_parse("schemas/avro/nope.avsc", &s, &err), ST_FATAL);
    assert_int_equal(err.code, E_FILE);
    assert_contains(err.text, "nope.avsc");
    assert_int_equal(schema_file_parse("Makefile", &s, &err), ST_REJECT);
    assert_contains(err.text, "\"Makefile\": schema is no JSON");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema__fingerprints_are_those_of_the_specification),
        cmocka_unit_test(test_schema__the_canonical_form_has_full_names_and_nothing_else),
        cmocka_unit_test(test_schema__mistakes_are_refused_in_words),
        cmocka_unit_test(test_schema__size_depth_and_count_are_capped),
        cmocka_unit_test(test_schema__what_others_write_is_accepted),
        cmocka_unit_test(test_schema__check_tells_every_obstacle_with_its_path),
        cmocka_unit_test(test_schema__a_file_that_is_none_is_named),
    };
    return cmocka_run_group_tests_name("avro_schema", tests, NULL, NULL);
}
