/* test_avro_plan_compile.c: each rule of resolution, by a pair of schemas and a few
 * bytes. */
#include "tests/common/io/avro_fixture.h"

#include <math.h>

#define STR "{'name':'text','type':'string'}"
#define I64 "{'name':'i64','type':'long'}"
#define F64 "{'name':'f64','type':'double'}"
#define TEXT_SHAPE SHAPE_OF(FIELD(text, SLOT_SPAN))
#define I64_SHAPE SHAPE_OF(FIELD(i64, SLOT_I64))

static void test_plan__a_record_reads_itself(void **state) {
    (void)state;
    struct decoded d = decode_as(STR "," I64, STR "," I64,
                                 SHAPE_OF(FIELD(text, SLOT_SPAN), FIELD(i64, SLOT_I64)),
                                 BYTES("\x04hi\x0d"));
    assert_decoded(&d);
    assert_span_is(d.thing.text, "hi");
    assert_int_equal(d.thing.i64, -7);
}

static void test_plan__fields_are_found_by_name_in_any_order(void **state) {
    (void)state;
    struct decoded d = decode_as(I64 "," STR, STR "," I64,
                                 SHAPE_OF(FIELD(text, SLOT_SPAN), FIELD(i64, SLOT_I64)),
                                 BYTES("\x0d\x04hi"));
    assert_decoded(&d);
    assert_span_is(d.thing.text, "hi");
    assert_int_equal(d.thing.i64, -7);
}

/* A newer writer: every kind of field that we do not know, before the one that we do. */
static void test_plan__unknown_fields_are_skipped(void **state) {
    (void)state;
    const struct {
        const char *type;
        struct span bytes; /* of the field, then "\x04hi" */
    } cases[] = {
        {"'null'", BYTES("\x04hi")},
        {"'boolean'", BYTES("\x01\x04hi")},
        {"'int'", BYTES("\x80\x01\x04hi")},
        {"'long'", BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x04hi")},
        {"'float'", BYTES("abcd\x04hi")},
        {"'double'", BYTES("abcdefgh\x04hi")},
        {"'string'", BYTES("\x06xyz\x04hi")},
        {"'bytes'", BYTES("\x02\xff\x04hi")},
        {"{'type':'fixed','name':'F','size':3}", BYTES("abc\x04hi")},
        {"{'type':'enum','name':'E','symbols':['A','B']}", BYTES("\x02\x04hi")},
        {"{'type':'array','items':'int'}", BYTES("\x04\x02\x04\x02\x06\x00\x04hi")},
        {"{'type':'array','items':'int'}",
         BYTES("\x03\x04\x02\x04\x00\x04hi")}, /* says its bytes */
        {"{'type':'array','items':'null'}", BYTES("\x08\x00\x04hi")},
        {"{'type':'map','values':'string'}", BYTES("\x02\x02k\x02v\x00\x04hi")},
        {"['null','int','string']", BYTES("\x04\x02x\x04hi")},
        {"{'type':'record','name':'R','fields':[{'name':'a','type':'int'},"
         "{'name':'next','type':['null','R']}]}",
         BYTES("\x02\x02\x04\x02\x06\x00\x04hi")},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char writer[512];
        snprintf(writer, sizeof writer, "{'name':'news','type':%s}," STR, cases[i].type);
        struct decoded d = decode_as(writer, STR, TEXT_SHAPE, cases[i].bytes);
        assert_decoded(&d);
        assert_span_is(d.thing.text, "hi");
    }
}

static void test_plan__numbers_are_promoted(void **state) {
    (void)state;
    struct decoded d =
        decode_as("{'name':'i64','type':'int'}", I64, I64_SHAPE, BYTES("\x0d"));
    assert_decoded(&d);
    assert_int_equal(d.thing.i64, -7);
    const struct {
        const char *type;
        struct span bytes;
        double value;
    } cases[] = {
        {"int", BYTES("\x0d"), -7},
        {"long", BYTES("\x0d"), -7},
        {"float", BYTES("\x00\x00\x20\x40"), 2.5},
        {"double", BYTES("\x00\x00\x00\x00\x00\x00\x04\x40"), 2.5},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char writer[80];
        snprintf(writer, sizeof writer, "{'name':'f64','type':'%s'}", cases[i].type);
        d = decode_as(writer, F64, SHAPE_OF(FIELD(f64, SLOT_F64)), cases[i].bytes);
        assert_decoded(&d);
        assert_true(d.thing.f64 == cases[i].value);
    }
}

static void test_plan__a_float_reader_rounds_to_float(void **state) {
    (void)state;
    struct decoded d = decode_as(
        "{'name':'f64','type':'int'}", "{'name':'f64','type':'float'}",
        SHAPE_OF(FIELD(f64, SLOT_F64)), BYTES("\x82\x80\x80\x10")); /* 2^24 + 1 */
    assert_decoded(&d);
    assert_true(d.thing.f64 == 16777216.0);
}

static void test_plan__text_and_bytes_are_promoted_and_text_is_checked(void **state) {
    (void)state;
    const char *as_bytes = "{'name':'text','type':'bytes'}";
    struct decoded d = decode_as(as_bytes, STR, TEXT_SHAPE, BYTES("\x04hi"));
    assert_decoded(&d);
    assert_span_is(d.thing.text, "hi");
    d = decode_as(as_bytes, STR, TEXT_SHAPE, BYTES("\x02\xff"));
    assert_refused(&d, E_AVRO_TEXT, "UTF-8");
    d = decode_as("{'name':'bytes','type':'string'}", "{'name':'bytes','type':'bytes'}",
                  SHAPE_OF(FIELD(bytes, SLOT_BYTES)), BYTES("\x02\xff"));
    assert_decoded(&d);
}

static void test_plan__demotions_are_refused_with_their_path(void **state) {
    (void)state;
    struct decoded d =
        decode_as("{'name':'i32','type':'long'}", "{'name':'i32','type':'int'}",
                  SHAPE_OF(FIELD(i32, SLOT_I32)), BYTES("\x02"));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE,
                   "field \"i32\": \"long\" cannot be read as \"int\"");
    d = decode_as("{'name':'i64','type':'string'}", I64, I64_SHAPE, BYTES("\x02"));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "\"string\" cannot be read as \"long\"");
}

