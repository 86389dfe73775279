/*
 * casework.h: the cases that a batch touches, from their rows to their rows.
 *
 * Orders, returns and threads are cases alike (common/policy/case.h). What a service has
 * of its own about them - a table, the columns that only it knows - stands in a struct
 * case_reader and a struct case_writer; the rest is here:
 *
 *   load     casework_begin() makes a case for each subject of the batch and asks for
 *            their rows, locked; casework_load() reads them, and their duties and sellers
 *   decide   for each message the service states its facts, and casework_state_seller()
 *            the seller's; casework_admits() tells duplicates and full cases; the
 *            decision of an admitted one goes to casework_take(), which moves the case on
 *            in memory: the next event of it, later in the batch, sees it
 *   apply    casework_apply() writes the changed rows and what all cases have in common:
 *            duties, escalations, blockers, the decision trail
 */
#ifndef COMMON_FLOW_CASEWORK_H
#define COMMON_FLOW_CASEWORK_H

#include "common/flow/batch.h"
#include "common/io/pg.h"
#include "common/policy/case.h"
#include "common/policy/order_facts.h"

/* Beside a duty's state, at the same index: what is not in henpin.duty yet. */
struct work_duty {
    struct policy_duty *fresh; /* started in this batch: to be inserted; NULL: loaded */
    /* The latest dates and course of one that waited, was held or goes on; NULL: as they
     * are in its row. */
    const struct duty_reading *dated;
    bool is_changed;
    int64_t revision; /* the policy revision that started it */
};

/* Embedded as the first member of a service's own case. */
struct work_case {
    const char *kind; /* "order", "return" */
    struct uuid id;
    struct uuid order_key;
    struct span marketplace; /* code; as written when unknown */
    struct span seller_id, order_id;
    struct order_facts order; /* is_known false: not told, or not asked for */
    struct span order_lines;  /* JSON; ptr NULL: none, or not asked for. Of a mixed order
                                 always there */
    struct case_state state;
    struct case_duty *duty_rows; /* state.duties, to be written */
    struct work_duty *duties;
    int duty_room;       /* of both */
    size_t history_room; /* of state.history's arrays; 0: they belong to the loaded row */
    bool is_loaded;      /* has a row in the database */
    bool is_changed;     /* the row must be written */
    bool is_parked;      /* earlier events of it wait: see order_wait.h */
};

/* How a service reads its cases. Give it static life. */
struct case_reader {
    const char *kind; /* in ids and rows: "order" */
    size_t case_size; /* the service's case, beginning with struct work_case */
    /* A case is mentioned for the first time in this attempt: it is zeroed, its subject
     * is filled in; set what else it begins with. */
    void (*begin)(struct work_case *c, const struct message *m);
    /* The rows of the cases in $1::uuid[], locked, ordered by id: the id, the service's
     * own columns, and CASEWORK_COLUMNS. */
    const struct pg_statement *read;
    /* Takes these; what all cases have in common has been taken. Texts live as long as
     * the attempt. */
    void (*take_row)(struct work_case *c, const struct pg_query *q, size_t row);
};

/* How it writes them. New rows go by COPY into the table; changed ones by COPY into the
 * temporary one that the session made, from where `update` takes them. */
struct case_writer {
    const char *copy_new, *copy_changed; /* CASEWORK_COPY */
    void (*copy_row)(struct pg_copy *copy, const struct work_case *c);
    const struct pg_statement *update;
};

/* The columns that every case row has, as they are read, copied, and updated from `t`. */
#define CASEWORK_COLUMNS                                                                 \
    "opened_at, history_event, history_at, history_id, duties, triaged"
#define CASEWORK_UPDATES                                                                 \
    "opened_at = t.opened_at, history_event = t.history_event,"                          \
    " history_at = t.history_at, history_id = t.history_id, duties = t.duties,"          \
    " triaged = t.triaged"
#define CASEWORK_COPY(table, own_columns)                                                \
    "COPY " table " (" own_columns ", " CASEWORK_COLUMNS ") FROM STDIN (FORMAT binary)"
#define CASEWORK_SESSION(name, table)                                                    \
    "CREATE TEMPORARY TABLE IF NOT EXISTS " name " (LIKE " table ") ON COMMIT DELETE "   \
    "ROWS"

struct casework;

/* ---- load ---- */

/* Round 0: the cases of the batch's open messages; asks for their rows and sellers. */
struct casework *casework_begin(struct batch *b, const struct case_reader *reader,
                                struct pg_script *s);
/* Every later round: reads what was asked for, asks for what that calls for (duties;
 * the sellers again when their directory changed meanwhile). */
void casework_load(struct casework *w, struct pg_script *s);

struct work_case *casework_find(const struct casework *w, struct uuid id); /* or NULL */
/* The case of a message that is open in this attempt. */
struct work_case *casework_of(const struct casework *w, const struct message *m);
size_t casework_count(const struct casework *w);
struct work_case *casework_at(const struct casework *w,
                              size_t i); /* in order of first mention */
/* When the latest event of the case happened; EVENT_ABSENT: there was none. */
int64_t casework_latest_us(const struct work_case *c);

/* ---- decide ---- */

/* States what is valid of the message's seller when its event happened. */
void casework_state_seller(struct casework *w, const struct message *m,
                           const struct policy *p, struct policy_facts *facts);
/* The rule set that it was stated for: NULL before the first message of the attempt. */
const struct policy *casework_policy(const struct casework *w);
/* False when the case takes no more of this: a duplicate, or one that holds
 * CASE_MAX_HISTORY events, whose message is rejected. The message has its fate then. */
bool casework_admits(struct casework *w, const struct work_case *c, struct message *m,
                     const struct case_decision *d);
/* What a service has made of one event. Texts live as long as the attempt. */
struct case_step {
    const char *word;  /* the event's in the packs, NULL for a kind that we do not know */
    const char *noted; /* what the history keeps of it, NULL: the word */
    const struct case_decision *decision;
    int64_t revision;
    struct span details; /* a JSON object for the escalations, or ptr NULL */
};

/* Moves the case on by one decided event and keeps what is to be written; the message is
 * applied. */
void casework_take(struct casework *w, struct work_case *c, struct message *m,
                   const struct case_step *step);

/* ---- apply ---- */

/* Everything but what the service writes itself, into the batch's `writes`. Rows go in
 * the order of their ids, as other workers insert placeholders, which makes a deadlock
 * rare; one that happens is rolled back by Postgres and tried again. */
void casework_apply(struct casework *w, const struct case_writer *writer);

#endif
