/* test_identity.c: the same meaning gives the same id, for ever; other meanings give
 * other ids. */
#include "common/event/identity.h"

#include "common/base/clock.h"
#include "tests/common/base/harness.h"

#include <xxhash.h>

#define T0 INT64_C(1795143600250000)

static struct uuid order_id(void) {
    return identity_order(SPAN("amazon.co.jp"), SPAN("S1"), SPAN("250-1234567-1234567"));
}

static struct uuid case_id(void) {
    return identity_case("return", order_id(), SPAN("R-1"));
}

static void assert_id(struct uuid id, const char *expected) {
    char text[UUID_TEXT_SIZE];
    uuid_text(id, text);
    assert_string_equal(text, expected);
}

/* Known answers, computed in another language over the shared library. These ids are
 * stored in tables: when this test fails, do not change the answers; a new function would
 * give everything that exists a second identity. */
static void test_identity__answers_never_change(void **state) {
    (void)state;
    struct uuid c = case_id();
    assert_id(order_id(), "30e4053f-73c4-8941-89ae-838645615b38");
    assert_id(c, "241cf44f-b524-838d-b973-eef890020b2c");
    assert_id(identity_duty(T0, c, SPAN("reply-24h")),
              "01a1f6e5-887a-827b-bd72-689eafe5bf2c");
    assert_id(identity_escalation(T0, c, "warning"),
              "01a1f6e5-887a-8815-9ed9-b52c7c90ea47");
    const struct span step[] = {SPAN("hand_over"), {NULL, 0}, SPAN("licensed_carrier")};
    assert_id(identity_task(T0, c, SPAN("1"), step, COUNT_OF(step)),
              "01a1f6e5-887a-860e-9f75-6b408d0a7024");
    assert_id(identity_named(NULL, 0), "99aa06d3-0147-88d8-a001-c324468d497f");
    assert_true(identity_hash64(SPAN("event-1")) == INT64_C(3581690227577427428));
    const struct span list[] = {SPAN("return_refunded"), SPAN("return_closed")};
    assert_true(identity_list(list, COUNT_OF(list)) == INT64_C(4254524092212046248));
}

static void test_identity__is_a_uuid_of_version_8(void **state) {
    (void)state;
    const struct uuid ids[] = {order_id(), case_id(),
                               identity_duty(T0, case_id(), SPAN("d"))};
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        assert_int_equal(ids[i].bytes[6] >> 4, 8);
        assert_int_equal(ids[i].bytes[8] >> 6, 2);
    }
}

static void test_identity__every_part_counts(void **state) {
    (void)state;
    struct uuid c = case_id();
    const struct span step[] = {SPAN("isolate"), SPAN("battery")};
    const struct uuid ids[] = {
        order_id(),
        identity_order(SPAN("amazon.co.jp"), SPAN("S12"), SPAN("50-1234567-1234567")),
        identity_order(SPAN("amazon.com"), SPAN("S1"), SPAN("250-1234567-1234567")),
        identity_order(SPAN(""), SPAN("S1"), SPAN("250-1234567-1234567")),
        c,
        identity_case("inquiry", order_id(), SPAN("R-1")),
        identity_case("return", order_id(), SPAN("R-2")),
        identity_duty(T0, c, SPAN("d")),
        identity_duty(T0, c, SPAN("e")),
        identity_duty(T0 + 1, c, SPAN("d")),
        identity_duty(T0 + 1000, c, SPAN("d")),
        identity_duty(T0, order_id(), SPAN("d")),
        identity_task(T0, c, SPAN("d"), NULL, 0),
        identity_task(T0, c, SPAN("1"), step, 2),
        identity_task(T0, c, SPAN("2"), step, 2),
        identity_task(T0, c, SPAN("1"), step, 1),
        identity_task(T0, c, SPAN("1"), step + 1, 1),
        identity_escalation(T0, c, "d"),
        identity_escalation(T0, c, "e"),
    };
    for (size_t i = 0; i < COUNT_OF(ids); i++)
        for (size_t k = 0; k < i; k++)
            if (uuid_equal(ids[i], ids[k]))
                fail_msg("ids %zu and %zu are equal", k, i);
}

static void test_identity__lengths_separate_the_parts(void **state) {
    (void)state;
    const struct span a[] = {SPAN("ab"), SPAN("c")}, b[] = {SPAN("a"), SPAN("bc")};
    const struct span c[] = {SPAN("abc")}, d[] = {SPAN("abc"), SPAN("")};
    assert_false(uuid_equal(identity_named(a, 2), identity_named(b, 2)));
    assert_false(uuid_equal(identity_named(a, 2), identity_named(c, 1)));
    assert_false(uuid_equal(identity_named(c, 1), identity_named(d, 2)));
}

static void test_identity__ids_grow_with_their_instant(void **state) {
    (void)state;
    struct uuid before = identity_at(0, NULL, 0);
    for (int64_t ms = 1; ms < (INT64_C(1) << 47); ms *= 3) {
        struct uuid id = identity_at(ms * US_PER_MS + 999, NULL, 0);
        assert_true(memcmp(before.bytes, id.bytes, sizeof id.bytes) < 0);
        int64_t stored = 0;
        for (int i = 0; i < 6; i++)
            stored = stored << 8 | id.bytes[i];
        assert_int_equal(stored, ms);
        before = id;
    }
}

static void test_identity__microseconds_before_1970_round_downwards(void **state) {
    (void)state;
    assert_true(uuid_equal(identity_at(-1, NULL, 0), identity_at(-1000, NULL, 0)));
    assert_false(uuid_equal(identity_at(-1, NULL, 0), identity_at(0, NULL, 0)));
}

/* Parts that do not fit the buffer on the stack are hashed piece by piece: the same hash,
 * at any length. */
static void test_identity__long_parts_are_hashed_like_short_ones(void **state) {
    (void)state;
    char bytes[2000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    for (size_t n = 0; n < sizeof bytes; n++) {
        const struct span parts[] = {SPAN("x"), {bytes, n}};
        unsigned char whole[8 + 1 + 8 + sizeof bytes] = {1, 0, 0, 0, 0, 0, 0, 0, 'x'};
        whole[9] = (unsigned char)n;
        whole[10] = (unsigned char)(n >> 8);
        memcpy(whole + 17, bytes, n);
        XXH128_canonical_t expected;
        XXH128_canonicalFromHash(&expected, XXH3_128bits(whole, 17 + n));
        struct uuid id = identity_named(parts, 2);
        assert_memory_equal(id.bytes, expected.digest, 6);
        assert_memory_equal(id.bytes + 9, expected.digest + 9, 7);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity__answers_never_change),
        cmocka_unit_test(test_identity__is_a_uuid_of_version_8),
        cmocka_unit_test(test_identity__every_part_counts),
        cmocka_unit_test(test_identity__lengths_separate_the_parts),
        cmocka_unit_test(test_identity__ids_grow_with_their_instant),
        cmocka_unit_test(test_identity__microseconds_before_1970_round_downwards),
        cmocka_unit_test(test_identity__long_parts_are_hashed_like_short_ones),
    };
    return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
