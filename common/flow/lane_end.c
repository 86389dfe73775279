/*
 * lane_end.c: how an attempt ends. See lane.h for what each failure leads to.
 */
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/event/event.h"
#include "common/flow/lane_private.h"
#include "common/flow/sellers.h"
#include "common/flow/worker.h"
#include "common/io/traceparent.h"

enum { CONFLICTS_MAX = 5 };

/* How long the lane waits after a failure: the first time, and at most (backoff.h). */
enum wait { WAIT_CONFLICT, WAIT_CONNECTION, WAIT_STATEMENT, WAIT_RESOURCES };
static const struct {
    int64_t first_ms, max_ms;
} waits[] = {
    [WAIT_CONFLICT] = {1, 50},       /* the other transaction is over in a moment */
    [WAIT_CONNECTION] = {50, 10000}, /* Postgres starts again within seconds */
    [WAIT_STATEMENT] = {100, 10000}, /* of the session, a recall or the ledger */
    [WAIT_RESOURCES] = {100, 30000}, /* a full disk takes a person's minutes */
};

static void wait_longer(struct lane *l, enum wait w) {
    l->attempts++;
    l->wake_us = clock_monotonic_us() +
                 US_PER_MS * backoff_ms(l->attempts, waits[w].first_ms, waits[w].max_ms,
                                        random_next(&l->random));
}

/* ---- committed ---- */

/* One message of what was committed, at `now`. */
static void observe_message(const struct message *m, int64_t now) {
    if (m->occurred_us != EVENT_ABSENT)
        metrics_observe(M_EVENT_TO_COMMIT_US, now - m->occurred_us);
    if (m->record_us != EVENT_ABSENT)
        metrics_observe(M_RECORD_TO_COMMIT_US, now - m->record_us);
    if (m->fate != FATE_REJECTED)
        return;
    metrics_count_error(m->error->code);
    log_warn("message.rejected", LOG_STR("topic", m->topic),
             LOG_I64("partition", m->partition), LOG_I64("offset", m->offset),
             LOG_SPAN("traceparent", traceparent_of(m->headers, m->n_headers)),
             LOG_ERR(m->error));
}

static void observe_commit(const struct lane *l) {
    const struct batch *b = l->running;
    int64_t now = clock_now_us(), counts[FATE_COUNT] = {0};
    metrics_add(M_BATCHES_COMMITTED, 1);
    metrics_add(M_ROWS_WRITTEN, l->n_rows);
    metrics_set(M_LAST_COMMIT, now);
    metrics_observe(M_BATCH_MESSAGES, (int64_t)b->n_messages);
    metrics_observe(M_BATCH_US, clock_monotonic_us() - l->begun_us);
    for (size_t i = 0; i < b->n_messages; i++) {
        counts[b->messages[i].fate]++;
        observe_message(&b->messages[i], now);
    }
    /* Found committed after its answer was lost: the fates of that attempt are forgotten,
     * and hardly any was another. */
    counts[FATE_APPLIED] += counts[FATE_OPEN];
    metrics_add(M_MESSAGES_APPLIED, counts[FATE_APPLIED]);
    metrics_add(M_MESSAGES_DUPLICATE, counts[FATE_DUPLICATE]);
    metrics_add(M_MESSAGES_PARKED, counts[FATE_PARKED]);
    metrics_add(M_MESSAGES_REJECTED, counts[FATE_REJECTED]);
    if (l->is_recall)
        metrics_add(M_MESSAGES_UNPARKED, counts[FATE_APPLIED]);
}

void lane_forget_batch(struct lane *l) {
    arena_reset(l->attempt);
    batch_reset(l->running);
    l->has_work = l->is_recall = false;
    l->attempts = l->conflicts = 0;
    bisect_end(&l->bisection);
    l->wake_us = 0;
    l->step = STEP_REST;
}

/* The ranges are applied: the positions move on, and Kafka is told for tools that look
 * there. */
