/*
 * tz.h: time zones from the system's TZif files, compiled for 1970 to 2100.
 *
 * A zone is a sorted array of transitions; a lookup goes from where a table of quarters
 * points to, and reads no file.
 * Beyond the last transition of the file the POSIX rule in its footer is expanded, so
 * that a zone whose file ends early
 * ("slim" files end in 2007 for New York) goes on, and one that stopped changing its
 * clocks stays as it is.
 *
 * A wall time that does not exist or exists twice gives the *earlier* candidate instant:
 * nobody is ever shown a later deadline than the other side might use.
 */
#ifndef COMMON_POLICY_TZ_H
#define COMMON_POLICY_TZ_H

#include "common/base/arena.h"
#include "common/base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct zone_segment {
    int64_t from_us;   /* the first instant with this offset */
    int64_t offset_us; /* local minus UTC */
};

struct zone {
    const char *name;
    struct zone_segment *segments; /* the first one holds from the beginning of time */
    int n_segments;
    uint16_t *first; /* of each stretch of 2^43 us (102 days) since 1970, the segment in
                        which it begins; NULL: there is no such table */
    int n_first;
};

/* Reads DIR/NAME; the directory is `dir` or, when NULL, /usr/share/zoneinfo. */
MUST_USE enum status zone_load(struct arena *a, const char *dir, const char *name,
                               struct zone **out, struct error *err);

int64_t zone_offset_us(const struct zone *z, int64_t instant_us);
/* Wall time (microseconds as if it were UTC) at an instant. */
static inline int64_t zone_wall_us(const struct zone *z, int64_t instant_us) {
    return instant_us + zone_offset_us(z, instant_us);
}

enum wall_kind { WALL_UNIQUE, WALL_SKIPPED, WALL_TWICE };
/* The instant of a wall time; `kind` may be NULL. */
int64_t zone_instant_us(const struct zone *z, int64_t wall_us, enum wall_kind *kind);

#endif
