/*
 * test_load_fuzz.c: no bytes can break the loader: what is mutated, cut, repeated, spliced
 * or random is loaded or refused in words, and what was loaded can decide.
 *
 * FUZZ_ROUNDS=5000000 is the long form, run under the sanitizers; FUZZ_SEED repeats one.
 */
#include "common/base/backoff.h"
#include "tests/common/policy/packs.h"

enum { TEXT_MAX = 12000 };

#define HEAD                                                                             \
    "domain:\n  event: [asked, answered, reopened]\n  marketplace: [east, west]\n"       \
    "  lang: {enum: [ja, en, other], optional: true}\n"                                  \
    "  value: {int: 0..1000, optional: true}\n  has: {set: [a, b, c], optional: true}\n" \
    "calendars:\n  always: {tz: UTC, open: always}\n"                                    \
    "desks:\n  night: {langs: [any], calendar: always, capacity: unlimited}\n"           \
    "  licensed: {langs: [ja], calendar: always, kind: provider, licences: [{for: x, "   \
    "from: 2020-01-01, until: 2029-03-31}]}\ntriage: night\n"

/* Between them the seeds use every key that a pack may have. */
static const char *const seeds[] = {
    HEAD "tables:\n- table: t\n  title: t\n  hit: collect\n  gives: {blocker: set, duty: "
         "by-name}\n  else: none\n  rules:\n"
         "  - id: a\n    title: t\n    source: s\n    when: {event: [asked, reopened], "
         "value: [0..10, missing], has: {any: [a, b], none: [c]}}\n"
         "    effective: {from: 2026-01-01, until: 2026-05-05T10:00+02:00, by: "
         "ordered_at}\n"
         "    then: {duty: {name: d, due: 24h, stop: answered,\n"
         "      reserve: 2h, aim: 6h, warn: [50%, 2h], breach: {escalate: x, cost: y}, "
         "reopen: restart}}\n"
         "    mode: shadow\n"
         "tests:\n- {test: x, given: {event: reopened, time: 2026-01-01}, expect: "
         "{duties: none}}\n",
    HEAD "groups:\n  marketplace: {all: [east, west]}\n"
         "tables:\n- table: scope\n  hit: unique\n  gives: {handle: one}\n  rules:\n"
         "  - {id: s, title: t, source: s, when: {event: not answered}, then: {handle: "
         "seller}}\n  else: {handle: none}\n"
         "- table: route\n  needs: {handle: seller, marketplace: all}\n  hit: priority\n"
         "  gives: {chain: one, code: one, remedy: one}\n  rules:\n"
         "  - {id: r, title: t, source: s, why: w, confidence: confirmed, priority: 10, "
         "when: {lang: [ja, missing]}, then: {chain: [{to: licensed, skip_if: closed or "
         "full, require: [licence:x], wait: 2h}, {to: night}], code: k}}\n"
         "  - {id: q, title: t, source: s, priority: 5, when: {value: 5..}, then: "
         "{remedy: m}}\n  else: {chain: [{to: night}]}\n"
         "tests:\n- test: x\n  given: {event: asked, marketplace: east, lang: ja, has: "
         "[a], value: 7, time: 2026-01-01T00:00Z}\n"
         "  expect: {hits: [s, r], handle: seller, route.first_open: licensed}\n",
    HEAD
    "terms:\n  code: {scrap: {title: Scrapped, ja: x, source: s}}\n"
    "  do: {keep: {title: Kept}, carry: {title: Carried}}\n"
    "  to: {staff: {title: Staff}}\n  evidence: {photo: {title: Photo}}\n"
    "  licence: {CARRY: {title: Carriers, valid: 5 years}}\n"
    "  place: {store: {title: Store}}\n  waste: {METAL: {title: Metal}}\n"
    "  unlocks: {resale: {title: Resale}}\n"
    "playbooks:\n  inner: {title: t, source: s, confidence: own, steps: [{do: carry, "
    "licence: CARRY, unit: kg, keep: 5 years, evidence: photo}]}\n"
    "  outer: {title: t, steps: [{do: keep, to: staff, place: store, due: 4h, overdue: "
    "boss}, {play: inner, lot: rest, waste: [METAL], after: keep}]}\n"
    "coverage:\n  from: 2026-11-23\n  weeks: 1\n  gaps:\n"
    "  - {when: {lang: ja, marketplace: [east, west]}, duty: d, why: w}\n"
    "  - {duty: [d, e], why: w}\n"
    "tables:\n- table: goods\n  needs: {event: [asked, answered]}\n  hit: priority\n"
    "  gives: {code: one, steps: list, blocker: set}\n  else: {code: scrap}\n  rules:\n"
    "  - {id: a, title: t, source: s, priority: 3, when: {value: 0..5, has: {all: [a, "
    "b], or: missing}}, applies_to: open, then: {code: scrap, blocker: {name: b, "
    "severity: grave}, steps: [{do: carry}, {play: outer, after: carry}, {do: keep, lot: "
    "x, "
    "unlocks: resale, after: carry, due: 3 calendar-days in always}]}}\n"
    "- table: d\n  hit: collect\n  gives: {duty: by-name}\n  else: none\n  rules:\n"
    "  - {id: b, title: t, source: s, when: {event: [asked, reopened]}, then: {duty: "
    "{name: d, due: 2h, stop: answered, "
    "clock: own, pause: reopened, start: requested_at, reopen: resume}}}\n"
    "  - {id: c, title: t, source: s, confidence: recalled-not-confirmed, mode: "
    "shadow, when: {event: asked}, effective: {from: 2026-01-01, by: received_at}, "
    "then: {duty: {name: e, due: 24h, stop: [answered], reopen: closed}}}\n",
    "ruleset: x\nrevision: 1\nzone: UTC\ndomain:\n  event: [asked, answered]\n"
    "  lang: [ja, en]\n  has: {set: [a, b]}\n  signals: {set: [angry, fire]}\n"
    "calendars:\n  always: {tz: UTC, open: always}\n"
    "desks:\n  day: {langs: [ja, en], calendar: always, capacity: 4}\n"
    "  night: {langs: [any], calendar: always, capacity: unlimited}\ntriage: night\n"
    "signals:\n  negation:\n"
    "    en: {before: [not, no one], ends: [and, but], within: 3}\n"
    "    ja: {after: [ません, ない], within: 10}\n"
    "  phrases:\n    angry:\n      en: [complain*, worst service]\n"
    "    fire:\n      en: [caught fire, battery & smok*]\n      ja: [発火, 煙 & 出]\n"
    "terms:\n  licence: {CARRY: {title: Carriers, valid: 5 years}}\n"
    "directory:\n  source: s\n  ends_soon: [60 days, 3 days]\n  words:\n"
    "    CARRY: {fact: a, ends_soon: [90 days], source: s}\n    b: {source: s}\n"
    "tables:\n- table: route\n  hit: priority\n  gives: {chain: one}\n  rules:\n"
    "  - {id: r, title: t, source: s, priority: 1, when: {signals: [fire]}, then: "
    "{chain: [{to: day, skip_if: full, wait: 40%}, {to: night}]}}\n"
    "  else: {chain: [{to: night}]}\n"
    "tests:\n- test: x\n  given: {event: asked, time: 2026-01-01, signals: [fire]}\n"
    "  expect: {hits: [r]}\n",
    /* a calendar of hours costs most of the time of a load: one seed in three */
    "ruleset: x\nrevision: 1\nzone: Asia/Tokyo\ndomain:\n  event: [asked, answered]\n"
    "  lang: [ja, en]\ncalendars:\n"
    "  office: {tz: Asia/Tokyo, open: {mon-fri: [09:00-12:00, 13:00-18:00], sat: "
    "[09:00-12:00]}, closed: [2026-12-29..2027-01-03, 2026-11-23]}\n"
    "  always: {tz: UTC, open: always}\n"
    "desks:\n  d: {langs: [ja], calendar: office, capacity: 4}\n  n: {langs: [any], "
    "calendar: always}\ntriage: n\ntables:\n- table: t\n  gives: {duty: by-name}\n  hit: "
    "collect\n  else: none\n  rules:\n"
    "  - {id: a, title: \"\\u8fd4\\u54c1\", source: s, when: {event: asked}, then: "
    "{duty: "
    "{name: d, due: \"5 business-days in office, first day counted, rolling to open in "
    "office\", start: event.time, stop: [answered], clock: own, severity: high, aim: 6 "
    "business-hours in office, reopen: closed}}}\n",
};

