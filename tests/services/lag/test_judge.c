/*
 * test_judge.c: the verdict over a partition's history, against an oracle that knows only
 * the definitions: it keeps every record with the instant it was written, and counts.
 */
#include "tests/common/base/harness.h"

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "services/lag/judge.h"

#define S US_PER_S

static struct lag_moment moment(int64_t now_us, int64_t oldest_us) {
    return (struct lag_moment){.now_us = now_us,
                               .window_us = 60 * S,
                               .oldest_us = oldest_us,
                               .retention_us = -1,
                               .members = 1,
                               .is_ours = true};
}

/* A history of `n` samples 10 s apart from second 0; positions and ends as given. */
static struct lag_history history(const int64_t (*samples)[2], size_t n) {
    struct lag_history h = {0};
    for (size_t i = 0; i < n; i++)
        lag_history_add(&h, (struct lag_sample){(int64_t)i * 10 * S, samples[i][0], 0,
                                                samples[i][1]});
    return h;
}

static enum lag_state state_after(const int64_t (*samples)[2], size_t n,
                                  int64_t members) {
    struct lag_history h = history(samples, n);
    struct lag_moment m = moment((int64_t)(n - 1) * 10 * S, 0);
    m.members = members;
    return lag_judge(&h, &m).state;
}

static void test_judge__the_first_record_after_hours_is_no_stop(void **state) {
    (void)state;
    const int64_t idle[][2] = {{5, 5}, {5, 5}, {5, 5}, {5, 5},
                               {5, 5}, {5, 5}, {5, 5}, {5, 6}};
    assert_int_equal(state_after(idle, 8, 0), LAG_OK);
}

static void test_judge__a_rebalance_shorter_than_the_window_says_nothing(void **state) {
    (void)state;
    const int64_t pause[][2] = {{1, 9}, {2, 9}, {3, 9}, {4, 9},
                                {4, 9}, {4, 9}, {4, 9}, {5, 9}};
    assert_int_equal(state_after(pause, 8, 1), LAG_OK);
}

static void test_judge__nobody_is_stop_and_somebody_is_stall(void **state) {
    (void)state;
    const int64_t still[][2] = {{3, 9}, {3, 9}, {3, 9}, {3, 9}, {3, 9}, {3, 9}, {3, 9}};
    assert_int_equal(state_after(still, 7, 0), LAG_STOP);
    assert_int_equal(state_after(still, 7, -1), LAG_STOP);
    assert_int_equal(state_after(still, 7, 2), LAG_STALL);
    assert_int_equal(state_after(still, 6, 0), LAG_UNKNOWN); /* not long enough yet */
}

static void test_judge__what_never_becomes_less_is_warn(void **state) {
    (void)state;
    const int64_t grows[][2] = {{1, 9},  {2, 11}, {3, 13}, {4, 15},
                                {5, 17}, {6, 19}, {7, 21}};
    assert_int_equal(state_after(grows, 7, 1), LAG_WARN);
    const int64_t less_once[][2] = {{1, 9},  {2, 11}, {3, 13}, {9, 15},
                                    {9, 17}, {9, 19}, {9, 21}};
    assert_int_equal(state_after(less_once, 7, 1), LAG_OK);
}

static void test_judge__going_back_is_rewind_until_it_is_made_good(void **state) {
    (void)state;
    const int64_t back[][2] = {{5, 9}, {6, 9}, {2, 9}, {3, 9}, {4, 9}, {5, 9}, {6, 9}};
    assert_int_equal(state_after(back, 3, 1), LAG_REWIND);
    assert_int_equal(state_after(back, 6, 1), LAG_REWIND);
    assert_int_equal(state_after(back, 7, 1), LAG_OK);
}

