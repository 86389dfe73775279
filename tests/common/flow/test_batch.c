/* test_batch.c: messages that share a transaction: fates over attempts, limits, bounds. */
#include "common/flow/batch.h"
#include "common/flow/worker.h"
#include "common/io/avro_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { CAPACITY = 8 };

static const struct service service = {.name = "test", .item_size = 8, .state_size = 32};

struct fixture {
    struct arena *attempt;
    struct batch *b;
};

static int setup(void **state) {
    static struct fixture f;
    f.attempt = arena_new(BATCH_ARENA_BYTES);
    f.b = batch_new(&service, "g", NULL, f.attempt, CAPACITY);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    batch_free(f->b);
    arena_free(f->attempt);
    return 0;
}

static void fill(struct batch *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        b->messages[b->n_messages++] = (struct message){.offset = (int64_t)i};
}

static void reject(struct batch *b, size_t i) {
    struct error why = {.code = E_EVENT_FIELD, .text = "bad"};
    batch_reject(b, &b->messages[i], &why);
    memset(&why, 0, sizeof why); /* it was copied */
}

static void test_batch__a_new_attempt_opens_all_but_the_rejected(void **state) {
    struct batch *b = ((struct fixture *)*state)->b;
    fill(b, 4);
    reject(b, 1);
    b->messages[0].fate = FATE_APPLIED;
    b->messages[2].fate = FATE_PARKED;
    b->messages[3].fate = FATE_DUPLICATE;
    batch_begin_attempt(b);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(b->messages[i].fate, i == 1 ? FATE_REJECTED : FATE_OPEN);
    assert_string_equal(b->messages[1].error->text, "bad");
    assert_int_equal(b->n_rejected, 1);
}

static void test_batch__a_new_attempt_finds_its_state_zeroed(void **state) {
    struct batch *b = ((struct fixture *)*state)->b;
    static const char zeroes[32];
    for (int attempt = 0; attempt < 3; attempt++) {
        batch_begin_attempt(b);
        assert_memory_equal(b->state, zeroes, sizeof zeroes);
        assert_int_equal(b->round, 0);
        memset(b->state, 0xFF, sizeof zeroes);
        b->round = 2;
    }
}

static void test_batch__what_is_next_is_open_and_within_the_limit(void **state) {
    struct batch *b = ((struct fixture *)*state)->b;
    fill(b, 6);
    reject(b, 0);
    reject(b, 3);
    b->limit = 5;
    const int64_t expected[] = {1, 2, 4};
    size_t i = 0, n = 0;
    for (struct message *m; (m = batch_next(b, &i)); n++)
        assert_int_equal(m->offset, expected[n]);
    assert_int_equal(n, 3);
}

static void test_batch__is_full_by_count_and_by_bytes(void **state) {
    struct batch *b = ((struct fixture *)*state)->b;
    assert_false(batch_is_full(b, 100));
    fill(b, CAPACITY - 1);
    assert_false(batch_is_full(b, 100));
    b->bytes = 99;
    assert_false(batch_is_full(b, 100));
    b->bytes = 100;
    assert_true(batch_is_full(b, 100));
    b->bytes = 0;
    fill(b, 1);
    assert_true(batch_is_full(b, 100));
}

static void test_batch__always_has_room_for_the_largest_record(void **state) {
    struct batch *b = ((struct fixture *)*state)->b;
    const size_t largest = avro_default_limits.max_total_bytes;
    while (!batch_is_full(b, SIZE_MAX))
        (void)arena_alloc(b->arena, largest);
    assert_true(arena_used(b->arena) <= BATCH_ARENA_BYTES);
    assert_true(arena_used(b->arena) + 3 * largest > BATCH_ARENA_BYTES);
}

static void test_batch__a_reset_forgets_everything(void **state) {
    struct batch *b = ((struct fixture *)*state)->b;
    fill(b, 3);
    reject(b, 1);
    b->limit = 1;
    b->bytes = 10;
    batch_reset(b);
    assert_int_equal(b->n_messages, 0);
    assert_int_equal(b->n_rejected, 0);
    assert_int_equal(b->bytes, 0);
    assert_int_equal(b->n_ranges, 0);
    assert_int_equal(arena_used(b->arena), 0);
    size_t i = 0;
    assert_null(batch_next(b, &i));
    fill(b, 3);
    size_t n = 0;
    for (i = 0; batch_next(b, &i);)
        n++;
    assert_int_equal(n, 3); /* the limit is gone */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_batch__a_new_attempt_opens_all_but_the_rejected),
        CASE(test_batch__a_new_attempt_finds_its_state_zeroed),
        CASE(test_batch__what_is_next_is_open_and_within_the_limit),
        CASE(test_batch__is_full_by_count_and_by_bytes),
        CASE(test_batch__always_has_room_for_the_largest_record),
        CASE(test_batch__a_reset_forgets_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
