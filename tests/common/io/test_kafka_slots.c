/* What the consumer remembers of each partition, without any broker. */
#include "common/io/kafka_slots.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *const topics[] = {"a", "b"};

static void test_slots__a_partition_keeps_its_place_and_lane(void **state) {
    (void)state;
    struct kafka_slots s;
    kafka_slots_init(&s, topics, 2, 3);
    char name[] = "b"; /* found by its text, told by the configuration's pointer */
    struct kafka_slot *five = kafka_slots_get(&s, name, 5);
    assert_ptr_equal(five->partition.topic, topics[1]);
    assert_int_equal(five->lane, 2);
    assert_non_null(kafka_slots_get(&s, "b", 40));
    assert_ptr_equal(kafka_slots_get(&s, "b", 5), five);
    assert_ptr_equal(kafka_slots_find(&s, "b", 5), five);
    assert_null(kafka_slots_find(&s, "b", 6));
    assert_null(kafka_slots_find(&s, "a", 5));
    assert_null(kafka_slots_get(&s, "c", 0));
    assert_null(kafka_slots_get(&s, "a", -1));
    kafka_slots_release(&s);
}

static void test_slots__the_walk_meets_each_once_in_order(void **state) {
    (void)state;
    struct kafka_slots s;
    kafka_slots_init(&s, topics, 2, 1);
    struct kafka_slot *b0 = kafka_slots_get(&s, "b", 0),
                      *a2 = kafka_slots_get(&s, "a", 2),
                      *b3 = kafka_slots_get(&s, "b", 3);
    size_t at = 0;
    assert_ptr_equal(kafka_slots_next(&s, &at), a2);
    assert_ptr_equal(kafka_slots_next(&s, &at), b0);
    assert_ptr_equal(kafka_slots_next(&s, &at), b3);
    assert_null(kafka_slots_next(&s, &at));
    kafka_slots_release(&s);
}

static void test_slots__a_record_is_accepted_once_and_only_while_running(void **state) {
    (void)state;
    struct kafka_slot slot = {.state = SLOT_RUNNING, .next = 7};
    assert_false(kafka_slot_accept(&slot, 6)); /* delivered again after a library pause */
    assert_true(kafka_slot_accept(&slot, 7));
    assert_false(kafka_slot_accept(&slot, 7));
    assert_true(kafka_slot_accept(&slot, 20)); /* compaction leaves gaps */
    assert_int_equal(slot.next, 21);
    static const enum slot_state others[] = {SLOT_GONE, SLOT_ASKING, SLOT_STOPPED};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        slot.state = others[i];
        assert_false(kafka_slot_accept(&slot, 21));
    }
    assert_int_equal(slot.next, 21);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots__a_partition_keeps_its_place_and_lane),
        cmocka_unit_test(test_slots__the_walk_meets_each_once_in_order),
        cmocka_unit_test(test_slots__a_record_is_accepted_once_and_only_while_running),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
