/*
 * playbook.h: steps under a name.
 *
 *     playbooks:
 *       industrial-waste:
 *         title: From the contract to the last slip
 *         source: K-001, K-010
 *         steps: [{do: check_contract}, {do: hand_over, after: check_contract}]
 *
 * A rule plays it with `{play: industrial-waste, after: dismantle}` among its steps: the
 * steps of the playbook stand there as if they had been written out. Those that wait for
 * nothing wait for `after`; `lot` and `waste` are handed down to those that name none.
 * A playbook may play others, in any order of writing, but not itself.
 */
#ifndef COMMON_POLICY_PLAYBOOK_H
#define COMMON_POLICY_PLAYBOOK_H

#include "common/policy/model.h"

/* Takes the names of one file's `playbooks:`; playbooks_read then types them all. */
void playbooks_collect(struct loader *l, const struct node *node);
void playbooks_read(struct loader *l);
/* Warns of those that no rule plays. Call when all rules were read. */
void playbooks_check(struct loader *l);

/* The playbook with its steps typed; NULL after telling: there is none of that name, or
 * it plays itself. */
struct playbook *playbook_find(struct loader *l, const struct node *name);

#endif
