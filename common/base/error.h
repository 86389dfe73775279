/*
 * error.h: what can go wrong, by name, and what to do next.
 *
 * The status says what to do next, the code says what happened, the text says it to a
 * person. Callers branch on the status only; there are four of them for ever. A code is
 * one row of ERROR_CODES: identifier, token (in logs, metrics, dead letters and the
 * README), status. If the right reaction depends on where a thing happened, those are two
 * codes.
 *
 * Nobody logs an error that they return. The one who disposes of it logs it. ST_RETRY is
 * never bad data and ST_REJECT never an outage (I6): the rows below decide it once.
 */
#ifndef COMMON_BASE_ERROR_H
#define COMMON_BASE_ERROR_H

#include "common/base/compiler.h"

enum status {
    ST_OK,
    ST_RETRY,  /* an outage: roll back, wait, take the same work again */
    ST_REJECT, /* this input cannot be used: a dead letter, neighbours go on */
    ST_FATAL,  /* leave with a non-zero code */
};

#define ERROR_CODES(X)                                                                   \
    /* framing and Avro */                                                               \
    X(E_FRAME_UNKNOWN, "frame.unknown", ST_REJECT)                                       \
    X(E_FRAME_APICURIO, "frame.apicurio", ST_REJECT)                                     \
    X(E_SCHEMA_UNKNOWN, "schema.unknown", ST_REJECT)                                     \
    X(E_SCHEMA_INVALID, "schema.invalid", ST_REJECT)                                     \
    X(E_SCHEMA_INCOMPATIBLE, "schema.incompatible", ST_REJECT)                           \
    X(E_AVRO_SHORT, "avro.short", ST_REJECT)                                             \
    X(E_AVRO_TRAILING, "avro.trailing", ST_REJECT)                                       \
    X(E_AVRO_VARINT, "avro.varint", ST_REJECT)                                           \
    X(E_AVRO_RANGE, "avro.range", ST_REJECT)                                             \
    X(E_AVRO_LIMIT, "avro.limit", ST_REJECT)                                             \
    X(E_AVRO_TEXT, "avro.text", ST_REJECT)                                               \
    X(E_AVRO_SYMBOL, "avro.symbol", ST_REJECT)                                           \
    /* what an event says */                                                             \
    X(E_EVENT_FIELD, "event.field", ST_REJECT)                                           \
    X(E_EVENT_SIZE, "event.size", ST_REJECT)                                             \
    X(E_EVENT_CONSTRAINT, "event.constraint", ST_REJECT)                                 \
    /* the registry */                                                                   \
    X(E_REGISTRY_DOWN, "registry.down", ST_RETRY)                                        \
    X(E_REGISTRY_ANSWER, "registry.answer", ST_RETRY)                                    \
    /* Postgres */                                                                       \
    X(E_PG_DOWN, "pg.down", ST_RETRY)                                                    \
    X(E_PG_CONFLICT, "pg.conflict", ST_RETRY)                                            \
    X(E_PG_RESOURCES, "pg.resources", ST_RETRY)                                          \
    X(E_PG_DATA, "pg.data", ST_REJECT)                                                   \
    X(E_PG_STATEMENT, "pg.statement", ST_FATAL)                                          \
    X(E_PG_FENCED, "pg.fenced", ST_RETRY)                                                \
    X(E_PG_VERSION, "pg.version", ST_FATAL)                                              \
    X(E_PG_CONFIG, "pg.config", ST_FATAL)                                                \
    /* Kafka */                                                                          \
    X(E_KAFKA_DOWN, "kafka.down", ST_RETRY)                                              \
    X(E_KAFKA_CONFIG, "kafka.config", ST_FATAL)                                          \
    X(E_KAFKA_FATAL, "kafka.fatal", ST_FATAL)                                            \
    X(E_KAFKA_PRODUCE, "kafka.produce", ST_RETRY)                                        \
    X(E_KAFKA_LOST_RANGE, "kafka.lost-range", ST_RETRY)                                  \
    X(E_KAFKA_RECREATED, "kafka.recreated", ST_RETRY)                                    \
    /* ourselves */                                                                      \
    X(E_BREAKER_OPEN, "flow.breaker-open", ST_RETRY)                                     \
    X(E_CONFIG, "config", ST_FATAL)                                                      \
    X(E_POLICY, "policy", ST_FATAL)                                                      \
    X(E_FILE, "file", ST_FATAL)                                                          \
    X(E_INPUT, "input", ST_REJECT)                                                       \
    X(E_HTTP, "http", ST_FATAL)

enum error_code {
#define X(id, token, status) id,
    ERROR_CODES(X)
#undef X
        ERROR_CODE_COUNT
};

/* Owned by the caller, untouched on success. */
struct error {
    enum error_code code;
    char text[256]; /* lower case, no full stop; the offending value in quotes; nothing
                       that a buyer wrote (I8) */
    char hint[160]; /* what the operator can do; empty when there is nothing to add */
};

/* Fills `err` and returns the status of `code`, so that a failing line is `return
 * error_set(...)`. */
enum status error_set(struct error *err, enum error_code code, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* Adds context on the way up, outermost first: "settling \"x\": " + text. */
void error_prefix(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);
/* Adds what to do about it; returns the status again, for `return error_hint(...)`. */
enum status error_hint(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

const char *error_token(enum error_code code);
enum status error_status(enum error_code code);

/* The exit codes of all our programs. What the program was told (an option, a file or
 * rules that it names, where Postgres is) must be changed before another try makes sense:
 * 2. It failed while it ran, or found something (a rejected line, a finding, a test or
 * story that fails): 1. */
enum { EXIT_DONE, EXIT_FOUND, EXIT_TOLD_WRONG };
int error_exit_code(enum error_code code);

#endif