static void move_positions(struct lane *l) {
    struct batch *b = l->running;
    for (size_t i = 0; i < b->n_ranges; i++) {
        struct batch_range *r = &b->ranges[i];
        r->partition->position = r->next_offset;
        r->partition->last_offset = r->last_offset;
        r->partition->last_fingerprint = r->last_fingerprint;
        r->partition->oldest_us = 0;
    }
    for (size_t i = 0; i < l->open->n_messages; i++) {
        const struct message *m = &l->open->messages[i];
        const struct kafka_partition id = {m->topic, m->partition};
        struct partition *part = positions_find(l->shared.positions, &id);
        if (part && part->oldest_us == 0 && m->record_us != EVENT_ABSENT)
            part->oldest_us = m->record_us;
    }
}

void lane_committed(struct lane *l) {
    CRASH_POINT("after-commit");
    l->is_attempt_open = false;
    observe_commit(l);
    move_positions(l);
    if (l->is_recall) {
        l->recall.is_wanted = true; /* there may be more */
        l->recall.failures = 0;
    } else {
        breaker_count(&l->breaker, l->running);
    }
    lane_forget_batch(l);
}

/* ---- the ledger refused ---- */

/* The ledger says what happened: our own COMMIT whose answer was lost, or another worker.
 */
static void realign(struct lane *l) {
    struct batch *b = l->running;
    struct error err = {0};
    CRASH_POINT("in-realign");
    struct partition *parts[COUNT_OF(l->shared.positions->items)];
    size_t n = 0, n_applied = 0;
    for (size_t i = 0; i < b->n_ranges; i++)
        parts[n++] = b->ranges[i].partition;
    int64_t taken[COUNT_OF(l->shared.positions->items)];
    for (size_t i = 0; i < n; i++)
        taken[i] = parts[i]->taken;
    if (positions_read(l->shared.positions, parts, n, &err) != ST_OK) {
        for (size_t i = 0; i < n; i++)
            parts[i]->taken = taken[i];
        log_warn("ledger.unread", LOG_ERR(&err));
        wait_longer(l, WAIT_STATEMENT);
        return;
    }
    for (size_t i = 0; i < n; i++)
        n_applied += parts[i]->position == b->ranges[i].next_offset;
    if (n_applied == n) {
        for (size_t i = 0; i < n; i++)
            parts[i]->taken = taken[i];
        log_info("batch.found-committed", LOG_I64("count", b->n_messages));
        sellers_forget(l->sellers);
        lane_committed(l);
        return;
    }
    metrics_add(M_BATCHES_FENCED, 1);
    log_warn("batch.fenced", LOG_I64("count", b->n_messages), LOG_I64("partitions", n),
             LOG_I64("position", parts[0]->position),
             LOG_I64("expected", b->ranges[0].first_offset));
    struct kafka_partition ids[COUNT_OF(l->shared.positions->items)];
    for (size_t i = 0; i < n; i++) {
        ids[i] = parts[i]->id;
        parts[i]->wants_restart = true;
    }
    lane_drop(l, ids, n);
}

/* ---- failed ---- */

/* What the trials have shown so far. */
static void settle_bisection(struct lane *l) {
    struct message *guilty = NULL;
    struct error why = l->bisection.why;
    switch (bisect_settle(&l->bisection, l->running, &guilty)) {
    case BISECT_GO_ON:
        break;
    case BISECT_FOUND:
        why.code = E_EVENT_CONSTRAINT;
        batch_reject(l->running, guilty, &why);
        break;
    case BISECT_NOBODY: /* our own statement is wrong */
        lane_fatal(l, &why);
        break;
    }
}

/* A unique key was taken already. That may be another worker's doing and over at the next
 * load; only a violation that stays is the message's own fault. */
static bool is_doubled(const struct lane *l) {
    return strcmp(pg_failure(l->pg)->sqlstate, "23505") == 0;
}

/* Two workers that raise the same blocker, or meet a new order, at the same instant: the
 * second sees the first's row when it loads again. However often that happens, no message
 * is to blame, least of all the one that a bisection happens to try. */
