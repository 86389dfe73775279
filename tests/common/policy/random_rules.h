/*
 * random_rules.h: small random rule sets, as text for the loader and as plain numbers for
 * the slow truth.
 *
 * The slow truth shares no code with common/policy: it tests each rule's masks and ranges
 * by hand.
 */
#ifndef TESTS_COMMON_POLICY_RANDOM_RULES_H
#define TESTS_COMMON_POLICY_RANDOM_RULES_H

#include "common/base/backoff.h"
#include "tests/common/policy/packs.h"

enum { RR_RULES = 12, RR_FACTS = 6, RR_DAYS = 20 };
/* what the facts are: event 4 words, marketplace 3, lang 3 + missing, condition 2 +
 * missing, value, has 3 members */
static const int rr_words[4] = {4, 3, 3, 2};
static const char *const rr_names[4] = {"event", "marketplace", "lang", "condition"};
static const char *const rr_texts[4][4] = {{"asked", "answered", "arrived", "reopened"},
                                           {"east", "west", "north", NULL},
                                           {"ja", "en", "other", NULL},
                                           {"good", "bad", NULL, NULL}};

struct rr_rule {
    unsigned words[4]; /* bit per word, then missing; 0: any */
    bool has_range, range_or_missing;
    int low, high;
    int set_kind; /* 0 any, 1 all of `in` none of `out`, 2 any of `in`, 3 missing */
    unsigned in, out;
    int from_day, until_day; /* days of January 2026; 0 and 99: open */
    int priority;
    bool is_shadow;
};

struct rr_set {
    struct rr_rule rules[RR_RULES];
    int n;
    unsigned facts; /* bit per fact that may be used: 4 words, value, has, time */
    char text[16384];
};

struct rr_input {
    int words[4]; /* -1 missing */
    int value;    /* -1 missing */
    int has;      /* -1 missing */
    int day;      /* of January 2026; 0: the day before */
};

/* RULE_SETS in the environment asks for more sets, and then for others each time. */
static inline int rr_rounds(int usual) {
    const char *wanted = getenv("RULE_SETS");
    int64_t n;
    return wanted && span_to_i64(span_of(wanted), &n) && n > 0 && n < INT32_MAX ? (int)n
                                                                                : usual;
}

static inline uint64_t rr_seed(uint64_t usual) {
    uint64_t seed = getenv("RULE_SETS") ? random_seed() : usual;
    print_message("seed %llu\n", (unsigned long long)seed);
    return seed;
}

static inline unsigned rr_pick(uint64_t *seed, unsigned n) {
    return (unsigned)(random_next(seed) % n);
}

static inline void rr_random_rule(uint64_t *seed, struct rr_set *s, struct rr_rule *r,
                                  int i) {
    *r = (struct rr_rule){.from_day = 0, .until_day = 99, .priority = i + 1};
    for (int f = 0; f < 4; f++) {
        unsigned all = (1U << rr_words[f]) - 1;
        if (s->facts >> f & 1 && rr_pick(seed, 3) > 0) {
            r->words[f] = (1 + rr_pick(seed, all)) & all;
            if (f >= 2 && rr_pick(seed, 4) == 0) {
                r->words[f] |= 1U << rr_words[f];
            }
        }
    }
    if (s->facts >> 4 & 1 && rr_pick(seed, 2)) {
        r->has_range = true;
        r->low = (int)rr_pick(seed, 12);
        r->high = r->low + (int)rr_pick(seed, 8);
        r->range_or_missing = rr_pick(seed, 4) == 0;
    }
    if (s->facts >> 5 & 1 && rr_pick(seed, 2)) {
        r->set_kind = 1 + (int)rr_pick(seed, 3);
        r->in = rr_pick(seed, 8);
        r->out = rr_pick(seed, 8) & ~r->in;
        r->in = r->set_kind == 2 && r->in == 0 ? 1 : r->in;
        r->out &= ~r->in;
    }
    if (s->facts >> 6 & 1 && rr_pick(seed, 2)) {
        r->from_day = rr_pick(seed, 2) ? 1 + (int)rr_pick(seed, RR_DAYS) : 0;
        r->until_day = rr_pick(seed, 2) ? r->from_day + 1 + (int)rr_pick(seed, 8) : 99;
    }
}

