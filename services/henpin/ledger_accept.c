/*
 * ledger_accept.c: `henpin ledger accept`: a person gives up records, or says that a
 * topic is a new one.
 *
 * Both are one transaction over the rows that a worker reads when it takes a partition: a
 * worker that runs sees within a second that its stopped partition may go on, and one
 * that was not stopped is fenced and reads the ledger again. A topic that still has the
 * record applied last is no new one: it would be read twice, so that is refused.
 */
#include "services/henpin/ledger.h"
#include "services/henpin/table.h"

#include "common/base/clock.h"

#include <inttypes.h>
#include <stdio.h>

static const char program[] = "henpin ledger accept";

/* Only while the position is still the one that was shown. */
static const struct pg_statement give_up = {
    "ledger_give_up",
    "INSERT INTO henpin.ledger (consumer_group, topic, partition, "
    "first_offset, next_offset, kind, records)"
    " SELECT $1, $2, $3, $4::bigint, $5::bigint, 'accepted_loss', $5::bigint - $4::bigint"
    " WHERE $4::bigint = (SELECT next_offset FROM henpin.ledger WHERE "
    "consumer_group = $1 AND topic = $2"
    "  AND partition = $3 ORDER BY first_offset DESC LIMIT 1)"};

#define ARCHIVE(table, topic, partition)                                                 \
    "UPDATE henpin." table " SET " topic " = " topic " || $4 WHERE consumer_group = $1"  \
    " AND " topic " = $2 AND " partition " = $3"
static const struct pg_statement archive_ledger = {
    "ledger_archive", ARCHIVE("ledger", "topic", "partition")};
static const struct pg_statement archive_letters = {
    "ledger_archive_letters", ARCHIVE("dead_letter", "source_topic", "source_partition")};

static const struct pg_statement claim = {
    "ledger_claim_anew", "INSERT INTO henpin.ledger (consumer_group, topic, partition, "
                         "first_offset, next_offset, kind, records)"
                         " VALUES ($1, $2, $3, -1, $4, 'start', 0)"};

static const struct pg_statement count_attached = {
    "ledger_count_attached",
    "SELECT (SELECT count(*) FROM henpin.ledger WHERE consumer_group = $1 AND topic = $2 "
    "AND partition = $3),"
    " (SELECT count(*) FROM henpin.dead_letter WHERE consumer_group = $1 AND "
    "source_topic = $2"
    "  AND source_partition = $3 AND state IN ('open', 'retry')),"
    " (SELECT count(*) FROM henpin.parked WHERE source_topic = $2 AND source_partition = "
    "$3)"};

static struct pg_query *about(struct pg_script *s, const struct pg_statement *statement,
                              const struct ledger_row *r) {
    struct pg_query *q = pg_script_query(s, statement);
    pg_param_text(q, span_of(r->group));
    pg_param_text(q, span_of(r->topic));
    pg_param_i32(q, r->partition);
    return q;
}

static enum status check(const struct ledger_config *config, struct error *err) {
    if (config->partition < 0)
        return error_set(err, E_CONFIG, "option \"partition\" is needed");
    if ((config->to >= 0) == config->is_recreated)
        return error_set(err, E_CONFIG, "either --to OFFSET or --recreated is needed");
    return ST_OK;
}

/* The one partition, as Postgres and Kafka have it. */
static enum status find(struct pg *pg, const struct ledger_config *config,
                        struct arena *a, struct ledger_row *out, struct error *err) {
    struct ledger_rows rows;
    enum status st = ledger_load(pg, config, a, &rows, err);
    if (st == ST_OK && rows.n == 0)
        return error_set(err, E_INPUT, "no position of group \"%s\" in %s:%" PRId64,
                         *config->group ? config->group : "(any)", config->topic,
                         config->partition);
    if (st == ST_OK && rows.n > 1)
        return error_set(err, E_CONFIG,
                         "%zu groups read %s:%" PRId64 ": say which by --group", rows.n,
                         config->topic, config->partition);
    if (st == ST_OK)
        st = ledger_compare(config, a, NULL, 0, &rows, err);
    if (st == ST_OK && config->is_recreated)
        st = ledger_verify(config, &rows, err);
    if (st == ST_OK)
        *out = rows.items[0];
    return st;
}

/* ---- giving up ---- */

static enum status check_offset(const struct ledger_row *r, int64_t to,
                                struct error *err) {
    if (to <= r->position)
        return error_set(err, E_CONFIG,
                         "everything before offset %" PRId64
                         " is applied: --to must lie beyond it, got %" PRId64,
                         r->position, to);
    if (r->extent.high >= 0 && to > r->extent.high)
        return error_set(err, E_CONFIG,
                         "the partition ends at offset %" PRId64
                         ": --to cannot lie beyond it, got %" PRId64,
                         r->extent.high, to);
    return ST_OK;
}

