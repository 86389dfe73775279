/*
 * lane_recall.c: a recall is a batch of parked records and of letters to try again. It is
 * looked for and applied in one transaction, which takes the rows that it found out of
 * their tables; whatever ends it, they are looked for afresh.
 */
#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/flow/lane_private.h"
#include "common/flow/park.h"
#include "common/io/traceparent.h"

void lane_find_recall(struct lane *l) {
    arena_reset(l->recall.arena);
    struct pg_script *s = pg_script_new(l->recall.arena);
    (void)pg_script_query(s, &pg_begin);
    l->recall.found = park_find(s, l->shared.positions->group, l->config.batch_max,
                                l->config.batch_bytes, l->config.topic);
    l->recall.is_wanted = false;
    l->recall.was_last = true;
    lane_run(l, s, STEP_FIND);
}

/* ST_RETRY: the registry is down. */
static enum status decode_all(struct lane *l) {
    struct batch *b = l->running;
    for (size_t i = 0; i < b->n_messages; i++) {
        struct message *m = &b->messages[i];
        struct error err = {0};
        enum status st = batch_decode(b, m, l->shared.schemas, &err);
        if (st == ST_REJECT) {
            batch_reject(b, m, &err);
        } else if (st != ST_OK) {
            log_warn("recall.held", LOG_STR("topic", m->topic),
                     LOG_I64("partition", m->partition), LOG_I64("offset", m->offset),
                     LOG_SPAN("traceparent", traceparent_of(m->headers, m->n_headers)),
                     LOG_ERR(&err));
            return ST_RETRY;
        }
    }
    return ST_OK;
}

void lane_found(struct lane *l) {
    l->recall.is_quiet = pg_rows(l->recall.found) == 0;
    if (l->recall.is_quiet) {
        l->recall.failures = 0;
        lane_roll_back(l);
        return;
    }
    CRASH_POINT("recall-found");
    batch_reset(l->running);
    park_take(l->running, l->recall.found);
    if (decode_all(l) != ST_OK) {
        batch_reset(l->running);
        lane_recall_failed(l);
        lane_roll_back(l);
        return;
    }
    l->has_work = l->is_recall = true;
    bisect_end(&l->bisection);
    lane_begin_fresh(l);
    l->ledger = NULL;
    lane_send_load(l, pg_script_new(l->attempt));
}

/* On its own clock: records do not wait for a recall that fails. */
void lane_recall_failed(struct lane *l) {
    int64_t wait_ms =
        backoff_ms(++l->recall.failures, 20, 10000, random_next(&l->random));
    l->recall.at_us = clock_monotonic_us() + US_PER_MS * wait_ms;
    l->recall.is_wanted = true;
}

void lane_recall(struct lane *l) {
    l->recall.is_wanted = true;
}

void lane_doubt_quiet(struct lane *l) {
    l->recall.is_quiet = false;
    l->recall.is_wanted = true;
}

bool lane_is_quiet(const struct lane *l) {
    return l->recall.is_quiet && !l->recall.is_wanted && l->step == STEP_REST;
}
