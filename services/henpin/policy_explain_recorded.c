/*
 * policy_explain_recorded.c: `henpin policy explain --order|--decision`: a decision that a
 * worker took, decided again on what Postgres still holds of it.
 */
#include "services/henpin/policy_explain.h"

#include "services/henpin/database.h"
#include "services/henpin/policy_recorded.h"
#include "services/henpin/table.h"

#include <stdio.h>

enum { DECISIONS_MAX = 500, UNKNOWN_MAX = 5 };

static const struct pg_statement read_revision = {
    "policy_recorded_revision",
    "SELECT label, hash FROM henpin.policy_revision WHERE policy_revision_id = $1"};

static void list_unknown(const struct recorded *d, const char **out, int *n) {
    if (span_is(d->case_kind, "return")) {
        out[(*n)++] =
            d->is_settled
                ? "whether the return was inside the return policy, and whether "
                  "a claim was open: taken so that the recorded rules come out"
                : "whether the return was inside the return policy (taken as "
                  "not stated), and whether a claim was open (taken as no)";
    }
    if (span_is(d->case_kind, "inquiry"))
        out[(*n)++] = "which message had waited longest: taken from the history as it "
                      "reads now";
    if (d->is_mixed)
        out[(*n)++] = d->is_settled
                          ? "which lines of an order in several hands the event named: "
                            "taken so that the recorded rules come out"
                          : "which lines of an order in several hands the event named: "
                            "taken as all that the case knows";
    if (!d->is_latest)
        out[(*n)++] = "reason, wish, amount and lines as they were then: later events of "
                      "the case have written over them";
    out[(*n)++] = "the seller directory as it was then: it is taken as it says now about "
                  "that time";
}

static enum status find_origin(struct pg *pg, const struct recorded *d,
                               const struct policy *p, struct arena *a,
                               struct explain_origin *out, struct error *err) {
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &read_revision);
    pg_param_i64(q, d->revision_id);
    enum status st = database_run(pg, s, err);
    if (st != ST_OK)
        return st;
    struct builder what = builder_in(a, 1024), from = builder_in(a, 512);
    build_format(&what, "%.*s, order %.*s, seller %.*s", SPAN_ARGS(d->marketplace),
                 SPAN_ARGS(d->order_id), SPAN_ARGS(d->seller_id));
    if (d->own_id.ptr)
        build_format(&what, ", %.*s %.*s", SPAN_ARGS(d->case_kind), SPAN_ARGS(d->own_id));
    build_format(&from, "%.*s:%lld:%lld", SPAN_ARGS(d->topic), (long long)d->partition,
                 (long long)d->offset);
    const char **rules = arena_array(a, (size_t)d->n_rules + 1, sizeof *rules);
    for (int i = 0; i < d->n_rules; i++)
        rules[i] = d->rules[i];
    *out = (struct explain_origin){
        .what = span_cstr(a, builder_span(&what)),
        .event_id = span_cstr(a, d->event_id),
        .from = span_cstr(a, builder_span(&from)),
        .outcome = span_cstr(a, d->outcome),
        .cause = d->cause.ptr ? span_cstr(a, d->cause) : NULL,
        .rules = rules,
        .n_rules = d->n_rules,
        .recorded_us = d->recorded_us,
        .is_same_revision = d->revision_id == policy_revision(p)->id,
        .unknown = arena_array(a, UNKNOWN_MAX, sizeof *out->unknown)};
    if (pg_rows(q) > 0) {
        out->revision_label = span_cstr(a, pg_text(q, 0, 0));
        out->revision_hash = span_cstr(a, pg_text(q, 0, 1));
    }
    list_unknown(d, out->unknown, &out->n_unknown);
    return ST_OK;
}

/* ---- which one? ---- */

static void print_choices(struct arena *a, const struct recorded *all, size_t n) {
    static const struct table_column columns[] = {
        {"DECISION", false, false, 0}, {"WHEN", false, false, 0},
        {"CASE", false, false, 0},     {"EVENT", false, false, 0},
        {"OUTCOME", false, false, 0},  {"RULES", false, true, 0}};
    struct table *t = table_new(a, columns, COUNT_OF(columns));
    for (size_t i = 0; i < n; i++) {
        const struct recorded *d = &all[i];
        struct builder from = builder_in(a, 512), rules = builder_in(a, 4096);
        build_format(&from, "%.*s:%lld:%lld", SPAN_ARGS(d->topic),
                     (long long)d->partition, (long long)d->offset);
        for (int k = 0; k < d->n_rules; k++)
            build_format(&rules, "%s%s", k ? ", " : "", d->rules[k]);
        table_cell(t, builder_span(&from));
        table_cell_instant(t, d->occurred_us);
        table_cell(t, d->own_id.ptr ? d->own_id : d->order_id);
        table_cell(t, d->event);
        table_cell(t, d->outcome);
        table_cell(t, builder_span(&rules));
    }
    printf("%zu decisions; the last one is explained, the others by --decision\n\n", n);
    table_print(t, stdout, table_width(stdout));
    putchar('\n');
}

/* ---- the command ---- */

static enum status explain_last(struct pg *pg, const struct explain_command *c,
                                struct arena *a, struct recorded *d, struct error *err) {
    struct policy_facts *f = arena_alloc(a, sizeof *f);
    struct explain_origin *origin = arena_alloc(a, sizeof *origin);
    recorded_settle(d, c->p);
    enum status st = find_origin(pg, d, c->p, a, origin, err);
    if (st != ST_OK)
        return st;
    recorded_state(d, c->p, f);
    struct explanation *x = explain_build(a, c->p, f, explain_zone(c, f));
    x->origin = origin;
    explain_print(c, x);
    return ST_OK;
}

static enum status search(struct pg *pg, const struct explain_command *c, struct arena *a,
                          int *code, struct error *err) {
    const struct recorded_search search = {.order_id = span_given(c->order),
                                           .marketplace = span_given(c->marketplace),
                                           .event = span_given(c->decision)};
    struct recorded *all;
    size_t n;
    enum status st = recorded_find(pg, &search, a, DECISIONS_MAX, &all, &n, err);
    if (st != ST_OK)
        return st;
    *code = 1;
    if (n == 0) {
        fprintf(stderr, "henpin policy explain: no decision is recorded that matches\n");
        return ST_OK;
    }
    struct recorded *d = &all[n - 1];
    if (!recorded_can_be_stated(d)) {
        fprintf(stderr,
                "henpin policy explain: the tables do not hold what this decision was "
                "taken on: a case of kind \"%.*s\"%s\n",
                SPAN_ARGS(d->case_kind),
                d->fulfilment.ptr ? "" : " whose order is not known");
        return ST_OK;
    }
    if (n > 1 && !c->is_json)
        print_choices(a, all, n);
    *code = 0;
    return explain_last(pg, c, a, d, err);
}

int explain_recorded(const struct explain_command *c, const struct pg_config *database) {
    struct arena *a = arena_new((size_t)512 << 20);
    struct error err = {0};
    struct pg *pg = NULL;
    int code = 2;
    enum status st = database_open(database, &pg, &err);
    if (st == ST_OK)
        st = search(pg, c, a, &code, &err);
    if (st != ST_OK) {
        (void)database_failed("henpin policy explain", &err);
        code = 2;
    }
    pg_free(pg);
    arena_free(a);
    return code;
}
