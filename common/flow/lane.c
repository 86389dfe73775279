#include "common/flow/lane.h"

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/event/event.h"
#include "common/flow/bisect.h"
#include "common/flow/park.h"
#include "common/flow/sellers.h"
#include "common/flow/source.h"
#include "common/flow/worker.h"

#include <stdlib.h>

enum step {
    STEP_REST,     /* no transaction */
    STEP_SESSION,  /* the connection is new: the service's session statement runs */
    STEP_LOAD,     /* BEGIN, ledger, the load of round n */
    STEP_WRITE,    /* the effects */
    STEP_COMMIT,   /* COMMIT was sent: from here on we are in doubt until the answer */
    STEP_ROLLBACK, /* of a failure or a trial */
    STEP_FIND,     /* looking for work to recall; inside its own transaction */
};

enum { TAKE = 512, CONFLICTS_MAX = 5 };

struct lane {
    struct lane_config config;
    struct lane_shared shared;
    struct pg *pg;
    struct sellers *sellers;
    struct batch *running, *open; /* being applied; filling */
    bool has_work;                /* running holds messages */
    bool is_recall;               /* running came from the tables */
    enum step step;
    bool is_session_ready;
    bool is_attempt_open; /* the last attempt was not committed (yet) */
    bool wants_realign;   /* after the rollback: the ledger must be read */

    struct pg_query *ledger, *found;
    struct arena *attempt, *find_arena;

    unsigned attempts, conflicts;
    int64_t wake_us;  /* not before (monotonic) */
    int64_t begun_us; /* the transaction */
    int64_t n_rows;   /* that it wrote */
    uint64_t random;

    struct bisection bisection;

    bool wants_recall, recalled_last, is_quiet;
    int64_t recall_at_us; /* not before (monotonic) */
    bool holds;           /* breaker open */
    int64_t recent, recent_bad;

    /* Records taken from the source but not yet in a batch: only when a decode must wait.
     */
    struct kafka_record taken[TAKE];
    size_t n_taken, next_taken;
    bool is_held; /* the record at next_taken waits for the registry */
    unsigned held_attempts;
    int64_t held_until_us;
};

/* ---- life ---- */

struct lane *lane_new(const struct lane_config *config,
                      const struct lane_shared *shared) {
    struct lane *l = xcalloc(1, sizeof *l);
    l->config = *config;
    l->shared = *shared;
    l->pg = pg_new(config->postgres, config->application_name);
    l->sellers = sellers_new();
    const char *group = shared->positions->group;
    l->attempt = arena_new(BATCH_ARENA_BYTES);
    l->running =
        batch_new(config->service, group, l->sellers, l->attempt, config->batch_max);
    l->open =
        batch_new(config->service, group, l->sellers, l->attempt, config->batch_max);
    l->running->order_patience_us = l->open->order_patience_us =
        config->order_patience_us;
    l->find_arena = arena_new(256u << 20);
    l->random = random_seed();
    return l;
}

static void release_taken(struct lane *l) {
    while (l->next_taken < l->n_taken)
        kafka_release(l->taken[l->next_taken++].handle);
    l->n_taken = l->next_taken = 0;
    l->is_held = false;
}

void lane_free(struct lane *l) {
    if (!l)
        return;
    pg_free(l->pg);
    release_taken(l);
    batch_free(l->running);
    batch_free(l->open);
    arena_free(l->attempt);
    sellers_free(l->sellers);
    arena_free(l->find_arena);
    free(l);
}

static void go_fatal(struct lane *l, const struct error *err) {
    if (!*l->shared.is_fatal)
        *l->shared.fatal = *err;
    *l->shared.is_fatal = true;
}

static void wait_before_retry(struct lane *l, int64_t first_ms, int64_t max_ms) {
    l->attempts++;
    l->wake_us =
        clock_monotonic_us() +
        US_PER_MS * backoff_ms(l->attempts, first_ms, max_ms, random_next(&l->random));
}

