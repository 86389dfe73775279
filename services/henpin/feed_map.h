/*
 * feed_map.h: remembers a short text and a number by a 64-bit key (identity_hash64 of the
 * real one). Private to the feed.
 *
 * Two keys of the UCI file's 270,000 meet with a probability of 2e-9; the cost would be
 * one return matched to a wrong order.
 */
#ifndef SERVICES_HENPIN_FEED_MAP_H
#define SERVICES_HENPIN_FEED_MAP_H

#include "common/base/span.h"

#define FEED_MAP_TEXT_MAX 19

struct feed_map_entry {
    int64_t key; /* 0: free */
    uint32_t number;
    char text[FEED_MAP_TEXT_MAX + 1];
};

struct feed_map {
    struct feed_map_entry *entries;
    size_t n, cap; /* cap is a power of two */
};

void feed_map_release(struct feed_map *m); /* an all-zero map is empty and valid */
/* Replaces what was there. The text has at most FEED_MAP_TEXT_MAX bytes. */
void feed_map_put(struct feed_map *m, int64_t key, struct span text, uint32_t number);
/* NULL when there is none; valid until the next put. */
const struct feed_map_entry *feed_map_get(const struct feed_map *m, int64_t key);

#endif