static void test_judge__a_topic_that_is_another_stops_only_ours(void **state) {
    (void)state;
    const int64_t cut[][2] = {{5, 3}};
    struct lag_history h = history(cut, 1);
    struct lag_moment m = moment(0, EVENT_ABSENT);
    struct lag_verdict v = lag_judge(&h, &m);
    assert_int_equal(v.trouble, LAG_SHORT);
    assert_int_equal(v.state, LAG_STOP);
    assert_int_equal(v.lag, 0);
    m.is_ours = false;
    assert_int_equal(lag_judge(&h, &m).state, LAG_OK);
}

static void test_judge__records_deleted_unread_are_counted(void **state) {
    (void)state;
    struct lag_history h = {0};
    lag_history_add(&h, (struct lag_sample){0, 10, 14, 20});
    struct lag_moment m = moment(0, EVENT_ABSENT);
    struct lag_verdict v = lag_judge(&h, &m);
    assert_int_equal(v.trouble, LAG_GONE);
    assert_int_equal(v.lost, 4);
    assert_int_equal(v.lag, 6);
}

static void test_judge__a_shorter_partition_begins_a_new_history(void **state) {
    (void)state;
    const int64_t anew[][2] = {{3, 9}, {3, 9}, {3, 9}, {3, 9}, {3, 9}, {3, 9}, {1, 4}};
    assert_int_equal(state_after(anew, 7, 1), LAG_UNKNOWN);
}

static void test_judge__markers_alone_are_no_age(void **state) {
    (void)state;
    const int64_t marker[][2] = {{5, 6}};
    struct lag_history h = history(marker, 1);
    struct lag_moment m = moment(0, EVENT_ABSENT);
    assert_true(lag_judge(&h, &m).age_us == EVENT_ABSENT);
    m.is_nothing = true;
    assert_int_equal(lag_judge(&h, &m).age_us, 0);
}

static void test_judge__catching_up_may_never_happen(void **state) {
    (void)state;
    assert_int_equal(lag_catch_up_us(0, -1, -1), 0);
    assert_true(lag_catch_up_us(5, -1, 1) == EVENT_ABSENT);
    assert_true(lag_catch_up_us(5, 2, 2) == INT64_MAX);
    assert_int_equal(lag_catch_up_us(100, 12, 2), 10 * S);
}

/* Read slower than the beginning of the partition comes nearer: retention by size. */
static void test_judge__a_beginning_that_comes_nearer_is_foreseen(void **state) {
    (void)state;
    struct lag_history h = {0};
    lag_history_add(&h, (struct lag_sample){0, 100, 0, 1000});
    lag_history_add(&h, (struct lag_sample){60 * S, 160, 120, 1200});
    struct lag_moment m = moment(60 * S, EVENT_ABSENT);
    assert_int_equal(lag_judge(&h, &m).loss_in_us,
                     40 * S); /* 40 left, nearer by 1 a second */
}

/* ---- the oracle ---- */

#define N 70
struct world {
    struct lag_sample s[N]; /* since the partition became shorter last */
    size_t n;
};

static int64_t lag_of(const struct lag_sample *s) {
    int64_t from = s->position < s->low ? s->low : s->position;
    return from < s->high ? s->high - from : 0;
}

static size_t window_begin(const struct world *w, const struct lag_moment *m,
                           bool *is_covered) {
    size_t first_inside = 0;
    while (first_inside < w->n && w->s[first_inside].at_us <= m->now_us - m->window_us)
        first_inside++;
    *is_covered = first_inside > 0;
    return first_inside > 0 ? first_inside - 1 : 0;
}