/* ---- filling ---- */

/* True when the record is to become a message: in order, of a partition that runs, and
 * not the one that is only compared. */
static bool is_wanted(struct lane *l, struct partition *part,
                      const struct kafka_record *r) {
    if (!part || part->is_stopped || part->wants_restart)
        return false;
    if (part->verifies) {
        part->verifies = false;
        if (r->offset == part->last_offset && MECHANISM("fingerprint") &&
            record_fingerprint(r->timestamp_us, r->key, r->value) !=
                part->last_fingerprint) {
            positions_recreated(l->shared.positions, part);
            return false;
        }
    }
    return r->offset >= part->taken;
}

/* Decodes one record into the open batch. ST_RETRY: the registry must be waited for, the
 * record was not taken. */
static enum status take_record(struct lane *l, struct kafka_record *r,
                               struct partition *part) {
    struct batch *b = l->open;
    struct message *m = &b->messages[b->n_messages];
    struct kafka_record whole =
        *r; /* its headers live as long as this batch; a held record outlives it */
    kafka_headers(&whole, b->arena);
    *m = (struct message){
        .origin = ORIGIN_KAFKA,
        .topic = r->partition->topic,
        .partition = r->partition->partition,
        .offset = r->offset,
        .record_us = r->timestamp_us,
        .key = r->key,
        .value = r->value,
        .headers = whole.headers,
        .n_headers = whole.n_headers,
        .occurred_us = EVENT_ABSENT,
        .item = arena_alloc(b->arena, b->service->item_size),
        .handle = r->handle,
    };
    struct error err = {0};
    enum status st = schemas_decode(l->shared.schemas, m->value, m->headers, m->n_headers,
                                    b->arena, m->item, &err);
    if (st == ST_OK)
        st = b->service->decode(b, m, &err);
    if (st == ST_FATAL)
        go_fatal(l, &err);
    if (st == ST_RETRY || st == ST_FATAL) {
        if (l->held_attempts == 0)
            log_warn("decode.held", LOG_STR("topic", m->topic),
                     LOG_I64("partition", m->partition), LOG_I64("offset", m->offset),
                     LOG_ERR(&err));
        metrics_count_error(err.code);
        return ST_RETRY;
    }
    if (b->n_messages == 0)
        b->taken_us = clock_monotonic_us();
    b->n_messages++;
    b->bytes += m->key.len + m->value.len;
    part->taken = m->offset + 1;
    if (part->oldest_us == 0 && m->record_us != EVENT_ABSENT)
        part->oldest_us = m->record_us;
    if (st == ST_REJECT)
        batch_reject(b, m, &err);
    return ST_OK;
}

void lane_fill(struct lane *l) {
    if (l->is_held && clock_monotonic_us() < l->held_until_us)
        return;
    l->is_held = false;
    struct partition *part = NULL;
    int64_t began = 0;
    while (!batch_is_full(l->open, l->config.batch_bytes)) {
        if (l->next_taken == l->n_taken) {
            l->next_taken = 0;
            l->n_taken = source_take(l->shared.source, l->config.number, l->taken, TAKE);
            if (l->n_taken == 0)
                break;
        }
        if (began == 0)
            began = clock_monotonic_us();
        struct kafka_record *r = &l->taken[l->next_taken];
        if (!part || part->id->partition != r->partition->partition ||
            part->id->topic != r->partition->topic)
            part = positions_find(l->shared.positions, r->partition);
        if (!is_wanted(l, part, r)) {
            kafka_release(r->handle);
        } else if (take_record(l, r, part) == ST_RETRY) {
            l->is_held = true;
            l->held_attempts++;
            l->held_until_us = clock_monotonic_us() +
                               US_PER_MS * backoff_ms(l->held_attempts, 100, 15000,
                                                      random_next(&l->random));
            break;
        }
        l->held_attempts = 0;
        l->next_taken++;
    }
    if (began != 0)
        metrics_observe(M_DECODE_US, clock_monotonic_us() - began);
}

