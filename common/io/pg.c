/*
 * pg.c: a connection that never blocks, and the turns in which it runs a script.
 *
 * A script is run in stretches. Statements that stand next to each other form one
 * pipeline: prepare what this connection has not seen, then all executions, then one
 * sync; the answers are read in the same order into `slots`. A COPY leaves pipeline mode:
 * ask, wait for Postgres' "send", send the chunks as fast as the socket takes them, end,
 * wait.
 *
 *   NEXT -> PIPELINE -> NEXT -> COPY_ASKED -> COPY_SENDING -> COPY_ENDED -> NEXT -> ...
 * -> idle
 *
 * What holds:
 *  1. PG_FAILED with a connection is always at rest: the answers of the failed stretch
 * have been read up to their end, so ROLLBACK can be sent at once.
 *  2. A connection of which we cannot know the state (lost, out of time, FATAL) is closed
 * immediately.
 *  3. Nothing of a script is touched after the state has left PG_BUSY or after
 * pg_rollback: `slots`, `copy` and `next` are emptied then.
 *  4. A slice of a COPY is handed to libpq only when libpq's own buffer is empty, so that
 * memory stays bounded however slow the server is.
 */
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/io/pg_private.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define ROLLBACK_TIMEOUT_US (10 * US_PER_S)
#define SLICE ((size_t)64 * 1024) /* bytes of a COPY in one message */

enum phase { NEXT, PIPELINE, COPY_ASKED, COPY_SENDING, COPY_ENDED, TEXT };

/* An answer that a pipeline will bring: that of preparing `statement`, or (query set) of
 * executing it. */
struct slot {
    const struct pg_statement *statement;
    bool prepares;
    struct pg_query *query; /* NULL: drop the result */
};

struct pg {
    char *conninfo, *application_name;
    char where[200];    /* of the last attempt, for people */
    int64_t n_sessions; /* so far, this one included */
    PGconn *conn;       /* NULL when closed or lost */
    enum pg_state state;
    PostgresPollingStatusType connecting;
    bool wants_write;
    int64_t deadline_us; /* monotonic, of what is going on */
    int64_t timeout_us;
    const struct pg_statement **prepared; /* on this connection */
    size_t n_prepared, prepared_max;
    struct error error;
    struct pg_failure failure;
    bool has_failed;

    enum phase phase;
    struct pg_step *next; /* the first step that has not begun */
    bool is_abandoned;    /* read the rest, then ROLLBACK */
    struct slot *slots;
    size_t n_slots, slots_max, slot; /* `slot` is answered next */
    struct pg_copy *copy;
    struct pg_chunk *chunk;
    size_t chunk_sent;
    const char *text;

    int binary[PG_PARAMS_MAX]; /* all 1: the format of each parameter */
};

const struct pg_statement pg_begin = {"begin", "BEGIN"};
const struct pg_statement pg_commit = {"commit", "COMMIT"};

struct pg *pg_new(const char *conninfo, const char *application_name) {
    struct pg *pg = xcalloc(1, sizeof *pg);
    pg->conninfo = xstrdup(conninfo);
    pg->application_name = xstrdup(application_name);
    for (size_t i = 0; i < PG_PARAMS_MAX; i++)
        pg->binary[i] = 1;
    return pg;
}

void pg_free(struct pg *pg) {
    if (!pg)
        return;
    pg_close(pg);
    free(pg->prepared);
    free(pg->slots);
    free(pg->conninfo);
    free(pg->application_name);
    free(pg);
}

enum pg_state pg_state(const struct pg *pg) {
    return pg->state;
}

const struct error *pg_error(const struct pg *pg) {
    return &pg->error;
}

const struct pg_failure *pg_failure(const struct pg *pg) {
    return &pg->failure;
}

/* ---- failures ---- */

static void forget_script(struct pg *pg) {
    pg->next = NULL;
    pg->n_slots = pg->slot = 0;
    pg->copy = NULL;
    pg->chunk = NULL;
    pg->text = NULL;
    pg->is_abandoned = false;
}

static void disconnect(struct pg *pg) {
    if (pg->conn)
        PQfinish(pg->conn);
    pg->conn = NULL;
    pg->wants_write = false;
    pg->n_prepared = 0;
    forget_script(pg);
}

/* The connection is of no use any more; the first failure is the one that is told. When a
 * COMMIT was on its way nobody here knows what became of it (I3: the ledger does). */
