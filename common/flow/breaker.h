/*
 * breaker.h: more bad messages than good ones is a bug or a wrong schema, not poison:
 * hold rather than flood the dead letters.
 *
 * It counts the messages of the last batches (each commit adds its own; beyond 2,000 all
 * counts are halved). When the bad ones of these and of the next batch pass both limits
 * that batch is not begun: its lane keeps it aside and tries it again now and then, as
 * the registry or the connector may have been mended. A message that is refused because
 * its case is full (E_EVENT_SIZE) is not counted among the bad ones.
 */
#ifndef COMMON_FLOW_BREAKER_H
#define COMMON_FLOW_BREAKER_H

#include "common/flow/batch.h"

struct breaker {
    int64_t min_bad; /* bad messages before it may open */
    double share;    /* of bad ones, above which it opens */
    int lane;        /* for the log */
    /* ---- */
    int64_t recent, recent_bad;
    bool is_open;
};

/* Whether this batch must be held. Tells when it opens, and when it closes again. */
bool breaker_holds(struct breaker *k, const struct batch *b);
/* The batch was committed. Not for recalls: they say nothing of what the topic brings. */
void breaker_count(struct breaker *k, const struct batch *b);
/* Nothing is held any more. */
void breaker_close(struct breaker *k);

#endif
