/* backoff.c: see backoff.h. */
#include "common/base/backoff.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

int64_t backoff_ms(unsigned attempt, int64_t first_ms, int64_t max_ms, uint64_t random) {
    int64_t step = first_ms < 1 ? 1 : first_ms;
    for (unsigned i = 1; i < attempt && step < max_ms; i++)
        step = step > max_ms / 2 ? max_ms : step * 2;
    if (step > max_ms)
        step = max_ms < 1 ? 1 : max_ms;
    int64_t jitter = step / 2;
    return step - jitter + (int64_t)(random % ((uint64_t)jitter + 1));
}

uint64_t random_next(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

uint64_t random_seed(void) {
    uint64_t seed = 0;
    ssize_t n;
    do
        n = getrandom(&seed, sizeof seed, 0);
    while (n < 0 && errno == EINTR);
    /* A kernel without the call still gives each process a different jitter. */
    if (n != (ssize_t)sizeof seed)
        seed = (uint64_t)getpid() * 0x9E3779B97F4A7C15;
    return seed;
}
