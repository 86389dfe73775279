/*
 * lane_private.h: what the files of a lane share and nobody else includes.
 *
 *   lane.c         life, the turn, from an idle connection to a COMMIT that was sent
 *   lane_end.c     what follows: committed, rolled back, and what each failure leads to
 *   lane_recall.c  batches that come from the tables instead of Kafka
 */
#ifndef COMMON_FLOW_LANE_PRIVATE_H
#define COMMON_FLOW_LANE_PRIVATE_H

#include "common/base/fault.h"
#include "common/flow/bisect.h"
#include "common/flow/breaker.h"
#include "common/flow/filling.h"
#include "common/flow/lane.h"

enum step {
    STEP_REST,     /* no transaction */
    STEP_SESSION,  /* the connection is new: the service's session statement runs */
    STEP_LOAD,     /* BEGIN, ledger, the load of round n */
    STEP_WRITE,    /* the effects */
    STEP_COMMIT,   /* COMMIT was sent: from here on we are in doubt until the answer */
    STEP_ROLLBACK, /* of a failure or a trial */
    STEP_FIND,     /* looking for work to recall; inside its own transaction */
};

/* Batches made of what waits in the tables. */
struct recall {
    bool is_wanted;      /* look at the next idle moment */
    bool was_last;       /* the last thing begun was one: records are next */
    bool is_quiet;       /* the last one found nothing */
    unsigned failures;   /* since one came to an end */
    int64_t at_us;       /* not before (monotonic) */
    struct arena *arena; /* of the search */
    struct pg_query *found;
};

struct lane {
    struct lane_config config;
    struct lane_shared shared;
    struct pg *pg;
    struct sellers *sellers;
    struct arena *attempt;
    uint64_t random;
    /* ---- */
    struct filling filling;
    struct batch *open;    /* fills */
    struct batch *running; /* is applied, when has_work */
    bool has_work;
    bool is_recall; /* running came from the tables */
    struct batch
        *held; /* kept aside while the breaker is open; NULL: there was none yet */
    bool has_held;
    int64_t look_at_us; /* when to try the held batch again (monotonic) */
    struct breaker breaker;
    struct recall recall;

    enum step step;
    bool is_session_ready;
    bool is_attempt_open; /* the last attempt was not committed (yet) */
    bool wants_realign;   /* after the rollback: the ledger must be read */
    struct pg_query *ledger;
    struct bisection bisection;
    unsigned attempts, conflicts;
    int64_t wake_us;  /* not before (monotonic) */
    int64_t begun_us; /* the transaction */
    int64_t n_rows;   /* that it wrote */
    int64_t revision; /* that it was decided by */
};

/* ---- lane.c ---- */
void lane_fatal(struct lane *l, const struct error *err);
void lane_run(struct lane *l, struct pg_script *s, enum step step);
void lane_roll_back(struct lane *l);
/* A fresh attempt of what is in `running`; nothing of it is sent yet. */
void lane_begin_fresh(struct lane *l);
/* Sends the first round of its load, at the end of `s`. */
void lane_send_load(struct lane *l, struct pg_script *s);

/* ---- lane_recall.c ---- */
void lane_find_recall(struct lane *l);
void lane_found(struct lane *l);
/* Its rows went back: they are looked for afresh, later each time. */
void lane_recall_failed(struct lane *l);

/* ---- lane_end.c ---- */
void lane_forget_batch(struct lane *l);
void lane_committed(struct lane *l);
void lane_rolled_back(struct lane *l);
void lane_failed(struct lane *l);

#endif
