/*
 * clock.h: the only reader of the clock.
 *
 * Instants are int64_t microseconds since 1970-01-01T00:00:00Z (name suffix _us), the
 * unit of Avro's timestamp-micros and of Postgres' timestamptz. Durations carry their
 * unit in the name too. A simulated clock must be asked for explicitly; nothing switches
 * it on by itself.
 */
#ifndef COMMON_BASE_CLOCK_H
#define COMMON_BASE_CLOCK_H

#include "common/base/span.h"

#include <stdbool.h>
#include <stdint.h>

#define US_PER_MS INT64_C(1000)
#define US_PER_S INT64_C(1000000)
#define US_PER_MIN (60 * US_PER_S)
#define US_PER_HOUR (60 * US_PER_MIN)
#define US_PER_DAY (24 * US_PER_HOUR)

/* The wall clock, or the simulated one. For provenance and timers; never for a business
 * decision. */
int64_t clock_now_us(void);
/* Never goes back, unrelated to the wall clock; for timeouts and measurements. Not
 * simulated. */
int64_t clock_monotonic_us(void);

/* From here on clock_now_us() gives `now_us`, until called again. For stories and tests.
 */
void clock_simulate(int64_t now_us);
bool clock_is_simulated(void);

/* "2026-11-20T03:00:00Z", with a fraction when there is one; years 0001 to 9999. */
#define CLOCK_TEXT_SIZE 40
void clock_text(int64_t instant_us, char out[CLOCK_TEXT_SIZE]);
/* `before` and the instant's text; nothing at all of an EVENT_ABSENT. */
void build_instant(struct builder *b, const char *before, int64_t instant_us);
/* Reads RFC 3339: date, 'T' or blank, time (seconds and fraction optional), then 'Z' or
 * an offset. False when anything is off, a missing offset included: an instant without a
 * zone is no instant. */
MUST_USE bool clock_parse(struct span text, int64_t *out_us);

#endif
