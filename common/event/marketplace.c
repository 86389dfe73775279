/*
 * marketplace.c: the register of marketplaces, and finding one by any of its names.
 *
 * Sources. Amazon marketplace ids and countries: "Marketplace IDs" in the Selling Partner
 * API documentation (developer-docs.amazon.com/sp-api). Domains, currencies and reporting
 * zones: ScaleLeap/amazon-marketplaces, commit ff64efc (2026-07-21). Languages other than
 * those of amazon.co.jp and amazon.es, civil zones, and the rows of Walmart, Qoo10 and
 * eBay beyond their names are common knowledge and not confirmed by a source.
 *
 * The zone is the civil zone for statutory day counting. The United States and Canada
 * have several; theirs is the zone that Amazon reports in. The language is the first
 * support language of the store: where there are two (amazon.ca: en, fr) each message
 * tells its own.
 *
 * A bare country code is Amazon's store there, as in Amazon's reports. amazon.cn is
 * retired; its row keeps old orders readable. The ids of orders placed outside Amazon
 * ("Non-Amazon": A38D8NSA03LJTC, AFQLKURYRPEL8) are absent on purpose, because Amazon's
 * promises to buyers do not hold for them. Names are unique over the whole register: a
 * double is a BUG at the first look-up.
 */
#include "common/event/marketplace.h"

static const struct marketplace rows[] = {
    /* code, Amazon id, aliases, country, language, currency, zone */
    {"amazon.co.jp", "A1VC38T7YXB528", "amazon.jp JP AMAZON_JP", "JP", "ja", "JPY",
     "Asia/Tokyo"},
    {"amazon.com.au", "A39IBJ37TRP1C6", "AU AMAZON_AU", "AU", "en", "AUD",
     "Australia/Sydney"},
    {"amazon.sg", "A19VAU5U5O7RUS", "SG AMAZON_SG", "SG", "en", "SGD", "Asia/Singapore"},
    {"amazon.com", "ATVPDKIKX0DER", "US AMAZON_US", "US", "en", "USD",
     "America/Los_Angeles"},
    {"amazon.ca", "A2EUQ1WTGCTBG2", "CA AMAZON_CA", "CA", "en", "CAD",
     "America/Los_Angeles"},
    {"amazon.com.mx", "A1AM78C64UM0Y8", "MX AMAZON_MX", "MX", "es", "MXN",
     "America/Mexico_City"},
    {"amazon.com.br", "A2Q3Y263D00KWC", "BR AMAZON_BR", "BR", "pt", "BRL",
     "America/Sao_Paulo"},
    {"amazon.co.uk", "A1F83G8C2ARO7P", "UK GB AMAZON_UK AMAZON_GB", "GB", "en", "GBP",
     "Europe/London"},
    {"amazon.ie", "A28R8C7NBKEWEA", "IE AMAZON_IE", "IE", "en", "EUR", "Europe/Dublin"},
    {"amazon.de", "A1PA6795UKMFR9", "DE AMAZON_DE", "DE", "de", "EUR", "Europe/Berlin"},
    {"amazon.es", "A1RKKUPIHCS9HS", "ES AMAZON_ES", "ES", "es", "EUR", "Europe/Madrid"},
    {"amazon.fr", "A13V1IB3VIYZZH", "FR AMAZON_FR", "FR", "fr", "EUR", "Europe/Paris"},
    {"amazon.it", "APJ6JRA9NG5V4", "IT AMAZON_IT", "IT", "it", "EUR", "Europe/Rome"},
    {"amazon.nl", "A1805IZSGTT6HS", "NL AMAZON_NL", "NL", "nl", "EUR",
     "Europe/Amsterdam"},
    {"amazon.com.be", "AMEN7PMS3EDWL", "BE AMAZON_BE", "BE", "nl", "EUR",
     "Europe/Brussels"},
    {"amazon.se", "A2NODRKZP88ZB9", "SE AMAZON_SE", "SE", "sv", "SEK",
     "Europe/Stockholm"},
    {"amazon.pl", "A1C3SOZRARQ6R3", "PL AMAZON_PL", "PL", "pl", "PLN", "Europe/Warsaw"},
    {"amazon.com.tr", "A33AVAJ2PDY3EV", "TR AMAZON_TR", "TR", "tr", "TRY",
     "Europe/Istanbul"},
    {"amazon.ae", "A2VIGQ35RCS4UG", "AE AMAZON_AE", "AE", "ar", "AED", "Asia/Dubai"},
    {"amazon.sa", "A17E79C6D8DWNP", "SA AMAZON_SA", "SA", "ar", "SAR", "Asia/Riyadh"},
    {"amazon.eg", "ARBP9OOSHTCHU", "EG AMAZON_EG", "EG", "ar", "EGP", "Africa/Cairo"},
    {"amazon.co.za", "AE08WJ6YKNBMC", "ZA AMAZON_ZA", "ZA", "en", "ZAR",
     "Africa/Johannesburg"},
    {"amazon.in", "A21TJRUUN4KGV", "IN AMAZON_IN", "IN", "en", "INR", "Asia/Kolkata"},
    {"amazon.cn", "AAHKV2X7AFYLW", "CN AMAZON_CN", "CN", "zh", "CNY", "Asia/Shanghai"},

    {"rakuten.co.jp", NULL, "RAKUTEN_JP rakuten", "JP", "ja", "JPY", "Asia/Tokyo"},
    {"shopping.yahoo.co.jp", NULL, "YAHOO_JP yahoo.co.jp", "JP", "ja", "JPY",
     "Asia/Tokyo"},
    {"qoo10.jp", NULL, "QOO10_JP", "JP", "ja", "JPY", "Asia/Tokyo"},
    {"walmart.com", NULL, "WALMART_US", "US", "en", "USD", "America/Los_Angeles"},

    {"ebay.com", NULL, "EBAY_US", "US", "en", "USD", "America/Los_Angeles"},
    {"ebay.co.uk", NULL, "EBAY_GB EBAY_UK", "GB", "en", "GBP", "Europe/London"},
    {"ebay.de", NULL, "EBAY_DE", "DE", "de", "EUR", "Europe/Berlin"},
    {"ebay.fr", NULL, "EBAY_FR", "FR", "fr", "EUR", "Europe/Paris"},
    {"ebay.it", NULL, "EBAY_IT", "IT", "it", "EUR", "Europe/Rome"},
    {"ebay.es", NULL, "EBAY_ES", "ES", "es", "EUR", "Europe/Madrid"},
    {"ebay.nl", NULL, "EBAY_NL", "NL", "nl", "EUR", "Europe/Amsterdam"},
    {"ebay.be", NULL, "EBAY_BE", "BE", "nl", "EUR", "Europe/Brussels"},
    {"ebay.at", NULL, "EBAY_AT", "AT", "de", "EUR", "Europe/Vienna"},
    {"ebay.ch", NULL, "EBAY_CH", "CH", "de", "CHF", "Europe/Zurich"},
    {"ebay.ie", NULL, "EBAY_IE", "IE", "en", "EUR", "Europe/Dublin"},
    {"ebay.pl", NULL, "EBAY_PL", "PL", "pl", "PLN", "Europe/Warsaw"},
    {"ebay.ca", NULL, "EBAY_CA", "CA", "en", "CAD", "America/Toronto"},
    {"ebay.com.au", NULL, "EBAY_AU", "AU", "en", "AUD", "Australia/Sydney"},
};