/* ---- beginning ---- */

static struct batch_range *range_of(struct batch *b, const struct lane *l,
                                    const struct message *m) {
    for (size_t i = b->n_ranges; i-- > 0;) {
        const struct kafka_partition *id = b->ranges[i].partition->id;
        if (id->partition == m->partition && strcmp(id->topic, m->topic) == 0)
            return &b->ranges[i];
    }
    const struct kafka_partition id = {m->topic, m->partition};
    struct partition *part = positions_find(l->shared.positions, &id);
    if (!part)
        return NULL;
    struct batch_range *r = &b->ranges[b->n_ranges++];
    *r = (struct batch_range){.partition = part, .first_offset = part->position};
    return r;
}

/* Which part of each partition the batch covers. Offsets may have gaps (compaction,
 * transaction markers): a range begins where the last one ended, whatever the first
 * record's offset. */
static void find_ranges(struct lane *l) {
    struct batch *b = l->running;
    b->ranges = arena_array(b->arena, l->shared.positions->n + 1, sizeof *b->ranges);
    b->n_ranges = 0;
    for (size_t i = 0; i < b->n_messages; i++) {
        const struct message *m = &b->messages[i];
        struct batch_range *r = range_of(b, l, m);
        if (!r)
            BUG("a message of a partition that is not ours");
        r->next_offset = m->offset + 1;
        r->last_offset = m->offset;
        r->records++;
    }
    for (size_t i = b->n_messages, left = b->n_ranges; i-- > 0 && left > 0;) {
        const struct message *m = &b->messages[i];
        struct batch_range *r = range_of(b, l, m);
        if (m->offset != r->last_offset)
            continue;
        r->last_fingerprint = record_fingerprint(m->record_us, m->key, m->value);
        left--;
    }
}

static void run_script(struct lane *l, struct pg_script *s, enum step step) {
    l->step = step;
    pg_run(l->pg, s, l->config.statement_timeout_us);
}

/* The cache of sellers may hold what the attempt before entered but never read, or noted
 * but never wrote. */
static void begin_fresh(struct lane *l) {
    if (l->is_attempt_open)
        sellers_forget(l->sellers);
    l->is_attempt_open = true;
    batch_begin_attempt(l->running);
    l->begun_us = clock_monotonic_us();
}

static void begin_attempt(struct lane *l) {
    struct batch *b = l->running;
    begin_fresh(l);
    b->limit = bisect_limit(&l->bisection, b->n_messages);
    struct pg_script *s = pg_script_new(b->attempt);
    (void)pg_script_query(s, &pg_begin);
    l->ledger = b->n_ranges > 0 && !l->bisection.is_on
                    ? positions_write(l->shared.positions, b, s)
                    : NULL;
    b->service->load(b, s);
    if (l->is_recall)
        b->recount = park_recount(b, s, l->config.topic);
    run_script(l, s, STEP_LOAD);
    CRASH_POINT("load-sent");
}

/* The filling batch becomes the running one, and the other way round. */
static void take_open(struct lane *l) {
    struct batch *b = l->open;
    l->open = l->running;
    l->running = b;
    l->has_work = true;
    l->is_recall = l->recalled_last = false;
    l->attempts = l->conflicts = 0;
    bisect_end(&l->bisection);
    find_ranges(l);
}

static const char *latest_error(const struct batch *b) {
    for (size_t i = b->n_messages; i-- > 0;)
        if (b->messages[i].error)
            return b->messages[i].error->text;
    return "";
}

/* More bad messages than good ones is a bug or a wrong schema, not poison: hold rather
 * than flood the dead letters. */
