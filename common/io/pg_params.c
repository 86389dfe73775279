/*
 * pg_params.c: how a connection is asked for: the user's parameters, then ours where they
 * say nothing.
 */
#include "common/base/clock.h"
#include "common/io/pg_private.h"

#include <stdio.h>
#include <stdlib.h>

#define CONNECT_TIMEOUT_S 10

/* Before the user's own options, so that theirs win. */
#define OUR_OPTIONS                                                                      \
    "-c search_path=henpin,pg_catalog -c TimeZone=UTC -c client_min_messages=warning "   \
    "-c client_connection_check_interval=5s"

static const char *find(const struct pg_params *p, const char *name) {
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->names[i], name) == 0)
            return p->values[i];
    return NULL;
}

static void add(struct pg_params *p, const char *name, const char *value) {
    if (find(p, name))
        return; /* the user's own stands first */
    if (p->n == PG_CONNECT_PARAMS_MAX)
        BUG("more than %d connection parameters", PG_CONNECT_PARAMS_MAX);
    p->names[p->n] = name;
    p->values[p->n++] = value;
}

void pg_params_give(struct pg_params *p, const char *name, const char *value) {
    if (strcmp(name, "options") == 0)
        p->their_options = value;
    else
        add(p, name, value);
}

void pg_params_complete(struct pg_params *p, const char *application_name) {
    const char *theirs = p->their_options ? p->their_options : getenv("PGOPTIONS");
    const char *timeout = find(p, "connect_timeout");
    if (!timeout)
        timeout = getenv("PGCONNECT_TIMEOUT");
    long seconds = timeout ? strtol(timeout, NULL, 10) : 0;
    p->timeout_us = (seconds > 0 ? seconds : CONNECT_TIMEOUT_S) * US_PER_S;
    snprintf(p->options, sizeof p->options, "%s %s", OUR_OPTIONS, theirs ? theirs : "");
    add(p, "options", p->options);
    add(p, "fallback_application_name", application_name);
    add(p, "client_encoding", "UTF8");
    add(p, "keepalives", "1");
    add(p, "keepalives_idle", "10");
    add(p, "keepalives_interval", "5");
    add(p, "keepalives_count", "3");
    add(p, "tcp_user_timeout", "10000");
    add(p, "connect_timeout", "10");
}
