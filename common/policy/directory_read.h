/* directory_read.h: reads `directory:` of the packs, told in directory.h. */
#ifndef COMMON_POLICY_DIRECTORY_READ_H
#define COMMON_POLICY_DIRECTORY_READ_H

#include "common/policy/model.h"

/* It stands in one file; after the domain and the terms. */
void directory_read(struct loader *l, const struct node *node);

#endif
