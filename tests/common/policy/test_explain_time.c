/* test_explain_time.c: the stretches between start and due add up to the duration, and
 * each has the reason that a person would give. */
#include "common/policy/duration.h"
#include "common/policy/explain.h"
#include "tests/common/policy/packs.h"

static struct pack_fixture x;
static struct arena *a;

static const char pack[] = PACK_GROUND "tables:\n"
                                       "- table: duties\n"
                                       "  hit: collect\n"
                                       "  gives: {duty: by-name}\n"
                                       "  else: none\n"
                                       "  rules:\n"
#define DUTY(name, due)                                                                  \
    "  - {id: " name                                                                     \
    ", title: t, source: s, when: {event: asked}, then: {duty: {name: " name             \
    ", due: \"" due "\", stop: [answered], reserve: 1h, reopen: restart}}}\n"
    DUTY("elapsed", "36h") DUTY("days", "5 calendar-days in tokyo")
        DUTY("open-days", "3 business-days in tokyo")
            DUTY("first", "3 business-days in tokyo, first day counted")
                DUTY("midnight", "2 business-days in tokyo, to the end of the day")
                    DUTY("law", "8 calendar-days in tokyo, first day counted, to the end "
                                "of the day, rolling to open in tokyo")
                        DUTY("hours", "11 business-hours in tokyo");

static int setup(void **state) {
    (void)state;
    a = arena_new((size_t)256 << 20);
    pack_load_text(&x, pack);
    assert_loads(&x);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(a);
    pack_remove(&x);
    return 0;
}

static struct explanation *explain_at(const char *instant) {
    static struct policy_facts f;
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_EVENT, SPAN("asked"));
    policy_state(x.p, &f, FACT_MARKETPLACE, SPAN("east"));
    policy_state_instant(&f, TIME_EVENT, at(instant));
    struct explanation *e = explain_build(a, x.p, &f, NULL);
    assert_int_equal(e->d.n_duties, 7);
    return e;
}

static const struct explain_duty *duty_of(const struct explanation *e, const char *name) {
    for (int i = 0; i < e->d.n_duties; i++)
        if (strcmp(e->duties[i].duty->name, name) == 0)
            return &e->duties[i];
    fail_msg("no duty %s", name);
    return NULL;
}

static const char *told(const struct explain_path *path) {
    static char text[4096];
    size_t n = 0;
    for (int i = 0; i < path->n; i++) {
        const struct explain_segment *s = &path->items[i];
        int64_t wall = s->from_us + 9 * US_PER_HOUR;
        char instant[CLOCK_TEXT_SIZE];
        clock_text(wall, instant);
        n += (size_t)snprintf(text + n, sizeof text - n, "%.5s %.5s %s%s%s; ",
                              instant + 5, instant + 11, s->is_counted ? "+" : "-",
                              explain_why_name(s->why), s->holiday ? s->holiday : "");
    }
    return text;
}

static void test_explain_time__business_days_are_told_day_by_day(void **state) {
    (void)state;
    const struct explanation *e = explain_at("2026-11-20T12:00:00+09:00"); /* a Friday */
    const struct explain_duty *d = duty_of(e, "open-days");
    assert_string_equal(told(&d->due),
                        "11-20 12:00 -start_day; 11-21 00:00 -weekend; "
                        "11-23 00:00 -closure; 11-24 00:00 +open; 11-25 00:00 +open; "
                        "11-26 00:00 +open; ");
    assert_int_equal(d->due.items[d->due.n - 1].nth, 3);
    assert_instant(d->due.items[d->due.n - 1].to_us, "2026-11-26T12:00:00+09:00");
}

static void test_explain_time__the_first_day_may_count(void **state) {
    (void)state;
    const struct explanation *e = explain_at("2026-11-20T12:00:00+09:00");
    assert_string_equal(told(&duty_of(e, "first")->due),
                        "11-20 12:00 +first_day; 11-21 00:00 -weekend; 11-23 00:00 "
                        "-closure; 11-24 00:00 +open; 11-25 00:00 +open; ");
}

static void test_explain_time__the_rest_of_the_last_day_is_told(void **state) {
    (void)state;
    const struct explanation *e = explain_at("2026-11-24T12:00:00+09:00");
    assert_string_equal(told(&duty_of(e, "midnight")->due),
                        "11-24 12:00 -start_day; 11-25 00:00 +open; 11-26 00:00 +open; "
                        "11-26 12:00 +rest_of_day; ");
}