/* Open addressing over every name; built once, then only read. At most a quarter full, so
 * nearly each look-up ends at its first slot. */
#define SLOTS 1024
static struct slot {
    struct span name;
    const struct marketplace *row;
} slots[SLOTS];
static size_t n_names;

/* FNV-1a over the lower-case letters. */
static size_t first_slot(struct span name) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c | 0x20u : c)) * 16777619u;
    }
    return (hash ^ hash >> 16) % SLOTS;
}

/* The slot that holds the name, or the empty one where it would be. */
static struct slot *slot_of(struct span name) {
    size_t i = first_slot(name);
    while (slots[i].row && !span_equal_nocase(slots[i].name, name))
        i = (i + 1) % SLOTS;
    return &slots[i];
}

static void enter(struct span name, const struct marketplace *row) {
    struct slot *s = slot_of(name);
    if (s->row)
        BUG("\"%.*s\" names both %s and %s", SPAN_ARGS(name), s->row->code, row->code);
    if (++n_names > SLOTS / 4)
        BUG("%zu names are too many for %d slots", n_names, SLOTS);
    *s = (struct slot){name, row};
}

static void build_index(void) {
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct marketplace *row = &rows[i];
        enter(span_of(row->code), row);
        if (row->amazon_id)
            enter(span_of(row->amazon_id), row);
        struct span rest = span_of(row->aliases), alias;
        while (span_cut(&rest, ' ', &alias))
            enter(alias, row);
    }
}

const struct marketplace *marketplace_find(struct span name) {
    if (UNLIKELY(n_names == 0))
        build_index();
    return slot_of(name)->row;
}

const struct marketplace *marketplace_all(size_t *n) {
    *n = COUNT_OF(rows);
    return rows;
}