static inline void rr_write_words(struct builder *b, const struct rr_rule *r, int f,
                                  const char **comma) {
    if (r->words[f] == 0) {
        return;
    }
    unsigned all = (1U << rr_words[f]) - 1;
    build_format(b, "%s%s: [", *comma, rr_names[f]);
    *comma = ", ";
    const char *inner = "";
    /* "all but one" is written as `not` to exercise it */
    if (__builtin_popcount(r->words[f] & all) == rr_words[f] - 1 && rr_words[f] > 2) {
        int missing_one = __builtin_ctz(~r->words[f] & all);
        build_format(b, "not %s", rr_texts[f][missing_one]);
        inner = ", ";
    } else {
        for (int v = 0; v < rr_words[f]; v++) {
            if (r->words[f] >> v & 1) {
                build_format(b, "%s%s", inner, rr_texts[f][v]);
                inner = ", ";
            }
        }
    }
    build_text(b, r->words[f] >> rr_words[f] & 1 ? ", missing]" : "]");
}

static inline void rr_write_members(struct builder *b, const char *name, unsigned bits,
                                    const char **comma) {
    if (!bits) {
        return;
    }
    build_format(b, "%s%s: [", *comma, name);
    *comma = ", ";
    const char *inner = "";
    for (int i = 0; i < 3; i++) {
        if (bits >> i & 1) {
            build_format(b, "%s%c", inner, 'a' + i);
            inner = ", ";
        }
    }
    build_text(b, "]");
}

static inline void rr_write_rule(struct builder *b, const struct rr_rule *r, int i,
                                 bool has_priority, const char *then) {
    build_format(b, "  - {id: r%02d, title: t, source: s, ", i);
    if (has_priority) {
        build_format(b, "priority: %d, ", r->priority);
    }
    if (r->is_shadow) {
        build_text(b, "mode: shadow, ");
    }
    if (r->from_day > 0 || r->until_day < 99) {
        const char *comma = "";
        build_text(b, "effective: {");
        if (r->from_day > 0) {
            build_format(b, "from: 2026-01-%02d", r->from_day);
            comma = ", ";
        }
        if (r->until_day < 99) {
            build_format(b, "%suntil: 2026-01-%02d", comma, r->until_day);
        }
        build_text(b, "}, ");
    }
    const char *comma = "";
    build_text(b, "when: {");
    for (int f = 0; f < 4; f++) {
        rr_write_words(b, r, f, &comma);
    }
    if (r->has_range) {
        build_format(b, "%svalue: [%d..%d%s]", comma, r->low, r->high,
                     r->range_or_missing ? ", missing" : "");
        comma = ", ";
    }
    if (r->set_kind == 3) {
        build_format(b, "%shas: missing", comma);
    } else if (r->set_kind) {
        const char *inner = "";
        build_format(b, "%shas: {", comma);
        rr_write_members(b, r->set_kind == 1 ? "all" : "any", r->in, &inner);
        rr_write_members(b, "none", r->out, &inner);
        build_text(b, "}");
    }
    build_format(b, "}, then: %s}\n", then);
}

#define RR_GROUND                                                                        \
    "domain:\n  event: [asked, answered, arrived, reopened]\n  marketplace: [east, "     \
    "west, north]\n"                                                                     \
    "  lang: {enum: [ja, en, other], optional: true}\n  condition: {enum: [good, bad], " \
    "optional: true}\n"                                                                  \
    "  value: {int: 0..1000, optional: true}\n  has: {set: [a, b, c], optional: true}\n" \
    "calendars:\n  always: {tz: UTC, open: always}\ndesks:\n  night: {langs: [any], "    \
    "calendar: always}\n"                                                                \
    "triage: night\n"

/* `head`: the table's other lines, separated by `;`. `then` may hold one %d: the rule's
 * number. */
