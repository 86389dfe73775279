/*
 * series.h: metrics with labels: each is one row of SERIES, and its exposition follows from
 * the row.
 *
 * The first four are told by every worker of its own partitions; all of them by henpin-lag,
 * which knows them while workers are dead. Names and labels of kafka_* are those of
 * kafka_exporter and, with `group`, of kafka-lag-exporter, so that dashboards made for these
 * work. Unknown is absent, never -1. Label values are names of groups, topics, desks, error
 * codes, rules: never something from a message.
 */
#ifndef COMMON_BASE_SERIES_H
#define COMMON_BASE_SERIES_H

#include "common/base/span.h"

/* identifier, name, labels in order, help. All are gauges. */
#define SERIES(X)                                                                        \
    X(S_GROUP_OFFSET, "kafka_consumergroup_current_offset",                              \
      "consumergroup,topic,partition",                                                   \
      "Next offset to apply, as committed in Postgres (other groups: in Kafka)")         \
    X(S_GROUP_LAG, "kafka_consumergroup_lag", "consumergroup,topic,partition",           \
      "Messages between the committed position and the end of the partition")            \
    X(S_GROUP_LAG_SECONDS, "kafka_consumergroup_group_lag_seconds",                      \
      "group,topic,partition", "Age of the oldest record that is not yet committed")     \
    X(S_TOPIC_OFFSET, "kafka_topic_partition_current_offset", "topic,partition",         \
      "End of the partition")                                                            \
    X(S_TOPIC_OLDEST, "kafka_topic_partition_oldest_offset", "topic,partition",          \
      "First offset of the partition that is still there")                               \
    X(S_TOPIC_PARTITIONS, "kafka_topic_partitions", "topic", "Partitions of the topic")  \
    X(S_GROUP_OFFSET_SUM, "kafka_consumergroup_current_offset_sum",                      \
      "consumergroup,topic", "Sum of the group's positions in the topic")                \
    X(S_GROUP_LAG_SUM, "kafka_consumergroup_lag_sum", "consumergroup,topic",             \
      "Messages that wait in all partitions of the topic")                               \
    X(S_GROUP_MEMBERS, "kafka_consumergroup_members", "consumergroup",                   \
      "Members of the group; 0: nobody reads")                                           \
    X(S_GROUP_OURS, "henpin_group_in_ledger", "consumergroup",                           \
      "1 for a group of henpin; others are watched and wake nobody")                     \
    X(S_LAG_ESTIMATED, "henpin_lag_seconds_interpolated", "group,topic,partition",       \
      "1 where the record itself was not looked at: its age is interpolated between "    \
      "what was seen of the end of the partition")                                       \
    X(S_STATE, "henpin_partition_state", "consumergroup,topic,partition,state",          \
      "1 for the state of the partition: OK, WARN, STALL, STOP or REWIND")               \
    X(S_LOST, "henpin_records_lost", "consumergroup,topic,partition",                    \
      "Records that were deleted before they were read; 0 when none")                    \
    X(S_RECREATED, "henpin_topic_recreated", "consumergroup,topic,partition",            \
      "1 where the topic is not the one that was read: created anew, cut, or gone")      \
    X(S_UNKNOWN, "henpin_partition_unknown", "consumergroup,topic,partition",            \
      "1 where Kafka has the partition and does not tell its end (no leader, a login "   \
      "that may not see it), or the group's position: the other values are absent")      \
    X(S_LOSS_IN, "henpin_retention_loss_in_seconds", "consumergroup,topic,partition",    \
      "How long until retention deletes a record that is not read, at the present "      \
      "speed; absent when it will not")                                                  \
    X(S_ENDANGERED, "henpin_records_endangered", "consumergroup,topic,partition",        \
      "Waiting records that retention will delete before they are read, at the present " \
      "speed")                                                                           \
    X(S_CATCH_UP, "henpin_catch_up_seconds", "consumergroup,topic",                      \
      "How long until everything is read, at the present speed; absent when unknown or " \
      "never")                                                                           \
    X(S_CATCH_UP_NEVER, "henpin_catch_up_never", "consumergroup,topic",                  \
      "1 while the topic fills as fast as it is read, or faster")                        \
    X(S_DEADLINES_AT_RISK, "henpin_deadlines_at_risk", "consumergroup,topic,desk",       \
      "Estimate: deadlines of waiting records that will be read after the desk's "       \
      "act-by instant, at the present speed")                                            \
    X(S_MONEY_AT_RISK, "henpin_money_at_risk_minor",                                     \
      "consumergroup,topic,desk,currency",                                               \
      "Estimate: the money behind these deadlines, in minor units")                      \
    X(S_OPEN_AT_RISK, "henpin_open_deadlines_at_risk", "topic,desk",                     \
      "Open deadlines that a desk must act on before the topic is caught up: what "      \
      "answers them may wait in it unread")                                              \
    X(S_DEAD_LETTERS, "henpin_dead_letters", "consumergroup,code",                       \
      "Dead letters that nobody has settled")                                            \
    X(S_PARKED, "henpin_parked_records", "consumergroup,topic",                          \
      "Records that wait for their order")                                               \
    X(S_BLOCKERS, "henpin_blockers_raised", "blocker,desk", "Blockers that stand")       \
    X(S_WORKERS, "henpin_worker_connections", "program",                                 \
      "Connections of the program to Postgres; a worker has one and one for each lane")  \
    X(S_SOURCE_UP, "henpin_lag_source_up", "source",                                     \
      "1 while what henpin-lag knows of Kafka or Postgres is fresh")                     \
    X(S_SOURCE_AGE, "henpin_lag_source_age_seconds", "source",                           \
      "Age of what henpin-lag knows of Kafka or Postgres")                               \
    X(S_LEFT_OUT, "henpin_lag_left_out", "what",                                         \
      "How many partitions are not told because the answer would be too large")          \
    X(S_FACTS_AGE, "henpin_lag_facts_age_seconds", "source",                             \
      "Age of the counts of deadlines, dead letters, blockers and connections; they "    \
      "are "                                                                             \
      "absent once it is above three --facts-interval")

enum series {
#define X(id, name, labels, help) id,
    SERIES(X)
#undef X
        SERIES_COUNT
};

/* The lines that come before the values of a series; once, and only if there are any. */
void series_head(struct builder *out, enum series s);
/* The name with its labels, and the blank before the value; one text for each label. */
void series_name(struct builder *out, enum series s, const char *const *values);
/* Microseconds as seconds, exactly: 1500000 is "1.5". */
void series_seconds(struct builder *out, int64_t us);

#endif
