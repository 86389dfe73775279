/* test_risk.c: what a backlog puts at risk, against counting it record by record. */
#include "tests/common/base/harness.h"

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "services/lag/risk.h"

#include <math.h>

static double counted(const struct risk_backlog *b, int64_t allowance_us) {
    int64_t late = 0;
    for (int64_t k = 0; k < b->lag; k++) {
        double share = ((double)k + 0.5) / (double)b->lag;
        double written = -(double)b->age_us * (1 - share);
        late += b->read_rate <= 0 ||
                share * (double)b->lag / b->read_rate * (double)US_PER_S - written >
                    (double)allowance_us;
    }
    return b->lag ? (double)late / (double)b->lag : 0;
}

static void test_risk__the_share_is_what_counting_gives(void **state) {
    (void)state;
    uint64_t random = 3;
    for (int trial = 0; trial < 3000; trial++) {
        struct risk_backlog b = {(int64_t)(random_next(&random) % 2000),
                                 (int64_t)(random_next(&random) % 1000) * US_PER_S,
                                 (double)(random_next(&random) % 20)};
        int64_t allowance = (int64_t)(random_next(&random) % 1000) * US_PER_S;
        if (fabs(risk_share(&b, allowance) - counted(&b, allowance)) >
            1.5 / (double)(b.lag + 1))
            fail_msg("lag %lld: %f, counted %f", (long long)b.lag,
                     risk_share(&b, allowance), counted(&b, allowance));
    }
}

static void test_risk__nobody_reading_puts_all_at_risk(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    const struct risk_promise promises[] = {{"tokyo", "JPY", US_PER_DAY, 1000},
                                            {"munich", "", US_PER_HOUR, 0},
                                            {"tokyo", "EUR", US_PER_HOUR, 50}};
    const struct risk_backlog b = {300, US_PER_S, 0};
    struct risk r = {0};
    risk_add(&r, a, &b, promises, 3, 0.5);
    risk_add(&r, a, &b, promises, 3, 0.5); /* another partition */
    assert_int_equal(r.n, 2);
    assert_string_equal(r.desks[0].desk, "munich");
    assert_true(fabs(r.desks[0].deadlines - 100) < 1e-9);
    assert_int_equal(r.desks[0].n_money, 0);
    assert_true(fabs(r.desks[1].deadlines - 200) < 1e-9);
    assert_int_equal(r.desks[1].n_money, 2);
    assert_true(fabs(r.desks[1].money[0].minor - 100000) < 1e-6);
    arena_free(a);
}

static void test_risk__a_quick_reader_puts_nothing_at_risk(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    const struct risk_promise promises[] = {{"tokyo", "", US_PER_DAY, 0}};
    const struct risk_backlog b = {300, US_PER_MIN, 100};
    struct risk r = {0};
    risk_add(&r, a, &b, promises, 1, 2);
    assert_int_equal(r.n, 0);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_risk__the_share_is_what_counting_gives),
        cmocka_unit_test(test_risk__nobody_reading_puts_all_at_risk),
        cmocka_unit_test(test_risk__a_quick_reader_puts_nothing_at_risk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
