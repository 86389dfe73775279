/* test_coverage.c: the map of who answers, against decisions made hour by hour and minute
 * by minute. */
#include "common/base/backoff.h"
#include "common/policy/coverage_rows.h"
#include "common/policy/decide.h"
#include "tests/common/policy/packs.h"

#include <stdlib.h>

static struct arena *a;

static int setup(void **state) {
    (void)state;
    a = arena_new((size_t)1 << 30);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(a);
    return 0;
}

/* Weeks with holidays, and with the clock changes of Europe and America. */
static const char *const mondays[] = {"2026-11-23T00:00:00Z", "2026-10-19T00:00:00Z",
                                      "2026-03-02T00:00:00Z", "2026-03-23T00:00:00Z"};
static int32_t first_day;

static void begin_at(const char *monday) {
    first_day = (int32_t)(at(monday) / US_PER_DAY);
}

/* HENPIN_LONG=20 makes the comparisons twenty times as long. */
static int times_longer(void) {
    const char *text = getenv("HENPIN_LONG");
    return text && atoi(text) > 0 ? atoi(text) : 1;
}

static const struct coverage *find(const struct policy *p, int weeks) {
    struct coverage_query q = {.first_day = first_day,
                               .weeks = weeks,
                               .marketplace = COVERAGE_ALL,
                               .lang = COVERAGE_ALL,
                               .category = COVERAGE_ALL};
    const struct coverage *c = coverage_find(a, p, &q);
    assert_true(c->is_finished);
    assert_int_equal(c->n_undecided, 0);
    return c;
}

static const struct coverage_cell *
cell_at(const struct policy *p, const struct coverage *c, const struct policy_facts *f) {
    const struct attribute *category = &p->domain.facts[FACT_CATEGORY];
    int64_t lang = f->value[FACT_LANG] == FACT_MISSING ? -1 : f->value[FACT_LANG];
    int64_t k = f->value[FACT_CATEGORY];
    for (int i = 0; i < c->n_cells; i++) {
        const struct coverage_cell *cell = &c->cells[i];
        const struct coverage_class *class = &c->classes[cell->category_class];
        bool is_class = k == FACT_MISSING ? class->has_missing || !category->is_listed
                                          : word_set_has(&class->words, (int)k);
        if (cell->marketplace == f->value[FACT_MARKETPLACE] && cell->lang == lang &&
            is_class)
            return cell;
    }
    fail_msg("a cell is missing");
    return NULL;
}

/* Whether a duty of the decision has nobody but triage, which no rule named. */
static bool is_hole(const struct policy *p, const struct policy_duty *d,
                    const struct chain *chain) {
    bool is_meant = chain && chain->n == 1;
    for (int i = 0; i < p->n_tables; i++)
        is_meant = is_meant && chain != p->tables[i].otherwise.then.chain;
    bool is_triage = d->owner.is_catch_all || d->owner.desk == p->triage->name;
    return !d->is_shadow &&
           ((is_triage && !is_meant) || d->owner.act_by_us <= d->start_us);
}

static int64_t random_value(const struct attribute *at, uint64_t *seed) {
    if (at->is_optional && random_next(seed) % 3 == 0)
        return FACT_MISSING;
    if (at->kind == KIND_WORD)
        return (int64_t)(random_next(seed) % (uint64_t)at->n_words);
    if (at->kind == KIND_NUMBER)
        return at->min + (int64_t)(random_next(seed) % 100000) % (at->max - at->min + 1);
    return (int64_t)(random_next(seed) & ((UINT64_C(1) << at->n_words) - 1));
}

static void set_times(struct policy_facts *f, int64_t at_us) {
    for (int t = 0; t < POLICY_TIME_COUNT; t++)
        f->time_us[t] = at_us;
}

