#include "common/flow/park.h"

#include "common/base/clock.h"
#include "common/base/fault.h"
#include "common/event/event.h"
#include "common/flow/worker.h"

#include <stdlib.h>

/* Both kinds are locked in queries of their own, because FOR UPDATE cannot stand in a
 * UNION. Parked records are waited for, not skipped: an order's must not be split between
 * two workers. `parked` first: an order's records together and in their order, so that a
 * case is decided as if they came just now. */
#define RECORD_COLUMNS                                                                   \
    "source_topic, source_partition, source_offset, record_at, record_key, "             \
    "record_value, "                                                                     \
    "header_names, header_values"
/* Bytes of the records before this one, in the order of the window `w`: a recall is
 * bounded by them, but takes one record at least. */
#define BYTES_BEFORE                                                                     \
    "sum(octet_length(record_value)) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 "    \
    "PRECEDING) AS before"

static const struct pg_statement find = {
    "park_find",
    "SELECT 'parked', " RECORD_COLUMNS ", order_key, event_key FROM"
    " (SELECT p.*, " BYTES_BEFORE " FROM"
    "   (SELECT * FROM henpin.parked WHERE source_topic = $4 AND order_key IN"
    "     (SELECT r.order_key FROM henpin.parked r WHERE r.source_topic = $4"
    "       AND r.is_ready ORDER BY r.order_key LIMIT $2)"
    "    ORDER BY order_key, source_partition, source_offset LIMIT $2 FOR UPDATE) p"
    "   WINDOW w AS (ORDER BY order_key, source_partition, source_offset)) q"
    " WHERE coalesce(before, 0) < $3"
    " UNION ALL"
    " SELECT 'retry', " RECORD_COLUMNS ", NULL::uuid, NULL::uuid FROM"
    " (SELECT d.*, " BYTES_BEFORE " FROM"
    "   (SELECT * FROM henpin.dead_letter WHERE consumer_group = $1"
    "     AND source_topic = $4 AND state = 'retry'"
    "    ORDER BY source_partition, source_offset LIMIT $2 FOR UPDATE SKIP LOCKED) d"
    "   WINDOW w AS (ORDER BY source_partition, source_offset)) q"
    " WHERE coalesce(before, 0) < $3"
    " ORDER BY 1, 10, 3, 4"};

static const struct pg_statement recount = {
    "park_recount",
    "SELECT order_key, count(*) FROM henpin.parked WHERE source_topic = $1"
    " AND order_key = ANY($2) GROUP BY order_key ORDER BY order_key"};

static const struct pg_statement unpark = {
    "park_unpark",
    "DELETE FROM henpin.parked p USING unnest($1::uuid[], $2::text[], $3::uuid[])"
    "  AS t(order_key, topic, event_key)"
    " WHERE p.order_key = t.order_key AND p.source_topic = t.topic"
    "  AND p.event_key = t.event_key"};

static const struct pg_statement settle = {
    "park_settle",
    "UPDATE henpin.dead_letter d SET state = t.state, code = coalesce(t.code, d.code),"
    "  reason = coalesce(t.reason, d.reason), hint = coalesce(t.hint, d.hint), retries = "
    "d.retries + 1,"
    "  changed_at = now()"
    " FROM unnest($2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], "
    "$7::text[], $8::text[])"
    "  AS t(topic, partition, record_offset, state, code, reason, hint)"
    " WHERE d.consumer_group = $1 AND d.source_topic = t.topic AND d.source_partition = "
    "t.partition"
    "  AND d.source_offset = t.record_offset AND d.state = 'retry'"};

/* A parked record that turns out bad goes from one table to the other; it may have been a
 * letter before. Whoever recalled it answers for it from now on. */
static const struct pg_statement refuse = {
    "park_refuse",
    "INSERT INTO henpin.dead_letter (consumer_group, " RECORD_COLUMNS
    ", code, reason, hint, state)"
    " SELECT $1, p.source_topic, p.source_partition, p.source_offset, p.record_at,"
    "  p.record_key, p.record_value, p.header_names, p.header_values,"
    "  t.code, t.reason, t.hint, 'open'"
    " FROM henpin.parked p JOIN unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[],"
    "   $6::text[], $7::text[]) AS t(order_key, topic, event_key, code, reason, hint)"
    "  ON p.order_key = t.order_key AND p.source_topic = t.topic"
    "   AND p.event_key = t.event_key"
    " ON CONFLICT (consumer_group, source_topic, source_partition, source_offset)"
    " DO UPDATE SET state = 'open', code = excluded.code, reason = excluded.reason,"
    "  hint = excluded.hint, changed_at = now()"};

