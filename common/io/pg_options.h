/*
 * pg_options.h: the option that every program with a connection to Postgres has.
 *
 * Append a row of the option table: {pg_options, &config.pg}.
 */
#ifndef COMMON_IO_PG_OPTIONS_H
#define COMMON_IO_PG_OPTIONS_H

#include "common/base/config.h"

struct pg_config {
    const char *postgres; /* for pg_new; empty: libpq's own environment */
};

extern const struct option pg_options[]; /* rows over struct pg_config */

#endif
