#include "common/flow/lane.h"

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/metrics.h"
#include "common/flow/lane_private.h"
#include "common/flow/park.h"
#include "common/flow/sellers.h"
#include "common/flow/worker.h"
#include "common/io/pg_session.h"

#include <stdlib.h>

#define LOOK_AGAIN_US (10 * US_PER_S) /* at a batch that the breaker holds */

/* ---- life ---- */

static struct batch *new_batch(const struct lane *l) {
    struct batch *b = batch_new(l->config.service, l->shared.positions->group, l->sellers,
                                l->attempt, l->config.batch_max);
    b->order_patience_us = l->config.order_patience_us;
    return b;
}

struct lane *lane_new(const struct lane_config *config,
                      const struct lane_shared *shared) {
    struct lane *l = xcalloc(1, sizeof *l);
    l->config = *config;
    l->shared = *shared;
    l->pg = pg_new(config->postgres, config->application_name);
    l->sellers = sellers_new();
    l->attempt = arena_new(BATCH_ARENA_BYTES);
    l->random = random_seed();
    l->running = new_batch(l);
    l->open = new_batch(l);
    l->filling.positions = shared->positions;
    l->filling.source = shared->source;
    l->filling.schemas = shared->schemas;
    l->filling.lane = config->number;
    l->filling.random = random_seed();
    l->breaker.min_bad = config->breaker_min;
    l->breaker.share = config->breaker_share;
    l->breaker.lane = config->number;
    l->recall.arena = arena_new(256u << 20);
    return l;
}

void lane_free(struct lane *l) {
    if (!l)
        return;
    pg_free(l->pg);
    filling_drop(&l->filling, NULL, 0);
    batch_free(l->running);
    batch_free(l->open);
    batch_free(l->held);
    arena_free(l->attempt);
    sellers_free(l->sellers);
    arena_free(l->recall.arena);
    free(l);
}

/* ---- for all files of a lane ---- */

void lane_fatal(struct lane *l, const struct error *err) {
    if (!*l->shared.is_fatal)
        *l->shared.fatal = *err;
    *l->shared.is_fatal = true;
}

void lane_run(struct lane *l, struct pg_script *s, enum step step) {
    l->step = step;
    pg_run(l->pg, s, l->config.statement_timeout_us);
}

void lane_roll_back(struct lane *l) {
    pg_rollback(l->pg);
    l->step = STEP_ROLLBACK;
}

/* ---- the session ---- */

static void start_session(struct lane *l) {
    struct pg_script *s = pg_script_new(l->recall.arena);
    pg_session_by_key(s, l->config.statement_timeout_us);
    if (l->config.service->session)
        (void)pg_script_query(s, l->config.service->session);
    lane_run(l, s, STEP_SESSION);
}

/* ---- beginning ---- */

void lane_fill(struct lane *l) {
    struct error err = {0};
    if (filling_fill(&l->filling, l->open, l->config.batch_bytes, &err) == ST_FATAL)
        lane_fatal(l, &err);
}

/* The cache of sellers may hold what the attempt before entered but never read, or noted
 * but never wrote. */
void lane_begin_fresh(struct lane *l) {
    if (l->is_attempt_open)
        sellers_forget(l->sellers);
    l->is_attempt_open = true;
    batch_begin_attempt(l->running);
    l->running->limit = bisect_limit(&l->bisection, l->running->n_messages);
    l->begun_us = clock_monotonic_us();
}

void lane_send_load(struct lane *l, struct pg_script *s) {
    struct batch *b = l->running;
    b->service->load(b, s);
    if (l->is_recall)
        b->recount = park_recount(b, s, l->config.topic);
    lane_run(l, s, STEP_LOAD);
    CRASH_POINT("load-sent");
}

/* I1: from here to the COMMIT is one transaction: ledger, cases, effects, dead letters
 * and what waits. */
static void begin_attempt(struct lane *l) {
    struct batch *b = l->running;
    lane_begin_fresh(l);
    struct pg_script *s = pg_script_new(l->attempt);
    (void)pg_script_query(s, &pg_begin);
    l->ledger = b->n_ranges > 0 && !l->bisection.is_on
                    ? positions_write(l->shared.positions, b, s)
                    : NULL;
    lane_send_load(l, s);
}

static void swap(struct batch **a, struct batch **b) {
    struct batch *t = *a;
    *a = *b;
    *b = t;
}