static void lose(struct pg *pg) {
    pg->failure.is_connection_lost = true;
    pg->has_failed = true;
    pg->state = PG_FAILED;
    disconnect(pg);
}

/* libpq knows why, in its first line. */
static void lose_with_reason(struct pg *pg, const char *doing) {
    if (!pg->has_failed) {
        const char *why = PQerrorMessage(pg->conn);
        (void)error_set(&pg->error, E_PG_DOWN, "%s: %.*s", doing, (int)strcspn(why, "\n"),
                        why);
    }
    lose(pg);
}

static void refused(struct pg *pg) {
    pg_refused(PQerrorMessage(pg->conn), PQconnectionNeedsPassword(pg->conn) == 1,
               pg->conninfo, &pg->failure, &pg->error);
    pg->has_failed = true;
    lose(pg);
}

/* Notes the first failure of a script; false when the connection went with it. */
static bool fail(struct pg *pg, const PGresult *r, const char *doing) {
    bool is_useless = false;
    if (!pg->has_failed)
        is_useless = pg_result_failure(r, doing, &pg->failure, &pg->error);
    pg->has_failed = true;
    if (is_useless || PQstatus(pg->conn) == CONNECTION_BAD) {
        lose(pg);
        return false;
    }
    return true;
}

/* Reading failed: an answer that came before the end says more than libpq does
 * ("terminating connection due to ..."). */
static void lose_after_last_words(struct pg *pg) {
    for (int i = 0; i < 8 && pg->conn; i++) {
        PGresult *r = PQgetResult(pg->conn);
        ExecStatusType status = PQresultStatus(r);
        if (r && status == PGRES_FATAL_ERROR && PQresultErrorField(r, PG_DIAG_SQLSTATE))
            (void)fail(pg, r, "lost the connection to Postgres");
        PQclear(r);
        if (!r || status == PGRES_COPY_IN)
            break;
    }
    if (pg->conn)
        lose_with_reason(pg, "lost the connection to Postgres");
}

/* ---- connecting ---- */

static void notice(void *unused, const PGresult *r) {
    (void)unused;
    const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    log_warn("postgres.warned", LOG_STR("source", "pg"),
             LOG_STR("sqlstate", state ? state : ""), LOG_STR("text", text ? text : ""));
}

/* libpq's own message would repeat the string, and with it a password. */
static void refuse_conninfo(struct pg *pg) {
    (void)error_set(&pg->error, E_CONFIG, "cannot read the Postgres connection string");
    error_hint(&pg->error,
               "write key=value pairs, or postgresql://user@host:port/database");
    pg->has_failed = true;
    lose(pg);
}

static void begin_anew(struct pg *pg) {
    pg->error = (struct error){0};
    pg->failure = (struct pg_failure){0};
    pg->has_failed = false;
    pg->phase = NEXT;
}

static const char *or_empty(const char *text) {
    return text ? text : "";
}

static void note_where(struct pg *pg) {
    const char *host = PQhost(pg->conn), *database = PQdb(pg->conn);
    snprintf(pg->where, sizeof pg->where, "%s:%s, database %s", or_empty(host),
             or_empty(PQport(pg->conn)), or_empty(database));
}

const char *pg_where(const struct pg *pg) {
    return pg->where;
}

void pg_connect(struct pg *pg) {
    pg_close(pg);
    begin_anew(pg);
    pg_bound_lookups();
    PQconninfoOption *given = PQconninfoParse(pg->conninfo, NULL);
    if (!given) {
        refuse_conninfo(pg);
        return;
    }
    struct pg_params p = {0};
    for (const PQconninfoOption *o = given; o->keyword; o++)
        if (o->val)
            pg_params_give(&p, o->keyword, o->val);
    pg_params_complete(&p, pg->application_name);
    pg->timeout_us = p.timeout_us;
    pg->deadline_us = clock_monotonic_us() + pg->timeout_us;
    pg->conn = PQconnectStartParams(p.names, p.values, 0);
    PQconninfoFree(given);
    if (!pg->conn)
        BUG("out of memory");
    PQsetNoticeReceiver(pg->conn, notice, NULL);
    (void)PQsetErrorVerbosity(pg->conn, PQERRORS_VERBOSE); /* for pg_refused */
    note_where(pg);
    pg->state = PG_CONNECTING;
    pg->connecting = PGRES_POLLING_WRITING;
    if (PQstatus(pg->conn) == CONNECTION_BAD)
        refused(pg);
}

