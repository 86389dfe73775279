/*
 * story.c: `henpin story FILE...` plays stories and says which ones come true. The format
 * is told in tests/stories/README.md.
 */
#include "services/henpin/story.h"

#include "common/base/clock.h"
#include "common/base/stop.h"
#include "common/io/pg_options.h"
#include "services/henpin/commands.h"
#include "services/henpin/table.h"

#define STORY_MEMORY ((size_t)64 << 20)

struct config {
    struct pg_config pg;
    struct story_config story;
};

#define AT(field) offsetof(struct config, field)
static const struct option options[] = {
    {"via-kafka", NULL, OPT_STRING, AT(story.kafka.bootstrap_servers), "", 0, 0, 0, NULL,
     "HOST:PORT,...",
     "send the events through topics of these brokers, with the real clock; empty: "
     "straight into the workers, with the story's clock"},
    {"shuffle", NULL, OPT_I64, AT(story.shuffle), "0", 0, INT32_MAX, 0, NULL, "SEED",
     "tell the events in another order, each topic and key in its own; the same seed, "
     "the "
     "same order; 0: as they stand"},
    {"kill", NULL, OPT_I64, AT(story.kill), "0", 0, INT32_MAX, 0, NULL, "SEED",
     "through Kafka: kill workers (SIGKILL) at random and start them again; 0: none"},
    {"schema-dir", "HENPIN_SCHEMA_DIR", OPT_STRING, AT(story.schema_dir), "schemas/avro",
     0, 0, OPT_REQUIRED | OPT_SHIPPED, NULL, "DIR", "directory of Avro schemas"},
    {"sql-dir", "HENPIN_SQL_DIR", OPT_STRING, AT(story.sql_dir), "schemas/sql", 0, 0,
     OPT_REQUIRED | OPT_SHIPPED, NULL, "DIR", "where the SQL files are"},
    {"policy", "HENPIN_POLICY_DIR", OPT_STRING, AT(story.policy_dir), "deploy/policy", 0,
     0, OPT_REQUIRED | OPT_SHIPPED, NULL, "DIR", "directory of the rule packs"},
    {0},
};

struct run {
    const struct story_config *config;
    struct arena *arena;
    int64_t n_played, n_failed, n_skipped, n_dropped, n_kills;
};

/* "#" before each line: what is no claim is a comment of the protocol (TAP). */
static void tell(const struct story *s, int line, struct span text) {
    struct span part;
    for (bool is_first = true; span_cut(&text, '\n', &part); is_first = false)
        if (is_first)
            printf("# %s:%d: %.*s\n", s->file, line, SPAN_ARGS(part));
        else
            printf("#   %.*s\n", SPAN_ARGS(part));
}

/* What does not come true is written into `told`, and the story goes on. */
static enum status play_expect(struct run *r, struct story_stage *stage,
                               const struct story_step *step, struct builder *told,
                               struct error *err) {
    if (step->expect.needs_clock && *r->config->kafka.bootstrap_servers) {
        r->n_skipped++;
        return ST_OK;
    }
    bool holds = false;
    return story_expect_check(r->arena, story_stage_pg(stage), &step->expect,
                              story_stage_now(stage), &holds, told, err);
}

static enum status play_step(struct run *r, struct story_stage *stage,
                             const struct story_step *step, struct builder *told,
                             struct error *err) {
    switch (step->kind) {
    case STORY_CLOCK:
        return story_stage_clock(stage, step->clock_us, err);
    case STORY_LOOK:
        return story_stage_look(stage, err);
    case STORY_SELLER:
        return story_stage_seller(stage, step, err);
    case STORY_EVENT:
        return story_stage_event(stage, &step->event, err);
    case STORY_TASK:
        return story_task_tell(r->arena, story_stage_pg(stage), &step->task,
                               step->clock_us, told, err);
    case STORY_EXPECT:
        return play_expect(r, stage, step, told, err);
    }
    return ST_OK;
}

