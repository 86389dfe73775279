/* test_framing.c: each framing, and what looks like one. */
#include "tests/common/io/avro_fixture.h"

#include "common/io/framing.h"

static struct error err;

static struct frame detect(struct span value, const char *name, struct span header) {
    struct frame f;
    const struct record_header headers[] = {{SPAN("traceparent"), SPAN("00-x")},
                                            {span_of(name), header}};
    if (frame_detect(value, headers, name ? 2 : 1, &f, &err) != ST_OK)
        fail_msg("%s", err.text);
    return f;
}

static enum error_code refusal(struct span value, const char *name, struct span header) {
    struct frame f;
    const struct record_header headers[] = {{span_of(name), header}};
    assert_int_equal(frame_detect(value, headers, name ? 1 : 0, &f, &err), ST_REJECT);
    return err.code;
}

#define NONE ((struct span){NULL, 0})

static void test_framing__a_confluent_prefix_is_an_id(void **state) {
    (void)state;
    struct frame f = detect(BYTES("\x00\x00\x00\x01\x02"
                                  "body"),
                            NULL, NONE);
    assert_int_equal(f.kind, FRAME_ID);
    assert_int_equal(f.number, 258);
    assert_span_is(f.body, "body");
}

static void test_framing__id_0_with_four_more_bytes_is_apicurios(void **state) {
    (void)state;
    struct frame f = detect(BYTES("\x00\x00\x00\x00\x00\x00\x00\x00\x07"
                                  "body"),
                            NULL, NONE);
    assert_int_equal(f.kind, FRAME_GLOBAL_ID);
    assert_int_equal(f.number, 7);
    assert_span_is(f.body, "body");
    assert_int_equal(refusal(BYTES("\x00\x00\x00\x00\x00\x01"), NULL, NONE),
                     E_FRAME_UNKNOWN);
}

static void test_framing__single_object_is_a_fingerprint(void **state) {
    (void)state;
    struct frame f = detect(BYTES("\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08"
                                  "body"),
                            NULL, NONE);
    assert_int_equal(f.kind, FRAME_FINGERPRINT);
    assert_true(f.number == 0x0807060504030201);
    assert_span_is(f.body, "body");
    f = detect(BYTES("\xc3\x01\x01\x02"), NULL, NONE); /* too short to be one */
    assert_int_equal(f.kind, FRAME_PLAIN);
}

static void test_framing__everything_else_is_plain(void **state) {
    (void)state;
    struct frame f = detect(BYTES("\x06"
                                  "abc"),
                            NULL, NONE);
    assert_int_equal(f.kind, FRAME_PLAIN);
    assert_int_equal(f.body.len, 4);
}

static void test_framing__the_header_comes_before_the_bytes(void **state) {
    (void)state;
    struct frame f = detect(BYTES("\x00\x00\x00\x00\x05"
                                  "body"),
                            "__value_schema_id", BYTES("\x00\x00\x00\x00\x09"));
    assert_int_equal(f.kind, FRAME_ID);
    assert_int_equal(f.number, 9);
    assert_int_equal(f.body.len, 9);
    f = detect(
        BYTES("body"), "__value_schema_id",
        BYTES("\x01\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"));
    assert_int_equal(f.kind, FRAME_GUID);
    assert_int_equal(f.guid.bytes[15], 15);
    f = detect(BYTES("body"), "apicurio.value.globalId",
               BYTES("\x00\x00\x00\x00\x00\x00\x01\x00"));
    assert_int_equal(f.kind, FRAME_GLOBAL_ID);
    assert_int_equal(f.number, 256);
}

static void test_framing__what_is_half_a_framing_is_refused(void **state) {
    (void)state;
    assert_int_equal(refusal(NONE, NULL, NONE), E_FRAME_UNKNOWN);
    assert_int_equal(refusal(BYTES("\x00\x00"), NULL, NONE), E_FRAME_UNKNOWN);
    assert_int_equal(refusal(BYTES("b"), "__value_schema_id", NONE), E_FRAME_UNKNOWN);
    assert_int_equal(refusal(BYTES("b"), "__value_schema_id", BYTES("\x00\x01")),
                     E_FRAME_UNKNOWN);
    assert_int_equal(
        refusal(BYTES("b"), "__value_schema_id", BYTES("\x02\x00\x00\x00\x01")),
        E_FRAME_UNKNOWN);
    assert_int_equal(refusal(BYTES("b"), "apicurio.value.contentId", BYTES("x")),
                     E_FRAME_APICURIO);
    assert_contains(err.hint, "apicurio.registry.headers.enabled");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framing__a_confluent_prefix_is_an_id),
        cmocka_unit_test(test_framing__id_0_with_four_more_bytes_is_apicurios),
        cmocka_unit_test(test_framing__single_object_is_a_fingerprint),
        cmocka_unit_test(test_framing__everything_else_is_plain),
        cmocka_unit_test(test_framing__the_header_comes_before_the_bytes),
        cmocka_unit_test(test_framing__what_is_half_a_framing_is_refused),
    };
    return cmocka_run_group_tests_name("framing", tests, NULL, NULL);
}
