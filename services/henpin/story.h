/*
 * story.h: `henpin story`, dated events and the rows that must come of them. Private to
 * story*.c. The format is told in tests/stories/README.md.
 *
 * A file is read as a whole before anything runs: a mistake in it is told with file and
 * line, and its events are encoded already. A stage is a database of its own with the
 * workers on it; a story is played on one stage, which is gone afterwards.
 */
#ifndef SERVICES_HENPIN_STORY_H
#define SERVICES_HENPIN_STORY_H

#include "common/base/arena.h"
#include "common/io/avro_schema.h"
#include "common/io/kafka_options.h"
#include "common/io/pg.h"

#include <jansson.h>
#include <stdio.h>

enum story_topic { STORY_ORDERS, STORY_RETURNS, STORY_INQUIRIES, STORY_TOPIC_COUNT };

/* One `column value`; also what a row is called by (`duty answer_return open`). */
struct story_column {
    const char *name; /* as in the table, or without _at */
    const char *value;
    bool is_part; /* the value is a part of the text, or an item of the array */
};

enum { STORY_COLUMNS_MAX = 12, STORY_FACTS_MAX = 12 };

/* What the directory of sellers learns: what a seller has, what it has no more, or where
 * it sells. */
struct story_seller {
    enum { STORY_HAS, STORY_LOSES, STORY_SELLS } what;
    struct span seller;
    struct story_fact {
        struct span word;
        bool is_licence;
        int64_t until_us; /* INT64_MAX: open */
    } facts[STORY_FACTS_MAX];
    size_t n_facts;
    struct span marketplace, ships_from, category; /* category: empty when not said */
    int64_t opens_us;                              /* INT64_MIN + 1: long ago */
};

struct story_expect {
    const struct story_table *table;
    struct story_column columns[STORY_COLUMNS_MAX];
    size_t n_columns;
    int64_t count; /* so many rows; -1: at least one */
    bool needs_clock;
};

struct story_event {
    enum story_topic topic;
    struct span key, value;
};

/* "isolate of R1: done, reference p.jpg, by Sato". */
struct story_task {
    struct span action, return_id, line, who;
    struct span refused; /* what the refusal must say; ptr NULL: it is taken */
    const char *what;    /* done, fail, reopen */
    json_t *said;        /* evidence, or why; lives as long as the process */
};

enum story_kind {
    STORY_CLOCK,
    STORY_LOOK,
    STORY_SELLER,
    STORY_EVENT,
    STORY_TASK,
    STORY_EXPECT
};

struct story_step {
    enum story_kind kind;
    int line;
    int64_t clock_us; /* STORY_CLOCK */
    struct story_seller seller;
    struct story_event event;
    struct story_task task;
    struct story_expect expect;
};

enum { STORY_STEPS_MAX = 200 };

struct story {
    const char *file;
    const char *title;
    /* Shuffled, each event may need a clock before it. */
    struct story_step steps[2 * STORY_STEPS_MAX];
    size_t n_steps;
    size_t n_dropped; /* expectations without a place in a shuffled order */
};

/* ---- reading (story_read.c, story_event.c) ---- */

struct story_writer; /* turns words into encoded events; remembers what was said */
MUST_USE enum status story_writer_new(const char *schema_dir, struct story_writer **out,
                                      struct error *err);
void story_writer_free(struct story_writer *w);
void story_writer_forget(struct story_writer *w); /* another story begins */
/* "order 250-1 on amazon.co.jp by A1: placed, class computer". The bytes are the
 * arena's. E_INPUT. */
MUST_USE enum status story_event_read(struct story_writer *w, struct arena *a,
                                      enum story_topic topic, struct span words,
                                      int64_t clock_us, struct story_event *out,
                                      struct error *err);

/* E_FILE, or E_INPUT with file and line in the text. All is the arena's. */
MUST_USE enum status story_read(struct arena *a, struct story_writer *w, const char *file,
                                struct story **out, struct error *err);
/* "2026-11-20 12:00 +09:00": clock_parse, and a blank before the zone. */
bool story_instant(struct span text, int64_t *us);
/* The first word off the front of `*rest`, blanks skipped; empty at the end. */
struct span story_word(struct span *rest);

/* "A1 has branch.jp, licence MD_SALES_HIGH until 2027-01-01 00:00 Z", "A1 loses
 * branch.jp", "A1 sells on rakuten.co.jp, ships from CN, opens INSTANT". E_INPUT. */
MUST_USE enum status story_seller_read(struct span words, struct story_seller *out,
                                       struct error *err);
