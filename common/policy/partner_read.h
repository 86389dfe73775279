/*
 * partner_read.h: where goods come back, and who does the steps that nobody in the house
 * may or can do.
 *
 *     sites:
 *       returns-chiba: {title: Returns centre, area: chiba, langs: [ja], when: {marketplace: japan}}
 *     partners:
 *       kanto-carrier:
 *         title: Kanto Carrier
 *         services: [licensed_carrier]           # roles, the words of "to"
 *         areas: [chiba, tokyo]                  # or any
 *         calendar: partner_jp                   # when it works
 *         langs: [ja]
 *         capacity: 20                           # open steps at a time; left out: no limit
 *         licences:
 *         - {for: IW_TRANSPORT, areas: [chiba, tokyo], waste: [PLASTIC, METAL], from: 2025-04-01, until: 2030-04-01}
 *
 * A partner speaks one of the site's `langs`, where both say theirs. The order of partners is that of choice. A licence without `waste` covers no waste, one
 * without `areas` those of its partner. `until` is the first instant without it; who has
 * renewed writes a second licence.
 */
#ifndef COMMON_POLICY_PARTNER_READ_H
#define COMMON_POLICY_PARTNER_READ_H

#include "common/policy/model.h"

void sites_read(struct loader *l, const struct node *node);
void partners_read(struct loader *l, const struct node *node);

#endif
