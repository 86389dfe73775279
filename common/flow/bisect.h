/*
 * bisect.h: which message of a batch does Postgres refuse?
 *
 * A statement that fails tells the table, not the message. So the batch is tried in
 * prefixes, each in a transaction that is rolled back: [0, good) succeeds, [0, bad)
 * fails, and where they meet stands the one to blame. log2(n) trials for each bad
 * message; what is committed in the end is the whole batch with the bad ones as dead
 * letters, in one transaction (I6). The first trial is of the whole batch: a failure that
 * does not come again was nobody's fault.
 *
 * The tables change between two trials: an order arrives, and what was to be parked is
 * decided now, and refused. So a prefix that was good counts only if it is good after the
 * longer one failed; it is tried once more before the message between them is blamed.
 */
#ifndef COMMON_FLOW_BISECT_H
#define COMMON_FLOW_BISECT_H

#include "common/flow/batch.h"

struct bisection {
    bool is_on;         /* the next attempt is a trial, to be rolled back */
    bool is_proved;     /* the failure came again */
    bool is_good_since; /* [0, good) succeeded after [0, bad) failed */
    size_t good, bad;
    struct error why; /* of the latest failure */
};

/* How many messages of `n` the next attempt takes: all of them when no bisection is on.
 */
size_t bisect_limit(const struct bisection *s, size_t n);
/* An attempt, or a trial, with this limit failed with bad data; or a trial succeeded. */
void bisect_failed(struct bisection *s, size_t limit, const struct error *why);
void bisect_succeeded(struct bisection *s, size_t limit);
void bisect_end(struct bisection *s);

enum bisect_verdict {
    BISECT_GO_ON,  /* another trial, or nothing is going on */
    BISECT_FOUND,  /* *guilty is the message; the bisection has ended */
    BISECT_NOBODY, /* every message is rejected already and it still fails: not the data's
                      fault */
};
enum bisect_verdict bisect_settle(struct bisection *s, struct batch *b,
                                  struct message **guilty);

#endif
