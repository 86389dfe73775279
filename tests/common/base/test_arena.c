/* test_arena.c: allocation, limits, clean-ups, and what reset keeps. */
#include "common/base/arena.h"

#include "common/base/span.h"
#include "tests/common/base/harness.h"

#include <malloc.h>

static void test_arena__gives_aligned_memory_that_does_not_overlap(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    char *pieces[200];
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        pieces[i] = arena_alloc(a, i);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        if (i)
            memset(pieces[i], (int)i, i);
    }
    for (size_t i = 1; i < COUNT_OF(pieces); i++)
        for (size_t k = 0; k < i; k++)
            assert_int_equal((unsigned char)pieces[i][k], i);
    assert_ptr_not_equal(arena_alloc(a, 0), arena_alloc(a, 0));
    arena_free(a);
}

static void test_arena__zalloc_clears_memory_used_before(void **state) {
    (void)state;
    struct arena *a = arena_new(4096);
    memset(arena_alloc(a, 1024), 0xEE, 1024);
    arena_reset(a);
    const char *p = arena_zalloc(a, 1024);
    for (size_t i = 0; i < 1024; i++)
        assert_int_equal(p[i], 0);
    arena_free(a);
}

static void test_arena__room_can_be_taken_to_the_last_byte(void **state) {
    (void)state;
    struct arena *a = arena_new(1003);
    (void)arena_alloc(a, 1);
    size_t room = arena_room(a);
    assert_int_equal(room, 992 - 16);
    assert_int_equal(arena_used(a), 16);
    (void)arena_alloc(a, room);
    assert_int_equal(arena_room(a), 0);
    arena_free(a);
}

static void go_beyond(void) {
    struct arena *a = arena_new(64);
    (void)arena_alloc(a, 65);
}

static void overflow_an_array(void) {
    struct arena *a = arena_new(SIZE_MAX);
    (void)arena_array(a, SIZE_MAX / 4, 8);
}

static void ask_for_everything(void) {
    struct arena *a = arena_new(SIZE_MAX);
    (void)arena_alloc(a, SIZE_MAX);
}

static void test_arena__going_beyond_its_maximum_is_a_bug(void **state) {
    (void)state;
    assert_is_bug(go_beyond, "arena of 64 bytes has 64 left and was asked for 65");
    assert_is_bug(overflow_an_array, "array of");
    assert_is_bug(ask_for_everything, "was asked for");
}

static char order[8];

static void note(void *thing) {
    strcat(order, thing);
}

static struct arena *shared;

static void note_and_defer(void *thing) {
    note(thing);
    arena_defer(shared, note, (void *)(uintptr_t) "!");
}

static void test_arena__reset_runs_cleanups_backwards(void **state) {
    (void)state;
    struct arena *a = shared = arena_new(4096);
    char *b = span_cstr(a, SPAN("b")); /* the thing lives in the arena itself */
    arena_defer(a, note, (void *)(uintptr_t) "a");
    arena_defer(a, note, b);
    arena_defer(a, note_and_defer, (void *)(uintptr_t) "c");
    order[0] = '\0';
    arena_reset(a);
    assert_string_equal(order, "c!ba");
    arena_reset(a);
    assert_string_equal(order, "c!ba");
    arena_free(a);
}

static void test_arena__free_runs_cleanups_and_takes_null(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    for (int i = 0; i < 5; i++)
        arena_defer(a, note, (void *)(uintptr_t) "x");
    order[0] = '\0';
    arena_free(a);
    assert_string_equal(order, "xxxxx");
    arena_free(NULL);
}

static void test_arena__remembers_its_high_water_mark(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    (void)arena_alloc(a, 160);
    assert_int_equal(arena_high_water(a), 160);
    arena_reset(a);
    (void)arena_alloc(a, 16);
    assert_int_equal(arena_used(a), 16);
    assert_int_equal(arena_high_water(a), 160);
    arena_free(a);
}

static void test_arena__pieces_larger_than_a_block_live_beside_small_ones(void **state) {
    (void)state;
    struct arena *a = arena_new((size_t)64 << 20);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 40; i++) {
            size_t size = (size_t)1 << (i % 22);
            memset(arena_alloc(a, size), (int)i, size);
        }
        arena_reset(a);
    }
    arena_free(a);
}

static size_t heap_in_use(void) {
    struct mallinfo2 m = mallinfo2();
    return m.uordblks + m.hblkhd;
}

/* Sanitizers replace malloc, and mallinfo2 then says nothing; debug builds keep no
 * blocks. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(ARENA_DEBUG)
static const bool can_see_heap = true;
#else
static const bool can_see_heap = false;
#endif

static void run_batch(struct arena *a, size_t bytes) {
    for (size_t n = 0; n < bytes; n += 1000)
        (void)arena_alloc(a, 1000);
    arena_reset(a);
}

static void test_arena__a_steady_load_allocates_nothing_new(void **state) {
    (void)state;
    struct arena *a = arena_new((size_t)256 << 20);
    run_batch(a, 3 << 20);
    size_t before = heap_in_use();
    for (int i = 0; i < 50; i++)
        run_batch(a, 3 << 20);
    assert_true(heap_in_use() <= before);
    arena_free(a);
}

static void test_arena__a_giant_batch_is_forgotten(void **state) {
    (void)state;
    struct arena *a = arena_new((size_t)256 << 20);
    run_batch(a, (size_t)100 << 20);
    size_t after_giant = heap_in_use();
    for (int i = 0; i < 60; i++)
        run_batch(a, 1 << 20);
    if (can_see_heap) {
        assert_true(after_giant > (size_t)100 << 20);
        assert_true(heap_in_use() < (size_t)8 << 20);
    }
    arena_free(a);
}

static void test_arena__a_growing_array_keeps_what_it_holds(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 16);
    size_t room = 0;
    int *items = NULL;
    for (int n = 0; n < 100; n++) {
        int *before = items;
        bool was_full = (size_t)n == room;
        items = arena_grow(a, items, (size_t)n, &room, sizeof *items);
        assert_int_equal(items != before, was_full);
        items[n] = n;
    }
    for (int n = 0; n < 100; n++)
        assert_int_equal(items[n], n);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena__gives_aligned_memory_that_does_not_overlap),
        cmocka_unit_test(test_arena__zalloc_clears_memory_used_before),
        cmocka_unit_test(test_arena__room_can_be_taken_to_the_last_byte),
        cmocka_unit_test(test_arena__going_beyond_its_maximum_is_a_bug),
        cmocka_unit_test(test_arena__reset_runs_cleanups_backwards),
        cmocka_unit_test(test_arena__free_runs_cleanups_and_takes_null),
        cmocka_unit_test(test_arena__remembers_its_high_water_mark),
        cmocka_unit_test(test_arena__pieces_larger_than_a_block_live_beside_small_ones),
        cmocka_unit_test(test_arena__a_steady_load_allocates_nothing_new),
        cmocka_unit_test(test_arena__a_giant_batch_is_forgotten),
        cmocka_unit_test(test_arena__a_growing_array_keeps_what_it_holds),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