static inline void rr_write(struct rr_set *s, const char *head, bool has_priority,
                            const char *then) {
    struct builder b = builder_over(s->text, sizeof s->text - 1);
    build_text(&b, RR_GROUND "tables:\n- table: t\n  title: t\n");
    const char *part = head;
    while (*part) {
        size_t len = strcspn(part, ";");
        build_format(&b, "  %.*s\n", (int)len, part);
        part += len + (part[len] == ';');
    }
    build_text(&b, "  rules:\n");
    for (int i = 0; i < s->n; i++) {
        char outcome[200];
        const char *percent = strstr(then, "%d");
        if (percent) {
            snprintf(outcome, sizeof outcome, "%.*s%d%s", (int)(percent - then), then, i,
                     percent + 2);
        } else {
            snprintf(outcome, sizeof outcome, "%s", then);
        }
        rr_write_rule(&b, &s->rules[i], i, has_priority, outcome);
    }
    assert_false(b.is_cut);
    s->text[b.len] = '\0';
}

/* ---- the slow truth ---- */

static inline bool rr_hits(const struct rr_rule *r, const struct rr_input *x) {
    for (int f = 0; f < 4; f++) {
        int v = x->words[f] < 0 ? rr_words[f] : x->words[f];
        if (r->words[f] && !(r->words[f] >> v & 1)) {
            return false;
        }
    }
    if (r->has_range && !(x->value < 0 ? r->range_or_missing
                                       : x->value >= r->low && x->value <= r->high)) {
        return false;
    }
    bool is_good = true;
    if (r->set_kind == 3) {
        is_good = x->has < 0;
    } else if (r->set_kind == 1) {
        is_good = x->has >= 0 && ((unsigned)x->has & r->in) == r->in &&
                  !((unsigned)x->has & r->out);
    } else if (r->set_kind == 2) {
        is_good =
            x->has >= 0 && ((unsigned)x->has & r->in) && !((unsigned)x->has & r->out);
    }
    return is_good && x->day >= r->from_day && x->day < r->until_day;
}

/* Steps through every distinguishable input of the facts in use; false when there is no
 * further one. */
static inline bool rr_next(const struct rr_set *s, struct rr_input *x) {
    for (int f = 0; f < 4; f++) {
        if (!(s->facts >> f & 1)) {
            continue;
        }
        int last = rr_words[f] - 1;
        if (x->words[f] < last) {
            x->words[f]++;
            return true;
        }
        x->words[f] = f >= 2 ? -1 : 0;
    }
    if (s->facts >> 4 & 1) {
        if (x->value < 21) {
            x->value++;
            return true;
        }
        x->value = -1;
    }
    if (s->facts >> 5 & 1) {
        if (x->has < 7) {
            x->has++;
            return true;
        }
        x->has = -1;
    }
    if (s->facts >> 6 & 1 && x->day < 31) {
        x->day++;
        return true;
    }
    return false;
}

static inline struct rr_input rr_first(const struct rr_set *s) {
    (void)s;
    return (struct rr_input){.words = {0, 0, -1, -1}, .value = -1, .has = -1, .day = 0};
}

static inline void rr_state(const struct policy *p, const struct rr_input *x,
                            struct policy_facts *f) {
    static const enum policy_fact facts[4] = {FACT_EVENT, FACT_MARKETPLACE, FACT_LANG,
                                              FACT_CONDITION};
    policy_facts_init(p, f);
    for (int i = 0; i < 4; i++) {
        if (x->words[i] >= 0) {
            policy_state(p, f, facts[i], span_of(rr_texts[i][x->words[i]]));
        }
    }
    if (x->value >= 0) {
        policy_state_number(f, FACT_VALUE, x->value);
    }
    if (x->has >= 0) {
        policy_state_none(f, FACT_HAS);
        for (int i = 0; i < 3; i++) {
            char member = (char)('a' + i);
            if (x->has >> i & 1) {
                policy_state_member(p, f, FACT_HAS, (struct span){&member, 1});
            }
        }
    }
    policy_state_instant(f, TIME_EVENT,
                         at("2026-01-01T12:00:00Z") + (x->day - 1) * US_PER_DAY);
}

#endif
