/*
 * round.c: one look at everything.
 *
 * Positions come before ends, so that a lag is never below zero and never too small for its
 * moment. The first record that waits is read from Kafka itself: its timestamp is the lag in
 * seconds. It is looked at again only when the position has moved, and at most
 * --records-max partitions a round, in turn; in between the age is interpolated, and says so.
 */
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/metrics.h"
#include "common/flow/positions.h"
#include "services/lag/lag.h"

#include <stdlib.h>

#define GROUPS_EVERY_US (10 * US_PER_S)
#define UNKNOWN_GROUPS_EVERY_US (30 * US_PER_S) /* the question may cost a timeout */
#define COMPARE_EVERY_US US_PER_MIN

bool lag_is_fresh(const struct lag *l, const struct lag_source *s) {
    return s->answered_us > 0 && clock_monotonic_us() - s->answered_us <
                                     3 * l->config->interval_us + l->config->timeout_us;
}

static void note(struct lag_source *s, const char *name, enum status st,
                 const struct error *err) {
    if (st == ST_OK) {
        if (s->is_failing)
            log_info("source.answered", LOG_STR("name", name));
        s->is_failing = false;
        s->answered_us = clock_monotonic_us();
        return;
    }
    metrics_count_error(err->code);
    if (!s->is_failing)
        log_warn("source.silent", LOG_STR("name", name), LOG_ERR(err));
    s->is_failing = true;
    s->err = *err;
}

/* ---- the set of rows ---- */

static int compare_row(const struct lag_row *r, const char *group, const char *topic,
                       int32_t partition) {
    int order = strcmp(r->group, group);
    order = order != 0 ? order : strcmp(r->topic, topic);
    return order != 0 ? order : (r->partition > partition) - (r->partition < partition);
}

struct lag_row *lag_row_of(struct lag *l, const char *group, const char *topic,
                           int32_t partition) {
    size_t low = 0, high = l->n_rows;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_row(l->rows[middle], group, topic, partition) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < l->n_rows && compare_row(l->rows[low], group, topic, partition) == 0)
        return l->rows[low];
    if (l->n_rows == l->room_rows) {
        l->room_rows = l->room_rows ? 2 * l->room_rows : 64;
        l->rows = xrealloc(l->rows, l->room_rows * sizeof *l->rows);
    }
    memmove(l->rows + low + 1, l->rows + low, (l->n_rows - low) * sizeof *l->rows);
    struct lag_row *row = xcalloc(1, sizeof *row);
    *row = (struct lag_row){.group = xstrdup(group),
                            .topic = xstrdup(topic),
                            .partition = partition,
                            .moved_us = EVENT_ABSENT,
                            .last_offset = -1,
                            .extent = {-1, -1},
                            .end_seen = -1,
                            .looked_at = -1,
                            .oldest_us = EVENT_ABSENT};
    l->rows[low] = row;
    l->n_rows++;
    return row;
}

static void drop_unseen(struct lag *l) {
    size_t kept = 0;
    for (size_t i = 0; i < l->n_rows; i++) {
        struct lag_row *row = l->rows[i];
        if (row->is_seen) {
            l->rows[kept++] = row;
            continue;
        }
        free(row->group);
        free(row->topic);
        free(row);
    }
    l->n_rows = kept;
}

/* What was known of a source that does not answer stays. */
static void keep(struct lag *l, bool ours) {
    for (size_t i = 0; i < l->n_rows; i++)
        if (l->rows[i]->is_ours == ours)
            l->rows[i]->is_seen = true;
}

/* ---- positions ---- */

static bool is_of_ledger(const struct lag *l, const char *group) {
    for (size_t i = 0; i < l->n_rows; i++)
        if (l->rows[i]->is_ours && strcmp(l->rows[i]->group, group) == 0)
            return true;
    return false;
}

static bool is_watched(const struct lag *l, const char *group) {
    const struct option_list *wanted = &l->config->groups;
    bool is_wanted = wanted->count == 0;
    for (size_t i = 0; i < wanted->count; i++)
        is_wanted = is_wanted || strcmp(wanted->items[i], group) == 0;
    return is_wanted && !l->config->is_ledger_only && !is_of_ledger(l, group);
}