static const struct coverage_promise *promise_of(const struct coverage_cell *cell,
                                                 const struct decide_trace *trace,
                                                 int duty, const char *rule) {
    for (int i = 0; i < cell->n_promises; i++) {
        const struct coverage_promise *x = &cell->promises[i];
        if (strcmp(x->rule->id, rule) == 0 && x->duty == trace->duties[duty] &&
            x->chain == trace->chain)
            return x;
    }
    return NULL;
}

/* Random inputs at random instants: each duty that a decision starts is a promise of its
 * cell, and when it has nobody the map says so at that hour. Gives how many duties were
 * looked at. */
static int compare_random_inputs(const struct policy *p, const struct coverage *c, int n,
                                 uint64_t *seed) {
    int looked_at = 0;
    for (int i = 0; i < n; i++) {
        struct policy_facts f;
        struct policy_decision d;
        struct decide_trace trace;
        policy_facts_init(p, &f);
        for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
            if (p->domain.facts[fact].is_listed)
                f.value[fact] = random_value(&p->domain.facts[fact], seed);
        set_times(
            &f, (first_day + 1) * US_PER_DAY +
                    (int64_t)(random_next(seed) % (uint64_t)((c->weeks * 7 - 2) * 1440)) *
                        US_PER_MIN);
        decide_traced(p, &f, &d, &trace);
        for (int k = 0; d.outcome == POLICY_DECIDED && k < d.n_duties; k++) {
            if (d.duties[k].is_shadow)
                continue;
            const struct coverage_cell *cell = cell_at(p, c, &f);
            const struct coverage_promise *x =
                promise_of(cell, &trace, k, d.duties[k].rule_id);
            if (!x) {
                fail_msg("the duty of \"%s\" is not in its cell", d.duties[k].rule_id);
                return 0;
            }
            int hour = coverage_hour_of(x->hours->zone, f.time_us[TIME_EVENT]);
            looked_at++;
            if (is_hole(p, &d.duties[k], trace.chain) && x->hours->missed[hour] == 0) {
                fail_msg("nobody for \"%s\" at hour %d, and the map says %d",
                         d.duties[k].rule_id, hour, x->hours->desk[hour]);
            }
        }
    }
    return looked_at;
}

/* Each hole is shown by a decision. */
static int replay_holes(const struct policy *p, const struct coverage *c) {
    int n = 0;
    for (int i = 0; i < c->n_cells; i++) {
        for (int k = 0; k < c->cells[i].n_promises; k++) {
            const struct coverage_promise *x = &c->cells[i].promises[k];
            int hour = (int)((unsigned)(i * 7 + k) % COVERAGE_HOURS);
            if (x->hours->missed[hour] == 0)
                continue;
            struct policy_facts f = coverage_input(x);
            struct policy_decision d;
            struct decide_trace trace;
            bool is_shown = false;
            set_times(&f, x->hours->first_us[hour]);
            decide_traced(p, &f, &d, &trace);
            for (int j = 0; j < d.n_duties; j++) {
                is_shown = is_shown || (strcmp(d.duties[j].rule_id, x->rule->id) == 0 &&
                                        is_hole(p, &d.duties[j], trace.chain));
            }
            assert_true(is_shown);
            assert_int_equal(coverage_hour_of(x->hours->zone, f.time_us[TIME_EVENT]),
                             hour);
            n++;
        }
    }
    return n;
}

