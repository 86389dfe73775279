/*
 * contradict.h: what cannot both be true of one thing: `contradictions:` in the packs.
 *
 *     contradictions:
 *     - title: Who can tell that a battery swells has opened the package
 *       source: plain logic
 *       these: {condition: unopened}
 *       exclude: {hazards: [swollen_battery, leaking_battery]}
 *     - title: No liquid is acid and alkaline at once
 *       source: C-012, C-013
 *       at_most_one: {traits: [ph_2_or_less, ph_12_5_or_more]}
 *
 * They change no decision: whoever states the facts asks policy_contradictions() and tells
 * a person. That the dangerous word wins is the rules' priority, and the tests beside
 * them.
 */
#ifndef COMMON_POLICY_CONTRADICT_H
#define COMMON_POLICY_CONTRADICT_H

#include "common/policy/model.h"

/* Types `contradictions:` of one file and appends them. */
void contradictions_read(struct loader *l, const struct node *node);

#endif
