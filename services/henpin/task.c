/*
 * task.c: `henpin task show|done|fail|reopen`: the steps of disposals and repairs, as a
 * person at a desk or in a warehouse acts on them. The rules of order, evidence and
 * licences stand in schemas/sql/0009_disposal.sql: every caller meets the same.
 */
#include "services/henpin/task.h"

#include "services/henpin/actions.h"
#include "services/henpin/commands.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(struct task_config, member)

#define WHO                                                                              \
    {                                                                                    \
        "who", "HENPIN_TASK_WHO", OPT_STRING, AT(who), "", 0, 0, 0, NULL, "NAME",        \
            "who did it: a person or a desk; empty: the user of this computer"           \
    }
#define WHY                                                                              \
    {                                                                                    \
        "why", "HENPIN_TASK_WHY", OPT_STRING, AT(why), "", 0, 0, OPT_REQUIRED, NULL,     \
            "TEXT", "the reason, for colleagues"                                         \
    }

static const struct option show_options[] = {
    {"json", "HENPIN_TASK_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object instead of tables"},
    {0},
};
static const struct option done_options[] = {
    WHO,
    {"at", "HENPIN_TASK_AT", OPT_STRING, AT(at), "", 0, 0, 0, NULL, "INSTANT",
     "when it was done: 2026-11-20T03:00:00Z, 2026-11-20 (UTC), or 2h (ago); empty: now"},
    {0},
};
static const struct option fail_options[] = {WHO, WHY, {0}};

/* ---- what changes a task ---- */

static const struct pg_statement try_step = {
    "task_try", "SELECT is_taken, told, hint FROM henpin.try_step($1::text, $2::text,"
                " $3::text::jsonb, $4::text, $5::timestamptz)"};
enum { T_IS_TAKEN, T_TOLD, T_HINT };

static int print_answer(const char *program, const struct pg_query *q) {
    struct span hint = pg_text(q, 0, T_HINT);
    if (pg_bool(q, 0, T_IS_TAKEN)) {
        printf("%.*s\n", SPAN_ARGS(pg_text(q, 0, T_TOLD)));
        return 0;
    }
    fprintf(stderr, "%s: %.*s\n", program, SPAN_ARGS(pg_text(q, 0, T_TOLD)));
    if (hint.len > 0)
        fprintf(stderr, "%.*s\n", SPAN_ARGS(hint));
    return 1;
}

/* `said` is taken. */
static int say(struct pg *pg, const struct task_config *c, const char *what,
               const char *task, json_t *said) {
    char program[ACTION_TITLE_SIZE];
    struct arena *a = arena_new((size_t)1 << 20);
    struct pg_script *s = pg_script_new(a);
    struct error err = {0};
    int64_t at_us;
    char *text = json_dumps(said, JSON_COMPACT);
    json_decref(said);
    snprintf(program, sizeof program, "henpin task %s", what);
    enum status st = database_instant("at", c->at ? c->at : "", &at_us, &err);
    struct pg_query *q = pg_script_query(s, &try_step);
    pg_param_text(q, span_of(what));
    pg_param_text(q, span_of(task));
    pg_param_text(q, span_of(text ? text : "null"));
    pg_param_text(q, span_of(*c->who ? c->who : database_user()));
    pg_param_instant(q, at_us);
    if (st == ST_OK)
        st = database_run(pg, s, &err);
    int code = st == ST_OK ? print_answer(program, q) : database_failed(program, &err);
    free(text);
    arena_free(a);
    return code;
}

/* FIELD=VALUE, each once. */
static enum status read_field(json_t *out, const char *operand, struct error *err) {
    const char *is = strchr(operand, '=');
    if (!is || is == operand)
        return error_set(err, E_CONFIG, "evidence is written FIELD=VALUE; got \"%s\"",
                         operand);
    if (!span_is_text(span_of(operand)))
        return error_set(err, E_CONFIG, "evidence must be text");
    if (json_object_getn(out, operand, (size_t)(is - operand)))
        return error_set(err, E_CONFIG, "\"%.*s\" is said twice", (int)(is - operand),
                         operand);
    if (json_object_setn_new(out, operand, (size_t)(is - operand), json_string(is + 1)) !=
        0)
        return error_set(err, E_CONFIG, "evidence must be text");
    return ST_OK;
}

static int done(struct pg *pg, const struct task_config *c,
                const struct option_list *operands) {
    json_t *said = json_object();
    struct error err = {0};
    for (size_t i = 1; i < operands->count; i++)
        if (read_field(said, operands->items[i], &err) != ST_OK) {
            json_decref(said);
            return database_failed("henpin task done", &err);
        }
    return say(pg, c, "done", operands->items[0], said);
}

static int fail(struct pg *pg, const struct task_config *c,
                const struct option_list *operands) {
    return say(pg, c, "fail", operands->items[0], json_pack("{s:s}", "why", c->why));
}

static int reopen(struct pg *pg, const struct task_config *c,
                  const struct option_list *operands) {
    return say(pg, c, "reopen", operands->items[0], json_pack("{s:s}", "why", c->why));
}

/* ---- the command ---- */

static const struct action {
    struct action_head head;
    int (*run)(struct pg *pg, const struct task_config *c,
               const struct option_list *operands);
} actions[] = {
    {{"show", show_options, "TASK|ID", 1, 1,
      "a step, what it asks for and what was shown; or all of a case",
      "Shows a step: how it stands, what evidence it asks for, what was shown. ID is "
      "anything `henpin case` takes: then its steps, one a line."},
     task_show},
    {{"done", done_options, "TASK [FIELD=VALUE...]", 1, 40,
      "a step is done, with its evidence",
      "Says that a step is done. FIELD=VALUE is its evidence, such as "
      "manifest_number=00004079692 kg=12.5; `henpin task show TASK` tells what is asked "
      "for. Saying the same again changes nothing."},
     done},
    {{"fail", fail_options, "TASK", 1, 1, "a step could not be done: a person is told",
      "Says that a step could not be done, and why. It stays open, and a person is "
      "told."},
     fail},
    {{"reopen", fail_options, "TASK", 1, 1, "a step is not done after all",
      "Takes back that a step is done. What was shown stays; what it had freed waits "
      "again."},
     reopen},
};

static const struct action_list list = {"henpin task", "[OPTION...] TASK ...",
                                        ACTIONS(actions)};

static int run(const struct action *action, const char *program,
               const struct task_config *c, const struct option_list *operands) {
    struct error err = {0};
    struct pg *pg = NULL;
    if (database_open(&c->database, &pg, &err) != ST_OK)
        return database_failed(program, &err);
    int code = action->run(pg, c, operands);
    pg_free(pg);
    return code;
}

int task_main(int argc, char **argv, char **envp) {
    char program[ACTION_TITLE_SIZE];
    int code;
    const struct action *action = actions_choose(&list, argc, argv, program, &code);
    if (!action)
        return code;
    struct task_config config = {.who = "", .at = "", .why = ""};
    const struct option_table tables[] = {
        {action->head.options, &config}, {pg_options, &config.database}, {0}};
    struct config_result parsed;
    if (!actions_parse(&action->head, tables, NULL, argc, argv, envp, &parsed, &code))
        return code;
    return run(action, program, &config, &parsed.operands);
}