static bool breaker_trips(struct lane *l) {
    const struct batch *b = l->running;
    int64_t n = l->recent + (int64_t)b->n_messages;
    int64_t bad = l->recent_bad + (int64_t)b->n_rejected;
    if (l->is_recall || b->n_rejected == 0 || bad < l->config.breaker_min ||
        (double)bad <= l->config.breaker_share * (double)n)
        return false;
    if (!l->holds) {
        struct error err = {0};
        (void)error_set(&err, E_BREAKER_OPEN,
                        "%lld of the last %lld messages are bad, the latest: %s",
                        (long long)bad, (long long)n, latest_error(b));
        error_hint(
            &err,
            "mend the connector or its schema and restart; to let them pass as dead "
            "letters: --breaker-share 100");
        log_error("breaker.opened", LOG_ERR(&err));
        metrics_count_error(err.code);
    }
    l->holds = true;
    metrics_set(M_BREAKER_OPEN, 1);
    return true;
}

/* While the breaker is open, the rejected are decoded again now and then: the registry or
 * the topic may have been mended. */
static void decode_again(struct lane *l) {
    struct batch *b = l->running;
    for (size_t i = 0; i < b->n_messages; i++) {
        struct message *m = &b->messages[i];
        struct error err = {0};
        if (m->fate != FATE_REJECTED || m->error->code == E_EVENT_CONSTRAINT ||
            m->error->code == E_EVENT_SIZE)
            continue;
        /* Tried in the attempt's arena, so that a message which stays bad takes no more
         * of the batch's. */
        arena_reset(l->attempt);
        enum status st = schemas_decode(l->shared.schemas, m->value, m->headers,
                                        m->n_headers, l->attempt, m->item, &err);
        if (st == ST_OK)
            st = schemas_decode(l->shared.schemas, m->value, m->headers, m->n_headers,
                                b->arena, m->item, &err);
        if (st == ST_OK)
            st = b->service->decode(b, m, &err);
        if (st != ST_OK)
            continue;
        m->fate = FATE_OPEN;
        m->error = NULL;
        b->n_rejected--;
    }
}

static void find_recall(struct lane *l) {
    arena_reset(l->find_arena);
    struct pg_script *s = pg_script_new(l->find_arena);
    (void)pg_script_query(s, &pg_begin);
    l->found = park_find(s, l->shared.positions->group, l->config.batch_max,
                         l->config.batch_bytes, l->config.topic);
    l->wants_recall = false;
    l->recalled_last = true;
    run_script(l, s, STEP_FIND);
}

/* ---- ending ---- */

