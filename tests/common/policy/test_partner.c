/* test_partner.c: who may do a step, and why each other may not. */
#include "common/policy/partner.h"

#include "tests/common/policy/packs.h"

#define GROUND                                                                           \
    PACK_GROUND                                                                          \
    "terms:\n"                                                                           \
    "  to: {carrier: {title: C}, repairer: {title: R}, keeper: {title: K},"              \
    " owner: {title: O, held_by: seller}}\n"                                             \
    "  licence: {CARRY: {title: C}, MEND: {title: M}}\n"                                 \
    "  waste: {OIL: {title: O}, METAL: {title: M}}\n"                                    \
    "tables:\n- table: t\n  title: t\n  hit: unique\n  gives: {code: one}\n"             \
    "  else: none\n  rules:\n"                                                           \
    "  - {id: r, title: t, source: s, confidence: own, when: {event: asked},"            \
    " then: {code: x}}\n"                                                                \
    "sites:\n  harbour: {title: H, area: coast, when: {marketplace: east}}\n"

#define PARTNERS                                                                         \
    "partners:\n"                                                                        \
    "  inland: {title: I, services: [carrier], areas: [hills], calendar: always,"        \
    " licences: [{for: CARRY, waste: any}]}\n"                                           \
    "  old: {title: Old, services: [carrier], areas: any, calendar: always,"             \
    " licences: [{for: CARRY, waste: any, until: 2026-11-20T00:00Z}]}\n"                 \
    "  narrow: {title: N, services: [carrier], areas: [coast], calendar: always,"        \
    " licences: [{for: CARRY, waste: [METAL], until: 2028-01-01T00:00Z}]}\n"             \
    "  busy: {title: B, services: [carrier], areas: [coast], calendar: tokyo,"           \
    " capacity: 2, licences: [{for: CARRY, waste: any, until: 2027-01-01T00:00Z},"       \
    " {for: CARRY, waste: any, from: 2027-01-01T00:00Z}]}\n"                             \
    "  mender: {title: M, services: [repairer], areas: [coast], calendar: always}\n"

static struct pack_fixture x;

static int setup(void **state) {
    (void)state;
    pack_load_text(&x, GROUND PARTNERS);
    assert_loads(&x);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    pack_remove(&x);
    return 0;
}

static struct policy_partner_ask ask(const char *role, const char *licence) {
    return (struct policy_partner_ask){.role = span_of(role),
                                       .licence = span_of(licence),
                                       .marketplace = SPAN("east"),
                                       .at_us = at("2026-11-20T12:00+09:00"), /* Friday */
                                       .due_us = POLICY_NO_INSTANT};
}

/* Who is taken, and why the others are not: "old: ...". */
static const char *judged(const struct policy_partner_ask *a, const int64_t *n_open) {
    static char text[4000];
    static struct policy_verdict v[POLICY_MAX_PARTNERS];
    struct arena *arena = arena_new(1u << 20);
    int n = policy_partners_judge(x.p, a, n_open, arena, v), taken;
    size_t len = 0;
    taken = policy_partner_taken(v, n);
    len += (size_t)snprintf(text, sizeof text, "%s",
                            taken < 0 ? "nobody" : v[taken].partner);
    for (int i = 0; i < n; i++)
        if (v[i].why_not)
            len += (size_t)snprintf(text + len, sizeof text - len, "; %s: %s",
                                    v[i].partner, v[i].why_not);
    arena_free(arena);
    return text;
}

static void test_partner__the_first_that_may_is_taken(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("carrier", "CARRY");
    static const struct span metal[] = {{"METAL", 5}};
    a.waste = metal;
    a.n_waste = 1;
    assert_string_equal(
        judged(&a, NULL),
        "narrow; inland: its CARRY is not for coast; old: its CARRY ended "
        "2026-11-20T00:00:00Z");
}

static void test_partner__every_kind_of_waste_must_be_covered(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("carrier", "CARRY");
    static const struct span both[] = {{"METAL", 5}, {"OIL", 3}};
    a.waste = both;
    a.n_waste = 2;
    assert_non_null(strstr(judged(&a, NULL), "busy; "));
    assert_non_null(strstr(judged(&a, NULL), "narrow: its CARRY is not for OIL"));
}

