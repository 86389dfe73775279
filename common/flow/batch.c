#include "common/flow/batch.h"

#include "common/base/metrics.h"
#include "common/event/event.h"
#include "common/flow/worker.h"
#include "common/io/avro_plan.h"

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