static void observe_commit(struct lane *l) {
    struct batch *b = l->running;
    int64_t now = clock_now_us(), counts[5] = {0};
    metrics_add(M_BATCHES_COMMITTED, 1);
    metrics_add(M_ROWS_WRITTEN, l->n_rows);
    metrics_set(M_LAST_COMMIT, now);
    metrics_observe(M_BATCH_MESSAGES, (int64_t)b->n_messages);
    metrics_observe(M_BATCH_US, clock_monotonic_us() - l->begun_us);
    for (size_t i = 0; i < b->n_messages; i++) {
        const struct message *m = &b->messages[i];
        counts[m->fate]++;
        if (m->occurred_us != EVENT_ABSENT)
            metrics_observe(M_EVENT_TO_COMMIT_US, now - m->occurred_us);
        if (m->record_us != EVENT_ABSENT)
            metrics_observe(M_RECORD_TO_COMMIT_US, now - m->record_us);
        if (m->fate == FATE_REJECTED) {
            metrics_count_error(m->error->code);
            log_warn("message.rejected", LOG_STR("topic", m->topic),
                     LOG_I64("partition", m->partition), LOG_I64("offset", m->offset),
                     LOG_ERR(m->error));
        }
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
    l->recent += (int64_t)b->n_messages;
    l->recent_bad += (int64_t)b->n_rejected;
    if (l->recent > 2000) {
        l->recent /= 2;
        l->recent_bad /= 2;
    }
}

static void forget_batch(struct lane *l) {
    arena_reset(l->attempt);
    batch_reset(l->running);
    l->has_work = l->is_recall = false;
    l->attempts = l->conflicts = 0;
    bisect_end(&l->bisection);
    l->wake_us = 0;
    l->step = STEP_REST;
    if (l->holds) {
        l->holds = false;
        metrics_set(M_BREAKER_OPEN, 0);
        log_info("breaker.closed", LOG_I64("lane", l->config.number));
    }
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

static void committed(struct lane *l) {
    CRASH_POINT("after-commit");
    l->is_attempt_open = false;
    observe_commit(l);
    move_positions(l);
    if (l->is_recall)
        l->wants_recall = true; /* there may be more */
    forget_batch(l);
}

/* ---- failing ---- */

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
        wait_before_retry(l, 100, 10000);
        return;
    }
    for (size_t i = 0; i < n; i++)
        n_applied += parts[i]->position == b->ranges[i].next_offset;
    if (n_applied == n) {
        for (size_t i = 0; i < n; i++)
            parts[i]->taken = taken[i];
        log_info("batch.found-committed", LOG_I64("count", b->n_messages));
        sellers_forget(l->sellers);
        committed(l);
        return;
    }
    metrics_add(M_BATCHES_FENCED, 1);
    log_warn("batch.fenced", LOG_I64("count", b->n_messages), LOG_I64("partitions", n),
             LOG_I64("position", parts[0]->position),
             LOG_I64("expected", b->ranges[0].first_offset));
    struct kafka_partition ids[COUNT_OF(l->shared.positions->items)];
    for (size_t i = 0; i < n; i++) {
        ids[i] = *parts[i]->id;
        parts[i]->wants_restart = true;
    }
    lane_drop(l, ids, n);
}

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
        go_fatal(l, &why);
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
    static const char *const loaded[] = {"sales_order", "return_case", "inquiry_thread",
                                         "blocker"};
    bool is_loaded_table = false;
    for (size_t i = 0; i < COUNT_OF(loaded); i++)
        is_loaded_table |= strcmp(pg_failure(l->pg)->table, loaded[i]) == 0;
    return is_doubled(l) && is_loaded_table;
}

static bool is_fenced(const struct lane *l) {
    const struct pg_failure *f = pg_failure(l->pg);
    return strcmp(f->sqlstate, "23505") == 0 && strcmp(f->table, "ledger") == 0;
}

/* What to do once the transaction is rolled back. */
static void failed(struct lane *l) {
    const struct error err = *pg_error(l->pg);
    enum status st = error_status(err.code);
    bool fenced = is_fenced(l);
    bool race = is_race(l);
    bool conflict =
        race || (!l->bisection.is_on && (is_doubled(l) || err.code == E_PG_CONFLICT));
    l->wants_realign = false;
    if (pg_failure(l->pg)->is_connection_lost) {
        bool in_doubt = l->step == STEP_COMMIT;
        pg_close(l->pg);
        l->is_session_ready = false;
        l->step = STEP_REST;
        log_warn("postgres.lost", LOG_I64("lane", l->config.number), LOG_ERR(&err));
        metrics_count_error(err.code);
        if (in_doubt && !MECHANISM("commit-doubt")) {
            committed(l);
        } else if (l->is_recall) { /* rows, not records: they are looked for afresh */
            forget_batch(l);
            l->wants_recall = true;
        }
        wait_before_retry(l, 50, 10000);
        return;
    }
    bool is_session = l->step == STEP_SESSION;
    pg_rollback(l->pg);
    l->step = STEP_ROLLBACK;
    if (!l->has_work || is_session) {
        log_warn("statement.failed", LOG_I64("attempt", l->attempts), LOG_ERR(&err));
        metrics_count_error(err.code);
        if (st == ST_FATAL)
            go_fatal(l, &err);
        wait_before_retry(l, 100, 10000);
        return;
    }
    metrics_add(M_BATCHES_RETRIED, 1);
    if (fenced) {
        l->wants_realign = true;
    } else if (race || (conflict && l->conflicts < CONFLICTS_MAX)) {
        l->conflicts++;
        wait_before_retry(l, 1, 50);
    } else if (st == ST_RETRY) {
        log_warn("batch.retried", LOG_I64("attempt", l->attempts), LOG_ERR(&err));
        metrics_count_error(err.code);
        wait_before_retry(l, 100, 30000);
    } else if (st == ST_REJECT && !MECHANISM("bisection")) {
        for (size_t i = 0; i < l->running->n_messages; i++)
            if (l->running->messages[i].fate != FATE_REJECTED)
                batch_reject(l->running, &l->running->messages[i], &err);
    } else if (st == ST_REJECT) {
        if (!l->bisection.is_on)
            log_warn("batch.bisected", LOG_I64("count", l->running->n_messages),
                     LOG_ERR(&err));
        bisect_failed(&l->bisection, l->running->limit, &err);
    } else {
        go_fatal(l, &err);
    }
}

