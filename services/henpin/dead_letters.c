/*
 * dead_letters.c: `henpin dead-letters list|show|retry|discard`: the records that could
 * not be applied, and what to do about them. This file knows the options; each action is
 * a file letters_*.c.
 */
#include "services/henpin/actions.h"
#include "services/henpin/commands.h"
#include "services/henpin/letters.h"

#include "common/base/clock.h"
#include "common/event/event.h"

#include <stdio.h>

#define AT(member) offsetof(struct letters_config, member)

static const struct option filter_options[] = {
    {"group", "HENPIN_LETTERS_GROUP", OPT_STRING, AT(group), "", 0, 0, 0, NULL, "NAME",
     "only letters of this consumer group"},
    {"topic", "HENPIN_LETTERS_TOPIC", OPT_STRING, AT(topic), "", 0, 0, 0, NULL, "NAME",
     "only letters from this topic"},
    {"partition", "HENPIN_LETTERS_PARTITION", OPT_I64, AT(partition), "-1", -1, INT32_MAX,
     0, NULL, "N", "only letters from this partition; -1: all"},
    {"offset", "HENPIN_LETTERS_OFFSET", OPT_I64, AT(offset), "-1", -1, INT64_MAX, 0, NULL,
     "N", "only the letter at this offset; -1: all"},
    {"code", "HENPIN_LETTERS_CODE", OPT_STRING, AT(code), "", 0, 0, 0, NULL, "CODE",
     "only letters with this code, such as event.field"},
    {"since", "HENPIN_LETTERS_SINCE", OPT_STRING, AT(since), "", 0, 0, 0, NULL, "INSTANT",
     "only letters recorded then or later: 2026-11-20T03:00:00Z, 2026-11-20, or 2h "
     "(ago)"},
    {"until", "HENPIN_LETTERS_UNTIL", OPT_STRING, AT(until), "", 0, 0, 0, NULL, "INSTANT",
     "only letters recorded before"},
    {0},
};

static const struct option list_options[] = {
    {"limit", "HENPIN_LETTERS_LIMIT", OPT_I64, AT(limit), "100", 1, 1000000, 0, NULL, "N",
     "at most so many letters"},
    {"state", "HENPIN_LETTERS_STATE", OPT_CHOICE, AT(state), "unsettled", 0, 0, 0,
     LETTER_STATES, NULL,
     "only letters in this state; unsettled: open or marked for retry"},
    {"json", "HENPIN_LETTERS_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object: summary and letters"},
    {0},
};

static const struct option show_options[] = {
    {"limit", "HENPIN_LETTERS_LIMIT", OPT_I64, AT(limit), "10", 1, 1000000, 0, NULL, "N",
     "at most so many letters"},
    {"state", "HENPIN_LETTERS_STATE", OPT_CHOICE, AT(state), "all", 0, 0, 0,
     LETTER_STATES, NULL, "only letters in this state"},
    {"show-text", "HENPIN_LETTERS_SHOW_TEXT", OPT_BOOL, AT(shows_text), "false", 0, 0, 0,
     NULL, NULL, "show what the buyer wrote, too: personal data"},
    {"hex", "HENPIN_LETTERS_HEX", OPT_BOOL, AT(shows_hex), "false", 0, 0, 0, NULL, NULL,
     "show all bytes of the value, decoded or not; with --show-text also those of "
     "buyers' text"},
    {0},
};

static const struct option retry_options[] = {
    {"limit", "HENPIN_LETTERS_LIMIT", OPT_I64, AT(limit), "1000000", 1, 1000000, 0, NULL,
     "N", "at most so many letters"},
    {"max-retries", "HENPIN_LETTERS_MAX_RETRIES", OPT_I64, AT(max_retries), "5", 1, 1000,
     0, NULL, "N", "leave out letters that were tried so often in vain"},
    {"patience", "HENPIN_LETTERS_PATIENCE", OPT_DURATION, AT(patience_us), "60s", 0,
     86400000000, 0, NULL, NULL,
     "leave when no letter was settled for so long; 0s: mark them and leave at once"},
    {"dry-run", "HENPIN_LETTERS_DRY_RUN", OPT_BOOL, AT(is_dry_run), "false", 0, 0, 0,
     NULL, NULL, "show which letters would be retried, change nothing"},
    {0},
};

static const struct option discard_options[] = {
    {"limit", "HENPIN_LETTERS_LIMIT", OPT_I64, AT(limit), "1000000", 1, 1000000, 0, NULL,
     "N", "at most so many letters"},
    {"reason", "HENPIN_LETTERS_REASON", OPT_STRING, AT(reason), "", 0, 0, OPT_REQUIRED,
     NULL, "TEXT", "why they are not needed; kept with your user name"},
    {"yes", "HENPIN_LETTERS_YES", OPT_BOOL, AT(is_yes), "false", 0, 0, 0, NULL, NULL,
     "do it; without, only tell what would be discarded"},
    {0},
};