/* The embedded broker does not know the question; that is no reason to give up the rest. */
static void ask_groups(struct lag *l) {
    int64_t now = clock_monotonic_us();
    struct error err = {0};
    if (l->groups_asked_us > 0 &&
        now - l->groups_asked_us <
            (l->are_groups_known ? GROUPS_EVERY_US : UNKNOWN_GROUPS_EVERY_US))
        return;
    arena_reset(l->group_arena);
    l->n_groups = 0;
    bool was_known = l->are_groups_known || l->groups_asked_us == 0;
    l->groups_asked_us = now;
    l->are_groups_known =
        kafka_watch_groups(l->kafka, l->group_arena, &l->groups, &l->n_groups,
                           l->config->timeout_us, &err) == ST_OK;
    if (!l->are_groups_known)
        l->n_groups = 0;
    if (!l->are_groups_known && was_known)
        log_warn("groups.unknown", LOG_ERR(&err));
}

/* One group that does not answer is that group's affair. */
static void keep_group(struct lag *l, const char *group, const struct error *err) {
    bool was_known = false;
    metrics_count_error(err->code);
    for (size_t i = 0; i < l->n_rows; i++) {
        struct lag_row *r = l->rows[i];
        if (r->is_ours || strcmp(r->group, group) != 0)
            continue;
        was_known = was_known || !r->is_stale;
        r->is_seen = r->is_stale = true;
    }
    if (was_known)
        log_warn("group.silent", LOG_STR("group", group), LOG_ERR(err));
}

static void read_commits(struct lag *l) {
    for (size_t g = 0; g < l->n_groups; g++) {
        const char *group = l->groups[g].name;
        struct kafka_commit *commits;
        size_t n;
        if (!is_watched(l, group))
            continue;
        struct error err = {0};
        if (kafka_watch_commits(l->kafka, l->arena, group, &commits, &n,
                                l->config->timeout_us, &err) != ST_OK) {
            keep_group(l, group, &err);
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            struct lag_row *row =
                lag_row_of(l, group, commits[i].topic, commits[i].partition);
            row->is_ours = row->is_stale = false;
            row->is_claimed = row->is_seen = true;
            row->position = commits[i].offset;
        }
    }
}

/* ---- ends ---- */

static bool begins_topic(const struct lag *l, size_t i) {
    return i == 0 || strcmp(l->rows[i - 1]->group, l->rows[i]->group) != 0 ||
           strcmp(l->rows[i - 1]->topic, l->rows[i]->topic) != 0;
}

/* Partitions of the ledger's topics that no worker has claimed yet: all they hold waits. */
static void add_unclaimed(struct lag *l) {
    const struct lag_row **firsts = arena_array(l->arena, l->n_rows + 1, sizeof *firsts);
    size_t n = 0;
    for (size_t i = 0; i < l->n_rows; i++)
        if (l->rows[i]->is_ours && begins_topic(l, i))
            firsts[n++] = l->rows[i]; /* stays where it is when others are put between */
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; p < l->n_partitions; p++) {
            if (strcmp(l->partitions[p].topic, firsts[i]->topic) != 0)
                continue;
            struct lag_row *row = lag_row_of(l, firsts[i]->group, firsts[i]->topic,
                                             l->partitions[p].partition);
            row->is_ours = row->is_seen = true;
        }
}

static int by_place(const void *key, const void *item) {
    const struct lag_row *r = key;
    const struct kafka_watched *p = item;
    int order = strcmp(r->topic, p->topic);
    return order != 0 ? order
                      : (r->partition > p->partition) - (r->partition < p->partition);
}

/* The topic may be another one: nothing that was seen of it holds, and whether its record is
 * the one applied is asked at once. */
static void forget(struct lag_row *r) {
    r->looked_at = r->end_seen = -1;
    r->oldest_us = EVENT_ABSENT;
    r->is_nothing = false;
    r->checked_us = 0;
    r->history.n = 0;
}

static void take_ends(struct lag_row *r, const struct kafka_watched *p, const char *why) {
    bool is_known = p && p->low >= 0 && p->high >= 0;
    r->is_listed = p || why;
    r->why = is_known ? NULL : p && !why ? "not told" : why;
    if (!r->is_listed || (is_known && p->high < r->end_seen))
        forget(r);
    r->extent =
        is_known ? (struct kafka_extent){p->low, p->high} : (struct kafka_extent){-1, -1};
    if (is_known)
        r->end_seen = p->high;
    if (!r->is_claimed)
        r->position = r->extent.low;
}

/* Kafka did not list the topic: because there is none, or does it only not show it? One
 * question that is not answered in time is the last one of the round. */
