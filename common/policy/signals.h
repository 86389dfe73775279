/*
 * signals.h: what a buyer's words say, by the phrase lists of the packs.
 *
 *     signals:
 *       negation:
 *         en: {before: [not, no], ends: [but], within: 2}
 *         ja: {after: [ません], within: 10}
 *       phrases:
 *         swollen_battery:
 *           en: [batter* & swollen, spicy pillow]
 *       goods: [swollen_battery, fire]
 *
 * Signals are words of the domain's `signals`, languages of its `lang`. How a phrase is
 * written and what a negation takes back: common/text/phrases.h. The lists of all files
 * add up; a phrase stands once among those of a signal. `goods` names the signals that are
 * about the goods and not about the conversation: they reach the returns of the order.
 */
#ifndef COMMON_POLICY_SIGNALS_H
#define COMMON_POLICY_SIGNALS_H

#include "common/policy/model.h"

/* Reads `signals:` of one file. Call when the domain is read. */
void signals_read(struct loader *l, const struct node *node);
/* After all files: makes the phrases ready to be found. */
void signals_compile(struct loader *l);

#endif
