/* Another order of reading: what may change places and what may not. */
#include "services/henpin/story.h"

#include "tests/common/base/harness.h"

enum { SEEDS = 500 };

/* A letter per step: lower case an event (its queue is the letter's), 1..9 the clock, E
 * what is expected, K what is expected of the story's clock, L a look of the clock. The
 * line of a step is its place. */
static struct story told(const char *letters) {
    struct story s = {.file = "f.story", .title = "t"};
    for (const char *c = letters; *c; c++) {
        struct story_step *step = &s.steps[s.n_steps++];
        *step = (struct story_step){.kind = STORY_EVENT, .line = (int)s.n_steps};
        if (*c >= '1' && *c <= '9') {
            step->kind = STORY_CLOCK;
            step->clock_us = *c - '0';
        } else if (*c == 'E' || *c == 'K') {
            step->kind = STORY_EXPECT;
            step->expect.needs_clock = *c == 'K';
        } else if (*c == 'L') {
            step->kind = STORY_LOOK;
        } else {
            step->event = (struct story_event){STORY_ORDERS, {c, 1}, {c, 1}};
        }
    }
    return s;
}

/* The same letters; the clock that an event needs before it is a letter, too. */
static void letters_of(const struct story *s, char *out) {
    for (size_t i = 0; i < s->n_steps; i++) {
        const struct story_step *step = &s->steps[i];
        *out++ = step->kind == STORY_CLOCK    ? (char)('0' + step->clock_us)
                 : step->kind == STORY_EXPECT ? (step->expect.needs_clock ? 'K' : 'E')
                 : step->kind == STORY_LOOK   ? 'L'
                                              : *step->event.key.ptr;
    }
    *out = '\0';
}

/* How often each of `wanted` comes, of SEEDS; anything else fails. */
static void only(const char *letters, const char *const *wanted, size_t n, int at_least) {
    struct arena *a = arena_new((size_t)64 << 20);
    int count[32] = {0};
    const struct story from = told(letters);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        char got[2 * STORY_STEPS_MAX + 1];
        letters_of(story_shuffle(a, &from, seed), got);
        size_t i = 0;
        while (i < n && strcmp(wanted[i], got) != 0)
            i++;
        if (i == n)
            fail_msg("\"%s\" became \"%s\"", letters, got);
        count[i]++;
        arena_reset(a);
    }
    for (size_t i = 0; i < n; i++)
        if (count[i] < at_least)
            fail_msg("\"%s\" became \"%s\" %d times", letters, wanted[i], count[i]);
    arena_free(a);
}
#define ONLY(letters, at_least, ...)                                                     \
    only(letters, (const char *const[]){__VA_ARGS__},                                    \
         COUNT_OF(((const char *const[]){__VA_ARGS__})), at_least)

static void test_shuffle__each_merge_of_the_queues_is_as_likely(void **state) {
    (void)state;
    ONLY("1aabE", SEEDS / 4, "1aabE", "1abaE", "1baaE");
}

static void test_shuffle__a_queue_keeps_its_order(void **state) {
    (void)state;
    ONLY("1aE2aE", SEEDS, "1aE2aE");
}

static void test_shuffle__nothing_passes_a_look_of_the_clock(void **state) {
    (void)state;
    ONLY("1aLbE", SEEDS, "1aLbE");
}

static void
test_shuffle__what_is_expected_between_needs_the_same_before_it(void **state) {
    (void)state;
    ONLY("1aEbE", SEEDS / 3, "1aEbE", "1baE");
    ONLY("1abEcE", SEEDS / 12, "1abEcE", "1baEcE", "1acbE", "1bcaE", "1cabE", "1cbaE");
}

static void test_shuffle__no_event_is_read_before_it_happened(void **state) {
    (void)state;
    ONLY("1aE2bE", SEEDS / 3, "1aE2bE", "12baE");
    ONLY("1a2b3E", SEEDS / 3, "1a2b3E", "12ba3E");
}

static void test_shuffle__what_depends_on_the_clock_has_no_place(void **state) {
    (void)state;
    ONLY("1aKbKE", SEEDS / 3, "1abE", "1baE");
}

static void test_shuffle__what_has_no_place_is_counted(void **state) {
    (void)state;
    struct arena *a = arena_new((size_t)64 << 20);
    const struct story from = told("1aEKbEE");
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        char got[2 * STORY_STEPS_MAX + 1];
        const struct story *s = story_shuffle(a, &from, seed);
        letters_of(s, got);
        assert_int_equal(s->n_dropped, strcmp(got, "1baEE") == 0 ? 2 : 1);
        arena_reset(a);
    }
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest cases[] = {
        cmocka_unit_test(test_shuffle__each_merge_of_the_queues_is_as_likely),
        cmocka_unit_test(test_shuffle__a_queue_keeps_its_order),
        cmocka_unit_test(test_shuffle__nothing_passes_a_look_of_the_clock),
        cmocka_unit_test(test_shuffle__what_is_expected_between_needs_the_same_before_it),
        cmocka_unit_test(test_shuffle__no_event_is_read_before_it_happened),
        cmocka_unit_test(test_shuffle__what_depends_on_the_clock_has_no_place),
        cmocka_unit_test(test_shuffle__what_has_no_place_is_counted),
    };
    return cmocka_run_group_tests(cases, NULL, NULL);
}