static void begin_work(struct lane *l) {
    l->has_work = true;
    l->is_recall = l->recall.was_last = false;
    l->attempts = l->conflicts = 0;
    bisect_end(&l->bisection);
}

/* The filling batch becomes the running one, and the other way round. */
static void take_open(struct lane *l) {
    swap(&l->running, &l->open);
    begin_work(l);
    batch_find_ranges(l->running, l->shared.positions);
}

/* Aside, so that recalls go on meanwhile; the records behind it wait with it. */
static void hold_work(struct lane *l) {
    if (!l->held)
        l->held = new_batch(l);
    swap(&l->running, &l->held);
    l->has_held = true;
    l->has_work = false;
    l->look_at_us = clock_monotonic_us() + LOOK_AGAIN_US;
    bisect_end(&l->bisection);
}

static void resume_held(struct lane *l) {
    swap(&l->running, &l->held);
    l->has_held = false;
    begin_work(l);
    batch_decode_again(l->running, l->shared.schemas);
}

static bool is_open_due(const struct lane *l, int64_t now) {
    return !l->has_held && l->open->n_messages > 0 &&
           (batch_is_full(l->open, l->config.batch_bytes) ||
            now - l->open->taken_us >= l->config.linger_us);
}

/* At rest on an idle connection: what next? False: nothing. */
static bool start_something(struct lane *l, bool may_begin) {
    if (!l->is_session_ready) {
        start_session(l);
        return true;
    }
    int64_t now = clock_monotonic_us();
    if (now < l->wake_us)
        return false;
    /* Recalls and records take turns, so that neither starves under load. */
    bool may_recall = l->recall.is_wanted && may_begin && now >= l->recall.at_us;
    if (!l->has_work && may_recall && !l->recall.was_last) {
        lane_find_recall(l);
        return true;
    }
    if (!l->has_work && may_begin && l->has_held && now >= l->look_at_us)
        resume_held(l);
    else if (!l->has_work && may_begin && is_open_due(l, now))
        take_open(l);
    if (l->has_work && !l->is_recall && breaker_holds(&l->breaker, l->running))
        hold_work(l);
    if (l->has_work)
        begin_attempt(l);
    else if (may_recall)
        lane_find_recall(l);
    else
        return false;
    return true;
}

/* ---- going on ---- */

static void write_effects(struct lane *l) {
    struct batch *b = l->running;
    /* From here to lane_run nothing waits: the policy may be exchanged between two turns,
     * and every byte of its text that a row needs has been copied by then. */
    CRASH_POINT("after-load");
    int64_t began = clock_monotonic_us();
    b->writes = pg_script_new(l->attempt);
    l->revision = policy_revision(*l->shared.policy)->id;
    b->service->decide(b, *l->shared.policy);
    metrics_observe(M_DECIDE_US, clock_monotonic_us() - began);
    b->service->apply(b);
    park_apply(b, b->writes, b->group);
    CRASH_POINT("before-write");
    lane_run(l, b->writes, STEP_WRITE);
    CRASH_POINT("mid-write");
}

static void loaded(struct lane *l) {
    struct batch *b = l->running;
    if (l->ledger && (size_t)pg_affected(l->ledger) != b->n_ranges &&
        MECHANISM("ledger-chain")) {
        lane_roll_back(l);
        l->wants_realign = true;
        return;
    }
    CRASH_POINT("after-ledger");
    l->ledger = NULL;
    b->round++;
    struct pg_script *s = pg_script_new(l->attempt);
    b->service->load(b, s);
    if (pg_script_is_empty(s))
        write_effects(l);
    else
        lane_run(l, s, STEP_LOAD);
}

static void written(struct lane *l) {
    struct batch *b = l->running;
    if (l->bisection.is_on) {
        metrics_add(M_BATCHES_BISECTED, 1);
        bisect_succeeded(&l->bisection, b->limit);
        lane_roll_back(l);
        return;
    }
    l->n_rows = pg_script_rows(b->writes);
    CRASH_POINT("before-commit");
    struct pg_script *s = pg_script_new(l->attempt);
    (void)pg_script_query(s, &pg_commit);
    lane_run(l, s, STEP_COMMIT);
    CRASH_POINT("commit-sent");
}