/* --- defaults --- */

static void test_plan__missing_fields_take_the_readers_default(void **state) {
    (void)state;
    const char *reader =
        "{'name':'text','type':'string','default':'h\\u00e9'},"
        "{'name':'bytes','type':'bytes','default':'\\u00ff\\u0041'},"
        "{'name':'i64','type':'long','default':9000000000},"
        "{'name':'i32','type':'int','default':-3},"
        "{'name':'f64','type':'double','default':2.5},"
        "{'name':'flag','type':'boolean','default':true},"
        "{'name':'tri','type':['null','boolean'],'default':null},"
        "{'name':'colour','type':{'type':'enum','name':'Colour','symbols':['RED','GREEN']"
        "},"
        "'default':'GREEN'},"
        "{'name':'inner','type':{'type':'record','name':'Inner','fields':"
        "[{'name':'n','type':'long','default':5}]},'default':{}},"
        "{'name':'texts','type':{'type':'array','items':'string'},'default':['a','bc']},"
        "{'name':'inners','type':{'type':'array','items':'Inner'},'default':[{'n':1},{}]"
        "}";
    struct decoded d = decode_as(
        "", reader,
        SHAPE_OF(FIELD(text, SLOT_SPAN), FIELD(bytes, SLOT_BYTES), FIELD(i64, SLOT_I64),
                 FIELD(i32, SLOT_I32), FIELD(f64, SLOT_F64), FIELD(flag, SLOT_BOOL),
                 FIELD(tri, SLOT_TRI, OPTIONAL), FIELD(colour, SLOT_ENUM, COLOURS),
                 FIELD(inner, SLOT_RECORD, .record = &inner_shape),
                 FIELD(texts, SLOT_ARRAY, .count_offset = offsetof(struct thing, n_texts),
                       .item_slot = SLOT_SPAN, .item_size = sizeof(struct span)),
                 FIELD(inners, SLOT_ARRAY,
                       .count_offset = offsetof(struct thing, n_inners),
                       .item_slot = SLOT_RECORD, .item_size = sizeof(struct inner),
                       .record = &inner_shape)),
        BYTES(""));
    assert_decoded(&d);
    assert_span_is(d.thing.text, "h\xc3\xa9");
    assert_span_is(d.thing.bytes, "\xff\x41");
    assert_int_equal(d.thing.i64, 9000000000);
    assert_int_equal(d.thing.i32, -3);
    assert_true(d.thing.f64 == 2.5);
    assert_true(d.thing.flag);
    assert_int_equal(d.thing.tri, -1);
    assert_int_equal(d.thing.colour, 1);
    assert_int_equal(d.thing.inner.n, 5);
    assert_int_equal(d.thing.n_texts, 2);
    assert_span_is(d.thing.texts[1], "bc");
    assert_int_equal(d.thing.n_inners, 2);
    assert_int_equal(d.thing.inners[0].n, 1);
    assert_int_equal(d.thing.inners[1].n, 5);
}

