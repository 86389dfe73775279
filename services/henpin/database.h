/* database.h: how the sub-commands that look into Postgres get there. */
#ifndef SERVICES_HENPIN_DATABASE_H
#define SERVICES_HENPIN_DATABASE_H

#include "common/base/config.h"
#include "common/io/pg.h"
#include "common/io/pg_options.h"

/* Connects and looks whether henpin's tables are there. The caller frees. */
MUST_USE enum status database_open(const struct pg_config *config, struct pg **out,
                                   struct error *err);

/* pg_run_wait with a minute's patience. */
MUST_USE enum status database_run(struct pg *pg, struct pg_script *s, struct error *err);

/* Tells what went wrong on stderr as "PROGRAM: text", then the hint; a missing right with
 * the role that PROGRAM, such as "henpin task done", needs. The exit code. */
int database_failed(const char *program, const struct error *err);

/* "2026-11-20T03:00:00Z", "2026-11-20" (its first instant, UTC), or how long ago: "90m",
 * "2h", "3d". An empty text is EVENT_ABSENT. E_CONFIG names the option. */
MUST_USE enum status database_instant(const char *option, const char *text, int64_t *us,
                                      struct error *err);

/* Who asks: the operating system's user name, for changed_by. */
const char *database_user(void);

#endif