/* One duty, each minute of the weeks, by decisions alone. */
static void compare_minutes(const struct policy *p, const struct coverage *c,
                            const struct coverage_promise *x) {
    bool is_missed[COVERAGE_HOURS] = {false};
    const struct zone *z = x->hours->zone;
    int64_t from = zone_instant_us(z, c->first_day * US_PER_DAY, NULL);
    int64_t to = zone_instant_us(z, (c->first_day + c->weeks * 7) * US_PER_DAY, NULL);
    for (int64_t t = from; t < to; t += US_PER_MIN) {
        struct policy_facts f = coverage_input(x);
        struct policy_decision d;
        struct decide_trace trace;
        set_times(&f, t);
        decide_traced(p, &f, &d, &trace);
        for (int j = 0; j < d.n_duties; j++)
            if (strcmp(d.duties[j].rule_id, x->rule->id) == 0 &&
                is_hole(p, &d.duties[j], trace.chain))
                is_missed[coverage_hour_of(z, t)] = true;
    }
    for (int h = 0; h < COVERAGE_HOURS; h++) {
        if (is_missed[h] != (x->hours->missed[h] > 0)) {
            fail_msg("\"%s\" (%s) at hour %d: by minutes %d, the map says %d of %d",
                     x->rule->id, x->duty->due.text, h, is_missed[h], x->hours->missed[h],
                     c->weeks);
        }
    }
}

/* Who answers what begins with an hour of the first week, as the decision says. */
static void compare_owners(const struct policy *p, const struct coverage *c,
                           const struct coverage_promise *x) {
    const struct zone *z = x->hours->zone;
    for (int h = 0; h < COVERAGE_HOURS; h++) {
        struct policy_facts f = coverage_input(x);
        struct policy_decision d;
        int64_t wall = c->first_day * US_PER_DAY + h * US_PER_HOUR;
        int64_t t = zone_instant_us(z, wall, NULL);
        if (x->hours->missed[h] > 0 || zone_wall_us(z, t) != wall)
            continue;
        set_times(&f, t);
        policy_decide(p, &f, &d);
        for (int j = 0; j < d.n_duties; j++) {
            if (strcmp(d.duties[j].rule_id, x->rule->id) == 0 && !d.duties[j].is_shadow) {
                assert_string_equal(x->chain->steps[x->hours->desk[h]].desk->name,
                                    d.duties[j].owner.desk);
            }
        }
    }
}

/* ---- the shipped packs ---- */

static void test_coverage__the_shipped_map_is_what_decisions_say(void **state) {
    (void)state;
    struct policy *p = NULL;
    struct error err;
    struct load_options o = {.skips_tests = true};
    assert_int_equal(policy_load_with("deploy/policy", &o, &p, &err), ST_OK);
    begin_at(mondays[0]);
    const struct coverage *c = find(p, 6);
    uint64_t seed = 20261122;
    int looked_at = compare_random_inputs(p, c, 200000, &seed);
    int holes = replay_holes(p, c);
    for (int i = 0; i < 25; i++) {
        const struct coverage_cell *cell =
            &c->cells[random_next(&seed) % (uint64_t)c->n_cells];
        if (cell->n_promises > 0) {
            const struct coverage_promise *x =
                &cell->promises[random_next(&seed) % (uint64_t)cell->n_promises];
            compare_minutes(p, c, x);
            compare_owners(p, c, x);
        }
    }
    print_message("cells %d, duties decided %d, holes replayed %d\n", c->n_cells,
                  looked_at, holes);
    assert_true(looked_at > 5000 && holes > 100);
    policy_free(p);
}

/* ---- random rule sets ---- */

static void put_hours(struct builder *b, uint64_t *seed) {
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    build_text(b, "{");
    int n = 0;
    for (int d = 0; d < 7; d++) {
        if (random_next(seed) % 3 == 0 && !(d == 6 && n == 0))
            continue;
        int from = (int)(random_next(seed) % 1200);
        int to = from + 1 + (int)(random_next(seed) % (uint64_t)(1438 - from));
        build_format(b, "%s%s: [%02d:%02d-%02d:%02d]", n++ ? ", " : "", days[d],
                     from / 60, from % 60, to / 60, to % 60);
    }
    build_text(b, "}");
}

