/* task.h: `henpin task show|done|fail|reopen`, between its files. */
#ifndef SERVICES_HENPIN_TASK_H
#define SERVICES_HENPIN_TASK_H

#include "services/henpin/database.h"

struct task_config {
    struct pg_config database;
    const char *who, *at, *why;
    bool is_json;
};

/* Exit code as in commands.h. operands->items[0] is the task's id, or what else names the
 * goods. */
int task_show(struct pg *pg, const struct task_config *c,
              const struct option_list *operands);

#endif
