/* test_explain_words.c: phrases take their values, instants read as people of each
 * language write them, and the packs' words have a Japanese text. */
#include "common/policy/explain_rule.h"
#include "common/policy/explain_words.h"
#include "common/policy/files.h"
#include "common/policy/yaml.h"
#include "tests/common/policy/packs.h"

static struct pack_fixture x;
static struct arena *a;
static struct words *en, *ja;

static int setup(void **state) {
    (void)state;
    struct error err = {0};
    a = arena_new((size_t)256 << 20);
    x = (struct pack_fixture){.dir = "deploy/policy"};
    pack_load(&x);
    assert_loads(&x);
    en = words_new(a, x.p, WORDS_EN);
    ja = words_new(a, x.p, WORDS_JA);
    assert_int_equal(words_read(ja, x.dir, NULL, &err), ST_OK);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(a);
    policy_free(x.p);
    return 0;
}

static const struct zone *tokyo(void) {
    for (int i = 0; i < x.p->n_zones; i++)
        if (strcmp(x.p->zones[i]->name, "Asia/Tokyo") == 0)
            return x.p->zones[i];
    fail_msg("no pack uses Asia/Tokyo");
    return NULL;
}

static void test_explain_words__every_phrase_takes_the_same_values_in_both(void **state) {
    (void)state;
    for (int i = 0; i < PHRASE_COUNT; i++) {
        enum phrase phrase = (enum phrase)i;
        for (const char *v = "012"; *v; v++) {
            const char mark[] = {'{', *v, '}', '\0'};
            bool in_en = strstr(words_phrase(en, phrase), mark) != NULL;
            bool in_ja = strstr(words_phrase(ja, phrase), mark) != NULL;
            if (in_en != in_ja && strcmp(words_phrase(en, phrase), "") != 0) {
                fail_msg("\"%s\" and \"%s\" differ in %s", words_phrase(en, phrase),
                         words_phrase(ja, phrase), mark);
            }
        }
        assert_true(words_phrase(ja, phrase)[0] != '\0');
    }
}

static void test_explain_words__instants_are_written_as_each_language_does(void **state) {
    (void)state;
    int64_t us = at("2026-11-25T03:00:00Z");
    assert_string_equal(words_instant(a, ja, us, tokyo()),
                        "2026年11月25日(水) 12:00（日本時間）");
    assert_string_equal(words_instant(a, en, us, tokyo()),
                        "Wed 2026-11-25 12:00 Asia/Tokyo (2026-11-25T03:00:00Z)");
    assert_string_equal(words_instant(a, en, us, NULL), "2026-11-25T03:00:00Z");
    assert_string_equal(words_instant(a, ja, POLICY_NO_INSTANT, NULL), "未定");
}

static void test_explain_words__lengths_of_time_have_their_units(void **state) {
    (void)state;
    assert_string_equal(words_elapsed(a, en, 12 * US_PER_HOUR), "12 h");
    assert_string_equal(words_elapsed(a, en, 48 * US_PER_HOUR), "48 h");
    assert_string_equal(words_elapsed(a, en, 3 * US_PER_DAY + US_PER_HOUR), "3 d 1 h");
    assert_string_equal(words_elapsed(a, en, -90 * US_PER_MIN), "-1 h 30 min");
    assert_string_equal(words_elapsed(a, ja, 3 * US_PER_DAY + US_PER_HOUR), "3日1時間");
    assert_string_equal(words_elapsed(a, ja, 0), "0分");
    assert_string_equal(words_elapsed(a, en, INT64_MIN)[0] == '-' ? "ok" : "no", "ok");
}

static void test_explain_words__east_asian_characters_take_two_columns(void **state) {
    (void)state;
    assert_int_equal(words_width("abc"), 3);
    assert_int_equal(words_width("期限"), 4);
    assert_int_equal(words_width("a期"), 3);
    assert_int_equal(words_width("é"), 1);
    assert_int_equal(words_width(""), 0);
}

static void
test_explain_words__a_directory_without_words_shows_the_packs_own(void **state) {
    (void)state;
    struct error err = {0};
    struct words *w = words_new(a, x.p, WORDS_JA);
    assert_int_equal(words_read(w, "/nowhere", NULL, &err), ST_OK);
    assert_string_equal(words_text(w, "event", "return_requested"), "return_requested");
    assert_string_equal(words_text(w, "event", NULL), "");
}

static void test_explain_words__a_words_file_that_is_no_mapping_is_refused(void **state) {
    (void)state;
    struct pack_fixture p;
    struct error err = {0};
    char dir[128];
    pack_dir(&p);
    snprintf(dir, sizeof dir, "%s/words", p.dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    pack_write(&p, "words/ja.yaml", "event: [a, b]\n", 14);
    assert_int_equal(words_read(words_new(a, x.p, WORDS_JA), p.dir, NULL, &err),
                     ST_FATAL);
    char file[192];
    snprintf(file, sizeof file, "%s/ja.yaml", dir);
    unlink(file);
    rmdir(dir);
    rmdir(p.dir);
}

/* ---- what the shipped packs say ---- */

struct tally {
    int n, n_missing;
    char missing[65536];
    size_t len;
};

static void want(struct tally *t, const char *kind, const char *word) {
    t->n++;
    if (!word || strcmp(words_text(ja, kind, word), word) != 0 ||
        words_find(ja, kind, word))
        return;
    t->n_missing++;
    if (t->len + 128 < sizeof t->missing) {
        t->len += (size_t)snprintf(t->missing + t->len, sizeof t->missing - t->len,
                                   "%s: %s\n", kind, word);
    }
}

static void want_domain(struct tally *t) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct attribute *at = &x.p->domain.facts[fact];
        if (!at->is_listed)
            continue;
        want(t, "fact", fact_name(fact));
        bool is_code = fact == FACT_MARKETPLACE || fact == FACT_CURRENCY;
        for (int i = 0; i < at->n_words && !is_code; i++)
            want(t, fact_name(fact), at->words[i]);
    }
    for (int time = 0; time < POLICY_TIME_COUNT; time++)
        want(t, "time", time_name(time));
}

