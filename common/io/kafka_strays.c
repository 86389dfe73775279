/* kafka_strays.c: see kafka_strays.h. Nearly always empty, so a plain list. */
#include "common/io/kafka_strays.h"

#include <stdlib.h>

void kafka_strays_add(struct kafka_strays *s, const struct kafka_slot *slot,
                      void *handle) {
    if (s->at == s->n)
        s->at = s->n = 0;
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 16;
        s->list = xrealloc(s->list, s->cap * sizeof *s->list);
    }
    s->list[s->n++] = (struct kafka_stray){slot, handle};
}

void *kafka_strays_next(struct kafka_strays *s) {
    return s->at < s->n ? s->list[s->at++].handle : NULL;
}

void kafka_strays_drop(struct kafka_strays *s, const struct kafka_slot *slot,
                       void (*release)(void *handle)) {
    size_t kept = 0;
    for (size_t i = s->at; i < s->n; i++)
        if (!slot || s->list[i].slot == slot)
            release(s->list[i].handle);
        else
            s->list[kept++] = s->list[i];
    s->at = 0;
    s->n = kept;
}

void kafka_strays_free(struct kafka_strays *s, void (*release)(void *handle)) {
    kafka_strays_drop(s, NULL, release);
    free(s->list);
    *s = (struct kafka_strays){0};
}
