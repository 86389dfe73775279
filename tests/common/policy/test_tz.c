/* test_tz.c: zones against an independent oracle at every transition, and the traps of
 * clock changes. HENPIN_LONG=1 compares every zone that the system knows. */
#include "common/event/marketplace.h"
#include "common/policy/tz.h"
#include "tests/common/policy/packs.h"

#include <inttypes.h>
#include <stdlib.h>

static struct arena *a;

static int setup(void **state) {
    (void)state;
    a = arena_new(64 << 20);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(a);
    return 0;
}

static const struct zone *load(const char *name) {
    struct zone *z;
    struct error err = {0};
    if (zone_load(a, NULL, name, &z, &err) != ST_OK)
        fail_msg("%s", err.text);
    return z;
}

/* Zones with odd rules beside those in use: half hours, skipped days, negative summer
 * time, no more changes. */
static const char *const odd_zones[] = {"UTC",
                                        "Asia/Hong_Kong",
                                        "Australia/Lord_Howe",
                                        "Pacific/Apia",
                                        "Pacific/Kwajalein",
                                        "Asia/Kathmandu",
                                        "Africa/Casablanca",
                                        "America/St_Johns",
                                        "America/Caracas",
                                        "Asia/Pyongyang",
                                        "Europe/Moscow",
                                        "Antarctica/Troll",
                                        "America/New_York",
                                        "America/Nuuk",
                                        "Asia/Gaza"};

static void test_tz__agrees_with_the_oracle_at_every_transition(void **state) {
    (void)state;
    char command[4096] = "python3 tests/common/policy/zone_oracle.py";
    size_t n, len = strlen(command);
    const struct marketplace *all = marketplace_all(&n);
    for (size_t i = 0; i < n; i++) {
        if (!strstr(command, all[i].zone)) {
            len +=
                (size_t)snprintf(command + len, sizeof command - len, " %s", all[i].zone);
        }
    }
    for (size_t i = 0; i < COUNT_OF(odd_zones); i++)
        len += (size_t)snprintf(command + len, sizeof command - len, " %s", odd_zones[i]);
    if (getenv("HENPIN_LONG")) { /* every zone that the system knows: a minute */
        snprintf(command, sizeof command,
                 "python3 tests/common/policy/zone_oracle.py --all");
    }
    FILE *oracle = popen(command, "r");
    assert_non_null(oracle);
    char kind, name[64], current[64] = "";
    int64_t from, expected, transitions = 0, compared = 0, zones = 0;
    const struct zone *z = NULL;
    while (fscanf(oracle, " %c %63s %" SCNd64 " %" SCNd64, &kind, name, &from,
                  &expected) == 4) {
        if (strcmp(name, current) != 0) {
            z = load(name);
            snprintf(current, sizeof current, "%s", name);
            zones++;
        }
        if (kind == 'n') {
            transitions += from;
            continue;
        }
        int64_t got = kind == 'o' ? zone_offset_us(z, from * US_PER_S)
                                  : zone_instant_us(z, from * US_PER_S, NULL);
        compared++;
        if (got != expected * US_PER_S) {
            fail_msg("%s %c %" PRId64 ": %" PRId64 ", the oracle says %" PRId64, name,
                     kind, from, got / US_PER_S, expected);
        }
    }
    assert_int_equal(pclose(oracle), 0);
    print_message("zones %" PRId64 ", transitions %" PRId64 ", comparisons %" PRId64 "\n",
                  zones, transitions, compared);
    assert_true(zones >= 40 && transitions > 1500 && compared > 20000);
}

static void test_tz__a_skipped_wall_time_gives_the_earlier_instant(void **state) {
    (void)state;
    enum wall_kind kind;
    int64_t wall = at("2026-03-29T02:30:00Z"); /* Berlin jumps from 2:00 to 3:00 */
    assert_instant(zone_instant_us(load("Europe/Berlin"), wall, &kind),
                   "2026-03-29T00:30:00Z");
    assert_int_equal(kind, WALL_SKIPPED);
}

static void test_tz__a_doubled_wall_time_gives_the_earlier_instant(void **state) {
    (void)state;
    enum wall_kind kind;
    int64_t wall = at("2026-10-25T02:30:00Z");
    assert_instant(zone_instant_us(load("Europe/Berlin"), wall, &kind),
                   "2026-10-25T00:30:00Z");
    assert_int_equal(kind, WALL_TWICE);
}

static void test_tz__B11_past_dates_use_the_offset_of_their_own_time(void **state) {
    (void)state;
    const struct zone *z =
        load("Europe/Istanbul"); /* two hours until 2016, three since */
    assert_int_equal(zone_offset_us(z, at("2015-01-15T00:00:00Z")), 2 * US_PER_HOUR);
    assert_int_equal(zone_offset_us(z, at("2026-01-15T00:00:00Z")), 3 * US_PER_HOUR);
}

static void test_tz__B13_a_zone_that_stopped_changing_goes_on(void **state) {
    (void)state;
    const struct zone *z = load("Asia/Hong_Kong"); /* last change in 1979 */
    assert_int_equal(zone_offset_us(z, at("2026-07-01T00:00:00Z")), 8 * US_PER_HOUR);
    assert_int_equal(zone_offset_us(z, at("2099-07-01T00:00:00Z")), 8 * US_PER_HOUR);
}

static void test_tz__rules_go_on_beyond_the_last_transition_of_the_file(void **state) {
    (void)state;
    const struct zone *z = load("America/New_York");
    assert_int_equal(zone_offset_us(z, at("2060-01-15T00:00:00Z")), -5 * US_PER_HOUR);
    assert_int_equal(zone_offset_us(z, at("2060-07-15T00:00:00Z")), -4 * US_PER_HOUR);
}

static void test_tz__names_that_are_no_zone_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {
        "",         "Mars/Olympus", "../../../etc/passwd", "/etc/passwd", "Asia/Tokyo;x",
        "zone.tab", "Asia"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct zone *z;
        struct error err;
        assert_int_equal(zone_load(a, NULL, names[i], &z, &err), ST_FATAL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tz__agrees_with_the_oracle_at_every_transition),
        cmocka_unit_test(test_tz__a_skipped_wall_time_gives_the_earlier_instant),
        cmocka_unit_test(test_tz__a_doubled_wall_time_gives_the_earlier_instant),
        cmocka_unit_test(test_tz__B11_past_dates_use_the_offset_of_their_own_time),
        cmocka_unit_test(test_tz__B13_a_zone_that_stopped_changing_goes_on),
        cmocka_unit_test(test_tz__rules_go_on_beyond_the_last_transition_of_the_file),
        cmocka_unit_test(test_tz__names_that_are_no_zone_are_refused),
    };
    return cmocka_run_group_tests_name("tz", tests, setup, teardown);
}
