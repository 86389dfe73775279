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

static const struct reason_row {
    const char *code, *family;
} rows[] = {
    /* product and quality */
    {"DEFECTIVE", "defective"},
    {"BAD-ITEM", "defective"},
    {"BAD_ITEM", "defective"},
    {"QUALITY_UNACCEPTABLE", "defective"},
    {"MISSING_PARTS", "missing_parts"},
    {"EXCESSIVE_INSTALLATION", "buyer_choice"},
    /* transport and storage */
    {"DAMAGED", "damaged_in_transit"},
    {"DAMAGED_BY_CARRIER", "damaged_in_transit"},
    {"DAMAGED_BY_FC", "damaged_in_transit"},
    {"MISSED_ESTIMATED_DELIVERY", "late"},
    {"APP-TOO-LATE", "late"},
    {"NEVER_ARRIVED", "late"},
    {"UND-UNKNOWN", "late"},
    {"UND_UNKNOWN", "late"},
    /* listing and wrong item */
    {"BAD-DESC", "not_as_described"},
    {"BAD_DESC", "not_as_described"},
    {"NOT_AS_DESCRIBED", "not_as_described"},
    {"NOT_AS_PHOTO", "not_as_described"},
    {"NOT_COMPATIBLE", "not_as_described"},
    {"PART_NOT_COMPATIBLE", "not_as_described"},
    {"PRODUCT_NOT_ITALIAN", "not_as_described"},
    {"PRODUCT_NOT_SPANISH", "not_as_described"},
    {"SWITCHEROO", "wrong_item"},
    {"DIFFERENT_PRODUCT", "wrong_item"},
    {"EXTRA_ITEM", "wrong_item"},
    /* size and style */
    {"APP-TOO-SMALL", "size_or_style"},
    {"APP-TOO-LARGE", "size_or_style"},
    {"APP-STYLE", "size_or_style"},
    {"APPAREL_TOO_SMALL", "size_or_style"},
    {"APPAREL_TOO_LARGE", "size_or_style"},
    {"APPAREL_STYLE", "size_or_style"},
    {"DID_NOT_LIKE_COLOR", "size_or_style"},
    {"DID_NOT_LIKE_FABRIC", "size_or_style"},
    {"POOR_FIT", "size_or_style"},
    /* the buyer's choice */
    {"UNWANTED_ITEM", "buyer_choice"},
    {"ORDERED_WRONG_ITEM", "buyer_choice"},
    {"MISORDERED", "buyer_choice"},
    {"FOUND_BETTER_PRICE", "buyer_choice"},
    {"NO_REASON_GIVEN", "buyer_choice"},
    /* fraud and account */
    {"UNAUTHORIZED_PURCHASE", "fraud"},
    /* Rakuten's change reasons */
    {"15", "damaged_in_transit"},
};

static bool take_prefix(struct span *s, const char *prefix) {
    size_t len = strlen(prefix);
    if (s->len <= len || !span_equal_nocase((struct span){s->ptr, len}, span_of(prefix)))
        return false;
    *s = (struct span){s->ptr + len, s->len - len};
    return true;
}

const char *reason_family(struct span raw_code) {
    static const char *const prefixes[] = {"RO_", "CR-", "AMZ-PG-", "AMZ-"};
    struct span code = raw_code.ptr ? span_trim(raw_code) : raw_code;
    if (!code.ptr || code.len == 0)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        (void)take_prefix(&code, prefixes[i]);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (span_equal_nocase(code, span_of(rows[i].code)))
            return rows[i].family;
    return "other";
}