static const char pieces[][24] = {
    "[",
    "]",
    "{",
    "}",
    ":",
    "\n",
    "- ",
    "\"",
    "'",
    "&a ",
    "*a",
    "!!str ",
    "\xff",
    "..",
    "not ",
    "%",
    "\n  ",
    ", ",
    "#",
    "|\n",
    ">\n",
    "<<: ",
    "\t",
    "? ",
    "---\n",
    "missing",
    "present",
    "none",
    "2026-02-30",
    "99999999999999999999",
    "-1",
    "0..",
    "..0",
    "24:00",
    "\xe8\xbf\x94",
    "else: ",
    "rules: ",
    "then: {",
    "when: {",
    "needs: ",
    "tests:\n",
    "event.time",
    "9223372036854775807",
    "\xef\xbb\xbf",
    "%YAML 1.1\n",
    "\xc0\x80",
    "a: ",
    "business-days",
};

static size_t pick(uint64_t *seed, size_t n) {
    return random_next(seed) % n;
}

static void insert(char *text, size_t *len, size_t where, const char *piece, size_t n) {
    if (*len + n < TEXT_MAX) {
        memmove(text + where + n, text + where, *len - where);
        memmove(text + where, piece, n);
        *len += n;
    }
}

static void mutate_once(uint64_t *seed, char *text, size_t *len) {
    char copy[256];
    size_t where = pick(seed, *len + 1), take = 1 + pick(seed, 40);
    take = where + take > *len ? *len - where : take;
    const char *piece = pieces[pick(seed, COUNT_OF(pieces))];
    const char *other = seeds[pick(seed, COUNT_OF(seeds))];
    switch (pick(seed, 8)) {
    case 0: /* another byte */
        if (where < *len)
            text[where] = (char)(random_next(seed) & 0xff);
        break;
    case 1: /* a bit */
        if (where < *len)
            text[where] = (char)(text[where] ^ 1 << pick(seed, 8));
        break;
    case 2: /* some out */
        memmove(text + where, text + where + take, *len - where - take);
        *len -= take;
        break;
    case 3: /* the end off */
        *len = pick(seed, 12) == 0 ? where : *len;
        break;
    case 4: /* a part twice */
        memcpy(copy, text + where, take);
        insert(text, len, where, copy, take);
        break;
    case 5: /* a part of another pack in */
        take = 1 + pick(seed, 60);
        where = pick(seed, strlen(other) - take);
        memcpy(copy, other + where, take);
        insert(text, len, pick(seed, *len + 1), copy, take);
        break;
    default:
        insert(text, len, where, piece, strlen(piece));
    }
}

