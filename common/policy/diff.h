/*
 * diff.h: what another revision of the rules changes: in the rules themselves, and in the
 * decisions on the same events.
 *
 * An event is stated once, in words (struct diff_event), and to each revision in its own
 * domain: word numbers differ between revisions. Both decide on the production path; two
 * decisions are compared thing by thing. Totals are kept in groups ("due of answer_return,
 * later, by this rule instead of that one"), at most DIFF_MAX_GROUPS of them, so memory
 * stays the same however many events there are.
 *
 * What only runs in the shadow is compared no more than it is emitted: a rule that goes
 * from active into the shadow shows as a duty that is gone.
 */
#ifndef COMMON_POLICY_DIFF_H
#define COMMON_POLICY_DIFF_H

#include "common/policy/explain_rule.h"

/* ---- events ---- */

enum { DIFF_MAX_ITEMS = 128 };

struct diff_event {
    char name[128]; /* for people: a test's name, "events.jsonl:12", an event id */
    struct diff_item {
        enum { DIFF_WORD, DIFF_NUMBER, DIFF_MEMBER, DIFF_EMPTY, DIFF_TIME } kind;
        int which;        /* enum policy_fact, or enum policy_time */
        struct span word; /* DIFF_WORD, DIFF_MEMBER; borrowed */
        int64_t number;   /* DIFF_NUMBER; DIFF_TIME: microseconds */
    } items[DIFF_MAX_ITEMS];
    int n;
};

/* False when there is no room for it. */
bool diff_event_add(struct diff_event *e, struct diff_item item);
void diff_event_state(const struct diff_event *e, const struct policy *p,
                      struct policy_facts *out);
/* The other way round, for what was read under a revision (tests in packs). A word that
 * was outside its domain is stated as one that no domain has. */
void diff_event_of(const struct policy *p, const struct policy_facts *f,
                   struct diff_event *out);

/* ---- two decisions ---- */

#define DIFF_KINDS(X)                                                                    \
    X(DIFF_OUTCOME, "outcome") /* decided, not_ours, not_evaluated: cause */             \
    X(DIFF_HANDLE, "handle")   /* who answers */                                         \
    X(DIFF_DUTY_ADDED, "duty added")                                                     \
    X(DIFF_DUTY_REMOVED, "duty removed")                                                 \
    X(DIFF_START, "start") /* of a duty; so are the next nine */                         \
    X(DIFF_DUE, "due")                                                                   \
    X(DIFF_ACT_BY, "act by")                                                             \
    X(DIFF_AIM, "aim")                                                                   \
    X(DIFF_DESK, "desk")                                                                 \
    X(DIFF_SEVERITY, "severity")                                                         \
    X(DIFF_BREACH, "breach")     /* what a breach raises */                              \
    X(DIFF_COST, "cost")         /* what it costs, in the packs' words */                \
    X(DIFF_STOP, "fulfilled by") /* the first event in which they differ */              \
    X(DIFF_WARN, "warning")      /* the first one that differs */                        \
    X(DIFF_BLOCKER_ADDED, "blocker added")                                               \
    X(DIFF_BLOCKER_REMOVED, "blocker removed")                                           \
    X(DIFF_CODE, "goods") /* what becomes of them */                                     \
    X(DIFF_STEPS, "steps")                                                               \
    X(DIFF_REMEDY, "remedy")                                                             \
    X(DIFF_DESTINATION, "destination")                                                   \
    X(DIFF_ROUTE, "route") /* who gets it without a deadline */

enum diff_kind {
#define X(id, name) id,
    DIFF_KINDS(X)
#undef X
        DIFF_KIND_COUNT
};
const char *diff_kind_name(enum diff_kind kind);

struct diff_change {
    enum diff_kind kind;
    const char *subject;         /* duty, blocker or step; "" */
    const char *before, *after;  /* words, NULL: none. Borrowed from the revisions, or
                                   static */
    int64_t before_us, after_us; /* POLICY_NO_INSTANT both: no instant changed */
    const char *rule_before, *rule_after; /* that said so; NULL: unknown */
};
enum { DIFF_MAX_CHANGES = 64 };
struct diff_result {
    struct diff_change items[DIFF_MAX_CHANGES];
    int n;
    bool has_other_rules; /* other rules hit, whatever they gave */
};
void diff_decisions(const struct policy_decision *before,
                    const struct policy_decision *after, struct diff_result *out);

/* ---- totals ---- */

enum { DIFF_MAX_GROUPS = 1024, DIFF_MAX_CURRENCIES = 6 };

struct diff_money {
    char currency[8];
    int64_t minor; /* minor units */
};
struct diff_group {
    struct diff_change key; /* instants: only their direction counts */
    int64_t n;
    int64_t least_us, most_us; /* of the shifts, signed */
    double sum_us;
    struct diff_money money[DIFF_MAX_CURRENCIES]; /* value of the goods concerned */
    int n_money;
    char example[128]; /* name of the first event */
};
struct diff_totals {
    int64_t n_events, n_changed, n_other_rules;
    int64_t of[DIFF_KIND_COUNT]; /* events with such a change */
    struct diff_group *groups;
    int n_groups;
    int64_t n_ungrouped; /* changes beyond DIFF_MAX_GROUPS different ones */
    int *slots;          /* hash of the groups */
};
struct diff_totals *diff_totals_new(struct arena *a);
/* `currency` NULL: the event states no value. */
void diff_totals_add(struct diff_totals *t, const struct diff_result *r,
                     const char *example, const char *currency, int64_t value_minor);
/* The most frequent first. */
void diff_totals_sort(struct diff_totals *t);

/* ---- rules ---- */

struct diff_field {
    const char *key, *label; /* rule_row */
    const char *before, *after;
};
struct diff_rule {
    const char *id;
    const struct rule *before, *after; /* NULL: added, removed */
    struct diff_field *fields;         /* all of them when asked for, else the changed */
    int n_fields, n_changed;
};
struct diff_rules {
    struct diff_rule *items; /* added, removed and changed, in id order */
    int n, n_same, n_added, n_removed, n_changed;
};
/* Compares by id; texts as people read them, in the language of the words. */
struct diff_rules diff_rule_sets(struct arena *a, const struct words *before,
                                 const struct words *after);
/* One rule, every field. False when neither has it. */
bool diff_one_rule(struct arena *a, const struct words *before, const struct words *after,
                   const char *id, struct diff_rule *out);

#endif
