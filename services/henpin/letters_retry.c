/*
 * letters_retry.c: `henpin dead-letters retry`.
 *
 *   1. Letters that were tried --max-retries times in vain are left out, and named.
 *   2. The chosen ones go from "open" to "retry" in one statement. From here on nothing
 * depends on this process: their group's worker takes them up, decodes, decides and
 * applies them like any record, and settles each letter in the same transaction:
 * "resolved", or "open" again with the new reason and one retry more.
 *   3. This process watches the letters by their keys, the next WATCHED at a time, as
 * workers take them in that order.
 *
 * When it is interrupted, the same command finds letters marked already and watches
 * those; it marks no others, so that going on does not try again what was tried in vain a
 * moment ago.
 */
#include "services/henpin/letters.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"
#include "common/base/stop.h"
#include "common/event/event.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { WATCHED = 500, NAMED_MAX = 20 };
#define LOOK_EVERY_MS 100
#define SILENCE_US (5 * US_PER_S) /* then we look whether there is a worker at all */

static const char program[] = "henpin dead-letters retry";

/* Locked rows are being settled at this moment. */
static const struct pg_statement mark = {
    "letters_mark",
    "WITH chosen AS (SELECT d.consumer_group, d.source_topic, d.source_partition, "
    "d.source_offset"
    "  FROM henpin.dead_letter d" LETTERS_WHERE
    "  ORDER BY d.consumer_group, d.source_topic, d.source_partition, d.source_offset "
    "LIMIT $11"
    "  FOR UPDATE SKIP LOCKED), marked AS ("
    " UPDATE henpin.dead_letter d SET state = 'retry', changed_at = now(), changed_by = "
    "$12"
    " FROM chosen t WHERE d.consumer_group = t.consumer_group AND d.source_topic = "
    "t.source_topic"
    "  AND d.source_partition = t.source_partition AND d.source_offset = t.source_offset"
    " RETURNING d.source_topic, d.source_partition, d.source_offset, d.consumer_group)"
    " SELECT * FROM marked ORDER BY 4, 1, 2, 3"};

static const struct pg_statement marked_before = {
    "letters_marked_before",
    "SELECT d.source_topic, d.source_partition, d.source_offset, d.consumer_group"
    " FROM henpin.dead_letter d" LETTERS_WHERE " ORDER BY 4, 1, 2, 3 LIMIT $11"};

static const struct pg_statement worn_out = {
    "letters_worn_out",
    "SELECT d.source_topic, d.source_partition, d.source_offset, d.retries, d.reason"
    " FROM henpin.dead_letter d" LETTERS_WHERE " AND d.retries >= $11::bigint"
    " ORDER BY d.consumer_group, 1, 2, 3"};

static const struct pg_statement look = {
    "letters_look",
    "SELECT w.i, d.state, d.code, d.reason, d.hint, d.retries"
    " FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[])"
    "  WITH ORDINALITY AS w(consumer_group, topic, partition, record_offset, i)"
    " LEFT JOIN henpin.dead_letter d ON d.consumer_group = w.consumer_group AND "
    "d.source_topic = w.topic"
    "  AND d.source_partition = w.partition AND d.source_offset = w.record_offset"
    " WHERE d.state IS DISTINCT FROM 'retry' ORDER BY w.i"};

static const struct pg_statement workers = {
    "letters_workers", "SELECT count(*) FILTER (WHERE application_name = $1),"
                       "  coalesce(string_agg(DISTINCT application_name, ', '), '')"
                       " FROM pg_stat_activity WHERE datname = current_database() AND "
                       "application_name LIKE 'henpin-%'"};

struct key {
    const char *group, *topic;
    int32_t partition;
    int64_t offset;
};

struct run {
    struct pg *pg;
    const struct letters_filter *filter;
    struct arena *keys_arena, *look_arena;
    struct key *pending; /* not settled yet, in order */
    size_t n_pending, n_all, n_resolved, n_bad, n_other;
    int64_t begun_us, settled_us; /* monotonic */
    int64_t shown_us;
    bool is_terminal, has_asked;
};

/* ---- choosing ---- */

static const char *same_or_copy(struct arena *a, const char *former, struct span text) {
    return former && span_is(text, former) ? former : span_cstr(a, text);
}

static void take_keys(struct run *r, const struct pg_query *q) {
    r->n_all = r->n_pending = pg_rows(q);
    r->pending = arena_array(r->keys_arena, r->n_all + 1, sizeof *r->pending);
    for (size_t row = 0; row < r->n_all; row++) {
        const struct key *former = row > 0 ? &r->pending[row - 1] : NULL;
        r->pending[row] = (struct key){
            .group = same_or_copy(r->keys_arena, former ? former->group : NULL,
                                  pg_text(q, row, 3)),
            .topic = same_or_copy(r->keys_arena, former ? former->topic : NULL,
                                  pg_text(q, row, 0)),
            .partition = (int32_t)pg_i64(q, row, 1),
            .offset = pg_i64(q, row, 2),
        };
    }
}

