/*
 * explain.h: why a decision is what it is, and why not otherwise: one record, built once,
 * written as text (English, Japanese) or as JSON.
 *
 * The record is made on the production path: decide_traced() decides again, the tables'
 * own indexes name the rules that hit and those that failed on one condition, and only
 * these candidates are looked at a second time, to tell which condition it was. Instants
 * come from the decision; the stretches of time between start and due are read off the
 * same compiled calendar, and meet the due instant (a test checks that they do).
 *
 * Everything lives in the arena that explain_build is given and borrows from the policy
 * and the facts; nothing is freed. An explanation needs about 64 KiB, and 60 bytes for
 * each day of a duty in business days.
 */
#ifndef COMMON_POLICY_EXPLAIN_H
#define COMMON_POLICY_EXPLAIN_H

#include "common/policy/decide.h"

/* Why a stretch of time counts or does not. One row: identifier, name in JSON, whether it
 * counts. */
#define EXPLAIN_REASONS(X)                                                               \
    X(WHY_RUNS, "runs", true)               /* a clock that never stops */               \
    X(WHY_OPEN, "open", true)               /* an open day, open hours */                \
    X(WHY_FIRST_DAY, "first_day", true)     /* the start's own day, as day 1 */          \
    X(WHY_REST_OF_DAY, "rest_of_day", true) /* up to the midnight that ends the day */   \
    X(WHY_START_DAY, "start_day", false)    /* the start's own day */                    \
    X(WHY_WEEKEND, "weekend", false)        /* Saturday, Sunday */                       \
    X(WHY_DAY_OFF, "day_off", false)        /* another weekly closing day */             \
    X(WHY_HOLIDAY, "holiday", false)        /* by name */                                \
    X(WHY_CLOSURE, "closure", false)        /* days that the calendar itself closes */   \
    X(WHY_NIGHT, "night", false)            /* between closing and the next opening */   \
    X(WHY_BREAK, "break", false)            /* closed in the middle of an open day */    \
    X(WHY_RESERVE, "reserve", false)        /* hand-over margin before due */

enum explain_why {
#define X(id, name, counts) id,
    EXPLAIN_REASONS(X)
#undef X
        EXPLAIN_WHY_COUNT
};
const char *explain_why_name(enum explain_why why);

struct explain_segment {
    int64_t from_us, to_us; /* [from, to), never empty */
    enum explain_why why;
    bool is_counted;
    const char *holiday; /* WHY_HOLIDAY: its name as the calendar has it; else NULL */
    int nth;             /* the open day's number, from 1; 0 where days are not counted */
};
/* In order, without holes. */
struct explain_path {
    struct explain_segment *items;
    int n;
};

/* From the start to `due_us`, which duration_after() gave. */
struct explain_path explain_duration(struct arena *a, const struct duration *d,
                                     int64_t start_us, int64_t due_us);
/* Why nobody is there between two instants; the open stretches among them are WHY_OPEN.
 */
struct explain_path explain_hours(struct arena *a, const struct calendar *c,
                                  int64_t from_us, int64_t to_us);

/* Why a desk of a chain gets it, or does not. */
#define EXPLAIN_VERDICTS(X)                                                              \
    X(DESK_TAKES, "takes_it")                /* this one */                              \
    X(DESK_NEXT, "takes_over")               /* from from_us on, while nobody answers */ \
    X(DESK_SPARE, "not_needed")              /* could, but an earlier one does */        \
    X(DESK_AWAY, "closed_while_asked")       /* closed as long as it could wait */       \
    X(DESK_LAST, "last_resort")              /* gets it because no other can */          \
    X(DESK_LANGUAGE, "language")             /* does not speak the buyer's language */   \
    X(DESK_UNLICENSED, "no_licence")         /* never held what the step requires */     \
    X(DESK_LICENCE_LATER, "licence_not_yet") /* holds it only from licence_us on */      \
    X(DESK_LICENCE_ENDED, "licence_ended")   /* held it until licence_us */              \
    X(DESK_SHUT, "closed_until_due")         /* not open once more before the latest */  \
    X(DESK_CLOSED, "closed_now")             /* skip_if: closed, and it is */            \
    X(DESK_BEYOND, "beyond_calendar")        /* its calendar ends before that */

enum explain_verdict {
#define X(id, name) id,
    EXPLAIN_VERDICTS(X)
#undef X
        EXPLAIN_VERDICT_COUNT
};
const char *explain_verdict_name(enum explain_verdict verdict);

