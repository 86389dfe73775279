/* test_packs.c: the shipped packs: no finding, all tests pass, every marketplace known,
 * fast enough. */
#include "common/base/backoff.h"
#include "common/event/marketplace.h"
#include "common/event/reason.h"
#include "tests/common/policy/packs.h"

static struct pack_fixture x;

static int setup(void **state) {
    (void)state;
    x = (struct pack_fixture){.dir = "deploy/policy"};
    pack_load(&x);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    policy_free(x.p);
    return 0;
}

static void test_packs__load_without_any_finding(void **state) {
    (void)state;
    assert_loads(&x);
    assert_string_equal(x.said, "");
    assert_int_equal(strlen(policy_revision(x.p)->hash), 64);
    assert_true(policy_revision(x.p)->canonical.len > 10000);
    print_message("rules %d, tests %d\n", x.p->n_rules, x.p->n_tests);
}

static void count_untested(void *context, const struct policy_finding *f) {
    if (strcmp(f->kind, "untested") == 0) {
        print_error("%s\n", f->text);
        ++*(int *)context;
    }
}

static void test_packs__every_rule_has_a_test(void **state) {
    (void)state;
    int n = 0;
    struct policy *p;
    struct error err;
    struct policy_report report = {count_untested, &n};
    assert_int_equal(policy_load("deploy/policy", &report, &p, &err), ST_OK);
    assert_int_equal(n, 0);
    policy_free(p);
}

static void test_packs__every_rule_says_who_says_so(void **state) {
    (void)state;
    for (int i = 0; i < x.p->n_rules; i++) {
        const struct rule *r = x.p->rules[i];
        if (!r->source || !r->confidence || strcmp(r->title, r->id) == 0)
            fail_msg("the rule \"%s\" lacks a title, a source or its confidence", r->id);
    }
}

static void test_packs__every_registered_marketplace_is_in_the_domain(void **state) {
    (void)state;
    size_t n;
    const struct marketplace *all = marketplace_all(&n);
    for (size_t i = 0; i < n; i++)
        if (attribute_find(&x.p->domain.facts[FACT_MARKETPLACE], span_of(all[i].code)) <
            0)
            fail_msg("the packs do not know \"%s\"", all[i].code);
}

static void test_packs__every_reason_family_is_in_the_domain(void **state) {
    (void)state;
    static const char *const codes[] = {"CR-DEFECTIVE",
                                        "DAMAGED_BY_CARRIER",
                                        "NOT_AS_DESCRIBED",
                                        "SWITCHEROO",
                                        "POOR_FIT",
                                        "UNWANTED_ITEM",
                                        "MISSED_ESTIMATED_DELIVERY",
                                        "MISSING_PARTS",
                                        "UNAUTHORIZED_PURCHASE",
                                        "x"};
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        const struct attribute *at = &x.p->domain.facts[FACT_REASON];
        assert_true(attribute_find(at, span_of(reason_family(span_of(codes[i])))) >= 0);
    }
}

/* Whatever is stated, there is an outcome, and it is the same when asked again. */
static void test_packs__every_input_gets_a_repeatable_decision(void **state) {
    (void)state;
    uint64_t seed = 5;
    int outcomes[3] = {0};
    for (int i = 0; i < 200000; i++) {
        struct policy_facts f;
        struct policy_decision a, b;
        policy_facts_init(x.p, &f);
        for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
            const struct attribute *at = &x.p->domain.facts[fact];
            uint64_t roll = random_next(&seed);
            if (roll % 8 == 0 || !at->is_listed)
                continue;
            if (at->kind == KIND_NUMBER) {
                policy_state_number(&f, (enum policy_fact)fact,
                                    (int64_t)(roll % 5000) - 10);
            } else if (at->kind == KIND_WORD) {
                policy_state(
                    x.p, &f, (enum policy_fact)fact,
                    roll % 97 == 0
                        ? SPAN("nonsense")
                        : span_of(at->words[(roll >> 8) % (unsigned)at->n_words]));
            } else {
                policy_state_none(&f, (enum policy_fact)fact);
                for (int k = 0; k < (int)(roll >> 8) % 4; k++) {
                    policy_state_member(
                        x.p, &f, (enum policy_fact)fact,
                        span_of(at->words[(roll >> (12 + k)) % (unsigned)at->n_words]));
                }
            }
        }
        for (int t = 0; t < POLICY_TIME_COUNT; t++) {
            uint64_t roll = random_next(&seed);
            if (roll % 16) {
                policy_state_instant(&f, (enum policy_time)t,
                                     (int64_t)(roll % UINT64_C(4000000000000000)));
            }
        }
        memset(&a, 0xaa, sizeof a);
        memset(&b, 0x55, sizeof b);
        policy_decide(x.p, &f, &a);
        policy_decide(x.p, &f, &b);
        outcomes[a.outcome]++;
        assert_int_equal(a.outcome, b.outcome);
        assert_int_equal(a.outcome == POLICY_NOT_EVALUATED, a.cause != NULL);
        assert_non_null(a.route.desk);
        assert_int_equal(a.n_duties, b.n_duties);
        assert_int_equal(a.n_rules, b.n_rules);
        assert_ptr_equal(a.disposition.code, b.disposition.code);
        for (int k = 0; k < a.n_duties; k++) {
            assert_int_equal(a.duties[k].due_us, b.duties[k].due_us);
            assert_int_equal(a.duties[k].owner.act_by_us, b.duties[k].owner.act_by_us);
            assert_true(a.duties[k].waits_for ||
                        a.duties[k].due_us > a.duties[k].start_us);
            assert_true(a.duties[k].waits_for ||
                        a.duties[k].owner.act_by_us <= a.duties[k].due_us);
        }
    }
    print_message("decided %d, not ours %d, not evaluated %d\n", outcomes[0], outcomes[1],
                  outcomes[2]);
    assert_true(outcomes[0] > 1000 && outcomes[1] > 1000 && outcomes[2] > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packs__load_without_any_finding),
        cmocka_unit_test(test_packs__every_rule_has_a_test),
        cmocka_unit_test(test_packs__every_rule_says_who_says_so),
        cmocka_unit_test(test_packs__every_registered_marketplace_is_in_the_domain),
        cmocka_unit_test(test_packs__every_reason_family_is_in_the_domain),
        cmocka_unit_test(test_packs__every_input_gets_a_repeatable_decision),
    };
    return cmocka_run_group_tests_name("packs", tests, setup, teardown);
}
