/* test_avro_decode.c: what wrong, hostile and unusual bytes come to. */
#include "tests/common/io/avro_fixture.h"

#include "common/event/shapes.h"

#include <malloc.h>

#define STR "{'name':'text','type':'string'}"
#define I64 "{'name':'i64','type':'long'}"
#define TEXTS "{'name':'texts','type':{'type':'array','items':'string'}}"
#define TEXT_SHAPE SHAPE_OF(FIELD(text, SLOT_SPAN))
#define I64_SHAPE SHAPE_OF(FIELD(i64, SLOT_I64))
#define TEXTS_SHAPE                                                                      \
    SHAPE_OF(FIELD(texts, SLOT_ARRAY, .count_offset = offsetof(struct thing, n_texts),   \
                   .item_slot = SLOT_SPAN, .item_size = sizeof(struct span)))

static struct decoded read_i64(struct span bytes) {
    return decode_as(I64, I64, I64_SHAPE, bytes);
}

static struct decoded read_text(struct span bytes) {
    return decode_as(STR, STR, TEXT_SHAPE, bytes);
}

static struct decoded read_texts(struct span bytes) {
    return decode_as(TEXTS, TEXTS, TEXTS_SHAPE, bytes);
}

static void test_decode__numbers_reach_their_limits(void **state) {
    (void)state;
    struct decoded d = read_i64(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_decoded(&d);
    assert_true(d.thing.i64 == INT64_MIN);
    d = read_i64(BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_decoded(&d);
    assert_true(d.thing.i64 == INT64_MAX);
    d = read_i64(BYTES("\x80\x00")); /* longer than it need be */
    assert_decoded(&d);
    assert_int_equal(d.thing.i64, 0);
}

static void test_decode__numbers_beyond_64_bits_are_refused(void **state) {
    (void)state;
    struct decoded d = read_i64(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
    assert_refused(&d, E_AVRO_VARINT, "field \"i64\"");
    d = read_i64(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_refused(&d, E_AVRO_VARINT, "64 bits");
    d = read_i64(BYTES("\xff\xff"));
    assert_refused(&d, E_AVRO_SHORT, "inside a number");
    d = decode_as("{'name':'i64','type':'int'}", I64, I64_SHAPE,
                  BYTES("\x80\x80\x80\x80\x10"));
    assert_refused(&d, E_AVRO_RANGE, "no 32-bit number");
}

static void test_decode__a_length_is_compared_with_what_is_left(void **state) {
    (void)state;
    struct decoded d = read_text(BYTES("\x06hi"));
    assert_refused(&d, E_AVRO_SHORT, "field \"text\": needs 3 bytes, 2 are left");
    d = read_text(BYTES("\x01"));
    assert_refused(&d, E_AVRO_RANGE, "length -1");
    d = read_text(BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_refused(&d, E_AVRO_SHORT, "are left");
    d = read_text(BYTES(""));
    assert_refused(&d, E_AVRO_SHORT, "field \"text\"");
    d = read_text((struct span){NULL, 0});
    assert_refused(&d, E_AVRO_SHORT, "field \"text\"");
}

static void test_decode__long_texts_are_refused(void **state) {
    (void)state;
    size_t len = avro_default_limits.max_text_bytes + 1;
    char *bytes = xmalloc(len + 4);
    memset(bytes, 'x', len + 4);
    memcpy(bytes, "\x82\x80\x80\x01", 4); /* 2 * (1 MiB + 1) */
    struct decoded d = read_text((struct span){bytes, len + 4});
    assert_refused(&d, E_AVRO_LIMIT, "at most 1048576");
    memcpy(bytes, "\x80\x80\x80\x01", 4);
    d = read_text((struct span){bytes, len + 3});
    assert_decoded(&d);
    assert_int_equal(d.thing.text.len, len - 1);
    free(bytes);
}

static void test_decode__text_is_utf8_without_nul(void **state) {
    (void)state;
    const struct span good[] = {BYTES("\x0c\xe8\xbf\x94\xe5\x93\x81"), BYTES("\x02\x01"),
                                BYTES("\x10 12345678"),
                                BYTES("\x20"
                                      "1234567\xc3\xa9 abcdef"),
                                BYTES("\x02\x7f")};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct decoded d = read_text(good[i]);
        if (i == 2) /* says 8, has 9 */
            assert_refused(&d, E_AVRO_TRAILING, "1 of 10");
        else
            assert_decoded(&d);
    }
    /* A NUL, a lone or broken sequence, an overlong one, a surrogate; short, in the first
     * eight, in the rest. */
    const struct span bad[] = {
        BYTES("\x02\x00"),
        BYTES("\x02\x80"),
        BYTES("\x04\xc3("),
        BYTES("\x04\xc0\xaf"),
        BYTES("\x06\xed\xa0\x80"),
        BYTES("\x02\xff"),
        BYTES("\x10"
              "123\x00"
              "5678"),
        BYTES("\x10"
              "1234567\xff"),
        BYTES("\x16"
              "12345678\x00zz"),
        BYTES("\x16"
              "12345678zz\xe8"),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct decoded d = read_text(bad[i]);
        assert_refused(&d, E_AVRO_TEXT, "field \"text\"");
    }
}

static void test_decode__nothing_may_be_left_over(void **state) {
    (void)state;
    struct decoded d = read_i64(BYTES("\x02\x00"));
    assert_refused(&d, E_AVRO_TRAILING, "1 of 2 bytes are left");
}

static void test_decode__a_boolean_is_0_or_1(void **state) {
    (void)state;
    const char *flag = "{'name':'flag','type':'boolean'}";
    struct decoded d =
        decode_as(flag, flag, SHAPE_OF(FIELD(flag, SLOT_BOOL)), BYTES("\x02"));
    assert_refused(&d, E_AVRO_RANGE, "2 is no boolean");
    d = decode_as(flag, flag, SHAPE_OF(FIELD(flag, SLOT_BOOL)), BYTES("\x01"));
    assert_decoded(&d);
    assert_true(d.thing.flag);
}

/* --- arrays --- */

static void test_decode__arrays_come_in_blocks_of_both_forms(void **state) {
    (void)state;
    struct decoded d = read_texts(BYTES("\x02\x02"
                                        "a\x03\x08\x02"
                                        "b\x02"
                                        "c\x02\x02"
                                        "d\x00"));
    assert_decoded(&d);
    assert_int_equal(d.thing.n_texts, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(d.thing.texts[i].ptr[0], "abcd"[i]);
    d = read_texts(BYTES("\x00"));
    assert_decoded(&d);
    assert_int_equal(d.thing.n_texts, 0);
}

static void test_decode__a_block_is_as_long_as_it_says(void **state) {
    (void)state;
    struct decoded d = read_texts(BYTES("\x01\x06\x02"
                                        "a\x00"));
    assert_refused(&d, E_AVRO_RANGE, "a block of 2 bytes says that it has 3");
    d = read_texts(BYTES("\x01\x7e\x02"
                         "a\x00"));
    assert_refused(&d, E_AVRO_SHORT, "a block of 63 bytes");
    d = read_texts(BYTES("\x01\x01\x02"
                         "a\x00"));
    assert_refused(&d, E_AVRO_SHORT, "a block of -1 bytes");
}

static void test_decode__a_count_must_be_paid_for_in_bytes(void **state) {
    (void)state;
    struct decoded d = read_texts(BYTES("\x80\x80\x01\x02"
                                        "a\x00")); /* 8192 */
    assert_refused(&d, E_AVRO_SHORT,
                   "field \"texts\": 8192 items do not fit in the 3 bytes");
    d = read_texts(BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    assert_refused(&d, E_AVRO_LIMIT, "more than 10000 items");
    d = read_texts(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00")); /* INT64_MIN */
    assert_refused(&d, E_AVRO_LIMIT, "more than 10000 items");
}

static void test_decode__items_of_no_bytes_are_counted(void **state) {
    (void)state;
    const char *nulls = "{'name':'news','type':{'type':'array','items':'null'}}," I64;
    struct decoded d = decode_as(nulls, I64, I64_SHAPE,
                                 BYTES("\x80\xe1\xeb\x17\x00\x02")); /* 25,000,000 */
    assert_refused(&d, E_AVRO_LIMIT, "more than 10000 items");
    d = decode_as(nulls, I64, I64_SHAPE,
                  BYTES("\x90\x4e\x90\x4e\x90\x4e\x00\x02")); /* 3 * 5000 */
    assert_refused(&d, E_AVRO_LIMIT, "more than 10000 items");
    d = decode_as(nulls, I64, I64_SHAPE, BYTES("\x90\x4e\x90\x4e\x00\x02"));
    assert_decoded(&d);
}

/* 10,000 blocks of one item each must not cost a copy of everything for each block. */
static void test_decode__many_small_blocks_stay_cheap(void **state) {
    (void)state;
    char bytes[3 * 10000 + 1];
    for (size_t i = 0; i < 10000; i++)
        memcpy(bytes + 3 * i, "\x02\x02x", 3);
    bytes[sizeof bytes - 1] = 0;
    struct decoded d = read_texts((struct span){bytes, sizeof bytes});
    assert_decoded(&d);
    assert_int_equal(d.thing.n_texts, 10000);
    assert_span_is(d.thing.texts[9999], "x");
}

static void test_decode__depth_is_capped(void **state) {
    (void)state;
    const char *list = "{'name':'news','type':{'type':'record','name':'L','fields':"
                       "[{'name':'next','type':['null','L']}]}}," I64;
    char bytes[64];
    memset(bytes, 2, sizeof bytes);
    struct decoded d =
        decode_as(list, I64, I64_SHAPE, (struct span){bytes, sizeof bytes});
    assert_refused(&d, E_AVRO_LIMIT, "nested deeper than 32");
    bytes[31] = 0;
    d = decode_as(list, I64, I64_SHAPE, (struct span){bytes, 33});
    assert_decoded(&d);
    assert_int_equal(d.thing.i64, 1);
}

static void test_decode__memory_of_one_record_is_capped(void **state) {
    (void)state;
    struct avro_schema *s =
        schema_of("{'type':'record','name':'Thing','fields':[" TEXTS "]}");
    struct avro_limits limits = avro_default_limits;
    limits.max_total_bytes = 31 * sizeof(struct span);
    struct avro_plan *plan = NULL;
    struct error err;
    assert_int_equal(avro_plan_compile(s, s, TEXTS_SHAPE, &limits, &plan, &err), ST_OK);
    struct arena *a = arena_new(1 << 16);
    char bytes[66] = "\x40"; /* 32 empty texts */
    struct thing t;
    assert_int_equal(avro_decode(plan, (struct span){bytes, 34}, a, &t, &err), ST_REJECT);
    assert_int_equal(err.code, E_AVRO_LIMIT);
    assert_contains(err.text, "of memory");
    assert_int_equal(arena_used(a), 0);
    bytes[0] = 0x3e;
    assert_int_equal(avro_decode(plan, (struct span){bytes, 33}, a, &t, &err), ST_OK);
    arena_free(a);
    avro_plan_free(plan);
    avro_schema_free(s);
}

/* --- the real thing --- */

/* avro-c 1.11 leaks a megabyte for each of these. Under the sanitizers their leak check
 * is the judge, and mallinfo2 elsewhere; tests/integration/schema-command.test looks at
 * resident memory. */
static void test_decode__memory_stays_flat_over_a_million_poison_messages(void **state) {
    (void)state;
    struct avro_schema *s =
        schema_of("{'type':'record','name':'Thing','fields':[" STR "," TEXTS "]}");
    struct avro_plan *plan = NULL;
    struct error err;
    assert_int_equal(
        avro_plan_compile(
            s, s,
            SHAPE_OF(FIELD(text, SLOT_SPAN),
                     FIELD(texts, SLOT_ARRAY,
                           .count_offset = offsetof(struct thing, n_texts),
                           .item_slot = SLOT_SPAN, .item_size = sizeof(struct span))),
            &avro_default_limits, &plan, &err),
        ST_OK);
    const struct span poison[] = {
        BYTES("\x80\x80\x80\x01 a megabyte is claimed"),
        BYTES("\x02x\x14\x02"
              "a\x02"
              "b"),
        BYTES("\x02x\x04\x02"
              "a\x02\xff\x00"),
        BYTES("\x02\x00\x00"),
    };
    struct arena *a = arena_new(1 << 20);
    struct thing t;
    size_t before = 0;
    for (int i = 0; i < 1000000; i++) {
        if (i == 1000)
            before = mallinfo2().uordblks;
        assert_int_equal(avro_decode(plan, poison[i % 4], a, &t, &err), ST_REJECT);
        if (i % 500 == 499)
            arena_reset(a);
    }
    arena_reset(a);
    assert_true(mallinfo2().uordblks <= before + 4096);
    arena_free(a);
    avro_plan_free(plan);
    avro_schema_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode__numbers_reach_their_limits),
        cmocka_unit_test(test_decode__numbers_beyond_64_bits_are_refused),
        cmocka_unit_test(test_decode__a_length_is_compared_with_what_is_left),
        cmocka_unit_test(test_decode__long_texts_are_refused),
        cmocka_unit_test(test_decode__text_is_utf8_without_nul),
        cmocka_unit_test(test_decode__nothing_may_be_left_over),
        cmocka_unit_test(test_decode__a_boolean_is_0_or_1),
        cmocka_unit_test(test_decode__arrays_come_in_blocks_of_both_forms),
        cmocka_unit_test(test_decode__a_block_is_as_long_as_it_says),
        cmocka_unit_test(test_decode__a_count_must_be_paid_for_in_bytes),
        cmocka_unit_test(test_decode__items_of_no_bytes_are_counted),
        cmocka_unit_test(test_decode__many_small_blocks_stay_cheap),
        cmocka_unit_test(test_decode__depth_is_capped),
        cmocka_unit_test(test_decode__memory_of_one_record_is_capped),
        cmocka_unit_test(test_decode__memory_stays_flat_over_a_million_poison_messages),
    };
    return cmocka_run_group_tests_name("avro_decode", tests, NULL, NULL);
}
