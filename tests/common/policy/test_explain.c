/* test_explain.c: the words of a decision say what was decided, by whom, and why not
 * otherwise. */
#include "common/policy/explain.h"
#include "common/policy/explain_words.h"
#include "common/policy/rule.h"
#include "common/policy/testcase.h"
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

static struct policy_facts state_given(const char *given) {
    char path[] = "/tmp/henpin-given-XXXXXX";
    struct policy_facts f;
    struct error err = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, given, strlen(given)), strlen(given));
    close(fd);
    if (policy_read_given(x.p, path, NULL, &f, &err) != ST_OK)
        fail_msg("%s", err.text);
    unlink(path);
    return f;
}

static const char *explain_in(enum words_language language, const char *given,
                              const char *rule) {
    static char text[256 << 10];
    static struct arena *a;
    arena_free(a);
    a = arena_new((size_t)256 << 20);
    struct policy_facts f = state_given(given);
    struct words *w = words_new(a, x.p, language);
    struct error err = {0};
    const struct rule *r = rule ? rule_find(x.p, span_of(rule)) : NULL;
    assert_int_equal(words_read(w, x.dir, NULL, &err), ST_OK);
    struct builder b = builder_over(text, sizeof text - 1);
    explain_text(explain_build(a, x.p, &f, "Asia/Tokyo"), w, r, &b);
    assert_false(b.is_cut);
    text[b.len] = '\0';
    return text;
}

static const char *explain(const char *given) {
    return explain_in(WORDS_EN, given, NULL);
}

static void test_explain__a_due_instant_is_told_day_by_day(void **state) {
    (void)state;
    const char *text = explain(
        "given: {event: return_requested, time: 2026-11-20T12:00+09:00, marketplace: "
        "rakuten.co.jp,\n"
        "  fulfilment: seller, cross_border: yes, lang: ja, has: [policy.disclosed]}\n");
    assert_contains(text, "Outcome: decided");
    assert_contains(text,
                    "Fri 2026-11-20 12:00 to Sat 2026-11-21 00:00  skipped: the day of "
                    "the start is not counted");
    assert_contains(text, "Sat 2026-11-21 to Sun 2026-11-22  skipped: weekend");
    assert_contains(text, "Mon 2026-11-23  skipped: holiday, Labor Thanksgiving Day");
    assert_contains(text, "Tue 2026-11-24  counted: day 1");
    assert_contains(text,
                    "due       Thu 2026-11-26 12:00 Asia/Tokyo (2026-11-26T03:00:00Z)");
    assert_contains(text, "inhouse-tokyo must act by");
    assert_contains(text, "branch.jp (high, rule rak-branch)");
    assert_contains(text, "rakuten.yaml line ");
}

/* Four desks that cannot, each for a reason of its own, and three that can. */
static const char desks_pack[] =
    "domain:\n"
    "  event: [asked, answered]\n"
    "  lang: {enum: [ja, en], optional: true}\n"
    "calendars:\n"
    "  always: {tz: UTC, open: always}\n"
    "  never_soon: {tz: UTC, open: {wed: [09:00-10:00]}}\n"
    "desks:\n"
    "  english: {langs: [en], calendar: always}\n"
    "  ended: {langs: [ja], calendar: always, licences: [{for: repair, until: "
    "2026-01-01}]}\n"
    "  later: {langs: [ja], calendar: always, licences: [{for: repair, from: "
    "2027-01-01}]}\n"
    "  ending: {langs: [ja], calendar: always, licences: [{for: repair, until: "
    "2026-11-20T12:00Z}]}\n"
    "  shut: {langs: [ja], calendar: never_soon}\n"
    "  good: {langs: [ja], calendar: always}\n"
    "  spare: {langs: [ja], calendar: always}\n"
    "  night: {langs: [any], calendar: always}\n"
    "triage: night\n"
    "tables:\n"
    "- table: duties\n"
    "  hit: collect\n"
    "  gives: {duty: by-name, chain: one}\n"
    "  else: none\n"
    "  rules:\n"
    "  - {id: r, title: t, source: s, when: {event: asked}, then: {duty: {name: answer, "
    "due: 24h, stop: [answered], reopen: restart}, chain: [{to: english}, {to: "
    "ended, require: [licence:repair]}, {to: later, require: [licence:repair]}, {to: "
    "shut}, {to: good}, {to: spare}, {to: night}]}}\n"
    "  - {id: w, title: t, source: s, when: {event: answered}, then: {duty: {name: "
    "answer, due: 24h, stop: [asked], reopen: restart}, chain: [{to: ending, require: "
    "[licence:repair]}, {to: good}, {to: night}]}}\n";