static void test_plan__a_missing_field_without_default_is_refused(void **state) {
    (void)state;
    struct decoded d = decode_as("", STR, TEXT_SHAPE, BYTES(""));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "field \"text\": the writer lacks it");
}

static void test_plan__a_default_of_the_wrong_type_is_refused(void **state) {
    (void)state;
    struct decoded d =
        decode_as("", "{'name':'i64','type':'long','default':'x'}", I64_SHAPE, BYTES(""));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "default is not a value of its type");
}

static void test_plan__a_default_that_asks_for_itself_for_ever_is_refused(void **state) {
    (void)state;
    struct decoded d =
        decode_as("",
                  "{'name':'inner','type':{'type':'record','name':'Inner','fields':"
                  "[{'name':'n','type':'Inner','default':{}}]},'default':{}}",
                  SHAPE_OF(FIELD(inner, SLOT_RECORD, .record = &inner_shape)), BYTES(""));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "default");
}

/* --- optional values and unions --- */

#define OPTIONAL_SHAPE                                                                   \
    SHAPE_OF(FIELD(text, SLOT_SPAN, OPTIONAL), FIELD(i64, SLOT_I64, OPTIONAL),           \
             FIELD(i32, SLOT_I32, OPTIONAL), FIELD(f64, SLOT_F64, OPTIONAL),             \
             FIELD(tri, SLOT_TRI, OPTIONAL),                                             \
             FIELD(colour, SLOT_ENUM, OPTIONAL, COLOURS))
static const char optional_fields[] =
    "{'name':'text','type':['null','string']},{'name':'i64','type':['long','null']},"
    "{'name':'i32','type':['null','int']},{'name':'f64','type':['null','double']},"
    "{'name':'tri','type':['null','boolean']},"
    "{'name':'colour','type':['null',{'type':'enum','name':'Colour','symbols':['GREEN']}]"
    "}";

static void test_plan__absent_values_have_their_own_look(void **state) {
    (void)state;
    struct decoded d = decode_as(optional_fields, optional_fields, OPTIONAL_SHAPE,
                                 BYTES("\x00\x02\x00\x00\x00\x00"));
    assert_decoded(&d);
    assert_null(d.thing.text.ptr);
    assert_true(d.thing.i64 == INT64_MIN);
    assert_true(d.thing.i32 == INT32_MIN);
    assert_true(isnan(d.thing.f64));
    assert_int_equal(d.thing.tri, -1);
    assert_int_equal(d.thing.colour, -1);
}