static enum status name_worn_out(struct run *r, struct error *err) {
    struct arena *a = arena_new((size_t)256 << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &worn_out);
    letters_params(q, r->filter, LETTERS_OPEN, -1);
    pg_param_i64(q, r->filter->config->max_retries);
    enum status st = database_run(r->pg, s, err);
    size_t n = st == ST_OK ? pg_rows(q) : 0;
    if (n > 0)
        printf("left out, as tried %lld times or more in vain (--max-retries):\n",
               (long long)r->filter->config->max_retries);
    for (size_t row = 0; row < n && row < NAMED_MAX; row++) {
        char name[320];
        letters_name(q, row, 0, name, sizeof name);
        printf("  %s  %lld times: %.*s\n", name, (long long)pg_i64(q, row, 3),
               SPAN_ARGS(pg_text(q, row, 4)));
    }
    if (n > NAMED_MAX)
        printf("  and %s more\n", table_count((int64_t)(n - NAMED_MAX)));
    arena_free(a);
    return st;
}

static enum status run_choice(struct run *r, const struct pg_statement *statement,
                              enum letter_states states, bool marks, struct error *err) {
    const struct letters_config *c = r->filter->config;
    struct arena *a = arena_new((size_t)256 << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, statement);
    letters_params(q, r->filter, states, marks ? c->max_retries : -1);
    pg_param_i64(q, c->limit);
    if (marks) {
        char by[200];
        snprintf(by, sizeof by, "%s: retry", database_user());
        pg_param_text(q, span_of(by));
    }
    enum status st = database_run(r->pg, s, err);
    if (st == ST_OK)
        take_keys(r, q);
    arena_free(a);
    return st;
}

/* ---- telling ---- */

static void erase_progress(const struct run *r) {
    if (r->is_terminal)
        printf("\r\033[K");
}

static void show_progress(struct run *r, bool is_last) {
    int64_t now = clock_monotonic_us();
    size_t done = r->n_all - r->n_pending;
    if (!is_last && now - r->shown_us < (r->is_terminal ? 200 * US_PER_MS : 5 * US_PER_S))
        return;
    r->shown_us = now;
    erase_progress(r);
    printf("%s of %s done (%d %%), %s resolved, %s still bad", table_count((int64_t)done),
           table_count((int64_t)r->n_all), (int)(100 * done / (r->n_all ? r->n_all : 1)),
           table_count((int64_t)r->n_resolved), table_count((int64_t)r->n_bad));
    if (r->n_other > 0)
        printf(", %s settled by others", table_count((int64_t)r->n_other));
    if (is_last || !r->is_terminal)
        printf(", %.1f s\n", (double)(now - r->begun_us) / 1e6);
    fflush(stdout);
}

static void tell_still_bad(const struct run *r, const struct key *k,
                           const struct pg_query *q, size_t row) {
    erase_progress(r);
    printf("still bad  %s:%d:%lld  %.*s: %.*s (tried %lld time%s)\n", k->topic,
           k->partition, (long long)k->offset, SPAN_ARGS(pg_text(q, row, 2)),
           SPAN_ARGS(pg_text(q, row, 3)), (long long)pg_i64(q, row, 5),
           pg_i64(q, row, 5) == 1 ? "" : "s");
    if (pg_text(q, row, 4).len > 0)
        printf("           %.*s\n", SPAN_ARGS(pg_text(q, row, 4)));
}

/* Nothing happened for a while: is there anybody who could do it? */
static enum status tell_why_silent(struct run *r, struct error *err) {
    const char *group = r->pending[0].group;
    struct pg_script *s = pg_script_new(r->look_arena);
    struct pg_query *q = pg_script_query(s, &workers);
    pg_param_text(q, span_of(group));
    enum status st = database_run(r->pg, s, err);
    if (st != ST_OK)
        return st;
    struct span names = pg_text(q, 0, 1);
    erase_progress(r);
    if (pg_i64(q, 0, 0) > 0)
        printf("waiting: a worker %s is connected, but settles nothing; its log and "
               "/ready say why\n",
               group);
    else if (names.len > 0)
        printf("waiting: no worker of group %s seems to be running (connected: %.*s)\n",
               group, SPAN_ARGS(names));
    else
        printf("waiting: no worker seems to be running; the letters are taken up when "
               "one of group %s "
               "starts\n",
               group);
    fflush(stdout);
    return ST_OK;
}

/* ---- watching ---- */

static void settle(struct run *r, const struct key *k, const struct pg_query *q,
                   size_t row) {
    struct span state = pg_text(q, row, 1);
    if (span_is(state, "resolved")) {
        r->n_resolved++;
    } else if (span_is(state, "open")) {
        r->n_bad++;
        tell_still_bad(r, k, q, row);
    } else {
        r->n_other++; /* discarded, or its row was archived */
    }
}

/* Those that are still pending move together at the end of the first `n`, in their order.
 */
static void drop_settled(struct run *r, size_t n, const struct pg_query *q) {
    size_t kept = n, row = pg_rows(q);
    for (size_t i = n; i-- > 0;)
        if (row > 0 && (size_t)pg_i64(q, row - 1, 0) == i + 1)
            row--;
        else
            r->pending[--kept] = r->pending[i];
    r->pending += kept;
    r->n_pending -= kept;
}

