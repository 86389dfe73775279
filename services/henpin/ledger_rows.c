/* ledger_rows.c: positions from Postgres beside ends from Kafka. */
#include "services/henpin/ledger.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/flow/positions.h"

#define KAFKA_TIMEOUT_US (5 * US_PER_S)
enum { PARTITIONS_MAX = 4096 };

const char *const ledger_state_words[] = {
    [LEDGER_UNKNOWN] = "unknown",     [LEDGER_APPLIED] = "applied",
    [LEDGER_BEHIND] = "behind",       [LEDGER_GONE] = "records gone",
    [LEDGER_RECREATED] = "recreated", [LEDGER_NO_TOPIC] = "not in Kafka",
};

enum status ledger_load(struct pg *pg, const struct ledger_config *config,
                        struct arena *a, struct ledger_rows *out, struct error *err) {
    struct pg_script *s = pg_script_new(a);
    struct pg_query *q = pg_script_query(s, &positions_last);
    pg_param_text(q, span_given(config->group));
    pg_param_text(q, span_given(config->topic));
    if (config->partition >= 0)
        pg_param_i32(q, (int32_t)config->partition);
    else
        pg_param_text(q, (struct span){NULL, 0});
    pg_param_bool(q, config->is_everything);
    enum status st = database_run(pg, s, err);
    if (st != ST_OK)
        return st;
    out->n = pg_rows(q);
    out->items = arena_array(a, out->n + 1, sizeof *out->items);
    for (size_t row = 0; row < out->n; row++)
        out->items[row] = (struct ledger_row){
            .group = span_cstr(a, pg_text(q, row, 0)),
            .topic = span_cstr(a, pg_text(q, row, 1)),
            .partition = (int32_t)pg_i64(q, row, 2),
            .position = pg_i64(q, row, 3),
            .recorded_us = pg_instant(q, row, 4),
            .last_offset = pg_is_null(q, row, 5) ? -1 : pg_i64(q, row, 5),
            .last_fingerprint = pg_i64(q, row, 6),
            .extent = {-1, -1},
            .lag = -1,
        };
    return ST_OK;
}

/* ---- Kafka ---- */

static void judge(struct ledger_row *r, struct kafka_extent e) {
    r->extent = e;
    if (e.high < 0) {
        r->state = LEDGER_NO_TOPIC;
    } else if (r->position < 0) {
        r->lag = e.high - e.low;
        r->state = r->lag > 0 ? LEDGER_BEHIND : LEDGER_APPLIED;
    } else if (r->position > e.high) {
        r->state = LEDGER_RECREATED;
    } else if (r->position < e.low) {
        r->gone = e.low - r->position;
        r->lag = e.high - e.low;
        r->state = LEDGER_GONE;
    } else {
        r->lag = e.high - r->position;
        r->state = r->lag > 0 ? LEDGER_BEHIND : LEDGER_APPLIED;
    }
}

static struct ledger_row *find(const struct ledger_rows *rows,
                               const struct ledger_pair *p, int partition) {
    for (size_t i = 0; i < rows->n; i++)
        if (rows->items[i].partition == partition &&
            strcmp(rows->items[i].topic, p->topic) == 0 &&
            strcmp(rows->items[i].group, p->group) == 0)
            return &rows->items[i];
    return NULL;
}

static void add_row(struct arena *a, struct ledger_rows *rows,
                    const struct ledger_pair *p, int partition, struct kafka_extent e) {
    struct ledger_row *items = arena_array(a, rows->n + 1, sizeof *items);
    if (rows->n > 0)
        memcpy(items, rows->items, rows->n * sizeof *items);
    items[rows->n] = (struct ledger_row){.group = p->group,
                                         .topic = p->topic,
                                         .partition = partition,
                                         .position = -1,
                                         .last_offset = -1,
                                         .recorded_us = EVENT_ABSENT};
    judge(&items[rows->n], e);
    rows->items = items;
    rows->n++;
}

