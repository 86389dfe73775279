/*
 * scorecard.h: counts the sellers anew whose numbers are out of date, as what was counted
 * is kept (schemas/sql/0008_scorecard.sql).
 *
 * A seller's rows are replaced in one transaction, so a kill loses nothing and nothing is
 * counted twice. One instance at a time; the others find nothing to do.
 */
#ifndef SERVICES_DEADLINES_SCORECARD_H
#define SERVICES_DEADLINES_SCORECARD_H

#include "common/io/pg.h"

/* Counts some. *some_left: there are more. Waits for Postgres, which must be connected;
 * after a failure nothing is changed and the connection is closed. */
MUST_USE enum status scorecard_keep(struct pg *pg, bool *some_left, struct error *err);

#endif