/* Row by row, as they are rare. A connector that sends its events again while the order is
 * missing adds nothing: the first copy waits for all of them. So does a topic that is
 * read again from its start, by another group too. */
static const struct pg_statement insert_parked = {
    "park_insert",
    "INSERT INTO henpin.parked (consumer_group, " RECORD_COLUMNS
    ", order_key, event_key, is_ready)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    " ON CONFLICT (order_key, source_topic, event_key) DO UPDATE SET is_ready = true"
    "  WHERE excluded.is_ready AND NOT parked.is_ready"};

static const struct pg_statement insert_letter = {
    "park_letter", "INSERT INTO henpin.dead_letter (consumer_group, " RECORD_COLUMNS
                   ", code, reason, hint, state)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open')"
                   " ON CONFLICT (consumer_group, source_topic, source_partition, "
                   "source_offset) DO UPDATE"
                   "  SET state = 'open', code = excluded.code, reason = "
                   "excluded.reason, hint = excluded.hint,"
                   "   changed_at = now()"};

static struct pg_query *insert_record(struct pg_script *s,
                                      const struct pg_statement *statement,
                                      const struct message *m, const char *group) {
    struct pg_query *q = pg_script_query(s, statement);
    pg_param_text(q, span_of(group));
    pg_param_text(q, span_of(m->topic));
    pg_param_i32(q, m->partition);
    pg_param_i64(q, m->offset);
    pg_param_instant(q, m->record_us);
    pg_param_text(q, m->key);
    pg_param_text(q, m->value);
    struct pg_array *names = pg_param_array(q, PG_TEXT, m->n_headers);
    struct pg_array *values = pg_param_array(q, PG_BYTEA, m->n_headers);
    for (size_t i = 0; i < m->n_headers; i++) {
        pg_array_text(names, m->headers[i].name);
        if (m->headers[i].value.ptr)
            pg_array_text(values, m->headers[i].value);
        else
            pg_array_null(values);
    }
    return q;
}

/* Which messages of the batch one of the statements below is about. */
typedef bool selects(const struct message *m);

static bool is_newly_parked(const struct message *m) {
    return m->fate == FATE_PARKED && m->origin != ORIGIN_PARKED;
}

static bool is_new_letter(const struct message *m) {
    return m->fate == FATE_REJECTED && m->origin == ORIGIN_KAFKA;
}

static bool is_refused_parked(const struct message *m) {
    return m->fate == FATE_REJECTED && m->origin == ORIGIN_PARKED;
}

/* A record that was recalled and still cannot be decided stays where it was. */
static bool leaves_parked(const struct message *m) {
    return m->origin == ORIGIN_PARKED && m->fate != FATE_PARKED;
}

static bool is_retried(const struct message *m) {
    return m->origin == ORIGIN_RETRY;
}

static size_t count(const struct batch *b, selects *wanted) {
    size_t n = 0, end = b->n_messages < b->limit ? b->n_messages : b->limit;
    for (size_t i = 0; i < end; i++)
        n += wanted(&b->messages[i]);
    return n;
}

#define EACH(b, m, wanted)                                                               \
    for (size_t i_ = 0,                                                                  \
                e_ = (b)->n_messages < (b)->limit ? (b)->n_messages : (b)->limit;        \
         i_ < e_; i_++)                                                                  \
        for (const struct message *m = &(b)->messages[i_]; m && wanted(m); m = NULL)

static void apply_parked(struct batch *b, struct pg_script *s, const char *group) {
    EACH(b, m, is_newly_parked) {
        struct pg_query *q = insert_record(s, &insert_parked, m, group);
        pg_param_uuid(q, m->order_key);
        pg_param_uuid(q, m->event_key);
        pg_param_bool(q, m->is_ready);
    }
}

