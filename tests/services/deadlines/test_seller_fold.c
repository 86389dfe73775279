/* test_seller_fold.c: what becomes of a seller's blockers. The packs are the shipped ones;
 * the property that matters: it makes no difference how often or how late one looks. */
#include "services/deadlines/seller_fold.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "tests/common/base/harness.h"

#define NOW INT64_C(1795143600000000) /* 2026-11-20 12:00 in Tokyo */
#define DAY US_PER_DAY
#define AGO (INT64_MIN + 1)

static struct policy *p;
static struct arena *a;

static int setup(void **state) {
    (void)state;
    struct error err;
    assert_int_equal(policy_load("deploy/policy", NULL, &p, &err), ST_OK);
    a = arena_new((size_t)256 << 20);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    policy_free(p);
    arena_free(a);
    return 0;
}

static struct seller_entry fact(const char *word, int64_t from, int64_t until,
                                int64_t known) {
    return (struct seller_entry){span_of(word), {NULL, 0}, from, until, known};
}

static struct seller_store rakuten(int64_t from, int64_t until, int64_t known) {
    return (struct seller_store){
        .marketplace = SPAN("rakuten.co.jp"),
        .ships_from = SPAN("CN"),
        .from_us = from,
        .until_us = until,
        .known_us = known,
    };
}

struct scene {
    struct seller_entry entries[8];
    struct seller_store stores[2];
    struct seller_blocker blockers[8];
    struct seller_picture picture;
};

static void scene_open(struct scene *s, size_t n_entries, size_t n_stores) {
    s->picture = (struct seller_picture){
        .seller_id = SPAN("S"),
        .entries = s->entries,
        .n_entries = n_entries,
        .stores = s->stores,
        .n_stores = n_stores,
        .blockers = s->blockers,
        .looked_us = AGO,
    };
}

/* What the tables would hold after the steps, for the next look. */
static void keep(struct scene *s, const struct seller_steps *out, int64_t now_us) {
    for (size_t i = 0; i < out->n_steps; i++) {
        const struct blocker_step *b = &out->steps[i];
        size_t k = 0;
        while (k < s->picture.n_blockers && !span_equal(s->blockers[k].name, b->name))
            k++;
        assert_true(k < COUNT_OF(s->blockers));
        s->picture.n_blockers += k == s->picture.n_blockers;
        s->blockers[k] = (struct seller_blocker){
            b->marketplace, b->name,     b->rule_id,   b->desk,
            b->severity,    b->instance, b->raised_us, b->resolved_us};
    }
    s->picture.looked_us = now_us;
}

/* "branch.jp 1 raised +3 | branch.jp 1 resolved +5": days from NOW. */
static const char *told(const struct seller_steps *out, struct builder *b) {
    for (size_t i = 0; i < out->n_steps; i++) {
        const struct blocker_step *step = &out->steps[i];
        bool is_raised = step->resolved_us == EVENT_ABSENT;
        int64_t at_us = is_raised ? step->raised_us : step->resolved_us;
        build_text(b, builder_span(b).len > 0 ? " | " : "");
        build_format(b, "%.*s %d %s %+lld", SPAN_ARGS(step->name), step->instance,
                     is_raised ? "raised" : "resolved", (long long)((at_us - NOW) / DAY));
    }
    return span_cstr(a, builder_span(b));
}

static const char *look(struct scene *s, int64_t now_us, struct seller_steps *out) {
    char text[2000];
    struct builder b = builder_over(text, sizeof text);
    seller_fold(a, p, &s->picture, now_us, out);
    const char *said = told(out, &b);
    keep(s, out, now_us);
    return said;
}

