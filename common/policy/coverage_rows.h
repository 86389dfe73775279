/*
 * coverage_rows.h: a coverage as people read it: cells that say the same are one row.
 */
#ifndef COMMON_POLICY_COVERAGE_ROWS_H
#define COMMON_POLICY_COVERAGE_ROWS_H

#include "common/policy/coverage.h"

enum coverage_state {
    COVER_SILENT, /* no duty begins here */
    COVER_HELD,   /* a desk is open before everything that begins here is due */
    COVER_PARTLY, /* in some weeks nobody but triage */
    COVER_NOBODY, /* in every week nobody but triage */
};

/* An hour of the week: the worst of all duties that may begin in it. */
struct coverage_slot {
    uint8_t state; /* enum coverage_state */
    int16_t desk;  /* number of the desk that answers; COVERAGE_NOBODY: none */
};

struct coverage_row {
    struct word_set marketplaces, langs, categories; /* all combinations of them */
    bool has_no_lang, has_no_category; /* where it is not stated is meant too */
    struct coverage_slot slots[COVERAGE_HOURS];
    const struct coverage_gap *gap;         /* that accepts its holes; NULL: none */
    int n_missed;                           /* hours with a hole */
    const struct coverage_cell *cell;       /* one of those that were merged ... */
    const struct coverage_promise *promise; /* ... and its worst duty; NULL: no hole */
};

/* The hour that is missed in most weeks, the first of them. */
int coverage_worst_hour(const struct coverage_hours *h);

/* Rows by marketplace, then language; `*n` of them. */
struct coverage_row *coverage_rows(struct arena *a, const struct policy *p,
                                   const struct coverage *c, int *n);

/* "amazon.es, amazon.fr and 8 more"; `most` words at most; "all" when it is all. */
void coverage_spell_marketplaces(const struct policy *p, const struct coverage_row *r,
                                 int most, struct builder *b);
void coverage_spell_langs(const struct policy *p, const struct coverage_row *r, int most,
                          struct builder *b);
void coverage_spell_categories(const struct policy *p, const struct coverage_row *r,
                               int most, struct builder *b);
/* "Sat, Sun in every week; Mon 18:00 to Tue 09:00 in some weeks" of the hours with a hole. */
void coverage_spell_holes(const struct coverage_row *r, struct builder *b);

#endif
