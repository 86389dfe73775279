/* test_harm.c: what must be told of harm, and until when, as more becomes known. */
#include "common/policy/harm.h"
#include "tests/common/base/harness.h"

#define DAY_US INT64_C(86400000000)
#define NOON INT64_C(1769137200000000) /* 2026-01-23 12:00 in Japan */

static struct policy *p;

static int setup(void **state) {
    (void)state;
    struct error err;
    assert_int_equal(policy_load("deploy/policy", NULL, &p, &err), ST_OK);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    policy_free(p);
    return 0;
}

static const struct task *task_of(const struct tasks *t, const char *action) {
    for (size_t i = 0; i < t->n; i++)
        if (span_is(t->items[i].action, action) && t->items[i].state != TASK_CANCELLED)
            return &t->items[i];
    return NULL;
}

static struct tasks none_of(struct arena *a, const char *about) {
    return (struct tasks){.a = a, .about = span_of(about), .identity_us = EVENT_ABSENT};
}

/* Of one class; adds the words one by one, each as a round of its own. */
static void plan(struct tasks *t, enum harm_kind kind, const char *product_class,
                 const struct harm_word *words, size_t n) {
    const struct span classes[] = {span_of(product_class)};
    const struct harm h = {
        .marketplace = SPAN("amazon.co.jp"),
        .order = {.is_known = true,
                  .fulfilment = SPAN("SELLER"),
                  .ship_from_country = SPAN("CN"),
                  .purchased_us = EVENT_ABSENT},
        .words = words,
        .n = n,
        .classes = classes,
        .n_classes = 1,
    };
    assert_null(harm_plan(p, &h, kind, t, NOON));
}

static void test_harm__a_fire_has_ten_days_and_a_device_has_other_rules(void **state) {
    (void)state;
    struct arena *a = arena_new(1U << 22);
    const struct harm_word fire = {SPAN("fire"), SPAN(""), NOON};
    struct tasks accident = none_of(a, "accident"), other = none_of(a, "malfunction");
    plan(&accident, HARM_ACCIDENT, "toy", &fire, 1);
    const struct task *report = task_of(&accident, "report_accident");
    assert_non_null(report);
    assert_true(report->due_us == NOON + 9 * DAY_US + DAY_US / 2);
    plan(&other, HARM_MALFUNCTION, "toy", &fire, 1);
    assert_int_equal(other.n, 0);
    plan(&other, HARM_MALFUNCTION, "medical_class_2", &fire, 1);
    assert_true(task_of(&other, "report_malfunction")->due_us == NOON + 30 * DAY_US);
    arena_free(a);
}

/* In one round or in two: the same tasks and instants. */
static void same_in_two_rounds(int64_t later_us, int64_t due_us) {
    struct arena *a = arena_new(1U << 22);
    const struct harm_word words[] = {{SPAN("malfunction"), SPAN(""), NOON},
                                      {SPAN("death"), SPAN(""), NOON + later_us}};
    struct tasks at_once = none_of(a, "malfunction"), twice = none_of(a, "malfunction");
    plan(&at_once, HARM_MALFUNCTION, "medical_device", words, 2);
    plan(&twice, HARM_MALFUNCTION, "medical_device", words, 1);
    plan(&twice, HARM_MALFUNCTION, "medical_device", words, 2);
    const struct tasks *both[] = {&at_once, &twice};
    for (size_t i = 0; i < COUNT_OF(both); i++) {
        assert_int_equal(both[i]->n, 3);
        assert_true(task_of(both[i], "report_malfunction")->due_us == due_us);
        assert_true(task_of(both[i], "tell_licence_holder")->counts_from_us == NOON);
        assert_true(span_is(both[i]->items[0].rule_id, "med-report-15"));
    }
    arena_free(a);
}

static void test_harm__graver_news_never_gives_more_time(void **state) {
    (void)state;
    same_in_two_rounds(5 * DAY_US, NOON + 20 * DAY_US);  /* 15 days end first */
    same_in_two_rounds(20 * DAY_US, NOON + 30 * DAY_US); /* the 30 do */
}

static void test_harm__what_is_said_of_other_goods_is_not_theirs(void **state) {
    (void)state;
    struct arena *a = arena_new(1U << 22);
    const struct harm_word words[] = {{SPAN("injury"), SPAN("medical_device"), NOON}};
    struct tasks t = none_of(a, "accident");
    plan(&t, HARM_ACCIDENT, "toy", words, 1);
    assert_int_equal(t.n, 0);
    arena_free(a);
}

static void test_harm__their_tasks_are_none_of_the_goods(void **state) {
    (void)state;
    struct arena *a = arena_new(1U << 22);
    const struct harm_word fire = {SPAN("fire"), SPAN(""), NOON};
    struct tasks t = none_of(a, "accident"), goods = none_of(a, "");
    plan(&t, HARM_ACCIDENT, "toy", &fire, 1);
    plan(&goods, HARM_ACCIDENT, "toy", &fire, 1);
    assert_int_equal(t.n, goods.n);
    for (size_t i = 0; i < t.n; i++)
        assert_false(uuid_equal(t.items[i].id, goods.items[i].id));
    arena_free(a);
}

static void test_harm__what_cannot_be_judged_is_said(void **state) {
    (void)state;
    struct arena *a = arena_new(1U << 22);
    const struct span classes[] = {SPAN("toy")};
    const struct harm_word fire = {SPAN("fire"), SPAN(""), NOON};
    const struct harm h = {.marketplace = SPAN("amazon.co.jp"),
                           .order = {.purchased_us = EVENT_ABSENT},
                           .words = &fire,
                           .n = 1,
                           .classes = classes,
                           .n_classes = 1};
    struct tasks t = none_of(a, "accident");
    assert_string_equal(harm_plan(p, &h, HARM_ACCIDENT, &t, NOON),
                        "fulfilment is missing");
    assert_int_equal(t.n, 0);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_harm__a_fire_has_ten_days_and_a_device_has_other_rules),
        cmocka_unit_test(test_harm__graver_news_never_gives_more_time),
        cmocka_unit_test(test_harm__what_is_said_of_other_goods_is_not_theirs),
        cmocka_unit_test(test_harm__their_tasks_are_none_of_the_goods),
        cmocka_unit_test(test_harm__what_cannot_be_judged_is_said),
    };
    return cmocka_run_group_tests_name("harm", tests, setup, teardown);
}