static void put_duration(struct builder *b, uint64_t *seed) {
    int n = 1 + (int)(random_next(seed) % 3);
    switch (random_next(seed) % 5) {
    case 0:
        build_format(b, "\"%d calendar-days in c%d\"", n, (int)(random_next(seed) % 3));
        break;
    case 1:
        build_format(b, "\"%d business-days in c%d\"", n, (int)(random_next(seed) % 3));
        break;
    case 2:
        build_format(b, "\"%d business-hours in c%d\"", n * 5,
                     (int)(random_next(seed) % 3));
        break;
    case 3:
        build_format(b, "\"%d calendar-days in c%d, to the end of the day\"", n,
                     (int)(random_next(seed) % 3));
        break;
    default:
        build_format(b, "%dh", 6 + (int)(random_next(seed) % 60));
        break;
    }
}

static void put_chain(struct builder *b, uint64_t *seed) {
    build_text(b, "{chain: [");
    int first = (int)(random_next(seed) % 3), n = (int)(random_next(seed) % 3);
    for (int i = 0; i < n; i++) {
        int desk = (first + i) % 3;
        bool requires = desk == 1 && random_next(seed) % 2 == 0;
        build_format(b, "{to: d%d%s}, ", desk, requires ? ", require: [licence:x]" : "");
    }
    build_text(b, "{to: night}]}");
}

/* Desks, hours, languages, licences, duties and chains at random. */
static void put_pack(struct builder *b, uint64_t *seed) {
    static const char *const zones[] = {"Asia/Tokyo", "Europe/Berlin", "America/New_York",
                                        "Asia/Kolkata", "UTC"};
    static const char *const langs[] = {"[ja]", "[en]", "[ja, en]", "[any]"};
    build_text(b, "domain:\n  event: [asked, answered, arrived]\n  marketplace: [east, "
                  "amazon.de]\n  lang: {enum: [ja, en, other], optional: true}\n  "
                  "category: {enum: [x, y, z], optional: true}\n  value: {int: 0..100, "
                  "optional: true}\ncalendars:\n  always: {tz: UTC, open: always}\n");
    for (int i = 0; i < 3; i++) {
        build_format(b, "  c%d: {tz: %s, open: ", i,
                     zones[random_next(seed) % COUNT_OF(zones)]);
        put_hours(b, seed);
        build_text(b, ", closed: [2026-11-25, 2026-12-03..2026-12-05]}\n");
    }
    build_text(b, "desks:\n  night: {langs: [any], calendar: always}\n");
    for (int i = 0; i < 3; i++) {
        build_format(b, "  d%d: {langs: %s, calendar: c%d%s}\n", i,
                     langs[random_next(seed) % COUNT_OF(langs)], i,
                     i == 1 ? ", licences: [{for: x, until: 2026-12-02}]" : "");
    }
    build_text(b, "triage: night\ntables:\n- table: t\n  title: t\n  hit: collect\n  "
                  "gives: {duty: by-name}\n  else: none\n  rules:\n");
    static const char *const whens[] = {
        "{event: asked}", "{event: arrived, category: [x, missing]}",
        "{event: asked, value: 50..}", "{event: arrived, lang: not ja, category: y}"};
    for (size_t i = 0; i < COUNT_OF(whens); i++) {
        build_format(b,
                     "  - {id: r%d, title: t, source: s, when: %s, then: {duty: {name: "
                     "n%d, stop: answered, reserve: %dm, due: ",
                     (int)i, whens[i], (int)i, (int)(random_next(seed) % 120));
        put_duration(b, seed);
        build_text(b, "}}}\n");
    }
    static const char *const routes[] = {"{marketplace: east, event: asked}",
                                         "{category: [y, z]}", "{value: 20..70}"};
    build_text(b, "- table: r\n  title: r\n  hit: priority\n  gives: {chain: one}\n  "
                  "rules:\n");
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        build_format(b,
                     "  - {id: q%d, title: t, source: s, priority: %d, when: %s, then: ",
                     (int)i, 1 + (int)i, routes[i]);
        put_chain(b, seed);
        build_text(b, "}\n");
    }
    build_text(b, "  else: ");
    put_chain(b, seed);
    build_text(b, "\n");
}

