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
    bool is_by_order;        /* of the order, not of the event */
    int priority;
    bool is_shadow;
    int code, remedy;  /* what it gives: a number, -1 nothing */
    unsigned blockers; /* bit per blocker */
};

enum rr_hit { RR_UNIQUE, RR_PRIORITY, RR_COLLECT };

/* A table before the one with the rules: who handles the case. Rule 0 gives `seller` for
 * some events, rule 1 `none` for some marketplaces, with the priorities below; the table
 * with the rules needs `seller`. */
struct rr_scope {
    bool is_there;
    unsigned events, marketplaces;
    int priorities[2];
    bool else_is_seller;
};

struct rr_set {
    struct rr_rule rules[RR_RULES];
    int n;
    unsigned facts; /* bit per fact that may be used: 4 words, value, has, the event's
                       day, the order's day */
    enum rr_hit hit;
    bool has_else;
    bool else_gives; /* the code c9; else none */
    bool has_duties; /* rule i gives the duty di, due i + 1 hours after the event, too */
    bool skips;      /* rr_next passes over what no rule tells apart */
    unsigned guard;  /* marketplaces that the table is for; 0: all */
    struct rr_scope scope;
    char text[16384];
};

struct rr_input {
    int words[4];  /* -1 missing, -2 a word that the domain does not list */
    int value;     /* -1 missing */
    int has;       /* -1 missing */
    int day;       /* of January 2026; 0: the day before */
    int order_day; /* -1: not stated */
};

/* RULE_SETS in the environment asks for so many sets, and then for others each time;
 * RULE_SEED repeats a run. */
static inline int64_t rr_number(const char *variable, int64_t usual) {
    const char *wanted = getenv(variable);
    int64_t n;
    return wanted && span_to_i64(span_of(wanted), &n) && n > 0 ? n : usual;
}

static inline int rr_rounds(int usual) {
    return (int)rr_number("RULE_SETS", usual);
}

static inline uint64_t rr_seed(uint64_t usual) {
    uint64_t other = random_seed() >> 2;
    uint64_t seed =
        (uint64_t)rr_number("RULE_SEED", (int64_t)(getenv("RULE_SETS") ? other : usual));
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
            if (f >= 2 && rr_pick(seed, 4) == 0)
                r->words[f] |= 1U << rr_words[f];
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
    if (s->facts >> 6 & 3 && rr_pick(seed, 2)) {
        unsigned both = s->facts >> 6 & 3;
        r->is_by_order = both == 2 || (both == 3 && rr_pick(seed, 2));
        r->from_day = rr_pick(seed, 2) ? 1 + (int)rr_pick(seed, RR_DAYS) : 0;
        r->until_day = rr_pick(seed, 2) ? r->from_day + 1 + (int)rr_pick(seed, 8) : 99;
    }
}

