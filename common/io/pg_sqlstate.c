/*
 * pg_sqlstate.c: what a SQLSTATE means for us. The first row that fits decides; a row may
 * name a class or one state.
 *
 * I6: an outage must never look like bad data (a batch would end in the dead letters), nor
 * bad data like an outage (the batch would be tried for ever); what is in no row is a
 * mistake of ours and ends the process.
 */
#include "common/io/pg_private.h"

static const struct {
    const char *prefix;
    enum error_code code;
} meanings[] = {
    {"08", E_PG_DOWN},     /* connection */
    {"22", E_PG_DATA},     /* a value that its type refuses */
    {"23", E_PG_DATA},     /* a constraint; whoever expected it looks at pg_failure */
    {"25006", E_PG_DOWN},  /* read-only: we talk to a standby, a failover is on its way */
    {"25P03", E_PG_DOWN},  /* idle in transaction for too long */
    {"25P04", E_PG_DOWN},  /* transaction timeout */
    {"26000", E_PG_DOWN},  /* prepared statement is gone: only a new session helps */
    {"40", E_PG_CONFLICT}, /* serialisation, deadlock */
    {"55006", E_PG_CONFLICT}, /* object in use */
    {"55P03", E_PG_CONFLICT}, /* lock not available */
    {"53", E_PG_RESOURCES},   /* disk, memory, connections */
    {"54", E_PG_DATA},        /* program limits: too big for an index, a row, jsonb */
    {"57", E_PG_DOWN},        /* shut down, crashed, starting, cancelled */
    {"58", E_PG_DOWN},        /* input and output errors below Postgres */
};

enum error_code pg_sqlstate_code(const char *sqlstate) {
    if (!*sqlstate)
        return E_PG_DOWN;
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0)
            return meanings[i].code;
    return E_PG_STATEMENT;
}
