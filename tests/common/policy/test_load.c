/* test_load.c: broken packs are refused in words, all mistakes at once. That no bytes can
 * break the loader is test_load_fuzz.c. */
#include "tests/common/policy/packs.h"

#define TABLES                                                                           \
    "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {blocker: set, duty: "    \
    "by-name}\n  else: none\n  rules:\n"
#define RULE(rest) "  - {id: a, title: t, source: s, " rest "}\n"

static const struct refusal {
    const char *text, *finding;
} refusals[] = {
    /* syntax */
    {"", "syntax: the file is empty"},
    {"a: [", "syntax: cannot be read as YAML"},
    {"a: b\n\tc: d\n", ":2:1: tab: a tab character"},
    {"a: \"\x01\"\n", "encoding: a control character (0x01)"},
    {"a: \xff\xfe\n", "encoding: the file is not valid UTF-8"},
    {"a: &x b\nc: *x\n", ":1:4: syntax: anchors"},
    {"c: *x\n", "syntax: aliases"},
    {"a: !!str b\n", "syntax: tags"},
    {"<<: {a: b}\n", "merge keys"},
    {"zone: UTC\nzone: UTC\n", ":2:1: duplicate-key: the key \"zone\" stands twice in "
                               "one mapping, first in line 1"},
    {"a: b\n---\na: b\n", "syntax: a second document"},
    {"? [a]\n: b\n", "a key must be a single value"},
    {"a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[b]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
     "syntax: nested deeper than 24 levels"},
    {"- a\n", "schema: a pack must be a mapping, found a list"},
    {"tabels: []\n",
     ":1:1: unknown-key: a pack has no \"tabels\": did you mean \"tables\"?"},
    /* the ground */
    {"domain: {evnt: [a]}\n",
     "unknown-fact: no worker states a fact \"evnt\": did you mean \"event\"?"},
    {"domain: {event: []}\n", "domain: the values must be a list of words"},
    {"domain: {event: [a, A]}\n", "domain: \"A\" is listed twice"},
    {"domain: {event: [missing]}\n", "\"missing\" is a test"},
    {"domain: {value: {int: 9..3}}\n", "bounds must read low..high"},
    {"domain: {value: 1..3}\n", "write {int: low..high}"},
    {"domain: {event: [a]}\n", "no file says \"triage: DESK\""},
    {"calendars: {c: {tz: Mars/Base, open: always}}\n",
     "zone: the time zone \"Mars/Base\" is not known"},
    {"calendars: {c: {tz: UTC, open: {mon-fri: [09:00-25:00]}}}\n",
     "hours: opening hours read"},
    {"calendars: {c: {tz: UTC, open: {mon-fri: [18:00-09:00]}}}\n",
     "hours: opening hours read"},
    {"calendars: {c: {tz: UTC, open: {mon-sun: [00:00-23:59]}}}\n",
     "23:59 leaves out the last minute"},
    {"calendars: {c: {tz: UTC, open: {fry: [09:00-12:00]}}}\n", "days read mon, tue"},
    {"calendars: {c: {tz: UTC, open: {mon: [09:00-12:00], mon-tue: [09:00-10:00]}}}\n",
     "mon stands twice"},
    {"calendars: {c: {tz: UTC, open: always, holidays: xx}}\n",
     "there is no file calendars/xx.ics"},
    {"calendars: {c: {tz: UTC, open: {mon: [09:00-12:00]}, closed: [2026-02-30]}}\n",
     "a closed range reads"},
    {"desks: {d: {langs: [any], calendar: c}}\n",
     "unknown-calendar: there is no calendar \"c\""},
    {PACK_GROUND "zone: Nowhere\n", "the time zone \"Nowhere\""},
    {PACK_GROUND TABLES RULE(
         "effective: {from: 2026-02-01}, then: {blocker: x}") "zone: Nowhere\n",
     "the time zone \"Nowhere\""},
    /* rules */
    {PACK_GROUND TABLES RULE("when: {event: askd}, then: {blocker: x}"),
     "unknown-value: the domain lists no event \"askd\": did you mean \"asked\"?"},
    {PACK_GROUND TABLES RULE("when: {evnt: asked}, then: {blocker: x}"),
     "unknown-fact: no worker states a fact \"evnt\""},
    {PACK_GROUND TABLES RULE("when: {cross_border: yes}, then: {blocker: x}"),
     "the domain does not list \"cross_border\""},
    {PACK_GROUND TABLES RULE("when: {event: missing}, then: {blocker: x}"),
     "so it is never missing"},
    {PACK_GROUND TABLES RULE("when: {value: 5..2000}, then: {blocker: x}"),
     "range: outside the domain 0..1000"},
    {PACK_GROUND TABLES RULE("when: {value: 9..2}, then: {blocker: x}"),
     "range: a number or a range"},
    {PACK_GROUND TABLES RULE("when: {has: {all: [a], none: [a]}}, then: {blocker: x}"),
     "wanted and not wanted"},
    {PACK_GROUND TABLES RULE("when: {event: asked}"), "no \"then\""},
    {PACK_GROUND TABLES RULE("when: {event: asked}, then: {code: x}"),
     "slot: the table does not give \"code\""},
    {PACK_GROUND TABLES RULE("when: {event: asked}, then: {blocker: x}, priority: 3"),
     "only tables with \"hit: priority\""},
    {PACK_GROUND TABLES RULE("when: {event: asked}, then: {blocker: x}")
         RULE("when: {event: arrived}, then: {blocker: x}"),
     "the rule id \"a\" stands twice"},
    {PACK_GROUND TABLES RULE("confidence: recalled-not-confirmed, then: {blocker: x}"),
     "may only run in the shadow"},
    {PACK_GROUND TABLES RULE(
         "effective: {from: 2026-02-01, until: 2026-01-01}, then: {blocker: x}"),
     "ends before it begins"},
    {PACK_GROUND TABLES RULE("effective: {from: 1 May}, then: {blocker: x}"),
     "write a date such as 2026-11-20"},
    {PACK_GROUND TABLES RULE(
         "effective: {from: 2026-02-01, by: order_at}, then: {blocker: x}"),
     "did you mean \"ordered_at\"?"},
    {PACK_GROUND TABLES RULE(
         "when: {event: asked}, then: {duty: {name: d, due: 5 days, stop: answered}}"),
     "say which days"},
    {PACK_GROUND TABLES RULE("when: {event: asked}, then: {duty: {name: d, due: 5 "
                             "calendar-days, stop: answered}}"),
     "is no duration"},
    {PACK_GROUND TABLES RULE("when: {event: asked}, then: {duty: {name: d, due: 5 "
                             "calendar-days in nowhere, stop: answered}}"),
     "no calendar \"nowhere\""},
    {PACK_GROUND TABLES RULE(
         "when: {event: asked}, then: {duty: {name: d, due: 24h, stop: anwered}}"),
     "did you mean \"answered\"?"},
    {PACK_GROUND TABLES RULE(
         "when: {event: asked}, then: {duty: {name: d, due: 24h, stop: asked}}"),
     "starts at the event that stops it"},
    {PACK_GROUND TABLES RULE("when: {event: asked}, then: {duty: {name: d, due: 24h, "
                             "stop: answered, start: arived}}"),
     "unknown-value: the domain lists no event \"arived\": did you mean \"arrived\"?"},
    {PACK_GROUND TABLES RULE("when: {event: asked}, then: {duty: {name: d, due: 24h, "
                             "stop: answered, pause: [arrived]}}"),
     "pause-on-marketplace-clock: the marketplace's clock never pauses"},
    {PACK_GROUND TABLES RULE("when: {event: asked}, then: {duty: {name: d, due: 24h, "
                             "reserve: 24h, stop: answered}}"),
     "the reserve takes all"},
    {PACK_GROUND TABLES RULE("when: {event: asked}, then: {duty: {name: d, due: 24h, "
                             "warn: [101%], stop: answered}}"),
     "a warning is 1% to 99%"},
    /* chains and tables */
    {PACK_GROUND "tables:\n- {table: r, title: t, hit: unique, gives: {chain: one}, "
                 "rules: [], else: {chain: [{to: office}]}}\n",
     "the last step must always be open"},
    {PACK_GROUND "tables:\n- {table: r, title: t, hit: unique, gives: {chain: one}, "
                 "rules: [], else: {chain: [{to: offise}, {to: night}]}}\n",
     "unknown-desk: there is no desk \"offise\": did you mean \"office\"?"},
    {PACK_GROUND
     "tables:\n- {table: r, title: t, hit: first, gives: {chain: one}, rules: []}\n",
     "hit must be one of unique, priority, collect"},
    {PACK_GROUND "tables:\n- {table: r, title: t, gives: {duty: one}, rules: []}\n",
     "cannot be merged by \"one\""},
    {PACK_GROUND "tables:\n- {table: r, title: t, gives: {code: one}, needs: {code: x}, "
                 "rules: [], else: none}\n- {table: s, title: t, gives: {remedy: one, "
                 "code: one}, needs: {remedy: x, code: y}, rules: [], else: none}\n",
     "cycle: the tables need each other"},
    {PACK_GROUND "tables:\n- {table: r, title: t, gives: {code: one}, needs: {handle: "
                 "x}, rules: [], else: none}\n",
     "needs: no table gives \"handle\""},
    {PACK_GROUND
     "tables:\n- {table: r, title: t, gives: {code: one}, rules: [], else: none}\n- "
     "{table: r, title: t, gives: {code: one}, rules: [], else: none}\n",
     "the table \"r\" stands twice"},
    /* tests */
    {PACK_GROUND TABLES
     "   []\ntests:\n- {test: x, given: {event: asked}, expect: {outcome: decided}}\n",
     "outcome is \"not_evaluated\", expected \"decided\""},
    {PACK_GROUND TABLES "   []\ntests:\n- {test: x, given: {event: asked, tme: "
                        "2026-01-01}, expect: {outcome: decided}}\n",
     "no worker states \"tme\": did you mean \"time\"?"},
    {PACK_GROUND TABLES "   []\ntests:\n- {test: x, given: {event: asked, time: "
                        "2026-01-01}, expect: {outcom: decided}}\n",
     "\"outcom\" cannot be expected"},
};