void pg_close(struct pg *pg) {
    disconnect(pg);
    pg->state = PG_CLOSED;
}

static void turn_connecting(struct pg *pg) {
    pg->connecting = PQconnectPoll(pg->conn);
    if (pg->connecting == PGRES_POLLING_FAILED) {
        refused(pg);
        return;
    }
    if (pg->connecting != PGRES_POLLING_OK)
        return;
    (void)PQsetErrorVerbosity(pg->conn, PQERRORS_DEFAULT);
    if (PQsetnonblocking(pg->conn, 1) != 0)
        lose_with_reason(pg, "could not connect to Postgres");
    else
        pg->state = PG_IDLE;
    pg->n_sessions += pg->state == PG_IDLE;
}

int64_t pg_session(const struct pg *pg) {
    return pg->n_sessions;
}

int pg_fd(const struct pg *pg) {
    return pg->conn ? PQsocket(pg->conn) : -1;
}

short pg_poll_events(const struct pg *pg) {
    if (!pg->conn)
        return 0;
    if (pg->state == PG_CONNECTING)
        return pg->connecting == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    return (short)(POLLIN | (pg->wants_write ? POLLOUT : 0));
}

int64_t pg_deadline_us(const struct pg *pg) {
    bool is_waiting = pg->state == PG_CONNECTING || pg->state == PG_BUSY;
    return is_waiting ? pg->deadline_us : INT64_MAX;
}

/* ---- pipelines ---- */

static bool is_prepared(const struct pg *pg, const struct pg_statement *s) {
    for (size_t i = 0; i < pg->n_prepared; i++) {
        if (pg->prepared[i] == s)
            return true;
        if (strcmp(pg->prepared[i]->name, s->name) == 0)
            BUG("two statements are called \"%s\"", s->name);
    }
    for (size_t i = 0; i < pg->n_slots; i++)
        if (pg->slots[i].prepares && pg->slots[i].statement == s)
            return true;
    return false;
}

static void remember_prepared(struct pg *pg, const struct pg_statement *s) {
    if (pg->n_prepared == pg->prepared_max) {
        pg->prepared_max = pg->prepared_max ? pg->prepared_max * 2 : 32;
        pg->prepared = xrealloc(pg->prepared, pg->prepared_max * sizeof *pg->prepared);
    }
    pg->prepared[pg->n_prepared++] = s;
}

static void expect(struct pg *pg, struct slot slot) {
    if (pg->n_slots == pg->slots_max) {
        pg->slots_max = pg->slots_max ? pg->slots_max * 2 : 32;
        pg->slots = xrealloc(pg->slots, pg->slots_max * sizeof *pg->slots);
    }
    pg->slots[pg->n_slots++] = slot;
}

static bool send_query(struct pg *pg, struct pg_query *q) {
    const struct pg_statement *s = q->statement;
    q->result = NULL;
    if (!is_prepared(pg, s)) {
        if (!PQsendPrepare(pg->conn, s->name, s->sql, 0, NULL))
            return false;
        expect(pg, (struct slot){.statement = s, .prepares = true});
    }
    pg_query_seal(q);
    expect(pg, (struct slot){.statement = s, .query = q});
    return PQsendQueryPrepared(pg->conn, s->name, q->n_params, q->values, q->lengths,
                               pg->binary, 1);
}

static void begin_pipeline(struct pg *pg) {
    pg->n_slots = pg->slot = 0;
    bool is_sent = PQenterPipelineMode(pg->conn);
    for (; is_sent && pg->next && !pg->next->is_copy; pg->next = pg->next->next)
        is_sent = send_query(pg, CONTAINER_OF(pg->next, struct pg_query, step));
    if (!is_sent || !PQpipelineSync(pg->conn)) {
        lose_with_reason(pg, "could not send to Postgres");
        return;
    }
    pg->phase = PIPELINE;
}

static void pipeline_result(struct pg *pg, PGresult *r) {
    if (pg->slot >= pg->n_slots)
        BUG("an answer that was not asked for: %s", PQresStatus(PQresultStatus(r)));
    const struct slot *slot = &pg->slots[pg->slot];
    ExecStatusType status = PQresultStatus(r);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        if (slot->prepares)
            remember_prepared(pg, slot->statement);
        if (slot->query) {
            pg_result_take(slot->query, r);
            return;
        }
    } else if (status != PGRES_PIPELINE_ABORTED) {
        char doing[96];
        snprintf(doing, sizeof doing, "could not run statement \"%s\"",
                 slot->statement->name);
        (void)fail(pg, r, doing);
    }
    PQclear(r);
}