static void want_step(struct tally *t, const struct policy_step *s) {
    want(t, "action", s->action);
    want(t, "role", s->to);
    want(t, "licence", s->licence);
    want(t, "evidence", s->evidence);
    want(t, "place", s->place);
    want(t, "unlocks", s->unlocks);
    want(t, "unit", s->unit);
    want(t, "lot", s->lot);
    want(t, "breach", s->overdue);
    for (int i = 0; i < s->n_waste; i++)
        want(t, "waste", s->waste[i]);
}

static void want_outcome(struct tally *t, const struct outcome *o) {
    for (int i = 0; i < o->n_duties; i++) {
        want(t, "duty", o->duties[i].name);
        want(t, "breach", o->duties[i].breach);
        want(t, "cost", o->duties[i].cost);
    }
    for (int i = 0; i < o->n_blockers; i++)
        want(t, "blocker", o->blockers[i].name);
    want(t, "handle", o->handle);
    want(t, "code", o->code);
    want(t, "remedy", o->remedy);
    want(t, "destination", o->destination);
    for (int i = 0; i < o->n_steps; i++)
        want_step(t, &o->steps[i]);
}

static void want_rules(struct tally *t) {
    for (int i = 0; i < x.p->n_tables; i++) {
        want(t, "table", x.p->tables[i].name);
        want_outcome(t, &x.p->tables[i].otherwise.then);
    }
    for (int i = 0; i < x.p->n_rules; i++) {
        const struct rule *r = x.p->rules[i];
        want(t, "rule", r->id);
        want(t, "why", r->why ? r->id : NULL);
        want_outcome(t, &r->then);
    }
}

static void want_ground(struct tally *t) {
    for (int i = 0; i < x.p->n_desks; i++) {
        want(t, "desk", x.p->desks[i].name);
        for (int k = 0; k < x.p->desks[i].n_licences; k++)
            want(t, "licence", x.p->desks[i].licences[k].name);
    }
    for (int i = 0; i < x.p->n_calendars; i++)
        want(t, "calendar", x.p->calendars[i]->name);
    for (int i = 0; i < x.p->n_zones; i++)
        want(t, "zone", x.p->zones[i]->name);
    for (int i = 0; i < x.p->n_holidays; i++) {
        bool is_japan = strcmp(x.p->holidays[i]->name, "jp") == 0;
        for (int k = 0; k < x.p->holidays[i]->n && is_japan; k++)
            want(t, "holiday", x.p->holidays[i]->items[k].name);
    }
}

static void test_explain_words__each_word_of_the_packs_has_a_japanese_text(void **state) {
    (void)state;
    static struct tally t;
    want_domain(&t);
    want_rules(&t);
    want_ground(&t);
    if (t.n_missing > 0)
        fail_msg("words without Japanese (deploy/policy/words/ja.yaml):\n%s", t.missing);
    assert_true(t.n > 1500);
}

/* A text for a rule that is gone, or that was renamed, tells nobody. */
static void test_explain_words__each_text_of_a_rule_is_of_a_rule_there_is(void **state) {
    (void)state;
    struct findings fs = {0};
    const struct source *file = file_read(a, "deploy/policy/words/ja.yaml", "ja.yaml");
    assert_non_null(file);
    const struct node *root = yaml_read(a, file, &fs);
    const struct node *titles = node_get(root, "rule"), *whys = node_get(root, "why");
    int n_whys = 0;
    for (int i = 0; i < x.p->n_rules; i++)
        n_whys += x.p->rules[i]->why != NULL;
    assert_int_equal(titles->count, x.p->n_rules); /* and each of them has one: above */
    assert_int_equal(whys->count, n_whys);
    assert_int_equal(node_get(root, "table")->count, x.p->n_tables);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain_words__every_phrase_takes_the_same_values_in_both),
        cmocka_unit_test(test_explain_words__instants_are_written_as_each_language_does),
        cmocka_unit_test(test_explain_words__lengths_of_time_have_their_units),
        cmocka_unit_test(test_explain_words__east_asian_characters_take_two_columns),
        cmocka_unit_test(
            test_explain_words__a_directory_without_words_shows_the_packs_own),
        cmocka_unit_test(test_explain_words__a_words_file_that_is_no_mapping_is_refused),
        cmocka_unit_test(test_explain_words__each_word_of_the_packs_has_a_japanese_text),
        cmocka_unit_test(test_explain_words__each_text_of_a_rule_is_of_a_rule_there_is),
    };
    return cmocka_run_group_tests_name("explain_words", tests, setup, teardown);
}