/* What that pack says of an event of Friday noon in Tokyo; `a` is of both. */
static struct explanation *explain_desks(struct arena *a, struct pack_fixture *p,
                                         struct span event, struct span lang) {
    struct policy_facts *f = arena_alloc(a, sizeof *f); /* the explanation borrows them */
    pack_load_text(p, desks_pack);
    assert_loads(p);
    policy_facts_init(p->p, f);
    policy_state(p->p, f, FACT_EVENT, event);
    policy_state(p->p, f, FACT_LANG, lang);
    policy_state_instant(f, TIME_EVENT, at("2026-11-20T03:00:00Z"));
    return explain_build(a, p->p, f, NULL);
}

static const char *in_english(struct arena *a, const struct policy *p,
                              const struct explanation *e) {
    static char text[64 << 10];
    struct builder b = builder_over(text, sizeof text - 1);
    explain_text(e, words_new(a, p, WORDS_EN), NULL, &b);
    text[b.len] = '\0';
    return text;
}

static void test_explain__says_why_each_desk_is_passed_over(void **state) {
    (void)state;
    static const enum explain_verdict expected[] = {
        DESK_LANGUAGE, DESK_LICENCE_ENDED, DESK_LICENCE_LATER, DESK_SHUT,
        DESK_TAKES,    DESK_SPARE,         DESK_SPARE};
    struct pack_fixture p;
    struct arena *a = arena_new((size_t)64 << 20);
    struct explanation *e = explain_desks(a, &p, SPAN("asked"), SPAN("ja"));
    const struct explain_desks *desks = &e->duties[0].desks;
    assert_int_equal(desks->n, COUNT_OF(expected));
    for (int i = 0; i < desks->n; i++) {
        assert_string_equal(explain_verdict_name(desks->items[i].verdict),
                            explain_verdict_name(expected[i]));
    }
    assert_string_equal(e->d.duties[0].owner.desk, "good");
    assert_instant(desks->items[1].licence_us, "2026-01-01T00:00:00Z");
    assert_instant(desks->items[2].licence_us, "2027-01-01T00:00:00Z");
    assert_instant(desks->items[3].opens_us, "2026-11-25T09:00:00Z");
    const char *text = in_english(a, p.p, e);
    assert_contains(text, "english is passed over: it does not speak the language (ja)");
    assert_contains(text,
                    "ended is passed over: its licence repair ended on Thu 2026-01-01");
    assert_contains(text, "shut is passed over: it is closed from the start");
    arena_free(a);
    pack_remove(&p);
}

static void test_explain__says_when_a_licence_makes_a_desk_act_sooner(void **state) {
    (void)state;
    struct pack_fixture p;
    struct arena *a = arena_new((size_t)64 << 20);
    struct explanation *e =
        explain_desks(a, &p, SPAN("answered"), (struct span){NULL, 0});
    assert_string_equal(e->d.duties[0].owner.desk, "ending");
    assert_instant(e->d.duties[0].owner.act_by_us, "2026-11-20T12:00:00Z");
    const char *text = in_english(a, p.p, e);
    assert_contains(text,
                    "sooner, since its licence repair ends on Fri 2026-11-20 12:00");
    arena_free(a);
    pack_remove(&p);
}

/* For every test of the packs: the desk that is told to take it is the decision's. */
static void test_explain__the_desk_that_takes_it_is_the_decisions(void **state) {
    (void)state;
    struct arena *a = arena_new((size_t)64 << 20);
    int n_duties = 0;
    for (int i = 0; i < x.p->n_tests; i++) {
        struct explanation *e = explain_build(a, x.p, &x.p->tests[i].facts, NULL);
        for (int k = 0; k < e->d.n_duties; k++) {
            const struct explain_desks *desks = &e->duties[k].desks;
            const char *owner = NULL;
            for (int d = 0; d < desks->n && !owner; d++) {
                bool takes = desks->items[d].verdict == DESK_TAKES ||
                             desks->items[d].verdict == DESK_LAST;
                owner = takes ? desks->items[d].desk->name : NULL;
            }
            assert_string_equal(owner, e->d.duties[k].owner.desk);
            n_duties++;
        }
        assert_int_equal(e->n_hits < POLICY_MAX_RULES_HIT ? e->n_hits : e->d.n_rules,
                         e->d.n_rules);
        arena_reset(a);
    }
    assert_true(n_duties > 50);
    arena_free(a);
}

