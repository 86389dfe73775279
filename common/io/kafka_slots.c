/* kafka_slots.c: the table of partitions; a handful of topics, partitions numbered
 * densely. */
#include "common/io/kafka_slots.h"

#include <stdlib.h>

void kafka_slots_init(struct kafka_slots *s, const char *const *topics, size_t n_topics,
                      int n_lanes) {
    *s = (struct kafka_slots){.topics = topics, .n_topics = n_topics, .n_lanes = n_lanes};
    s->by_topic = xcalloc(n_topics, sizeof *s->by_topic);
    s->n_by_topic = xcalloc(n_topics, sizeof *s->n_by_topic);
}

void kafka_slots_release(struct kafka_slots *s) {
    for (size_t t = 0; t < s->n_topics; t++) {
        for (size_t p = 0; p < s->n_by_topic[t]; p++)
            free(s->by_topic[t][p]);
        free(s->by_topic[t]);
    }
    free(s->by_topic);
    free(s->n_by_topic);
    *s = (struct kafka_slots){0};
}

static bool topic_index(const struct kafka_slots *s, const char *topic, size_t *out) {
    for (size_t t = 0; t < s->n_topics; t++) {
        if (s->topics[t] == topic || strcmp(s->topics[t], topic) == 0) {
            *out = t;
            return true;
        }
    }
    return false;
}

struct kafka_slot *kafka_slots_find(const struct kafka_slots *s, const char *topic,
                                    int32_t partition) {
    size_t t;
    if (partition < 0 || !topic_index(s, topic, &t) ||
        (size_t)partition >= s->n_by_topic[t])
        return NULL;
    return s->by_topic[t][partition];
}

struct kafka_slot *kafka_slots_get(struct kafka_slots *s, const char *topic,
                                   int32_t partition) {
    size_t t;
    if (partition < 0 || !topic_index(s, topic, &t))
        return NULL;
    size_t p = (size_t)partition;
    if (p >= s->n_by_topic[t]) {
        s->by_topic[t] = xrealloc(s->by_topic[t], (p + 1) * sizeof(struct kafka_slot *));
        for (size_t i = s->n_by_topic[t]; i <= p; i++)
            s->by_topic[t][i] = NULL;
        s->n_by_topic[t] = p + 1;
    }
    if (!s->by_topic[t][p]) {
        struct kafka_slot *slot = xcalloc(1, sizeof *slot);
        slot->partition = (struct kafka_partition){s->topics[t], partition};
        slot->lane = (int)(partition % s->n_lanes);
        s->by_topic[t][p] = slot;
    }
    return s->by_topic[t][p];
}

struct kafka_slot *kafka_slots_next(const struct kafka_slots *s, size_t *at) {
    size_t skipped = 0;
    for (size_t t = 0; t < s->n_topics; t++) {
        while (*at - skipped < s->n_by_topic[t]) {
            struct kafka_slot *slot = s->by_topic[t][*at - skipped];
            *at += 1;
            if (slot)
                return slot;
        }
        skipped += s->n_by_topic[t];
    }
    return NULL;
}

enum status kafka_slots_ask(struct kafka_slots *s,
                            const struct kafka_callbacks *callbacks, struct error *err) {
    struct kafka_slot *slot;
    size_t n = 0, at = 0;
    while ((slot = kafka_slots_next(s, &at)))
        n += slot->state == SLOT_ASKING;
    if (n == 0)
        return ST_OK;
    struct kafka_slot **asked = xcalloc(n, sizeof *asked);
    struct kafka_partition *partitions = xcalloc(n, sizeof *partitions);
    int64_t *starts = xcalloc(n, sizeof *starts);
    n = at = 0;
    while ((slot = kafka_slots_next(s, &at))) {
        if (slot->state != SLOT_ASKING)
            continue;
        partitions[n] = slot->partition;
        asked[n++] = slot;
    }
    enum status st = callbacks->assigned(callbacks->context, partitions, n, starts, err);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        asked[i]->next = starts[i];
        asked[i]->read_to = -1;
        asked[i]->state = SLOT_RUNNING;
    }
    free(starts);
    free(partitions);
    free(asked);
    return st;
}

bool kafka_slot_accept(struct kafka_slot *slot, int64_t offset) {
    if (slot->state != SLOT_RUNNING || offset < slot->next)
        return false;
    slot->next = offset + 1;
    return true;
}
