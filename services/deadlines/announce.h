/*
 * announce.h: tells those who LISTEN on henpin_events that read_events() has more.
 *
 * In a transaction of its own: NOTIFY takes a lock that all who notify share up to their
 * commit, which workers could not afford. Several clocks may announce the same; a signal
 * more wakes a reader for nothing, one less would not.
 */
#ifndef SERVICES_DEADLINES_ANNOUNCE_H
#define SERVICES_DEADLINES_ANNOUNCE_H

#include "common/io/pg.h"

/* `*told` is the newest transaction that was announced, 0 at first; it moves on. Waits
 * for Postgres, which must be connected; a failure closes the connection. */
MUST_USE enum status announce(struct pg *pg, int64_t *told, struct error *err);

#endif
