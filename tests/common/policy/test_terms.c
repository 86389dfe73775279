/* test_terms.c: a licence that is given for each kind of goods by itself: which one goods
 * need, who has it, and what of that is refused at load. */
#include "common/policy/directory.h"
#include "common/policy/partner.h"
#include "tests/common/policy/packs.h"

#define MEND                                                                             \
    "    MEND: {title: Mending, by_trait: {small: MEND_S, large: MEND_L}}\n"             \
    "    MEND_S: {title: Mending the small}\n    MEND_L: {title: Mending the large}\n"   \
    "    CARRY: {title: Carrying}\n"

#define HEAD                                                                             \
    "domain:\n  traits: {set: [small, large, old], optional: true}\n"                    \
    "terms:\n  to: {mender: {title: M}}\n  licence:\n"

#define RULES                                                                            \
    "tables:\n- table: t\n  title: t\n  hit: unique\n  gives: {code: one, steps: "       \
    "list}\n"                                                                            \
    "  else: none\n  rules:\n"                                                           \
    "  - {id: r, title: t, source: s, confidence: own, when: {event: asked},"            \
    " then: {code: x, steps: [{do: mend, to: mender, licence: MEND},"                    \
    " {do: carry, licence: CARRY}]}}\n"                                                  \
    "sites:\n  harbour: {title: H, area: coast, when: {marketplace: east}}\n"

#define PARTNERS                                                                         \
    "partners:\n"                                                                        \
    "  one: {title: One, services: [mender], areas: [coast], calendar: always,"          \
    " licences: [{for: MEND_S}, {for: CARRY}]}\n"                                        \
    "  two: {title: Two, services: [mender], areas: [coast], calendar: always,"          \
    " licences: [{for: CARRY}]}\n"

static struct pack_fixture x;

static void load(struct pack_fixture *y, const char *kinds) {
    pack_dir(y);
    pack_write(y, "ground.yaml", PACK_GROUND, strlen(PACK_GROUND));
    pack_write(y, "kinds.yaml", kinds, strlen(kinds));
    pack_load(y);
}

static int setup(void **state) {
    (void)state;
    load(&x, HEAD MEND RULES PARTNERS
         "directory:\n  ends_soon: [60 days]\n  words:\n"
         "    MEND: {fact: a, ends_soon: [90 days]}\n    MEND_L: {fact: b}\n");
    assert_loads(&x);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    pack_remove(&x);
    return 0;
}

/* The licence of the first step for goods with these traits; NULL: nobody stated any. */
static const char *licence_for(const char *const *traits) {
    static struct policy_decision d;
    struct policy_facts f;
    policy_facts_init(x.p, &f);
    policy_state(x.p, &f, FACT_EVENT, SPAN("asked"));
    policy_state(x.p, &f, FACT_MARKETPLACE, SPAN("east"));
    policy_state_instant(&f, TIME_EVENT, at("2026-11-20T12:00Z"));
    for (; traits && *traits; traits++)
        policy_state_member(x.p, &f, FACT_TRAITS, span_of(*traits));
    policy_decide(x.p, &f, &d);
    assert_int_equal(d.disposition.n_steps, 2);
    assert_string_equal(d.disposition.steps[1].licence, "CARRY");
    return d.disposition.steps[0].licence;
}

static void test_terms__the_kind_of_the_goods_says_which_licence(void **state) {
    (void)state;
    static const char *const small[] = {"old", "small", NULL}, *const large[] = {"large",
                                                                                 NULL};
    assert_string_equal(licence_for(small), "MEND_S");
    assert_string_equal(licence_for(large), "MEND_L");
}

static void test_terms__a_kind_that_is_not_known_is_not_guessed(void **state) {
    (void)state;
    static const char *const both[] = {"small", "large", NULL}, *const other[] = {"old",
                                                                                  NULL};
    assert_string_equal(licence_for(NULL), "MEND");
    assert_string_equal(licence_for(other), "MEND");
    assert_string_equal(licence_for(both), "MEND");
}