static void test_explain_time__a_last_day_that_rolls_names_the_days_passed(void **state) {
    (void)state;
    /* Day 8 of a Saturday is the next Saturday; Monday is closed by the calendar. */
    const struct explanation *e = explain_at("2026-11-14T12:00:00+09:00");
    const struct explain_duty *d = duty_of(e, "law");
    assert_string_equal(told(&d->due), "11-14 12:00 +runs; 11-21 12:00 -weekend; 11-23 "
                                       "00:00 -closure; 11-24 00:00 +rest_of_day; ");
    assert_instant(d->duty->due_us, "2026-11-25T00:00:00+09:00");
}

static void
test_explain_time__business_hours_skip_breaks_nights_and_weekends(void **state) {
    (void)state;
    const struct explanation *e = explain_at("2026-11-20T10:00:00+09:00");
    assert_string_equal(
        told(&duty_of(e, "hours")->due),
        "11-20 10:00 +open; 11-20 12:00 -break; 11-20 13:00 +open; 11-20 18:00 -night; "
        "11-21 00:00 -weekend; 11-23 00:00 -closure; 11-24 00:00 -night; "
        "11-24 09:00 +open; 11-24 12:00 -break; 11-24 13:00 +open; ");
}

static void test_explain_time__a_clock_that_never_stops_is_one_stretch(void **state) {
    (void)state;
    const struct explanation *e = explain_at("2026-11-20T10:00:00+09:00");
    assert_string_equal(told(&duty_of(e, "elapsed")->due), "11-20 10:00 +runs; ");
    assert_string_equal(told(&duty_of(e, "days")->due), "11-20 10:00 +runs; ");
}

/* What no example can: for any start, the stretches leave no hole, end at the due
 * instant of the decision, and what is counted is the duration. */
static void check_path(const struct explain_duty *e) {
    const struct explain_path *path = &e->due;
    const struct duration *d = &e->spec->due;
    int64_t at_us = e->duty->start_us, counted = 0;
    int n_days = 0;
    for (int i = 0; i < path->n; i++) {
        const struct explain_segment *s = &path->items[i];
        assert_int_equal(s->from_us, at_us);
        assert_true(s->to_us > s->from_us);
        if (s->is_counted)
            counted += s->to_us - s->from_us;
        n_days += s->nth > 0;
        bool is_open = s->why == WHY_OPEN || s->why == WHY_BREAK || s->why == WHY_NIGHT;
        if (d->kind == SPAN_BUSINESS_DAYS && i > 0 && s->why != WHY_REST_OF_DAY) {
            int32_t day = (int32_t)((s->from_us + 9 * US_PER_HOUR) / US_PER_DAY);
            assert_int_equal(is_open, !calendar_closed_because(d->calendar, day));
        }
        at_us = s->to_us;
    }
    assert_int_equal(at_us, e->duty->due_us);
    if (d->kind == SPAN_BUSINESS_HOURS)
        assert_int_equal(counted, d->amount);
    else if (d->kind == SPAN_BUSINESS_DAYS)
        assert_int_equal(n_days, d->amount);
}

static void test_explain_time__stretches_add_up_from_any_start(void **state) {
    (void)state;
    uint64_t seed = 20261122;
    for (int i = 0; i < 20000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        char instant[CLOCK_TEXT_SIZE];
        int64_t minutes = (int64_t)(seed >> 33) % (20 * 365 * 24 * 60);
        clock_text(at("2010-01-04T00:00:00Z") + minutes * US_PER_MIN, instant);
        const struct explanation *e = explain_at(instant);
        for (int k = 0; k < e->d.n_duties; k++)
            check_path(&e->duties[k]);
        arena_reset(a);
    }
}

/* Between act-by and the latest moment the desk that was chosen is never open. */
static void test_explain_time__after_act_by_the_desk_is_closed(void **state) {
    (void)state;
    const struct explanation *e = explain_at("2026-11-20T12:00:00+09:00");
    for (int k = 0; k < e->d.n_duties; k++) {
        const struct explain_path *path = &e->duties[k].act_by;
        for (int i = 0; i < path->n; i++)
            assert_false(path->items[i].is_counted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain_time__business_days_are_told_day_by_day),
        cmocka_unit_test(test_explain_time__the_first_day_may_count),
        cmocka_unit_test(test_explain_time__the_rest_of_the_last_day_is_told),
        cmocka_unit_test(test_explain_time__a_last_day_that_rolls_names_the_days_passed),
        cmocka_unit_test(
            test_explain_time__business_hours_skip_breaks_nights_and_weekends),
        cmocka_unit_test(test_explain_time__a_clock_that_never_stops_is_one_stretch),
        cmocka_unit_test(test_explain_time__stretches_add_up_from_any_start),
        cmocka_unit_test(test_explain_time__after_act_by_the_desk_is_closed),
    };
    return cmocka_run_group_tests_name("explain_time", tests, setup, teardown);
}