static void test_plan__present_values_are_read_through_the_union(void **state) {
    (void)state;
    struct decoded d = decode_as(optional_fields, optional_fields, OPTIONAL_SHAPE,
                                 BYTES("\x02\x00\x00\x04\x02\x06\x02\x00\x00\x00\x00\x00"
                                       "\x00\x04\x40\x02\x01\x02\x00"));
    assert_decoded(&d);
    assert_non_null(d.thing.text.ptr); /* present and empty */
    assert_int_equal(d.thing.text.len, 0);
    assert_int_equal(d.thing.i64, 2);
    assert_int_equal(d.thing.i32, 3);
    assert_true(d.thing.f64 == 2.5);
    assert_int_equal(d.thing.tri, 1);
    assert_int_equal(d.thing.colour, 1);
}

static void test_plan__a_plain_writer_feeds_an_optional_reader(void **state) {
    (void)state;
    const char *optional = "{'name':'text','type':['null','string'],'default':null}";
    struct avro_shape *shape = SHAPE_OF(FIELD(text, SLOT_SPAN, OPTIONAL));
    struct decoded d = decode_as(STR, optional, shape, BYTES("\x04hi"));
    assert_decoded(&d);
    assert_span_is(d.thing.text, "hi");
    d = decode_as("{'name':'text','type':'null'}", optional, shape, BYTES(""));
    assert_decoded(&d);
    assert_null(d.thing.text.ptr);
}

static void
test_plan__a_branch_that_cannot_be_read_refuses_only_its_record(void **state) {
    (void)state;
    const char *writer = "{'name':'text','type':['null','int','string']}";
    struct decoded d = decode_as(writer, STR, TEXT_SHAPE, BYTES("\x04\x04hi"));
    assert_decoded(&d);
    assert_span_is(d.thing.text, "hi");
    d = decode_as(writer, STR, TEXT_SHAPE, BYTES("\x02\x04"));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "field \"text\": this branch");
    d = decode_as(writer, STR, TEXT_SHAPE, BYTES("\x06"));
    assert_refused(&d, E_AVRO_RANGE, "branch 3 of 3");
}

static void test_plan__a_union_without_any_readable_branch_is_refused(void **state) {
    (void)state;
    struct decoded d = decode_as("{'name':'text','type':['null','int']}", STR, TEXT_SHAPE,
                                 BYTES("\x00"));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "no branch");
}

/* --- enums, names, aliases --- */

#define COLOUR(symbols, rest)                                                            \
    "{'name':'colour','type':{'type':'enum','name':'Colour','symbols':[" symbols         \
    "]" rest "}}"

static void test_plan__symbols_are_matched_by_name_not_by_position(void **state) {
    (void)state;
    struct decoded d =
        decode_as(COLOUR("'GREEN','RED'", ""), COLOUR("'RED','GREEN'", ""),
                  SHAPE_OF(FIELD(colour, SLOT_ENUM, COLOURS)), BYTES("\x00"));
    assert_decoded(&d);
    assert_string_equal(colours[d.thing.colour], "GREEN");
}

static void test_plan__an_unknown_symbol_becomes_the_enums_default(void **state) {
    (void)state;
    struct decoded d = decode_as(
        COLOUR("'RED','MAUVE'", ""), COLOUR("'RED','UNKNOWN'", ",'default':'UNKNOWN'"),
        SHAPE_OF(FIELD(colour, SLOT_ENUM, COLOURS)), BYTES("\x02"));
    assert_decoded(&d);
    assert_string_equal(colours[d.thing.colour], "UNKNOWN");
}

static void
test_plan__an_unknown_symbol_without_default_refuses_its_record(void **state) {
    (void)state;
    struct avro_shape *shape = SHAPE_OF(FIELD(colour, SLOT_ENUM, COLOURS));
    const char *writer =
        COLOUR("'RED','MAUVE'", ",'default':'RED'"); /* the writer's is not asked */
    struct decoded d = decode_as(writer, COLOUR("'RED'", ""), shape, BYTES("\x02"));
    assert_refused(&d, E_AVRO_SYMBOL, "field \"colour\": symbol 1");
    d = decode_as(writer, COLOUR("'RED'", ""), shape, BYTES("\x00"));
    assert_decoded(&d);
    d = decode_as(writer, COLOUR("'RED'", ""), shape, BYTES("\x04"));
    assert_refused(&d, E_AVRO_RANGE, "symbol 2 of 2");
}