struct explain_desk {
    const struct desk *desk;
    enum explain_verdict verdict;
    int64_t from_us;     /* DESK_NEXT: when it gets it; else POLICY_NO_INSTANT */
    int64_t act_by_us;   /* last open instant before the latest; POLICY_NO_INSTANT: none,
                            or there is no deadline */
    int64_t opens_us;    /* DESK_CLOSED, DESK_SHUT: when it opens next */
    const char *licence; /* of the three verdicts about one, and where act-by comes sooner
                            because it ends; else NULL */
    int64_t licence_us;  /* when it begins, or ends */
};
struct explain_desks {
    struct explain_desk items[POLICY_MAX_CHAIN];
    int n;
};

struct explain_duty {
    const struct policy_duty *duty;
    const struct duty_spec *spec;
    struct explain_path due;    /* start to due; empty while waiting */
    bool is_wall_moved;         /* the wall time of due does not exist or exists twice:
                                   the earlier instant was taken */
    int64_t latest_us;          /* due minus reserve */
    struct explain_path act_by; /* act-by to due: why the desk must act before due */
    struct explain_desks desks;
};

struct explain_hit {
    const struct rule *rule;
    const struct table *table;
    unsigned gave, lost;       /* slots that it filled, that another rule filled */
    const struct rule *winner; /* of the first slot lost; NULL when none was */
};

/* A rule that failed on exactly one condition. */
struct explain_near {
    const struct rule *rule;
    const struct table *table;
    int fact; /* enum policy_fact; -1: its validity */
};

/* A decision that a worker took: what henpin.decision holds of it. */
struct explain_origin {
    const char *what;     /* "order 503-1 of seller S, return R-1" */
    const char *event_id; /* the connector's */
    const char *from;     /* topic:partition:offset */
    const char *outcome;  /* recorded word */
    const char *cause;    /* recorded, or NULL */
    const char **rules;   /* recorded ids */
    int n_rules;
    int64_t recorded_us;
    const char *revision_label, *revision_hash; /* under which it was taken; NULL: unknown
                                                 */
    bool is_same_revision;
    const char **unknown; /* what the store no longer says, one sentence each */
    int n_unknown;
};

struct explanation {
    const struct policy *p;
    const struct policy_facts *f;
    const struct explain_origin *origin; /* NULL: a hypothetical decision */
    struct arena *a;
    struct policy_decision d;
    struct decide_trace trace;
    const struct policy_contradiction *contradictions[POLICY_TOLD_CONTRADICTIONS];
    int n_contradictions;
    struct explain_hit *hits;
    int n_hits;
    struct explain_near *nears;
    int n_nears;
    struct explain_duty duties[POLICY_MAX_DUTIES];
    struct explain_desks route; /* without a deadline, at the event's time */
    const struct zone *zone;    /* in which a reader of this case thinks; NULL: UTC */
};

/* Decides and records why. `zone` as in the structure; NULL: the zone of the first duty's
 * calendar. */
struct explanation *explain_build(struct arena *a, const struct policy *p,
                                  const struct policy_facts *f, const char *zone);

/* Whether one condition of a rule, or of the `needs` of its table, holds. */
struct explain_check {
    const struct condition *condition; /* NULL: a slot, or the validity */
    int fact;                          /* -1: see `slot`, `is_validity` */
    const struct slot_need *slot;      /* an earlier table must give one of its words */
    bool is_validity;
    bool is_of_table;
    bool holds;
};
/* Why does this rule apply, or not: all that it asks, in order. At most 32 checks. */
enum { EXPLAIN_MAX_CHECKS = 32 };
int explain_rule_checks(const struct explanation *x, const struct rule *r,
                        const struct table *t,
                        struct explain_check out[EXPLAIN_MAX_CHECKS]);

/* The version of the system's time-zone data, "2025b"; "unknown". Reads a file. */
void explain_zone_data(char out[32]);

/* ---- renderings ---- */

struct words; /* explain_words.h */

/* Lines of text in the language of `w`; `r` adds why that rule applies or does not, NULL:
 * none. is_cut of the builder says when it was too small. */
void explain_text(const struct explanation *x, const struct words *w,
                  const struct rule *r, struct builder *out);
/* One JSON object; names are stable, instants RFC 3339 in UTC. */
void explain_json(const struct explanation *x, const struct rule *r, struct builder *out);

/* Reads a `given:` mapping (see testcase.h) from a YAML file: what a person wants
 * explained. */
MUST_USE enum status policy_read_given(const struct policy *p, const char *path,
                                       const struct policy_report *report,
                                       struct policy_facts *out, struct error *err);

#endif
