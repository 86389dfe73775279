/*
 * seller.c: `henpin seller set|show|import`: what is known of sellers: facts, licences,
 * and where they sell. This file knows the options; each action is a file seller_*.c.
 */
#include "services/henpin/seller.h"

#include "services/henpin/actions.h"
#include "services/henpin/commands.h"
#include "services/henpin/policy_command.h"

#include <stdio.h>

#define AT(member) offsetof(struct seller_config, member)

static const struct option policy_options[] = {
    {"policy", "HENPIN_POLICY_DIR", OPT_STRING, AT(policy_dir), "deploy/policy", 0, 0,
     OPT_REQUIRED | OPT_SHIPPED, NULL, "DIR",
     "directory of the rule packs, which know the words"},
    {0},
};

static const struct option set_options[] = {
    {"value", "HENPIN_SELLER_VALUE", OPT_STRING, AT(value), "", 0, 0, 0, NULL, "TEXT",
     "what a fact says, such as the address"},
    {"number", "HENPIN_SELLER_NUMBER", OPT_STRING, AT(number), "", 0, 0, 0, NULL, "TEXT",
     "number of a licence as issued"},
    {"ships-from", "HENPIN_SELLER_SHIPS_FROM", OPT_STRING, AT(ships_from), "", 0, 0, 0,
     NULL, "COUNTRY", "of a marketplace: where it ships from, such as CN"},
    {"classes", "HENPIN_SELLER_CLASSES", OPT_STRING, AT(classes), "", 0, 0, 0, NULL,
     "\"CLASS ...\"", "of a marketplace: classes of the goods sold there"},
    {"from", "HENPIN_SELLER_FROM", OPT_STRING, AT(from), "", 0, 0, 0, NULL, "INSTANT",
     "from when it holds: 2026-11-20T03:00:00Z, 2026-11-20 (UTC), or 2h (ago); empty: "
     "ever since"},
    {"until", "HENPIN_SELLER_UNTIL", OPT_STRING, AT(until), "", 0, 0, 0, NULL, "INSTANT",
     "the first instant at which it does not hold any more; empty: open"},
    {"end", "HENPIN_SELLER_END", OPT_BOOL, AT(is_end), "false", 0, 0, 0, NULL, NULL,
     "it ends at --until, or now; what would begin later is taken back"},
    {"new", "HENPIN_SELLER_NEW", OPT_BOOL, AT(is_new), "false", 0, 0, 0, NULL, NULL,
     "enter the seller, if it is not in the directory"},
    {"name", "HENPIN_SELLER_NAME", OPT_STRING, AT(name), "", 0, 0, 0, NULL, "TEXT",
     "what people call the seller; enters it, too"},
    {"country", "HENPIN_SELLER_COUNTRY", OPT_STRING, AT(country), "", 0, 0, 0, NULL,
     "COUNTRY", "where the seller is, such as CN; enters it, too"},
    {0},
};

static const struct option show_options[] = {
    {"history", "HENPIN_SELLER_HISTORY", OPT_BOOL, AT(shows_history), "false", 0, 0, 0,
     NULL, NULL, "of one SELLER: show who changed what, and when, too"},
    {"json", "HENPIN_SELLER_JSON", OPT_BOOL, AT(is_json), "false", 0, 0, 0, NULL, NULL,
     "one JSON object instead of tables"},
    {0},
};

static const struct option import_options[] = {
    {"dry-run", "HENPIN_SELLER_DRY_RUN", OPT_BOOL, AT(is_dry_run), "false", 0, 0, 0, NULL,
     NULL, "check every line against the directory, change nothing"},
    {0},
};

static const struct action {
    struct action_head head;
    int (*run)(struct pg *pg, const struct policy *p, const struct seller_config *c,
               const struct option_list *operands);
} actions[] = {
    {{"set", set_options, "SELLER [WORD]", 1, 2,
      "a fact, licence or marketplace of a seller, from when until when",
      "Says what a seller has: a fact (a word of \"has\" in the rule packs), a licence "
      "(of their terms), or a marketplace where it sells. Saying the same again changes "
      "nothing; henpin-deadlines acts on a change at once."},
     seller_set},
    {{"show", show_options, "[SELLER]", 0, 1,
      "what is known, what ends soon, what is missing and would help",
      "Shows what is known of a seller, what of it holds now and what ends soon, and "
      "which blockers stand and what would lift them; without SELLER all sellers, one a "
      "line."},
     seller_show},
    {{"import", import_options, "FILE...", 1, 1000, "many lines from tab-separated files",
      "Takes tab-separated files with the columns seller, kind (seller, fact, licence, "
      "marketplace), word, value (name, what the fact says, number, country shipped "
      "from), from, until, more (country, or classes parted by blanks); the first line "
      "names them, in any order. Each bad line is told; unless all are good, nothing is "
      "changed. Importing the same again changes nothing."},
     seller_import},
};

static const struct action_list list = {
    "henpin seller", "[OPTION...] [SELLER [WORD] | FILE...]", ACTIONS(actions)};

static int run(const struct action *action, const char *program,
               const struct seller_config *config, const struct option_list *operands) {
    struct error err = {0};
    struct pg *pg = NULL;
    int code = 2;
    struct policy *p = policy_open(program, config->policy_dir, false, &code);
    if (!p)
        return code;
    if (database_open(&config->database, &pg, &err) == ST_OK) {
        code = action->run(pg, p, config, operands);
        pg_free(pg);
    } else {
        code = database_failed(program, &err);
    }
    policy_free(p);
    return code;
}

int seller_main(int argc, char **argv, char **envp) {
    char program[ACTION_TITLE_SIZE];
    int code;
    const struct action *action = actions_choose(&list, argc, argv, program, &code);
    if (!action)
        return code;
    struct seller_config config = {0};
    const struct option_table tables[] = {
        {action->head.options, &config},
        {policy_options, &config},
        {pg_options, &config.database},
        {0},
    };
    struct config_result parsed;
    if (!actions_parse(&action->head, tables, NULL, argc, argv, envp, &parsed, &code))
        return code;
    return run(action, program, &config, &parsed.operands);
}
