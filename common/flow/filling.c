#include "common/flow/filling.h"

#include "common/base/backoff.h"
#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/event/event.h"
#include "common/flow/source.h"
#include "common/flow/worker.h"
#include "common/io/traceparent.h"

/* True when the record is to become a message: in order, of a partition that runs, and
 * not the one that is only compared. */
static bool is_wanted(struct filling *f, struct partition *part,
                      const struct kafka_record *r) {
    if (!part || part->is_stopped || part->wants_restart)
        return false;
    if (part->verifies) {
        part->verifies = false;
        if (MECHANISM("fingerprint") &&
            record_is_another(r, part->last_offset, part->last_fingerprint)) {
            positions_recreated(f->positions, part);
            return false;
        }
    }
    return r->offset >= part->taken;
}

/* The message that this record would be, behind the batch's last. */
static struct message *begin_message(struct batch *b, const struct kafka_record *r) {
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
    return m;
}

/* Decodes one record into the batch. ST_RETRY: the registry must be waited for; then, and
 * when it is fatal, the record was not taken. */
static enum status take_record(struct filling *f, struct batch *b,
                               const struct kafka_record *r, struct partition *part,
                               struct error *err) {
    struct message *m = begin_message(b, r);
    enum status st = batch_decode(b, m, f->schemas, err);
    if (st == ST_RETRY || st == ST_FATAL) {
        if (f->held_attempts == 0)
            log_warn("decode.held", LOG_STR("topic", m->topic),
                     LOG_I64("partition", m->partition), LOG_I64("offset", m->offset),
                     LOG_SPAN("traceparent", traceparent_of(m->headers, m->n_headers)),
                     LOG_ERR(err));
        metrics_count_error(err->code);
        return st;
    }
    if (b->n_messages == 0)
        b->taken_us = clock_monotonic_us();
    b->n_messages++;
    b->bytes += m->key.len + m->value.len;
    part->taken = m->offset + 1;
    if (part->oldest_us == 0 && m->record_us != EVENT_ABSENT)
        part->oldest_us = m->record_us;
    if (st == ST_REJECT)
        batch_reject(b, m, err);
    return ST_OK;
}

static void hold(struct filling *f) {
    f->is_held = true;
    f->held_attempts++;
    f->held_until_us =
        clock_monotonic_us() +
        US_PER_MS * backoff_ms(f->held_attempts, 100, 15000, random_next(&f->random));
}

/* The next record; NULL when the source has none. */
static struct kafka_record *next_record(struct filling *f) {
    if (f->next_taken == f->n_taken) {
        f->next_taken = 0;
        f->n_taken = source_take(f->source, f->lane, f->taken, FILLING_TAKE);
    }
    return f->n_taken > 0 ? &f->taken[f->next_taken] : NULL;
}

enum status filling_fill(struct filling *f, struct batch *open, size_t max_bytes,
                         struct error *err) {
    if (f->is_held && clock_monotonic_us() < f->held_until_us)
        return ST_OK;
    f->is_held = false;
    enum status st = ST_OK;
    struct partition *part = NULL;
    struct kafka_record *r;
    int64_t began = 0;
    while (!batch_is_full(open, max_bytes) && (r = next_record(f))) {
        if (began == 0)
            began = clock_monotonic_us();
        if (!part || part->id.partition != r->partition->partition ||
            part->id.topic != r->partition->topic)
            part = positions_find(f->positions, r->partition);
        if (!is_wanted(f, part, r))
            kafka_release(r->handle);
        else
            st = take_record(f, open, r, part, err);
        if (st != ST_OK) {
            hold(f);
            break;
        }
        f->held_attempts = 0;
        f->next_taken++;
    }
    if (began != 0)
        metrics_observe(M_DECODE_US, clock_monotonic_us() - began);
    return st == ST_FATAL ? ST_FATAL : ST_OK;
}

int64_t filling_wakes_us(const struct filling *f) {
    return f->is_held ? f->held_until_us : INT64_MAX;
}

bool filling_is_empty(const struct filling *f) {
    return f->next_taken == f->n_taken;
}

bool filling_has(const struct filling *f, const struct kafka_partition *p) {
    for (size_t i = f->next_taken; i < f->n_taken; i++)
        if (batch_is_among(p, 1, f->taken[i].partition->topic,
                           f->taken[i].partition->partition))
            return true;
    return false;
}

void filling_drop(struct filling *f, const struct kafka_partition *p, size_t n) {
    size_t kept = 0;
    for (size_t i = f->next_taken; i < f->n_taken; i++) {
        struct kafka_record *r = &f->taken[i];
        if (!p || batch_is_among(p, n, r->partition->topic, r->partition->partition))
            kafka_release(r->handle);
        else
            f->taken[kept++] = *r;
    }
    f->next_taken = 0;
    f->n_taken = kept;
    f->is_held = f->is_held && kept > 0;
}
