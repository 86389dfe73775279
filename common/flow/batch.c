#include "common/flow/batch.h"

#include "common/base/metrics.h"
#include "common/event/event.h"
#include "common/flow/positions.h"
#include "common/flow/worker.h"
#include "common/io/avro_plan.h"
#include "common/io/schemas.h"

#include <stdlib.h>

struct batch *batch_new(const struct service *s, const char *group,
                        struct sellers *sellers, struct arena *attempt, size_t capacity) {
    struct batch *b = xcalloc(1, sizeof *b);
    b->group = group;
    b->sellers = sellers;
    b->service = s;
    b->limit = SIZE_MAX;
    b->capacity = capacity;
    b->arena = arena_new(BATCH_ARENA_BYTES);
    b->attempt = attempt;
    b->messages = xcalloc(capacity, sizeof *b->messages);
    return b;
}

void batch_free(struct batch *b) {
    if (!b)
        return;
    batch_reset(b);
    arena_free(b->arena);
    free(b->messages);
    free(b);
}

void batch_reset(struct batch *b) {
    for (size_t i = 0; i < b->n_messages; i++)
        if (b->messages[i].handle)
            kafka_release(b->messages[i].handle);
    if (arena_used(b->arena) > 0 || b->n_messages > 0)
        metrics_set(M_ARENA_HIGH_WATER,
                    (int64_t)(arena_high_water(b->arena) + arena_high_water(b->attempt)));
    arena_reset(b->arena);
    b->n_messages = b->n_rejected = b->bytes = 0;
    b->ranges = NULL;
    b->n_ranges = 0;
    b->state = NULL;
    b->recount = NULL;
    b->limit = SIZE_MAX;
    b->round = 0;
}

void batch_begin_attempt(struct batch *b) {
    arena_reset(b->attempt);
    b->state = arena_zalloc(b->attempt, b->service->state_size);
    b->round = 0;
    for (size_t i = 0; i < b->n_messages; i++)
        if (b->messages[i].fate != FATE_REJECTED)
            b->messages[i].fate = FATE_OPEN;
}

struct message *batch_next(const struct batch *b, size_t *i) {
    size_t end = b->n_messages < b->limit ? b->n_messages : b->limit;
    while (*i < end) {
        struct message *m = &b->messages[(*i)++];
        if (m->fate != FATE_REJECTED)
            return m;
    }
    return NULL;
}

void batch_reject(struct batch *b, struct message *m, const struct error *err) {
    struct error *kept = arena_alloc(b->arena, sizeof *kept);
    *kept = *err;
    m->error = kept;
    m->fate = FATE_REJECTED;
    b->n_rejected++;
}

/* The last term keeps room for one more record of the largest size that the decode plan
 * allows. */
bool batch_is_full(const struct batch *b, size_t max_bytes) {
    return b->n_messages == b->capacity || b->bytes >= max_bytes ||
           arena_room(b->arena) < 2 * avro_default_limits.max_total_bytes;
}

/* ---- decoding ---- */

enum status batch_decode(struct batch *b, struct message *m, struct schemas *schemas,
                         struct error *err) {
    enum status st = schemas_decode(schemas, m->value, m->headers, m->n_headers, b->arena,
                                    m->item, err);
    return st == ST_OK ? b->service->decode(b, m, err) : st;
}

void batch_decode_again(struct batch *b, struct schemas *schemas) {
    for (size_t i = 0; i < b->n_messages; i++) {
        struct message *m = &b->messages[i];
        struct error err = {0};
        if (m->fate != FATE_REJECTED || m->error->code == E_EVENT_CONSTRAINT ||
            m->error->code == E_EVENT_SIZE)
            continue;
        /* All of it is tried in the attempt's arena first, so that a message which stays
         * bad takes no more of the batch's, however often it is tried. */
        arena_reset(b->attempt);
        if (schemas_decode(schemas, m->value, m->headers, m->n_headers, b->attempt,
                           m->item, &err) != ST_OK ||
            b->service->decode(b, m, &err) != ST_OK ||
            batch_decode(b, m, schemas, &err) != ST_OK)
            continue;
        m->fate = FATE_OPEN;
        m->error = NULL;
        b->n_rejected--;
    }
}

/* ---- partitions ---- */

static struct batch_range *range_of(struct batch *b, const struct positions *positions,
                                    const struct message *m) {
    for (size_t i = b->n_ranges; i-- > 0;) {
        const struct kafka_partition *id = &b->ranges[i].partition->id;
        if (id->partition == m->partition && strcmp(id->topic, m->topic) == 0)
            return &b->ranges[i];
    }
    const struct kafka_partition id = {m->topic, m->partition};
    struct partition *part = positions_find(positions, &id);
    if (!part)
        BUG("a message of a partition that is not ours");
    struct batch_range *r = &b->ranges[b->n_ranges++];
    *r = (struct batch_range){.partition = part, .first_offset = part->position};
    return r;
}

/* Offsets may have gaps (compaction, transaction markers): a range begins where the last
 * one ended, whatever the first record's offset. */
void batch_find_ranges(struct batch *b, const struct positions *positions) {
    b->ranges = arena_array(b->arena, positions->n + 1, sizeof *b->ranges);
    b->n_ranges = 0;
    for (size_t i = 0; i < b->n_messages; i++) {
        const struct message *m = &b->messages[i];
        struct batch_range *r = range_of(b, positions, m);
        r->next_offset = m->offset + 1;
        r->last_offset = m->offset;
        r->records++;
    }
    for (size_t i = b->n_messages, left = b->n_ranges; i-- > 0 && left > 0;) {
        const struct message *m = &b->messages[i];
        struct batch_range *r = range_of(b, positions, m);
        if (m->offset != r->last_offset)
            continue;
        r->last_fingerprint = record_fingerprint(m->record_us, m->key, m->value);
        left--;
    }
}

bool batch_is_among(const struct kafka_partition *p, size_t n, const char *topic,
                    int32_t partition) {
    for (size_t i = 0; i < n; i++)
        if (p[i].partition == partition && strcmp(p[i].topic, topic) == 0)
            return true;
    return false;
}

static bool is_from(const struct message *m, const struct kafka_partition *p, size_t n) {
    return m->origin == ORIGIN_KAFKA && batch_is_among(p, n, m->topic, m->partition);
}

bool batch_has(const struct batch *b, const struct kafka_partition *p, size_t n) {
    for (size_t i = 0; i < b->n_messages; i++)
        if (is_from(&b->messages[i], p, n))
            return true;
    return false;
}

void batch_drop(struct batch *b, const struct kafka_partition *p, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < b->n_messages; i++) {
        struct message *m = &b->messages[i];
        if (!is_from(m, p, n)) {
            b->messages[kept++] = *m;
            continue;
        }
        b->n_rejected -= m->fate == FATE_REJECTED;
        b->bytes -= m->key.len + m->value.len;
        if (m->handle)
            kafka_release(m->handle);
    }
    b->n_messages = kept;
}
