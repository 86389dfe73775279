/*
 * config.h: an option is one row; everything else follows from it.
 *
 * From a row come the flag (--batch-max), the environment variable (HENPIN_BATCH_MAX, or
 * the row's own name such as KAFKA_BOOTSTRAP_SERVERS), --help, --print-config (secrets
 * masked, with where each value came from), the table in deploy/README.md, and the error
 * text. Environment first, flags second. NAME_FILE in the environment names a file that
 * holds the value (trailing newline dropped). All mistakes are reported together. A
 * configuration is parsed once and then const. An empty variable counts as not set. A
 * list (OPT_REPEAT) is written with commas in the environment and as a default; the first
 * flag replaces it. A number without a default starts as 0. KAFKA_* variables that
 * Kubernetes or Kafka's own scripts set (KAFKA_SERVICE_HOST, KAFKA_PORT_*, KAFKA_HOME,
 * KAFKA_VERSION, *_OPTS) do not pass through.
 *
 * A secret that is given as a flag would show in ps and in the shell's history: it is
 * refused with the name of the variable that can hold it, or better a file's name.
 */
#ifndef COMMON_BASE_CONFIG_H
#define COMMON_BASE_CONFIG_H

#include "common/base/error.h"
#include "common/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_type {
    OPT_STRING,   /* const char *, never NULL: empty when not set */
    OPT_I64,      /* int64_t */
    OPT_BOOL,     /* bool: true/false, yes/no, on/off, 1/0; the bare flag means true */
    OPT_DURATION, /* int64_t microseconds: 250ms, 5s, 2m, 1h, 3d */
    OPT_SIZE,     /* int64_t bytes: 512, 64KiB, 8MiB, 1GiB */
    OPT_CHOICE,   /* int: index into `choices`, words separated by '|' */
    OPT_LISTEN, /* const char *: HOST:PORT, [HOST]:PORT or :PORT to listen on; or empty */
    OPT_REPEAT, /* struct option_list: the flag may be given many times */
};

enum option_flags {
    OPT_REQUIRED = 1, /* may not be empty */
    OPT_MASKED = 2,   /* may hold a secret: masked wherever it is shown; given as a flag
                         it is wiped from the command line, which ps shows, once read */
    OPT_SECRET = 4 | OPT_MASKED, /* is one: refused as a flag */
    OPT_SHIPPED = 8, /* a path whose default comes with the programs: shipped_path() */
};

struct option {
    const char *name; /* "batch-max" */
    const char *env;  /* NULL: HENPIN_ + upper case of name */
    enum option_type type;
    size_t offset;        /* into the configuration structure */
    const char *fallback; /* the default, as text */
    int64_t min, max;     /* inclusive, in the type's unit; both 0: no limit */
    unsigned flags;
    const char *choices;  /* OPT_CHOICE: "range|cooperative-sticky" */
    const char *argument; /* how --help shows the value: "N", "DIR"; NULL: by type */
    const char *help;     /* one sentence without full stop */
};

struct option_list {
    const char **items;
    size_t count;
};

/* Tables are given as a NULL-terminated array of tables, each ended by a row without a
 * name: common/ contributes its own rows, a service appends its own. */
struct option_table {
    const struct option *rows;
    void *config; /* the structure that `offset` counts from */
};

struct config_spec {
    const char *program;               /* "henpin-returns" */
    const char *summary;               /* what it does, one or two lines */
    const char *operands;              /* "FILE...", or NULL when none are taken */
    const struct option_table *tables; /* ended by a table without rows */
    const char
        *pass_prefix; /* "kafka.": such flags, and KAFKA_*, pass through; NULL for none */
};

struct config_result {
    struct option_list operands;
    struct option_list pass_names;  /* "fetch.max.bytes" ... */
    struct option_list pass_values; /* ... and their values, same order */
    enum {
        CONFIG_RUN,
        CONFIG_SHOWN,
        CONFIG_WRONG
    } outcome; /* shown: --help and the like */
};

/* Reads `envp` and argv[1..]. On CONFIG_SHOWN it has written to `out`; on CONFIG_WRONG it
 * has written every mistake to `err_out`. Exit codes: 0, 0 and 2. Values live as long as
 * the process. */
struct config_result config_parse(const struct config_spec *spec, int argc, char **argv,
                                  char **envp, FILE *out, FILE *err_out);

/* The same for a main, with stdout and stderr. False: there is nothing to run, and `*code`
 * is the exit code. */
bool config_main(const struct config_spec *spec, int argc, char **argv, char **envp,
                 struct config_result *out, int *code);

/* Whether a librdkafka property holds a secret (it is not ours, so the name must tell). */
bool config_property_is_secret(const char *property);

/* A Markdown table, a row an option: what --help-markdown prints, for deploy/README.md
 * (`make docs`). */
void config_document(const struct config_spec *spec, FILE *out);

#endif