static bool is_race(const struct lane *l) {
    const char *table = pg_failure(l->pg)->table;
    return is_doubled(l) && (strcmp(table, l->config.service->table) == 0 ||
                             strcmp(table, "sales_order") == 0 || /* a placeholder */
                             strcmp(table, "blocker") == 0);
}

static bool is_fenced(const struct lane *l) {
    return is_doubled(l) && strcmp(pg_failure(l->pg)->table, "ledger") == 0;
}

static void connection_lost(struct lane *l, const struct error *err) {
    /* I3: nothing is assumed about a COMMIT whose answer was lost: the batch is tried
     * again, and the ledger refuses it if it had happened. */
    bool in_doubt = l->step == STEP_COMMIT;
    pg_close(l->pg);
    l->is_session_ready = false;
    l->step = STEP_REST;
    log_warn("postgres.lost", LOG_I64("lane", l->config.number), LOG_ERR(err));
    metrics_count_error(err->code);
    if (in_doubt && !MECHANISM("commit-doubt")) {
        lane_committed(l);
    } else if (l->is_recall) { /* rows, not records: they are looked for afresh */
        lane_forget_batch(l);
        lane_recall_failed(l);
    }
    wait_longer(l, WAIT_CONNECTION);
}

/* Nothing of a batch was in it: the session's statement, or the search for a recall. */
static void search_failed(struct lane *l, const struct error *err) {
    log_warn("statement.failed", LOG_I64("attempt", l->attempts), LOG_ERR(err));
    metrics_count_error(err->code);
    if (error_status(err->code) == ST_FATAL)
        lane_fatal(l, err);
    wait_longer(l, WAIT_STATEMENT);
}

/* The data of some message. */
static void refused(struct lane *l, const struct error *err) {
    struct batch *b = l->running;
    if (!MECHANISM("bisection")) {
        for (size_t i = 0; i < b->n_messages; i++)
            if (b->messages[i].fate != FATE_REJECTED)
                batch_reject(b, &b->messages[i], err);
        return;
    }
    if (!l->bisection.is_on)
        log_warn("batch.bisected", LOG_I64("count", b->n_messages), LOG_ERR(err));
    bisect_failed(&l->bisection, b->limit, err);
}

/* What to do with the batch once the transaction is rolled back. */
static void attempt_failed(struct lane *l, const struct error *err) {
    enum status st = error_status(err->code);
    bool race = is_race(l);
    bool conflict = !l->bisection.is_on && (is_doubled(l) || err->code == E_PG_CONFLICT);
    metrics_add(M_BATCHES_RETRIED, 1);
    if (is_fenced(l)) {
        l->wants_realign = true;
    } else if (race || (conflict && l->conflicts < CONFLICTS_MAX)) {
        l->conflicts++;
        wait_longer(l, WAIT_CONFLICT);
    } else if (st == ST_RETRY) {
        log_warn("batch.retried", LOG_I64("attempt", l->attempts), LOG_ERR(err));
        metrics_count_error(err->code);
        wait_longer(l, WAIT_RESOURCES);
    } else if (st == ST_REJECT) {
        refused(l, err);
    } else {
        lane_fatal(l, err);
    }
}

void lane_failed(struct lane *l) {
    const struct error err = *pg_error(l->pg);
    l->wants_realign = false;
    if (pg_failure(l->pg)->is_connection_lost) {
        connection_lost(l, &err);
        return;
    }
    bool has_attempt = l->has_work && l->step != STEP_SESSION;
    lane_roll_back(l);
    if (has_attempt)
        attempt_failed(l, &err);
    else
        search_failed(l, &err);
}

void lane_rolled_back(struct lane *l) {
    CRASH_POINT("rolled-back");
    l->step = STEP_REST;
    if (l->is_recall && !l->bisection.is_on) {
        /* Rows, not records: look for them afresh. */
        unsigned conflicts = l->conflicts;
        lane_forget_batch(l);
        l->conflicts = conflicts;
        lane_recall_failed(l);
        return;
    }
    if (l->wants_realign) {
        l->wants_realign = false;
        realign(l);
        return;
    }
    settle_bisection(l);
}