static void test_load__each_broken_pack_is_refused_in_words(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct pack_fixture x;
        pack_load_text(&x, refusals[i].text);
        if (x.p || !strstr(x.said, refusals[i].finding)) {
            fail_msg("wanted \"%s\", %s with:\n%s\n%s", refusals[i].finding,
                     x.p ? "loaded" : "refused", x.said, refusals[i].text);
        }
        assert_int_equal(x.err.code, E_POLICY);
        pack_remove(&x);
    }
}

static void test_load__all_mistakes_are_told_at_once(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(
        &x, PACK_GROUND TABLES
        "  - {id: a, title: t, source: s, when: {event: askd}, then: {blocker: x}}\n"
        "  - {id: b, title: t, source: s, when: {marketplace: est}, then: {blocker: x}}\n"
        "  - {id: c, title: t, source: s, whn: {}, then: {blockr: x}}\n");
    assert_null(x.p);
    assert_contains(x.said, "\"askd\": did you mean \"asked\"?");
    assert_contains(x.said, "\"est\": did you mean \"east\"?");
    assert_contains(x.said, "a rule has no \"whn\": did you mean \"when\"?");
    assert_contains(x.said, "there is no slot \"blockr\": did you mean \"blocker\"?");
    assert_contains(x.err.text, "4 errors");
    pack_remove(&x);
}

