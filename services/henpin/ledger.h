/*
 * ledger.h: what `henpin ledger` knows of one partition: how far it is applied, and what
 * Kafka has. Private to ledger*.c.
 */
#ifndef SERVICES_HENPIN_LEDGER_H
#define SERVICES_HENPIN_LEDGER_H

#include "services/henpin/database.h"

#include "common/io/kafka_options.h"

struct ledger_config {
    struct pg_config database;
    struct kafka_properties kafka;
    const char *group, *topic;
    int64_t partition; /* -1: any */
    bool is_json, is_offline, is_everything;
    /* accept */
    int64_t to;
    bool is_recreated, is_yes;
    /* wait */
    int64_t timeout_us;
};

enum ledger_state {
    LEDGER_UNKNOWN,   /* Kafka was not asked, or does not answer */
    LEDGER_APPLIED,   /* everything in Kafka is applied */
    LEDGER_BEHIND,    /* `lag` records to go */
    LEDGER_GONE,      /* records were deleted before they were applied */
    LEDGER_RECREATED, /* the position lies beyond the end, or the last record is another */
    LEDGER_NO_TOPIC,  /* Kafka has no such partition */
};
extern const char *const ledger_state_words[];

struct ledger_row {
    const char *group, *topic;
    int32_t partition;
    int64_t position;    /* next offset to apply; -1: not claimed by the group */
    int64_t recorded_us; /* when it moved last */
    int64_t last_offset, last_fingerprint; /* of the last record applied; -1: none */
    struct kafka_extent extent;            /* -1, -1: unknown */
    enum ledger_state state;
    int64_t lag, gone; /* records */
    bool is_verified;  /* Kafka still has the last record applied: ledger_verify saw it */
};

struct ledger_rows {
    struct ledger_row *items;
    size_t n;
};

/* One group and topic, as `wait` takes them. */
struct ledger_pair {
    const char *group, *topic;
};

/* The last row of every partition that satisfies the configuration, by group, topic and
 * partition. */
MUST_USE enum status ledger_load(struct pg *pg, const struct ledger_config *config,
                                 struct arena *a, struct ledger_rows *out,
                                 struct error *err);
/* Asks Kafka about every topic of the rows, and adds rows for partitions that are in
 * Kafka but not in the ledger. Also for the pairs, of which the ledger may know nothing
 * yet. */
MUST_USE enum status ledger_compare(const struct ledger_config *config, struct arena *a,
                                    const struct ledger_pair *pairs, size_t n_pairs,
                                    struct ledger_rows *rows, struct error *err);

/* "GROUP:TOPIC" of each operand; `out` has room for all. E_CONFIG. */
MUST_USE enum status ledger_parse_pairs(struct arena *a, const struct option_list *names,
                                        struct ledger_pair *out, struct error *err);

/* Looks whether the last record that was applied is still the one that stands there. */
MUST_USE enum status ledger_verify(const struct ledger_config *config,
                                   const struct ledger_rows *rows, struct error *err);

int ledger_accept(struct pg *pg, const struct ledger_config *config);
/* Waits until what is in Kafka now is applied, and tells what is left that no worker can
 * do: `henpin drain` (drain.c). */
int ledger_drain(struct pg *pg, const struct ledger_config *config,
                 const struct option_list *names);
int ledger_wait(struct pg *pg, const struct ledger_config *config,
                const struct option_list *names);

#endif
