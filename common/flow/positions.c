#include "common/flow/positions.h"

#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/event/event.h"
#include "common/flow/source.h"

#include <inttypes.h>
#include <stdlib.h>

#define CONTROL_TIMEOUT_US (10 * US_PER_S)

/* The ledger has a row a batch; its key is walked from partition to partition instead of
 * being read whole. Archived topics (`ledger accept --recreated`) have an '@' in their
 * name, which Kafka's cannot. */
const struct pg_statement positions_last = {
    "positions_last",
    "WITH RECURSIVE k AS ("
    " (SELECT consumer_group, topic, partition FROM henpin.ledger ORDER BY 1, 2, 3 LIMIT "
    "1)"
    " UNION ALL"
    " SELECT n.* FROM k CROSS JOIN LATERAL (SELECT l.consumer_group, l.topic, l.partition"
    "  FROM henpin.ledger l WHERE (l.consumer_group, l.topic, l.partition) >"
    "   (k.consumer_group, k.topic, k.partition) ORDER BY 1, 2, 3 LIMIT 1) n)"
    " SELECT k.consumer_group, k.topic, k.partition, l.next_offset, l.recorded_at,"
    "  l.last_offset, l.last_fingerprint"
    " FROM k CROSS JOIN LATERAL (SELECT * FROM henpin.ledger x"
    "  WHERE x.consumer_group = k.consumer_group AND x.topic = k.topic AND x.partition = "
    "k.partition"
    "  ORDER BY first_offset DESC LIMIT 1) l"
    " WHERE ($1::text IS NULL OR k.consumer_group = $1) AND ($2::text IS NULL OR k.topic "
    "= $2)"
    "  AND ($3::int IS NULL OR k.partition = $3) AND ($4::bool OR position('@' in "
    "k.topic) = 0)"
    " ORDER BY 1, 2, 3"};

static const struct pg_statement ledger_read = {
    "ledger_read",
    "SELECT w.i, l.next_offset, l.last_offset, l.last_fingerprint"
    " FROM unnest($2::text[], $3::int[]) WITH ORDINALITY AS w(topic, partition, i)"
    " CROSS JOIN LATERAL (SELECT next_offset, last_offset, last_fingerprint FROM "
    "henpin.ledger l"
    "  WHERE l.consumer_group = $1 AND l.topic = w.topic AND l.partition = w.partition"
    "  ORDER BY l.first_offset DESC LIMIT 1) l"};

static const struct pg_statement ledger_claim = {
    "ledger_claim", "INSERT INTO henpin.ledger (consumer_group, topic, partition, "
                    "first_offset, next_offset, kind, records)"
                    " VALUES ($1, $2, $3, -1, $4, 'start', 0) ON CONFLICT DO NOTHING"};

/* I2: a batch continues exactly where the last row of its partition ended, and the unique
 * key lets one writer win. */
const struct pg_statement ledger_insert = {
    "ledger_insert", "INSERT INTO henpin.ledger (consumer_group, topic, partition, "
                     "first_offset, next_offset, kind,"
                     "  records, last_offset, last_fingerprint)"
                     " SELECT $1, t.topic, t.partition, t.first_offset, t.next_offset, "
                     "'batch', t.records, t.last_offset,"
                     "  t.last_fingerprint"
                     " FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], "
                     "$6::bigint[], $7::bigint[], $8::bigint[])"
                     "  AS t(topic, partition, first_offset, next_offset, records, "
                     "last_offset, last_fingerprint)"
                     " WHERE t.first_offset = (SELECT l.next_offset FROM henpin.ledger l "
                     "WHERE l.consumer_group = $1"
                     "  AND l.topic = t.topic AND l.partition = t.partition ORDER BY "
                     "l.first_offset DESC LIMIT 1)"};

int64_t record_fingerprint(int64_t timestamp_us, struct span key, struct span value) {
    uint64_t h = (uint64_t)identity_hash64(value);
    h = (h << 7 | h >> 57) ^ (uint64_t)identity_hash64(key);
    return (int64_t)((h << 9 | h >> 55) ^ (uint64_t)timestamp_us);
}

