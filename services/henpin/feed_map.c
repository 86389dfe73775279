/* feed_map.c: open addressing, at most half full. */
#include "services/henpin/feed_map.h"

#include <stdlib.h>

static size_t slot_of(const struct feed_map *m, int64_t key) {
    size_t at =
        (size_t)((uint64_t)key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (m->cap - 1);
    while (m->entries[at].key != 0 && m->entries[at].key != key)
        at = (at + 1) & (m->cap - 1);
    return at;
}

static void grow(struct feed_map *m) {
    struct feed_map old = *m;
    m->cap = old.cap ? old.cap * 2 : 1024;
    m->entries = xcalloc(m->cap, sizeof *m->entries);
    for (size_t i = 0; i < old.cap; i++)
        if (old.entries[i].key != 0)
            m->entries[slot_of(m, old.entries[i].key)] = old.entries[i];
    free(old.entries);
}

void feed_map_release(struct feed_map *m) {
    free(m->entries);
    *m = (struct feed_map){0};
}

void feed_map_put(struct feed_map *m, int64_t key, struct span text, uint32_t number) {
    if (text.len > FEED_MAP_TEXT_MAX)
        BUG("a text of %zu bytes for the map", text.len);
    key = key ? key : 1;
    if (m->n * 2 >= m->cap)
        grow(m);
    struct feed_map_entry *e = &m->entries[slot_of(m, key)];
    m->n += e->key == 0;
    *e = (struct feed_map_entry){.key = key, .number = number};
    memcpy(e->text, text.ptr, text.len);
}

const struct feed_map_entry *feed_map_get(const struct feed_map *m, int64_t key) {
    key = key ? key : 1;
    if (m->n == 0)
        return NULL;
    const struct feed_map_entry *e = &m->entries[slot_of(m, key)];
    return e->key ? e : NULL;
}