static void apply_letters(struct batch *b, struct pg_script *s, const char *group) {
    if (!MECHANISM("dead-letters"))
        return;
    EACH(b, m, is_new_letter) {
        struct pg_query *q = insert_record(s, &insert_letter, m, group);
        pg_param_text(q, span_of(error_token(m->error->code)));
        pg_param_text(q, span_of(m->error->text));
        pg_param_text(q, span_of(m->error->hint));
    }
}

/* The names of parked records, as the statements above join them. */
struct park_names {
    struct pg_array *orders, *topics, *events;
};

static struct park_names names_of(struct pg_query *q, size_t n) {
    struct park_names names;
    names.orders = pg_param_array(q, PG_UUID, n);
    names.topics = pg_param_array(q, PG_TEXT, n);
    names.events = pg_param_array(q, PG_UUID, n);
    return names;
}

static void add_name(const struct park_names *names, const struct message *m) {
    pg_array_uuid(names->orders, m->order_key);
    pg_array_text(names->topics, span_of(m->topic));
    pg_array_uuid(names->events, m->event_key);
}

static void apply_refused(struct batch *b, struct pg_script *s, const char *group) {
    size_t n = count(b, is_refused_parked);
    if (n == 0)
        return;
    struct pg_query *q = pg_script_query(s, &refuse);
    pg_param_text(q, span_of(group));
    const struct park_names names = names_of(q, n);
    struct pg_array *texts[3]; /* code, reason, hint */
    for (int t = 0; t < 3; t++)
        texts[t] = pg_param_array(q, PG_TEXT, n);
    EACH(b, m, is_refused_parked) {
        add_name(&names, m);
        pg_array_text(texts[0], span_of(error_token(m->error->code)));
        pg_array_text(texts[1], span_of(m->error->text));
        pg_array_text(texts[2], span_of(m->error->hint));
    }
}

static void apply_unparked(struct batch *b, struct pg_script *s) {
    size_t n = count(b, leaves_parked);
    if (n == 0)
        return;
    const struct park_names names = names_of(pg_script_query(s, &unpark), n);
    EACH(b, m, leaves_parked) {
        add_name(&names, m);
    }
}

static void apply_retried(struct batch *b, struct pg_script *s, const char *group) {
    size_t n = count(b, is_retried);
    if (n == 0)
        return;
    struct pg_query *q = pg_script_query(s, &settle);
    pg_param_text(q, span_of(group));
    struct pg_array *topics = pg_param_array(q, PG_TEXT, n);
    struct pg_array *partitions = pg_param_array(q, PG_INT4, n);
    struct pg_array *offsets = pg_param_array(q, PG_INT8, n);
    struct pg_array *texts[4]; /* state, code, reason, hint */
    for (int t = 0; t < 4; t++)
        texts[t] = pg_param_array(q, PG_TEXT, n);
    EACH(b, m, is_retried) {
        bool is_bad = m->fate == FATE_REJECTED;
        pg_array_text(topics, span_of(m->topic));
        pg_array_i64(partitions, m->partition);
        pg_array_i64(offsets, m->offset);
        pg_array_text(texts[0], is_bad ? SPAN("open") : SPAN("resolved"));
        if (is_bad) {
            pg_array_text(texts[1], span_of(error_token(m->error->code)));
            pg_array_text(texts[2], span_of(m->error->text));
            pg_array_text(texts[3], span_of(m->error->hint));
        } else {
            for (int t = 1; t < 4; t++)
                pg_array_null(texts[t]);
        }
    }
}

void park_apply(struct batch *b, struct pg_script *s, const char *group) {
    apply_parked(b, s, group);
    apply_letters(b, s, group);
    apply_refused(b, s, group);
    apply_unparked(b, s);
    apply_retried(b, s, group);
}

struct pg_query *park_find(struct pg_script *s, const char *group, size_t max_records,
                           size_t max_bytes, const char *topic) {
    struct pg_query *q = pg_script_query(s, &find);
    pg_param_text(q, span_of(group));
    pg_param_i64(q, (int64_t)max_records);
    pg_param_i64(q, (int64_t)max_bytes);
    pg_param_text(q, span_of(topic));
    return q;
}