static const char *refusal(const char *licence) {
    static char text[2000];
    static struct policy_verdict v[POLICY_MAX_PARTNERS];
    struct arena *a = arena_new(1u << 20);
    struct policy_partner_ask ask = {.role = SPAN("mender"),
                                     .licence = span_of(licence),
                                     .marketplace = SPAN("east"),
                                     .at_us = at("2026-11-20T12:00Z"),
                                     .due_us = POLICY_NO_INSTANT};
    int n = policy_partners_judge(x.p, &ask, NULL, a, v);
    int taken = policy_partner_taken(v, n);
    if (taken < 0)
        snprintf(text, sizeof text, "%.*s",
                 SPAN_ARGS(policy_partners_text(x.p, SPAN("mend"), &ask, v, n, a)));
    else
        snprintf(text, sizeof text, "%s", v[taken].partner);
    arena_free(a);
    return text;
}

static void test_terms__whoever_lacks_it_is_named_with_what_he_has(void **state) {
    (void)state;
    assert_string_equal(refusal("MEND_S"), "one");
    assert_string_equal(
        refusal("MEND_L"),
        "nobody may do mend: MEND_L (Mending the large) in coast is needed"
        "; one: has no MEND_L, but MEND_S; two: has no MEND_L");
    assert_string_equal(
        refusal("MEND"),
        "nobody may do mend: MEND (Mending; of which kind the goods are is not known) in "
        "coast is needed; one: has no MEND, but MEND_S; two: has no MEND");
}

static void test_terms__what_the_directory_says_of_it_holds_for_its_kinds(void **state) {
    (void)state;
    const int64_t *ends;
    struct policy_facts f;
    assert_int_equal(directory_warnings(x.p, SPAN("MEND_S"), &ends), 1);
    assert_true(ends[0] == 90 * US_PER_DAY);
    assert_int_equal(directory_warnings(x.p, SPAN("MEND_L"), &ends), 1);
    assert_true(ends[0] == 60 * US_PER_DAY); /* named itself */
    policy_facts_init(x.p, &f);
    directory_state_licence(x.p, &f, SPAN("MEND_S"));
    assert_true(f.value[FACT_HAS] == 1);
    directory_state_licence(x.p, &f, SPAN("MEND_L"));
    assert_true(f.value[FACT_HAS] == 3);
}

static void test_terms__what_makes_no_sense_is_refused(void **state) {
    (void)state;
    static const char *const broken[][2] = {
        {HEAD "    MEND: {title: M, by_trait: {tiny: MEND_S}}\n    MEND_S: {title: S}\n",
         "the domain lists no traits \"tiny\""},
        {HEAD "    MEND: {title: M, by_trait: {small: MEND_S}}\n",
         "\"terms\" lists no licence \"MEND_S\""},
        {HEAD "    MEND: {title: M, by_trait: {small: MEND}}\n",
         "lists no licence \"MEND\" without kinds of its own"},
        {HEAD "    MEND: {title: M, by_trait: [small]}\n", "maps traits to licences"},
        {"terms:\n  to: {mender: {title: M, by_trait: {small: X}}}\n",
         "only a licence goes \"by_trait\""},
        {HEAD MEND RULES "partners:\n  one: {title: One, services: [mender], areas: any, "
                         "calendar: always, licences: [{for: MEND}]}\n",
         "licence: \"MEND\" is given for one kind of goods at a time: name it, "
         "\"MEND_S\""},
    };
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct pack_fixture y;
        load(&y, broken[i][0]);
        assert_null(y.p);
        if (!strstr(y.said, broken[i][1]))
            fail_msg("expected \"%s\", found:\n%s", broken[i][1], y.said);
        pack_remove(&y);
    }
}

#define TEST(f) cmocka_unit_test(f)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_terms__the_kind_of_the_goods_says_which_licence),
        TEST(test_terms__a_kind_that_is_not_known_is_not_guessed),
        TEST(test_terms__whoever_lacks_it_is_named_with_what_he_has),
        TEST(test_terms__what_the_directory_says_of_it_holds_for_its_kinds),
        TEST(test_terms__what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