static enum lag_state expected_state(const struct world *w, const struct lag_moment *m) {
    const struct lag_sample *now = &w->s[w->n - 1];
    bool is_covered,
        is_bad = now->position > now->high || m->is_another || now->position < now->low;
    size_t from = window_begin(w, m, &is_covered);
    if (is_bad && m->is_ours)
        return LAG_STOP;
    if (lag_of(now) == 0)
        return LAG_OK;
    for (size_t i = from; i < w->n; i++)
        for (size_t k = i + 1; k < w->n; k++)
            if (w->s[k].position < w->s[i].position)
                for (size_t j = from; j < w->n; j++)
                    if (w->s[j].position > now->position)
                        return LAG_REWIND;
    for (size_t i = from; i < w->n; i++)
        if (lag_of(&w->s[i]) == 0)
            return LAG_OK;
    if (!is_covered)
        return LAG_UNKNOWN;
    bool all_same = true, never_less = true;
    for (size_t i = from; i < w->n; i++) {
        all_same = all_same && w->s[i].position == now->position;
        never_less =
            never_less && (i == from || lag_of(&w->s[i]) >= lag_of(&w->s[i - 1]));
    }
    return all_same     ? (m->members > 0 ? LAG_STALL : LAG_STOP)
           : never_less ? LAG_WARN
                        : LAG_OK;
}

/* Record by record: written evenly from the oldest until now, read in its turn, deleted a
 * retention after it was written. */
static void count_losses(const struct lag_verdict *v, const struct lag_moment *m,
                         int64_t *n, double *first_us) {
    *n = 0;
    *first_us = -1;
    for (int64_t k = 0; k < v->lag; k++) {
        double share = ((double)k + 0.5) / (double)v->lag;
        double deleted = -(double)v->age_us * (1 - share) + (double)m->retention_us;
        bool is_lost = v->read_rate <= 0 ||
                       deleted < share * (double)v->lag / v->read_rate * (double)S;
        if (!is_lost)
            continue;
        ++*n;
        double in = deleted > 0 ? deleted : 0;
        *first_us = *first_us < 0 || in < *first_us ? in : *first_us;
    }
}

static void check_losses(const struct lag_verdict *v, const struct lag_moment *m) {
    int64_t n;
    double first_us;
    if (v->lag == 0 || v->age_us == EVENT_ABSENT || v->age_us == 0 || v->read_rate < 0)
        return;
    count_losses(v, m, &n, &first_us);
    if (v->endangered < n - 1 || v->endangered > n + 1)
        fail_msg("%lld endangered, counted %lld of %lld", (long long)v->endangered,
                 (long long)n, (long long)v->lag);
    if (n > 1 && v->loss_in_us == EVENT_ABSENT)
        fail_msg("a loss of %lld is not foreseen", (long long)n);
    double width = (double)v->age_us / (double)v->lag + 1;
    if (n > 1 && ((double)v->loss_in_us < first_us - width ||
                  (double)v->loss_in_us > first_us + width))
        fail_msg("loss in %lld us, counted %.0f", (long long)v->loss_in_us, first_us);
}

static void step(struct world *w, uint64_t *random, int mood) {
    struct lag_sample s = w->n > 0 ? w->s[w->n - 1] : (struct lag_sample){0};
    s.at_us += (int64_t)(1 + random_next(random) % 9) * S;
    if (random_next(random) % 60 == 0)
        s = (struct lag_sample){s.at_us, s.position, 0, s.high / 2};
    s.high += (int64_t)(random_next(random) % 5) * (mood & 1);
    int64_t most = s.high > s.position ? s.high - s.position : 0;
    if (mood & 2)
        s.position += (int64_t)(random_next(random) % 6) % (most + 1);
    if (random_next(random) % 40 == 0)
        s.position -= (int64_t)(random_next(random) % 4) % (s.position + 1);
    if (random_next(random) % 25 == 0)
        s.low += (int64_t)(random_next(random) % 4) % (s.high - s.low + 1);
    if (w->n > 0 && s.high < w->s[w->n - 1].high)
        w->n = 0;
    w->s[w->n++] = s;
}