/* Known from `clock_us` on; EVENT_ABSENT: since long ago. */
MUST_USE enum status story_seller_tell(struct arena *a, struct pg *pg,
                                       const struct story_seller *seller,
                                       int64_t clock_us, struct error *err);

/* "ACTION of RETURN: done|failed|reopened, FIELD VALUE, ..., line ID, by WHO, refused
 * TEXT". E_INPUT. */
MUST_USE enum status story_task_read(struct span words, struct story_task *out,
                                     struct error *err);
/* At the story's instant. What comes otherwise than the story says is written to `told`.
 */
MUST_USE enum status story_task_tell(struct arena *a, struct pg *pg,
                                     const struct story_task *t, int64_t clock_us,
                                     struct builder *told, struct error *err);

/* ---- another order of reading (story_shuffle.c) ---- */

/* The same events, each topic and key in its order, the rest mixed by `seed` and the
 * file's name; and those expectations that must hold all the same. It is the arena's and
 * borrows from `from`. */
struct story *story_shuffle(struct arena *a, const struct story *from, uint64_t seed);

/* ---- expectations (story_expect.c) ---- */

/* "no duty answer_return, due 2026-11-25 12:00 +09:00 (story clock)". E_INPUT. */
MUST_USE enum status story_expect_read(struct arena *a, struct span words,
                                       struct story_expect *out, struct error *err);
/* Looks into the tables, at the story's instant. When it does not hold, `told` is expected and actual, one below
 * the other. */
MUST_USE enum status story_expect_check(struct arena *a, struct pg *pg,
                                        const struct story_expect *e, int64_t clock_us,
                                        bool *holds, struct builder *told,
                                        struct error *err);

/* ---- workers (story_worker.c) ---- */

struct story_worker {
    const char *program;
    int pid;           /* 0: not running */
    int input, output; /* pipes; -1: none */
    FILE *log;
    int64_t n_records, n_flushes;
};

/* Most time of a program that a story runs to its end. */
#define STORY_RUN_TIMEOUT_US (2 * US_PER_MIN)

/* Runs `argv[0]` (NULL at the end) to its end; E_INPUT with the end of what it said, also
 * when it had to be killed: it took longer than that, or we are to stop. */
MUST_USE enum status story_run(const char *const argv[], int64_t timeout_us,
                               struct error *err);
/* With pipes: it reads records from its standard input. */
MUST_USE enum status story_worker_start(struct story_worker *w, const char *const argv[],
                                        bool has_pipes, struct error *err);
MUST_USE enum status story_worker_clock(struct story_worker *w, int64_t clock_us,
                                        struct error *err);
MUST_USE enum status story_worker_send(struct story_worker *w, struct arena *a,
                                       const char *topic, const struct story_event *e,
                                       int64_t clock_us, struct error *err);
/* Returns when all before is committed. */
MUST_USE enum status story_worker_flush(struct story_worker *w, struct error *err);
/* E_INPUT: it died or did not end well. */
enum status story_worker_end(struct story_worker *w, struct error *err);
/* SIGKILL, and its end is waited for; it may be started again. */
void story_worker_kill(struct story_worker *w);
/* `argv` is killed after `delay_ms`, if it is not done by then. */
MUST_USE enum status story_run_killed(const char *const argv[], int delay_ms,
                                      struct error *err);

/* ---- the stage (story_stage.c) ---- */

struct story_config {
    const char *postgres;
    const char *schema_dir, *sql_dir, *policy_dir;
    struct kafka_properties kafka; /* bootstrap_servers empty: standard input */
    int64_t shuffle, kill;         /* seeds; 0: in order, undisturbed */
};

struct story_stage;
/* Always followed by story_stage_close, which also tells what went wrong late. */
MUST_USE enum status story_stage_open(const struct story_config *config, struct arena *a,
                                      int number, struct story_stage **out,
                                      struct error *err);
enum status story_stage_close(struct story_stage *s, struct error *err);
/* Facts of a seller, before the workers start or later. */
MUST_USE enum status story_stage_seller(struct story_stage *s,
                                        const struct story_step *step, struct error *err);
MUST_USE enum status story_stage_clock(struct story_stage *s, int64_t clock_us,
                                       struct error *err);
/* henpin-deadlines tells what there is to tell by now. */
MUST_USE enum status story_stage_look(struct story_stage *s, struct error *err);
/* Returns when all workers have nothing left to do. */
MUST_USE enum status story_stage_event(struct story_stage *s, const struct story_event *e,
                                       struct error *err);
struct pg *story_stage_pg(struct story_stage *s);
int64_t story_stage_now(const struct story_stage *s);   /* the story's clock */
int64_t story_stage_kills(const struct story_stage *s); /* so many workers were killed */

#endif