static void test_coverage__random_maps_are_what_decisions_say_each_minute(void **state) {
    (void)state;
    uint64_t seed = 4;
    int looked_at = 0, promises = 0, holes = 0, sets = 0;
    for (int k = 0; k < 30 * times_longer(); k++) {
        begin_at(mondays[k % (int)COUNT_OF(mondays)]);
        static char text[16384];
        struct builder b = builder_over(text, sizeof text - 1);
        struct pack_fixture x;
        put_pack(&b, &seed);
        text[b.len] = '\0';
        pack_load_text(&x, text);
        if (!x.p && strstr(x.said, "reserve")) {
            pack_remove(&x);
            continue;
        }
        assert_loads(&x);
        sets++;
        const struct coverage *c = find(x.p, 2);
        looked_at += compare_random_inputs(x.p, c, 3000, &seed);
        holes += replay_holes(x.p, c);
        for (int i = 0; i < 4; i++) {
            const struct coverage_cell *cell =
                &c->cells[random_next(&seed) % (uint64_t)c->n_cells];
            if (cell->n_promises > 0) {
                promises++;
                const struct coverage_promise *one =
                    &cell->promises[random_next(&seed) % (uint64_t)cell->n_promises];
                compare_minutes(x.p, c, one);
                compare_owners(x.p, c, one);
            }
        }
        pack_remove(&x);
    }
    print_message("rule sets %d, duties decided %d, holes replayed %d, duties walked by "
                  "minutes %d\n",
                  sets, looked_at, holes, promises);
    assert_true(sets > 10 && looked_at > 10000 && promises > 20);
}

/* ---- the finding ---- */

#define FINDING_PACK(coverage, chain)                                                    \
    PACK_GROUND coverage                                                                 \
        "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {duty: by-name}\n  "  \
        "else: none\n  rules:\n"                                                         \
        "  - {id: a, title: t, source: s, when: {event: asked}, then: {duty: {name: d, " \
        "stop: answered, reopen: closed, due: 24h}}}\n"                                  \
        "- table: r\n  title: r\n  hit: unique\n  gives: {chain: one}\n  rules:\n"       \
        "  - {id: q, title: t, source: s, when: {event: asked}, "                        \
        "then: "                                                                         \
        "{chain: " chain "}}\n"                                                          \
        "  else: none\n"
#define WEEKS "coverage:\n  from: 2026-11-09\n  weeks: 3\n"
#define CHAIN "[{to: office}, {to: night}]"

static int count(const char *text, const char *wanted) {
    int n = 0;
    for (const char *at_text = strstr(text, wanted); at_text;
         at_text = strstr(at_text + 1, wanted))
        n++;
    return n;
}

static void test_coverage__a_hole_is_a_finding_whose_witness_shows_it(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, FINDING_PACK(WEEKS, CHAIN));
    assert_loads(&x); /* a warning: the rules may live */
    assert_int_equal(count(x.said, ": no-open-desk: "), 2);
    /* ja: Fridays after closing, until what begins is due after Monday's opening (UTC) */
    assert_non_null(strstr(x.said, "on all stores, ja, not stated, "));
    assert_non_null(strstr(x.said, "on all stores, en, other, "));
    /* the witness, pasted in, is a test that holds */
    char witness[4096] = "tests:\n";
    const char *stub = strstr(x.said, "- test: ");
    assert_non_null(stub);
    const char *end = strstr(strstr(stub, "expect:"), "\n");
    strncat(witness, stub, (size_t)(end - stub) + 1);
    pack_write(&x, "witness.yaml", witness, strlen(witness));
    pack_load(&x);
    assert_loads(&x);
    assert_null(strstr(x.said, ": test: "));
    assert_non_null(strstr(witness, "duty.d.desk: night"));
    pack_remove(&x);
}