bool record_is_another(const struct kafka_record *r, int64_t offset,
                       int64_t fingerprint) {
    return r->offset == offset &&
           record_fingerprint(r->timestamp_us, r->key, r->value) != fingerprint;
}

struct partition *positions_find(const struct positions *p,
                                 const struct kafka_partition *id) {
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i]->id.partition == id->partition &&
            strcmp(p->items[i]->id.topic, id->topic) == 0)
            return p->items[i];
    return NULL;
}

static enum status control_ready(struct positions *p, struct error *err) {
    if (pg_state(p->control) == PG_IDLE)
        return ST_OK;
    return pg_connect_wait(p->control, CONTROL_TIMEOUT_US, err);
}

/* Runs a script on the control connection; afterwards that connection is idle or closed.
 */
static enum status control_run(struct positions *p, struct pg_script *s,
                               struct error *err) {
    enum status st = pg_run_wait(p->control, s, CONTROL_TIMEOUT_US, err);
    if (st != ST_OK)
        pg_close(p->control);
    return st;
}

static void adopt(struct partition *part, const struct pg_query *q, size_t row) {
    part->position = part->taken = pg_i64(q, row, 1);
    part->last_offset = pg_is_null(q, row, 2) ? -1 : pg_i64(q, row, 2);
    part->last_fingerprint = pg_is_null(q, row, 3) ? 0 : pg_i64(q, row, 3);
    part->verifies = false;
}

static enum status read_rows(struct positions *p, struct partition **parts, size_t n,
                             struct error *err) {
    if (n == 0)
        return ST_OK;
    enum status st = control_ready(p, err);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new(16u << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &ledger_read);
    pg_param_text(q, span_of(p->group));
    struct pg_array *topics = pg_param_array(q, PG_TEXT, n);
    struct pg_array *numbers = pg_param_array(q, PG_INT4, n);
    for (size_t i = 0; i < n; i++) {
        pg_array_text(topics, span_of(parts[i]->id.topic));
        pg_array_i64(numbers, parts[i]->id.partition);
    }
    st = control_run(p, s, err);
    for (size_t i = 0; i < n && st == ST_OK; i++)
        parts[i]->position = -1;
    if (st == ST_OK)
        for (size_t row = 0; row < pg_rows(q); row++)
            adopt(parts[pg_i64(q, row, 0) - 1], q, row);
    arena_free(a);
    return st;
}

/* A partition without a ledger row begins at the start of the log, and says so in the
 * ledger before reading. */
static enum status claim(struct positions *p, struct partition *part, struct error *err) {
    int64_t low = -1, high = -1;
    enum status st = source_watermarks(p->source, &part->id, &low, &high, err);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new(1u << 20);
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &ledger_claim);
    pg_param_text(q, span_of(p->group));
    pg_param_text(q, span_of(part->id.topic));
    pg_param_i32(q, part->id.partition);
    pg_param_i64(q, low);
    st = control_run(p, s, err);
    arena_free(a);
    CRASH_POINT("after-claim");
    return st == ST_OK ? read_rows(p, &part, 1, err) : st;
}

enum status positions_read(struct positions *p, struct partition **parts, size_t n,
                           struct error *err) {
    enum status st = read_rows(p, parts, n, err);
    for (size_t i = 0; i < n && st == ST_OK; i++)
        if (parts[i]->position < 0)
            st = claim(p, parts[i], err);
    return st;
}

/* One record earlier than the position, when the ledger knows what it must look like. */
static int64_t start_of(struct partition *part) {
    part->verifies = part->last_offset >= 0 && part->last_offset < part->position;
    return part->verifies ? part->last_offset : part->position;
}

static void forget(struct positions *p, const struct kafka_partition *id) {
    for (size_t i = 0; i < p->n; i++) {
        if (p->items[i]->id.partition != id->partition ||
            strcmp(p->items[i]->id.topic, id->topic) != 0)
            continue;
        free(p->items[i]);
        p->items[i] = p->items[--p->n];
        return;
    }
}

