/*
 * coverage.h: who answers at every hour of the week, and where is nobody.
 *
 * For each marketplace, language and category, and for each duty that may begin there,
 * the hours of the week are walked with the code that decisions use (policy_decide for
 * the chain and the duty, deadline_owner for the desk): an hour is missed in a week when
 * a duty that begins at some instant of it reaches nobody but the triage desk before it
 * is due (unless the rule names triage alone: then that is meant). Weeks differ by their holidays and clock changes, so a hole is counted in
 * weeks.
 *
 * A week begins on Monday at midnight in the marketplace's own zone. All times of the
 * event (ordered, delivered ...) are taken to be its own.
 */
#ifndef COMMON_POLICY_COVERAGE_H
#define COMMON_POLICY_COVERAGE_H

#include "common/policy/model.h"

enum {
    COVERAGE_HOURS = 168,
    COVERAGE_MAX_WEEKS = 260,
    COVERAGE_NOBODY = -1, /* for `desk`: only triage, or a duty without a desk */
};

/* A hole that the pack knows of, and why it is accepted. */
struct coverage_gap {
    struct condition *conditions[POLICY_FACT_COUNT]; /* marketplace, lang, category */
    const char *duties[8];                           /* only these; none: every duty */
    int n_duties;
    const char *why;
    const struct node *at; /* valid while loading only */
};

/* `coverage:` of a pack: what the proof at load looks at. */
struct coverage_spec {
    int32_t first_day; /* a Monday */
    int weeks;
    struct coverage_gap *gaps;
    int n_gaps;
    const struct node *at; /* valid while loading only */
};

/* The hours of one duty under one chain for one language. */
struct coverage_hours {
    const struct zone *zone;
    uint16_t missed[COVERAGE_HOURS];  /* weeks in which some instant of the hour was */
    int64_t first_us[COVERAGE_HOURS]; /* the first such instant; POLICY_NO_INSTANT */
    int16_t desk[COVERAGE_HOURS];     /* who owns what begins with the hour, in the first
                                           week that is not missed: index into the chain */
    int n_missed;                     /* hours that are missed in some week */
    uint16_t weeks;                   /* looked at */
};

/* One duty that may begin in a cell. */
struct coverage_promise {
    const struct rule *rule;
    const struct duty_spec *duty;
    const struct chain *chain; /* NULL: triage alone */
    const struct coverage_hours *hours;
    /* An input that begins it, but for marketplace and language: coverage_input() */
    const struct policy_facts *facts;
    int marketplace, lang; /* the cell's */
};

/* A marketplace, a language (-1: not stated) and a class of categories that no rule tells
 * apart. */
struct coverage_cell {
    int marketplace, lang, category_class;
    struct coverage_promise *promises; /* by rule number; none: nothing is promised */
    int n_promises;
    const struct chain *route; /* where an escalation without a duty goes */
};

struct coverage_class {
    struct word_set words; /* of the fact `category` */
    bool has_missing;
    int n;
};

struct coverage {
    int32_t first_day;
    int weeks;
    struct coverage_class *classes;
    int n_classes;
    struct coverage_cell *cells; /* by marketplace, language, class */
    int n_cells;
    bool is_finished; /* false: chains depend on more than can be walked; no cells */
    int n_undecided;  /* inputs that a rule should meet and the decision did not give its
                        duty: nothing is proved about them */
    const char *undecided_rule; /* the first of them */
};

/* Word numbers; COVERAGE_ALL: every one. `lang` -1: only where it is not stated. */
enum { COVERAGE_ALL = -2 };
struct coverage_query {
    int32_t first_day; /* a Monday */
    int weeks;         /* 1..COVERAGE_MAX_WEEKS */
    int marketplace, lang, category;
    const struct zone *zone; /* of the hours; NULL: each marketplace's own */
};

/* Everything lives in `a`, and borrows from the policy. */
struct coverage *coverage_find(struct arena *a, const struct policy *p,
                               const struct coverage_query *q);

/* An input that begins the duty. */
struct policy_facts coverage_input(const struct coverage_promise *promise);

/* Fills the hours of one duty; the request holds chain, triage desk and language. */
struct deadline_request;
void coverage_hours_fill(struct coverage_hours *h, const struct policy *p,
                         const struct deadline_request *r, const struct duty_spec *duty,
                         const struct zone *zone, int32_t first_day, int weeks);

/* The hour of the week, 0 Monday 00:00, of an instant in a zone. */
int coverage_hour_of(const struct zone *zone, int64_t at_us);

/* The first gap that accepts the holes of a duty in a cell; NULL: none. */
const struct coverage_gap *coverage_accepted(const struct policy *p,
                                             const struct coverage *c,
                                             const struct coverage_cell *cell,
                                             const struct coverage_promise *promise);

/* `coverage:` of a file; the proof at load, when a file declares one: `no-open-desk`. */
void coverage_read(struct loader *l, const struct node *node);
void coverage_check(struct loader *l);

#endif
