/*
 * policy_diff.h: `henpin policy diff`, between the command and where its events come from.
 * Private to policy_diff*.c and policy_recorded.c.
 */
#ifndef SERVICES_HENPIN_POLICY_DIFF_H
#define SERVICES_HENPIN_POLICY_DIFF_H

#include "common/io/pg.h"
#include "common/policy/diff.h"

/* A source of events, embedded as the first member of what it needs. */
struct diff_input {
    char name[128]; /* of the event in hand */
    int64_t n_rejected;
    int64_t total; /* events, 0: not known; for the progress line */
    /* The next event; false at the end. Errors end the run; what is wrong with one event
     * is told on stderr and counted. */
    enum status (*next)(struct diff_input *in, bool *has_event, struct error *err);
    /* States the event in hand to a revision. */
    void (*state)(const struct diff_input *in, const struct policy *p,
                  struct policy_facts *out);
    void (*close)(struct diff_input *in);
};

/* The tests of both packs: those of `after`, and those of `before` whose names it has
 * not. */
struct diff_input *diff_input_tests(const struct policy *before,
                                    const struct policy *after);
/* Files of JSON lines, each a test's `given` as an object; "-" is the standard input. */
struct diff_input *diff_input_files(const char *const *paths, size_t n);
/* Decisions recorded from `since_us` on (EVENT_ABSENT: all). Borrows the connection, and
 * `before`: where it is the revision that decided, it tells what was not stored. */
struct diff_input *diff_input_recorded(struct pg *pg, int64_t since_us,
                                       const struct policy *before);

/* ---- output ---- */

struct diff_sides {
    const struct policy *before, *after;
    const char *before_dir, *after_dir;
};

/* For people. */
void diff_print_rules(const struct diff_sides *s, const struct diff_rules *rules);
void diff_print_rule(const struct diff_rule *rule);
void diff_print_event(const char *name, const struct diff_result *r);
void diff_print_totals(struct diff_totals *t, const struct diff_input *in,
                       const char *source);
/* One JSON document, written as it goes. */
void diff_json_begin(const struct diff_sides *s, const struct diff_rules *rules);
void diff_json_event(const char *name, const struct diff_result *r, bool is_first);
void diff_json_end(struct diff_totals *t, const struct diff_input *in);

#endif
