/*
 * letters.h: dead letters as `henpin dead-letters` sees them. Private to dead_letters.c
 * and letters_*.c.
 *
 * A letter is named TOPIC:PARTITION:OFFSET, as the list prints it. Which letters an
 * action is about is said by such names, by filters, or by both (a letter must then
 * satisfy both).
 */
#ifndef SERVICES_HENPIN_LETTERS_H
#define SERVICES_HENPIN_LETTERS_H

#include "services/henpin/database.h"

#include "common/io/schema_sources.h"

struct letters_config {
    struct pg_config database;
    const char *group, *topic, *code, *since, *until;
    int64_t partition, offset; /* -1: any */
    int64_t limit;
    int state; /* index into the choices of --state */
    bool is_json;
    bool is_dry_run, is_yes, shows_text, shows_hex;
    const char *reason;
    int64_t max_retries, patience_us;
    struct schemas_config schemas;
};

/* What the letters must satisfy; made by letters_select. */
struct letters_filter {
    const struct letters_config *config;
    struct option_list names; /* TOPIC:PARTITION:OFFSET */
    int64_t since_us, until_us;
};

enum letter_states {
    LETTERS_UNSETTLED, /* open or marked for retry */
    LETTERS_OPEN,
    LETTERS_RETRY,
    LETTERS_RESOLVED,
    LETTERS_DISCARDED,
    LETTERS_ALL,
};
#define LETTER_STATES "unsettled|open|retry|resolved|discarded|all"

/* E_CONFIG names what is not understood. */
MUST_USE enum status letters_select(const struct letters_config *config,
                                    const struct option_list *names,
                                    struct letters_filter *out, struct error *err);
/* Whether nothing narrows the selection. */
bool letters_is_everything(const struct letters_filter *f);

/* A WHERE clause over `henpin.dead_letter d`, and its parameters $1 to $10; $11 is the
 * limit. */
#define LETTERS_WHERE                                                                    \
    " WHERE ($1::text IS NULL OR d.consumer_group = $1)"                                 \
    " AND ($2::text IS NULL OR d.source_topic = $2)"                                     \
    " AND ($3::text IS NULL OR d.code = $3)"                                             \
    " AND ($4::timestamptz IS NULL OR d.recorded_at >= $4)"                              \
    " AND ($5::timestamptz IS NULL OR d.recorded_at < $5)"                               \
    " AND ($6::int IS NULL OR d.source_partition = $6)"                                  \
    " AND ($7::bigint IS NULL OR d.source_offset = $7)"                                  \
    " AND (cardinality($8::text[]) = 0 OR (d.source_topic || ':' || d.source_partition"  \
    " || ':' || d.source_offset) = ANY ($8))"                                            \
    " AND d.state = ANY ($9::text[])"                                                    \
    " AND ($10::int IS NULL OR d.retries < $10)"
/* max_retries < 0: however often they were tried. */
void letters_params(struct pg_query *q, const struct letters_filter *f,
                    enum letter_states states, int64_t max_retries);

/* "topic:partition:offset" from three columns that begin at `column`. */
void letters_name(const struct pg_query *q, size_t row, int column, char *out,
                  size_t size);

/* The actions; each returns an exit code. `pg` is connected. */
int letters_list(struct pg *pg, const struct letters_filter *f);
int letters_show(struct pg *pg, const struct letters_filter *f);
int letters_retry(struct pg *pg, const struct letters_filter *f);
int letters_discard(struct pg *pg, const struct letters_filter *f);

/* The letters of a selection as a table, without a summary; how many. For dry runs. */
enum status letters_print(struct pg *pg, const struct letters_filter *f,
                          enum letter_states states, int64_t max_retries, size_t *n,
                          struct error *err);

#endif