/* Each answer is followed by a NULL; the sync ends the pipeline. True when something was
 * read. */
static bool read_pipeline(struct pg *pg) {
    if (PQisBusy(pg->conn))
        return false;
    PGresult *r = PQgetResult(pg->conn);
    if (!r) {
        pg->slot++;
    } else if (PQresultStatus(r) == PGRES_PIPELINE_SYNC) {
        PQclear(r);
        pg->n_slots = pg->slot = 0;
        if (PQexitPipelineMode(pg->conn))
            pg->phase = NEXT;
        else
            lose_with_reason(pg, "could not end a pipeline");
    } else {
        pipeline_result(pg, r);
    }
    return true;
}

/* ---- COPY ---- */

static void begin_copy(struct pg *pg) {
    pg->copy = CONTAINER_OF(pg->next, struct pg_copy, step);
    pg->next = pg->next->next;
    pg_copy_seal(pg->copy);
    pg->chunk = pg->copy->first;
    pg->chunk_sent = 0;
    pg->phase = COPY_ASKED;
    if (!PQsendQuery(pg->conn, pg->copy->sql))
        lose_with_reason(pg, "could not send to Postgres");
}

static void copy_failed(struct pg *pg, const PGresult *r) {
    char doing[96] = "could not copy";
    if (pg->copy) /* not abandoned: say which, up to its columns */
        snprintf(doing, sizeof doing, "could not %.*s", (int)strcspn(pg->copy->sql, "("),
                 pg->copy->sql);
    (void)fail(pg, r, doing);
}

/* Waits for "send" (COPY_ASKED) or for the end of the answers (COPY_ENDED, TEXT). */
static bool read_answers(struct pg *pg) {
    if (PQisBusy(pg->conn))
        return false;
    PGresult *r = PQgetResult(pg->conn);
    ExecStatusType status = PQresultStatus(r);
    if (!r)
        pg->phase = NEXT;
    else if (status == PGRES_COPY_IN && pg->phase == COPY_ASKED)
        pg->phase = COPY_SENDING;
    else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT ||
             status == PGRES_COPY_BOTH)
        BUG("a COPY where none belongs");
    else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
             status != PGRES_EMPTY_QUERY) {
        if (pg->phase == TEXT)
            (void)fail(pg, r, "could not run");
        else
            copy_failed(pg, r);
    }
    PQclear(r);
    return true;
}

/* Hands the next slice to libpq; 1 done, 0 the socket is full, -1 lost. */
static int send_slice(struct pg *pg) {
    if (pg->chunk_sent == pg->chunk->len) {
        pg->chunk = pg->chunk->next;
        pg->chunk_sent = 0;
        return 1;
    }
    size_t len = pg->chunk->len - pg->chunk_sent;
    if (len > SLICE)
        len = SLICE;
    int sent = PQputCopyData(pg->conn, pg->chunk->bytes + pg->chunk_sent, (int)len);
    if (sent == 1)
        pg->chunk_sent += len;
    return sent;
}

static bool send_copy(struct pg *pg) {
    int pending = PQflush(pg->conn);
    if (pending == 1) {
        pg->wants_write = true; /* go on when the socket takes more */
        return false;
    }
    int sent = -1;
    if (pending == 0 && pg->chunk && !pg->is_abandoned) {
        sent = send_slice(pg);
    } else if (pending == 0) {
        sent = PQputCopyEnd(pg->conn, pg->is_abandoned ? "abandoned" : NULL);
        if (sent == 1)
            pg->phase = COPY_ENDED;
    }
    if (sent < 0)
        lose_after_last_words(pg);
    else if (sent == 0)
        pg->wants_write = true;
    return sent == 1;
}

/* ---- turns ---- */

static void begin_text(struct pg *pg, const char *sql) {
    pg->phase = TEXT;
    if (!PQsendQuery(pg->conn, sql))
        lose_with_reason(pg, "could not send to Postgres");
}