/* `piece` as often as it takes to go beyond a limit: refused in words and soon, whatever
 * the size. */
static void check_limit(const char *before, const char *piece, int n, const char *after,
                        const char *wanted) {
    struct pack_fixture x;
    size_t size = strlen(before) + (size_t)n * (strlen(piece) + 8) + strlen(after) + 1;
    char *text = xmalloc(size);
    struct builder b = builder_over(text, size - 1);
    build_text(&b, before);
    for (int i = 0; i < n; i++) {
        const char *number = strchr(piece, '#');
        build_bytes(&b, piece, number ? (size_t)(number - piece) : strlen(piece));
        if (number) {
            build_i64(&b, i);
            build_text(&b, number + 1);
        }
    }
    build_text(&b, after);
    assert_false(b.is_cut);
    pack_dir(&x);
    pack_write(&x, "pack.yaml", text, b.len);
    pack_load(&x);
    if (x.p || !strstr(x.said, wanted))
        fail_msg("wanted \"%s\", got: %.500s", wanted, x.said);
    pack_remove(&x);
    free(text);
}

static void test_load__what_is_too_much_is_refused(void **state) {
    (void)state;
    check_limit("", "k#: 1\n", 1001, "", "a mapping with more than 1000 keys");
    check_limit("tables: [", "{table: x},", 501, "]", "limit: more than 500 tables");
    check_limit("tables: [{table: t, gives: {code: one}, rules: [", "{id: x},", 20001,
                "]}]", "limit: more than 20000 rules");
    check_limit("calendars: {", "c#: {tz: UTC, open: always},", 201, "}",
                "limit: more than 200 calendars");
    check_limit("domain: {event: [", "e#,", 256, "]}", "256 values; at most 255 fit");
    check_limit("domain: {has: {set: [", "m#,", 61, "]}}", "61 values; at most 60 fit");
    check_limit("# ", "0123456789abcdef", (8 << 20) / 16 + 1, "",
                "cannot be read, or is larger than 8 MiB");
    check_limit("a: ", "0123456789abcdef", 257, "", "a value longer than 4096 bytes");
    check_limit("", "[", 1000000, "", "nested deeper than 24 levels");
}

/* Characters, not bytes: Japanese may say as much as English. A text becomes part of
 * rows.
 */
