/* load.h: policy_load with its switches, for the command line and the tests. */
#ifndef COMMON_POLICY_LOAD_H
#define COMMON_POLICY_LOAD_H

#include "common/policy/model.h"

/* What was read, whether or not it was good. */
struct load_totals {
    int n_files, n_tables, n_rules, n_tests;
};

struct load_options {
    const struct policy_report *report; /* may be NULL */
    bool skips_coverage;                /* do not prove who answers when (coverage.h) */
    bool skips_tests;  /* do not run the tests in the packs: their failures then are no
                         findings */
    bool skips_proofs; /* nor look for overlaps, gaps and hours without a desk: for who
                          only reads the rules, or asks them one thing */
    const struct source *sources; /* instead of the directory's *.yaml files; the
                                     directory still serves calendars/ */
    int n_sources;
    struct load_totals *totals; /* filled, may be NULL */
};

MUST_USE enum status policy_load_with(const char *dir, const struct load_options *o,
                                      struct policy **out, struct error *err);

#endif
