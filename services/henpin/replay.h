/*
 * replay.h: `henpin replay`: what the log says, told once more into another database.
 *
 * Into a database of its own and not a schema beside the live one: each statement, view,
 * function and COPY says henpin., a replay must not share locks, transaction numbers
 * (read_events) or a vacuum with what desks wait for, and two databases of one server are
 * as near. Private to replay*.c.
 */
#ifndef SERVICES_HENPIN_REPLAY_H
#define SERVICES_HENPIN_REPLAY_H

#include "services/henpin/database.h"

/* What is known of sellers is in no topic: copies it from `live`, as it stands. */
MUST_USE enum status replay_copy_directory(struct pg *live, struct pg *into,
                                           struct error *err);

/* Prints a table of what only one side has. EVENT_ABSENT: from the beginning. */
MUST_USE enum status replay_compare(struct pg *live, struct pg *again, int64_t since_us,
                                    bool *differs, struct error *err);

#endif
