/* pg_options.c: --postgres, HENPIN_POSTGRES, HENPIN_POSTGRES_FILE. */
#include "common/io/pg_options.h"

const struct option pg_options[] = {
    {.name = "postgres",
     .type = OPT_STRING,
     .offset = offsetof(struct pg_config, postgres),
     .fallback = "",
     .flags = OPT_MASKED,
     .argument = "CONNINFO",
     .help = "Postgres, as key=value or URI; empty: libpq's own environment"},
    {0},
};