static inline void rr_write_words(struct builder *b, const struct rr_rule *r, int f,
                                  const char **comma) {
    if (r->words[f] == 0)
        return;
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
    if (!bits)
        return;
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
    if (has_priority)
        build_format(b, "priority: %d, ", r->priority);
    if (r->is_shadow)
        build_text(b, "mode: shadow, ");
    if (r->from_day > 0 || r->until_day < 99) {
        const char *comma = "";
        build_text(b, "effective: {");
        if (r->from_day > 0) {
            build_format(b, "from: 2026-01-%02d", r->from_day);
            comma = ", ";
        }
        if (r->until_day < 99)
            build_format(b, "%suntil: 2026-01-%02d", comma, r->until_day);
        build_text(b, r->is_by_order ? ", by: ordered_at" : "");
        build_text(b, "}, ");
    }
    const char *comma = "";
    build_text(b, "when: {");
    for (int f = 0; f < 4; f++)
        rr_write_words(b, r, f, &comma);
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

/* ---- whole sets ---- */

static inline void rr_random_outcome(uint64_t *seed, unsigned gives, struct rr_rule *r) {
    r->code = r->remedy = -1;
    r->blockers = 0;
    while (r->code < 0 && r->remedy < 0 && r->blockers == 0) {
        r->code = gives & 1 && rr_pick(seed, 3) ? (int)rr_pick(seed, 2) : -1;
        r->remedy = gives & 2 && rr_pick(seed, 3) ? (int)rr_pick(seed, 2) : -1;
        r->blockers = gives & 4 && rr_pick(seed, 3) ? rr_pick(seed, 8) : 0;
    }
}

/* Any hit policy, slots, priorities that may be equal, rules in the shadow, with or
 * without `else`, `needs` of both kinds; conditions of any kind on up to three facts. */
static inline void rr_random_set(uint64_t *seed, struct rr_set *s) {
    unsigned gives = 1 + rr_pick(seed, 7);
    s->facts = 0;
    for (int k = 0; k < 3; k++)
        s->facts |= 1U << rr_pick(seed, 8);
    s->hit = (enum rr_hit)rr_pick(seed, 3);
    s->has_else = rr_pick(seed, 2);
    s->else_gives = s->has_duties = false;
    s->guard = rr_pick(seed, 4) ? 0 : 1 + rr_pick(seed, 6);
    s->scope = (struct rr_scope){.is_there = rr_pick(seed, 3) == 0,
                                 .events = 1 + rr_pick(seed, 15),
                                 .marketplaces = 1 + rr_pick(seed, 7),
                                 .priorities = {1, 2},
                                 .else_is_seller = rr_pick(seed, 2)};
    s->scope.priorities[rr_pick(seed, 2)] = 3;
    if (s->scope.is_there)
        s->facts |= 3;
    else if (s->guard)
        s->facts |= 2;
    s->skips = __builtin_popcount(s->facts >> 4) > 1;
    s->n = 1 + (int)rr_pick(seed, 7);
    bool has_shadow = rr_pick(seed, 3) == 0;
    for (int i = 0; i < s->n; i++) {
        struct rr_rule *r = &s->rules[i];
        rr_random_rule(seed, s, r, i);
        rr_random_outcome(seed, gives, r);
        r->priority = 1 + (int)rr_pick(seed, 5);
        r->is_shadow = has_shadow && rr_pick(seed, 3) == 0;
        if (i > 0 && rr_pick(seed, 4) == 0) { /* what is often said twice */
            struct rr_rule *other = &s->rules[rr_pick(seed, (unsigned)i)];
            r->code = other->code;
            r->remedy = other->remedy;
            r->blockers = other->blockers;
            r->is_shadow = other->is_shadow;
            if (rr_pick(seed, 3) == 0)
                memcpy(r->words, other->words, sizeof r->words);
        }
    }
}

/* `duty`: its number, -1: none. */
static inline void rr_write_outcome(char out[160], const struct rr_rule *r, int duty) {
    struct builder b = builder_over(out, 159);
    const char *comma = "";
    build_text(&b, "{");
    if (r->code >= 0) {
        build_format(&b, "code: c%d", r->code);
        comma = ", ";
    }
    if (r->remedy >= 0) {
        build_format(&b, "%sremedy: m%d", comma, r->remedy);
        comma = ", ";
    }
    if (r->blockers) {
        const char *inner = "";
        build_format(&b, "%sblocker: [", comma);
        for (int i = 0; i < 3; i++) {
            if (r->blockers >> i & 1) {
                build_format(&b, "%sb%d", inner, i);
                inner = ", ";
            }
        }
        build_text(&b, "]");
    }
    if (duty >= 0)
        build_format(&b, ", duty: {name: d%d, due: %dh, stop: answered}", duty, duty + 1);
    build_text(&b, "}");
    assert_false(b.is_cut);
    out[b.len] = '\0';
}

static inline void rr_write_some(struct builder *b, int f, unsigned bits) {
    const char *comma = "";
    build_format(b, "%s: [", rr_names[f]);
    for (int v = 0; v < rr_words[f]; v++) {
        if (bits >> v & 1) {
            build_format(b, "%s%s", comma, rr_texts[f][v]);
            comma = ", ";
        }
    }
    build_text(b, "]");
}

static inline void rr_write_scope(struct builder *b, const struct rr_scope *c) {
    build_text(b,
               "- table: scope\n  title: t\n  hit: priority\n  gives: {handle: one}\n");
    build_format(b, "  else: {handle: %s}\n  rules:\n",
                 c->else_is_seller ? "seller" : "none");
    build_format(b, "  - {id: s0, title: t, source: s, priority: %d, when: {",
                 c->priorities[0]);
    rr_write_some(b, 0, c->events);
    build_format(
        b,
        "}, then: {handle: seller}}\n  - {id: s1, title: t, source: s, priority: "
        "%d, when: {",
        c->priorities[1]);
    rr_write_some(b, 1, c->marketplaces);
    build_text(b, "}, then: {handle: none}}\n");
}

static inline void rr_write_set(struct rr_set *s) {
    static const char *const hits[] = {"unique", "priority", "collect"};
    struct builder b = builder_over(s->text, sizeof s->text - 1);
    build_text(&b, RR_GROUND "tables:\n");
    if (s->scope.is_there)
        rr_write_scope(&b, &s->scope);
    build_format(&b,
                 "- table: t\n  title: t\n  hit: %s\n  gives: {code: one, remedy: one, "
                 "blocker: set, duty: by-name}\n%s",
                 hits[s->hit],
                 !s->has_else    ? ""
                 : s->else_gives ? "  else: {code: c9}\n"
                                 : "  else: none\n");
    if (s->guard || s->scope.is_there) {
        build_text(&b, "  needs: {");
        build_text(&b, s->scope.is_there ? "handle: seller" : "");
        build_text(&b, s->guard && s->scope.is_there ? ", " : "");
        if (s->guard)
            rr_write_some(&b, 1, s->guard);
        build_text(&b, "}\n");
    }
    build_text(&b, "  rules:\n");
    for (int i = 0; i < s->n; i++) {
        char outcome[160];
        rr_write_outcome(outcome, &s->rules[i], s->has_duties ? i : -1);
        rr_write_rule(&b, &s->rules[i], i, s->hit == RR_PRIORITY, outcome);
    }
    assert_false(b.is_cut);
    s->text[b.len] = '\0';
}

/* ---- the slow truth ---- */

/* Whether the condition on one fact holds: 4 words, value, has. */
static inline bool rr_holds(const struct rr_rule *r, int f, const struct rr_input *x) {
    if (f < 4) {
        int v = x->words[f] < 0 ? rr_words[f] : x->words[f];
        return r->words[f] == 0 || r->words[f] >> v & 1;
    }
    if (f == 4) {
        return !r->has_range ||
               (x->value < 0 ? r->range_or_missing
                             : x->value >= r->low && x->value <= r->high);
    }
    unsigned has = (unsigned)x->has;
    switch (r->set_kind) {
    case 1:
        return x->has >= 0 && (has & r->in) == r->in && !(has & r->out);
    case 2:
        return x->has >= 0 && (has & r->in) && !(has & r->out);
    case 3:
        return x->has < 0;
    default:
        return true;
    }
}

/* Hits, when the condition on fact `but` is not looked at; -1: all are. */
static inline bool rr_hits_but(const struct rr_rule *r, const struct rr_input *x,
                               int but) {
    for (int f = 0; f < RR_FACTS; f++)
        if (f != but && !rr_holds(r, f, x))
            return false;
    int day = r->is_by_order ? x->order_day : x->day;
    return day >= r->from_day && day < r->until_day;
}

static inline bool rr_hits(const struct rr_rule *r, const struct rr_input *x) {
    return rr_hits_but(r, x, -1);
}

static inline bool rr_is_sellers(const struct rr_scope *c, const struct rr_input *x) {
    bool first = c->events >> x->words[0] & 1,
         second = c->marketplaces >> x->words[1] & 1;
    if (first && second)
        return c->priorities[0] > c->priorities[1];
    return first || (!second && c->else_is_seller);
}

/* Whether the input reaches the table with the rules. */
static inline bool rr_reaches(const struct rr_set *s, const struct rr_input *x) {
    return (s->guard == 0 || s->guard >> x->words[1] & 1) &&
           (!s->scope.is_there || rr_is_sellers(&s->scope, x));
}

/* Whether some rule tells this day or value from the one before. */
static inline bool rr_is_bound(const struct rr_set *s, bool is_value, bool is_order,
                               int x) {
    for (int i = 0; i < s->n; i++) {
        const struct rr_rule *r = &s->rules[i];
        if (is_value
                ? r->has_range && (x == r->low || x == r->high + 1)
                : r->is_by_order == is_order && (x == r->from_day || x == r->until_day))
            return true;
    }
    return x == 0;
}

static inline int rr_step(const struct rr_set *s, bool is_value, bool is_order, int x,
                          int last) {
    do {
        x++;
    } while (x <= last && s->skips && !rr_is_bound(s, is_value, is_order, x));
    return x;
}

/* Steps through every input of the facts in use; with `skips` through one of each that
 * rules tell apart. False when there is no further one. */
static inline bool rr_next(const struct rr_set *s, struct rr_input *x) {
    for (int f = 0; f < 4; f++) {
        if (!(s->facts >> f & 1))
            continue;
        int last = rr_words[f] - 1;
        if (x->words[f] < last) {
            x->words[f]++;
            return true;
        }
        x->words[f] = f >= 2 ? -1 : 0;
    }
    if (s->facts >> 4 & 1) {
        x->value = rr_step(s, true, false, x->value, 21);
        if (x->value <= 21)
            return true;
        x->value = -1;
    }
    if (s->facts >> 5 & 1) {
        if (x->has < 7) {
            x->has++;
            return true;
        }
        x->has = -1;
    }
    if (s->facts >> 6 & 1) {
        x->day = rr_step(s, false, false, x->day, 31);
        if (x->day <= 31)
            return true;
        x->day = 0;
    }
    if (s->facts >> 7 & 1) {
        x->order_day = rr_step(s, false, true, x->order_day, 31);
        return x->order_day <= 31;
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
    for (int i = 0; i < 4; i++)
        if (x->words[i] >= 0)
            policy_state(p, f, facts[i], span_of(rr_texts[i][x->words[i]]));
        else if (x->words[i] == -2)
            policy_state(p, f, facts[i], SPAN("unheard-of"));
    if (x->value >= 0)
        policy_state_number(f, FACT_VALUE, x->value);
    if (x->has >= 0) {
        policy_state_none(f, FACT_HAS);
        for (int i = 0; i < 3; i++) {
            char member = (char)('a' + i);
            if (x->has >> i & 1)
                policy_state_member(p, f, FACT_HAS, (struct span){&member, 1});
        }
    }
    int64_t first_us = INT64_C(1767268800000000); /* noon of the first of January 2026 */
    policy_state_instant(f, TIME_EVENT, first_us + (x->day - 1) * US_PER_DAY);
    if (x->order_day >= 0)
        policy_state_instant(f, TIME_ORDERED, first_us + (x->order_day - 1) * US_PER_DAY);
}

#endif
