/* test_avro_walk.c: bytes as text, as far as they can be read. */
#include "common/io/avro_walk.h"

#include "common/base/arena.h"
#include "tests/common/base/harness.h"

static const char schema_text[] =
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
    "{\"name\":\"id\",\"type\":\"string\"},"
    "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}},"
    "{\"name\":\"kind\",\"type\":{\"type\":\"enum\",\"name\":\"K\",\"symbols\":[\"A\","
    "\"B\"]}},"
    "{\"name\":\"lines\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\","
    "\"name\":\"L\","
    "\"fields\":[{\"name\":\"sku\",\"type\":\"string\"},{\"name\":\"is_new\",\"type\":"
    "\"boolean\"}]}}},"
    "{\"name\":\"text\",\"type\":[\"null\",\"string\"]},"
    "{\"name\":\"raw\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}}]}";

#define GOOD "\x04id\x00\x02\x02\x02s\x01\x00\x02\x0ahello\xab\xcd"

struct fixture {
    struct avro_schema *schema;
    char text[4096];
    struct builder out;
    struct error err;
    size_t n_read;
};

static int set_up(void **state) {
    struct fixture *f = xcalloc(1, sizeof *f);
    *state = f;
    return avro_schema_parse(span_of(schema_text), &f->schema, &f->err) == ST_OK ? 0 : -1;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    avro_schema_free(f->schema);
    free(f);
    return 0;
}

static enum status walk(struct fixture *f, struct span bytes, const char *hidden) {
    f->out = builder_over(f->text, sizeof f->text - 1);
    f->err = (struct error){0};
    enum status st = avro_walk(f->schema, bytes, hidden, &f->out, &f->n_read, &f->err);
    f->text[f->out.len] = '\0';
    return st;
}

#define assert_says(f, part) assert_non_null(strstr((f)->text, part))

static void test_walk__writes_each_field_as_it_was_written(void **state) {
    struct fixture *f = *state;
    assert_int_equal(walk(f, SPAN(GOOD), NULL), ST_OK);
    assert_int_equal(f->n_read, sizeof GOOD - 1);
    assert_says(f, "\"id\": \"id\"");
    assert_says(f, "\"at\": \"1970-01-01T00:00:00Z\"");
    assert_says(f, "\"kind\": \"B\"");
    assert_says(f, "\"sku\": \"s\"");
    assert_says(f, "\"is_new\": true");
    assert_says(f, "\"text\": \"hello\"");
    assert_says(f, "\"raw\": \"abcd\"");
}

static void test_walk__hides_a_field_by_name(void **state) {
    struct fixture *f = *state;
    assert_int_equal(walk(f, SPAN(GOOD), "text"), ST_OK);
    assert_null(strstr(f->text, "hello"));
    assert_says(f, "(5 bytes, not shown)");
    assert_says(f, "\"id\": \"id\"");
}

/* Wherever the bytes end: what was read stays, the field is named, nothing is read
 * beyond. */
static void test_walk__goes_as_far_as_the_bytes_do(void **state) {
    struct fixture *f = *state;
    for (size_t n = 0; n < sizeof GOOD - 1; n++) {
        char *exact = malloc(n + 1); /* its end is what the sanitizer watches */
        memcpy(exact, GOOD, n);
        char *bytes = realloc(exact, n > 0 ? n : 1);
        assert_int_equal(walk(f, (struct span){bytes, n}, NULL), ST_REJECT);
        assert_int_equal(f->err.code, E_AVRO_SHORT);
        assert_true(f->n_read <= n);
        if (n > 5)
            assert_says(f, "\"kind\": \"B\"");
        free(bytes);
    }
    assert_int_equal(walk(f, SPAN("\x04id\x00\x02\x02\x02"), NULL), ST_REJECT);
    assert_non_null(strstr(f->err.text, "lines[0].sku"));
}

static void test_walk__refuses_what_the_schema_does_not_allow(void **state) {
    struct fixture *f = *state;
    const struct {
        struct span bytes;
        enum error_code code;
    } cases[] = {
        {SPAN("\x03"), E_AVRO_RANGE},    /* negative length */
        {SPAN("\x02\xff"), E_AVRO_TEXT}, /* not UTF-8 */
        {SPAN("\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), E_AVRO_VARINT},
        {SPAN("\x00\x00\x04"), E_AVRO_SYMBOL},
        {SPAN("\x00\x00\x00\x02\x00\x02"), E_AVRO_RANGE}, /* a boolean of 2 */
        {SPAN("\x00\x00\x00\x00\x04"), E_AVRO_RANGE},     /* the third branch of two */
        {SPAN("\x00\x00\x00\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"), E_AVRO_LIMIT},
        {SPAN(GOOD "x"), E_AVRO_TRAILING},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(walk(f, cases[i].bytes, NULL), ST_REJECT);
        assert_int_equal(f->err.code, cases[i].code);
    }
}

/* Items that take no bytes could go on for ever. */
static void test_walk__ends_when_there_is_more_than_can_be_shown(void **state) {
    struct fixture *f = *state;
    static const char nulls[] =
        "{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":\"null\"}}";
    avro_schema_free(f->schema);
    f->schema = NULL;
    assert_int_equal(avro_schema_parse(span_of(nulls), &f->schema, &f->err), ST_OK);
    char bytes[4096] = "\xfe\x1f"; /* 2,047 lists */
    for (size_t i = 2; i + 3 < sizeof bytes; i += 3)
        memcpy(bytes + i, "\xa0\x9c\x01", 3); /* of 10,000 nulls */
    assert_int_equal(walk(f, (struct span){bytes, sizeof bytes}, NULL), ST_REJECT);
    assert_int_equal(f->err.code, E_AVRO_LIMIT);
}

static void test_walk__recursion_is_bounded(void **state) {
    struct fixture *f = *state;
    static const char nested[] = "{\"type\":\"record\",\"name\":\"N\",\"fields\":[{"
                                 "\"name\":\"next\",\"type\":[\"null\",\"N\"]}]}";
    avro_schema_free(f->schema);
    f->schema = NULL;
    assert_int_equal(avro_schema_parse(span_of(nested), &f->schema, &f->err), ST_OK);
    char bytes[1000];
    memset(bytes, 2, sizeof bytes);
    assert_int_equal(walk(f, (struct span){bytes, sizeof bytes}, NULL), ST_REJECT);
    assert_int_equal(f->err.code, E_AVRO_LIMIT);
    assert_true(avro_schema_mentions(f->schema, "next"));
    assert_false(avro_schema_mentions(f->schema, "text"));
}

static void test_walk__finds_a_field_at_any_depth(void **state) {
    struct fixture *f = *state;
    assert_true(avro_schema_mentions(f->schema, "text"));
    assert_true(avro_schema_mentions(f->schema, "is_new"));
    assert_false(avro_schema_mentions(f->schema, "R"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_walk__writes_each_field_as_it_was_written),
        CASE(test_walk__hides_a_field_by_name),
        CASE(test_walk__goes_as_far_as_the_bytes_do),
        CASE(test_walk__refuses_what_the_schema_does_not_allow),
        CASE(test_walk__ends_when_there_is_more_than_can_be_shown),
        CASE(test_walk__recursion_is_bounded),
        CASE(test_walk__finds_a_field_at_any_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