#define LETTERS "[TOPIC:PARTITION:OFFSET...]"
static const struct action {
    struct action_head head;
    int (*run)(struct pg *pg, const struct letters_filter *f);
    bool takes_schemas;
} actions[] = {
    {{"list", list_options, LETTERS, 0, ACTION_ANY_NUMBER,
      "list them, with a summary by code",
      "Lists records that could not be applied, newest first."},
     letters_list,
     false},
    {{"show", show_options, LETTERS, 0, ACTION_ANY_NUMBER,
      "show why, where, headers, and the content as far as it can be decoded",
      "Shows dead letters in full: why, where, headers, and the content as far as it can "
      "be decoded."},
     letters_show,
     true},
    {{"retry", retry_options, LETTERS, 0, ACTION_ANY_NUMBER,
      "have their worker process them again on the usual path, and wait for it",
      "Marks dead letters so that the running worker of their group processes them again "
      "on the usual path, and waits: each is resolved or says why not. Ctrl-C leaves the "
      "rest marked; the same command goes on."},
     letters_retry,
     false},
    {{"discard", discard_options, LETTERS, 0, ACTION_ANY_NUMBER,
      "say that they are not needed",
      "Marks dead letters as not needed: those that are named, or that a filter such as "
      "--code chooses; one of the two is needed. They stay in the table, with who said "
      "so "
      "and why."},
     letters_discard,
     false},
};

static const struct action_list list = {"henpin dead-letters", "[OPTION...] " LETTERS,
                                        ACTIONS(actions)};

static int run(const struct action *action, const char *program,
               const struct letters_config *config, const struct option_list *names) {
    struct letters_filter filter;
    struct error err = {0};
    struct pg *pg = NULL;
    enum status st = letters_select(config, names, &filter, &err);
    if (st == ST_OK)
        st = database_open(&config->database, &pg, &err);
    if (st != ST_OK)
        return database_failed(program, &err);
    int code = action->run(pg, &filter);
    pg_free(pg);
    return code;
}

int dead_letters_main(int argc, char **argv, char **envp) {
    char program[ACTION_TITLE_SIZE];
    int code;
    const struct action *action = actions_choose(&list, argc, argv, program, &code);
    if (!action)
        return code;
    struct letters_config config = {0};
    const struct option_table tables[] = {
        {action->head.options, &config},
        {filter_options, &config},
        {pg_options, &config.database},
        {action->takes_schemas ? schemas_options : NULL, &config.schemas},
        {0},
    };
    struct config_result parsed;
    if (!actions_parse(&action->head, tables, NULL, argc, argv, envp, &parsed, &code))
        return code;
    return run(action, program, &config, &parsed.operands);
}

/* ---- selection ---- */

static bool is_name(const char *text) {
    struct span rest = span_of(text), topic, partition;
    int64_t n;
    return span_cut(&rest, ':', &topic) && topic.len > 0 &&
           span_cut(&rest, ':', &partition) && span_to_i64(partition, &n) && n >= 0 &&
           n <= INT32_MAX && rest.ptr && span_to_i64(rest, &n) && n >= 0;
}

enum status letters_select(const struct letters_config *config,
                           const struct option_list *names, struct letters_filter *out,
                           struct error *err) {
    *out = (struct letters_filter){.config = config, .names = *names};
    for (size_t i = 0; i < names->count; i++)
        if (!is_name(names->items[i]))
            return error_set(err, E_CONFIG, "\"%s\" is no TOPIC:PARTITION:OFFSET",
                             names->items[i]);
    enum status st = database_instant("since", config->since, &out->since_us, err);
    return st == ST_OK ? database_instant("until", config->until, &out->until_us, err)
                       : st;
}

bool letters_is_everything(const struct letters_filter *f) {
    const struct letters_config *c = f->config;
    return f->names.count == 0 && !*c->group && !*c->topic && !*c->code && !*c->since &&
           !*c->until && c->partition < 0 && c->offset < 0;
}

static void param_states(struct pg_query *q, enum letter_states states) {
    static const char *const words[][5] = {
        [LETTERS_UNSETTLED] = {"open", "retry"},
        [LETTERS_OPEN] = {"open"},
        [LETTERS_RETRY] = {"retry"},
        [LETTERS_RESOLVED] = {"resolved"},
        [LETTERS_DISCARDED] = {"discarded"},
        [LETTERS_ALL] = {"open", "retry", "resolved", "discarded"},
    };
    struct pg_array *array = pg_param_array(q, PG_TEXT, 4);
    for (size_t i = 0; words[states][i]; i++)
        pg_array_text(array, span_of(words[states][i]));
}

void letters_params(struct pg_query *q, const struct letters_filter *f,
                    enum letter_states states, int64_t max_retries) {
    const struct letters_config *c = f->config;
    pg_param_text(q, span_given(c->group));
    pg_param_text(q, span_given(c->topic));
    pg_param_text(q, span_given(c->code));
    pg_param_instant(q, f->since_us);
    pg_param_instant(q, f->until_us);
    if (c->partition >= 0)
        pg_param_i32(q, (int32_t)c->partition);
    else
        pg_param_text(q, (struct span){NULL, 0});
    pg_param_i64(q, c->offset >= 0 ? c->offset : EVENT_ABSENT);
    struct pg_array *names = pg_param_array(q, PG_TEXT, f->names.count);
    for (size_t i = 0; i < f->names.count; i++)
        pg_array_text(names, span_of(f->names.items[i]));
    param_states(q, states);
    if (max_retries >= 0)
        pg_param_i32(q, (int32_t)max_retries);
    else
        pg_param_text(q, (struct span){NULL, 0});
}

void letters_name(const struct pg_query *q, size_t row, int column, char *out,
                  size_t size) {
    snprintf(out, size, "%.*s:%lld:%lld", SPAN_ARGS(pg_text(q, row, column)),
             (long long)pg_i64(q, row, column + 1),
             (long long)pg_i64(q, row, column + 2));
}