static void advance(struct lane *l) {
    switch (l->step) {
    case STEP_SESSION:
        l->is_session_ready = true;
        l->step = STEP_REST;
        arena_reset(l->recall.arena);
        break;
    case STEP_LOAD:
        loaded(l);
        break;
    case STEP_WRITE:
        written(l);
        break;
    case STEP_COMMIT:
        lane_committed(l);
        break;
    case STEP_ROLLBACK:
        lane_rolled_back(l);
        break;
    case STEP_FIND:
        lane_found(l);
        break;
    case STEP_REST:
        break;
    }
}

void lane_turn(struct lane *l, bool may_begin) {
    while (!*l->shared.is_fatal) {
        switch (pg_turn(l->pg)) {
        case PG_CLOSED:
            if (clock_monotonic_us() < l->wake_us)
                return;
            l->is_session_ready = false;
            pg_connect(l->pg);
            break;
        case PG_CONNECTING:
        case PG_BUSY:
            return;
        case PG_FAILED:
            lane_failed(l);
            break;
        case PG_IDLE:
            if (l->step != STEP_REST)
                advance(l);
            else if (!start_something(l, may_begin))
                return;
            break;
        }
    }
}

/* ---- seen from outside ---- */

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b) {
    return a < b ? a : b;
}

int64_t lane_wakes_us(const struct lane *l) {
    int64_t at = INT64_MAX;
    bool is_resting = l->step == STEP_REST && pg_state(l->pg) == PG_IDLE;
    if (pg_state(l->pg) == PG_CLOSED || (is_resting && l->has_work)) {
        at = l->wake_us;
    } else if (is_resting) {
        if (l->recall.is_wanted)
            at = l->recall.at_us;
        if (l->has_held)
            at = sooner(at, l->look_at_us);
        else if (l->open->n_messages > 0)
            at = sooner(at, l->open->taken_us + l->config.linger_us);
        at = later(at, l->wake_us);
    }
    return sooner(at, sooner(filling_wakes_us(&l->filling), pg_deadline_us(l->pg)));
}

int lane_fd(const struct lane *l) {
    return pg_fd(l->pg);
}

short lane_poll_events(const struct lane *l) {
    return pg_poll_events(l->pg);
}

bool lane_is_busy(const struct lane *l) {
    return l->has_work || l->step != STEP_REST;
}

bool lane_is_empty(const struct lane *l) {
    return !l->has_work && !l->has_held && l->open->n_messages == 0 &&
           filling_is_empty(&l->filling);
}

bool lane_is_connected(const struct lane *l) {
    return pg_state(l->pg) == PG_IDLE || pg_state(l->pg) == PG_BUSY;
}

bool lane_is_behind(const struct lane *l) {
    return (l->step == STEP_WRITE || l->step == STEP_COMMIT) &&
           l->revision != policy_revision(*l->shared.policy)->id;
}

bool lane_holds(const struct lane *l) {
    return l->breaker.is_open;
}

bool lane_has(const struct lane *l, const struct kafka_partition *p) {
    return filling_has(&l->filling, p) || batch_has(l->open, p, 1) ||
           lane_touches(l, p, 1) || (l->has_held && batch_has(l->held, p, 1));
}

bool lane_touches(const struct lane *l, const struct kafka_partition *p, size_t n) {
    return l->has_work && batch_has(l->running, p, n);
}

/* ---- dropping ---- */

static void drop_held(struct lane *l, const struct kafka_partition *p, size_t n) {
    if (!l->has_held || !batch_has(l->held, p, n))
        return;
    batch_drop(l->held, p, n);
    if (l->held->n_messages > 0) {
        batch_find_ranges(l->held, l->shared.positions);
        return;
    }
    batch_reset(l->held);
    l->has_held = false;
    breaker_close(&l->breaker);
}

void lane_drop(struct lane *l, const struct kafka_partition *p, size_t n) {
    filling_drop(&l->filling, p, n);
    batch_drop(l->open, p, n);
    drop_held(l, p, n);
    if (!lane_touches(l, p, n))
        return;
    if (l->step !=
        STEP_REST) { /* abandon: what was committed all the same, the ledger will tell */
        pg_close(l->pg);
        l->is_session_ready = false;
        l->step = STEP_REST;
    }
    l->wants_realign = false;
    bisect_end(&l->bisection);
    batch_drop(l->running, p, n);
    if (l->running->n_messages == 0)
        lane_forget_batch(l);
    else
        batch_find_ranges(l->running, l->shared.positions);
}
