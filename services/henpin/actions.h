/*
 * actions.h: "henpin NAME ACTION", for the commands that do several things. Each keeps its
 * actions in a table of its own, with whatever they need; this finds the one that is meant,
 * tells which there are, and reads the arguments of the one that was found.
 *
 *   static const struct action {
 *       struct action_head head; // the first member
 *       int (*run)(struct pg *pg);
 *   } actions[] = {
 *       {{"show", show_options, "[SELLER]", 0, 1, "what is known", "Shows ..."}, show},
 *   };
 *   static const struct action_list list = {"henpin seller", "[OPTION...] [SELLER]",
 *                                           ACTIONS(actions)};
 */
#ifndef SERVICES_HENPIN_ACTIONS_H
#define SERVICES_HENPIN_ACTIONS_H

#include "common/base/compiler.h"
#include "common/base/config.h"

#include <stdio.h>

#define ACTION_ANY_NUMBER SIZE_MAX

struct action_head {
    const char *name;
    const struct option *options; /* its own, besides those of the command; NULL: none */
    const char *operands;         /* "FILE..."; NULL: it takes none */
    size_t n_min, n_max;          /* operands that it takes */
    const char *help;             /* one line for the usage of the command */
    const char *summary;          /* a sentence or three for its own --help */
};

struct action_list {
    const char *command;             /* "henpin seller" */
    const char *operands;            /* what may follow the action, for the usage */
    const struct action_head *first; /* of the first row of the table */
    size_t n, stride;                /* rows, and bytes from one to the next */
};

#define ACTIONS(table) &(table)[0].head, COUNT_OF(table), sizeof(table)[0]

#define ACTION_TITLE_SIZE 64

/* The row of the action argv[1], which becomes "henpin NAME ACTION", written to `title`:
 * argc - 1 and argv + 1 are then the arguments of a program of that title. NULL when there
 * is nothing to run: the usage was told, on stdout when it was asked for, and `*code` is
 * the exit code. */
const void *actions_choose(const struct action_list *list, int argc, char **argv,
                           char title[ACTION_TITLE_SIZE], int *code);

/* Reads the arguments that actions_choose() left, by `tables`: the action's own options are
 * among them, as only its command knows the structure they are of. Flags that begin with
 * `pass_prefix` pass through (config.h); NULL: there are none. False: nothing is to be
 * run, which was told, and `*code` is the exit code. */
bool actions_parse(const struct action_head *action, const struct option_table *tables,
                   const char *pass_prefix, int argc, char **argv, char **envp,
                   struct config_result *out, int *code);

/* The usage: all actions, with what they do. */
void actions_show(const struct action_list *list, FILE *out);

#endif