static size_t make_text(uint64_t *seed, char text[TEXT_MAX]) {
    size_t len;
    if (pick(seed, 64) == 0) { /* bytes */
        len = pick(seed, 400);
        for (size_t i = 0; i < len; i++)
            text[i] = (char)(random_next(seed) & 0xff);
        return len;
    }
    size_t which = pick(seed, 8);
    const char *from = seeds[which < 7 ? which % 3 : 3];
    len = strlen(from);
    memcpy(text, from, len);
    for (size_t n = pick(seed, 2) ? 1 : 2 + pick(seed, 3); n > 0; n--)
        mutate_once(seed, text, &len);
    return len;
}

static void decide_something(const struct policy *p) {
    struct policy_facts f;
    struct policy_decision d;
    policy_facts_init(p, &f);
    policy_state(p, &f, FACT_EVENT, SPAN("asked"));
    policy_state(p, &f, FACT_MARKETPLACE, SPAN("east"));
    policy_state(p, &f, FACT_LANG, SPAN("ja"));
    policy_state_instant(&f, TIME_EVENT, INT64_C(1795143600000000));
    policy_state_instant(&f, TIME_ORDERED, INT64_C(1795143600000000));
    policy_decide(p, &f, &d);
    assert_non_null(d.route.desk);
}

struct listener {
    int n_told;
};

/* Every text of every finding is read, as whoever prints it would. */
static void listen(void *context, const struct policy_finding *f) {
    struct listener *x = context;
    assert_true(f->kind[0] && f->text[0] && f->file);
    assert_true(strlen(f->text) < 4096 && (!f->source || strlen(f->source) < 4096));
    assert_true(!f->witness || strlen(f->witness) < 65536);
    x->n_told++;
}

static void test_load_fuzz__no_bytes_break_the_loader(void **state) {
    (void)state;
    int64_t rounds = 1500, loaded = 0, number;
    const char *wanted = getenv("FUZZ_ROUNDS"), *again = getenv("FUZZ_SEED");
    uint64_t seed = 31337;
    if (wanted && span_to_i64(span_of(wanted), &rounds))
        seed = random_seed() >> 2;
    if (again && span_to_i64(span_of(again), &number))
        seed = (uint64_t)number;
    print_message("seed %llu\n", (unsigned long long)seed);
    char text[TEXT_MAX + 1];
    for (int64_t i = 0; i < rounds; i++) {
        size_t len = make_text(&seed, text);
        char *exact = xmalloc(len + 1); /* so that reading beyond it is seen */
        memcpy(exact, text, len);
        exact[len] = '\0';
        struct source source = {"pack.yaml", {exact, len}};
        struct listener x = {0};
        struct policy_report report = {listen, &x};
        struct load_options o = {.report = &report, .sources = &source, .n_sources = 1};
        struct policy *p = NULL;
        struct error err = {0};
        if (policy_load_with("/nowhere", &o, &p, &err) == ST_OK) {
            decide_something(p);
            policy_free(p);
            loaded++;
        } else {
            assert_true(err.code == E_POLICY && err.text[0] && x.n_told > 0);
        }
        free(exact);
        if ((i + 1) % 100000 == 0)
            print_message("%lld files so far\n", (long long)i + 1);
    }
    print_message("files %lld, loaded %lld, refused %lld\n", (long long)rounds,
                  (long long)loaded, (long long)(rounds - loaded));
    assert_true(loaded > rounds / 50 && loaded < rounds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_fuzz__no_bytes_break_the_loader),
    };
    return cmocka_run_group_tests_name("load_fuzz", tests, NULL, NULL);
}