/* The stretch is over and the connection is at rest. */
static void begin_next(struct pg *pg) {
    while (pg->next && pg->next->is_copy &&
           pg_copy_rows(CONTAINER_OF(pg->next, struct pg_copy, step)) == 0)
        pg->next = pg->next->next; /* a COPY of nothing is not worth its round trips */
    if (pg->is_abandoned) {
        pg->is_abandoned = false;
        pg->has_failed = false; /* what the abandoned script said matters no more */
        if (PQtransactionStatus(pg->conn) == PQTRANS_IDLE)
            pg->state = PG_IDLE;
        else
            begin_text(pg, "ROLLBACK");
    } else if (pg->has_failed) {
        forget_script(pg);
        pg->state = PG_FAILED;
    } else if (pg->text) {
        const char *sql = pg->text;
        pg->text = NULL;
        begin_text(pg, sql);
    } else if (!pg->next) {
        forget_script(pg);
        pg->state = PG_IDLE;
    } else if (pg->next->is_copy) {
        begin_copy(pg);
    } else {
        begin_pipeline(pg);
    }
}

/* One step; false when it must wait for the socket. */
static bool advance(struct pg *pg) {
    switch (pg->phase) {
    case NEXT:
        begin_next(pg);
        return true;
    case PIPELINE:
        return read_pipeline(pg);
    case COPY_SENDING:
        return send_copy(pg);
    case COPY_ASKED:
    case COPY_ENDED:
    case TEXT:
        return read_answers(pg);
    }
    BUG("phase %d", (int)pg->phase);
}

static void work(struct pg *pg) {
    pg->wants_write = false;
    while (pg->state == PG_BUSY && advance(pg))
        ;
    if (pg->state != PG_BUSY)
        return;
    int pending = PQflush(pg->conn);
    if (pending < 0)
        lose_after_last_words(pg);
    else if (pending == 1)
        pg->wants_write = true;
    /* Not "= false" otherwise: the socket may have drained since a COPY found it full,
     * and with slices still to send nothing but writability would ever wake us. */
}

static void check_deadline(struct pg *pg) {
    if (clock_monotonic_us() < pg_deadline_us(pg))
        return;
    if (!pg->has_failed)
        (void)error_set(&pg->error, E_PG_DOWN, "%s at %s within %lld ms",
                        pg->state == PG_CONNECTING ? "could not connect to Postgres"
                                                   : "no answer from Postgres",
                        pg->where, (long long)(pg->timeout_us / US_PER_MS));
    lose(pg);
}

enum pg_state pg_turn(struct pg *pg) {
    pg->wants_write = false;
    switch (pg->state) {
    case PG_CLOSED:
        break;
    case PG_CONNECTING:
        turn_connecting(pg);
        break;
    case PG_BUSY:
        if (PQconsumeInput(pg->conn))
            work(pg);
        else
            lose_after_last_words(pg);
        break;
    case PG_IDLE:
    case PG_FAILED: /* nothing is expected: only the end of the connection is news */
        if (pg->conn && !PQconsumeInput(pg->conn))
            lose_after_last_words(pg);
        break;
    }
    check_deadline(pg);
    return pg->state;
}

static void start(struct pg *pg, int64_t timeout_us) {
    if (pg->state != PG_IDLE)
        BUG("a script for a connection in state %d", (int)pg->state);
    begin_anew(pg);
    pg->timeout_us = timeout_us;
    pg->deadline_us = clock_monotonic_us() + timeout_us;
    pg->state = PG_BUSY;
}

void pg_run(struct pg *pg, struct pg_script *s, int64_t timeout_us) {
    start(pg, timeout_us);
    pg->next = s->first;
    work(pg);
}

void pg_run_text(struct pg *pg, const char *sql, int64_t timeout_us) {
    start(pg, timeout_us);
    pg->text = sql;
    work(pg);
}

void pg_rollback(struct pg *pg) {
    if (!pg->conn || pg->state == PG_CONNECTING)
        return;
    for (size_t i = 0; i < pg->n_slots; i++)
        pg->slots[i].query = NULL;
    pg->next = NULL;
    pg->copy = NULL;
    pg->chunk = NULL;
    pg->text = NULL;
    pg->is_abandoned = true;
    pg->timeout_us = ROLLBACK_TIMEOUT_US;
    pg->deadline_us = clock_monotonic_us() + pg->timeout_us;
    if (pg->state != PG_BUSY)
        pg->phase = NEXT;
    pg->state = PG_BUSY;
    work(pg);
}
