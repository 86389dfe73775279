/*
 * policy_diff_recorded.c: recorded decisions as events for `henpin policy diff`: one
 * cursor, a page at a time, so that memory does not grow with the table.
 */
#include "common/base/clock.h"
#include "services/henpin/database.h"
#include "services/henpin/policy_diff.h"
#include "services/henpin/policy_recorded.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE "2000"
#define PAGE_PATIENCE_US (10 * US_PER_MIN)

struct from_recorded {
    struct diff_input in;
    struct pg *pg;
    const struct policy *before;
    int64_t since_us;
    bool is_open, is_over;
    struct arena *a; /* of the page */
    struct pg_query *page;
    size_t row;
    struct recorded decision;
    struct arena *scratch; /* of the event in hand */
};

static char declare_sql[8192];
static const struct pg_statement read_only = {
    "policy_diff_begin", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
/* All rows will be fetched. */
static const struct pg_statement settings = {
    "policy_diff_settings", "SELECT set_config('cursor_tuple_fraction', '1', true)"};
static const struct pg_statement declare = {"policy_diff_declare", declare_sql};
static const struct pg_statement fetch = {"policy_diff_fetch",
                                          "FETCH FORWARD " PAGE " FROM policy_diff"};

static enum status open_cursor(struct from_recorded *x, struct error *err) {
    snprintf(declare_sql, sizeof declare_sql,
             "DECLARE policy_diff NO SCROLL CURSOR FOR SELECT%s FROM henpin.decision d%s"
             " WHERE d.occurred_at >= coalesce($1::timestamptz, '-infinity')",
             recorded_columns, recorded_joins);
    struct pg_script *s = pg_script_new(x->a);
    (void)pg_script_query(s, &read_only);
    (void)pg_script_query(s, &settings);
    pg_param_instant(pg_script_query(s, &declare), x->since_us);
    x->is_open = true;
    return pg_run_wait(x->pg, s, PAGE_PATIENCE_US, err);
}

static enum status next_page(struct from_recorded *x, struct error *err) {
    arena_reset(x->a);
    struct pg_script *s = pg_script_new(x->a);
    x->page = pg_script_query(s, &fetch);
    x->row = 0;
    enum status st = pg_run_wait(x->pg, s, PAGE_PATIENCE_US, err);
    x->is_over = st != ST_OK || pg_rows(x->page) == 0;
    return st;
}

static enum status next_recorded(struct diff_input *in, bool *has_event,
                                 struct error *err) {
    struct from_recorded *x = (struct from_recorded *)in;
    enum status st = x->is_open ? ST_OK : open_cursor(x, err);
    *has_event = false;
    while (st == ST_OK && !x->is_over) {
        if (!x->page || x->row == pg_rows(x->page)) {
            st = next_page(x, err);
            continue;
        }
        arena_reset(x->scratch);
        recorded_read(x->page, x->row++, x->scratch, &x->decision);
        if (!recorded_can_be_stated(&x->decision)) {
            in->n_rejected++;
            continue;
        }
        recorded_settle(&x->decision, x->before);
        snprintf(in->name, sizeof in->name, "%.*s:%lld:%lld",
                 SPAN_ARGS(x->decision.topic), (long long)x->decision.partition,
                 (long long)x->decision.offset);
        *has_event = true;
        break;
    }
    return st;
}

static void state_recorded(const struct diff_input *in, const struct policy *p,
                           struct policy_facts *out) {
    recorded_state(&((const struct from_recorded *)in)->decision, p, out);
}

static void close_recorded(struct diff_input *in) {
    struct from_recorded *x = (struct from_recorded *)in;
    arena_free(x->a);
    arena_free(x->scratch);
    free(x);
}

struct diff_input *diff_input_recorded(struct pg *pg, int64_t since_us,
                                       const struct policy *before) {
    struct from_recorded *x = xcalloc(1, sizeof *x);
    x->in = (struct diff_input){
        .next = next_recorded, .state = state_recorded, .close = close_recorded};
    x->pg = pg;
    x->before = before;
    x->since_us = since_us;
    x->a = arena_new((size_t)256 << 20);
    x->scratch = arena_new((size_t)16 << 20);
    return &x->in;
}
