/*
 * seller_ask.h: what is known of one seller, and what the rules say to it at an instant.
 * Pure.
 *
 * "At an instant" has two sides: what holds then, and what was known then. An entry of
 * the directory that is made today and says "since January" holds since January, but
 * resolves nothing before today.
 */
#ifndef SERVICES_DEADLINES_SELLER_ASK_H
#define SERVICES_DEADLINES_SELLER_ASK_H

#include "common/policy/policy.h"

/* Instants in microseconds UTC; an open end is INT64_MIN + 1 or INT64_MAX, as pg.h reads
 * infinities. Text is borrowed. */
struct seller_entry {
    struct span word;   /* of a fact or a licence */
    struct span number; /* of a licence as issued; ptr NULL: a fact */
    int64_t from_us, until_us, known_us;
};

struct seller_store {
    struct span marketplace, ships_from;
    struct span *categories; /* none: not said */
    size_t n_categories;
    int64_t from_us, until_us, known_us;
};

struct seller_blocker {
    struct span marketplace, name, rule_id, desk;
    int severity, instance;
    int64_t raised_us;
    int64_t resolved_us; /* EVENT_ABSENT: it stands */
};

struct seller_picture {
    struct span seller_id;
    struct seller_entry *entries;
    size_t n_entries;
    struct seller_store *stores;
    size_t n_stores;
    struct seller_blocker *blockers;
    size_t n_blockers;
    int64_t looked_us; /* up to here all is told; INT64_MIN + 1: nothing is */
    bool is_changed;   /* since then: what ends soon may have been told otherwise */
};

/* NULL: it is not known that the seller sells there. */
const struct seller_store *seller_store_at(const struct seller_picture *s,
                                           struct span marketplace);

/* Whether a rule asks for this blocker at `at_us`, or when the store opens, if that is
 * later; by what was known at `known_us`. `facts` is what was asked. */
bool seller_is_blocked(const struct policy *p, const struct seller_picture *s,
                       struct span marketplace, struct span blocker, int64_t at_us,
                       int64_t known_us, struct policy_facts *facts);

/* Every blocker that an order, or the seller's enrolment, would meet at this store, by
 * the same two instants; the same may come twice. The cause why the rules could not be
 * asked; NULL: they could. */
typedef void seller_take(void *context, const struct seller_store *store,
                         const struct policy_blocker *blocker, const char *desk);
const char *seller_ask_store(const struct policy *p, const struct seller_picture *s,
                             const struct seller_store *store, int64_t at_us,
                             int64_t known_us, seller_take *take, void *context);

#endif