static void test_load__a_text_has_at_most_200_characters(void **state) {
    (void)state;
#define UP_TO_RULE                                                                       \
    PACK_GROUND "tables:\n- {table: t, title: t, hit: collect, gives: {duty: by-name}, " \
                "else: none, rules: [\n"
#define DUTY                                                                             \
    ", when: {event: asked}, then: {duty: {name: d, due: 24h, stop: answered, breach: "  \
    "{escalate: e"
    static const char title[] = UP_TO_RULE "{id: a, source: s" DUTY "}}}, title: ",
                      why[] = UP_TO_RULE "{id: a, source: s, title: t" DUTY "}}}, why: ",
                      cost[] = UP_TO_RULE "{id: a, source: s, title: t" DUTY ", cost: ";
    check_limit(title, "\xE8\xBF\x94", 201, "}]}\n", "limit: title has 201 characters");
    check_limit(why, "\xE8\xBF\x94", 201, "}]}\n", "limit: why has 201 characters");
    check_limit(cost, "\xE8\xBF\x94", 201, "}}}}]}\n", ":17:129: limit");
    check_limit(cost, "x", 201, "}}}}]}\n",
                "limit: cost has 201 characters: at most 200");
    struct pack_fixture x;
    char text[4096];
    struct builder b = builder_over(text, sizeof text - 1);
    build_text(&b, why);
    for (int i = 0; i < 200; i++)
        build_text(&b, "\xE8\xBF\x94");
    build_text(&b, "}]}\n");
    text[b.len] = '\0';
    assert_false(b.is_cut);
    pack_load_text(&x, text);
    assert_loads(&x);
    pack_remove(&x);
}

static void test_load__a_directory_that_is_not_there_says_so(void **state) {
    (void)state;
    struct policy *p;
    struct error err;
    assert_int_equal(policy_load("/nowhere/at/all", NULL, &p, &err), ST_FATAL);
    assert_contains(err.text, "/nowhere/at/all");
    struct pack_fixture x;
    pack_dir(&x);
    pack_load(&x);
    assert_contains(x.err.text, "holds no *.yaml file");
    pack_remove(&x);
}

static void test_load__scalars_are_text_until_typed(void **state) {
    (void)state;
    struct pack_fixture x; /* YAML 1.1 would read these as booleans and numbers */
    pack_load_text(
        &x, "domain: {event: [no, yes, on, 0x10, 1e3, null, ~]}\ncalendars: {c: {tz: "
            "UTC, open: always}}\n"
            "desks: {d: {langs: [any], calendar: c}}\ntriage: d\n"
            "tables:\n- {table: t, title: t, hit: collect, gives: {blocker: set}, else: "
            "none, rules: ["
            "{id: a, title: t, source: s, when: {event: no}, then: {blocker: seen}}]}\n"
            "tests:\n- {test: x, given: {event: no, time: 2026-01-01}, expect: "
            "{blockers: seen}}\n"
            "- {test: y, given: {event: ~, time: 2026-01-01}, expect: {outcome: decided, "
            "blockers: none}}\n");
    assert_loads(&x);
    pack_remove(&x);
}

/* ---- identity ---- */

static void hash_of(const char *text, char out[65]) {
    struct pack_fixture x;
    pack_load_text(&x, text);
    assert_loads(&x);
    memcpy(out, policy_revision(x.p)->hash, 65);
    assert_true(policy_revision(x.p)->id > 0);
    pack_remove(&x);
}

static void
test_load__layout_and_comments_and_order_do_not_change_the_revision(void **state) {
    (void)state;
    char one[65], two[65], three[65];
    hash_of(
        PACK_GROUND TABLES
        "  - {id: a, title: t, source: s, when: {event: asked, marketplace: east}, then: "
        "{blocker: x}}\n"
        "  - {id: b, title: t, source: s, when: {event: arrived}, then: {blocker: x}}\n",
        one);
    hash_of("# a comment\n" PACK_GROUND TABLES
            "  - id: b\n    source: s\n    title: 't'\n    when: {event: arrived}\n    "
            "then: {blocker: x}\n"
            "  - {id: a, title: t, source: s, when: {marketplace: east, event: asked}, "
            "then: {blocker: x}}\n"
            "tests: []\n",
            two);
    hash_of(
        PACK_GROUND TABLES
        "  - {id: a, title: t, source: s, when: {event: asked, marketplace: west}, then: "
        "{blocker: x}}\n"
        "  - {id: b, title: t, source: s, when: {event: arrived}, then: {blocker: x}}\n",
        three);
    assert_string_equal(one, two);
    assert_string_not_equal(one, three);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load__each_broken_pack_is_refused_in_words),
        cmocka_unit_test(test_load__all_mistakes_are_told_at_once),
        cmocka_unit_test(test_load__what_is_too_much_is_refused),
        cmocka_unit_test(test_load__a_text_has_at_most_200_characters),
        cmocka_unit_test(test_load__a_directory_that_is_not_there_says_so),
        cmocka_unit_test(test_load__scalars_are_text_until_typed),
        cmocka_unit_test(
            test_load__layout_and_comments_and_order_do_not_change_the_revision),
    };
    return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