enum status positions_assign(struct positions *p, const struct kafka_partition *ids,
                             size_t n, int n_lanes, int64_t *starts, struct error *err) {
    if (p->n + n > COUNT_OF(p->items))
        return error_set(err, E_KAFKA_CONFIG,
                         "%zu partitions assigned, at most %zu can be held", p->n + n,
                         COUNT_OF(p->items));
    struct partition **fresh = xcalloc(n + 1, sizeof *fresh);
    for (size_t i = 0; i < n; i++) {
        forget(p, &ids[i]);
        fresh[i] = xcalloc(1, sizeof *fresh[i]);
        fresh[i]->id = ids[i];
        fresh[i]->lane = ids[i].partition % n_lanes;
    }
    enum status st = positions_read(p, fresh, n, err);
    CRASH_POINT("in-assign");
    for (size_t i = 0; i < n; i++) {
        if (!MECHANISM("ledger-positions")) {
            fresh[i]->position = fresh[i]->taken = 0;
            fresh[i]->last_offset = -1;
        }
        if (st != ST_OK) {
            free(fresh[i]);
            continue;
        }
        starts[i] = start_of(fresh[i]);
        p->items[p->n++] = fresh[i];
        log_info("partition.assigned", LOG_STR("topic", ids[i].topic),
                 LOG_I64("partition", ids[i].partition),
                 LOG_I64("position", fresh[i]->position));
    }
    free(fresh);
    metrics_set(M_PARTITIONS, (int64_t)p->n);
    return st;
}

void positions_revoke(struct positions *p, const struct kafka_partition *ids, size_t n) {
    for (size_t i = 0; i < n; i++) {
        log_info("partition.revoked", LOG_STR("topic", ids[i].topic),
                 LOG_I64("partition", ids[i].partition));
        forget(p, &ids[i]);
    }
    metrics_set(M_PARTITIONS, (int64_t)p->n);
}

static void count_stopped(const struct positions *p) {
    int64_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->items[i]->is_stopped;
    metrics_set(M_PARTITIONS_STOPPED, n);
}

static void stop_partition(struct positions *p, struct partition *part,
                           const struct error *err) {
    part->is_stopped = true;
    log_error("partition.stopped", LOG_STR("topic", part->id.topic),
              LOG_I64("partition", part->id.partition),
              LOG_I64("position", part->position), LOG_ERR(err));
    metrics_count_error(err->code);
    count_stopped(p);
}

void positions_out_of_range(struct positions *p, const struct kafka_partition *id,
                            int64_t low, int64_t high) {
    struct partition *part = positions_find(p, id);
    struct error err = {0};
    if (!part || part->is_stopped)
        return;
    bool is_known = low >= 0 && high >= 0;
    if (part->taken < low && !MECHANISM("loss-stops"))
        part->position = part->taken = low;
    if (!is_known || (part->taken >= low && part->taken <= high)) {
        /* Only the record we wanted to compare is gone, or the broker could not tell:
         * nothing is lost. */
        part->verifies = false;
        part->wants_restart = true;
        return;
    }
    if (part->taken < low) {
        (void)error_set(&err, E_KAFKA_LOST_RANGE,
                        "%" PRId64 " records, offsets %" PRId64 " to %" PRId64
                        ", were deleted by retention before they were applied",
                        low - part->taken, part->taken, low - 1);
        error_hint(&err,
                   "restore them, or accept: henpin ledger accept --topic %s --partition "
                   "%d --to %" PRId64 " --yes",
                   id->topic, id->partition, low);
    } else {
        (void)error_set(&err, E_KAFKA_RECREATED,
                        "the topic ends at offset %" PRId64
                        " but everything before %" PRId64
                        " was applied: it was created anew or truncated",
                        high, part->taken);
        error_hint(&err,
                   "if it is a new topic: henpin ledger accept --topic %s --partition %d "
                   "--recreated --yes",
                   id->topic, id->partition);
    }
    stop_partition(p, part, &err);
}

