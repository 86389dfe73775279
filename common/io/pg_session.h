/*
 * pg_session.h: how the connections of workers are set.
 *
 * Every statement of a worker finds its rows by key. Left to itself the planner would
 * scan and hash: it plans once, when the tables are still empty, and keeps the plan while
 * they grow. Scans that have no other way keep their price, so compiling to machine code
 * must not follow from it. And a worker that is stopped (SIGSTOP, a debugger) must not
 * hold its locks for ever: Postgres ends a transaction that lies idle for longer than
 * `idle_us`, and with it the connection.
 */
#ifndef COMMON_IO_PG_SESSION_H
#define COMMON_IO_PG_SESSION_H

#include "common/io/pg.h"

/* For all that follows on a connection of one's own. */
void pg_session_by_key(struct pg_script *s, int64_t idle_us);
/* BEGIN, and the same for this transaction alone: on a connection that is shared. */
void pg_begin_by_key(struct pg_script *s, int64_t idle_us);

#endif