static void test_plan__an_alias_finds_the_old_name(void **state) {
    (void)state;
    struct decoded d =
        decode_as("{'name':'old','type':'string'}",
                  "{'name':'text','type':'string','aliases':['older','old']}", TEXT_SHAPE,
                  BYTES("\x04hi"));
    assert_decoded(&d);
    assert_span_is(d.thing.text, "hi");
}

/* The writer's "text" feeds the reader's "text"; "bytes", which has it as an alias, takes
 * its default. */
static void test_plan__a_name_has_a_better_right_than_an_alias(void **state) {
    (void)state;
    struct decoded d = decode_as(
        STR, "{'name':'bytes','type':'bytes','aliases':['text'],'default':'d'}," STR,
        SHAPE_OF(FIELD(text, SLOT_SPAN), FIELD(bytes, SLOT_BYTES)), BYTES("\x04hi"));
    assert_decoded(&d);
    assert_span_is(d.thing.text, "hi");
    assert_span_is(d.thing.bytes, "d");
}

static void test_plan__types_match_by_unqualified_name_or_alias(void **state) {
    (void)state;
    const char *writer = "{'name':'inner','type':{'type':'record','name':'%s','fields':"
                         "[{'name':'n','type':'long'}]}}";
    const char *reader =
        "{'name':'inner','type':{'type':'record','name':'b.Inner','aliases':"
        "['a.Former'],'fields':[{'name':'n','type':'long'}]}}";
    static const char *const names[] = {"Inner", "x.y.Inner", "a.Former", "a.Other"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char text[256];
        struct builder b = builder_over(text, sizeof text);
        const char *hole = strstr(writer, "%s");
        build_bytes(&b, writer, (size_t)(hole - writer));
        build_text(&b, names[i]);
        build_text(&b, hole + 2);
        build_char(&b, '\0');
        struct decoded d = decode_as(
            text, reader, SHAPE_OF(FIELD(inner, SLOT_RECORD, .record = &inner_shape)),
            BYTES("\x06"));
        if (i == 3) {
            assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "\"a.Other\" is not \"b.Inner\"");
        } else {
            assert_decoded(&d);
            assert_int_equal(d.thing.inner.n, 3);
        }
    }
}

/* --- instants --- */

#define INSTANT(unit) "{'name':'i64','type':{'type':'long','logicalType':'" unit "'}}"

static void test_plan__milliseconds_are_read_as_microseconds(void **state) {
    (void)state;
    struct decoded d = decode_as(INSTANT("timestamp-millis"), INSTANT("timestamp-micros"),
                                 I64_SHAPE, BYTES("\x06"));
    assert_decoded(&d);
    assert_int_equal(d.thing.i64, 3000);
    d = decode_as(INSTANT("timestamp-millis"), INSTANT("timestamp-micros"), I64_SHAPE,
                  BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_refused(&d, E_AVRO_RANGE, "microseconds");
}

static void test_plan__other_units_of_time_are_refused(void **state) {
    (void)state;
    struct decoded d = decode_as(INSTANT("timestamp-nanos"), INSTANT("timestamp-micros"),
                                 I64_SHAPE, BYTES("\x06"));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "different units");
    d = decode_as(I64, INSTANT("timestamp-micros"), I64_SHAPE,
                  BYTES("\x06")); /* a bare long */
    assert_decoded(&d);
    assert_int_equal(d.thing.i64, 3);
}

/* --- what a shape cannot hold --- */

