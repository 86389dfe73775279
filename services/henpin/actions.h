/*
 * actions.h: "henpin NAME ACTION", for the commands that do several things. Each keeps its
 * actions in a table of its own, with whatever they need; this finds the one that is meant
 * and tells which there are.
 *
 *   static const struct action {
 *       struct action_head head; // the first member
 *       int (*run)(struct pg *pg);
 *   } actions[] = {
 *       {{"show", "what is known"}, seller_show},
 *   };
 *   static const struct action_list list = {"henpin seller", "[OPTION...] [SELLER]",
 *                                           ACTIONS(actions)};
 */
#ifndef SERVICES_HENPIN_ACTIONS_H
#define SERVICES_HENPIN_ACTIONS_H

#include "common/base/compiler.h"

#include <stdio.h>

struct action_head {
    const char *name, *help; /* help: one line for the usage */
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

/* The usage: all actions, with what they do. */
void actions_show(const struct action_list *list, FILE *out);

#endif
