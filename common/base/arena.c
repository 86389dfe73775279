/*
 * arena.c: bump allocation in a chain of blocks that outlives the batch.
 *
 * Reset keeps blocks for the next batch, but not for ever: `expected` follows the need of
 * recent batches, at once upwards and by an eighth at a time downwards, and blocks beyond
 * it go back. So a steady load never calls malloc, and a giant batch is forgotten after a
 * few dozen ordinary ones.
 *
 * The two ways to get memory (blocks, or one malloc each with ARENA_DEBUG) are the two
 * versions of `store_take` and `store_reset`; everything that counts is the same in both.
 */
#include "common/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT ((size_t)16)
#define FIRST_BLOCK ((size_t)64 * 1024)
#define LARGEST_STEP ((size_t)1024 * 1024) /* blocks double up to this */
#define KEEP_ALWAYS ((size_t)256 * 1024)

/* A block, or with ARENA_DEBUG a single allocation; its bytes follow the header. */
struct block {
    struct block *next;
    size_t size;
};
_Static_assert(sizeof(struct block) % 16 == 0, "what follows the header must be aligned");

struct cleanup {
    void (*run)(void *thing);
    void *thing;
};

struct arena {
    char *free;  /* the next free byte of the current block */
    char *end;   /* the end of the current block */
    size_t used; /* handed out since the last reset, rounding included */
    size_t max;  /* a multiple of ALIGNMENT, so that room is always what fits */
    size_t high_water;
    size_t expected; /* what a batch has needed lately */
    struct block *first;
    struct block *current; /* blocks after it are kept from earlier batches, and empty */
    struct cleanup *cleanups;
    size_t n_cleanups, cleanups_max;
};

static inline char *block_bytes(struct block *b) {
    return (char *)(b + 1);
}

#ifdef ARENA_DEBUG

/* The exact size, not the rounded one: the sanitizer then sees an overrun of a single
 * byte. */
static void *store_take(struct arena *a, size_t size, size_t rounded) {
    (void)rounded;
    struct block *b = xmalloc(sizeof *b + size);
    *b = (struct block){.next = a->first, .size = size};
    a->first = b;
    memset(block_bytes(b), 0xA5, size);
    return block_bytes(b);
}

static void store_reset(struct arena *a, size_t keep) {
    (void)keep;
    for (struct block *b = a->first, *next; b; b = next) {
        next = b->next;
        memset(block_bytes(b), 0xDD, b->size);
        free(b);
    }
    a->first = NULL;
}

#else

static void enter_block(struct arena *a, struct block *b) {
    a->current = b;
    a->free = block_bytes(b);
    a->end = a->free + b->size;
}

/* Goes on in the next kept block when the piece fits, and puts a new one in between
 * otherwise. */
static void *take_from_next_block(struct arena *a, size_t rounded) {
    struct block *next = a->current ? a->current->next : a->first;
    if (!next || next->size < rounded) {
        size_t size = a->current ? a->current->size * 2 : FIRST_BLOCK;
        if (size > LARGEST_STEP)
            size = LARGEST_STEP;
        if (size < rounded)
            size = rounded;
        struct block *b = xmalloc(sizeof *b + size);
        *b = (struct block){.next = next, .size = size};
        *(a->current ? &a->current->next : &a->first) = b;
        next = b;
    }
    enter_block(a, next);
    void *ptr = a->free;
    a->free += rounded;
    return ptr;
}

static inline void *store_take(struct arena *a, size_t size, size_t rounded) {
    (void)size;
    if (UNLIKELY((size_t)(a->end - a->free) < rounded))
        return take_from_next_block(a, rounded);
    void *ptr = a->free;
    a->free += rounded;
    return ptr;
}

/* Keeps the front of the chain as far as `keep` bytes go. */
static void store_reset(struct arena *a, size_t keep) {
    size_t kept = 0;
    struct block **link = &a->first;
    while (*link) {
        struct block *b = *link;
        if (kept < keep && kept + b->size <= keep + LARGEST_STEP) {
            kept += b->size;
            link = &b->next;
        } else {
            *link = b->next;
            free(b);
        }
    }
    a->current = NULL;
    a->free = a->end = NULL;
    if (a->first)
        enter_block(a, a->first);
}

#endif

struct arena *arena_new(size_t max_bytes) {
    struct arena *a = xcalloc(1, sizeof *a);
    a->max = max_bytes & ~(ALIGNMENT - 1);
    return a;
}

void arena_free(struct arena *a) {
    if (!a)
        return;
    arena_reset(a);
    store_reset(a, 0);
    free(a->cleanups);
    free(a);
}

void *arena_alloc(struct arena *a, size_t size) {
    size_t wanted = size ? size : 1;
    if (UNLIKELY(wanted > a->max - a->used))
        BUG("arena of %zu bytes has %zu left and was asked for %zu", a->max,
            a->max - a->used, size);
    size_t rounded = (wanted + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    a->used += rounded;
    return store_take(a, size, rounded);
}

void *arena_zalloc(struct arena *a, size_t size) {
    return memset(arena_alloc(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        BUG("array of %zu times %zu bytes", count, size);
    return arena_alloc(a, total);
}

void *arena_grow(struct arena *a, void *items, size_t n, size_t *room, size_t size) {
    if (n < *room)
        return items;
    *room = *room ? 2 * *room : 16;
    void *more = arena_array(a, *room, size);
    return n > 0 ? memcpy(more, items, n * size) : more;
}

size_t arena_room(const struct arena *a) {
    return a->max - a->used;
}

size_t arena_used(const struct arena *a) {
    return a->used;
}

size_t arena_high_water(const struct arena *a) {
    return a->used > a->high_water ? a->used : a->high_water;
}

/* The list lives on the heap and is kept: a clean-up can be promised when the arena is
 * full, too. */
void arena_defer(struct arena *a, void (*run)(void *thing), void *thing) {
    if (a->n_cleanups == a->cleanups_max) {
        a->cleanups_max = a->cleanups_max ? a->cleanups_max * 2 : 16;
        a->cleanups = xrealloc(a->cleanups, a->cleanups_max * sizeof *a->cleanups);
    }
    a->cleanups[a->n_cleanups++] = (struct cleanup){run, thing};
}

void arena_reset(struct arena *a) {
    /* Before the memory goes: the things often live in it. A clean-up may defer another
     * one. */
    while (a->n_cleanups > 0) {
        struct cleanup last = a->cleanups[--a->n_cleanups];
        last.run(last.thing);
    }
    a->high_water = arena_high_water(a);
    a->expected -= a->expected / 8;
    if (a->expected < a->used)
        a->expected = a->used;
    store_reset(a, a->expected > KEEP_ALWAYS ? a->expected : KEEP_ALWAYS);
    a->used = 0;
}
