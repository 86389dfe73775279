/*
 * lag.h: what henpin-lag knows. Private to the service.
 *
 *   round.c   every --interval: positions (ledger, then commits of other groups), then ends,
 *             then the first record that waits of each partition; judges
 *   facts.c   every --facts-interval: what Postgres knows of deadlines, dead letters, ...
 *   expose.c  all of it as metrics; json.c as JSON; page.c and page.html as a page
 *
 * A source that does not answer leaves what was known, with its age; metrics and verdicts
 * that need it are absent once it is older than three rounds.
 */
#ifndef SERVICES_LAG_LAG_H
#define SERVICES_LAG_LAG_H

#include "common/base/config.h"
#include "common/base/log_options.h"
#include "common/io/kafka_options.h"
#include "common/io/kafka_watch.h"
#include "common/io/pg.h"
#include "common/io/pg_options.h"
#include "services/lag/judge.h"
#include "services/lag/risk.h"

struct lag_config {
    struct pg_config pg;
    struct kafka_properties kafka;
    const char *listen;
    struct option_list groups; /* other groups to watch; empty: all */
    bool is_ledger_only;
    int64_t interval_us, facts_interval_us, window_us, timeout_us;
    int64_t records_max; /* that are looked at in one round */
    struct log_config log;
};

/* A group's partition. */
struct lag_row {
    char *group, *topic; /* owned */
    int32_t partition;
    bool is_ours;    /* position from the ledger */
    bool is_seen;    /* in the round that goes on */
    bool is_claimed; /* a position is known; otherwise all there is waits */
    bool is_listed;  /* Kafka has the partition, though perhaps nobody knows its ends */
    const char *why; /* nobody knows them: Kafka's words, static; NULL: they are known */
    bool is_stale;   /* its group did not tell its commits in this round */
    int64_t position;
    int64_t moved_us; /* when the ledger moved last; EVENT_ABSENT: unknown */
    int64_t last_offset, last_fingerprint; /* of the last record applied; -1: none */
    struct kafka_extent extent;            /* -1: unknown */
    int64_t end_seen; /* the last end known of this topic; -1: none */
    /* the record that waits first */
    int64_t looked_at;  /* the offset that was asked about; -1: none */
    int64_t oldest_us;  /* its timestamp; EVENT_ABSENT: none */
    bool is_nothing;    /* there is none: only markers */
    int64_t checked_us; /* when the last record applied was compared (monotonic) */
    bool is_another;
    struct lag_history history;
    struct lag_verdict verdict;
    bool is_judged; /* the verdict stands: its ends and position are fresh */
};

enum { TREND_POINTS = 120 };
#define TREND_EVERY_US (30 * US_PER_S) /* an hour in all */
struct lag_point {
    int64_t at_us;
    int64_t lag;    /* -1: unknown */
    int64_t age_us; /* EVENT_ABSENT: unknown */
};
/* A group's topic: the sum of its rows, and its last hour. */
struct lag_way {
    char *group, *topic; /* owned */
    bool is_ours, is_seen;
    size_t n_rows;
    bool is_known;             /* lag is of all rows */
    int64_t lag, position_sum; /* of judged rows */
    int64_t age_us;            /* the oldest; EVENT_ABSENT: unknown */
    double read_rate, write_rate;
    int64_t catch_up_us;
    enum lag_state worst;
    int64_t retention_us; /* negative: none or unknown */
    struct risk risk;     /* in the round's arena */
    bool has_risk;
    struct lag_point trend[TREND_POINTS];
    size_t trend_first, trend_n;
};

struct lag_source {
    int64_t answered_us; /* monotonic; 0: never yet */
    bool is_failing;
    struct error err; /* why */
};

/* One line of a small table: two names and a number. */
struct lag_count {
    const char *name, *of;
    int64_t n, oldest_us;
};
struct lag_counts {
    struct lag_count *items;
    size_t n;
};
struct lag_allowances { /* what the records of a topic have started lately */
    const char *case_kind, *topic;
    double per_record;
    struct risk_promise *promises;
    size_t n;
};
struct lag_open { /* an open deadline that falls soon */
    const char *case_kind, *desk;
    int64_t act_by_us, n;
};
struct lag_revision {
    const char *program; /* that decides by it; "": the one that was recorded last */
    int64_t n;           /* so many of them; EVENT_ABSENT without a program */
    const char *hash, *label;
    int64_t id, since_us;
};
struct lag_facts {
    struct arena *arena;
    int64_t taken_us;    /* 0: never */
    int64_t answered_us; /* the same moment, monotonic */
    struct lag_counts dead_letters, parked, blockers, workers;
    struct lag_revision *revisions;
    size_t n_revisions;
    struct lag_allowances *allowances;
    size_t n_allowances;
    struct lag_open *open;
    size_t n_open;
};

struct lag {
    const struct lag_config *config;
    struct pg *pg;
    struct kafka_watch *kafka;
    struct lag_row **rows; /* by group, topic, partition */
    size_t n_rows, room_rows;
    struct lag_way **ways; /* by group, topic */
    size_t n_ways, room_ways;
    struct arena *arena;              /* of the last round */
    struct kafka_watched *partitions; /* of all topics */
    size_t n_partitions;
    struct kafka_group *groups;
    size_t n_groups;
    struct arena *group_arena;
    int64_t groups_asked_us;
    bool are_groups_known;
    struct lag_source from_postgres, from_kafka;
    struct lag_facts facts;
    int64_t rounds, round_us; /* how many, and when the last one ended (wall clock) */
    int64_t trend_us;
};

/* One round; never fails: what does not answer is noted in its source. */
void lag_round(struct lag *l);
/* Postgres' facts; the same. */
void lag_take_facts(struct lag *l);
void lag_sum_up(struct lag *l);
void lag_release(struct lag *l); /* what the others have allocated */
/* By desk, the open deadlines of the topic's cases that fall before it is caught up, in the
 * arena; none when nothing waits, or when the speed is unknown. */
struct lag_count *lag_open_at_risk(const struct lag *l, const struct lag_way *w,
                                   struct arena *a, size_t *n);
/* Whether what is known of the source is of the last rounds. */
bool lag_is_fresh(const struct lag *l, const struct lag_source *s);
/* Whether the facts are no older than three of their intervals. */
bool lag_are_facts_fresh(const struct lag *l);

struct lag_row *lag_row_of(struct lag *l, const char *group, const char *topic,
                           int32_t partition);
MUST_USE enum status lag_read_ledger(struct lag *l, struct error *err);
/* Without partitions: the sums only, and how many were left out. */
void lag_expose(const struct lag *l, bool with_partitions, struct builder *out);
void lag_json(const struct lag *l, struct builder *out);
struct span lag_page(void);

#endif
