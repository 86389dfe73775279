/* test_known.c: what was said of lines, compared without their text. */
#include "common/policy/known.h"

#include "common/base/backoff.h"
#include "tests/common/base/harness.h"

enum { MOST_LINES = 2, PAIRS = 100000 };

static size_t any(uint64_t *random, size_t n) {
    return (size_t)(random_next(random) % n);
}

/* Of few values, so that two lists are often alike. */
static struct said_line random_said(uint64_t *random) {
    static const struct span words[] = {{NULL, 0}, {"", 0}, {"a", 1}};
    static const struct span hazards[] = {{"x", 1}, {"y", 1}};
    int event = any(random, 4) == 0 ? SAID_RECEIVED : SAID_BEFORE;
    return (struct said_line){
        .line = {.line_id = any(random, 6) ? SPAN("1") : SPAN("2"),
                 .sku = any(random, 6) ? SPAN("s") : SPAN("t"),
                 .quantity = 1 + (int32_t)(any(random, 6) == 0),
                 .product_class = words[any(random, COUNT_OF(words))],
                 .condition = any(random, 6) ? CONDITION_ABSENT : CONDITION_USED,
                 .hazards = {&hazards[any(random, 2)], any(random, 6) == 0}},
        .event = event,
        .at_us = event == SAID_BEFORE ? EVENT_ABSENT : 1 + (int64_t)any(random, 2),
        .disposition = any(random, 6) ? (struct span){NULL, 0} : SPAN("restock"),
    };
}

static size_t random_list(uint64_t *random, struct said_line *out) {
    size_t n = any(random, MOST_LINES + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = random_said(random);
    return n;
}

static void test_known__lists_are_equal_when_their_texts_are(void **state) {
    (void)state;
    uint64_t random = 4711;
    int n_equal = 0;
    struct arena *a = arena_new(1 << 20);
    for (int i = 0; i < PAIRS; i++) {
        struct said_line x[MOST_LINES], y[MOST_LINES];
        size_t n_x = random_list(&random, x), n_y = random_list(&random, y);
        bool is_same = span_equal(lines_of_said(a, x, n_x), lines_of_said(a, y, n_y));
        assert_int_equal(known_equal(x, n_x, y, n_y), is_same);
        n_equal += is_same && n_x > 0;
        arena_reset(a);
    }
    assert_in_range(n_equal, 100, PAIRS);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known__lists_are_equal_when_their_texts_are),
    };
    return cmocka_run_group_tests_name("known", tests, NULL, NULL);
}