static void test_judge__agrees_with_the_definitions_over_random_histories(void **state) {
    (void)state;
    uint64_t random = 8;
    size_t seen[LAG_REWIND + 1] = {0};
    for (int trial = 0; trial < 20000; trial++) {
        struct world w = {.n = 0};
        struct lag_history h = {0};
        int mood = 3;
        size_t steps = 1 + random_next(&random) % N;
        for (size_t i = 0; i < steps; i++) {
            mood = random_next(&random) % 8 == 0 ? (int)(random_next(&random) % 4) : mood;
            step(&w, &random, mood);
            lag_history_add(&h, w.s[w.n - 1]);
        }
        struct lag_moment m =
            moment(w.s[w.n - 1].at_us,
                   w.s[w.n - 1].at_us - (int64_t)(random_next(&random) % 200) * S);
        m.members = (int64_t)(random_next(&random) % 3) - 1;
        m.is_ours = random_next(&random) % 2 == 0;
        m.is_another = random_next(&random) % 20 == 0;
        struct lag_verdict v = lag_judge(&h, &m);
        assert_int_equal(v.lag, lag_of(&w.s[w.n - 1]));
        assert_int_equal(v.state, expected_state(&w, &m));
        seen[v.state]++;
        m.retention_us = (int64_t)(1 + random_next(&random) % 300) * S;
        bool has_moved_low = false;
        for (size_t i = 1; i < w.n; i++)
            has_moved_low = has_moved_low || w.s[i].low != w.s[0].low;
        v = lag_judge(&h, &m);
        if (!has_moved_low)
            check_losses(&v, &m);
    }
    for (int s = LAG_UNKNOWN; s <= LAG_REWIND; s++)
        assert_true(seen[s] > 100); /* each state was tried */
}

/* Records whose instants are known, an end that is seen now and then: the interpolated age
 * lies between the two looks that the record was written between. */
static void test_judge__interpolation_lies_between_the_looks(void **state) {
    (void)state;
    uint64_t random = 9;
    for (int trial = 0; trial < 5000; trial++) {
        struct lag_history h = {0};
        int64_t written_after[400], written_before[400], now = 0, high = 0;
        for (int look = 0; look < 40; look++) {
            int64_t before = now, was = high;
            now += (int64_t)(1 + random_next(&random) % 5) * S;
            high += (int64_t)(random_next(&random) % 9);
            for (int64_t o = was; o < high; o++) {
                written_after[o] = look == 0 ? INT64_MIN : before;
                written_before[o] = now;
            }
            lag_history_add(&h, (struct lag_sample){now, 0, 0, high});
        }
        if (high == 0)
            continue;
        int64_t position = (int64_t)(random_next(&random) % (uint64_t)high);
        struct lag_sample last = *lag_history_at(&h, h.n - 1);
        last.position = position;
        lag_history_add(&h, last);
        struct lag_moment m = moment(now, EVENT_ABSENT);
        struct lag_verdict v = lag_judge(&h, &m);
        if (written_after[position] == INT64_MIN) {
            assert_true(v.age_us == EVENT_ABSENT); /* written before we looked */
            continue;
        }
        assert_true(v.is_estimated);
        assert_in_range(v.age_us, now - written_before[position],
                        now - written_after[position]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge__the_first_record_after_hours_is_no_stop),
        cmocka_unit_test(test_judge__a_rebalance_shorter_than_the_window_says_nothing),
        cmocka_unit_test(test_judge__nobody_is_stop_and_somebody_is_stall),
        cmocka_unit_test(test_judge__what_never_becomes_less_is_warn),
        cmocka_unit_test(test_judge__going_back_is_rewind_until_it_is_made_good),
        cmocka_unit_test(test_judge__a_topic_that_is_another_stops_only_ours),
        cmocka_unit_test(test_judge__records_deleted_unread_are_counted),
        cmocka_unit_test(test_judge__a_shorter_partition_begins_a_new_history),
        cmocka_unit_test(test_judge__markers_alone_are_no_age),
        cmocka_unit_test(test_judge__catching_up_may_never_happen),
        cmocka_unit_test(test_judge__a_beginning_that_comes_nearer_is_foreseen),
        cmocka_unit_test(test_judge__agrees_with_the_definitions_over_random_histories),
        cmocka_unit_test(test_judge__interpolation_lies_between_the_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
