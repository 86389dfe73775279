/*
 * reason.c: the table of return reasons.
 *
 * Sources: the union of reason codes seen in Amazon's returns reports and in public
 * integration code (S60 in deploy/policy/SOURCES.md), and Rakuten's changeReasonDetail
 * (RAK-ORD-01 in deploy/policy/FACTS.md: 2 return after receipt, 15 damaged or wrong item). The list grows at the marketplaces'
 * side: an unknown code is `other`, never an error.
 */
#include "common/event/reason.h"

#include <stddef.h>

#define ROW(code, family)                                                                \
    { {"" code, sizeof(code) - 1}, family }
static const struct reason_row {
    struct span code;
    const char *family;
} rows[] = {
    /* product and quality */
    ROW("DEFECTIVE", "defective"),
    ROW("BAD-ITEM", "defective"),
    ROW("BAD_ITEM", "defective"),
    ROW("QUALITY_UNACCEPTABLE", "defective"),
    ROW("MISSING_PARTS", "missing_parts"),
    ROW("EXCESSIVE_INSTALLATION", "buyer_choice"),
    /* transport and storage */
    ROW("DAMAGED", "damaged_in_transit"),
    ROW("DAMAGED_BY_CARRIER", "damaged_in_transit"),
    ROW("DAMAGED_BY_FC", "damaged_in_transit"),
    ROW("MISSED_ESTIMATED_DELIVERY", "late"),
    ROW("APP-TOO-LATE", "late"),
    ROW("NEVER_ARRIVED", "late"),
    ROW("UND-UNKNOWN", "late"),
    ROW("UND_UNKNOWN", "late"),
    /* listing and wrong item */
    ROW("BAD-DESC", "not_as_described"),
    ROW("BAD_DESC", "not_as_described"),
    ROW("NOT_AS_DESCRIBED", "not_as_described"),
    ROW("NOT_AS_PHOTO", "not_as_described"),
    ROW("NOT_COMPATIBLE", "not_as_described"),
    ROW("PART_NOT_COMPATIBLE", "not_as_described"),
    ROW("PRODUCT_NOT_ITALIAN", "not_as_described"),
    ROW("PRODUCT_NOT_SPANISH", "not_as_described"),
    ROW("SWITCHEROO", "wrong_item"),
    ROW("DIFFERENT_PRODUCT", "wrong_item"),
    ROW("EXTRA_ITEM", "wrong_item"),
    /* size and style */
    ROW("APP-TOO-SMALL", "size_or_style"),
    ROW("APP-TOO-LARGE", "size_or_style"),
    ROW("APP-STYLE", "size_or_style"),
    ROW("APPAREL_TOO_SMALL", "size_or_style"),
    ROW("APPAREL_TOO_LARGE", "size_or_style"),
    ROW("APPAREL_STYLE", "size_or_style"),
    ROW("DID_NOT_LIKE_COLOR", "size_or_style"),
    ROW("DID_NOT_LIKE_FABRIC", "size_or_style"),
    ROW("POOR_FIT", "size_or_style"),
    /* the buyer's choice */
    ROW("UNWANTED_ITEM", "buyer_choice"),
    ROW("ORDERED_WRONG_ITEM", "buyer_choice"),
    ROW("MISORDERED", "buyer_choice"),
    ROW("FOUND_BETTER_PRICE", "buyer_choice"),
    ROW("NO_REASON_GIVEN", "buyer_choice"),
    /* fraud and account */
    ROW("UNAUTHORIZED_PURCHASE", "fraud"),
    /* Rakuten's change reasons */
    ROW("15", "damaged_in_transit"),
};

static void take_prefix(struct span *s, struct span prefix) {
    if (s->len > prefix.len &&
        span_equal_nocase((struct span){s->ptr, prefix.len}, prefix))
        *s = (struct span){s->ptr + prefix.len, s->len - prefix.len};
}

const char *reason_family(struct span raw_code) {
    const struct span prefixes[] = {SPAN("RO_"), SPAN("CR-"), SPAN("AMZ-PG-"),
                                    SPAN("AMZ-")};
    struct span code = raw_code.ptr ? span_trim(raw_code) : raw_code;
    if (!code.ptr || code.len == 0)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        take_prefix(&code, prefixes[i]);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (span_equal_nocase(code, rows[i].code))
            return rows[i].family;
    return "other";
}
