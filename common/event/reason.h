/*
 * reason.h: return reasons, raw codes to families.
 *
 * Marketplaces have dozens of codes, differing by category and report; rules speak of ten
 * families. The raw code stays in the row: a family is only for deciding. Prefixes that
 * reports and buyer forms add (RO_, CR-, AMZ-PG-, AMZ-) are taken off before the look-up,
 * ASCII case ignored.
 */
#ifndef COMMON_EVENT_REASON_H
#define COMMON_EVENT_REASON_H

#include "common/base/span.h"

/* Static life: defective, damaged_in_transit, not_as_described, wrong_item, size_or_style,
 * buyer_choice, late, missing_parts, fraud; `other` when the code is unknown, NULL when
 * there is no code at all. */
const char *reason_family(struct span raw_code);

#endif
