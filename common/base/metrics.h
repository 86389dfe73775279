/*
 * metrics.h: every metric is one row of METRICS; incrementing is an addition into an
 * array.
 *
 * Labels are closed sets known when the process starts: nothing from a message becomes a
 * label. Times are in seconds in the exposition, microseconds at the call. Unknown is
 * absent, never -1: a gauge that was never set does not appear. One thread writes and
 * exposes.
 */
#ifndef COMMON_BASE_METRICS_H
#define COMMON_BASE_METRICS_H

#include "common/base/error.h"
#include "common/base/span.h"

#include <stdint.h>

/* identifier, kind, name, help. The kinds: COUNTER, GAUGE, GAUGE_US (a duration),
 * GAUGE_INSTANT, HISTOGRAM (buckets 1 to 100,000), HISTOGRAM_US (a duration; buckets 0.5
 * ms to 1 day). */
#define METRICS(X)                                                                       \
    X(M_MESSAGES_APPLIED, COUNTER, "henpin_messages_applied_total",                      \
      "Messages whose effects were committed")                                           \
    X(M_MESSAGES_DUPLICATE, COUNTER, "henpin_messages_duplicate_total",                  \
      "Messages that said again what was already applied")                               \
    X(M_MESSAGES_PARKED, COUNTER, "henpin_messages_parked_total",                        \
      "Messages that wait for their order")                                              \
    X(M_MESSAGES_REJECTED, COUNTER, "henpin_messages_rejected_total",                    \
      "Messages that went to the dead letters")                                          \
    X(M_MESSAGES_UNPARKED, COUNTER, "henpin_messages_unparked_total",                    \
      "Parked messages that were decided when their order arrived")                      \
    X(M_ROWS_WRITTEN, COUNTER, "henpin_rows_written_total",                              \
      "Rows inserted or updated, all tables")                                            \
    X(M_BATCHES_COMMITTED, COUNTER, "henpin_batches_committed_total",                    \
      "Transactions committed")                                                          \
    X(M_BATCHES_RETRIED, COUNTER, "henpin_batches_retried_total",                        \
      "Batches rolled back and taken again after an outage or a conflict")               \
    X(M_BATCHES_FENCED, COUNTER, "henpin_batches_fenced_total",                          \
      "Batches refused because another worker had applied the range")                    \
    X(M_BATCHES_BISECTED, COUNTER, "henpin_batches_bisected_total",                      \
      "Trial transactions run to find the messages that Postgres refuses")               \
    X(M_BATCH_MESSAGES, HISTOGRAM, "henpin_batch_messages", "Messages in one batch")     \
    X(M_BATCH_US, HISTOGRAM_US, "henpin_batch_seconds",                                  \
      "From the begin of a transaction to its commit")                                   \
    X(M_EVENT_TO_COMMIT_US, HISTOGRAM_US, "henpin_event_to_commit_seconds",              \
      "From the event's own time (occurred_at) to its commit")                           \
    X(M_RECORD_TO_COMMIT_US, HISTOGRAM_US, "henpin_record_to_commit_seconds",            \
      "From the record's Kafka timestamp to its commit")                                 \
    X(M_DECODE_US, HISTOGRAM_US, "henpin_decode_seconds", "Decoding one batch")          \
    X(M_DECIDE_US, HISTOGRAM_US, "henpin_decide_seconds", "Deciding one batch")          \
    X(M_OLDEST_US, GAUGE_US, "henpin_oldest_uncommitted_seconds",                        \
      "Age of the oldest message read but not yet committed")                            \
    X(M_LAST_COMMIT, GAUGE_INSTANT, "henpin_last_commit_timestamp_seconds",              \
      "When the last transaction was committed")                                         \
    X(M_ARENA_HIGH_WATER, GAUGE, "henpin_arena_high_water_bytes",                        \
      "Most memory that one batch has needed")                                           \
    X(M_PARTITIONS, GAUGE, "henpin_partitions_assigned", "Partitions assigned")          \
    X(M_PARTITIONS_STOPPED, GAUGE, "henpin_partitions_stopped",                          \
      "Partitions stopped because records are gone; see the log and the runbook")        \
    X(M_BREAKER_OPEN, GAUGE, "henpin_breaker_open",                                      \
      "1 while more than the allowed share of a batch is bad and the worker holds")      \
    X(M_POLICY_REVISION, GAUGE, "henpin_policy_revision",                                \
      "Id of the policy revision in use")                                                \
    X(M_DEADLINES_TOLD, COUNTER, "henpin_deadlines_told_total",                          \
      "Warnings, last calls and breaches told by the clock")                             \
    X(M_DEADLINES_BEHIND_US, GAUGE_US, "henpin_deadlines_behind_seconds",                \
      "How long what was told last had waited for the clock")                            \
    X(M_REGISTRY_REQUESTS, COUNTER, "henpin_registry_requests_total",                    \
      "Requests to the schema registry")                                                 \
    X(M_REGISTRY_FAILURES, COUNTER, "henpin_registry_failures_total",                    \
      "Requests to the schema registry that failed")

enum metric {
#define X(id, kind, name, help) id,
    METRICS(X)
#undef X
        METRIC_COUNT
};

void metrics_add(enum metric m, int64_t n); /* counters */
void metrics_set(enum metric m,
                 int64_t value); /* gauges; instants and times in microseconds */
void metrics_observe(enum metric m,
                     int64_t value);  /* histograms; times in microseconds */
int64_t metrics_value(enum metric m); /* counters and gauges; count of a histogram */

/* henpin_errors_total{code="..."}: one more error of this code was disposed of. */
void metrics_count_error(enum error_code code);

/* kafka_consumergroup_current_offset and friends: one series for each assigned partition.
 */
struct partition_metric {
    const char *topic; /* borrowed for the life of the process */
    int32_t partition;
    int64_t position; /* next offset to apply */
    int64_t end;      /* high watermark as last heard; negative when unknown */
    int64_t
        oldest_us; /* Kafka timestamp of the oldest record not committed; 0 when none */
};
/* Replaces the whole set; `n` may be 0. Copies what it needs. */
void metrics_set_partitions(const char *group, const struct partition_metric *p,
                            size_t n);

/* Appends the text exposition (Prometheus 0.0.4). The builder's is_cut tells when it was
 * too small. */
void metrics_expose(struct builder *out);

#endif