static void test_coverage__accepted_holes_are_silent_and_idle_gaps_are_not(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, FINDING_PACK(WEEKS "  gaps:\n"
                                          "  - {when: {lang: [en, other]}, why: nobody "
                                          "speaks it}\n"
                                          "  - {duty: d, why: the night is long}\n",
                                    CHAIN));
    assert_loads(&x);
    assert_string_equal(x.said, "");
    pack_remove(&x);
    pack_load_text(&x, FINDING_PACK(WEEKS "  gaps:\n"
                                          "  - {duty: other, why: no such duty}\n"
                                          "  - {when: {marketplace: present}, why: all}\n"
                                          "  - {when: {lang: en}, why: too late}\n",
                                    CHAIN));
    assert_loads(&x);
    assert_int_equal(count(x.said, ": no-effect: this gap accepts nothing"), 2);
    assert_int_equal(count(x.said, ": no-open-desk: "), 0);
    pack_remove(&x);
}

static void test_coverage__triage_by_a_rule_is_meant_and_by_else_is_nobody(void **state) {
    (void)state;
    struct pack_fixture x;
    pack_load_text(&x, FINDING_PACK(WEEKS, "[{to: night}]"));
    assert_loads(&x);
    assert_int_equal(count(x.said, ": no-open-desk: "), 0);
    pack_remove(&x);
    pack_load_text(&x, PACK_GROUND WEEKS
                   "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {duty: "
                   "by-name}\n  else: none\n  rules:\n"
                   "  - {id: a, title: t, source: s, when: {event: asked}, then: {duty: "
                   "{name: d, stop: answered, reopen: closed, due: 24h}}}\n"
                   "- table: r\n  title: r\n  hit: unique\n  gives: {chain: one}\n  "
                   "rules: []\n  else: {chain: [{to: night}]}\n");
    assert_loads(&x);
    assert_int_equal(count(x.said, ": no-open-desk: "), 1);
    assert_non_null(strstr(x.said, "at any hour in every week"));
    pack_remove(&x);
}

static void test_coverage__what_is_wrong_with_it_is_told(void **state) {
    (void)state;
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"coverage:\n  from: 2026-11-10\n", "a Monday"},
        {"coverage:\n  weeks: 3\n", "a Monday"},
        {"coverage:\n  from: 2026-11-09\n  weeks: 0\n", "1..260"},
        {"coverage:\n  from: 2026-11-09\n  weeks: 1000\n", "1..260"},
        {"coverage:\n  from: 2026-11-09\n  gaps:\n  - {when: {event: asked}, why: x}\n",
         "not by event"},
        {"coverage:\n  from: 2026-11-09\n  gaps:\n  - {why: x}\n", "needs \"when\""},
        {"coverage:\n  from: 2026-11-09\n  gaps:\n  - {when: {lang: en}}\n", "why"},
        {"coverage:\n  from: 2026-11-09\n  hours: 3\n", "hours"},
        {"coverage: 3\n", "coverage"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[8192];
        struct pack_fixture x;
        snprintf(text, sizeof text, "%s%s", FINDING_PACK("", CHAIN), cases[i].text);
        pack_load_text(&x, text);
        assert_null(x.p);
        if (!strstr(x.said, cases[i].said))
            fail_msg("%s: told %s", cases[i].text, x.said);
        pack_remove(&x);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coverage__a_hole_is_a_finding_whose_witness_shows_it),
        cmocka_unit_test(test_coverage__accepted_holes_are_silent_and_idle_gaps_are_not),
        cmocka_unit_test(test_coverage__triage_by_a_rule_is_meant_and_by_else_is_nobody),
        cmocka_unit_test(test_coverage__what_is_wrong_with_it_is_told),
        cmocka_unit_test(test_coverage__the_shipped_map_is_what_decisions_say),
        cmocka_unit_test(test_coverage__random_maps_are_what_decisions_say_each_minute),
    };
    return cmocka_run_group_tests_name("coverage", tests, setup, teardown);
}