static void
test_partner__a_licence_counts_until_the_instant_at_which_it_ends(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("carrier", "CARRY");
    a.at_us = at("2026-11-20T00:00Z") - 1;
    assert_true(strncmp(judged(&a, NULL), "old", 3) == 0);
    a.at_us++;
    assert_true(strncmp(judged(&a, NULL), "narrow", 6) == 0);
}

static void test_partner__a_renewed_licence_goes_on(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("carrier", "CARRY");
    static const struct span oil[] = {{"OIL", 3}};
    a.waste = oil;
    a.n_waste = 1;
    for (int i = -1; i <= 1; i++) {
        a.at_us = at("2027-01-01T00:00Z") + i;
        assert_true(strncmp(judged(&a, NULL), "busy", 4) == 0);
    }
}

static void
test_partner__who_is_full_or_closed_until_it_is_due_is_passed_over(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("carrier", "CARRY");
    static const struct span oil[] = {{"OIL", 3}};
    const int64_t n_open[] = {0, 0, 0, 2, 0};
    a.waste = oil;
    a.n_waste = 1;
    assert_non_null(strstr(judged(&a, n_open), "busy: has as much as it can take (2)"));
    a.at_us = at("2026-11-20T19:00+09:00");
    a.due_us = at("2026-11-24T08:00+09:00"); /* Monday is closed */
    assert_non_null(
        strstr(judged(&a, NULL), "busy: opens after it is due, 2026-11-24T00:00:00Z"));
    a.due_us = at("2026-11-24T10:00+09:00");
    assert_true(strncmp(judged(&a, NULL), "busy", 4) == 0);
}

static void test_partner__who_did_the_steps_before_goes_on_while_he_may(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("carrier", "CARRY");
    static const struct span metal[] = {{"METAL", 5}};
    const int64_t n_open[] = {0, 0, 0, 2, 0};
    a.waste = metal;
    a.n_waste = 1;
    a.bound = SPAN("busy"); /* full, and not the first */
    assert_true(strncmp(judged(&a, n_open), "busy;", 5) == 0);
    a.at_us = at("2026-11-20T19:00+09:00"); /* closed until it is due, too */
    a.due_us = at("2026-11-24T08:00+09:00");
    assert_true(strncmp(judged(&a, n_open), "busy;", 5) == 0);
    a.bound = SPAN("old"); /* his licence ended */
    assert_true(strncmp(judged(&a, n_open), "narrow;", 7) == 0);
    a.bound = SPAN("mender"); /* does not offer it */
    assert_true(strncmp(judged(&a, n_open), "narrow;", 7) == 0);
}

static void
test_partner__a_licence_counts_from_the_first_of_those_that_renew_it(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("carrier", "CARRY");
    static struct policy_verdict v[POLICY_MAX_PARTNERS];
    struct arena *arena = arena_new(1u << 20);
    a.at_us = at("2027-06-01T00:00Z");
    int n = policy_partners_judge(x.p, &a, NULL, arena, v);
    assert_string_equal(v[n - 1].partner, "busy");
    assert_true(v[n - 1].licence_from_us == INT64_MIN); /* the first has no beginning */
    arena_free(arena);
}

static void test_partner__who_was_considered_stands_in_json(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("carrier", "CARRY");
    static struct policy_verdict v[POLICY_MAX_PARTNERS];
    struct arena *arena = arena_new(1u << 20);
    a.bound = SPAN("busy");
    int n = policy_partners_judge(x.p, &a, NULL, arena, v);
    struct span text = policy_partners_json(v, n, policy_partner_taken(v, n), arena);
    assert_string_equal(
        span_cstr(arena, text),
        "[{\"partner\":\"inland\",\"title\":\"I\",\"why_not\":\"its CARRY is not for "
        "coast\"},"
        "{\"partner\":\"old\",\"title\":\"Old\",\"why_not\":\"its CARRY ended "
        "2026-11-20T00:00:00Z\"},"
        "{\"partner\":\"narrow\",\"title\":\"N\"},"
        "{\"partner\":\"busy\",\"title\":\"B\",\"is_taken\":true,\"is_bound\":true}]");
    arena_free(arena);
}

static void test_partner__a_licence_is_never_done_without(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("repairer", "MEND");
    assert_true(policy_partner_is_needed(x.p, &a));
    assert_string_equal(judged(&a, NULL), "nobody; mender: has no MEND");
    a = ask("keeper", "MEND");
    assert_true(policy_partner_is_needed(x.p, &a));
    assert_string_equal(judged(&a, NULL), "nobody");
}

