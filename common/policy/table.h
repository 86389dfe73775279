/* table.h: tables of rules as a pack writes them. */
#ifndef COMMON_POLICY_TABLE_H
#define COMMON_POLICY_TABLE_H

#include "common/policy/model.h"

/* Appends the tables of one file's `tables:`; file order is kept until tables_finish. */
void tables_read(struct loader *l, const struct node *node);
/* After all files: order of evaluation by `needs`, rules in id order and numbered, ids
 * unique. */
void tables_finish(struct loader *l);

#endif