static void rolled_back(struct lane *l) {
    CRASH_POINT("rolled-back");
    l->step = STEP_REST;
    if (l->is_recall && !l->bisection.is_on) {
        /* Rows, not records: look for them afresh. */
        unsigned conflicts = l->conflicts;
        forget_batch(l);
        l->conflicts = conflicts;
        l->wants_recall = true;
        l->recall_at_us = clock_monotonic_us() + 20 * US_PER_MS;
        return;
    }
    if (l->wants_realign) {
        l->wants_realign = false;
        realign(l);
        return;
    }
    settle_bisection(l);
}

/* ---- turning ---- */

/* Every statement of a worker finds its rows by key. Left to itself the planner would scan
 * and hash: it plans once, when the tables are still empty, and keeps the plan while they
 * grow. Scans that have no other way keep their price, so compiling to machine code must
 * not follow from it. And a worker that is stopped (SIGSTOP, a debugger) must not hold
 * its locks for ever. */
static const struct pg_statement set_session = {
    "lane_session",
    "SELECT set_config('idle_in_transaction_session_timeout', ($1::bigint / 1000)::text, "
    "false),"
    " set_config('enable_seqscan', 'off', false),"
    " set_config('enable_hashjoin', 'off', false),"
    " set_config('enable_mergejoin', 'off', false),"
    " set_config('jit', 'off', false),"
    " set_config('plan_cache_mode', 'force_generic_plan', false)"};

static void start_session(struct lane *l) {
    struct pg_script *s = pg_script_new(l->find_arena);
    struct pg_query *q = pg_script_query(s, &set_session);
    pg_param_i64(q, l->config.statement_timeout_us);
    if (l->config.service->session)
        (void)pg_script_query(s, l->config.service->session);
    run_script(l, s, STEP_SESSION);
}

static void loaded(struct lane *l) {
    struct batch *b = l->running;
    if (l->ledger && (size_t)pg_affected(l->ledger) != b->n_ranges &&
        MECHANISM("ledger-chain")) {
        pg_rollback(l->pg);
        l->step = STEP_ROLLBACK;
        l->wants_realign = true;
        return;
    }
    CRASH_POINT("after-ledger");
    l->ledger = NULL;
    b->round++;
    struct pg_script *s = pg_script_new(b->attempt);
    b->service->load(b, s);
    if (!pg_script_is_empty(s)) {
        run_script(l, s, STEP_LOAD);
        return;
    }
    /* From here to run_script nothing waits: the policy may be exchanged between two
     * turns, and every byte of its text that a row needs has been copied by then. */
    CRASH_POINT("after-load");
    int64_t began = clock_monotonic_us();
    b->writes = pg_script_new(b->attempt);
    b->service->decide(b, *l->shared.policy);
    metrics_observe(M_DECIDE_US, clock_monotonic_us() - began);
    b->service->apply(b);
    park_apply(b, b->writes, b->group);
    CRASH_POINT("before-write");
    run_script(l, b->writes, STEP_WRITE);
    CRASH_POINT("mid-write");
}

