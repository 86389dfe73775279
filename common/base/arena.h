/*
 * arena.h: memory that lives as long as one batch.
 *
 * Everything that a batch needs comes from its arena; nothing is freed by hand. Reset
 * runs the deferred clean-ups in reverse order and keeps the blocks for the next batch. A
 * build with ARENA_DEBUG makes each allocation a malloc of its own, so that the address
 * sanitizer sees overruns and pointers that are kept too long.
 */
#ifndef COMMON_BASE_ARENA_H
#define COMMON_BASE_ARENA_H

#include "common/base/compiler.h"

#include <stddef.h>

struct arena;

/* `max_bytes` bounds what arena_alloc may hand out between two resets; going beyond is a
 * BUG, because everything that comes from outside is counted before it is allocated
 * (arena_room). */
MUST_USE struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena *a); /* runs the clean-ups first; NULL is allowed */

/* Aligned for any type, not zeroed; never NULL. A size of 0 gives a valid unique pointer.
 */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
/* count * size, checked for overflow (BUG). */
void *arena_array(struct arena *a, size_t count, size_t size);
/* An array that grows: `items`, `n` of them of `size` bytes in a room for *room; when it
 * is full, a copy with room for more. */
void *arena_grow(struct arena *a, void *items, size_t n, size_t *room, size_t size);

/* What may still be allocated: ask before trusting a count that came from outside. */
size_t arena_room(const struct arena *a);
size_t arena_used(const struct arena *a);
size_t
arena_high_water(const struct arena *a); /* most bytes ever in use between two resets */

/* Calls run(thing) at reset, last deferred first. */
void arena_defer(struct arena *a, void (*run)(void *thing), void *thing);

/* Frees everything at once: afterwards every pointer and span into the arena is dead. */
void arena_reset(struct arena *a);

#endif
