/*
 * levels.h: what the clock has to tell of one duty, and when it has to tell more. Pure.
 *
 * The levels of a duty are its warnings, act-by (the last open instant of its desk) and
 * due. Each is told once. When several have passed since the clock was looked at last,
 * only the latest is told, with its own instant: whoever slept a week is not woken by
 * seven calls. Beside them the duty goes from desk to desk (turns.h): of several hand-overs
 * that have passed only the latest is told, before a level that came after it, and none
 * when the duty is over: the breach names the desk that has it then.
 */
#ifndef SERVICES_DEADLINES_LEVELS_H
#define SERVICES_DEADLINES_LEVELS_H

#include "common/event/identity.h"
#include "services/deadlines/turns.h"

#include <stdbool.h>
#include <stdint.h>

enum level_kind {
    LEVEL_NONE,
    LEVEL_WARNED,
    LEVEL_ACT_BY,      /* the desk must act now, or nobody can in time */
    LEVEL_HANDED_OVER, /* another desk has it from now on */
    LEVEL_BREACHED,    /* due, and it costs something */
    LEVEL_OVERDUE,     /* due, and it costs nothing that a rule names */
    LEVEL_KIND_COUNT
};
extern const char *const level_names[LEVEL_KIND_COUNT]; /* of the column `level` */

/* Instants in microseconds UTC; EVENT_ABSENT: none. */
struct standing_duty {
    int64_t fires_us; /* what is before it was told */
    int64_t warn_us[POLICY_MAX_WARNINGS];
    int n_warnings;
    bool is_warned_otherwise; /* than its row says: standing_warn() */
    int64_t act_by_us, due_us;
    bool has_breach;
    bool
        is_kept; /* its desk has taken it in its turn, and hands it on only by the plan */
    struct policy_turns turns;
};

struct level {
    enum level_kind kind;
    int number;      /* of the warning or of the turn, from 1; else 0 */
    int64_t at_us;   /* when it was to be told */
    int64_t next_us; /* when there is more to tell; EVENT_ABSENT: never */
};

/* What is to be told at `now_us` of a duty whose turn it is to `turn` now (turns_at(), or
 * a later one). The hand-over to that turn is told besides (level_handed_over()) unless
 * the duty is over, and silences what came before it. */
struct level level_at(const struct standing_duty *d, int turn, int64_t now_us);

/* At the instant of the plan, or before it at `now_us`: its desk is full. */
struct level level_handed_over(const struct standing_duty *d, int turn, int64_t now_us);

/* The id of that telling: the same whoever tells it (I4), as it is of the level's instant.
 * An early hand-over has no planned instant: its id is of when it was handed on, and that
 * it is told once follows from the row alone, which goes on in the same transaction. */
struct uuid level_id(struct uuid duty_id, const struct level *l);

#endif