static void
test_seller_fold__a_store_without_a_branch_is_told_before_it_opens(void **state) {
    (void)state;
    struct scene s = {0};
    struct seller_steps out;
    s.entries[0] = fact("policy.disclosed", AGO, INT64_MAX, NOW);
    s.entries[1] = fact("branch.jp", NOW + 9 * DAY, INT64_MAX, NOW + 5 * DAY);
    s.stores[0] = rakuten(NOW + 10 * DAY, INT64_MAX, NOW + DAY);
    scene_open(&s, 2, 1);
    assert_string_equal(look(&s, NOW, &out), "");
    assert_int_equal(out.next_us, NOW + DAY);
    assert_string_equal(look(&s, NOW + DAY, &out), "branch.jp 1 raised +1");
    /* The branch begins before the store opens: lifted as soon as it is known. */
    assert_string_equal(look(&s, NOW + 6 * DAY, &out), "branch.jp 1 resolved +5");
    assert_int_equal(out.next_us, NOW + 9 * DAY);
    assert_string_equal(look(&s, NOW + 20 * DAY, &out), "");
}

static void test_seller_fold__a_seller_that_has_left_is_left_alone(void **state) {
    (void)state;
    struct scene s = {0};
    struct seller_steps out;
    s.entries[0] = fact("policy.disclosed", AGO, INT64_MAX, NOW);
    s.entries[1] = fact("branch.jp", AGO, NOW + 5 * DAY, NOW);
    s.stores[0] = rakuten(AGO, NOW + 7 * DAY, NOW);
    scene_open(&s, 2, 1);
    assert_string_equal(look(&s, NOW + 6 * DAY, &out), "branch.jp 1 raised +5");
    assert_string_equal(look(&s, NOW + 8 * DAY, &out), "branch.jp 1 resolved +7");
    assert_string_equal(look(&s, NOW + 90 * DAY, &out), "");
}

static void test_seller_fold__what_no_rule_asks_for_any_more_is_resolved(void **state) {
    (void)state;
    struct scene s = {0};
    struct seller_steps out;
    scene_open(&s, 0, 0);
    s.blockers[0] = (struct seller_blocker){
        SPAN("rakuten.co.jp"), SPAN("of_old"), SPAN("r"), SPAN("d"), 3, 4, NOW,
        EVENT_ABSENT};
    s.picture.n_blockers = 1;
    assert_string_equal(look(&s, NOW + DAY, &out), "of_old 4 resolved +0");
    assert_true(memmem(out.steps[0].reason.ptr, out.steps[0].reason.len, "no rule", 7) !=
                NULL);
}

static void
test_seller_fold__an_unknown_marketplace_says_why_nothing_is_asked(void **state) {
    (void)state;
    struct scene s = {0};
    struct seller_steps out;
    s.stores[0] = rakuten(AGO, INT64_MAX, NOW);
    s.stores[0].marketplace = SPAN("nowhere.example");
    scene_open(&s, 0, 1);
    assert_string_equal(look(&s, NOW, &out), "");
    assert_non_null(out.cause);
}

static void test_seller_fold__an_ending_that_is_followed_is_not_told(void **state) {
    (void)state;
    struct scene s = {0};
    struct seller_steps out;
    s.entries[0] = fact("return_address.uk", AGO, NOW + 10 * DAY, NOW - DAY);
    s.entries[1] = fact("return_address.uk", NOW + 10 * DAY, INT64_MAX, NOW - DAY);
    s.entries[2] = fact("return_address.de", AGO, NOW + 10 * DAY, NOW - DAY);
    scene_open(&s, 3, 0);
    (void)look(&s, NOW, &out);
    assert_int_equal(out.n_endings, 1);
    assert_true(span_is(out.endings[0].entry->word, "return_address.de"));
    assert_int_equal(out.endings[0].ahead_us, 14 * DAY);
    assert_int_equal(out.next_us, NOW + 7 * DAY); /* 3 days before */
    (void)look(&s, NOW + DAY, &out);
    assert_int_equal(out.n_endings, 0); /* told */
    s.picture.is_changed = true;
    (void)look(&s, NOW + DAY, &out);
    assert_int_equal(out.n_endings, 1); /* it may have been told otherwise: same id */
    s.picture.is_changed = false;
    (void)look(&s, NOW + 30 * DAY, &out);
    assert_int_equal(out.n_endings, 1);
    assert_int_equal(out.endings[0].ahead_us, 0);
    assert_int_equal(out.endings[0].at_us, NOW + 10 * DAY);
    assert_int_equal(out.next_us, INT64_MAX);
}