static const char *why_hidden(struct lag *l, const struct lag_row *r, bool *is_silent) {
    struct error err = {0};
    const char *why = "no answer";
    *is_silent = *is_silent || kafka_watch_hidden(l->kafka, r->topic, &why,
                                                  l->config->timeout_us, &err) != ST_OK;
    if (why && !r->why)
        log_warn("topic.hidden", LOG_STR("group", r->group), LOG_STR("topic", r->topic),
                 LOG_STR("why", why));
    return why;
}

static enum status read_ends(struct lag *l, struct error *err) {
    bool is_silent = false;
    const char *hidden = NULL; /* of the topic at hand */
    enum status st = kafka_watch_extents(l->kafka, l->partitions, l->n_partitions,
                                         l->config->timeout_us, err);
    add_unclaimed(l);
    for (size_t i = 0; i < l->n_rows && st == ST_OK;
         i++) { /* else what was known stays */
        struct lag_row *r = l->rows[i];
        const struct kafka_watched *p = l->n_partitions
                                            ? bsearch(r, l->partitions, l->n_partitions,
                                                      sizeof *l->partitions, by_place)
                                            : NULL;
        if (begins_topic(l, i))
            hidden = p ? NULL : why_hidden(l, r, &is_silent);
        take_ends(r, p, p ? p->why : hidden);
    }
    return st;
}

/* ---- records ---- */

static int64_t first_waiting(const struct lag_row *r) {
    return r->position > r->extent.low ? r->position : r->extent.low;
}

static bool wants_oldest(struct lag_row *r) {
    int64_t from = first_waiting(r);
    if (r->extent.high < 0 || r->extent.high <= from)
        return false;
    if (r->looked_at == from && r->oldest_us != EVENT_ABSENT)
        return false;
    r->looked_at = from;
    r->oldest_us = EVENT_ABSENT;
    r->is_nothing = false;
    return true;
}

static bool wants_comparison(const struct lag_row *r, int64_t now) {
    return r->is_ours && r->last_offset >= 0 && r->extent.high > r->last_offset &&
           r->extent.low <= r->last_offset &&
           (r->checked_us == 0 || now - r->checked_us > COMPARE_EVERY_US);
}

static void take_record(struct kafka_question *q, const struct kafka_record *k) {
    struct lag_row *r = q->context;
    if (q->offset == r->last_offset && q->offset < first_waiting(r)) {
        r->checked_us = clock_monotonic_us();
        r->is_another = record_is_another(k, q->offset, r->last_fingerprint);
    } else {
        r->oldest_us = k->timestamp_us;
    }
}

static void read_records(struct lag *l) {
    int64_t now = clock_monotonic_us();
    size_t max = (size_t)l->config->records_max, n = 0;
    struct kafka_question *q = arena_array(l->arena, 2 * max + 1, sizeof *q);
    for (size_t k = 0; k < l->n_rows; k++) { /* each round begins elsewhere */
        struct lag_row *r =
            l->rows[(k + (size_t)l->rounds * (size_t)l->config->records_max) % l->n_rows];
        if (n < max && wants_oldest(r))
            q[n++] =
                (struct kafka_question){r->topic, r->partition, first_waiting(r), r, 0};
        if (n < max && wants_comparison(r, now))
            q[n++] =
                (struct kafka_question){r->topic, r->partition, r->last_offset, r, 0};
    }
    kafka_watch_records(l->kafka, q, n, take_record, l->config->timeout_us);
    for (size_t i = 0; i < n; i++) {
        struct lag_row *r = q[i].context;
        if (q[i].answer == KAFKA_NOTHING && q[i].offset == first_waiting(r))
            r->is_nothing = true;
    }
}

static void ask_retention(struct lag *l) {
    const char **topics = arena_array(l->arena, l->n_ways + 1, sizeof *topics);
    int64_t *ms = arena_array(l->arena, l->n_ways + 1, sizeof *ms);
    struct error err = {0};
    size_t n = 0;
    for (size_t i = 0; i < l->n_ways; i++) {
        bool is_there = false;
        for (size_t t = 0; t < n; t++)
            is_there = is_there || strcmp(topics[t], l->ways[i]->topic) == 0;
        if (!is_there)
            topics[n++] = l->ways[i]->topic;
    }
    enum status st =
        kafka_watch_retention(l->kafka, topics, n, ms, l->config->timeout_us, &err);
    for (size_t i = 0; i < l->n_ways; i++)
        for (size_t t = 0; t < n && st == ST_OK; t++)
            if (strcmp(topics[t], l->ways[i]->topic) == 0)
                l->ways[i]->retention_us = ms[t] < 0 ? -1 : ms[t] * US_PER_MS;
}