static enum status compare_pair(const struct ledger_config *config, struct arena *a,
                                const struct ledger_pair *p, struct ledger_rows *rows,
                                struct error *err) {
    static struct kafka_extent extents[PARTITIONS_MAX];
    int n = 0;
    enum status st = kafka_topic_extents(&config->kafka, p->topic, extents,
                                         PARTITIONS_MAX, &n, KAFKA_TIMEOUT_US, err);
    if (st != ST_OK)
        return st;
    for (size_t i = 0; i < rows->n; i++) {
        struct ledger_row *r = &rows->items[i];
        if (strcmp(r->topic, p->topic) == 0 && strcmp(r->group, p->group) == 0)
            judge(r, r->partition < n && r->partition < PARTITIONS_MAX
                         ? extents[r->partition]
                         : (struct kafka_extent){-1, -1});
    }
    for (int i = 0; i < n && i < PARTITIONS_MAX; i++)
        if ((config->partition < 0 || config->partition == i) && !find(rows, p, i))
            add_row(a, rows, p, i, extents[i]);
    return ST_OK;
}

static bool was_before(const struct ledger_rows *rows, size_t i) {
    return i > 0 && strcmp(rows->items[i - 1].topic, rows->items[i].topic) == 0 &&
           strcmp(rows->items[i - 1].group, rows->items[i].group) == 0;
}

enum status ledger_compare(const struct ledger_config *config, struct arena *a,
                           const struct ledger_pair *pairs, size_t n_pairs,
                           struct ledger_rows *rows, struct error *err) {
    enum status st = ST_OK;
    size_t n_loaded = rows->n;
    for (size_t i = 0; i < n_pairs && st == ST_OK; i++)
        st = compare_pair(config, a, &pairs[i], rows, err);
    for (size_t i = 0; n_pairs == 0 && i < n_loaded && st == ST_OK; i++) {
        const struct ledger_pair p = {rows->items[i].group, rows->items[i].topic};
        if (!was_before(rows, i) && !strchr(p.topic, '@'))
            st = compare_pair(config, a, &p, rows, err);
    }
    return st;
}

/* ---- the last record ---- */

struct verified {
    const struct ledger_rows *rows;
    struct ledger_pair pair;
};

static void compare_record(void *context, int32_t partition,
                           const struct kafka_record *r) {
    const struct verified *v = context;
    struct ledger_row *row = find(v->rows, &v->pair, partition);
    row->is_verified = !record_is_another(r, row->last_offset, row->last_fingerprint);
    if (row->is_verified)
        return;
    row->state = LEDGER_RECREATED;
    row->lag = -1;
}

/* Offsets say nothing of a topic that was created anew and is as long as it was: its
 * records do. */
enum status ledger_verify(const struct ledger_config *config,
                          const struct ledger_rows *rows, struct error *err) {
    static int64_t offsets[PARTITIONS_MAX];
    enum status st = ST_OK;
    for (size_t i = 0; i < rows->n && st == ST_OK; i++) {
        struct verified v = {rows, {rows->items[i].group, rows->items[i].topic}};
        bool is_any = false;
        if (was_before(rows, i) || strchr(v.pair.topic, '@'))
            continue;
        for (int p = 0; p < PARTITIONS_MAX; p++)
            offsets[p] = -1;
        for (size_t k = i; k < rows->n; k++) {
            const struct ledger_row *r = &rows->items[k];
            if (strcmp(r->topic, v.pair.topic) != 0 ||
                strcmp(r->group, v.pair.group) != 0 || r->partition >= PARTITIONS_MAX ||
                r->last_offset < 0 || r->last_offset < r->extent.low ||
                r->last_offset >= r->extent.high)
                continue;
            offsets[r->partition] = r->last_offset;
            is_any = true;
        }
        if (is_any)
            st = kafka_peek(&config->kafka, v.pair.topic, offsets, PARTITIONS_MAX,
                            compare_record, &v, KAFKA_TIMEOUT_US, err);
    }
    return st;
}