static const struct record_header *take_headers(struct batch *b, const struct pg_query *q,
                                                size_t row, size_t *n) {
    struct span *names, *values;
    *n = pg_array_items(q, row, 7, b->arena, &names);
    size_t n_values = pg_array_items(q, row, 8, b->arena, &values);
    if (n_values < *n)
        *n = n_values;
    struct record_header *headers = arena_array(b->arena, *n, sizeof *headers);
    for (size_t i = 0; i < *n; i++) {
        headers[i].name = span_dup(b->arena, names[i]);
        headers[i].value = values[i].ptr ? span_dup(b->arena, values[i]) : values[i];
    }
    return headers;
}

static struct span take_bytes(struct batch *b, const struct pg_query *q, size_t row,
                              int column) {
    struct span s = pg_text(q, row, column);
    return s.ptr ? span_dup(b->arena, s) : s;
}

size_t park_take(struct batch *b, const struct pg_query *found) {
    for (size_t row = 0; row < pg_rows(found) && b->n_messages < b->capacity; row++) {
        struct message *m = &b->messages[b->n_messages++];
        *m = (struct message){
            .origin =
                span_is(pg_text(found, row, 0), "parked") ? ORIGIN_PARKED : ORIGIN_RETRY,
            .topic = span_cstr(b->arena, pg_text(found, row, 1)),
            .partition = (int32_t)pg_i64(found, row, 2),
            .offset = pg_i64(found, row, 3),
            .record_us = pg_instant(found, row, 4),
            .key = take_bytes(b, found, row, 5),
            .value = take_bytes(b, found, row, 6),
            .occurred_us = EVENT_ABSENT,
            .item = arena_zalloc(b->arena, b->service->item_size),
        };
        m->headers = take_headers(b, found, row, &m->n_headers);
        if (m->origin == ORIGIN_PARKED) {
            m->order_key = pg_uuid(found, row, 9);
            m->event_key = pg_uuid(found, row, 10);
        }
        b->bytes += m->key.len + m->value.len;
    }
    return b->n_messages;
}

static bool begins_order(const struct batch *b, size_t i) {
    const struct message *m = &b->messages[i];
    return m->origin == ORIGIN_PARKED &&
           (i == 0 || !uuid_equal(b->messages[i - 1].order_key, m->order_key));
}

struct park_recount {
    const struct pg_query *parked; /* (order, how many), by order */
    struct uuid *orders;           /* of the recall, ascending as it found them */
    bool *remains;                 /* at the same index; NULL: not compared yet */
    size_t n;
};

struct park_recount *park_recount(struct batch *b, struct pg_script *s,
                                  const char *topic) {
    struct park_recount *r = arena_zalloc(b->attempt, sizeof *r);
    struct pg_query *q = pg_script_query(s, &recount);
    pg_param_text(q, span_of(topic));
    struct pg_array *orders = pg_param_array(q, PG_UUID, b->n_messages);
    r->parked = q;
    r->orders = arena_array(b->attempt, b->n_messages, sizeof *r->orders);
    for (size_t i = 0; i < b->n_messages; i++)
        if (begins_order(b, i)) {
            r->orders[r->n++] = b->messages[i].order_key;
            pg_array_uuid(orders, b->messages[i].order_key);
        }
    return r;
}

/* The batch's records and the counted orders stand in the same order: one walk. */
static void compare(const struct batch *b, struct park_recount *r) {
    size_t i = 0, row = 0;
    r->remains = arena_zalloc(b->attempt, r->n + 1);
    for (size_t k = 0; k < r->n; k++) {
        int64_t held = 0, parked = 0;
        for (; i < b->n_messages && b->messages[i].origin == ORIGIN_PARKED &&
               uuid_equal(b->messages[i].order_key, r->orders[k]);
             i++)
            held += i < b->limit;
        if (row < pg_rows(r->parked) &&
            uuid_equal(pg_uuid(r->parked, row, 0), r->orders[k]))
            parked = pg_i64(r->parked, row++, 1);
        r->remains[k] = parked > held;
    }
}

static int by_bytes(const void *a, const void *b) {
    return memcmp(a, b, sizeof(struct uuid));
}

bool park_remains(const struct batch *b, struct park_recount *r, struct uuid order_key) {
    if (!r->remains)
        compare(b, r);
    const struct uuid *found =
        bsearch(&order_key, r->orders, r->n, sizeof *r->orders, by_bytes);
    return found && r->remains[found - r->orders];
}