static void test_plan__a_shape_must_fit_the_readers_schema(void **state) {
    (void)state;
    struct decoded d =
        decode_as(STR, STR, SHAPE_OF(FIELD(text, SLOT_I64)), BYTES("\x00"));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "no place for \"string\"");
    d = decode_as(STR, STR, I64_SHAPE, BYTES("\x00"));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "has no field \"i64\"");
    d = decode_as("{'name':'text','type':['null','string']}",
                  "{'name':'text','type':['null','string']}", TEXT_SHAPE, BYTES("\x00"));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "no place for this union");
    d = decode_as(COLOUR("'RED','BLUE'", ""), COLOUR("'RED','BLUE'", ""),
                  SHAPE_OF(FIELD(colour, SLOT_ENUM, COLOURS)), BYTES("\x00"));
    assert_refused(&d, E_SCHEMA_INCOMPATIBLE, "does not know the symbol \"BLUE\"");
}

/* Each record type uses the next one twice: written out, the plan would have 2^40 steps.
 */
static void
test_plan__a_schema_that_asks_for_too_many_steps_is_skipped_cheaply(void **state) {
    (void)state;
    char writer[8192];
    struct builder b = builder_over(writer, sizeof writer);
    build_text(&b, "{'name':'news','type':");
    for (int i = 0; i < 40; i++) {
        build_format(&b,
                     "{'type':'record','name':'R%d','fields':[{'name':'a','type':", i);
    }
    build_text(&b, "'int'");
    for (int i = 39; i >= 0; i--)
        if (i == 39)
            build_text(&b, "},{'name':'b','type':'int'}]}");
        else
            build_format(&b, "},{'name':'b','type':'R%d'}]}", i + 1);
    build_text(&b, "}," STR);
    build_char(&b, '\0');
    struct decoded d = decode_as(writer, STR, TEXT_SHAPE, BYTES("\x00\x00"));
    assert_refused(&d, E_AVRO_LIMIT, "nested deeper than 32");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan__a_record_reads_itself),
        cmocka_unit_test(test_plan__fields_are_found_by_name_in_any_order),
        cmocka_unit_test(test_plan__unknown_fields_are_skipped),
        cmocka_unit_test(test_plan__numbers_are_promoted),
        cmocka_unit_test(test_plan__a_float_reader_rounds_to_float),
        cmocka_unit_test(test_plan__text_and_bytes_are_promoted_and_text_is_checked),
        cmocka_unit_test(test_plan__demotions_are_refused_with_their_path),
        cmocka_unit_test(test_plan__missing_fields_take_the_readers_default),
        cmocka_unit_test(test_plan__a_missing_field_without_default_is_refused),
        cmocka_unit_test(test_plan__a_default_of_the_wrong_type_is_refused),
        cmocka_unit_test(test_plan__a_default_that_asks_for_itself_for_ever_is_refused),
        cmocka_unit_test(test_plan__absent_values_have_their_own_look),
        cmocka_unit_test(test_plan__present_values_are_read_through_the_union),
        cmocka_unit_test(test_plan__a_plain_writer_feeds_an_optional_reader),
        cmocka_unit_test(test_plan__a_branch_that_cannot_be_read_refuses_only_its_record),
        cmocka_unit_test(test_plan__a_union_without_any_readable_branch_is_refused),
        cmocka_unit_test(test_plan__symbols_are_matched_by_name_not_by_position),
        cmocka_unit_test(test_plan__an_unknown_symbol_becomes_the_enums_default),
        cmocka_unit_test(test_plan__an_unknown_symbol_without_default_refuses_its_record),
        cmocka_unit_test(test_plan__an_alias_finds_the_old_name),
        cmocka_unit_test(test_plan__a_name_has_a_better_right_than_an_alias),
        cmocka_unit_test(test_plan__types_match_by_unqualified_name_or_alias),
        cmocka_unit_test(test_plan__milliseconds_are_read_as_microseconds),
        cmocka_unit_test(test_plan__other_units_of_time_are_refused),
        cmocka_unit_test(test_plan__a_shape_must_fit_the_readers_schema),
        cmocka_unit_test(
            test_plan__a_schema_that_asks_for_too_many_steps_is_skipped_cheaply),
    };
    return cmocka_run_group_tests_name("avro_plan_compile", tests, NULL, NULL);
}