static void written(struct lane *l) {
    struct batch *b = l->running;
    if (l->bisection.is_on) {
        metrics_add(M_BATCHES_BISECTED, 1);
        bisect_succeeded(&l->bisection, b->limit);
        pg_rollback(l->pg);
        l->step = STEP_ROLLBACK;
        return;
    }
    l->n_rows = pg_script_rows(b->writes);
    CRASH_POINT("before-commit");
    struct pg_script *s = pg_script_new(b->attempt);
    (void)pg_script_query(s, &pg_commit);
    run_script(l, s, STEP_COMMIT);
    CRASH_POINT("commit-sent");
}

static void found(struct lane *l) {
    struct batch *b = l->running;
    if (pg_rows(l->found) == 0) {
        l->is_quiet = true;
        pg_rollback(l->pg);
        l->step = STEP_ROLLBACK;
        return;
    }
    l->is_quiet = false;
    CRASH_POINT("recall-found");
    batch_reset(b);
    park_take(b, l->found);
    for (size_t i = 0; i < b->n_messages; i++) {
        struct message *m = &b->messages[i];
        struct error err = {0};
        enum status st = schemas_decode(l->shared.schemas, m->value, m->headers,
                                        m->n_headers, b->arena, m->item, &err);
        if (st == ST_OK)
            st = b->service->decode(b, m, &err);
        if (st == ST_REJECT) {
            batch_reject(b, m, &err);
        } else if (st != ST_OK) { /* the registry is down: later */
            log_warn("recall.held", LOG_STR("topic", m->topic),
                     LOG_I64("partition", m->partition), LOG_I64("offset", m->offset),
                     LOG_ERR(&err));
            batch_reset(b);
            pg_rollback(l->pg);
            l->step = STEP_ROLLBACK;
            l->recall_at_us = clock_monotonic_us() + US_PER_S;
            l->wants_recall = true;
            return;
        }
    }
    l->has_work = l->is_recall = true;
    bisect_end(&l->bisection);
    begin_fresh(l);
    b->limit = b->n_messages;
    struct pg_script *s = pg_script_new(b->attempt);
    l->ledger = NULL;
    b->service->load(b, s);
    b->recount = park_recount(b, s, l->config.topic);
    run_script(l, s, STEP_LOAD);
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
    bool may_recall = l->wants_recall && may_begin && now >= l->recall_at_us;
    if (!l->has_work && may_recall && !l->recalled_last) {
        find_recall(l);
        return true;
    }
    if (!l->has_work && may_begin && l->open->n_messages > 0 &&
        (batch_is_full(l->open, l->config.batch_bytes) ||
         now - l->open->taken_us >= l->config.linger_us))
        take_open(l);
    if (l->has_work) {
        if (l->holds)
            decode_again(l);
        if (breaker_trips(l)) {
            l->wake_us = now + 10 * US_PER_S;
            return false;
        }
        begin_attempt(l);
        return true;
    }
    if (may_recall) {
        find_recall(l);
        return true;
    }
    return false;
}

