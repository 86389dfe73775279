/*
 * worker.h: what makes a worker a worker, once. Read worker.c's loop and you know every
 * service.
 *
 * A service is four pure-ish functions between bytes and a transaction:
 *
 *   decode   checks the decoded event and names its case; or rejects it
 *   load     asks, in rounds, for what the decision must know, inside the transaction and with its locks
 *   decide   (event, facts, policy) -> effects, for the batch's open messages in offset order
 *   apply    changed states -> COPY and set-based statements
 *
 * The framework adds the ledger, the dead letters, parking, retries, bisection, metrics
 * and the end of the process.
 */
#ifndef COMMON_FLOW_WORKER_H
#define COMMON_FLOW_WORKER_H

#include "common/flow/batch.h"
#include "common/io/avro_shape.h"
#include "common/io/pg.h"
#include "common/policy/policy.h"

struct service {
    const char
        *name; /* "returns": program henpin-returns, default group henpin-returns */
    const char *summary; /* for --help */
    const char *topic;   /* default topic */
    const char *table;   /* where it inserts its cases: two workers that meet there at one
                          instant blame no message, whose statement is run again */
    const char *reader_file; /* the reader's schema in the schema directory */
    const struct avro_shape *shape;
    size_t item_size;  /* one message's item; it begins with the structure of `shape` */
    size_t state_size; /* one attempt's state */

    /* The event is decoded at the start of m->item. Sets m->occurred_us. */
    enum status (*decode)(struct batch *b, struct message *m, struct error *err);
    /* Appends the queries of b->round (0, 1, ...) to `s`, reading the answers of earlier
     * rounds from where it kept them in the state. Called until it appends nothing.
     * Cannot fail: what Postgres refuses, the lane deals with. */
    void (*load)(struct batch *b, struct pg_script *s);
    /* Gives each open message its fate; effects join b->writes as they are decided.
     * Cannot fail. */
    void (*decide)(struct batch *b, const struct policy *p);
    /* The changed states join b->writes. No `if` about business here. */
    void (*apply)(struct batch *b);
    /* Run once on each new connection: temporary tables for set-based updates. NULL:
     * none. */
    const struct pg_statement *session;
};

/* Runs until asked to stop. Exit code: 0 asked to stop, 1 fatal at run time, 2 bad
 * configuration. */
int worker_main(const struct service *s, int argc, char **argv, char **envp);

#endif