void positions_recreated(struct positions *p, struct partition *part) {
    struct error err = {0};
    (void)error_set(&err, E_KAFKA_RECREATED,
                    "the record at offset %" PRId64
                    " is not the one that was applied: the topic was created anew",
                    part->last_offset);
    error_hint(&err,
               "if it is a new topic: henpin ledger accept --topic %s --partition %d "
               "--recreated --yes",
               part->id.topic, part->id.partition);
    stop_partition(p, part, &err);
}

void positions_restart(struct positions *p) {
    for (size_t i = 0; i < p->n; i++) {
        struct partition *part = p->items[i];
        struct error err = {0};
        if (!part->wants_restart || part->is_stopped)
            continue;
        int64_t from = part->verifies ? part->last_offset : part->taken;
        if (source_restart(p->source, &part->id, from, &err) != ST_OK)
            log_warn("partition.unstarted", LOG_STR("topic", part->id.topic),
                     LOG_I64("partition", part->id.partition), LOG_ERR(&err));
        else
            part->wants_restart = false;
    }
}

void positions_check_stopped(struct positions *p) {
    for (size_t i = 0; i < p->n; i++) {
        struct partition *part = p->items[i];
        struct error err = {0};
        if (!part->is_stopped)
            continue;
        struct partition before = *part;
        if (read_rows(p, &part, 1, &err) != ST_OK) {
            *part = before;
            return; /* Postgres is away: the others can wait too */
        }
        if (part->position < 0 || (part->position == before.position &&
                                   part->last_offset == before.last_offset)) {
            *part = before;
            continue;
        }
        part->is_stopped = false;
        (void)start_of(part);
        part->wants_restart = true;
        log_info("partition.resumed", LOG_STR("topic", part->id.topic),
                 LOG_I64("partition", part->id.partition),
                 LOG_I64("position", part->position));
        count_stopped(p);
    }
}

static struct pg_query *write_ranges(const struct positions *p,
                                     const struct batch_range *ranges, size_t n,
                                     struct pg_script *s) {
    struct pg_query *q = pg_script_query(s, &ledger_insert);
    pg_param_text(q, span_of(p->group));
    struct pg_array *topics = pg_param_array(q, PG_TEXT, n);
    struct pg_array *numbers = pg_param_array(q, PG_INT4, n);
    struct pg_array *columns[5];
    for (int c = 0; c < 5; c++)
        columns[c] = pg_param_array(q, PG_INT8, n);
    for (size_t i = 0; i < n; i++) {
        const struct batch_range *r = &ranges[i];
        pg_array_text(topics, span_of(r->partition->id.topic));
        pg_array_i64(numbers, r->partition->id.partition);
        const int64_t values[5] = {r->first_offset, r->next_offset, r->records,
                                   r->last_offset, r->last_fingerprint};
        for (int c = 0; c < 5; c++)
            pg_array_i64(columns[c], values[c]);
    }
    return q;
}

struct pg_query *positions_write(const struct positions *p, const struct batch *b,
                                 struct pg_script *s) {
    return write_ranges(p, b->ranges, b->n_ranges, s);
}

void positions_pass(struct positions *p, struct partition *part, int64_t end) {
    const struct batch_range range = {
        .partition = part,
        .first_offset = part->position,
        .next_offset = end,
        .last_offset = part->last_offset,
        .last_fingerprint = part->last_fingerprint,
    };
    struct error err = {0};
    if (control_ready(p, &err) != ST_OK)
        return; /* again at the next look */
    struct arena *a = arena_new(1u << 20);
    struct pg_script *s = pg_script_new(a);
    const struct pg_query *q = write_ranges(p, &range, 1, s);
    enum status st = control_run(p, s, &err);
    if (st != ST_OK)
        log_warn("ledger.unwritten", LOG_ERR(&err));
    else if (pg_affected(q) == 1)
        part->position = part->taken = end;
    arena_free(a);
}
