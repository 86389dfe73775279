/*
 * known.h: what is known of one returned line when everything that events said of it is
 * taken together, whatever order they were read in. Pure; borrows what it is given.
 *
 * Before the goods are here, what was said adds up: the worst condition, every hazard. An
 * arrival says what is here: its condition counts instead of what the buyer said, hazards
 * that were told before stay, and further parcels of the line add pieces and make it no
 * better. An inspection that states a condition is the last word on everything that came
 * before it; one that states none only adds. What comes after it counts on top.
 */
#ifndef COMMON_POLICY_KNOWN_H
#define COMMON_POLICY_KNOWN_H

#include "common/event/lines.h"
#include "common/policy/goods.h"

struct known_line {
    struct span line_id; /* empty: whatever the return holds */
    struct span sku;
    struct goods goods;
    int32_t quantity;  /* of all arrivals since the inspection that counts, it included;
                           before: as said; 0: nobody said */
    int event;         /* enum said_event: of the latest that said it was here */
    int64_t at_us;     /* when; EVENT_ABSENT: it is not here yet */
    bool units_differ; /* parcels came in different states, treated as the worst */
    bool is_uncounted; /* more pieces than a number holds: `quantity` is INT32_MAX */
    struct span disposition; /* as it stands in the row */
};

/* Sorts by line and time, so that those of a line stand together: those without a line
 * first. Drops what was said before the goods came where something else says as much of the
 * same pieces, and what an inspection has overtaken: known_of() is the same without. How
 * many are left. */
size_t known_settle(struct said_line *said, size_t n);

/* What one event says in several entries of one line is said in one, their pieces added
 * up. How many are left. */
size_t known_join(struct said_line *said, size_t n);

/* Whether two lists say the same in the same order: their text is the same. */
bool known_equal(const struct said_line *a, size_t n_a, const struct said_line *b,
                 size_t n_b);

/* How many from the beginning are about the same line. */
size_t known_span(const struct said_line *said, size_t n);

/* One line: `said` are those about it (known_span()), `arrivals` those without a line. */
struct known_line known_of(const struct said_line *said, size_t n,
                           const struct said_line *arrivals, size_t n_arrivals);

#endif