static void test_partner__what_needs_none_stays_in_the_house(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("keeper", NULL);
    assert_false(policy_partner_is_needed(x.p, &a));
    a = ask("repairer", NULL);
    assert_true(policy_partner_is_needed(x.p, &a));
    assert_string_equal(judged(&a, NULL), "mender");
    a = ask("owner", "MEND"); /* the seller's own licence */
    assert_false(policy_partner_is_needed(x.p, &a));
    a = ask("carrier", "CARRY");
    a.marketplace = SPAN("west"); /* no site of ours */
    assert_false(policy_partner_is_needed(x.p, &a));
    assert_null(policy_site(x.p, a.marketplace));
    assert_string_equal(policy_site(x.p, SPAN("east")), "harbour");
}

static void test_partner__the_words_say_which_licence_where_and_by_when(void **state) {
    (void)state;
    struct policy_partner_ask a = ask("repairer", "MEND");
    static const struct span metal[] = {{"METAL", 5}};
    static struct policy_verdict v[POLICY_MAX_PARTNERS];
    struct arena *arena = arena_new(1u << 20);
    a.waste = metal;
    a.n_waste = 1;
    a.due_us = at("2026-11-24T00:00Z");
    int n = policy_partners_judge(x.p, &a, NULL, arena, v);
    struct span text = policy_partners_text(x.p, SPAN("mend"), &a, v, n, arena);
    assert_string_equal(span_cstr(arena, text),
                        "nobody may do mend: MEND (M) for METAL in coast is needed by "
                        "2026-11-24T00:00:00Z; mender: has no MEND");
    text = policy_partners_text(x.p, SPAN("mend"), &a, v, 0, arena);
    assert_non_null(strstr(span_cstr(arena, text), "no partner offers it"));
    arena_free(arena);
}

/* ---- what is refused ---- */

static void test_partner__what_makes_no_sense_is_refused_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *partners, *said;
    } wrong[] = {
        {"partners:\n  a:\n    title: A\n    services: [carrier]\n    areas: any\n"
         "    calendar: always\n    licences:\n"
         "    - {for: CARRY, from: 2027-01-01, until: 2026-01-01}\n",
         ":36:7: date: this licence ends before it begins"},
        {"partners:\n  a: {title: A, services: [flyer], areas: any, calendar: always}\n",
         "\"terms\" lists no to \"flyer\""},
        {"partners:\n  a: {title: A, services: [carrier], areas: any, calendar: never}\n",
         "there is no calendar \"never\""},
        {"partners:\n  a: {title: A, services: [carrier], areas: any}\n",
         "a partner needs \"services\", \"areas\" and \"calendar\""},
        {"partners:\n  a: {title: A, services: [carrier], areas: any, calendar: always,"
         " licences: [{for: FLY}]}\n",
         "\"terms\" lists no for \"FLY\""},
        {"partners:\n  a: {title: A, services: [carrier], areas: any, calendar: always,"
         " langs: [xx]}\n",
         "\"xx\" is no language of the domain"},
        {"partners: []\n", "\"partners\" must be a mapping of names"},
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        char text[8192];
        struct pack_fixture y;
        snprintf(text, sizeof text, "%s%s", GROUND, wrong[i].partners);
        pack_load_text(&y, text);
        assert_null(y.p);
        if (!strstr(y.said, wrong[i].said))
            fail_msg("%zu: %s", i, y.said);
        pack_remove(&y);
    }
}

#define TEST(f) cmocka_unit_test(f)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_partner__the_first_that_may_is_taken),
        TEST(test_partner__every_kind_of_waste_must_be_covered),
        TEST(test_partner__a_licence_counts_until_the_instant_at_which_it_ends),
        TEST(test_partner__a_renewed_licence_goes_on),
        TEST(test_partner__who_is_full_or_closed_until_it_is_due_is_passed_over),
        TEST(test_partner__who_did_the_steps_before_goes_on_while_he_may),
        TEST(test_partner__a_licence_counts_from_the_first_of_those_that_renew_it),
        TEST(test_partner__who_was_considered_stands_in_json),
        TEST(test_partner__a_licence_is_never_done_without),
        TEST(test_partner__what_needs_none_stays_in_the_house),
        TEST(test_partner__the_words_say_which_licence_where_and_by_when),
        TEST(test_partner__what_makes_no_sense_is_refused_with_its_line),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
