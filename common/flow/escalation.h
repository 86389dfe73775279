/*
 * escalation.h: rows of henpin.escalation_event and two ways in; blockers have theirs
 * (blocker_rows.h).
 *
 * escalation_copy() is for what is told by one alone: a duty that begins, a triage, an
 * order that does not come, a deadline that moved. tell_add() is for the levels of a duty
 * that the clock and a worker may both come to tell: everything but the telling itself is
 * taken from the duty's row, so the event is the same whoever was first, and whoever
 * comes second writes nothing (I4).
 */
#ifndef COMMON_FLOW_ESCALATION_H
#define COMMON_FLOW_ESCALATION_H

#include "common/base/span.h"
#include "common/base/uuid.h"
#include "common/io/pg.h"

struct message;

/* Instants in microseconds UTC, EVENT_ABSENT where there is none. All text is borrowed
 * until the row is written. */
struct escalation {
    int64_t identity_us;    /* the instant that belongs to the meaning */
    const char *meaning;    /* what the id is made of beside it; NULL: the level */
    struct uuid subject_id; /* the duty, the case or the order */
    struct span kind;
    const char *level;
    int severity;
    struct span case_kind;
    struct uuid case_id;
    struct span seller_id, marketplace, order_id, desk;
    int64_t due_us, act_by_us;
    struct span rule_id; /* ptr NULL: no rule said so */
    int64_t revision;
    int64_t occurred_us;
    struct span reason;
    struct span details;          /* a JSON object, or ptr NULL */
    const struct message *source; /* NULL: no record caused it */
};

extern const char escalation_copy_sql[]; /* for pg_script_copy */
void escalation_copy(struct pg_copy *copy, const struct escalation *e);

/* Provenance, as all tables have it: source_topic, source_partition, source_offset,
 * traceparent. `m` NULL: henpin's own doing. */
void escalation_copy_source(struct pg_copy *copy, const struct message *m);

/* The arrays of one statement. */
struct tell {
    struct pg_array *duties, *at, *ids, *levels, *reasons, *occurred;
    struct pg_array *topics, *partitions, *offsets, *traces;
};

struct telling {
    struct uuid duty_id; /* whose row is written when the statement runs */
    int64_t at_us;       /* the level's instant */
    struct uuid id;
    const char *level;
    struct span reason;
    int64_t occurred_us;          /* when it was found out */
    const struct message *source; /* NULL: the clock */
};

/* At most `n` tellings. */
struct tell tell_open(struct pg_script *s, size_t n);
void tell_add(const struct tell *t, const struct telling *what);

#endif
