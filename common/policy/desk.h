/*
 * desk.h: calendars and desks as a pack writes them, and who can act when.
 */
#ifndef COMMON_POLICY_DESK_H
#define COMMON_POLICY_DESK_H

#include "common/policy/model.h"

/* `calendars:` and `desks:`. Holidays are read from DIR/calendars/NAME.ics on first use.
 */
void calendars_read(struct loader *l, const struct node *node);
void desks_read(struct loader *l, const struct node *node);

/* By name; tells a finding with a suggestion and gives NULL when there is none. */
const struct calendar *calendar_find(struct loader *l, struct span name,
                                     const struct node *at);
const struct desk *desk_find(struct loader *l, struct span name, const struct node *at);
/* The compiled zone, loaded once. Never NULL: after telling that there is none, it is UTC. */
const struct zone *zone_find(struct loader *l, struct span name, const struct node *at);

/* A bare date (midnight in the file's zone) or an instant with offset. */
MUST_USE bool instant_read(struct loader *l, const struct node *n, int64_t *out_us);

/* Whether the desk speaks the language (word number of `lang`; negative: any will do) and
 * holds every licence at that instant. */
bool desk_can(const struct desk *d, const struct chain_step *step, int64_t lang,
              int64_t at_us);
/* The last instant, at or before `latest_us`, until which such a desk is open and holds
 * every licence: the closing instant counts, and so does the one at which a licence ends.
 * POLICY_NO_INSTANT: there is none within the calendar's years. */
int64_t desk_last_able(const struct desk *d, const struct chain_step *step, int64_t lang,
                       int64_t latest_us);

#endif
