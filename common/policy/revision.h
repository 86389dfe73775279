/*
 * revision.h: the identity of a rule set: the SHA-256 of its canonical form.
 *
 * The canonical form is JSON text: one object with a key per pack, keys sorted, comments
 * and layout gone, values as text; lists keep their order, except the rules of a table
 * and the tables themselves, which are sorted by id because their order carries no
 * meaning; tests are left out, because they cannot change a decision. The holiday files
 * that calendars use follow as sorted dates. Two directories with the same form decide
 * alike.
 */
#ifndef COMMON_POLICY_REVISION_H
#define COMMON_POLICY_REVISION_H

#include "common/policy/model.h"

void revision_seal(struct loader *l, const struct node *const *roots, int n);

#endif