static void tell_loss(const struct ledger_row *r, int64_t to) {
    int64_t present_from = r->extent.low > r->position ? r->extent.low : r->position;
    int64_t n_present = r->extent.low >= 0 && to > present_from ? to - present_from : 0;
    printf("%s:%d for group %s: %s given up, offsets %" PRId64 " to %" PRId64 "\n",
           r->topic, r->partition, r->group,
           table_things(to - r->position, "record is", "records are"), r->position,
           to - 1);
    printf("  %s of them are no longer in Kafka\n",
           table_count(to - r->position - n_present));
    if (n_present > 0)
        printf("  %s of them are still there, offsets %" PRId64 " to %" PRId64
               ", and would be skipped\n",
               table_count(n_present), present_from, to - 1);
    printf("it goes on at offset %" PRId64 "\n", to);
}

static enum status accept_loss(struct pg *pg, struct arena *a, const struct ledger_row *r,
                               int64_t to, struct error *err) {
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = about(s, &give_up, r);
    pg_param_i64(q, r->position);
    pg_param_i64(q, to);
    enum status st = database_run(pg, s, err);
    if (st == ST_OK && pg_affected(q) == 0)
        return error_set(err, E_PG_FENCED, "the position moved on meanwhile: look again");
    return st;
}

/* ---- a new topic ---- */

static enum status check_recreated(const struct ledger_row *r, struct error *err) {
    if (r->extent.low < 0)
        return error_set(err, E_INPUT, "Kafka has no partition %s:%d", r->topic,
                         r->partition);
    if (r->is_verified)
        return error_set(err, E_CONFIG,
                         "%s:%d is no new topic: the record at offset %" PRId64
                         " is the one that was applied",
                         r->topic, r->partition, r->last_offset);
    return ST_OK;
}

static enum status tell_recreated(struct pg *pg, struct arena *a,
                                  const struct ledger_row *r, const char *suffix,
                                  struct error *err) {
    struct pg_script *s = pg_script_new(a);
    const struct pg_query *q = about(s, &count_attached, r);
    enum status st = database_run(pg, s, err);
    if (st != ST_OK)
        return st;
    printf("%s:%d for group %s is a new topic: what is known of the old one is kept as "
           "%s%s\n",
           r->topic, r->partition, r->group, r->topic, suffix);
    printf(
        "  %s, %s\n", table_things(pg_i64(q, 0, 0), "ledger row", "ledger rows"),
        table_things(pg_i64(q, 0, 1), "unsettled dead letter", "unsettled dead letters"));
    printf("%s\n",
           table_things(pg_i64(q, 0, 2), "parked record goes on waiting for its order",
                        "parked records go on waiting for their orders"));
    printf("it begins at offset %" PRId64 "; %s there\n", r->extent.low,
           table_things(r->extent.high - r->extent.low, "record is", "records are"));
    return ST_OK;
}

static enum status accept_recreated(struct pg *pg, struct arena *a,
                                    const struct ledger_row *r, const char *suffix,
                                    struct error *err) {
    static const struct pg_statement *const archives[] = {&archive_ledger,
                                                          &archive_letters};
    struct pg_script *s = pg_script_new(a);
    (void)pg_script_query(s, &pg_begin);
    for (size_t i = 0; i < COUNT_OF(archives); i++)
        pg_param_text(about(s, archives[i], r), span_of(suffix));
    pg_param_i64(about(s, &claim, r), r->extent.low);
    (void)pg_script_query(s, &pg_commit);
    return database_run(pg, s, err);
}

/* ---- the action ---- */

static enum status decide(struct pg *pg, const struct ledger_config *config,
                          struct arena *a, const struct ledger_row *r,
                          struct error *err) {
    char suffix[CLOCK_TEXT_SIZE + 1] = "@";
    clock_text(clock_now_us(), suffix + 1);
    enum status st =
        config->is_recreated ? check_recreated(r, err) : check_offset(r, config->to, err);
    if (st != ST_OK)
        return st;
    if (!config->is_recreated)
        tell_loss(r, config->to);
    else
        st = tell_recreated(pg, a, r, suffix, err);
    if (st != ST_OK || !config->is_yes)
        return st;
    return config->is_recreated ? accept_recreated(pg, a, r, suffix, err)
                                : accept_loss(pg, a, r, config->to, err);
}

int ledger_accept(struct pg *pg, const struct ledger_config *config) {
    struct arena *a = arena_new((size_t)64 << 20);
    struct ledger_row row = {0};
    struct error err = {0};
    enum status st = check(config, &err);
    if (st == ST_OK)
        st = find(pg, config, a, &row, &err);
    if (st == ST_OK)
        st = decide(pg, config, a, &row, &err);
    int code = config->is_yes ? 0 : 1;
    if (st != ST_OK)
        code = database_failed(program, &err);
    else
        printf(config->is_yes ? "done: a running worker goes on within seconds\n"
                              : "nothing is changed yet: add --yes\n");
    arena_free(a);
    return code;
}