static void advance(struct lane *l) {
    switch (l->step) {
    case STEP_SESSION:
        l->is_session_ready = true;
        l->step = STEP_REST;
        arena_reset(l->find_arena);
        break;
    case STEP_LOAD:
        loaded(l);
        break;
    case STEP_WRITE:
        written(l);
        break;
    case STEP_COMMIT:
        committed(l);
        break;
    case STEP_ROLLBACK:
        rolled_back(l);
        break;
    case STEP_FIND:
        found(l);
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
            failed(l);
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

void lane_recall(struct lane *l) {
    l->wants_recall = true;
}

void lane_doubt_quiet(struct lane *l) {
    l->is_quiet = false;
    l->wants_recall = true;
}

int64_t lane_wakes_us(const struct lane *l) {
    int64_t at = INT64_MAX;
    bool is_resting = l->step == STEP_REST;
    if (is_resting && (l->has_work || pg_state(l->pg) == PG_CLOSED))
        at = l->wake_us;
    if (is_resting && !l->has_work && l->wants_recall)
        at = l->recall_at_us > l->wake_us ? l->recall_at_us : l->wake_us;
    if (is_resting && !l->has_work && l->open->n_messages > 0)
        at = l->open->taken_us + l->config.linger_us > l->wake_us
                 ? l->open->taken_us + l->config.linger_us
                 : l->wake_us;
    if (l->is_held && l->held_until_us < at)
        at = l->held_until_us;
    return pg_deadline_us(l->pg) < at ? pg_deadline_us(l->pg) : at;
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
    return !l->has_work && l->open->n_messages == 0 && l->next_taken == l->n_taken;
}

bool lane_is_connected(const struct lane *l) {
    return pg_state(l->pg) == PG_IDLE || pg_state(l->pg) == PG_BUSY;
}

bool lane_holds(const struct lane *l) {
    return l->holds;
}

bool lane_is_quiet(const struct lane *l) {
    return l->is_quiet && !l->wants_recall && l->step == STEP_REST;
}

/* ---- dropping ---- */

static bool is_among(const struct kafka_partition *p, size_t n, const char *topic,
                     int32_t partition) {
    for (size_t i = 0; i < n; i++)
        if (p[i].partition == partition && strcmp(p[i].topic, topic) == 0)
            return true;
    return false;
}

static void drop_from(struct batch *b, const struct kafka_partition *p, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < b->n_messages; i++) {
        struct message *m = &b->messages[i];
        if (m->origin == ORIGIN_KAFKA && is_among(p, n, m->topic, m->partition)) {
            b->n_rejected -= m->fate == FATE_REJECTED;
            b->bytes -= m->key.len + m->value.len;
            if (m->handle)
                kafka_release(m->handle);
            continue;
        }
        b->messages[kept++] = *m;
    }
    b->n_messages = kept;
}

static bool batch_has(const struct batch *b, const struct kafka_partition *p) {
    for (size_t i = 0; i < b->n_messages; i++)
        if (b->messages[i].origin == ORIGIN_KAFKA &&
            is_among(p, 1, b->messages[i].topic, b->messages[i].partition))
            return true;
    return false;
}

bool lane_has(const struct lane *l, const struct kafka_partition *p) {
    for (size_t i = l->next_taken; i < l->n_taken; i++)
        if (is_among(p, 1, l->taken[i].partition->topic,
                     l->taken[i].partition->partition))
            return true;
    return batch_has(l->open, p) || batch_has(l->running, p);
}

bool lane_touches(const struct lane *l, const struct kafka_partition *p, size_t n) {
    for (size_t i = 0; l->has_work && i < l->running->n_messages; i++)
        if (l->running->messages[i].origin == ORIGIN_KAFKA &&
            is_among(p, n, l->running->messages[i].topic,
                     l->running->messages[i].partition))
            return true;
    return false;
}

void lane_drop(struct lane *l, const struct kafka_partition *p, size_t n) {
    drop_from(l->open, p, n);
    size_t kept = 0;
    for (size_t i = l->next_taken; i < l->n_taken; i++) {
        struct kafka_record *r = &l->taken[i];
        if (is_among(p, n, r->partition->topic, r->partition->partition))
            kafka_release(r->handle);
        else
            l->taken[kept++] = *r;
    }
    l->next_taken = 0;
    l->n_taken = kept;
    l->is_held = l->is_held && kept > 0;
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
    drop_from(l->running, p, n);
    if (l->running->n_messages == 0)
        forget_batch(l);
    else
        find_ranges(l);
}