/* Looks at the first of the pending and takes out what is settled. */
static enum status look_once(struct run *r, size_t *n_settled, struct error *err) {
    size_t n = r->n_pending < WATCHED ? r->n_pending : WATCHED;
    arena_reset(r->look_arena);
    struct pg_script *s = pg_script_new(r->look_arena);
    struct pg_query *q = pg_script_query(s, &look);
    struct pg_array *groups = pg_param_array(q, PG_TEXT, n),
                    *topics = pg_param_array(q, PG_TEXT, n);
    struct pg_array *partitions = pg_param_array(q, PG_INT4, n);
    struct pg_array *offsets = pg_param_array(q, PG_INT8, n);
    for (size_t i = 0; i < n; i++) {
        pg_array_text(groups, span_of(r->pending[i].group));
        pg_array_text(topics, span_of(r->pending[i].topic));
        pg_array_i64(partitions, r->pending[i].partition);
        pg_array_i64(offsets, r->pending[i].offset);
    }
    enum status st = database_run(r->pg, s, err);
    if (st != ST_OK)
        return st;
    *n_settled = pg_rows(q);
    for (size_t row = 0; row < *n_settled; row++)
        settle(r, &r->pending[pg_i64(q, row, 0) - 1], q, row);
    drop_settled(r, n, q);
    return ST_OK;
}

static enum status watch(struct run *r, struct error *err) {
    r->begun_us = r->settled_us = clock_monotonic_us();
    while (r->n_pending > 0 && !stop_requested()) {
        size_t n_settled = 0;
        enum status st = look_once(r, &n_settled, err);
        if (st != ST_OK)
            return st;
        int64_t now = clock_monotonic_us();
        if (n_settled > 0) {
            r->settled_us = now;
            r->has_asked = false;
        }
        if (n_settled == 0 && !r->has_asked && now - r->settled_us >= SILENCE_US) {
            r->has_asked = true;
            st = tell_why_silent(r, err);
            if (st != ST_OK)
                return st;
        }
        if (now - r->settled_us >= r->filter->config->patience_us)
            break;
        show_progress(r, false);
        struct pollfd fd = {stop_fd(), POLLIN, 0};
        if (n_settled == 0)
            (void)poll(&fd, 1, LOOK_EVERY_MS);
    }
    show_progress(r, true);
    return ST_OK;
}

/* ---- the action ---- */

static enum status choose(struct run *r, struct error *err) {
    enum status st = run_choice(r, &marked_before, LETTERS_RETRY, false, err);
    if (st != ST_OK || r->n_all > 0) {
        if (r->n_all > 0)
            printf("going on with %s marked already\n",
                   table_things((int64_t)r->n_all, "letter that is", "letters that are"));
        return st;
    }
    st = name_worn_out(r, err);
    if (st == ST_OK)
        st = run_choice(r, &mark, LETTERS_OPEN, true, err);
    if (st == ST_OK && r->n_all > 0)
        printf("retrying %s\n", table_things((int64_t)r->n_all, "letter", "letters"));
    return st;
}

static int report(const struct run *r) {
    if (r->n_all == 0) {
        printf("no open dead letter matches\n");
        return 0;
    }
    if (r->n_pending > 0)
        printf("%s taken up by their worker; the same command goes on watching\n",
               table_things((int64_t)r->n_pending, "letter stays marked, to be",
                            "letters stay marked, to be"));
    return r->n_pending > 0 || r->n_bad > 0 ? 1 : 0;
}

static int dry_run(struct run *r, struct error *err) {
    size_t n_marked, n = 0;
    const struct letters_config *c = r->filter->config;
    enum status st = letters_print(r->pg, r->filter, LETTERS_RETRY, -1, &n_marked, err);
    if (st == ST_OK && n_marked == 0)
        st = name_worn_out(r, err);
    if (st == ST_OK && n_marked == 0)
        st = letters_print(r->pg, r->filter, LETTERS_OPEN, c->max_retries, &n, err);
    if (st != ST_OK)
        return database_failed(program, err);
    if (n_marked > 0)
        printf("\n%s marked already: a run would go on from there\n",
               table_things((int64_t)n_marked, "letter is", "letters are"));
    else if (n > 0)
        printf("\n%s would be retried\n", table_things((int64_t)n, "letter", "letters"));
    else
        printf("no open dead letter matches\n");
    return 0;
}

int letters_retry(struct pg *pg, const struct letters_filter *f) {
    struct error err = {0};
    struct run r = {.pg = pg, .filter = f, .is_terminal = isatty(STDOUT_FILENO) == 1};
    if (f->config->is_dry_run)
        return dry_run(&r, &err);
    stop_install();
    r.keys_arena = arena_new((size_t)512 << 20);
    r.look_arena = arena_new((size_t)64 << 20);
    enum status st = choose(&r, &err);
    if (st == ST_OK && r.n_all > 0 && f->config->patience_us > 0)
        st = watch(&r, &err);
    int code = st == ST_OK ? report(&r) : database_failed(program, &err);
    arena_free(r.keys_arena);
    arena_free(r.look_arena);
    return code;
}