/* All differences of one story, found on one stage, stand below its one claim. */
static void play(struct run *r, const struct story *s) {
    struct error err = {0}, late = {0};
    struct story_stage *stage = NULL;
    struct {
        int line;
        struct span text;
    } *faults = arena_array(r->arena, s->n_steps + 1, sizeof *faults);
    size_t n_faults = 0, i = 0;
    enum status st =
        story_stage_open(r->config, r->arena, (int)++r->n_played, &stage, &err);
    for (; st == ST_OK && i < s->n_steps; i++) {
        struct builder told = builder_in(r->arena, 4096);
        st = play_step(r, stage, &s->steps[i], &told, &err);
        faults[n_faults].line = s->steps[i].line;
        faults[n_faults].text = builder_span(&told);
        n_faults += told.len > 0;
    }
    r->n_dropped += (int64_t)s->n_dropped;
    r->n_kills += story_stage_kills(stage);
    enum status closed = story_stage_close(stage, &late);
    bool is_true = st == ST_OK && closed == ST_OK && n_faults == 0;
    r->n_failed += !is_true;
    printf("%s - %s\n", is_true ? "ok" : "not ok", s->title);
    for (size_t k = 0; k < n_faults; k++)
        tell(s, faults[k].line, faults[k].text);
    if (st != ST_OK)
        tell(s, i > 0 ? s->steps[i - 1].line : 1, span_of(err.text));
    else if (closed != ST_OK)
        tell(s, 1, span_of(late.text));
    fflush(stdout);
}

/* All files are read before the first is played. */
static int run(const struct story_config *config, const struct option_list *files) {
    struct arena *kept = arena_new(STORY_MEMORY * 4);
    struct story **stories = arena_array(kept, files->count, sizeof(struct story *));
    struct story_writer *writer = NULL;
    struct error err = {0};
    int code = 0;
    if (story_writer_new(config->schema_dir, &writer, &err) != ST_OK) {
        fprintf(stderr, "henpin story: %s\n", err.text);
        code = 2;
    }
    for (size_t i = 0; writer && i < files->count; i++)
        if (story_read(kept, writer, files->items[i], &stories[i], &err) != ST_OK) {
            fprintf(stderr, "henpin story: %s\n", err.text);
            code = 2;
        }
    struct run r = {.config = config, .arena = arena_new(STORY_MEMORY)};
    for (size_t i = 0; code == 0 && i < files->count && !stop_requested(); i++) {
        play(&r, config->shuffle
                     ? story_shuffle(r.arena, stories[i], (uint64_t)config->shuffle)
                     : stories[i]);
        arena_reset(r.arena);
    }
    if (code == 0) {
        printf("# %s, %s came true", table_things(r.n_played, "story", "stories"),
               table_count(r.n_played - r.n_failed));
        if (r.n_skipped > 0)
            printf("; skipped for want of the story's clock: %s",
                   table_things(r.n_skipped, "expectation", "expectations"));
        if (r.n_dropped > 0)
            printf("; without a place in another order: %s",
                   table_things(r.n_dropped, "expectation", "expectations"));
        if (config->kill)
            printf("; killed: %s", table_things(r.n_kills, "worker", "workers"));
        printf("\n");
        code = r.n_failed > 0 || stop_requested() ? 1 : 0;
    }
    story_writer_free(writer);
    arena_free(r.arena);
    arena_free(kept);
    return code;
}

int story_main(int argc, char **argv, char **envp) {
    struct config c = {0};
    const struct option_table tables[] = {
        {pg_options, &c.pg}, {options, &c}, {NULL, NULL}};
    const struct config_spec spec = {
        .program = "henpin story",
        .summary =
            "Plays dated events on a database that it creates and drops again, and "
            "compares the rows with what the story expects. --postgres names a "
            "server and a login that may create databases.",
        .operands = "FILE...",
        .tables = tables,
        .pass_prefix = KAFKA_PREFIX,
    };
    struct config_result parsed;
    int code;
    if (!config_main(&spec, argc, argv, envp, &parsed, &code))
        return code;
    if (parsed.operands.count == 0) {
        fprintf(stderr, "henpin story: no file is given\n");
        return 2;
    }
    if (c.story.kill && !*c.story.kafka.bootstrap_servers) {
        fprintf(stderr,
                "henpin story: --kill goes with --via-kafka: what a killed worker "
                "read from its standard input is gone\n");
        return 2;
    }
    c.story.postgres = c.pg.postgres;
    kafka_options_pass(&c.story.kafka, &parsed);
    stop_install();
    return run(&c.story, &parsed.operands);
}