/* No fact says of what class a device is. */
static void test_seller_fold__what_was_resolved_by_hand_stays_so(void **state) {
    (void)state;
    struct scene s = {0};
    struct seller_steps out;
    scene_open(&s, 0, 0);
    s.blockers[0] = (struct seller_blocker){SPAN("amazon.co.jp"),
                                            SPAN("medical_class"),
                                            SPAN("r"),
                                            SPAN("d"),
                                            3,
                                            1,
                                            NOW,
                                            NOW};
    s.blockers[1] = (struct seller_blocker){
        SPAN("rakuten.co.jp"), SPAN("branch.jp"), SPAN("r"), SPAN("d"), 3, 1, NOW, NOW};
    s.picture.n_blockers = 2;
    assert_string_equal(look(&s, NOW + DAY, &out), "branch.jp 2 raised +0");
}

/* Random histories: one who looks every day and one who looks once see the same steps. */
struct randoms {
    uint64_t state;
};
static int64_t below(struct randoms *r, int64_t n) {
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)(r->state >> 33) % n;
}

static void scatter(struct scene *s, struct randoms *r) {
    static const char *const words[] = {"branch.jp", "overseas_shop.jp",
                                        "policy.disclosed", "representative.jp"};
    size_t n = (size_t)below(r, 7);
    for (size_t i = 0; i < n; i++) {
        int64_t from = NOW + below(r, 40) * DAY, days = 1 + below(r, 20);
        int64_t known = below(r, 2) ? NOW : from;
        s->entries[i] = fact(words[below(r, 4)], from,
                             below(r, 4) ? from + days * DAY : INT64_MAX, known);
    }
    s->stores[0] = rakuten(NOW + below(r, 20) * DAY,
                           below(r, 3) ? INT64_MAX : NOW + (30 + below(r, 20)) * DAY,
                           NOW + below(r, 10) * DAY);
    scene_open(s, n, (size_t)below(r, 4) > 0);
}

static void test_seller_fold__it_makes_no_difference_how_late_one_looks(void **state) {
    (void)state;
    struct randoms r = {20261122};
    int n_steps = 0;
    for (int round = 0; round < 2000; round++) {
        struct scene often = {0}, once;
        struct seller_steps out;
        char daily[4000], late[4000];
        struct builder every = builder_over(daily, sizeof daily),
                       all = builder_over(late, sizeof late);
        scatter(&often, &r);
        once = often;
        once.picture.entries = once.entries;
        once.picture.stores = once.stores;
        once.picture.blockers = once.blockers;
        for (int64_t day = 0; day <= 80; day += 1 + below(&r, 2)) {
            seller_fold(a, p, &often.picture, NOW + day * DAY, &out);
            (void)told(&out, &every);
            keep(&often, &out, NOW + day * DAY);
            n_steps += (int)out.n_steps;
        }
        seller_fold(a, p, &often.picture, NOW + 81 * DAY, &out);
        (void)told(&out, &every);
        seller_fold(a, p, &once.picture, NOW + 81 * DAY, &out);
        const char *expected = span_cstr(a, builder_span(&every));
        assert_string_equal(told(&out, &all), expected);
        arena_reset(a);
    }
    assert_true(n_steps > 4000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_seller_fold__a_store_without_a_branch_is_told_before_it_opens),
        cmocka_unit_test(test_seller_fold__a_seller_that_has_left_is_left_alone),
        cmocka_unit_test(test_seller_fold__what_no_rule_asks_for_any_more_is_resolved),
        cmocka_unit_test(test_seller_fold__what_was_resolved_by_hand_stays_so),
        cmocka_unit_test(
            test_seller_fold__an_unknown_marketplace_says_why_nothing_is_asked),
        cmocka_unit_test(test_seller_fold__an_ending_that_is_followed_is_not_told),
        cmocka_unit_test(test_seller_fold__it_makes_no_difference_how_late_one_looks),
    };
    return cmocka_run_group_tests_name("seller_fold", tests, setup, teardown);
}