/* Both languages and the JSON, for every test of the packs: whole, and valid UTF-8. */
static void test_explain__every_decision_can_be_written_in_every_form(void **state) {
    (void)state;
    static char text[512 << 10];
    struct arena *a = arena_new((size_t)64 << 20), *kept = arena_new((size_t)32 << 20);
    struct words *w[] = {words_new(kept, x.p, WORDS_EN), words_new(kept, x.p, WORDS_JA)};
    struct error err = {0};
    assert_int_equal(words_read(w[1], x.dir, NULL, &err), ST_OK);
    for (int i = 0; i < x.p->n_tests; i++) {
        struct explanation *e = explain_build(a, x.p, &x.p->tests[i].facts, "Asia/Tokyo");
        const struct rule *r = x.p->rules[i % x.p->n_rules];
        for (int form = 0; form < 3; form++) {
            struct builder b = builder_over(text, sizeof text);
            if (form < 2)
                explain_text(e, w[form], r, &b);
            else
                explain_json(e, r, &b);
            assert_false(b.is_cut);
            assert_true(span_is_text(builder_span(&b)));
        }
        arena_reset(a);
    }
    arena_free(kept);
    arena_free(a);
}

static void test_explain__near_misses_name_the_one_condition(void **state) {
    (void)state;
    const char *text =
        explain("given: {event: return_requested, time: 2026-11-20T12:00+01:00, "
                "marketplace: amazon.de,\n"
                "  fulfilment: seller, cross_border: yes, lang: de, has: none}\n");
    assert_contains(text, "amz-de-answer-before-2025-08-11: event.time is ");
    assert_contains(text, "made for another marketplace: ");
    assert_contains(text, "amz-uk-answer");
}

static void test_explain__what_is_not_evaluated_says_its_cause(void **state) {
    (void)state;
    const char *text = explain("{event: return_requested, time: 2026-11-20T12:00+01:00, "
                               "marketplace: amazon.xx, fulfilment: seller}\n");
    assert_contains(text,
                    "Outcome: not evaluated, because marketplace is outside the domain");
    assert_contains(text, "triage gets it, because no other desk can");
}

static void test_explain__a_rule_is_asked_condition_by_condition(void **state) {
    (void)state;
    const char *text = explain_in(
        WORDS_EN,
        "given: {event: return_requested, time: 2026-11-20T12:00+09:00, marketplace: "
        "amazon.co.jp,\n"
        "  fulfilment: seller, cross_border: yes, lang: ja, has: none}\n",
        "amz-uk-answer-2024-11-11");
    assert_contains(text, "Why does amz-uk-answer-2024-11-11 apply, or not: it does not "
                          "apply: 2 of ");
    assert_contains(text, "NO   marketplace amazon.co.uk (the event: amazon.co.jp)\n");
    assert_contains(text, "ok   cross_border yes (the event: yes)\n");
    assert_contains(text, "asked by its table\n");
    assert_contains(text, "NO   valid from Mon 2024-11-11");
}

static void test_explain__japanese_dates_name_the_weekday(void **state) {
    (void)state;
    const char *text = explain_in(
        WORDS_JA,
        "given: {event: return_requested, time: 2026-11-20T12:00+09:00, marketplace: "
        "amazon.co.jp,\n"
        "  fulfilment: seller, cross_border: yes, lang: ja, has: none}\n",
        NULL);
    assert_contains(text, "期限：2026年11月25日(水) 12:00（日本時間）");
    assert_contains(text, "返品リクエスト");
    assert_contains(text, "担当：");
    assert_contains(text, "までに対応");
}

static void test_explain__japanese_names_holidays_in_japanese(void **state) {
    (void)state;
    const char *text = explain_in(
        WORDS_JA,
        "given: {event: return_requested, time: 2026-11-20T12:00+09:00, marketplace: "
        "rakuten.co.jp,\n"
        "  fulfilment: seller, cross_border: yes, lang: ja, has: [policy.disclosed]}\n",
        NULL);
    assert_contains(text, "2026年11月23日(月)  除外：祝日（勤労感謝の日）");
    assert_contains(text, "除外：土日");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain__a_due_instant_is_told_day_by_day),
        cmocka_unit_test(test_explain__says_why_each_desk_is_passed_over),
        cmocka_unit_test(test_explain__says_when_a_licence_makes_a_desk_act_sooner),
        cmocka_unit_test(test_explain__the_desk_that_takes_it_is_the_decisions),
        cmocka_unit_test(test_explain__every_decision_can_be_written_in_every_form),
        cmocka_unit_test(test_explain__near_misses_name_the_one_condition),
        cmocka_unit_test(test_explain__what_is_not_evaluated_says_its_cause),
        cmocka_unit_test(test_explain__a_rule_is_asked_condition_by_condition),
        cmocka_unit_test(test_explain__japanese_dates_name_the_weekday),
        cmocka_unit_test(test_explain__japanese_names_holidays_in_japanese),
    };
    return cmocka_run_group_tests_name("explain", tests, setup, teardown);
}
