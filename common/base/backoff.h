/* backoff.h: how long to wait before attempt n. Pure: randomness comes in as a number. */
#ifndef COMMON_BASE_BACKOFF_H
#define COMMON_BASE_BACKOFF_H

#include <stdint.h>

/* Doubles from `first_ms` for attempt 1 up to `max_ms`; the upper half of each step is
 * jitter, picked by `random` (any 64-bit number). */
int64_t backoff_ms(unsigned attempt, int64_t first_ms, int64_t max_ms, uint64_t random);

/* A small repeatable generator (splitmix64): the next number, and the state moves on. */
uint64_t random_next(uint64_t *state);
/* A state from the system's entropy, for jitter only. */
uint64_t random_seed(void);

#endif