/* ---- judging ---- */

static int64_t members_of(const struct lag *l, const char *group) {
    for (size_t i = 0; i < l->n_groups; i++)
        if (strcmp(l->groups[i].name, group) == 0)
            return l->groups[i].members;
    return l->are_groups_known ? 0 : -1; /* a group without commits and members is none */
}

static int64_t retention_of(const struct lag *l, const char *topic) {
    for (size_t i = 0; i < l->n_ways; i++)
        if (strcmp(l->ways[i]->topic, topic) == 0)
            return l->ways[i]->retention_us;
    return -1;
}

static void judge(struct lag *l, struct lag_row *r, int64_t now) {
    bool was_judged = r->is_judged;
    bool are_ends_fresh = lag_is_fresh(l, &l->from_kafka),
         is_position_fresh =
             r->is_ours ? lag_is_fresh(l, &l->from_postgres) : l->are_groups_known;
    bool is_end_unknown = r->is_listed && r->extent.high < 0;
    r->is_judged = is_position_fresh && are_ends_fresh && !r->is_stale && !is_end_unknown;
    if (l->from_kafka.is_failing || (r->is_ours && l->from_postgres.is_failing)) {
        r->is_judged =
            r->is_judged && was_judged; /* the last verdict, while it is fresh */
        return;
    }
    if (!r->is_judged)
        return;
    if (r->extent.high < 0) {
        r->verdict = (struct lag_verdict){.state = r->is_ours ? LAG_STOP : LAG_UNKNOWN,
                                          .trouble = LAG_NOT_THERE,
                                          .age_us = EVENT_ABSENT,
                                          .read_rate = -1,
                                          .write_rate = -1,
                                          .loss_in_us = EVENT_ABSENT};
        return;
    }
    /* A window holds at most three quarters of the samples. */
    int64_t apart = l->config->window_us / (LAG_SAMPLES * 3 / 4);
    const struct lag_sample s = {now, r->position, r->extent.low, r->extent.high};
    struct lag_history *h = &r->history;
    if (h->n > 1 && now - lag_history_at(h, h->n - 2)->at_us < apart)
        h->n--; /* the latest takes the place of the one before */
    lag_history_add(h, s);
    bool is_looked_at = r->looked_at == first_waiting(r);
    const struct lag_moment m = {
        .now_us = now,
        .window_us = l->config->window_us,
        .oldest_us = is_looked_at ? r->oldest_us : EVENT_ABSENT,
        .is_nothing = is_looked_at && r->is_nothing,
        .retention_us = retention_of(l, r->topic),
        .members = members_of(l, r->group),
        .is_ours = r->is_ours,
        .is_another = r->is_another,
    };
    r->verdict = lag_judge(h, &m);
}

void lag_round(struct lag *l) {
    struct error err = {0};
    arena_reset(l->arena);
    l->n_partitions = 0;
    for (size_t i = 0; i < l->n_rows; i++)
        l->rows[i]->is_seen = false;
    enum status st = lag_read_ledger(l, &err);
    note(&l->from_postgres, "postgres", st, &err);
    if (st != ST_OK)
        keep(l, true);
    /* Whether it is there at all: a broker that is away costs one timeout a round. */
    st = kafka_watch_topics(l->kafka, l->arena, &l->partitions, &l->n_partitions,
                            l->config->timeout_us, &err);
    if (st == ST_OK) {
        ask_groups(l);
        read_commits(l);
    }
    if (st != ST_OK || !l->are_groups_known)
        keep(l, false);
    if (st != ST_OK)
        keep(l, true); /* those that nobody has claimed, too */
    if (st == ST_OK)
        st = read_ends(l, &err);
    note(&l->from_kafka, "kafka", st, &err);
    if (st == ST_OK && l->n_rows > 0)
        read_records(l);
    drop_unseen(l);
    int64_t now = clock_now_us();
    for (size_t i = 0; i < l->n_rows; i++)
        judge(l, l->rows[i], now);
    l->round_us = now;
    lag_sum_up(l);
    if (st == ST_OK && l->rounds % 12 == 0)
        ask_retention(l);
    l->rounds++;
}

void lag_release(struct lag *l) {
    for (size_t i = 0; i < l->n_rows; i++)
        l->rows[i]->is_seen = false;
    drop_unseen(l);
    lag_sum_up(l); /* without rows there are no ways */
    free(l->rows);
    free(l->ways);
    arena_free(l->arena);
    arena_free(l->group_arena);
    arena_free(l->facts.arena);
}
